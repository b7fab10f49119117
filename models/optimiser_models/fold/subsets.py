"""The best a single row could be, nesting apart: the most even split of the beats into k connected groups.

    F(0, 0) = 0
    F(j, S) = min over connected T in S that holds the lowest beat of S
              of max(|k w(T) - 1|, F(j - 1, S - T))                                        (1)
    L_k = F(k, all beats)                                                                  (2)

w(T) is the share of the work in T. Every row of a nested table is such a split, so L_k is a bound for row k. Dynamic
programming over subsets (Bellman; Held and Karp, J. SIAM 10, 1962): up to k 3**(n-1) steps, made for small n.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

LARGEST_N = 13
"""More beats than this take too long: the bound then comes from the loads alone."""


def even_splits(share: NDArray[np.float64], edges: NDArray[np.int64], fewest: int) -> NDArray[np.float64]:
    """Return L_k for k = 0 ... n (0 below ``fewest``), inf where there is no such split.

    Parameters
    ----------
    share
        Share of the work of each beat, shape (n,), n at most :data:`LARGEST_N`.
    edges
        Links, shape (m, 2).
    fewest
        The least k wanted.
    """
    n = len(share)
    links = np.zeros(n, dtype=np.int64)
    for a, b in edges.tolist():
        links[a] |= 1 << b
        links[b] |= 1 << a
    load = np.zeros(1 << n)
    for i in range(n):
        load[1 << i : 2 << i] = load[: 1 << i] + share[i]
    joined = _connected(n, links)
    best = np.zeros(n + 1)
    for k in range(fewest, n + 1):
        best[k] = _split(n, k, load, joined)
    return best


def compile_loops() -> None:
    """Compile on two beats, before the clock of a first solve starts."""
    even_splits(np.full(2, 0.5), np.array([[0, 1]]), 1)


@njit(cache=True)
def _connected(n, links):  # type: ignore[no-untyped-def]
    """Whether each subset hangs together."""
    joined = np.zeros(1 << n, dtype=np.bool_)
    for s in range(1, 1 << n):
        reached = s & -s
        while True:
            more = reached
            for i in range(n):
                if reached >> i & 1:
                    more |= links[i] & s
            if more == reached:
                break
            reached = more
        joined[s] = reached == s
    return joined


@njit(cache=True)
def _split(n, k, load, joined):  # type: ignore[no-untyped-def]
    """Return F(k, all) by (1), layer by layer."""
    size = 1 << n
    off = np.abs(k * load - 1.0)
    last = np.full(size, np.inf)
    last[0] = 0.0
    for _ in range(k):
        now = np.full(size, np.inf)
        for s in range(1, size):
            low = s & -s
            rest = s ^ low
            t = rest
            best = np.inf
            while True:  # every subset of the rest, with the lowest beat
                group = t | low
                if joined[group]:
                    value = max(off[group], last[s ^ group])
                    best = min(best, value)
                if t == 0:
                    break
                t = (t - 1) & rest
            now[s] = best
        last = now
    return last[size - 1]
