"""Fold tables: with fewer cars than beats, which beats does one car take, for every number of cars."""

from optimiser.problems.base import Family
from optimiser.problems.fold.data import RULES, FoldParams, FoldProblem
from optimiser.problems.fold.measures import measure, objectives
from optimiser.problems.fold.plan import FoldPlan
from optimiser.problems.fold.rules import check

FAMILY: Family[FoldProblem, FoldPlan] = Family(
    name="fold",
    params_type=FoldParams,
    problem_type=FoldProblem,
    plan_type=FoldPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
)

__all__ = ["FAMILY", "FoldParams", "FoldPlan", "FoldProblem"]
