"""How good is a plan of sites? From data and plan alone."""

from __future__ import annotations

import numpy as np

from optimiser.problems.base import Measure, Objective
from optimiser.problems.facilities.data import FacilitiesProblem
from optimiser.problems.facilities.plan import FacilitiesPlan
from optimiser.problems.facilities.rules import spent

COVERED = "calls covered"


def covered(problem: FacilitiesProblem, plan: FacilitiesPlan) -> list[float]:
    """Return the calls per week within reach of an open site, by year."""
    row = {s: k for k, s in enumerate(problem.site_ids)}
    found = []
    for h, year in enumerate(problem.years):
        at = sorted(row[s] for s in plan.sites(year) if s in row)
        reached = problem.reaches[at].any(axis=0) if at else np.zeros(len(problem.area_ids), dtype=bool)
        found.append(float(problem.calls[h][reached].sum()))
    return found


def objectives(problem: FacilitiesProblem, plan: FacilitiesPlan) -> tuple[Objective, ...]:
    """Return the mean over the years of the calls per week within reach."""
    return (Objective(COVERED, float(np.mean(covered(problem, plan))), "calls per week", "max"),)


def measure(problem: FacilitiesProblem, plan: FacilitiesPlan) -> tuple[Measure, ...]:
    """Return cover, sites and money, by year."""
    total = problem.calls.sum(axis=1)
    share = {
        y: c / t
        for y, c, t in zip(problem.years, covered(problem, plan), total.tolist(), strict=True)
        if t > 0
    }
    money = dict(zip(problem.years, spent(problem, plan), strict=True))
    open_ = {y: float(len(plan.sites(y))) for y in problem.years}
    last = problem.years[-1]
    mean = float(np.mean(list(share.values()))) if share else 0.0
    return (
        Measure("share of calls covered", mean, "frac", "higher", share, "year"),
        Measure("sites open", open_[last], "sites", "neither", open_, "year"),
        Measure("spent", money[last], "cost", "lower", money, "year"),
    )
