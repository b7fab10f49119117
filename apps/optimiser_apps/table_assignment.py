"""Assignments in tables: who goes where and why, and the cover that is left."""

from __future__ import annotations

import pandas as pd

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.data import FREE
from optimiser.problems.assignment.rules import all_moved, all_sent, cover
from optimiser.problems.assignment.turning_back import all_recalled
from optimiser.units import minutes


def sent_units(problem: AssignmentProblem, plan: AssignmentPlan) -> pd.DataFrame:
    """Return who goes where, how long it takes, and why this unit."""
    row = {name: u for u, name in enumerate(problem.unit_ids)}
    rows = []
    for i, incident in enumerate(problem.incident_ids):
        mine = sorted(
            (row[u] for u, to in plan.sent.items() if to == incident and u in row),
            key=lambda u: _arrival_s(problem, u, i),
        )
        grade = int(problem.grade[i])
        target_s = problem.params.grade_targets_s[grade]
        about = {"incident": incident, "grade": grade, "needed": int(problem.officers_needed[i])}
        if not mine:
            rows.append(
                about
                | {
                    "unit": "nobody",
                    "in time": "unattended",
                    "why": "no unit can come, or each costs more cover",
                }
            )
        for place, u in enumerate(mine):
            response_s = float(problem.age_s[i]) + _arrival_s(problem, u, i)
            rows.append(
                about
                | {
                    "unit": problem.unit_ids[u],
                    "officers": int(problem.officers[u]),
                    "driver": problem.driver_class[u],
                    "drive (min)": minutes(float(problem.travel_s[u, i])),
                    "free in (min)": minutes(float(problem.ready_s[u])),
                    "call to arrival (min)": minutes(response_s),
                    "target (min)": minutes(target_s),
                    "in time": ("yes" if response_s <= target_s else "late") if place == 0 else "backup",
                    "why": _why(problem, plan, u, i),
                }
            )
    return pd.DataFrame(rows)


def _arrival_s(problem: AssignmentProblem, u: int, i: int) -> float:
    return float(problem.ready_s[u] + problem.travel_s[u, i])


def _why(problem: AssignmentProblem, plan: AssignmentPlan, u: int, i: int) -> str:
    """Say which units could be there sooner and what they do instead."""
    limit = _arrival_s(problem, u, i)
    incident = problem.incident_ids[i]
    sooner = [
        v
        for v in range(len(problem.unit_ids))
        if v != u and _arrival_s(problem, v, i) < limit and plan.sent.get(problem.unit_ids[v]) != incident
    ]
    busy = [v for v in sooner if problem.status[v] != FREE]
    elsewhere = [v for v in sooner if problem.unit_ids[v] in plan.sent]
    kept = [v for v in sooner if v not in busy and v not in elsewhere]
    names = problem.unit_ids
    parts = [f"{names[v]} goes to {plan.sent[names[v]]}" for v in elsewhere[:2]]
    parts += [f"{names[v]} stays, for cover or the number of officers" for v in kept[:2]]
    if not parts:
        return "the first that can be there" if not busy else "the first free unit"
    more = len(elsewhere) + len(kept) - len(parts)
    return "sooner would be: " + "; ".join(parts) + (f"; and {more} more" if more > 0 else "")


def zone_cover(problem: AssignmentProblem, plan: AssignmentPlan) -> pd.DataFrame:
    """Return the level of cover of each zone before and after, those that lose most first."""
    going_on = all_sent(problem, AssignmentPlan())
    sent, moved, back = all_sent(problem, plan), all_moved(problem, plan), all_recalled(problem, plan)
    rows = []
    for z, zone in enumerate(problem.zone_ids):
        before, after = cover(problem, going_on, z), cover(problem, sent, z, moved, back)
        level = int(problem.demand_level[z])
        state = "kept" if after >= level else ("short before too" if before < level else "falls short")
        rows.append({"zone": zone, "level wanted": level, "before": before, "after": after, "cover": state})
    order = {"falls short": 0, "short before too": 1, "kept": 2}
    rows.sort(key=lambda r: (order[str(r["cover"])], r["zone"]))
    return pd.DataFrame(rows, columns=["zone", "level wanted", "before", "after", "cover"])


def cover_words(problem: AssignmentProblem, rows: pd.DataFrame) -> str:
    """Say what a level is and how many zones fall short."""
    what = "officers" if problem.params.coverage_counts == "officers" else "units"
    short = int((rows["cover"] == "falls short").sum())
    reach = minutes(problem.params.coverage_s)
    return f"A level counts {what} within {reach:.0f} minutes. {short} of {len(rows)} zones fall short by this plan."


def way_words(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[str, str]:
    """Say where each unit sent goes and how long it drives."""
    unit = {name: u for u, name in enumerate(problem.unit_ids)}
    incident = {name: i for i, name in enumerate(problem.incident_ids)}
    return {
        u: f"goes to {i}, {minutes(float(problem.travel_s[unit[u], incident[i]])):.1f} minutes of driving"
        for u, i in plan.sent.items()
        if u in unit and i in incident
    }
