"""What is left of a node as a mixed-integer model: HiGHS with shape rows and separators made when broken.

The open centre is the pair of a centre with its own area; all else is as numbered in :mod:`.median`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.backends.highs_lp import GrowingLP
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import PROOF_GAP
from optimiser_models.sectors.hess import LARGEST_COST, Rows
from optimiser_models.sectors.median.ascent import IN, Pool
from optimiser_models.sectors.median.ground import Ground
from optimiser_models.sectors.separate import separators

TINY = 1e-6
RELAXATION_ROUNDS = 30
INTERIOR_PAIRS = 3_000
"""More pairs than this, and the first relaxation is quicker by an interior point."""
SMALLEST_VIOLATION = 0.01
"""Of a shape row, in the relaxation: less is not worth a round."""


@dataclass(frozen=True)
class Closed:
    """What a leaf says: nothing below ``bound`` on its pairs, and the best plan found (centre of each area (n,))."""

    bound: float
    plan: NDArray[np.int64] | None
    exhausted: bool


class Leaf:
    """The model of the pairs left; rows are added to it round by round."""

    def __init__(self, ground: Ground, allowed: NDArray[np.bool_], state: NDArray[np.int64]) -> None:
        self.ground, self.state = ground, state
        allowed = allowed & np.isfinite(ground.cost) & (state >= 0)[:, None]
        seats = np.arange(allowed.shape[0]), ground.own
        allowed[~allowed[seats]] = False
        self.centre, self.area = np.nonzero(allowed)
        self.column = np.full(allowed.shape, -1, dtype=np.int64)
        self.column[self.centre, self.area] = np.arange(self.centre.size)
        self.seat = self.column[seats]
        cost = ground.cost[self.centre, self.area]
        self.scale = max(float(np.abs(cost).max(initial=0.0)), 1e-9) / LARGEST_COST
        self.cost = cost / self.scale
        self.rows = Rows()
        self.made: set[tuple[int, tuple[int, ...]]] = set()
        self.shape_rows: list[tuple[int, int, int]] = []  # row, pair i * n + j, neighbours as bits
        self._rows()

    @property
    def n_pairs(self) -> int:
        """Number of columns."""
        return int(self.centre.size)

    def _rows(self) -> None:
        for j in range(self.ground.n):
            columns = np.flatnonzero(self.area == j)
            self.rows.add(columns, np.ones(columns.size), 1, 1, "every area")
        seats = self.seat[self.seat >= 0]
        self.rows.add(seats, np.ones(seats.size), self.ground.p, self.ground.p, "districts")
        for t in range(self.n_pairs):
            seat = int(self.seat[self.centre[t]])
            if seat != t and self.state[self.centre[t]] != IN:
                self.rows.add(np.array([t, seat]), np.array([1.0, -1.0]), -np.inf, 0, "centre")

    def require(self, t: int, among: NDArray[np.int64], name: str) -> bool:
        """Add "where pair ``t`` is served, one of these areas is too"; False if the row is there already."""
        i = int(self.centre[t])
        key = (t, tuple(sorted(among.tolist())))
        if key in self.made:
            return False
        self.made.add(key)
        if name == "shape":
            j = int(self.area[t])
            bits = np.flatnonzero(np.isin(self.ground.shape.near[j], among))
            mask = int((1 << bits).sum())
            self.shape_rows.append((len(self.rows.lower), i * self.ground.n + j, mask))
        via = self.column[i, among]
        via = via[via >= 0]
        self.rows.add(
            np.concatenate([[t], via]), np.concatenate([[1.0], -np.ones(via.size)]), -np.inf, 0, name
        )
        return True

    def cut(self, x: NDArray[np.float64]) -> int:
        """Add the most violated shape row of each pair, and separators of pieces cut off; return how many."""
        served = np.zeros(self.column.shape)
        served[self.centre, self.area] = x
        return self._shape_rows(served) + self._separators(served)

    def _shape_rows(self, served: NDArray[np.float64]) -> int:
        shape, added = self.ground.shape, 0
        for w in range(shape.need.shape[0]):
            need = shape.need[w, self.centre, self.area]
            used = served[self.centre, self.area]
            for t in np.flatnonzero((need > 0) & (used > SMALLEST_VIOLATION)).tolist():
                i, rim = int(self.centre[t]), self._rim(w, t)
                least = rim[np.argsort(served[i, rim], kind="stable")][: rim.size - int(need[t]) + 1]
                if used[t] > served[i, least].sum() + SMALLEST_VIOLATION:
                    added += self.require(t, least, "shape")
        return added

    def _separators(self, served: NDArray[np.float64]) -> int:
        g, added = self.ground, 0
        if not g.contiguous:
            return 0
        for i in np.flatnonzero(served.max(axis=1) > TINY):
            members = (served[i] > TINY).astype(np.float64)
            for j, separator in separators(members, int(g.own[i]), g.d.starts, g.d.neighbours):
                added += self.require(int(self.column[i, j]), separator, "contiguity")
        return added

    def take(self, pool: Pool, prices: NDArray[np.float64]) -> None:
        """Add the shape rows that carry a price."""
        near = self.ground.shape.near
        for r in np.flatnonzero(prices > 0).tolist():
            i, j = divmod(int(pool.pair[r]), self.ground.n)
            if self.column[i, j] >= 0:
                bits = (int(pool.mask[r]) >> np.arange(near.shape[1])) & 1
                self.require(int(self.column[i, j]), near[j][bits == 1], "shape")

    def count(self) -> None:
        """Add the shape rows as published, one a pair: weak, but with them no whole x breaks the shape."""
        shape = self.ground.shape
        for w in range(shape.need.shape[0]):
            need = shape.need[w, self.centre, self.area]
            for t in np.flatnonzero(need > 0).tolist():
                i, rim = int(self.centre[t]), self._rim(w, t)
                via = self.column[i, rim]
                via = via[via >= 0]
                if via.size < need[t] or rim.size > need[t] > 1:
                    self.rows.add(
                        np.append(via, t),
                        np.append(-np.ones(via.size), float(need[t])),
                        -np.inf,
                        0,
                        "shape",
                    )
                else:
                    for v in rim:
                        self.require(t, np.array([v]) if need[t] == rim.size else rim, "shape")

    def complete(self) -> None:
        """Add every shape row."""
        shape = self.ground.shape
        for w in range(shape.need.shape[0]):
            need = shape.need[w, self.centre, self.area]
            for t in np.flatnonzero(need > 0).tolist():
                rim = self._rim(w, t)
                for among in combinations(rim.tolist(), rim.size - int(need[t]) + 1):
                    self.require(t, np.array(among, dtype=np.int64), "shape")

    def _rim(self, w: int, t: int) -> NDArray[np.int64]:
        i, j = int(self.centre[t]), int(self.area[t])
        around = self.ground.shape.near[j]
        bits = (int(self.ground.shape.rim[w, i, j]) >> np.arange(around.size)) & 1
        return np.asarray(around[bits == 1])

    def model(self, *, relaxed: bool = False) -> LinearModel:
        """Return the arrays of the model as it stands."""
        lower = np.zeros(self.n_pairs)
        given = self.seat[self.state == IN]
        lower[given[given >= 0]] = 1.0
        return LinearModel(
            sense="min",
            cost=self.cost,
            lower=lower,
            upper=np.ones(self.n_pairs),
            integer=np.full(self.n_pairs, not relaxed),
            a=self.rows.matrix(self.n_pairs),
            row_lower=np.array(self.rows.lower, dtype=np.float64),
            row_upper=np.array(self.rows.upper, dtype=np.float64),
            row_names=tuple(self.rows.names),
        )

    def since(self, first: int) -> tuple[sp.csr_array, NDArray[np.float64], NDArray[np.float64]]:
        """Return the rows made from number ``first`` on: (matrix, lower, upper)."""
        return self.rows.since(first, self.n_pairs)

    def read(self, x: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the centre of each area, shape (n,)."""
        plan = np.zeros(self.ground.n, dtype=np.int64)
        on = x > 0.5
        plan[self.area[on]] = self.centre[on]
        return plan


