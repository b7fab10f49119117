"""What the rules of shape imply for the pairs that are left, compiled: the integer side that multipliers do not see."""

from __future__ import annotations

import numpy as np
from numba import njit

from optimiser_models.sectors.median.ascent import FREE, IN, OUT

MOST_PASSES = 10


@njit(cache=True)
def _left(R, shape, w, i, j):  # type: ignore[no-untyped-def]
    """Return how many neighbours of the rim may still be served by centre i with area j."""
    bits, total, b = shape.rim[w, i, j], 0, 0
    while bits:
        if bits & 1 and R[i, shape.near[j, b]] < np.inf:
            total += 1
        bits >>= 1
        b += 1
    return total


@njit(cache=True)
def _lonely(R, own, state, shape):  # type: ignore[no-untyped-def]
    """Bar the pairs whose neighbours no longer suffice; close centres that may not serve their own area."""
    C, n = R.shape
    found = 0
    for i in range(C):
        if state[i] == OUT:
            continue
        for j in range(n):
            if R[i, j] == np.inf:
                continue
            for w in range(shape.need.shape[0]):
                if shape.need[w, i, j] > 0 and _left(R, shape, w, i, j) < shape.need[w, i, j]:
                    R[i, j] = np.inf
                    found += 1
                    break
        if R[i, own[i]] == np.inf:
            if state[i] == IN:
                return -1
            state[i] = OUT
            found += 1
    return found


@njit(cache=True)
def _give(R, state, only, i, j):  # type: ignore[no-untyped-def]
    """Let centre i alone serve area j; return whether that was news."""
    if only[j] == i:
        return 0
    for other in range(R.shape[0]):
        if other != i:
            R[other, j] = np.inf
    only[j] = i
    if state[i] == FREE:
        state[i] = IN
    return 1


@njit(cache=True)
def propagate(R, own, state, p, shape):  # type: ignore[no-untyped-def]
    """Narrow ``R`` (C, n; inf where barred) and ``state`` (C,) in place; False where nothing is left.

    A pair goes where too few neighbours may follow it. Where one centre is left for an area, and just as many
    neighbours as it needs, they follow it. Where ``p`` centres are settled, no other opens.
    """
    C, n = R.shape
    only = np.full(n, -1, np.int64)
    for _ in range(MOST_PASSES):
        news = _lonely(R, own, state, shape)
        if news < 0:
            return False
        n_in = 0
        for i in range(C):
            if state[i] == IN:
                n_in += 1
                if only[own[i]] not in (-1, i):
                    return False
                news += _give(R, state, only, i, own[i])
        if n_in == p:
            for i in range(C):
                if state[i] == FREE:
                    state[i] = OUT
        for j in range(n):
            servers, last = 0, -1
            for i in range(C):
                if state[i] != OUT and R[i, j] < np.inf:
                    servers, last = servers + 1, i
            if servers == 0:
                return False
            if servers == 1 and only[j] != last:
                news += _give(R, state, only, last, j)
        for j in range(n):
            i = only[j]
            if i < 0:
                continue
            for w in range(shape.need.shape[0]):
                if shape.need[w, i, j] == 0 or _left(R, shape, w, i, j) > shape.need[w, i, j]:
                    continue
                bits, b = shape.rim[w, i, j], 0
                while bits:
                    v = shape.near[j, b]
                    if bits & 1 and R[i, v] < np.inf:
                        news += _give(R, state, only, i, v)
                    bits >>= 1
                    b += 1
        if news == 0:
            break
    n_in, n_free = 0, 0
    for i in range(C):
        n_in += state[i] == IN
        n_free += state[i] == FREE
    return n_in <= p <= n_in + n_free
