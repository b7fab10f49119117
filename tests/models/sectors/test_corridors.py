"""Corridors of locked areas: never more than any connected set costs, and often all of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
from optimiser_models.sectors import corridors, knapsack, lagrange, reading
from optimiser_models.sectors.slots import Cells, slots_of

from tests.oracles.sectors_cases import enumerate_best, path_of_four, random_problem

ALWAYS = lambda *_: True  # noqa: E731


def _links(graph: nx.Graph):
    starts = np.concatenate([[0], np.cumsum([graph.degree(i) for i in range(len(graph))])]).astype(np.int64)
    near = np.array([v for i in range(len(graph)) for v in sorted(graph[i])], dtype=np.int64)
    return starts, near


def _least_tree(graph: nx.Graph, terminals: set[int], weight: np.ndarray) -> float:
    """Return the least weight of a connected set that holds the terminals, by trying every set."""
    others = [i for i in graph if i not in terminals]
    best = np.inf
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            members = terminals | set(more)
            if nx.is_connected(graph.subgraph(members)):
                best = min(best, float(weight[sorted(members)].sum()))
    return best


def test_corridors_pack_into_the_least_tree():
    """Against every connected set of a 3 x 4 grid: never above it, equal for one lock, and often equal for two."""
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(3, 4))
    starts, near = _links(graph)
    n = len(graph)
    tight = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        own, *locked = rng.choice(n, 2 + seed % 2, replace=False).tolist()
        weight = np.round(rng.uniform(0, 10, n), 2) * (rng.random(n) < 0.8)
        weight[[own, *locked]] = 0.0
        keys, nodes = np.empty(near.size + 1), np.empty(near.size + 1, dtype=np.int64)
        parent, on = np.empty(n, dtype=np.int64), np.zeros(n, dtype=bool)
        left = weight.copy()
        found = corridors.link(
            own, np.array(locked), left, starts, near, np.empty(n), parent, keys, nodes, on
        )
        least = _least_tree(graph, {own, *locked}, weight)
        assert found <= least + 1e-9, seed
        assert (left <= weight + 1e-12).all()
        # what is left still adds to any further area that is to hang together with them
        away = np.empty(n)
        corridors.far(own, -1, left, starts, near, away, parent, keys, nodes)
        for i in range(0, n, 5):
            assert found + away[i] <= _least_tree(graph, {own, *locked, i}, weight) + 1e-9, seed
        tight += abs(found - least) < 1e-9
        if len(locked) == 1:
            assert abs(found - least) < 1e-9, seed
    assert tight >= 20


def test_any_price_of_work_bounds_the_knapsack_and_its_own_is_tight():
    """Random knapsacks with a floor, a ceiling, locks and bars: below the value at any ratio, equal at the critical."""
    rng = np.random.default_rng(7)
    for _ in range(60):
        n = 9
        alpha, cost, work = rng.normal(5, 3, n), rng.uniform(0, 9, n), rng.uniform(0.5, 3, n)
        state = rng.choice(np.array([0, 0, 0, 1, 2], dtype=np.int8), n)
        state[0] = 0
        low, high = sorted(rng.uniform(2, 14, 2))
        value, critical, fits = knapsack.fill(alpha, cost, work, 0, low, high, state, np.empty(n))
        if not fits:
            continue
        for ratio in (*rng.normal(0, 3, 6), 0.0):
            assert knapsack.at_ratio(alpha, cost, work, 0, low, high, state, ratio) <= value + 1e-9
        assert abs(knapsack.at_ratio(alpha, cost, work, 0, low, high, state, critical) - value) < 1e-9


def _least_filling(graph, own, locked, gain, work, low, high):
    """Return the least sum of gains of a connected set with the given areas and work in the window: all are tried."""
    others = [i for i in graph if i not in {own, *locked}]
    best = np.inf
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            members = sorted({own, *locked, *more})
            if low <= work[members].sum() <= high and nx.is_connected(graph.subgraph(members)):
                best = min(best, float(gain[members].sum()))
    return best


def test_seats_with_corridors_never_cost_more_than_the_least_district():
    """Every connected district of a 3 x 3 grid tried: the seat's value is below, and above the knapsack's alone."""
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(3, 3))
    starts, near = _links(graph)
    n, raised = len(graph), 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        own, *locked = rng.choice(n, 3, replace=False).tolist()
        alpha, cost, work = rng.normal(4, 3, n), rng.uniform(0, 9, (1, n)), rng.uniform(0.5, 2, n)
        state = np.zeros((1, n), dtype=np.int8)
        state[0, locked] = 1
        low, high = np.array([3.0]), np.array([6.0])
        value, ratio, fits = knapsack.fill(alpha, cost[0], work, own, 3.0, 6.0, state[0], np.empty(n))
        least = _least_filling(graph, own, locked, cost[0] - alpha, work, 3.0, 6.0)
        if not fits or not np.isfinite(least):
            continue
        found, critical = np.array([[value]]), np.array([[ratio]])
        corridors.add(
            alpha, cost, work, np.array([own]), low, high, critical, state, np.array([np.inf]),
            np.array([0]), np.array([0]), starts, near, found,
        )  # fmt: skip
        assert value - 1e-9 <= found[0, 0] <= least + 1e-9, seed
        raised += found[0, 0] > value + 1e-6
    assert raised >= 8


def test_a_lock_across_the_other_district_costs_its_corridor():
    """Centres A and D are given and C is locked to A's district: B comes along; by knapsacks alone it need not."""
    problem = path_of_four(fixed_centres=("A", "D"), locks=(("C", "1"),), balance_frac={"calls": 0.5})
    _, value = enumerate_best(problem)  # A serves B and C: 60 + 120
    found = {}
    for contiguity in (True, False):
        d = reading.prepare(replace(problem, params=replace(problem.params, contiguity=contiguity)))
        bound = lagrange.improve(d, slots_of(d), d.allowed, value, rounds=400, keep_going=ALWAYS)
        found[contiguity] = bound.value
    assert found[True] <= value + 1e-6
    assert found[True] >= found[False] - 1e-6


def test_counting_centres_in_cells_relaxes_the_matching():
    """Where the best plan's centres fit the counts, the bound stays below it; where they do not, it may pass it."""
    compared = 0
    for seed in range(24):
        problem = random_problem(seed)
        plan, value = enumerate_best(problem)
        if plan is None:
            continue
        d = reading.prepare(problem)
        cost = -value if problem.params.first_sense == "max" else value
        chosen = np.array([problem.centre_ids.index(c) for c in plan.centre_of.values()])
        of = np.arange(len(problem.centre_ids)) % 2
        counts = np.bincount(of[chosen], minlength=2)
        keep = np.flatnonzero(counts)
        of = np.where(np.isin(of, keep), np.searchsorted(keep, of), -1)
        s = replace(slots_of(d), cells=Cells(of, counts[keep]))
        bound = lagrange.improve(d, s, lagrange.servable(d), cost, rounds=150, keep_going=ALWAYS)
        assert bound is not None, seed
        assert bound.value <= cost + 1e-6 * max(1.0, abs(cost)), seed
        for area, i in zip(problem.area_ids, d.contraction.part.tolist(), strict=True):
            j = problem.centre_ids.index(plan.centre_of[plan.district_of[area]])
            assert bound.needs[j, i] <= cost + 1e-6 * max(1.0, abs(cost)), (seed, area)
        compared += 1
    assert compared >= 8
