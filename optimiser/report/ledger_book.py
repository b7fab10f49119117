"""The ledger as sheets of a workbook: split, simulated weeks, officers, hours of the week, points, rules, lending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from optimiser.problems.shifts.ledger import CLASSES
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.studies.sector_rules import RuleLine
from optimiser.studies.shift_simulation import SimulatedWeeks
from optimiser.studies.split_ledger import ClassLine, Point
from optimiser.units import DAY_NAMES, HOURS_PER_DAY, asked_text, minutes

Rows = list[dict[str, Any]]
QUANTILES = (0.05, 0.5, 0.95)


def sector_sheets(
    sector: str,
    lines: Sequence[ClassLine],
    weeks: SimulatedWeeks,
    planned_h: Any,
    points: Sequence[Point],
    rules: Sequence[RuleLine],
) -> dict[str, Rows]:
    """Return the sheets of one sector; ``planned_h`` holds officer-hours by class and hour, shape (5, 168)."""
    return {
        "Time split": [_split_row(sector, line) for line in lines],
        "Simulated weeks": _week_rows(sector, weeks),
        "Officers": _officer_rows(sector, weeks),
        "Hours of the week": _hour_rows(sector, np.asarray(planned_h), weeks),
        "Points": [{"sector": sector} | asdict(p) for p in points],
        "Rules": [{"sector": sector} | asdict(r) for r in rules],
    }


def lending_rows(lines: Sequence[Mapping[str, Any]]) -> Rows:
    """Return the sheet of lending from the lines as JSON holds them: each sector apart, and with lending."""
    return [
        {
            "sector": line["name"],
            "hours on duty": line["on_duty_h"],
            "on calls, share": line["calls_frac"],
            "on calls with lending, share": line["calls_frac_lending"],
            "share in 5 % of weeks": line["p5"],
            "share in 95 % of weeks": line["p95"],
            "own calls by own units, share": _number(line["own_frac"]),
            "hours lent": line["lent_h"],
            "hours borrowed": line["borrowed_h"],
            "calls that wait, share": line["wait_frac"],
            "calls that wait with lending, share": line["wait_frac_lending"],
            "urgent sent a unit, 9 of 10 (minutes)": _number(minutes(line["urgent_p90_s"])),
            "the same with lending (minutes)": _number(minutes(line["urgent_p90_lending_s"])),
        }
        for line in lines
    ]


def joined(parts: Sequence[dict[str, Rows]]) -> dict[str, Rows]:
    """Return the sheets of all sectors, one below the other; sheets without a row are left out."""
    names = dict.fromkeys(name for part in parts for name in part)
    found = {name: [row for part in parts for row in part.get(name, [])] for name in names}
    return {name: rows for name, rows in found.items() if rows}


def _split_row(sector: str, line: ClassLine) -> dict[str, Any]:
    return {
        "sector": sector,
        "class": CLASS_WORDS[line.name],
        "asked": line.kind,
        "limit share": line.limit,
        "measured share": line.measured,
        "planned share": line.planned,
        "simulated share": line.simulated,
        "share in 5 % of weeks": line.p5,
        "share in 95 % of weeks": line.p95,
        "share of 5 % of officers": line.officer_p5,
        "share of 95 % of officers": line.officer_p95,
        "planned keeps it": "yes" if line.kept else "no",
    }


def _week_rows(sector: str, weeks: SimulatedWeeks) -> Rows:
    rows = []
    for k, shares in enumerate(weeks.shares):
        row: dict[str, Any] = {"sector": sector, "week": k + 1}
        row |= {f"{CLASS_WORDS[c]} share": float(v) for c, v in zip(CLASSES, shares, strict=True)}
        row |= {
            f"share of hours above {asked_text(f)} on calls": float(v[k]) for f, v in weeks.busy_frac.items()
        }
        for g, grade in enumerate(weeks.grades):
            name = f"grade {grade}" if grade > 0 else "grade not known"
            row[f"{name}, share with no free unit"] = _number(weeks.no_free_frac[k, g])
            row[f"{name}, sent one within, 9 of 10 (minutes)"] = _number(minutes(weeks.wait_p90_s[k, g]))
        row["hours past the end of a shift"] = float(weeks.overtime_h[k])
        rows.append(row)
    return rows


def _officer_rows(sector: str, weeks: SimulatedWeeks) -> Rows:
    """Return the shares of their time over four weeks that so many officers stay below, class by class."""
    if not weeks.officer_shares.size:
        return []
    return [
        {
            "sector": sector,
            "officers below (share)": q,
        }
        | {
            f"{CLASS_WORDS[c]} over four weeks (share)": float(np.quantile(weeks.officer_shares[:, :, k], q))
            for k, c in enumerate(CLASSES)
        }
        for q in QUANTILES
    ]


def _hour_rows(sector: str, planned_h: Any, weeks: SimulatedWeeks) -> Rows:
    rows = []
    for hour in range(planned_h.shape[1]):
        day, of_day = divmod(hour, HOURS_PER_DAY)
        row: dict[str, Any] = {"sector": sector, "day": DAY_NAMES[day], "hour": of_day}
        for k, name in enumerate(CLASSES):
            row[f"{CLASS_WORDS[name]}, planned hours"] = float(planned_h[k, hour])
            row[f"{CLASS_WORDS[name]}, simulated hours"] = float(weeks.by_hour[k, hour])
        rows.append(row)
    return rows


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
