"""Lexicographic max-min by marginal allocation: the worst district gets the next officer while that can be.

Keep for every district the fewest officers that reach its level so far. Of the districts not yet settled take those
whose level is lowest and raise them to the next. Where not all of them can be raised (whether they can is plain
sums, ``problems.strength.obvious``), as many as can be are, in every way there is, and the others are settled.

Certificate: with the levels found, no district can be raised while every district that is worse off keeps its level
and every other at least the level that the district had before. A plan with that certificate is best: in any other
as good in turn, the worst district that differs would have been raised. Its levels are then the only best ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.strength.obvious import Room, fewest_moves, with_fewest_moves

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
MOST_WAYS = 20_000
"""Ways to settle a tie that are looked at in all; beyond that nothing is proved."""


@dataclass(frozen=True)
class Found:
    """Officers by district, shape (K,); whether every way was looked at, and whether the certificate holds."""

    officers: IntArray
    complete: bool
    certified: bool


class Levels:
    """Officers that reach a level, by bisection in curves that never fall."""

    def __init__(self, table: FloatArray, unfit: IntArray, r: Room) -> None:
        self.table, self.unfit, self.r = table, unfit, r
        self.last = table.shape[1] - 1

    def at(self, k: int, n: int) -> float:
        """Return the level of district k with n officers."""
        return float(self.table[k, min(max(n - int(self.unfit[k]), 0), self.last)])

    def all_at(self, n: IntArray) -> FloatArray:
        """Return the levels of all districts, shape (K,)."""
        held = np.clip(n - self.unfit, 0, self.last)
        found: FloatArray = self.table[np.arange(len(n)), held]
        return found

    def reach(self, k: int, level: float, *, beyond: bool) -> int | None:
        """Return the fewest officers with at least (or more than) a level; None where none may have so many."""
        m = int(np.searchsorted(self.table[k], level, side="right" if beyond else "left"))
        if m > self.last:
            return None
        n = max(int(self.r.low[k]), m + int(self.unfit[k])) if m > 0 else int(self.r.low[k])
        return n if n <= self.r.high[k] else None

    def keep(self, k: int, n: int) -> int:
        """Return the most officers, within the room, with just the level that n give."""
        above = int(np.searchsorted(self.table[k], self.at(k, n), side="right"))
        most = int(self.r.high[k]) if above > self.last else above - 1 + int(self.unfit[k])
        return max(n, min(most, int(self.r.high[k])))


def solve(levels: Levels, keep_going: Callable[[], bool]) -> Found | None:
    """Return the best officers by district; None where stopped before there are any."""
    best: tuple[tuple[float, ...], int] | None = None
    officers: IntArray | None = None
    ways, complete = 0, True
    for low in _settled(levels, levels.r.low.copy(), frozenset(range(len(levels.r.low))), keep_going):
        ways += 1
        n = _least_moved(levels, low)
        key = (tuple(np.sort(levels.all_at(n)).tolist()), -int(np.maximum(levels.r.now - n, 0).sum()))
        if best is None or key > best:
            best, officers = key, n
        if ways >= MOST_WAYS or not keep_going():
            complete = False
            break
    if officers is None:
        return None
    if ways == 1 and complete:
        complete = keep_going()
    return Found(officers, complete, certified(levels, officers))


def _settled(
    levels: Levels, low: IntArray, free: frozenset[int], keep_going: Callable[[], bool]
) -> Iterator[IntArray]:
    """Yield the officers that reach the final levels, one array for each way to settle the ties."""
    while free and keep_going():
        worst = min(levels.at(k, int(low[k])) for k in free)
        at_worst = sorted(k for k in free if levels.at(k, int(low[k])) == worst)
        raised = {k: n for k in at_worst if (n := levels.reach(k, worst, beyond=True)) is not None}
        sets = [tuple(raised)] if _fits(levels, low, raised) else _largest(levels, low, raised)
        if len(sets) == 1:
            low = _with(low, {k: raised[k] for k in sets[0]})
            free = free - (set(at_worst) - set(sets[0]))
            continue
        for some in sets:
            rest = free - (set(at_worst) - set(some))
            yield from _settled(levels, _with(low, {k: raised[k] for k in some}), rest, keep_going)
        return
    yield low


def _largest(levels: Levels, low: IntArray, raised: dict[int, int]) -> list[tuple[int, ...]]:
    """Return every largest set of districts that can be raised together."""
    alone = [k for k in raised if _fits(levels, low, {k: raised[k]})]
    for size in range(len(alone), 0, -1):
        found = []
        for looked, some in enumerate(combinations(alone, size)):
            if _fits(levels, low, {k: raised[k] for k in some}):
                found.append(some)
            if looked >= MOST_WAYS:
                break
        if found:
            return found
    return [()]


def _with(low: IntArray, raised: dict[int, int]) -> IntArray:
    new = low.copy()
    for k, n in raised.items():
        new[k] = n
    return new


def _fits(levels: Levels, low: IntArray, raised: dict[int, int]) -> bool:
    return fewest_moves(levels.r, _with(low, raised), levels.r.high) is not None


def _least_moved(levels: Levels, low: IntArray) -> IntArray:
    """Return officers with the levels of ``low`` and the fewest moves; officers without use stay where they are."""
    high = np.array([levels.keep(k, int(n)) for k, n in enumerate(low)], dtype=np.int64)
    if fewest_moves(levels.r, low, high) is None:  # somebody must be given more than its level needs
        high = levels.r.high
    return with_fewest_moves(levels.r, low, high)


def certified(levels: Levels, officers: IntArray) -> bool:
    """Say whether the certificate above holds for a plan, from the curves alone."""
    found = levels.all_at(officers)
    for k, level in enumerate(found):
        low = np.empty_like(officers)
        for j, own in enumerate(found):
            n = levels.reach(j, float(level if j == k else min(own, level)), beyond=j == k)
            if n is None:
                break
            low[j] = n
        else:
            if fewest_moves(levels.r, low, levels.r.high) is not None:
                return False
    return True
