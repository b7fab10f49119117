"""Data: what was read, how good it is, what was assumed, and what a week looks like."""

from __future__ import annotations

import streamlit as st

from optimiser.data.project import Project
from optimiser.report.words import escaped
from optimiser_apps import charts, maps, sources, table_data
from optimiser_apps.colouring import steps
from optimiser_apps.components import shown

CALLS, HOURS = "Calls a week", "Unit hours on calls a week"


@shown.page
def page() -> None:
    """Show the page."""
    project = sources.project()
    st.title("Data")
    st.markdown(escaped(table_data.project_words(project)))
    _quality(project)
    with st.expander(f"Assumptions used ({len(project.assumptions)})", expanded=True, icon=":material/info:"):
        shown.sentences(project.assumptions or ("None: the project states everything itself.",))
    if not project.report.red:
        _week(project)
        _map(project)
    _export(project)


def _quality(project: Project) -> None:
    grade, said = table_data.quality_grade(project)
    st.subheader("How good is it?", divider="gray")
    if project.report.red:
        st.error(f"{grade}. {escaped(said)}")
    else:
        st.success(f"{grade}. {escaped(said)}")
    rows = table_data.quality(project.report)
    if rows.empty:
        st.caption("Every check passed; nothing was found.")
        return
    shown.table(rows, digits=2, text="Findings about the data, those that stop a solve first.")


def _week(project: Project) -> None:
    st.subheader("The mean week", divider="gray")
    work = sources.work(project)
    calls, hours = st.tabs([CALLS, HOURS])
    with calls:
        shown.chart(
            charts.week_heat(work.week_calls(), "calls an hour"),
            "Calls by day of the week and hour of the day.",
        )
    with hours:
        shown.chart(
            charts.week_heat(table_data.week_unit_hours(work), "units busy"),
            "Unit hours by day of the week and hour of the day.",
        )
    st.caption(f"Mean of {work.n_weeks:.0f} weeks, local time. {table_data.busiest_words(work)}")
    with st.expander("The same as a table", icon=":material/table_rows:"):
        shown.table(table_data.week_table(work), text="Calls by hour of the day and day of the week.")


def _map(project: Project) -> None:
    st.subheader("Where the work is", divider="gray")
    work = sources.work(project)
    shapes = sources.shapes(project)
    rows = table_data.area_work(project, work)
    left, right = st.columns([3, 2])
    values = rows["unit hours a week"].to_numpy(dtype=float)
    fills, limits = steps(values)
    tips = [
        f"{r.area} {r.name}\n{r.calls:.1f} calls a week\n{r.hours:.1f} unit hours a week"
        for r in rows.set_axis(["area", "calls", "hours", "district", "name"], axis=1).itertuples()
    ]
    with left:
        group = project.areas["district_id"].astype(str).tolist()
        deck = maps.areas_deck(shapes, fills, tips, group=group)
        shown.deck(
            deck,
            "Map of unit hours a week by area, light to dark; the table beside it says the same.",
            "work",
        )
        st.caption(table_data.steps_words(limits, "unit hours a week"))
    with right:
        shown.table(
            rows.sort_values("unit hours a week", ascending=False),
            height=maps.HEIGHT_PX,
            text="Work of each area.",
        )


def _export(project: Project) -> None:
    st.subheader("Take it away", divider="gray")
    sheets = {"Data quality": table_data.quality(project.report)}
    if not project.report.red:
        work = sources.work(project)
        sheets |= {
            "Work by area": table_data.area_work(project, work),
            "Calls by hour": table_data.week_table(work),
        }
    notes = [table_data.project_words(project), *project.assumptions]
    shown.workbook_button("Data workbook (Excel)", "data.xlsx", sheets, notes, "data.workbook")