def relax(
    leaf: Leaf,
    cut: float,
    options: SolveOptions,
    *,
    left_s: Callable[[], float],
    should_stop: Callable[[], bool],
) -> tuple[float, NDArray[np.float64] | None]:
    """Solve the relaxation with its rows: (bound, multipliers of the rows), None where it was not solved to the end.

    Each round goes on from where the last one stood. The bound is inf where nothing is left.
    """
    bound = -np.inf
    model = leaf.model(relaxed=True)
    lp = GrowingLP(model, options=options, interior=leaf.n_pairs > INTERIOR_PAIRS, should_stop=should_stop)
    for _ in range(RELAXATION_ROUNDS):
        solved = lp.solve(max(0.1, left_s()))
        if solved.infeasible:
            return _empty(leaf, bound, options, left_s(), should_stop), None
        if solved.x is None or solved.objective is None or solved.bound is None:
            return bound, None
        bound = max(bound, solved.objective * leaf.scale)
        if should_stop() or left_s() <= 0:
            return bound, None
        before = len(leaf.rows.lower)
        if bound >= cut or not leaf.cut(solved.x):
            break
        lp.add_rows(*leaf.since(before))
    return bound, solved.row_dual


def _empty(
    leaf: Leaf, bound: float, options: SolveOptions, left_s: float, should_stop: Callable[[], bool]
) -> float:
    """Return inf where a solve from scratch, which looks twice, finds no x either; else the bound as it was."""
    again = solve_linear(
        leaf.model(relaxed=True),
        time_limit_s=max(0.1, left_s),
        options=options,
        watch=Watch(should_stop=should_stop),
    )
    return np.inf if again.infeasible else bound


