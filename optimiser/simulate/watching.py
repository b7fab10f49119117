"""Cover watched while a simulation runs: every so often, which zones have fewer free units in reach than asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.state import FREE, PROACTIVE, RuleArrays, State
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Watch:
    """What is looked at.

    Parameters
    ----------
    reach
        True where a unit in the first zone covers the second, shape (Z, Z).
    level
        Free units that should be in reach of each zone, shape (Z,).
    every_s
        Seconds between two looks.
    """

    reach: NDArray[np.bool_]
    level: NDArray[np.int64]
    every_s: float = 900.0

    def __post_init__(self) -> None:
        n = len(self.level)
        if np.shape(self.reach) != (n, n) or not self.every_s > 0:
            raise InputError(
                f"Watch: reach needs shape ({n}, {n}) for {n} levels, got {np.shape(self.reach)}; every_s must be "
                f"above 0, got {self.every_s}."
            )


class Looks:
    """Counts of one replication."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._below_zone = np.zeros(len(watch.level))
        self._below_hour = np.zeros(HOURS_PER_WEEK)
        self._n_hour = np.zeros(HOURS_PER_WEEK)

    def look(self, s: State, r: RuleArrays) -> None:
        """Count the zones below their level now, if the measured window has begun and not ended."""
        now = float(s.now[0])
        if not r.warm <= now < r.end:
            return
        free = (s.unit["doing"] == FREE) | (s.unit["doing"] == PROACTIVE)
        below = self._watch.reach[s.unit["goal"][free]].sum(axis=0) < self._watch.level
        hour = int(now // SECONDS_PER_HOUR) % HOURS_PER_WEEK
        self._below_zone += below
        self._below_hour[hour] += below.sum()
        self._n_hour[hour] += 1

    def by_zone(self) -> FloatArray:
        """Share of time that each zone is below its level, shape (Z,)."""
        return self._below_zone / max(1.0, float(self._n_hour.sum()))

    def by_hour(self) -> FloatArray:
        """Zones below their level, by hour of the week, shape (168,)."""
        return self._below_hour / np.maximum(1.0, self._n_hour)
