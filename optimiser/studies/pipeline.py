"""From calls to a 28-day roster in one go: calls, requirement, shifts, rotating pattern, roster, teams.

Each stage is a question of its own, solved and proved as such; the next takes its plan as data. The plan of a stage
is the best for that stage, not for the whole chain: the sum of what each may lose is at most what is told here.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from optimiser import registry
from optimiser.data.project import Project
from optimiser.demand.requirement import RequirementParams
from optimiser.errors import InputError
from optimiser.prepare.shifts import ShiftsSetup, shifts_problem
from optimiser.problems.patterns import PatternsParams, PatternsProblem
from optimiser.problems.patterns.data import MOST_ROWS
from optimiser.problems.patterns.plan import DAYS
from optimiser.problems.shifts import ShiftsParams, ShiftsPlan, ShiftsProblem
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Progress
from optimiser.solve.result import Result, Status
from optimiser.solve.warm import WarmWorker
from optimiser.studies.pipeline_roster import roster_faults, unroll
from optimiser.studies.pipeline_teams import team_lines, team_question, without_supervisors
from optimiser.studies.pipeline_types import Pipeline, PipelineSetup, Stage
from optimiser.units import SECONDS_PER_HOUR, percent_text

SPARE_ROWS = 1.3
"""The pattern may have up to so many times the rows that hours ask for."""


def pipeline(
    project: Project,
    setup: PipelineSetup | None = None,
    params: ShiftsParams | None = None,
    shifts: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
    *,
    gap_frac: float = 0.01,
    stage_limit_s: float = 25.0,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Pipeline:
    """Run all stages.

    Parameters
    ----------
    gap_frac
        How near to its bound each stage should be.
    stage_limit_s
        Longest search of a stage.

    Raises
    ------
    InputError
        If the project has no week of work, or a choice does not fit it.
    """
    setup = setup or PipelineSetup()
    shifts = shifts or ShiftsSetup(lengths_h=(10.0,))
    params = replace(params or ShiftsParams(), max_start_times=setup.start_times)
    run = _Run(
        setup, SolveOptions(time_limit_s=stage_limit_s, gap_frac=0.9 * gap_frac), on_progress, should_stop
    )
    with WarmWorker() as worker:
        run.worker = worker
        return run.all(project, params, shifts, service)


class _Run:
    """One run of the pipeline; stops at the first stage without a plan."""

    worker: WarmWorker

    def __init__(
        self,
        setup: PipelineSetup,
        options: SolveOptions,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool],
    ) -> None:
        self.setup, self.options = setup, options
        self.on_progress, self.should_stop = on_progress, should_stop
        self.began = time.monotonic()
        self.stages: list[Stage] = []
        self.found: dict[str, Any] = {}

    def all(
        self,
        project: Project,
        params: ShiftsParams,
        shifts: ShiftsSetup,
        service: RequirementParams | None,
    ) -> Pipeline:
        """Run the stages in turn."""
        began = time.monotonic()
        week = shifts_problem(project, params, shifts, service)
        self.found["shifts_problem"] = week
        self._need(week, time.monotonic() - began)
        plan = self._shifts(week)
        if plan is None:
            return self._ended("shifts")
        question = pattern_question(week, plan, self.setup)
        self.found |= {"shifts": plan, "pattern_problem": question}
        pattern = self._pattern(question)
        if pattern is None:
            return self._ended("pattern")
        self.found["pattern"] = pattern
        began = time.monotonic()
        lines = unroll(pattern, self.setup.team_size)
        broken = roster_faults(question, lines)
        n_teams = len({line.team for line in lines})
        self._stage(
            "roster", "the pattern unrolled", float(len(lines)), float(len(lines)), "officers", "reckoned", began,
            f"28 days for {len(lines)} officers in {n_teams} teams; "
            + (f"{len(broken)} faults" if broken else "cover, rest, runs and hours hold on every day"),
        )  # fmt: skip
        staff = math.ceil(len(lines) / (1.0 - self.setup.absent_frac) - 1e-9)
        self.found |= {"roster": lines, "officers": (len(lines), staff), "broken": tuple(broken)}
        self._teams(question)
        return self._ended("whole" if "teams" in self.found else "teams")

    def _teams(self, pattern: PatternsProblem) -> None:
        """Ask for the teams' roster; without one the officers' roster stands."""
        began = time.monotonic()
        question = team_question(pattern, self.setup)
        result = self._solve(question, "rosters", confirm=False)
        alone = ""
        if result.status is Status.INFEASIBLE:
            question = without_supervisors(question)
            result = self._solve(question, "rosters", confirm=False)
            alone = "; so few teams cannot supervise every shift"
        self.found["teams_problem"] = question
        if result.plan is None:
            self._stage(
                "teams", result.formulation, None, None, "", str(result.status), began, result.in_words()
            )
            return
        o = result.objectives[0]
        met = next((m.value for m in result.measures if m.name == "share of the need met"), 0.0)
        self.found |= {"teams_plan": result.plan, "teams": team_lines(question, result.plan)}
        self._stage(
            "teams", result.formulation, o.value, o.bound, o.unit, str(result.status), began,
            f"{len(question.team_ids)} teams of {self.setup.team_size} officers; teams that move as one meet "
            f"{percent_text(met)} of the need by shift and day{alone}; {o.in_words()}",
        )  # fmt: skip

    def _ended(self, where: str) -> Pipeline:
        return Pipeline(tuple(self.stages), where, time.monotonic() - self.began, **self.found)

    def _stage(
        self,
        name: str,
        method: str,
        value: float | None,
        bound: float | None,
        unit: str,
        status: str,
        began: float,
        said: str,
    ) -> None:
        self.stages.append(Stage(name, method, value, bound, unit, status, time.monotonic() - began, said))

    def _need(self, week: ShiftsProblem, seconds: float) -> None:
        """Say what calls and requirement came to; both are reckoned, not searched for."""
        calls_h = float(week.call_work_s.sum()) / SECONDS_PER_HOUR
        wanted_h = float(week.requirement.sum()) * week.slot_h
        counted = Counter(week.binding).most_common(1)
        most = counted[0][0] if counted else "nothing"
        self.stages.append(
            Stage(
                "requirement",
                "calls by hour, load over time, largest of all reasons",
                wanted_h,
                wanted_h,
                "officer-hours a week",
                "reckoned",
                seconds,
                f"{calls_h:,.0f} officer-hours of calls a week ask for {wanted_h:,.0f} on duty, from "
                f"{int(week.requirement.min())} to {int(week.requirement.max())} officers; {most} binds most often",
            )
        )

    def _solve(self, problem: Any, family: str, *, confirm: bool = True) -> Result[Any]:
        return self.worker.solve(
            problem,
            registry.default(family),
            replace(self.options, confirm=confirm),
            on_progress=self.on_progress,
            should_stop=self.should_stop,
        )

    def _shifts(self, week: ShiftsProblem) -> ShiftsPlan | None:
        began = time.monotonic()
        result = self._solve(week, "shifts")
        if result.plan is None:
            self._stage(
                "shifts", result.formulation, None, None, "", str(result.status), began, result.in_words()
            )
            return None
        o = result.objectives[0]
        hours = sum(n * _length_h(week, shift) for shift, _, n in result.plan.rows())
        starts = {int(week.shift_start[week.shift_ids.index(shift)]) for shift, _, _ in result.plan.rows()}
        self._stage(
            "shifts", result.formulation, o.value, o.bound, o.unit, str(result.status), began,
            f"{hours:,.0f} officer-hours a week on {len(starts)} start times; {o.in_words()}",
        )  # fmt: skip
        plan: ShiftsPlan = result.plan
        return plan

    def _pattern(self, question: PatternsProblem) -> Any:
        began = time.monotonic()
        result = self._solve(question, "patterns")
        if result.plan is None:
            self._stage(
                "pattern", result.formulation, None, None, "", str(result.status), began, result.in_words()
            )
            return None
        o = result.objectives[0]
        self._stage(
            "pattern", result.formulation, o.value, o.bound, o.unit, str(result.status), began,
            f"{len(result.plan.rows)} rows, at least {question.fewest_rows} by hours; {o.in_words()}",
        )  # fmt: skip
        return result.plan


def _length_h(week: ShiftsProblem, shift: str) -> float:
    return float(week.shift_slots[week.shift_ids.index(shift)]) * week.slot_h


def pattern_question(week: ShiftsProblem, plan: ShiftsPlan, setup: PipelineSetup) -> PatternsProblem:
    """Return the question of a pattern that staffs a shift plan.

    Raises
    ------
    InputError
        If the plan has nobody on duty, or asks for more rows than a pattern may have.
    """
    rows = plan.rows()
    used = [i for i, name in enumerate(week.shift_ids) if any(s == name for s, _, _ in rows)]
    if not used:
        raise InputError("The shift plan has nobody on duty, so there is no pattern to make.")
    need = np.zeros((len(used), DAYS), dtype=np.int64)
    at = {week.shift_ids[i]: k for k, i in enumerate(used)}
    for shift, day, n in rows:
        need[at[shift], day] += n
    length_s = np.array([float(week.shift_slots[i] * week.slot_s) for i in used])
    hours = float((need * length_s[:, None]).sum()) / SECONDS_PER_HOUR
    fewest = max(1, math.ceil(hours / setup.week_h - 1e-9), int(need.sum(axis=0).max()))
    if fewest > MOST_ROWS:
        raise InputError(
            f"{hours:,.0f} officer-hours a week take {fewest} officers, more than the {MOST_ROWS} that one pattern may "
            "have: plan district by district."
        )
    return PatternsProblem(
        shift_ids=tuple(week.shift_ids[i] for i in used),
        shift_start_s=np.array([float(week.shift_start[i] * week.slot_s) for i in used]),
        shift_length_s=length_s,
        need=need,
        fewest_rows=fewest,
        most_rows=min(MOST_ROWS, math.ceil(fewest * SPARE_ROWS) + 4),
        params=PatternsParams(
            objective="officers",
            most_week_h=setup.week_h,
            longest_work=setup.longest_work,
            shortest_work=setup.shortest_work,
            longest_off=setup.longest_off,
            shortest_off=setup.shortest_off,
        ),
    )
