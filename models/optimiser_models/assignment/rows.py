"""A linear model in the making: columns and rows appended as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from optimiser.solve.backends.linear import LARGEST_COEFFICIENT, LinearModel
from optimiser_models.assignment.arcs import Floats, Ints


@dataclass
class Rows:
    """Columns and rows as they come; every column is whole and begins at 0."""

    cost: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    n_columns: int = 0
    row: list[Ints] = field(default_factory=list)
    col: list[Ints] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)
    """Number of the first row of each name."""
    family: dict[str, list[int]] = field(default_factory=dict)
    """Numbers of rows that belong together."""

    def columns(self, cost: Floats, upper: Floats | float = 1.0) -> Ints:
        """Add columns and return their numbers."""
        first, n = self.n_columns, len(cost)
        self.cost.append(np.asarray(cost, dtype=np.float64))
        self.upper.append(_full(upper, n))
        self.n_columns += n
        return np.arange(first, first + n)

    def column(self, cost: float, upper: float = 1.0) -> int:
        """Add one column and return its number."""
        return int(self.columns(np.array([cost]), upper)[0])

    def block(
        self,
        name: str,
        row: Ints,
        col: Ints,
        value: Floats,
        n: int,
        lower: Floats | float = -np.inf,
        upper: Floats | float = np.inf,
    ) -> None:
        """Add ``n`` rows, with equal limits or limits of their own; ``row`` counts from 0 within the block."""
        first = len(self.names)
        if n:
            self.place.setdefault(name, first)
        self.row.append(np.asarray(row) + first)
        self.col.append(np.asarray(col))
        self.value.append(np.asarray(value, dtype=np.float64))
        self.row_lower.append(_full(lower, n))
        self.row_upper.append(_full(upper, n))
        self.names.extend([name] * n if n > 1 else [name][:n])

    def add(
        self,
        name: str,
        col: Ints | list[int],
        value: Floats | list[float],
        lower: float = -np.inf,
        upper: float = np.inf,
    ) -> None:
        """Add one row."""
        if len(col):
            self.block(
                name,
                np.zeros(len(col), np.int64),
                np.asarray(col),
                np.asarray(value, np.float64),
                1,
                lower,
                upper,
            )
        elif lower > 0 or upper < 0:
            self.block(name, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), 1, lower, upper)

    def model(self, offset: float) -> tuple[LinearModel, float]:
        """Return the model and the power of ten that brings prices under the lint's limit."""
        n, m = self.n_columns, len(self.names)
        cost = _joined(self.cost)
        largest = float(np.abs(cost).max(initial=0.0))
        scale = (
            float(10 ** max(0, int(np.ceil(np.log10(largest / LARGEST_COEFFICIENT))))) if largest > 0 else 1.0
        )
        row, col = _joined(self.row).astype(np.int64), _joined(self.col).astype(np.int64)
        a = sp.coo_array((_joined(self.value), (row, col)), shape=(m, n), dtype=np.float64).tocsr()
        return LinearModel(
            sense="min",
            cost=cost / scale,
            lower=np.zeros(n),
            upper=_joined(self.upper),
            integer=np.ones(n, dtype=bool),
            a=a,
            row_lower=_joined(self.row_lower),
            row_upper=_joined(self.row_upper),
            offset=offset / scale,
            row_names=tuple(self.names),
        ), scale


def _joined(parts: list[Floats] | list[Ints]) -> Floats:
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)


def _full(value: Floats | float, n: int) -> Floats:
    return np.full(n, value) if isinstance(value, (int, float)) else np.asarray(value, dtype=np.float64)
