"""Workload in officer-seconds by area, call type, priority, origin and slot of the week.

All units of a call count, and their report time after it. Time stands where it really passes, a call where it came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand.clears import RECORDED, filled, unit_seconds
from optimiser.demand.period import Period, hours_seen, local_days
from optimiser.errors import InputError
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK, SECONDS_PER_HOUR, SECONDS_PER_MINUTE

FloatArray = NDArray[np.float64]
SLOT_LENGTHS_S = (3600, 1800, 900)
DIMENSIONS = ("area_id", "call_type", "priority", "origin")
ELSEWHERE = ""
_WORK = ("calls", "officer_s", "report_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeParams:
    """How time is counted.

    Parameters
    ----------
    slot_s
        Slot length: 3600, 1800 or 900 s.
    clear
        Definition of clear, of :data:`optimiser.demand.clears.CLEARS`.
    officers_per_unit
        Officers in a car, one number or one for each hour of the week (168,).
    report_s
        Officer-seconds of report that a call leaves where the file does not say; by call type, "" for the others.
    period
        Which days count.
    """

    slot_s: int = 3600
    clear: str = RECORDED
    officers_per_unit: float | FloatArray = 1.0
    report_s: Mapping[str, float] = field(default_factory=dict)
    period: Period = field(default_factory=Period)

    def __post_init__(self) -> None:
        crew = np.asarray(self.officers_per_unit, dtype=float)
        faults = []
        if self.slot_s not in SLOT_LENGTHS_S:
            faults.append(f"slot_s must be one of {SLOT_LENGTHS_S} seconds, got {self.slot_s}.")
        if crew.shape not in ((), (HOURS_PER_WEEK,)) or not (np.isfinite(crew).all() and (crew >= 0).all()):
            faults.append("officers_per_unit must be one number of 0 or more, or one for each of 168 hours.")
        faults += [
            f"report_s of {k or 'other types'} must be 0 or more, got {v}."
            for k, v in self.report_s.items()
            if not 0 <= v < float("inf")
        ]
        if faults:
            raise InputError(" ".join(faults))


@dataclass(frozen=True, eq=False)
class Cube:
    """The mean week, sparse.

    Parameters
    ----------
    table
        area_id ("" outside), call_type, priority, origin, slot (0 = Monday 00:00), calls, officer_s and report_s (part
        of officer_s) a week. Rows without work are left out.
    slot_s
        Slot length.
    n_weeks, n_calls
        Weeks seen and calls counted.
    imputed
        Calls whose time was missing, by where it was taken from.
    n_report_imputed
        Calls whose report time is an assumption.
    """

    table: pd.DataFrame
    slot_s: int
    n_weeks: float
    n_calls: int
    imputed: Mapping[str, int]
    n_report_imputed: int

    @property
    def n_slots(self) -> int:
        """Slots of a week."""
        return round(HOURS_PER_WEEK * SECONDS_PER_HOUR) // self.slot_s

    def total(self, by: Sequence[str], value: str = "officer_s", **only: Any) -> pd.Series:
        """Add up calls, officer_s or report_s by some dimensions (``slot`` is one), of rows that match ``only``."""
        rows = self.table
        for column, wanted in only.items():
            rows = rows[rows[column] == wanted]
        return rows.groupby(list(by), sort=True)[value].sum()

    def week(self, value: str = "officer_s", **only: Any) -> FloatArray:
        """Return one of calls, officer_s, report_s by slot, shape (n_slots,), of rows that match ``only``."""
        found = self.total(["slot"], value, **only)
        return np.asarray(found.reindex(range(self.n_slots), fill_value=0.0), dtype=np.float64)


def cube(
    calls: pd.DataFrame,
    area_ids: Sequence[str],
    timezone: str,
    params: CubeParams | None = None,
    *,
    default_service_s: float | None = None,
) -> Cube:
    """Return the workload of the mean week of a period.

    Parameters
    ----------
    calls
        Canonical calls, officer-initiated ones among them: they are a dimension (``origin``), never mixed in.
    area_ids
        Areas that are told apart; calls elsewhere stand under "".
    default_service_s
        Seconds of one unit on a call where no call of the file has a time.

    Raises
    ------
    InputError
        If no call is left, or no call has a time and there is no default.
    """
    params = params or CubeParams()
    if calls.empty:
        raise InputError("There is no call to plan for: the table is empty.")
    day = local_days(calls["received_at"], timezone)
    days = params.period.days(day.min().item(), day.max().item())
    kept = calls[np.isin(day, days)]
    if kept.empty:
        raise InputError(f"No call was received on the {len(days)} days of the period.")
    unit_s, imputed = filled(unit_seconds(kept, params.clear), kept, default_service_s)
    report_s, n_assumed = _reports(kept, params.report_s)
    parts = round(SECONDS_PER_HOUR) // params.slot_s
    keys = _keys(kept, area_ids)
    seen = np.repeat(hours_seen(days, timezone), parts)
    received = _slot(kept["received_at"], np.zeros(len(kept)), timezone, params.slot_s)
    begun_s = np.nan_to_num(kept["dispatch_delay_s"].to_numpy(dtype=float))
    n_units = np.maximum(kept["n_units"].to_numpy(dtype=float), 1.0)
    length_s = unit_s / n_units
    pieces = [
        _frame(keys, np.arange(len(kept)), received, calls=np.ones(len(kept))),
        *_spread(keys, kept, begun_s, length_s, n_units, timezone, params, report=False),
        *_spread(keys, kept, begun_s + length_s, report_s, np.ones(len(kept)), timezone, params, report=True),
    ]
    whole = pd.concat(pieces, ignore_index=True)
    table = whole.groupby([*DIMENSIONS, "slot"], sort=True, observed=True)[list(_WORK)].sum().reset_index()
    for column in _WORK:
        table[column] = table[column].to_numpy() / np.maximum(seen[table["slot"].to_numpy()], 1)
    table["area_id"] = table["area_id"].astype("str")
    table["call_type"] = table["call_type"].astype("str")
    table["origin"] = table["origin"].astype("str")
    n_weeks = float(seen.sum()) / (HOURS_PER_WEEK * parts)
    return Cube(table, params.slot_s, n_weeks, len(kept), imputed, n_assumed)


def _keys(calls: pd.DataFrame, area_ids: Sequence[str]) -> pd.DataFrame:
    area = calls["area_id"].astype("str")
    return pd.DataFrame(
        {
            "area_id": area.where(area.isin(list(area_ids)), ELSEWHERE).astype("category").to_numpy(),
            "call_type": calls["call_type"].astype("category").to_numpy(),
            "priority": calls["priority"].to_numpy(),
            "origin": calls["origin"].astype("category").to_numpy(),
        }
    )


def _reports(calls: pd.DataFrame, assumed: Mapping[str, float]) -> tuple[FloatArray, int]:
    """Officer-seconds of report of each call, and how many are assumed."""
    known = (
        calls["report_s"].to_numpy(dtype=np.float64) if "report_s" in calls else np.full(len(calls), np.nan)
    )
    stated = calls["call_type"].map({k: v for k, v in assumed.items() if k}).fillna(assumed.get("", 0.0))
    lacking = np.isnan(known) & (calls["n_units"] > 0).to_numpy()
    given = np.asarray(stated, dtype=np.float64)
    return np.where(lacking, given, np.nan_to_num(known)), int((lacking & (given > 0)).sum())


@dataclass(frozen=True, eq=False)
class Pieces:
    """Stretches cut at the ends of slots: row of the call, slot of the week, seconds, each of shape (m,)."""

    row: NDArray[np.int64]
    slot: NDArray[np.int64]
    seconds: FloatArray


def pieces_of(
    calls: pd.DataFrame, begun_s: FloatArray, length_s: FloatArray, timezone: str, slot_s: int
) -> Pieces:
    """Cut the stretch of each call at the ends of slots, and say in which slot of the week each piece passes.

    Parameters
    ----------
    begun_s, length_s
        Seconds from receipt to the beginning of the stretch, and its length, shape (n,).
    """
    at_s = _epoch_s(calls["received_at"]) + begun_s
    some = np.flatnonzero(length_s > 0)
    first = np.floor(at_s[some] / slot_s)
    last = np.ceil((at_s[some] + length_s[some]) / slot_s)
    n_pieces = np.maximum(last - first, 1).astype(np.int64)
    row = np.repeat(some, n_pieces)
    step = np.arange(n_pieces.sum()) - np.repeat(np.cumsum(n_pieces) - n_pieces, n_pieces)
    begin = (np.repeat(first, n_pieces) + step) * slot_s
    inside = np.minimum(begin + slot_s, at_s[row] + length_s[row]) - np.maximum(begin, at_s[row])
    slot = _slot_of(begin, timezone, slot_s) if len(begin) else np.zeros(0, dtype=np.int64)
    return Pieces(row, slot, np.maximum(inside, 0.0))


def _spread(
    keys: pd.DataFrame,
    calls: pd.DataFrame,
    begun_s: FloatArray,
    length_s: FloatArray,
    weight: FloatArray,
    timezone: str,
    params: CubeParams,
    *,
    report: bool,
) -> list[pd.DataFrame]:
    """Cut each stretch at the ends of slots, and lay the pieces where they pass."""
    cut = pieces_of(calls, begun_s, length_s, timezone, params.slot_s)
    if not cut.row.size:
        return []
    crew = np.asarray(params.officers_per_unit, dtype=float)
    officers = crew if crew.shape == () else crew[cut.slot * params.slot_s // round(SECONDS_PER_HOUR)]
    seconds = cut.seconds * (1.0 if report else weight[cut.row] * officers)
    more = {"report_s": seconds} if report else {}
    return [_frame(keys, cut.row, cut.slot, officer_s=seconds, **more)]


def _frame(
    keys: pd.DataFrame, row: NDArray[np.int64], slot: NDArray[np.int64], **given: FloatArray
) -> pd.DataFrame:
    made = keys.iloc[row].reset_index(drop=True)
    made["slot"] = slot
    for column in _WORK:
        made[column] = given.get(column, np.zeros(len(made)))
    return made


def _epoch_s(at: pd.Series) -> FloatArray:
    utc = at.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return np.asarray(utc.astype(np.int64), dtype=np.float64)


def _slot(at: pd.Series, after_s: FloatArray, timezone: str, slot_s: int) -> NDArray[np.int64]:
    return _slot_of(np.floor((_epoch_s(at) + after_s) / slot_s) * slot_s, timezone, slot_s)


def _slot_of(epoch_s: FloatArray, timezone: str, slot_s: int) -> NDArray[np.int64]:
    """Slot of the week by the wall clock; each different moment is asked for once."""
    moments, back = np.unique(epoch_s, return_inverse=True)
    local = pd.DatetimeIndex(moments.astype("datetime64[s]")).tz_localize("UTC").tz_convert(timezone)
    hour = local.day_of_week * HOURS_PER_DAY + local.hour
    second = hour * round(SECONDS_PER_HOUR) + local.minute * round(SECONDS_PER_MINUTE)
    found: NDArray[np.int64] = (np.asarray(second, dtype=np.int64) // slot_s)[back]
    return found
