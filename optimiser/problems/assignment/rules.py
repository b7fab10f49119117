"""The hard rules of an assignment, checked by plain loops over the raw data."""

from __future__ import annotations

import math
from collections.abc import Mapping

from optimiser.problems.assignment.data import BUSY, FREE, SENT, AssignmentProblem
from optimiser.problems.assignment.plan import AssignmentPlan
from optimiser.problems.assignment.turning_back import (
    LEAPFROG,
    RECALL_ON_WAY,
    RECALL_SPARE,
    all_recalled,
    recalls,
)
from optimiser.problems.base import Rule, Violation, relaxed

TIME_TOL_S = 1e-6

UNKNOWN_UNIT = Rule(
    "unknown unit", "Only units of the snapshot can be sent or moved.", "units", relaxable=False
)
UNKNOWN_INCIDENT = Rule(
    "unknown incident", "A unit can only be sent to an open incident.", "units", relaxable=False
)
UNKNOWN_POST = Rule(
    "unknown post", "A unit can only move to a post of the snapshot.", "units", relaxable=False
)
ONE_PLACE = Rule("one place", "No unit is sent to an incident and moved to a post.", "units", relaxable=False)
REACHABLE = Rule("reachable", "A unit is only sent where a road leads.", "units", relaxable=False)
BARRED = Rule("barred", "A unit is not sent to an incident that it must not go to.", "units", relaxable=False)
KNOWN_END = Rule("known end", "A unit busy with an unknown end is not sent.", "units", relaxable=False)
FREE_ONLY = Rule("free units only", "Grade 1 takes only units that are free now.", "s")
FREE_IN_TIME = Rule(
    "free in time", "Other grades take a busy unit only if its end and its way are within the target.", "s"
)
SHIFT_END = Rule("shift end", "A unit is there its margin before its shift ends.", "s")
DIVERT_URGENT = Rule(
    "diverted to more urgent", "A unit on its way is only diverted to a more urgent grade.", "grades"
)
DIVERT_GAIN = Rule(
    "diversion gain", "A unit is only diverted if no unit that stays would be there about as soon.", "s"
)
LONE = Rule(
    "nobody alone", "Where nobody goes in alone, at least two officers are sent.", "officers", relaxable=False
)
MAX_UNITS = Rule("most units", "No incident gets more units than allowed.", "units")
NEEDLESS = Rule(
    "needless unit",
    "No unit is sent that an incident's need of officers and skills can do without.",
    "officers",
)
RESERVE = Rule("reserve", "A grade with a reserve takes free units only above it, unless it is due.", "units")
MOVE_FREE = Rule("free units move", "Only units free now move to posts.", "units", relaxable=False)
MOVE_LIMIT = Rule("longest move", "No unit moves farther than allowed.", "s")
POST_ROOM = Rule("room at post", "No post gets more units than it has room for.", "units")
MOST_MOVES = Rule("most moves", "No more units move to posts than allowed.", "units")
FLOOR = Rule("coverage floor", "Where coverage is a must, no zone falls below its demand level.", "levels")

RULES = (
    UNKNOWN_UNIT,
    UNKNOWN_INCIDENT,
    UNKNOWN_POST,
    ONE_PLACE,
    REACHABLE,
    BARRED,
    KNOWN_END,
    FREE_ONLY,
    FREE_IN_TIME,
    SHIFT_END,
    DIVERT_URGENT,
    DIVERT_GAIN,
    RECALL_ON_WAY,
    RECALL_SPARE,
    LEAPFROG,
    LONE,
    MAX_UNITS,
    NEEDLESS,
    RESERVE,
    MOVE_FREE,
    MOVE_LIMIT,
    POST_ROOM,
    MOST_MOVES,
    FLOOR,
)


def check(problem: AssignmentProblem, plan: AssignmentPlan) -> list[Violation]:
    """Return every broken rule; an empty list means the plan is admissible."""
    found = _unknown(problem, plan)
    sent, moved = all_sent(problem, plan), all_moved(problem, plan)
    new = newly_sent(problem, plan)
    for u, i in new.items():
        found.extend(_eligible(problem, u, i))
        if problem.status[u] == SENT:
            found.extend(_diverted(problem, sent, moved, u, i))
    for i in range(len(problem.incident_ids)):
        found.extend(_enough(problem, i, [u for u, j in sent.items() if j == i], new))
    found.extend(recalls(problem, plan, sent, new, TIME_TOL_S))
    found.extend(_reserve(problem, new))
    found.extend(_moves(problem, moved))
    if problem.params.coverage_hard:
        found.extend(_floor(problem, sent, moved, all_recalled(problem, plan)))
    return found


