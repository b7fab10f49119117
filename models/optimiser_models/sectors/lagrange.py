r"""A lower bound on any districting, by Lagrangian relaxation of "every area belongs to one district".

    min  sum_j sum_i c_ji x_ji                                        (1)
    s.t. sum_j x_ji = 1                        for all i              (2)  relaxed with multipliers alpha_i
         L_s y_js <= sum_i w_i x_ji <= U_s y_js, x_ji <= y_j          (3)  one kind of work, exactly
         sum_j y_js = 1 for each district s, sum_s y_js <= 1          (4)

For given ``alpha`` each pair of centre j and district s is a continuous knapsack with a floor and a ceiling,
solved by sorting; the pairs are then matched (4). The bound ignores contiguity and further kinds of work, so
it is valid with them. Two facts about contiguous plans sharpen it: an area that no chain of areas within
U_s joins to the centre cannot be served from it, and neither can one beyond the longest drive.

Held, Wolfe and Crowder (1974) for the steps; Hess et al. (1965) for the model.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from optimiser_models.sectors.arrays import FREE, Districting

LEVEL = 1e-9
"""A slope below this is rounding: a step along it would be without end."""
NEVER = 1e15
"""Stands for a pair that cannot be, in a matching."""


@dataclass
class Bound:
    """Multipliers (n,), the bound they prove, and what it says of each pair.

    ``needs`` has shape (C, n): a plan that serves area i from centre j costs at least this much.
    """

    alpha: NDArray[np.float64]
    value: float
    needs: NDArray[np.float64]


@dataclass(frozen=True)
class Slots:
    """Districts that a centre may serve, alike ones together.

    ``group`` (k,) gives each district its group; per group: window (G,), state (G, n) of each area
    (0 free, 1 must belong, 2 must not), and the only centre it may have (G,) or FREE.
    """

    group: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    state: NDArray[np.int8]
    only: NDArray[np.int64]


def slots(d: Districting) -> Slots:
    """Group the districts that are alike: same window, no given centre, no lock of their own."""
    hard_locks = d.lock if d.slack_locks == 0 else np.full(d.n, FREE)
    keys: dict[tuple[float | int, ...], int] = {}
    group = np.zeros(d.k, dtype=np.int64)
    rows = []
    for k in range(d.k):
        low, high = (d.low[0, k], d.high[0, k]) if d.weight.size else (0.0, np.inf)
        own = k if (d.lock == k).any() else FREE
        key = (*d.low[:, k].tolist(), *d.high[:, k].tolist(), int(d.fixed[k]), own)
        if key not in keys:
            keys[key] = len(keys)
            state = np.where((hard_locks != FREE) & (hard_locks != k), 2, np.where(hard_locks == k, 1, 0))
            rows.append((low, high, state, d.fixed[k]))
        group[k] = keys[key]
    return Slots(
        group,
        np.array([r[0] for r in rows], dtype=np.float64),
        np.array([r[1] for r in rows], dtype=np.float64),
        np.array([r[2] for r in rows], dtype=np.int8),
        np.array([r[3] for r in rows], dtype=np.int64),
    )


def servable(d: Districting) -> NDArray[np.bool_]:
    """Return which area a centre can serve at all, shape (C, n), by the longest drive and by contiguity.

    A contiguous district that holds centre j and area i holds a chain of areas between them; its work is at
    least that of the lightest chain, so a chain above every ceiling rules the pair out.
    """
    allowed = d.allowed.copy()
    if not d.contiguity or d.slack_areas or not d.weight.size:
        return allowed
    ceiling = float(d.high[0].max())
    for area in np.unique(d.centre_area):
        chain = _lightest_chain(d, int(area), ceiling)
        allowed[d.centre_area == area] &= chain <= ceiling * (1 + 1e-9)
    return allowed


def _lightest_chain(d: Districting, root: int, ceiling: float) -> NDArray[np.float64]:
    work = d.weight[0]
    best = np.full(d.n, np.inf)
    best[root] = work[root]
    heap = [(float(work[root]), root)]
    while heap:
        far, u = heapq.heappop(heap)
        if far > best[u] or far > ceiling:
            continue
        for v in d.neighbours[d.starts[u] : d.starts[u + 1]].tolist():
            if far + work[v] < best[v]:
                best[v] = far + work[v]
                heapq.heappush(heap, (float(best[v]), v))
    return best


def improve(
    d: Districting,
    s: Slots,
    allowed: NDArray[np.bool_],
    incumbent: float,
    *,
    alpha: NDArray[np.float64] | None = None,
    rounds: int = 1000,
    keep_going: Callable[[float], bool],
) -> Bound | None:
    """Improve the multipliers by deflected subgradient steps; None where the pairs cannot be matched at all.

    ``incumbent`` is an upper bound (inf where there is none: the steps then aim a little above the bound).
    ``keep_going(bound)`` is asked each round.
    """
    work = d.weight[0] if d.weight.size else np.zeros(d.n)
    cost = np.where(allowed, d.cost, np.inf)
    own = d.centre_area
    if alpha is None:
        near = np.partition(d.cost, min(d.k, d.cost.shape[0] - 1), axis=0)[min(d.k, d.cost.shape[0] - 1)]
        alpha = near.copy()
    best, best_alpha = -np.inf, alpha.copy()
    direction, reach, stale = np.zeros(d.n), 1.0, 0
    value = np.empty((d.cost.shape[0], s.low.size))
    for _ in range(rounds):
        _price(alpha, cost, work, own, s.low, s.high, s.state, value)
        matched = _match(value, s)
        if matched is None:
            return None
        centres, groups = matched
        bound = float(alpha.sum() + value[centres, groups].sum()) - _rounding(alpha, d)
        stale = 0 if bound > best + 1e-5 * abs(best) else stale + 1
        if bound > best:
            best, best_alpha = bound, alpha.copy()
        if stale >= 15:
            reach, stale, alpha = reach * 0.6, 0, best_alpha.copy()
            direction[:] = 0
        if not keep_going(best) or reach < 1e-3:
            break
        slope = 1.0 - _serve(alpha, cost, work, own, s.low, s.high, s.state, centres, groups)
        if np.abs(slope).max() < LEVEL:
            break
        direction = 0.7 * slope + 0.3 * direction
        aim = incumbent if np.isfinite(incumbent) else best + 0.05 * abs(best)
        alpha = alpha + reach * max(aim - bound, 1e-6 * abs(bound)) / float((slope * slope).sum()) * direction
    return Bound(best_alpha, best, _needs(d, s, cost, work, best_alpha))


def _rounding(alpha: NDArray[np.float64], d: Districting) -> float:
    """Return what the sums behind a bound may have lost to rounding: it matters where multipliers have run away."""
    size = float(np.abs(alpha).sum() + np.abs(d.cost).max(initial=0.0) * d.n)
    return float(np.finfo(np.float64).eps) * d.n * (d.k + 1) * size


def _match(value: NDArray[np.float64], s: Slots) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Choose a centre for each district, all different, at least total value: (centres (k,), groups (k,))."""
    if s.low.size == 1 and s.only[0] == FREE:
        k = s.group.size
        centres = np.argpartition(value[:, 0], k - 1)[:k]
        groups = np.zeros(k, dtype=np.int64)
    else:
        pairs = value[:, s.group].T.copy()
        for slot, only in enumerate(s.only[s.group]):
            if only != FREE:
                keep = pairs[slot, only]
                pairs[slot] = NEVER
                pairs[slot, only] = keep
        _, centres = linear_sum_assignment(np.minimum(pairs, NEVER))
        groups = s.group
    if (value[centres, groups] >= NEVER).any():
        return None
    return centres.astype(np.int64), groups


