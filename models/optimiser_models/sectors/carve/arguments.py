"""A map as arrays for the compiled loops."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.typed import Dict
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import Districting

ALLOWANCE = 1e-9
"""Relative allowance when work is compared with its window."""


def arguments(
    d: Districting, allowed: NDArray[np.bool_], alpha: NDArray[np.float64], best: float
) -> tuple[Any, ...]:
    """Return the arguments of :func:`.loops.carve` for the whole map, with the value to beat."""
    cost = np.where(allowed, d.cost, np.inf)
    low, high = float(d.low[0, 0]) * (1 - ALLOWANCE), float(d.high[0, 0]) * (1 + ALLOWANCE)
    room = np.zeros((d.k + 1, d.n), dtype=np.int64), np.zeros((d.k + 1, d.k), dtype=np.int64)
    return (
        np.arange(d.n), d.k, float(best), 0, np.array([best]),
        (d.weight[0], low, high, d.centre_area, *_links(d), np.ascontiguousarray(cost)), alpha.copy(), room,
        np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int64),
        Dict.empty(types.UniTuple(types.uint64, 2), types.float64),
    )  # fmt: skip


def _links(d: Districting) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the links as CSR; where districts need not hang together every area is next to every other."""
    if d.contiguity:
        return d.starts, d.neighbours
    every = np.tile(np.arange(d.n, dtype=np.int64), (d.n, 1))
    others = every[~np.eye(d.n, dtype=bool)]
    return np.arange(d.n + 1, dtype=np.int64) * (d.n - 1), others
