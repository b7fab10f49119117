"""Questions without a screen of their own: numbers, pictures and tables of the answer, as its family gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.report.artefacts import SEARCH_FILE
from optimiser.report.tables import sheets
from optimiser.solve.result import Result
from optimiser_apps import pictures, sources
from optimiser_apps.components import kpis, shown
from optimiser_apps.components.question import question

_LAST = ("Proof", "Measures", "By part")


@dataclass(frozen=True)
class Plain:
    """What such a page says: its title, what a planner asks, why, and what a plan is called."""

    family: str
    title: str
    ask: str
    why: str
    intro: str
    icon: str

    def page(self) -> Callable[[], None]:
        """Return the page."""

        @shown.page
        def page() -> None:
            question(self.family, self.title, self.intro, self.title, self._show)

        page.__name__ = self.family
        return page

    def _show(self, project: Project, run: Run, result: Result[Any], plan: Any) -> None:
        kpis.kpi_row(self.family, result.measures)
        drawer = pictures.drawer(self.family)
        if drawer is None:
            _pictures(run)
        else:
            drawer(project, run, result, plan)
        _tables(self.family, run, result)


PLAIN = (
    Plain(
        "fold",
        "Fold tables",
        "Which beats does each car take?",
        "From full strength to the fewest cars, on one page.",
        "When fewer cars are on duty than there are beats, which beats does each car take? The table has a "
        "row for every number of cars. Beats that are joined once stay joined, and the work of the cars is as "
        "even as can be.",
        ":material/table_rows:",
    ),
    Plain(
        "facilities",
        "Stations to come",
        "Where should stations be in ten years?",
        "Sites, costs and closures as the town grows.",
        "Which sites should open, and which of today's stations may close, as the town grows? Each year has "
        "its calls and its budget; the plan reaches the most calls in time.",
        ":material/domain_add:",
    ),
    Plain(
        "strength",
        "Strength",
        "How many officers for each district?",
        "A fair share by work, with limits on moves.",
        "How should the officers there are be shared among the districts? The worst served district comes "
        "first, then the next; minimums are kept, and no more officers move than you allow.",
        ":material/groups:",
    ),
    Plain(
        "shift_design",
        "Few shifts",
        "Which few shifts cover the week best?",
        "Little shortage, little surplus, few different shifts.",
        "Which shifts should there be at all? Few different ones are easy to live with; many fit the hours better. The "
        "plan weighs officer-hours short and over against the number of different shifts.",
        ":material/view_timeline:",
    ),
    Plain(
        "patterns",
        "Patterns",
        "Which pattern of days on and off?",
        "Rotations that keep the rules of rest.",
        "Which rotation of shifts and rest days meets the numbers wanted on each day and keeps every rule of "
        "rest? Found with its proof, or proved not to exist.",
        ":material/calendar_view_month:",
    ),
    Plain(
        "rosters",
        "Rosters",
        "Who works when in the next weeks?",
        "Teams on their patterns, with skills and vehicles.",
        "Which team works which shift in the weeks to come? Teams follow their pattern; skills, supervisors, "
        "vehicles and rest are kept, from what they worked before.",
        ":material/badge:",
    ),
    Plain(
        "patrol",
        "Patrol",
        "Where is proactive time worth most?",
        "Hours to places by harm that the public reported.",
        "Where and when should proactive hours go? Only harm reported by the public, or injury, decides; no "
        "place gets more than its limit, and what officers find there themselves is never fed back.",
        ":material/directions_walk:",
    ),
    Plain(
        "containment",
        "Containment",
        "Can the exits be closed in time?",
        "Posts that stand before a fleeing car can be there.",
        "Which units close which roads before somebody who flees can pass? The plan says how early each is "
        "there, and what to do when one is lost. It advises; it does not decide.",
        ":material/shield:",
    ),
)


def _pictures(run: Run) -> None:
    """Show the pictures that were written for the run, two beside each other."""
    found = [p for p in sorted(run.folder.glob("*.png")) if p.name != SEARCH_FILE]
    for pair in (found[k : k + 2] for k in range(0, len(found), 2)):
        for column, path in zip(st.columns(len(pair)), pair, strict=True):
            column.image(path.read_bytes(), caption=path.stem.replace("_", " ").capitalize(), width="stretch")


def _tables(family: str, run: Run, result: Result[Any]) -> None:
    made = {n: r for n, r in sheets(family, sources.problem(run), result).items() if r and n not in _LAST}
    if not made:
        return
    for tab, (name, rows) in zip(st.tabs(list(made)), made.items(), strict=True):
        with tab:
            shown.table(
                shown.as_percent(pd.DataFrame(rows)),
                digits=2,
                text=f"{name} of the plan, as in its workbook.",
            )
