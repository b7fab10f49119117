"""Charts of the time-split ledger: a part's shares against their limits, all parts at once, points, lending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from optimiser.report.colours import INK
from optimiser.report.figures_ledger import KINDS
from optimiser.units import fraction_from_percent, percent_text
from optimiser_apps.charts import Figure
from optimiser_apps.charts_studies import PLAN

SHADES = ("#9AA3AB", "#1F4E79", "#77AADD")
"""Of what was measured, is planned and was simulated."""
KEEPS, MISSES, FREE = "#CFE8D5", "#F6C8A8", "#EEF0F2"
CLASS_PX = 74


def split(lines: Sequence[Mapping[str, Any]]) -> Figure:
    """Return the shares of each class measured, planned and simulated, with the ceiling or floor as a mark."""
    rows = [
        {
            "class": _label(line),
            "kind": kind,
            "share": line[kind],
            "p5": line["p5"] if kind == "simulated" else None,
            "p95": line["p95"] if kind == "simulated" else None,
            "end": max(line[kind], line["p95"] or 0.0) if kind == "simulated" else line[kind],
            "limit": line["limit"],
        }
        for line in lines
        for kind in KINDS
        if line[kind] is not None
    ]
    table = pd.DataFrame(rows)
    kinds = [k for k in KINDS if k in set(table["kind"])]
    order = [_label(line) for line in lines]
    far = max(float(table["end"].max()), float(table["limit"].fillna(0.0).max()))
    y = alt.Y(
        "class:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelExpr="split(datum.label, '|')", labelLimit=220, labelOverlap=False),
    )
    x = alt.X(
        "share:Q",
        title="percent of on-duty officer-hours",
        scale=alt.Scale(domain=[0, 1.15 * far], nice=False),
    )
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds, range=[SHADES[KINDS.index(k)] for k in kinds]),
        legend=alt.Legend(orient="top"),
    )
    base = alt.Chart(table).encode(y=y, yOffset=alt.YOffset("kind:N", sort=kinds))
    bars = base.mark_bar().encode(
        x=x,
        color=colour,
        tooltip=[
            "class:N",
            "kind:N",
            alt.Tooltip("share:Q", format=".1f"),
            alt.Tooltip("p5:Q", title="5 % of weeks below", format=".1f"),
            alt.Tooltip("p95:Q", title="5 % of weeks above", format=".1f"),
        ],
    )
    whisker = base.transform_filter("isValid(datum.p5)").mark_rule(color=INK, strokeWidth=1.5)
    number = alt.Text("share:Q", format=".1f")
    place: dict[str, Any] = {"align": "left", "dx": 5, "fontSize": 12}
    halo = base.mark_text(**place, stroke="white", strokeWidth=4, color="white").encode(
        x="end:Q", text=number
    )
    text = base.mark_text(**place, color=INK).encode(x="end:Q", text=number)
    limits = pd.DataFrame(
        [{"class": _label(v), "limit": v["limit"]} for v in lines if v["limit"] is not None]
    )
    marks = (
        alt.Chart(limits)
        .mark_tick(color="#B3261E", thickness=3, size=CLASS_PX - 16)
        .encode(y=y, x="limit:Q", tooltip=["class:N", alt.Tooltip("limit:Q", format=".1f")])
    )
    return alt.layer(bars, marks, whisker.encode(x="p5:Q", x2="p95:Q"), halo, text).properties(
        height=CLASS_PX * len(order) + 60
    )


def _label(line: Mapping[str, Any]) -> str:
    return f"{line['class']}|{line['asked']}" if line["asked"] else str(line["class"])


def overview(parts: Sequence[Mapping[str, Any]], kind: str) -> Figure:
    """Return the share of every class in every part; orange where it misses its limit."""
    rows = [
        {
            "sector": part["sector"],
            "class": _label(line),
            "share": line[kind],
            "limit": line["limit"],
            "standing": _standing(line, kind),
        }
        for part in parts
        for line in part["lines"]
        if line[kind] is not None
    ]
    table = pd.DataFrame(rows)
    table["said"] = table["share"].map(lambda share: percent_text(fraction_from_percent(share)))
    base = alt.Chart(table).encode(
        x=alt.X(
            "class:N",
            sort=list(dict.fromkeys(table["class"])),
            title=None,
            axis=alt.Axis(orient="top", labelAngle=0, labelExpr="split(datum.label, '|')", labelLimit=170),
        ),
        y=alt.Y("sector:N", sort=list(dict.fromkeys(table["sector"])), title=None),
    )
    words = ["keeps it", "misses it"]
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color(
            "standing:N",
            title=None,
            scale=alt.Scale(domain=words, range=[KEEPS, MISSES]),
            legend=alt.Legend(orient="bottom"),
        ),
        tooltip=["sector:N", "class:N", alt.Tooltip("share:Q", format=".1f"), "standing:N"],
    )
    text = base.mark_text(fontSize=13, color=INK).encode(text="said:N")
    return (cells + text).properties(height=34 * len(parts) + 90)


def _standing(line: Mapping[str, Any], kind: str) -> str:
    """Say whether a share keeps its limit, to the tenth of a point that is shown."""
    if line["limit"] is None:
        return "keeps it"
    share, limit = round(float(line[kind]), 1), round(float(line["limit"]), 1)
    return "keeps it" if (share >= limit if line["floor"] else share <= limit) else "misses it"


def points(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return the officers that each ceiling of calls takes."""
    table = pd.DataFrame(rows)
    table["said"] = table["officers"].map("{:,.0f}".format)
    base = alt.Chart(table).encode(
        x=alt.X("calls:Q", title="calls take at most, %", scale=alt.Scale(zero=False, padding=20)),
        y=alt.Y("officers:Q", title="officers it takes", scale=alt.Scale(zero=False, padding=24)),
    )
    line = base.mark_line(color=PLAN, strokeWidth=2.5)
    dots = base.mark_point(filled=True, size=80, color=PLAN, opacity=1).encode(
        tooltip=[
            alt.Tooltip("calls:Q", format=".1f"),
            alt.Tooltip("officers:Q", format=",.1f"),
            alt.Tooltip("more_officers:Q", title="more than the point before", format=",.1f"),
        ]
    )
    text = base.mark_text(dy=-13, fontSize=12, color=INK).encode(text="said:N")
    return (line + dots + text).properties(height=300)
