"""Service times alone: minutes of dispatch, travel and scene without date, place or priority.

Where the call extract says nothing of when a call was over, such a report of another kind (or, said so, of another
force) gives the distribution. Each row is one response.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser import units
from optimiser.data import canonical as names
from optimiser.data.columns import ColumnGuess, guess_columns, refuse_absent
from optimiser.data.columns_file import UNITS, ColumnMap
from optimiser.data.duty import ImportedTime
from optimiser.data.figures import parse_numbers
from optimiser.data.quality import Notes, from_repairs
from optimiser.data.read import read_table
from optimiser.errors import InputError

PARTS = ("intake", "dispatch_delay", "travel", "response", "on_scene", "total")
_PER_UNIT_S = {"s": 1.0, "min": units.SECONDS_PER_MINUTE, "h": units.SECONDS_PER_HOUR}
_SAME_S = 10.0
"""Sums of minutes given to a tenth differ by up to this."""
ASK = (
    "Ask the dispatch system for one row a call with the minutes from dispatch to arrival and on scene, and best for "
    "the times themselves."
)


def import_service_times(path: Path, column_map: ColumnMap, unit: str) -> ImportedTime:
    """Read a table of durations.

    Parameters
    ----------
    unit
        ``s``, ``min`` or ``h``; "" where the columns' names say it.

    Raises
    ------
    InputError
        If no column of time on scene or in total is known, or nobody says its unit.
    """
    header = read_table(path, ()).header
    refuse_absent(path, header, column_map.service_times, "service_times")
    guess = guess_columns(header, "service_times", column_map.service_times)
    guess = replace(guess, columns={k: v for k, v in guess.columns.items() if k in PARTS})
    if not {"on_scene", "total"} & set(guess.columns):
        raise InputError(
            f"{path}, line 1: no column for the time on scene or in total was recognised; found: {', '.join(header)}. "
            f"Name yours in columns.toml, [service_times.columns]. {ASK}"
        )
    of = {part: guess.duration_units.get(part) or unit for part in guess.columns}
    silent = [guess.columns[p] for p, u in of.items() if u not in UNITS]
    if silent:
        raise InputError(
            f"{path}: nobody says the unit of {', '.join(silent)}. Give --duration-unit s, min or h."
        )
    table = read_table(path, set(guess.columns.values()))
    notes = Notes(path.name)
    notes.findings += from_repairs(table.repairs, table.n_rows, path.name)
    frame = pd.DataFrame({ours: table.frame[theirs] for ours, theirs in guess.columns.items()})
    seconds = {}
    for part in PARTS:
        if part not in frame:
            seconds[part] = np.full(len(frame), np.nan)
            continue
        values, wrong = parse_numbers(frame[part])
        notes.rows(f"{part}: not a number", wrong, "taken as missing", lines=table.lines)
        seconds[part] = values * _PER_UNIT_S[of[part]]
    _quirks(frame, header, seconds, notes)
    stored = pd.DataFrame({f"{part}_s": np.where(v < 0, np.nan, v) for part, v in seconds.items()})
    said = [
        f"Service times come from {path.name}, which knows no date, place or priority: one distribution for all calls."
    ]
    typed = names.typed(stored, names.SERVICE_TYPES, str(path))
    return ImportedTime(typed, guess, tuple(notes.findings), tuple(said), table.n_rows)


def drawn_s(table: pd.DataFrame) -> NDArray[np.float64]:
    """Seconds of a unit on each response to a call (travel and scene) in a stored table of service times.

    Officers' own work shows no response; it is none of them.
    """
    called = (table["response_s"] > 0) & (table["on_scene_s"] > 0)
    seconds = table["travel_s"].fillna(0.0) + table["on_scene_s"]
    return seconds[called].to_numpy(dtype=np.float64)


def _quirks(
    frame: pd.DataFrame, header: tuple[str, ...], seconds: dict[str, NDArray[np.float64]], notes: Notes
) -> None:
    """Count what makes such a table less than it seems."""
    n = len(frame)
    as_calls = guess_calls(header)
    lacking = [w for w, ours in _TELLING.items() if not set(ours) & set(as_calls.columns)]
    action = f"no {', '.join(lacking)} in it: one distribution for all calls and hours"
    notes.add("service times without date, place or priority", n if lacking else 0, n, action)
    for part, values in seconds.items():
        notes.rows(f"{part}: below nothing", values < 0, "the duration is taken as missing")
    response = seconds["response"]
    zero = response == 0
    notes.rows(
        "service times with a response of nothing",
        zero,
        "officers were there: work that they began themselves",
    )
    again = frame.duplicated().to_numpy()
    rest = int((again & ~zero).sum())
    action = f"kept: without an id calls may be alike; {rest:,} of them have a response above 0"
    notes.rows("service times that repeat another row", again, action)
    whole = response + seconds["on_scene"]
    total = seconds["total"]
    fits = np.abs(total - whole) <= _SAME_S
    if np.isfinite(total).any():
        notes.rows(
            "service times whose total is response and scene",
            fits,
            "total is the sum of the two, as it should",
        )
        off = np.isfinite(total) & np.isfinite(whole) & ~fits
        notes.rows("service times whose total is another", off, "both are kept")
        notes.rows(
            "service times without one of the three", ~(np.isfinite(total) & np.isfinite(whole)), "kept"
        )
    long = np.nan_to_num(total) > units.seconds_from_hours(4)
    notes.rows(
        "service times over four hours",
        long,
        "kept: a source that cuts them off knows less of rare, long calls",
    )


_TELLING = {
    "date": ("received", "received_date", "dispatched"),
    "place": ("area_id", "x", "y"),
    "priority": ("priority",),
}


def guess_calls(header: tuple[str, ...]) -> ColumnGuess:
    """Say what the table would tell were it one of calls; columns that are durations here are none of a date."""
    own = set(guess_columns(header, "service_times").columns.values())
    return guess_columns(tuple(h for h in header if h not in own), "calls")
