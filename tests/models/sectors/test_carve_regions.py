"""What ends a branch of the carving: shapes never end one that holds a plan, floors never exceed the cheapest plan."""

from __future__ import annotations

import numpy as np
import pytest
from optimiser_models.sectors import carve as sectors_carve
from optimiser_models.sectors import lagrange
from optimiser_models.sectors.carve import _to_beat, floors, shapes
from optimiser_models.sectors.carve.arguments import arguments
from optimiser_models.sectors.carve.loops import carve
from optimiser_models.sectors.reading import prepare
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.search import State
from optimiser_models.sectors.slots import slots_of

from optimiser import registry
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks import states_data as data
from tests.oracles.partitions import partitions


def _map(seed: int, k: int, window: float = 0.1):
    """Sixteen made-up units: the graph, limits, and every plan there is."""
    g = data.made_up(4, seed)
    mean = g.people.sum() / k
    low, high = int(np.ceil((1 - window) * mean)), int((1 + window) * mean)
    return g, (low, high), partitions(g.people, g.edges, k, low, high, keep=50_000).plans.astype(np.int64)


def _given(g, k: int, limits, far):
    d = prepare(data.question(g, k, objective="travel", distance=far, limits=limits))
    return d, arguments(d, lagrange.servable(d), np.zeros(d.n), np.inf)


def _row(work):
    """Areas in a row as links."""
    n = len(work)
    ends = [[v for v in (u - 1, u + 1) if 0 <= v < n] for u in range(n)]
    starts = np.concatenate([[0], np.cumsum([len(e) for e in ends])]).astype(np.int64)
    return np.array(work, dtype=np.float64), starts, np.concatenate(ends).astype(np.int64)


def test_carving_begins_where_there_is_least_to_choose_from():
    """Two rows: beside a 4 there is room for one other, and a 3 at the end has fewer to choose from than any."""
    work, starts, neighbours = _row([4, 1, 1, 1, 1, 1])
    assert shapes.narrowest(work, 5.0, starts, neighbours) == 0
    work, starts, neighbours = _row([1, 1, 1, 1, 2, 1, 1, 1, 3])
    assert shapes.narrowest(work, 4.0, starts, neighbours) == 8


def _can_be(state, load, m, work, limits, starts, neighbours, root):
    n = state.size
    low, high = (float(v) for v in limits)
    rest = work.sum()
    own = max(low, rest - (m - 1) * high), min(high, rest - (m - 1) * low)
    return shapes.can_be(
        root, load, m, state, work, *own, (low, high), starts, neighbours,
        np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_), np.empty(n, dtype=np.int64),
    )  # fmt: skip


@pytest.mark.parametrize(("seed", "k"), [(0, 2), (1, 3), (2, 4), (3, 4)])
def test_shapes_end_no_branch_that_holds_a_plan(seed: int, k: int):
    """Every district of every plan, decided area by area in random orders: no step is refused; other steps are."""
    g, limits, plans = _map(seed, k)
    d, _ = _given(g, k, limits, data.hops(g))
    work, rng = d.weight[0], np.random.default_rng(seed)
    root = shapes.narrowest(work, float(limits[1]), d.starts, d.neighbours)
    assert len(plans) > 3
    steps = refused = 0
    for plan in plans[:200]:
        mine = plan == plan[root]
        state = np.full(d.n, shapes.OPEN, dtype=np.int8)
        state[root] = shapes.TAKEN
        for i in rng.permutation(np.flatnonzero(np.arange(d.n) != root)):
            wrong = state.copy()
            state[i] = shapes.TAKEN if mine[i] else shapes.LEFT
            wrong[i] = shapes.LEFT if mine[i] else shapes.TAKEN
            load = work[state == shapes.TAKEN].sum()
            assert _can_be(state, load, k, work, limits, d.starts, d.neighbours, root)
            steps += 1
            other = work[wrong == shapes.TAKEN].sum()
            refused += not _can_be(wrong, other, k, work, limits, d.starts, d.neighbours, root)
    assert steps >= 45
    assert refused > 0.1 * steps


@pytest.mark.parametrize(("seed", "k"), [(0, 2), (1, 3), (2, 4), (3, 4)])
def test_floors_lie_below_the_cheapest_plan_and_rise(seed: int, k: int):
    """Prices of a region's own: the bound is at most the least cost of all plans, and above that of no prices."""
    g, limits, plans = _map(seed, k)
    far = data.hops(g)
    d, given = _given(g, k, limits, far)
    work, low, high, own, _, _, cost = given[5]
    best = min(data.least_cost(g, far, plan, 1) for plan in plans)
    first = floors.price(np.zeros(d.n), cost, work, own, low, high, k, np.inf, 1)[0]
    alpha = np.zeros(d.n)
    bound, value, _ = floors.price(alpha, cost, work, own, low, high, k, best, 100)
    assert first < bound <= best * (1 + 1e-9)
    assert alpha.sum() + np.sort(value)[:k].sum() == pytest.approx(bound)
    assert floors.price(np.zeros(d.n), cost, work, own, low, high, k, bound / 2, 100)[0] >= bound / 2


def test_floors_know_where_there_are_no_seats():
    """No centre reaches the work it must have: no districts at all."""
    _, limits, _ = _map(0, 2)
    d, given = _given(data.made_up(4, 0), 2, limits, data.hops(data.made_up(4, 0)))
    work, _, _, own, _, _, cost = given[5]
    total = work.sum()
    assert floors.price(np.zeros(d.n), cost, work, own, 2 * total, 3 * total, 2, np.inf, 5)[0] == np.inf


