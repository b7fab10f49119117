"""The ground of the cubes, by guessed workloads: which units belong together, which areas each sees, whom it asks."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
FAR = 1e-5  # share of an area's calls, of those with a number of busy units, not followed further
compiled = numba.njit(cache=True, nogil=True)


@compiled
def leaning(rate: Array, order: Array, busy: Array) -> Array:
    """Share of each unit's calls, by guessed workloads, for which each other unit had to be busy, shape (N, N)."""
    n_areas, n_units = order.shape
    share, total = np.zeros((n_units, n_units)), np.full(n_units, 1e-300)
    for j in range(n_areas):
        ahead = rate[j]
        for k in range(n_units):
            unit = order[j, k]
            takes = ahead * (1.0 - busy[unit])
            total[unit] += takes
            for i in range(k):
                share[unit, order[j, i]] += takes
            ahead *= busy[unit]
    for unit in range(n_units):
        share[unit] /= total[unit]
    return share


@compiled
def seen_areas(order: Array, place: Array, busy: Array) -> tuple[Array, Array]:
    """Areas of which a cube's units see calls worth counting: areas one after another, where each cube's begin."""
    n_areas, n_units = order.shape
    areas, begin = np.empty(n_areas * n_units, dtype=np.int64), np.zeros(n_units + 1, dtype=np.int64)
    count = 0
    for f in range(n_units):
        for j in range(n_areas):
            ahead, k = 1.0, 0
            while place[f, order[j, k]] < 0:
                ahead *= busy[order[j, k]]
                k += 1
            if ahead > FAR:
                areas[count] = j
                count += 1
        begin[f + 1] = count
    return areas[:count].copy(), begin


@compiled
def witnesses(order: Array, place: Array, busy: Array) -> tuple[Array, Array]:
    """For each place of each list, the cube that knows most of that unit and those ahead, and which of these it holds.

    Both of shape (J, N): the unit whose cube it is (the unit itself, unless another holds more), and a set by bits.
    """
    n_areas, n_units = order.shape
    witness = np.zeros((n_areas, n_units), dtype=np.int32)
    ahead_of = np.zeros((n_areas, n_units), dtype=np.int32)
    for j in range(n_areas):
        reach = 1.0
        for k in range(n_units):
            unit, most = order[j, k], -1
            for h in range(-1, n_units):
                # in the order of the list, so that names of units do not matter
                cube = unit if h < 0 else order[j, h]
                if place[cube, unit] < 0 or (reach < FAR and h >= 0):
                    continue
                count, ahead = 0, 0
                for i in range(k):
                    bit = place[cube, order[j, i]]
                    if bit >= 0:
                        ahead |= 1 << bit
                        count += 1
                if count > most:
                    witness[j, k], ahead_of[j, k], most = cube, ahead, count
            reach *= busy[unit]
    return witness, ahead_of


@compiled
def doubt(rate: Array, order: Array, place: Array, busy: Array) -> Array:
    """Share of each unit's calls, by guessed workloads, for which units outside its cube had to be busy, shape (N,)."""
    n_areas, n_units = order.shape
    outside, total = np.zeros(n_units), np.full(n_units, 1e-300)
    for j in range(n_areas):
        ahead = rate[j]
        for k in range(n_units):
            unit = order[j, k]
            total[unit] += ahead * (1.0 - busy[unit])
            for i in range(k):
                if place[unit, order[j, i]] < 0:
                    outside[unit] += ahead * (1.0 - busy[unit])
                    break
            ahead *= busy[unit]
    return outside / total
