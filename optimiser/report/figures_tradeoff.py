"""Aims set against each other, and plans on weeks drawn anew, as the rows of their pictures, in planner's units."""

from __future__ import annotations

from typing import Any

from optimiser.report.phrases import aim, in_units, shown_value
from optimiser.studies.tradeoff import End, Tradeoff
from optimiser.studies.uncertainty import Uncertainty


def tradeoff_points(found: Tradeoff) -> dict[str, Any]:
    """Return the points by what the held aim is held to, a line for each limit of a second one, and both axes' names.

    ``falls``: more of the held aim is better, so that giving it up leads to the left.
    """
    first, held = found.ends[0], found.ends[1:]
    contended = [k for k, e in enumerate(held) if e.aim not in found.agree] or [0]
    across = contended[0]
    rows = []
    for number, row in enumerate(found.rows, start=1):
        if row.values is None:
            continue
        lines = [f"{_name(held[k])} held to {_value(held[k], row.limits[k])}" for k in contended[1:]]
        rows.append(
            {
                "point": f"Point {number}",
                "line": lines[0] if lines else "best plan found",
                "held to": _shown(held[across], row.limits[across]),
                "comes to": _shown(held[across], row.values[across + 1]),
                "value": _shown(first, row.values[0]),
                "bound": None if row.bound is None else _shown(first, row.bound),
                "note": "another point is as good in every aim" if row.dominated else "",
            }
        )
    return {
        "points": rows,
        "x": _titled(held[across]),
        "y": _titled(first),
        "falls": held[across].objective.sense == "max",
        "conflict": found.curve is not None,
    }


def ends_rows(found: Tradeoff) -> list[dict[str, Any]]:
    """Return a row for each aim by itself: its best, what no plan can beat, and what the other aims come to there."""
    return [
        {"best": _name(end)}
        | {_titled(e): _shown(e, end.there[k]) for k, e in enumerate(found.ends)}
        | {"no plan beats": None if end.bound is None else _shown(end, end.bound)}
        for end in found.ends
    ]


def plans_of(found: Tradeoff) -> dict[str, Any]:
    """Return the plan of each aim by itself, then those of the points, by name."""
    ends = {f"Best {_name(e)}": e.plan for e in found.ends if e.plan is not None}
    points = {f"Point {k}": r.plan for k, r in enumerate(found.rows, start=1) if r.plan is not None}
    return ends | points


def spread_bars(found: Uncertainty) -> list[dict[str, Any]]:
    """Return each plan's aims over the samples: the middle, and between what and what nine in ten of them lie."""
    return [
        {
            "plan": plan,
            "aim": f"{aim(s.name)}, {shown_value(0.0, s.unit)[1]}".rstrip(", "),
            "low": shown_value(s.low, s.unit)[0],
            "middle": shown_value(s.median, s.unit)[0],
            "high": shown_value(s.high, s.unit)[0],
        }
        for plan, spreads in found.spreads.items()
        for s in spreads
        if s.objective
    ]


def _name(end: End) -> str:
    return aim(end.objective.name)


def _titled(end: End) -> str:
    return f"{_name(end)}, {shown_value(0.0, end.objective.unit)[1]}".rstrip(", ")


def _shown(end: End, value: float) -> float:
    return shown_value(value, end.objective.unit)[0]


def _value(end: End, value: float) -> str:
    return in_units(value, end.objective.unit)
