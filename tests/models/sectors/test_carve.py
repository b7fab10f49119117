"""sectors.carve against every plan there is, on maps larger than the contract's, and on published refutations."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from optimiser_models.sectors import carve

from optimiser import registry
from optimiser.errors import BackendError
from optimiser.solve import options
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks import states_data as data
from tests.benchmarks.spec import SHARED
from tests.oracles.partitions import partitions

OPTIONS = SolveOptions(time_limit_s=60, confirm=False)
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the states are in ../shared/data")


def test_oracle_finds_every_plan():
    """Nine units to three districts of 200 to 400 people: as many plans as among all 3^9 labellings."""
    g = data.made_up(3, 1)
    found = partitions(g.people, g.edges, 3, 200, 400, keep=1000)
    plans = set()
    for others in product(
        range(3), repeat=g.n - 1
    ):  # districts have no names: the first unit is in the first one
        label = np.array((0, *others))
        if not data.faults(g, label, 3, limits=(200, 400)):
            plans.add(frozenset(tuple(np.flatnonzero(label == d).tolist()) for d in range(3)))
    assert found.whole
    assert found.n_plans == len(plans) > 5
    assert not any(data.faults(g, plan.astype(np.int64), 3, limits=(200, 400)) for plan in found.plans)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(g.n)
        again = partitions(g.people, g.edges, 3, 200, 400, keep=1000, order=order)
        kept = {frozenset(tuple(np.flatnonzero(p == d).tolist()) for d in range(3)) for p in again.plans}
        assert again.whole
        assert kept == plans


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [2, 4])
def test_matches_the_best_of_all_plans(seed: int, k: int):
    """Sixteen units within 4 %: the fewest hops of all plans, or the proof that there is none."""
    g = data.made_up(4, seed)
    low, high = int(np.ceil(0.96 * g.people.sum() / k)), int(1.04 * g.people.sum() / k)
    far = data.hops(g)
    problem = data.question(g, k, objective="travel", distance=far, limits=(low, high))
    result = solve(problem, registry.load("sectors.carve"), OPTIONS)
    found = partitions(g.people, g.edges, k, low, high, keep=5000)
    if not found.n_plans:
        assert result.status is Status.INFEASIBLE
        return
    best = min(data.least_cost(g, far, plan.astype(np.int64), 1) for plan in found.plans)
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].value == pytest.approx(best, rel=1e-9)
    assert not data.faults(g, data.label_of(g, result.plan), k, limits=(low, high))


@needs_data
@pytest.mark.parametrize(("state", "optimum"), [("ME", 19093.26), ("NM", 32944.25)])
def test_published_inertia(state: str, optimum: float):
    """The published optimum of whole counties, to its two decimals."""
    known = data.known_inertia("county")[state, True]
    g = data.graph("county", state)
    problem = data.inertia_question(g, state, known["k"], limits=known["limits"])
    result = solve(problem, registry.load("sectors.carve"), OPTIONS)
    assert result.status is Status.OPTIMAL
    assert data.inertia(result.objectives[0].value) == pytest.approx(optimum, abs=0.01)


@needs_data
@pytest.mark.parametrize("state", ["NH", "OR", "SC"])
def test_published_refutations(state: str):
    """No plan of whole counties exists: reported for all three, SC by none of the moment-of-inertia models."""
    known = data.known_feasibility()[state]
    g = data.graph("county", state)
    problem = data.question(g, known["k"], objective="travel", distance=data.hops(g))
    assert known["status"] == "infeasible"
    assert solve(problem, registry.load("sectors.carve"), OPTIONS).status is Status.INFEASIBLE


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"locks": (("u000", "1"),)}, "alike"),
        ({"fixed_centres": ("u000", "")}, "alike"),
        ({"objectives": ("deviation",)}, "minimises one of"),
        ({"balance_frac": {"people": 0.5}, "ceilings": {}}, "wide"),
        ({"balance_frac": {}, "ceilings": {}}, "one kind"),
        ({"relax": {"contiguity": 1.0}}, "contiguity"),
    ],
)
def test_says_what_it_does_not_do(change, word):
    """Each refusal names its reason."""
    problem = data.question(data.made_up(4, 1), 2, objective="travel")
    changed = replace(problem, params=replace(problem.params, **change))
    assert word in registry.load("sectors.carve").refuses(changed)


def test_refuses_large_maps():
    """Regions are remembered in two words of bits: 144 areas are too many."""
    problem = data.question(data.made_up(12, 1), 8, objective="travel")
    assert "128 areas" in registry.load("sectors.carve").refuses(problem)


def _asked(seed: int, window: float = 0.04):
    """Nine made-up units to three districts, by the fewest hops."""
    g = data.made_up(3, seed)
    mean = g.people.sum() / 3
    limits = (int(np.ceil((1 - window) * mean)), int((1 + window) * mean))
    return data.question(g, 3, objective="travel", distance=data.hops(g), limits=limits)


def test_a_second_route_confirms_best_and_none(monkeypatch):
    """Small maps: the assignment model, which knows nothing of the carving, says the same of every one."""
    monkeypatch.setattr(options, "SHORTEST_CONFIRMATION_S", 60.0)
    best = none = 0
    for seed in range(4):
        result = solve(_asked(seed, 0.2), registry.load("sectors.carve"), SolveOptions(time_limit_s=60))
        assert result.status in (Status.OPTIMAL, Status.INFEASIBLE)
        best += result.status is Status.OPTIMAL
        none += result.status is Status.INFEASIBLE
        assert result.confirmed, (seed, result.status)
        assert "by another formulation" in result.confirmed_by
    assert best >= 2, (best, none)


def test_routes_that_disagree_are_a_fault(monkeypatch):
    """Carving that wrongly says there is no plan: the second route has one, and nothing is claimed."""

    def blind(run, allowed, alpha):
        run.best, run.infeasible = None, True
        return {}

    monkeypatch.setattr(carve, "_carve", blind)
    monkeypatch.setattr(carve, "first_plans", lambda run, start: None)
    monkeypatch.setattr(options, "SHORTEST_CONFIRMATION_S", 60.0)
    with pytest.raises(BackendError, match="Two routes disagree: no plan by carving"):
        solve(_asked(0, 0.2), registry.load("sectors.carve"), SolveOptions(time_limit_s=60))
