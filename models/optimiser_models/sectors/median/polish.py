"""Multipliers by linear programming: where steps along slopes have come to rest, the relaxation is solved exactly.

The ascent stops a little short of the relaxation's bound; under a shape, by a third of the gap. HiGHS solves the
relaxation on the pairs that are left, with the rows that carry a price and those it breaks; its multipliers go back to
the ascent, which rules out more by them.
"""

from __future__ import annotations

import numpy as np

from optimiser_models.sectors.median.ascent import add_row
from optimiser_models.sectors.median.leaf import Leaf, relax
from optimiser_models.sectors.median.tree import Node, Tree

MOST_PAIRS = 80_000
"""Pairs for which the relaxation is solved at all."""
ROUNDS = 4
WORTH = 0.9
"""Another round is worth it where no more than this share of the pairs is left."""


def polish(tree: Tree, node: Node) -> None:
    """Replace a node's multipliers by those of its relaxation, and narrow it by them, in place."""
    for _ in range(ROUNDS):
        pairs = tree.n_pairs(node)
        if pairs > MOST_PAIRS or tree.stopped() or node.bound >= tree.cut:
            return
        leaf = Leaf(tree.ground, node.allowed, node.state)
        leaf.take(tree.pool, node.prices)
        bound, duals = relax(
            leaf, tree.cut, tree.options, left_s=tree.left_s, should_stop=tree.report.should_stop
        )
        if bound >= tree.cut:
            node.bound = np.inf
            return
        if duals is None:
            return
        node.alpha = duals[: tree.ground.n] * leaf.scale
        tree.pool.mu[: tree.pool.size[0]] = 0.0
        for row, pair, mask in leaf.shape_rows:
            price = -float(duals[row]) * leaf.scale if row < duals.size else 0.0
            r = add_row(tree.pool, pair, mask) if price > 0 else -1
            if r >= 0:
                tree.pool.mu[r] = price
        node.prices = tree.pool.mu[: tree.pool.size[0]].copy()
        tree.climb(node, 1, 1, 1.0)
        tree.prove(node.bound)
        if tree.n_pairs(node) > WORTH * pairs:
            return
