"""Charts of the app. Each has a table or a sentence beside it that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import CLASSES, time_split
from optimiser.problems.shifts.rules import on_duty
from optimiser.report.colours import ALERT, CLASS_COLOURS, INK, QUIET, SEQUENCE, TARGET
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.solve.progress import Progress
from optimiser.units import DAY_NAMES, HOURS_PER_DAY, HOURS_PER_WEEK, percent, percent_text

Figure: TypeAlias = Any
"""A chart; its library returns unions of many kinds."""

MOST_BARS_PX = 500.0
BEST, BOUND = "best plan so far", "no plan can be beyond"
_DAYS = list(DAY_NAMES)


def search_steps(
    lines: Sequence[Progress], unit: str, factor: float = 1.0, elapsed_s: float = 0.0
) -> Figure | None:
    """Return the best plan and the bound over the time of a search; None before there is any."""
    rows: list[dict[str, Any]] = []
    for line in lines:
        for what, value in ((BEST, line.incumbent), (BOUND, line.bound)):
            if value is not None and np.isfinite(value):
                rows.append({"seconds": line.seconds, "what": what, "value": value * factor})
    if not rows:
        return None
    end = max(elapsed_s, *(line.seconds for line in lines))
    values = [float(r["value"]) for r in rows]
    pad = max(0.1 * (max(values) - min(values)), 0.004 * max(map(abs, values)), 1e-6)
    table = pd.DataFrame(rows)
    last = table.groupby("what", as_index=False).last().assign(seconds=end)
    return (
        alt.Chart(pd.concat([table, last]))
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=alt.X("seconds:Q", title="seconds of search", scale=alt.Scale(domain=[0, end])),
            y=alt.Y(
                "value:Q",
                title=unit,
                scale=alt.Scale(domain=[min(values) - pad, max(values) + pad]),
                axis=alt.Axis(format=",.1f", tickCount=5),
            ),
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(domain=[BEST, BOUND], range=["#1F4E79", ALERT]),
                legend=alt.Legend(orient="top"),
            ),
            strokeDash=alt.StrokeDash(
                "what:N",
                title=None,
                scale=alt.Scale(domain=[BEST, BOUND], range=[[1, 0], [6, 4]]),
                legend=None,
            ),
            tooltip=["what:N", alt.Tooltip("value:Q", format=",.1f"), alt.Tooltip("seconds:Q", format=".1f")],
        )
        .properties(height=240)
    )


def district_bars(
    work: Mapping[str, float],
    target: Mapping[str, float],
    window_frac: float | None,
    colours: Mapping[str, str],
    unit: str,
) -> Figure:
    """Return the work of each district in the map's colours, with its target and the window around it."""
    rows = [
        {
            "district": d,
            "work": v,
            "target": target[d],
            "low": target[d] * (1 - (window_frac or 0)),
            "high": target[d] * (1 + (window_frac or 0)),
            "edge": max(v, target[d] * (1 + (window_frac or 0))),
            "deviation": percent_text(v / target[d] - 1 if target[d] else 0.0, signed=True),
        }
        for d, v in work.items()
    ]
    names = list(work)
    step = min(40.0, MOST_BARS_PX / max(len(names), 1))
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("district:N", title=None, sort=names, axis=alt.Axis(labelOverlap=True))
    )
    bars = base.mark_bar(stroke=INK, strokeWidth=0.5).encode(
        x=alt.X("work:Q", title=unit),
        color=alt.Color(
            "district:N", scale=alt.Scale(domain=names, range=[colours[d] for d in names]), legend=None
        ),
        tooltip=[
            "district:N",
            alt.Tooltip("work:Q", format=",.1f", title=unit),
            alt.Tooltip("target:Q", format=",.1f"),
            "deviation:N",
        ],
    )
    lines = base.mark_tick(color=TARGET, thickness=3, size=0.65 * step).encode(x="target:Q")
    layers = [bars, lines]
    if window_frac is not None:
        window = base.mark_rule(color=TARGET, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
        layers.append(window)
    text = base.mark_text(align="left", dx=6, color=INK).encode(x=alt.X("edge:Q"), text="deviation:N")
    return alt.layer(*layers, text).properties(height=max(160, step * len(names)))


def week_heat(week: NDArray[np.float64], what: str) -> Figure:
    """Return a heat map of the mean week, shape (168,), by day and hour."""
    hours = np.arange(HOURS_PER_WEEK)
    rows = pd.DataFrame(
        {"day": [_DAYS[h // HOURS_PER_DAY] for h in hours], "hour": hours % HOURS_PER_DAY, "value": week}
    )
    return (
        alt.Chart(rows)
        .mark_rect()
        .encode(
            x=alt.X("hour:O", title="hour of the day", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("day:O", sort=_DAYS, title=None),
            color=alt.Color("value:Q", title=what, scale=alt.Scale(range=list(SEQUENCE))),
            tooltip=["day:O", "hour:O", alt.Tooltip("value:Q", title=what, format=",.1f")],
        )
        .properties(height=250)
    )


def duty_lines(problem: ShiftsProblem, plan: ShiftsPlan) -> Figure:
    """Return officers required against officers on duty over the week."""
    duty = on_duty(problem, plan)
    hour = np.arange(problem.n_slots) * problem.slot_h
    rows = pd.DataFrame({"hour": hour, "on duty": duty, "required": problem.requirement.astype(float)})
    axis = alt.X(
        "hour:Q",
        title=None,
        scale=alt.Scale(domain=[0, HOURS_PER_WEEK], nice=False),
        axis=alt.Axis(
            values=list(range(0, HOURS_PER_WEEK + 1, HOURS_PER_DAY)),
            labelExpr=f"{[*_DAYS, '']!r}[datum.value / {HOURS_PER_DAY}]",
            labelAlign="left",
        ),
    )
    base = alt.Chart(rows).encode(x=axis)
    tips = ["hour:Q", "on duty:Q", "required:Q"]
    filled = base.mark_area(interpolate="step-after", color="#9DC3E6", opacity=0.75).encode(
        y=alt.Y("on duty:Q", title="officers"), tooltip=tips
    )
    need = base.mark_line(interpolate="step-after", color=TARGET, strokeWidth=2).encode(
        y="required:Q", tooltip=tips
    )
    return alt.layer(filled, need).properties(height=260)


def split_bars(problem: ShiftsProblem, plan: ShiftsPlan) -> Figure:
    """Return the planned shares of on-duty time beside their ceilings and floors."""
    shares = time_split(problem, plan).shares()
    p = problem.params
    limits = {
        "calls": p.call_ceiling_frac,
        "proactive": p.proactive_floor_frac,
        "admin": p.admin_ceiling_frac,
        "community": p.community_floor_frac,
    }
    rows = [
        {
            "class": CLASS_WORDS[c],
            "share": percent(shares[c]),
            "limit": percent(limits[c]) if c in limits else None,
        }
        for c in CLASSES
    ]
    names = [CLASS_WORDS[c] for c in CLASSES]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("class:N", sort=names, title=None, axis=alt.Axis(labelLimit=220))
    )
    bars = base.mark_bar().encode(
        x=alt.X("share:Q", title="% of on-duty time"),
        color=alt.Color(
            "class:N", scale=alt.Scale(domain=names, range=[CLASS_COLOURS[c] for c in CLASSES]), legend=None
        ),
        tooltip=["class:N", alt.Tooltip("share:Q", format=".1f"), alt.Tooltip("limit:Q", format=".0f")],
    )
    ticks = base.mark_tick(color=INK, thickness=3, size=26).encode(x="limit:Q")
    text = base.mark_text(align="left", dx=6, color=INK).encode(
        x="share:Q", text=alt.Text("share:Q", format=".1f")
    )
    return alt.layer(bars, ticks, text).properties(height=220)


def split_hours(problem: ShiftsProblem, plan: ShiftsPlan) -> Figure:
    """Return the planned time split by hour of the day, mean of the week, stacked."""
    return classes_by_hour(time_split(problem, plan).by_hour_of_week())


def classes_by_hour(by_hour_of_week: NDArray[np.float64]) -> Figure:
    """Return hours by class and hour of the week, shape (5, 168), by hour of the day, stacked."""
    by_hour = by_hour_of_week.reshape(len(CLASSES), len(_DAYS), HOURS_PER_DAY).mean(axis=1)
    rows = [
        {"hour": h, "class": CLASS_WORDS[c], "order": k, "officers": float(by_hour[k, h])}
        for k, c in enumerate(CLASSES)
        for h in range(HOURS_PER_DAY)
    ]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("hour:O", title="hour of the day, mean of the week", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("officers:Q", title="officers"),
            color=alt.Color(
                "class:N",
                title=None,
                scale=alt.Scale(
                    domain=[CLASS_WORDS[c] for c in CLASSES], range=[CLASS_COLOURS[c] for c in CLASSES]
                ),
                legend=alt.Legend(orient="top", columns=3),
            ),
            order="order:Q",
            tooltip=["hour:O", "class:N", alt.Tooltip("officers:Q", format=".1f")],
        )
        .properties(height=300)
    )


def paired_bars(rows: pd.DataFrame, unit: str) -> Figure:
    """Return bars of several plans side by side: columns plan, part, value."""
    plans = list(dict.fromkeys(rows["plan"]))
    palette = ["#1F4E79", "#E69F00", "#009E73", "#CC79A7", QUIET, "#56B4E9"]
    return (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "part:N", title=None, sort=list(dict.fromkeys(rows["part"])), axis=alt.Axis(labelAngle=0)
            ),
            xOffset=alt.XOffset("plan:N", sort=plans),
            y=alt.Y("value:Q", title=unit),
            color=alt.Color(
                "plan:N",
                title=None,
                scale=alt.Scale(domain=plans, range=palette[: len(plans)]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["plan:N", "part:N", alt.Tooltip("value:Q", format=",.1f")],
        )
        .properties(height=260)
    )
