"""How even is a fold table? From data and table alone."""

from __future__ import annotations

from optimiser.problems.base import Measure, Objective
from optimiser.problems.fold.data import FoldProblem
from optimiser.problems.fold.plan import FoldPlan

ROUNDED = 12
"""Deviations have so many digits: what is less is left over from adding up shares."""


def shares(problem: FoldProblem, groups: tuple[tuple[str, ...], ...]) -> list[float]:
    """Return each group's share of all the work; a beat the map does not have counts nothing."""
    work = dict(zip(problem.beat_ids, problem.work.tolist(), strict=True))
    total = sum(work.values())
    return [sum(work.get(b, 0.0) for b in group) / total for group in groups]


def largest_deviation(problem: FoldProblem, plan: FoldPlan, cars: int) -> float:
    """Return the largest relative deviation of a car's work from the even share; 0 where there is no such row."""
    off = [abs(cars * share - 1) for share in shares(problem, plan.groups_at.get(cars, ()))]
    return round(max(off, default=0.0), ROUNDED)


def objectives(problem: FoldProblem, plan: FoldPlan) -> tuple[Objective, ...]:
    """Return the one objective: the largest deviation at each number of cars below full, their weighted mean.

    With full cars nothing is decided, so that row does not count.
    """
    weights = dict(zip(problem.numbers_of_cars[:-1], problem.weights().tolist(), strict=True))
    value = sum(w * largest_deviation(problem, plan, cars) for cars, w in weights.items())
    return (Objective("largest deviation, mean over the numbers of cars", float(value), "frac", "min"),)


def measure(problem: FoldProblem, plan: FoldPlan) -> tuple[Measure, ...]:
    """Return what a planner asks of a fold table."""
    rows = [cars for cars in problem.numbers_of_cars if cars in plan.groups_at]
    share = {cars: shares(problem, plan.groups_at[cars]) for cars in rows}
    off = {str(cars): largest_deviation(problem, plan, cars) for cars in rows}
    busiest = {str(cars): max((cars * s - 1 for s in share[cars]), default=0.0) for cars in rows}
    idlest = {str(cars): min((cars * s - 1 for s in share[cars]), default=0.0) for cars in rows}
    beats = {str(cars): float(max(map(len, plan.groups_at[cars]), default=0)) for cars in rows}
    return (
        Measure("largest deviation", max(off.values(), default=0.0), "frac", "lower", off, "cars"),
        Measure(
            "busiest car above the even share",
            max(busiest.values(), default=0.0),
            "frac",
            "lower",
            busiest,
            "cars",
        ),
        Measure(
            "idlest car against the even share",
            min(idlest.values(), default=0.0),
            "frac",
            "higher",
            idlest,
            "cars",
        ),
        Measure("most beats of one car", max(beats.values(), default=0.0), "beats", "neither", beats, "cars"),
        Measure("rows", float(len(rows)), "numbers of cars"),
    )
