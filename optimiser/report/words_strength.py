"""Strength in words: who gets and who gives, what service that gives where, and which limits bind."""

from __future__ import annotations

from optimiser.problems.strength import StrengthPlan, StrengthProblem
from optimiser.report.phrases import count, listed, measures_by_name, number, percent
from optimiser.solve.result import Result


def found(problem: StrengthProblem, result: Result[StrengthPlan]) -> list[str]:
    """Say what changes and what it gives."""
    plan = result.plan
    assert plan is not None
    by = measures_by_name(result.measures)
    change = {d: n for d, n in by["change"].by.items() if n}
    said = [
        f"{count(by['officers'].value, 'officer')} in {count(len(problem.district_ids), 'district')}, "
        f"{number(by['officers at work'].value)} of them at work; {_sources(problem, by['officers moved'].value)}."
    ]
    gets = [f"{d} {number(n)} more" for d, n in sorted(change.items(), key=lambda x: -x[1]) if n > 0]
    gives = [f"{d} {number(-n)} fewer" for d, n in sorted(change.items(), key=lambda x: x[1]) if n < 0]
    if gets or gives:
        said.append(f"{_capital(listed([*gets, *gives]))}; the others stay as they are.")
    else:
        said.append("Every district stays as it is.")
    service, load = by["service"].by, by["work per officer"].by
    low, high = min(service, key=lambda d: service[d]), max(load, key=lambda d: load[d])
    said.append(f"The lowest service is that of {low} with {percent(service[low])}.")
    said.append(
        f"The heaviest work per officer is that of {high} with {load[high]:,.2f} hours a week, the lightest "
        f"{min(load.values()):,.2f}."
    )
    return said


def _sources(problem: StrengthProblem, moved: float) -> str:
    new = count(problem.new_officers, "new officer")
    return f"{count(moved, 'officer')} change{'s' if moved == 1 else ''} the district, {new} can be placed"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def binds(problem: StrengthProblem, result: Result[StrengthPlan]) -> list[str]:
    """Say which limits the plan stands at."""
    plan = result.plan
    assert plan is not None
    by = measures_by_name(result.measures)
    p, said = problem.params, []
    at_minimum = [
        d
        for d, least, n in zip(
            problem.district_ids, problem.minimum.tolist(), by["officers at work"].by.values(), strict=True
        )
        if least > 0 and n <= least
    ]
    if at_minimum:
        verb = "stands" if len(at_minimum) == 1 else "stand"
        said.append(f"{listed(at_minimum)} {verb} at the minimum of officers at work.")
    full = [
        d for d, most in zip(problem.district_ids, problem.most.tolist(), strict=True) if plan.of(d) >= most
    ]
    if full:
        said.append(f"{listed(full)} {'has' if len(full) == 1 else 'have'} no room for more officers.")
    if by["officers moved"].value >= p.most_moved:
        said.append(f"As many officers move as may: {number(p.most_moved)}.")
    given = [d for d, n in by["change"].by.items() if -n >= p.most_given]
    if given:
        said.append(
            f"{listed(given)} {'gives' if len(given) == 1 else 'give'} up as many officers as may be."
        )
    return said
