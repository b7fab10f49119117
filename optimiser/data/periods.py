"""How many weeks a table of totals spans, from the periods that its rows name: months, days, weeks, quarters, years."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable

from optimiser.data.times import FIRST_YEAR, LAST_YEAR

DAYS_PER_WEEK = 7
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_KINDS = {
    "month": (
        re.compile(r"(?P<y>\d{4})[-/. ]?(?P<m>0[1-9]|1[0-2])"),
        re.compile(r"(?P<m>0?[1-9]|1[0-2])/(?P<y>\d{4})"),
        re.compile(rf"(?P<y>\d{{4}})[- ](?P<mon>{_MONTHS})[a-z]*"),
        re.compile(rf"(?P<mon>{_MONTHS})[a-z]*[- ,]+(?P<y>\d{{4}})"),
    ),
    "day": (re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[ t]00:00(?::00)?)?"),),
    "week": (re.compile(r"(?P<y>\d{4})-?w(?P<w>\d{1,2})"),),
    "quarter": (
        re.compile(r"(?P<y>\d{4})[- ]?q(?P<q>[1-4])"),
        re.compile(r"q(?P<q>[1-4])[- /]?(?P<y>\d{4})"),
    ),
    "year": (re.compile(r"(?P<y>\d{4})"),),
}


def weeks_of(texts: Iterable[str]) -> float | None:
    """Return the weeks that the periods named cover together, each counted once.

    Parameters
    ----------
    texts
        As typed: ``2025-03``, ``Mar 2025``, ``2025-03-09``, ``2025-W11``, ``2025 Q1``, ``2025``.

    Returns
    -------
    float or None
        None where a text is no period, or the periods are of more than one kind: months and years would overlap.
    """
    found: dict[tuple[str, dt.date], int] = {}
    for text in {t.strip().casefold() for t in texts}:
        period = _period(text)
        if period is None:
            return None
        found[period[:2]] = period[2]
    if len({kind for kind, _ in found}) != 1:
        return None
    return sum(found.values()) / DAYS_PER_WEEK


def _period(text: str) -> tuple[str, dt.date, int] | None:
    """Return kind, first day and number of days of a period; None where the text is none."""
    for kind, patterns in _KINDS.items():
        for pattern in patterns:
            match = pattern.fullmatch(text)
            if match is None:
                continue
            parts = match.groupdict()
            if not FIRST_YEAR <= int(parts["y"]) <= LAST_YEAR:
                return None
            try:
                return (kind, *_days(kind, parts))
            except ValueError:  # 30 February, week 54
                return None
    return None


def _days(kind: str, parts: dict[str, str]) -> tuple[dt.date, int]:
    year = int(parts["y"])
    if kind == "day":
        return dt.date(year, int(parts["m"]), int(parts["d"])), 1
    if kind == "week":
        return dt.date.fromisocalendar(year, int(parts["w"]), 1), DAYS_PER_WEEK
    if kind == "year":
        return dt.date(year, 1, 1), 365 + calendar.isleap(year)
    if kind == "quarter":
        first = 3 * int(parts["q"]) - 2
        months = range(first, first + 3)
    else:
        named = parts.get("mon")
        first = _MONTHS.split("|").index(named) + 1 if named else int(parts["m"])
        months = range(first, first + 1)
    return dt.date(year, first, 1), sum(calendar.monthrange(year, m)[1] for m in months)
