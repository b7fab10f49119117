"""A rotating pattern as a coloured week grid with its cover below."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.patterns import PatternsPlan, PatternsProblem
from optimiser.problems.patterns.plan import OFF
from optimiser.solve.result import Result
from optimiser.units import DAY_NAMES
from optimiser_apps import sources
from optimiser_apps.components import shown
from optimiser_apps.pictures.grids import COVER, cells, cover_row, shift_fills


def week_rows(plan: PatternsPlan) -> list[dict[str, Any]]:
    """Return a cell for each row of the pattern and day of the week."""
    return [
        {"week": f"Week {k}", "day": day, "shift": shift, "weekend": d > 4}
        for k, row in enumerate(plan.rows, start=1)
        for d, (day, shift) in enumerate(zip(DAY_NAMES, row, strict=True))
    ]


def cover_rows(problem: PatternsProblem, plan: PatternsPlan) -> list[dict[str, Any]]:
    """Return officers found and wanted by shift and day of the week."""
    return [
        {
            "shift": shift,
            "day": day,
            "found": sum(row[d] == shift for row in plan.rows),
            "wanted": int(problem.need[s, d]),
        }
        for s, shift in enumerate(problem.shift_ids)
        for d, day in enumerate(DAY_NAMES)
    ]


def draw(project: Project, run: Run, result: Result[Any], plan: PatternsPlan) -> None:
    """Draw the pattern."""
    problem: PatternsProblem = sources.problem(run)
    fills = shift_fills(
        dict(zip(problem.shift_ids, problem.shift_start_s.tolist(), strict=True)),
        dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True)),
    )
    st.markdown("**The pattern**")
    shown.chart(
        cells(week_rows(plan), "day", "week", "shift", fills, off=OFF, mark="weekend"),
        "Grid of the pattern: weeks down, days across, each shift in its colour.",
    )
    st.caption(
        f"Each of {len(plan.rows)} officers (or teams) begins on another week and works down the rows, then from the "
        "first again. Framed: the weekend."
    )
    st.markdown("**Who is there, of those wanted**")
    shown.chart(cover_row(cover_rows(problem, plan), "day", "shift"), "Officers found and wanted.")
    st.caption(COVER)
