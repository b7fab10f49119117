"""Live desk: a feed replayed step by step, with ranked choices and their reasons. It advises, it never decides."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from optimiser.data.project import Project
from optimiser.prepare.dispatch_demo import DISPATCH_FOLDER
from optimiser.prepare.dispatch_snapshot import zone_labels
from optimiser.report.map_assignment import COVER, cover_by_zone
from optimiser.report.phrases import count
from optimiser.report.words import escaped
from optimiser.report.words_choices import choice_lines
from optimiser.report.words_desk import cover_lines, headline, open_in_order, proof_words, terms
from optimiser.units import clock, minutes
from optimiser_apps import maps, replaying, sources, table_assignment
from optimiser_apps.components import shown
from optimiser_apps.replaying import Moment

INTRO = (
    "A feed of events, replayed step by step: where units are, what is open, which beats keep their cover, and for "
    "each incident the ways to answer it, best first, with the reasons. It advises; the dispatcher decides."
)
_NOW = {"free": "free", "ends": "busy, end known", "busy": "busy"}
STEP, FEED, JOINT, SEED = "desk.step", "desk.feed", "desk.joint", "desk.seed"


@shown.page
def page() -> None:
    """Show the page."""
    st.title("Live desk")
    st.markdown(INTRO)
    project = sources.project()
    path = _chosen(project)
    if path is None:
        return
    replay = replaying.replay(project, path, joint=bool(st.session_state.get(JOINT, False)))
    if replay.left_out:
        with st.expander(
            f"{count(len(replay.left_out), 'line')} left out of the feed", icon=":material/error:"
        ):
            shown.sentences(replay.left_out)
    _show(project, path, replay.moments)


def _chosen(project: Project) -> Path | None:
    """Let the planner choose a feed or make one up; None where there is none yet."""
    left, middle, right = st.columns([3, 2, 1], vertical_alignment="bottom")
    with right:
        if st.button(
            "Make up an hour", help="Calls of your busiest hour, by seed; a plain dispatcher answers them"
        ):
            with st.spinner("Making up an hour …"):
                st.session_state[FEED] = replaying.make_up(project, int(st.session_state.get(SEED, 1))).name
            st.session_state.pop(STEP, None)
    feeds = {p.name: p for p in replaying.feeds(project)}
    with left:
        if not feeds:
            st.info(
                f"No feed yet. Put one (JSON lines or CSV) into {DISPATCH_FOLDER} in the project folder, or make up an "
                "hour."
            )
            st.number_input("Seed of a made-up hour", 0, 10_000, 1, key=SEED)
            return None
        name = st.selectbox("Feed", list(feeds), key=FEED, on_change=_from_the_start)
    with middle:
        st.toggle("Joint answers", key=JOINT, help="All open incidents at once, proved; it takes a while")
    return feeds[name]


def _from_the_start() -> None:
    st.session_state.pop(STEP, None)


def _step(by: int, most: int) -> None:
    st.session_state[STEP] = min(most, max(1, int(st.session_state.get(STEP, 1)) + by))


def _show(project: Project, path: Path, moments: tuple[Moment, ...]) -> None:
    n = len(moments)
    back, slider, on = st.columns([1, 8, 1], vertical_alignment="bottom")
    back.button("Back", on_click=_step, args=(-1, n), icon=":material/chevron_left:", width="stretch")
    on.button("Next", on_click=_step, args=(1, n), icon=":material/chevron_right:", width="stretch")
    k = slider.slider("Moment", 1, max(2, n), key=STEP) if n > 1 else 1
    moment = moments[min(k, n) - 1]
    st.subheader(f"{moment.advice.at:%a %H:%M:%S}")
    st.markdown(escaped("; ".join(moment.words)) or "Nothing was taken from the feed.")
    for finding in moment.findings:
        st.warning(escaped(finding))
    left, right = st.columns([3, 2])
    with left:
        _map(project, path, moment, k)
    with right:
        _incidents(moment)
    _tables(moment)


def _map(project: Project, path: Path, moment: Moment, k: int) -> None:
    scene, plan = moment.advice.scene, moment.advice.plan
    assert scene is not None
    shapes = sources.shapes(project)
    state = cover_by_zone(scene.problem, moment.advice.measures)
    labels = zone_labels(project)
    fills = [COVER[state.get(zone, "kept")][0] for zone in labels]
    tips = [f"{zone}: {COVER[state.get(zone, 'kept')][2].lower()}" for zone in labels]
    words = table_assignment.way_words(scene.problem, plan)
    deck = maps.scene_deck(shapes, scene, plan, moment.ways, words, fills, tips)
    shown.deck(
        deck,
        "Map of units, incidents and cover at this moment; the tables below say the same.",
        f"desk.{path.name}.{k}",
    )
    st.caption(
        "Black dots: units that should go. White: free units. Grey: units not free. Large dots: incidents, orange "
        "grade 1, blue grade 2, green grade 3. Strong lines: the way advised. Thin lines: units on their way. Orange "
        "areas: below their level of cover by this advice; yellow: below it before and after; green: back at it."
    )


def _incidents(moment: Moment) -> None:
    """Show each open incident with its ranked choices, the most urgent first."""
    advice = moment.advice
    assert advice.scene is not None
    problem = advice.scene.problem
    if not problem.incident_ids:
        st.info("No incident asks for anybody.")
    for incident in open_in_order(problem):
        with st.container(border=True):
            st.markdown(f"**{escaped(headline(advice, incident))}**")
            if any(to == incident for to in advice.plan.sent.values()):
                lines = choice_lines(problem, incident, advice.choices.get(incident, ()))
                st.markdown("  \n".join(escaped(line) for line in lines))
    shown.sentences([*cover_lines(advice), proof_words(advice)])


def _tables(moment: Moment) -> None:
    advice = moment.advice
    assert advice.scene is not None
    problem = advice.scene.problem
    rows = [
        {
            "unit": unit,
            "officers": int(problem.officers[u]),
            "driver": problem.driver_class[u],
            "now": _NOW[problem.status[u]] if not problem.on_way_to[u] else f"to {problem.on_way_to[u]}",
            "free in": clock(float(problem.ready_s[u])) if problem.status[u] == "ends" else "",
            "advised": _advised(moment, unit),
        }
        for u, unit in enumerate(problem.unit_ids)
    ]
    left, right = st.columns([3, 2])
    with left:
        st.markdown("**Units**")
        shown.table(pd.DataFrame(rows), height=360, text="Units with their status and what is advised.")
    with right:
        st.markdown("**Cover of each zone, before and after**")
        cover = table_assignment.zone_cover(problem, advice.plan)
        shown.table(cover, height=360, text="Level of cover of each zone before and after the advice.")
    with st.expander("Every term of the answer, weighted minutes", icon=":material/functions:"):
        parts = [{"term": name, "weighted minutes": minutes(s)} for name, s in terms(advice).items()]
        shown.table(pd.DataFrame(parts), digits=2, text="Terms of the objective.")


def _advised(moment: Moment, unit: str) -> str:
    plan = moment.advice.plan
    if unit in plan.recalled:
        return "turn back"
    if unit in plan.sent:
        return f"go to {plan.sent[unit]}"
    return f"stand by at {plan.moved[unit]}" if unit in plan.moved else ""
