"""Patterns: a rotating rota that a whole group works through, row by row, for a given need and given rules."""

from optimiser.problems.base import Family
from optimiser.problems.patterns.data import PatternsProblem
from optimiser.problems.patterns.measures import measure, objectives
from optimiser.problems.patterns.obvious import contradictions
from optimiser.problems.patterns.params import RULES, PatternsParams
from optimiser.problems.patterns.plan import OFF, PatternsPlan
from optimiser.problems.patterns.rules import check

FAMILY: Family[PatternsProblem, PatternsPlan] = Family(
    name="patterns",
    params_type=PatternsParams,
    problem_type=PatternsProblem,
    plan_type=PatternsPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
    contradictions=contradictions,
)

__all__ = ["FAMILY", "OFF", "PatternsParams", "PatternsPlan", "PatternsProblem"]
