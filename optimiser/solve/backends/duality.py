"""A bound by arithmetic alone: multipliers on the rows, whoever found them, and what they imply.

For any y, every x within its bounds that keeps the rows has

    c x  >=  sum_i min over [lower_i, upper_i] of y_i r_i  +  sum_j min over [lower_j, upper_j] of (c - A' y)_j x_j

(weak duality). Nothing of the solver that found y is believed: a wrong y only makes the bound weak. Rounding is
enclosed, so that the bound holds in exact arithmetic. Source: Neumaier and Shcherbina, "Safe bounds in linear and
mixed-integer linear programming", Mathematical Programming 99 (2004).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.linear import INFINITE, LinearModel

FloatArray = NDArray[np.float64]

UNIT = 2.0**-53
"""Largest relative error of one operation on floats."""
ENOUGH = 4.0
"""Covers the products, the sums and the errors of the error itself."""


def safe_bound(model: LinearModel, row_dual: FloatArray) -> float:
    """Return a value that no x of the model can beat; infinite on the useless side where y proves nothing.

    Parameters
    ----------
    row_dual
        Multipliers as HiGHS gives them for the model's own sense, shape (m,).
    """
    sign = 1.0 if model.sense == "min" else -1.0
    y = sign * np.asarray(row_dual, dtype=np.float64)
    lower, upper = model.row_lower, model.row_upper
    usable = np.where(y > 0, lower > -INFINITE, upper < INFINITE) & np.isfinite(y) & (y != 0)
    y = np.where(usable, y, 0.0)
    rows = y * np.where(usable, np.where(y > 0, lower, upper), 0.0)
    reduced, error = _reduced_costs(model, sign * model.cost, y)
    columns = np.minimum(_least(reduced - error, model), _least(reduced + error, model))
    if not np.isfinite(columns).all():
        return -sign * math.inf
    parts = [sign * model.offset, *rows.tolist(), *columns.tolist()]
    lost = ENOUGH * UNIT * math.fsum(map(abs, parts))
    return sign * (math.fsum(parts) - lost)


def proves_empty(model: LinearModel, ray: FloatArray) -> bool:
    """Do these multipliers show that no x keeps all rows? With nothing to pay, a bound above 0 can only mean that."""
    free = replace(model, sense="min", cost=np.zeros_like(model.cost), offset=0.0)
    return safe_bound(free, ray) > 0 or safe_bound(free, -ray) > 0


def _reduced_costs(model: LinearModel, cost: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return c - A' y and how far it may be off, shapes (n,)."""
    size = np.abs(cost) + abs(model.a).T @ np.abs(y)
    entries = np.bincount(model.a.indices, minlength=cost.size)
    return cost - model.a.T @ y, ENOUGH * UNIT * (entries + 2) * size


def _least(reduced: FloatArray, model: LinearModel) -> FloatArray:
    """Return the least of ``reduced * x`` between the bounds of x, shape (n,)."""
    at = np.where(reduced > 0, model.lower, model.upper)
    least: FloatArray = np.where(reduced == 0, 0.0, reduced * np.where(reduced == 0, 0.0, at))
    return np.where(np.abs(at) >= INFINITE, np.where(reduced == 0, 0.0, -np.inf), least)
