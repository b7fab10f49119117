"""A shift design: how many officers begin each shift on each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShiftDesignPlan:
    """Officers by shift and day of the cycle.

    Parameters
    ----------
    officers
        Shift id to one number a day; shifts that are left out are not used.
    """

    officers: Mapping[str, tuple[int, ...]]

    def used(self) -> tuple[str, ...]:
        """Return the shifts that anybody works, sorted."""
        return tuple(sorted(s for s, days in self.officers.items() if any(days)))
