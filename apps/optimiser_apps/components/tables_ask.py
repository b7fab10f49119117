"""What tables for dispatch are made of: a plan of beats, which tables, parts of the day, how few cars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from optimiser.batch import studies
from optimiser.batch.study_tables import tables_asked
from optimiser.batch.tables import TablesSetup
from optimiser.data.project import Project
from optimiser.demand.day_parts import DAY_EVENING_NIGHT
from optimiser.prepare.fold import CALLS, WORK
from optimiser.problems.fold import FoldParams
from optimiser.roads.speeds import DRIVERS
from optimiser.studies.nearest import PLACES
from optimiser.units import seconds_from_minutes
from optimiser_apps import sources, tabling, written
from optimiser_apps.components.longest import longest_s

EACH_MIN, ALL_MIN = 0.5, 10.0
_ABOVE = {tabling.OWN: "of their own, or those in use", tabling.NO_DISTRICTS: "none: all beats together"}


def ask(project: Project, plans: Mapping[str, str]) -> studies.Study | None:
    """Show the form; return the study once the tables are asked for, else None.

    Raises
    ------
    InputError
        If what was typed cannot be read.
    """
    with st.form("tables.form", border=True):
        left, right = st.columns(2)
        plan = left.selectbox("Plan of beats", list(plans), format_func=plans.__getitem__, key="tables.plan")
        above = right.selectbox(
            "Districts above the beats", list(_ABOVE), format_func=_ABOVE.__getitem__, key="tables.above"
        )
        there = [w for w in tabling.WORDS if w != "labels" or project.roads_file is not None]
        what = st.pills(
            "Which tables",
            there,
            default=there,
            selection_mode="multi",
            format_func=tabling.WORDS.__getitem__,
            key="tables.what",
        )
        parts = st.text_input(
            "Parts of the day",
            ", ".join(DAY_EVENING_NIGHT),
            key="tables.parts",
            help="NAME=FROM-TO in hours, with commas between: night=23-07; with @weekday or @weekend where it is of "
            "those days only",
        )
        left, middle, right = st.columns(3)
        places = left.number_input("How many nearest beats", 1, 99, PLACES, key="tables.places")
        fewest = middle.number_input("Fewest cars of a district", 1, 999, 1, key="tables.fewest")
        most = right.number_input("Most beats one car takes (0: any)", 0, 999, 0, key="tables.most")
        more = _more()
        pressed = st.form_submit_button("Make the tables", type="primary")
    if not pressed:
        return None
    if not what:
        st.info("Choose at least one table.")
        return None
    apart, each_s = more.pop("apart"), more.pop("each_s")
    setup = TablesSetup(
        what=tuple(w for w in there if w in what),
        parts=tuple(written.value_of("names", parts, "Parts of the day")),
        places=int(places),
        folds=FoldParams(fewest_cars=int(fewest), most_beats=int(most), apart=apart),
        **more,
    )
    beat_of, district_of, told = tabling.levels(project, plan, above)
    title = f"{plans[plan]}: {', '.join(p.partition('=')[0].strip() for p in setup.parts)}"
    asked = tables_asked(
        title,
        plan,
        beat_of,
        district_of,
        setup,
        each_s=each_s,
        all_s=seconds_from_minutes(ALL_MIN),
        told=told,
    )
    return studies.create(project.folder, asked, sources.stamp(project))


def _more() -> dict[str, Any]:
    """Show what is seldom changed; return it by the names of the setup, with pairs kept apart and the longest time."""
    with st.expander("More choices"):
        left, right = st.columns(2)
        driver = left.selectbox("Driver class of the drives", list(DRIVERS), key="tables.driver")
        work_on = right.selectbox("What cars share evenly", [WORK, CALLS], key="tables.work")
        left, right = st.columns(2, vertical_alignment="bottom")
        apart = left.text_input(
            "Beats never with one car",
            placeholder=written.EXAMPLES["links"],
            key="tables.apart",
        )
        traffic = right.checkbox("Commuters slow the main roads", value=True, key="tables.traffic")
        each_s = longest_s("Longest time of each fold table", EACH_MIN, "tables.each")
    pairs = written.value_of("links", apart, "Beats never with one car")
    return {
        "driver": driver,
        "work_on": work_on,
        "traffic": traffic,
        "apart": tuple((one, other) for one, other in pairs),
        "each_s": each_s,
    }
