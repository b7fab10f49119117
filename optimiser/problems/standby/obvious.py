"""Why no standby plan can exist, where sums show it before any search."""

from __future__ import annotations

import math

import numpy as np

from optimiser.problems.base import relaxed
from optimiser.problems.standby.data import LIMITED, PRICES, StandbyProblem
from optimiser.problems.standby.measures import SAID, value
from optimiser.problems.standby.rules import ROUNDING, beyond
from optimiser.problems.standby.worth import near_cars
from optimiser.units import percent_text


def contradictions(problem: StandbyProblem) -> tuple[str, ...]:
    """Return reasons, in sentences for a planner; empty where sums do not tell."""
    return (*_kept(problem), *_moved(problem), *_least_cover(problem), *_limits(problem))


def _kept(problem: StandbyProblem) -> list[str]:
    p = problem.params
    needed = len(p.kept) - math.floor(relaxed(p.relax, "kept post") + 1e-9)
    return [
        f"{needed} posts are to be kept in the part of the day called {part}, but only {most:g} cars stand then. "
        "Keep fewer, or give more cars."
        for part, most in zip(problem.part_ids, problem.cars().tolist(), strict=True)
        if needed > np.floor(most + 1e-9)
    ]


def _moved(problem: StandbyProblem) -> list[str]:
    p = problem.params
    stay = len(p.today) - (p.most_moved + relaxed(p.relax, "moved posts"))
    if not math.isfinite(stay) or stay <= 0:
        return []
    found = []
    cars = float(np.floor(problem.cars() + 1e-9).sum())
    if stay > cars:
        found.append(
            f"{math.ceil(stay)} of today's posts must stay in use, but there are only {cars:g} cars over all parts "
            "of the day. Let more posts move, or give more cars."
        )
    number = {post: j for j, post in enumerate(problem.post_ids)}
    cheapest = np.sort([float(problem.post_cost[number[post]]) for post in p.today])[: math.ceil(stay - 1e-9)]
    limit = (p.budget + relaxed(p.relax, "budget")) * (1 + ROUNDING)
    if cheapest.sum() > limit:
        found.append(
            f"The cheapest {cheapest.size} of today's posts cost {cheapest.sum():g}, more than the budget of "
            f"{p.budget:g}. Let more posts move, or raise the budget."
        )
    return found


def _least_cover(problem: StandbyProblem) -> list[str]:
    p = problem.params
    least = p.least_cover_frac - relaxed(p.relax, "least cover")
    if least <= 0:
        return []
    reached = near_cars(problem, np.ones(len(problem.post_ids), dtype=np.int64)) > 0
    found = []
    for t, part in enumerate(problem.part_ids):
        total = float(problem.weight[:, t].sum())
        share = float(problem.weight[reached, t].sum()) / total if total > 0 else 1.0
        if share < least - 2 * ROUNDING:
            found.append(
                f"Even with a car at every post only {percent_text(share)} of the calls are covered in the part of "
                f"the day called {part}; {percent_text(least)} are asked for. Ask for less, add posts, or allow a "
                "longer drive."
            )
    return found


def _limits(problem: StandbyProblem) -> list[str]:
    """Name limits that no plan can keep even with all the room of every post taken."""
    found = []
    full = np.full((len(problem.part_ids), len(problem.post_ids)), max(1, math.floor(problem.room() + 1e-9)))
    for name in problem.params.limits:
        if name in PRICES and name != "travel":
            continue
        best, limit = value(problem, full, name), problem.params.limit_of(name)
        if beyond(name, best, limit):
            found.append(
                f"Even with cars at every post the {SAID[name][0]} come to {best:,.6g} {LIMITED[name][1]}, and "
                f"{limit:,.6g} is the limit: loosen the limit, or add posts."
            )
    return found
