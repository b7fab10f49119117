"""How good is a roster of teams? From data and plan alone."""

from __future__ import annotations

import numpy as np

from optimiser.problems.base import Measure, Objective
from optimiser.problems.rosters.data import OFF, RostersProblem
from optimiser.problems.rosters.plan import RostersPlan
from optimiser.problems.rosters.rules import known, on_shift, week_h

COST = "cost of shortage, surplus and change"


def changed(problem: RostersProblem, plan: RostersPlan) -> tuple[str, ...]:
    """Return the teams that leave the pattern and phase they are on; those on none change nothing."""
    return tuple(
        team
        for team, pattern, phase in zip(problem.team_ids, problem.on_pattern, problem.on_phase, strict=True)
        if pattern and team in plan.assigned and tuple(plan.assigned[team]) != (pattern, phase)
    )


def objectives(problem: RostersProblem, plan: RostersPlan) -> tuple[Objective, ...]:
    """Return the price of officers missing and beyond what is wanted, and of teams that change."""
    p = problem.params
    off = on_shift(problem, plan, problem.officers) - problem.wanted
    short, beyond = float(-np.minimum(off, 0).sum()), float(np.maximum(off, 0).sum())
    value = p.shortage_price * short + p.surplus_price * beyond + p.change_price * len(changed(problem, plan))
    return (Objective(COST, value, "cost", "min"),)


def measure(problem: RostersProblem, plan: RostersPlan) -> tuple[Measure, ...]:
    """Return cover, hours, free weekends and changes, by team where they have parts."""
    off = on_shift(problem, plan, problem.officers) - problem.wanted
    days = known(problem, plan)
    hours = {t: week_h(problem, d) for t, d in days.items()}
    saturdays = [d for d in range(problem.n_days - 1) if problem.date(d).weekday() == 5]
    free = {t: float(sum(d[k] == OFF and d[k + 1] == OFF for k in saturdays)) for t, d in days.items()}
    short = {s: float(-np.minimum(off[k], 0).sum()) for k, s in enumerate(problem.shift_ids)}
    wanted = float(problem.wanted.sum())
    return (
        Measure("officers missing", sum(short.values()), "officer-shifts", "lower", short, "shift"),
        Measure("officers beyond the need", float(np.maximum(off, 0).sum()), "officer-shifts", "lower"),
        Measure(
            "share of the need met", 1 - sum(short.values()) / wanted if wanted else 1.0, "frac", "higher"
        ),
        Measure(
            "mean hours a week", float(np.mean(list(hours.values()) or [0.0])), "h", "neither", hours, "team"
        ),
        Measure("free weekends", sum(free.values()), "weekends", "higher", free, "team"),
        Measure("teams that change", len(changed(problem, plan)), "teams", "lower"),
    )
