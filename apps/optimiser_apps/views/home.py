"""Home: where we are now, before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.errors import OptimiserError
from optimiser.report.words import escaped, proof_line
from optimiser_apps import pages, sources, table_data, table_sectors
from optimiser_apps.components import kpis, shown
from optimiser_apps.components.question import STATUS_WORDS

MOST_RUNS = 8
A_ROW = 4
WAYS = {
    "desk": ("Who goes where, right now?", "A feed of events, replayed, with ranked choices."),
    "alerts": ("Would we have been warned?", "A day's log replayed against alert rules."),
    "why": ("Why not, and what if?", "What stands in the way, at what price, and what else."),
    "edit": ("Change a plan by hand", "Every move judged before it is made."),
    "tables": ("What does dispatch need?", "Nearest beats and fold tables, changed by hand, as files."),
    "brief": ("Which plan shall it be?", "Plans side by side, who gains and who loses."),
}
"""Pages that work on what is there already, with what each is for."""
ASKS = {
    "sectors": ("Balance my districts", "Share work fairly, keep help near."),
    "shifts": ("Staff my shifts", "Enough officers in every hour of the week."),
    "assignment": ("Can we handle ten incidents at once?", "Who goes where, and what cover is left."),
    "standby": ("Where should cars stand?", "Most calls with a car near, and what each post is worth."),
}


@shown.page
def page() -> None:
    """Show the page."""
    project = sources.project()
    st.title(escaped(project.settings.name))
    st.subheader("Where we are now", divider="gray")
    _facts(project)
    _today(project)
    st.subheader("What would you like to know?", divider="gray")
    _questions()
    st.subheader("What would you like to do?", divider="gray")
    _cards({name: (*words, pages.TITLES[name]) for name, words in WAYS.items()}, "secondary")
    st.subheader("Latest plans", divider="gray")
    _runs()


def _facts(project: Project) -> None:
    grade, said = table_data.quality_grade(project)
    facts = table_data.week_facts(project, None if project.report.red else sources.work(project))
    for column, (name, value, how) in zip(
        st.columns(len(facts) + 1), [*facts, ("Data", grade, said)], strict=True
    ):
        column.metric(name, value, help=how, border=True)
    if project.report.red:
        st.error(f"{escaped(said)} Open the page Data to see what to do.")
    else:
        st.caption(f"Data: {escaped(said)}")
    with st.expander(f"Assumptions used ({len(project.assumptions)})", icon=":material/info:"):
        if project.assumptions:
            shown.sentences(project.assumptions)
        else:
            st.markdown("None: the project states everything itself.")


def _today(project: Project) -> None:
    if project.report.red:
        return
    try:
        now = sources.today(project)
    except OptimiserError as error:
        shown.fault(error)
        return
    if now is None:
        st.info(
            "The project knows no districts or beats in use, so there is nothing to compare a new plan with. Give the "
            "areas a column with their district, or put a plan (area_id,district_id) into the folder plans."
        )
        return
    st.markdown(f"**{escaped(now.name)}, judged as a plan**")
    kpis.kpi_row("sectors", now.measures)
    shown.table(
        table_sectors.districts(now.problem, now.plan, now.measures),
        text="Districts in use with work, cover and drive.",
    )
    rules = sorted({v.rule for v in now.violations})
    if rules:
        shown.sentences([table_sectors.broken_words(now.violations)])
    else:
        st.caption("Today's plan keeps all rules of a new one.")


def _questions() -> None:
    titles = pages.questions()
    asks = ASKS | {p.family: (p.ask, p.why) for p in pages.plain()}
    _cards({name: (*words, titles[name]) for name, words in asks.items()}, "primary")


def _cards(cards: Mapping[str, tuple[str, str, str]], kind: Literal["primary", "secondary"]) -> None:
    """Show cards by page: what is asked, why, and a button with the page's title that goes there."""
    rows = [list(cards.items())[k : k + A_ROW] for k in range(0, len(cards), A_ROW)]
    for row in rows:
        for column, (name, (ask, why, title)) in zip(st.columns(A_ROW), row, strict=False):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{ask}**")
                st.caption(why)
                if st.button(title, key=f"ask.{name}", type=kind, width="stretch"):
                    pages.go(name)


def _runs() -> None:
    runs = [r for r in sources.store().runs() if r.request["family"] in pages.questions()]
    if not runs:
        st.info("No plan yet. Ask one of the questions above; the answer will stand here.")
        return
    for run in runs[:MOST_RUNS]:
        with st.container(border=True):
            _run(run)
    if len(runs) > MOST_RUNS:
        st.caption(f"{len(runs) - MOST_RUNS} older plans are on the pages of their questions.")


def _run(run: Run) -> None:
    family = str(run.request["family"])
    what, proof, button = st.columns([3, 4, 1], vertical_alignment="center")
    what.markdown(
        f"**{escaped(str(run.request['title']))}**  \n{pages.questions()[family]} · {STATUS_WORDS[run.status]}"
    )
    with proof:
        if run.status == "done":
            st.markdown(proof_line(sources.result(run)))
        elif run.status == "failed":
            st.markdown("It ended with a message; open it to read it.")
    if button.button("Open", key=f"open.{run.id}", width="stretch"):
        pages.go(family, run=run.id)
