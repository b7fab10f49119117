"""Where officers' time goes, as a study: measured, planned and simulated, of the whole force or by sector."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from optimiser.batch.runner import store_of
from optimiser.batch.studies import Answer, Asked
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.sectors import districts_in_use
from optimiser.report import figures_ledger as figures
from optimiser.report.phrases import NO_BREAK
from optimiser.studies.ledger import PartLedger, ledger_of, lending_of
from optimiser.studies.ledger_parts import Part, by_sector, whole
from optimiser.studies.sector_lending import Lending
from optimiser.studies.series import Series

ROTA, IN_USE = "rota", "districts"
"""Today's rota beside runs of shifts, and the districts in use beside plans of sectors."""


def title_of(given: Mapping[str, Any], titles: Mapping[str, str] | None = None) -> str:
    """Return the title of a ledger: whose plan, or by which sectors; ``titles`` holds those of runs."""
    known = titles or {}
    if given.get("sectors"):
        lent = ", lending units" if given.get("lend") else ""
        named = (
            "the districts in use"
            if given["sectors"] == IN_USE
            else f"the sectors of {known.get(given['sectors'], given['sectors'])}"
        )
        return f"Where time goes: {named}{lent}"
    if given.get("plan") == ROTA:
        return "Where time goes: today's rota"
    plan = given.get("plan")
    return f"Where time goes: {known.get(plan, plan) if plan else 'a new plan'}"


def ledger_answer(
    parts: Sequence[PartLedger],
    lent: Lending | None,
    *,
    complete: bool = True,
    n_solves: int = 0,
    seconds: float = 0.0,
) -> Answer:
    """Return the ledgers of a force as an answer."""
    said = tuple(s.replace(NO_BREAK, " ") for s in figures.ledger_said(parts, lent))
    drawn = {
        "parts": [figures.part_drawn(part) for part in parts],
        "lead": len(figures.lead(parts, lent)),
        "lending": [] if lent is None else figures.lending_drawn(lent),
    }
    return Answer("ledger", said, figures.ledger_sheets(parts, lent), drawn, {}, complete, n_solves, seconds)


def ask_ledger(asked: Asked, project: Project, series: Series, keep: Callable[[Answer], None]) -> Answer:
    """Keep the ledger of the whole with a plan, or of every sector planned by itself; tell part by part.

    Raises
    ------
    InputError
        If the plan or the sectors asked for are not there, or the project holds no recorded call.
    """
    began = time.monotonic()
    given = asked.given
    parts, homes = _parts(asked, project, series)
    found: list[PartLedger] = []
    weeks = int(given.get("weeks", 28))
    for part in parts:
        if found and series.over:
            break
        series.tell(f"simulating {weeks} weeks of {figures.named(part.name)}")
        found.append(
            ledger_of(
                part,
                project,
                series,
                weeks=weeks,
                protected=int(given.get("protected", 0)),
                points=bool(given.get("points")),
            )
        )
        keep(ledger_answer(found, None, complete=False))
    lent, whole_of_it = None, len(found) == len(parts)
    if given.get("lend") and homes and whole_of_it and not series.over:
        series.tell("simulating sectors that lend units")
        lent = lending_of(parts, project, homes, weeks)
    complete = whole_of_it and (lent is not None or not given.get("lend"))
    seconds = time.monotonic() - began
    return ledger_answer(found, lent, complete=complete, n_solves=series.n_solves, seconds=seconds)


def _parts(asked: Asked, project: Project, series: Series) -> tuple[list[Part], Mapping[str, str]]:
    """Return the parts, and the sector of each area where they are sectors."""
    plan, sectors = str(asked.given.get("plan", "")), str(asked.given.get("sectors", ""))
    if sectors:
        homes = sector_of(project, sectors)
        return by_sector(project, series, asked.choices, homes, where="this study"), homes
    planned = None
    if plan and plan != ROTA:
        run = store_of(project.folder).run(plan)
        result = run.result()
        if run.request["family"] != "shifts" or result.plan is None:
            raise InputError(f"Run {plan} has no plan of shifts.")
        planned = (run.problem(), result.plan)
    one = whole(project, series, asked.choices, planned=planned, rota=plan == ROTA, where="this study")
    return [one], {}


def sector_of(project: Project, name: str) -> Mapping[str, str]:
    """Return the sector of each area in the districts in use, in a plan of the project, or in a run."""
    if name == IN_USE:
        return districts_in_use(project)
    if name in project.plans:
        return project.plans[name]
    run = store_of(project.folder).run(name)
    plan = run.result().plan
    if run.request["family"] != "sectors" or plan is None:
        raise InputError(f"Run {name} has no plan of areas.")
    found: Mapping[str, str] = plan.district_of
    return found
