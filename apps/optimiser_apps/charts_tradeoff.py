"""Charts of aims set against each other, and of plans over weeks drawn anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from optimiser.report.colours import INK
from optimiser_apps.charts import Figure
from optimiser_apps.charts_studies import LINES, PLAN, ROW_PX


def between(drawn: Mapping[str, Any]) -> Figure:
    """Return one aim against another: best plans as steps, the band in which better ones may lie, what each comes to.

    A plan that keeps a tight limit keeps every looser one, so its step reaches to the looser side: to the left where
    more of the held aim is better.
    """
    table = pd.DataFrame(drawn["points"])
    table["bound"] = table["bound"].astype(float).fillna(table["value"])
    lines = list(dict.fromkeys(table["line"]))
    colour = alt.Color(
        "line:N",
        title=None,
        scale=alt.Scale(domain=lines, range=[LINES[k % len(LINES)] for k in range(len(lines))]),
        legend=alt.Legend(orient="top", labelLimit=400, columns=2) if len(lines) > 1 else None,
    )
    steps: Literal["step-before", "step-after"] = "step-before" if drawn["falls"] else "step-after"
    y = alt.Y("value:Q", title=str(drawn["y"]), scale=alt.Scale(zero=False), axis=alt.Axis(format=",.6~g"))
    x = alt.X("held to:Q", title=f"{drawn['x']}: held to", scale=alt.Scale(zero=False))
    base = alt.Chart(table).encode(x=x)
    band = base.mark_area(opacity=0.2, interpolate=steps).encode(y=y, y2="bound:Q", color=colour)
    under = base.mark_line(interpolate=steps, strokeDash=[5, 4], strokeWidth=1.5).encode(
        y=alt.Y("bound:Q", scale=alt.Scale(zero=False)), color=colour
    )
    line = base.mark_line(interpolate=steps, strokeWidth=2.5).encode(y=y, color=colour)
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=y,
        color=colour,
        tooltip=[
            "point:N",
            alt.Tooltip("held to:Q", title=f"{drawn['x']}, held to", format=",.2f"),
            alt.Tooltip("comes to:Q", title=f"{drawn['x']}, in this plan", format=",.2f"),
            alt.Tooltip("value:Q", title=str(drawn["y"]), format=",.2f"),
            alt.Tooltip("bound:Q", title="no plan beats", format=",.2f"),
            "note:N",
        ],
    )
    return (band + under + line + dots).properties(height=380)


def spreads(bars: Sequence[Mapping[str, Any]]) -> Figure:
    """Return a bar a plan from where to where nine in ten drawn years lie, with the middle marked; one aim."""
    table = pd.DataFrame(bars)
    base = alt.Chart(table).encode(
        y=alt.Y("plan:N", title=None, sort=list(dict.fromkeys(table["plan"])), axis=alt.Axis(labelLimit=340))
    )
    x = alt.X("low:Q", title=str(table["aim"].iloc[0]), scale=alt.Scale(zero=False))
    span = base.mark_bar(color="#77AADD", height=16).encode(
        x=x,
        x2="high:Q",
        tooltip=["plan:N", *(alt.Tooltip(f"{n}:Q", format=",.2f") for n in ("low", "middle", "high"))],
    )
    middle = base.mark_tick(color=INK, thickness=3, size=26).encode(x="middle:Q")
    text = base.mark_text(align="left", dx=8, color=PLAN, fontSize=13).encode(
        x="high:Q", text=alt.Text("middle:Q", format=",.6~g")
    )
    return (span + middle + text).properties(height=ROW_PX * table["plan"].nunique() + 60)
