"""What studies know of rotating patterns: which rules a question asks for, and what switches one off."""

from __future__ import annotations

from dataclasses import replace

from optimiser.problems.patterns import PatternsProblem
from optimiser.problems.patterns.plan import DAYS
from optimiser.studies.hooks import Hooks
from optimiser.units import HOURS_PER_WEEK

MONTH_DAYS = 28


def plain(problem: PatternsProblem) -> PatternsProblem:
    """Return the same question with the number of officers as objective: it says most of itself."""
    return replace(problem, params=replace(problem.params, objective="officers"))


def in_force(problem: PatternsProblem, rule: str) -> bool:
    """Return whether the question asks for a rule; one that is not known here is taken to be asked for."""
    p = problem.params
    if rule in p.hard_rules:
        return False  # not negotiable: it stands, and is no way out
    known = {
        "shortest days off": p.shortest_off > 1,
        "shortest work": p.shortest_work > 1,
        "shortest run": any(n > 1 for n in p.shortest_run.values()),
        "longest run": any(n < p.longest_work for n in p.longest_run.values()),
        "rest": p.rest_s > 0,
        "days off after nights": p.off_after_nights > 1,
        "hours a week": p.least_week_h > 0 or p.most_week_h < HOURS_PER_WEEK,
        "free weekends": p.free_weekends > 0,
    }
    return known.get(rule, True)


def plenty(problem: PatternsProblem, rule: str) -> float | None:
    """Return an amount that switches a rule off: a month more for a row of days, or the cycle where that is shorter."""
    cycle = float(min(DAYS * problem.most_rows, MONTH_DAYS))
    known = {
        "cover": float(max(int(problem.need.max()), problem.most_rows)),
        "free weekends": float(problem.params.free_weekends),
        "hours a week": HOURS_PER_WEEK,
        "rest": 2.0 * problem.params.rest_s + 86400.0,
    }
    return known.get(rule, cycle)


HOOKS = Hooks(plain=plain, in_force=in_force, plenty=plenty, distance_of="days worked otherwise")
