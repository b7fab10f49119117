"""A second judge of sites by year, written on a matrix, and plans corrupted for both to judge."""

from __future__ import annotations

import numpy as np

from optimiser.problems.facilities import FacilitiesPlan, FacilitiesProblem


def second_judge(problem: FacilitiesProblem, plan: FacilitiesPlan) -> set[str]:
    """Return the names of the broken rules, from a matrix of open sites (sites x years)."""
    p, broken = problem.params, set()
    sites, years = list(problem.site_ids), list(problem.years)
    if set(plan.open_in) - set(years):
        broken.add("known years")
    is_open = np.array([[s in plan.open_in.get(y, ()) for y in years] for s in sites])
    if any(s not in sites for y in years for s in plan.open_in.get(y, ())):
        broken.add("known sites")
    step = np.diff(np.column_stack([problem.existing, is_open]).astype(int), axis=1)
    new = ~problem.existing
    if (is_open & new[:, None] & (np.arange(len(years)) < problem.opens[:, None])).any():
        broken.add("opening year")
    if (step[new] < 0).any():
        broken.add("stays open")
    if (step[problem.existing] > 0).any():
        broken.add("stays closed")
    if not all(is_open[sites.index(s)].all() for s in p.kept):
        broken.add("kept site")
    built = np.logical_or.accumulate(is_open, axis=1) & new[:, None]
    spent = problem.cost @ (built.astype(float) - (problem.existing[:, None] & ~is_open))
    limit = np.broadcast_to(p.budget, len(years)) + p.relax.get("budget", 0.0)
    if (spent > limit + 1e-6 * np.maximum(1.0, np.abs(limit))).any():
        broken.add("budget")
    return broken


def corrupt(problem: FacilitiesProblem, plan: FacilitiesPlan, rng: np.random.Generator) -> FacilitiesPlan:
    """Spoil one to three decisions: a site opened or closed, in a year or in one that there is not."""
    open_in = {y: set(s) for y, s in plan.open_in.items()}
    for _ in range(int(rng.integers(1, 4))):
        year = str(rng.choice(problem.years)) if rng.random() < 0.93 else "1900"
        site = str(rng.choice(problem.site_ids)) if rng.random() < 0.93 else "nowhere"
        open_in.setdefault(year, set()).symmetric_difference_update({site})
    return FacilitiesPlan({y: tuple(sorted(s)) for y, s in open_in.items()})
