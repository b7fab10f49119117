"""An order of the areas in which few of them wait: the frontier that dynamic programming goes along.

Areas are taken one after another; one that is taken waits until all its neighbours are. The fewer wait at once, the
fewer states there are (the vertex separation number of the order, Kinnersley 1992). From every area as a start, the
next one is always that which leaves the fewest waiting; the best of these orders is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.sectors.border.ground import Ground

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sweep:
    """Step t takes area ``order[t]``, which waits in place ``slot[t]`` (FREE: not at all).

    ``drop[t]`` is the set of places that fall free, and the area's own place is in use from then on.
    ``width`` is how many wait at most. The links of step t to areas that wait are ``links[starts[t]:starts[t + 1]]``,
    the places they wait in ``at`` alike; ``waiting[t]`` is the set of places in use before step t.
    """

    order: Ints
    slot: Ints
    drop: Ints
    waiting: Ints
    starts: Ints
    links: Ints
    at: Ints
    width: int


@njit(cache=True)
def _greedy(first, starts, neighbours, most):  # type: ignore[no-untyped-def]
    """Return an order from one area, and how many wait at most; stops where more than ``most`` do."""
    n = starts.size - 1
    order = np.full(n, -1, np.int64)
    taken = np.zeros(n, np.bool_)
    left = np.zeros(n, np.int64)
    for i in range(n):
        left[i] = starts[i + 1] - starts[i]
    waiting, worst = 0, 0
    entered = np.full(n, n, np.int64)
    for t in range(n):
        best, best_change, best_age = -1, n + 1, n + 1
        for i in range(n):
            if taken[i]:
                continue
            if t == 0 and i != first:
                continue
            change = 1 if left[i] > 0 else 0
            age = n
            for e in range(starts[i], starts[i + 1]):
                v = neighbours[e]
                if taken[v]:
                    age = min(age, entered[v])
                    if left[v] == 1:
                        change -= 1
            if change < best_change or (change == best_change and age < best_age):
                best, best_change, best_age = i, change, age
        order[t] = best
        taken[best] = True
        entered[best] = t
        waiting += best_change
        worst = max(worst, waiting)
        if worst > most:
            return order, worst
        for e in range(starts[best], starts[best + 1]):
            left[neighbours[e]] -= 1
    return order, worst


def sweep(ground: Ground, widest: int) -> Sweep | None:
    """Return the best order of the areas that greedy growth finds, None where more than ``widest`` wait in each.

    All links count, also those without a border.
    """
    return sweep_of(ground.d.starts, ground.d.neighbours, ground.links, widest)


def sweep_of(starts: Ints, neighbours: Ints, links: Ints, widest: int) -> Sweep | None:
    """Return the same for neighbours as CSR and the links with a border, shape (m, 2)."""
    n = starts.size - 1
    best, width = np.arange(n), widest + 1
    for first in range(n):
        order, worst = _greedy(first, starts, neighbours, width - 1)
        if worst < width:
            best, width = order, int(worst)
    return _placed(starts, neighbours, links, best) if width <= widest else None


def _placed(map_starts: Ints, neighbours: Ints, border: Ints, order: Ints) -> Sweep:
    n = order.size
    link_of = {(int(u), int(v)): e for e, (u, v) in enumerate(border.tolist())}
    next_to = [neighbours[map_starts[v] : map_starts[v + 1]] for v in range(n)]
    when = np.empty(n, dtype=np.int64)
    when[order] = np.arange(n)
    place: dict[int, int] = {}
    idle: list[int] = []
    made = 0
    slot, drop, waiting = (np.zeros(n, dtype=np.int64) for _ in range(3))
    starts, links, at = [0], [], []
    for t, v in enumerate(order.tolist()):
        waiting[t] = sum(1 << p for p in place.values())
        near = next_to[v]
        for u in sorted(near[when[near] < t].tolist()):
            links.append(link_of.get((min(u, v), max(u, v)), -1))
            at.append(place[u])
        starts.append(len(links))
        for u in [u for u in place if when[next_to[u]].max() <= t]:
            drop[t] |= 1 << place[u]
            idle.append(place.pop(u))
        stays = near.size > 0 and when[near].max() > t
        if stays:
            place[v] = idle.pop(idle.index(min(idle))) if idle else made
            made = max(made, place[v] + 1)
        slot[t] = place[v] if stays else -1
    return Sweep(
        order.astype(np.int64), slot, drop, waiting, np.array(starts, dtype=np.int64),
        np.array(links, dtype=np.int64), np.array(at, dtype=np.int64), made,
    )  # fmt: skip
