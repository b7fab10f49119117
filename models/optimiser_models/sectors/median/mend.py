"""Areas to given open centres so that the shape holds: annealing with a price for every neighbour that is missing."""

# ruff: noqa: NPY002  compiled code seeds its own generator by np.random.seed

from __future__ import annotations

import numpy as np
from numba import njit

HOT, PRICE = 0.3, 0.5
"""First temperature and first price of a missing neighbour, in mean costs of an area."""
DEARER = 40.0
"""How much dearer a missing neighbour is in the end."""


@njit(cache=True, inline="always")
def _missing(need, rim, near, label, k, j):  # type: ignore[no-untyped-def]
    """Return how many neighbours area j lacks where centre k serves it."""
    lack = 0
    for w in range(need.shape[0]):
        asked = need[w, k, j]
        if asked == 0:
            continue
        bits = rim[w, k, j]
        for b in range(near.shape[1]):
            if (bits >> b) & 1 and label[near[j, b]] == k:
                asked -= 1
        lack += max(0, asked)
    return lack


@njit(cache=True)
def _lack_around(need, rim, near, label, j):  # type: ignore[no-untyped-def]
    """Return what area j and its neighbours lack."""
    total = _missing(need, rim, near, label, label[j], j)
    for b in range(near.shape[1]):
        u = near[j, b]
        if u >= 0:
            total += _missing(need, rim, near, label, label[u], u)
    return total


@njit(cache=True)
def mend(cost, seats, need, rim, near, label, sweeps, seed):  # type: ignore[no-untyped-def]
    """Anneal ``label`` (n,), the open centre of each area, in place; return (cost, neighbours missing).

    ``cost`` (p, n), ``need`` and ``rim`` (w, p, n) are those of the open centres, ``seats`` (p,) their own areas.
    The best label without anything missing is kept, else the last.
    """
    p, n = cost.shape
    np.random.seed(seed)
    fixed = np.zeros(n, np.bool_)
    for k in range(p):
        label[seats[k]] = k
        fixed[seats[k]] = True
    total, lack, scale = 0.0, 0, 0.0
    for j in range(n):
        total += cost[label[j], j]
        lack += _missing(need, rim, near, label, label[j], j)
        scale += abs(cost[label[j], j]) / n
    best, kept = np.inf, label.copy()
    if lack == 0:
        best = total
    for s in range(sweeps):
        done = s / max(1, sweeps - 1)
        heat = HOT * scale * (1.0 - done) ** 2
        price = PRICE * scale * (1.0 + DEARER * done)
        for _ in range(n):
            j = np.random.randint(n)
            v = near[j, np.random.randint(near.shape[1])]
            if fixed[j] or v < 0 or label[v] == label[j]:
                continue
            old, new = label[j], label[v]
            if cost[new, j] == np.inf:
                continue
            before = _lack_around(need, rim, near, label, j)
            label[j] = new
            more = _lack_around(need, rim, near, label, j) - before
            change = cost[new, j] - cost[old, j]
            worse = change + price * more
            if worse > 0 and (heat <= 0 or np.random.random() >= np.exp(-worse / heat)):
                label[j] = old
                continue
            total += change
            lack += more
            if lack == 0 and total < best:
                best = total
                kept[:] = label
    if best < np.inf:
        label[:] = kept
        return best, 0
    return total, lack
