"""Patrol: proactive hours to places and parts of the week, by harm that the public reported or injury."""

from optimiser.problems.base import Family
from optimiser.problems.patrol.data import RULES, PatrolParams, PatrolProblem
from optimiser.problems.patrol.measures import measure, objectives
from optimiser.problems.patrol.plan import PatrolPlan
from optimiser.problems.patrol.rules import check, contradictions

FAMILY: Family[PatrolProblem, PatrolPlan] = Family(
    name="patrol",
    params_type=PatrolParams,
    problem_type=PatrolProblem,
    plan_type=PatrolPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
    contradictions=contradictions,
)

__all__ = ["FAMILY", "PatrolParams", "PatrolPlan", "PatrolProblem"]
"""The family and its types."""
