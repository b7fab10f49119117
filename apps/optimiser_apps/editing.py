"""A plan under a planner's hand: where it may start from, its moves replayed, and what one more would do, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from optimiser.batch.store import Store
from optimiser.cli.plans import question_and_plan, run_named
from optimiser.data.project import Project
from optimiser.problems.base import Violation
from optimiser.problems.sectors import SectorsProblem
from optimiser.problems.sectors.moves import Effect, Moves
from optimiser.report.phrases import shown_value

Move = tuple[tuple[str, ...], str]
"""Areas, and the district they go to; "" for none."""


@dataclass(frozen=True)
class Base:
    """What an edit starts from: the plan's name, the question it is judged by and the choices that it was asked with.

    ``of_run`` says whether these are a run's own, the tolerance apart.
    """

    name: str
    problem: SectorsProblem
    district_of: Mapping[str, str]
    choices: Mapping[str, Any]
    of_run: bool

    @property
    def rules_said(self) -> str:
        """Say by which rules the plan is judged and mended."""
        if not self.of_run:
            return (
                "Judged and mended by the project's default rules and the tolerance above, each district from its "
                "best place."
            )
        counted = (
            " Mending and bettering count change from this plan, not from what is in use."
            if self.problem.params.counts_change
            else ""
        )
        return (
            f"Judged and mended by the rules that this run was asked with, and the tolerance above.{counted}"
        )


def starts(project: Project, store: Store) -> dict[str, str]:
    """Return what may be edited, by the name the command line knows it under: in use, kept in the project, solved."""
    found = {"districts": "Districts in use"} if any(project.areas["district_id"]) else {}
    titles = {"current": "Beats in use"}
    found |= {name: titles.get(name, f"Plan {name}") for name in project.plans}
    for run in store.runs():
        if run.request["family"] == "sectors" and run.status == "done":
            found[run.id] = f"{run.request['title']} · {run.id[-10:]}"
    return found


def base(project: Project, name: str, tolerance_pct: float) -> Base:
    """Return a plan with the question that it answers: a run's own, else its districts, each in its best place."""
    question, district_of, choices = question_and_plan(project, name, [f"tolerance_pct={tolerance_pct:g}"])
    problem: SectorsProblem = question.problem
    inside = {a: d for a, d in district_of.items() if a in set(problem.area_ids)}
    return Base(name, problem, inside, choices, of_run=run_named(project, name) is not None)


def replayed(start: Base, moves: Sequence[Move]) -> Moves:
    """Return the plan after the moves made so far."""
    from optimiser.prepare.sectors import plan_of

    hand = Moves(start.problem, plan_of(start.problem, dict(start.district_of)))
    for areas, district in moves:
        hand.make(areas, district)
    return hand


def effect_rows(effect: Effect) -> pd.DataFrame:
    """Return the figures that a move changes, whole-plan figures first."""
    rows = []
    for changed in sorted(effect.measures, key=lambda c: bool(c.part)):
        unit = shown_value(0.0, changed.unit)[1]
        before, after = (
            None if v is None else shown_value(v, changed.unit)[0] for v in (changed.before, changed.after)
        )
        rows.append(
            {
                "figure": changed.name,
                "of": changed.part or "the plan",
                "unit": unit,
                "before": before,
                "after": after,
                "change": None if before is None or after is None else after - before,
                "": _verdict(changed.better, before, after),
            }
        )
    return pd.DataFrame(rows)


def _verdict(better: str, before: float | None, after: float | None) -> str:
    if before is None or after is None or before == after or better == "neither":
        return ""
    return "better" if (after < before) == (better == "lower") else "worse"


def broken_rows(violations: Sequence[Violation]) -> pd.DataFrame:
    """Return broken rules with where, what was found and what is allowed."""
    rows = []
    for v in violations:
        found, unit = shown_value(v.found, v.unit)
        rows.append(
            {
                "rule": v.rule,
                "where": v.where,
                "found": found,
                "allowed": shown_value(v.limit, v.unit)[0],
                "unit": unit,
            }
        )
    return pd.DataFrame(rows)
