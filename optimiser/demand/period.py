"""The evaluation period: which local days count, with seasons, holidays and days that were not normal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK

Days = NDArray[np.datetime64]
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Days by the local calendar.

    Parameters
    ----------
    first_day, last_day
        Both included; None for the first and last day of the data.
    months
        Only these months of the year, 1-12; empty for all.
    leave_out
        Days that do not count (holidays, a storm, an outage).
    only
        Only these days; empty for all.
    """

    first_day: dt.date | None = None
    last_day: dt.date | None = None
    months: frozenset[int] = frozenset()
    leave_out: frozenset[dt.date] = frozenset()
    only: frozenset[dt.date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        wrong = sorted(m for m in self.months if not 1 <= m <= MONTHS_PER_YEAR)
        if wrong:
            raise InputError(f"Months run from 1 to 12; got {', '.join(map(str, wrong))}.")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InputError(f"The period ends on {self.last_day}, before it begins on {self.first_day}.")

    def days(self, first: dt.date, last: dt.date) -> Days:
        """Return the days that count, datetime64[D], of data that run from ``first`` to ``last`` (both included).

        Raises
        ------
        InputError
            If none is left.
        """
        begin, end = max(first, self.first_day or first), min(last, self.last_day or last)
        found: Days = np.arange(np.datetime64(begin, "D"), np.datetime64(end, "D") + np.timedelta64(1, "D"))
        if self.months:
            month = found.astype("datetime64[M]").astype(int) % MONTHS_PER_YEAR + 1
            found = found[np.isin(month, list(self.months))]
        if self.leave_out:
            found = found[~np.isin(found, _array(self.leave_out))]
        if self.only:
            found = found[np.isin(found, _array(self.only))]
        if not len(found):
            raise InputError(
                f"No day is left of {first} to {last}, which the data cover: the period asked for runs from "
                f"{self.first_day or 'their first day'} to {self.last_day or 'their last day'}, "
                f"months {sorted(self.months) or 'all'}. Choose days that lie within (demand.toml, or the command)."
            )
        return found


def _array(days: Collection[dt.date]) -> Days:
    return np.array(sorted(days), dtype="datetime64[D]")


def local_days(at: pd.Series, zone: str) -> Days:
    """Return the local day of each moment, datetime64[D], shape (n,)."""
    local = at.dt.tz_convert(zone).dt.tz_localize(None)
    return np.asarray(local.to_numpy(), dtype="datetime64[D]")


def hours_seen(days: Days, zone: str) -> NDArray[np.int64]:
    """How often the wall clock showed each hour of the week on these days, shape (168,)."""
    seen = np.zeros(HOURS_PER_WEEK, dtype=np.int64)
    breaks = np.flatnonzero(np.diff(days) > np.timedelta64(1, "D")) + 1
    for run in np.split(days, breaks):
        begin = pd.Timestamp(run[0]).tz_localize(zone)
        end = pd.Timestamp(run[-1] + np.timedelta64(1, "D")).tz_localize(zone)
        span = pd.date_range(begin, end, freq="h", inclusive="left")
        hour = span.day_of_week.to_numpy() * HOURS_PER_DAY + span.hour.to_numpy()
        seen += np.bincount(hour, minlength=HOURS_PER_WEEK)
    return seen
