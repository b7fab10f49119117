"""The parts of sectors.cuts apart: bounds below every plan, searches that keep the rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from optimiser_models.sectors import arrays, cuts, knapsack, lagrange, reading, search, starts
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.hess import Hess
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.slots import slots_of
from scipy.optimize import linprog

from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status
from tests.oracles.larger_cases import grid
from tests.oracles.sectors_cases import (
    enumerate_best,
    enumerate_in_order,
    path_of_four,
    random_problem,
    ring_of_six,
)

SEEDS = range(20)
ALWAYS = lambda *_: True  # noqa: E731


def test_lagrangian_bound_is_below_the_optimum():
    """On seeded small problems the bound never exceeds the enumerated optimum, and is often near it."""
    compared = near = 0
    for seed in SEEDS:
        problem = random_problem(seed)
        _, value = enumerate_best(problem)
        if value is None:
            continue
        d = reading.prepare(problem)
        cost = -value if problem.params.first_sense == "max" else value
        allowed = lagrange.servable(d)
        bound = lagrange.improve(d, slots_of(d), allowed, cost, rounds=300, keep_going=ALWAYS)
        assert bound is not None, seed
        assert bound.value <= cost + 1e-6 * max(1, abs(cost)), seed
        compared += 1
        near += bound.value >= cost - 0.3 * abs(cost)
    assert compared >= 8
    assert near >= compared // 2


@pytest.mark.parametrize("objective", ["travel", "cover"])
def test_the_bound_climbs_to_the_linear_relaxation_in_a_few_hundred_rounds(objective):
    """From given centres and with one kind of work it is the linear relaxation, solved here by HiGHS as a whole."""
    problem = grid(14, objectives=(objective,), contiguity=False)
    given = tuple(problem.area_ids[i] for i in (30, 36, 39, 86, 94, 142, 151, 165))
    problem = replace(problem, params=replace(problem.params, fixed_centres=given))
    d = reading.prepare(problem)
    d = d.among(np.sort(d.fixed))
    n, k = d.n, d.k
    of_area = sp.kron(np.ones((1, k)), sp.eye_array(n))
    of_work = sp.kron(sp.eye_array(k), d.weight)
    least = np.zeros((k, n))
    least[np.arange(k), d.centre_area] = 1.0  # a centre's area is its own
    whole = linprog(
        d.cost.ravel(),
        A_ub=sp.vstack([of_work, -of_work]),
        b_ub=np.concatenate([d.high[0], -d.low[0]]),
        A_eq=of_area,
        b_eq=np.ones(n),
        bounds=np.column_stack([least.ravel(), np.ones(k * n)]),
    )
    size = abs(whole.fun)
    for plan in (whole.fun + 0.02 * size, np.inf):  # the steps aim at this plan, or at nothing known
        bound = lagrange.improve(d, slots_of(d), d.allowed, plan, rounds=250, keep_going=ALWAYS)
        assert bound.value <= whole.fun + 1e-6 * size
        assert bound.value >= whole.fun - 0.002 * size


def test_pairs_of_the_best_plan_are_never_dropped():
    """What a pair is said to need at least is never more than the optimum that uses it."""
    compared = 0
    for seed in SEEDS:
        problem = random_problem(seed)
        plan, value = enumerate_best(problem)
        if plan is None:
            continue
        d = reading.prepare(problem)
        cost = -value if problem.params.first_sense == "max" else value
        allowed = lagrange.servable(d)
        bound = lagrange.improve(d, slots_of(d), allowed, cost, rounds=100, keep_going=ALWAYS)
        assert bound is not None
        for area, i in zip(problem.area_ids, d.contraction.part.tolist(), strict=True):
            j = problem.centre_ids.index(plan.centre_of[plan.district_of[area]])
            assert allowed[j, i], seed
            assert bound.needs[j, i] <= cost + 1e-6 * max(1, abs(cost)), (seed, area)
            compared += 1
    assert compared >= 40


def test_what_one_aim_proves_narrows_the_next_but_keeps_its_ties(monkeypatch):
    """Plans as good as the best by the first aim stay: both aims are those of looking at every plan in order."""
    monkeypatch.setattr(cuts, "SMALL_MODEL", 0)
    narrowed, compared = [], 0
    keep = Run.narrow

    def watched(run, pairs):
        before = run.d.allowed.size
        kept = keep(run, pairs)
        narrowed.append(run.pairs.sum() < before)
        return kept

    monkeypatch.setattr(Run, "narrow", watched)
    for seed in SEEDS:
        problem = random_problem(seed)
        params = replace(problem.params, objectives=("cover", "travel"))
        problem = replace(problem, params=params)
        best = enumerate_in_order(problem)
        if best is None:
            continue
        result = solve(problem, cuts.FORMULATION, SolveOptions(time_limit_s=20, reproducible=True))
        found = [(-1 if o.sense == "max" else 1) * o.value for o in result.objectives]
        assert found == pytest.approx(best), seed
        compared += 1
    assert compared >= 8
    assert sum(narrowed) >= 8


def test_no_district_grows_from_a_place_that_is_ruled_out():
    """Where a proof has taken a candidate away, its area is no root any more, and what remembered it forgets it."""
    d = reading.prepare(path_of_four())
    d = replace(d, fixed=np.full(d.k, arrays.FREE), may=np.ones_like(d.may), lock=np.full(d.n, arrays.FREE))
    roots = np.array([0, 3])
    assert grow(d, 1, roots) is not None
    assert grow(d.among(np.array([0, 1])), 1, roots) is None


def test_very_large_costs_are_no_impossibility():
    """The spread of a real county in square metres reaches 1e16: in a unit of its own it has the bound it had."""
    compared = lost = 0
    for seed in SEEDS:
        d = reading.prepare(random_problem(seed))
        far = replace(d, cost=d.cost * 2.0**60)
        slots, allowed = slots_of(d), lagrange.servable(d)
        scaled, unit = far.scaled()
        near, found, raw = (
            lagrange.improve(q, slots, allowed, np.inf, rounds=50, keep_going=ALWAYS)
            for q in (d, scaled, far)
        )
        if near is None:
            continue
        assert unit * found.value == pytest.approx(near.value * 2.0**60, rel=1e-3), seed
        compared += 1
        lost += raw is None or raw.value != pytest.approx(near.value * 2.0**60, rel=1e-3)
    assert compared >= 8
    assert lost >= 4
    assert d.scaled() == (d, 1.0)


def test_chain_above_the_ceiling_rules_a_pair_out():
    """On a row of four with two each, an end cannot serve the far end: the chain holds four."""
    d = reading.prepare(path_of_four())
    allowed = lagrange.servable(d)
    assert not allowed[0, 3]
    assert not allowed[0, 2]
    assert allowed[0, 1]
    assert lagrange.servable(replace(d, contiguity=False)).all()


def test_every_annealed_state_is_admissible():
    """What the search returns passes the planner's rules and costs what it says."""
    found = 0
    for seed in SEEDS:
        problem = random_problem(seed)
        if problem.params.relax:
            continue
        d = reading.prepare(problem)
        label = grow(d, seed)
        if label is None:
            continue
        state = search.anneal(d, label, moves=5000, seed=seed, keep_going=ALWAYS)
        if state is None:
            continue
        plan = arrays.to_plan(problem, d, state.label, state.centre)
        assert FAMILY.check(problem, plan) == [], seed
        sign = -1 if problem.params.first_sense == "max" else 1
        assert FAMILY.objectives(problem, plan)[0].value == pytest.approx(sign * state.cost), seed
        found += 1
    assert found >= 5


