"""Search below a limit that rises: where the best plan known is far above a good bound, look near the bound first.

Pairs are ruled out by the distance between bound and limit. A limit close above the bound leaves few; where a plan
below it is found and nothing better is left, that plan is proved among all plans; where nothing is left at all, the
limit has become the bound.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser_models.sectors.median.tree import Node, Tree

RISES = (0.0025, 0.005, 0.01)
"""Limits, as shares above the bound at the root."""
WORTH = 1.25
"""A limit is tried where the best plan is this many times as far above the bound."""
PAIRS_A_DISTRICT = 1_000
"""So few pairs for each district beyond one an area, and HiGHS and its cuts take the whole root with the relaxation's
multipliers: where districts are many, a tree over which centres open is deep."""


def search_rising(tree: Tree, root: Node) -> None:
    """Search below each limit that leaves few pairs, in turn, then below the best plan."""
    for rise in RISES:
        limit = root.bound + rise * abs(root.bound)
        if root.bound + WORTH * (limit - root.bound) >= tree.cut or tree.stopped():
            break
        tree.limit = limit
        node = replace(root)
        tree.climb(node, 1, 1, 1.0)
        if not _small(tree, node):
            break
        tree.notes["limits"] = tree.notes.get("limits", 0) + 1
        tree.search(node, whole=True)
        found = tree.value <= limit
        if found or tree.stopped():
            return
        tree.open_.clear()
        tree.limit = np.inf
    tree.limit = np.inf
    tree.climb(root, 1, 1, 1.0)
    tree.search(root, whole=_small(tree, root))


def _small(tree: Tree, node: Node) -> bool:
    return tree.n_pairs(node) <= tree.ground.n + PAIRS_A_DISTRICT * tree.ground.p
