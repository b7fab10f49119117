"""A raw call table to the canonical one. Free text, names, exact places and ids as typed stay behind."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data import canonical as names
from optimiser.data.call_merge import one_row_a_call, stretch_of, with_unit_rows, without
from optimiser.data.call_places import call_areas, own_points
from optimiser.data.call_quirks import call_quirks, desk_quirks, table_quirks
from optimiser.data.call_rows import MOST_CODES, MOST_TYPES, capped, code_column, origins, patrol_time
from optimiser.data.call_spots import located
from optimiser.data.call_times import CallTimes, call_times
from optimiser.data.call_units import UnitRoles
from optimiser.data.columns import DURATIONS, ColumnGuess, guess_columns, refuse_absent
from optimiser.data.columns_file import ColumnMap
from optimiser.data.keys import hashed
from optimiser.data.labels import clean_ids
from optimiser.data.left_out import LeftOut, left_out_by_day
from optimiser.data.quality import Finding, Notes, from_repairs
from optimiser.data.read import read_table
from optimiser.data.table import Table
from optimiser.data.wall_clock import hour_of_week
from optimiser.errors import InputError
from optimiser.units import percent_text

if TYPE_CHECKING:
    import geopandas as gpd

_NULLS = ["NULL", "null", "\\N"]
_OF_NONE = ("", "0", "0.0", "n", "no", "false", "none", "na", "n/a", "-")
_MOST_UNDATED_FRAC = 0.05
_FEWEST_EMPTY_MONTHS = 3


@dataclass(frozen=True)
class ImportedCalls:
    """Canonical calls (columns of :data:`canonical.STORED_CALL_TYPES`), how they were read, what was found.

    ``points`` are of :func:`call_spots.located`; they are counted by junction and never stored.
    """

    table: pd.DataFrame
    column_map: ColumnMap
    guess: ColumnGuess
    priority_codes: tuple[str, ...]
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    n_rows: int
    left_out: LeftOut = field(default_factory=dict)
    points: pd.DataFrame | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CallSource:
    """What an import needs beside the file.

    Parameters
    ----------
    areas, known
        Canonical areas, and every name of an area to its id.
    source_crs
        Coordinate system of points that are not in degrees.
    zone
        IANA zone of the wall clock.
    roles
        Call-sign patterns.
    key
        Secret that ids are hashed with.
    unit_responses
        Table with one row a unit and call, or None.
    """

    areas: gpd.GeoDataFrame
    known: Mapping[str, str]
    source_crs: str
    zone: str
    roles: UnitRoles
    key: bytes
    unit_responses: Path | None = None


def import_calls(path: Path, column_map: ColumnMap, source: CallSource) -> ImportedCalls:
    """Read a call table.

    Parameters
    ----------
    path
        CSV, CSV.gz, XLSX or Parquet.
    column_map
        What the planner has said of columns and values; the rest is guessed from the columns' names.
    source
        Areas, zone, unit roles and key.

    Raises
    ------
    InputError
        If the table cannot be used as a whole. Rows that cannot be used are set aside and counted.
    """
    table = read_table(
        path,
        lambda header: _guess(path, header, column_map).columns.values(),
        drop_cut_row=column_map.drop_cut_row,
    )
    guess = _guess(path, table.header, column_map)
    _refuse_unknown(path, guess, table.header)
    stated = {**guess.duration_units, **column_map.duration_units}
    column_map = replace(column_map, calls=dict(guess.columns), duration_units=stated)
    notes = Notes(path.name)
    notes.findings += from_repairs(table.repairs, table.n_rows, path.name)
    said: list[str] = []
    frame, lines = _frame(table, guess), table.lines
    again = frame.duplicated().to_numpy()
    if "call_id" in frame:
        frame, lines = without(frame, lines, again, "rows that repeat another row", notes)
    else:
        notes.rows(
            "rows alike without an id to tell them apart", again, "kept as calls of their own", lines=lines
        )
    frame, lines = _left_out(frame, lines, column_map, notes)
    table_quirks(frame, guess, notes, said)
    desk_quirks(frame, source.roles, notes)
    times = call_times(frame, lines, column_map, source.zone, notes)
    undated = np.isnat(times.received_utc)
    if undated.all():
        raise InputError(
            f"{path}: not one row says when the call was received. See [calls.columns] in columns.toml."
        )
    rows = _rows(frame, lines, times, column_map, source, notes, said)
    red = bool(undated.mean() > _MOST_UNDATED_FRAC)
    rows, lines = without(rows, lines, undated, "calls without a time of receipt", notes, red=red)
    calls = one_row_a_call(rows, lines, notes, by_unit="unit" in frame)
    if source.unit_responses is not None:
        unit_notes = Notes(source.unit_responses.name)
        calls = with_unit_rows(
            calls, source.unit_responses, source.roles, source.zone, column_map, unit_notes
        )
        notes.findings += unit_notes.findings
    _count_loose_ends(calls, notes)
    codes = tuple(sorted(c for c in calls["priority_code"].unique() if c))
    stored = _stored(calls, source, path)
    gone = left_out_by_day(notes.removed, column_map, source.zone)
    findings = tuple(notes.findings)
    return ImportedCalls(
        stored, column_map, guess, codes, findings, tuple(said), table.n_rows, gone, located(calls)
    )


def _guess(path: Path, header: tuple[str, ...], column_map: ColumnMap) -> ColumnGuess:
    refuse_absent(path, header, column_map.calls, "calls")
    return guess_columns(header, "calls", column_map.calls)


def _refuse_unknown(path: Path, guess: ColumnGuess, header: tuple[str, ...]) -> None:
    """Raise InputError where no column says when a call was received."""
    ours = guess.columns
    if any(c in ours for c in ("received", "received_date", "received_time")):
        return
    placed = "area_id" in ours or ("x" in ours and "y" in ours)
    missing = "the time received" if placed else "the time received or the area"
    raise InputError(
        f"{path}: No column for {missing} was recognised; found: {', '.join(header)}. Name yours in columns.toml "
        "(--columns)."
    )


def _frame(table: Table, guess: ColumnGuess) -> pd.DataFrame:
    label = guess.columns.get("area_id")
    if label in table.date_columns:
        raise InputError(
            f"{table.path}, column {label!r} holds dates, not labels: Excel changed them. Format the column as text "
            f"and export again."
        )
    frame = pd.DataFrame({ours: table.frame[theirs] for ours, theirs in guess.columns.items()})
    for column in frame.columns.difference(["area_id", "call_id"]):
        frame[column] = frame[column].where(~frame[column].isin(_NULLS), "")
    return frame


def _left_out(
    frame: pd.DataFrame, lines: NDArray[np.int64], column_map: ColumnMap, notes: Notes
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Leave out tests, duplicates and calls cancelled before anyone was sent."""
    for reason, patterns in column_map.leave_out.items():
        try:
            pattern = re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE)
        except re.error as error:
            raise InputError(
                f"columns.toml, [calls.leave_out] {reason}: no regular expression ({error})."
            ) from error
        mask = np.zeros(len(frame), dtype=bool)
        for column in ("call_type", "disposition"):
            if column in frame and patterns:
                mask |= _contains(frame[column], pattern)
        if reason == "duplicate" and "duplicate_of" in frame:
            mask |= ~frame["duplicate_of"].str.strip().str.casefold().isin(_OF_NONE).to_numpy()
        if reason == "cancelled":
            for column in ("dispatched", "dispatched_time", "arrived", "arrived_time"):
                if column in frame:
                    mask &= (frame[column].str.strip() == "").to_numpy()
        frame, lines = without(frame, lines, mask, f"{reason} calls", notes)
    if len(frame) == 0:
        raise InputError(
            f"{notes.source}: every row is a test, duplicate or cancelled call. See [calls.leave_out]."
        )
    return frame, lines


