"""Strength and budget: where officers' time goes, what an officer buys, posts and recruits, other ways to free time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from optimiser.batch import studies
from optimiser.batch.studies import Study
from optimiser.data.project import Project
from optimiser_apps import sources, state, studying
from optimiser_apps.components import shown, staff_levers, staff_relief, staff_studies


@dataclass(frozen=True)
class Part:
    """A part of the page: what a planner asks, and what shows it; studies have a kind instead."""

    ask: str
    why: str
    icon: str
    show: Callable[[Project], None] | None = None
    kind: str = ""


PARTS = {
    "time": Part(studying.LEDGER.ask, studying.LEDGER.why, studying.LEDGER.icon, kind="ledger"),
    "officer": Part(
        "What does one more officer buy?",
        "From few officers to many: how short the week is, what the next one is worth and where, under six futures, "
        "and overtime beside hiring. Each number has a plan and a bound.",
        ":material/groups:",
        kind="budget",
    ),
    "people": Part(
        "How many people fill a post?",
        "Leave, sickness and training, vacancies and recruits: what a post round the clock takes, how strength goes "
        "month by month, and what filling the gaps by overtime costs.",
        ":material/badge:",
        staff_relief.show,
    ),
    "levers": Part(
        "What else frees officers' time?",
        "Phone and online reports, appointments, civilian staff, alarms, referral: each priced beside a sworn officer.",
        ":material/call_split:",
        staff_levers.show,
    ),
}


@shown.page
def page() -> None:
    """Show the page."""
    project = sources.project()
    st.title("Strength and budget")
    found = studies.study(project.folder, state.study_id()) if state.study_id() else None
    now = _now(found)
    picked = st.pills(
        "What would you like to know?",
        list(PARTS),
        default=now,
        format_func=lambda n: f"{PARTS[n].icon} {PARTS[n].ask}",
        key=f"staff.part.{now}",
        label_visibility="collapsed",
    )
    if picked and picked != now:
        state.show_part(picked)
        st.rerun()
    part = PARTS[now]
    st.markdown(part.why)
    if part.show is not None:
        part.show(project)
        return
    staff_studies.show(project, studying.kind_of(part.kind), found)


def _now(found: Study | None) -> str:
    """Return the part shown: that of the study in the link, else the one the link names, else the first."""
    if found is not None:
        of = str(found.request["kind"])
        return next((n for n, p in PARTS.items() if p.kind == of), next(iter(PARTS)))
    wanted = state.part()
    return wanted if wanted in PARTS else next(iter(PARTS))
