"""Containment: which units hold which places, so that exits are blocked or a suspect's every way out is cut."""

from optimiser.problems.base import Family
from optimiser.problems.containment.contradictions import contradictions
from optimiser.problems.containment.data import RULES, ContainmentParams, ContainmentProblem
from optimiser.problems.containment.measures import measure, objectives
from optimiser.problems.containment.plan import ContainmentPlan
from optimiser.problems.containment.rules import check

FAMILY: Family[ContainmentProblem, ContainmentPlan] = Family(
    name="containment",
    params_type=ContainmentParams,
    problem_type=ContainmentProblem,
    plan_type=ContainmentPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
    contradictions=contradictions,
)

__all__ = ["FAMILY", "ContainmentParams", "ContainmentPlan", "ContainmentProblem"]
"""The family and its types."""
