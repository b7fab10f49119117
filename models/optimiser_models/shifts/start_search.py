"""Good sets of start times: one start moved at a time, judged by staircases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from optimiser_models.shifts.stairs import Stairs

IntArray = NDArray[np.int64]

RESTARTS = 8


def best_by_stairs(
    s: Stairs, multipliers: NDArray[np.float64], most: int, *, seed: int, keep_going: Callable[[], bool]
) -> list[IntArray]:
    """Return the sets met in descents from spread starts, cheapest first; empty where no set can be."""
    rng = np.random.default_rng(seed)
    n = s.starts.size
    met: dict[tuple[int, ...], float] = {}
    for _ in range(RESTARTS):
        chosen = np.unique((np.arange(most) * n // most + rng.integers(0, max(2, n // most), most)) % n)
        while chosen.size < most:
            chosen = np.unique(np.append(chosen, rng.integers(0, n)))
        value = np.inf
        while True:
            around = np.array([chosen, *neighbours(chosen, n)])
            values = s.with_falls(multipliers, around)
            best = int(np.argmin(values))
            met |= {
                tuple(a.tolist()): float(v) for a, v in zip(around, values, strict=True) if np.isfinite(v)
            }
            if not values[best] < value:
                break
            chosen, value = around[best], float(values[best])
            if not keep_going():
                break
        if not keep_going():
            break
    return [np.array(key, dtype=np.int64) for key in sorted(met, key=lambda k: (met[k], k))]


def neighbours(chosen: IntArray, n: int) -> Iterator[IntArray]:
    """Yield the sets with one start moved, the nearest moves first; numbers of starts rise in each."""
    for by in range(1, n // 2 + 1):
        for place in range(chosen.size):
            for sign in (1, -1):
                to = (chosen[place] + sign * by) % n
                if to in chosen or (sign < 0 and 2 * by == n):
                    continue
                moved = chosen.copy()
                moved[place] = to
                yield np.sort(moved)
