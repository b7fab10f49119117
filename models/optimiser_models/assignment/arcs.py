"""What all formulations start from: who may go or move where, at what cost, and what that does to coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.data import ENTERS_WITH, FREE, SENT
from optimiser.problems.assignment.eligible import before_of, is_status, may_go
from optimiser.problems.assignment.rules import (
    DIVERT_GAIN,
    FLOOR,
    MAX_UNITS,
    MOST_MOVES,
    MOVE_LIMIT,
    NEEDLESS,
    POST_ROOM,
    RESERVE,
    TIME_TOL_S,
)
from optimiser.problems.assignment.turning_back import LEAPFROG
from optimiser.problems.base import relaxed

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Arcs:
    """Admissible (unit, incident) pairs, by incident and then by arrival. Every array has shape (A,).

    Parameters
    ----------
    unit, incident
        Positions in the problem.
    officers
        Officers on board of the arc's unit.
    arrival_s
        Seconds until the unit is there.
    lead_cost
        Weighted seconds if the incident counts as reached when this unit comes (first arrival and lateness).
    full_cost
        Weighted seconds if the full complement is there when this unit comes.
    wait_cost
        Weighted seconds past the deploy target if nobody sets out before this unit.
    way_cost
        Weighted seconds of the way itself, and of the diversion.
    goes_on
        True where a unit only goes on to where it was sent before.
    """

    unit: Ints
    incident: Ints
    officers: Ints
    arrival_s: Floats
    lead_cost: Floats
    full_cost: Floats
    wait_cost: Floats
    way_cost: Floats
    goes_on: Bools

    def keep(self, which: NDArray[np.bool_] | Ints) -> Arcs:
        """Return the chosen arcs only."""
        return Arcs(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    def of(self, i: int) -> Ints:
        """Return the numbers of the arcs to incident ``i``."""
        first, last = np.searchsorted(self.incident, [i, i + 1])
        return np.arange(first, last)


@dataclass(frozen=True)
class Moves:
    """Admissible (unit, post) pairs with their cost in weighted seconds; post -1 is a recall. Shape (M,) each."""

    unit: Ints
    post: Ints
    cost: Floats


def plan_of(
    problem: AssignmentProblem,
    arcs: Arcs,
    moves: Moves,
    goes: Callable[[int], float],
    moved: Callable[[int], float],
) -> AssignmentPlan:
    """Read a plan from the value of each arc and each move, by number; units that only go on are not named."""
    return AssignmentPlan(
        {
            problem.unit_ids[int(arcs.unit[a])]: problem.incident_ids[int(arcs.incident[a])]
            for a in range(arcs.unit.size)
            if not arcs.goes_on[a] and goes(a) > 0.5
        },
        {
            problem.unit_ids[int(moves.unit[m])]: problem.post_ids[int(moves.post[m])]
            for m in range(moves.unit.size)
            if moves.post[m] >= 0 and moved(m) > 0.5
        },
        tuple(
            problem.unit_ids[int(moves.unit[m])]
            for m in np.flatnonzero(moves.post < 0).tolist()
            if moved(m) > 0.5
        ),
    )


def chosen(problem: AssignmentProblem, arcs: Arcs, plan: AssignmentPlan | None) -> set[int]:
    """Return the arcs that a plan uses, as far as they exist; those of units that go on are among them."""
    before = {u: to for u, to in zip(problem.unit_ids, problem.on_way_to, strict=True) if to}
    back = () if plan is None else plan.recalled
    sent: Mapping[str, str] = {u: to for u, to in before.items() if u not in back}
    sent = {**sent, **({} if plan is None else plan.sent)}
    units, incidents = problem.unit_ids, problem.incident_ids
    pairs = zip(arcs.unit.tolist(), arcs.incident.tolist(), strict=True)
    return {a for a, (u, i) in enumerate(pairs) if sent.get(units[u]) == incidents[i]}


def chosen_moves(problem: AssignmentProblem, moves: Moves, plan: AssignmentPlan | None) -> set[int]:
    """Return the moves that a plan makes, as far as they exist."""
    if plan is None:
        return set()
    row = {name: p for p, name in enumerate(problem.post_ids)}
    to = {u: row.get(p) for u, p in plan.moved.items()} | dict.fromkeys(plan.recalled, -1)
    pairs = zip(moves.unit.tolist(), moves.post.tolist(), strict=True)
    return {m for m, (u, p) in enumerate(pairs) if to.get(problem.unit_ids[u]) == p}


def by_incident(problem: AssignmentProblem, per_grade: Mapping[int, float], absent: float = 0.0) -> Floats:
    """Return a value given by grade for each incident. Shape (I,)."""
    return np.array([per_grade.get(int(g), absent) for g in problem.grade], dtype=np.float64)


def urgencies(problem: AssignmentProblem) -> Floats:
    """Weight of each incident as it has aged. Shape (I,)."""
    target = by_incident(problem, problem.params.grade_targets_s)
    return np.asarray(problem.weight * (1.0 + problem.params.ageing * problem.age_s / target))


def admissible(problem: AssignmentProblem) -> Arcs:
    """Return every arc that the eligibility rules allow."""
    p = problem.params
    arrival = problem.ready_s[:, None] + problem.travel_s
    target = by_incident(problem, p.grade_targets_s)
    allowed, goes_on = may_go(problem)
    by = np.argsort(arrival, axis=0, kind="stable").T
    there = np.take_along_axis(allowed.T, by, axis=1)
    unit, incident = by[there].astype(np.int64), np.nonzero(there)[0].astype(np.int64)
    weight = urgencies(problem)
    open_yet = np.where(problem.attended > 0, 0.0, weight)
    late = by_incident(problem, p.late_weight)
    at, age = arrival[unit, incident], problem.age_s[incident]
    late_s = np.maximum(0.0, age + at - target[incident])
    deploy_by = np.maximum(problem.age_s, by_incident(problem, p.deploy_targets_s, np.inf))[incident]
    stays = goes_on[unit, incident]
    diverted = is_status(problem, SENT)[unit] & ~stays
    return Arcs(
        unit=unit,
        incident=incident,
        officers=problem.officers[unit],
        arrival_s=at,
        lead_cost=open_yet[incident]
        * (by_incident(problem, p.first_weight)[incident] * at + late[incident] * late_s)
        + ((late_s > TIME_TOL_S) & (open_yet[incident] > 0)) * before_cover(problem)[incident],
        full_cost=weight[incident]
        * late[incident]
        * p.complement_weight
        * late_s
        * (problem.officers_needed > 0)[incident],
        wait_cost=open_yet[incident]
        * p.deploy_weight
        * np.maximum(0.0, age + problem.ready_s[unit] - deploy_by),
        way_cost=p.journey_weight * problem.travel_s[unit, incident] + p.divert_price_s * diverted,
        goes_on=stays,
    )


def possible_moves(problem: AssignmentProblem) -> Moves:
    """Return every move and every recall that the rules allow."""
    p = problem.params
    limit = p.move_limit_s + relaxed(p.relax, MOVE_LIMIT.name) + TIME_TOL_S
    way = problem.post_travel_s
    may = is_status(problem, FREE)[:, None] & np.isfinite(way) & (way <= limit)
    if most_moves(problem) < 1 or not problem.zone_ids:
        may = np.zeros_like(may)
    unit, post = np.nonzero(may)
    cost = p.move_price_s + p.move_weight * way[unit, post]
    back = recallable(problem)
    return Moves(
        np.concatenate([unit, back]),
        np.concatenate([post, np.full(back.size, -1)]),
        np.concatenate([cost, np.full(back.size, p.recall_price_s)]),
    )


def recallable(problem: AssignmentProblem) -> Ints:
    """Return the units that may turn back, by position."""
    if not problem.params.recall:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(before_of(problem) >= 0)


def most_taken(problem: AssignmentProblem) -> int:
    """Return the most units that change their place by moves and recalls."""
    posts = most_moves(problem) if problem.post_ids and problem.zone_ids else 0
    return posts + int(recallable(problem).size)


def leapt_over(problem: AssignmentProblem, arcs: Arcs, u: int) -> tuple[Ints, Ints]:
    """Return the arcs to the incident of unit ``u`` on its way, and those that may not take its place: not sooner."""
    gain = problem.params.divert_gain_s - relaxed(problem.params.relax, LEAPFROG.name)
    i = int(before_of(problem)[u])
    mine = arcs.of(i)
    own = float(problem.ready_s[u] + problem.travel_s[u, i])
    late = ~arcs.goes_on[mine] & (own - arcs.arrival_s[mine] < gain - TIME_TOL_S)
    return mine, mine[late]


def most_moves(problem: AssignmentProblem) -> int:
    """Most units that move to posts in all."""
    most = int(np.floor(problem.params.max_moves + relaxed(problem.params.relax, MOST_MOVES.name)))
    return min(most, int(post_room(problem).sum()))


def post_room(problem: AssignmentProblem) -> Ints:
    """Most units at each post. Shape (P,)."""
    return problem.post_room + int(np.floor(relaxed(problem.params.relax, POST_ROOM.name)))


def plain(problem: AssignmentProblem) -> Bools:
    """Return the incidents without skills, rendezvous or units on their way to them. Shape (I,)."""
    waits = (problem.alone_barred > 0) & (problem.attended == 0)
    return np.asarray(
        ~waits & ~(problem.skills_needed > 0).any(axis=1) & (n_going_on(problem) == 0), dtype=np.bool_
    )


def enters_with(problem: AssignmentProblem) -> Ints:
    """Officers that must be there before an incident counts as reached. Shape (I,)."""
    return np.where((problem.alone_barred > 0) & (problem.attended == 0), ENTERS_WITH, 1)


def n_going_on(problem: AssignmentProblem) -> Ints:
    """Units on their way to each incident. Shape (I,)."""
    before = before_of(problem)
    return np.bincount(before[before >= 0], minlength=len(problem.incident_ids)).astype(np.int64)


def unfilled_price(problem: AssignmentProblem) -> Floats:
    """Weighted seconds per missing officer of each incident. Shape (I,)."""
    prices = [problem.missing_price_s(i) for i in range(len(problem.incident_ids))]
    return np.array(prices, dtype=np.float64) + before_cover(problem)


def before_cover(problem: AssignmentProblem) -> Floats:
    """Weighted seconds by which each incident comes before cover. Shape (I,)."""
    same = {g: k for k, g in reversed(list(enumerate(problem.grade.tolist())))}
    return by_incident(problem, {g: problem.before_cover_s(k) for g, k in same.items()})


def skill_price(problem: AssignmentProblem) -> Floats:
    """Weighted seconds per missing skill of each incident. Shape (I,)."""
    return problem.params.skill_price_s * urgencies(problem)


def unit_limit(problem: AssignmentProblem) -> int:
    """Most units at one incident that gets a new one."""
    return int(np.floor(problem.params.max_units + relaxed(problem.params.relax, MAX_UNITS.name)))


def most_units(problem: AssignmentProblem) -> Ints:
    """Most units an incident can get, by the limit and, at plain ones, because none may be needless. Shape (I,)."""
    limit = np.maximum(unit_limit(problem), n_going_on(problem))
    enough = problem.officers_needed + needless_spare(problem)
    return np.where(plain(problem), np.minimum(limit, enough), limit)


def big_further(problem: AssignmentProblem) -> Ints:
    """Officers from which on a further unit leaves no need for a third one, at a plain incident. Shape (I,)."""
    return problem.officers_needed + needless_spare(problem) - 1


def needless_spare(problem: AssignmentProblem) -> int:
    """Officers by which the rule "needless unit" is relaxed."""
    return int(np.floor(relaxed(problem.params.relax, NEEDLESS.name)))


def blockers(problem: AssignmentProblem, arcs: Arcs) -> Iterator[tuple[int, Ints]]:
    """Yield each diverting arc with the units of which none may stay if it is used (the rule "diversion gain")."""
    gain = problem.params.divert_gain_s - relaxed(problem.params.relax, DIVERT_GAIN.name)
    free = is_status(problem, FREE)
    diverting = is_status(problem, SENT)[arcs.unit] & ~arcs.goes_on
    for a in np.flatnonzero(diverting).tolist():
        u, i = int(arcs.unit[a]), int(arcs.incident[a])
        mine = arcs.of(i)
        wanted = problem.skills_needed[i] > 0
        others = arcs.unit[mine]
        able = (problem.has_skill[others][:, wanted] >= problem.has_skill[u, wanted]).all(axis=1)
        mine = mine[able & free[others] & (arcs.officers[mine] >= arcs.officers[a])]
        target = problem.params.grade_targets_s[int(problem.grade[i])] + TIME_TOL_S
        hits = problem.age_s[i] + arcs.arrival_s[a] <= target
        misses = problem.age_s[i] + arcs.arrival_s[mine] > target
        close = arcs.arrival_s[mine] - arcs.arrival_s[a] < gain - TIME_TOL_S
        yield a, arcs.unit[mine[close & ~(hits & misses)]]


def reserves(problem: AssignmentProblem) -> Iterator[tuple[int, Ints]]:
    """Yield for each grade with a reserve: free units kept back, and the incidents (positions) that it holds."""
    p = problem.params
    due = problem.age_s >= p.reserve_due_frac * by_incident(problem, p.grade_targets_s)
    for grade, kept in sorted(p.reserve_units.items()):
        least = int(np.ceil(kept - relaxed(p.relax, RESERVE.name)))
        if least > 0:
            yield least, np.flatnonzero((problem.grade == grade) & ~due)


def coverage_now(problem: AssignmentProblem) -> Ints:
    """Level of each zone if nobody is newly sent. Shape (Z,)."""
    return np.asarray(reach_now(problem).sum(axis=0), dtype=np.int64)


def coverage_change(problem: AssignmentProblem, arcs: Arcs) -> Ints:
    """Change of each zone's level by each arc. Shape (A, Z)."""
    change = -reach_now(problem)[arcs.unit]
    if problem.params.coverage == "present" and problem.zone_ids:
        change += _reach_from(problem, problem.scene_zone_s, arcs.unit, arcs.incident)
    return change


