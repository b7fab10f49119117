"""When calls come: over the hours of the week, and over the weeks of the year.

The day's trough is at four and five in the morning, at about a third of the evening peak; on Friday and
Saturday the peak runs past midnight at about twice the load of other nights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.data.synthetic.call_types import Rhythm
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK

# fmt: off
_DAY: dict[str, tuple[float, ...]] = {
    "flat": (9, 8, 8, 7, 7, 7, 8, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10, 11, 11, 11, 11, 11, 10, 10),
    "day": (5, 4, 4, 3, 3, 3, 5, 7, 10, 13, 14, 14, 13, 14, 14, 14, 14, 13, 11, 10, 9, 8, 7, 6),
    "commute": (5, 4, 4, 4, 4, 5, 7, 12, 14, 10, 9, 10, 11, 11, 12, 15, 17, 18, 14, 11, 9, 8, 7, 6),
    "evening": (10, 9, 8, 7, 6, 6, 6, 7, 8, 9, 9, 10, 11, 11, 12, 13, 14, 15, 16, 17, 17, 17, 15, 13),
    "night": (15, 13, 11, 8, 7, 6, 5, 5, 6, 6, 6, 7, 7, 8, 8, 9, 10, 12, 14, 17, 19, 20, 20, 18),
}
_BY_WEEKDAY: dict[str, tuple[float, ...]] = {  # Monday first
    "flat": (1, 1, 1, 1, 1, 1, 1),
    "day": (1.12, 1.10, 1.08, 1.08, 1.08, 0.85, 0.69),
    "commute": (1.02, 1.04, 1.05, 1.06, 1.15, 0.90, 0.78),
    "evening": (0.93, 0.93, 0.94, 0.96, 1.10, 1.14, 1.00),
    "night": (0.82, 0.82, 0.84, 0.92, 1.22, 1.35, 1.03),
}
# fmt: on
_WEEKEND_NIGHT = {"night": 3.0, "evening": 2.2}
_SUMMER_SWING = {"night": 0.18, "evening": 0.14, "flat": 0.03, "day": 0.05, "commute": -0.04}
_PEAK_WEEK = 29.0
_WEEK_NOISE = 0.03


def hours(rhythm: Rhythm) -> NDArray[np.float64]:
    """Return the share of calls in each hour of the week (168,), from Monday 00:00; it sums to 1."""
    rate = np.outer(_BY_WEEKDAY[rhythm], _DAY[rhythm]).ravel().astype(np.float64)
    for saturday_or_sunday in (5, 6):
        first = saturday_or_sunday * HOURS_PER_DAY
        rate[first : first + 4] *= _WEEKEND_NIGHT.get(rhythm, 1.0)
    share: NDArray[np.float64] = rate / rate.sum()
    if len(share) != HOURS_PER_WEEK:
        raise RuntimeError("A rhythm needs 24 hours on each of 7 days.")
    return share


def weeks(rng: np.random.Generator, rhythm: Rhythm, n_weeks: int) -> NDArray[np.float64]:
    """Return the share of calls in each week (n_weeks,), the first in early January; it sums to 1."""
    season = 1.0 + _SUMMER_SWING[rhythm] * np.cos(2 * np.pi * (np.arange(n_weeks) - _PEAK_WEEK) / 52.0)
    rate = season * np.exp(_WEEK_NOISE * rng.normal(size=n_weeks))
    share: NDArray[np.float64] = rate / rate.sum()
    return share
