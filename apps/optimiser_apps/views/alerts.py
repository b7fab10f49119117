"""Alerts: a day's log replayed against rules; what would have been raised, when, and how much of it came true."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from optimiser.data.project import Project
from optimiser.report.phrases import count
from optimiser.report.words import escaped
from optimiser.studies.alert_day import ALERTS_FOLDER
from optimiser_apps import alerting, sources
from optimiser_apps.components import shown

INTRO = (
    "A day's log, replayed: which alerts would have been raised, how long before what they warn of, and how many came "
    "true. An alert informs; people decide."
)
USUAL = "the usual ones"
LOG, RULES = "alerts.log", "alerts.rules"


@shown.page
def page() -> None:
    """Show the page."""
    st.title("Alerts")
    st.markdown(INTRO)
    project = sources.project()
    chosen = _chosen(project)
    if chosen is None:
        return
    replayed = alerting.replayed(project, *chosen)
    for one in replayed.results:
        st.markdown(f"- {escaped(one.in_words())}")
    shown.table(alerting.judged_rows(replayed.results), text="Figures of each alert rule.")
    rows = alerting.span_rows(replayed.found)
    if rows.empty:
        st.info("No alert was raised.")
        return
    shown.chart(alerting.timeline(replayed.found), "How many alerts of each rule stood over the day.")
    st.markdown(f"**{count(len(rows), 'alert')}**")
    shown.table(rows, height=420, text="Every alert: when raised, how long it stood, about what, and why.")
    if replayed.found.odd:
        with st.expander(
            f"{count(len(replayed.found.odd), 'event')} that do not fit", icon=":material/error:"
        ):
            shown.sentences(replayed.found.odd)


def _chosen(project: Project) -> tuple[Path, Path | None] | None:
    """Let the planner choose a log and rules, or make a day up; None where there is no log yet."""
    left, middle, right = st.columns([3, 2, 1], vertical_alignment="bottom")
    with right:
        if st.button("Simulate a day", help="Your own mean week's calls; the nearest free unit to each"):
            with st.spinner("Simulating a day …"):
                path, said = alerting.make_up(project, 0)
            st.session_state[LOG] = path.name
            shown.sentences(said)
    logs = {p.name: p for p in alerting.files(project, alerting.ENDINGS)}
    rules = {p.name: p for p in alerting.files(project, (".toml",))}
    with left:
        if not logs:
            st.info(
                f"No log yet. Put one (CSV or Parquet) into {ALERTS_FOLDER} in the project folder, or simulate a day."
            )
            return None
        log = st.selectbox("Log", list(logs), key=LOG)
    with middle:
        name = st.selectbox("Rules", [USUAL, *rules], key=RULES)
    return logs[log], rules.get(name)
