"""The parts of the staffing page that take many solves: one chosen or asked, watched, and its answer."""

from __future__ import annotations

import streamlit as st

from optimiser.batch import studies
from optimiser.batch.studies import Study
from optimiser.data.project import Project
from optimiser.report.words import escaped
from optimiser_apps import state
from optimiser_apps.components import study_budget, study_ledger, study_live, study_shown, watched
from optimiser_apps.studying import Kind

ASK = {"budget": study_budget.ask, "ledger": study_ledger.ask}


def show(project: Project, kind: Kind, found: Study | None) -> None:
    """Show the study of the link, else the form; those asked before are chosen above it."""
    there = {
        s.id: study_live.label(s)
        for s in studies.studies(project.folder)
        if str(s.request.get("kind")) == kind.name
    }
    watched.choose(
        f"study.{kind.name}", "Study", "Ask anew", there, found.id if found else "", state.show_study
    )
    if found is None:
        _ask(project, kind)
    elif found.status in watched.LIVE:
        study_live.live(found)
    elif found.status == "done":
        st.subheader(escaped(str(found.request["title"])))
        study_shown.answer(project, found)
    else:
        study_live.ended_badly(found)


def _ask(project: Project, kind: Kind) -> None:
    if project.report.red:
        st.error(
            "The data cannot be used for a study yet. See the page Data: what is red must be mended first."
        )
        return
    made = ASK[kind.name](project, kind)
    if made is not None:
        study_live.begin(made)
