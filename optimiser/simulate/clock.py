"""The next unit to finish something: a tournament of the units' timers, ties to the smaller number."""

from __future__ import annotations

from optimiser.simulate.compiled import leaf
from optimiser.simulate.state import State


@leaf
def set_timer(s: State, unit: int, at: float) -> None:
    """Set when a unit's present doing ends; infinite if it has no end of its own."""
    s.timer[unit] = at
    node = (unit + len(s.timer)) >> 1
    while node >= 1:
        left, right = s.win[2 * node], s.win[2 * node + 1]
        s.win[node] = left if s.timer[left] <= s.timer[right] else right
        node >>= 1
