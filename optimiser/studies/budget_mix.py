"""At every strength the cheapest way to a week that is nowhere short: overtime, hiring, or a mix of both.

H_d(b), the fewest hours of overtime with which b officers of district d leave no officer-hour short, is a question of
shifts like any other: overtime beside the budget of hours, limited to a share of it, shortage dearer than all overtime
(:func:`~optimiser.prepare.budget_overtime.least_overtime`). From N officers the cheapest mix hires n - N of them:

    min over n >= N and sum b_d <= n of   (n - N) * cost of an officer  +  cost of an hour * sum H_d(b_d)

The sum over districts is shared out exactly, once with the plans known (the mix) and once with what no plan is below
(its bound); what the latter chooses is solved next, until both are near enough. H falls with b, so that the bound of a
headcount holds for all smaller ones; a bound beyond all overtime allowed proves that such officers must be hired.
Beside it stands what overtime does alone, officers where the frontier has them: least short, then fewest hours.
All of it holds for one future; the base is always looked at, others as asked for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.relief import WEEKS_PER_YEAR
from optimiser.prepare.budget_overtime import hours_by_kind, limited
from optimiser.problems.shifts import ShiftsProblem
from optimiser.problems.shifts.measures import shortage_h
from optimiser.problems.shifts.rules import on_duty
from optimiser.studies.budget_curves import Curve, Point, share_out, trace
from optimiser.studies.budget_types import Mix, Overtime, Scenario

if TYPE_CHECKING:
    from optimiser.studies.budget import Study

FloatArray = NDArray[np.float64]
MOST_ROUNDS = 40
NAME = "overtime"
NOTHING_H = 1e-6


@dataclass
class OvertimeCurve(Curve):
    """One district's curve of the fewest hours of overtime, limited to a share of the officers' hours."""

    overtime_frac: float = 0.0

    def most_h(self, officers: int) -> float:
        """Return the most hours of overtime of so many officers."""
        return self.overtime_frac * officers * self.week_h

    def at(self, officers: int) -> ShiftsProblem:
        """Return the question with so many officers and their limit of overtime."""
        return limited(super().at(officers), self.most_h(officers))

    def full(self, most: int) -> FloatArray:
        """Return the hours of overtime by headcount of the plans that leave nothing short; inf for the others."""
        found = np.full(most + 1, np.inf)
        for b, p in self.points.items():
            if b <= most and self.short_h(p) < NOTHING_H:
                found[b] = p.value
        return found

    def least(self, most: int) -> FloatArray:
        """Return what no plan is below by headcount; inf where it is proved that something stays short."""
        found = self.lower(most)
        found[0] = np.inf  # somebody must be there
        beyond = [b for b, p in self.points.items() if b <= most and p.bound > self.most_h(b) + NOTHING_H]
        if beyond:
            found[: max(beyond) + 1] = np.inf
        return found

    def edges(self, most: int) -> list[int]:
        """Return headcounts half-way to the fewest officers who need no overtime, and to the fewest whom it helps."""
        full = self.full(most)
        some = {b for b, p in self.points.items() if p.bound > NOTHING_H}
        beyond = {b for b in some if self.points[b].bound > self.most_h(b) + NOTHING_H}
        found = []
        for enough, fewer in (
            (np.flatnonzero(full < NOTHING_H), some),
            (np.flatnonzero(np.isfinite(full)), beyond),
        ):
            if enough.size:
                low = max((b for b in fewer if b < enough[0]), default=0)
                if enough[0] - low > 1:
                    found.append(int(enough[0] + low) // 2)
        return found

    def short_h(self, point: Point) -> float:
        """Return the officer-hours short of a plan, from the plan."""
        return shortage_h(self.problem, on_duty(self.problem, point.plan))


Curves = dict[tuple[str, str], OvertimeCurve]


def mixes(study: Study) -> tuple[dict[str, tuple[Mix, ...]], Curves]:
    """Return overtime against hiring at every total of each future looked at, and the curves it comes from."""
    found: dict[str, tuple[Mix, ...]] = {}
    curves: Curves = {}
    for s in study.q.scenarios:
        if (study.q.districts[0], s.name) not in study.q.overtime_weeks:
            continue
        run = _Mixes(study, s)
        run.begin()
        for _ in range(MOST_ROUNDS):
            wanted = run.wanted()
            if not wanted or study.should_stop() or time.monotonic() > study.ends:
                break
            run.solve(wanted)
        found[s.name] = tuple(run.mix(n) for n in study.totals())
        curves |= {(c.district, s.name): c for c in run.curves}
    return found, curves


class _Mixes:
    def __init__(self, study: Study, scenario: Scenario) -> None:
        q = study.q
        self.study, self.q, self.most, self.scenario = study, q, max(study.totals()), scenario.name
        self.officer = q.officer_cost / WEEKS_PER_YEAR
        self.phase = f"{NAME}, {scenario.name}"
        self.curves = [
            OvertimeCurve(
                d,
                self.phase,
                q.overtime_weeks[d, scenario.name],
                q.week_h * scenario.strength_frac,
                overtime_frac=q.overtime_frac,
            )
            for d in q.districts
        ]

    def begin(self) -> None:
        """Take over what the frontier knows to be nowhere short: no overtime is the fewest hours. Solve where it is."""
        for base, curve in zip(self.study.of(self.scenario), self.curves, strict=True):
            for b, p in base.points.items():
                if curve.short_h(p) < NOTHING_H:
                    curve.points[b] = Point(b, 0.0, 0.0, None, None, p.plan)
        self.solve(self._unsolved([self._placed(n) for n in self.study.totals()]))

    def _placed(self, n: int) -> NDArray[np.int32]:
        """Return the officers of every district where the frontier has them, shape (K,)."""
        _, parts, _ = self.study.tables(self.scenario)
        held = zip(self.study.of(self.scenario), parts[:, n].tolist(), strict=True)
        return np.array([c.best_at(int(b)).officers for c, b in held], dtype=np.int32)

    def solve(self, wanted: dict[tuple[str, str], set[int]]) -> None:
        """Solve headcounts of the curves."""
        study = self.study
        study.n_solves += trace(
            self.curves,
            wanted,
            workers=study.workers,
            options=study.options,
            folder=study.folder,
            budget_s=study.ends - time.monotonic(),
            should_stop=study.should_stop,
            on_point=None
            if study.on_point is None
            else lambda done, total: study.on_point(self.phase, done, total),  # type: ignore[misc]
        )

    def wanted(self) -> dict[tuple[str, str], set[int]]:
        """Return the headcounts that the bounds choose where plan and bound are apart."""
        full, least = self._tables()
        chosen = []
        for n in self.study.totals():
            k = self._best(least[0], n)
            if k is not None and not self._near(self._cost(full[0], n), self._cost(least[0], n)):
                chosen.append(least[1][:, k])
        found = self._unsolved(chosen)
        for c in self.curves:
            for b in c.edges(self.most):
                if b not in c.points and b not in c.failed:
                    found.setdefault((c.district, self.phase), set()).add(b)
        return found

    def _unsolved(self, chosen: list[NDArray[np.int32]]) -> dict[tuple[str, str], set[int]]:
        found: dict[tuple[str, str], set[int]] = {}
        for parts in chosen:
            for c, b in zip(self.curves, parts.tolist(), strict=True):
                if b > 0 and b not in c.points and b not in c.failed:
                    found.setdefault((c.district, self.phase), set()).add(b)
        return found

    def _tables(self) -> tuple[tuple[FloatArray, NDArray[np.int32]], tuple[FloatArray, NDArray[np.int32]]]:
        """Return hours of overtime by total and officers by district, nowhere short: of plans, and of bounds."""
        return (
            share_out([c.full(self.most) for c in self.curves], self.most),
            share_out([c.least(self.most) for c in self.curves], self.most),
        )

    def _weekly(self, hours: FloatArray, n: int) -> FloatArray:
        """Return the cost a week of hires and overtime from n officers on, by officers in the end: n, n + 1, ..."""
        more = np.arange(self.most + 1 - n) * self.officer
        weekly: FloatArray = more + self.q.overtime_per_h * hours[n:]
        return weekly

    def _best(self, hours: FloatArray, n: int) -> int | None:
        """Return the officers in the end of the cheapest mix from n officers on; None where there is none."""
        weekly = self._weekly(hours, n)
        k = int(weekly.argmin())
        return n + k if np.isfinite(weekly[k]) else None

    def _cost(self, hours: FloatArray, n: int) -> float:
        """Return the cost a year of the cheapest mix from n officers on; inf where there is none."""
        return float(self._weekly(hours, n).min()) * WEEKS_PER_YEAR

    def _near(self, cost: float, bound: float) -> bool:
        return cost - bound <= self.q.gap_frac * max(cost, 1.0) if np.isfinite(cost) else np.isinf(bound)

    def mix(self, n: int) -> Mix:
        """Return what was found for one total."""
        full, least = self._tables()
        placed = self._placed(n)
        known = all(b in c.points for c, b in zip(self.curves, placed.tolist(), strict=True))
        only = self._used(placed) if known else None
        k = self._best(full[0], n)
        if k is None:
            return Mix(n, only)
        cost = self._cost(full[0], n)
        used = self._used(full[1][:, k])
        free = np.flatnonzero(full[0] < NOTHING_H)
        return Mix(
            n,
            only,
            max(0, used.n_officers - n),
            used,
            cost,
            min(cost, self._cost(least[0], n)),
            max(0, int(free[0]) - n) if free.size else None,
        )

    def _used(self, parts: NDArray[np.int32]) -> Overtime:
        """Return the overtime of the plans of a sharing-out, recounted from the plans."""
        held = called = short = 0.0
        for c, b in zip(self.curves, parts.tolist(), strict=True):
            p = c.points[b]
            more = hours_by_kind(c.problem, p.plan)
            held, called = held + more[0], called + more[1]
            short += c.short_h(p)
        return Overtime(dict(zip(self.q.districts, parts.tolist(), strict=True)), held, called, short)