@pytest.mark.parametrize(("seed", "k"), [(0, 2), (1, 3), (2, 4), (3, 4)])
def test_any_prices_to_begin_with_give_the_same_plan(seed: int, k: int):
    """Prices only end branches: whatever they are, and with no plan known, the cheapest cost is that of all plans."""
    g, limits, plans = _map(seed, k)
    far = data.hops(g)
    _, given = _given(g, k, limits, far)
    best = min(data.least_cost(g, far, plan, 1) for plan in plans)
    rng = np.random.default_rng(seed)
    for budget in (np.inf, best * 1.5, best * (1 + 1e-6)):
        for _ in range(3):
            fresh = list(_given(g, k, limits, far)[1])
            fresh[2], fresh[4] = float(budget), np.array([budget])
            fresh[6] = rng.normal(best / g.n, best / g.n, g.n)
            assert carve(*fresh) == pytest.approx(best, rel=1e-9)
    none = list(given)
    none[2], none[4] = float(best), np.array([best])
    assert carve(*none) == np.inf


def test_guesses_rise_from_the_bound_to_what_is_known():
    """From 100: 102, 103, 104.5 ... and at last the plan's own cost; no guesses without a bound."""
    values = list(_to_beat(100.0, 110.0))
    assert values[:2] == [pytest.approx(102), pytest.approx(103)]
    assert values[-1] == 110.0
    assert values == sorted(values)
    assert all(v < 110 for v in values[:-1])
    assert list(_to_beat(-np.inf, np.inf)) == [np.inf]
    assert list(_to_beat(0.0, 7.0)) == [7.0]
    assert list(_to_beat(100.0, np.inf))[-1] == np.inf


@pytest.mark.parametrize("bound", [0.3, 0.97, 1.2])
def test_guesses_do_not_lose_the_best_plan(monkeypatch, bound: float):
    """Carving below guess after guess ends at the least cost of all plans, and each empty pass is a bound below it.

    A guess above the best plan's cost must not hide it; no plan is known at first.
    """
    g, limits, plans = _map(2, 4)
    far = data.hops(g)
    best = min(data.least_cost(g, far, plan, 1) for plan in plans)
    told: list[float] = []
    monkeypatch.setattr(sectors_carve, "first_plans", lambda run, start: None)
    monkeypatch.setattr(sectors_carve, "_bound", lambda run, slots, allowed, before=None: None)
    monkeypatch.setattr(
        sectors_carve, "_to_beat", lambda known, cost: iter([bound * best, 1.5 * best, np.inf])
    )
    prove = Run.prove
    monkeypatch.setattr(Run, "prove", lambda run, value: (told.append(value), prove(run, value))[1])
    problem = data.question(g, 4, objective="travel", distance=far, limits=limits)
    result = solve(problem, registry.load("sectors.carve"), SolveOptions(time_limit_s=60, confirm=False))
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].value == pytest.approx(best, rel=1e-9)
    assert all(value <= best * (1 + 1e-9) for value in told)
    assert bool([v for v in told if v < best * (1 - 1e-6)]) == (bound < 1)


def test_the_bound_rises_without_a_plan_though_it_begins_at_nothing():
    """Staying costs nothing, so the first bound is 0: steps that aim at a share of it alone would stand still there."""
    g, k = data.made_up(6, 1), 5
    mean = g.people.sum() / k
    limits, far = (int(0.995 * mean), int(1.005 * mean) + 1), data.hops(g) ** 3
    d, _ = _given(g, k, limits, far)
    slots, may = slots_of(d), lagrange.servable(d)
    found = lagrange.improve(d, slots, may, np.inf, keep_going=lambda value: True)
    aimed = lagrange.improve(d, slots, may, 1.1 * found.value, keep_going=lambda value: True)
    assert found.value > 0
    assert found.value == pytest.approx(aimed.value, rel=0.05)


@pytest.mark.parametrize("known", [False, True])
def test_a_plan_that_the_rules_refuse_proves_nothing(monkeypatch, known: bool):
    """Were the loops to find what the rules refuse, neither "no plan" nor "the best" may be said."""
    g, limits, plans = _map(2, 4)
    far = data.hops(g)
    best = min(data.least_cost(g, far, plan, 1) for plan in plans)
    worst = max(plans, key=lambda plan: data.least_cost(g, far, plan, 1))
    problem = data.question(g, 4, objective="travel", distance=far, limits=limits)
    if not known:
        monkeypatch.setattr(sectors_carve, "first_plans", lambda run, start: None)
    else:
        centre = np.array([next(c for c in np.flatnonzero(worst == k)) for k in range(4)])
        monkeypatch.setattr(
            sectors_carve,
            "first_plans",
            lambda run, _: run.offer(State(worst, centre, run.d.value(worst, centre))),
        )
    monkeypatch.setattr(sectors_carve, "_offer", lambda run, room: None)
    monkeypatch.setattr(sectors_carve, "search_on", lambda *args: None)
    result = solve(problem, registry.load("sectors.carve"), SolveOptions(time_limit_s=60, confirm=False))
    assert result.status is (Status.FEASIBLE if known else Status.NO_PLAN)
    if known:
        assert result.objectives[0].value > best
