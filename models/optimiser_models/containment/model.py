"""The linear model of containment, whole: ``containment.milp`` solves it aim by aim and states its mathematics."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.problems.containment import ContainmentPlan, ContainmentProblem
from optimiser.problems.containment.data import AREA_FIRST, BLOCK
from optimiser.problems.containment.measures import AREA, LATEST, POSTS, TOTAL
from optimiser.solve.backends.linear import LinearModel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """Where the variables stand: pairs (unit, place) of x, z of places, y of places, T."""

    unit: NDArray[np.int64]
    place: NDArray[np.int64]
    z: NDArray[np.int64]
    y: NDArray[np.int64]
    latest: int
    n: int


@dataclass(frozen=True)
class Aim:
    """An objective: its cost on the model's columns and what one unit of the model is worth."""

    name: str
    cost: Floats
    scale: float


def columns(problem: ContainmentProblem) -> Columns:
    """Return where each variable stands; pairs that may not be have none."""
    unit, place = np.nonzero(problem.usable)
    p, at = len(problem.place_ids), len(unit)
    return Columns(unit, place, at + np.arange(p), at + p + np.arange(p), at + 2 * p, at + 2 * p + 1)


def aims(problem: ContainmentProblem, c: Columns) -> tuple[Aim, ...]:
    """Return the objectives in order of importance."""
    arrive = problem.arrive_s[c.unit, c.place]
    longest = max(float(arrive.max(initial=0.0)), 1.0) / 1e3
    heaviest = float(problem.weight.max()) / 1e3
    latest, total, posts, inside = (np.zeros(c.n) for _ in range(4))
    latest[c.latest] = 1.0
    total[: len(arrive)] = arrive / longest
    posts[: len(arrive)] = 1.0
    inside[c.y] = problem.weight / heaviest
    last = Aim(TOTAL, total, longest)
    if problem.params.aim == BLOCK:
        return (Aim(LATEST, latest, longest), last)
    two = (Aim(POSTS, posts, 1.0), Aim(AREA, inside, heaviest))
    return (*(two[::-1] if problem.params.first == AREA_FIRST else two), last)


def model(problem: ContainmentProblem, c: Columns) -> LinearModel:
    """Return the rows and bounds, without an objective."""
    p, pairs = len(problem.place_ids), np.arange(len(c.unit))
    rows = _Rows(c.n)
    for k in range(p):  # (1)
        rows.add(
            [*pairs[c.place == k].tolist(), int(c.z[k])], [1.0] * int((c.place == k).sum()) + [-1.0], 0.0, 0.0
        )
    for u in range(len(problem.unit_ids)):  # (2)
        mine = pairs[c.unit == u].tolist()
        if mine:
            rows.add(mine, [1.0] * len(mine), -np.inf, 1.0)
    lower, upper = np.zeros(c.n), np.ones(c.n)
    arrive = problem.arrive_s[c.unit, c.place]
    longest = max(float(arrive.max(initial=0.0)), 1.0) / 1e3
    upper[c.latest] = 1e3 + 1.0
    exits = np.flatnonzero(problem.exits)
    if problem.params.aim == BLOCK:
        upper[c.y] = 0.0
        for u in range(len(problem.unit_ids)):  # (6)
            mine = pairs[c.unit == u]
            if len(mine):
                rows.add([*mine.tolist(), c.latest], [*(arrive[mine] / longest).tolist(), -1.0], -np.inf, 0.0)
        rows.add(
            c.z[exits].tolist(), [1.0] * len(exits), float(len(exits) - problem.open_exits()), np.inf
        )  # (5)
    else:
        lower[c.y[problem.start]] = 1.0
        upper[c.latest] = 0.0
        for a, b in np.unique(problem.edges, axis=0).tolist():  # (3)
            if a != b:
                rows.add([int(c.y[b]), int(c.y[a]), int(c.z[a])], [1.0, -1.0, 1.0], 0.0, np.inf)
        for k in exits.tolist():  # (4)
            rows.add([int(c.y[k]), int(c.z[k])], [1.0, -1.0], -np.inf, 0.0)
    integer = np.zeros(c.n, dtype=bool)
    integer[: len(pairs)] = True
    a, low, high = rows.made()
    return LinearModel("min", np.zeros(c.n), lower, upper, integer, a, low, high)


class _Rows:
    def __init__(self, n: int) -> None:
        self._n = n
        self._columns: list[list[int]] = []
        self._values: list[list[float]] = []
        self._bounds: list[tuple[float, float]] = []

    def add(self, columns_: list[int], values: list[float], low: float, high: float) -> None:
        self._columns.append(columns_)
        self._values.append(values)
        self._bounds.append((low, high))

    def made(self) -> tuple[sp.csr_array, Floats, Floats]:
        starts = np.concatenate([[0], np.cumsum([len(c) for c in self._columns])]).astype(np.int64)
        flat = np.concatenate([np.array(c, dtype=np.int64) for c in self._columns])
        values = np.concatenate([np.array(v, dtype=np.float64) for v in self._values])
        a = sp.csr_array((values, flat, starts), shape=(len(self._columns), self._n))
        bounds = np.array(self._bounds)
        return a, bounds[:, 0].copy(), bounds[:, 1].copy()


def keeping(made: LinearModel, aim: Aim, value: float) -> LinearModel:
    """Add the row that an earlier objective stays at its best, in the model's unit, but for rounding."""
    row = sp.csr_array(aim.cost.reshape(1, -1))
    slack = 1e-7 * max(1.0, abs(value))
    return replace(
        made,
        a=sp.csr_array(sp.vstack([made.a, row])),
        row_lower=np.append(made.row_lower, -np.inf),
        row_upper=np.append(made.row_upper, value + slack),
    )


def plan_of(problem: ContainmentProblem, c: Columns, x: Floats) -> ContainmentPlan:
    """Read a plan from the columns."""
    taken = np.flatnonzero(x[: len(c.unit)] > 0.5)
    return ContainmentPlan(
        {problem.unit_ids[c.unit[k]]: problem.place_ids[c.place[k]] for k in taken.tolist()}
    )
