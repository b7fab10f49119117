"""A sector problem as the p-median engine sees it: costs of pairs, settled centres, and what shape asks of a pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsProblem
from optimiser_models.sectors.arrays import FREE as NO_DISTRICT
from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.median.ascent import FREE, IN, OUT, Shape
from optimiser_models.sectors.reading import prepare

MOST_NEIGHBOURS = 62
"""Sets of neighbours are bits of one whole number."""
CHAINS_REACH_THE_CENTRE = ("closer neighbour", "smooth")
"""Shapes under which every area has a neighbour of its district nearer to the centre: contiguity follows."""


@dataclass(frozen=True)
class Ground:
    """The problem without names.

    Parameters
    ----------
    cost
        Shape (C, n), inf where a pair is barred.
    state
        Shape (C,): IN for given centres, OUT for those that cannot open, FREE otherwise.
    shape
        What a pair asks of the neighbours of its area.
    contiguous
        Whether contiguity is asked for and does not follow from the shape.
    """

    d: Districting
    cost: NDArray[np.float64]
    own: NDArray[np.int64]
    state: NDArray[np.int64]
    shape: Shape
    contiguous: bool

    @property
    def p(self) -> int:
        """Number of centres to open."""
        return self.d.k

    @property
    def n(self) -> int:
        """Number of areas."""
        return self.d.n

    @property
    def plain(self) -> bool:
        """Whether each area may simply go to its cheapest open centre."""
        return not self.contiguous and self.shape.need.shape[0] == 0

    def centres(self, centre_of_area: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (district of each area (n,), centre of each district (k,)) of a plan told by centres (n,)."""
        given = self.d.fixed[self.d.fixed >= 0]
        others = np.setdiff1d(np.unique(centre_of_area), given)
        centre = self.d.fixed.copy()
        centre[centre < 0] = others
        district = np.full(self.cost.shape[0], NO_DISTRICT, dtype=np.int64)
        district[centre] = np.arange(centre.size)
        return district[centre_of_area], centre

    def value(self, centre_of_area: NDArray[np.int64]) -> float:
        """Return the cost of a plan told by centres (n,)."""
        return float(self.d.cost[centre_of_area, np.arange(self.n)].sum())


def survey(problem: SectorsProblem) -> Ground:
    """Return the arrays of a problem."""
    d = prepare(problem)
    cost = np.where(d.allowed, d.cost, np.inf)
    for area in np.flatnonzero(d.lock != NO_DISTRICT):  # locks are to districts with a given centre
        home = d.fixed[d.lock[area]]
        cost[np.arange(cost.shape[0]) != home, area] = np.inf
    # a centre's own area is its own: no centre given elsewhere serves it
    for j in d.fixed[d.fixed >= 0]:
        cost[np.arange(cost.shape[0]) != j, d.centre_area[j]] = np.inf
    shape = Shape(np.zeros((d.n, 0), np.int64), *(np.zeros((0, *cost.shape), np.int64),) * 2)
    if problem.params.shape:  # under which nothing is contracted
        shape, barred = shape_of(problem)
        cost[barred] = np.inf
    state = np.full(cost.shape[0], FREE, dtype=np.int64)
    state[~np.isfinite(cost[np.arange(cost.shape[0]), d.centre_area])] = OUT
    if (d.fixed >= 0).all():
        state[:] = OUT
    state[d.fixed[d.fixed >= 0]] = IN
    implied = problem.params.shape in CHAINS_REACH_THE_CENTRE
    return Ground(d, cost, d.centre_area, state, shape, problem.params.contiguity and not implied)


def neighbours(problem: SectorsProblem) -> list[NDArray[np.int64]]:
    """Return the neighbours of each area, each once."""
    edges = problem.edges.reshape(-1, 2).astype(np.int64)
    near: list[set[int]] = [set() for _ in problem.area_ids]
    for i, j in edges.tolist():
        if i != j:
            near[i].add(j)
            near[j].add(i)
    return [np.array(sorted(v), dtype=np.int64) for v in near]


def shape_of(problem: SectorsProblem) -> tuple[Shape, NDArray[np.bool_]]:
    """Return what the shape rule asks of each pair, and the pairs (C, n) that it bars."""
    name, C, n = problem.params.shape, len(problem.centre_ids), len(problem.area_ids)
    barred = np.zeros((C, n), dtype=bool)
    near = neighbours(problem)
    table = np.full((n, max((v.size for v in near), default=0)), -1, dtype=np.int64)
    need, rim = np.zeros((2, C, n), dtype=np.int64), np.zeros((2, C, n), dtype=np.int64)
    seats = problem.centre_area
    for j, around in enumerate(near):
        table[j, : around.size] = around
        exempt = (seats == j) | np.isin(seats, around)
        far = problem.distance_m[:, around]
        nearer = far < problem.distance_m[:, [j]]
        inner = far < far.max(axis=1, initial=0.0, keepdims=True)
        for slot, (asked, among) in enumerate(_wants(name, nearer, inner)):
            need[slot, :, j] = np.where(exempt, 0, asked)
            rim[slot, :, j] = among @ (1 << np.arange(around.size, dtype=np.int64))
            barred[:, j] |= need[slot, :, j] > among.sum(axis=1)
    used = need.any(axis=(1, 2))
    return Shape(table, np.ascontiguousarray(need[used]), np.ascontiguousarray(rim[used])), barred


def _wants(
    name: str, nearer: NDArray[np.bool_], inner: NDArray[np.bool_]
) -> list[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """Return up to two wants of an area for every centre: how many (C,), and among which neighbours (C, D)."""
    n_nearer, n_inner = nearer.sum(axis=1), inner.sum(axis=1)
    one = np.ones_like(n_nearer)
    if name == "closer neighbour":
        return [(one, nearer)]
    if name == "smooth":
        return [(np.where(n_nearer <= 1, 1, 2), nearer)]
    first = np.where(n_nearer <= 1, 1, np.where(n_inner < 5, 2, 0))
    return [(first, nearer), (np.where(n_inner == 5, 3, 0), inner)]
