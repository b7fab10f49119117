"""Whose car spent how long where: unit rows of calls with the home of each call sign. Nothing of it is stored."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser import units
from optimiser.data.call_times import call_times
from optimiser.data.columns import guess_columns
from optimiser.data.columns_file import ColumnMap
from optimiser.data.labels import match_labels
from optimiser.data.quality import Notes
from optimiser.data.read import read_table
from optimiser.errors import InputError

_SPLIT = re.compile(r"[+,;/|\s]+")
_SIGN = ("call_sign", "unit", "unit_id", "pattern")
_HOME = ("beat_id", "beat", "sector", "district_id", "district")
REPORT = (
    "Ask the dispatch system for a report with one row a unit and call: incident number, call sign, dispatched, "
    "cleared and the reporting area; or for the calls with the list of their units."
)


@dataclass(frozen=True, eq=False)
class UnitWork:
    """Rows of one unit on one call.

    Parameters
    ----------
    area_id, home
        Area of the call, and home beat of its unit, as text; "" where the unit has no home, each of shape (m,).
    busy_s
        Seconds from dispatch to clear, shape (m,).
    left_out
        Rows without a known area or time.
    """

    area_id: NDArray[np.object_]
    home: NDArray[np.object_]
    busy_s: NDArray[np.float64]
    left_out: int


def read_homes(path: Path, sectors: Collection[str] = ()) -> dict[str, str]:
    """Read the home of each call sign: a column ``call_sign`` and one of beat_id, sector or district_id.

    Where there are several, the one that names most of ``sectors`` is taken.

    Raises
    ------
    InputError
        Naming missing columns, and call signs given to two homes.
    """
    header = read_table(path).header
    lower = {h.casefold(): h for h in reversed(header)}
    sign = next((lower[n] for n in _SIGN if n in lower), None)
    levels = [lower[n] for n in _HOME if n in lower]
    if len(levels) > 1:
        cells = read_table(path, levels).frame
        levels.sort(key=lambda c: -len({str(v).strip() for v in cells[c]} & set(sectors)))
    home = levels[0] if levels else None
    if sign is None or home is None:
        raise InputError(
            f"{path}, line 1: it needs call_sign and beat_id (or district_id); it has {', '.join(header)}."
        )
    table = read_table(path, (sign, home))
    found: dict[str, str] = {}
    faults = []
    for line, name, to in zip(table.lines, table.frame[sign], table.frame[home], strict=True):
        key, where = name.strip().upper(), to.strip()
        if where and found.setdefault(key, where) != where:
            faults.append(f"line {line}: {name!r} has two homes, {found[key]!r} and {where!r}")
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:20])}.")
    return found


def read_unit_work(
    path: Path, homes: Mapping[str, str], known: Mapping[str, str], column_map: ColumnMap, zone: str
) -> UnitWork:
    """Read the work of units from a table of calls with their units, or of unit rows.

    Parameters
    ----------
    homes
        Of :func:`read_homes`.
    known
        Every name of an area to its id.
    column_map, zone
        How the project reads its calls.

    Raises
    ------
    InputError
        If the table does not say which unit was where and how long; it names the report to ask for.
    """
    header = read_table(path, ()).header
    given = {ours: theirs for ours, theirs in column_map.calls.items() if theirs in header}
    guess = guess_columns(header, "calls", given)
    sign = next((c for c in ("unit", "units") if c in guess.columns), None)
    missing = [c for c in ("area_id", "dispatched", "cleared") if c not in guess.columns]
    if sign is None or missing:
        lacks = ", ".join([*missing, *(["unit"] if sign is None else [])])
        raise InputError(f"{path} does not tell {lacks}; it has {', '.join(header)}. {REPORT}")
    table = read_table(path, set(guess.columns.values()))
    frame = pd.DataFrame({ours: table.frame[theirs] for ours, theirs in guess.columns.items()})
    if "received" not in frame:
        frame["received"] = frame["dispatched"]
    plain = replace(column_map, calls={k: v for k, v in guess.columns.items() if k in column_map.calls})
    busy_s = call_times(frame, table.lines, plain, zone, Notes(path.name)).busy_s
    area = match_labels(frame["area_id"], known).area_id.astype(str)
    longest_s = units.seconds_from_hours(column_map.default_cap_h)
    sound = (area != "") & np.isfinite(busy_s) & (busy_s > 0)
    signs = [{s for s in _SPLIT.split(str(text).upper()) if s} for text in frame[sign]]
    rows = [(k, s) for k in np.flatnonzero(sound).tolist() for s in sorted(signs[k])]
    at = np.array([k for k, _ in rows], dtype=np.int64)
    return UnitWork(
        area[at] if at.size else np.zeros(0, dtype=object),
        np.array([homes.get(s, "") for _, s in rows], dtype=object),
        np.minimum(busy_s[at], longest_s) if at.size else np.zeros(0),
        int((~sound).sum()),
    )
