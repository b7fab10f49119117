"""Branch and cut where every district has its centre: which of them serves which area, by linear programmes in a tree.

HiGHS has no lazy constraints, and a model solved to the end only to learn which separators it breaks is solved again
from nothing. Here separators are rows for all nodes from the moment one breaks them, and every node starts where the
one before it stood: some milliseconds each.

An area is given to one centre, or kept from it. Which area: that whose both ways raise the bound most (strong
branching until a pair's pseudocosts are known; Achterberg, Koch and Martin 2005). The nearer way is looked at next, so
that plans are found early; when it ends, the open node with the least bound.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.highs_arrays import Solved
from optimiser.solve.backends.highs_lp import GrowingLP
from optimiser.solve.result import PROOF_GAP
from optimiser_models.sectors.hess import SURE, Hess
from optimiser_models.sectors.run import WITHIN, Run

WHOLE = 1e-6
"""How near to 0 or 1 a share of an area is whole."""
ROUNDS = 6
"""Most rounds of separators in a node."""
LEAST, LEAST_WHOLE = 1e-2, 0.5
"""By how much a point breaks a separator that is worth a row, and where all is whole."""
TRIED, TRUSTED = 8, 2
"""Pairs looked at in a node, and the trials after which a pair's pseudocosts are believed."""
TIDY = 50
"""Nodes after which rows that the point keeps with room to spare are taken out."""
POLISHED = 25
"""Nodes after which a plan is made from what the relaxation chooses."""
LEAST_GAIN = 1e-6
"""A rise is taken for no less, so that a way that raises nothing does not hide what the other one does."""

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """Pairs given (P,) and pairs kept out (P,)."""

    given: Bools
    barred: Bools


