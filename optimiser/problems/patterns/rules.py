"""Is a pattern admissible? Written plainly, day by day round the cycle; every broken rule is returned, never raised."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.patterns.data import PatternsProblem
from optimiser.problems.patterns.params import DAY_S
from optimiser.problems.patterns.plan import DAYS, OFF, PatternsPlan
from optimiser.units import DAY_NAMES, SECONDS_PER_HOUR

ROUNDING = 1e-6

Run = tuple[int, float, str]
"""First day of the cycle, number of days (endless where all are the same), and what is the same on them."""


def check(problem: PatternsProblem, plan: PatternsPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the pattern is admissible."""
    shape = list(_shape(problem, plan))
    if shape:  # what is no pattern of these shifts cannot be read further
        return shape
    return [
        *_cover(problem, plan),
        *_blocks(problem, plan),
        *_runs(problem, plan),
        *_successions(problem, plan),
        *_totals(problem, plan),
    ]


def where(day: int) -> str:
    """Name a day of the cycle."""
    return f"row {day // DAYS + 1}, {DAY_NAMES[day % DAYS]}"


def runs(marks: Sequence[str]) -> list[Run]:
    """Return the runs of equal marks round the cycle; one that never ends where they are all equal."""
    n = len(marks)
    begins = [d for d in range(n) if marks[d] != marks[d - 1]]
    if not begins:
        return [(0, math.inf, marks[0])] if n else []
    ends = [*begins[1:], begins[0] + n]
    return [(b, e - b, marks[b]) for b, e in zip(begins, ends, strict=True)]


def free_weekends(plan: PatternsPlan) -> int:
    """Return the number of rows whose Saturday and Sunday are both off."""
    return sum(tuple(row[5:7]) == (OFF, OFF) for row in plan.rows)


def mean_week_h(problem: PatternsProblem, plan: PatternsPlan) -> float:
    """Return the mean hours a week."""
    length = dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True))
    total_s = float(sum(length.get(d, 0.0) for d in plan.days()))
    return total_s / SECONDS_PER_HOUR / max(1, len(plan.rows))


def _shape(problem: PatternsProblem, plan: PatternsPlan) -> Iterator[Violation]:
    n = len(plan.rows)
    if not problem.fewest_rows <= n <= problem.most_rows:
        limit = problem.fewest_rows if n < problem.fewest_rows else problem.most_rows
        yield Violation("rows", "the pattern", n, limit, "rows")
    for k, row in enumerate(plan.rows):
        if len(row) != DAYS:
            yield Violation("whole weeks", f"row {k + 1}", len(row), DAYS, "days")
    for name in sorted(set(plan.days()) - {*problem.shift_ids, OFF}):
        yield Violation("known shifts", name, plan.days().count(name), 0, "days")


def _cover(problem: PatternsProblem, plan: PatternsPlan) -> Iterator[Violation]:
    slack = relaxed(problem.params.relax, "cover") + ROUNDING
    for i, shift in enumerate(problem.shift_ids):
        for d in range(DAYS):
            found, need = sum(row[d] == shift for row in plan.rows), int(problem.need[i, d])
            if found < need - slack or (problem.params.exact and found > need + slack):
                yield Violation("cover", f"{shift}, {DAY_NAMES[d]}", found, need, "officers")


def _limits(
    rule: tuple[str, str], at: str, days: float, least: int, most: int, problem: PatternsProblem
) -> Iterator[Violation]:
    if days < least - relaxed(problem.params.relax, rule[0]) - ROUNDING:
        yield Violation(rule[0], at, days, least, "days")
    if days > most + relaxed(problem.params.relax, rule[1]) + ROUNDING:
        yield Violation(rule[1], at, days, most, "days")


def _blocks(problem: PatternsProblem, plan: PatternsPlan) -> Iterator[Violation]:
    p, days = problem.params, plan.days()
    for first, n, mark in runs([OFF if d == OFF else "work" for d in days]):
        if mark == OFF:
            rule = ("shortest days off", "longest days off")
            yield from _limits(rule, where(first), n, p.shortest_off, p.longest_off, problem)
        else:
            rule = ("shortest work", "longest work")
            yield from _limits(rule, where(first), n, p.shortest_work, p.longest_work, problem)


def _runs(problem: PatternsProblem, plan: PatternsPlan) -> Iterator[Violation]:
    p = problem.params
    for first, n, shift in runs(plan.days()):
        if shift != OFF:
            least, most = p.shortest_run.get(shift, 1), p.longest_run.get(shift, p.longest_work)
            rule = ("shortest run", "longest run")
            yield from _limits(rule, f"{shift} from {where(first)}", n, least, most, problem)


def _successions(problem: PatternsProblem, plan: PatternsPlan) -> Iterator[Violation]:
    """Look at each working day and the next one, round the cycle, with the days off between."""
    p, days = problem.params, plan.days()
    start = dict(zip(problem.shift_ids, problem.shift_start_s.tolist(), strict=True))
    length = dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True))
    night = dict(zip(problem.shift_ids, problem.night().tolist(), strict=True))
    worked = [d for d, shift in enumerate(days) if shift != OFF]
    least_rest = p.rest_s - relaxed(p.relax, "rest")
    least_off = p.off_after_nights - relaxed(p.relax, "days off after nights")
    for d, then in zip(worked, [*worked[1:], *(w + len(days) for w in worked[:1])], strict=True):
        one, next_ = days[d], days[then % len(days)]
        off, at = then - d - 1, f"{one} on {where(d)}, then {next_}"
        if off == 0 and (one, next_) in p.forbidden:
            yield Violation("forbidden sequence", at, 1, 0, "days")
        if off == 1 and (one, next_) in p.forbidden_after_off:
            yield Violation("forbidden after a day off", at, 1, 0, "days")
        if off == 0 and p.forward and start[next_] < start[one]:
            yield Violation("forward rotation", at, 1, 0, "days")
        rest = (then - d) * DAY_S + start[next_] - start[one] - length[one]
        if rest < least_rest - ROUNDING:
            yield Violation("rest", at, rest, p.rest_s, "s")
        if night[one] and 0 < off < least_off - ROUNDING:
            yield Violation("days off after nights", at, off, p.off_after_nights, "days")


def _totals(problem: PatternsProblem, plan: PatternsPlan) -> Iterator[Violation]:
    p = problem.params
    hours, slack = mean_week_h(problem, plan), relaxed(p.relax, "hours a week") + ROUNDING
    if hours < p.least_week_h - slack:
        yield Violation("hours a week", "mean of the cycle", hours, p.least_week_h, "h")
    if hours > p.most_week_h + slack:
        yield Violation("hours a week", "mean of the cycle", hours, p.most_week_h, "h")
    free = free_weekends(plan)
    if free < p.free_weekends - relaxed(p.relax, "free weekends") - ROUNDING:
        yield Violation("free weekends", "the cycle", free, p.free_weekends, "weekends")
