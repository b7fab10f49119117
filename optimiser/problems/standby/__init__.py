"""Where cars stand between calls: the posts that cover most, per part of the day."""

from optimiser.problems.base import Family
from optimiser.problems.standby.data import RULES, StandbyParams, StandbyProblem
from optimiser.problems.standby.measures import measure, objectives
from optimiser.problems.standby.obvious import contradictions
from optimiser.problems.standby.plan import StandbyPlan
from optimiser.problems.standby.rules import check

FAMILY = Family(
    name="standby",
    params_type=StandbyParams,
    problem_type=StandbyProblem,
    plan_type=StandbyPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
    contradictions=contradictions,
)

__all__ = [
    "FAMILY",
    "RULES",
    "StandbyParams",
    "StandbyPlan",
    "StandbyProblem",
    "check",
    "measure",
    "objectives",
]
