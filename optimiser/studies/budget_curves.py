"""What each number of officers buys one district: least shortage by headcount, each point solved and proved.

F(B), the least priced shortage that B officers leave, falls with B. Each solve gives a plan (F is no more), a bound
(F is no less) and the multiplier of the budget in the relaxation. The relaxation is convex in B, so each multiplier
is a line that no plan at any B is below: with a few points solved, every headcount has a bound. Where a point is
wanted, it is solved from the plan of the nearest smaller one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts import FAMILY, ShiftsPlan, ShiftsProblem
from optimiser.solve.options import SolveOptions
from optimiser.studies.series import Series

FloatArray = NDArray[np.float64]
FORMULATION = "shifts.network"
WITH_OVERTIME = "shifts.milp"
"""The network form knows nothing of overtime."""
_ROUND = 1e-9


@dataclass(frozen=True)
class Point:
    """A headcount of one district.

    Parameters
    ----------
    officers
        Officers of the district.
    value, bound
        Priced shortage a week of ``plan``, and what no plan can be below.
    relaxation, price
        Least shortage of the relaxation, and what one officer more saves there; None where it was not told.
    plan
        Officers by shift and day.
    """

    officers: int
    value: float
    bound: float
    relaxation: float | None
    price: float | None
    plan: ShiftsPlan


@dataclass
class Curve:
    """One district under one scenario.

    Parameters
    ----------
    problem
        The week's question; its budget is set for each point.
    week_h
        Hours a week that an officer is at work here (a scenario may lower it).
    """

    district: str
    scenario: str
    problem: ShiftsProblem
    week_h: float
    points: dict[int, Point] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)

    @property
    def formulation(self) -> str:
        """What solves its points."""
        return WITH_OVERTIME if any(self.problem.overtime) else FORMULATION

    def at(self, officers: int) -> ShiftsProblem:
        """Return the question with so many officers."""
        params = replace(self.problem.params, budget_h=officers * self.week_h)
        return replace(self.problem, params=params)

    def hours(self, officers: FloatArray) -> FloatArray:
        """Return the hours a week of so many officers that whole shifts can use: the budget that every model has."""
        step = int(np.gcd.reduce(np.asarray(self.problem.shift_slots)))
        slots = np.floor(officers * self.week_h / self.problem.slot_h + 1e-6)
        usable: FloatArray = slots // step * step * self.problem.slot_h
        return usable

    def solve(self, series: Series, officers: int) -> Point | None:
        """Solve a point, from the plan of the nearest smaller one; None where time is up."""
        if officers in self.points:
            return self.points[officers]
        below = [b for b in self.points if b < officers]
        start = self.points[max(below)].plan if below else None
        title = f"{self.district}, {self.scenario}, {officers} officers"
        result = series.solve(self.at(officers), title, start=start)
        if result is None or result.plan is None or result.objectives[0].bound is None:
            self.failed.add(officers)
            return None
        told = result.notes.get("price_per_h")
        relaxation = result.notes.get("relaxation")
        self.points[officers] = Point(
            officers,
            result.objectives[0].value,
            max(0.0, result.objectives[0].bound),
            None if relaxation is None else float(relaxation),
            None if told is None else float(told) * self.week_h,
            result.plan,
        )
        return self.points[officers]

    def upper(self, most: int) -> FloatArray:
        """Return the least known value by headcount 0 to ``most``; inf below the smallest point solved."""
        found = np.full(most + 1, np.inf)
        for b, p in self.points.items():
            if b <= most:
                found[b] = min(found[b], p.value)
        falling: FloatArray = np.minimum.accumulate(found)
        return falling

    def solved(self, most: int) -> FloatArray:
        """Return the least value of each headcount that was solved, 0 to ``most``; inf for the others."""
        found = np.full(most + 1, np.inf)
        for b, p in self.points.items():
            if b <= most:
                found[b] = p.value
        return found

    def best_at(self, officers: int) -> Point:
        """Return the best point with no more officers."""
        return min((p for b, p in self.points.items() if b <= officers), key=lambda p: (p.value, p.officers))

    def lower(self, most: int) -> FloatArray:
        """Return what no plan is below by headcount 0 to ``most``: the lines, and the bounds of larger headcounts."""
        hours = self.hours(np.arange(most + 1, dtype=np.float64))
        found = np.zeros(most + 1)
        for p in self.points.values():
            if p.relaxation is not None and p.price is not None:
                # a multiplier from a solver is right to its tolerance only: allow for that
                slack = 1e-7 * max(1.0, abs(p.relaxation))
                own = float(self.hours(np.array([float(p.officers)]))[0])
                found = np.maximum(found, p.relaxation - p.price / self.week_h * (hours - own) - slack)
            upto = min(p.officers, most)
            found[: upto + 1] = np.maximum(found[: upto + 1], p.bound)
        return found


def grid(low: int, high: int, n: int) -> list[int]:
    """Return up to ``n`` headcounts from ``low`` to ``high``, evenly."""
    return sorted({round(low + (high - low) * k / max(1, n - 1)) for k in range(n)})


def trace(
    curves: Sequence[Curve],
    wanted: Mapping[tuple[str, str], Iterable[int]],
    *,
    workers: int = 2,
    options: SolveOptions | None = None,
    folder: Path | None = None,
    budget_s: float = math.inf,
    should_stop: Callable[[], bool] = lambda: False,
    on_point: Callable[[int, int], None] | None = None,
) -> int:
    """Solve the wanted points of all curves on so many warm workers and return how many solves that took.

    Parameters
    ----------
    wanted
        Headcounts by (district, scenario); those that are known are not asked again.
    folder
        Where solves are remembered, so that a study that was stopped goes on.
    on_point
        Called with points done and points to do.
    """
    todo = [
        (c, sorted(b for b in set(wanted.get((c.district, c.scenario), ())) if b not in c.points))
        for c in curves
    ]
    todo = [(c, bs) for c, bs in todo if bs]
    total, done, solves = sum(len(bs) for _, bs in todo), [0], [0]
    share = max(1, min(workers, len(todo)))

    def work(mine: Sequence[tuple[Curve, list[int]]]) -> None:
        for formulation in (FORMULATION, WITH_OVERTIME):
            own = [(c, bs) for c, bs in mine if c.formulation == formulation]
            if not own:
                continue
            series = Series(
                FAMILY.name,
                formulation,
                options=options or SolveOptions(gap_frac=0.002, time_limit_s=30, confirm=False, threads=1),
                budget_s=budget_s,
                folder=folder,
                should_stop=should_stop,
            )
            with series:
                for curve, headcounts in own:
                    for b in headcounts:
                        curve.solve(series, b)
                        done[0] += 1
                        if on_point is not None:
                            on_point(done[0], total)
            solves[0] += series.n_solves

    if not todo:
        return 0
    with ThreadPoolExecutor(share) as pool:
        for one in [pool.submit(work, todo[k::share]) for k in range(share)]:
            one.result()
    return solves[0]


def share_out(tables: Sequence[FloatArray], total: int) -> tuple[FloatArray, NDArray[np.int32]]:
    """Return the least sum for every number of officers 0 to ``total``, and each district's part of it, (K, total + 1).

    An exact multiple-choice knapsack: one headcount a district, no more officers than there are.
    """
    best = np.zeros(total + 1)
    picks = np.zeros((len(tables), total + 1), dtype=np.int32)
    for k, table in enumerate(tables):
        new = np.full(total + 1, np.inf)
        for b in np.flatnonzero(np.isfinite(table[: total + 1])).tolist():
            candidate = best[: total + 1 - b] + table[b]
            better = candidate < new[b:] - _ROUND
            new[b:][better] = candidate[better]
            picks[k, b:][better] = b
        best = new
    return best, _parts(picks, total)


def _parts(picks: NDArray[np.int32], total: int) -> NDArray[np.int32]:
    parts = np.zeros_like(picks)
    for n in range(total + 1):
        left = n
        for k in range(len(picks) - 1, -1, -1):
            parts[k, n] = picks[k, left]
            left -= int(parts[k, n])
    return parts
