"""Stretches of time laid on a line of equal bins: how much of them falls into each, exactly."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.units import HOURS_PER_DAY

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BIN_S = 900
"""A quarter of an hour: offsets from UTC, and hours of any wall clock, are whole multiples of it."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """A period of whole local days in bins of :data:`BIN_S` seconds.

    Parameters
    ----------
    begin, end
        Local dates, ``end`` not included.
    begin_utc
        Its first moment, datetime64[s].
    hour_of_week
        Hour of the week that the wall clock shows in each bin, shape (B,).
    day
        Days since ``begin`` by the wall clock, shape (B,).
    """

    begin: dt.date
    end: dt.date
    begin_utc: np.datetime64
    hour_of_week: IntArray
    day: IntArray

    @property
    def n_bins(self) -> int:
        """Number of bins."""
        return int(self.hour_of_week.size)


def timeline(begin: dt.date, end: dt.date, zone: str) -> Timeline:
    """Lay out the bins of a period; a summer-time night has one hour less or more.

    Raises
    ------
    InputError
        If the period holds no day.
    """
    if end <= begin:
        raise InputError(f"The period {begin} to {end} holds no day.")
    span = pd.date_range(
        pd.Timestamp(begin, tz=zone), pd.Timestamp(end, tz=zone), freq=f"{BIN_S}s", inclusive="left"
    )
    hour = span.day_of_week.to_numpy(dtype=np.int64) * HOURS_PER_DAY + span.hour.to_numpy(dtype=np.int64)
    local = span.tz_localize(None).to_numpy().astype("datetime64[D]")
    day = (local - np.datetime64(begin, "D")).astype(np.int64)
    first = span[0].tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]")
    return Timeline(begin, end, first, hour, day)


def occupied_s(
    start_utc: NDArray[np.datetime64],
    length_s: FloatArray,
    weight: FloatArray,
    group: IntArray,
    n_groups: int,
    line: Timeline,
) -> FloatArray:
    """Return the weighted seconds of every group in every bin, shape (n_groups, B).

    Parameters
    ----------
    start_utc, length_s, weight, group
        Where each stretch begins, how long it is, how much it counts (officers, units) and whose it is, shape (n,).
        What lies before or after the period is cut off.

    Notes
    -----
    The sum over stretches of min(max(t - start, 0), length) is piecewise linear in t; its slope changes at starts
    and ends only, so two passes of bincount and one running sum give every bin, whatever the lengths.
    """
    whole_s = float(line.n_bins * BIN_S)
    begin_s = (start_utc.astype("datetime64[ms]") - line.begin_utc.astype("datetime64[ms]")).astype(
        float
    ) / 1e3
    first = np.clip(begin_s, 0.0, whole_s)
    last = np.clip(begin_s + length_s, 0.0, whole_s)
    total = np.zeros(n_groups * (line.n_bins + 1))
    slope = np.zeros_like(total)
    for at, sign in ((first, 1.0), (last, -1.0)):
        k = np.minimum((at // BIN_S).astype(np.int64), line.n_bins)
        cell = group * (line.n_bins + 1) + k
        total += sign * np.bincount(cell, weights=weight * (BIN_S - (at - k * BIN_S)), minlength=total.size)
        slope += sign * np.bincount(cell, weights=weight, minlength=total.size)
    running = np.cumsum(slope.reshape(n_groups, -1), axis=1)
    result: FloatArray = total.reshape(n_groups, -1)
    result[:, 1:] += running[:, :-1] * BIN_S
    return result[:, :-1]


def union_s(
    start_utc: NDArray[np.datetime64], length_s: FloatArray, who: NDArray[np.object_], line: Timeline
) -> FloatArray:
    """Return the seconds of distinct keys in every bin, shape (B,): overlapping stretches of one key count once."""
    frame = pd.DataFrame({"who": who, "start": start_utc, "length_s": length_s})
    frame["end"] = frame["start"] + pd.to_timedelta(frame["length_s"], unit="s")
    frame = frame.sort_values(["who", "start"], kind="stable")
    before = frame.groupby("who", sort=False)["end"].cummax().groupby(frame["who"], sort=False).shift(1)
    begin = frame["start"].where(before.isna() | (before <= frame["start"]), before)
    left_s = np.maximum((frame["end"] - begin).dt.total_seconds().to_numpy(dtype=float), 0.0)
    moments = begin.to_numpy().astype("datetime64[s]")
    one = np.ones(len(frame))
    group = np.zeros(len(frame), dtype=np.int64)
    return occupied_s(moments, left_s, one, group, 1, line).reshape(-1)