def breaks_for(
    problem: AssignmentProblem,
    i: int,
    units: list[int],
    sent: Mapping[int, int],
    moved: Mapping[int, int],
    newly: Mapping[int, int],
) -> list[Violation]:
    """Return the rules that sending ``units`` newly to incident ``i`` breaks, cover left aside (all positions)."""
    found: list[Violation] = []
    for u in units:
        found.extend(_eligible(problem, u, i))
        if problem.status[u] == SENT:
            found.extend(_diverted(problem, sent, moved, u, i))
    found.extend(_enough(problem, i, [u for u, j in sent.items() if j == i], newly))
    if problem.params.reserve_units:
        found.extend(_reserve(problem, newly))
    return found


def all_sent(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[int, int]:
    """Return incident by unit, as positions: what the plan says, and units that go on where they were sent before."""
    units = {name: u for u, name in enumerate(problem.unit_ids)}
    incidents = {name: i for i, name in enumerate(problem.incident_ids)}
    back = all_recalled(problem, plan)
    sent = {u: incidents[to] for u, to in enumerate(problem.on_way_to) if to and u not in back}
    sent.update({units[u]: incidents[i] for u, i in plan.sent.items() if u in units and i in incidents})
    return sent


def newly_sent(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[int, int]:
    """Return :func:`all_sent` without the units that only go on."""
    before = problem.on_way_to
    return {u: i for u, i in all_sent(problem, plan).items() if before[u] != problem.incident_ids[i]}


def all_moved(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[int, int]:
    """Return post by unit, as positions."""
    units = {name: u for u, name in enumerate(problem.unit_ids)}
    posts = {name: p for p, name in enumerate(problem.post_ids)}
    return {units[u]: posts[p] for u, p in plan.moved.items() if u in units and p in posts}


def _unknown(problem: AssignmentProblem, plan: AssignmentPlan) -> list[Violation]:
    found = []
    for unit, incident in plan.sent.items():
        if unit not in problem.unit_ids:
            found.append(Violation(UNKNOWN_UNIT.name, f"unit {unit}", 1, 0, "units"))
        if incident not in problem.incident_ids:
            found.append(Violation(UNKNOWN_INCIDENT.name, f"unit {unit} to {incident}", 1, 0, "units"))
    for unit, post in plan.moved.items():
        if unit not in problem.unit_ids:
            found.append(Violation(UNKNOWN_UNIT.name, f"unit {unit}", 1, 0, "units"))
        if post not in problem.post_ids:
            found.append(Violation(UNKNOWN_POST.name, f"unit {unit} to {post}", 1, 0, "units"))
        if unit in plan.sent:
            found.append(Violation(ONE_PLACE.name, f"unit {unit}", 2, 1, "units"))
    for unit in plan.recalled:
        if unit not in problem.unit_ids:
            found.append(Violation(UNKNOWN_UNIT.name, f"unit {unit}", 1, 0, "units"))
        if unit in plan.sent or unit in plan.moved:
            found.append(Violation(ONE_PLACE.name, f"unit {unit}", 2, 1, "units"))
    return found


def arrival_s(problem: AssignmentProblem, u: int, i: int) -> float:
    """Seconds from now until unit ``u`` is at incident ``i``."""
    return float(problem.ready_s[u]) + float(problem.travel_s[u, i])


def _eligible(problem: AssignmentProblem, u: int, i: int) -> list[Violation]:
    params = problem.params
    where = f"unit {problem.unit_ids[u]} to {problem.incident_ids[i]}"
    found = []
    reachable = not math.isinf(problem.travel_s[u, i])
    if not reachable:
        found.append(Violation(REACHABLE.name, where, 1, 0, "units"))
    if problem.barred[u, i]:
        found.append(Violation(BARRED.name, where, 1, 0, "units"))
    if problem.status[u] == BUSY:
        found.append(Violation(KNOWN_END.name, where, 1, 0, "units"))
    elif problem.status[u] not in (FREE, SENT):
        grade = int(problem.grade[i])
        ready = float(problem.ready_s[u])
        if grade in params.free_only_grades:
            limit = relaxed(params.relax, FREE_ONLY.name)
            if limit == 0 or ready > limit + TIME_TOL_S:
                found.append(Violation(FREE_ONLY.name, where, ready, limit, "s"))
        elif reachable:
            arrives = float(problem.age_s[i]) + arrival_s(problem, u, i)
            limit = params.grade_targets_s[grade] + relaxed(params.relax, FREE_IN_TIME.name)
            if arrives > limit + TIME_TOL_S:
                found.append(Violation(FREE_IN_TIME.name, where, arrives, limit, "s"))
    left = float(problem.shift_left_s[u])
    if reachable and problem.status[u] != BUSY and not math.isinf(left):
        needed = arrival_s(problem, u, i) + params.shift_margin_s
        limit = left + relaxed(params.relax, SHIFT_END.name)
        if needed > limit + TIME_TOL_S:
            found.append(Violation(SHIFT_END.name, where, needed, limit, "s"))
    return found


def _diverted(
    problem: AssignmentProblem, sent: Mapping[int, int], moved: Mapping[int, int], u: int, i: int
) -> list[Violation]:
    relax = problem.params.relax
    where = f"unit {problem.unit_ids[u]} to {problem.incident_ids[i]}"
    found = []
    before = problem.incident_ids.index(problem.on_way_to[u])
    least = int(problem.grade[before]) - 1 + relaxed(relax, DIVERT_URGENT.name)
    if problem.grade[i] > least:
        found.append(Violation(DIVERT_URGENT.name, where, int(problem.grade[i]), least, "grades"))
    gain = problem.params.divert_gain_s - relaxed(relax, DIVERT_GAIN.name)
    worst = math.inf
    for v in range(len(problem.unit_ids)):
        if v not in sent and v not in moved and stands_in(problem, v, u, i):
            if _in_time(problem, u, i) and not _in_time(problem, v, i):
                continue
            worst = min(worst, arrival_s(problem, v, i) - arrival_s(problem, u, i))
    if worst < gain - TIME_TOL_S:
        found.append(Violation(DIVERT_GAIN.name, where, worst, gain, "s"))
    return found


def _in_time(problem: AssignmentProblem, u: int, i: int) -> bool:
    target = problem.params.grade_targets_s[int(problem.grade[i])]
    return float(problem.age_s[i]) + arrival_s(problem, u, i) <= target + TIME_TOL_S


def stands_in(problem: AssignmentProblem, v: int, u: int, i: int) -> bool:
    """Whether free unit ``v`` could go to incident ``i`` for ``u``: as many officers, and its skills that count."""
    able = all(
        problem.has_skill[v, k] >= problem.has_skill[u, k] or not problem.skills_needed[i, k]
        for k in range(len(problem.skill_ids))
    )
    enough = problem.officers[v] >= problem.officers[u]
    return bool(problem.status[v] == FREE and enough and able and not _eligible(problem, v, i))


def _enough(
    problem: AssignmentProblem, i: int, units: list[int], newly: Mapping[int, int]
) -> list[Violation]:
    relax = problem.params.relax
    where = f"incident {problem.incident_ids[i]}"
    found: list[Violation] = []
    new = [u for u in units if newly.get(u) == i]
    if not new:
        return found
    total = sum(int(problem.officers[u]) for u in units)
    if total < problem.enters_with(i):
        found.append(Violation(LONE.name, where, total, problem.enters_with(i), "officers"))
    most = problem.params.max_units + relaxed(relax, MAX_UNITS.name)
    if len(units) > most:
        found.append(Violation(MAX_UNITS.name, where, len(units), most, "units"))
    most_without = int(problem.officers_needed[i]) - 1 + relaxed(relax, NEEDLESS.name)
    for u in new:
        without = total - int(problem.officers[u])
        if without > most_without and not _brings_skill(problem, i, u, units):
            named = f"{where} without unit {problem.unit_ids[u]}"
            found.append(Violation(NEEDLESS.name, named, without, most_without, "officers"))
    return found


def _brings_skill(problem: AssignmentProblem, i: int, u: int, units: list[int]) -> bool:
    """Whether without ``u`` a skill that the incident needs would be missing."""
    for k in range(len(problem.skill_ids)):
        others = sum(int(problem.has_skill[v, k]) for v in units if v != u)
        if problem.has_skill[u, k] and others < problem.skills_needed[i, k]:
            return True
    return False


def is_due(problem: AssignmentProblem, i: int) -> bool:
    """Whether incident ``i`` has waited so long that the reserve no longer holds it."""
    target = problem.params.grade_targets_s[int(problem.grade[i])]
    return bool(problem.age_s[i] >= problem.params.reserve_due_frac * target)


def _reserve(problem: AssignmentProblem, newly: Mapping[int, int]) -> list[Violation]:
    free = [u for u, status in enumerate(problem.status) if status == FREE]
    left = sum(u not in newly for u in free)
    found = []
    for grade, kept in sorted(problem.params.reserve_units.items()):
        takes = any(
            problem.status[u] == FREE and problem.grade[i] == grade and not is_due(problem, i)
            for u, i in newly.items()
        )
        least = kept - relaxed(problem.params.relax, RESERVE.name)
        if takes and left < least:
            found.append(Violation(RESERVE.name, f"grade {grade}", left, least, "units"))
    return found


def _moves(problem: AssignmentProblem, moved: Mapping[int, int]) -> list[Violation]:
    params = problem.params
    found = []
    for u, p in moved.items():
        where = f"unit {problem.unit_ids[u]} to {problem.post_ids[p]}"
        if problem.status[u] != FREE:
            found.append(Violation(MOVE_FREE.name, where, 1, 0, "units"))
        way, limit = (
            float(problem.post_travel_s[u, p]),
            params.move_limit_s + relaxed(params.relax, MOVE_LIMIT.name),
        )
        if way > limit + TIME_TOL_S:
            found.append(Violation(MOVE_LIMIT.name, where, way, limit, "s"))
    for p, post in enumerate(problem.post_ids):
        here = sum(q == p for q in moved.values())
        room = int(problem.post_room[p]) + relaxed(params.relax, POST_ROOM.name)
        if here > room:
            found.append(Violation(POST_ROOM.name, f"post {post}", here, room, "units"))
    most = params.max_moves + relaxed(params.relax, MOST_MOVES.name)
    if len(moved) > most:
        found.append(Violation(MOST_MOVES.name, "the plan", len(moved), most, "units"))
    return found


def _floor(
    problem: AssignmentProblem, sent: Mapping[int, int], moved: Mapping[int, int], recalled: frozenset[int]
) -> list[Violation]:
    found = []
    for z, zone in enumerate(problem.zone_ids):
        level = cover(problem, sent, z, moved, recalled)
        least = max(0.0, float(problem.demand_level[z]) - relaxed(problem.params.relax, FLOOR.name))
        if level < least:
            found.append(Violation(FLOOR.name, f"zone {zone}", level, least, "levels"))
    return found


def cover(
    problem: AssignmentProblem,
    sent: Mapping[int, int],
    z: int,
    moved: Mapping[int, int] | None = None,
    recalled: frozenset[int] = frozenset(),
) -> int:
    """Return the level of coverage that zone ``z`` keeps when ``sent`` go and ``moved`` stand by (positions).

    Units that are ``recalled`` cover again from where they are.
    """
    params = problem.params
    moved = moved or {}
    level = 0
    for u in range(len(problem.unit_ids)):
        if u in sent:
            seconds = math.inf
            if params.coverage == "present":
                seconds = problem.scene_zone_s[problem.driver_class[u]][sent[u], z]
        elif params.coverage != "present" and problem.status[u] != FREE and u not in recalled:
            seconds = math.inf
        elif u in moved:
            seconds = problem.post_zone_s[problem.driver_class[u]][moved[u], z]
        else:
            seconds = problem.zone_s[u, z]
        if seconds <= problem.zone_within_s[z]:
            level += int(problem.officers[u]) if params.coverage_counts == "officers" else 1
    return level
