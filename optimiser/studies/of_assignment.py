"""What studies know of assignment: cover that no choice can mend, and other ways to send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.rules import FLOOR, all_sent, cover
from optimiser.problems.base import relaxed
from optimiser.studies.hooks import Hooks, Refutation


def refute(problem: AssignmentProblem) -> tuple[Refutation, ...]:
    """Return the zones that lie below their floor before anybody is sent."""
    return tuple(_bare(problem))


def _bare(problem: AssignmentProblem) -> Iterator[Refutation]:
    p = problem.params
    if not p.coverage_hard or p.coverage == "present" or problem.post_ids or p.recall:
        return  # those that are sent may cover from where they are sent to, those that turn back from where they are
    for z, zone in enumerate(problem.zone_ids):
        level = float(cover(problem, all_sent(problem, AssignmentPlan()), z))
        limit = max(0.0, float(problem.demand_level[z]) - relaxed(p.relax, FLOOR.name))
        if level < limit:
            where = f"zone {zone}, before anybody is sent,"
            yield Refutation((FLOOR.name,), where, level, limit, "levels", limit - level)


def in_force(problem: AssignmentProblem, rule: str) -> bool:
    """Return whether the question asks for a rule."""
    return problem.params.coverage_hard if rule == FLOOR.name else True


def push(
    problem: AssignmentProblem, plans: Sequence[AssignmentPlan], strength: float
) -> tuple[AssignmentProblem, ...]:
    """Forbid ways that the plans go, more of them the greater the strength; the most used first."""
    used: dict[tuple[str, str], int] = {}
    for plan in plans:
        for pair in plan.sent.items():
            used[pair] = used.get(pair, 0) + 1
    ranked = sorted(used, key=lambda pair: (-used[pair], pair))
    travel_s = np.array(problem.travel_s)
    for unit, incident in ranked[: max(1, round(strength * len(ranked)))]:
        travel_s[problem.unit_ids.index(unit), problem.incident_ids.index(incident)] = np.inf
    return (replace(problem, travel_s=travel_s),)


HOOKS = Hooks(in_force=in_force, refute=refute, distance_of="units sent otherwise", push=push)
