"""Plans worked in a week they were not made for, and the mean of the worst futures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.measures import priced_shortage, surplus_h
from optimiser.problems.shifts.rules import on_duty

FloatArray = NDArray[np.float64]
WORST_SHARE = 0.1


def worked(week: ShiftsProblem, plan: ShiftsPlan, there_frac: float = 1.0) -> float:
    """Return the priced shortage of a plan in a week it was not made for.

    Parameters
    ----------
    there_frac
        Officers who turn up, as a share of those the plan counts on: fewer are missing, and more are there, evenly on
        every shift.
    """
    duty = on_duty(week, plan) * there_frac
    return priced_shortage(week, duty) + week.params.surplus_price * surplus_h(week, duty)


def worst_mean(cost: FloatArray, chance: FloatArray, worst: float = WORST_SHARE) -> float:
    """Return the mean cost of the worst share of all futures (CVaR)."""
    left, total = worst, 0.0
    for k in np.argsort(-cost):
        step = min(left, float(chance[k]))
        total += step * float(cost[k])
        left -= step
        if left <= 0:
            break
    return total / worst