def test_what_is_to_stand_still_stands_still():
    """Only the given areas change hands; the rest keeps its district, and the state is admissible."""
    changed = 0
    for seed in SEEDS:
        problem = random_problem(seed)
        d = reading.prepare(problem)
        label = grow(d, seed)
        if label is None:
            continue
        only = np.random.default_rng(seed).random(d.n) < 0.6
        state = search.anneal(d, label, moves=5000, seed=seed, keep_going=ALWAYS, only=only)
        if state is not None:
            assert (state.label == label)[~only].all(), seed
            assert d.keeps(state.label, state.centre), seed
            changed += int((state.label != label).any())
    assert changed >= 2


def test_growth_joins_locks_to_their_centre():
    """A locked area far from its centre is joined by a chain; crossing locks cannot be."""
    problem = ring_of_six(fixed_centres=("A", "", ""), locks=(("C", "1"),), balance_frac={})
    label = grow(reading.prepare(problem), 1)
    assert label is not None
    assert label[[0, 1, 2]].tolist() == [0, 0, 0]
    crossed = path_of_four(fixed_centres=("A", "D"), locks=(("B", "2"), ("C", "1")), balance_frac={})
    assert grow(reading.prepare(crossed), 1) is None


def test_start_is_a_point_of_the_model():
    """A state put into the model keeps every row of it."""
    problem = path_of_four()
    d = reading.prepare(problem)
    slots = slots_of(d)
    state = search.State(np.array([0, 0, 1, 1]), np.array([0, 2]), 120.0)
    hess = Hess(d, slots, np.ones((4, 4), dtype=bool))
    model = hess.model()
    x = hess.start(state)
    assert x is not None
    rows = model.a @ x
    assert (rows >= model.row_lower - 1e-9).all()
    assert (rows <= model.row_upper + 1e-9).all()
    assert model.cost @ x * hess.scale == pytest.approx(120.0)
    label, centre = hess.read(x)
    assert d.cost[centre[label], np.arange(4)].sum() == pytest.approx(120.0)


