"""Is a plan of sites admissible? Written plainly; every broken rule is returned, never raised."""

from __future__ import annotations

from collections.abc import Iterator

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.facilities.data import FacilitiesProblem
from optimiser.problems.facilities.plan import FacilitiesPlan

ROUNDING = 1e-6


def check(problem: FacilitiesProblem, plan: FacilitiesPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the plan is admissible."""
    return [*_known(problem, plan), *_times(problem, plan), *_budget(problem, plan)]


def spent(problem: FacilitiesProblem, plan: FacilitiesPlan) -> list[float]:
    """Return what is spent up to each year: new sites that have been open, less existing ones that are closed."""
    found, opened = [], set[str]()
    for year in problem.years:
        now = plan.sites(year)
        total = 0.0
        for site, there, cost in zip(problem.site_ids, problem.existing, problem.cost.tolist(), strict=True):
            if there:
                total -= cost * (site not in now)
            elif site in now or site in opened:
                opened.add(site)
                total += cost
        found.append(total)
    return found


def _known(problem: FacilitiesProblem, plan: FacilitiesPlan) -> Iterator[Violation]:
    for year in sorted(set(plan.open_in) - set(problem.years)):
        yield Violation("known years", year, len(plan.open_in[year]) or 1, 0, "sites")
    named = {s for year in problem.years for s in plan.sites(year)}
    for site in sorted(named - set(problem.site_ids)):
        yield Violation("known sites", site, 1, 0, "sites")


def _times(problem: FacilitiesProblem, plan: FacilitiesPlan) -> Iterator[Violation]:
    for site, there, opens in zip(
        problem.site_ids, problem.existing.tolist(), problem.opens.tolist(), strict=True
    ):
        before = there
        for h, year in enumerate(problem.years):
            now = site in plan.sites(year)
            where = f"{site}, {year}"
            if now and h < opens and not there:
                yield Violation("opening year", where, 1, 0, "sites")
            if before and not now and not there:
                yield Violation("stays open", where, 0, 1, "sites")
            if now and not before and there:
                yield Violation("stays closed", where, 1, 0, "sites")
            if site in problem.params.kept and not now:
                yield Violation("kept site", where, 0, 1, "sites")
            before = now


def _budget(problem: FacilitiesProblem, plan: FacilitiesPlan) -> Iterator[Violation]:
    extra = relaxed(problem.params.relax, "budget")
    given = (
        problem.params.budget
        if len(problem.params.budget) > 1
        else problem.params.budget * len(problem.years)
    )
    for year, found, limit in zip(problem.years, spent(problem, plan), given, strict=True):
        if found > limit + extra + ROUNDING * max(1.0, abs(limit + extra)):
            yield Violation("budget", year, found, limit + extra, "cost")
