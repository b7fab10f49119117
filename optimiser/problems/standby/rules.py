"""Is a standby plan admissible? Written plainly from raw data, by sums and sets.

Nothing here is shared with a formulation. Every broken rule is returned, never raised.
"""

from __future__ import annotations

import numpy as np

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.standby.data import LIMITED, StandbyProblem, limit_rule, sense_of
from optimiser.problems.standby.measures import SAID, standing, value
from optimiser.problems.standby.plan import StandbyPlan

ROUNDING = 1e-6
"""Shares and costs are compared with this relative allowance: they are measured, not counted."""


def check(problem: StandbyProblem, plan: StandbyPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the plan is admissible."""
    return [
        *_names(problem, plan),
        *_numbers(problem, plan),
        *_money(problem, plan),
        *_today(problem, plan),
        *_least_cover(problem, plan),
        *_limits(problem, plan),
    ]


def _standing(problem: StandbyProblem, plan: StandbyPlan, part: str) -> set[str]:
    known = set(problem.post_ids)
    return {post for post, n in plan.cars_at.get(part, {}).items() if n > 0 and post in known}


def _names(problem: StandbyProblem, plan: StandbyPlan) -> list[Violation]:
    found = []
    known = set(problem.post_ids)
    for part, cars in plan.cars_at.items():
        if part not in problem.part_ids:
            found.append(Violation("known parts", part, max(1, sum(cars.values())), 0, "cars"))
        for post in sorted(set(cars) - known):
            found.append(Violation("known posts", f"{post}, {part}", max(1, cars[post]), 0, "cars"))
    return found


def _numbers(problem: StandbyProblem, plan: StandbyPlan) -> list[Violation]:
    found = []
    known = set(problem.post_ids)
    most, room = problem.cars(), problem.room()
    for t, part in enumerate(problem.part_ids):
        cars = {post: n for post, n in plan.cars_at.get(part, {}).items() if post in known}
        for post, n in cars.items():
            if n < 0 or n != int(n):
                found.append(Violation("whole cars", f"{post}, {part}", n, max(0, round(n)), "cars"))
            elif n > room:
                found.append(Violation("cars at a post", f"{post}, {part}", n, room, "cars"))
        total = sum(n for n in cars.values() if n > 0)
        if total > most[t]:
            found.append(Violation("cars", part, total, float(most[t]), "cars"))
    return found


def _in_use(problem: StandbyProblem, plan: StandbyPlan) -> set[str]:
    return {post for part in problem.part_ids for post in _standing(problem, plan, part)}


def _money(problem: StandbyProblem, plan: StandbyPlan) -> list[Violation]:
    cost_of = dict(zip(problem.post_ids, problem.post_cost.tolist(), strict=True))
    cost = sum(cost_of[post] for post in sorted(_in_use(problem, plan)))
    limit = problem.params.budget + relaxed(problem.params.relax, "budget")
    if cost > limit * (1 + ROUNDING):
        return [Violation("budget", "posts in use", cost, limit, "cost")]
    return []


def _today(problem: StandbyProblem, plan: StandbyPlan) -> list[Violation]:
    p = problem.params
    found = []
    left = [
        f"{post}, {part}"
        for part in problem.part_ids
        for post in sorted(set(p.kept) - _standing(problem, plan, part))
    ]
    allowed = relaxed(p.relax, "kept post")
    if len(left) > allowed:
        found += [Violation("kept post", where, len(left), allowed, "posts") for where in left]
    moved = sorted(set(p.today) - _in_use(problem, plan))
    limit = p.most_moved + relaxed(p.relax, "moved posts")
    if len(moved) > limit:
        found.append(Violation("moved posts", ", ".join(moved), len(moved), limit, "posts"))
    return found


def _least_cover(problem: StandbyProblem, plan: StandbyPlan) -> list[Violation]:
    least = problem.params.least_cover_frac - relaxed(problem.params.relax, "least cover")
    if least <= 0:
        return []
    found = []
    number = {post: j for j, post in enumerate(problem.post_ids)}
    for t, part in enumerate(problem.part_ids):
        total = float(problem.weight[:, t].sum())
        if total <= 0:
            continue
        here = np.array(sorted(number[post] for post in _standing(problem, plan, part)), dtype=np.int64)
        near = np.isin(problem.posts, here) & (problem.band == 0)
        patterns = np.unique(problem.pattern_of()[near])
        share = float(problem.weight[patterns, t].sum()) / total
        if share < least - ROUNDING:
            found.append(Violation("least cover", part, share, least, "frac"))
    return found


def _limits(problem: StandbyProblem, plan: StandbyPlan) -> list[Violation]:
    """Hold objectives within their limits, each recomputed from the data."""
    found = []
    for name in problem.params.limits:
        reached, limit = value(problem, standing(problem, plan), name), problem.params.limit_of(name)
        if beyond(name, reached, limit):
            found.append(Violation(limit_rule(name), SAID[name][0], reached, limit, LIMITED[name][1]))
    return found


def beyond(name: str, reached: float, limit: float) -> bool:
    """Say whether an objective is worse than its limit, rounding apart."""
    worse = reached - limit if sense_of(name) == "min" else limit - reached
    return worse > ROUNDING * max(abs(limit), 1e-3)
