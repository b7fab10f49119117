"""Demand levers priced beside a sworn hire: in sentences, as rows to draw, and as sheets."""

from __future__ import annotations

import math
from typing import Any

from optimiser.demand.levers import WEEKS_PER_YEAR, LeverStudy, Priced
from optimiser.report.phrases import listed
from optimiser.units import HOURS_PER_DAY, hours, percent_text

Rows = list[dict[str, Any]]
CAUTION = (
    "Their shares are the planner's to state: the toolkit's own are places to start from and no findings."
)
NO_CALL, CHEAPER, DEARER = "no call fits", "cheaper than a sworn hire", "dearer than a sworn hire"
BEFORE, AFTER = "as it is", "with all of them"


def levers_said(
    found: LeverStudy, source: str, sworn_per_year: float, net_hours_per_year: float
) -> list[str]:
    """Say what calls take, what a sworn officer costs, what all levers free together and when."""
    whole_h = hours(float(found.week_s.sum()))
    said = [
        f"Calls of the public take {whole_h:,.1f} officer-hours a week. Levers: {source}.",
        f"A sworn officer: {sworn_per_year:,.0f} a year for {net_hours_per_year:,.0f} hours on duty, "
        f"{found.sworn_cost_per_h:,.0f} an hour.",
        *_cheapest(found),
        f"All together free {percent_text(freed_frac(found))} of that time, each call once.",
        _when(found),
    ]
    idle = idle_levers(found)
    if idle:
        said.append(
            f"No call fits: {', '.join(idle)}. Name your types in a levers.toml in the project folder."
        )
    return [*said, CAUTION]


def idle_levers(found: LeverStudy) -> list[str]:
    """Return the levers that no call fits."""
    return [p.lever.name for p in found.priced if p.n_matching == 0]


def freed_frac(found: LeverStudy) -> float:
    """Share of officers' time on calls that all levers free together."""
    return 1.0 - float(found.left_s().sum()) / max(float(found.week_s.sum()), 1e-9)


def _cheapest(found: LeverStudy) -> list[str]:
    cheaper = [p.lever.name for p in found.priced if standing(found, p) == CHEAPER]
    if len(cheaper) > 1 and len(cheaper) == sum(p.freed_h_per_year > 0 for p in found.priced):
        return ["An hour freed costs less than a sworn officer's by each of them."]
    if not cheaper:
        return ["None of them frees an hour for less than a sworn officer costs."]
    return [f"An hour freed costs less than a sworn officer's by: {listed(cheaper)}."]


def standing(found: LeverStudy, one: Priced) -> str:
    """Return whether an hour freed by a lever costs less than a sworn officer's."""
    if not one.freed_h_per_year > 0:
        return NO_CALL
    return CHEAPER if one.cost_per_h < found.sworn_cost_per_h else DEARER


def lever_rows(found: LeverStudy) -> Rows:
    """Return a row for each lever, a year's figures."""
    return [
        {
            "lever": p.lever.name,
            "kind": p.lever.kind,
            "calls a year": p.n_diverted,
            "hours freed a year": p.freed_h_per_year,
            "alone": hours(p.alone_s) * WEEKS_PER_YEAR,
            "cost a year": p.cost_per_year,
            "cost of an hour": None if math.isinf(p.cost_per_h) else p.cost_per_h,
            "as sworn officers": p.as_sworn,
            "cost of those officers": p.sworn_cost_per_year,
            "standing": standing(found, p),
        }
        for p in found.priced
    ]


def hour_rows(found: LeverStudy) -> Rows:
    """Return officer-hours on calls by hour of the day in a mean week, as it is and with all levers."""
    rows: Rows = []
    for when, week_s in ((BEFORE, found.week_s), (AFTER, found.left_s())):
        by_hour = week_s.reshape(-1, HOURS_PER_DAY).sum(axis=0)
        rows += [{"hour": h, "when": when, "officer-hours": hours(float(s))} for h, s in enumerate(by_hour)]
    return rows


def _when(found: LeverStudy) -> str:
    """Say at which hours of the day the most is freed, and where work comes back."""
    by_hour = (found.week_s - found.left_s()).reshape(-1, HOURS_PER_DAY).sum(axis=0)
    most = sorted(int(h) for h in by_hour.argsort()[::-1][:3])
    said = "Most is freed from " + ", ".join(f"{h:02d}:00" for h in most) + " o'clock on"
    back = [h for h in range(HOURS_PER_DAY) if by_hour[h] < 0]
    return said + (f"; work comes back at {', '.join(f'{h:02d}:00' for h in back)}." if back else ".")


def levers_sheets(found: LeverStudy) -> dict[str, Rows]:
    """Return the sheets of the workbook."""
    return {"Levers": lever_rows(found), "By hour of the day": hour_rows(found)}
