"""The staircases of start sets reckoned a second time, apart from ``stairs``.

Nothing is shared but the claim, the multipliers and the limits of the week that they price. Prices come from the
question itself by the words of its measures, for every whole number on duty; staircases are walked for all days or
sets at once; every set of starts is looked at, one by one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import relaxed
from optimiser.problems.shifts import ShiftsProblem
from optimiser.units import SECONDS_PER_HOUR
from optimiser_models.shifts.terms import terms

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_SETS = 5_000_000
MOST_WALKED = 50_000
AT_ONCE = 100_000
WALKED_AT_ONCE = 500
LOST = 1e-9


def refutes(
    problem: ShiftsProblem,
    multipliers: FloatArray,
    most: int,
    limit: float,
    settled: Sequence[tuple[int, ...]],
    *,
    keep_going: Callable[[], bool],
) -> bool:
    """Say whether every set of ``most`` starts but the settled ones costs at least ``limit``, in the planner's unit.

    False also where it would take too long to tell.
    """
    starts = np.unique(problem.shift_start[problem.shift_days.any(axis=1)])
    if math.comb(starts.size, most) > MOST_SETS:
        return False
    table, earned = _prices(problem, multipliers)
    if table is None:
        return False
    limit = limit - earned + LOST * (abs(earned) + float(np.abs(table[np.isfinite(table)]).max()))
    arcs = _arcs(problem, table, starts)
    known = set(settled)
    left: list[tuple[int, ...]] = []
    every = itertools.combinations(range(starts.size), most)
    while (part := list(itertools.islice(every, AT_ONCE))) and keep_going():
        chosen = np.array(part, dtype=np.int64)
        following = np.roll(chosen, -1, axis=1)
        cost = arcs[chosen, (following - chosen) % starts.size].sum(axis=1)
        left += [s for s in map(tuple, chosen[cost < limit].tolist()) if s not in known]
        if len(left) > MOST_WALKED:
            return False
    for first in range(0, len(left), WALKED_AT_ONCE):
        if not keep_going():
            return False
        walked = np.array(left[first : first + WALKED_AT_ONCE], dtype=np.int64)
        if (_walk(problem, table, starts, walked) < limit).any():
            return False
    return keep_going()


def _prices(problem: ShiftsProblem, multipliers: FloatArray) -> tuple[FloatArray | None, float]:
    """Return what n officers cost in each slot, less what the multipliers pay, for n = 0 .. N, and what they earn.

    None where it might pay to have more than N on duty.
    """
    t, p = terms(problem), problem.params
    away = np.array(problem.away or [0] * problem.n_slots, dtype=np.int64)
    calls_h = problem.call_work_s / SECONDS_PER_HOUR
    n_most = int(problem.requirement.max(initial=0)) + len(problem.shortage_prices) + 1
    n_most = max(n_most, p.minimum_on_duty)
    if p.call_ceiling_frac > 0:
        n_most = max(n_most, math.ceil(float(calls_h.max()) / (p.call_ceiling_frac * problem.slot_h)) + 1)
    if p.no_free_price > 0:
        n_most = max(n_most, problem.nobody_free.shape[1])
    on_rota = np.arange(n_most + int(away.max()) + 1, dtype=np.float64)
    n = on_rota - away[:, None]
    above = np.maximum(calls_h[:, None] - p.call_ceiling_frac * n * problem.slot_h, 0.0) * p.interval_price
    if p.no_free_price > 0:
        above = above + p.no_free_price * _nobody_free(problem.nobody_free, n)
    need = np.full(problem.n_slots, p.minimum_on_duty - relaxed(p.relax, "minimum_on_duty"))
    missing = np.clip(problem.requirement[:, None] - n, 0.0, problem.requirement[:, None])
    if p.objective == "cost":
        need = np.maximum(need, problem.requirement - relaxed(p.relax, "requirement"))
        table = above + problem.cost_per_officer_h[:, None] * on_rota * problem.slot_h
        steepest = problem.cost_per_officer_h * problem.slot_h
    else:
        short = np.stack(
            [
                _dear(problem, int(r))[m.astype(np.int64)]
                for r, m in zip(problem.requirement, missing, strict=True)
            ]
        )
        spare = np.maximum(n - problem.requirement[:, None], 0.0) * (p.surplus_price * problem.slot_h)
        table = above + short + spare
        steepest = np.full(problem.n_slots, p.surplus_price * problem.slot_h)
    lam, mu, nu = [*multipliers.tolist(), 0.0][:3]
    window = problem.community_window()
    q, a, right = t.community or (1, 0, 0)
    pays = (lam - mu + nu * (np.where(window, 1.0, 0.0) - a / q)) * t.unit
    table = np.where(n < np.maximum(need, 0.0)[:, None] - 1e-9, np.inf, table - pays[:, None] * on_rota)
    earned = (lam * t.least_total - mu * t.most_total + nu * right / q) * t.unit + float(pays @ away)
    return (table if (steepest - pays >= -1e-12).all() else None), float(earned)


def _nobody_free(calls: FloatArray, n: FloatArray) -> FloatArray:
    """Return the calls that find nobody with ``n`` on duty, (T, g): one missing counts as the dearest further on."""
    found = np.broadcast_to(calls[:, -1:], n.shape).copy()
    for k in range(1, calls.shape[1]):
        dearest = np.max(calls[:, k - 1 : -1] - calls[:, k:], axis=1)
        found += np.clip(k - n, 0.0, 1.0) * dearest[:, None]
    return found


def _dear(problem: ShiftsProblem, need: int) -> FloatArray:
    """Return what 0, 1, 2 ... missing officers of a slot cost, up to all of its need."""
    missing = np.arange(1, need + 1)
    steps = missing - 1
    if problem.shortage_bands_frac:
        upto = np.floor(np.array(problem.shortage_bands_frac) * need + 1e-9)
        steps = np.searchsorted(upto, missing, side="left")
    prices = np.array(problem.shortage_prices)[np.minimum(steps, len(problem.shortage_prices) - 1)]
    return np.concatenate([[0.0], np.cumsum(prices)]) * problem.slot_h


def _arcs(problem: ShiftsProblem, table: FloatArray, starts: IntArray) -> FloatArray:
    """Return the cost from start i over k starts on, (s, s), 0 meaning the whole day; all days at once."""
    day = problem.slots_per_day
    longest = int(problem.shift_slots.max())
    by_day = table.reshape(-1, day, table.shape[1])
    cost = np.empty((starts.size, starts.size))
    for i, begin in enumerate(starts.tolist()):
        best_to = np.zeros((by_day.shape[0], table.shape[1]))
        where = {(int(s) - begin) % day or day: (k - i) % starts.size for k, s in enumerate(starts)}
        for k in range(day):
            over, of_day = divmod(begin + k, day)
            best_to = np.minimum.accumulate(best_to[:, ::-1], axis=1)[:, ::-1]
            if k >= longest:
                best_to[:, 1:] = np.inf
            best_to = best_to + np.roll(by_day, -over, axis=0)[:, of_day]
            if k + 1 in where:
                cost[i, where[k + 1]] = best_to.min(axis=1).sum()
    return cost


def _walk(problem: ShiftsProblem, table: FloatArray, starts: IntArray, sets: IntArray) -> FloatArray:
    """Return the cost of each set with steps down at ends of its own shifts only; all sets at once, slot by slot."""
    day, slots = problem.slots_per_day, problem.n_slots
    longest = int(problem.shift_slots.max())
    offered = problem.shift_days.any(axis=1)
    rise = np.zeros((len(sets), day), dtype=bool)
    fall = np.zeros((len(sets), day), dtype=bool)
    since = np.full((len(sets), day), day, dtype=np.int64)
    for k, begin in enumerate(starts.tolist()):
        has = (sets == k).any(axis=1)
        rise[has, begin] = True
        of_day = (np.arange(day) - begin) % day
        since[has] = np.minimum(since[has], of_day)
        for length in np.unique(problem.shift_slots[offered & (problem.shift_start == begin)]).tolist():
            fall[has, (begin + length) % day] = True
    total = np.zeros(len(sets))
    best_to = np.full((len(sets), table.shape[1]), np.nan)
    begun = np.zeros(len(sets), dtype=bool)
    for t in range(2 * slots):  # each set from its first start on, once round the week
        d = t % day
        done = rise[:, d] & begun
        total[done] += best_to[done].min(axis=1)
        first = rise[:, d] & (t < day) & ~begun
        ended = rise[:, d] & (t >= slots)
        best_to[rise[:, d]] = 0.0
        begun = (begun | first) & ~ended
        falls = begun & fall[:, d] & ~rise[:, d]
        best_to[falls] = np.minimum.accumulate(best_to[falls][:, ::-1], axis=1)[:, ::-1]
        gone = begun & (since[:, d] >= longest)
        least = best_to[gone].min(axis=1, initial=np.inf)
        best_to[gone] = np.inf
        best_to[gone, 0] = least
        best_to[begun] += table[t % slots]
        if t >= slots and not begun.any():
            break
    return total
