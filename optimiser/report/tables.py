"""The sheets of a plan's workbook: rows with units in their column names, from measures and raw data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optimiser import units
from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.choices import ranked
from optimiser.problems.base import Measure
from optimiser.problems.fold import FoldPlan, FoldProblem
from optimiser.problems.fold.measures import shares
from optimiser.problems.patterns import PatternsPlan, PatternsProblem
from optimiser.problems.rosters import RostersPlan, RostersProblem
from optimiser.problems.rosters.rules import on_shift
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import has_target, served_by
from optimiser.problems.shift_design import ShiftDesignPlan, ShiftDesignProblem
from optimiser.problems.shift_design import rules as design_rules
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import CLASSES
from optimiser.problems.shifts.rules import on_duty, slot_name
from optimiser.problems.standby import StandbyPlan, StandbyProblem
from optimiser.report.journeys import responses
from optimiser.report.map_assignment import cover_by_zone
from optimiser.report.phrases import measures_by_name, planner_value
from optimiser.report.plans import (
    assignment_rows,
    fold_rows,
    move_rows,
    patterns_rows,
    rosters_rows,
    shift_design_rows,
    shifts_rows,
    standby_rows,
)
from optimiser.report.words_choices import choice_lines
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.solve.result import Result
from optimiser.units import DAY_NAMES

Rows = list[dict[str, Any]]


CHOICES_SHOWN = 5
"""Ranked choices that a workbook shows for each incident."""


def sheets(family: str, problem: Any, result: Result[Any]) -> dict[str, Rows]:
    """Return every sheet of a plan's workbook by name, the plan itself first."""
    own: dict[str, Callable[[Any, Any], dict[str, Rows]]] = {
        "sectors": _sectors,
        "shifts": _shifts,
        "assignment": _assignment,
        "fold": _fold,
        "standby": _standby,
        "patterns": _patterns,
        "rosters": _rosters,
        "shift_design": _shift_design,
    }
    found: dict[str, Rows] = own[family](problem, result) if result.plan is not None and family in own else {}
    return {
        **found,
        "Proof": _proof(result),
        "Measures": _measures(result.measures),
        "By part": _parts(result.measures),
    }


def _proof(result: Result[Any]) -> Rows:
    rows = []
    for judged in result.objectives:
        value, unit = planner_value(judged.value, judged.unit)
        rows.append(
            {
                "objective": judged.name,
                "better is": "less" if judged.sense == "min" else "more",
                "this plan": value,
                "no plan beats": None
                if judged.bound is None
                else planner_value(judged.bound, judged.unit)[0],
                "unit": unit,
                "better plans by at most (share)": judged.gap_frac,
                "valid for": result.bound_valid_for,
                "confirmed by": judged.confirmed_by or ("nothing yet" if judged.closed else ""),
            }
        )
    return rows


def _measures(measures: Sequence[Measure]) -> Rows:
    return [
        {
            "measure": m.name,
            "value": planner_value(m.value, m.unit)[0],
            "unit": _unit(m.unit),
            "better": {"lower": "less", "higher": "more", "neither": ""}[m.better],
        }
        for m in measures
    ]


def _parts(measures: Sequence[Measure]) -> Rows:
    return [
        {
            "measure": m.name,
            "by": m.by_what,
            "part": part,
            "value": planner_value(value, m.unit)[0],
            "unit": _unit("frac" if m.by_what == "class" else m.unit),
        }
        for m in measures
        for part, value in m.by.items()
    ]


def _unit(unit: str) -> str:
    return "fraction (0-1)" if unit == "frac" else planner_value(0.0, unit)[1]


