"""Districts that are alike, together: what the bound and the model need to know of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import FREE, Districting

MOST_IN_CELLS = 16
"""Districts up to which cells are counted: a cell has a child for every number of its centres."""


@dataclass(frozen=True)
class Cells:
    """A partition of the candidate centres: the cell of each (C,), FREE for none, and the centres each holds (L,)."""

    of: NDArray[np.int64]
    counts: NDArray[np.int64]

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Centres that lie in a cell, cell by cell."""
        inside = np.flatnonzero(self.of >= 0)
        return inside[np.argsort(self.of[inside], kind="stable")]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each cell begins in :attr:`order`, (L,)."""
        return np.searchsorted(self.of[self.order], np.arange(self.counts.size))

    @cached_property
    def seats(self) -> NDArray[np.int64]:
        """Cell of each seat, (k,): every cell as often as it holds centres."""
        return np.repeat(np.arange(self.counts.size), self.counts)

    @property
    def short(self) -> bool:
        """Does a cell hold more centres than it has candidates?"""
        return bool((np.bincount(self.of[self.of >= 0], minlength=self.counts.size) < self.counts).any())

    def among(self, keep: NDArray[np.int64]) -> Cells:
        """Return the same cells with these candidates (numbers, rising) alone."""
        return Cells(self.of[keep], self.counts)


@dataclass(frozen=True)
class Slots:
    """Districts that a centre may serve, alike ones together.

    ``group`` (k,) gives each district its group; per group: windows (Q, G) of every kind, state (G, n) of each area
    (0 free, 1 must belong, 2 must not). ``may`` (k, C) are the centres that each district may have: districts of a
    group may differ in it, where a search has parted them. ``cells``, where a search has parted the map, says how
    many centres lie in each part of it, whatever their districts.
    """

    group: NDArray[np.int64]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]
    state: NDArray[np.int8]
    may: NDArray[np.bool_]
    cells: Cells | None = None

    @property
    def low(self) -> NDArray[np.float64]:
        """Least of the first kind of work per group, (G,)."""
        return self.lows[0] if self.lows.size else np.zeros(len(self.state))

    @property
    def high(self) -> NDArray[np.float64]:
        """Most of the first kind of work per group, (G,)."""
        return self.highs[0] if self.highs.size else np.full(len(self.state), np.inf)

    @property
    def locked(self) -> NDArray[np.bool_]:
        """Which areas are locked to some group, (n,)."""
        found: NDArray[np.bool_] = (self.state != 0).any(axis=0)
        return found

    def group_may(self) -> NDArray[np.bool_]:
        """Return the centres that some district of each group may have, (G, C)."""
        found = np.zeros((len(self.state), self.may.shape[1]), dtype=bool)
        np.logical_or.at(found, self.group, self.may)
        return found

    @property
    def counted(self) -> bool:
        """Whether a search for centres counts them in cells of the map: few districts that are not all alike."""
        return self.group.size <= MOST_IN_CELLS and len(self.state) > 1

    def among(self, keep: NDArray[np.int64]) -> Slots:
        """Return the same districts with these candidates (numbers, rising) alone."""
        cells = None if self.cells is None else self.cells.among(keep)
        return replace(self, may=np.ascontiguousarray(self.may[:, keep]), cells=cells)

    @property
    def uniform(self) -> bool:
        """Whether all districts are alike and may have any centre."""
        return self.cells is None and len(self.state) == 1 and bool(self.may.all())


def slots_of(d: Districting) -> Slots:
    """Group the districts that are alike: same windows, same centres allowed, no lock of their own."""
    hard_locks = d.lock if d.slack_locks == 0 else np.full(d.n, FREE)
    keys: dict[tuple[bytes, bytes, int], int] = {}
    group = np.zeros(d.k, dtype=np.int64)
    first, state = [], []
    for k in range(d.k):
        own = k if (d.lock == k).any() else FREE
        windows = np.concatenate([d.low[:, k], d.high[:, k], d.target[:, k]])
        key = (windows.tobytes(), d.may[k].tobytes(), own)
        if key not in keys:
            keys[key] = len(keys)
            first.append(k)
            state.append(
                np.where((hard_locks != FREE) & (hard_locks != k), 2, np.where(hard_locks == k, 1, 0))
            )
        group[k] = keys[key]
    # row by row in memory: compiled loops take rows of one layout only
    low, high = np.ascontiguousarray(d.low[:, first]), np.ascontiguousarray(d.high[:, first])
    return Slots(group, low, high, np.array(state, dtype=np.int8), d.may)
