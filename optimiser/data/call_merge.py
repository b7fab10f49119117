"""Several rows of one call brought together: units of a call, and tables of unit responses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.call_rows import capped, patrol_time
from optimiser.data.call_times import IMPLAUSIBLE_S, CallTimes, call_times
from optimiser.data.call_units import UnitRoles
from optimiser.data.columns import guess_columns
from optimiser.data.columns_file import ColumnMap
from optimiser.data.labels import clean_ids
from optimiser.data.quality import Notes, from_repairs
from optimiser.data.read import read_table
from optimiser.data.wall_clock import seconds_between
from optimiser.errors import InputError

_SAID = ("area_id", "priority_code", "call_type")
_FIRST = ("dispatch_delay_s", "response_s", "travel_s")


def without(
    frame: pd.DataFrame,
    lines: NDArray[np.int64],
    mask: NDArray[np.bool_],
    rule: str,
    notes: Notes,
    *,
    red: bool = False,
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Leave rows out and count them."""
    if not mask.any():
        return frame, lines
    notes.rows(rule, mask, "left out", lines=lines, red=red)
    notes.removed.append((rule, frame[mask]))
    return frame[~mask].reset_index(drop=True), lines[~mask]


def one_row_a_call(
    rows: pd.DataFrame, lines: NDArray[np.int64], notes: Notes, *, by_unit: bool
) -> pd.DataFrame:
    """Bring rows with the same id together: units of one call, or repeats of it with other contents."""
    again = rows["call_id"].duplicated().to_numpy()
    if not again.any():
        return rows.assign(**_of_single(rows)) if by_unit else rows
    if not by_unit:
        return without(rows, lines, again, "calls whose id stands again with other contents", notes)[0]
    notes.rows("further unit rows of a call", again, "brought together")
    notes.removed.append(("further unit rows of a call", rows[again]))
    grouped = rows.groupby("call_id", sort=False)
    said = rows.replace(dict.fromkeys(_SAID, ""), None)  # what the first row leaves out another may say
    calls = said.groupby("call_id", sort=False).first().fillna(dict.fromkeys(_SAID, ""))
    calls["received_utc"] = grouped["received_utc"].min()
    for column in _FIRST:
        calls[column] = grouped[column].min()
    calls["on_scene_s"] = grouped["on_scene_s"].max()
    calls["n_units"] = grouped["n_units"].sum()
    calls["unit_s"] = grouped["unit_s"].sum(min_count=1)
    calls["report_s"] = grouped["report_s"].sum(min_count=1)
    for column, seconds in _clears(rows[rows["n_units"] > 0]).items():
        calls[column] = seconds.reindex(calls.index)
    return calls.reset_index()


def _of_single(rows: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """First and last clear where every call has one unit row: the same."""
    return {
        c: rows["call_id"].map(s).to_numpy(dtype=float) for c, s in _clears(rows[rows["n_units"] > 0]).items()
    }


def stretch_of(times: CallTimes) -> dict[str, NDArray[np.float64]]:
    """Return when each row was dispatched and cleared, in seconds after its receipt; NaN where not known."""
    received = times.received_utc
    none = np.full(len(received), np.nan)
    return {
        f"{name}_after_s": seconds_between(received, times.utc[name]) if name in times.utc else none
        for name in ("dispatched", "cleared")
    }


def _clears(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return seconds from the first dispatch of a call's units to the first and to the last of their clears."""
    sound = rows["cleared_after_s"] >= rows["dispatched_after_s"]
    # rows of one call may carry receipts of their own: all is counted from the call's first
    own = rows["received_utc"] - rows.groupby("call_id", sort=False)["received_utc"].transform("min")
    begun = (rows["dispatched_after_s"] + own.dt.total_seconds()).where(sound)
    ended = (rows["cleared_after_s"] + own.dt.total_seconds()).where(sound)
    begin = begun.groupby(rows["call_id"], sort=False).min()
    by_call = ended.groupby(rows["call_id"], sort=False)
    return {
        "first_clear_s": (by_call.min() - begin).clip(upper=IMPLAUSIBLE_S),
        "last_clear_s": (by_call.max() - begin).clip(upper=IMPLAUSIBLE_S),
    }


def with_unit_rows(
    calls: pd.DataFrame, path: Path, roles: UnitRoles, zone: str, column_map: ColumnMap, notes: Notes
) -> pd.DataFrame:
    """Take units and unit-seconds from a table with one row a unit and call.

    Raises
    ------
    InputError
        If the table has no column for the call, the unit, the dispatch or the clear.
    """
    header = read_table(path, ()).header
    guess = guess_columns(header, "calls", {"received": "", "received_date": "", "received_time": ""})
    missing = [c for c in ("call_id", "unit", "dispatched", "cleared") if c not in guess.columns]
    if missing:
        raise InputError(f"{path}: no column is known as {', '.join(missing)}; it has {', '.join(header)}.")
    table = read_table(path, set(guess.columns.values()))
    notes.findings += from_repairs(table.repairs, table.n_rows, path.name)
    frame = pd.DataFrame({ours: table.frame[theirs] for ours, theirs in guess.columns.items()})
    frame, lines = without(frame, table.lines, frame.duplicated().to_numpy(), "unit rows that repeat", notes)
    frame["received"] = frame["dispatched"]
    times = call_times(frame, lines, replace(column_map, calls={}), zone, notes)
    ids = clean_ids(frame["call_id"])
    call_type = ids.map(calls.drop_duplicates("call_id").set_index("call_id")["call_type"]).fillna("")
    time = patrol_time(
        frame, lines, capped(times.busy_s, call_type, lines, column_map, notes), roles, notes, []
    )
    rows = pd.DataFrame({"call_id": ids, "n_units": time.n_units, "unit_s": time.unit_s, **stretch_of(times)})
    rows["received_utc"] = times.received_utc
    stray = ~rows["call_id"].isin(calls["call_id"]).to_numpy()
    notes.rows("unit rows of no call", stray, "left out", lines=lines)
    grouped = rows.groupby("call_id")
    matched = calls["call_id"].isin(rows["call_id"]).to_numpy()
    notes.rows("calls without unit rows", ~matched, "they keep what the call table says")
    calls = calls.copy()
    for column, per_call in (
        ("n_units", grouped["n_units"].sum()),
        ("unit_s", grouped["unit_s"].sum(min_count=1)),
    ):
        calls[column] = calls["call_id"].map(per_call).where(matched, calls[column])
    for column, seconds in _clears(rows[rows["n_units"] > 0]).items():
        calls[column] = calls["call_id"].map(seconds).where(matched, calls[column])
    return calls
