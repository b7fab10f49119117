"""Shift design: few different shifts that cover a need with little shortage and surplus."""

from optimiser.problems.base import Family
from optimiser.problems.shift_design.data import RULES, ShiftDesignParams, ShiftDesignProblem
from optimiser.problems.shift_design.measures import measure, objectives
from optimiser.problems.shift_design.plan import ShiftDesignPlan
from optimiser.problems.shift_design.rules import check

FAMILY: Family[ShiftDesignProblem, ShiftDesignPlan] = Family(
    name="shift_design",
    params_type=ShiftDesignParams,
    problem_type=ShiftDesignProblem,
    plan_type=ShiftDesignPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
)

__all__ = ["FAMILY", "ShiftDesignParams", "ShiftDesignPlan", "ShiftDesignProblem"]
