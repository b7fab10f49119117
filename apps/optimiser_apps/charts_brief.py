"""Charts of the page For the decision: change by part, change of officers over the week."""

from __future__ import annotations

import altair as alt
import pandas as pd

from optimiser.problems.base import Measure
from optimiser.report.colours import INK
from optimiser.report.phrases import aim, shown_value
from optimiser.units import DAY_NAMES
from optimiser_apps.charts import Figure

GAINS, LOSES = "#4477AA", "#C2410C"
MOST_PARTS = 40


def change_bars(measure: Measure, rows: pd.DataFrame) -> Figure:
    """Return the change of a measure by part as bars from zero: blue where it is better, orange where worse."""
    most = rows.reindex(rows["change"].abs().sort_values(ascending=False).index)[:MOST_PARTS]
    table = rows[rows["part"].isin(most["part"])].assign(change=lambda t: t["change"].astype(float))
    unit = shown_value(0.0, measure.unit)[1].replace("%", "points")
    spread = max(float(table["change"].abs().max()), 1e-9)
    base = alt.Chart(table).encode(y=alt.Y("part:N", title=None, sort=list(table["part"])))
    bars = base.mark_bar().encode(
        x=alt.X(
            "change:Q",
            title=f"change of {aim(measure.name)}" + (f", {unit}" if unit else ""),
            scale=alt.Scale(domain=[-1.2 * spread, 1.2 * spread]),
        ),
        color=alt.Color(
            "verdict:N",
            title=None,
            scale=alt.Scale(domain=["better", "worse", "as before"], range=[GAINS, LOSES, "#BDBDBD"]),
            legend=alt.Legend(orient="top"),
        ),
        tooltip=["part:N", alt.Tooltip("change:Q", format="+,.2f"), "verdict:N"],
    )
    right = base.transform_filter("datum.change > 0").mark_text(align="left", dx=4, color=INK)
    left = base.transform_filter("datum.change < 0").mark_text(align="right", dx=-4, color=INK)
    text = [t.encode(x="change:Q", text=alt.Text("change:Q", format="+,.1f")) for t in (right, left)]
    return alt.layer(bars, *text).properties(height=max(140, 26 * len(table) + 90))


def duty_change(rows: pd.DataFrame) -> Figure:
    """Return the change of officers on duty by day and hour, blue for more, orange for fewer."""
    table = rows.assign(name=[DAY_NAMES[int(d) % 7] for d in rows["day"]])
    spread = max(float(table["change"].abs().max()), 1e-9)
    base = alt.Chart(table).encode(
        x=alt.X("hour:O", title="hour of the day", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("name:N", title=None, sort=list(DAY_NAMES)),
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=1).encode(
        color=alt.Color(
            "change:Q",
            title="officers",
            scale=alt.Scale(domain=[-spread, 0, spread], range=["#C2410C", "#F7F7F7", "#2166AC"]),
        ),
        tooltip=["name:N", "hour:O", alt.Tooltip("change:Q", format="+,.1f")],
    )
    text = (
        base.transform_filter("abs(datum.change) > 0.05")
        .mark_text(fontSize=10)
        .encode(
            text=alt.Text("change:Q", format="+.3~g"),
            color=alt.condition(f"abs(datum.change) > {0.6 * spread}", alt.value("white"), alt.value(INK)),
        )
    )
    return (boxes + text).properties(height=280)
