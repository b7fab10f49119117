"""Is a plan of districts still right under the last weeks' work, as a study: what is needed, and the least redraw."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from optimiser import registry
from optimiser.batch.asked_again import choices_of, free_choices
from optimiser.batch.runner import store_of
from optimiser.batch.studies import Answer, Asked
from optimiser.batch.study_ledger import IN_USE, sector_of
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.own_plan import mending, moved_areas
from optimiser.prepare.questions import ask
from optimiser.prepare.sectors import plan_of
from optimiser.problems.sectors import SectorsProblem
from optimiser.report.phrases import NO_BREAK
from optimiser.report.words_drift import drift_rows, drift_said
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Progress
from optimiser.studies.drift import Drift, Redraw, drift
from optimiser.studies.weeks import latest


def ask_drift(
    asked: Asked, project: Project, tell: Callable[[Progress], None], stop: Callable[[], bool]
) -> Answer:
    """Look at a plan under the last weeks' work, and for the least redraw where something is needed.

    Raises
    ------
    InputError
        If the plan is not there or places no area, the project has no calls by time, or a choice cannot be.
    """
    began = time.monotonic()
    plan, given = str(asked.given["plan"]), asked.given
    district_of = {a: d for a, d in sector_of(project, plan).items() if d}
    if not district_of:
        raise InputError("This plan places no area in a district, so there is nothing to look at.")
    now, weeks = latest(project, int(given["weeks"]))
    names, choices = asked_with(project, plan, district_of)
    problem: SectorsProblem = ask(
        now, "sectors", {**choices, **asked.choices}, "this study", named=names
    ).problem
    officers = given.get("officers") or None
    found = drift(problem, plan_of(problem, district_of), officers, divisible=not given.get("one_car"))
    redraw = None
    if found.verdict != "nothing":
        redraw = least_redraw(problem, district_of, officers, asked.options, tell, stop)
    return drift_answer(
        found,
        str(given.get("title", plan)),
        weeks,
        redraw,
        problem.params.balance_frac,
        seconds=time.monotonic() - began,
    )


def asked_with(
    project: Project, plan: str, district_of: Mapping[str, str]
) -> tuple[Sequence[str], dict[str, Any]]:
    """Return the districts of a plan by name and the choices it is judged by: a run's own, with its rules."""
    if plan == IN_USE or plan in project.plans:
        names = sorted(set(district_of.values()) - {""})
        return names, free_choices(len(names))
    run = store_of(project.folder).run(plan)
    return run.problem().params.district_ids, choices_of(run)


def drift_answer(
    found: Drift,
    name: str,
    weeks: float,
    redraw: Redraw | None,
    tolerances: Mapping[str, float],
    *,
    seconds: float = 0.0,
) -> Answer:
    """Return what was found as an answer."""
    said = drift_said(found, name, weeks, redraw, tolerances)
    header, rows = drift_rows(found)
    return Answer(
        "drift",
        tuple(s.replace(NO_BREAK, " ") for s in said),
        {"Districts": [dict(zip(header, row, strict=True)) for row in rows]},
        complete=redraw is None or redraw.decided,
        seconds=seconds,
    )


def least_redraw(
    problem: SectorsProblem,
    district_of: Mapping[str, str],
    officers: Mapping[str, int] | None,
    options: SolveOptions,
    tell: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> Redraw | None:
    """Return how many areas have to move at least, and how many do in the best plan found.

    Work follows the officers of each district where they are given. None where one has none: it can be given no work.
    """
    if officers is not None:
        if min(officers.values()) <= 0:
            return None
        shares = tuple(officers[d] / sum(officers.values()) for d in problem.params.district_ids)
        problem = replace(problem, params=replace(problem.params, target_shares=shares))
    question, start = mending(problem, district_of)
    method = "sectors.cuts" if registry.load("sectors.moves").refuses(question) else "sectors.moves"
    result: Any = solve_isolated(question, method, options, start=start, on_progress=tell, should_stop=stop)
    if result.plan is None:
        return Redraw(str(result.status), None, None, result.confirmed_by)
    judged = result.objectives[0]
    return Redraw(
        str(result.status),
        round(moved_areas(question, judged.value)),
        math.ceil(moved_areas(question, judged.bound or 0.0) - 1e-6),
        result.confirmed_by,
    )
