"""The project in tables and sentences: quality, the mean week, work by area."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.data.quality import QualityReport
from optimiser.demand.workload import Workload
from optimiser.units import DAY_NAMES, HOURS_PER_DAY, hours, percent, percent_text

_GRADES = ((0.10, "Good"), (0.25, "Usable, with care"))
"""Largest share of calls that a finding touches, by grade."""


def quality(report: QualityReport) -> pd.DataFrame:
    """Return the findings about the data, red ones first."""
    rows = [
        {
            "stops a solve": "yes, mend it" if f.red else "no",
            "what was found": f.rule,
            "count": f.count,
            "% of rows": None if math.isnan(f.share_frac) else percent(f.share_frac),
            "what was done, or what to do": f.action,
            "examples": ", ".join(f.examples),
            "file": f.source,
        }
        for f in sorted(report.findings, key=lambda f: not f.red)
    ]
    columns = [
        "stops a solve",
        "what was found",
        "count",
        "% of rows",
        "what was done, or what to do",
        "examples",
        "file",
    ]
    return pd.DataFrame(rows, columns=columns)


def quality_grade(project: Project) -> tuple[str, str]:
    """Return the grade of the data in words and what it rests on: the largest share of calls any finding touches."""
    report = project.report
    if report.red:
        return (
            "Not ready",
            f"{len(report.red)} of {len(report.findings)} findings must be mended before a solve.",
        )
    n_calls = 0 if project.calls is None else len(project.calls)
    faults = [f for f in report.findings if not f.fact]
    touched = [f.count / n_calls for f in faults if n_calls and f.count <= n_calls]
    touched += [f.share_frac for f in faults if not n_calls and not math.isnan(f.share_frac)]
    largest = max(touched, default=0.0)
    what = "calls" if n_calls else "rows"
    widest = percent_text(largest)
    said = f"{len(report.findings)} findings, none stops a solve; the widest touches {widest} of {what}."
    return next((word for limit, word in _GRADES if largest <= limit), "Weak"), said


def week_facts(project: Project, work: Workload | None) -> list[tuple[str, str, str]]:
    """Return what a week holds as (name, value, how it is counted)."""
    facts = [
        ("Areas", f"{len(project.areas):,}", "The smallest parts of the map; every plan is made of them.")
    ]
    if work is not None:
        calls, unit_s = work.week_calls(), work.week_unit_s()
        busiest = int(np.argmax(unit_s))
        facts += [
            (
                "Calls a week",
                f"{calls.sum():,.0f}",
                f"Mean of {work.n_weeks:.0f} weeks, officers' own initiative left out.",
            ),
            (
                "Unit hours a week",
                f"{hours(float(unit_s.sum())):,.0f}",
                "Time of all units of a call, summed.",
            ),
            (
                "Busiest hour",
                f"{DAY_NAMES[busiest // HOURS_PER_DAY]} {busiest % HOURS_PER_DAY:02d}:00",
                f"{hours(float(unit_s[busiest])):.1f} units busy on calls in the mean.",
            ),
        ]
    return facts


def project_words(project: Project) -> str:
    """Say what the project holds."""
    said = f"{len(project.areas):,} areas with {len(project.graph.edges):,} borders between them"
    said += f", {len(project.stations)} stations" if len(project.stations) else ", no stations"
    if project.calls is not None:
        first, last = project.calls["received_at"].min(), project.calls["received_at"].max()
        said += f", {len(project.calls):,} calls from {first:%d %B %Y} to {last:%d %B %Y}"
    else:
        said += ", a workload table"
    return said + (", streets." if project.roads_file else ", no streets: drives are straight lines.")


def week_unit_hours(work: Workload) -> NDArray[np.float64]:
    """Return unit hours of each hour of the week, shape (168,)."""
    return np.array([hours(float(v)) for v in work.week_unit_s()])


def busiest_words(work: Workload) -> str:
    """Say which hours are busiest and quietest."""
    calls = work.week_calls()
    most, least = int(np.argmax(calls)), int(np.argmin(calls))
    return f"Most calls on {_hour(most)} ({calls[most]:.1f}), fewest on {_hour(least)} ({calls[least]:.1f})."


def _hour(hour: int) -> str:
    return f"{DAY_NAMES[hour // HOURS_PER_DAY]} {hour % HOURS_PER_DAY:02d}:00"


def week_table(work: Workload) -> pd.DataFrame:
    """Return calls by hour of the day and day of the week."""
    grid = work.week_calls().reshape(len(DAY_NAMES), HOURS_PER_DAY)
    return pd.DataFrame(
        {"hour": [f"{h:02d}:00" for h in range(HOURS_PER_DAY)]} | dict(zip(DAY_NAMES, grid, strict=True))
    )


def area_work(project: Project, work: Workload) -> pd.DataFrame:
    """Return calls and unit hours of each area, in the order of the areas."""
    areas = project.areas
    return pd.DataFrame(
        {
            "area": areas["area_id"].astype(str).to_numpy(),
            "calls a week": work.calls.sum(axis=1),
            "unit hours a week": [hours(float(v)) for v in work.unit_s.sum(axis=1)],
            "district": areas["district_id"].astype(str).to_numpy(),
            "name": areas["name"].astype(str).to_numpy(),
        }
    )


def steps_words(limits: list[float], unit: str) -> str:
    """Say what the colours of a map mean."""
    if not limits:
        return "No work anywhere."
    return f"Light to dark: steps at {', '.join(f'{v:.1f}' for v in limits)} {unit}. Dark lines: districts in use."
