"""Compiled loops of the exact hypercube: 2^N states, bit n set where unit n is busy."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@numba.njit(cache=True, nogil=True)
def level_of(n: int) -> Array:
    """Busy units of each state."""
    level = np.zeros(1 << n, dtype=np.int64)
    for state in range(1, 1 << n):
        level[state] = level[state >> 1] + (state & 1)
    return level


@numba.njit(cache=True, nogil=True)
def balance(rate: Array, order: Array, mu: Array) -> tuple[Array, Array]:
    """Return what flows into each state over each unit, shape (2^N, N), and what flows out of it, shape (2^N,).

    By the state entered and side by side, as a sweep asks for them: memory is most of the time of a sweep. (Without
    the entries of free units, all alike, it is half the memory and twice the time.)
    """
    n_areas, n = order.shape
    size = 1 << n
    into, out = np.zeros((size, n)), np.zeros(size)
    total = rate.sum()
    for state in range(size):
        out[state] = total if state < size - 1 else 0.0
        for unit in range(n):
            if (state >> unit) & 1:
                out[state] += mu[unit]
            else:
                into[state, unit] = mu[unit]
        if state == size - 1:
            break
        for j in range(n_areas):
            for k in range(n):
                unit = order[j, k]
                if not (state >> unit) & 1:
                    into[state | (1 << unit), unit] += rate[j]
                    break
    return into, out


@numba.njit(cache=True, nogil=True)
def sweep(states: Array, into: Array, out: Array, backwards: bool) -> None:
    """Solve every balance equation once, in turn, in place."""
    size, n = into.shape
    for i in range(size):
        state = size - 1 - i if backwards else i
        come = 0.0
        for unit in range(n):
            come += states[state ^ (1 << unit)] * into[state, unit]
        states[state] = come / out[state]


@numba.njit(cache=True, nogil=True)
def scale_levels(states: Array, level: Array, ladder: Array) -> None:
    """Give each level of equally many busy units its known probability."""
    total = np.zeros(len(ladder))
    for state in range(len(states)):
        total[level[state]] += states[state]
    for state in range(len(states)):
        states[state] *= ladder[level[state]] / total[level[state]]


@numba.njit(cache=True, nogil=True)
def workloads(states: Array, n: int) -> Array:
    """Share of time each unit is busy, by the states alone."""
    busy = np.zeros(n)
    for state in range(len(states)):
        for unit in range(n):
            if (state >> unit) & 1:
                busy[unit] += states[state]
    return busy