def test_later_objective_keeps_the_earlier():
    """All four calls are covered by {A B} {C D} from any of their centres; then two drives of a minute are least."""
    problem = path_of_four(objectives=("cover", "travel"))
    result = solve(problem, cuts.FORMULATION, SolveOptions(time_limit_s=20))
    assert [o.value for o in result.objectives] == [4.0, 120.0]
    assert result.status is Status.OPTIMAL
    assert all(o.bound == o.value for o in result.objectives)


def test_later_objective_against_enumeration():
    """Least driving among the plans of most cover, on seeded small problems."""
    compared = 0
    for seed in range(8):
        problem = random_problem(seed)
        cover = replace(problem, params=replace(problem.params, objectives=("cover",)))
        plan, most = enumerate_best(cover)
        if plan is None:
            continue
        both = replace(problem, params=replace(problem.params, objectives=("cover", "travel")))
        result = solve(both, cuts.FORMULATION, SolveOptions(time_limit_s=20))
        assert result.objectives[0].value == pytest.approx(most), seed
        assert result.status is Status.OPTIMAL, seed
        assert result.objectives[1].value <= FAMILY.objectives(both, plan)[1].value + 1e-6, seed
        compared += 1
    assert compared >= 4


def test_a_piece_without_a_centre_is_infeasible():
    """Two unconnected halves and both centres in one: proved impossible without a search."""
    problem = path_of_four(fixed_centres=("A", "B"), balance_frac={})
    cut = replace(problem, edges=np.array([[0, 1], [2, 3]]))
    assert solve(cut, cuts.FORMULATION, SolveOptions(time_limit_s=10)).status is Status.INFEASIBLE


def test_needs_where_every_centre_must_open():
    """As many candidate centres as districts: on the row of four each area is its own district, or none is."""
    problem = path_of_four(district_ids=("1", "2", "3", "4"))
    d = reading.prepare(problem)
    bound = lagrange.improve(d, slots_of(d), lagrange.servable(d), 0.0, rounds=50, keep_going=ALWAYS)
    assert bound is not None
    assert bound.value == pytest.approx(0.0, abs=1e-6)
    assert (np.diag(bound.needs) <= 1e-6).all()


