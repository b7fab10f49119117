"""Least sum of costs by dynamic programming over the districts, then the fewest moves.

State: officers given to the districts so far, beyond their least, and, where moves are limited, those moved so far.

    f_k(s, m) = min over n of  f_{k-1}(s - n, m - (a_k - n)+) + v_k(n) + price (a_k - n)+
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.strength.obvious import NO_LIMIT, Room

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
MOST_PRICES = 24
"""Prices of an officer that are tried for a bound by plain sums, beside those at the margin."""
SAME = 1e-12
"""Relative difference of two sums below which the one with fewer moves is kept."""


@dataclass(frozen=True)
class Windows:
    """Officers that each district may have beyond its least, trimmed to what the others leave; moves that can be."""

    r: Room
    width: IntArray
    spare: int
    moves: int

    @property
    def work(self) -> float:
        """Steps of the programme, about."""
        layers = 1 if self.moves < 0 else self.moves + 1
        return float(self.width.sum() + len(self.width)) * (self.spare + 1) * layers


def windows(r: Room) -> Windows:
    """Return the windows of a room; ``moves`` is -1 where they are not limited."""
    spare = min(r.most, int(r.high.sum())) - int(r.low.sum())
    width = np.minimum(r.high - r.low, spare)
    can_move = int(np.maximum(r.now - r.low, 0).sum())
    return Windows(r, width, spare, -1 if r.moves == NO_LIMIT or r.moves >= can_move else r.moves)


def solve(
    w: Windows, value: Callable[[int, IntArray], FloatArray], price: float, keep_going: Callable[[], bool]
) -> IntArray | None:
    """Return the officers with the least sum, shape (K,); None where stopped.

    Parameters
    ----------
    value
        ``(district, officers) -> costs``, both of one shape.
    price
        Of an officer who moves.
    """
    layers = max(w.moves, 0) + 1
    cost = np.full((w.spare + 1, layers), np.inf)
    many = np.full((w.spare + 1, layers), np.inf)
    cost[0, 0] = many[0, 0] = 0.0
    chosen = []
    for k, width in enumerate(w.width.tolist()):
        options = np.arange(width + 1)
        officers = w.r.low[k] + options
        out = np.maximum(w.r.now[k] - officers, 0)
        added = value(k, officers) + price * out
        new, new_many = np.full_like(cost, np.inf), np.full_like(many, np.inf)
        pick = np.zeros(cost.shape, dtype=np.int32)
        for x, o, v in zip(options.tolist(), out.tolist(), added.tolist(), strict=True):
            step = o if w.moves >= 0 else 0
            if step >= layers or not keep_going():
                continue
            a = cost[: w.spare + 1 - x, : layers - step] + v
            b = many[: w.spare + 1 - x, : layers - step] + o
            to = (slice(x, None), slice(step, None))
            near = SAME * np.maximum(1.0, np.abs(a))
            with np.errstate(invalid="ignore"):
                better = (a < new[to] - near) | ((a <= new[to] + near) & (b < new_many[to]))
            new[to][better], new_many[to][better], pick[to][better] = a[better], b[better], x
        cost, many = new, new_many
        chosen.append(pick)
    if not keep_going():
        return None
    least = max(0, w.r.least - int(w.r.low.sum()))
    flat = np.lexsort((many[least:].ravel(), np.round(cost[least:].ravel(), 12)))[0]
    s, m = divmod(int(flat), layers)
    return _traced(w, chosen, s + least, m)


def _traced(w: Windows, chosen: list[NDArray[np.int32]], s: int, m: int) -> IntArray:
    found = w.r.low.copy()
    for k in range(len(chosen) - 1, -1, -1):
        x = int(chosen[k][s, m])
        found[k] += x
        s -= x
        if w.moves >= 0:
            m -= max(0, int(w.r.now[k] - found[k]))
    return found


def lower_bound(
    w: Windows, value: Callable[[int, IntArray], FloatArray], price: float, officers: IntArray
) -> float:
    """Return what no sum can be below, by prices of an officer and of a move: plain sums over each district alone.

    Prices are those at which the plan found is best district by district, where there are such: then the bound is the
    plan's own cost.
    """
    limited = w.moves >= 0
    best = -np.inf
    gains = _slopes(w, value, officers)
    for officer in sorted({0.0, *gains}):
        for move in sorted({0.0, *(g - officer for g in gains if g > officer)} if limited else {0.0}):
            total = -officer * w.r.most - (move * w.moves if limited else 0.0)
            for k, width in enumerate(w.width.tolist()):
                n = w.r.low[k] + np.arange(width + 1)
                out = np.maximum(w.r.now[k] - n, 0)
                total += float((value(k, n) + (price + move) * out + officer * n).min())
            best = max(best, total)
    return best


def _slopes(w: Windows, value: Callable[[int, IntArray], FloatArray], officers: IntArray) -> list[float]:
    """Return what an officer more saves and one fewer costs in each district, the dozen nearest to the margin."""
    found: list[float] = []
    more, fewer = [], []
    for k, n in enumerate(officers.tolist()):
        around = np.array([max(n - 1, int(w.r.low[k])), n, min(n + 1, int(w.r.low[k] + w.width[k]))])
        v = value(k, around)
        found += [float(v[0] - v[1]), float(v[1] - v[2])]
        if n < w.r.low[k] + w.width[k]:
            more.append(found[-1])
        if n > w.r.low[k]:
            fewer.append(found[-2])
    margin = [
        max(more, default=0.0),
        min(fewer, default=0.0),
    ]  # where one more helps most, one fewer hurts least
    middle = float(np.median(found)) if found else 0.0
    near = sorted({f for f in found if f > 0}, key=lambda f: abs(f - middle))
    return [f for f in (*margin, sum(margin) / 2) if f > 0] + near[:MOST_PRICES]
