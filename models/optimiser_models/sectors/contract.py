"""Areas kept together as one area: fewer areas, and no rule to mind.

A group counts as one large area (its members are linked to each other), so that any contiguous plan of the
contracted map is one of the real map and the other way round. Where a rule that counts single areas is relaxed
(contiguity, together, lock), nothing is contracted and the pairs of a group are handed over instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsProblem

FREE = -1


def _empty_pairs() -> NDArray[np.int64]:
    return np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class Contraction:
    """``part`` (n0,) is the contracted area of each area; ``same`` the pairs that are left to be kept together."""

    area_ids: tuple[str, ...]
    part: NDArray[np.int64]
    same: NDArray[np.int64] = field(default_factory=_empty_pairs)

    @property
    def n(self) -> int:
        """Number of contracted areas."""
        return int(self.part.max()) + 1

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up values of the areas, shape (..., n0) to (..., n)."""
        if self.n == self.part.size:
            return np.ascontiguousarray(values, dtype=np.float64)
        order = np.argsort(self.part, kind="stable")
        first = np.searchsorted(self.part[order], np.arange(self.n))
        return np.ascontiguousarray(np.add.reduceat(values[..., order], first, axis=-1))

    def all(self, values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say what holds for every member, shape (..., n0) to (..., n)."""
        if self.n == self.part.size:
            return values.copy()
        order = np.argsort(self.part, kind="stable")
        first = np.searchsorted(self.part[order], np.arange(self.n))
        return np.ascontiguousarray(np.logical_and.reduceat(values[..., order], first, axis=-1))

    def links(
        self, problem: SectorsProblem
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return the links as CSR with the shared border of each: starts (n + 1,), neighbours, metres."""
        pairs = problem.links()
        metres = np.zeros(len(pairs))
        metres[: problem.border_m.size] = problem.border_m
        ends = np.sort(self.part[pairs].reshape(-1, 2), axis=1)
        keep = ends[:, 0] != ends[:, 1]
        ends, at = np.unique(ends[keep], axis=0, return_inverse=True)
        total = np.bincount(at.ravel(), weights=metres[keep], minlength=len(ends))
        both = np.concatenate([ends, ends[:, ::-1]])
        order = np.lexsort((both[:, 1], both[:, 0]))
        starts = np.zeros(self.n + 1, dtype=np.int64)
        np.cumsum(np.bincount(both[:, 0], minlength=self.n), out=starts[1:])
        return starts, both[order, 1].astype(np.int64), np.concatenate([total, total])[order]

    def locks(self, district_of: Mapping[str, int]) -> tuple[NDArray[np.int64], str]:
        """Return the district each contracted area is locked to (n,), FREE for none; and a contradiction in words."""
        lock = np.full(self.n, FREE, dtype=np.int64)
        for area, part in zip(self.area_ids, self.part.tolist(), strict=True):
            home = district_of.get(area, FREE)
            if home != FREE and lock[part] not in (FREE, home):
                return lock, f"area {area} is kept together with areas that are locked elsewhere"
            lock[part] = home if home != FREE else lock[part]
        return lock, ""

    def pairs(self, named: Sequence[tuple[str, str]]) -> tuple[NDArray[np.int64], int]:
        """Return pairs of ids as contracted areas, each once, and how many fall into one."""
        index = {a: int(p) for a, p in zip(self.area_ids, self.part, strict=True)}
        found = np.array([(index[a], index[b]) for a, b in sorted(set(named))], dtype=np.int64).reshape(-1, 2)
        inside = found[:, 0] == found[:, 1]
        return found[~inside], int(inside.sum())


def contraction(problem: SectorsProblem) -> Contraction:
    """Return which areas of a problem can be treated as one."""
    p = problem.params
    index = {a: i for i, a in enumerate(problem.area_ids)}
    n = len(problem.area_ids)
    if any(p.relax.get(rule, 0.0) > 0 for rule in ("contiguity", "together", "lock")):
        same = [(index[g[0]], index[a]) for g in p.together for a in g[1:]]
        return Contraction(problem.area_ids, np.arange(n), np.array(same, dtype=np.int64).reshape(-1, 2))
    leader = np.arange(n)
    for group in p.together:
        leader[[index[a] for a in group]] = min(index[a] for a in group)
    return Contraction(problem.area_ids, np.unique(leader, return_inverse=True)[1].astype(np.int64))
