"""A study begun and being done: its words in a chooser, how far it is, what is known already, and how to stop it."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from optimiser.batch import study_runner
from optimiser.batch.studies import Study
from optimiser.errors import OptimiserError
from optimiser.report.words import escaped
from optimiser.solve.progress import Progress
from optimiser_apps import state
from optimiser_apps.components import shown, watched
from optimiser_apps.components.question import STATUS_WORDS
from optimiser_apps.components.study_shown import picture

LAST_SHOWN = 6


def label(study: Study) -> str:
    """Return a study in words for a chooser: title, state, when it was asked."""
    asked = datetime.fromisoformat(str(study.request["created_utc"])).astimezone()
    return f"{study.request['title']} · {STATUS_WORDS[study.status]} · {asked:%d %b %H:%M}"


def begin(study: Study) -> None:
    """Start a study that was asked for, again if it had failed, and show it."""
    if study.status == "failed":
        study.reset()
    study_runner.start(study)
    state.show_study(study.id)
    st.rerun()


def live(study: Study) -> None:
    """Show a study that is not done; the panel looks again every second only while it lives."""
    st.fragment(_panel, run_every=watched.EVERY_S)(study)


def _panel(study: Study) -> None:
    if study.status not in watched.LIVE:
        st.rerun(scope="app")
    lines = study.progress()
    last = lines[-1] if lines else Progress(0.0)
    with st.container(border=True):
        st.markdown(f"**{escaped(watched.PHASES.get(last.phase, _capital(last.phase)))}** …")
        watched.bar(watched.elapsed_s(study, last), study.asked.budget_s)
        so_far = study.so_far()
        if so_far is not None:
            shown.sentences(so_far.said[:4])
            picture(so_far, study.id, live=True)
        else:
            _solves(lines)
        watched.buttons(study, "study", "Stop and keep what is known", "What is known by now is kept.")
    watched.stuck(study, "study", lambda: study_runner.start(study))


def _solves(lines: list[Progress]) -> None:
    """Show which questions were solved, the last ones, and whether each has a plan and a bound yet."""
    by: dict[str, Progress] = {}
    for line in lines:
        old = by.get(line.phase)
        by[line.phase] = Progress(
            line.seconds,
            line.phase,
            line.incumbent if line.incumbent is not None else old.incumbent if old else None,
            line.bound if line.bound is not None else old.bound if old else None,
        )
    told = [p for p in by.values() if p.phase.startswith("solve ")]
    if not told:
        return
    st.caption(f"{len(told)} questions asked so far; the last ones:")
    said = [
        f"{_capital(p.phase.partition(': ')[2] or p.phase)}: "
        f"{'a plan' if p.incumbent is not None else 'no plan yet'}"
        f"{' and a bound' if p.bound is not None else ''}"
        for p in told[-LAST_SHOWN:]
    ]
    shown.sentences(said)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def ended_badly(study: Study) -> None:
    """Show a study that failed or was interrupted, and offer to go on."""
    if study.status == "interrupted":
        st.warning(
            "This study was ended before it had an answer. What it solved is remembered, so it goes on from there."
        )
    else:
        try:
            study.answer()
        except OptimiserError as error:
            shown.fault(error)
    if st.button("Go on with it", key=f"again.{study.id}", type="primary"):
        study.reset()
        study_runner.start(study)
        st.rerun()
