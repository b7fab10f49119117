"""Strength: how many officers each district has, from its work, its officers, those unfit for a while, and new ones."""

from optimiser.problems.base import Family
from optimiser.problems.strength.data import RULES, StrengthParams, StrengthProblem
from optimiser.problems.strength.measures import measure, objectives
from optimiser.problems.strength.obvious import contradictions
from optimiser.problems.strength.plan import StrengthPlan
from optimiser.problems.strength.rules import check

FAMILY: Family[StrengthProblem, StrengthPlan] = Family(
    name="strength",
    params_type=StrengthParams,
    problem_type=StrengthProblem,
    plan_type=StrengthPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
    contradictions=contradictions,
)

__all__ = [
    "FAMILY",
    "RULES",
    "StrengthParams",
    "StrengthPlan",
    "StrengthProblem",
    "check",
    "measure",
    "objectives",
]