def test_bound_holds_where_work_fits_to_the_last_digit():
    """One district without tolerance: shares of an area are off by rounding alone, and no multiplier runs away."""
    work = np.array([[0.9759666677817974, 0.8222763084323202, 0.9369497250070512]])
    calls = np.array([4.0, 3.0, 0.0])
    problem = replace(
        path_of_four(district_ids=("1",), balance_frac={"calls": 0.0}, objectives=("cover",)),
        area_ids=("A", "B", "C"),
        edges=np.array([[0, 1], [1, 2]]),
        centre_ids=("A", "B", "C"),
        centre_area=np.arange(3),
        travel_s=np.zeros((3, 3)),
        calls=calls,
        covered_calls=np.array([[4.0, 3.0, 0.0], [0.0, 3.0, 0.0], [4.0, 0.0, 0.0]]),
        cover_calls=calls,
        balance=work,
    )
    d = reading.prepare(problem)
    for incumbent in (-7.0, np.inf):
        for rounds in (3, 60):
            bound = lagrange.improve(
                d, slots_of(d), lagrange.servable(d), incumbent, rounds=rounds, keep_going=ALWAYS
            )
            assert bound is not None
            assert bound.value <= -7.0 + 1e-9
            assert (bound.needs[0] <= -7.0 + 1e-9).all()


def test_growth_that_always_fails_leaves_time_for_the_proof(monkeypatch):
    """Locks that cross let no growth succeed: a stop is heard at once, and few growths are tried before the proof."""
    tried = []
    monkeypatch.setattr(starts, "grow", lambda d, seed: tried.append(seed))

    class Stopped(Recorder):
        def should_stop(self) -> bool:
            return True

    problem = path_of_four(fixed_centres=("A", "D"), locks=(("B", "2"), ("C", "1")))
    solve(problem, cuts.FORMULATION, SolveOptions(time_limit_s=20), report=Stopped())
    assert not tried
    assert solve(problem, cuts.FORMULATION, SolveOptions(time_limit_s=20)).status is Status.INFEASIBLE
    assert len(tried) == starts.GROWTHS < 1000


def test_seed_gives_the_same_plan_again():
    """Reproducible mode: the same plan, area by area."""
    problem = random_problem(3)
    options = SolveOptions(time_limit_s=20, reproducible=True)
    first, again = (solve(problem, cuts.FORMULATION, options).plan for _ in range(2))
    assert isinstance(first, SectorsPlan) or first is None
    assert first == again


def test_seats_by_prefix_sums_are_those_filled_one_by_one():
    """Values of all groups from one sorting equal the knapsack filled item by item, and so do critical ratios."""
    rng = np.random.default_rng(5)
    feasible = 0
    for _ in range(300):
        n, groups = int(rng.integers(3, 12)), int(rng.integers(1, 4))
        alpha, cost = rng.normal(size=n), rng.normal(size=n)
        cost[rng.random(n) < 0.1] = np.inf
        work = rng.uniform(0.5, 4.0, n) * (rng.random(n) > 0.1)
        low = rng.uniform(0.0, 6.0, groups)
        high = low + rng.uniform(0.0, 8.0, groups)
        state = np.zeros((groups, n), dtype=np.int8)
        for i in np.flatnonzero(rng.random(n) < 0.2):
            state[:, i] = 2
            state[int(rng.integers(groups)), i] = 1
        own = int(rng.integers(n))
        value, critical = np.empty(groups), np.empty(groups)
        locked = (state != 0).any(axis=0)
        held = np.flatnonzero(locked)
        knapsack.seat(alpha, cost, np.arange(n), work, own, low, high, state, locked, held, value, critical)
        for g in range(groups):
            found = knapsack.fill(alpha, cost, work, own, low[g], high[g], state[g], np.empty(n))
            assert value[g] == pytest.approx(found[0], abs=1e-9)
            if found[2]:
                feasible += 1
                assert critical[g] == pytest.approx(found[1], abs=1e-9)
    assert feasible >= 100
