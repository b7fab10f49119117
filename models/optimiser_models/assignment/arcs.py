"""What both formulations start from: who may go where, at what cost, and what that does to coverage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.data import BUSY, FREE
from optimiser.problems.assignment.rules import (
    FLOOR,
    FREE_IN_TIME,
    FREE_ONLY,
    MAX_UNITS,
    NEEDLESS,
    TIME_TOL_S,
)
from optimiser.problems.base import relaxed

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arcs:
    """Admissible (unit, incident) pairs, by incident and then by arrival.

    Parameters
    ----------
    unit, incident
        Positions in the problem. Shape (A,).
    officers
        Officers on board of the arc's unit. Shape (A,).
    lead_cost
        Weighted seconds if this unit is the first at its incident (first arrival and lateness). Shape (A,).
    way_cost
        Weighted seconds of the way itself. Shape (A,).
    """

    unit: Ints
    incident: Ints
    officers: Ints
    lead_cost: Floats
    way_cost: Floats

    def keep(self, which: NDArray[Any]) -> Arcs:
        """Return the chosen arcs only."""
        return Arcs(
            self.unit[which],
            self.incident[which],
            self.officers[which],
            self.lead_cost[which],
            self.way_cost[which],
        )

    def plan(self, problem: AssignmentProblem, value_of: Callable[[int], float]) -> AssignmentPlan:
        """Read a plan from the value of each arc, by arc number."""
        return AssignmentPlan(
            {
                problem.unit_ids[int(u)]: problem.incident_ids[int(i)]
                for a, (u, i) in enumerate(zip(self.unit, self.incident, strict=True))
                if value_of(a) > 0.5
            }
        )

    def chosen(self, problem: AssignmentProblem, plan: AssignmentPlan | None) -> set[int]:
        """Return the arcs that a plan uses, as far as they exist."""
        sent: Mapping[str, str] = {} if plan is None else plan.sent
        units, incidents = problem.unit_ids, problem.incident_ids
        pairs = zip(self.unit.tolist(), self.incident.tolist(), strict=True)
        return {a for a, (u, i) in enumerate(pairs) if sent.get(units[u]) == incidents[i]}


def admissible(problem: AssignmentProblem) -> Arcs:
    """Return every arc that the eligibility rules allow."""
    p = problem.params
    arrival = problem.ready_s[:, None] + problem.travel_s
    target = np.array([p.grade_targets_s[int(g)] for g in problem.grade], dtype=np.float64)
    strict = np.isin(problem.grade, np.array(p.free_only_grades, dtype=np.int64))
    free = np.array([s == FREE for s in problem.status], dtype=bool)
    ends = np.array([s not in (FREE, BUSY) for s in problem.status], dtype=bool)
    wait_s = relaxed(p.relax, FREE_ONLY.name)
    soon = ends & (problem.ready_s <= wait_s + TIME_TOL_S) if wait_s > 0 else np.zeros_like(ends)
    in_time = problem.age_s + arrival <= target + relaxed(p.relax, FREE_IN_TIME.name) + TIME_TOL_S
    allowed = free[:, None] | np.where(strict[None, :], soon[:, None], ends[:, None] & in_time)
    allowed &= np.isfinite(problem.travel_s)
    unit, incident = np.nonzero(allowed)
    order = np.lexsort((unit, arrival[unit, incident], incident))
    unit, incident = unit[order].astype(np.int64), incident[order].astype(np.int64)
    first = np.array([p.first_weight[int(g)] for g in problem.grade]) * problem.weight
    late = np.array([p.late_weight[int(g)] for g in problem.grade]) * problem.weight
    at = arrival[unit, incident]
    return Arcs(
        unit=unit,
        incident=incident,
        officers=problem.officers[unit],
        lead_cost=first[incident] * at
        + late[incident] * np.maximum(0.0, problem.age_s[incident] + at - target[incident]),
        way_cost=p.journey_weight * problem.travel_s[unit, incident],
    )


def unfilled_price(problem: AssignmentProblem) -> Floats:
    """Weighted seconds per missing officer of each incident. Shape (I,)."""
    by_grade = problem.params.unfilled_price_s
    return np.array([by_grade[int(g)] for g in problem.grade], dtype=np.float64) * problem.weight


def most_units(problem: AssignmentProblem) -> Ints:
    """Most units an incident can get, by its own limit and because none may be needless. Shape (I,)."""
    spare = needless_spare(problem)
    limit = int(np.floor(problem.params.max_units + relaxed(problem.params.relax, MAX_UNITS.name)))
    return np.minimum(limit, problem.officers_needed + spare)


def needless_spare(problem: AssignmentProblem) -> int:
    """Officers by which the rule "needless unit" is relaxed."""
    return int(np.floor(relaxed(problem.params.relax, NEEDLESS.name)))


def coverage_now(problem: AssignmentProblem) -> Ints:
    """Level of each zone if nobody is sent. Shape (Z,)."""
    return np.asarray(_reach_now(problem).sum(axis=0), dtype=np.int64)


def coverage_change(problem: AssignmentProblem, arcs: Arcs) -> Ints:
    """Change of each zone's level by each arc. Shape (A, Z)."""
    change = -_reach_now(problem)[arcs.unit]
    if problem.params.coverage == "present" and problem.zone_ids:
        size = _size(problem)
        for name, times in problem.scene_zone_s.items():
            mine = np.array([problem.driver_class[int(u)] == name for u in arcs.unit], dtype=bool)
            near = times[arcs.incident[mine]] <= problem.params.coverage_s
            change[mine] += near * size[arcs.unit[mine], None]
    return change


def _reach_now(problem: AssignmentProblem) -> Ints:
    reach = problem.zone_s <= problem.params.coverage_s
    if problem.params.coverage == "available":
        reach = reach & np.array([s == FREE for s in problem.status], dtype=bool)[:, None]
    return reach * _size(problem)[:, None]


def _size(problem: AssignmentProblem) -> Ints:
    if problem.params.coverage_counts == "officers":
        return problem.officers
    return np.ones(len(problem.unit_ids), dtype=np.int64)


def floor_slack(problem: AssignmentProblem) -> int | None:
    """Levels a zone may miss where coverage is a must; None where it is only priced."""
    if not problem.params.coverage_hard:
        return None
    return int(np.floor(relaxed(problem.params.relax, FLOOR.name)))
