"""What becomes of a plan under the planner's hand: kept, or completed, mended or bettered by the search."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import streamlit as st

from optimiser import registry
from optimiser.batch import runner
from optimiser.data.project import Project
from optimiser.prepare.own_plan import Counted, Only, finishing, mending, polishing
from optimiser.problems.sectors.moves import Moves
from optimiser.report.phrases import count
from optimiser.solve.options import SolveOptions
from optimiser_apps import pages, sources, state
from optimiser_apps.components import keeping
from optimiser_apps.editing import Base

ONLY: Mapping[Only, str] = {
    "": "One piece and even work",
    "contiguity": "One piece alone",
    "balance": "Even work alone",
}
COUNTED: Mapping[Counted, str] = {"areas": "The fewest areas", "work": "The least work"}
_THEN = {
    "": "Every rule then holds.",
    "contiguity": "Work may stay uneven; every other rule then holds.",
    "balance": "Districts may stay in pieces; every other rule then holds.",
}
_TITLES = {"": "mended", "contiguity": "in one piece", "balance": "balanced"}
_MEND_S = 60.0


def show(project: Project, start: Base, hand: Moves) -> None:
    """Keep the plan, or let the search finish what the planner began."""
    _complete(project, start, hand)
    kept, mended, bettered = st.columns(3)
    with kept.container(border=True, height="stretch"):
        st.markdown("**Keep it**")
        name = st.text_input("Name of the plan", key="edit.name", max_chars=60).strip()
        if st.button("Keep this plan", disabled=not name, width="stretch", key="edit.keep"):
            keeping.keep(project, name, dict(hand.plan.district_of))
    with mended.container(border=True, height="stretch"):
        _mend(project, start, hand)
    with bettered.container(border=True, height="stretch"):
        st.markdown("**Better it**")
        most = st.number_input("In at most so many moves", 1, 500, 10, key="edit.most")
        if st.button("Better it", width="stretch", key="edit.polish"):
            asked = polishing(start.problem, hand.plan.district_of, n_moves=int(most))
            _solve(project, start, asked, "bettered", "sectors.cuts")


def _complete(project: Project, start: Base, hand: Moves) -> None:
    left = sum(not hand.plan.district_of.get(a) for a in start.problem.area_ids)
    if not left:
        return
    with st.container(border=True):
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.markdown(
            f"**Complete it**: {count(left, 'area')} without a district. The search gives them one; all others keep "
            "theirs."
        )
        if button.button("Complete it", width="stretch", key="edit.complete"):
            asked = finishing(start.problem, hand.plan.district_of)
            _solve(project, start, asked, "completed", "sectors.cuts")


def _mend(project: Project, start: Base, hand: Moves) -> None:
    st.markdown("**Mend it**")
    only: Only = st.selectbox("What to mend", list(ONLY), format_func=ONLY.__getitem__, key="edit.mend.only")
    counted: Counted = st.selectbox(
        "What moves", list(COUNTED), format_func=COUNTED.__getitem__, key="edit.mend.counted"
    )
    st.caption(f"{COUNTED[counted]} that must move, with the proof. {_THEN[only]}")
    if st.button("Mend it", width="stretch", key="edit.mend"):
        asked = mending(start.problem, hand.plan.district_of, counted, only)
        _solve(project, start, asked, _TITLES[only], "sectors.moves")


def _solve(project: Project, start: Base, asked: tuple[Any, Any], what: str, method: str) -> None:
    problem, plan = asked
    if registry.load(method).refuses(problem):
        method = "sectors.cuts"
    run = sources.store().create(
        problem,
        "sectors",
        method,
        dataclasses.replace(SolveOptions(), time_limit_s=_MEND_S),
        title=f"{start.name} {what}",
        scenario=start.choices,
        start=plan,
        inputs=runner.input_digests(project),
    )
    runner.start(run)
    pages.go("sectors", **{state.RUN: run.id})
