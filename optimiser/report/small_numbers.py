"""Small numbers in what leaves the house: a cell that few calls stand behind is not told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

HIDDEN = ""
"""What stands in place of a figure that is not told; its count is in the note."""


@dataclass(frozen=True)
class Protected:
    """A table with its small cells emptied, how many those are, and the note that says so."""

    table: pd.DataFrame
    n_hidden: int
    note: str


def protected(table: pd.DataFrame, behind: pd.Series, columns: Sequence[str], threshold: int) -> Protected:
    """Empty the figures of rows that fewer than ``threshold`` calls stand behind; rows of nothing but 0 stay.

    A row may hold time without a call of its own: what a call of the hour before left in it. It is a small number too.

    Parameters
    ----------
    behind
        Calls counted behind each row (not a mean of the week), shape (n,).
    columns
        Figures to empty.
    """
    something = (table[list(columns)].astype(float) != 0).any(axis=1)
    few = (something & (behind < threshold)).to_numpy()
    shown = table.copy()
    for column in columns:
        text = shown[column].astype(object)
        text[few] = HIDDEN
        shown[column] = text
    n = int(np.count_nonzero(few))
    note = f"{n:,} rows with fewer than {threshold} calls are not told." if n else ""
    return Protected(shown, n, note)
