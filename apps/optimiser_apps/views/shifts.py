"""Shifts: how many officers start when, against what the week requires."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.solve.result import Result
from optimiser_apps import charts, sources, table_shifts
from optimiser_apps.components import kpis, shown
from optimiser_apps.components.question import question

INTRO = (
    "How many officers should start at which hour, so that every hour has the officers it needs and the time on duty "
    "is split as intended between calls, proactive work, administration and the community? The requirement of each "
    "hour comes from your own calls."
)


@shown.page
def page() -> None:
    """Show the page."""
    question("shifts", "Shifts", INTRO, "New shifts", _show)


def _show(project: Project, run: Run, result: Result[Any], plan: ShiftsPlan) -> None:
    problem: ShiftsProblem = sources.problem(run)
    kpis.kpi_row("shifts", result.measures)
    st.markdown("**Required against on duty, hour by hour of the week**")
    shown.chart(
        charts.duty_lines(problem, plan),
        "Officers on duty as an area and officers required as a line, over the week.",
    )
    st.caption("Blue: officers on duty. Red line: officers required.")
    left, right = st.columns(2)
    with left:
        st.markdown("**Planned time split against its limits**")
        shown.chart(
            charts.split_bars(problem, plan), "Share of on-duty time by class, with its ceiling or floor."
        )
        st.caption("Black tick: the ceiling (calls, administration) or the floor (proactive, community).")
    with right:
        st.markdown("**Who does what, by hour of the day**")
        shown.chart(
            charts.split_hours(problem, plan), "Officers by class of work and hour of the day, stacked."
        )
    shown.table(
        table_shifts.time_ledger(problem, plan), text="Planned time split: hours, share and limit by class."
    )
    st.markdown("**Shifts**")
    shown.table(table_shifts.shifts(problem, plan), text="Officers by shift and day of the week.")
    with st.expander("Officers by hour, as a table", icon=":material/table_rows:"):
        shown.table(
            table_shifts.duty(problem, plan),
            text="Officers required and on duty by hour of the week, and why.",
        )
