"""A roster as a grid of teams by days, two weeks a strip, with the cover of every shift below."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.patterns.plan import OFF
from optimiser.problems.rosters import RostersPlan, RostersProblem
from optimiser.problems.rosters.rules import known, on_shift
from optimiser.solve.result import Result
from optimiser.units import DAY_NAMES
from optimiser_apps import sources
from optimiser_apps.components import shown
from optimiser_apps.pictures.grids import COVER, cells, cover_row, shift_fills

STRIP = 14


def day_name(problem: RostersProblem, day: int) -> str:
    """Return a day as a heading: ``Mon 4 Jan``."""
    date = problem.date(day)
    return f"{DAY_NAMES[date.weekday()][:3]} {date.day} {date:%b}"


def team_rows(problem: RostersProblem, plan: RostersPlan, days: range) -> list[dict[str, Any]]:
    """Return a cell for each team and day."""
    found = known(problem, plan)
    return [
        {
            "team": team,
            "day": day_name(problem, d),
            "shift": worked[d],
            "weekend": problem.date(d).weekday() > 4,
        }
        for team, worked in found.items()
        for d in days
    ]


def cover_rows(problem: RostersProblem, plan: RostersPlan, days: range) -> list[dict[str, Any]]:
    """Return officers found and wanted by shift and day."""
    duty = on_shift(problem, plan, problem.officers)
    return [
        {
            "shift": shift,
            "day": day_name(problem, d),
            "found": int(duty[s, d]),
            "wanted": int(problem.wanted[s, d]),
        }
        for s, shift in enumerate(problem.shift_ids)
        for d in days
    ]


def draw(project: Project, run: Run, result: Result[Any], plan: RostersPlan) -> None:
    """Draw the roster."""
    problem: RostersProblem = sources.problem(run)
    fills = shift_fills(
        dict(zip(problem.shift_ids, problem.shift_start_s.tolist(), strict=True)),
        dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True)),
    )
    for first in range(0, problem.n_days, STRIP):
        days = range(first, min(first + STRIP, problem.n_days))
        st.markdown(f"**{day_name(problem, days[0])} to {day_name(problem, days[-1])}**")
        shown.chart(
            cells(team_rows(problem, plan, days), "day", "team", "shift", fills, off=OFF, mark="weekend"),
            "Grid of the roster: teams down, days across, each shift in its colour.",
        )
        shown.chart(
            cover_row(cover_rows(problem, plan, days), "day", "shift"),
            "Officers found and wanted on each shift and day.",
        )
    st.caption(f"Framed: weekends. Below each strip: who is on the shift. {COVER}")
