"""What the yearly look at districts is asked: whose districts, what weeks' work, how even, and who is where now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.batch import studies
from optimiser.batch.study_drift import asked_with
from optimiser.batch.study_ledger import IN_USE, sector_of
from optimiser.data.canonical import CURRENT_PLAN
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.report.phrases import listed
from optimiser.solve.options import SolveOptions
from optimiser.studies.weeks import latest
from optimiser_apps import forms, sources
from optimiser_apps.components.longest import longest_s
from optimiser_apps.components.study_ledger import sectors_of
from optimiser_apps.fields import question_fields
from optimiser_apps.studying import Kind

YEAR, FEWEST_WEEKS, MOST_WEEKS = 52, 4, 520
REDRAW_MIN = 1.0
DISTRICT, OFFICERS = "district", "officers"
_TOLERANCES = {
    "tolerance_pct": "Work of a district within so much of its share (%)",
    "part_tolerance_pct": "The same for each of day, evening and night (%; 0: no such rule)",
}


def ask(project: Project, kind: Kind) -> studies.Study | None:
    """Show what is asked; return the study once it is asked for, else None.

    Raises
    ------
    InputError
        If the project has no calls by time, or officers are given for some districts only: told before the study
        starts.
    """
    plans = _plans(project)
    if not plans:
        st.info("There is no plan of districts yet. Solve the question Sectors first.")
        return None
    left, right = st.columns(2)
    plan = left.selectbox("Whose districts", list(plans), format_func=plans.__getitem__, key="why.drift.plan")
    weeks = right.number_input(
        "Under the work of the last so many weeks",
        value=YEAR,
        min_value=FEWEST_WEEKS,
        max_value=MOST_WEEKS,
        key="why.drift.weeks",
    )
    choices = _choices(project, plan)
    one_car = st.checkbox(
        "Each is a beat of one car: officers cannot go from one to another", key="why.drift.one_car"
    )
    typed = None if one_car else _typed(project, plan)
    each_s = longest_s("Longest search for the least redraw", REDRAW_MIN, "why.drift.each")
    if not st.button("Start the study", type="primary", key="why.start.drift"):
        return None
    latest(project, int(weeks))
    officers = {} if typed is None else officers_of(typed)
    fixed = plan == IN_USE or plan in project.plans
    title = plans[plan][:1].lower() + plans[plan][1:] if fixed else plans[plan]
    asked = studies.Asked(
        kind.name,
        "sectors",
        f"{kind.ask.rstrip('?')}: {title}",
        choices,
        "",
        SolveOptions(time_limit_s=each_s),
        each_s,
        {"plan": plan, "title": title, "weeks": int(weeks), "one_car": bool(one_car), "officers": officers},
    )
    return studies.create(project.folder, asked, sources.stamp(project))


def _plans(project: Project) -> dict[str, str]:
    """Return the plans that may be looked at, with their words: the beats in use among them."""
    found = sectors_of(project)
    if CURRENT_PLAN in found:  # the beats in use; where there are none, the districts again
        del found[CURRENT_PLAN]
        if (project.areas["beat_id"] != "").any():
            found[CURRENT_PLAN] = "The beats in use"
    return found


def _choices(project: Project, plan: str) -> dict[str, Any]:
    """Ask how even the work should be, as in the plan's own question at first; return it as a scenario would say it."""
    fields = {f.name: f for f in question_fields("sectors")}
    own = asked_with(project, plan, sector_of(project, plan))[1]
    found = {}
    for (name, text), column in zip(_TOLERANCES.items(), st.columns(2), strict=True):
        field = replace(fields[name], label=text, default=own.get(name, fields[name].default))
        with column:
            found[name] = forms.value_of(fields[name], forms.widget(field, f"why.drift.{name}.{plan}"))
    return found


def _typed(project: Project, plan: str) -> pd.DataFrame:
    """Let the planner type how many officers each district has; return the table, empty where nothing was typed."""
    districts = sorted({d for d in sector_of(project, plan).values() if d})
    with st.expander("Officers of each district, where known", icon=":material/groups:"):
        typed = st.data_editor(
            pd.DataFrame({DISTRICT: districts, OFFICERS: pd.array([None] * len(districts), dtype="Int64")}),
            disabled=[DISTRICT],
            hide_index=True,
            key=f"why.drift.officers.{plan}",
            column_config={
                OFFICERS: st.column_config.NumberColumn("officers now", min_value=0, max_value=10_000, step=1)
            },
        )
        st.caption(
            "With them the answer says who could be transferred. Without them the target shares stand for strength."
        )
    return typed


def officers_of(typed: pd.DataFrame) -> dict[str, int]:
    """Return the officers of each district; nothing where none were typed.

    Raises
    ------
    InputError
        If officers are given for some districts only.
    """
    empty = typed[OFFICERS].isna()
    if empty.all():
        return {}
    if empty.any():
        raise InputError(
            f"Type the officers of every district, or of none: {listed(typed[DISTRICT][empty].tolist(), most=10)} "
            f"{'has' if empty.sum() == 1 else 'have'} none yet."
        )
    return {str(d): int(n) for d, n in zip(typed[DISTRICT], typed[OFFICERS], strict=True)}
