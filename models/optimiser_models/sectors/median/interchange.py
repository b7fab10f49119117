"""Plans without shape: the fast interchange of p-median search, compiled.

Teitz and Bart (1968); the gains of all swaps in one pass over the pairs, as in Whitaker (1983) and Resende and
Werneck (2007).
"""

from __future__ import annotations

import numpy as np
from numba import njit

SMALLEST_GAIN = 1e-9
"""Relative to the cost: less is rounding."""


@njit(cache=True)
def _two_best(cost, opened, d1, d2, first):  # type: ignore[no-untyped-def]
    """Fill the cheapest and second cheapest cost of each area and which open centre is cheapest; return the sum."""
    total = 0.0
    for j in range(cost.shape[1]):
        a, b, k1 = np.inf, np.inf, 0
        for k in range(opened.size):
            v = cost[opened[k], j]
            if v < a:
                a, b, k1 = v, a, k
            elif v < b:
                b = v
        d1[j], d2[j], first[j] = a, b, k1
        total += a
    return total


@njit(cache=True)
def interchange(cost, state, opened, most_rounds):  # type: ignore[no-untyped-def]
    """Swap open centres for closed ones, the best swap each round, in place; return the cost.

    ``cost`` (C, n) is finite; ``state`` (C,) is 1 for centres that stay, -1 for those that may not open.
    """
    C, n = cost.shape
    p = opened.size
    d1, d2, first = np.empty(n), np.empty(n), np.empty(n, np.int64)
    is_open = np.zeros(C, np.bool_)
    for k in range(p):
        is_open[opened[k]] = True
    base, extra = np.empty(p), np.empty(p)
    for _ in range(most_rounds):
        total = _two_best(cost, opened, d1, d2, first)
        base[:] = 0.0
        for j in range(n):
            base[first[j]] += d2[j] - d1[j]
        best, enters, leaves = -SMALLEST_GAIN * abs(total), -1, -1
        for i in range(C):
            if is_open[i] or state[i] < 0:
                continue
            extra[:] = base
            gain = 0.0
            for j in range(n):
                v = cost[i, j]
                if v < d1[j]:
                    gain += d1[j] - v
                    extra[first[j]] -= d2[j] - d1[j]
                elif v < d2[j]:
                    extra[first[j]] -= d2[j] - v
            for k in range(p):
                if state[opened[k]] != 1 and extra[k] - gain < best:
                    best, enters, leaves = extra[k] - gain, i, k
        if enters < 0:
            return total
        is_open[opened[leaves]], is_open[enters] = False, True
        opened[leaves] = enters
    return _two_best(cost, opened, d1, d2, first)
