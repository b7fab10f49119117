"""A shift design as steps: officers needed against officers there, and the few shifts as bars over the day."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.shift_design import ShiftDesignPlan, ShiftDesignProblem
from optimiser.problems.shift_design.rules import on_duty
from optimiser.report.colours import FILLS, INK, TARGET
from optimiser.solve.result import Result
from optimiser.units import DAY_NAMES, SECONDS_PER_HOUR
from optimiser_apps import sources
from optimiser_apps.charts import Figure
from optimiser_apps.components import shown


def slot_rows(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> pd.DataFrame:
    """Return hour of the cycle, officers there and officers needed, slot by slot."""
    duty = on_duty(problem, plan)
    return pd.DataFrame(
        {
            "hour": np.arange(problem.n_slots) * problem.slot_s / SECONDS_PER_HOUR,
            "there": duty,
            "needed": problem.need,
            "short": np.maximum(problem.need - duty, 0),
        }
    )


def steps(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> Figure:
    """Return officers there as an area and officers needed as a red step line, day names below."""
    table = slot_rows(problem, plan)
    table = pd.concat([table, table.tail(1).assign(hour=24.0 * problem.n_days)])
    named = [DAY_NAMES[d % 7][:3] for d in range(problem.n_days)]
    days = f"{named}[floor(datum.value / 24) % {len(named)}]"
    base = alt.Chart(table).encode(
        x=alt.X(
            "hour:Q",
            title=None,
            scale=alt.Scale(domain=[0, 24 * problem.n_days], nice=False),
            axis=alt.Axis(
                values=[24 * d for d in range(problem.n_days)], labelExpr=days, labelAlign="left", grid=True
            ),
        )
    )
    there = base.mark_area(interpolate="step-after", color="#A9C7E3").encode(
        y=alt.Y("there:Q", title="officers"), tooltip=["hour:Q", "there:Q", "needed:Q"]
    )
    needed = base.mark_line(interpolate="step-after", color=TARGET, strokeWidth=1.8).encode(y="needed:Q")
    return (there + needed).properties(height=300)


def shift_bars(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> Figure:
    """Return each shift in use as a bar over the day, with its officers a day on it."""
    place = {s: k for k, s in enumerate(problem.shift_ids)}
    slot_h = problem.slot_s / SECONDS_PER_HOUR
    rows = []
    for name in sorted(plan.used(), key=lambda s: (problem.shift_start[place[s]], s)):
        k, days = place[name], plan.officers[name]
        start, length = problem.shift_start[k] * slot_h, problem.shift_slots[k] * slot_h
        said = f"{min(days)} to {max(days)} a day" if min(days) != max(days) else f"{days[0]} a day"
        for begin, end, part in ((start, min(start + length, 24.0), said), (0.0, start + length - 24.0, "")):
            if end > begin:
                rows.append(
                    {"shift": name, "from": begin, "to": end, "said": part, "officers a week": sum(days)}
                )
    table = pd.DataFrame(rows)
    base = alt.Chart(table).encode(y=alt.Y("shift:N", sort=list(dict.fromkeys(table["shift"])), title=None))
    bars = base.mark_bar(color=FILLS[0], stroke=INK, strokeWidth=0.4, cornerRadius=3, height=20).encode(
        x=alt.X(
            "from:Q",
            title="hour of the day",
            scale=alt.Scale(domain=[0, 24]),
            axis=alt.Axis(values=list(range(0, 25, 2))),
        ),
        x2="to:Q",
        tooltip=["shift:N", "officers a week:Q"],
    )
    text = base.mark_text(align="left", dx=6, color=INK).encode(x="from:Q", text="said:N")
    return (bars + text).properties(height=30 * table["shift"].nunique() + 40)


def draw(project: Project, run: Run, result: Result[Any], plan: ShiftDesignPlan) -> None:
    """Draw the design."""
    problem: ShiftDesignProblem = sources.problem(run)
    table = slot_rows(problem, plan)
    st.markdown("**Officers needed and officers there, hour by hour**")
    shown.chart(steps(problem, plan), "Officers there as an area, officers needed as a line, over the cycle.")
    short = float(table["short"].sum()) * problem.slot_s / SECONDS_PER_HOUR
    st.caption(
        f"Blue: officers there. Red line: officers needed. {short:,.0f} officer-hours of the cycle are short."
        if short
        else "Blue: officers there. Red line: officers needed. No hour is short."
    )
    if plan.used():
        st.markdown(f"**The {len(plan.used())} shifts over the day**")
        shown.chart(shift_bars(problem, plan), "Each shift as a bar from its start to its end.")
