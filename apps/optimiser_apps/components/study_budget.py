"""What the study of officers is asked: which numbers of them, what they cost, and who is where today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.batch import studies
from optimiser.batch.study_answers import BUDGET_KINDS
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.budget import BudgetSetup
from optimiser.prepare.choices import read
from optimiser.prepare.sectors import districts_in_use
from optimiser.report.sheet import write_bytes
from optimiser.solve.options import SolveOptions
from optimiser_apps import fields, forms, sources, state
from optimiser_apps.components.longest import longest_s
from optimiser_apps.fields import Field
from optimiser_apps.studying import Kind

ALL_MIN = 10.0
DISTRICT, ASSIGNED = "district_id", "assigned"
USUAL_ASSIGNED = 20


def ask(project: Project, kind: Kind) -> studies.Study | None:
    """Show the form; return the study once it is asked for, else None.

    Raises
    ------
    InputError
        If the table of officers that it names is missing.
    """
    if not (project.folder / BudgetSetup().officers).is_file():
        _type_officers(project)
    asked = fields.fields_of(BUDGET_KINDS[:1])
    given: dict[str, Any] = {}
    with st.form("why.budget", border=True):
        given |= _widgets([f for f in asked if f.group == fields.BASICS])
        with st.expander("The split that is asked for, the futures, and more"):
            given |= _widgets([f for f in asked if f.group != fields.BASICS])
        all_s = longest_s("Longest time of the study", ALL_MIN, "why.budget.all")
        if not st.form_submit_button("Start the study", type="primary", key="why.start.budget"):
            return None
    choices = fields.chosen(asked, {f.name: forms.value_of(f, given[f.name]) for f in asked})
    setup, *_ = read(BUDGET_KINDS, choices, "This form")
    if not (project.folder / setup.officers).is_file():
        raise InputError(
            f"The study needs a table of officers, {setup.officers}, in {project.folder}: a row for each district, "
            "with the columns district_id and assigned."
        )
    request = studies.Asked(
        kind.name,
        "strength",
        kind.ask.rstrip("?"),
        choices,
        "",
        SolveOptions(),
        all_s,
        {},
    )
    return studies.create(project.folder, request, sources.stamp(project))


def _widgets(asked: Sequence[Field]) -> dict[str, Any]:
    given = {}
    for pair in (asked[k : k + 2] for k in range(0, len(asked), 2)):
        for column, field in zip(st.columns(2, vertical_alignment="bottom"), pair, strict=False):
            with column:
                given[field.name] = forms.widget(field, state.form_key("budget", "", field.name))
    return given


def _type_officers(project: Project) -> None:
    """Let the planner type who is where, where the project has no table of it yet; keep it as one."""
    name = BudgetSetup().officers
    st.info(
        f"This study needs to know how many officers each district has, and this project has no {name} yet. Type the "
        "numbers here, or put the table into the project folder."
    )
    districts = sorted({d for d in districts_in_use(project).values() if d})
    if not districts:
        st.caption("The project names no districts in use: keep a plan of sectors first, and name it below.")
        return
    typed = st.data_editor(
        pd.DataFrame({DISTRICT: districts, ASSIGNED: [USUAL_ASSIGNED] * len(districts)}),
        disabled=[DISTRICT],
        hide_index=True,
        key="why.budget.officers",
        column_config={
            DISTRICT: "district",
            ASSIGNED: st.column_config.NumberColumn("officers assigned", min_value=0, step=1, required=True),
        },
    )
    if st.button(f"Keep as {name}", key="staff.officers.keep", icon=":material/save:"):
        text = typed.to_csv(index=False, lineterminator="\n")
        write_bytes(project.folder / name, text.encode("utf-8"))
        st.rerun()