def _sectors(problem: SectorsProblem, result: Result[SectorsPlan]) -> dict[str, Rows]:
    assert result.plan is not None
    plan, by_name = result.plan, measures_by_name(result.measures)
    districts = []
    for district, share in zip(problem.params.district_ids, problem.params.shares().tolist(), strict=True):
        row: dict[str, Any] = {
            "district_id": district,
            "centre_id": plan.centre_of.get(district, ""),
            "areas": _part(by_name, "areas", district),
            "calls a week": _part(by_name, "calls", district),
            "mean drive, minutes": _minutes(_part(by_name, "mean drive", district)),
            "share of the calls that count for cover within target": _part(by_name, "calls covered", district)
            if has_target(problem)
            else None,
            "target share": share,
        }
        for kind in problem.balance_names:
            off = _part(by_name, f"largest deviation of {kind}", district)
            row[f"share of {kind}"] = None if off is None else share * (1 + off)
            row[f"deviation of {kind}"] = off
        districts.append(row)
    centre = served_by(problem, plan)
    areas = []
    for i, area in enumerate(problem.area_ids):
        drive_s = float(problem.travel_s[centre[i], i]) if centre[i] >= 0 else None
        areas.append(
            {
                "area_id": area,
                "district_id": plan.district_of.get(area, ""),
                "drive from centre, minutes": _minutes(drive_s),
                "calls a week": float(problem.calls[i]),
                **{
                    k: float(problem.balance[q, i])
                    for q, k in enumerate(problem.balance_names)
                    if k != "calls"
                },
            }
        )
    return {"Districts": districts, "Areas": areas}


def _shifts(problem: ShiftsProblem, result: Result[ShiftsPlan]) -> dict[str, Rows]:
    assert result.plan is not None
    by_name = measures_by_name(result.measures)
    duty = on_duty(problem, result.plan)
    hours: Rows = []
    for slot in range(problem.n_slots):
        row: dict[str, Any] = {
            "from": slot_name(problem, slot),
            "required officers": int(problem.requirement[slot]),
            "officers on duty": float(duty[slot]),
            "call work, officer-hours": units.hours(float(problem.call_work_s[slot])),
        }
        if problem.binding:
            row["what asks for most"] = problem.binding[slot]
        if problem.clauses:
            row["clause"] = problem.clauses[slot]
        hours.append(row)
    p = problem.params
    target = {
        "calls": ("at most", p.call_ceiling_frac),
        "proactive": ("at least", p.proactive_floor_frac),
        "admin": ("at most", p.admin_ceiling_frac),
        "community": ("at least", p.community_floor_frac),
    }
    split = by_name["planned time split"].by
    ledger = [
        {
            "what": CLASS_WORDS[c],
            "planned share": split.get(c),
            "target": target.get(c, ("", None))[0],
            "target share": target.get(c, ("", None))[1],
        }
        for c in CLASSES
    ]
    return {"Shifts": shifts_rows(problem, result.plan), "Time split": ledger, "Hours of the week": hours}


def _assignment(problem: AssignmentProblem, result: Result[AssignmentPlan]) -> dict[str, Rows]:
    assert result.plan is not None
    incidents = [
        {
            "incident": r.incident,
            "grade": r.grade,
            "first unit, minutes from the call": _minutes(r.response_s),
            "target, minutes": units.minutes(r.target_s),
            "late": r.late,
            "officers needed": r.officers_needed,
            "officers sent": r.officers_sent,
            "units": ", ".join(j.unit for j in r.journeys),
        }
        for r in responses(problem, result.plan)
    ]
    by_name = measures_by_name(result.measures)
    zones = [
        {
            "zone": zone,
            "level wanted": int(problem.demand_level[z]),
            "levels missing before": _part(by_name, "levels missing before", zone) or 0,
            "levels missing after": _part(by_name, "levels missing", zone) or 0,
            "state": state,
        }
        for z, (zone, state) in enumerate(cover_by_zone(problem, result.measures).items())
    ]
    moves = move_rows(problem, result.plan)
    sheets: dict[str, Rows] = {"Units sent": assignment_rows(problem, result.plan), "Incidents": incidents}
    choices: Rows = [
        {"incident": incident, "choice": line}
        for incident in problem.incident_ids
        for line in choice_lines(
            problem, incident, ranked(problem, incident, result.plan, most=CHOICES_SHOWN)
        )
    ]
    return sheets | ({"Units moved": moves} if moves else {}) | {"Choices": choices, "Zones": zones}


