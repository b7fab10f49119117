"""Assignment: many incidents at once; who goes where, and what cover is left."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.solve.result import Result
from optimiser_apps import maps, sources, table_assignment, ways
from optimiser_apps.components import kpis, shown
from optimiser_apps.components.question import question

INTRO = (
    "Can we handle this many incidents at once? Units and incidents are drawn from the busiest hour of your own week, "
    "always the same for the same seed. The plan says who goes where and what cover is left for the next call. "
    "This is an aid for planning, not for dispatch."
)


@shown.page
def page() -> None:
    """Show the page."""
    question("assignment", "Assignment", INTRO, "Busiest hour", _show)


def _show(project: Project, run: Run, result: Result[Any], plan: AssignmentPlan) -> None:
    problem: AssignmentProblem = sources.problem(run)
    kpis.kpi_row("assignment", result.measures)
    scene = sources.question(project, "assignment", run.request["scenario"]).scene
    fits = scene.problem.unit_ids == problem.unit_ids and scene.problem.incident_ids == problem.incident_ids
    left, right = st.columns([3, 2])
    with left:
        if fits:
            _map(project, run, scene, plan)
        else:
            st.info(
                "The data of the project has changed since this run, so its places cannot be drawn any more."
            )
    with right:
        st.markdown("**Cover of each zone, before and after**")
        rows = table_assignment.zone_cover(problem, plan)
        shown.table(rows, height=470, text="Level of cover of each zone before and after the units leave.")
        st.caption(table_assignment.cover_words(problem, rows))
    st.markdown("**Who goes where**")
    shown.table(
        table_assignment.sent_units(problem, plan),
        text="Units sent to each incident, with minutes and reason.",
    )
    if fits and scene.assumptions:
        with st.expander("How this hour was drawn", icon=":material/info:"):
            shown.sentences(scene.assumptions)


def _map(project: Project, run: Run, scene: Any, plan: AssignmentPlan) -> None:
    shapes = sources.shapes(project)
    lines = ways.ways(sources.network(project), scene, plan)
    deck = maps.scene_deck(shapes, scene, plan, lines, table_assignment.way_words(scene.problem, plan))
    shown.deck(
        deck,
        "Map of units and incidents with each unit's quickest way; the table below says who goes where.",
        f"map.{run.id}",
    )
    st.caption(
        "Black dots: units sent. White: free units that stay. Grey: units not free. Large dots: incidents, "
        "orange grade 1, blue grade 2, green grade 3. Strong lines: the quickest way of each unit sent. Thin violet "
        "lines: the quickest way of each unit that stays, to the incident it is nearest to."
    )