def move_change(problem: AssignmentProblem, moves: Moves) -> Ints:
    """Change of each zone's level by each move. Shape (M, Z)."""
    if not moves.unit.size:
        return np.zeros((0, len(problem.zone_ids)), dtype=np.int64)
    there = _reach_from(problem, problem.post_zone_s, moves.unit, moves.post)
    back = moves.post < 0
    unit = moves.unit[back]
    there[back] = (problem.zone_s[unit] <= problem.zone_within_s) * _size(problem)[unit, None]
    return there - reach_now(problem)[moves.unit]


def _reach_from(problem: AssignmentProblem, times: Mapping[str, Floats], unit: Ints, place: Ints) -> Ints:
    """Levels that each unit gives each zone from a place. Shape (n, Z)."""
    reach = np.zeros((unit.size, len(problem.zone_ids)), dtype=np.int64)
    driver = np.array(problem.driver_class, dtype=object)[unit] if unit.size else np.zeros(0, dtype=object)
    for name, table in times.items():
        mine = driver == name
        reach[mine] = (table[place[mine]] <= problem.zone_within_s) * _size(problem)[unit[mine], None]
    return reach


def reach_now(problem: AssignmentProblem) -> Ints:
    """Levels that each unit gives each zone if nobody is newly sent. Shape (U, Z)."""
    reach = (problem.zone_s <= problem.zone_within_s) * _size(problem)[:, None]
    if problem.params.coverage != "present":
        return reach * is_status(problem, FREE)[:, None]
    before = before_of(problem)
    on_way = np.flatnonzero(before >= 0)
    if on_way.size and problem.zone_ids:
        reach[on_way] = _reach_from(problem, problem.scene_zone_s, on_way, before[on_way])
    return reach


def _size(problem: AssignmentProblem) -> Ints:
    if problem.params.coverage_counts == "officers":
        return problem.officers
    return np.ones(len(problem.unit_ids), dtype=np.int64)


def floor_slack(problem: AssignmentProblem) -> int | None:
    """Levels a zone may miss where coverage is a must; None where it is only priced."""
    if not problem.params.coverage_hard:
        return None
    return int(np.floor(relaxed(problem.params.relax, FLOOR.name)))