@njit(cache=True)
def _fill(alpha, cost, work, own, low, high, state, take):  # type: ignore[no-untyped-def]
    """Solve one continuous knapsack; ``take`` gets the shares. Returns (value, critical ratio, feasible)."""
    n = alpha.size
    total = 0.0
    load = 0.0
    ratio = np.empty(n)
    for i in range(n):
        take[i] = 0.0
        r = cost[i] - alpha[i]
        if i == own or state[i] == 1:
            if not np.isfinite(r) or state[i] == 2:
                return 1e15, 0.0, False
            total += r
            load += work[i]
            take[i] = 1.0
            ratio[i] = np.inf
        elif state[i] == 2 or not np.isfinite(r):
            ratio[i] = np.inf
        elif work[i] > 0:
            ratio[i] = r / work[i]
        elif r < 0:
            total += r
            take[i] = 1.0
            ratio[i] = np.inf
        else:
            ratio[i] = np.inf
    critical = 0.0
    if load > high * (1 + 1e-9):
        return 1e15, 0.0, False
    for i in np.argsort(ratio):
        if not np.isfinite(ratio[i]):
            break
        room = (high if ratio[i] < 0 else low) - load
        if room <= 0:
            if ratio[i] < 0:
                critical = ratio[i]
            break
        if ratio[i] >= 0:
            critical = ratio[i]
        share = 1.0 if work[i] <= room else room / work[i]
        take[i] = share
        total += share * (cost[i] - alpha[i])
        load += share * work[i]
        if share < 1.0:
            critical = ratio[i]
            break
    if load < low * (1 - 1e-9):
        return 1e15, 0.0, False
    return total, critical, True


