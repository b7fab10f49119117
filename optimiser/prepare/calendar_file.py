"""The calendar of abstraction: court, training, events and leave by date, and what it takes from a dated week.

A row of ``calendar.csv``: ``from,to,kind,officers`` and, where it is not all day, ``from_time,to_time``; where the
officers are one sector's or district's, ``sector``. Court, training and events take officers who are on the rota then;
leave takes officers off the rota, up to its cap. The whole force misses the officers of every row, a sector its own.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.data.read import read_table
from optimiser.errors import InputError
from optimiser.prepare.rota_file import clock_s
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

CALENDAR_FILE = "calendar.csv"
KINDS = ("court", "training", "event", "leave")
DAYS = 7
DAY_S = HOURS_PER_DAY * SECONDS_PER_HOUR
_COLUMNS = ("from", "to", "kind", "officers", "from_time", "to_time", "sector")
_MOST_SAID = 20


@dataclass(frozen=True, slots=True)
class Abstraction:
    """Officers away on each of these dates, from and to times of day in seconds (past midnight not).

    ``sector`` says whose they are; "" where that is not told.
    """

    first: dt.date
    last: dt.date
    kind: str
    officers: int
    from_s: float = 0.0
    to_s: float = DAY_S
    sector: str = ""

    def days(self) -> int:
        """Days that it lasts."""
        return (self.last - self.first).days + 1


def read_calendar(path: Path) -> tuple[Abstraction, ...]:
    """Read a calendar of one year.

    Raises
    ------
    InputError
        Naming every line that cannot be: no date, an end before its start, times that are none, officers that are no
        whole number above 0, a kind that there is not, or dates beyond the year that the calendar begins in.
    """
    table = read_table(path, _COLUMNS)
    missing = [c for c in _COLUMNS[:4] if c not in table.frame.columns]
    if missing:
        raise InputError(
            f"{path}, line 1: no column {', '.join(missing)}; a calendar has {', '.join(_COLUMNS)}."
        )
    found: list[Abstraction] = []
    faults: list[str] = []
    for number, row in zip(table.lines, table.frame.to_dict("records"), strict=True):
        entry, wrong = _entry({str(k): str(v).strip() for k, v in row.items()})
        faults += [f"line {number}: {fault}" for fault in wrong]
        if entry is not None:
            found.append(entry)
            year = found[0].first.year
            if entry.first.year != year or entry.last.year != year:
                faults.append(
                    f"line {number}: {entry.kind} from {entry.first} to {entry.last} lies beyond the calendar's year "
                    f"{year}; split it at the turn of the year, a file for each"
                )
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:_MOST_SAID])}.")
    return tuple(found)


def _entry(cells: Mapping[str, str]) -> tuple[Abstraction | None, list[str]]:
    faults, dates = [], []
    for column in ("from", "to"):
        text = cells.get(column) or cells["from"]
        try:
            dates.append(dt.date.fromisoformat(text))
        except ValueError:
            faults.append(f"{column} {text!r} is no date, as 2026-07-14")
    kind = cells["kind"].casefold()
    if kind not in KINDS:
        faults.append(f"kind {cells['kind']!r} is none of {', '.join(KINDS)}")
    officers = cells["officers"]
    if not (officers.isascii() and officers.isdigit() and int(officers) > 0):
        faults.append(f"officers {officers!r} is no whole number above 0")
    times = [clock_s(cells.get(c) or default) for c, default in (("from_time", "0"), ("to_time", "24"))]
    if times[0] is None or times[1] is None or not times[0] < times[1]:
        faults.append(
            f"{cells.get('from_time', '')!r} to {cells.get('to_time', '')!r} is no part of a day, as 09:00 to 17:00"
        )
    if not faults and dates[1] < dates[0]:
        faults.append(f"it ends on {dates[1]}, before it starts on {dates[0]}")
    if faults:
        return None, faults
    assert times[0] is not None
    assert times[1] is not None
    sector = cells.get("sector", "")
    return Abstraction(dates[0], dates[1], kind, int(officers), times[0], times[1], sector), []


def monday_of(date: dt.date) -> dt.date:
    """Return the Monday of a date's week."""
    return date - dt.timedelta(days=date.weekday())


def of_sector(entries: Sequence[Abstraction], sector: str, sectors: Iterable[str]) -> tuple[Abstraction, ...]:
    """Return the entries of one sector.

    Raises
    ------
    InputError
        If an entry names a sector that is none of ``sectors``.
    """
    known = sorted(set(sectors))
    strange = sorted({e.sector for e in entries if e.sector and e.sector not in known})
    if strange:
        raise InputError(
            f"{CALENDAR_FILE} names sector {', '.join(strange[:8])}, which the plan does not have; its sectors are "
            f"{', '.join(known[:12])}."
        )
    return tuple(e for e in entries if e.sector == sector)


def away_in_week(entries: Sequence[Abstraction], monday: dt.date, slot_s: int) -> NDArray[np.int64]:
    """Return officers at court, training and events in each slot of a dated week, shape (T,).

    A slot that an entry touches is counted in full: an officer cannot be half away.
    """
    per_day = round(DAY_S) // slot_s
    away = np.zeros((DAYS, per_day), dtype=np.int64)
    for entry in entries:
        if entry.kind == "leave":
            continue
        first, last = math.floor(entry.from_s / slot_s), math.ceil(entry.to_s / slot_s)
        for day in range(DAYS):
            if entry.first <= monday + dt.timedelta(days=day) <= entry.last:
                away[day, first:last] += entry.officers
    return away.ravel()


def on_leave(entries: Sequence[Abstraction], date: dt.date) -> int:
    """Return officers on leave on a date."""
    return sum(e.officers for e in entries if e.kind == "leave" and e.first <= date <= e.last)


def capped_sectors(
    entries: Sequence[Abstraction], caps: Mapping[str, int], sectors: Iterable[str] = ()
) -> dict[str, tuple[Abstraction, ...]]:
    """Return the entries of every sector that has a cap on leave.

    Parameters
    ----------
    sectors
        Those of the plan; those that the calendar names where there is none.

    Raises
    ------
    InputError
        If a cap is for a sector that there is not.
    """
    known = sorted(set(sectors) or {e.sector for e in entries if e.sector})
    strange = sorted(set(caps) - set(known))
    if strange:
        there = f"its sectors are {', '.join(known[:12])}" if known else "it names no sector"
        raise InputError(
            f"A cap on leave is given for sector {', '.join(strange[:8])}, which {CALENDAR_FILE} or the plan does not "
            f"have; {there}."
        )
    return {name: tuple(e for e in entries if e.sector == name) for name in sorted(caps)}


def over_cap(entries: Sequence[Abstraction], cap: int, monday: dt.date) -> tuple[tuple[dt.date, int], ...]:
    """Return the dates of a week with more on leave than the cap, and how many."""
    dates = [monday + dt.timedelta(days=k) for k in range(DAYS)]
    counted = ((d, on_leave(entries, d)) for d in dates)
    return tuple((d, n) for d, n in counted if n > cap)
