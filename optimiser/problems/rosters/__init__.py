"""Rosters: teams on phases of rotating patterns, day by day, going on from what they worked before."""

from optimiser.problems.base import Family
from optimiser.problems.rosters.data import RostersProblem
from optimiser.problems.rosters.measures import measure, objectives
from optimiser.problems.rosters.params import RULES, RostersParams
from optimiser.problems.rosters.plan import RostersPlan
from optimiser.problems.rosters.rules import check, contradictions

FAMILY: Family[RostersProblem, RostersPlan] = Family(
    name="rosters",
    params_type=RostersParams,
    problem_type=RostersProblem,
    plan_type=RostersPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
    contradictions=contradictions,
)

__all__ = ["FAMILY", "RostersParams", "RostersPlan", "RostersProblem"]
