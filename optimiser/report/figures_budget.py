"""What stands beside the frontier of a force, as rows to draw: key figures, the years, and regret."""

from __future__ import annotations

from typing import Any

from optimiser.demand.relief import WEEKS_PER_YEAR
from optimiser.studies.budget_points import fillable, officers_a_point
from optimiser.studies.budget_types import Budget
from optimiser.studies.budget_years import Pay, best_years, years
from optimiser.units import percent

Rows = list[dict[str, Any]]


def beside(found: Budget, pay: Pay) -> dict[str, Any]:
    """Return key figures of today's strength, pay and overtime over the years, and regret by future."""
    q = found.question
    base = q.scenarios[0].name
    today = found.at(base, q.n_today)
    return {
        "figures": {
            "officers": q.n_today,
            "short": today.shortage_h,
            "one more": today.difference_h,
            "goes to": today.gains,
            "gap": percent(today.gap_frac),
            "on calls": percent(found.calls_frac(q.n_today)),
            "officers a point": officers_a_point(found, q.n_today),
            "officer cost": q.officer_cost,
        },
        "years": _years(found, pay),
        "mixes": _mixes(found),
        "regret": _regret(found),
    }


def _years(found: Budget, pay: Pay) -> dict[str, Any]:
    """Return pay and overtime of every number of officers, in all years, and which number has least.

    Where overtime was looked at, only of the numbers whose shortage it can fill within its limit.
    """
    q = found.question
    looked_at = years(q, found.frontier[q.scenarios[0].name], pay)
    rows: Rows = []
    for one in looked_at:
        rows.append({"officers": one.officers, "what": "pay", "cost": float(one.pay.sum())})
        rows.append({"officers": one.officers, "what": "overtime", "cost": float(one.overtime.sum())})
        rows.append({"officers": one.officers, "what": "both", "cost": one.total})
    workable = fillable(found)
    told = [y for y in looked_at if y.officers in workable] or looked_at
    return {
        "rows": rows,
        "best": best_years(told).officers,
        "n": pay.n_years,
        "workable": bool(workable),
    }


def _mixes(found: Budget) -> Rows:
    """Return overtime against hiring at every number of officers, future by future; costs a year."""
    q = found.question
    an_hour = WEEKS_PER_YEAR * q.overtime_per_h
    return [
        {
            "future": future,
            "officers": m.total,
            "hires": m.hires,
            "pay of hires": m.hires * q.officer_cost,
            "held over h": m.overtime.hold_over_h,
            "called back h": m.overtime.call_back_h,
            "held over": m.overtime.hold_over_h * an_hour,
            "called back": m.overtime.call_back_h * an_hour,
            "no mix costs less than": m.bound,
            "hiring alone": None if m.hires_alone is None else m.hires_alone * q.officer_cost,
        }
        for future, mixes in found.mixes.items()
        for m in mixes
        if m.overtime is not None and m.hires is not None
    ]


def _regret(found: Budget) -> Rows:
    names = [s.name for s in found.question.scenarios]
    return [
        {"planned for": planned, "what comes": comes, "regret": float(found.regret[i, j])}
        for i, planned in enumerate(names)
        for j, comes in enumerate(names)
    ]


def point_rows(found: Budget) -> Rows:
    """Return what a point of time on calls costs at each strength of the base: a sheet of the workbook."""
    q = found.question
    rows: Rows = []
    for p in found.frontier[q.scenarios[0].name]:
        more = officers_a_point(found, p.total)
        rows.append(
            {
                "officers": p.total,
                "share of time on calls": found.calls_frac(p.total),
                "officers for one point less": more,
                "cost of one point a year": None if more is None else more * q.officer_cost,
                "no plan is below": p.bound,
                "priced shortage": p.value,
            }
        )
    return rows
