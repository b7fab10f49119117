"""Charts of posts and people: an officer's year, the recruit pipeline, overtime beside hiring, demand levers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from optimiser.report import words_levers, words_relief
from optimiser.report.colours import ALERT, INK, QUIET
from optimiser.units import HOURS_PER_DAY
from optimiser_apps.charts import Figure
from optimiser_apps.charts_studies import PLAN, ROW_PX

WORKED, AWAY, VACANT, PALE = "#4477AA", "#C9D3DC", "#F2B8A0", "#BFD3E6"
OVERTIME, HIRED = "#C2410C", PLAN
_STANDING = {
    words_levers.CHEAPER: "#2E7D32",
    words_levers.DEARER: "#C2410C",
    words_levers.NO_CALL: "#9AA3AB",
}
NAMES_PX = 250


def officer_year(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return where an officer's paid year goes: a bar each, its hours beside it."""
    table = pd.DataFrame(rows)
    table["said"] = table["hours"].map("{:,.0f} h".format)
    base = alt.Chart(table).encode(
        y=alt.Y("what:N", sort=list(table["what"]), title=None, axis=alt.Axis(labelLimit=NAMES_PX)),
        x=alt.X(
            "hours:Q",
            title="hours of a paid year",
            scale=alt.Scale(domain=[0, 1.18 * float(table["hours"].max())], nice=False),
        ),
    )
    bars = base.mark_bar(height=20).encode(
        color=alt.condition(alt.datum.what == words_relief.WORKED, alt.value(WORKED), alt.value(AWAY)),
        tooltip=["what:N", alt.Tooltip("hours:Q", format=",.0f")],
    )
    text = base.mark_text(align="left", dx=5, fontSize=13, color=INK).encode(text="said:N")
    return (bars + text).properties(height=ROW_PX * len(table) + 50)


def pipeline(rows: Sequence[Mapping[str, Any]], positions: int) -> Figure:
    """Return trained officers month by month under the positions there are; what is vacant is shaded."""
    table = pd.DataFrame(rows)
    table["positions"] = float(positions)
    table["met"] = table["trained"].clip(upper=positions)
    low = float(table["trained"].min())
    high = max(float(positions), float(table["trained"].max()))
    pad = max(0.12 * (high - low), 0.01 * high)
    scale = alt.Scale(domain=[max(0.0, low - 2 * pad), high + 2 * pad], nice=False)
    base = alt.Chart(table).encode(x=_months(len(rows)))
    y = alt.Y("trained:Q", title="officers", scale=scale)
    vacant = base.mark_area(color=VACANT, opacity=0.55, clip=True).encode(
        y=alt.Y("met:Q", scale=scale), y2="positions:Q"
    )
    line = base.mark_line(color=PLAN, strokeWidth=2.5).encode(y=y)
    dots = base.mark_point(filled=True, size=45, color=PLAN, opacity=1).encode(
        y=y,
        tooltip=[
            "month:Q",
            alt.Tooltip("trained:Q", title="trained officers", format=",.1f"),
            alt.Tooltip("in academy:Q", format=",.1f"),
            alt.Tooltip("joined:Q", format=",.1f"),
            alt.Tooltip("left:Q", format=",.1f"),
        ],
    )
    one = pd.DataFrame({"positions": [float(positions)], "said": [f"{positions:,} positions"]})
    rule = alt.Chart(one).mark_rule(color=INK, strokeWidth=1.5, strokeDash=[6, 4]).encode(y="positions:Q")
    word = (
        alt.Chart(one)
        .mark_text(align="right", baseline="bottom", dy=-4, fontSize=13, color=INK)
        .encode(y="positions:Q", x=alt.value("width"), text="said:N")
    )
    return (vacant + line + dots + rule + word).properties(height=300)


def _months(n: int) -> alt.X:
    scale = alt.Scale(domain=[0.5, n + 0.5], nice=False)
    return alt.X("month:Q", title="month", axis=alt.Axis(tickMinStep=1, format="d"), scale=scale)


