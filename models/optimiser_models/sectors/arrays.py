"""A sector problem as the arrays that search, bound and cuts share: costs to minimise, windows, locks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.problems.sectors import SectorsPlan, SectorsProblem

FREE = -1


@dataclass(frozen=True)
class Districting:
    """Indices instead of ids. Districts are ``0..k-1``, areas ``0..n-1``, centres ``0..C-1``.

    Parameters
    ----------
    cost
        Shape (C, n), to be minimised: call-seconds of travel, or minus the calls covered.
    weight, low, high
        Balanced kinds of work only: shapes (Q, n), (Q, k), (Q, k).
    fixed
        Shape (k,): given centre of a district or FREE.
    lock
        Shape (n,): district an area is locked to or FREE.
    allowed
        Shape (C, n): may this centre serve this area (longest drive).
    starts, neighbours
        The links as CSR.
    kept, kept_limit
        Cost of a more important objective, shape (C, n), and what it may come to at most; None for none.
    """

    cost: NDArray[np.float64]
    weight: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    fixed: NDArray[np.int64]
    lock: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    centre_area: NDArray[np.int64]
    starts: NDArray[np.int64]
    neighbours: NDArray[np.int64]
    contiguity: bool
    slack_areas: int
    slack_locks: int
    kept: NDArray[np.float64] | None = None
    kept_limit: float = np.inf

    @property
    def k(self) -> int:
        """Number of districts."""
        return int(self.fixed.size)

    @property
    def n(self) -> int:
        """Number of areas."""
        return int(self.cost.shape[1])

    def spread(self) -> NDArray[np.float64]:
        """Return what a typical move of each area costs, shape (n,): the scale of the search."""
        spread: NDArray[np.float64] = np.maximum(np.median(self.cost, axis=0) - self.cost.min(axis=0), 0.0)
        return spread

    def keeps(self, label: NDArray[np.int64], centre: NDArray[np.int64]) -> bool:
        """Is the more important objective kept?"""
        if self.kept is None:
            return True
        value = float(self.kept[centre[label], np.arange(self.n)].sum())
        return value <= self.kept_limit + 1e-9 * max(1.0, abs(self.kept_limit))

    def components(self) -> NDArray[np.int64]:
        """Return the connected component of each area, shape (n,)."""
        ones = np.ones(self.neighbours.size, dtype=np.int8)
        graph = csr_array((ones, self.neighbours, self.starts), shape=(self.n, self.n))
        labels: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
        return labels


def prepare(problem: SectorsProblem, objective: str | None = None) -> Districting:
    """Return the arrays of a problem for one of its objectives (the first by default)."""
    p = problem.params
    objective = objective or p.objectives[0]
    balanced = [q for q, name in enumerate(problem.balance_names) if name in p.balance_frac]
    balanced = [q for q in balanced if problem.balance[q].sum() > 0]
    low, high = problem.windows()
    district = {d: k for k, d in enumerate(p.district_ids)}
    centre = {c: j for j, c in enumerate(problem.centre_ids)}
    area = {a: i for i, a in enumerate(problem.area_ids)}
    lock = np.full(len(problem.area_ids), FREE, dtype=np.int64)
    for a, d in p.locks:
        lock[area[a]] = district[d]
    starts, neighbours = problem.neighbours()
    slack = p.relax.get("contiguity", 0.0)
    return Districting(
        cost=costs(problem, objective),
        weight=np.ascontiguousarray(problem.balance[balanced]),
        low=low[balanced],
        high=high[balanced],
        fixed=np.array([centre[c] if c else FREE for c in p.centres()], dtype=np.int64),
        lock=lock,
        allowed=problem.travel_s <= p.longest_drive_s + p.relax.get("longest drive", 0.0),
        centre_area=problem.centre_area.astype(np.int64),
        starts=starts,
        neighbours=neighbours,
        contiguity=p.contiguity and slack < len(problem.area_ids),
        slack_areas=int(slack),
        slack_locks=int(p.relax.get("lock", 0.0)),
    )


def costs(problem: SectorsProblem, objective: str) -> NDArray[np.float64]:
    """Return the cost of serving each area from each centre for an objective, shape (C, n), to be minimised."""
    cost = -problem.covered_calls if objective == "cover" else problem.travel_s * problem.calls[None, :]
    return np.ascontiguousarray(cost, dtype=np.float64)


def to_plan(problem: SectorsProblem, label: NDArray[np.int64], centre: NDArray[np.int64]) -> SectorsPlan:
    """Return a plan from the district of each area (n,) and the centre of each district (k,)."""
    names = problem.params.district_ids
    return SectorsPlan(
        {a: names[d] for a, d in zip(problem.area_ids, label.tolist(), strict=True)},
        {names[d]: problem.centre_ids[j] for d, j in enumerate(centre.tolist())},
    )


def from_plan(problem: SectorsProblem, plan: SectorsPlan) -> NDArray[np.int64]:
    """Return the district of each area (n,), FREE where the plan says none that is known."""
    district = {d: k for k, d in enumerate(problem.params.district_ids)}
    return np.array(
        [district.get(plan.district_of.get(a, ""), FREE) for a in problem.area_ids], dtype=np.int64
    )
