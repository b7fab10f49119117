"""Random spanning trees and the links of a tree whose cut balances both sides, compiled.

The tree is uniform: every spanning tree of the region is as likely as every other (Wilson 1996, loop-erased random
walks). GerryChain's default is another distribution, the least tree under random weights of the links.

Random numbers come from one word of state that the caller keeps (splitmix64, Steele, Lea and Flood 2014), so a
chain goes on from call to call exactly as if it had been one call.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

ROOT = -1
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_U30, _U27, _U31, _U32, _U11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32), np.uint64(11)
_UNIT = 2.0**-53


def source(seed: int) -> NDArray[np.uint64]:
    """Return the state of a generator, shape (1,), to be passed on and on."""
    return np.random.SeedSequence(seed).generate_state(1, np.uint64).astype(np.uint64)


@njit(cache=True)
def _word(state):  # type: ignore[no-untyped-def]
    """Return 64 random bits."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> _U30)) * _FIRST
    z = (z ^ (z >> _U27)) * _SECOND
    return z ^ (z >> _U31)


@njit(cache=True)
def below(state, n):  # type: ignore[no-untyped-def]
    """Return a whole number of ``0..n-1``, n below 2**32; off uniform by less than n / 2**32."""
    return np.int64(((_word(state) >> _U32) * np.uint64(n)) >> _U32)


@njit(cache=True)
def unit(state):  # type: ignore[no-untyped-def]
    """Return a number of [0, 1)."""
    return np.float64(_word(state) >> _U11) * _UNIT


@njit(cache=True)
def region(inside, starts, neighbours, member, row, sub_starts, sub_near):  # type: ignore[no-untyped-def]
    """Write the links of the areas ``inside`` among themselves as CSR, in numbers of their own; return how many areas.

    ``member`` (n,) gets the area of each number, ``row`` (n,) the number of each area.
    """
    size = 0
    for i in range(inside.size):
        if inside[i]:
            member[size] = i
            row[i] = size
            size += 1
    end = 0
    for p in range(size):
        sub_starts[p] = end
        i = member[p]
        for e in range(starts[i], starts[i + 1]):
            if inside[neighbours[e]]:
                sub_near[end] = row[neighbours[e]]
                end += 1
    sub_starts[size] = end
    return size


@njit(cache=True)
def tree(state, size, sub_starts, sub_near, parent, order):  # type: ignore[no-untyped-def]
    """Draw a uniform spanning tree of a connected region of ``size`` areas.

    ``parent`` (size,) is each area's parent or ROOT; ``order`` (size,) has parents before their children.
    """
    for p in range(size):
        parent[p] = -2
    root = below(state, size)
    parent[root] = ROOT
    order[0] = root
    done = 1
    step = np.empty(size, np.int64)
    on = np.zeros(size, np.bool_)
    on[root] = True
    for p in range(size):
        u = p
        while not on[u]:
            step[u] = sub_near[sub_starts[u] + below(state, sub_starts[u + 1] - sub_starts[u])]
            u = step[u]
        length = 0
        u = p
        while not on[u]:
            length += 1
            on[u] = True
            parent[u] = step[u]
            order[done + length - 1] = u
            u = step[u]
        for r in range(length // 2):  # the walk was written child first
            order[done + r], order[done + length - 1 - r] = order[done + length - 1 - r], order[done + r]
        done += length


@njit(cache=True)
def _within(amount, total, of_part, of_rest, low, high):  # type: ignore[no-untyped-def]
    """May a part with ``amount`` be district ``of_part`` and what is left ``of_rest``?"""
    for q in range(amount.size):
        rest = total[q] - amount[q]
        if amount[q] < low[q, of_part] or amount[q] > high[q, of_part]:
            return False
        if rest < low[q, of_rest] or rest > high[q, of_rest]:
            return False
    return True


@njit(cache=True)
def balanced_cut(state, size, member, parent, order, work, low, high, a, b, below_it):  # type: ignore[no-untyped-def]
    """Choose one of the tree's links whose cut fits the windows of districts a and b, all alike likely.

    ``below_it`` (size, Q) gets the work beneath each area. Return the area beneath the cut, as numbered in the
    region, and whether the part beneath may be a, and whether it may be b; the area is -1 where no link fits.
    """
    n_kinds = work.shape[0]
    total = np.zeros(n_kinds)
    for p in range(size):
        for q in range(n_kinds):
            below_it[p, q] = work[q, member[p]]
            total[q] += work[q, member[p]]
    for r in range(size - 1, 0, -1):
        u = order[r]
        for q in range(n_kinds):
            below_it[parent[u], q] += below_it[u, q]
    found, chosen = 0, -1
    for r in range(1, size):
        u = order[r]
        if _within(below_it[u], total, a, b, low, high) or _within(below_it[u], total, b, a, low, high):
            found += 1
            if below(state, found) == 0:
                chosen = u
    if chosen < 0:
        return -1, False, False
    as_a = _within(below_it[chosen], total, a, b, low, high)
    as_b = _within(below_it[chosen], total, b, a, low, high)
    return chosen, as_a, as_b


@njit(cache=True)
def beneath(size, parent, order, top, part):  # type: ignore[no-untyped-def]
    """Mark in ``part`` (size,) the areas beneath ``top``, itself included; return how many."""
    for p in range(size):
        part[p] = False
    part[top] = True
    count = 1
    for r in range(1, size):
        u = order[r]
        if not part[u] and part[parent[u]]:
            part[u] = True
            count += 1
    return count
