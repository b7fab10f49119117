"""A study that is being done: how far it is, what is known already, and how to stop it."""

from __future__ import annotations

import time

import streamlit as st

from optimiser.batch import study_runner
from optimiser.batch.store import CLAIM_FILE
from optimiser.batch.studies import Study
from optimiser.errors import OptimiserError
from optimiser.report.words import escaped
from optimiser.solve.progress import PROGRESS_FILE, Progress
from optimiser.units import clock
from optimiser_apps.components import shown
from optimiser_apps.components.live import EVERY_S, LIVE, PATIENCE_S, PHASES
from optimiser_apps.components.study_shown import picture

LAST_SHOWN = 6


def live(study: Study) -> None:
    """Show a study that is not done; the panel looks again every second only while it lives."""
    st.fragment(_panel, run_every=EVERY_S)(study)


def _panel(study: Study) -> None:
    if study.status not in LIVE:
        st.rerun(scope="app")
    lines = study.progress()
    last = lines[-1] if lines else Progress(0.0)
    with st.container(border=True):
        st.markdown(f"**{escaped(PHASES.get(last.phase, _capital(last.phase)))}** …")
        limit_s = study.asked.budget_s
        elapsed_s = _elapsed_s(study, last)
        st.progress(
            min(elapsed_s / limit_s, 1.0), text=f"{clock(elapsed_s)} of at most {clock(limit_s)} minutes"
        )
        so_far = study.so_far()
        if so_far is not None:
            shown.sentences(so_far.said[:4])
            picture(so_far, study.id, live=True)
        else:
            _solves(lines)
        _buttons(study)
    _stuck(study)


def _elapsed_s(study: Study, last: Progress) -> float:
    told = study.folder / PROGRESS_FILE
    since = told if told.exists() else study.folder / CLAIM_FILE
    return last.seconds + (max(0.0, time.time() - since.stat().st_mtime) if since.exists() else 0.0)


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


def _buttons(study: Study) -> None:
    stop, kill, link = st.columns([1, 1, 2])
    if stop.button(
        "Stop and keep what is known", key=f"stop.{study.id}", icon=":material/pause_circle:", width="stretch"
    ):
        study.stop()
        st.toast("Asked to stop. What is known by now is kept.")
    if kill.button("Kill", key=f"kill.{study.id}", icon=":material/cancel:", width="stretch"):
        study.kill()
        st.rerun(scope="app")
    link.caption(
        "You may leave this page: the study goes on. The address of this page opens it again, also in another window."
    )


def _stuck(study: Study) -> None:
    age_s = time.time() - (study.folder / "request.json").stat().st_mtime
    if study.status == "queued" and age_s > PATIENCE_S:
        st.warning("This study waits and nobody works on it yet.")
        if st.button("Start it now", key=f"start.{study.id}"):
            study_runner.start(study)


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
