"""Contiguous plans for the made-up county: grown from seeds, then levelled move by move.

Nothing here is optimal, and need not be: a plan in use is what grew over the years, and the planted plan only
proves that a good plan exists.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.data.synthetic.land import apportion

_KMEANS_ROUNDS = 12
_MOST_MOVES = 4000
_ATTEMPTS = 8


@dataclass(frozen=True)
class Region:
    """A graph with places and weights: ``indptr, indices`` CSR, ``xy_m`` (n, 2), ``weight`` (n,)."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    xy_m: NDArray[np.float64]
    weight: NDArray[np.float64]

    def near(self, i: int) -> NDArray[np.int64]:
        """Return the neighbours of ``i``."""
        return self.indices[self.indptr[i] : self.indptr[i + 1]]


def divide(
    rng: np.random.Generator, region: Region, group: NDArray[np.int64], count: int, *, tolerance_frac: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Divide each group of areas into contiguous parts, ``count`` in all.

    Parameters
    ----------
    group
        Group of each area (n,), each connected; parts never cross groups. A group gets parts by its weight.
    tolerance_frac
        Parts are levelled until each is within this share of its group's mean, or no move helps.

    Returns
    -------
    tuple
        Part of each area (n,), and the target weight of each part (count,).
    """
    part = np.full(len(group), -1, dtype=np.int64)
    share = np.bincount(group, weights=region.weight)
    counts = apportion(share, count, np.bincount(group))
    targets = np.repeat(share / counts, counts)
    first = 0
    for g, k in enumerate(counts.tolist()):
        members = np.flatnonzero(group == g)
        part[members] = first + _best_of(rng, region, group, members, k, tolerance_frac)
        first += k
    return part, targets


def _best_of(
    rng: np.random.Generator,
    region: Region,
    group: NDArray[np.int64],
    members: NDArray[np.int64],
    k: int,
    tolerance_frac: float,
) -> NDArray[np.int64]:
    """Return the most level of a few attempts to divide one group: the part of each member, from 0."""
    target = region.weight[members].sum() / k
    best, least = np.zeros(len(members), dtype=np.int64), np.inf
    for _ in range(_ATTEMPTS):
        part = np.full(len(group), -1, dtype=np.int64)
        _grow(region, part, members, _spread(rng, region, members, k))
        _level(region, part, group, target, k, tolerance_frac)
        load = np.bincount(part[members], weights=region.weight[members], minlength=k)
        worst = float(np.abs(load / target - 1.0).max())
        if worst < least:
            best, least = part[members], worst
        if least <= tolerance_frac:
            break
    return best


def _spread(
    rng: np.random.Generator, region: Region, members: NDArray[np.int64], k: int
) -> NDArray[np.int64]:
    """Return k areas near the centres of weighted k-means."""
    xy, weight = region.xy_m[members], np.maximum(region.weight[members], 1e-9)
    centres = xy[rng.choice(len(members), k, replace=False, p=weight / weight.sum())]
    for _ in range(_KMEANS_ROUNDS):
        near = ((xy[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        total = np.bincount(near, weights=weight, minlength=k)
        for axis in (0, 1):
            moved = np.bincount(near, weights=weight * xy[:, axis], minlength=k)
            centres[:, axis] = np.where(total > 0, moved / np.maximum(total, 1e-9), centres[:, axis])
    seeds: list[int] = []
    for centre in centres:
        order = np.argsort(((xy - centre) ** 2).sum(axis=1), kind="stable")
        seeds.append(next(int(members[o]) for o in order if int(members[o]) not in seeds))
    return np.array(seeds)


def _grow(
    region: Region, part: NDArray[np.int64], members: NDArray[np.int64], seeds: NDArray[np.int64]
) -> None:
    """Let the lightest part take its nearest free neighbour, until none is left."""
    free = set(members.tolist()) - set(seeds.tolist())
    load = region.weight[seeds].copy()
    fronts: list[list[tuple[float, int]]] = [[] for _ in seeds]

    def reach(p: int, i: int) -> None:
        for j in region.near(i).tolist():
            if j in free:
                gap_m = float(np.linalg.norm(region.xy_m[j] - region.xy_m[seeds[p]]))
                heapq.heappush(fronts[p], (gap_m, j))

    for p, seed in enumerate(seeds.tolist()):
        part[seed] = p
        reach(p, seed)
    while free:
        for p in np.argsort(load, kind="stable").tolist():
            while fronts[p] and fronts[p][0][1] not in free:
                heapq.heappop(fronts[p])
            if fronts[p]:
                break
        else:
            raise RuntimeError("A group of the made-up county is not connected.")
        i = heapq.heappop(fronts[p])[1]
        free.remove(i)
        part[i] = p
        load[p] += region.weight[i]
        reach(p, i)


def _level(
    region: Region,
    part: NDArray[np.int64],
    group: NDArray[np.int64],
    target: float,
    k: int,
    tolerance_frac: float,
) -> None:
    """Move border areas, in place, from heavy to light parts while that brings loads nearer to the target."""
    source = np.repeat(np.arange(len(part)), np.diff(region.indptr))
    inside = (part[source] >= 0) & (group[source] == group[region.indices])
    i, j = source[inside], region.indices[inside]
    load = np.bincount(part[part >= 0], weights=region.weight[part >= 0], minlength=k)
    for _ in range(_MOST_MOVES):
        if (np.abs(load / target - 1) <= tolerance_frac).all():
            return
        border = part[i] != part[j]
        a, r, s = i[border], part[i[border]], part[j[border]]
        w = region.weight[a]
        gain = w * (load[r] - load[s] - w)
        for e in np.argsort(-gain, kind="stable").tolist():
            if gain[e] <= 0:
                return
            if _stays_whole(region, part, int(a[e])):
                part[a[e]] = s[e]
                load[r[e]] -= w[e]
                load[s[e]] += w[e]
                break
        else:
            return


def _stays_whole(region: Region, part: NDArray[np.int64], leaver: int) -> bool:
    """Say whether the part of ``leaver`` is not empty and stays connected without it."""
    home = part[leaver]
    around = [j for j in region.near(leaver).tolist() if part[j] == home]
    if not around:
        return False
    seen, stack = {leaver, around[0]}, [around[0]]
    wanted = set(around[1:])
    while stack and wanted:
        for j in region.near(stack.pop()).tolist():
            if part[j] == home and j not in seen:
                seen.add(j)
                wanted.discard(j)
                stack.append(j)
    return not wanted
