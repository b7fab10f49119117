"""sectors.median against looking at every plan, its parts apart, and published optima."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from optimiser_models.sectors import median
from optimiser_models.sectors.median import rising
from optimiser_models.sectors.median import tree as tree_module
from optimiser_models.sectors.median.ascent import FREE, ascend, empty_pool
from optimiser_models.sectors.median.ground import survey
from optimiser_models.sectors.median.interchange import interchange
from optimiser_models.sectors.median.plans import Plans

from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks import vlcek
from tests.benchmarks.spec import SHARED
from tests.oracles.sectors_cases import (
    enumerate_best,
    monotone_pairs_of_shape,
    path_of_four,
    random_problem_of_shape,
    ring_of_six,
)

SEEDS = range(32)
"""Eight of each shape, half of them on the flower."""
QUICK = SolveOptions(time_limit_s=30, confirm=False)


@pytest.fixture(scope="module")
def enumerated():
    """Return the seeded problems with their best value, None where there is no plan."""
    problems = [random_problem_of_shape(seed) for seed in SEEDS]
    return [(problem, enumerate_best(problem)[1]) for problem in problems]


def signed(problem, value):
    """Return a value as a cost."""
    return -value if problem.params.first_sense == "max" else value


@pytest.mark.parametrize("few_pairs", [400, -100])
def test_matches_enumeration(enumerated, monkeypatch, few_pairs):
    """Best value and infeasibility are those of all plans, by HiGHS at once and by branching to the last centre."""
    monkeypatch.setattr(tree_module, "FEW_PAIRS", few_pairs)
    feasible, branched = {}, 0
    for problem, value in enumerated:
        result = solve(problem, median.FORMULATION, QUICK)
        branched += result.notes.get("nodes", 0)
        if value is None:
            assert result.status is Status.INFEASIBLE, problem.params
            continue
        shape = problem.params.shape
        feasible[shape] = feasible.get(shape, 0) + 1
        assert result.objectives[0].value == pytest.approx(value, rel=1e-6, abs=1e-6), problem.params
        assert result.status is Status.OPTIMAL, problem.params
    assert min(feasible.get(s, 0) for s in ("", "closer neighbour", "smooth", "round")) >= 2
    assert (branched > 10) == (few_pairs < 0), branched


def test_limits_above_the_bound_match_enumeration(enumerated, monkeypatch):
    """With no plan before the first leaf, limits that rise from the relaxation end at the best value all the same."""
    monkeypatch.setattr(median, "MANY_PRICES", -1)
    monkeypatch.setattr(median, "_improve", lambda tree, root: None)
    monkeypatch.setattr(median.Tree, "offer", _only_from_leaves(median.Tree.offer))
    monkeypatch.setattr(rising, "RISES", (0.001, 0.05, 0.2))
    limits = compared = 0
    for problem, value in enumerated:
        if not problem.params.shape:
            continue
        result = solve(problem, median.FORMULATION, QUICK)
        limits += result.notes.get("limits", 0)
        if value is None:
            assert result.status is Status.INFEASIBLE, problem.params
            continue
        compared += 1
        assert result.objectives[0].value == pytest.approx(value, rel=1e-6, abs=1e-6), problem.params
        assert result.status is Status.OPTIMAL, problem.params
    assert compared >= 6
    assert limits >= 10


def _only_from_leaves(offer):
    """Return an offer that takes nothing before the first leaf."""
    return lambda tree, plan: tree.notes["leaves"] > 0 and offer(tree, plan)


def test_shape_is_the_rules_own(enumerated):
    """What a pair asks of its neighbours is broken in a plan where the rule "shape" says so, and only there."""
    compared = broken = 0
    rng = np.random.default_rng(1)
    for problem, _ in enumerated:
        if not problem.params.shape:
            continue
        ground = survey(problem)
        shape = ground.shape
        for _ in range(20):
            centre = rng.choice(ground.n, problem.params.n_districts, replace=False)
            plan = centre[rng.integers(centre.size, size=ground.n)]
            plan[centre] = centre
            jutting = set()
            for j, w in product(range(ground.n), range(shape.need.shape[0])):
                bits, near = int(shape.rim[w, plan[j], j]), shape.near[j]
                mine = sum(plan[v] == plan[j] for b, v in enumerate(near) if v >= 0 and bits >> b & 1)
                if mine < shape.need[w, plan[j], j]:
                    jutting.add(problem.area_ids[j])
            label = {
                a: f"d{np.flatnonzero(centre == i)[0] + 1}"
                for a, i in zip(problem.area_ids, plan, strict=True)
            }
            seats = {f"d{k + 1}": problem.centre_ids[i] for k, i in enumerate(centre)}
            found = {v.where for v in FAMILY.check(problem, SectorsPlan(label, seats)) if v.rule == "shape"}
            assert found == jutting
            compared += 1
            broken += bool(jutting)
    assert compared > 200
    assert 50 < broken < compared


def test_a_link_given_twice_counts_once():
    """On the flower each link named twice: the same broken areas, the same optimum."""
    problem = random_problem_of_shape(7)
    assert problem.params.shape == "round"
    twice = replace(problem, edges=np.concatenate([problem.edges, problem.edges[:, ::-1]]))
    assert (survey(twice).shape.need == survey(problem).shape.need).all()
    plan = SectorsPlan(
        dict.fromkeys(problem.area_ids[:-1], "d1") | {problem.area_ids[-1]: "d2"}, {"d1": "a3", "d2": "a7"}
    )
    assert FAMILY.check(twice, plan) == FAMILY.check(problem, plan)
    first, second = (solve(q, median.FORMULATION, QUICK).objectives[0].value for q in (problem, twice))
    assert first == second


def test_ascent_is_below_the_optimum_and_keeps_its_pairs(enumerated):
    """The bound never exceeds the optimum, and nothing that the best plan uses is ruled out; often it is near."""
    compared = near = 0
    for problem, value in enumerated:
        if value is None:
            continue
        ground, cost = survey(problem), signed(problem, value)
        plan, _ = enumerate_best(problem)
        label, row = plan.district_of, {c: i for i, c in enumerate(problem.centre_ids)}
        serves = np.array([row[plan.centre_of[label[a]]] for a in problem.area_ids])
        serves = serves[np.unique(ground.d.contraction.part, return_index=True)[1]]
        tree = tree_module.Tree(problem, ground, QUICK, lambda **_: None, 1.0)
        root = tree.root()
        r, state, alpha = np.where(root.allowed, ground.cost, np.inf), root.state.copy(), root.alpha.copy()
        pool = empty_pool(ground.cost.size, 10_000)
        cut = cost + 1e-6 * max(1.0, abs(cost))
        bound, _, _ = ascend(
            r, ground.own, state, alpha, cut, cost, ground.shape, pool, 300, 10, 1.0,
            np.zeros(state.size), np.zeros(ground.p, dtype=np.int64),
        )  # fmt: skip
        assert bound <= cut
        assert np.isfinite(r[serves, np.arange(ground.n)]).all()
        assert (state[np.unique(serves)] >= FREE).all()
        compared += 1
        near += bound >= cost - 0.1 * abs(cost)
    assert compared >= 12
    assert near >= compared // 2


def test_easier_is_never_worse():
    """From "smooth" to the closer neighbour, to no shape, a longer drive, no lock: never dearer."""
    compared = 0
    for easier, harder in (pair for seed in range(6) for pair in monotone_pairs_of_shape(seed)):
        hard = solve(harder, median.FORMULATION, QUICK)
        if hard.status is not Status.OPTIMAL:
            continue
        easy = solve(easier, median.FORMULATION, QUICK)
        cheap, dear = (signed(harder, r.objectives[0].value) for r in (easy, hard))
        assert cheap <= dear + 1e-6 * max(1.0, abs(dear))
        compared += 1
    assert compared >= 12


def test_no_swap_is_better():
    """After the interchange no open centre can be swapped for a closed one at a gain."""
    rng = np.random.default_rng(4)
    cost = rng.random((12, 30))
    opened = np.arange(4)
    value = interchange(cost, np.zeros(12, dtype=np.int64), opened, 100)
    assert value == pytest.approx(cost[opened].min(axis=0).sum())
    for k, i in product(range(4), range(12)):
        other = opened.copy()
        other[k] = i
        assert cost[other].min(axis=0).sum() >= value - 1e-9


def test_mended_plans_keep_the_shape(enumerated):
    """Plans made for given centres break no rule of shape."""
    made = 0
    for problem, _ in enumerated:
        if not problem.params.shape or problem.params.contiguity:
            continue
        ground = survey(problem)
        plans = Plans(ground, 1)
        tree = tree_module.Tree(problem, ground, QUICK, lambda **_: None, 1.0)
        for seed in range(6):
            plan = plans.around(plans.random_centres(seed))
            if plan is not None:
                assert not [v for v in FAMILY.check(problem, tree.told(plan)) if v.rule == "shape"]
                made += 1
    assert made >= 5


def test_proof_is_confirmed():
    """On the ring with a shape a second route confirms the proof."""
    hops = np.array([[min(abs(i - j), 6 - abs(i - j)) for j in range(6)] for i in range(6)])
    problem = ring_of_six(balance_frac={}, shape="smooth", distance_m=1000.0 * hops)
    result = solve(problem, median.FORMULATION, SolveOptions(time_limit_s=30))
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].confirmed_by


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"balance_frac": {"calls": 0.1}}, "balance"),
        ({"ceilings": {"calls": 3.0}}, "ceilings"),
        ({"apart": (("A", "B"),)}, "apart"),
        ({"objectives": ("travel", "cover")}, "minimises one"),
        ({"objectives": ("backup",)}, "needs a given centre"),
        ({"locks": (("A", "1"),)}, "lock"),
        ({"relax": {"contiguity": 1.0}}, "contiguity"),
        ({"shape": "smooth", "together": (("A", "B"),)}, "together"),
    ],
)
def test_refuses_what_it_does_not_do(change, word):
    """A sentence that names what is refused; the plain question is not refused."""
    given = {"balance_frac": {}, "distance_m": np.ones((4, 4))}
    assert median.refuses(path_of_four(**given)) == ""
    assert word in median.refuses(path_of_four(**given | change))


def test_no_plan_is_proved_by_the_bound(monkeypatch):
    """A longest drive that no two centres keep: refuted by branching, without HiGHS."""
    monkeypatch.setattr(tree_module, "FEW_PAIRS", -100)
    problem = path_of_four(balance_frac={}, longest_drive_s=50.0, contiguity=False)
    assert solve(problem, median.FORMULATION, QUICK).status is Status.INFEASIBLE
    easier = replace(problem, params=replace(problem.params, longest_drive_s=60.0))
    assert solve(easier, median.FORMULATION, QUICK).objectives[0].value == 120.0


needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the published instances are not beside the repository"
)


@needs_data
@pytest.mark.parametrize(("plan", "shape", "n_broken"), vlcek.STORED_PLANS)
def test_stored_plans_break_as_many_rows_as_published(plan, shape, n_broken):
    """Broken rows of the published plans under each rule, as counted from the model's text (FORMATS 1.3)."""
    assert vlcek.broken_rows(plan, shape) == n_broken


@needs_data
@pytest.mark.parametrize("rules", ["C0", "C1", "C2"])
def test_published_optimum(rules):
    """Nine districts: the published optimum, proved by the first bound and few nodes."""
    result = solve(vlcek.question(9, rules), median.FORMULATION, QUICK)
    assert result.status is Status.OPTIMAL
    assert vlcek.car_minutes(result.objectives[0].value) == pytest.approx(
        vlcek.published()[9, rules][0], abs=0.01
    )
