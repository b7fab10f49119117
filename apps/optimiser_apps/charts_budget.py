"""Charts beside the frontier of a force: the years, overtime against hiring, and regret of the wrong future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from optimiser.report.colours import ALERT, INK, TARGET
from optimiser_apps.charts import Figure

COLOURS = {"both": "#1F4E79", "pay": "#77AADD", "overtime": "#C2410C"}
WORDS = {"both": "both together", "pay": "pay", "overtime": "overtime for what is short"}
LOW, HIGH = "#F7F9FB", "#E59A7B"


def years(drawn: Mapping[str, Any], today: int) -> Figure:
    """Return pay, the overtime that fills what is short, and both together, by number of officers."""
    table = pd.DataFrame(drawn["rows"])
    table["what"] = table["what"].map(WORDS)
    x = alt.X("officers:Q", title="officers on patrol", scale=alt.Scale(zero=False, nice=False))
    y = alt.Y("cost:Q", title=f"cost of {drawn['n']} years", axis=alt.Axis(format="~s"))
    lines = (
        alt.Chart(table)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(domain=list(WORDS.values()), range=list(COLOURS.values())),
                legend=alt.Legend(orient="top", labelLimit=220),
            ),
            tooltip=["officers:Q", "what:N", alt.Tooltip("cost:Q", format=",.0f")],
        )
    )
    best = table[(table["officers"] == drawn["best"]) & (table["what"] == WORDS["both"])]
    dot = (
        alt.Chart(best)
        .mark_point(filled=True, size=130, color="#2E7D32", opacity=1)
        .encode(x=x, y=y, tooltip=["officers:Q", alt.Tooltip("cost:Q", format=",.0f")])
    )
    one = pd.DataFrame({"officers": [today], "said": [f"today, {today:,}"]})
    rule = alt.Chart(one).mark_rule(color=ALERT, strokeWidth=2).encode(x=x)
    word = (
        alt.Chart(one)
        .mark_text(align="left", dx=6, color=TARGET, fontSize=13)
        .encode(x=x, y=alt.value(12), text="said:N")
    )
    return (lines + rule + word + dot).properties(height=320)


MIX_COLOURS = {"pay of hires": "#77AADD", "held over": "#E59A2F", "called back": "#C2410C"}
MIX_WORDS = {"pay of hires": "hires", "held over": "shifts held over", "called back": "officers called back"}


def mix(rows: Sequence[Mapping[str, Any]], today: int) -> Figure:
    """Return what the cheapest way to a week nowhere short costs a year, by officers: hires and overtime stacked.

    A line says what hiring alone costs, a tick what no mix costs less than.
    """
    wide = pd.DataFrame(rows)
    long = wide.melt(
        id_vars=["officers", "hires", "held over h", "called back h"],
        value_vars=list(MIX_WORDS),
        var_name="what",
        value_name="cost",
    )
    long["order"] = long["what"].map({k: i for i, k in enumerate(MIX_WORDS)})
    long["what"] = long["what"].map(MIX_WORDS)
    long["officers"] = long["officers"].astype(int)
    order = sorted(set(long["officers"]))
    x = alt.X(
        "officers:O", title="officers on patrol, before any hire", sort=order, axis=alt.Axis(labelAngle=0)
    )
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("cost:Q", title="cost a year", axis=alt.Axis(format="~s")),
            order="order:Q",
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(domain=list(MIX_WORDS.values()), range=list(MIX_COLOURS.values())),
                legend=alt.Legend(orient="top", labelLimit=220),
            ),
            tooltip=[
                "officers:O",
                "what:N",
                alt.Tooltip("cost:Q", format=",.0f"),
                "hires:Q",
                alt.Tooltip("held over h:Q", format=",.0f"),
                alt.Tooltip("called back h:Q", format=",.0f"),
            ],
        )
    )
    alone = (
        alt.Chart(wide.dropna(subset=["hiring alone"]))
        .mark_line(color=INK, strokeDash=[5, 3], point=alt.OverlayMarkDef(color=INK, size=20))
        .encode(x=x, y="hiring alone:Q", tooltip=["officers:O", alt.Tooltip("hiring alone:Q", format=",.0f")])
    )
    least = (
        alt.Chart(wide)
        .mark_tick(color="#2E7D32", thickness=2, width=16)
        .encode(
            x=x,
            y="no mix costs less than:Q",
            tooltip=["officers:O", alt.Tooltip("no mix costs less than:Q", format=",.0f")],
        )
    )
    rule = alt.Chart(pd.DataFrame({"officers": [today]})).mark_rule(color=ALERT, strokeWidth=2).encode(x=x)
    return (bars + alone + least + rule).properties(height=320)


def regret(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return what planning for one future costs where another comes: priced shortage beyond the best."""
    table = pd.DataFrame(rows)
    names = list(dict.fromkeys(table["planned for"]))
    table["said"] = [
        "0" if round(v, 1) == 0 else f"{v:,.0f}" if v >= 10 else f"{v:,.1f}" for v in table["regret"]
    ]
    base = alt.Chart(table).encode(
        x=alt.X(
            "what comes:N",
            sort=names,
            title="what then comes",
            axis=alt.Axis(labelAngle=0, orient="top", labelExpr="split(datum.label, ' ')", labelLimit=90),
        ),
        y=alt.Y("planned for:N", sort=names, title="planned for", axis=alt.Axis(labelLimit=150)),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color(
            "regret:Q", scale=alt.Scale(range=[LOW, HIGH], interpolate="rgb", domainMin=0), legend=None
        ),
        tooltip=["planned for:N", "what comes:N", alt.Tooltip("regret:Q", format=",.2f")],
    )
    text = base.mark_text(fontSize=13, color=INK).encode(text="said:N")
    return (cells + text).properties(height=320)
