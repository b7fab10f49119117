"""A run that is being solved: how far it is, how good the plan is so far, and how to stop it."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from optimiser.batch import runner
from optimiser.batch.store import Run
from optimiser.errors import OptimiserError
from optimiser.problems.base import Objective
from optimiser.report.phrases import in_units, planner_value
from optimiser.report.words import escaped
from optimiser.solve.progress import Progress
from optimiser.solve.result import Judged
from optimiser.units import clock
from optimiser_apps import charts
from optimiser_apps.components import shown
from optimiser_apps.sources import problem

EVERY_S = 1.0
PATIENCE_S = 15.0
LIVE = ("queued", "running")
PHASES = {
    "": "Starting",
    "reading": "Reading the question",
    "building model": "Setting up the search",
    "searching": "Looking for a first plan",
    "improving": "Improving the plan",
    "bounding": "Working out how good any plan could be",
    "proving": "Proving how good the plan is",
    "confirming": "Confirming the proof by a second route",
    "checking": "Checking every rule on the plan itself",
}


def live(run: Run) -> None:
    """Show a run that is not done; the panel looks again every second only while it lives."""
    st.fragment(_panel, run_every=EVERY_S)(run)


def _panel(run: Run) -> None:
    if run.status not in LIVE:
        st.rerun(scope="app")
    lines = run.progress()
    last = lines[-1] if lines else Progress(0.0)
    with st.container(border=True):
        st.markdown(f"**{PHASES.get(last.phase, last.phase.capitalize())}** …")
        _clock(run, last)
        objective = _objective(run)
        _numbers(last, objective)
        unit = "" if objective is None else planner_value(1.0, objective.unit)[1]
        factor = 1.0 if objective is None else planner_value(1.0, objective.unit)[0]
        steps = charts.search_steps(lines, unit, factor)
        if steps is not None:
            text = (
                "Best plan so far and the bound that no plan can be beyond, over the seconds of the search."
            )
            shown.chart(steps, text)
        _buttons(run)
    _stuck(run)


def _clock(run: Run, last: Progress) -> None:
    limit_s = run.options.time_limit_s
    elapsed_s = max(last.seconds, _since_claim_s(run))
    share = min(elapsed_s / limit_s, 1.0)
    st.progress(share, text=f"{clock(elapsed_s)} of at most {clock(limit_s)} minutes")


def _since_claim_s(run: Run) -> float:
    path = run.folder / "claim.json"
    return max(0.0, time.time() - path.stat().st_mtime) if path.exists() else 0.0


def _objective(run: Run) -> Objective | None:
    """Return the first objective of the best plan so far, recomputed from the data; None before there is one."""
    plan: Any = run.plan_so_far()
    if plan is None:
        return None
    return run.family.objectives(problem(run), plan)[0]


def _numbers(last: Progress, objective: Objective | None) -> None:
    left, middle, right = st.columns([1, 1, 2])
    unit = "" if objective is None else objective.unit
    left.metric("Best plan so far", "none yet" if last.incumbent is None else in_units(last.incumbent, unit))
    middle.metric(
        "No plan can be beyond", "not known yet" if last.bound is None else in_units(last.bound, unit)
    )
    right.markdown(f"**{bound_words(last, objective)}**")


def bound_words(last: Progress, objective: Objective | None) -> str:
    """Say what is proved so far."""
    if last.incumbent is None or objective is None:
        return "No plan yet. The first one usually comes within seconds."
    judged = Judged(objective.name, objective.unit, objective.sense, last.incumbent, last.bound)
    words = judged.in_words()
    return f"{words[:1].upper()}{words[1:]}."


def _buttons(run: Run) -> None:
    stop, kill, link = st.columns([1, 1, 2])
    if stop.button(
        "Stop and keep best", key=f"stop.{run.id}", icon=":material/pause_circle:", width="stretch"
    ):
        run.stop()
        st.toast("Asked to stop. The best plan is checked and kept.")
    if kill.button("Kill", key=f"kill.{run.id}", icon=":material/cancel:", width="stretch"):
        run.kill()
        st.rerun(scope="app")
    link.caption(
        "You may leave this page: the search goes on. The address of this page opens it again, also in another window."
    )


def _stuck(run: Run) -> None:
    age_s = time.time() - (run.folder / "request.json").stat().st_mtime
    if run.status == "queued" and age_s > PATIENCE_S:
        st.warning("This run waits and nobody works on it yet.")
        if st.button("Start it now", key=f"start.{run.id}"):
            runner.start(run)


def ended_badly(run: Run) -> None:
    """Show a run that failed or was interrupted, and offer to do it again."""
    if run.status == "interrupted":
        st.warning("This run was ended before it had a result. Its question is kept.")
    else:
        try:
            run.result()
        except OptimiserError as error:
            shown.fault(error)
    log = run.folder / "solver.log"
    if log.exists() and log.stat().st_size:
        with st.expander("What the search wrote last, for whoever looks into it"):
            st.code(escaped(log.read_text(encoding="utf-8", errors="replace")[-1500:]), language=None)
    if st.button("Start it again", key=f"again.{run.id}", type="primary"):
        run.reset()
        runner.start(run)
        st.rerun()
