"""Bound and set partition by turns: the bound climbs, never above a plan; what joins the pool are real districts."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
from optimiser_models.sectors import generation, lagrange, pool, reading, relaxation, search
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.relaxation import Multipliers
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.slots import slots_of

from optimiser.solve.options import SolveOptions
from tests.models.sectors.test_border import grid
from tests.oracles.sectors_cases import enumerate_best, random_problem

ALWAYS = lambda *_: True  # noqa: E731
A_LOOK_S = 0.01


class Clock:
    """A report whose time goes by the looks at it, so that a test has as many rounds everywhere."""

    def __init__(self):
        self.looks = 0

    def __call__(self, **told):
        """Hear what is told."""

    def should_stop(self):
        """Go on."""
        return False

    def elapsed_s(self):
        """Return the looks so far, as seconds."""
        self.looks += 1
        return A_LOOK_S * self.looks


def _run(problem, d, states):
    """Return a run that knows these plans, their districts in its pool."""
    run = Run(problem, d, SolveOptions(time_limit_s=1e6), Clock(), 0.0, 1e6, "travel")
    for state in states:
        run.pool.keep(d, state)
    run.best = min(states, key=lambda state: state.cost)
    return run


def _annealed(d, n):
    found = (
        search.anneal(d, grow(d, i), moves=5_000, seed=i, keep_going=ALWAYS)
        for i in range(n)
        if grow(d, i) is not None
    )
    return [state for state in found if state is not None]


def test_no_plan_is_lost():
    """On seeded maps: no bound above the enumerated optimum, as is what its pairs need, and none below the first."""
    compared = higher = 0
    for seed in range(40):
        problem = random_problem(seed)
        plan, value = enumerate_best(problem)
        d = reading.prepare(problem)
        if plan is None or not relaxation.by_districts(d) or d.apart.size or d.same.size:
            continue
        states = _annealed(d, 4)
        if not states:
            continue
        best = -value if problem.params.first_sense == "max" else value
        s, allowed = slots_of(d), lagrange.servable(d)
        run = _run(problem, d, states)
        first = lagrange.improve(d, s, allowed, run.best.cost, rounds=5, keep_going=ALWAYS)
        found = generation.climb(run, s, allowed, first, seconds=1.0, branches=200)
        small = 1e-6 * max(1, abs(best))
        assert first.value <= found.value <= best + small, seed
        higher += found.value > first.value + small
        for area, i in zip(problem.area_ids, d.contraction.part.tolist(), strict=True):
            j = problem.centre_ids.index(plan.centre_of[plan.district_of[area]])
            assert found.needs[j, i] <= best + small, (seed, area)
        compared += 1
    assert compared >= 6
    assert higher >= 2


def test_bound_and_pool_meet():
    """Nine districts alike on a grid: the bound rises towards what the districts known make at least, in one piece."""
    problem, side, k = grid(9, 9), 9, 9
    calls = np.round(np.random.default_rng(5).gamma(0.7, 10, side * side) + 1)
    params = replace(
        problem.params,
        district_ids=tuple(str(i) for i in range(k)),
        objectives=("travel",),
        balance_frac={"calls": 0.2},
    )
    problem = replace(problem, calls=calls, balance=calls[None], params=params)
    d = reading.prepare(problem)
    s, allowed = slots_of(d), lagrange.servable(d)
    run = _run(problem, d, _annealed(d, 6))
    first = lagrange.improve(d, s, allowed, run.best.cost, rounds=60, keep_going=ALWAYS)
    before = _together(run)
    found = generation.climb(run, s, allowed, first, seconds=2.0, branches=3_000)
    after = _together(run)
    assert first.value < found.value <= after + 1e-6 * after <= before + 2e-6 * before
    assert after - found.value < 0.5 * (before - first.value)
    graph = nx.Graph(problem.edges.tolist())
    assert run.pool.priced_of
    for key, centre in run.pool.priced_of.items():
        areas = np.frombuffer(key, dtype=np.int32)
        assert int(d.centre_area[centre]) in areas
        assert nx.is_connected(graph.subgraph(areas.tolist()))
        assert d.low[0, 0] * (1 - 1e-6) <= calls[areas].sum() <= d.high[0, 0] * (1 + 1e-6)


def _together(run):
    """Return what the districts known make at least, shares of them allowed: prices times what they are paid for."""
    prices = run.pool.prices(run, 1e6)
    assert prices is not None
    return float(prices.area.sum() + prices.group.sum() * run.d.k)


def test_a_cheaper_centre_replaces_one_known():
    """The same areas by another centre are new where it is cheaper, or where the known one is a candidate no more."""
    problem, _ = grid(3, 3), 3
    problem = replace(
        problem, params=replace(problem.params, district_ids=("1", "2"), objectives=("travel",))
    )
    d = reading.prepare(problem)
    known = pool.Pool()
    areas = np.array([0, 1, 2])
    by_cost = np.argsort(d.cost[:3, areas].sum(axis=1))
    best, worst = int(by_cost[0]), int(by_cost[-1])
    assert d.cost[best, areas].sum() < d.cost[worst, areas].sum()
    assert known.price(d, worst, areas)
    assert known.price(d, best, areas)
    assert not known.price(d, worst, areas)
    fewer = d.among(np.array([j for j in range(9) if j != best]))
    assert known.price(fewer, int(np.flatnonzero(fewer.centres == worst)[0]), areas)


def test_between():
    """On the way from the best prices to the pool's; prices of limits never below zero."""
    m = Multipliers(np.array([2.0]), np.array([1.0]), np.array([[4.0]]), np.array([[8.0]]))
    prices = pool.Prices(np.array([6.0]), np.array([-9.0]), np.array([1.0]))
    half = generation.between(m, prices, 0.5, np.array([1.0]))
    assert (half.alpha[0], half.mu[0], half.over[0, 0], half.under[0, 0]) == (4.0, 0.0, 2.0, 4.0)
