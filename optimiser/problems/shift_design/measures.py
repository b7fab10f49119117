"""How good is a shift design? From data and plan alone."""

from __future__ import annotations

import numpy as np

from optimiser.problems.base import Measure, Objective
from optimiser.problems.shift_design.data import ShiftDesignProblem
from optimiser.problems.shift_design.plan import ShiftDesignPlan
from optimiser.problems.shift_design.rules import on_duty

COST = "cost of shifts and deviation"


def deviation_h(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> tuple[float, float]:
    """Return officer-hours missing and beyond the need over the cycle."""
    off = on_duty(problem, plan) - problem.need
    return (
        float(-np.minimum(off, 0).sum()) * problem.slot_h,
        float(np.maximum(off, 0).sum()) * problem.slot_h,
    )


def objectives(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> tuple[Objective, ...]:
    """Return the price of shortage, surplus, different shifts and officers."""
    under, over = deviation_h(problem, plan)
    p = problem.params
    pay = sum(
        float(cost) * sum(plan.officers.get(name, ()))
        for name, cost in zip(problem.shift_ids, problem.officer_cost, strict=True)
    )
    value = p.under_price * under + p.over_price * over + p.shift_price * len(plan.used()) + pay
    return (Objective(COST, value, "cost", "min"),)


def measure(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> tuple[Measure, ...]:
    """Return shifts, hours missing and beyond the need, and officers by shift."""
    under, over = deviation_h(problem, plan)
    by_shift = {s: float(sum(plan.officers[s])) for s in plan.used()}
    need_h = float(problem.need.sum()) * problem.slot_h
    return (
        Measure("different shifts", len(by_shift), "shifts", "lower"),
        Measure("officer-hours missing", under, "officer-h", "lower"),
        Measure("officer-hours beyond the need", over, "officer-h", "lower"),
        Measure("share of the need met", 1 - under / need_h if need_h else 1.0, "frac", "higher"),
        Measure("officers on shifts", sum(by_shift.values()), "officer-days", "lower", by_shift, "shift"),
    )
