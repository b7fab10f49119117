"""A table as it was read: text in every cell, the line of every row, and what was repaired on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Repair:
    """Something the reader mended, set aside or dropped. ``examples`` name lines, never contents."""

    rule: str
    count: int
    action: str
    examples: tuple[str, ...] = ()
    set_aside: bool = False


@dataclass(frozen=True)
class Table:
    """What a file holds, as text.

    Parameters
    ----------
    path
        Where it came from.
    header
        Every column name of the file, kept or not.
    frame
        The columns asked for; each cell is text, "" where the cell is empty. "2E14" and "007" stay as they are.
    lines
        Line of each row in the file (row of the sheet for XLSX, record from 1 for Parquet), shape (n,).
    repairs
        What the reader did.
    date_columns
        Columns whose cells were real dates (XLSX, Parquet): never an id.
    """

    path: Path
    header: tuple[str, ...]
    frame: pd.DataFrame
    lines: NDArray[np.int64]
    repairs: tuple[Repair, ...] = ()
    date_columns: frozenset[str] = field(default=frozenset())

    @property
    def n_rows(self) -> int:
        """Number of rows kept."""
        return len(self.frame)


Columns = Collection[str] | Callable[[tuple[str, ...]], Collection[str]] | None
"""Columns to keep: their names, a choice made from the header, or None for all."""


def chosen(columns: Columns, header: tuple[str, ...]) -> Collection[str]:
    """Return the names of the columns to keep."""
    if columns is None:
        return header
    return columns(header) if callable(columns) else columns


def some_lines(lines: list[int] | NDArray[np.int64], most: int = 5) -> tuple[str, ...]:
    """Name the first few lines."""
    return tuple(f"line {int(i)}" for i in list(lines)[:most])
