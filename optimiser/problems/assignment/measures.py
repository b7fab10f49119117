"""What an assignment is worth: one number in weighted seconds, each of its terms, and the response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.assignment.data import FREE, AssignmentProblem
from optimiser.problems.assignment.plan import AssignmentPlan
from optimiser.problems.assignment.rules import TIME_TOL_S, all_moved, all_sent, arrival_s, newly_sent
from optimiser.problems.assignment.turning_back import all_recalled
from optimiser.problems.base import Measure, Objective

UNIT = "weighted s"
TERMS = (
    "first",
    "late",
    "deploy",
    "complement",
    "journeys",
    "unfilled",
    "skills",
    "surplus",
    "diverted",
    "before_cover",
)
"""Terms of an incident, in the order they are reported."""
_TERM_NAMES = {
    "first": "term first arrival",
    "late": "term lateness",
    "deploy": "term late deployment",
    "complement": "term late full complement",
    "journeys": "term journeys",
    "unfilled": "term unfilled officers",
    "skills": "term missing skills",
    "surplus": "term surplus officers",
    "diverted": "term diversions",
    "before_cover": "term urgent before cover",
}


@dataclass(frozen=True, slots=True)
class Served:
    """One incident under a plan. ``response_s`` and ``full_s`` are from the call, None if it does not come to that."""

    name: str
    grade: int
    n_units: int
    missing: int
    skills_missing: int
    response_s: float | None
    full_s: float | None
    late_s: float
    first: float
    late: float
    deploy: float
    complement: float
    journeys: float
    unfilled: float
    skills: float
    surplus: float
    diverted: float
    before_cover: float

    @property
    def total(self) -> float:
        """Weighted seconds in all."""
        return float(sum(getattr(self, name) for name in TERMS))


def _reached(problem: AssignmentProblem, i: int, units: list[int], n_officers: int) -> float | None:
    """Seconds from now until that many officers are at incident ``i``."""
    there = 0
    for u in sorted(units, key=lambda u: arrival_s(problem, u, i)):
        there += int(problem.officers[u])
        if there >= n_officers:
            return arrival_s(problem, u, i)
    return None


def _serve(problem: AssignmentProblem, plan: AssignmentPlan) -> list[Served]:
    sent, new = all_sent(problem, plan), newly_sent(problem, plan)
    units: list[list[int]] = [[] for _ in problem.incident_ids]
    for u, i in sent.items():
        units[i].append(u)
    return [serve_one(problem, i, units[i], new) for i in range(len(units))]


def serve_one(problem: AssignmentProblem, i: int, units: list[int], new: dict[int, int]) -> Served:
    """Return what incident ``i`` gets from ``units``, of which ``new`` are newly sent (positions)."""
    params = problem.params
    grade, weight, age = int(problem.grade[i]), problem.urgency(i), float(problem.age_s[i])
    target, need = params.grade_targets_s[grade], int(problem.officers_needed[i])
    first = None if problem.attended[i] else _reached(problem, i, units, problem.enters_with(i))
    full = _reached(problem, i, units, need) if need else None
    late = 0.0 if first is None else max(0.0, age + first - target)
    full_late = 0.0 if full is None else max(0.0, age + full - target)
    begins = None if problem.attended[i] else min((float(problem.ready_s[u]) for u in units), default=None)
    deploy_by = max(age, params.deploy_targets_s.get(grade, np.inf))
    officers = sum(int(problem.officers[u]) for u in units)
    missing = max(0, need - officers)
    more = problem.before_cover_s(i) if late > TIME_TOL_S or missing else 0.0
    lacking = 0
    for k in range(len(problem.skill_ids)):
        lacking += max(0, int(problem.skills_needed[i, k]) - sum(int(problem.has_skill[u, k]) for u in units))
    diverted = sum(bool(problem.on_way_to[u]) and new.get(u) == i for u in units)
    return Served(
        name=problem.incident_ids[i],
        grade=grade,
        n_units=len(units),
        missing=missing,
        skills_missing=lacking,
        response_s=None if first is None else age + first,
        full_s=None if full is None else age + full,
        late_s=late,
        first=_weighed(weight * params.first_weight[grade], first or 0.0),
        late=_weighed(weight * params.late_weight[grade], late),
        deploy=_weighed(weight * params.deploy_weight, max(0.0, age + (begins or 0.0) - deploy_by)),
        complement=_weighed(weight * params.late_weight[grade] * params.complement_weight, full_late),
        journeys=_weighed(params.journey_weight, sum(float(problem.travel_s[u, i]) for u in units)),
        unfilled=problem.missing_price_s(i) * missing,
        skills=weight * params.skill_price_s * lacking,
        surplus=params.surplus_price_s * max(0, officers - need),
        diverted=params.divert_price_s * diverted,
        before_cover=more * (missing + (late > TIME_TOL_S)),
    )


def _weighed(weight: float, seconds: float) -> float:
    """Weighted seconds; a weight of 0 makes nothing of a way that does not exist."""
    return weight * seconds if weight > 0 else 0.0


def levels(problem: AssignmentProblem, plan: AssignmentPlan) -> NDArray[np.int64]:
    """Return each zone's level of coverage under a plan, as ``rules.cover``. Shape (Z,)."""
    params = problem.params
    sent, moved, back = all_sent(problem, plan), all_moved(problem, plan), all_recalled(problem, plan)
    reach = problem.zone_s.copy()
    for u, p in moved.items():
        reach[u] = problem.post_zone_s[problem.driver_class[u]][p] if problem.zone_ids else np.inf
    if params.coverage != "present":
        away = [status != FREE and u not in back for u, status in enumerate(problem.status)]
        reach[np.array(away, dtype=bool)] = np.inf
    for u, i in sent.items():
        there = params.coverage == "present" and problem.zone_ids
        reach[u] = problem.scene_zone_s[problem.driver_class[u]][i] if there else np.inf
    size = problem.officers if params.coverage_counts == "officers" else np.ones_like(problem.officers)
    return np.asarray(size @ (reach <= problem.zone_within_s), dtype=np.int64)


