"""A rotating pattern in words: who works it, how long a week, which weekends are free."""

from __future__ import annotations

from optimiser.problems.patterns import FAMILY, PatternsPlan, PatternsProblem
from optimiser.report.phrases import count, listed, measures_by_name, number, percent
from optimiser.report.words_rota import negotiated
from optimiser.solve.result import Result
from optimiser.units import minutes as in_minutes


def found(problem: PatternsProblem, result: Result[PatternsPlan]) -> list[str]:
    """Say how large the pattern is, what it asks of an officer, and how near it is to the need."""
    assert result.plan is not None
    told = measures_by_name(result.measures)
    rows = told["officers"].value
    said = [
        f"{count(rows, 'officer')} (or teams) work the pattern, {number(told['mean hours a week'].value, 1)} hours a "
        f"week on the mean; it repeats after {count(rows, 'week')}.",
        f"{count(told['free weekends'].value, 'weekend')} of {number(rows)} are free "
        f"({percent(told['share of free weekends'].value)}).",
        f"At most {count(told['longest row of working days'].value, 'working day')} and "
        f"{count(told['longest row of nights'].value, 'night')} in a row.",
    ]
    beyond = told["officers beyond the need"]
    days = [f"{d} {number(n)}" for d, n in beyond.by.items() if n > 0]
    if days:
        said.append(f"Beyond the need are on duty: {listed(days, 7)}.")
    else:
        said.append("Every shift has exactly the officers that it needs.")
    return said


def binds(problem: PatternsProblem, result: Result[PatternsPlan]) -> list[str]:
    """Say which rules were held."""
    p = problem.params
    said = [
        f"Days off in a row: {p.shortest_off} to {p.longest_off}; working days in a row: {p.shortest_work} to "
        f"{p.longest_work}; rest between shifts: at least {number(in_minutes(p.rest_s) / 60, 1)} hours; hours a week: "
        f"{number(p.least_week_h)} to {number(p.most_week_h)}."
    ]
    if p.forward:
        said.append("Shifts move forward only.")
    if p.off_after_nights > 1:
        said.append(f"After nights at least {count(p.off_after_nights, 'day')} off.")
    return [*said, *negotiated(problem, [r.name for r in FAMILY.rules])]
