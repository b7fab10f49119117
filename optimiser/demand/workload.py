"""Mean weekly workload by area and hour of the week, from calls or from a table of totals."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.demand_file import read_demand_file
from optimiser.data.project import Project
from optimiser.demand.period import Period, hours_seen, local_days
from optimiser.errors import InputError
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK

log = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]
DAYS_PER_WEEK = HOURS_PER_WEEK // HOURS_PER_DAY
OFFICER_INITIATED = "officer"


@dataclass(frozen=True, eq=False)
class Workload:
    """Mean work of one week, hour 0 = Monday 00:00 local wall time. n areas.

    Parameters
    ----------
    area_ids
        n areas, in the order of the rows below.
    calls
        Calls a week, shape (n, 168).
    unit_s
        Unit-seconds committed a week, all units of a call summed, by the hour that received the call,
        shape (n, 168).
    priority_calls
        Calls a week by priority (0 = unknown), each of shape (n,).
    n_weeks
        Weeks observed.
    unplaced_calls, unplaced_unit_s
        The same for calls that lie in none of the areas, shape (168,).
    n_imputed
        Calls without a duration; each got the mean of its priority.
    """

    area_ids: tuple[str, ...]
    calls: FloatArray
    unit_s: FloatArray
    priority_calls: Mapping[int, FloatArray]
    n_weeks: float
    unplaced_calls: FloatArray
    unplaced_unit_s: FloatArray
    n_imputed: int = 0

    def week_calls(self) -> FloatArray:
        """Return the calls of all areas and of none, shape (168,)."""
        total: FloatArray = self.calls.sum(axis=0) + self.unplaced_calls
        return total

    def week_unit_s(self) -> FloatArray:
        """Return the unit-seconds of all areas and of none, shape (168,)."""
        total: FloatArray = self.unit_s.sum(axis=0) + self.unplaced_unit_s
        return total


def from_project(
    project: Project, *, officer_initiated: bool = False, period: Period | None = None
) -> Workload:
    """Return the workload of a project, from its calls or else from its workload table.

    Parameters
    ----------
    period
        Which days count; by default the project's evaluation period (``demand.toml``), which is all days where it
        has none.

    Raises
    ------
    InputError
        If neither holds a week of work, or a period is asked of totals without dates.
    """
    area_ids = [str(a) for a in project.areas["area_id"]]
    if period is None:
        period = evaluation_period(project)
    if project.calls is not None:
        return from_calls(
            project.calls,
            area_ids,
            project.settings.timezone,
            period=None if period == Period() else period,
            officer_initiated=officer_initiated,
            default_service_s=project.settings.default_service_s,
        )
    if project.workload is None:
        raise InputError(f"{project.folder} holds neither calls nor a workload table.")
    if period != Period():
        raise InputError(
            f"{project.folder} holds totals without dates, so no season or period can be taken: import calls."
        )
    return from_table(project.workload, area_ids, project.settings.n_weeks)


def evaluation_period(project: Project) -> Period:
    """Return the days that the project's mean week is taken from: as ``demand.toml`` says, all of them without it."""
    file = read_demand_file(project.folder)
    return Period(file.first_day, file.last_day, file.months, file.leave_out | file.holidays)


def from_calls(
    calls: pd.DataFrame,
    area_ids: Sequence[str],
    timezone: str = "UTC",
    *,
    begin: dt.date | None = None,
    end: dt.date | None = None,
    period: Period | None = None,
    officer_initiated: bool = False,
    default_service_s: float | None = None,
) -> Workload:
    """Return the mean week of an evaluation period.

    Each hour of the week is averaged over how often the wall clock really showed it: the Sunday 02 of a spring
    night that never was does not count as a quiet hour, that of an autumn night counts twice.

    Parameters
    ----------
    calls
        Canonical calls (received_at, hour_of_week, area_id, priority, origin, n_units, unit_s).
    area_ids
        Areas of the result; calls in others are kept apart as unplaced.
    begin, end
        Local dates of the period, ``end`` not included; by default from the day of the first call to that of
        the last.
    period
        Days that count within that: seasons, holidays left out.
    officer_initiated
        Count work that officers began themselves; it is proactive, not call work, so it is left out by default.
    default_service_s
        Unit-seconds of a call without a duration where no call of its priority has one.

    Raises
    ------
    InputError
        If no call is left, or the period is shorter than a week.
    """
    kept = calls if officer_initiated else calls[calls["origin"] != OFFICER_INITIATED]
    kept, begin, end = _period(kept, timezone, begin, end)
    exposure = hours_of_week(begin, end, timezone)
    if period is not None:
        days = period.days(begin, end - dt.timedelta(days=1))
        kept = kept[np.isin(local_days(kept["received_at"], timezone), days)]
        exposure = hours_seen(days, timezone)
        if kept.empty:
            raise InputError(f"No call was received on the {len(days)} days that are asked for.")
    unit_s, n_imputed = durations(kept, default_service_s)
    row = _rows(kept["area_id"], area_ids)
    hour = kept["hour_of_week"].to_numpy(dtype=np.int64)
    n = len(area_ids)
    cell = row * HOURS_PER_WEEK + hour
    size = (n + 1) * HOURS_PER_WEEK
    counted = np.bincount(cell, minlength=size).reshape(n + 1, -1)
    mean_calls = _mean_week(counted.astype(np.float64), exposure)
    committed = np.bincount(cell, weights=unit_s, minlength=size).reshape(n + 1, -1)
    mean_unit_s = _mean_week(committed.astype(np.float64), exposure)
    n_weeks = float(exposure.sum()) / HOURS_PER_WEEK
    priority = kept["priority"].to_numpy()
    by_priority = {
        int(p): np.bincount(row[priority == p], minlength=n + 1)[:n] / n_weeks for p in np.unique(priority)
    }
    if n_imputed:
        log.info("%d of %d calls have no duration; each got the mean of its priority", n_imputed, len(kept))
    return Workload(
        tuple(area_ids),
        mean_calls[:n],
        mean_unit_s[:n],
        by_priority,
        n_weeks,
        mean_calls[n],
        mean_unit_s[n],
        n_imputed,
    )


