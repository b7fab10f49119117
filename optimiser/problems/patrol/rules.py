"""Is a patrol plan admissible? Written plainly; every broken rule is returned, never raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.patrol.data import PatrolProblem
from optimiser.problems.patrol.plan import PatrolPlan

ROUNDING = 1e-9


def check(problem: PatrolProblem, plan: PatrolPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the plan is admissible."""
    return [*_known(problem, plan), *_limits(problem, plan)]


def _known(problem: PatrolProblem, plan: PatrolPlan) -> Iterator[Violation]:
    for part in sorted(set(plan.blocks_at) - set(problem.part_ids)):
        yield Violation("known parts", part, 1, 0, "parts")
    named = {place for on in plan.blocks_at.values() for place in on}
    for place in sorted(named - set(problem.place_ids)):
        yield Violation("known places", place, 1, 0, "places")
    for part, on in sorted(plan.blocks_at.items()):
        for place, n in sorted(on.items()):
            if n < 0 or n != int(n):
                yield Violation("blocks", f"{place}, {part}", n, max(0, round(n)) if n >= 0 else 0, "blocks")


def _limits(problem: PatrolProblem, plan: PatrolPlan) -> Iterator[Violation]:
    p = problem.params
    week: Counter[str] = Counter()
    total = sum(int(n) for n in problem.available.tolist())
    for part, there in zip(problem.part_ids, problem.available.tolist(), strict=True):
        on = {c: max(n, 0) for c, n in plan.blocks_at.get(part, {}).items() if c in problem.place_ids}
        limit = there + relaxed(p.relax, "time available")
        if sum(on.values()) > limit + ROUNDING:
            yield Violation("time available", part, sum(on.values()), limit, "blocks")
        for place, n in sorted(on.items()):
            week[place] += max(n, 0)
            most = p.most_at_once + relaxed(p.relax, "at once")
            if p.most_at_once and n > most + ROUNDING:
                yield Violation("at once", f"{place}, {part}", n, most, "blocks")
    flood = max(1, int(p.flood_factor * total / len(problem.place_ids) + ROUNDING))
    for place in problem.place_ids:
        most = flood + relaxed(p.relax, "not flooded")
        least = p.least_blocks - relaxed(p.relax, "least time")
        if week[place] > most + ROUNDING:
            yield Violation("not flooded", place, week[place], most, "blocks")
        if week[place] < least - ROUNDING:
            yield Violation("least time", place, week[place], least, "blocks")


def contradictions(problem: PatrolProblem) -> tuple[str, ...]:
    """Say why no plan can exist, where counting shows it."""
    least, n = problem.least(), len(problem.place_ids)
    week = min(
        problem.week_limit(),
        int(min(problem.once_limit(), problem.time_limits().max(initial=0))) * len(problem.part_ids),
    )
    time = int(problem.time_limits().sum())
    said = []
    if least * n > time:
        said.append(
            f"{n} places with {least} blocks each need {least * n}; there are {time} a week. Give more hours or a "
            "smaller least time."
        )
    if least > week:
        said.append(f"Every place must get {least} blocks a week, and none may get more than {week}.")
    return tuple(said)
