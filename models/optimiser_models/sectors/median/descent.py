"""Better centres under a shape: swaps judged by the bound of the relaxation with the centres settled.

With centres settled the relaxation is all but exact, and costs a short ascent from the multipliers at hand. Most swaps
are refused without one: at the multipliers of the present centres, centre i for centre k costs at least W_i - W_k more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.median.ascent import IN, OUT, worths
from optimiser_models.sectors.median.leaf import Leaf, close
from optimiser_models.sectors.median.tree import Node, Tree

LONG, SHORT, PATIENCE = 300, 60, 10
MOST_SWAPS = 150
"""Swaps looked at before a set of centres counts as locally best."""
KICKS = 8
"""Kicks without a better plan before the search ends."""
SMALLEST = 1e-6
"""Relative gain of the bound that makes a swap worth its while."""


@dataclass
class Descent:
    """From one set of centres to a locally best one, and on from there."""

    tree: Tree
    root: Node
    going: Callable[[], bool]
    rng: np.random.Generator

    def run(self, opened: NDArray[np.int64]) -> None:
        """Descend, solve the best assignment, kick, and again."""
        here = self.descend(self.settle(opened, LONG, np.inf))
        self.exact(here)
        stale = 0
        while stale < KICKS and self.going():
            other = self.descend(self.settle(self.kicked(here.opened), LONG, np.inf))
            better = self.exact(other)
            if better or other.bound < here.bound:
                here = other
            stale = 0 if better else stale + 1

    def settle(self, opened: NDArray[np.int64], rounds: int, cut: float, at: Node | None = None) -> Node:
        """Return the node of these centres and no others, with its bound."""
        root = at or self.root
        state = np.full(self.tree.ground.cost.shape[0], OUT, dtype=np.int64)
        state[opened] = IN
        node = Node(-np.inf, state, self.root.allowed, root.alpha, root.prices, root.recent, np.sort(opened))
        self.tree.climb(node, rounds, PATIENCE, 0.9, cut=cut)
        return node

    def descend(self, node: Node) -> Node:
        """Swap while the bound of the settled centres falls."""
        while self.going():
            cut = node.bound - SMALLEST * abs(node.bound)
            for opened in self.swaps(node):
                if not self.going():
                    return node
                other = self.settle(opened, SHORT, cut, node)
                if other.bound < cut:
                    other = self.settle(opened, LONG, cut, node)
                if other.bound < cut:
                    node = other
                    break
            else:
                return node
        return node

    def swaps(self, node: Node) -> Iterator[NDArray[np.int64]]:
        """Yield the sets of centres one swap away that the multipliers do not refuse, the likeliest first."""
        g = self.tree.ground
        whole = Node(
            node.bound, g.state, self.root.allowed, node.alpha, node.prices, node.recent, node.opened
        )
        w = np.empty(g.cost.shape[0])
        worths(self.tree.priced(whole), g.own, node.alpha, w)
        usable = np.setdiff1d(np.flatnonzero((g.state != OUT) & np.isfinite(w)), node.opened)
        leaving = node.opened[g.state[node.opened] != IN]
        gain = w[usable][None, :] - w[leaving][:, None]
        for flat in np.argsort(gain, axis=None)[:MOST_SWAPS]:
            k, i = np.unravel_index(flat, gain.shape)
            if gain[k, i] >= 0:
                return
            yield np.append(np.setdiff1d(node.opened, leaving[k]), usable[i])

    def kicked(self, opened: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the centres with three of them moved to areas next to their own."""
        for _ in range(3):
            near = list(self.tree.plans.shifted(opened))
            if near:
                opened = near[int(self.rng.integers(len(near)))]
        return opened

    def exact(self, node: Node) -> bool:
        """Solve the best assignment to settled centres where it may beat the best plan; say whether it did."""
        tree = self.tree
        if node.bound >= tree.cut or not self.going():
            return False
        node = self.settle(node.opened, SHORT, tree.cut, node)  # narrowed by what is worth finding, no more
        if node.bound >= tree.cut:
            return False
        leaf = Leaf(tree.ground, node.allowed, node.state)
        leaf.take(tree.pool, node.prices)
        found = close(
            leaf,
            tree.cut,
            tree.options,
            left_s=tree.left_s,
            should_stop=lambda: not self.going(),
        )
        return tree.offer(found.plan)
