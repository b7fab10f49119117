"""Who was really on duty, and what units did beside calls: two tables that come later than the call extract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data import canonical as names
from optimiser.data.call_rows import MOST_CODES, MOST_TYPES, code_column
from optimiser.data.call_units import PATROL, ROLES, UnitRoles
from optimiser.data.columns import ColumnGuess, guess_columns, refuse_absent
from optimiser.data.columns_file import ColumnMap
from optimiser.data.figures import parse_numbers
from optimiser.data.keys import hashed
from optimiser.data.labels import clean_ids, sayable
from optimiser.data.quality import Finding, Notes, from_repairs
from optimiser.data.read import read_table
from optimiser.data.stretches import ends_of_next, stretches, without_overlap
from optimiser.errors import InputError

LONGEST_DUTY_H = 24.0
MOST_OFFICERS = 500
ASK = {
    "duty": (
        "Ask the roster or dispatch system for a report of who was really on duty: officer or call sign, role, "
        "sector, time on and time off, one row a turn of duty (not the planned roster)."
    ),
    "unit_status": (
        "Ask the dispatch system for its unit history: call sign, status, from and to, one row each time a unit "
        "changes status, also when it is on no call."
    ),
}

Table = Literal["duty", "unit_status"]


@dataclass(frozen=True)
class TimeSource:
    """What an import needs beside the file.

    Parameters
    ----------
    roles
        Call-sign patterns, for rows whose role is not said.
    zone
        IANA zone of the wall clock.
    key
        Secret that call signs are hashed with; officers' keys are not stored at all.
    sectors
        Names of beats and districts.
    """

    roles: UnitRoles
    zone: str
    key: bytes
    sectors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ImportedTime:
    """One of the two tables in canonical form, how it was read, what was found."""

    table: pd.DataFrame
    guess: ColumnGuess
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    n_rows: int


def import_time(kind: Table, path: Path, column_map: ColumnMap, source: TimeSource) -> ImportedTime:
    """Read a duty table or a table of unit statuses.

    Parameters
    ----------
    kind
        ``duty`` or ``unit_status``.
    path
        CSV, XLSX or Parquet: a key, from and to; a role, a sector and a number of officers where there are.
    column_map
        What the planner has said of its columns; the rest is guessed from their names.
    source
        Unit roles, zone, key, names of sectors.

    Raises
    ------
    InputError
        If the table does not tell who and from when to when; it names the report to ask for. Rows that cannot be
        used are set aside and counted.
    """
    given = column_map.duty if kind == "duty" else column_map.unit_status
    header = read_table(path, ()).header
    refuse_absent(path, header, given, kind)
    guess = guess_columns(header, kind, given)
    _refuse(kind, path, header, guess)
    table = read_table(path, set(guess.columns.values()))
    notes = Notes(path.name)
    notes.findings += from_repairs(table.repairs, table.n_rows, path.name)
    frame = pd.DataFrame({ours: table.frame[theirs] for ours, theirs in guess.columns.items()})
    lines = table.lines
    again = frame.duplicated().to_numpy()
    notes.rows(f"{_ROW[kind]} rows that repeat another row", again, "left out", lines=lines)
    frame, lines = frame[~again].reset_index(drop=True), lines[~again]
    said: list[str] = []
    rows = _rows(kind, frame, lines, source, notes, said)
    time = stretches(
        frame, lines, source.zone, column_map.date_order, notes, longest_h=LONGEST_DUTY_H, what=_ROW[kind]
    )
    if kind == "unit_status":
        time = ends_of_next(time, rows["who"], LONGEST_DUTY_H, notes, said)
    keep = time.sound
    if not keep.any():
        raise InputError(f"{path}: not one row says from when to when. {ASK[kind]}")
    rows = rows[keep].reset_index(drop=True)
    start, end = without_overlap(rows["who"], time.start[keep], time.end[keep], notes, _ROW[kind])
    longer = end > start
    stored = rows[longer].assign(
        unit_key=hashed(rows["unit"][longer], source.key),
        start_at=_utc(start[longer]),
        end_at=_utc(end[longer]),
    )
    stored["unit_key"] = stored["unit_key"].where(rows["unit"][longer] != "", "")
    types = names.DUTY_TYPES if kind == "duty" else names.UNIT_STATUS_TYPES
    stored = stored.sort_values(["start_at", "end_at", "unit_key"], ignore_index=True)
    return ImportedTime(
        names.typed(stored, types, str(path)), guess, tuple(notes.findings), tuple(said), table.n_rows
    )


def import_times(
    raw: Mapping[Table, Path | None], column_map: ColumnMap, source: TimeSource
) -> dict[str, ImportedTime]:
    """Read those of the two tables that are given."""
    return {
        kind: import_time(kind, path, column_map, source) for kind, path in raw.items() if path is not None
    }


_ROW = {"duty": "duty", "unit_status": "status"}


def _refuse(kind: Table, path: Path, header: tuple[str, ...], guess: ColumnGuess) -> None:
    got = guess.columns
    missing = [] if "officer" in got or "unit" in got else ["the officer or call sign"]
    missing += [] if "start" in got else ["the time from"]
    missing += [] if "end" in got or kind == "unit_status" else ["the time to"]
    missing += [] if kind == "duty" or "status" in got else ["the status"]
    if missing:
        raise InputError(
            f"{path}, line 1: no column for {', '.join(missing)} was recognised; found: {', '.join(header)}. Name "
            f"yours in columns.toml, [{kind}.columns]. {ASK[kind]}"
        )


def _rows(
    kind: Table,
    frame: pd.DataFrame,
    lines: NDArray[np.int64],
    source: TimeSource,
    notes: Notes,
    said: list[str],
) -> pd.DataFrame:
    """Return who each row is about, in our terms."""
    n = len(frame)
    none = pd.Series([""] * n, dtype="str")
    unit = clean_ids(frame["unit"]) if "unit" in frame else none
    officer = clean_ids(frame["officer"]) if "officer" in frame else none
    nobody = ((unit == "") & (officer == "")).to_numpy()
    notes.rows(f"{_ROW[kind]} rows without a key", nobody, "kept, each as somebody of its own", lines=lines)
    own = pd.Series([f"row {k}" for k in lines.tolist()], dtype="str")
    who = ("o " + officer).where(officer != "", ("u " + unit).where(unit != "", own))
    rows = pd.DataFrame({"who": who, "unit": unit})
    rows["role"] = _roles(kind, frame, unit, source.roles, notes, said)
    rows["sector"] = _sectors(code_column(frame, "sector", MOST_TYPES, notes), source.sectors, notes)
    rows["n_officers"] = _officers(kind, frame, lines, notes, said)
    if kind == "unit_status":
        rows["status"] = code_column(frame, "status", 5 * MOST_CODES, notes)
    return rows


def _sectors(label: pd.Series, known: frozenset[str], notes: Notes) -> pd.Series:
    """Keep names of sectors, and labels that name nobody."""
    counts = {str(k): int(v) for k, v in label.value_counts().items() if k}
    told = known | {s for s, n in counts.items() if sayable({s: n}) == (s,)}
    odd = ((label != "") & ~label.isin(told)).to_numpy()
    notes.rows("sectors that no beat or district is called, and that may name somebody", odd, "left empty")
    return label.where(~odd, "")


def _roles(
    kind: Table, frame: pd.DataFrame, unit: pd.Series, roles: UnitRoles, notes: Notes, said: list[str]
) -> NDArray[np.object_]:
    """Role of each row: as its own column says, else by the call-sign patterns, else patrol where neither is given."""
    stated = "role" in frame and bool((frame["role"].str.strip() != "").any())
    if not stated and not roles.patterns:
        said.append(
            f"No role in the {_ROW[kind]} table and no units file: everybody in it is taken as patrol."
        )
        return np.full(len(frame), PATROL, dtype=object)
    text = frame["role"] if stated else pd.Series([""] * len(frame), dtype="str")
    word = text.str.strip().str.casefold().str.replace("_", " ")
    found = word.where(word.isin(ROLES), "")
    if roles.patterns:
        by_sign = unit.map({s: roles.role(s) for s in unit.unique() if s}).fillna("")
        found = found.where(found != "", by_sign)
    lost = (found == "").to_numpy()
    action = (
        f"not counted as patrol: name each as one of {', '.join(ROLES)}, or by a pattern in the units file"
    )
    notes.rows(f"{_ROW[kind]} rows whose role is not known", lost, action, red=bool(lost.all()))
    return found.to_numpy(dtype=object)


def _officers(
    kind: Table, frame: pd.DataFrame, lines: NDArray[np.int64], notes: Notes, said: list[str]
) -> NDArray[np.int64]:
    if "n_officers" not in frame:
        if kind == "duty" and "officer" not in frame:
            said.append("Officers in a unit unknown: each row of the duty table is one officer.")
        return np.ones(len(frame), dtype=np.int64)
    values, wrong = parse_numbers(frame["n_officers"])
    bad = wrong | (values < 0) | (values > MOST_OFFICERS) | ((values != np.floor(values)) & ~np.isnan(values))
    notes.rows("numbers of officers that are no count", bad, "taken as 1", lines=lines)
    return np.where(bad | np.isnan(values), 1.0, values).astype(np.int64)


def _utc(moment: NDArray[np.datetime64]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(moment).floor("min").tz_localize("UTC").as_unit("ns")
