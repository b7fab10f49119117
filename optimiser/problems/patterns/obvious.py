"""Why no pattern can exist, where sums show it before any search."""

from __future__ import annotations

import math

from optimiser.problems.base import relaxed
from optimiser.problems.patterns.data import PatternsProblem
from optimiser.problems.patterns.plan import DAYS


def contradictions(problem: PatternsProblem) -> tuple[str, ...]:
    """Return reasons in sentences: rows too few for the working days, or for the free weekends."""
    return (*_days(problem), *_weekends(problem))


def _days(problem: PatternsProblem) -> list[str]:
    p = problem.params
    slack = relaxed(p.relax, "cover")
    need = sum(max(0, math.ceil(int(n) - slack - 1e-9)) for n in problem.need.ravel())
    work, off = p.most("longest work", p.longest_work), p.least("shortest days off", p.shortest_off)
    most = math.floor(problem.most_rows * DAYS * work / (work + off) + 1e-9)
    if need > most:
        return [
            f"The shifts need {need} working days a week; {problem.most_rows} rows with at most {work} working days "
            f"in a row and at least {off} days off between hold {most}. It takes at least "
            f"{math.ceil(need * (work + off) / (DAYS * work) - 1e-9)} rows."
        ]
    return []


def _weekends(problem: PatternsProblem) -> list[str]:
    p = problem.params
    wanted = math.ceil(p.free_weekends - relaxed(p.relax, "free weekends") - 1e-9)
    slack = relaxed(p.relax, "cover")
    on = max(sum(max(0, math.ceil(int(n) - slack - 1e-9)) for n in problem.need[:, d]) for d in (5, 6))
    if wanted > problem.most_rows - on:
        return [
            f"{wanted} free weekends are asked for; of {problem.most_rows} rows {on} are needed on a Saturday or "
            f"Sunday, so at most {problem.most_rows - on} can be free."
        ]
    return []
