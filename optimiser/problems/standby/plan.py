"""A standby plan: decisions in ids, nothing derived, nothing from a solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StandbyPlan:
    """How many cars stand at which post, per part of the day.

    Parameters
    ----------
    cars_at
        Part of the day to post to number of cars. Posts and parts that are left out have none.
    """

    cars_at: Mapping[str, Mapping[str, int]]

    def posts(self) -> tuple[str, ...]:
        """Return the posts with a car in some part of the day, sorted."""
        return tuple(sorted({p for cars in self.cars_at.values() for p, n in cars.items() if n > 0}))
