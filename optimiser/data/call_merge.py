"""Several rows of one call brought together: units of a call, and tables of unit responses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.call_rows import capped, patrol_time
from optimiser.data.call_times import call_times
from optimiser.data.call_units import UnitRoles
from optimiser.data.columns import guess_columns
from optimiser.data.columns_file import ColumnMap
from optimiser.data.labels import clean_ids
from optimiser.data.quality import Notes, from_repairs
from optimiser.data.read import read_table
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
    return frame[~mask].reset_index(drop=True), lines[~mask]


def one_row_a_call(
    rows: pd.DataFrame, lines: NDArray[np.int64], notes: Notes, *, by_unit: bool
) -> pd.DataFrame:
    """Bring rows with the same id together: units of one call, or repeats of it with other contents."""
    again = rows["call_id"].duplicated().to_numpy()
    if not again.any():
        return rows
    if not by_unit:
        return without(rows, lines, again, "calls whose id stands again with other contents", notes)[0]
    notes.rows("further unit rows of a call", again, "brought together")
    grouped = rows.groupby("call_id", sort=False)
    said = rows.replace(dict.fromkeys(_SAID, ""), None)  # what the first row leaves out another may say
    calls = said.groupby("call_id", sort=False).first().fillna(dict.fromkeys(_SAID, ""))
    calls["received_utc"] = grouped["received_utc"].min()
    for column in _FIRST:
        calls[column] = grouped[column].min()
    calls["on_scene_s"] = grouped["on_scene_s"].max()
    calls["n_units"] = grouped["n_units"].sum()
    calls["unit_s"] = grouped["unit_s"].sum(min_count=1)
    return calls.reset_index()


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
    rows = pd.DataFrame({"call_id": ids, "n_units": time.n_units, "unit_s": time.unit_s})
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
    return calls
