"""A run that is being solved: how far it is, how good the plan is so far, and how to stop it."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from optimiser.batch import runner
from optimiser.batch.store import Run
from optimiser.errors import OptimiserError
from optimiser.problems.base import Objective
from optimiser.report.phrases import number, planner_value
from optimiser.report.words import escaped
from optimiser.solve.progress import Progress
from optimiser.solve.result import Judged
from optimiser_apps import charts
from optimiser_apps.components import shown, watched
from optimiser_apps.sources import problem


def live(run: Run) -> None:
    """Show a run that is not done; the panel looks again every second only while it lives."""
    st.fragment(_panel, run_every=watched.EVERY_S)(run)


def _panel(run: Run) -> None:
    if run.status not in watched.LIVE:
        st.rerun(scope="app")
    lines = run.progress()
    last = lines[-1] if lines else Progress(0.0)
    with st.container(border=True):
        st.markdown(f"**{watched.PHASES.get(last.phase, last.phase.capitalize())}** …")
        used_s = watched.elapsed_s(run, last)
        watched.bar(used_s, run.options.time_limit_s)
        objectives = _objectives(run)
        _numbers(last, objectives)
        factor = planner_value(1.0, objectives[0].unit)[0] if objectives else 1.0
        axis = f"{objectives[0].name}, {_unit(objectives)}" if objectives else "aim"
        steps = charts.search_steps(lines, axis, factor, used_s)
        if steps is not None:
            text = (
                "Best plan so far and the bound that no plan can be beyond, over the seconds of the search."
            )
            shown.chart(steps, text)
        watched.buttons(run, "search", "Stop and keep best", "The best plan is checked and kept.")
    watched.stuck(run, "run", lambda: runner.start(run))


def _objectives(run: Run) -> tuple[Objective, ...]:
    """Return the objectives of the best plan so far, recomputed from the data; none before there is one."""
    plan: Any = run.plan_so_far()
    return () if plan is None else run.family.objectives(problem(run), plan)


def _numbers(last: Progress, objectives: tuple[Objective, ...]) -> None:
    if objectives:
        st.caption(f"Aim: {objectives[0].name}, {_unit(objectives)}")
    left, middle, right = st.columns([1, 1, 1.4])
    left.metric("Best plan so far", _number(last.incumbent, objectives, "none yet"))
    middle.metric("No plan can be beyond", _number(last.bound, objectives, "not known yet"))
    right.markdown(f"**{bound_words(last, objectives)}**")


def _unit(objectives: tuple[Objective, ...]) -> str:
    return planner_value(1.0, objectives[0].unit)[1] if objectives else ""


def _number(value: float | None, objectives: tuple[Objective, ...], missing: str) -> str:
    if value is None or not objectives or not math.isfinite(value):
        return missing
    return number(planner_value(value, objectives[0].unit)[0], 1)


def bound_words(last: Progress, objectives: tuple[Objective, ...]) -> str:
    """Say what is proved so far of the first aim, and whether the search has gone on to the next."""
    if last.incumbent is None or not objectives:
        return "No plan yet. The first one usually comes within seconds."
    first, *more = objectives
    judged = Judged(first.name, first.unit, first.sense, last.incumbent, last.bound)
    words = f"{first.name.capitalize()}: {judged.open_in_words()}."
    if more and judged.closed:
        words += f" Now the next aim, among plans as good in that: {more[0].name}."
    return words


def ended_badly(run: Run) -> None:
    """Show a run that failed or was interrupted, and offer to do it again."""
    if run.status == "interrupted":
        st.warning("This run was ended before it had a result. Its question is kept.")
    else:
        try:
            run.result()
        except OptimiserError as error:
            shown.fault(error)
    st.caption(
        f"For whoever looks into it: what the search wrote is in {escaped(str(run.folder / 'solver.log'))}."
    )
    if st.button("Start it again", key=f"again.{run.id}", type="primary"):
        run.reset()
        runner.start(run)
        st.rerun()