def close(
    leaf: Leaf,
    cut: float,
    options: SolveOptions,
    *,
    left_s: Callable[[], float],
    should_stop: Callable[[], bool],
    heard: Callable[[NDArray[np.int64]], object] = lambda plan: None,
    known: bool = False,
) -> Closed:
    """Solve a leaf until nothing below ``cut`` is left on it or time is up; ``heard`` is told of plans on the way.

    Where a plan that costs ``cut`` is ``known``, HiGHS looks below it only. Below a mere limit it does not: plans a
    little dearer than the limit are worth having.
    """
    bound, duals = relax(leaf, cut, options, left_s=left_s, should_stop=should_stop)
    if bound >= cut:
        return Closed(bound, None, exhausted=True)
    if duals is None:
        return Closed(bound, None, exhausted=False)
    return _branch(leaf, cut, bound, options, left_s, should_stop, heard, known=known)


def _branch(
    leaf: Leaf,
    cut: float,
    bound: float,
    options: SolveOptions,
    left_s: Callable[[], float],
    should_stop: Callable[[], bool],
    heard: Callable[[NDArray[np.int64]], object],
    *,
    known: bool,
) -> Closed:
    leaf.count()
    reached = [bound]

    def rises(value: float) -> None:
        reached[0] = max(reached[0], value * leaf.scale)

    def improves(objective: float, low: float, x: NDArray[np.float64]) -> None:
        heard(leaf.read(x))

    watch = Watch(
        incumbent=improves,
        bound=rises,
        should_stop=lambda: should_stop() or reached[0] >= cut,
    )
    while True:
        solved = solve_linear(
            leaf.model(),
            time_limit_s=max(0.1, left_s()),
            options=options,
            gap_frac=PROOF_GAP / 10,
            watch=watch,
            cutoff=cut / leaf.scale if known else None,
            once=known,
        )
        if solved.infeasible:
            return Closed(np.inf, None, exhausted=True)
        if solved.bound is not None:
            rises(solved.bound)
        cuts = 0 if solved.x is None else leaf.cut(solved.x)
        if reached[0] >= cut:
            plan = None if solved.x is None or cuts else leaf.read(solved.x)
            return Closed(reached[0], plan, exhausted=True)
        if solved.x is None:
            return Closed(reached[0], None, exhausted=False)
        if not cuts:
            value = float(leaf.cost @ solved.x) * leaf.scale
            done = reached[0] >= value - PROOF_GAP / 4 * max(abs(value), TINY)
            return Closed(reached[0], leaf.read(solved.x), exhausted=done)
        if should_stop() or left_s() <= 0:
            return Closed(reached[0], None, exhausted=False)
