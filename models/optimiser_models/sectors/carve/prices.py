"""What the Lagrangian bound tells the carving: a price of work for every centre, and what each area adds to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.typed import Dict
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.knapsack import price
from optimiser_models.sectors.slots import Slots

Floats = NDArray[np.float64]


def best_prices(d: Districting, s: Slots, allowed: NDArray[np.bool_], alpha: Floats) -> Floats:
    """Return the price of work with which each centre's district costs most at least, shape (C,)."""
    starts = np.concatenate([[0], np.cumsum(allowed.sum(axis=1))]).astype(np.int64)
    items = np.nonzero(allowed)[1].astype(np.int64)
    value, critical = np.empty((allowed.shape[0], 1)), np.empty((allowed.shape[0], 1))
    cost = np.where(allowed, d.cost, np.inf)
    held = np.zeros(0, dtype=np.int64)
    price(
        alpha,
        cost,
        starts,
        items,
        d.weight[0],
        d.centre_area,
        s.low,
        s.high,
        s.state,
        s.locked,
        held,
        value,
        critical,
    )
    return np.ascontiguousarray(critical[:, 0])


def ratios(d: Districting, cost: Floats, alpha: Floats, theta: Floats) -> tuple[Floats, ...]:
    """Return alpha, theta, and of shape (n, C) r_ji, what taking area i adds to V_j, and what leaving it adds."""
    ratio = cost.T - alpha[:, None] - d.weight[0][:, None] * theta[None, :]
    taken = np.maximum(ratio, 0.0)
    left = np.where(np.isfinite(ratio), np.maximum(-ratio, 0.0), 0.0)
    seats = np.arange(theta.size)
    taken[d.centre_area, seats] = np.where(np.isfinite(ratio[d.centre_area, seats]), 0.0, np.inf)
    left[d.centre_area, seats] = np.inf
    c = np.ascontiguousarray
    return alpha, theta, c(ratio), c(taken), c(left)


def arguments(
    d: Districting, s: Slots, allowed: NDArray[np.bool_], alpha: Floats, best: float
) -> tuple[Any, ...]:
    """Return the arguments of :func:`.loops.carve` for the whole map, with the value to beat."""
    cost = np.where(allowed, d.cost, np.inf)
    rows = d.k + 1
    room = (
        np.zeros((rows, d.n), dtype=np.int8),
        np.zeros((rows, d.n), dtype=np.int64),
        np.zeros((rows, d.k), dtype=np.int64),
        np.zeros((rows, d.n + 2, d.cost.shape[0])),
    )
    return (
        np.zeros(d.n, dtype=np.int8), d.k, float(best), 0, np.array([best]),
        (d.weight[0], float(d.low[0, 0]), float(d.high[0, 0]), d.centre_area, *_links(d)),
        np.ascontiguousarray(cost.T), ratios(d, cost, alpha, best_prices(d, s, allowed, alpha)), room,
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
