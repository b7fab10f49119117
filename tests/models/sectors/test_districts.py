"""The bound by real districts: never above the least district, equal where there is time, and no plan is lost."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from optimiser_models.sectors import districts, knapsack, lagrange, reading, relaxation
from optimiser_models.sectors.slots import slots_of

from tests.oracles.sectors_cases import enumerate_best, random_problem

ALWAYS = lambda *_: True  # noqa: E731
ENOUGH, WIDE, EDGE = 5_000, 1e6, 1e-9
GRID = nx.convert_node_labels_to_integers(nx.grid_2d_graph(3, 4))


def _links():
    starts = np.concatenate([[0], np.cumsum([GRID.degree(i) for i in range(len(GRID))])]).astype(np.int64)
    return starts, np.array([v for i in range(len(GRID)) for v in sorted(GRID[i])], dtype=np.int64)


def _least_district(own, state, gain, work, low, high):
    """Return the least sum of gains of a connected set within all windows: every set is tried."""
    may = [i for i in GRID if state[i] == 0 and i != own]
    held = {own, *np.flatnonzero(state == 1).tolist()}
    best = np.inf
    for size in range(len(may) + 1):
        for more in combinations(may, size):
            members = sorted(held | set(more))
            load = work[:, members].sum(axis=1)
            fits = (load >= low * (1 - EDGE)).all() and (load <= high * (1 + EDGE)).all()
            if fits and gain[members].sum() < best and nx.is_connected(GRID.subgraph(members)):
                best = float(gain[members].sum())
    return best


def _seat(rng, whole=False):
    """Make one seat: a random centre, locks, bars, prices, and two kinds of work, priced at random too."""
    n = len(GRID)
    own = int(rng.integers(n))
    state = rng.choice(np.array([0, 0, 0, 0, 0, 1, 2], dtype=np.int8), n)
    state[own] = 0
    work = rng.uniform(0.5, 2.0, (2, n))
    low = work.sum(axis=1) * rng.uniform(0.2, 0.4, 2)
    high = low * rng.uniform(1.1, 1.6, 2)
    if (
        whole
    ):  # whole numbers at the edge of windows that rounding has moved: what fits to the last digit fits
        work = np.ceil(work)
        low, high = np.round(low) * (1 + 1e-14), np.round(high) * (1 - 1e-14)
    alpha, cost = rng.uniform(2, 9, n), rng.uniform(0, 9, n)
    over, under = rng.uniform(0, 1, 2) * (rng.random(2) < 0.5)
    priced = cost + (over - under) * work[1]
    constant = under * low[1] - over * high[1]
    return own, state, work, low, high, alpha, cost, priced, constant


def _price(seat, branches, room):
    own, state, work, low, high, alpha, cost, priced, constant = seat
    n = len(GRID)
    _, ratio, _ = knapsack.fill(alpha, priced, work[0], own, low[0], high[0], state, np.empty(n))
    base = knapsack.at_ratio(alpha, priced, work[0], own, low[0], high[0], state, ratio) + constant
    bound, total, take = np.empty(1), np.empty(1), np.empty((1, n))
    one = np.zeros(1, dtype=np.int64)
    districts.price(
        alpha, cost[None], priced[None], np.full((1, 1), constant), work, np.array([own]), low[:, None].copy(),
        high[:, None].copy(), state[None], np.full((1, 1), ratio), np.array([base]), room, branches, one, one,
        *_links(), bound, total, take,
    )  # fmt: skip
    return base, float(bound[0]), float(total[0]), np.flatnonzero(take[0])


def test_with_enough_branches_it_is_the_least_district():
    """Against every connected set of a 3 x 4 grid: the same cost, by a district that keeps all rules; or none."""
    found = 0
    for seed in range(120):
        seat = own, state, work, low, high, alpha, cost, _, _ = _seat(
            np.random.default_rng(seed), seed % 2 == 1
        )
        least = _least_district(own, state, cost - alpha, work, low, high)
        base, bound, total, members = _price(seat, ENOUGH, WIDE)
        assert bound == pytest.approx(min(least, base + WIDE), abs=1e-9), seed
        assert total == pytest.approx(least, abs=1e-9), seed
        if not np.isfinite(least):
            continue
        found += 1
        assert own in members
        assert nx.is_connected(GRID.subgraph(members.tolist()))
        assert set(np.flatnonzero(state == 1)) <= set(members)
        assert not (state[members] == 2).any()
        assert (cost - alpha)[members].sum() == pytest.approx(total)
        assert (work[:, members].sum(axis=1) >= low - 1e-6).all()
        assert (work[:, members].sum(axis=1) <= high + 1e-6).all()
    assert 40 <= found < 120


def test_stopped_early_or_short_of_room_it_stays_below():
    """With few branches or little room the bound is between the knapsack's and the least district's."""
    rises = 0
    for seed in range(60):
        seat = own, state, work, low, high, alpha, cost, _, _ = _seat(np.random.default_rng(seed))
        least = _least_district(own, state, cost - alpha, work, low, high)
        for branches, room in ((0, WIDE), (1, WIDE), (4, 5.0), (ENOUGH, 1.0), (ENOUGH, 0.2)):
            base, bound, total, _ = _price(seat, branches, room)
            assert base - 1e-9 <= bound <= min(least, base + room) + 1e-9, (seed, branches, room)
            assert total >= least - 1e-9
            if branches == ENOUGH:
                assert bound == pytest.approx(min(least, base + room), abs=1e-9), seed
            rises += bound > base + 1e-9
    assert rises >= 100


def test_the_bound_by_real_districts_keeps_the_best_plan_and_is_no_weaker():
    """On seeded maps: below the enumerated optimum, as is what its pairs need, and never below the knapsacks'."""
    compared = higher = 0
    for seed in range(24):
        problem = random_problem(seed)
        plan, value = enumerate_best(problem)
        d = reading.prepare(problem)
        if plan is None or not relaxation.by_districts(d):
            continue
        best = -value if problem.params.first_sense == "max" else value
        allowed, s = lagrange.servable(d), slots_of(d)
        known = best + 0.2 * abs(best)
        first = lagrange.improve(d, s, allowed, known, rounds=40, keep_going=ALWAYS)
        assert first is not None
        kept = []
        real = lagrange.improve(
            d, s, allowed, known, at=first.at, rounds=60, keep_going=ALWAYS, branches=200,
            found=lambda centre, areas: kept.append((centre, areas)),  # noqa: B023
        )  # fmt: skip
        assert real is not None, seed
        small = 1e-6 * max(1, abs(best))
        assert first.value - small <= real.value <= best + small, seed
        higher += real.value > first.value + small
        for area, i in zip(problem.area_ids, d.contraction.part.tolist(), strict=True):
            j = problem.centre_ids.index(plan.centre_of[plan.district_of[area]])
            assert real.needs[j, i] <= best + small, (seed, area)
        assert all(d.centre_area[centre] in areas for centre, areas in kept)
        compared += 1
    assert compared >= 8
    assert higher >= 3
