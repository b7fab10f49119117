"""What a search looks at: all rows of its aims in one list, by row and by column, and the limits it keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser_models.standby.arrays import Aim, Block, Design

UNLIMITED = 1 << 40


@dataclass
class Field:
    """All rows of an aim in one list, by row and by column, and the limits a search keeps.

    ``kind``, ``par``, ``weight`` are by row; ``starts``, ``column``, ``gain`` the entries by row; ``of_column``,
    ``entry_row``, ``entry_gain`` the same entries by column. ``banned`` columns take no car, ``must`` ones need one.
    """

    kind: NDArray[np.int8]
    par: NDArray[np.float64]
    weight: NDArray[np.float64]
    starts: NDArray[np.int64]
    column: NDArray[np.int32]
    gain: NDArray[np.float64]
    of_column: NDArray[np.int64]
    entry_row: NDArray[np.int32]
    entry_gain: NDArray[np.float64]
    d: Design
    on_use: NDArray[np.float64]
    per_car: float
    most: NDArray[np.int64]
    banned: NDArray[np.bool_]
    must: NDArray[np.bool_]


def field_of(
    d: Design, aims: list[tuple[Aim, float]], blocks: dict[tuple[str, int], Block], banned: NDArray[np.bool_]
) -> Field:
    """Return the rows of several aims, each times its factor; ``banned`` columns take no car, shape (N,)."""
    parts = [(blocks[key], f * factor) for a, factor in aims for key, f in a.blocks if f * factor > 0]
    starts = np.concatenate([[0], *(np.diff(b.starts) for b, _ in parts)]).cumsum().astype(np.int64)
    column = np.concatenate([np.zeros(0, np.int64), *(b.column for b, _ in parts)])
    gain = np.concatenate([np.zeros(0), *(b.gain for b, _ in parts)])
    row = np.repeat(np.arange(starts.size - 1), np.diff(starts))
    order = np.argsort(column, kind="stable")
    of_column = np.zeros(d.n_columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(column, minlength=d.n_columns), out=of_column[1:])
    must = np.zeros(d.n_columns, dtype=bool)
    if d.kept_slack == 0:
        must[d.kept] = True
    most = np.where(np.isfinite(d.most), d.most, UNLIMITED)
    return Field(
        np.concatenate([np.zeros(0), *(np.full(b.n_rows, b.kind) for b, _ in parts)]).astype(np.int8),
        np.concatenate([np.zeros(0), *(np.full(b.n_rows, b.par) for b, _ in parts)]),
        np.concatenate([np.zeros(0), *(b.weight * f for b, f in parts)]),
        starts,
        column.astype(np.int32),
        gain,
        of_column,
        row[order].astype(np.int32),
        gain[order],
        d,
        np.asarray(sum((factor * a.on_use for a, factor in aims), np.zeros(d.n_posts))),
        float(sum(factor * a.per_car for a, factor in aims)),
        most.astype(np.int64),
        banned,
        must,
    )
