"""What an assignment is worth: one number in weighted seconds, each of its terms, and the response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optimiser.problems.assignment.data import AssignmentProblem
from optimiser.problems.assignment.plan import AssignmentPlan
from optimiser.problems.assignment.rules import cover
from optimiser.problems.base import Measure, Objective

UNIT = "weighted s"


@dataclass(frozen=True, slots=True)
class _Served:
    """One incident under a plan. ``response_s`` is from the call to the first unit, None if nobody goes."""

    name: str
    grade: int
    n_units: int
    missing: int
    response_s: float | None
    late_s: float
    first: float
    late: float
    journeys: float
    unfilled: float


def _sent(problem: AssignmentProblem, plan: AssignmentPlan) -> dict[int, int]:
    units = {name: u for u, name in enumerate(problem.unit_ids)}
    incidents = {name: i for i, name in enumerate(problem.incident_ids)}
    return {units[u]: incidents[i] for u, i in plan.sent.items() if u in units and i in incidents}


def _serve(problem: AssignmentProblem, sent: dict[int, int]) -> list[_Served]:
    params = problem.params
    served = []
    for i, name in enumerate(problem.incident_ids):
        grade, weight, age = int(problem.grade[i]), float(problem.weight[i]), float(problem.age_s[i])
        units = [u for u, j in sent.items() if j == i]
        arrival = {u: float(problem.ready_s[u] + problem.travel_s[u, i]) for u in units}
        first = min(arrival.values(), default=None)
        late = 0.0 if first is None else max(0.0, age + first - params.grade_targets_s[grade])
        missing = max(0, int(problem.officers_needed[i]) - sum(int(problem.officers[u]) for u in units))
        served.append(
            _Served(
                name=name,
                grade=grade,
                n_units=len(units),
                missing=missing,
                response_s=None if first is None else age + first,
                late_s=late,
                first=weight * params.first_weight[grade] * (first or 0.0),
                late=weight * params.late_weight[grade] * late,
                journeys=params.journey_weight * sum(float(problem.travel_s[u, i]) for u in units),
                unfilled=weight * params.unfilled_price_s[grade] * missing,
            )
        )
    return served


def _shortfalls(problem: AssignmentProblem, sent: dict[int, int]) -> dict[str, int]:
    """Missing levels of every zone that is short."""
    short = {}
    for z, zone in enumerate(problem.zone_ids):
        missing = int(problem.demand_level[z]) - cover(problem, sent, z)
        if missing > 0:
            short[zone] = missing
    return short


def _coverage_price(problem: AssignmentProblem, missing: int) -> float:
    return sum(problem.params.level_price_s(level) for level in range(1, missing + 1))


def objectives(problem: AssignmentProblem, plan: AssignmentPlan) -> tuple[Objective, ...]:
    """Return the one objective: first arrival, lateness, journeys, unfilled officers and coverage, weighted."""
    sent = _sent(problem, plan)
    response = sum(s.first + s.late + s.journeys + s.unfilled for s in _serve(problem, sent))
    coverage = sum(_coverage_price(problem, n) for n in _shortfalls(problem, sent).values())
    return (Objective("weighted response", response + coverage, UNIT, "min"),)


def measure(problem: AssignmentProblem, plan: AssignmentPlan) -> tuple[Measure, ...]:
    """Return each term of the objective, then response by grade, what is unfilled, and coverage by zone."""
    sent = _sent(problem, plan)
    served = _serve(problem, sent)
    return (*_terms(problem, served, sent), *_response(served), *_coverage(problem, sent))


def _by_grade(served: list[_Served], value: Callable[[_Served], float]) -> dict[str, float]:
    grades = sorted({s.grade for s in served})
    return {f"grade {g}": float(sum(value(s) for s in served if s.grade == g)) for g in grades}


def _terms(problem: AssignmentProblem, served: list[_Served], sent: dict[int, int]) -> list[Measure]:
    terms: list[tuple[str, Callable[[_Served], float]]] = [
        ("term first arrival", lambda s: s.first),
        ("term lateness", lambda s: s.late),
        ("term journeys", lambda s: s.journeys),
        ("term unfilled officers", lambda s: s.unfilled),
    ]
    found = [
        Measure(name, sum(value(s) for s in served), UNIT, "lower", _by_grade(served, value), "grade")
        for name, value in terms
    ]
    priced = {zone: _coverage_price(problem, n) for zone, n in _shortfalls(problem, sent).items()}
    found.append(Measure("term coverage shortfall", sum(priced.values()), UNIT, "lower", priced, "zone"))
    return found


def _response(served: list[_Served]) -> list[Measure]:
    attended = [s for s in served if s.response_s is not None]
    by: dict[str, list[float]] = {}
    for s in attended:
        by.setdefault(f"grade {s.grade}", []).append(s.response_s or 0.0)
    means = {g: sum(v) / len(v) for g, v in sorted(by.items())}
    all_s = [r for v in by.values() for r in v]
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
        Measure("incidents unattended", float(len(served) - len(attended)), "incidents", "lower"),
        Measure("officers unfilled", sum(missing.values()), "officers", "lower", missing, "incident"),
        Measure(
            "units sent",
            float(sum(s.n_units for s in served)),
            "units",
            "neither",
            {s.name: float(s.n_units) for s in served},
            "incident",
        ),
    ]


def _coverage(problem: AssignmentProblem, sent: dict[int, int]) -> list[Measure]:
    after = {zone: float(n) for zone, n in _shortfalls(problem, sent).items()}
    before = {zone: float(n) for zone, n in _shortfalls(problem, {}).items()}
    return [
        Measure("zones below level", float(len(after)), "zones", "lower"),
        Measure("levels missing", sum(after.values()), "levels", "lower", after, "zone"),
        Measure("levels missing before", sum(before.values()), "levels", "neither", before, "zone"),
    ]