def overtime_months(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return the hours of overtime that fill the posts of the missing, month by month."""
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(color=OVERTIME, opacity=0.75)
        .encode(
            x=_months(len(rows)),
            y=alt.Y("overtime hours:Q", title="hours of overtime"),
            tooltip=["month:Q", alt.Tooltip("overtime hours:Q", format=",.0f")],
        )
        .properties(height=300)
    )


def overtime_or_hiring(rows: Sequence[Mapping[str, Any]], break_even_h: float | None) -> Figure:
    """Return what so many hours a year at a post cost either way, with the hours from which hiring is cheaper."""
    table = pd.DataFrame(rows)
    colour = alt.Color(
        "how:N",
        title=None,
        scale=alt.Scale(domain=[words_relief.OVERTIME, words_relief.HIRED], range=[OVERTIME, HIRED]),
        legend=alt.Legend(orient="top"),
    )
    base = alt.Chart(table).encode(
        x=alt.X(
            "hours:Q",
            title="hours a year to be filled",
            axis=alt.Axis(format=",.0f"),
            scale=alt.Scale(domain=[0, float(table["hours"].max())], nice=False),
        ),
        y=alt.Y("cost:Q", title="cost a year", axis=alt.Axis(format="~s")),
        color=colour,
        tooltip=["how:N", alt.Tooltip("hours:Q", format=",.0f"), alt.Tooltip("cost:Q", format=",.0f")],
    )
    hired = alt.datum.how == words_relief.HIRED
    steps = base.transform_filter(hired).mark_line(strokeWidth=2.5, interpolate="step-after")
    slope = base.transform_filter(~hired).mark_line(strokeWidth=2.5)
    if break_even_h is None:
        return (steps + slope).properties(height=300)
    one = pd.DataFrame({"hours": [break_even_h], "said": [f"{break_even_h:,.0f} hours"]})
    rule = alt.Chart(one).mark_rule(color=QUIET, strokeDash=[5, 4]).encode(x="hours:Q")
    word = (
        alt.Chart(one)
        .mark_text(align="right", dx=-6, fontSize=13, color=INK)
        .encode(x="hours:Q", y=alt.value(14), text="said:N")
    )
    return (steps + slope + rule + word).properties(height=300)


def levers_in_officers(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return each lever as the sworn officers it is worth, green where an hour of it is cheaper than theirs."""
    table = pd.DataFrame(rows)
    table["worth"] = table["as sworn officers"].clip(lower=0.0)
    table["said"] = [
        words_levers.NO_CALL
        if s == words_levers.NO_CALL
        else f"{n:,.1f} · {'' if pd.isna(c) else f'{c:,.0f} an hour'}"
        for s, n, c in zip(
            table["standing"], table["as sworn officers"], table["cost of an hour"], strict=True
        )
    ]
    most = max(float(table["worth"].max()), 0.1)
    base = alt.Chart(table).encode(
        y=alt.Y(
            "lever:N",
            sort=list(table["lever"]),
            title=None,
            axis=alt.Axis(labelLimit=340, labelOverlap=False, labelFontSize=12),
        ),
        x=alt.X(
            "worth:Q",
            title="sworn officers whose hours it frees",
            scale=alt.Scale(domain=[0, 1.35 * most], nice=False),
        ),
    )
    bars = base.mark_bar(height=20).encode(
        color=alt.Color(
            "standing:N",
            title=None,
            scale=alt.Scale(domain=list(_STANDING), range=list(_STANDING.values())),
            legend=alt.Legend(orient="top", labelLimit=260),
        ),
        tooltip=[
            "lever:N",
            "kind:N",
            alt.Tooltip("calls a year:Q", format=",.0f"),
            alt.Tooltip("hours freed a year:Q", format=",.0f"),
            alt.Tooltip("cost a year:Q", format=",.0f"),
            alt.Tooltip("cost of an hour:Q", format=",.0f"),
            alt.Tooltip("cost of those officers:Q", format=",.0f"),
        ],
    )
    text = base.mark_text(align="left", dx=5, fontSize=13, color=INK).encode(text="said:N")
    return (bars + text).properties(height=ROW_PX * len(table) + 80)


def calls_by_hour(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return officer-hours on calls by hour of the day, as it is and with all levers."""
    kinds = [words_levers.BEFORE, words_levers.AFTER]
    table = pd.DataFrame(rows)
    to_midnight = table[table["hour"] == table["hour"].max()].assign(hour=HOURS_PER_DAY)
    return (
        alt.Chart(pd.concat([table, to_midnight]))
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=alt.X(
                "hour:Q",
                title="hour of the day",
                axis=alt.Axis(values=list(range(0, HOURS_PER_DAY + 1, 3))),
                scale=alt.Scale(domain=[0, HOURS_PER_DAY]),
            ),
            y=alt.Y("officer-hours:Q", title="officer-hours on calls a week"),
            color=alt.Color(
                "when:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=[ALERT, "#2E7D32"]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["when:N", "hour:Q", alt.Tooltip("officer-hours:Q", format=",.1f")],
        )
        .properties(height=300)
    )
