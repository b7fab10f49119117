"""Facilities in words: what opens and closes when, what it covers and costs."""

from __future__ import annotations

from optimiser.problems.facilities import FacilitiesPlan, FacilitiesProblem
from optimiser.problems.facilities.rules import spent
from optimiser.report.phrases import count, listed, measures_by_name, number, percent
from optimiser.solve.result import Result


def found(problem: FacilitiesProblem, result: Result[FacilitiesPlan]) -> list[str]:
    """Say what opens and closes, and what it gives."""
    plan = result.plan
    assert plan is not None
    before = frozenset(s for s, there in zip(problem.site_ids, problem.existing, strict=True) if there)
    share = measures_by_name(result.measures)["share of calls covered"].by
    said = []
    for year in problem.years:
        now = plan.sites(year)
        opened, closed = sorted(now - before), sorted(before - now)
        what = []
        if opened:
            what.append(f"{listed(opened)} open{'s' if len(opened) == 1 else ''}")
        if closed:
            what.append(f"{listed(closed)} close{'s' if len(closed) == 1 else ''}")
        reached = (
            f"{percent(share[year])} of its calls are within reach" if year in share else "there are no calls"
        )
        changes = " and ".join(what) or "nothing changes"
        said.append(f"{year}: {changes}; of {count(len(now), 'site')} {reached}.")
        before = now
    return said


def binds(problem: FacilitiesProblem, result: Result[FacilitiesPlan]) -> list[str]:
    """Say where the money ends, and what was kept."""
    plan, said = result.plan, []
    assert plan is not None
    for year, money, most in zip(problem.years, spent(problem, plan), problem.budgets(), strict=True):
        said.append(f"Spent up to {year}: {number(money)} of {number(most)}.")
    if problem.params.kept:
        said.append(f"Kept open: {listed(problem.params.kept)}.")
    return said
