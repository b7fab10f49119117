"""Sectors: which small areas form which district, and where each district's centre is."""

from optimiser.problems.base import Family
from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.measures import measure, objectives
from optimiser.problems.sectors.obvious import contradictions
from optimiser.problems.sectors.params import RULES, SectorsParams
from optimiser.problems.sectors.plan import SectorsPlan
from optimiser.problems.sectors.rules import check

FAMILY: Family[SectorsProblem, SectorsPlan] = Family(
    name="sectors",
    params_type=SectorsParams,
    problem_type=SectorsProblem,
    plan_type=SectorsPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
    contradictions=contradictions,
)

__all__ = ["FAMILY", "SectorsParams", "SectorsPlan", "SectorsProblem"]
