"""A mixed-integer linear model as arrays, and the lint that every such model passes before a solve."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.errors import BackendError
from optimiser.problems.base import Sense

LARGEST_COEFFICIENT = 1e6
LARGEST_BIG_M = 1e4
LARGEST_INTEGER_BOUND = 1e6
INFINITE = 1e20


@dataclass(frozen=True)
class LinearModel:
    """``sense cost @ x + offset`` subject to ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    Parameters
    ----------
    cost, lower, upper
        Shape (n,). Bounds may be infinite, but not on integer columns.
    integer
        Shape (n,), True where x must be whole.
    a
        Shape (m, n), sparse rows.
    row_lower, row_upper
        Shape (m,).
    row_names
        Names for messages; empty, or m of them.
    """

    sense: Sense
    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    a: sp.csr_array
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    offset: float = 0.0
    row_names: tuple[str, ...] = field(default=(), repr=False)

    def row_name(self, i: int) -> str:
        """Return the name of row ``i`` for a message."""
        return self.row_names[i] if self.row_names else f"row {i}"


def lint(model: LinearModel) -> None:
    """Refuse a model whose numbers are known to lead solvers to wrong answers.

    HiGHS returned wrong optima on models with bounds near 1e9, and opened "0.0000005 of a unit" against a
    big-M of 1e7 (ERGO-Code/HiGHS#3296 and the project's own measurements), so such models never reach it.

    Raises
    ------
    BackendError
        Names the column or row, the number, and the limit.
    """
    loose = np.flatnonzero(
        model.integer
        & ((np.abs(model.lower) > LARGEST_INTEGER_BOUND) | (np.abs(model.upper) > LARGEST_INTEGER_BOUND))
    )
    if loose.size:
        j = int(loose[0])
        raise BackendError(
            f"Model lint: integer column {j} has bounds [{model.lower[j]:g}, {model.upper[j]:g}]; "
            f"the limit is {LARGEST_INTEGER_BOUND:g}. Derive a bound from the data."
        )
    for what, numbers in (("a coefficient", model.a.data), ("an objective coefficient", model.cost)):
        if numbers.size and not np.isfinite(numbers).all():
            raise BackendError(f"Model lint: {what} is not a number.")
        if numbers.size and np.abs(numbers).max() > LARGEST_COEFFICIENT:
            raise BackendError(
                f"Model lint: {what} is {np.abs(numbers).max():g}; the limit is {LARGEST_COEFFICIENT:g}. "
                "Scale the row or the objective by a named constant."
            )
    _lint_big_m(model)


def _lint_big_m(model: LinearModel) -> None:
    """In a row that ties a continuous column to an integer one, the integer's coefficient is a big-M."""
    rows = np.repeat(np.arange(model.a.shape[0]), np.diff(model.a.indptr))
    size = np.abs(model.a.data)
    whole = model.integer[model.a.indices]
    smallest = np.full(model.a.shape[0], np.inf)
    np.minimum.at(smallest, rows[~whole], size[~whole])
    bad = np.flatnonzero(whole & np.isfinite(smallest[rows]) & (size > LARGEST_BIG_M * smallest[rows]))
    if bad.size:
        k = int(bad[0])
        raise BackendError(
            f"Model lint: {model.row_name(int(rows[k]))} has a big-M of {size[k]:g} against a continuous "
            f"coefficient of {smallest[rows[k]]:g}; the ratio may be {LARGEST_BIG_M:g} at most."
        )
