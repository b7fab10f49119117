"""Calls of a dated week: the mean week at the level of its months."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from optimiser.data.project import Project
from optimiser.demand.period import Period
from optimiser.demand.workload import Workload, from_project
from optimiser.prepare.calendar_file import monday_of


def season_factor(project: Project, work: Workload, date: dt.date) -> float:
    """Return the call work of a mean week in the months of a date's week over that of any week.

    Raises
    ------
    InputError
        If the project holds totals without dates, or no call in those months.
    """
    monday = monday_of(date)
    months = frozenset({monday.month, (monday + dt.timedelta(days=6)).month})
    there = from_project(project, period=Period(months=months))
    whole = float(work.week_unit_s().sum())
    return float(there.week_unit_s().sum()) / whole if whole > 0 else 1.0


def times(work: Workload, factor: float) -> Workload:
    """Return the same week with all calls and their work multiplied."""
    if factor == 1.0:
        return work
    return replace(
        work,
        calls=work.calls * factor,
        unit_s=work.unit_s * factor,
        priority_calls={p: v * factor for p, v in work.priority_calls.items()},
        unplaced_calls=work.unplaced_calls * factor,
        unplaced_unit_s=work.unplaced_unit_s * factor,
    )
