"""Best bound first over which centres open: every node a Lagrangian ascent that rules out centres and pairs.

Where all centres are settled, the areas either go to the cheapest of them, or what is left goes to HiGHS.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import BackendError
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.rules import check
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Report
from optimiser.solve.result import PROOF_GAP
from optimiser_models.sectors.arrays import to_plan
from optimiser_models.sectors.median.ascent import FREE, IN, LEAST_REACH, OUT, ascend, empty_pool, price_in
from optimiser_models.sectors.median.ground import Ground
from optimiser_models.sectors.median.leaf import Leaf, close
from optimiser_models.sectors.median.plans import Plans
from optimiser_models.sectors.median.propagate import propagate

MOST_ROWS = 400_000
"""Shape rows that may carry a price."""
SHARPNESS = 5e-9
"""Plans better by less than this share are not sought."""
ROOT_CHUNK, ROOT_PATIENCE, MOST_CHUNKS = 100, 25, 60
LONG_CHUNK, LONG_PATIENCE = 400, 100
"""Of the second ascent at the root, under a shape, once good plans are known."""
HOPE, RISE = 0.02, 0.01
"""Where no plan is known, steps aim this share above the cheapest plan without shape, or above the bound."""
NODE_ROUNDS, NODE_PATIENCE, NODE_REACH = 120, 10, 0.9
MANY_TRIES, SELDOM = 200, 10
"""So many nodes are each tried for a plan, later ones now and then."""
FEW_PAIRS = 2_500
"""A shaped node with so few pairs beyond one an area is a leaf."""


@dataclass
class Node:
    """Centres settled, pairs left, and the multipliers to start from. Children share what they do not change."""

    bound: float
    state: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    alpha: NDArray[np.float64]
    prices: NDArray[np.float64]
    recent: NDArray[np.float64]
    opened: NDArray[np.int64]


@dataclass
class Tree:
    """The search under way: the best plan, the open nodes, and how it ends."""

    problem: SectorsProblem
    ground: Ground
    options: SolveOptions
    report: Report
    sign: float
    best: NDArray[np.int64] | None = None
    value: float = np.inf
    bound: float = -np.inf
    infeasible: bool = False
    shapeless: float = np.inf
    polished: bool = False
    limit: float = np.inf
    notes: dict[str, Any] = field(default_factory=lambda: {"nodes": 0, "leaves": 0, "rounds": 0})
    open_: list[tuple[float, int, Node]] = field(default_factory=list)
    tick: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        g = self.ground
        rows = MOST_ROWS if g.shape.need.size else 1
        self.pool = empty_pool(g.cost.size if g.shape.need.size else 1, rows)
        self.plans = Plans(g, self.options.seed)
        finite = np.where(np.isfinite(g.cost), g.cost, -np.inf)
        self.dearest = float(finite.max(axis=0).sum())

    @property
    def cut(self) -> float:
        """What a plan must cost less than to be of interest; without a plan or limit, more than any plan costs."""
        top = self.value if self.best is not None else self.dearest
        slack = SHARPNESS * abs(top)
        return min(top - slack if self.best is not None else top + slack + 1e-9, self.limit)

    def hopes(self, opened: NDArray[np.int64]) -> None:
        """Note what a plan would cost with these centres if it had no shape to keep."""
        value = float(self.ground.cost[opened].min(axis=0).sum())
        self.shapeless = min(self.shapeless, value)

    def aim(self, bound: float) -> float:
        """Return what the steps of an ascent from this bound aim at."""
        if self.best is not None or not np.isfinite(self.shapeless):
            return min(self.value, self.limit)
        aim = self.shapeless + HOPE * abs(self.shapeless)
        return max(aim, bound + RISE * abs(bound)) if np.isfinite(bound) else aim

    def left_s(self) -> float:
        """Return what is left of the time, in seconds."""
        return self.options.time_limit_s - self.report.elapsed_s()

    def gap(self) -> float:
        """Return the relative gap; inf without a plan or bound."""
        if self.best is None or not np.isfinite(self.bound):
            return np.inf
        return max(0.0, self.value - self.bound) / max(abs(self.value), 1e-9)

    def stopped(self) -> bool:
        """Return True when near enough, out of time or told to stop."""
        enough = self.options.gap_frac > PROOF_GAP and self.gap() <= self.options.gap_frac
        return enough or self.left_s() <= 0 or self.report.should_stop()

    def offer(self, plan: NDArray[np.int64] | None) -> bool:
        """Take a plan told by centres (n,) if it is better and passes the planner's own rules."""
        if plan is None or np.unique(plan).size != self.ground.p:
            return False
        value = self.ground.value(plan)
        if value >= self.value - 1e-12 * abs(self.value):
            return False
        told = self.told(plan)
        if check(self.problem, told):
            return False
        self.best, self.value = plan, value
        self.bound = min(self.bound, value)
        self.report(phase="improving", incumbent=self.sign * value, plan=told)
        return True

    def told(self, plan: NDArray[np.int64]) -> SectorsPlan:
        """Return a plan in ids."""
        label, centre = self.ground.centres(plan)
        return to_plan(self.problem, self.ground.d, label, centre)

    def prove(self, bound: float) -> None:
        """Take a bound if it is better; it never exceeds a plan that exists."""
        bound = min(bound, self.value) if self.best is not None else bound
        if np.isfinite(bound) and bound > self.bound:
            self.bound = bound
            self.report(bound=self.sign * bound)

    def priced(self, node: Node) -> NDArray[np.float64]:
        """Return the cost of each pair with a node's prices of rows in it, shape (C, n)."""
        g, pool = self.ground, self.pool
        r = np.where(node.allowed, g.cost, np.inf)
        if g.shape.need.size:
            pool.mu[: pool.size[0]] = 0.0
            pool.mu[: node.prices.size] = node.prices
            price_in(r, g.shape.near, pool)
        return r

    def climb(
        self, node: Node, rounds: int, patience: int, reach: float, *, cut: float | None = None
    ) -> float:
        """Improve a node's multipliers and narrow it in place; return the reach to go on with.

        ``cut`` replaces that of the tree.
        """
        g, pool = self.ground, self.pool
        node.alpha, node.state, node.recent = node.alpha.copy(), node.state.copy(), node.recent.copy()
        node.opened = node.opened.copy()
        r = self.priced(node)
        if not self.implied(r, node):
            return 0.0
        bound, reach, used = ascend(
            r, g.own, node.state, node.alpha, self.cut if cut is None else cut, self.aim(node.bound), g.shape, pool,
            rounds, patience, reach, node.recent, node.opened,
        )  # fmt: skip
        self.notes["rounds"] += int(used)
        node.bound = max(node.bound, bound - self.lost(node.alpha))
        if not self.implied(r, node):
            return 0.0
        node.prices = pool.mu[: pool.size[0]].copy() if g.shape.need.size else node.prices
        return float(reach)

    def implied(self, r: NDArray[np.float64], node: Node) -> bool:
        """Narrow the pairs left by what the shape implies; False, and a bound without end, where nothing is left."""
        if not propagate(r, self.ground.own, node.state, self.ground.p, self.ground.shape):
            node.bound = np.inf
        node.allowed = np.isfinite(r)
        return bool(node.bound < np.inf)

    def lost(self, alpha: NDArray[np.float64]) -> float:
        """Return what the sums behind a bound may have lost to rounding."""
        return float(np.finfo(np.float64).eps) * 4 * self.ground.n * float(np.abs(alpha).sum())

    def root(self) -> Node:
        """Return the whole problem as a node."""
        g = self.ground
        allowed = np.isfinite(g.cost)
        rank = min(g.p, g.cost.shape[0] - 1)
        alpha = np.partition(g.cost, rank, axis=0)[rank]
        highest = np.where(allowed, g.cost, -np.inf).max(axis=0)
        alpha = np.where(np.isfinite(alpha), alpha, highest)
        nobody = np.zeros(g.cost.shape[0])
        return Node(-np.inf, g.state, allowed, alpha, np.zeros(0), nobody, np.zeros(g.p, dtype=np.int64))

    def n_pairs(self, node: Node) -> int:
        """Count the pairs that a node leaves."""
        return int((node.allowed & (node.state >= 0)[:, None]).sum())

    def settled(self, node: Node) -> bool:
        """Is there nothing left to branch on, or so little that HiGHS is quicker?"""
        given = int((node.state == IN).sum())
        if given >= self.ground.p or given + int((node.state == FREE).sum()) <= self.ground.p:
            return True
        return not self.ground.plain and self.n_pairs(node) <= self.ground.n + FEW_PAIRS

    def finish(self, node: Node) -> None:
        """Close a leaf: to the cheapest open centre, or by HiGHS; what it leaves open stays in the tree."""
        g = self.ground
        self.notes["leaves"] += 1
        if int((node.state == IN).sum()) == g.p:
            node.state = np.where(node.state == IN, IN, OUT)
        opened = np.flatnonzero(node.state >= 0)
        if g.plain:
            cost = np.where(node.allowed[opened], g.cost[opened], np.inf)
            if opened.size == g.p and np.isfinite(cost.min(axis=0)).all():
                self.offer(opened[np.argmin(cost, axis=0)])
            return
        leaf = Leaf(g, node.allowed, node.state)
        leaf.take(self.pool, node.prices)
        found = close(
            leaf,
            self.cut,
            self.options,
            left_s=self.left_s,
            should_stop=self.report.should_stop,
            heard=self.offer,
            known=self.best is not None and not np.isfinite(self.limit),
        )
        if found.plan is not None and not self.offer(found.plan) and g.value(found.plan) < self.cut:
            raise BackendError("HiGHS closed a leaf with a plan that breaks a rule.")
        if not found.exhausted:
            node.bound = max(node.bound, found.bound)
            self.push(node)

    def push(self, node: Node) -> None:
        """Keep a node for later."""
        heapq.heappush(self.open_, (node.bound, next(self.tick), node))

    def children(self, node: Node) -> list[Node]:
        """Branch on the centre that is open about half of the time; return what is left, best first."""
        free = np.flatnonzero(node.state == FREE)
        i = int(free[np.argmin(np.abs(node.recent[free] - 0.5))])
        kept = []
        for way in (IN, OUT):
            state = node.state.copy()
            state[i] = way
            child = Node(node.bound, state, node.allowed, node.alpha, node.prices, node.recent, node.opened)
            self.climb(child, NODE_ROUNDS, NODE_PATIENCE, NODE_REACH)
            self.notes["nodes"] += 1
            if child.bound < self.cut:
                kept.append(child)
                if self.notes["nodes"] < MANY_TRIES or self.notes["nodes"] % SELDOM == 0:
                    self.offer(self.plans.around(child.opened))
        return sorted(kept, key=lambda child: child.bound)

    def search(self, root: Node, *, whole: bool = False) -> None:
        """Branch until nothing below the best plan is left, or the search is stopped; ``whole``: the root is a leaf."""
        node: Node | None = root if root.bound < self.cut else None
        while not self.stopped():
            if node is None:
                if not self.open_:
                    self._exhausted()
                    return
                node = heapq.heappop(self.open_)[2]
                if node.bound >= self.cut:
                    self._exhausted()
                    return
            if whole or self.settled(node):
                self.finish(node)
                node, whole = None, False
            else:
                kept = self.children(node)
                node = kept[0] if kept else None
                for child in kept[1:]:
                    self.push(child)
            self._tell(node)
        if node is not None:
            self.push(node)
        self._tell(None)

    def _tell(self, node: Node | None) -> None:
        waiting = [self.open_[0][0]] if self.open_ else []
        lowest = min([*waiting, *([node.bound] if node else [])], default=np.inf)
        self.prove(min(lowest, self.cut))

    def _exhausted(self) -> None:
        if self.best is None and not np.isfinite(self.limit):
            self.infeasible = True
        else:
            self.prove(self.cut)


def climb_root(
    tree: Tree, root: Node, rounds: int = ROOT_CHUNK, patience: int = ROOT_PATIENCE
) -> Iterator[Node]:
    """Yield after each part of an ascent at the root, while it gains."""
    reach = 1.0
    for _ in range(MOST_CHUNKS):
        if reach < LEAST_REACH or tree.stopped() or root.bound >= tree.cut:
            return
        reach = tree.climb(root, rounds, patience, reach)
        tree.prove(root.bound)
        yield root