def from_table(table: pd.DataFrame, area_ids: Sequence[str], n_weeks: float) -> Workload:
    """Return the mean week of a table of totals (area_id, hour_of_week, calls, unit_s) over ``n_weeks`` weeks.

    Raises
    ------
    InputError
        If the table holds no work, or ``n_weeks`` is not positive.
    """
    if not 0 < n_weeks < float("inf"):
        raise InputError(f"The weeks a workload table spans must be positive, got {n_weeks}.")
    if not (table["calls"].sum() > 0 or table["unit_s"].sum() > 0):
        raise InputError("The workload table holds no calls and no minutes.")
    n = len(area_ids)
    row = _rows(table["area_id"], area_ids)
    cell = row * HOURS_PER_WEEK + table["hour_of_week"].to_numpy(dtype=np.int64)
    size = (n + 1) * HOURS_PER_WEEK

    def week(column: str) -> FloatArray:
        total = np.bincount(cell, weights=table[column].to_numpy(dtype=float), minlength=size)
        mean: FloatArray = total.reshape(n + 1, HOURS_PER_WEEK) / n_weeks
        return mean

    calls, unit_s = week("calls"), week("unit_s")
    return Workload(
        tuple(area_ids), calls[:n], unit_s[:n], {0: calls[:n].sum(axis=1)}, n_weeks, calls[n], unit_s[n]
    )


def hours_of_week(begin: dt.date, end: dt.date, timezone: str) -> NDArray[np.int64]:
    """How often the wall clock showed each hour of the week from ``begin`` to ``end`` (not included), shape (168,)."""
    span = pd.date_range(
        pd.Timestamp(begin, tz=timezone), pd.Timestamp(end, tz=timezone), freq="h", inclusive="left"
    )
    hour = span.day_of_week.to_numpy() * HOURS_PER_DAY + span.hour.to_numpy()
    return np.bincount(hour, minlength=HOURS_PER_WEEK).astype(np.int64)


def _period(
    calls: pd.DataFrame, timezone: str, begin: dt.date | None, end: dt.date | None
) -> tuple[pd.DataFrame, dt.date, dt.date]:
    if calls.empty:
        raise InputError(
            "There is no call to plan for: the table is empty or every call is officer-initiated."
        )
    local = calls["received_at"].dt.tz_convert(timezone)
    begin = begin or local.min().date()
    end = end or local.max().date() + dt.timedelta(days=1)
    n_days = (end - begin).days
    if n_days < DAYS_PER_WEEK:
        raise InputError(
            f"The period {begin} to before {end} has {n_days} day{'s' if n_days != 1 else ''}; "
            "a week of demand needs at least 7. Give a longer period or more calls."
        )
    inside = (local >= pd.Timestamp(begin, tz=timezone)) & (local < pd.Timestamp(end, tz=timezone))
    if not inside.any():
        raise InputError(
            f"No call was received from {begin} to {end}; the calls run from {local.min()} to {local.max()}."
        )
    return calls[inside], begin, end


def durations(calls: pd.DataFrame, default_s: float | None) -> tuple[FloatArray, int]:
    """Unit-seconds of each call, missing ones by the mean of their priority, and how many were missing.

    Calls without a patrol unit hold no time of a patrol; what they say of it (nothing) is no mean of anything.
    """
    unit_s = calls["unit_s"]
    missing = unit_s.isna()
    if not missing.any():
        return unit_s.to_numpy(dtype=np.float64), 0
    told = unit_s.where(calls["n_units"] > 0)
    mean = told.groupby(calls["priority"]).transform("mean")
    filled = unit_s.fillna(mean)
    if filled.isna().any():
        overall = float(told.mean()) if told.notna().any() else default_s
        if overall is None:
            raise InputError("No call has a duration (unit_s); give a default or calls with clear times.")
        filled = filled.fillna(overall)
    return filled.to_numpy(dtype=np.float64), int(missing.sum())


def _rows(column: pd.Series, area_ids: Sequence[str]) -> NDArray[np.int64]:
    """Row of each area; one past the last for areas not listed."""
    row = pd.Index(list(area_ids)).get_indexer(pd.Index(column.astype("str")))
    return np.where(row < 0, len(area_ids), row).astype(np.int64)


def _mean_week(total: FloatArray, exposure: NDArray[np.int64]) -> FloatArray:
    """Divide by how often each hour was seen; an hour never seen is the mean of its neighbours."""
    mean = total / np.maximum(exposure, 1)
    for hour in np.flatnonzero(exposure == 0):
        mean[:, hour] = 0.5 * (mean[:, hour - 1] + mean[:, (hour + 1) % HOURS_PER_WEEK])
    return mean
