"""Is a plan of strength admissible? Written plainly; every broken rule is returned, never raised."""

from __future__ import annotations

from collections.abc import Iterator

from optimiser.problems.base import Violation
from optimiser.problems.strength.data import StrengthProblem
from optimiser.problems.strength.plan import StrengthPlan

ROUNDING = 1e-6
UNIT = "officers"


def check(problem: StrengthProblem, plan: StrengthPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the plan is admissible."""
    return [*_entries(problem, plan), *_districts(problem, plan), *_force(problem, plan)]


def moved(problem: StrengthProblem, plan: StrengthPlan) -> int:
    """Return how many officers change their district: those that a district has fewer than today."""
    return sum(
        max(0, int(now) - plan.of(d)) for d, now in zip(problem.district_ids, problem.assigned, strict=True)
    )


def _entries(problem: StrengthProblem, plan: StrengthPlan) -> Iterator[Violation]:
    known = set(problem.district_ids)
    for district, n in plan.officers.items():
        if district not in known:
            yield Violation("known districts", district, n or 1, 0, UNIT)
        elif n < 0 or n != round(n):
            yield Violation("whole officers", district, n, max(0, round(n)), UNIT)


def _districts(problem: StrengthProblem, plan: StrengthPlan) -> Iterator[Violation]:
    p = problem.params
    for k, district in enumerate(problem.district_ids):
        n, unfit = plan.of(district), int(problem.unfit[k])
        if 0 <= n < unfit:
            yield Violation("unfit stay", district, n, unfit, UNIT)
        least = float(problem.minimum[k]) - p.relax.get("minimum", 0.0)
        working = max(0, n - unfit)
        if working < least - ROUNDING:
            yield Violation("minimum", district, working, least, UNIT)
        most = problem.limit("most", float(problem.most[k]))
        if n > most + ROUNDING:
            yield Violation("most", district, n, most, UNIT)
        given = int(problem.assigned[k]) - n
        limit = problem.limit("given", p.most_given)
        if given > limit + ROUNDING:
            yield Violation("given", district, given, limit, UNIT)


def _force(problem: StrengthProblem, plan: StrengthPlan) -> Iterator[Violation]:
    p = problem.params
    placed = sum(plan.of(d) for d in problem.district_ids)
    most = problem.limit("strength", float(problem.total()))
    if placed > most + ROUNDING:
        yield Violation("strength", "all districts", placed, most, UNIT)
    least = float(problem.assigned.sum()) - p.relax.get("placed", 0.0)
    if placed < least - ROUNDING:
        yield Violation("placed", "all districts", placed, least, UNIT)
    limit = problem.limit("moved", p.most_moved)
    if moved(problem, plan) > limit + ROUNDING:
        yield Violation("moved", "all districts", moved(problem, plan), limit, UNIT)
