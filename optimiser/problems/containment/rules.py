"""Is a containment plan admissible? Written plainly; every broken rule is returned, never raised."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator

import numpy as np

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.containment.data import BLOCK, CONTAIN, ContainmentProblem
from optimiser.problems.containment.plan import ContainmentPlan

ROUNDING_S = 1e-6


def check(problem: ContainmentProblem, plan: ContainmentPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the plan is admissible."""
    return [*_known(problem, plan), *_posts(problem, plan), *_purpose(problem, plan)]


def _known(problem: ContainmentProblem, plan: ContainmentPlan) -> Iterator[Violation]:
    for unit in sorted(set(plan.post_of) - set(problem.unit_ids)):
        yield Violation("known units", unit, 1, 0, "units")
    for place in sorted(plan.held() - set(problem.place_ids)):
        yield Violation("known places", place, 1, 0, "places")


def _posts(problem: ContainmentProblem, plan: ContainmentPlan) -> Iterator[Violation]:
    p = problem.params
    row = {u: k for k, u in enumerate(problem.unit_ids)}
    column = {c: k for k, c in enumerate(problem.place_ids)}
    for place, n in sorted(Counter(plan.post_of.values()).items()):
        if n > 1:
            yield Violation("one unit a post", place, n, 1, "units")
        if place in p.lost_places:
            yield Violation("lost places", place, 1, 0, "places")
    for unit, place in sorted(plan.post_of.items()):
        if unit in p.lost_units:
            yield Violation("lost units", unit, 1, 0, "units")
        if unit not in row or place not in column:
            continue
        there = float(problem.arrive_s[row[unit], column[place]])
        if there == float("inf"):
            yield Violation("reachable", f"{unit} at {place}", 0, 1, "units")
        elif p.aim == CONTAIN:
            limit = float(problem.earliest_s[column[place]]) - p.margin_s + relaxed(p.relax, "in time")
            if there > limit + ROUNDING_S:
                yield Violation("in time", f"{unit} at {place}", there, limit, "s")


def _purpose(problem: ContainmentProblem, plan: ContainmentPlan) -> Iterator[Violation]:
    held = plan.held()
    exits = [c for c, gone in zip(problem.place_ids, problem.exits.tolist(), strict=True) if gone]
    if problem.params.aim == BLOCK:
        unheld = [c for c in exits if c not in held]
        limit = relaxed(problem.params.relax, "exits blocked")
        if len(unheld) > limit + 1e-9:
            yield Violation("exits blocked", ", ".join(unheld), len(unheld), limit, "exits")
        return
    inside = reached(problem, plan)
    first = {c for c, here in zip(problem.place_ids, problem.start.tolist(), strict=True) if here}
    gone = sorted(c for c in exits if c in inside and (c not in held or c in first))
    if gone:
        yield Violation("no way out", ", ".join(gone[:10]), len(gone), 0, "ways")


def reached(problem: ContainmentProblem, plan: ContainmentPlan) -> set[str]:
    """Return the places that the suspect can come to, the posts where it is stopped included: breadth first."""
    held = plan.held()
    seen = set(np.flatnonzero(problem.start).tolist())
    waiting = deque(sorted(seen))
    while waiting:
        at = waiting.popleft()
        if problem.place_ids[at] in held and not problem.start[at]:
            continue
        for other in problem.leads_to.get(at, ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return {problem.place_ids[k] for k in seen}
