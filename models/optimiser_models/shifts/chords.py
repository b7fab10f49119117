"""Prices that fall with officers on duty, as lines below them: call work above the ceiling, calls that find nobody.

Each price is convex in the officers on duty of its slot and looked at where they are whole, so that the greatest of its
chords between whole officers is the price itself and a solver need not branch. Two prices are added before their chords
are drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts import ShiftsProblem
from optimiser.problems.shifts.nobody_free import steep

_ROUND = 1e-9


@dataclass(frozen=True)
class Chord:
    """One line below the price of a slot, given by its value at a whole ``n``, where the line ends to the right."""

    slot: int
    pivot: int
    value: float
    slope: float

    def at(self, n: float) -> float:
        """Value of the line with ``n`` officers on duty."""
        return self.value + self.slope * (n - self.pivot)


def chords(problem: ShiftsProblem, unit: float) -> tuple[Chord, ...]:
    """Return the lines of every slot from left to right, in units; the price is the greatest of them, or 0."""
    price = problem.params.interval_price * problem.slot_h / unit
    calls_price = problem.params.no_free_price / unit
    if calls_price <= 0:
        return tuple(c for slot in range(problem.n_slots) for c in _above(problem, slot, price))
    waiting = calls_price * steep(problem.nobody_free)
    return tuple(
        c
        for slot, line in enumerate(waiting)
        for c in _through(slot, _sum_at_whole(line, _above(problem, slot, price)))
    )


def _above(problem: ShiftsProblem, slot: int, price: float) -> list[Chord]:
    """Tangents of ``price * max(0, calls - ceiling * n)`` between whole n."""
    ceiling, calls = problem.params.call_ceiling_frac, float(problem.call_work_s[slot]) / problem.slot_s
    if price <= 0 or calls <= 0:
        return []
    if ceiling <= 0:
        return [Chord(slot, 0, price * calls, 0.0)]
    whole = math.floor(calls / ceiling)
    left = price * (calls - ceiling * whole)
    found = [Chord(slot, whole, left, -price * ceiling)]
    if left > _ROUND * price:
        found.append(Chord(slot, whole + 1, 0.0, -left))
    return found


def _sum_at_whole(line: NDArray[np.float64], besides: list[Chord]) -> NDArray[np.float64]:
    """Return the sum of both prices with 0, 1, ... officers, up to where neither falls further."""
    most = max([line.size - 1, *(c.pivot for c in besides)])
    n = np.arange(most + 1)
    total = line[np.minimum(n, line.size - 1)]
    if besides:
        total = total + np.maximum(0.0, np.max([c.value + c.slope * (n - c.pivot) for c in besides], axis=0))
    return np.asarray(total)


def _through(slot: int, values: NDArray[np.float64]) -> list[Chord]:
    """Return the lines of a convex price given at 0, 1, ... officers, each as long as it is straight."""
    slopes = np.diff(values)
    straight = _ROUND * max(float(np.abs(values).max()), _ROUND)
    bends = np.flatnonzero(np.diff(slopes) > straight) + 1
    edges = [0, *bends.tolist(), values.size - 1]
    found = []
    for begin, end in pairwise(edges):
        slope = float(values[end] - values[begin]) / (end - begin) if end > begin else 0.0
        if slope < -straight:
            found.append(Chord(slot, int(end), float(values[end]), slope))
    if values[-1] > straight:
        found.append(Chord(slot, values.size - 1, float(values[-1]), 0.0))
    return found
