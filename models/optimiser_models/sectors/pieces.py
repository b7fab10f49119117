"""Pieces of districts: cut off what hangs on nothing in a labelling model, or give it to a neighbour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import FREE, Districting
from optimiser_models.sectors.labels import Labels
from optimiser_models.sectors.mending import TINY
from optimiser_models.sectors.separate import reach

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_CUTS = 10
"""Areas of one piece that are cut off in one round."""


def cut_pieces(model: Labels, x: Floats) -> int:
    """Add separators between the largest piece of each district's support and its other pieces."""
    d = model.d
    if not d.contiguity:
        return 0
    added = 0
    inside = x[: model.n_pairs] > TINY
    for k in range(d.k):
        members = np.zeros(d.n, dtype=bool)
        members[model.area[inside & (model.district == k)]] = True
        if not members.any():
            continue
        level = np.zeros(d.n)
        level[members] = x[model.column[k, np.flatnonzero(members)]]
        root = int(model.root[k]) if model.root[k] != FREE else anchor(d, members, level)
        left = members & ~reach(np.array([root]), members, d.starts, d.neighbours)
        while left.any():
            inner = reach(np.flatnonzero(left)[:1], left, d.starts, d.neighbours) & left
            left &= ~inner
            piece = np.flatnonzero(inner)
            for area in piece[np.argsort(-level[piece])][:MOST_CUTS].tolist():
                if level[area] > TINY:
                    added += model.add_cut(k, area, piece, root)
    return added


def anchor(d: Districting, members: NDArray[np.bool_], level: Floats) -> int:
    """Return the surest area of the largest piece."""
    left, best, largest = members.copy(), FREE, -1.0
    while left.any():
        piece = reach(np.flatnonzero(left)[:1], left, d.starts, d.neighbours) & left
        left &= ~piece
        if level[piece].sum() > largest:
            largest = float(level[piece].sum())
            best = int(np.flatnonzero(piece)[np.argmax(level[piece])])
    return best


def filled(d: Districting, label: Ints) -> Ints | None:
    """Give each piece that is cut off from the largest of its district to a neighbour; None where that cannot be."""
    fixed = np.full(d.n, FREE, dtype=np.int64)
    for k in range(d.k):
        mine = label == k
        if not mine.any():
            return None
        root = np.array([anchor(d, mine, mine.astype(np.float64))])
        fixed[reach(root, mine, d.starts, d.neighbours) & mine] = k
    while (fixed == FREE).any():
        before = int((fixed == FREE).sum())
        for i in np.flatnonzero(fixed == FREE):
            near = fixed[d.neighbours[d.starts[i] : d.starts[i + 1]]]
            near = near[near != FREE]
            if near.size:
                fixed[i] = near[0]
        if int((fixed == FREE).sum()) == before:
            return None
    return fixed
