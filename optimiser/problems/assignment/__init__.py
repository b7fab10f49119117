"""Which units go to which open incidents, while every zone keeps its cover."""

from optimiser.problems.assignment.data import AssignmentParams, AssignmentProblem
from optimiser.problems.assignment.measures import measure, objectives
from optimiser.problems.assignment.plan import AssignmentPlan
from optimiser.problems.assignment.rules import RULES, check
from optimiser.problems.base import Family

FAMILY = Family(
    name="assignment",
    params_type=AssignmentParams,
    problem_type=AssignmentProblem,
    plan_type=AssignmentPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
)

__all__ = [
    "FAMILY",
    "RULES",
    "AssignmentParams",
    "AssignmentPlan",
    "AssignmentProblem",
    "check",
    "measure",
    "objectives",
]
