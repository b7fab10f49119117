"""Ways to free officers' time, priced beside a sworn hire; the planner's shares count at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from importlib import resources
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.data.levers_file import LEVERS_FILE, Levers, levers_of
from optimiser.data.project import Project
from optimiser.demand.levers import LeverStudy, study_levers
from optimiser.report import words_levers
from optimiser.units import fraction_from_percent, hours, percent, percent_text, seconds_from_minutes
from optimiser_apps import charts_people, sources
from optimiser_apps.components import shown

SHARE, COST = "share of such calls (%)", "cost a year besides"


def show(project: Project) -> None:
    """Show what each lever frees and costs."""
    if project.calls is None:
        st.info(
            "Levers work on types of calls, and this project holds totals without them. Import the call extract, and "
            "this page prices each way of dealing with calls beside a sworn officer."
        )
        return
    levers, officers, report_s = _asked(levers_of(project.folder))
    found = _priced(project, sources.stamp(project), _key(levers), levers, officers, report_s)
    _figures(found)
    rows = words_levers.lever_rows(found)
    fits = [r for r in rows if r["standing"] != words_levers.NO_CALL]
    if not fits:
        st.info(
            f"No lever fits any call of this project: its call types have other names. Write them into {LEVERS_FILE} "
            "in the project folder; the file below is one to begin with."
        )
    else:
        st.markdown("**What each way is worth, each call once, in this order**")
        shown.chart(charts_people.levers_in_officers(rows), "Levers as sworn officers whose hours they free.")
        st.caption(
            f"Beside each bar: officers, and what an hour freed costs; an hour of a sworn officer costs "
            f"{found.sworn_cost_per_h:,.0f}."
        )
        st.markdown("**When it frees time**")
        shown.chart(
            charts_people.calls_by_hour(words_levers.hour_rows(found)),
            "Officer-hours on calls by hour of the day, as it is and with all levers.",
        )
    said = words_levers.levers_said(found, levers.source, levers.sworn_per_year, levers.net_hours_per_year)
    with st.container(border=True):
        st.markdown("**In words**")
        shown.sentences(said)
    _tables(project, found, said)


def _asked(levers: Levers) -> tuple[Levers, float, float]:
    """Let the planner change shares and costs; return the levers as they then are."""
    with st.expander("Change shares and costs", icon=":material/tune:"):
        left, right = st.columns(2)
        officers = left.number_input(
            "Officers in a car", value=1.0, min_value=0.5, max_value=6.0, step=0.5, format="%g"
        )
        report = right.number_input(
            "Report time of a call that records none (minutes)", value=0.0, min_value=0.0, format="%g"
        )
        typed = st.data_editor(
            pd.DataFrame(
                {
                    "lever": [v.name for v in levers.levers],
                    SHARE: [percent(v.share_frac) for v in levers.levers],
                    COST: [v.cost_per_year for v in levers.levers],
                }
            ),
            disabled=["lever"],
            hide_index=True,
            width="stretch",
            column_config={
                SHARE: st.column_config.NumberColumn(min_value=0.0, max_value=100.0, format="%.0f"),
                COST: st.column_config.NumberColumn(min_value=0.0, format="%.0f"),
            },
            key=f"staff.levers.{_key(levers)}",
        )
        st.caption(
            f"Which calls a lever fits, what staff it takes and what an officer costs stand in {LEVERS_FILE} in the "
            "project folder; without that file the toolkit's own levers are used."
        )
        own = resources.files("optimiser.data").joinpath(LEVERS_FILE).read_text(encoding="utf-8")
        st.download_button(
            f"The toolkit's own {LEVERS_FILE}, to begin with",
            own,
            LEVERS_FILE,
            "application/toml",
            on_click="ignore",
            icon=":material/download:",
        )
    made = tuple(
        replace(v, share_frac=fraction_from_percent(_number(share)), cost_per_year=_number(cost))
        for v, share, cost in zip(levers.levers, typed[SHARE], typed[COST], strict=True)
    )
    return replace(levers, levers=made), float(officers), seconds_from_minutes(float(report))


def _number(value: Any) -> float:
    """Return a cell as a number; one that was emptied is 0."""
    return 0.0 if pd.isna(value) else float(value)


def _key(levers: Levers) -> str:
    said = [asdict(v) | {"priorities": sorted(v.priorities)} for v in levers.levers]
    text = json.dumps([said, levers.sworn_per_year, levers.net_hours_per_year])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@st.cache_resource(max_entries=8, show_spinner="Going through the calls …")
def _priced(
    _project: Project, stamp: str, key: str, _levers: Levers, officers: float, report_s: float
) -> LeverStudy:
    return study_levers(_project, _levers, officers_per_unit=officers, report_s=report_s)


def _figures(found: LeverStudy) -> None:
    freed = [p for p in found.priced if p.freed_h_per_year > 0]
    cards = [
        (
            "Hours on calls a week",
            f"{hours(float(found.week_s.sum())):,.0f}",
            "Officer-hours on calls of the public in a mean week.",
        ),
        ("All together free", percent_text(words_levers.freed_frac(found)), "Of that time, each call once."),
        (
            "As sworn officers",
            f"{sum(p.as_sworn for p in found.priced):,.1f}",
            "Officers whose hours on duty are as many.",
        ),
        (
            "Cost of the levers a year",
            f"{sum(p.cost_per_year for p in freed):,.0f}",
            f"As many sworn officers would cost {sum(p.sworn_cost_per_year for p in found.priced):,.0f}.",
        ),
    ]
    for column, (name, value, help_) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(name, value, help=help_, border=True)


def _tables(project: Project, found: LeverStudy, said: list[str]) -> None:
    sheets = words_levers.levers_sheets(found)
    with st.expander("The same as tables", icon=":material/table_rows:"):
        for tab, (name, rows) in zip(st.tabs(list(sheets)), sheets.items(), strict=True):
            with tab:
                shown.table(pd.DataFrame(rows), text=f"{name}, as in the workbook.")
    shown.workbook_button(
        "Ways to free time as a workbook (Excel)",
        "levers.xlsx",
        sheets,
        [f"{project.settings.name}.", *said],
        "staff.levers.book",
    )
