r"""The standby master problem: cars, posts, and what each group of patterns may count at most, by cuts.

    min  - sum_g W_g h_g - sum_j u_j y_j - e sum_c x_c                          (1) the aim, turned round
    s.t. sum_{c in t} x_c <= n_t                                                (2) cars
         x_tj <= room y_j,  y_j <= sum_t x_tj                                   (3) in use
         sum_j c_j y_j <= budget                                                (4) budget
         x_c >= 1 - b_c, sum b <= r                                             (5) kept post
         sum_{j today} (1 - y_j) <= most moved                                  (6) moved posts
         sum_g W_g h_g >= calls needed                  per part of the day     (7) least cover
         value of a more important aim >= what it reached                       (8) kept
         h_g <= a + sum_c s_c x_c                       cuts, added as needed   (9) cut
    x integer, y, b binary, 0 <= h <= 1

Each row of a block is a concave function of the cars (AT_LEAST apart: there h is binary and (9) is complete), so
a tangent at any x is a cut (9), and cuts at all whole x describe it exactly: Benders' cuts of the projected
allocation, as in Cordeau, Furini and Ljubic (2019). With one part of the day and one car a post, y is x.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.solve.backends.linear import INFINITE, LinearModel
from optimiser_models.standby.arrays import AT_LEAST, LEVEL, Aim, Block, Design, levels
from optimiser_models.standby.tangents import level_tangents, tangents, tops

LARGEST_COST = 1e4
"""The aim is scaled so that its largest coefficient is this."""
LARGEST_ROW = 100.0
"""Rows of costs and calls are scaled so that no coefficient is larger."""
KEPT_SLACK = 1e-7
"""A more important aim is kept to within this share of the row."""
FULL_DEPTH = 4
"""Cuts a row gets at once; the rest comes when violated."""
VIOLATED = 1e-6

Key = tuple[str, int]


@dataclass
class Part:
    """One block in the master: its first column ``h``, the group of each row, and W of each group."""

    block: Block
    h: int
    group: NDArray[np.int64]
    size: NDArray[np.float64]
    top: NDArray[np.float64]

    @property
    def single(self) -> bool:
        """Is every row its own group?"""
        return self.size.size == self.block.n_rows


@dataclass
class Rows:
    """Sparse rows under construction."""

    columns: list[NDArray[np.int64]] = field(default_factory=list)
    values: list[NDArray[np.float64]] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(
        self,
        columns: NDArray[np.int64],
        values: NDArray[np.float64] | float,
        lower: float,
        upper: float,
        name: str,
    ) -> None:
        """Add one row; one value stands for all."""
        self.columns.append(np.asarray(columns, dtype=np.int64))
        self.values.append(np.broadcast_to(np.asarray(values, dtype=np.float64), len(columns)))
        self.lower.append(lower)
        self.upper.append(upper)
        self.names.append(name)

    def drop(self, numbers: NDArray[np.int64]) -> None:
        """Take out rows by their numbers; those after them move up."""
        keep = np.ones(len(self.lower), dtype=bool)
        keep[numbers] = False
        for name in ("columns", "values", "lower", "upper", "names"):
            setattr(self, name, [one for one, stays in zip(getattr(self, name), keep, strict=True) if stays])

    def matrix(self, n_columns: int, first: int = 0) -> sp.csr_array:
        """Return the rows from ``first`` on as a matrix."""
        lengths = [c.size for c in self.columns[first:]]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        columns = np.concatenate([np.zeros(0, np.int64), *self.columns[first:]])
        values = np.concatenate([np.zeros(0), *self.values[first:]])
        return sp.csr_array((values, columns, indptr), shape=(len(lengths), n_columns))


class Master:
    """The master problem on some columns.

    Parameters
    ----------
    d, aim, blocks
        The question; blocks hold active columns only.
    active
        Columns that may take cars, shape (A,), rising.
    kept
        More important aims and what each must reach.
    groups
        Most groups of a block; as many as rows where that is enough.
    ones
        Columns known to have a car, shape (N,).

    ``closed`` marks columns known to have none, shape (N,): they stay in the rows, at 0.
    """

    def __init__(
        self,
        d: Design,
        aim: Aim,
        blocks: dict[Key, Block],
        active: NDArray[np.int64],
        kept: tuple[tuple[Aim, float], ...],
        groups: int,
        ones: NDArray[np.bool_] | None = None,
    ) -> None:
        self.d, self.aim, self.active, self.kept = d, aim, active, kept
        self.x_of = np.full(d.n_columns, -1, dtype=np.int64)
        self.x_of[active] = np.arange(active.size)
        self.n = active.size
        self.y_of = np.full(d.n_posts, -1, dtype=np.int64)
        self._posts()
        self.b = self.n
        self.n += d.kept.size if d.kept_slack else 0
        self.parts: dict[Key, Part] = {}
        for key, block in blocks.items():
            self.parts[key] = self._part(block, groups)
        self.rows = Rows()
        self._design()
        self._kept()
        for part in self.parts.values():
            if part.single:
                self._first_cuts(part)
        self.ones = np.zeros(d.n_columns, dtype=bool) if ones is None else ones
        self.closed = np.zeros(d.n_columns, dtype=bool)
        self.cost = self._cost(aim)
        self.scale = max(float(np.abs(self.cost).max(initial=0.0)), 1e-9) / LARGEST_COST

    @property
    def entries(self) -> int:
        """Entries of all blocks."""
        return sum(part.block.gain.size for part in self.parts.values())

    def _posts(self) -> None:
        d = self.d
        asks = math.isfinite(d.budget) or (d.today.size and math.isfinite(d.most_moved))
        if d.plain:
            self.y_of[self.active % d.n_posts] = self.x_of[self.active]
        elif asks or any(a.on_use.any() for a in (self.aim, *(k for k, _ in self.kept))):
            posts = np.unique(self.active % d.n_posts)
            self.y_of[posts] = self.n + np.arange(posts.size)
            self.n += posts.size

    def _part(self, block: Block, groups: int) -> Part:
        top = tops(block, self.d)
        if block.n_rows <= groups or block.kind == AT_LEAST:
            group = np.arange(block.n_rows)
        else:  # neighbours share posts: rows in the order of their first post
            rank = np.argsort(block.column[block.starts[:-1]], kind="stable")
            group = np.empty(block.n_rows, dtype=np.int64)
            group[rank] = np.arange(block.n_rows) * groups // block.n_rows
        size = np.bincount(group, weights=block.weight * top, minlength=int(group.max(initial=-1)) + 1)
        part = Part(block, self.n, group, np.asarray(size, dtype=np.float64), top)
        self.n += size.size
        return part

    def _design(self) -> None:
        d, rows = self.d, self.rows
        for t in range(d.n_parts):
            mine = self.x_of[self.active[self.active // d.n_posts == t]]
            if math.isfinite(d.most[t]):
                rows.add(mine, 1.0, -INFINITE, d.most[t], "cars")
        if not d.plain:
            for j in np.flatnonzero(self.y_of >= 0):
                mine = self.x_of[self.active[self.active % d.n_posts == j]]
                rows.add(
                    np.append(mine, self.y_of[j]),
                    np.append(-np.ones(mine.size), 1.0),
                    -INFINITE,
                    0.0,
                    "in use",
                )
                for c in mine:
                    rows.add(
                        np.array([c, self.y_of[j]]), np.array([1.0, -float(d.room)]), -INFINITE, 0.0, "in use"
                    )
        there = np.flatnonzero(self.y_of >= 0)
        if math.isfinite(d.budget):
            unit = max(float(d.cost.max(initial=0.0)), 1e-9) / LARGEST_ROW
            rows.add(self.y_of[there], d.cost[there] / unit, -INFINITE, d.budget / unit, "budget")
        if d.today.size and math.isfinite(d.most_moved):
            now = d.today[self.y_of[d.today] >= 0]
            rows.add(self.y_of[now], 1.0, d.today.size - d.most_moved, INFINITE, "moved posts")
        self._kept_posts()
        for t, needed in d.least:
            part = self.parts["cover", t]
            unit = max(needed, 1e-9) / LARGEST_ROW
            rows.add(
                part.h + np.arange(part.size.size),
                part.size / unit,
                LARGEST_ROW - 1e-9,
                INFINITE,
                "least cover",
            )

    def _kept_posts(self) -> None:
        d = self.d
        if not d.kept.size:
            return
        slack = self.b + np.arange(d.kept.size)
        for k, c in enumerate(d.kept):
            own = [self.x_of[c]] if self.x_of[c] >= 0 else []
            extra = [slack[k]] if d.kept_slack else []
            self.rows.add(np.array([*own, *extra], dtype=np.int64), 1.0, 1.0, INFINITE, "kept post")
        if d.kept_slack:
            self.rows.add(slack, 1.0, -INFINITE, d.kept_slack, "kept post")

    def _kept(self) -> None:
        for aim, reached in self.kept:
            cost = -self._cost(aim)
            columns = np.flatnonzero(cost)
            unit = max(float(np.abs(cost).max(initial=0.0)), 1e-9) / LARGEST_ROW
            least = (reached - aim.constant) / unit
            self.rows.add(
                columns, cost[columns] / unit, least - KEPT_SLACK * max(1.0, abs(least)), INFINITE, "kept"
            )

    def _cost(self, aim: Aim) -> NDArray[np.float64]:
        cost = np.zeros(self.n)
        for key, factor in aim.blocks:
            part = self.parts[key]
            cost[part.h : part.h + part.size.size] -= factor * part.size
        used = np.flatnonzero(self.y_of >= 0)
        np.add.at(cost, self.y_of[used], -aim.on_use[used])
        cost[: self.active.size] -= aim.per_car
        return cost

    def _first_cuts(self, part: Part) -> None:
        block = part.block
        if block.kind == AT_LEAST:
            for r in range(block.n_rows):
                mine = self.x_of[block.column[block.starts[r] : block.starts[r + 1]]]
                self.rows.add(
                    np.append(mine, part.h + r),
                    np.append(np.ones(mine.size), -block.par),
                    0.0,
                    INFINITE,
                    "cut",
                )
            return
        empty = np.zeros(self.d.n_columns)
        self._add_rows(part, tangents(block, empty), np.arange(block.n_rows))
        if block.kind == LEVEL:
            for k in range(1, FULL_DEPTH):
                self._add_rows(part, level_tangents(block, k), np.arange(block.n_rows))

    def _add_rows(
        self, part: Part, tangents: tuple[NDArray[np.float64], NDArray[np.float64]], rows: NDArray[np.int64]
    ) -> None:
        constant, slope = tangents
        block = part.block
        for r in rows:
            entries = np.arange(block.starts[r], block.starts[r + 1])
            entries = entries[slope[entries] != 0]
            self.rows.add(
                np.append(self.x_of[block.column[entries]], part.h + r),
                np.append(-slope[entries] / part.top[r], 1.0),
                -INFINITE,
                constant[r] / part.top[r],
                "cut",
            )

    def separate(self, x: NDArray[np.float64]) -> int:
        """Add the cuts that a point (n,) violates; return how many."""
        cars = np.zeros(self.d.n_columns)
        cars[self.active] = np.maximum(x[: self.active.size], 0.0)
        added = 0
        for part in self.parts.values():
            block = part.block
            if block.kind == AT_LEAST:
                continue
            constant, slope = tangents(block, cars)
            row = block.row_of()
            at = constant + np.bincount(row, weights=slope * cars[block.column], minlength=block.n_rows)
            if part.single:
                over = x[part.h : part.h + block.n_rows] * part.top - at
                rows = np.flatnonzero(over > VIOLATED * part.top)
                self._add_rows(part, (constant, slope), rows)
                added += rows.size
            else:
                added += self._add_groups(part, x, constant, slope, at)
        return added

    def _add_groups(
        self,
        part: Part,
        x: NDArray[np.float64],
        constant: NDArray[np.float64],
        slope: NDArray[np.float64],
        at: NDArray[np.float64],
    ) -> int:
        block, n = part.block, part.size.size
        over = (
            x[part.h : part.h + n]
            - np.bincount(part.group, weights=block.weight * at, minlength=n) / part.size
        )
        wanted = np.flatnonzero(over > VIOLATED)
        if not wanted.size:
            return 0
        row = block.row_of()
        total = np.bincount(part.group, weights=block.weight * constant, minlength=n) / part.size
        flat = part.group[row] * self.active.size + self.x_of[block.column]
        dense = np.bincount(flat, weights=block.weight[row] * slope, minlength=n * self.active.size)
        dense = dense.reshape(n, self.active.size)
        for g in wanted:
            columns = np.flatnonzero(dense[g])
            self.rows.add(
                np.append(columns, part.h + g),
                np.append(-dense[g, columns] / part.size[g], 1.0),
                -INFINITE,
                float(total[g]),
                "cut",
            )
        return int(wanted.size)

    def model(self) -> LinearModel:
        """Return the arrays of the model as it stands, its aim divided by ``scale``."""
        lower, upper = np.zeros(self.n), np.ones(self.n)
        upper[: self.active.size] = np.where(self.closed[self.active], 0.0, float(self.d.room))
        lower[: self.active.size] = self.ones[self.active]
        integer = np.ones(self.n, dtype=bool)
        for part in self.parts.values():
            integer[part.h : part.h + part.size.size] = part.block.kind == AT_LEAST
        return LinearModel(
            sense="min",
            cost=self.cost / self.scale,
            offset=-self.aim.constant / self.scale,
            lower=lower,
            upper=upper,
            integer=integer,
            a=self.rows.matrix(self.n),
            row_lower=np.array(self.rows.lower),
            row_upper=np.array(self.rows.upper),
            row_names=tuple(self.rows.names),
        )

    def cars(self, x: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the cars of a whole point, shape (N,)."""
        cars = np.zeros(self.d.n_columns, dtype=np.int64)
        cars[self.active] = np.round(x[: self.active.size]).astype(np.int64)
        return cars

    def start(self, cars: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Return a plan as values of all columns; None where it uses a column that is not there."""
        if cars[(self.x_of < 0) | self.closed].any():
            return None
        x = np.zeros(self.n)
        x[: self.active.size] = cars[self.active]
        if not self.d.plain:
            used = cars.reshape(self.d.n_parts, self.d.n_posts).max(axis=0) > 0
            there = np.flatnonzero(self.y_of >= 0)
            x[self.y_of[there]] = np.asarray(used)[there]
        if self.d.kept_slack:
            x[self.b : self.b + self.d.kept.size] = cars[self.d.kept] == 0
        for part in self.parts.values():
            counted = part.block.weight * levels(part.block, cars)
            x[part.h : part.h + part.size.size] = (
                np.bincount(part.group, weights=counted, minlength=part.size.size) / part.size
            )
        return x
