"""How good is a containment plan? From data and plan alone."""

from __future__ import annotations

import numpy as np

from optimiser.problems.base import Measure, Objective
from optimiser.problems.containment.data import AREA_FIRST, BLOCK, ContainmentProblem
from optimiser.problems.containment.plan import ContainmentPlan
from optimiser.problems.containment.rules import reached

LATEST, TOTAL, POSTS, AREA = "latest arrival", "sum of arrivals", "posts", "area inside"


def arrivals(problem: ContainmentProblem, plan: ContainmentPlan) -> dict[str, float]:
    """Return when each post is held, seconds from now, by place; units and places that there are not left out."""
    row = {u: k for k, u in enumerate(problem.unit_ids)}
    column = {c: k for k, c in enumerate(problem.place_ids)}
    return {
        place: float(problem.arrive_s[row[unit], column[place]])
        for unit, place in plan.post_of.items()
        if unit in row and place in column
    }


def area(problem: ContainmentProblem, plan: ContainmentPlan) -> float:
    """Return the weight of all places that the suspect can come to."""
    inside = np.isin(problem.place_ids, sorted(reached(problem, plan)))
    return float(problem.weight[inside].sum())


def objectives(problem: ContainmentProblem, plan: ContainmentPlan) -> tuple[Objective, ...]:
    """Return the objectives in order of importance."""
    there = list(arrivals(problem, plan).values())
    total = Objective(TOTAL, float(sum(there)), "s", "min")
    if problem.params.aim == BLOCK:
        return (Objective(LATEST, float(max(there, default=0.0)), "s", "min"), total)
    posts = Objective(POSTS, float(len(plan.post_of)), "posts", "min")
    inside = Objective(AREA, area(problem, plan), "weight", "min")
    return (inside, posts, total) if problem.params.first == AREA_FIRST else (posts, inside, total)


def measure(problem: ContainmentProblem, plan: ContainmentPlan) -> tuple[Measure, ...]:
    """Return arrivals, margins before the suspect by speed, and what lies inside."""
    there = arrivals(problem, plan)
    column = {c: k for k, c in enumerate(problem.place_ids)}
    margin = {
        place: float(problem.earliest_s[column[place]]) - s
        for place, s in there.items()
        if np.isfinite(problem.earliest_s[column[place]])
    }
    by_band = {
        band: float(
            sum(
                s + problem.params.margin_s <= problem.suspect_s[b, column[c]] + 1e-6
                for c, s in there.items()
            )
        )
        for b, band in enumerate(problem.bands)
    }
    found = [
        Measure("posts held", float(len(there)), "posts", "lower"),
        Measure("latest arrival", max(there.values(), default=0.0), "s", "lower", there, "post"),
        Measure(
            "posts held in time", min(by_band.values()), "posts", "higher", by_band, "speed of the suspect"
        ),
    ]
    if margin:
        found.append(Measure("tightest margin", min(margin.values()), "s", "higher", margin, "post"))
    if problem.start.any():
        inside = area(problem, plan)
        found.append(Measure("area inside", inside, "weight", "lower"))
        found.append(
            Measure("share of the map inside", inside / float(problem.weight.sum()), "frac", "lower")
        )
    return tuple(found)
