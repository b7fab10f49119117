"""How good is a pattern? From data and plan alone."""

from __future__ import annotations

from optimiser.problems.base import Measure, Objective
from optimiser.problems.patterns.data import PatternsProblem
from optimiser.problems.patterns.plan import DAYS, OFF, PatternsPlan
from optimiser.problems.patterns.rules import free_weekends, mean_week_h, runs
from optimiser.units import DAY_NAMES

OFFICERS = "officers"
WEEKENDS = "weekends with work"


def objectives(problem: PatternsProblem, plan: PatternsPlan) -> tuple[Objective, ...]:
    """Return the number of rows, or of weekends with work in the cycle."""
    if problem.params.objective == "officers":
        return (Objective(OFFICERS, float(len(plan.rows)), "officers", "min"),)
    return (Objective(WEEKENDS, float(len(plan.rows) - free_weekends(plan)), "weekends", "min"),)


def measure(problem: PatternsProblem, plan: PatternsPlan) -> tuple[Measure, ...]:
    """Return size, hours, weekends, the longest runs, and officers beyond the need by day."""
    rows, days = len(plan.rows), plan.days()
    night = {s for s, n in zip(problem.shift_ids, problem.night(), strict=True) if n}
    work = [n for _, n, mark in runs([OFF if d == OFF else "work" for d in days]) if mark != OFF]
    nights = [n for _, n, m in runs(["night" if d in night else "" for d in days]) if m]
    beyond = {
        DAY_NAMES[d]: float(
            sum(row[d] != OFF for row in plan.rows if d < len(row)) - int(problem.need[:, d].sum())
        )
        for d in range(DAYS)
    }
    free = free_weekends(plan)
    return (
        Measure("officers", rows, "officers", "lower"),
        Measure("mean hours a week", mean_week_h(problem, plan), "h"),
        Measure("free weekends", free, "weekends", "higher"),
        Measure("share of free weekends", free / max(1, rows), "frac", "higher"),
        Measure("longest row of working days", max(work, default=0), "days", "lower"),
        Measure("longest row of nights", max(nights, default=0), "days", "lower"),
        Measure("officers beyond the need", sum(beyond.values()), "officer-days", "lower", beyond, "day"),
    )
