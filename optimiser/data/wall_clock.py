"""The wall clock and UTC: summer-time nights, hours of the week, times of day that need a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.times import Stamps
from optimiser.units import HOURS_PER_DAY

_HALF_DAY_S = 43_200.0
_DAY = np.timedelta64(1, "D")
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Instants:
    """Moments in time, row by row.

    Parameters
    ----------
    utc
        datetime64[s] in UTC, NaT for none, shape (n,).
    twice
        The wall clock showed this time twice that night; taken as the first, unless only the second fits.
    skipped
        The wall clock never showed this time; left out.
    """

    utc: NDArray[np.datetime64]
    twice: Mask
    skipped: Mask


def to_utc(wall: NDArray[np.datetime64], offset_s: NDArray[np.float64], zone: str) -> Instants:
    """Place wall-clock times on the line of time.

    Parameters
    ----------
    wall
        datetime64[s], shape (n,).
    offset_s
        Seconds east of UTC where the text says so; NaN: local time of ``zone``.
    zone
        IANA name.
    """
    n = len(wall)
    marked = ~np.isnan(offset_s)
    utc = np.full(n, np.datetime64("NaT", "s"))
    utc[marked] = wall[marked] - offset_s[marked].astype("timedelta64[s]")
    bare = ~marked & ~np.isnat(wall)
    local = pd.DatetimeIndex(wall[bare])
    first, second = (_localised(local, zone, early=e) for e in (True, False))
    utc[bare] = first
    twice, skipped = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    twice[bare] = ~np.isnat(first) & (first != second)
    skipped[bare] = np.isnat(first)
    return Instants(utc, twice, skipped)


def not_before(later: Instants, start_utc: NDArray[np.datetime64], gap_s: float = 3600.0) -> Instants:
    """Move a doubled time to its second showing where the first would lie before ``start_utc``."""
    early = later.twice & (later.utc < start_utc)
    utc = np.where(early, later.utc + np.timedelta64(int(gap_s), "s"), later.utc)
    return Instants(utc, later.twice, later.skipped)


def _localised(local: pd.DatetimeIndex, zone: str, *, early: bool) -> NDArray[np.datetime64]:
    placed = local.tz_localize(zone, ambiguous=np.full(len(local), early), nonexistent="NaT")
    result: NDArray[np.datetime64] = (
        placed.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]")
    )
    return result


def hour_of_week(utc: NDArray[np.datetime64], zone: str) -> NDArray[np.int16]:
    """Return the hour of the week, 0 = Monday 00:00 by the wall clock of ``zone`` ... 167, shape (n,).

    In the night that clocks go back hour 25 of Sunday counts for the hour it shows; in spring one hour has none.
    """
    local = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone)
    return np.asarray(local.day_of_week * HOURS_PER_DAY + local.hour, dtype=np.int16)


def with_date(stamps: Stamps, dates: NDArray[np.datetime64]) -> tuple[NDArray[np.datetime64], Mask]:
    """Put times of day on dates.

    Parameters
    ----------
    stamps
        Times; those that hold a date of their own keep it.
    dates
        Wall-clock date and time of the call, datetime64[s]; its day is taken.

    Returns
    -------
    tuple
        Wall-clock times, and the mask of those moved past midnight: a time of day more than half a day before
        the call belongs to the next day.
    """
    lone = stamps.has_time & ~stamps.has_date
    day = dates.astype("datetime64[D]").astype("datetime64[s]")
    wall = np.where(lone, day + (stamps.wall - np.datetime64("1970-01-01", "s")), stamps.wall)
    rolled = lone & (seconds_between(dates, wall) < -_HALF_DAY_S)
    return np.where(rolled, wall + _DAY, wall), rolled


def join(dates: Stamps, times: Stamps) -> Stamps:
    """Join a column of dates and a column of times of day; the date column's own time is ignored."""
    day = dates.wall.astype("datetime64[D]").astype("datetime64[s]")
    clock = times.wall - times.wall.astype("datetime64[D]")
    midnight = np.datetime64("1970-01-02", "s")
    next_day = (times.wall == midnight) & ~times.has_date
    wall = day + clock + np.where(next_day, _DAY, np.timedelta64(0, "D"))
    known = dates.has_date & times.has_time
    wall = np.where(known, wall, np.datetime64("NaT", "s"))
    faults = {f"date {k}": v for k, v in dates.faults.items()} | {
        f"time {k}": v for k, v in times.faults.items()
    }
    return Stamps(wall, times.offset_s, known, known, faults, {**dates.repairs, **times.repairs})


def seconds_between(start: NDArray[Any], end: NDArray[Any]) -> NDArray[np.float64]:
    """Return seconds from ``start`` to ``end``; NaN where one is missing."""
    gap = (end - start).astype("timedelta64[s]")
    seconds: NDArray[np.float64] = gap.astype(np.float64)
    seconds[np.isnat(gap)] = np.nan
    return seconds
