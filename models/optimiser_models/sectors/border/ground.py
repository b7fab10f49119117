"""What the methods for short borders share: links with their length, the unit lengths are whole in, and seats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.slots import slots_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
WHOLE = 1e-9
LARGEST_WHOLE = 1_000_000
"""Lengths are taken as whole numbers of a unit only where none is longer than this many."""


@dataclass(frozen=True)
class Ground:
    """Links with a border, each once: areas (m, 2), length (m,), and the unit that all lengths are whole in.

    ``unit`` is 0 where there is none: then a bound cannot be rounded up. ``group`` (k,) says which districts are
    alike: same windows, locks and candidates.
    """

    d: Districting
    links: Ints
    length: Floats
    unit: float
    group: Ints

    def value(self, label: Ints) -> float:
        """Return the length of border between the districts of a labelling (n,)."""
        return float(self.length[label[self.links[:, 0]] != label[self.links[:, 1]]].sum())

    def rounded(self, bound: float) -> float:
        """Round a bound up to the next value that a plan can have."""
        if not self.unit or not np.isfinite(bound):
            return bound
        return float(np.ceil(bound / self.unit - 1e-6) * self.unit)


def survey(d: Districting) -> Ground:
    """Return the links of a map once each, and which districts are alike."""
    ends = np.repeat(np.arange(d.n), np.diff(d.starts))
    once = (ends < d.neighbours) & (d.border > 0)
    links = np.column_stack([ends[once], d.neighbours[once]]).astype(np.int64)
    length = d.border[once].astype(np.float64)
    return Ground(d, links, length, _unit(length), slots_of(d).group.astype(np.int64))


def _unit(length: Floats) -> float:
    """Return the largest number that all lengths are whole multiples of, 0 for none."""
    whole = np.round(length)
    if not length.size or np.abs(length - whole).max() > WHOLE or whole.max() > LARGEST_WHOLE:
        return 0.0
    return float(np.gcd.reduce(whole.astype(np.int64)))
