"""Compiled loops of the exact hypercube: 2^N states, bit n set where unit n is busy."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@numba.njit(cache=True, nogil=True)
def first_choices(rate: Array, order: Array) -> Array:
    """Rate at which each state takes each unit next, shape (2^N, N)."""
    n_areas, n = order.shape
    up = np.zeros((1 << n, n))
    for state in range((1 << n) - 1):
        for j in range(n_areas):
            for k in range(n):
                unit = order[j, k]
                if not (state >> unit) & 1:
                    up[state, unit] += rate[j]
                    break
    return up


@numba.njit(cache=True, nogil=True)
def level_of(n: int) -> Array:
    """Busy units of each state."""
    level = np.zeros(1 << n, dtype=np.int64)
    for state in range(1, 1 << n):
        level[state] = level[state >> 1] + (state & 1)
    return level


@numba.njit(cache=True, nogil=True)
def balance(up: Array, mu: Array, total: float) -> tuple[Array, Array]:
    """Turn the rates round for the sweeps: what flows into each state over each unit, and what flows out of it.

    Side by side in memory, which is most of the time of a sweep.
    """
    size, n = up.shape
    into, out = np.empty((size, n)), np.empty(size)
    for state in range(size):
        out[state] = total if state < size - 1 else 0.0
        for unit in range(n):
            if (state >> unit) & 1:
                out[state] += mu[unit]
                into[state, unit] = up[state ^ (1 << unit), unit]
            else:
                into[state, unit] = mu[unit]
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
