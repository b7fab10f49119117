"""Relief, the recruit pipeline and overtime beside hiring: in sentences, as rows to draw, and as sheets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from optimiser.demand.relief import (
    ABSENCES,
    Hiring,
    Month,
    PipelineParams,
    Relief,
    ReliefParams,
)
from optimiser.units import percent, percent_text

Rows = list[dict[str, Any]]
_ABSENCES = dict(
    zip(
        ABSENCES,
        ("leave and holidays", "training", "court", "sickness and injury", "other duty"),
        strict=True,
    )
)
WORKED = "at the post"
OVERTIME, HIRED = "overtime", "officers hired"
_COST_STEPS = 60
_REACH = 1.3


def relief_said(
    given: ReliefParams, people: PipelineParams, needed: Relief, months: Sequence[Month], hiring: Hiring
) -> list[str]:
    """Say how many officers a post takes, how vacancies go, and what an hour costs either way."""
    last, worst = months[-1], worst_month(months)
    overtime_h = sum(m.overtime_h for m in months)
    said = [
        f"Of {given.paid_h:,.0f} paid hours a year {given.absent_h:,.0f} go to leave, training, court, sickness and "
        f"other duty; an officer works {needed.net_h:,.0f}, {given.net_week_h:.1f} a week.",
        f"One shift of {given.shift_h:g} hours on every day of the year takes {needed.shift_factor:.2f} officers; one "
        f"post round the clock ({needed.hours_a_day:g} staffed hours a day) takes {needed.post_factor:.2f}.",
    ]
    if given.vacancy_frac > 0:
        said.append(
            f"With {percent(given.vacancy_frac):g} % of positions vacant it takes {needed.positions_factor:.2f} "
            "positions."
        )
    said.append(
        f"Of {people.positions} positions {last.trained:.0f} have a trained officer after {last.month} months; the "
        f"fewest is {worst.trained:.0f} in month {worst.month} ({percent_text(worst.vacancy_frac)} vacant). Filling "
        f"their posts takes {overtime_h:,.0f} hours of overtime in all."
    )
    said.append(
        f"An hour at the post costs {hiring.overtime_per_h:,.2f} by overtime and {hiring.hired_per_h:,.2f} by one more "
        f"officer: {hiring.cheaper} is cheaper. {_break_even(needed, hiring)}"
    )
    return said


def _break_even(needed: Relief, hiring: Hiring) -> str:
    """Say from how many hours on one more officer is cheaper; an officer who never works as many never is."""
    if hiring.break_even_h <= needed.net_h:
        return f"Above {hiring.break_even_h:,.0f} hours of overtime a year one more officer is."
    if not math.isfinite(hiring.break_even_h):
        return "Overtime that costs nothing is always cheaper."
    return (
        f"One more officer would be from {hiring.break_even_h:,.0f} hours of overtime a year, more than the "
        f"{needed.net_h:,.0f} that an officer works."
    )


def worst_month(months: Sequence[Month]) -> Month:
    """Return the month with most vacancies, the first of them."""
    return max(months, key=lambda m: (m.vacancy_frac, -m.month))


def break_even_h(needed: Relief, hiring: Hiring) -> float | None:
    """Return the hours a year from which one more officer is cheaper; None where an officer never works as many."""
    return hiring.break_even_h if hiring.break_even_h <= needed.net_h else None


def year_rows(given: ReliefParams, needed: Relief) -> Rows:
    """Return where an officer's paid year goes, in hours."""
    rows: Rows = [{"what": WORKED, "hours": needed.net_h}]
    rows += [{"what": word, "hours": float(getattr(given, name))} for name, word in _ABSENCES.items()]
    return [row for row in rows if row["hours"] > 0]


def month_rows(months: Sequence[Month]) -> Rows:
    """Return a row a month; the share of vacancies as a fraction."""
    return [
        {
            "month": m.month,
            "trained": m.trained,
            "in academy": m.in_academy,
            "joined": m.joined,
            "left": m.left,
            "began": m.began,
            "vacant share": m.vacancy_frac,
            "overtime hours": m.overtime_h,
        }
        for m in months
    ]


def cost_rows(needed: Relief, hiring: Hiring) -> Rows:
    """Return what so many hours a year at a post cost by overtime, and by officers hired for them, whole ones."""
    far = needed.net_h * _REACH
    officer = hiring.hired_per_h * needed.net_h
    rows: Rows = []
    for k in range(_COST_STEPS + 1):
        hours = far * k / _COST_STEPS
        rows.append({"hours": hours, "how": OVERTIME, "cost": hours * hiring.overtime_per_h})
        rows.append(
            {
                "hours": hours,
                "how": HIRED,
                "cost": officer * max(1, math.ceil(hours / needed.net_h - 1e-9)),
            }
        )
    return rows


def relief_sheets(
    given: ReliefParams, needed: Relief, months: Sequence[Month], hiring: Hiring
) -> dict[str, Rows]:
    """Return the sheets of the workbook."""
    factors = asdict(needed) | asdict(hiring)
    return {
        "Relief": [{"what": name.replace("_", " "), "value": value} for name, value in factors.items()],
        "An officer's year": year_rows(given, needed),
        "Month by month": month_rows(months),
    }
