"""What the shape of a region says of a district carved out of it, compiled; prices have no part in it."""

from __future__ import annotations

import numpy as np
from numba import njit

OPEN, TAKEN, LEFT = 0, 1, 2


@njit(cache=True)
def spread(root, state, wall, starts, neighbours, mark, queue):  # type: ignore[no-untyped-def]
    """Mark what hangs together with ``root`` outside ``wall`` (a state) and list it; return how many."""
    queue[0] = root
    mark[root] = True
    count, at = 1, 0
    while at < count:
        u = queue[at]
        at += 1
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            if not mark[v] and state[v] != wall:
                mark[v] = True
                queue[count] = v
                count += 1
    return count


@njit(cache=True)
def n_districts(load, low, high):  # type: ignore[no-untyped-def]
    """Return how many districts a piece of this work makes, 0 where none."""
    m = max(1, int(np.ceil(load / high)))
    return m if m * low <= load else 0


@njit(cache=True)
def narrowest(work, high, starts, neighbours):  # type: ignore[no-untyped-def]
    """Return the area that can share a district with the fewest others: the lightest chain to them must fit.

    Of several the heaviest. It lies in a corner of the map, or between heavy areas: there are few ways to carve its
    district, and none of them leaves much in between.
    """
    n = work.size
    best, fewest = 0, n + 1
    chain, done = np.empty(n), np.empty(n, np.bool_)
    for root in range(n):
        chain[:], done[:] = np.inf, False
        chain[root] = work[root]
        reached = 0
        while True:
            u = -1
            for i in range(n):
                if not done[i] and chain[i] <= high and (u < 0 or chain[i] < chain[u]):
                    u = i
            if u < 0:
                break
            done[u] = True
            reached += 1
            for e in range(starts[u], starts[u + 1]):
                v = neighbours[e]
                chain[v] = min(chain[v], chain[u] + work[v])
        if reached < fewest or (reached == fewest and work[root] > work[best]):
            best, fewest = root, reached
    return best


@njit(cache=True)
def can_be(root, load, m, state, work, low, high, window, starts, neighbours, near, done, queue):  # type: ignore[no-untyped-def]
    """Tell whether a branch may hold a district; ``near`` marks where S can go.

    S must reach ``low``. What it leaves falls into pieces, each of which m - 1 districts or fewer must fill within
    their ``window``, or S must take it whole: what S must take of them at least has to fit below ``high``.
    """
    near[:], done[:] = False, False
    count = spread(root, state, LEFT, starts, neighbours, near, queue)
    within = 0.0
    for q in range(count):
        within += work[queue[q]]
    if within < low:
        return False
    room, pieces = high - load, 0
    for i in range(state.size):
        if state[i] == TAKEN or done[i]:
            continue
        count = spread(i, state, TAKEN, starts, neighbours, done, queue)
        piece, open_, lost = 0.0, 0.0, False
        for q in range(count):
            v = queue[q]
            piece += work[v]
            if state[v] == OPEN and near[v]:
                open_ += work[v]
            else:
                lost = True
        most = min(m - 1, int(piece / window[0]))
        if most == 0:
            if lost:
                return False
            room -= piece
        else:
            must = max(0.0, piece - most * window[1])
            if must > open_:
                return False
            room -= must
        if lost:
            pieces += 1
        if room < 0 or pieces > m - 1:
            return False
    return True


@njit(cache=True)
def heaviest_next(state, near, starts, neighbours, work):  # type: ignore[no-untyped-def]
    """Return the open area next to what is taken that weighs most, -1 where there is none."""
    best = -1
    for u in range(state.size):
        if state[u] != OPEN or not near[u]:
            continue
        for e in range(starts[u], starts[u + 1]):
            if state[neighbours[e]] == TAKEN:
                if best < 0 or work[u] > work[best]:
                    best = u
                break
    return best


@njit(cache=True)
def key_of(areas):  # type: ignore[no-untyped-def]
    """Return areas as two words of bits: numbers up to 127."""
    a, b = np.uint64(0), np.uint64(0)
    one = np.uint64(1)
    for i in areas:
        if i < 64:
            a |= one << np.uint64(i)
        else:
            b |= one << np.uint64(i - 64)
    return a, b
