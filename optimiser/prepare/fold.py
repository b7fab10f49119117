"""A plan of beats becomes fold questions: one a district and part of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.day_parts import ALL_DAY, DAY_EVENING_NIGHT, DayPart, day_parts
from optimiser.demand.workload import Workload, from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.beats import Beats, beats
from optimiser.prepare.sectors import districts_in_use
from optimiser.problems.base import asked
from optimiser.problems.fold import FoldParams, FoldProblem
from optimiser.units import SECONDS_PER_HOUR

CALLS, WORK = "calls", "unit hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldSetup:
    """A planner's choices for a fold table, as the scenario file and the form state them.

    Parameters
    ----------
    plan
        Name of the plan of beats: "current" for the beats in use, or one of the project's plans.
    districts
        "use" for the districts in use, a plan's name, or "none".
    district
        The district whose beats are folded; "" for all beats together.
    part
        Part of the day as ``NAME=FROM-TO``, one of day, evening, night, or "all day".
    work_on
        What is shared out evenly.
    """

    plan: str = asked("current", "", "Plan of beats")
    districts: str = asked("none", "", "Districts above the beats: use, a plan's name, or none")
    district: str = asked("", "", "District whose beats are folded (empty: all beats)")
    part: str = asked("all day", "", "Part of the day: day, evening, night, or night=23-07")
    work_on: Literal["unit hours", "calls"] = asked(
        "unit hours", "", "What is shared out evenly", options=(WORK, CALLS)
    )


def fold_problem(
    project: Project, params: FoldParams | None = None, setup: FoldSetup | None = None
) -> FoldProblem:
    """Return one fold question of a project.

    Raises
    ------
    InputError
        If the plan, district or part does not fit the project.
    """
    setup, params = setup or FoldSetup(), params or FoldParams()
    project.require_ready()
    made = beats(project, _plan(project, setup.plan), districts(project, setup.districts))
    part = _part(setup.part)
    work = beat_work(made, from_project(project), part, setup.work_on)
    if not setup.district:
        return folded(made, np.arange(len(made.beat_ids)), work, part, params)
    if setup.district not in made.districts:
        raise UsageError(
            f"There is no district {setup.district!r}; there are {', '.join(made.districts) or 'none'}."
        )
    return folded(made, made.of_district(setup.district), work, part, params)


def folded(
    made: Beats, chosen: NDArray[np.int64], work: NDArray[np.float64], part: DayPart, params: FoldParams
) -> FoldProblem:
    """Return the fold question of some beats; ``work`` is by beat of the whole plan."""
    place = np.full(len(made.beat_ids), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    edges = place[made.edges]
    return FoldProblem(
        beat_ids=tuple(made.beat_ids[k] for k in chosen.tolist()),
        edges=edges[(edges >= 0).all(axis=1)],
        work=work[chosen],
        params=replace(params, part_name=part.name),
    )


def beat_work(made: Beats, work: Workload, part: DayPart, on: str) -> NDArray[np.float64]:
    """Return a week's calls or unit-hours of each beat in a part of the day, shape (B,)."""
    table = work.calls if on == CALLS else work.unit_s / SECONDS_PER_HOUR
    return made.summed(table[:, list(part.hours)].sum(axis=1))


def districts(project: Project, name: str) -> Mapping[str, str] | None:
    """Return the districts of that name by area: ``use``, ``none`` (None), or one of the project's plans."""
    if name == "none":
        return None
    if name == "use":
        found = districts_in_use(project)
        if not found:
            raise InputError("The areas name no districts in use: name a plan of districts, or say none.")
        return found
    return _plan(project, name)


def _plan(project: Project, name: str) -> Mapping[str, str]:
    if name not in project.plans:
        raise UsageError(f"There is no plan {name!r}; there are {', '.join(project.plans) or 'none'}.")
    return project.plans[name]


def _part(text: str) -> DayPart:
    if text == ALL_DAY.name:
        return ALL_DAY
    known = {p.name: p for p in day_parts(DAY_EVENING_NIGHT)}
    return known[text] if text in known else day_parts((text,))[0]
