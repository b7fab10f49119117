"""Officers by district, today and planned, with the change and the service each reaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.strength import StrengthPlan, StrengthProblem
from optimiser.report.colours import ALERT, INK, TARGET
from optimiser.report.phrases import measures_by_name
from optimiser.solve.result import Result
from optimiser.units import hours, percent_text
from optimiser_apps import sources
from optimiser_apps.charts import Figure
from optimiser_apps.components import shown


def rows_of(problem: StrengthProblem, plan: StrengthPlan) -> pd.DataFrame:
    """Return officers of each district, today and planned, the change, and the share of the work as officers."""
    share = problem.fair_share() + problem.unfit
    return pd.DataFrame(
        {
            "district": list(problem.district_ids),
            "today": problem.assigned.tolist(),
            "planned": [plan.of(d) for d in problem.district_ids],
            "change": [
                plan.of(d) - int(n) for d, n in zip(problem.district_ids, problem.assigned, strict=True)
            ],
            "by work alone": share.tolist(),
        }
    )


def bars(table: pd.DataFrame) -> Figure:
    """Return today and planned beside each other, the change above, a red tick where work alone would put it."""
    names = list(table["district"])
    long = table.melt(["district", "change", "by work alone"], ["today", "planned"], "when", "officers")
    top = table.assign(top=table[["today", "planned", "by work alone"]].max(axis=1))
    top["said"] = ["no change" if c == 0 else f"{c:+d}" for c in top["change"]]
    x = alt.X("district:N", title=None, sort=names, axis=alt.Axis(labelAngle=0))
    off = alt.XOffset("when:N", sort=["today", "planned"])
    colour = alt.Color(
        "when:N",
        title=None,
        sort=["today", "planned"],
        scale=alt.Scale(domain=["today", "planned"], range=["#C9D3DC", "#4477AA"]),
        legend=alt.Legend(orient="top"),
    )
    y = alt.Y("officers:Q", title="officers")
    base = alt.Chart(long).encode(x=x, xOffset=off)
    drawn = base.mark_bar(stroke=INK, strokeWidth=0.4).encode(
        y=y, color=colour, tooltip=["district", "when", "officers"]
    )
    inside = base.mark_text(dy=10, fontSize=12).encode(
        y=y,
        text="officers:Q",
        color=alt.condition(alt.datum.when == "planned", alt.value("white"), alt.value(INK)),
    )
    over = alt.Chart(top).encode(x=x)
    tick = over.mark_tick(color=TARGET, thickness=3, width=46).encode(y="by work alone:Q")
    change = over.mark_text(dy=-12, fontSize=14, fontWeight=700).encode(
        y="top:Q",
        text="said:N",
        color=alt.condition(alt.datum.change < 0, alt.value(ALERT), alt.value("#2E7D32")),
    )
    return (drawn + inside + tick + change).properties(height=360)


def load_bars(load: Mapping[str, float], service: Mapping[str, float]) -> Figure:
    """Return call work per officer and week by district, the heaviest marked, with what each gets beside it."""
    rows = [
        {
            "district": d,
            "hours": v,
            "said": f"{v:.1f} h; {percent_text(service[d])}" if d in service else f"{v:.1f} h",
        }
        for d, v in load.items()
    ]
    table = pd.DataFrame(rows)
    table["heaviest"] = table["hours"] == table["hours"].max()
    base = alt.Chart(table).encode(y=alt.Y("district:N", title=None, sort=list(load)))
    drawn = base.mark_bar(stroke=INK, strokeWidth=0.4).encode(
        x=alt.X(
            "hours:Q",
            title="hours of call work per officer and week",
            scale=alt.Scale(domain=[0, 1.45 * max(float(table["hours"].max()), 1e-9)]),
        ),
        color=alt.condition(alt.datum.heaviest, alt.value("#EE8866"), alt.value("#77AADD")),
    )
    text = base.mark_text(align="left", dx=4, color=INK).encode(x="hours:Q", text="said:N")
    return (drawn + text).properties(height=max(180, 38 * len(table) + 50))


def draw(project: Project, run: Run, result: Result[Any], plan: StrengthPlan) -> None:
    """Draw officers by district."""
    problem: StrengthProblem = sources.problem(run)
    left, right = st.columns([3, 2])
    with left:
        st.markdown("**Officers of each district, today and planned**")
        shown.chart(bars(rows_of(problem, plan)), "Officers by district, today and planned, with the change.")
        st.caption("Red tick: where the work alone would put it. Above: the change.")
    by = measures_by_name(result.measures)
    if "work per officer" in by and by["work per officer"].by:
        with right:
            st.markdown("**Work per officer as planned**")
            served = dict(by["service"].by) if "service" in by else {}
            loads = {
                d: hours(v) if by["work per officer"].unit == "s" else v
                for d, v in by["work per officer"].by.items()
            }
            shown.chart(load_bars(loads, served), "Work per officer by district, the heaviest marked.")
            st.caption("Beside it: the share of calls that find a free officer. Orange: the heaviest work.")
