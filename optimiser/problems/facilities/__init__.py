"""Facilities: which sites open and close over the years, as the work grows."""

from optimiser.problems.base import Family
from optimiser.problems.facilities.data import RULES, FacilitiesParams, FacilitiesProblem
from optimiser.problems.facilities.measures import measure, objectives
from optimiser.problems.facilities.plan import FacilitiesPlan
from optimiser.problems.facilities.rules import check

FAMILY: Family[FacilitiesProblem, FacilitiesPlan] = Family(
    name="facilities",
    params_type=FacilitiesParams,
    problem_type=FacilitiesProblem,
    plan_type=FacilitiesPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
)

__all__ = ["FAMILY", "FacilitiesParams", "FacilitiesPlan", "FacilitiesProblem"]
