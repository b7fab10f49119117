"""Charts of studies: ways out, prices, a frontier with its band, alternatives, levels, what officers buy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from optimiser.report.colours import ALERT, FILLS, INK, QUIET, TARGET
from optimiser_apps.charts import Figure

PLAN, BAND, OPEN = "#1F4E79", "#BFD3E6", "#D9DDE2"
LINES = ("#1F4E79", "#C2410C", "#2E7D32", "#7B3FA0", "#8A6D00", "#444B52")
ROW_PX = 34
LEAST_WORSE_PCT = 0.1
"""An axis of how much worse plans are is not finer than this: all as good is drawn as such."""


def ways_out(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return each rule to loosen as a bar up to what is enough, the part proved too little in red."""
    table = pd.DataFrame(rows)
    table["loosen"] = table["way"] + ": " + table["rule"]
    table["share too little"] = table["too little"] / table["enough"].clip(lower=1e-9)
    table["whole"] = 1.0
    table["said"] = table["by"] + table["exact"].map({True: " is enough, less is not", False: " is enough"})
    order = list(table["loosen"])
    base = alt.Chart(table).encode(y=alt.Y("loosen:N", sort=order, title=None, axis=alt.Axis(labelLimit=320)))
    axis = alt.Axis(format="%", title="share of the amount that is enough", values=[0, 0.25, 0.5, 0.75, 1])
    open_ = base.mark_bar(color=OPEN, height=18).encode(
        x=alt.X("whole:Q", axis=axis, scale=alt.Scale(domain=[0, 1.6]))
    )
    low = base.mark_bar(color="#F2B8A0", height=18).encode(
        x="share too little:Q",
        tooltip=[
            "loosen:N",
            alt.Tooltip("too little:Q", format=",.2f"),
            alt.Tooltip("enough:Q", format=",.2f"),
            "unit:N",
        ],
    )
    tick = base.mark_tick(color="#2E7D32", thickness=4, size=26).encode(x="whole:Q")
    text = base.mark_text(align="left", dx=8, color=INK, fontSize=13).encode(x="whole:Q", text="said:N")
    return (open_ + low + tick + text).properties(height=max(90, ROW_PX * len(order) + 30))