class Tree:
    """The search on one model whose centres have settled."""

    def __init__(self, run: Run, model: Hess, lp: GrowingLP) -> None:
        self.run, self.model, self.lp = run, model, lp
        n = model.n_pairs
        self.now = Node(np.zeros(n, dtype=bool), model.shut[:n].copy())
        self.gain, self.seen = np.zeros((2, n)), np.zeros((2, n))  # kept out, given
        d = run.d
        work = d.weight[0] if len(d.weight) else np.ones(d.n)
        self.work = 0.1 + (work / max(float(work.mean()), 1e-12))[model.area]
        self.heap: list[tuple[float, int, Node]] = [(run.bound, 0, self.now)]
        self.ended = np.inf
        """Least bound of the nodes that ended: no plan below it lies in them."""
        self.nodes = self.kept = 0

    @property
    def goal(self) -> float:
        """A node whose bound is no less than this ends: nothing in it is better, or better enough."""
        run = self.run
        if run.best is None:
            return np.inf
        cost = run.best.cost
        near = run.options.gap_frac if run.last else 0.0
        return cost - max((1 - WITHIN) * run.step, max(near, PROOF_GAP / 4) * abs(cost))

    def search(
        self, run: Run, separate: Callable[[Floats, float], int], polish: Callable[[Floats], None]
    ) -> bool:
        """Look at nodes until none is open; False where time or the planner ended it, and it may go on later.

        ``separate(x, least)`` adds to the model the rows that a point breaks and says how many; ``polish(x)`` makes a
        plan of what a point chooses.
        """
        self.run, self.separate, self.polish = run, separate, polish
        self.lp.should_stop = lambda: run.report.should_stop() or run.left_s() <= 0
        nodes: list[tuple[float, Node]] = []
        while nodes or self.heap:
            if not nodes:
                value, _, node = heapq.heappop(self.heap)
                nodes = [(value, node)]
            value, node = nodes.pop()
            run.prove(min(value, self.ended, self.heap[0][0] if self.heap else np.inf))
            if run.done():
                self._keep(value, node)
                return False
            if value >= self.goal:
                self.ended = min(self.ended, value)
                continue
            children = self._look(value, node)
            for child in children[1:]:
                self._keep(*child)
            nodes = children[:1]
        if run.best is not None:
            run.prove(self.ended)
        return True

    def _keep(self, value: float, node: Node) -> None:
        self.kept += 1
        heapq.heappush(self.heap, (value, self.kept, node))

    def _look(self, value: float, node: Node) -> list[tuple[float, Node]]:
        """Solve a node; return its children, the nearer first, or none where it ends."""
        self.nodes += 1
        self._move(node)
        solved, bound = self._relax()
        if solved is None:
            self._end(node, max(bound, value))
            return []
        value = max(value, bound)
        x = np.asarray(solved.x)[: self.model.n_pairs]
        open_ = np.flatnonzero((x > WHOLE) & (x < 1 - WHOLE))
        if not open_.size:
            self.polish(x)  # a plan as it is
            self.ended = min(self.ended, value)
            return []
        if self.nodes % POLISHED == 1:
            self.polish(x)
        if self.nodes % TIDY == 0:
            self.lp.drop_rows(self.model.drop_slack(np.asarray(solved.x)))
        objective = float(solved.objective or 0.0)  # the programme's own, not the bound raised from it
        room = self.run.limit / self.model.scale - objective + SURE
        cost = solved.reduced_cost[: self.model.n_pairs]
        barred = node.barred | ((cost > room) & (x < WHOLE))
        given = node.given | ((-cost > room) & (x > 1 - WHOLE))
        return self._part(value, Node(given, barred), x, open_)

    def _end(self, node: Node, value: float) -> None:
        """End a node; where nothing says that no better plan lies in it, time is up, and it stays open."""
        if value >= self.goal:
            self.ended = min(self.ended, value)
        else:
            self._keep(value, node)

    def _relax(self) -> tuple[Solved | None, float]:
        """Solve with separators; (None, bound) where the node ends there, by a bound of inf where it holds nothing."""
        bound = -np.inf
        for turn in count():
            solved = self._solve()
            if solved is None:
                return None, bound
            if solved.infeasible:
                return None, np.inf
            bound = self.run.raised(float(solved.objective or 0.0) * self.model.scale)
            if bound >= self.goal:
                return None, bound
            x = np.asarray(solved.x)
            share = x[: self.model.n_pairs]
            whole = not ((share > WHOLE) & (share < 1 - WHOLE)).any()
            before = len(self.model.rows.lower)
            if (turn >= ROUNDS and not whole) or not self.separate(x, LEAST_WHOLE if whole else LEAST):
                break
            self.lp.add_rows(*self.model.rows.since(before, self.model.n_columns))
        return solved, bound

    def _solve(self) -> Solved | None:
        """Solve the relaxation as it stands; None where it was not solved to the end."""
        solved = self.lp.solve(max(0.05, self.run.left_s()))
        return solved if solved.infeasible or solved.bound is not None else None

    def _move(self, node: Node) -> None:
        """Give the programme the node's bounds."""
        changed = np.flatnonzero((node.given != self.now.given) | (node.barred != self.now.barred))
        if changed.size:
            self.lp.bound(changed, node.given[changed].astype(float), (~node.barred[changed]).astype(float))
        self.now = node

    def _children(self, node: Node, pair: int) -> tuple[Node, Node]:
        """Return the node where a pair is kept out, and that where it is given: no other centre has its area."""
        barred = node.barred.copy()
        barred[pair] = True
        given, others = node.given.copy(), node.barred.copy()
        given[pair] = True
        others[self.model.area == self.model.area[pair]] = True
        others[pair] = False
        return Node(node.given, barred), Node(given, others)

    def _part(
        self, value: float, node: Node, x: Floats, open_: NDArray[np.int64]
    ) -> list[tuple[float, Node]]:
        """Return the two children of the pair that raises both ways most, the nearer first."""
        away = np.stack([x[open_], 1 - x[open_]])
        mean = self.gain.sum(axis=1) / np.maximum(self.seen.sum(axis=1), 1)
        known = np.where(
            self.seen[:, open_] > 0,
            self.gain[:, open_] / np.maximum(self.seen[:, open_], 1),
            np.where(mean > 0, mean, 1.0)[:, None],
        )
        rise = np.maximum(known * away, LEAST_GAIN)
        order = np.argsort(-rise.prod(axis=0) * self.work[open_], kind="stable")[:TRIED]
        best: tuple[float, list[tuple[float, Node]]] | None = None
        for q in order.tolist():
            pair = int(open_[q])
            children = self._children(node, pair)
            if (self.seen[:, pair] >= TRUSTED).all():
                gains, bounds = rise[:, q], [value, value]
            else:
                bounds = [max(value, self._try(child)) for child in children]
                gains = np.maximum(np.minimum(bounds, self.run.limit) - value, 0.0)
                if np.isfinite(gains).all():
                    self.gain[:, pair] += gains / away[:, q]
                    self.seen[:, pair] += 1
            score = float(np.maximum(gains, LEAST_GAIN).prod())
            if best is None or score > best[0]:
                # the nearer way first: the lesser rise
                both = list(zip(bounds, children, strict=True))
                best = score, both if gains[0] < gains[1] else both[::-1]
        assert best is not None
        for bound, _ in best[1]:
            if bound >= self.goal:
                self.ended = min(self.ended, bound)
        return [(bound, child) for bound, child in best[1] if bound < self.goal]

    def _try(self, node: Node) -> float:
        """Return the bound of a node as the rows stand; inf where it holds nothing."""
        self._move(node)
        solved = self._solve()
        if solved is None:
            return -np.inf
        if solved.infeasible:
            return np.inf
        return self.run.raised(float(solved.objective or 0.0) * self.model.scale)