def _shortfalls(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[str, int]:
    """Missing levels of every zone that is short."""
    missing = problem.demand_level - levels(problem, plan)
    return {problem.zone_ids[z]: int(missing[z]) for z in np.flatnonzero(missing > 0)}


def _coverage_prices(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[str, float]:
    row = {zone: z for z, zone in enumerate(problem.zone_ids)}
    return {
        zone: sum(problem.level_price_s(row[zone], level) for level in range(1, missing + 1))
        for zone, missing in _shortfalls(problem, plan).items()
    }


def _move_prices(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[str, float]:
    p = problem.params
    return {
        problem.unit_ids[u]: p.move_price_s + p.move_weight * float(problem.post_travel_s[u, q])
        for u, q in all_moved(problem, plan).items()
    }


def _recall_prices(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[str, float]:
    return {problem.unit_ids[u]: problem.params.recall_price_s for u in sorted(all_recalled(problem, plan))}


def objectives(problem: AssignmentProblem, plan: AssignmentPlan) -> tuple[Objective, ...]:
    """Return the one objective: response of every incident, moves to posts and missing coverage, weighted."""
    response = sum(s.total for s in _serve(problem, plan))
    moves = sum(_move_prices(problem, plan).values()) + sum(_recall_prices(problem, plan).values())
    coverage = sum(_coverage_prices(problem, plan).values())
    return (Objective("weighted response", response + moves + coverage, UNIT, "min"),)


def measure(problem: AssignmentProblem, plan: AssignmentPlan) -> tuple[Measure, ...]:
    """Return each term of the objective, then response by grade, what is unfilled, and coverage by zone."""
    served = _serve(problem, plan)
    return (*_terms(problem, served, plan), *_response(problem, served), *_coverage(problem, plan))


def _by_grade(served: list[Served], value: Callable[[Served], float]) -> dict[str, float]:
    grades = sorted({s.grade for s in served})
    return {f"grade {g}": float(sum(value(s) for s in served if s.grade == g)) for g in grades}


def _term(name: str, served: Served) -> float:
    return float(getattr(served, name))


def _terms(problem: AssignmentProblem, served: list[Served], plan: AssignmentPlan) -> list[Measure]:
    found = []
    for name in TERMS:
        value = partial(_term, name)
        total = sum(value(s) for s in served)
        found.append(Measure(_TERM_NAMES[name], total, UNIT, "lower", _by_grade(served, value), "grade"))
    moves, priced, back = (f(problem, plan) for f in (_move_prices, _coverage_prices, _recall_prices))
    found.append(Measure("term moves to posts", sum(moves.values()), UNIT, "lower", moves, "unit"))
    found.append(Measure("term recalls", sum(back.values()), UNIT, "lower", back, "unit"))
    found.append(Measure("term coverage shortfall", sum(priced.values()), UNIT, "lower", priced, "zone"))
    return found


def _response(problem: AssignmentProblem, served: list[Served]) -> list[Measure]:
    there = {name for name, here in zip(problem.incident_ids, problem.attended, strict=True) if here}
    attended = [s for s in served if s.response_s is not None]
    by: dict[str, list[float]] = {}
    for s in attended:
        by.setdefault(f"grade {s.grade}", []).append(s.response_s or 0.0)
    means = {g: sum(v) / len(v) for g, v in sorted(by.items())}
    all_s = [r for v in by.values() for r in v]
    full = [s.full_s for s in served if s.full_s is not None]
    missing = {s.name: float(s.missing) for s in served if s.missing}
    return [
        Measure("mean response", sum(all_s) / len(all_s) if all_s else 0.0, "s", "lower", means, "grade"),
        Measure("longest response", max(all_s, default=0.0), "s", "lower"),
        Measure(
            "incidents late",
            float(sum(s.late_s > 0 for s in attended)),
            "incidents",
            "lower",
            _by_grade(served, lambda s: float(s.late_s > 0)),
            "grade",
        ),
        Measure(
            "incidents unattended",
            float(len({s.name for s in served} - there) - len(attended)),
            "incidents",
            "lower",
        ),
        Measure("officers unfilled", sum(missing.values()), "officers", "lower", missing, "incident"),
        Measure(
            "skills missing",
            float(sum(s.skills_missing for s in served)),
            "skills",
            "lower",
            {s.name: float(s.skills_missing) for s in served if s.skills_missing},
            "incident",
        ),
        Measure("mean full complement", sum(full) / len(full) if full else 0.0, "s", "lower"),
        Measure(
            "units sent",
            float(sum(s.n_units for s in served)),
            "units",
            "neither",
            {s.name: float(s.n_units) for s in served},
            "incident",
        ),
    ]


def _coverage(problem: AssignmentProblem, plan: AssignmentPlan) -> list[Measure]:
    after = {zone: float(n) for zone, n in _shortfalls(problem, plan).items()}
    before = {zone: float(n) for zone, n in _shortfalls(problem, AssignmentPlan()).items()}
    return [
        Measure("zones below level", float(len(after)), "zones", "lower"),
        Measure("levels missing", sum(after.values()), "levels", "lower", after, "zone"),
        Measure("levels missing before", sum(before.values()), "levels", "neither", before, "zone"),
        Measure("units moved", float(len(all_moved(problem, plan))), "units", "neither"),
        Measure("units recalled", float(len(all_recalled(problem, plan))), "units", "neither"),
    ]
