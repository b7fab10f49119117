"""How far any design that is as good as a known one can deviate, and how many officers a shift can have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import relaxed
from optimiser.problems.shift_design import ShiftDesignProblem


@dataclass(frozen=True, eq=False)
class Limits:
    """Bounds that some best design keeps.

    Parameters
    ----------
    under, over
        Most officers missing or beyond the need in a slot, shape (T,).
    most
        Most officers on a shift and day, shape (S, days).
    tightest
        Slot of the least need among those that a shift and day cover, shape (S, days).
    most_shifts
        Most different shifts.
    """

    under: NDArray[np.int64]
    over: NDArray[np.int64]
    most: NDArray[np.int64]
    tightest: NDArray[np.int64]
    most_shifts: int


def covered(problem: ShiftDesignProblem, shift: int, day: int) -> NDArray[np.int64]:
    """Return the slots that a shift on a day covers."""
    first = day * problem.slots_per_day + int(problem.shift_start[shift])
    slots: NDArray[np.int64] = (first + np.arange(int(problem.shift_slots[shift]))) % problem.n_slots
    return slots


def limits(
    problem: ShiftDesignProblem, value: float = math.inf, *, spent: float = math.inf, exact: bool = False
) -> Limits:
    """Return bounds valid for every design that costs less than ``value``, or for all that deviate nowhere.

    ``spent`` is the most that such a design pays for its deviation.

    Nobody is on a shift all of whose slots have more than they need: taking one officer off costs nothing more. So a
    shift has at most as many officers as its dearest slot needs; and where the surplus is bounded, at most what its
    cheapest slot needs and may exceed.
    """
    p, need = problem.params, problem.need
    whole = sum(covered(problem, s, 0).size for s in range(len(problem.shift_ids)))
    under = np.array(need)
    over = np.full(need.size, max(1, int(need.max())) * max(1, whole), dtype=np.int64)
    spare = min(spent, value - p.shift_price * float(bool(need.any())))
    for most, price in ((under, p.under_price), (over, p.over_price)):
        if math.isfinite(spare) and price > 0:
            np.minimum(most, max(0, math.floor(spare / (price * problem.slot_h) + 1e-9)), out=most)
    if p.full_cover:
        np.minimum(under, math.floor(relaxed(p.relax, "cover") + 1e-9), out=under)
    if exact:
        under[:], over[:] = 0, 0
    allowed = math.floor(problem.most_per_shift + relaxed(p.relax, "most on a shift") + 1e-9)
    most = np.zeros((len(problem.shift_ids), problem.n_days), dtype=np.int64)
    tightest = np.zeros_like(most)
    for s in range(len(problem.shift_ids)):
        for day in range(problem.n_days):
            slots = covered(problem, s, day)
            k = int(slots[np.argmin(need[slots] + over[slots])])
            most[s, day] = min(int(need[slots].max()), int(need[k] + over[k]), allowed)
            tightest[s, day] = k
    np.minimum(over, np.maximum(most_on_duty(problem, most) - need, 0), out=over)
    shifts = len(problem.shift_ids)
    if p.most_shifts:
        shifts = min(shifts, math.floor(p.most_shifts + relaxed(p.relax, "most shifts") + 1e-9))
    return Limits(under, over, most, tightest, shifts)


def most_on_duty(problem: ShiftDesignProblem, most: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the officers on duty with every shift at its most, shape (T,)."""
    found = np.zeros(problem.n_slots, dtype=np.int64)
    for s, row in enumerate(most.tolist()):
        for day, n in enumerate(row):
            np.add.at(found, covered(problem, s, day), n)
    return found


def grid(problem: ShiftDesignProblem) -> float:
    """Return the step on which every design's cost lies, 0 where prices have none that is whole thousandths."""
    p = problem.params
    prices = [p.under_price * problem.slot_h, p.over_price * problem.slot_h, p.shift_price]
    thousandths = [1000.0 * v for v in (*prices, *problem.officer_cost.tolist()) if v > 0]
    if not thousandths or any(abs(v - round(v)) > 1e-9 for v in thousandths):
        return 0.0
    return math.gcd(*(round(v) for v in thousandths)) / 1000.0


def lifted(bound: float | None, step: float) -> float | None:
    """Return a bound rounded up to the next cost that a design can have."""
    if bound is None or step <= 0:
        return bound
    return math.ceil(bound / step - 1e-6) * step
