"""A sector problem as the arrays that search, bound and cuts share: costs to minimise, windows, locks.

Areas that are kept together become one area here (:mod:`.contract`), so that no method needs to know of them.
An objective is a cost of each pair (centre, area) and, for the few that are no sum over pairs, a weight of the
border between districts, of further pieces of named places, and of the largest deviation.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser_models.sectors.contract import Contraction

FREE = -1
LARGEST_SUM = 1e12
"""Largest sum of costs that the loops work with: 1e15 stands for what cannot be in them."""
MOST_PARTS = 400
"""Weeks that calls may be counted in: into as many parts a call is split where :meth:`Districting.step` looks."""
FEW = 50
"""Costs that are looked at first."""
WHOLE, LARGEST_WHOLE = 1e-10, 1e5
"""How near a cost is to a whole number that is one (a thousand of them still add up), and the largest looked at."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _empty_pairs() -> Ints:
    return np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class Places:
    """Named places that districts may cut: area ``i`` lies in ``ids[starts[i]:starts[i + 1]]``.

    ``kind`` (G,) is the kind of each place, ``limit`` (K,) the most further pieces of a kind, ``most`` the most of
    all kinds together; inf for none.
    """

    starts: Ints
    ids: Ints
    kind: Ints
    limit: Floats
    most: float = np.inf

    @property
    def limited(self) -> bool:
        """Whether any limit can bind."""
        return bool(np.isfinite(self.limit).any() or np.isfinite(self.most))


@dataclass(frozen=True)
class Extras:
    """Weights of what is no sum over pairs: metres of border, further pieces, largest deviation."""

    boundary: float = 0.0
    splits: float = 0.0
    deviation: float = 0.0

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.boundary or self.splits or self.deviation)


