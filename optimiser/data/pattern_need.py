"""Who is needed on which shift of the week: a small table of a planner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.data.read import read_exact
from optimiser.errors import InputError
from optimiser.units import DAY_KEYS, HOURS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE

COLUMNS = ("shift", "start", "hours", *DAY_KEYS)
_MOST_FAULTS = 20
_MOST_OFFICERS = 10_000


@dataclass(frozen=True, eq=False)
class PatternNeed:
    """Shifts with start and length in seconds, shape (S,), and officers needed by day of the week, shape (S, 7)."""

    shift_ids: tuple[str, ...]
    start_s: NDArray[np.float64]
    length_s: NDArray[np.float64]
    need: NDArray[np.int64]


def read_pattern_need(path: Path) -> PatternNeed:
    """Read ``shift,start,hours,mon,tue,wed,thu,fri,sat,sun``; start as ``07:00``.

    Raises
    ------
    InputError
        Naming, all together, rows whose shift, start, length or numbers cannot be.
    """
    if not path.is_file():
        raise InputError(
            f"{path} is missing. Give a table with the columns {', '.join(COLUMNS)}: a row for each shift, how many "
            "officers (or teams) it needs on each day."
        )
    table = read_exact(path, by_hand=True)
    lower = {h.strip().casefold(): h for h in reversed(table.header)}
    missing = [c for c in COLUMNS if c not in lower]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; it has {', '.join(table.header)}.")
    cells = [table.frame[lower[c]].astype(str).str.strip() for c in COLUMNS]
    ids: list[str] = []
    rows, faults = [], []
    for line, name, start, hours, *counts in zip(table.lines, *cells, strict=True):
        start_s, length_s = clock_s(start), _hours_s(hours)
        bad = [c for c in counts if not (c.isascii() and c.isdigit() and int(c) <= _MOST_OFFICERS)]
        if not name or name in ids:
            faults.append(f"line {line}: shift {name!r} {'stands twice' if name else 'has no name'}")
        elif start_s is None:
            faults.append(f"line {line}: start {start!r} is no time of day as 07:00")
        elif length_s is None:
            faults.append(f"line {line}: {hours!r} hours; a shift lasts more than 0 and at most 24 hours")
        elif bad:
            faults.append(f"line {line}: {bad[0]!r} is no whole number of officers of 0 or more")
        else:
            ids.append(name)
            rows.append((start_s, length_s, [int(c) for c in counts]))
    if not rows and not faults:
        faults.append("there is no row under the heading")
    if faults:
        more = f" and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise InputError(f"{path}: {'; '.join(faults[:_MOST_FAULTS])}{more}.")
    return PatternNeed(
        tuple(ids),
        np.array([r[0] for r in rows]),
        np.array([r[1] for r in rows]),
        np.array([r[2] for r in rows], dtype=np.int64),
    )


def clock_s(text: str) -> float | None:
    """Return seconds since midnight of ``07:00``, None for what is no time of day."""
    hour, sign, minute = text.partition(":")
    if not sign or not (hour.isdigit() and minute.isdigit() and text.isascii()):
        return None
    if int(hour) >= HOURS_PER_DAY or int(minute) >= 60 or len(minute) != 2:
        return None
    return int(hour) * SECONDS_PER_HOUR + int(minute) * SECONDS_PER_MINUTE


def _hours_s(text: str) -> float | None:
    try:
        hours = float(text)
    except ValueError:
        return None
    return round(hours * SECONDS_PER_HOUR) if 0 < hours <= HOURS_PER_DAY else None
