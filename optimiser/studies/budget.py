"""The budget frontier of a force: what each number of officers buys, who gets them, and what one more is worth.

1. Every district's curve (:mod:`~optimiser.studies.budget_curves`) at a coarse grid of headcounts, every scenario.
2. For every total: the lines below the curves shared out exactly (multiple-choice knapsack by dynamic programming)
   say what no plan can beat; the points known shared out in the same way give the plan. Where the two differ by more
   than was asked for, the headcounts that the lines choose are solved too.
3. Prices: the multiplier of the budget in the relaxation, and the difference of two exact solves, side by side.
4. Plans made for one scenario, worked in another: the regret of having planned for the wrong one; the mean and the
   mean of the worst tenth (CVaR, Rockafellar and Uryasev 2000) by the scenarios' probabilities.
5. At every total of the base, overtime against hiring (:mod:`~optimiser.studies.budget_mix`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts.measures import shortage_h
from optimiser.problems.shifts.rules import on_duty
from optimiser.solve.options import SolveOptions
from optimiser.studies.budget_beside import (
    district_prices,
    levers_worth,
    regret_of,
    shared_by_work,
    shared_once,
)
from optimiser.studies.budget_curves import Curve, grid, share_out, trace
from optimiser.studies.budget_mix import mixes
from optimiser.studies.budget_types import Budget, BudgetQuestion, ForcePoint
from optimiser.studies.series import NoPlanError

FloatArray = NDArray[np.float64]
MOST_ROUNDS, PRICE_ROUNDS = 6, 15
TRIED = 4
"""Districts, worth most by their multipliers, in which one officer more is solved exactly."""


def budget(
    question: BudgetQuestion,
    *,
    workers: int = 2,
    options: SolveOptions | None = None,
    folder: Path | None = None,
    budget_s: float = math.inf,
    should_stop: Callable[[], bool] = lambda: False,
    on_point: Callable[[str, int, int], None] | None = None,
) -> Budget:
    """Trace the frontier, the prices and the scenarios of a force."""
    began = time.monotonic()
    study = Study(question, workers, options, folder, began + budget_s, should_stop, on_point)
    study.coarse()
    study.refine()
    by_work, once = shared_by_work(study), shared_once(study)
    study.prices()  # last of what solves on these curves: a point more may change who has how many
    levers = levers_worth(study)
    mixed, overtime_curves = mixes(study)
    frontier = {s.name: tuple(study.points(s.name, n) for n in study.totals()) for s in question.scenarios}
    regret, mean, cvar = regret_of(study)
    complete = all(p.gap_frac <= question.gap_frac + 1e-9 for points in frontier.values() for p in points)
    return Budget(
        question,
        frontier,
        regret,
        mean,
        cvar,
        by_work,
        once,
        levers,
        district_prices(study),
        complete,
        study.n_solves,
        time.monotonic() - began,
        {(c.district, c.scenario): c for c in study.curves},
        mixed,
        overtime_curves,
    )


class Study:
    """One run of the study."""

    def __init__(
        self,
        q: BudgetQuestion,
        workers: int,
        options: SolveOptions | None,
        folder: Path | None,
        ends: float,
        should_stop: Callable[[], bool],
        on_point: Callable[[str, int, int], None] | None,
    ) -> None:
        self.q, self.workers, self.options, self.folder, self.ends = q, workers, options, folder, ends
        self.should_stop, self.on_point = should_stop, on_point
        self.n_solves = 0
        self.curves = [
            Curve(d, s.name, q.weeks[d, s.name], q.week_h * s.strength_frac)
            for s in q.scenarios
            for d in q.districts
        ]
        self.curves += [
            Curve(d, lever.name, lever.weeks[d], lever.week_h) for lever in q.levers for d in q.districts
        ]
        self.known: dict[str, tuple[FloatArray, NDArray[np.int32], FloatArray]] = {}
        """What is shared out by scenario, until something more is solved."""

    def totals(self) -> list[int]:
        """Return the totals asked for, and today's."""
        return sorted({*self.q.totals, self.q.n_today})

    def of(self, scenario: str) -> list[Curve]:
        """Return the curves of a scenario in the order of the districts."""
        return [c for c in self.curves if c.scenario == scenario]

    def run(self, phase: str, wanted: dict[tuple[str, str], set[int]]) -> None:
        """Solve points."""
        left = self.ends - time.monotonic()
        if left <= 0 or self.should_stop():
            return

        def heard(done: int, total: int) -> None:
            if self.on_point is not None:
                self.on_point(phase, done, total)

        self.known.clear()
        self.n_solves += trace(
            self.curves,
            wanted,
            workers=self.workers,
            options=self.options,
            folder=self.folder,
            budget_s=left,
            should_stop=self.should_stop,
            on_point=heard,
        )

    def coarse(self) -> None:
        """Solve a grid of every curve: the district's share of the totals, a little beyond at both ends."""
        low, high = min(self.totals()), max(self.totals())
        wanted = {}
        names = {s.name for s in self.q.scenarios}
        for c in self.curves:
            if c.scenario not in names:
                continue
            share = self._share(c.district)
            first = max(1, math.floor(0.85 * low * share))
            wanted[c.district, c.scenario] = {1, *grid(first, math.ceil(1.15 * high * share), self.q.n_grid)}
        self.run("curves", wanted)
        open_ = [
            f"{c.district}, {c.scenario}" for c in self.curves if c.scenario in names and 1 not in c.points
        ]
        if open_:
            asked = len(self.q.scenarios) * len(self.q.districts)
            raise NoPlanError(
                f"The time was used up before {len(open_)} of {asked} curves had "
                f"a point ({'; '.join(open_[:3])}). Give more time: what was solved is remembered.",
                impossible=False,
            )

    def _share(self, district: str) -> float:
        k = self.q.districts.index(district)
        if self.q.work_h:
            return max(self.q.work_h[k] / sum(self.q.work_h), 1e-6)
        return max(self.q.today[k] / self.q.n_today, 1e-6)

    def refine(self) -> None:
        """Solve what the bounds choose, until the points of all totals are near enough."""
        for _ in range(MOST_ROUNDS):
            wanted: dict[tuple[str, str], set[int]] = {}
            for s in self.q.scenarios:
                curves = self.of(s.name)
                upper, _, lower = self.tables(s.name)
                chosen = self._below(curves)
                for n in self.totals():
                    if upper[n] - lower[n] > self.q.gap_frac / 2 * max(abs(upper[n]), 1e-9):
                        for c, b in zip(curves, chosen[:, n].tolist(), strict=True):
                            if b > 0 and b not in c.points and b not in c.failed:
                                wanted.setdefault((c.district, s.name), set()).add(b)
            if not wanted or self.should_stop() or time.monotonic() > self.ends:
                return
            self.run("totals", wanted)

    def prices(self) -> None:
        """Solve one officer more: at every total of the base, at today's of the others; there in every district.

        A headcount solved may be chosen itself; then one more than that is solved too.
        """
        for _ in range(PRICE_ROUNDS):
            wanted: dict[tuple[str, str], set[int]] = {}
            for s in self.q.scenarios:
                curves = self.of(s.name)
                _, parts, _ = self.tables(s.name)
                for n in self.totals() if s is self.q.scenarios[0] else [self.q.n_today]:
                    held = [c.best_at(int(b)) for c, b in zip(curves, parts[:, n].tolist(), strict=True)]
                    worth = sorted(range(len(held)), key=lambda k: -(held[k].price or 0.0))
                    every = s is self.q.scenarios[0] and n == self.q.n_today
                    for k in worth if every else worth[:TRIED]:
                        c, b = curves[k], held[k].officers
                        for other in (b + 1, b - 1) if every else (b + 1,):
                            if other > 0 and other not in c.points and other not in c.failed:
                                wanted.setdefault((c.district, s.name), set()).add(other)
            if not wanted or self.should_stop() or time.monotonic() > self.ends:
                return
            self.run("prices", wanted)

    def tables(self, scenario: str) -> tuple[FloatArray, NDArray[np.int32], FloatArray]:
        """Return the least value known and the least that can be, by total, and each district's officers."""
        if scenario not in self.known:
            curves, most = self.of(scenario), max(self.totals()) + 1
            upper, parts = share_out([c.solved(most) for c in curves], most)
            lower, _ = share_out([c.lower(most) for c in curves], most)
            self.known[scenario] = (upper, parts, lower)
        return self.known[scenario]

    def _below(self, curves: list[Curve]) -> NDArray[np.int32]:
        """Return the officers that the lines below the curves would choose, (K, total + 1)."""
        most = max(self.totals())
        return share_out([c.lower(most) for c in curves], most)[1]

    def points(self, scenario: str, total: int) -> ForcePoint:
        """Return a point of the frontier from all that is known."""
        curves = self.of(scenario)
        _, parts, lower = self.tables(scenario)
        held = [c.best_at(int(b)) for c, b in zip(curves, parts[:, total].tolist(), strict=True)]
        priced = [(p.price, c.district) for p, c in zip(held, curves, strict=True) if p.price is not None]
        short = [shortage_h(c.problem, on_duty(c.problem, p.plan)) for c, p in zip(curves, held, strict=True)]
        difference = gain_h = None
        gains = ""
        for k, (c, p) in enumerate(zip(curves, held, strict=True)):
            more = c.points.get(p.officers + 1)
            if more is not None and (difference is None or p.value - more.value > difference):
                difference, gains = max(0.0, p.value - more.value), c.district
                gain_h = short[k] - shortage_h(c.problem, on_duty(c.problem, more.plan))
        return ForcePoint(
            total,
            float(sum(p.value for p in held)),
            float(min(lower[total], sum(p.value for p in held))),
            {c.district: p.officers for c, p in zip(curves, held, strict=True)},
            float(sum(short)),
            max((price for price, _ in priced), default=None),
            difference,
            gain_h,
            gains,
        )