@njit(cache=True, parallel=True)
def _price(alpha, cost, work, own, low, high, state, value):  # type: ignore[no-untyped-def]
    for j in prange(cost.shape[0]):
        take = np.empty(alpha.size)
        for g in range(low.size):
            value[j, g] = _fill(alpha, cost[j], work, own[j], low[g], high[g], state[g], take)[0]


@njit(cache=True)
def _serve(alpha, cost, work, own, low, high, state, centres, groups):  # type: ignore[no-untyped-def]
    served = np.zeros(alpha.size)
    take = np.empty(alpha.size)
    for s in range(centres.size):
        g = groups[s]
        _fill(alpha, cost[centres[s]], work, own[centres[s]], low[g], high[g], state[g], take)
        served += take
    return served


def _needs(
    d: Districting, s: Slots, cost: NDArray[np.float64], work: NDArray[np.float64], alpha: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what a plan costs at least if centre j serves area i, shape (C, n); inf where it cannot.

    Opening j instead of the worst chosen centre costs the difference of their values; taking i into the
    knapsack of j costs at least its reduced cost at the critical ratio (linear programming duality).
    """
    n_centres = d.cost.shape[0]
    value = np.empty((n_centres, s.low.size))
    critical = np.zeros((n_centres, s.low.size))
    take = np.empty(d.n)
    for j in range(n_centres):
        for g in range(s.low.size):
            value[j, g], critical[j, g], _ = _fill(
                alpha, cost[j], work, d.centre_area[j], s.low[g], s.high[g], s.state[g], take
            )
    lost = _rounding(alpha, d)
    needs = np.full(d.cost.shape, np.inf)
    base = _match(value, s)
    if base is None:
        return needs
    for j in range(n_centres):
        for g in range(s.low.size):
            total = _with(value, s, j, g)
            if not np.isfinite(total):
                continue
            extra = np.maximum(cost[j] - alpha - critical[j, g] * work, 0.0)
            extra = np.where(s.state[g] == 2, np.inf, extra)
            extra[(s.state[g] == 1) | (np.arange(d.n) == d.centre_area[j])] = 0.0  # in the knapsack already
            needs[j] = np.minimum(needs[j], alpha.sum() + total + extra - lost)
    return needs


def _with(value: NDArray[np.float64], s: Slots, j: int, g: int) -> float:
    """Return the least total value of a matching in which centre j serves a district of group g."""
    if value[j, g] >= NEVER or s.only[g] not in (FREE, j):
        return float("inf")
    if s.low.size == 1 and s.only[0] == FREE:
        others = np.delete(value[:, 0], j)
        k = s.group.size
        rest = np.partition(others, k - 2)[: k - 1].sum() if k > 1 else 0.0
        total = float(value[j, 0] + rest)
        return total if total < NEVER else float("inf")
    keep = value[j, g]
    slot = int(np.flatnonzero(s.group == g)[0])
    pairs = np.delete(value[:, np.delete(s.group, slot)], j, axis=0).T.copy()
    index = np.delete(np.arange(value.shape[0]), j)
    for row, only in enumerate(s.only[np.delete(s.group, slot)]):
        if only != FREE:
            pairs[row] = np.where(index == only, pairs[row], NEVER)
    if pairs.size == 0:
        return float(keep)
    if pairs.shape[0] > pairs.shape[1]:
        return float("inf")
    rows, columns = linear_sum_assignment(np.minimum(pairs, NEVER))
    total = float(keep + pairs[rows, columns].sum())
    return total if total < NEVER else float("inf")
