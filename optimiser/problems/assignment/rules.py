"""The hard rules of an assignment, checked by plain loops over the raw data."""

from __future__ import annotations

import math

from optimiser.problems.assignment.data import BUSY, FREE, AssignmentProblem
from optimiser.problems.assignment.plan import AssignmentPlan
from optimiser.problems.base import Rule, Violation, relaxed

TIME_TOL_S = 1e-6

UNKNOWN_UNIT = Rule("unknown unit", "Only units of the snapshot can be sent.", "units", relaxable=False)
UNKNOWN_INCIDENT = Rule(
    "unknown incident", "A unit can only be sent to an open incident.", "units", relaxable=False
)
REACHABLE = Rule("reachable", "A unit is only sent where a road leads.", "units", relaxable=False)
KNOWN_END = Rule("known end", "A unit busy with an unknown end is not sent.", "units", relaxable=False)
FREE_ONLY = Rule("free units only", "Grade 1 takes only units that are free now.", "s")
FREE_IN_TIME = Rule(
    "free in time", "Other grades take a busy unit only if its end and its way are within the target.", "s"
)
MAX_UNITS = Rule("most units", "No incident gets more units than allowed.", "units")
NEEDLESS = Rule(
    "needless unit", "No unit is sent that an incident's need of officers can do without.", "officers"
)
FLOOR = Rule("coverage floor", "Where coverage is a must, no zone falls below its demand level.", "levels")

RULES = (
    UNKNOWN_UNIT,
    UNKNOWN_INCIDENT,
    REACHABLE,
    KNOWN_END,
    FREE_ONLY,
    FREE_IN_TIME,
    MAX_UNITS,
    NEEDLESS,
    FLOOR,
)


def check(problem: AssignmentProblem, plan: AssignmentPlan) -> list[Violation]:
    """Return every broken rule; an empty list means the plan is admissible."""
    units = {name: u for u, name in enumerate(problem.unit_ids)}
    incidents = {name: i for i, name in enumerate(problem.incident_ids)}
    found: list[Violation] = []
    sent: list[tuple[int, int]] = []
    for unit, incident in plan.sent.items():
        if unit not in units:
            found.append(Violation(UNKNOWN_UNIT.name, f"unit {unit}", 1, 0, "units"))
        if incident not in incidents:
            found.append(Violation(UNKNOWN_INCIDENT.name, f"unit {unit} to {incident}", 1, 0, "units"))
        if unit in units and incident in incidents:
            sent.append((units[unit], incidents[incident]))
    for u, i in sent:
        found.extend(_eligible(problem, u, i))
    for i in range(len(problem.incident_ids)):
        found.extend(_enough(problem, i, [u for u, j in sent if j == i]))
    if problem.params.coverage_hard:
        found.extend(_floor(problem, dict(sent)))
    return found


def _eligible(problem: AssignmentProblem, u: int, i: int) -> list[Violation]:
    params = problem.params
    where = f"unit {problem.unit_ids[u]} to {problem.incident_ids[i]}"
    found = []
    if math.isinf(problem.travel_s[u, i]):
        found.append(Violation(REACHABLE.name, where, 1, 0, "units"))
    if problem.status[u] == BUSY:
        found.append(Violation(KNOWN_END.name, where, 1, 0, "units"))
    elif problem.status[u] != FREE:
        grade = int(problem.grade[i])
        ready = float(problem.ready_s[u])
        if grade in params.free_only_grades:
            limit = relaxed(params.relax, FREE_ONLY.name)
            if limit == 0 or ready > limit + TIME_TOL_S:
                found.append(Violation(FREE_ONLY.name, where, ready, limit, "s"))
        elif not math.isinf(problem.travel_s[u, i]):
            arrives = float(problem.age_s[i]) + ready + float(problem.travel_s[u, i])
            limit = params.grade_targets_s[grade] + relaxed(params.relax, FREE_IN_TIME.name)
            if arrives > limit + TIME_TOL_S:
                found.append(Violation(FREE_IN_TIME.name, where, arrives, limit, "s"))
    return found


def _enough(problem: AssignmentProblem, i: int, units: list[int]) -> list[Violation]:
    relax = problem.params.relax
    where = f"incident {problem.incident_ids[i]}"
    found = []
    most = problem.params.max_units + relaxed(relax, MAX_UNITS.name)
    if len(units) > most:
        found.append(Violation(MAX_UNITS.name, where, len(units), most, "units"))
    total = sum(int(problem.officers[u]) for u in units)
    most_without = int(problem.officers_needed[i]) - 1 + relaxed(relax, NEEDLESS.name)
    for u in units:
        without = total - int(problem.officers[u])
        if without > most_without:
            named = f"{where} without unit {problem.unit_ids[u]}"
            found.append(Violation(NEEDLESS.name, named, without, most_without, "officers"))
    return found


def _floor(problem: AssignmentProblem, sent: dict[int, int]) -> list[Violation]:
    found = []
    for z, zone in enumerate(problem.zone_ids):
        level = cover(problem, sent, z)
        least = max(0.0, float(problem.demand_level[z]) - relaxed(problem.params.relax, FLOOR.name))
        if level < least:
            found.append(Violation(FLOOR.name, f"zone {zone}", level, least, "levels"))
    return found


def cover(problem: AssignmentProblem, sent: dict[int, int], z: int) -> int:
    """Return the level of coverage that zone ``z`` keeps when ``sent`` (incident by unit, positions) go."""
    params = problem.params
    level = 0
    for u in range(len(problem.unit_ids)):
        if params.coverage == "available":
            counts = problem.status[u] == FREE and u not in sent and problem.zone_s[u, z] <= params.coverage_s
        elif u in sent:
            counts = problem.scene_zone_s[problem.driver_class[u]][sent[u], z] <= params.coverage_s
        else:
            counts = problem.zone_s[u, z] <= params.coverage_s
        if counts:
            level += int(problem.officers[u]) if params.coverage_counts == "officers" else 1
    return level
