"""Is a fold table admissible? Written plainly from raw data, by breadth-first search and sums.

Nothing here is shared with a formulation. Every broken rule is returned, never raised.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter

from optimiser.problems.base import Violation
from optimiser.problems.fold.data import FoldProblem
from optimiser.problems.fold.plan import FoldPlan

ROUNDING = 1e-6
"""Shares are compared with this allowance: work is measured, not counted."""


def check(problem: FoldProblem, plan: FoldPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the table is admissible."""
    return [
        *_rows(problem, plan),
        *_beats(problem, plan),
        *_nested(problem, plan),
        *_contiguity(problem, plan),
        *_apart(problem, plan),
        *_most_beats(problem, plan),
        *_load(problem, plan),
    ]


def _rows(problem: FoldProblem, plan: FoldPlan) -> list[Violation]:
    asked = set(problem.numbers_of_cars)
    found = [
        Violation("numbers of cars", f"{k} cars", 0, 1, "cars") for k in sorted(asked - set(plan.groups_at))
    ]
    found += [
        Violation("numbers of cars", f"{k} cars", 1, 0, "cars") for k in sorted(set(plan.groups_at) - asked)
    ]
    for cars, groups in sorted(plan.groups_at.items()):
        if len(groups) != cars or not all(groups):
            filled = sum(1 for g in groups if g)
            found.append(Violation("one group a car", f"{cars} cars", filled, cars, "cars"))
    return found


def _beats(problem: FoldProblem, plan: FoldPlan) -> list[Violation]:
    known, found = set(problem.beat_ids), []
    for cars, groups in sorted(plan.groups_at.items()):
        named = Counter(b for group in groups for b in group)
        for beat in sorted(set(named) - known):
            found.append(Violation("known beats", f"{beat} with {cars} cars", named[beat], 0, "beats"))
        for beat in problem.beat_ids:
            if named[beat] != 1:
                found.append(Violation("every beat", f"{beat} with {cars} cars", named[beat], 1, "beats"))
    return found


def _nested(problem: FoldProblem, plan: FoldPlan) -> list[Violation]:
    """Compare each row with the next lower one, over the beats that both hold exactly once."""
    known, found = set(problem.beat_ids), []
    numbers = sorted(plan.groups_at, reverse=True)
    for more, fewer in itertools.pairwise(numbers):
        once_more, once_fewer = _once(plan, more), _once(plan, fewer)
        for group in plan.groups_at[more]:
            mine = [b for b in group if b in known and b in once_more and b in once_fewer]
            with_car = Counter(once_fewer[b] for b in mine)
            if len(with_car) > 1:
                parted = len(mine) - max(with_car.values())
                where = f"{', '.join(mine)}, together with {more} cars, parted with {fewer}"
                found.append(Violation("nested", where, parted, 0, "beats"))
    return found


def _once(plan: FoldPlan, cars: int) -> dict[str, int]:
    named = Counter(b for group in plan.groups_at[cars] for b in group)
    return {b: k for k, group in enumerate(plan.groups_at[cars]) for b in group if named[b] == 1}


def _contiguity(problem: FoldProblem, plan: FoldPlan) -> list[Violation]:
    if not problem.params.contiguity:
        return []
    links: dict[str, list[str]] = {b: [] for b in problem.beat_ids}
    for i, j in problem.edges.tolist():
        links[problem.beat_ids[i]].append(problem.beat_ids[j])
        links[problem.beat_ids[j]].append(problem.beat_ids[i])
    found = []
    for cars, groups in sorted(plan.groups_at.items()):
        for group in groups:
            mine = {b for b in group if b in links}
            reached = set(sorted(mine)[:1])
            frontier = list(reached)
            while frontier:
                for there in links[frontier.pop()]:
                    if there in mine and there not in reached:
                        reached.add(there)
                        frontier.append(there)
            if len(reached) < len(mine):
                where = f"{', '.join(sorted(mine))} with {cars} cars"
                found.append(Violation("contiguity", where, len(mine) - len(reached), 0, "beats"))
    return found


def _apart(problem: FoldProblem, plan: FoldPlan) -> list[Violation]:
    found = []
    for a, b in sorted(set(problem.params.apart)):
        for cars, groups in sorted(plan.groups_at.items()):
            if any(a in group and b in group for group in groups):
                found.append(Violation("kept apart", f"{a} and {b} with {cars} cars", 1, 0, "pairs"))
    return found


def _most_beats(problem: FoldProblem, plan: FoldPlan) -> list[Violation]:
    limit, known = problem.params.beats_limit(), set(problem.beat_ids)
    found = []
    for cars, groups in sorted(plan.groups_at.items()):
        for group in groups:
            n = len(set(group) & known)
            if n > limit:
                where = f"{', '.join(sorted(group))} with {cars} cars"
                found.append(Violation("most beats", where, n, limit, "beats"))
    return found


def _load(problem: FoldProblem, plan: FoldPlan) -> list[Violation]:
    limit = problem.params.load_limit_frac()
    if math.isinf(limit):
        return []
    work = dict(zip(problem.beat_ids, problem.work.tolist(), strict=True))
    total = sum(work.values())
    found = []
    for cars, groups in sorted(plan.groups_at.items()):
        for group in groups:
            mine = set(group) & set(work)
            over = cars * sum(work[b] for b in mine) / total - 1
            if len(mine) > 1 and over > limit + ROUNDING:
                where = f"{', '.join(sorted(mine))} with {cars} cars"
                found.append(Violation("load", where, over, limit, "frac"))
    return found
