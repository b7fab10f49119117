"""The time-split ledger of one part of a force: measured, planned and simulated, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.measured import measure
from optimiser.errors import InputError
from optimiser.prepare.shift_sectors import centre_distances_m
from optimiser.prepare.strength_today import StrengthToday, strength_today
from optimiser.problems.shifts import ShiftsProblem
from optimiser.problems.shifts.ledger import TimeSplit, time_split
from optimiser.problems.shifts.rules import on_duty
from optimiser.solve.result import Result
from optimiser.studies.ledger_parts import WHOLE, Part
from optimiser.studies.sector_lending import Lending, SectorRota, lending
from optimiser.studies.sector_rules import Besides, RuleLine, besides, rules_in
from optimiser.studies.series import Series
from optimiser.studies.shift_simulation import SimulatedWeeks, simulate_weeks
from optimiser.studies.split_ledger import ClassLine, Point, best_reachable, price_of_points, side_by_side
from optimiser.units import percent


@dataclass(frozen=True, eq=False)
class PartLedger:
    """One part of a force.

    Parameters
    ----------
    part
        Its question and plan.
    weeks
        The plan in simulated weeks.
    lines
        A line a class.
    refused
        Why there is no measured split; "" where there is one, or where only the whole can say.
    reach
        Best split that the required hours can reach.
    now
        Officers of today; None where no file tells.
    of_today
        Best split that they can reach; empty where not known.
    points
        What each further point on calls costs; None where it was not asked for.
    rules, others
        Rules of the rota that hold here, and who is on duty besides.
    rota_weeks
        Today's rota in the same weeks; None where there is none, or it is the plan.
    """

    part: Part
    weeks: SimulatedWeeks
    lines: tuple[ClassLine, ...]
    refused: str
    reach: Mapping[str, float]
    now: StrengthToday | None
    of_today: Mapping[str, float]
    points: tuple[Point, ...] | None
    rules: Sequence[RuleLine]
    others: Sequence[Besides]
    rota_weeks: SimulatedWeeks | None

    @property
    def name(self) -> str:
        """Name of the part, ``WHOLE`` for the force."""
        return self.part.name

    @property
    def duty(self) -> NDArray[np.float64]:
        """Officers on duty by interval, shape (T,)."""
        return on_duty(self.part.problem, self.part.plan)

    @property
    def split(self) -> TimeSplit:
        """The planned split."""
        return time_split(self.part.problem, self.part.plan)


def ledger_of(
    part: Part, project: Project, series: Series, *, weeks: int = 28, protected: int = 0, points: bool = False
) -> PartLedger:
    """Simulate a part's plan, and put what was measured beside it.

    Parameters
    ----------
    weeks
        Weeks to simulate.
    protected
        Proactive half-hours planned in every tour that only the most urgent grade ends.
    points
        Price each further point on calls, by solves of ``series``.
    """
    problem, plan = part.problem, part.plan
    found = simulate_weeks(problem, plan, part.stream(), weeks=weeks, protected_blocks=protected)
    measured, refused = _measured(project, part.name)
    reach = best_reachable(problem, float(problem.requirement.sum()) * problem.slot_h)
    now = strength_today(project, part.sector)
    of_today = best_reachable(problem, now.officer_h) if now is not None and now.officer_h > 0 else {}
    return PartLedger(
        part,
        found,
        side_by_side(problem, plan, found, measured),
        refused,
        reach,
        now,
        of_today,
        _points(series, problem, of_today.get("calls", reach["calls"])) if points else None,
        rules_in(part.rules, part.sector, problem),
        besides(part.rules, part.sector, problem, plan),
        _rota_weeks(part, weeks),
    )


def lending_of(
    parts: Sequence[Part], project: Project, sector_of: Mapping[str, str], weeks: int = 28
) -> Lending:
    """Simulate the sectors apart and lending each other units."""
    far = centre_distances_m(project, sector_of, [p.name for p in parts])
    rotas = [SectorRota(p.name, p.problem, p.plan, p.stream()) for p in parts]
    return lending(rotas, far, weeks=weeks)


def _rota_weeks(part: Part, weeks: int) -> SimulatedWeeks | None:
    """Simulate today's rota of the whole, where it is another plan."""
    rota = part.problem.existing
    if part.name != WHOLE or rota is None or rota == part.plan:
        return None
    return simulate_weeks(part.problem, rota, part.stream(), weeks=weeks)


def _measured(project: Project, name: str) -> tuple[Mapping[str, float] | None, str]:
    """Return the measured split of a part, or why there is none."""
    try:
        found = measure(project)
    except InputError as error:
        return None, str(error) if name == WHOLE else ""
    if name != WHOLE and name not in found.sectors:
        return None, ""
    return found.split(name), ""


def _points(series: Series, problem: ShiftsProblem, today: float) -> tuple[Point, ...]:
    least = problem.params.call_ceiling_frac
    if today <= least:
        return ()
    n = max(1, round(percent(today - least)))
    shares = [least + (today - least) * k / n for k in range(n + 1)]

    def solve(asked: ShiftsProblem) -> Result[object]:
        found = series.solve(asked, "a point")
        if found is None:
            raise InputError(
                "Time is up before every point is priced: allow each plan more time, or leave out the points."
            )
        return found

    return price_of_points(problem, solve, shares)
