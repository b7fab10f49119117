"""Minimal separators: which areas must a district hold one of, to join an area to its centre?

Every contiguous district with centre j that holds area a holds an area of every set S without which no way leads from
a to j: ``x_ja <= sum_{v in S} x_jv``. The set with the least sum is a minimum vertex cut, found by a flow from a to j
through areas that let pass what the district has of them. Of all least ones the nearest to a is taken: it is small,
and a district that is to hold a must pass it next. With the sets nearest to the centre, or with those of
pieces alone that hang on nothing, the relaxation rises far more slowly.

Fischetti et al. (2017), Thinning out Steiner trees, for the cuts and their nearest sets ("back cuts": Koch and Martin
1998); used for districting by Validi, Buchanan and Lykhovyd (2022).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

ROUNDING = 1e-12


def reach(
    roots: NDArray[np.int64],
    inside: NDArray[np.bool_],
    starts: NDArray[np.int64],
    neighbours: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return which areas of ``inside`` (n,) can be reached from ``roots`` without leaving it."""
    seen = np.zeros(inside.size, dtype=bool)
    seen[roots] = True
    frontier = roots.tolist()
    while frontier:
        u = frontier.pop()
        for v in neighbours[starts[u] : starts[u + 1]].tolist():
            if inside[v] and not seen[v]:
                seen[v] = True
                frontier.append(v)
    return seen


def separators(
    served: NDArray[np.float64],
    root: int,
    starts: NDArray[np.int64],
    neighbours: NDArray[np.int64],
    *,
    exempt: NDArray[np.float64] | None = None,
    least: float = 1e-6,
) -> list[tuple[int, NDArray[np.int64]]]:
    """Return for each area that is served by more than can come to it (the area, its nearest minimal separator).

    Parameters
    ----------
    served
        Shape (n,): how much of each area the district with its centre at ``root`` has.
    exempt
        Shape (n,): how much of each area need not hang together with the centre.
    least
        By how much more than can come.
    """
    wanted = served if exempt is None else served - exempt
    areas, sets = _separators(served, wanted, root, least, starts, neighbours, _back(starts, neighbours))
    return [(int(a), np.flatnonzero(s)) for a, s in zip(areas, sets, strict=True)]


@njit(cache=True)
def _back(starts, neighbours):  # type: ignore[no-untyped-def]
    """Return the number of each link's way back."""
    back = np.empty(neighbours.size, np.int64)
    for u in range(starts.size - 1):
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            for f in range(starts[v], starts[v + 1]):
                if neighbours[f] == u:
                    back[e] = f
    return back


@njit(cache=True)
def _separators(served, wanted, root, least, starts, neighbours, back):  # type: ignore[no-untyped-def]
    n = served.size
    flow, through = np.empty(neighbours.size), np.empty(n)
    came, queue = np.empty(2 * n, np.int64), np.empty(2 * n, np.int64)
    areas, sets = [], []
    for area in range(n):
        if wanted[area] <= least or area == root:
            continue
        beside = False
        for e in range(starts[area], starts[area + 1]):
            beside |= neighbours[e] == root
        if beside:
            continue
        if _flow(
            area, root, wanted[area] - least, served, starts, neighbours, back, flow, through, came, queue
        ):
            continue
        cut = np.zeros(n, np.bool_)
        for v in range(n):
            cut[v] = came[2 * v] != -1 and came[2 * v + 1] == -1
        areas.append(area)
        sets.append(_rim(cut, root, starts, neighbours, queue))
    return areas, sets


@njit(cache=True)
def _flow(source, sink, most, served, starts, neighbours, back, flow, through, came, queue):  # type: ignore[no-untyped-def]
    """Push up to ``most`` from source to sink, each area letting pass what is served of it; True where all passes.

    Where it does not, ``came`` holds what the source still reaches: 2v for "into v", 2v + 1 for "out of v", -1 if not.
    """
    flow[:] = 0.0
    through[:] = 0.0
    left = most
    while left > 0:
        came[:] = -1
        came[2 * source + 1] = 2 * source + 1
        queue[0] = 2 * source + 1
        head, tail = 0, 1
        while head < tail and came[2 * sink] == -1:
            s = queue[head]
            head += 1
            v = s >> 1
            if s & 1:
                if v != source and through[v] > ROUNDING and came[2 * v] == -1:
                    came[2 * v] = s
                    queue[tail] = 2 * v
                    tail += 1
                for e in range(starts[v], starts[v + 1]):
                    w = neighbours[e]
                    if w != source and came[2 * w] == -1:
                        came[2 * w] = s
                        queue[tail] = 2 * w
                        tail += 1
            else:
                if served[v] - through[v] > ROUNDING and came[2 * v + 1] == -1:
                    came[2 * v + 1] = s
                    queue[tail] = 2 * v + 1
                    tail += 1
                for e in range(starts[v], starts[v + 1]):
                    w = neighbours[e]
                    if w != source and flow[back[e]] > ROUNDING and came[2 * w + 1] == -1:
                        came[2 * w + 1] = s
                        queue[tail] = 2 * w + 1
                        tail += 1
        if came[2 * sink] == -1:
            return False
        left -= _push(source, sink, left, served, starts, neighbours, flow, through, came)
    return True


@njit(cache=True)
def _push(source, sink, most, served, starts, neighbours, flow, through, came):  # type: ignore[no-untyped-def]
    """Send along the way found as much as passes, and return it."""
    for sending in (False, True):
        s = 2 * sink
        while s != 2 * source + 1:
            p = came[s]
            u, v = p >> 1, s >> 1
            if u == v and p & 1:  # back out of v
                if sending:
                    through[v] -= most
                else:
                    most = min(most, through[v])
            elif u == v:
                if sending:
                    through[v] += most
                else:
                    most = min(most, served[v] - through[v])
            elif p & 1:
                if sending:
                    flow[_link(u, v, starts, neighbours)] += most
            else:  # back along the link from v to u
                e = _link(v, u, starts, neighbours)
                if sending:
                    flow[e] -= most
                else:
                    most = min(most, flow[e])
            s = p
    return most


@njit(cache=True)
def _link(u, v, starts, neighbours):  # type: ignore[no-untyped-def]
    for e in range(starts[u], starts[u + 1]):
        if neighbours[e] == v:
            return e
    return -1


@njit(cache=True)
def _rim(cut, root, starts, neighbours, queue):  # type: ignore[no-untyped-def]
    """Return what of a cut the root reaches without crossing it: all that is needed to part them."""
    seen, rim = np.zeros(cut.size, np.bool_), np.zeros(cut.size, np.bool_)
    seen[root] = True
    queue[0] = root
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            if cut[v]:
                rim[v] = True
            elif not seen[v]:
                seen[v] = True
                queue[tail] = v
                tail += 1
    return rim
