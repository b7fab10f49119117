"""A week half filled: put further officers where they are worth most, and exchange them while that helps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
MOST_EXCHANGES = 60
LOOKED_AT = 12
"""Pairs whose officer is worth least, looked at in each round of exchanges."""


@dataclass(frozen=True, eq=False)
class Week:
    """V pairs of shift and day over T slots; prices are those of one slot.

    Parameters
    ----------
    covers
        Slots of each pair, shape (V, T).
    length, most
        Slots, and most officers, of each pair, shape (V,).
    requirement, steps, prices
        Officers wanted, shape (T,); missing officers that each price holds for, shape (T, J); the prices, shape (J,).
    surplus
        Price of one officer above the requirement.
    calls, ceiling, above
        Officers busy with calls, shape (T,); the share of those on duty that may be; the price of one beyond.
    budget
        Most officer-slots.
    """

    covers: NDArray[np.bool_]
    length: IntArray
    most: IntArray
    requirement: IntArray
    steps: IntArray
    prices: FloatArray
    surplus: float
    calls: FloatArray
    ceiling: float
    above: float
    budget: int

    def duty(self, x: IntArray) -> IntArray:
        """Return the officers on duty, shape (T,)."""
        found: IntArray = (x @ self.covers).astype(np.int64)
        return found

    def slot_cost(self, duty: IntArray) -> FloatArray:
        """Return the cost of each slot, shape (T,)."""
        left = np.maximum(self.requirement - duty, 0)
        cost = self.surplus * np.maximum(duty - self.requirement, 0)
        for j, price in enumerate(self.prices):
            taken = np.minimum(left, self.steps[:, j])
            cost = cost + price * taken
            left = left - taken
        if self.above > 0:
            cost = cost + self.above * np.maximum(self.calls - self.ceiling * duty, 0.0)
        found: FloatArray = cost
        return found

    def cost(self, x: IntArray) -> float:
        """Return the cost of the week."""
        return float(self.slot_cost(self.duty(x)).sum())

    def worth(self, duty: IntArray) -> FloatArray:
        """Return what one officer more saves on each pair, shape (V,)."""
        saved: FloatArray = self.covers @ (self.slot_cost(duty) - self.slot_cost(duty + 1))
        return saved


def complete(week: Week, x: IntArray) -> IntArray:
    """Add officers, the one worth most by the hour first, while the budget holds and it helps."""
    x = x.copy()
    duty, left = week.duty(x), week.budget - int((x * week.length).sum())
    shortest = int(week.length.min())
    while left >= shortest:
        by_slot = np.where((x < week.most) & (week.length <= left), week.worth(duty) / week.length, -np.inf)
        v = int(np.argmax(by_slot))
        if by_slot[v] <= 1e-12:
            break
        x[v] += 1
        duty = duty + week.covers[v]
        left -= int(week.length[v])
    return x


def exchange(week: Week, x: IntArray) -> IntArray:
    """Move one officer at a time to another pair while that helps."""
    x = x.copy()
    duty = week.duty(x)
    left = week.budget - int((x * week.length).sum())
    for _ in range(MOST_EXCHANGES):
        lost = week.covers @ (week.slot_cost(duty - 1) - week.slot_cost(duty))
        lost = np.where(x > 0, lost, np.inf)
        best: tuple[float, int, int] | None = None
        for a in np.argsort(lost, kind="stable")[:LOOKED_AT].tolist():
            if not np.isfinite(lost[a]):
                break
            fits = (x < week.most) & (week.length <= left + week.length[a])
            gain = np.where(fits, week.worth(duty - week.covers[a]), -np.inf)
            b = int(np.argmax(gain))
            saved = float(gain[b] - lost[a])
            if saved > 1e-9 and (best is None or saved > best[0]):
                best = (saved, a, b)
        if best is None:
            break
        _, a, b = best
        x[a] -= 1
        x[b] += 1
        duty = duty - week.covers[a] + week.covers[b]
        left += int(week.length[a] - week.length[b])
    return complete(week, x)
