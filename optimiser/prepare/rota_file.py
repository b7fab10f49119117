"""Today's rota from a file: ``start,hours`` (or ``start,end``) and a column of officers for each day of the week."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimiser.data.read import read_table
from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsPlan
from optimiser.problems.shifts.plan import staffing_key
from optimiser.units import DAY_NAMES, HOURS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE, time_of_day

ROTA_FILE = "rota.csv"
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_SAID = 20
_CLOCK = re.compile(r"(\d{1,2})(?::?(\d{2}))?")


@dataclass(frozen=True, slots=True)
class RotaLine:
    """One shift of a rota: start and length in seconds, officers by day, Monday first."""

    start_s: float
    length_s: float
    officers: tuple[int, ...]

    @property
    def name(self) -> str:
        """The shift's id, as in the catalogue of shifts on offer: ``"07:00+8h"``."""
        return f"{time_of_day(self.start_s)}+{self.length_s / SECONDS_PER_HOUR:g}h"


def clock_s(text: str) -> float | None:
    """Return a time of day in seconds: ``7``, ``07:00``, ``0730``, ``24:00``; None where it is none."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    total = hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE
    return total if minute < 60 and total <= HOURS_PER_DAY * SECONDS_PER_HOUR else None


def read_rota(path: Path) -> tuple[RotaLine, ...]:
    """Read a rota; days without a column have nobody.

    Raises
    ------
    InputError
        Naming every line and column that cannot be: no time of day, a shift longer than the day, officers that are
        no whole number of 0 or more, a shift given twice.
    """
    table = read_table(path, lambda header: [name for name in header if _column(name)])
    frame = table.frame.rename(columns=_column)
    columns = set(frame.columns)
    twice = sorted({c for c in columns if list(frame.columns).count(c) > 1})
    if twice:
        raise InputError(f"{path}, line 1: column {', '.join(twice)} stands twice.")
    days = [d for d in DAY_NAMES if d in columns]
    if "start" not in columns or not {"hours", "end"} & columns or not days:
        raise InputError(
            f"{path}, line 1: a rota needs columns start, hours (or end) and days ({', '.join(DAY_NAMES)}); "
            f"found {', '.join(map(str, frame.columns)) or 'none of them'}."
        )
    lines: list[RotaLine] = []
    faults: list[str] = []
    for number, row in zip(table.lines, frame.to_dict("records"), strict=True):
        cells = {str(k): str(v).strip() for k, v in row.items()}
        line, wrong = _line(cells, days)
        if line is not None and line.name in {known.name for known in lines}:
            wrong = [f"shift {line.name} again"]
        faults += [f"line {number}: {fault}" for fault in wrong]
        if line is not None and not wrong:
            lines.append(line)
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:_MOST_SAID])}.")
    if not lines:
        raise InputError(f"{path} holds no shift.")
    return tuple(lines)


def _column(name: str) -> str:
    """Return which column a header means, whatever its case (``mon`` and ``Monday`` are ``Mon``); "" for none."""
    text = name.strip().casefold()
    for known in ("start", "hours", "end"):
        if text == known:
            return known
    return next((d for d, full in zip(DAY_NAMES, _FULL, strict=True) if text in (d.casefold(), full)), "")


def _line(cells: Mapping[str, str], days: Sequence[str]) -> tuple[RotaLine | None, list[str]]:
    start = clock_s(cells["start"])
    if start is None or start >= HOURS_PER_DAY * SECONDS_PER_HOUR:
        return None, [f"start {cells['start']!r} is no time of day, as 07:00"]
    length, faults = _length(cells, start)
    officers = []
    for day in DAY_NAMES:
        text = cells.get(day, "") or "0"
        if not (text.isascii() and text.isdigit()):
            faults.append(f"{day} {text!r} is no whole number of officers, 0 or more")
            continue
        officers.append(int(text))
    return (None if faults else RotaLine(start, length, tuple(officers))), faults


def _length(cells: Mapping[str, str], start: float) -> tuple[float, list[str]]:
    day = HOURS_PER_DAY * SECONDS_PER_HOUR
    if cells.get("hours"):
        try:
            length = float(cells["hours"].replace(",", ".")) * SECONDS_PER_HOUR
        except ValueError:
            return 0.0, [f"hours {cells['hours']!r} is no number"]
    else:
        end = clock_s(cells.get("end", ""))
        if end is None:
            return 0.0, [f"neither hours nor a time of day as end ({cells.get('end', '')!r})"]
        length = (end - start) % day or day
    if not 0 < length <= day:
        return 0.0, [f"a shift of {length / SECONDS_PER_HOUR:g} h; a shift is longer than 0 and at most 24 h"]
    return length, []


def rota_plan(lines: Sequence[RotaLine]) -> ShiftsPlan:
    """Return a rota as a plan, by the shifts' names in the catalogue."""
    return ShiftsPlan(
        {staffing_key(line.name, d): n for line in lines for d, n in enumerate(line.officers) if n}
    )
