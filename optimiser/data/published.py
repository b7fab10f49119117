"""Figures that were published last year, as a planner copies them from the annual report: a small file."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from optimiser.data.read import read_exact
from optimiser.errors import InputError

CALLS, OFFICERS = "calls", "officers"
STATISTICS = ("mean", "median", "p90")
FIGURES = (CALLS, OFFICERS, *(f"{s} minutes" for s in STATISTICS))
_NEEDED = ("figure", "value")
_FURTHER = ("year", "first_day", "last_day", "priority", "source")
_VALUE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Published:
    """One figure: what, how much (as it was printed), for which days (both included) and which priority.

    ``half_unit`` is half of the last digit printed: a figure that differs by no more agrees. ``priority`` is None
    for all. ``name`` says it in words.
    """

    figure: str
    value: float
    half_unit: float
    first_day: dt.date
    last_day: dt.date
    priority: int | None
    source: str

    @property
    def name(self) -> str:
        """The figure with its priority and period, in words."""
        what = self.figure if self.priority is None else f"{self.figure} of priority {self.priority}"
        whole = (self.first_day, self.last_day) == (
            dt.date(self.first_day.year, 1, 1),
            dt.date(self.first_day.year, 12, 31),
        )
        return f"{what}, {self.first_day.year if whole else f'{self.first_day} to {self.last_day}'}"


def read_published(path: Path) -> tuple[Published, ...]:
    """Read ``figure,value`` with ``year`` (or ``first_day,last_day``), and perhaps ``priority`` and ``source``.

    Raises
    ------
    InputError
        Naming, all together, rows with an unknown figure, a value that is none, or without a period.
    """
    table = read_exact(path, by_hand=True)
    lower = {h.strip().casefold(): h for h in reversed(table.header)}
    missing = [c for c in _NEEDED if c not in lower]
    if missing or not ({"year"} <= set(lower) or {"first_day", "last_day"} <= set(lower)):
        raise InputError(
            f"{path}, line 1: it needs figure, value and year (or first_day, last_day), perhaps priority and source; "
            f"it has {', '.join(table.header)}."
        )
    found, faults = [], []
    for k, line in enumerate(table.lines.tolist()):
        cells = {c: str(table.frame[lower[c]].iloc[k]).strip() for c in (*_NEEDED, *_FURTHER) if c in lower}
        if not any(cells.values()):
            continue
        row = _row(cells)
        if isinstance(row, str):
            faults.append(f"line {line}: {row}")
        else:
            found.append(row)
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:20])}.")
    if not found:
        raise InputError(f"{path} holds no figure.")
    return tuple(found)


def _row(cells: dict[str, str]) -> Published | str:
    """Return a row, or what is wrong with it."""
    figure = cells["figure"].casefold()
    if figure not in FIGURES:
        return f"{cells['figure']!r} is none of {', '.join(FIGURES)}"
    if not _VALUE.fullmatch(cells["value"]):
        return f"{cells['value']!r} is no number of 0 or more"
    plain = cells["value"].replace(",", "")
    decimals = len(plain.partition(".")[2])
    half = 0.0 if figure in (CALLS, OFFICERS) and not decimals else 0.5 * 10.0**-decimals
    priority = cells.get("priority", "")
    if priority and not (priority.isascii() and priority.isdigit()):
        return f"priority {priority!r} is no number of columns.toml, [calls.priority]"
    days = _days(cells)
    if isinstance(days, str):
        return days
    number = int(priority) if priority else None
    return Published(figure, float(plain), half, *days, number, cells.get("source", ""))


def _days(cells: dict[str, str]) -> tuple[dt.date, dt.date] | str:
    year, first, last = (cells.get(c, "") for c in ("year", "first_day", "last_day"))
    if year:
        if not (year.isascii() and year.isdigit() and len(year) == 4 and year >= "1970"):
            return f"{year!r} is no year"
        return dt.date(int(year), 1, 1), dt.date(int(year), 12, 31)
    try:
        found = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        return f"first_day {first!r} and last_day {last!r} should be days, as 2025-03-09, or give a year"
    return found if found[0] <= found[1] else f"last_day {last} lies before first_day {first}"
