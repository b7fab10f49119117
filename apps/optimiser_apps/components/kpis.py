"""The few numbers of a plan that a chief looks at first, with the change against a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from optimiser.problems.base import Measure
from optimiser.report.phrases import in_units, measures_by_name, number, planner_value
from optimiser.report.words import escaped
from optimiser.units import percent

MOST = 4
"""Numbers in a row, of a family that names none."""
NOTABLE = 0.05
"""Differences below this are printed as none."""
SHOWN = {
    "sectors": ("calls covered", "mean drive", "longest drive", "largest deviation of unit hours"),
    "shifts": ("officer-hours", "shortage", "surplus", "fewest on duty"),
    "assignment": ("mean response", "longest response", "incidents late", "levels missing"),
    "standby": ("calls covered", "calls with backup", "calls expected to be covered", "posts in use"),
    "strength": ("officers", "officers moved", "service", "work per officer"),
}
_NAMES = {
    "calls covered": "Calls within target",
    "mean drive": "Mean drive to a call",
    "longest drive": "Longest drive",
    "largest deviation of unit hours": "Furthest from fair share",
    "officer-hours": "Officer-hours a week",
    "shortage": "Officer-hours short",
    "surplus": "Officer-hours above need",
    "fewest on duty": "Fewest on duty",
    "mean response": "Mean response",
    "longest response": "Longest response",
    "incidents late": "Incidents late",
    "levels missing": "Cover levels missing",
    "calls with backup": "Calls with backup",
    "calls expected to be covered": "Calls with a free car near",
    "posts in use": "Posts in use",
}
_HOW = {
    "calls covered": "Of the calls that count, those whose drive from the centre or post is within the target.",
    "mean drive": "From the district's centre, weighted by calls.",
    "longest drive": "From a district's centre to the furthest of its areas.",
    "largest deviation of unit hours": "Largest difference of a district's unit hours from its target share.",
    "officer-hours": "Officers on duty, summed over all hours of the week.",
    "shortage": "Officer-hours below the requirement, summed over the week.",
    "surplus": "Officer-hours above the requirement, summed over the week.",
    "fewest on duty": "Officers on duty in the thinnest hour of the week.",
    "mean response": "From the call to the first unit at the scene, over attended incidents.",
    "longest response": "From the call to the first unit at the scene.",
    "incidents late": "Attended later than the target of their grade.",
    "levels missing": "Levels of cover that zones lack after the units have left.",
    "calls with backup": "Share of the calls with as many cars near as make a backup.",
    "calls expected to be covered": "Share of the calls that can expect a car near that is not busy.",
    "posts in use": "Posts with a car in some part of the day.",
}


def kpi_row(
    family: str, measures: Sequence[Measure], baseline: Sequence[Measure] = (), against: str = ""
) -> None:
    """Show the measures of a family in one row; where a baseline is given, how each differs from it."""
    now, before = measures_by_name(measures), measures_by_name(baseline)
    names = [n for n in SHOWN.get(family, tuple(now)[:MOST]) if n in now]
    for column, name in zip(st.columns(max(len(names), 1)), names, strict=False):
        _metric(column, name, now[name], before.get(name))
    if against:
        st.caption(f"The small numbers are the change against: {escaped(against)}.")


def kpi_list(
    names: Sequence[str], measures: Sequence[Measure], baseline: Sequence[Measure], *, is_base: bool
) -> None:
    """Show the named measures below each other, each with the change against the baseline, or that it is the one."""
    now, before = measures_by_name(measures), measures_by_name(baseline)
    for name in (n for n in names if n in now):
        if is_base:
            st.metric(
                _NAMES.get(name, name.capitalize()),
                _value(now[name]),
                delta="held against",
                delta_color="off",
                delta_arrow="off",
                help=_HOW.get(name),
            )
        else:
            _metric(st, name, now[name], before.get(name), border=False)


def _metric(place: Any, name: str, measure: Measure, old: Measure | None, *, border: bool = True) -> None:
    delta = _delta(measure, old.value) if old is not None else None
    same = delta is None or delta.lstrip("+-").startswith(("0 ", "0.0 "))
    colour = "off" if same else {"lower": "inverse", "higher": "normal"}.get(measure.better, "off")
    place.metric(
        _NAMES.get(name, name.capitalize()),
        _value(measure),
        delta=delta,
        delta_color=colour,
        delta_arrow="off" if same else "auto",
        help=_HOW.get(name),
        border=border,
    )


def _value(measure: Measure) -> str:
    """Print a value; its unit only where the name does not say it."""
    if measure.unit in ("s", "frac"):
        # four cards stand in a row: the whole word would be cut
        return in_units(measure.value, measure.unit).replace("minutes", "min").replace("minute", "min")
    return number(measure.value, 1)


def _delta(measure: Measure, old: float) -> str:
    value, unit = planner_value(measure.value - old, measure.unit)
    if measure.unit == "frac":
        return f"{percent(value):+.1f} points"
    return f"{value:+,.1f} {unit}" if abs(value) >= NOTABLE else f"0 {unit}"