def _contains(text: pd.Series, pattern: re.Pattern[str]) -> NDArray[np.bool_]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a pattern with brackets could also extract
        return text.str.contains(pattern).to_numpy(dtype=bool)


def _rows(
    frame: pd.DataFrame,
    lines: NDArray[np.int64],
    times: CallTimes,
    column_map: ColumnMap,
    source: CallSource,
    notes: Notes,
    said: list[str],
) -> pd.DataFrame:
    """Return the rows of the table in our terms, one a row of the file."""
    n = len(frame)
    ids = clean_ids(frame["call_id"]) if "call_id" in frame else pd.Series([""] * n, dtype="str")
    unnamed = (ids == "").to_numpy()
    notes.rows("calls without an id", unnamed, "kept as calls of their own", lines=lines)
    ids = ids.where(~unnamed, pd.Series([f"row {k}" for k in lines.tolist()], dtype="str"))
    call_type = code_column(frame, "call_type", MOST_TYPES, notes)
    busy_s = capped(times.busy_s, call_type, lines, column_map, notes)
    on_scene_s, first_s, last_s, report_s = (
        capped(seconds, call_type, lines, column_map, None)
        for seconds in (times.on_scene_s, times.first_clear_s, times.last_clear_s, times.report_s)
    )
    notes.rows("calls with no time on scene", on_scene_s == 0, "kept: closed in bulk, or no one was there")
    time = patrol_time(frame, lines, busy_s, source.roles, notes, said)
    for duration in DURATIONS:
        if duration in column_map.calls and duration not in column_map.duration_units:
            rule = f"duration column {column_map.calls[duration]!r} without a unit"
            notes.add(
                rule, n, 0, f"not used: give its unit in columns.toml, [calls.duration_units] {duration}"
            )
    area_id = call_areas(frame, lines, source.areas, source.known, source.source_crs, notes)
    return pd.DataFrame(
        {
            "call_id": ids,
            "received_utc": times.received_utc,
            "area_id": area_id,
            "priority_code": code_column(frame, "priority", MOST_CODES, notes),
            "call_type": call_type,
            "origin": origins(frame, column_map, notes, said),
            "n_units": time.n_units,
            "dispatch_delay_s": times.dispatch_delay_s,
            "travel_s": times.travel_s,
            "response_s": times.response_s,
            "on_scene_s": on_scene_s,
            "unit_s": time.unit_s,
            "first_clear_s": first_s,
            "last_clear_s": last_s,
            "report_s": report_s,
            **stretch_of(times),
            **own_points(frame, area_id, source.areas, source.source_crs),
        }
    )


