"""Shifts: officers per shift start and length over a cyclic week, and what their time goes to."""

from optimiser.problems.base import Family
from optimiser.problems.shifts.data import ShiftsParams, ShiftsProblem
from optimiser.problems.shifts.measures import measure, objectives
from optimiser.problems.shifts.obvious import contradictions
from optimiser.problems.shifts.plan import ShiftsPlan
from optimiser.problems.shifts.rules import RULES, check

FAMILY: Family[ShiftsProblem, ShiftsPlan] = Family(
    name="shifts",
    params_type=ShiftsParams,
    problem_type=ShiftsProblem,
    plan_type=ShiftsPlan,
    rules=RULES,
    check=check,
    objectives=objectives,
    measure=measure,
    contradictions=contradictions,
)

__all__ = ["FAMILY", "RULES", "ShiftsParams", "ShiftsPlan", "ShiftsProblem", "check", "measure", "objectives"]
