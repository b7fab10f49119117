"""A plan as plain tables: the rows of ``plan.csv`` and of the workbook, ids as they are, minutes as minutes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from optimiser import units
from optimiser.data.spreadsheet import harmless
from optimiser.errors import InputError
from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.rules import all_moved
from optimiser.problems.containment import ContainmentPlan, ContainmentProblem
from optimiser.problems.containment.measures import arrivals
from optimiser.problems.fold import FoldPlan, FoldProblem
from optimiser.problems.patterns import OFF, PatternsPlan
from optimiser.problems.rosters import RostersPlan, RostersProblem
from optimiser.problems.rosters.rules import days_of as roster_days
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.shift_design import ShiftDesignPlan, ShiftDesignProblem
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.data import DAYS
from optimiser.problems.standby import StandbyPlan, StandbyProblem
from optimiser.problems.strength import StrengthPlan, StrengthProblem
from optimiser.report.journeys import responses
from optimiser.report.sheet import write_bytes
from optimiser.units import DAY_NAMES

PLAN_FILE = "plan.csv"
CENTRES_FILE = "centres.csv"
MOVES_FILE = "moves.csv"
_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    PLAN_FILE: {
        "sectors": ("area_id", "district_id"),
        "shifts": ("shift_id", "day", "officers"),
        "assignment": ("unit", "incident", "minutes"),
        "fold": ("cars", "car", "beat"),
        "standby": ("part", "post", "cars"),
        "facilities": ("year", "site_id"),
        "containment": ("post", "unit", "minutes"),
        "patrol": ("part", "area_id", "hours"),
        "strength": ("district_id", "officers", "today", "change"),
        "patterns": ("row", *DAY_NAMES),
        "rosters": ("team", "date", "shift", "starts", "ends", "pattern", "pattern_day"),
        "shift_design": ("shift_id", "day", "officers"),
    },
    MOVES_FILE: {"assignment": ("unit", "post", "minutes")},
    CENTRES_FILE: {"sectors": ("district_id", "centre_id", "centre_area_id")},
}


def sectors_rows(problem: SectorsProblem, plan: SectorsPlan) -> list[dict[str, Any]]:
    """Return area_id and district_id in the order of the map, areas of no district left out."""
    return [
        {"area_id": a, "district_id": plan.district_of[a]} for a in problem.area_ids if a in plan.district_of
    ]


def centres_rows(problem: SectorsProblem, plan: SectorsPlan) -> list[dict[str, Any]]:
    """Return district_id, centre_id and the area the centre lies in."""
    area = {c: problem.area_ids[int(a)] for c, a in zip(problem.centre_ids, problem.centre_area, strict=True)}
    return [
        {"district_id": d, "centre_id": plan.centre_of[d], "centre_area_id": area.get(plan.centre_of[d], "")}
        for d in problem.params.district_ids
        if d in plan.centre_of
    ]


def shifts_rows(problem: ShiftsProblem, plan: ShiftsPlan) -> list[dict[str, Any]]:
    """Return shift_id, day (Mon to Sun) and officers, by day and start; shifts nobody works left out."""
    start = {name: int(first) for name, first in zip(problem.shift_ids, problem.shift_start, strict=True)}
    known = [(day, start.get(shift, -1), shift, n) for shift, day, n in plan.rows() if 0 <= day < DAYS]
    rows: list[tuple[int, int, str, int]] = sorted(known)
    return [{"shift_id": shift, "day": DAY_NAMES[day], "officers": n} for day, _, shift, n in rows]


def assignment_rows(problem: AssignmentProblem, plan: AssignmentPlan) -> list[dict[str, Any]]:
    """Return unit, incident, and minutes from now until the unit is there, in the order of the incidents."""
    return [
        {"unit": j.unit, "incident": j.incident, "minutes": round(units.minutes(j.arrives_s), 2)}
        for r in responses(problem, plan)
        for j in r.journeys
    ]


def move_rows(problem: AssignmentProblem, plan: AssignmentPlan) -> list[dict[str, Any]]:
    """Return unit, post, and minutes of the way, in the order of the units."""
    return [
        {
            "unit": problem.unit_ids[u],
            "post": problem.post_ids[p],
            "minutes": round(units.minutes(float(problem.post_travel_s[u, p])), 2),
        }
        for u, p in sorted(all_moved(problem, plan).items())
    ]


def fold_rows(problem: FoldProblem, plan: FoldPlan) -> list[dict[str, Any]]:
    """Return cars, car (1 and on) and beat, from full cars down; beats in the order of the map."""
    return [
        {"cars": cars, "car": car_of[beat] + 1, "beat": beat}
        for cars in sorted(plan.groups_at, reverse=True)
        for car_of in (plan.cars_of(cars),)
        for beat in problem.beat_ids
        if beat in car_of
    ]


def standby_rows(problem: StandbyProblem, plan: StandbyPlan) -> list[dict[str, Any]]:
    """Return part of the day, post and cars, by part and in the order of the posts."""
    return [
        {"part": part, "post": post, "cars": plan.cars_at[part][post]}
        for part in problem.part_ids
        if part in plan.cars_at
        for post in problem.post_ids
        if plan.cars_at[part].get(post, 0) > 0
    ]


def strength_rows(problem: StrengthProblem, plan: StrengthPlan) -> list[dict[str, Any]]:
    """Return district_id, officers, officers today and the change, in the order of the districts."""
    return [
        {"district_id": d, "officers": plan.of(d), "today": now, "change": plan.of(d) - now}
        for d, now in zip(problem.district_ids, problem.assigned.tolist(), strict=True)
    ]


def rosters_rows(problem: RostersProblem, plan: RostersPlan) -> list[dict[str, Any]]:
    """Return team, date, shift or ``off``, when it starts and ends by local wall time, and the pattern's day (from 1).

    No names: the force's own roster system keeps who is in a team, and leave and requests. The same table says what
    was worked before the next roster.
    """
    start = dict(zip(problem.shift_ids, problem.shift_start_s.tolist(), strict=True))
    length = dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True))
    rows = []
    for team in problem.team_ids:
        pattern, phase = plan.assigned[team]
        cycle = len(problem.patterns[problem.pattern_ids.index(pattern)])
        for d, shift in enumerate(roster_days(problem, pattern, phase)):
            date = problem.date(d)
            row = {"team": team, "date": date.isoformat(), "shift": _or_off(shift)}
            if shift in start:
                begins = dt.datetime.combine(date, dt.time()) + dt.timedelta(seconds=start[shift])
                ends = begins + dt.timedelta(seconds=length[shift])
                row |= {"starts": begins.isoformat(" ", "minutes"), "ends": ends.isoformat(" ", "minutes")}
            rows.append(row | {"pattern": pattern, "pattern_day": (phase + d) % cycle + 1})
    return rows


def shift_design_rows(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> list[dict[str, Any]]:
    """Return shift_id, day (Mon to Sun, or its number in another cycle) and officers, by day and start."""
    start = dict(zip(problem.shift_ids, problem.shift_start.tolist(), strict=True))
    days = DAY_NAMES if problem.n_days == DAYS else tuple(str(d + 1) for d in range(problem.n_days))
    rows = sorted(
        (d, start[name], name, n)
        for name in plan.used()
        for d, n in enumerate(plan.officers[name])
        if n > 0 and name in start
    )
    return [{"shift_id": name, "day": days[d], "officers": n} for d, _, name, n in rows]


def patterns_rows(plan: PatternsPlan) -> list[dict[str, Any]]:
    """Return row (1 and on) and the shift of each day, Mon to Sun, days off as ``off``."""
    return [
        {"row": k + 1, **dict(zip(DAY_NAMES, (_or_off(d) for d in row), strict=True))}
        for k, row in enumerate(plan.rows)
    ]


def _or_off(shift: str) -> str:
    """Return a shift, or "off": a lone dash is a formula to a spreadsheet."""
    return "off" if shift == OFF else shift


def containment_rows(problem: ContainmentProblem, plan: ContainmentPlan) -> list[dict[str, Any]]:
    """Return post, unit, and minutes from now until the post is held, the earliest first."""
    there, unit_at = arrivals(problem, plan), {place: unit for unit, place in plan.post_of.items()}
    return [
        {"post": place, "unit": unit_at[place], "minutes": round(units.minutes(there[place]), 2)}
        for place in sorted(there, key=lambda c: (there[c], c))
    ]


def tables(family: str, problem: Any, plan: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the plan's tables by file name.

    Raises
    ------
    InputError
        If the family is not one of these.
    """
    if family == "sectors":
        return {PLAN_FILE: sectors_rows(problem, plan), CENTRES_FILE: centres_rows(problem, plan)}
    if family == "shifts":
        return {PLAN_FILE: shifts_rows(problem, plan)}
    if family == "assignment":
        moves = move_rows(problem, plan)
        return {PLAN_FILE: assignment_rows(problem, plan)} | ({MOVES_FILE: moves} if moves else {})
    if family == "fold":
        return {PLAN_FILE: fold_rows(problem, plan)}
    if family == "standby":
        return {PLAN_FILE: standby_rows(problem, plan)}
    if family == "patrol":
        hours = problem.params.block_h
        return {
            PLAN_FILE: [
                {"part": t, "area_id": c, "hours": round(plan.blocks_at[t][c] * hours, 2)}
                for t in problem.part_ids
                for c in problem.place_ids
                if plan.blocks_at.get(t, {}).get(c, 0) > 0
            ]
        }
    if family == "containment":
        return {PLAN_FILE: containment_rows(problem, plan)}
    if family == "facilities":
        rows = [{"year": y, "site_id": s} for y in problem.years for s in sorted(plan.sites(y))]
        return {PLAN_FILE: rows}
    if family == "strength":
        return {PLAN_FILE: strength_rows(problem, plan)}
    if family == "rosters":
        return {PLAN_FILE: rosters_rows(problem, plan)}
    if family == "shift_design":
        return {PLAN_FILE: shift_design_rows(problem, plan)}
    if family == "patterns":
        return {PLAN_FILE: patterns_rows(plan)}
    raise InputError(
        f"There is no plan file for {family!r}; there is one for {', '.join(_COLUMNS[PLAN_FILE])}."
    )


def write_plan(folder: Path, family: str, problem: Any, plan: Any) -> list[Path]:
    """Write the plan's tables into a folder; each file is there whole or not at all."""
    return [
        write_table(folder / name, _COLUMNS[name][family], rows)
        for name, rows in tables(family, problem, plan).items()
    ]


def write_table(
    path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], separator: str = ","
) -> Path:
    """Write rows as CSV (UTF-8, one line a row).

    Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP ASVS 1.2.10); plain
    negative numbers, and ids that are numbers, stay as they are.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", delimiter=separator)
    writer.writerow(columns)
    writer.writerows([[harmless(row.get(c, "")) for c in columns] for row in rows])
    write_bytes(path, text.getvalue().encode("utf-8"))
    return path
