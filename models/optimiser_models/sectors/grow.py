"""A first assignment: seeds, locks joined to them, then growth of the lightest district."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import FREE, Districting


def grow(d: Districting, seed: int, roots: NDArray[np.int64] | None = None) -> NDArray[np.int64] | None:
    """Return a district for each area (n,), contiguous but not yet balanced; None where seeds cannot reach all.

    Seeds are the given centres; the others are drawn far from those that are there, by work times distance
    (the seeding of k-means++), unless ``roots`` (k,) gives an area for each district. Locked areas are joined to
    their seed by a shortest chain of free areas.
    """
    rng = np.random.default_rng(seed)
    label = np.full(d.n, FREE, dtype=np.int64)
    taken = d.lock.copy()
    roots = _seeds(d, rng) if roots is None else roots
    if roots is None or np.unique(roots).size < d.k:
        return None
    for k, root in enumerate(roots.tolist()):
        if label[root] != FREE or taken[root] not in (FREE, k):
            return None
        if not d.may[k, d.centre_area == root].any():  # a proof has ruled this place out since
            return None
        label[root] = k
    for i in np.flatnonzero(taken != FREE):
        if not _join(d, label, taken, int(i), int(taken[i])):
            return None
    return _fill(d, label, roots)


def _seeds(d: Districting, rng: np.random.Generator) -> NDArray[np.int64] | None:
    roots = np.full(d.k, FREE, dtype=np.int64)
    given = d.fixed >= 0
    roots[given] = d.centre_area[d.fixed[given]]
    work = d.weight[0] if d.weight.size else np.ones(d.n)
    candidate = np.zeros(d.n, dtype=bool)
    candidate[d.centre_area] = True
    component = d.components() if d.contiguity else np.zeros(d.n, dtype=np.int64)
    for k in np.flatnonzero(~given):
        seats = np.zeros(d.n, dtype=bool)
        seats[d.centre_area[d.may[k]]] = True
        open_ = candidate & seats & ~np.isin(np.arange(d.n), roots[roots >= 0])
        locked = np.flatnonzero(d.lock == k)
        open_ &= (d.lock == FREE) | (d.lock == k)
        lonely = open_ & ~np.isin(component, component[roots[roots >= 0]])
        if locked.size:
            near_lock = open_ & np.isin(component, component[locked])
            options = np.flatnonzero(near_lock)
            weights = np.where(np.isin(options, locked), 1.0, 1e-3)
        else:
            options = np.flatnonzero(lonely if lonely.any() else open_)
            far = _far(d, roots[roots >= 0], options)
            weights = (work[options] + 1e-9) * (far + 1e-9) + 1e-12
        if options.size == 0:
            return None
        roots[k] = rng.choice(options, p=weights / weights.sum())
    return roots


def _far(d: Districting, roots: NDArray[np.int64], options: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how far each option is from the nearest root, in links."""
    if roots.size == 0:
        return np.ones(options.size)
    steps = np.full(d.n, d.n, dtype=np.int64)
    steps[roots] = 0
    frontier = roots.tolist()
    while frontier:
        new = []
        for u in frontier:
            for v in d.neighbours[d.starts[u] : d.starts[u + 1]].tolist():
                if steps[v] > steps[u] + 1:
                    steps[v] = steps[u] + 1
                    new.append(v)
        frontier = new
    return steps[options].astype(np.float64)


def _join(d: Districting, label: NDArray[np.int64], taken: NDArray[np.int64], area: int, k: int) -> bool:
    """Join a locked area to its district by a shortest chain of areas nobody else has."""
    if label[area] == k:
        return True
    if not d.contiguity:
        label[area] = k
        return True
    before = {area: area}
    frontier = [area]
    while frontier:
        new = []
        for u in frontier:
            for v in d.neighbours[d.starts[u] : d.starts[u + 1]].tolist():
                if v in before or label[v] not in (FREE, k) or taken[v] not in (FREE, k):
                    continue
                before[v] = u
                if label[v] == k:
                    while v != area:
                        v = before[v]
                        label[v] = k
                    return True
                new.append(v)
        frontier = new
    return False


def _fill(d: Districting, label: NDArray[np.int64], root: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Let the district with the least of its target grow by its cheapest border area, until all is taken."""
    work = d.weight[0] if d.weight.size else np.ones(d.n)
    target = d.low[0] + 1e-9 if d.weight.size else np.ones(d.k)
    centre = np.array(
        [np.flatnonzero((d.centre_area == root[k]) & d.may[k])[0] for k in range(d.k)], dtype=np.int64
    )
    load = np.array([work[label == k].sum() for k in range(d.k)])
    border: list[list[tuple[float, int]]] = [[] for _ in range(d.k)]

    def reach(u: int, k: int) -> None:
        for v in d.neighbours[d.starts[u] : d.starts[u + 1]].tolist():
            if label[v] == FREE:
                heapq.heappush(border[k], (float(d.cost[centre[k], v]), v))

    for i in np.flatnonzero(label != FREE):
        reach(int(i), int(label[i]))
    while True:
        for k in np.argsort(load / target):
            while border[k] and label[border[k][0][1]] != FREE:
                heapq.heappop(border[k])
            if border[k]:
                v = heapq.heappop(border[k])[1]
                label[v] = k
                load[k] += work[v]
                reach(v, int(k))
                break
        else:
            break
    if (label != FREE).all():
        return label
    if d.contiguity:
        return None
    left = np.flatnonzero(label == FREE)
    label[left] = np.argmin(d.cost[centre][:, left], axis=0)
    return label


def cannot_be(d: Districting) -> str:
    """Say why there is no plan where that shows at once, "" otherwise."""
    seats = d.fixed[d.fixed >= 0]
    if np.unique(d.centre_area[seats]).size < seats.size:
        return "two given centres lie in one area, or in areas kept together"
    if not d.contiguity or d.slack_areas:
        return ""
    component = d.components()
    pieces = set(component.tolist())
    given = set(component[d.centre_area[seats]].tolist())
    alone = len(pieces) > d.k or pieces - set(component[d.centre_area].tolist())
    if alone or (seats.size == d.k and pieces - given):
        return "a piece of the map has no centre of its own"
    return ""