@dataclass(frozen=True)
class Districting:
    """Indices instead of ids. Districts are ``0..k-1``, areas ``0..n-1``, centres ``0..C-1``.

    Parameters
    ----------
    cost
        Shape (C, n), to be minimised: call-seconds of travel, or minus the calls covered, or a weighted sum.
    weight, low, high
        Limited kinds of work only: shapes (Q, n), (Q, k), (Q, k).
    target
        Shape (Q, k): what a deviation is measured from; 0 for kinds that have a ceiling only.
    may
        Shape (k, C): the centres a district may have.
    fixed
        Shape (k,): given centre of a district or FREE.
    lock
        Shape (n,): district an area is locked to or FREE.
    allowed
        Shape (C, n): may this centre serve this area (longest drive, critical locations).
    starts, neighbours, border
        The links as CSR, and the shared border of each.
    side, side_limit
        Shapes (R, C, n), (R,): further sums over pairs with a limit: change, more important objectives.
    same, apart
        Pairs of areas wanted in one district or in different ones; up to ``slack_same`` and ``slack_apart`` fail.
    contraction
        Which areas of the problem make up an area here.
    border_limit
        Most metres of border between districts: what a more important objective reached.
    contradiction
        Why no plan can exist, where that shows without a search.
    """

    cost: Floats
    weight: Floats
    low: Floats
    high: Floats
    target: Floats
    may: NDArray[np.bool_]
    fixed: Ints
    lock: Ints
    allowed: NDArray[np.bool_]
    centre_area: Ints
    starts: Ints
    neighbours: Ints
    border: Floats
    contiguity: bool
    slack_areas: int
    slack_locks: int
    side: Floats
    side_limit: Floats
    places: Places
    contraction: Contraction
    same: Ints = field(default_factory=_empty_pairs)
    apart: Ints = field(default_factory=_empty_pairs)
    slack_same: int = 0
    slack_apart: int = 0
    extras: Extras = Extras()
    border_limit: float = np.inf
    contradiction: str = ""
    stage: int = 0
    apart_s: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """Shape (C, C): how far centres are from each other, for parting a search by regions."""
    centres: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Shape (C,): the problem's number of each candidate, where a proof has left some of them."""

    @property
    def k(self) -> int:
        """Number of districts."""
        return int(self.fixed.size)

    @property
    def n(self) -> int:
        """Number of areas."""
        return int(self.cost.shape[1])

    def among(self, keep: Ints) -> Districting:
        """Return the same question with these candidates (numbers, rising) alone; the given centres are among them."""
        return replace(
            self,
            cost=self.cost[keep],
            may=np.ascontiguousarray(self.may[:, keep]),
            fixed=np.where(self.fixed == FREE, FREE, np.searchsorted(keep, self.fixed)),
            allowed=self.allowed[keep],
            centre_area=self.centre_area[keep],
            side=self.side[:, keep],
            apart_s=self.apart_s[np.ix_(keep, keep)],
            centres=self.centres[keep],
        )

    def where_kept(self, pairs: NDArray[np.bool_] | None) -> Districting:
        """Return the question without the limits that these pairs (C, n) keep, whichever are chosen: they are the rule.

        A limit that can still break stays, with all pairs.
        """
        if pairs is None or not len(self.side):
            return self
        most = np.where(pairs, self.side, -np.inf).max(axis=1).sum(axis=1)
        breaks = most > self.side_limit + 1e-9 * np.maximum(1.0, np.abs(self.side_limit))
        if breaks.all():
            return self
        return replace(
            self, side=self.side[breaks], side_limit=self.side_limit[breaks], allowed=self.allowed & pairs
        )

    def scaled(self) -> tuple[Districting, float]:
        """Return the question with costs whose sum is no larger than :data:`LARGEST_SUM`, and the unit they are in."""
        e = self.extras
        largest = float(
            np.where(np.isfinite(self.cost), np.abs(self.cost), 0.0).max(axis=0, initial=0.0).sum()
        )
        if largest <= LARGEST_SUM:
            return self, 1.0
        unit = 2.0 ** np.ceil(np.log2(largest / LARGEST_SUM))  # a power of two: nothing is rounded
        extras = Extras(e.boundary / unit, e.splits / unit, e.deviation / unit)
        return replace(self, cost=self.cost / unit, extras=extras), unit

    def spread(self) -> Floats:
        """Return what a typical move of each area costs, shape (n,): the scale of the search."""
        spread: Floats = np.maximum(np.median(self.cost, axis=0) - self.cost.min(axis=0), 0.0)
        return spread

    def step(self) -> float:
        """Return what the objective of any plan is a whole multiple of; 0 where none is found.

        Calls covered are whole numbers of calls over the weeks they were counted in.
        """
        if self.extras.any:
            return 0.0
        values = self.cost[np.isfinite(self.cost)]
        few = values[:: max(1, values.size // FEW)]
        for parts in range(1, MOST_PARTS + 1):
            if all(_whole(some * parts) for some in (few, values)):
                return 1.0 / parts
        return 0.0

    def value(self, label: Ints, centre: Ints) -> float:
        """Return the objective of a state: of the district of each area (n,) and the centre of each district (k,)."""
        total = float(self.cost[centre[label], np.arange(self.n)].sum())
        e = self.extras
        if e.boundary:
            total += e.boundary * self.border_between(label)
        if e.splits:
            total += e.splits * float(self.further_pieces(label).sum())
        if e.deviation:
            total += e.deviation * self.deviation(label)
        return total

    def border_between(self, label: Ints) -> float:
        """Return the metres of border between districts."""
        ends = np.repeat(np.arange(self.n), np.diff(self.starts))
        return float(self.border[label[ends] != label[self.neighbours]].sum()) / 2

    def further_pieces(self, label: Ints) -> Ints:
        """Return the further pieces of each kind of place, shape (K,)."""
        ends = np.repeat(np.arange(self.n), np.diff(self.places.starts))
        pairs = np.unique(np.column_stack([self.places.ids, label[ends]]), axis=0)
        kinds = self.places.limit.size
        found = np.bincount(self.places.kind[pairs[:, 0]], minlength=kinds)
        found -= np.bincount(self.places.kind, minlength=kinds)
        return np.asarray(found, dtype=np.int64)

    def deviation(self, label: Ints) -> float:
        """Return the largest relative deviation from a target."""
        worst = 0.0
        for q in range(self.weight.shape[0]):
            if self.target[q].all():
                load = np.bincount(label, weights=self.weight[q], minlength=self.k)
                worst = max(worst, float(np.abs(load / self.target[q] - 1).max()))
        return worst

    def keeps(self, label: Ints, centre: Ints) -> bool:
        """Are the border and the further sums within their limits?"""
        areas = np.arange(self.n)
        if np.isfinite(self.border_limit) and self.border_between(label) > self.border_limit:
            return False
        for row, limit in zip(self.side, self.side_limit, strict=True):
            if float(row[centre[label], areas].sum()) > limit + 1e-9 * max(1.0, abs(limit)):
                return False
        return True

    def components(self) -> Ints:
        """Return the connected component of each area, shape (n,)."""
        ones = np.ones(self.neighbours.size, dtype=np.int8)
        graph = csr_array((ones, self.neighbours, self.starts), shape=(self.n, self.n))
        labels: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
        return labels


def _whole(values: Floats) -> bool:
    """Are these whole numbers, and so small that the sum of a plan's still tells one from the next?"""
    if np.abs(values).max(initial=0.0) > LARGEST_WHOLE:
        return False
    nearest = np.round(values)
    if (values[nearest == 0] != 0).any():  # small is not nothing
        return False
    return bool(np.abs(values - nearest).max(initial=0.0) <= WHOLE)


def to_plan(problem: SectorsProblem, d: Districting, label: Ints, centre: Ints) -> SectorsPlan:
    """Return a plan from the district of each area (n,) and the centre of each district (k,)."""
    names = problem.params.district_ids
    of_area = label[d.contraction.part]
    return SectorsPlan(
        {a: names[k] for a, k in zip(problem.area_ids, of_area.tolist(), strict=True)},
        {names[k]: problem.centre_ids[j] for k, j in enumerate(d.centres[centre].tolist())},
    )


def from_plan(problem: SectorsProblem, d: Districting, plan: SectorsPlan) -> Ints:
    """Return the district of each area (n,), FREE where the plan says none that is known."""
    district = {name: k for k, name in enumerate(problem.params.district_ids)}
    of_area = np.array([district.get(plan.district_of.get(a, ""), FREE) for a in problem.area_ids], np.int64)
    label = np.full(d.n, FREE, dtype=np.int64)
    label[d.contraction.part[::-1]] = of_area[::-1]  # the first member has the last word
    return label
