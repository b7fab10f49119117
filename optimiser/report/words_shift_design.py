"""A shift design in words: which shifts, how well they cover, what they leave over."""

from __future__ import annotations

from optimiser.problems.shift_design import ShiftDesignPlan, ShiftDesignProblem
from optimiser.report.phrases import count, listed, measures_by_name, number, percent
from optimiser.solve.result import Result


def found(problem: ShiftDesignProblem, result: Result[ShiftDesignPlan]) -> list[str]:
    """Say how many shifts there are and how near they come to the need."""
    assert result.plan is not None
    told = measures_by_name(result.measures)
    used = result.plan.used()
    return [
        f"{count(len(used), 'different shift')}: {listed(used, 12)}."
        if used
        else "Nobody is on any shift: no better plan was found in the time given. Search longer.",
        f"They meet {percent(told['share of the need met'].value)} of the need; "
        f"{number(told['officer-hours missing'].value, 1)} officer-hours are missing and "
        f"{number(told['officer-hours beyond the need'].value, 1)} are beyond the need in the cycle.",
    ]


def binds(problem: ShiftDesignProblem, result: Result[ShiftDesignPlan]) -> list[str]:
    """Say what deviation and shifts were priced at."""
    p = problem.params
    said = [
        f"An officer-hour missing counts {number(p.under_price, 1)}, one beyond the need {number(p.over_price, 1)}, "
        f"a further different shift {number(p.shift_price, 1)}."
    ]
    if p.full_cover:
        said.append("Nobody may be missing.")
    if p.most_shifts:
        said.append(f"At most {count(p.most_shifts, 'different shift')} may be used.")
    return said
