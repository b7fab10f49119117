"""Why and what if: questions of many solves about a question, each answered with a picture."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser import registry
from optimiser.batch import runner, studies
from optimiser.batch.scenario import Scenario
from optimiser.batch.store import Run
from optimiser.batch.studies import Study
from optimiser.batch.study_tables import KIND as TABLES
from optimiser.data.project import Project
from optimiser.report.words import escaped
from optimiser_apps import pages, sources, state, studying
from optimiser_apps.components import shown, study_ask, study_live, study_shown, watched


@shown.page
def page() -> None:
    """Show the page."""
    project = sources.project()
    st.title("Why and what if")
    found = _study(project)
    there = {
        s.id: study_live.label(s)
        for s in studies.studies(project.folder)
        if str(s.request.get("kind")) != TABLES
    }
    watched.choose("study", "Study", "Ask something new", there, found.id if found else "", state.show_study)
    if found is None:
        _ask(project)
        return
    st.subheader(escaped(str(found.request["title"])))
    if found.status in watched.LIVE:
        study_live.live(found)
    elif found.status == "done":
        study_shown.answer(project, found)
        _ways(project, found)
    else:
        study_live.ended_badly(found)


def _study(project: Project) -> Study | None:
    wanted = state.study_id()
    return studies.study(project.folder, wanted) if wanted else None


def _ask(project: Project) -> None:
    if project.report.red:
        st.error(
            "The data cannot be used for a study yet. See the page Data: what is red must be mended first."
        )
        return
    wanted = state.study_kind()
    names = [k.name for k in studying.KINDS]
    name = st.pills(
        "What would you like to know?",
        names,
        default=wanted if wanted in names else names[0],
        format_func=lambda n: f"{studying.kind_of(n).icon} {studying.kind_of(n).ask}",
        key=f"why.kind.{wanted}",
    )
    kind = studying.kind_of(name or names[0])
    st.markdown(kind.why)
    run: Run | None = sources.store().run(state.run_id()) if state.run_id() else None
    made = study_ask.ask(project, kind, run)
    if made is None:
        return
    state.show_run("")
    study_live.begin(made)


def _ways(project: Project, found: Study) -> None:
    """Offer each way out as a question to be solved at once."""
    drawn: dict[str, Any] = dict(found.answer().drawn)
    ways = list(zip(drawn.get("sentences", ()), drawn.get("relax", ()), strict=False))
    if found.asked.kind != "explain" or not ways:
        return
    st.markdown("**Take a way out**")
    for number, (sentence, relax) in enumerate(ways, start=1):
        what, button = st.columns([4, 1], vertical_alignment="center")
        what.markdown(escaped(str(sentence)))
        if button.button("Solve it this way", key=f"way.{found.id}.{number}", width="stretch"):
            _solve(project, found, number, relax)


def _solve(project: Project, found: Study, number: int, relax: dict[str, float]) -> None:
    asked = found.asked
    choices = {**asked.choices, "relax": relax}
    formulation = asked.formulation or registry.default(asked.family)
    scenario = Scenario(
        f"Way out {number}", asked.family, choices, asked.options, formulation, "This way out"
    )
    run, _ = runner.create(project, scenario)
    runner.start(run)
    pages.go(asked.family, run=run.id)
