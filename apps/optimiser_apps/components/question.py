"""The frame of the three question pages: ask, watch, look at the answer, ask again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import streamlit as st

from optimiser import registry
from optimiser.batch import runner
from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.report.words import escaped
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Result
from optimiser_apps import defaults, sources, state
from optimiser_apps.components import live, outcome, watched
from optimiser_apps.forms import Asked, form

Show = Callable[[Project, Run, Result[Any], Any], None]
STATUS_WORDS = {
    "queued": "waiting",
    "running": "solving",
    "done": "done",
    "failed": "failed",
    "interrupted": "interrupted",
}


def question(family: str, title: str, intro: str, plan_name: str, show: Show) -> None:
    """Show a question: its form, or the run named by the link, and how to get from one to the other."""
    project = sources.project()
    st.title(title)
    run = _run(family)
    there = {r.id: label(r) for r in runs_of(family)}
    watched.choose(family, "Plan", "Ask for a new plan", there, run.id if run else "", state.show_run)
    if run is None:
        st.markdown(intro)
        if _ready(project):
            _ask(project, family, plan_name, None)
        return
    st.subheader(escaped(str(run.request["title"])))
    status = run.status
    if status in watched.LIVE:
        live.live(run)
    elif status == "done":
        _answer(project, family, run, show)
    else:
        live.ended_badly(run)
    if status not in watched.LIVE and _ready(project):
        st.divider()
        with st.expander("Change something and solve again", icon=":material/tune:"):
            _ask(project, family, plan_name, run)


def runs_of(family: str) -> list[Run]:
    """Return the runs of a question, the newest first."""
    return [r for r in sources.store().runs() if r.request["family"] == family]


def label(run: Run) -> str:
    """Return a run's title, when it was asked, and the digest in its id."""
    asked = datetime.fromisoformat(str(run.request["created_utc"])).astimezone()
    return f"{run.request['title']} · {asked:%d %b %H:%M} · {run.id[-10:]}"


def _run(family: str) -> Run | None:
    wanted = state.run_id()
    if not wanted:
        return None
    run = sources.store().run(wanted)
    if run.request["family"] != family:
        raise InputError(f"Run {wanted} answers another question: {run.request['family']}.")
    return run


def _ready(project: Project) -> bool:
    if not project.report.red:
        return True
    st.error(
        "The data cannot be used for a plan yet. See the page Data: what is marked in red must be mended first."
    )
    return False


def _ask(project: Project, family: str, plan_name: str, run: Run | None) -> None:
    scenario = form(family, _start(project, family, plan_name, run), run.id if run else "")
    if scenario is None:
        return
    with st.spinner("Preparing the question …"):
        made, _ = runner.create(project, scenario)
    if made.status == "failed":
        made.reset()
    runner.start(made)
    state.show_run(made.id)
    st.rerun()


def _start(project: Project, family: str, plan_name: str, run: Run | None) -> Asked:
    if run is None:
        chosen: Mapping[str, Any] = defaults.choices(project, family)
        return Asked(plan_name, chosen, SolveOptions(), registry.default(family))
    request = run.request
    return Asked(str(request["title"]), request["scenario"], run.options, str(request["formulation"]))


def _answer(project: Project, family: str, run: Run, show: Show) -> None:
    result = sources.result(run)
    outcome.verdict(result)
    if result.plan is None:
        outcome.found(family, sources.problem(run), result)
        _why(run)
        return
    with st.container(border=True):
        st.markdown("**What was found**")
        outcome.found(family, sources.problem(run), result)
    show(project, run, result, result.plan)
    outcome.checks(run.family, sources.problem(run), result.plan)
    outcome.downloads(run)
    _what_if(run)


def _why(run: Run) -> None:
    """Lead to what stands in the way, and what would help."""
    from optimiser_apps import pages

    if st.button("Why, and what would help?", key=f"why.{run.id}", type="primary", icon=":material/help:"):
        pages.go("why", run=run.id, kind="explain")


def _what_if(run: Run) -> None:
    """Lead to the studies of a question that has a plan."""
    from optimiser_apps import pages, studying

    kinds = [k for k in studying.KINDS if k.about_family and k.name != "explain"]
    st.markdown("**Look further**")
    for column, kind in zip(st.columns(len(kinds)), kinds, strict=True):
        if column.button(
            kind.ask, key=f"{kind.name}.{run.id}", icon=kind.icon, help=kind.why, width="stretch"
        ):
            pages.go("why", run=run.id, kind=kind.name)