def price_bars(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return what each rule costs in one aim: a bar between at least and at most, a dot where the plans found are."""
    table = pd.DataFrame(rows)
    table["label"] = table["rule"] + ", " + table["how"]
    table["from"] = table["low"].fillna(0.0).astype(float)
    table["to"] = table["high"].fillna(table["found"]).fillna(table["from"]).astype(float)
    order = list(table.sort_values(["to", "from"], ascending=False)["label"])
    unit = str(table["unit"].iloc[0])
    base = alt.Chart(table).encode(
        y=alt.Y(
            "label:N",
            sort=order,
            title=None,
            axis=alt.Axis(labelLimit=340, labelOverlap=False, labelFlush=False),
        )
    )
    title = f"what the best plan gains: {table['aim'].iloc[0]}" + (f", {unit}" if unit else "")
    colour = alt.Color(
        "dropped:N",
        title=None,
        scale=alt.Scale(domain=[False, True], range=["#77AADD", "#EE8866"]),
        legend=alt.Legend(orient="top", labelExpr="datum.value ? 'without the rule' : 'loosened a little'"),
    )
    sure = base.mark_bar(height=14).encode(x=alt.X("zero:Q", title=title), x2="from:Q", color=colour)
    perhaps = base.mark_bar(height=14, opacity=0.45).encode(
        x=alt.X("from:Q", title=title),
        x2="to:Q",
        color=colour,
        tooltip=[
            "label:N",
            alt.Tooltip("low:Q", title="at least", format=",.2f"),
            alt.Tooltip("high:Q", title="at most", format=",.2f"),
            alt.Tooltip("found:Q", title="between the plans found", format=",.2f"),
        ],
    )
    dot = base.mark_point(filled=True, color=INK, size=55).encode(x="found:Q")
    table["zero"] = 0.0
    return (sure + perhaps + dot).properties(height=30 * len(order) + 110)


def frontier(drawn: Mapping[str, Any]) -> Figure:
    """Return a frontier: best plans as steps, and the band in which better ones could still lie."""
    table = pd.DataFrame(drawn["points"])
    table["bound"] = table["bound"].astype(float).fillna(table["value"])
    lines = list(dict.fromkeys(table["line"]))
    colour = alt.Color(
        "line:N",
        title=None,
        scale=alt.Scale(domain=lines, range=list(LINES[: len(lines)] or LINES)),
        legend=alt.Legend(orient="top", labelLimit=400) if len(lines) > 1 else None,
    )
    y = alt.Y("value:Q", title=str(drawn["y"]), scale=alt.Scale(zero=False), axis=alt.Axis(format=",.6~g"))
    base = alt.Chart(table).encode(x=alt.X("used:Q", title=str(drawn["x"])))
    band = base.mark_area(opacity=0.25, interpolate="step-after").encode(y=y, y2="bound:Q", color=colour)
    under = base.mark_line(interpolate="step-after", strokeDash=[5, 4], strokeWidth=1.5).encode(
        y=alt.Y("bound:Q", scale=alt.Scale(zero=False)), color=colour
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(y=y, color=colour)
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=y,
        color=colour,
        tooltip=[
            alt.Tooltip("used:Q", title=str(drawn["x"]), format=",.3~f"),
            alt.Tooltip("value:Q", title=str(drawn["y"]), format=",.2f"),
            alt.Tooltip("bound:Q", title="no plan beats", format=",.2f"),
            "note:N",
        ],
    )
    return (band + under + line + dots).properties(height=380)


def alternatives(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return plans by how different they are and how much worse; a whisker to what a better plan could show.

    Names of plans that stand side by side are set at two heights, so that they can be read.
    """
    table = pd.DataFrame(rows).sort_values("different", ignore_index=True)
    table["worse at most"] = table["worse at most"].astype(float).fillna(table["worse"])
    table["raised"] = table.index % 2 == 1
    top = max(float(table[["worse", "worse at most"]].max().max()), LEAST_WORSE_PCT)
    right = max(float(table["different"].max()), 1.0)
    base = alt.Chart(table).encode(
        x=alt.X(
            "different:Q",
            title="how different from the best plan, %",
            scale=alt.Scale(domain=[0, right * 1.15], nice=False),
            axis=alt.Axis(tickCount=8),
        )
    )
    y = alt.Y(
        "worse:Q",
        title="how much worse, %",
        scale=alt.Scale(domain=[min(0.0, float(table["worse"].min())), top * 1.25]),
        axis=alt.Axis(format=".2~f", tickCount=5),
    )
    whisker = base.mark_rule(color=QUIET).encode(y=y, y2="worse at most:Q")
    dots = base.mark_point(filled=True, size=160, color=PLAN, opacity=1).encode(
        y=y, tooltip=["plan:N", "different:Q", "worse:Q", "worse at most:Q"]
    )
    names = [
        base.transform_filter(f"datum.raised == {str(raised).lower()}")
        .mark_text(dx=8, dy=-36 if raised else -16, align="left", fontSize=13, color=INK)
        .encode(y=y, text="plan:N")
        for raised in (False, True)
    ]
    return alt.layer(whisker, dots, *names).properties(height=280)


def levels(drawn: Mapping[str, Any]) -> tuple[Figure, Figure]:
    """Return the value at each number with its band, and what each one more is worth, between what and what."""
    table = pd.DataFrame(drawn["steps"])
    for name in ("value", "bound", "worth", "at least", "at most"):
        table[name] = table[name].astype(float)
    known = table.dropna(subset=["value"]).assign(bound=lambda t: t["bound"].fillna(t["value"]))
    x = alt.X("number:O", title=str(drawn.get("x", "number")), axis=alt.Axis(labelAngle=0))
    base = alt.Chart(known).encode(x=x)
    y = alt.Y("value:Q", title=str(drawn["y"]), scale=alt.Scale(zero=False), axis=alt.Axis(format=",.6~g"))
    tips = [
        "number:O",
        "status:N",
        alt.Tooltip("value:Q", format=",.2f"),
        alt.Tooltip("bound:Q", format=",.2f"),
    ]
    value = (
        base.mark_area(color=BAND, opacity=0.7).encode(y=y, y2="bound:Q")
        + base.mark_line(color=PLAN, strokeWidth=2.5).encode(y=y)
        + base.mark_point(filled=True, size=90, color=PLAN, opacity=1).encode(y=y, tooltip=tips)
    ).properties(height=320)
    worth = alt.Chart(table.dropna(subset=["worth"])).encode(x=x)
    wy = alt.Y("worth:Q", title="what one more is worth", axis=alt.Axis(format=",.6~g"))
    bars = worth.mark_bar(color="#77AADD").encode(y=wy)
    span = worth.mark_rule(color=INK, strokeWidth=2).encode(y="at least:Q", y2="at most:Q")
    ends = [
        worth.mark_tick(color=INK, size=14, thickness=2).encode(y=alt.Y(f"{n}:Q"))
        for n in ("at least", "at most")
    ]
    return value, alt.layer(bars, span, *ends).properties(height=320)


def budget(drawn: Mapping[str, Any]) -> Figure:
    """Return what officers buy: a line a future, the band of the base's bound, and today as a line."""
    table = pd.DataFrame(drawn["points"])
    futures = list(dict.fromkeys(table["future"]))
    today = pd.DataFrame({"officers": [drawn["today"]], "said": [f"today, {drawn['today']:,}"]})
    x = alt.X("officers:Q", title="officers on patrol", scale=alt.Scale(zero=False))
    y = alt.Y("value:Q", title="shortage of the week, priced officer-hours", axis=alt.Axis(format=",.6~g"))
    colour = alt.Color(
        "future:N",
        title=None,
        scale=alt.Scale(domain=futures, range=list(LINES[: len(futures)])),
        legend=alt.Legend(orient="top", labelLimit=260, columns=3),
    )
    base = table[table["future"] == drawn["base"]]
    band = alt.Chart(base).mark_area(color=BAND, opacity=0.6).encode(x=x, y=y, y2="bound:Q")
    lines = alt.Chart(table).mark_line(strokeWidth=2).encode(x=x, y=y, color=colour)
    dots = (
        alt.Chart(base)
        .mark_point(filled=True, size=60, color=LINES[0], opacity=1)
        .encode(
            x=x,
            y=y,
            tooltip=[
                "officers:Q",
                alt.Tooltip("value:Q", title="priced shortage", format=",.1f"),
                alt.Tooltip("bound:Q", title="no plan is below", format=",.1f"),
                alt.Tooltip("short:Q", title="officer-hours short", format=",.1f"),
                alt.Tooltip("goes to:N", title="one more goes to"),
            ],
        )
    )
    rule = alt.Chart(today).mark_rule(color=ALERT, strokeWidth=2).encode(x=x)
    word = (
        alt.Chart(today)
        .mark_text(align="left", dx=6, color=TARGET, fontSize=13)
        .encode(x=x, y=alt.value(12), text="said:N")
    )
    return (band + lines + dots + rule + word).properties(height=400)


def one_more(drawn: Mapping[str, Any]) -> Figure:
    """Return the officer-hours of shortage that one more officer takes away, by number of officers; today marked."""
    table = pd.DataFrame(drawn["points"])
    table = table[table["future"] == drawn["base"]].dropna(subset=["one more"])
    table["now"] = table["officers"] == drawn["today"]
    base = alt.Chart(table).encode(
        x=alt.X("officers:O", title="officers on patrol", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("one more:Q", title="hours a week less short"),
    )
    bars = base.mark_bar(stroke=INK, strokeWidth=0.4).encode(
        color=alt.condition(alt.datum.now, alt.value("#EE8866"), alt.value("#77AADD")),
        tooltip=[
            "officers:O",
            alt.Tooltip("one more:Q", format=",.1f"),
            alt.Tooltip("goes to:N", title="best placed in"),
        ],
    )
    text = base.mark_text(dy=-8, fontSize=12, color=INK).encode(text=alt.Text("one more:Q", format=",.3~g"))
    return (bars + text).properties(height=320)


def officers_by_district(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return officers of each district, today beside best shared."""
    return paired(rows, "district", "when", "officers", ("#C9D3DC", "#4477AA"))


def paired(
    rows: Sequence[Mapping[str, Any]], what: str, by: str, value: str, colours: Sequence[str] = FILLS
) -> Figure:
    """Return bars beside each other by part, with their numbers on top."""
    table = pd.DataFrame(rows)
    kinds = list(dict.fromkeys(table[by]))
    base = alt.Chart(table).encode(
        x=alt.X(f"{what}:N", title=None, sort=list(dict.fromkeys(table[what])), axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset(f"{by}:N", sort=kinds),
        y=alt.Y(f"{value}:Q", title=value),
    )
    scale = alt.Scale(domain=kinds, range=list(colours[: len(kinds)]))
    bars = base.mark_bar(stroke=INK, strokeWidth=0.4).encode(
        color=alt.Color(f"{by}:N", title=None, scale=scale, legend=alt.Legend(orient="top")),
        tooltip=[f"{what}:N", f"{by}:N", alt.Tooltip(f"{value}:Q", format=",.1f")],
    )
    text = base.mark_text(dy=-8, fontSize=12, color=INK).encode(text=alt.Text(f"{value}:Q", format=",.6~g"))
    return (bars + text).properties(height=320)
