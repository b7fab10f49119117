"""Contiguity in the Lagrangian bound: separators that its districts break are priced, as they are found.

``x_ja <= sum_{v in S} x_jv`` (:mod:`.separate`) is a sum over pairs, so a price of it, ``lambda >= 0``, only changes
what pairs cost: area a costs centre j so much more, the areas of S so much less. A contiguous plan costs no more by
these costs than by its own: whatever a bound says with them holds. Which separators are worth a price, the districts
of the mean of all rounds say, nearly a plan of the linear relaxation.

Lucena (2005), Non delayed relax-and-cut algorithms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.separate import separators

LEAST = 0.1
"""By how much a mean district breaks a separator that is worth a price."""
RARE = 0.02
"""A centre chosen less often than this is not looked at."""
FAINT = 1e-100
"""A scale below which sums are brought back to their size."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Key = tuple[int, int, bytes]


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Joins:
    """Separators by number q: centre[q] serves area[q] with one of via[starts[q]:starts[q + 1]] or not at all."""

    centre: Ints
    area: Ints
    starts: Ints
    via: Ints

    @staticmethod
    def none() -> Joins:
        """Return no separators."""
        return Joins(_none(), _none(), np.zeros(1, dtype=np.int64), _none())

    @property
    def sizes(self) -> Ints:
        """Number of areas of each separator."""
        return np.diff(self.starts)

    def keys(self) -> Iterator[Key]:
        """Go through them as what can be compared."""
        for q in range(self.centre.size):
            via = self.via[self.starts[q] : self.starts[q + 1]]
            yield int(self.centre[q]), int(self.area[q]), via.tobytes()

    def plus(self, new: Sequence[tuple[int, int, Ints]]) -> Joins:
        """Return these separators and, after them, new ones: (centre, area, separator)."""
        if not new:
            return self
        sizes = np.array([via.size for _, _, via in new], dtype=np.int64)
        return Joins(
            np.append(self.centre, [j for j, _, _ in new]).astype(np.int64),
            np.append(self.area, [a for _, a, _ in new]).astype(np.int64),
            np.append(self.starts, self.starts[-1] + np.cumsum(sizes)),
            np.concatenate([self.via, *(via for _, _, via in new)]).astype(np.int64),
        )

    def only(self, which: NDArray[np.bool_]) -> Joins:
        """Return some of them."""
        sizes = self.sizes
        starts = np.zeros(int(which.sum()) + 1, dtype=np.int64)
        np.cumsum(sizes[which], out=starts[1:])
        return Joins(self.centre[which], self.area[which], starts, self.via[np.repeat(which, sizes)])

    def renamed(self, number: Ints) -> Joins:
        """Return the same separators where candidate j has another number."""
        return Joins(number[self.centre], self.area, self.starts, self.via)

    def add_to(self, cost: Floats, price: Floats) -> None:
        """Add prices of these separators to the cost of pairs (C, n)."""
        _add(cost, price, self.centre, self.area, self.starts, self.via)

    def broken(self, centres: Ints, take: Floats, n_candidates: int) -> Floats:
        """Return by how much districts break each separator: centres (k,) that take (k, n) of the areas.

        Two districts with one centre count together.
        """
        row = np.full(n_candidates, -1, dtype=np.int64)
        row[centres] = np.arange(centres.size)
        if np.unique(centres).size < centres.size:
            together = np.zeros_like(take)
            np.add.at(together, row[centres], take)
            take = together
        out = np.zeros(self.centre.size)
        _broken(row, take, self.centre, self.area, self.starts, self.via, out)
        return out


class Mean:
    """The mean of what each candidate centre served in the rounds of a bound, and the separators that it breaks."""

    def __init__(self, d: Districting, known: Joins) -> None:
        self.d = d
        self.sum: Floats = np.zeros(d.cost.shape)
        self.scale = 1.0
        self.named = set(known.keys())

    def hear(self, centres: Ints, take: Floats, share: float) -> None:
        """Let the districts of a round count for this share of the mean."""
        self.scale *= 1.0 - share
        if self.scale < FAINT:
            self.sum *= self.scale
            self.scale = 1.0
        np.add.at(self.sum, centres, take * (share / self.scale))

    def breaks(self) -> list[tuple[int, int, Ints]]:
        """Return the separators that the mean breaks and that it has not named before."""
        d = self.d
        often = self.sum[np.arange(self.sum.shape[0]), d.centre_area] * self.scale
        new = []
        for j in np.flatnonzero(often > RARE).tolist():
            served = np.minimum(self.sum[j] * (self.scale / often[j]), 1.0)
            for area, via in separators(served, int(d.centre_area[j]), d.starts, d.neighbours, least=LEAST):
                key = (j, area, via.tobytes())
                if key not in self.named:
                    self.named.add(key)
                    new.append((j, area, via))
        return new

    def broken(self, joins: Joins) -> Floats:
        """Return by how much the mean breaks separators."""
        every = np.arange(self.sum.shape[0])
        out = np.zeros(joins.centre.size)
        _broken(every, self.sum, joins.centre, joins.area, joins.starts, joins.via, out)
        return out * self.scale


@njit(cache=True)
def _add(cost, price, centre, area, starts, via):  # type: ignore[no-untyped-def]
    for q in range(price.size):
        if price[q] > 0:
            row = cost[centre[q]]
            row[area[q]] += price[q]
            for e in range(starts[q], starts[q + 1]):
                row[via[e]] -= price[q]


@njit(cache=True)
def _broken(row, take, centre, area, starts, via, out):  # type: ignore[no-untyped-def]
    for q in range(out.size):
        r = row[centre[q]]
        if r < 0:
            continue
        value = take[r, area[q]]
        for e in range(starts[q], starts[q + 1]):
            value -= take[r, via[e]]
        out[q] = value
