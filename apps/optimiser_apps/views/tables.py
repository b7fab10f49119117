"""Tables for dispatch: nearest beats, fold tables, configuration and street labels of a plan, changed by hand."""

from __future__ import annotations

import streamlit as st

from optimiser.batch import studies
from optimiser.batch.studies import Study
from optimiser.batch.study_tables import KIND
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.report.words import escaped
from optimiser_apps import sources, state, tabling
from optimiser_apps.components import shown, study_live, tables_ask, tables_shown, watched

INTRO = (
    "What a dispatch system and a sergeant need of a plan of beats: the nearest beats of every beat by road at each "
    "part of the day, and for every number of cars which beats one car takes. Change entries by hand, with a reason; "
    "each change is judged at once."
)


@shown.page
def page() -> None:
    """Show the page."""
    project = sources.project()
    st.title("Tables for dispatch")
    found = _study(project)
    there = {
        s.id: study_live.label(s)
        for s in studies.studies(project.folder)
        if str(s.request.get("kind")) == KIND
    }
    watched.choose(KIND, "Tables", "Make new tables", there, found.id if found else "", state.show_study)
    if found is None:
        st.markdown(INTRO)
        _ask(project)
        return
    st.subheader(escaped(str(found.request["title"])))
    if found.status in watched.LIVE:
        study_live.live(found)
    elif found.status == "done":
        tables_shown.show(project, found)
    else:
        study_live.ended_badly(found)


def _study(project: Project) -> Study | None:
    wanted = state.study_id()
    if not wanted:
        return None
    found = studies.study(project.folder, wanted)
    if found.request["kind"] != KIND:
        raise InputError(f"Study {wanted} made no tables. Open it on the page Why and what if.")
    return found


def _ask(project: Project) -> None:
    if project.report.red:
        st.error(
            "The data cannot be used for tables yet. See the page Data: what is red must be mended first."
        )
        return
    plans = tabling.plans(project, sources.store())
    if not plans:
        st.info(
            "There is no plan of beats yet: give the areas a beat, or solve a question on the page Sectors."
        )
        return
    made = tables_ask.ask(project, plans)
    if made is not None:
        study_live.begin(made)
