"""Calls of a mean week by urgency: how many come when, how many units they take, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.service_law import ServiceLaw, exponential, of_times
from optimiser.demand.workload import OFFICER_INITIATED, from_calls
from optimiser.errors import InputError
from optimiser.units import HOURS_PER_WEEK

FloatArray = NDArray[np.float64]
MOST_UNITS_A_CALL = 12
"""Calls with more units than this count as this many: they are events, not the week's work."""


@dataclass(frozen=True, eq=False)
class CallClass:
    """Calls of one urgency.

    Parameters
    ----------
    name
        As a planner calls them: ``priority 1``.
    urgent
        Served first, and from the reserve.
    calls
        Calls by hour of the week, shape (168,).
    units_frac
        Share of calls that take 1, 2, ... units; sums to 1.
    law
        Time of one unit on one call.
    """

    name: str
    urgent: bool
    calls: FloatArray
    units_frac: tuple[float, ...]
    law: ServiceLaw

    def __post_init__(self) -> None:
        calls = np.asarray(self.calls, dtype=float)
        if calls.shape != (HOURS_PER_WEEK,) or not (np.isfinite(calls) & (calls >= 0)).all():
            raise InputError(
                f"Calls of {self.name} need 168 numbers, each 0 or more, one an hour of the week."
            )
        share = self.units_frac
        if not share or min(share) < 0 or abs(sum(share) - 1) > 1e-6:
            raise InputError(f"Shares of {self.name} by units must be 0 or more and sum to 1, got {share}.")

    @property
    def units_per_call(self) -> float:
        """Mean units a call."""
        return float(sum((k + 1) * p for k, p in enumerate(self.units_frac)))

    @property
    def week_unit_s(self) -> float:
        """Unit-seconds a week."""
        return float(self.calls.sum()) * self.units_per_call * self.law.mean_s


@dataclass(frozen=True, eq=False)
class CallMix:
    """All calls of a week, the most urgent class first."""

    classes: tuple[CallClass, ...]

    def __post_init__(self) -> None:
        if not self.classes:
            raise InputError("A week of calls needs at least one class of calls.")

    @property
    def week_calls(self) -> float:
        """Calls a week."""
        return float(sum(c.calls.sum() for c in self.classes))

    @property
    def week_unit_s(self) -> float:
        """Unit-seconds a week."""
        return float(sum(c.week_unit_s for c in self.classes))

    def scaled(self, factor: float) -> CallMix:
        """Return the same week with every number of calls multiplied."""
        return CallMix(tuple(replace(c, calls=c.calls * factor) for c in self.classes))


def of_load(week_unit_s: FloatArray, service_s: float, urgent_frac: float = 1.0) -> CallMix:
    """Return calls of one unit and exponential times that make up a week of unit-seconds, shape (168,)."""
    if not 0 <= urgent_frac <= 1:
        raise InputError(f"urgent_frac is a fraction from 0 to 1, got {urgent_frac}.")
    law = exponential(service_s)
    calls = np.asarray(week_unit_s, dtype=float) / service_s
    parts = (("urgent calls", True, urgent_frac), ("other calls", False, 1.0 - urgent_frac))
    return CallMix(tuple(CallClass(n, u, calls * f, (1.0,), law) for n, u, f in parts if f > 0))


def from_call_table(
    calls: pd.DataFrame,
    timezone: str = "UTC",
    *,
    begin: dt.date | None = None,
    end: dt.date | None = None,
    area_ids: Sequence[str] | None = None,
    default_service_s: float | None = None,
    urgent_priority: int | None = None,
) -> CallMix:
    """Return the calls of a mean week, a class for each priority; the lowest known number is the urgent one.

    Parameters
    ----------
    calls
        Canonical calls; officer-initiated ones and those without a patrol unit are left out.
    timezone, begin, end
        Wall clock, and local dates of the period (``end`` not included), as in ``workload.from_calls``.
    area_ids
        Only calls of these areas; all of them, also those of no area, where left out.
    default_service_s
        Time of a unit where no call has one.
    urgent_priority
        The urgent one where it is not the lowest of these calls: a sector may have none of it.

    Raises
    ------
    InputError
        If no call is left, or the period is shorter than a week.
    """
    public = calls[calls["origin"] != OFFICER_INITIATED]
    kept = public[public["n_units"] > 0]
    if kept.empty:
        raise InputError(
            "The week holds no call that took a patrol unit; there is nothing to require officers for."
        )
    if begin is None or end is None:
        first, last = period_of(calls, timezone)
        begin, end = begin or first, end or last
    if area_ids is not None:
        kept = kept[kept["area_id"].astype("str").isin(set(area_ids))]
    known = sorted(int(p) for p in kept["priority"].unique() if p > 0)
    order = [*known, *([0] if (kept["priority"] == 0).any() else [])]
    classes = []
    for priority in order:
        rows = kept[kept["priority"] == priority]
        week = from_calls(
            rows, (), timezone, begin=begin, end=end, default_service_s=default_service_s or _mean_s(kept)
        )
        units = np.minimum(rows["n_units"].to_numpy(dtype=np.int64), MOST_UNITS_A_CALL)
        share = np.bincount(units)[1:] / units.size
        urgent = priority == (urgent_priority or known[0]) if known else True
        name = f"priority {priority}" if priority else "priority unknown"
        made = CallClass(name, urgent, week.week_calls(), tuple(share), _law(rows, kept, default_service_s))
        work_s = float(week.week_unit_s().sum())
        # the same week of work as everywhere else, also where times were missing and got a mean
        if made.week_unit_s > 0 and work_s > 0:
            made = replace(made, law=made.law.scaled(work_s / made.week_unit_s))
        classes.append(made)
    if not classes:
        raise InputError("No call lies in these areas; there is nothing to require officers for.")
    return CallMix(tuple(classes))


def period_of(calls: pd.DataFrame, timezone: str) -> tuple[dt.date, dt.date]:
    """Local dates from the first call of the public to the day after the last, as of the whole workload."""
    local = calls.loc[calls["origin"] != OFFICER_INITIATED, "received_at"].dt.tz_convert(timezone)
    if local.empty:
        raise InputError("The week holds no call of the public; there is nothing to require officers for.")
    return local.min().date(), local.max().date() + dt.timedelta(days=1)


def _law(rows: pd.DataFrame, all_rows: pd.DataFrame, default_s: float | None) -> ServiceLaw:
    for table in (rows, all_rows):
        times = (table["unit_s"] / table["n_units"]).to_numpy(dtype=float)
        if (np.isfinite(times) & (times > 0)).any():
            return of_times(times, table["n_units"].to_numpy(dtype=float))
    if default_s is None:
        raise InputError(
            "No call has a time on scene (unit_s); give default_service_min or calls with clear times."
        )
    return exponential(default_s)


def _mean_s(calls: pd.DataFrame) -> float | None:
    known = calls["unit_s"].dropna()
    return float(known.mean()) if len(known) else None
