"""Minimal separators: which areas must a district hold one of, to join an area to its centre?

For a district with a piece cut off from its centre, the areas next to the centre's piece from which the cut-off
area can be reached form a minimal a,b-separator (Fischetti et al. 2017, Thinning out Steiner trees; used for
districting by Validi, Buchanan and Lykhovyd, 2022). Every contiguous district with centre j that holds
area i holds at least one of them: ``x_ji <= sum_{v in S} x_jv``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
    members: NDArray[np.bool_],
    root: int,
    starts: NDArray[np.int64],
    neighbours: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return for each cut-off piece of a district (its areas, a minimal separator from the root).

    Parameters
    ----------
    members
        Shape (n,): the areas of the district, the root among them.
    weight
        Unused ties are broken by it: the heaviest area of a piece comes first.
    """
    whole = reach(np.array([root]), members, starts, neighbours)
    left = members & ~whole
    found = []
    while left.any():
        first = int(np.flatnonzero(left)[np.argmax(weight[left])])
        piece = reach(np.array([first]), left, starts, neighbours)
        left &= ~piece
        edge = np.zeros(members.size, dtype=bool)
        for u in np.flatnonzero(whole):
            edge[neighbours[starts[u] : starts[u + 1]]] = True
        edge &= ~whole
        # of the rim of the centre's piece keep what the cut-off area reaches without crossing that piece
        outer = reach(np.array([first]), ~whole & ~edge, starts, neighbours)
        touched = np.zeros(members.size, dtype=bool)
        for u in np.flatnonzero(outer):
            touched[neighbours[starts[u] : starts[u + 1]]] = True
        separator = np.flatnonzero(edge & touched)
        if edge[first]:  # cannot be: the area would belong to the centre's piece
            continue
        found.append((np.flatnonzero(piece), separator))
    return found
