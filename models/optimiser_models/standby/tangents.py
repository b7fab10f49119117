"""Tangents of what rows count at a point, and the most that they can count: the material of cuts."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.standby.arrays import BEST, CHAIN, LEVEL, Block, Design


def tops(block: Block, d: Design) -> NDArray[np.float64]:
    """Return the most that each row can count, shape (R,)."""
    if block.kind == BEST:
        return block.gain[block.starts[:-1]] if block.n_rows else np.zeros(0)
    if block.kind == CHAIN:
        total = np.add.reduceat(block.gain, block.starts[:-1]) if block.n_rows else np.zeros(0)
        return np.asarray(-np.expm1(-total * d.room), dtype=np.float64)
    if block.kind == LEVEL:
        return np.asarray(1.0 - block.par ** (np.diff(block.starts) * float(d.room)), dtype=np.float64)
    return np.ones(block.n_rows)


def tangents(block: Block, cars: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a tangent of each row at a point (N,): (constant (R,), slope of each entry (E,))."""
    constant, slope = np.empty(block.n_rows), np.empty(block.gain.size)
    _tangent(block.kind, block.par, block.starts, block.column, block.gain, cars, constant, slope)
    return constant, slope


def level_tangents(block: Block, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the tangent of each LEVEL row between n and n + 1 cars."""
    slope = (1.0 - block.par) * block.par**n
    return np.full(block.n_rows, 1.0 - block.par**n - slope * n), np.full(block.gain.size, slope)


@njit(cache=True)
def _tangent(kind, par, starts, column, gain, cars, constant, slope):  # type: ignore[no-untyped-def]
    for r in range(starts.size - 1):
        a, b = starts[r], starts[r + 1]
        if kind == BEST:
            reached, least = 0.0, 0.0
            for e in range(a, b):
                reached += cars[column[e]]
                if reached >= 1.0 - 1e-9:
                    least = gain[e]
                    break
            constant[r] = least
            for e in range(a, b):
                slope[e] = max(0.0, gain[e] - least)
            continue
        total = 0.0
        for e in range(a, b):
            total += cars[column[e]] * (gain[e] if kind == CHAIN else 1.0)
        if kind == CHAIN:
            left = np.exp(-total)
            constant[r] = 1.0 - left - left * total
            for e in range(a, b):
                slope[e] = left * gain[e]
        else:
            n = np.floor(total + 1e-9)
            s = (1.0 - par) * par**n
            constant[r] = 1.0 - par**n - s * n
            for e in range(a, b):
                slope[e] = s