def _standby(problem: StandbyProblem, result: Result[StandbyPlan]) -> dict[str, Rows]:
    assert result.plan is not None
    by_name = measures_by_name(result.measures)
    today = set(problem.params.today)
    several = problem.part_ids if len(problem.part_ids) > 1 else ()
    posts: Rows = [
        {
            "post": post,
            "in use today": "yes" if post in today else "",
            **{f"cars, {part}": result.plan.cars_at.get(part, {}).get(post, 0) for part in problem.part_ids},
            "calls a week lost without it": _part(by_name, "lost without the post", post),
            **{f"lost, {part}": _part(by_name, f"lost without the post, {part}", post) for part in several},
        }
        for post in result.plan.posts()
    ]
    parts: Rows = [
        {
            "part of the day": part,
            "calls a week": float(problem.weight[:, t].sum()),
            "cars": _part(by_name, "cars standing", part),
            "calls covered": _part(by_name, "calls covered", part),
            "calls with backup": _part(by_name, "calls with backup", part),
            "calls expected to be covered": _part(by_name, "calls expected to be covered", part),
            "one more car covers, calls a week": _part(by_name, "gained by one more car", part),
        }
        for t, part in enumerate(problem.part_ids)
    ]
    return {"Posts": posts, "Parts of the day": parts, "Cars": standby_rows(problem, result.plan)}


def _fold(problem: FoldProblem, result: Result[FoldPlan]) -> dict[str, Rows]:
    assert result.plan is not None
    rows: Rows = []
    for cars, groups in sorted(result.plan.groups_at.items(), reverse=True):
        for group, share in zip(groups, shares(problem, groups), strict=True):
            rows.append(
                {
                    "cars": cars,
                    "beats of one car": " + ".join(group),
                    "share of the work": share,
                    "against the even share": cars * share - 1,
                }
            )
    return {"Who takes what": rows, "Beats": fold_rows(problem, result.plan)}


def _patterns(problem: PatternsProblem, result: Result[PatternsPlan]) -> dict[str, Rows]:
    assert result.plan is not None
    cover: Rows = [
        {
            "shift": shift,
            "day": day,
            "officers": sum(row[d] == shift for row in result.plan.rows),
            "needed": int(problem.need[i, d]),
        }
        for i, shift in enumerate(problem.shift_ids)
        for d, day in enumerate(DAY_NAMES)
    ]
    return {"Pattern": patterns_rows(result.plan), "Cover": cover}


def _rosters(problem: RostersProblem, result: Result[RostersPlan]) -> dict[str, Rows]:
    assert result.plan is not None
    duty = on_shift(problem, result.plan, problem.officers)
    cars = on_shift(problem, result.plan, problem.vehicles)
    cover: Rows = [
        {
            "date": problem.date(d).isoformat(),
            "shift": shift,
            "officers": int(duty[s, d]),
            "wanted": int(problem.wanted[s, d]),
            "vehicles": int(cars[s, d]),
        }
        for d in range(problem.n_days)
        for s, shift in enumerate(problem.shift_ids)
    ]
    return {"Roster": rosters_rows(problem, result.plan), "Cover": cover}


def _shift_design(problem: ShiftDesignProblem, result: Result[ShiftDesignPlan]) -> dict[str, Rows]:
    assert result.plan is not None
    duty = design_rules.on_duty(problem, result.plan).tolist()
    cover: Rows = [
        {"slot": design_rules.slot_name(problem, t), "officers": n, "needed": int(problem.need[t])}
        for t, n in enumerate(duty)
    ]
    return {"Shifts": shift_design_rows(problem, result.plan), "Cover": cover}


def _part(by_name: dict[str, Measure], measure: str, part: str) -> float | None:
    return by_name[measure].by.get(part) if measure in by_name else None


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None or not np.isfinite(seconds) else units.minutes(seconds)
