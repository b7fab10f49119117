"""Colours that colour-blind readers tell apart, hatches for black and white, and a proper colouring of a map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FILLS = ("#77AADD", "#EE8866", "#EEDD88", "#44BB99", "#FFAABB", "#BBCC33", "#99DDFF", "#AAAA00")
"""Paul Tol's "light" scheme, made for labelled areas: https://sronpersonalpages.nl/~pault/ (2021)."""

NO_DATA = "#E4E4E4"
INK = "#1F2933"
QUIET = "#66707A"
FAINT = "#C9CFD6"
ROAD = "#8A9299"
ALERT = "#C2410C"
TARGET = "#B91C1C"
WAY_STAYS = "#8A7AA0"
"""Way of a unit that stays: muted, and the colour of no grade and no road."""

CLASS_COLOURS = {
    "calls": "#0072B2",
    "proactive": "#009E73",
    "admin": "#E69F00",
    "community": "#CC79A7",
    "unaccounted": "#BDBDBD",
}
"""Classes of the time split, Okabe and Ito (2008)."""

CLASS_HATCHES = {"calls": "", "proactive": "////", "admin": "....", "community": "xxxx", "unaccounted": ""}
CLASS_GREYS = {
    "calls": "#555555",
    "proactive": "#FFFFFF",
    "admin": "#FFFFFF",
    "community": "#FFFFFF",
    "unaccounted": "#CFCFCF",
}

BLACK_AND_WHITE = (
    ("#FFFFFF", ""),
    ("#FFFFFF", "////"),
    ("#FFFFFF", "...."),
    ("#C8C8C8", ""),
    ("#FFFFFF", "\\\\\\\\"),
    ("#FFFFFF", "xxxx"),
    ("#E6E6E6", "||||"),
    ("#FFFFFF", "----"),
)
"""Grey and hatch of each colour number, for sheets printed without colour."""

SEQUENCE = ("#FFFFCC", "#C7E9B4", "#7FCDBB", "#41B6C4", "#2C7FB8", "#253494")
"""ColorBrewer YlGnBu, light to dark: safe for colour-blind readers and in print."""
GREYS = ("#FFFFFF", "#DDDDDD", "#BBBBBB", "#969696", "#6B6B6B", "#3B3B3B")

GRADE_COLOURS = {1: "#C2410C", 2: "#0072B2", 3: "#009E73"}
GRADE_MARKERS = {1: "*", 2: "o", 3: "s"}


def greedy_colours(n: int, pairs: Sequence[tuple[int, int]] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Colour a graph so that neighbours differ, smallest degree last, spreading the colours evenly.

    Parameters
    ----------
    n
        Number of nodes.
    pairs
        Neighbours as pairs of node numbers; a pair of a node with itself is left out.

    Returns
    -------
    array
        Colour number of each node, shape (n,). Numbers reach ``len(FILLS)`` and beyond only where a node
        has that many neighbours left: never on a map whose districts hang together, which needs six at most.

    References
    ----------
    Matula, D., Beck, L. (1983). Smallest-last ordering and clustering and graph coloring algorithms. JACM 30.
    """
    near: list[set[int]] = [set() for _ in range(n)]
    for a, b in np.asarray(pairs, dtype=np.int64).reshape(-1, 2).tolist():
        if a != b:
            near[a].add(b)
            near[b].add(a)
    left = [set(s) for s in near]
    remaining = set(range(n))
    order: list[int] = []
    while remaining:
        last = min(remaining, key=lambda v: (len(left[v]), -v))
        remaining.discard(last)
        order.append(last)
        for other in left[last]:
            left[other].discard(last)
    colour = np.full(n, -1, dtype=np.int64)
    used = np.zeros(max(len(FILLS), n), dtype=np.int64)
    for node in reversed(order):
        taken = {int(colour[v]) for v in near[node]}
        free = [c for c in range(len(FILLS)) if c not in taken]
        if free:
            pick = min(free, key=lambda c: (int(used[c]), c))
        else:
            pick = next(c for c in range(len(FILLS), n + len(FILLS)) if c not in taken)
        colour[node] = pick
        if pick < used.size:
            used[pick] += 1
    return colour


def fill_of(number: int, *, colour: bool = True) -> tuple[str, str]:
    """Return (fill, hatch) of a colour number; past the palette the colours come again, hatched."""
    if number < 0:
        return NO_DATA, ""
    if colour:
        return FILLS[number % len(FILLS)], "" if number < len(FILLS) else "////"
    return BLACK_AND_WHITE[number % len(BLACK_AND_WHITE)]
