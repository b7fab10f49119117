"""Posts, vacancies and recruits: what a post takes, how the pipeline goes, overtime beside hiring. Reckoned at once."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from optimiser.data.project import Project
from optimiser.data.strength_table import read_strength
from optimiser.demand.relief import (
    Hiring,
    Month,
    PipelineParams,
    Relief,
    ReliefParams,
    overtime_or_hiring,
    pipeline,
    relief,
)
from optimiser.errors import OptimiserError
from optimiser.prepare.budget import BudgetSetup
from optimiser.prepare.choices import read
from optimiser.report import words_relief
from optimiser.units import percent_text
from optimiser_apps import charts_people, fields, forms, state
from optimiser_apps.components import shown

KINDS = (ReliefParams, PipelineParams)
HEADS = ("An officer's year", "Positions, recruits and pay")


def show(project: Project) -> None:
    """Ask for an officer's year and the positions, and show what follows."""
    given, people = _asked(_officers(project))
    needed = relief(given)
    months = pipeline(people, needed.net_h)
    hiring = overtime_or_hiring(people, needed.net_h)
    said = words_relief.relief_said(given, people, needed, months, hiring)
    _figures(given, needed, months, hiring)
    rows = words_relief.month_rows(months)
    left, right = st.columns(2)
    with left:
        st.markdown("**Officers month by month**")
        shown.chart(
            charts_people.pipeline(rows, people.positions), "Trained officers by month under the positions."
        )
        st.caption("Line: officers fit for duty. Shaded: positions without one.")
    with right:
        st.markdown("**Overtime that fills their posts**")
        shown.chart(charts_people.overtime_months(rows), "Hours of overtime by month.")
        st.caption("Hours that the missing officers would have worked, whoever works them.")
    left, right = st.columns(2)
    with left:
        st.markdown("**Overtime or hiring**")
        even = words_relief.break_even_h(needed, hiring)
        shown.chart(
            charts_people.overtime_or_hiring(words_relief.cost_rows(needed, hiring), even),
            "Cost of hours at a post by overtime and by officers hired.",
        )
        dashed = "" if even is None else " Dashed: from here on the first one is cheaper."
        st.caption(f"A step is one more whole officer.{dashed}")
    with right:
        st.markdown("**Where an officer's paid year goes**")
        shown.chart(
            charts_people.officer_year(words_relief.year_rows(given, needed)), "Hours of a paid year by use."
        )
    with st.container(border=True):
        st.markdown("**In words**")
        shown.sentences(said)
    _tables(project, words_relief.relief_sheets(given, needed, months, hiring), said)


def _officers(project: Project) -> dict[str, int]:
    """Return the positions that the table of officers holds; nothing where there is none that can be read."""
    with contextlib.suppress(OptimiserError):
        table = read_strength(project.folder / BudgetSetup().officers)
        n = sum(d.assigned for d in table.values())
        return {"positions": n} if n else {}
    return {}


def _asked(start: Mapping[str, int]) -> tuple[ReliefParams, PipelineParams]:
    """Show both forms, folded; what they hold counts at once."""
    found = {}
    asked = fields.fields_of(KINDS)
    with st.expander("Change the figures", icon=":material/tune:"):
        for kind, head in zip(KINDS, HEADS, strict=True):
            st.markdown(f"**{head}**")
            own = fields.fields_of((kind,))
            for row in (own[k : k + 3] for k in range(0, len(own), 3)):
                for column, field in zip(st.columns(3, vertical_alignment="bottom"), row, strict=False):
                    with column:
                        field = replace(field, default=start.get(field.name, field.default))
                        found[field.name] = forms.widget(field, state.form_key("relief", "", field.name))
    values = {n: v for n, v in found.items() if v is not None}
    given, people = read(KINDS, fields.chosen(asked, values), "These figures")
    return given, people


def _figures(given: ReliefParams, needed: Relief, months: tuple[Month, ...], hiring: Hiring) -> None:
    worst = words_relief.worst_month(months)
    overtime_h = sum(m.overtime_h for m in months)
    cards = (
        (
            "Officers for a 24-hour post",
            f"{needed.positions_factor:.2f}",
            "Officers, with the vacancies there are, to have one on duty at every hour of the year.",
        ),
        ("Hours an officer works a year", f"{needed.net_h:,.0f}", f"Of {given.paid_h:,.0f} that are paid."),
        (
            f"Vacant in month {worst.month}, the worst",
            percent_text(worst.vacancy_frac),
            "Share of positions without a trained officer.",
        ),
        (
            f"Overtime in {len(months)} months",
            f"{overtime_h:,.0f} h",
            f"Costs {overtime_h * hiring.overtime_per_h:,.0f}.",
        ),
    )
    for column, (name, value, help_) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(name, value, help=help_, border=True)


def _tables(project: Project, sheets: dict[str, words_relief.Rows], said: list[str]) -> None:
    with st.expander("The same as tables", icon=":material/table_rows:"):
        for tab, (name, rows) in zip(st.tabs(list(sheets)), sheets.items(), strict=True):
            with tab:
                table = pd.DataFrame(rows)
                if name == "Relief":
                    table = table.astype(str)
                shown.table(shown.as_percent(table), text=f"{name}, as in the workbook.")
    shown.workbook_button(
        "Relief and recruits as a workbook (Excel)",
        "relief.xlsx",
        sheets,
        [f"{project.settings.name}.", *said],
        "staff.relief.book",
    )
