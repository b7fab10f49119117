"""The time split of a plan: measured, planned and simulated side by side, and what each further point costs.

Call response is a ceiling, proactive work and community engagement are floors, administration is a measured need with a
ceiling; all of on-duty officer-hours, summed over the cycle. What is then left is unaccounted and always shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from optimiser.demand.relief import ReliefParams
from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import CLASSES, time_split
from optimiser.problems.shifts.rules import rostered
from optimiser.solve.result import Result
from optimiser.studies.shift_simulation import SimulatedWeeks
from optimiser.units import SECONDS_PER_HOUR

Kind = Literal["at most", "at least", "a need, at most", "shown"]
UNACCOUNTED_MOST_FRAC = 0.10
EDGE = 1e-6
_WEEKS_A_YEAR = 52.0
NET_HOURS_A_YEAR = ReliefParams().net_h
"""Hours an officer is really on duty in a year; forces differ, relief says by how much."""


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class of time: its limit, and its share measured, planned and simulated.

    Simulated: the mean, what 5 % and 95 % of weeks stay below, and what 5 % and 95 % of officers stay below over four
    weeks.
    """

    name: str
    kind: Kind
    limit: float | None
    measured: float | None
    planned: float
    simulated: float | None = None
    p5: float | None = None
    p95: float | None = None
    officer_p5: float | None = None
    officer_p95: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the planned share keeps its limit."""
        if self.limit is None:
            return True
        return (
            self.planned >= self.limit - EDGE
            if self.kind == "at least"
            else self.planned <= self.limit + EDGE
        )


def side_by_side(
    problem: ShiftsProblem,
    plan: ShiftsPlan,
    weeks: SimulatedWeeks | None = None,
    measured: Mapping[str, float] | None = None,
) -> tuple[ClassLine, ...]:
    """Return a line for each class of the split."""
    p = problem.params
    limits: dict[str, tuple[Kind, float]] = {
        "calls": ("at most", p.call_ceiling_frac + p.tolerance_frac),
        "proactive": ("at least", p.proactive_floor_frac - p.tolerance_frac),
        "admin": ("a need, at most", p.admin_ceiling_frac + p.tolerance_frac),
        "community": ("at least", p.community_floor_frac - p.tolerance_frac),
        "unaccounted": ("at most", UNACCOUNTED_MOST_FRAC),
    }
    planned = time_split(problem, plan).shares()
    lines = []
    for k, name in enumerate(CLASSES):
        kind, limit = limits[name]
        seen: tuple[float | None, ...] = ()
        if weeks is not None:
            by_officer = weeks.officer_band(name) or ()
            seen = (float(weeks.shares[:, k].mean()), *weeks.band(name), *by_officer)
        lines.append(
            ClassLine(
                name, kind, limit, None if measured is None else measured.get(name), planned[name], *seen
            )
        )
    return tuple(lines)


def weeks_within(problem: ShiftsProblem, weeks: SimulatedWeeks, points: float = 0.01) -> float:
    """Return the share of simulated weeks whose call share lies within so much of the simulated mean."""
    calls = weeks.shares[:, CLASSES.index("calls")]
    return float((np.abs(calls - calls.mean()) <= points).mean())


@dataclass(frozen=True, slots=True)
class Point:
    """One call ceiling: the least officer-hours of a plan that keeps it, what no plan can beat, and officers for it.

    ``more_officers`` is against the point before; None at the first.
    """

    call_frac: float
    officer_h: float
    bound_h: float | None
    officers: float
    more_officers: float | None


def price_of_points(
    problem: ShiftsProblem,
    solve: Callable[[ShiftsProblem], Result[Any]],
    shares: Sequence[float],
    *,
    net_hours_a_year: float = NET_HOURS_A_YEAR,
) -> tuple[Point, ...]:
    """Return what each call ceiling costs, from re-solves for the least officer-hours, dearest last.

    Parameters
    ----------
    solve
        Solves a question.
    shares
        Call ceilings at or above that of the question; the proactive floor gives way by as much.
    net_hours_a_year
        Hours an officer is on duty in a year.

    Raises
    ------
    InputError
        If a share is below the question's ceiling, or a question has no plan.
    """
    if not net_hours_a_year > 0:
        raise InputError(f"net_hours_a_year must be above 0, got {net_hours_a_year}.")
    base = problem.params
    found: list[Point] = []
    for share in sorted(shares, reverse=True):
        by = share - base.call_ceiling_frac
        if by < -EDGE:
            raise InputError(
                f"A call ceiling of {share:g} lies below the question's {base.call_ceiling_frac:g}; ask with that one."
            )
        relax = {**base.relax, "call_ceiling": max(by, 0.0), "proactive_floor": max(by, 0.0)}
        params = replace(base, objective="cost", hold_split=True, interval_price=0.0, relax=relax)
        flat = np.ones_like(problem.cost_per_officer_h)
        result = solve(replace(problem, params=params, cost_per_officer_h=flat))
        if result.plan is None:
            raise InputError(f"No plan keeps calls within {share:g} of the cycle: {result.status}.")
        hours = float(rostered(problem, result.plan).sum()) * problem.slot_h
        officers = hours * _WEEKS_A_YEAR / net_hours_a_year
        more = officers - found[-1].officers if found else None
        found.append(Point(share, hours, result.objectives[0].bound, officers, more))
    return tuple(found)


def best_reachable(problem: ShiftsProblem, officer_h: float) -> dict[str, float]:
    """Return the best split that so many officer-hours can reach, whatever the rota: no plan of them has fewer calls.

    Calls and administration are what they are; community has its floor as far as it goes, proactive work the rest.

    Raises
    ------
    InputError
        If there are no hours.
    """
    if not officer_h > 0:
        raise InputError(f"A split needs officer-hours above 0, got {officer_h}.")
    calls = min(1.0, float(problem.call_work_s.sum()) / SECONDS_PER_HOUR / officer_h)
    admin = min(1.0 - calls, float(problem.admin_s.sum()) / SECONDS_PER_HOUR / officer_h)
    community = min(1.0 - calls - admin, problem.params.community_floor_frac)
    left = 1.0 - calls - admin - community
    return dict(zip(CLASSES, (calls, left, admin, community, 0.0), strict=True))
