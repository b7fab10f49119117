"""How good is a patrol plan? From data and plan alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Measure, Objective
from optimiser.problems.patrol.data import PatrolProblem
from optimiser.problems.patrol.plan import PatrolPlan

REACHED = "harm reached"
_FEWEST = 1e-12


def table(problem: PatrolProblem, plan: PatrolPlan) -> NDArray[np.float64]:
    """Return the blocks of a plan, shape (P, T); names that there are not are left out."""
    row = {c: k for k, c in enumerate(problem.place_ids)}
    column = {c: k for k, c in enumerate(problem.part_ids)}
    found = np.zeros((len(row), len(column)))
    for part, on in plan.blocks_at.items():
        for place, n in on.items():
            if place in row and part in column:
                found[row[place], column[part]] = max(n, 0)
    return found


def objectives(problem: PatrolProblem, plan: PatrolPlan) -> tuple[Objective, ...]:
    """Return the weighted harm a week in whose place and part of the week officers are, by the planner's law."""
    reached = (problem.harm * problem.reached_frac(table(problem, plan))).sum()
    return (Objective(REACHED, float(reached), "harm per week", "max"),)


def overlap(hours: NDArray[np.float64], harm: NDArray[np.float64]) -> float:
    """Share of the hours that lie where and when harm is: the sum of the lesser of both shares, cell by cell.

    1: hours are spread exactly as harm is; 0: never in the same place and part of the week.
    """
    if hours.sum() <= _FEWEST or harm.sum() <= _FEWEST:
        return 0.0
    return float(np.minimum(hours / hours.sum(), harm / harm.sum()).sum())


def measure(problem: PatrolProblem, plan: PatrolPlan) -> tuple[Measure, ...]:
    """Return what is reached, hours by place and part, alignment now and in the past, and how evenly people are met."""
    hours = table(problem, plan) * problem.params.block_h
    by_place = dict(zip(problem.place_ids, hours.sum(axis=1).tolist(), strict=True))
    by_part = dict(zip(problem.part_ids, hours.sum(axis=0).tolist(), strict=True))
    total = float(problem.harm.sum())
    reached = objectives(problem, plan)[0].value
    found = [
        Measure("share of harm reached", reached / total if total > 0 else 0.0, "frac", "higher"),
        Measure("proactive hours", float(hours.sum()), "h", "neither", by_part, "part of the week"),
        Measure("hours in one place", max(by_place.values()), "h", "neither", by_place, "place"),
        Measure("alignment with harm", overlap(hours, problem.harm), "frac", "higher"),
    ]
    if problem.past_h.sum() > _FEWEST:
        found.append(
            Measure("alignment of the past", overlap(problem.past_h, problem.harm), "frac", "higher")
        )
        same = problem.past_h * (hours.sum() / problem.past_h.sum())
        past = (problem.harm * problem.reached_frac(same / problem.params.block_h)).sum()
        found.append(
            Measure(
                "share reached as in the past", float(past) / total if total > 0 else 0.0, "frac", "higher"
            )
        )
    living = problem.residents > 0
    if living.any():
        per_head = {
            c: float(h * 1000 / n)
            for c, h, n in zip(
                problem.place_ids, hours.sum(axis=1).tolist(), problem.residents.tolist(), strict=True
            )
            if n > 0
        }
        found.append(
            Measure("hours per 1,000 residents", max(per_head.values()), "h", "neither", per_head, "place")
        )
    return tuple(found)