def _count_loose_ends(calls: pd.DataFrame, notes: Notes) -> None:
    n = len(calls)
    action = "no response time is read from them"
    call_quirks(calls, notes)
    delay, response = (calls[c].to_numpy(dtype=float) for c in ("dispatch_delay_s", "response_s"))
    unsent = np.isnan(delay)
    at_once = int((unsent & ~np.isnan(response)).sum())
    begun = f"{at_once:,} of them were arrived at: work that officers began themselves, or taken without being sent"
    notes.rows("calls without a time of dispatch", unsent, begun if at_once else action)
    notes.add("calls without a time of arrival", calls["response_s"].isna().sum(), n, action)
    notes.add("calls without a time of clear", calls["unit_s"].isna().sum(), n, "their time must be assumed")
    received = pd.DatetimeIndex(calls["received_utc"])
    months = np.unique(calls["received_utc"].to_numpy().astype("datetime64[M]"))
    spanned = np.arange(months[0], months[-1] + np.timedelta64(1, "M"))
    empty = [str(m) for m in np.setdiff1d(spanned, months)]
    action = "a gap in the export?"
    hollow = len(empty) >= _FEWEST_EMPTY_MONTHS and len(empty) > 0.5 * len(spanned)
    if hollow:
        apart = f"{months[0]} and {months[-1]}"
        action = (
            f"calls lie between {apart}, most months empty: every weekly figure shrinks. Is a year mistyped?"
        )
    notes.add("months without a call", len(empty), len(spanned), action, examples=empty, red=hollow)
    weekly = pd.Series(1, index=received).resample("7D").sum().iloc[:-1]
    if len(weekly) >= 8 and weekly.median() >= 50:
        step = weekly.rolling(4).median().pct_change(4).abs().max()
        action = f"calls a week change by {percent_text(step, 0)} within two months: did the export change, or demand?"
        notes.add("step in the number of calls", int(step > 0.3), 0, action)


def _stored(calls: pd.DataFrame, source: CallSource, path: Path) -> pd.DataFrame:
    received = calls["received_utc"].to_numpy().astype("datetime64[s]")
    table = calls.assign(
        call_id=hashed(calls["call_id"], source.key),
        received_at=pd.DatetimeIndex(received).floor("min").tz_localize("UTC").as_unit("ns"),
        hour_of_week=hour_of_week(received, source.zone),
        priority=np.int8(0),
        n_units=calls["n_units"].clip(upper=np.iinfo(np.int16).max),
    )
    table = table.sort_values(["received_at", "call_id"], ignore_index=True)
    return names.typed(table, names.STORED_CALL_TYPES, str(path))
