"""A feed of a running day: what units, incidents and roads did, one event a line; a bad line never stops the others.

JSON lines (one object a line) or CSV with a header; columns ``time,event`` and of each event what it needs:

| event | needs | means |
|---|---|---|
| on | unit and a place; perhaps status, officers, driver, skills, shift_end | on duty |
| off | unit | off duty |
| move | unit and a place | it is there now |
| status | unit, status; perhaps until, incident | what it does now, in the words of the dispatch system |
| free, arrive, break | unit; perhaps until | available; at its incident; on a break |
| send | unit, incident | on its way |
| call | incident, a place, grade; perhaps officers, skills, nobody_alone, received, weight | a new incident |
| grade | incident, grade | its grade changes |
| change | incident; perhaps officers, skills, nobody_alone, weight | what it needs changes |
| close | incident | over; its units are free |
| closed, slow | road and a place or street; perhaps radius_m; slow: factor | a road is shut or slow |
| reopened | road | the road is as usual again |

A place is ``lon,lat`` or ``area_id``. Times are local wall time; one with an offset is converted. Columns as in the
log of alerts are understood (``units_needed``), so that one file serves both.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from optimiser.data.text_file import read_bytes, refuse_container
from optimiser.errors import InputError

NEEDS: dict[str, tuple[str, ...]] = {
    "on": ("unit", "place"), "off": ("unit",), "move": ("unit", "place"), "status": ("unit", "status"),
    "free": ("unit",), "arrive": ("unit",), "break": ("unit",), "send": ("unit", "incident"),
    "call": ("incident", "place", "grade"), "grade": ("incident", "grade"), "change": ("incident",),
    "close": ("incident",), "closed": ("road", "where"), "slow": ("road", "where", "factor"), "reopened": ("road",),
}  # fmt: skip
COLUMNS = (
    "time", "event", "unit", "incident", "lon", "lat", "area_id", "status", "until", "officers", "units_needed",
    "driver", "skills", "shift_end", "grade", "nobody_alone", "received", "weight", "road", "street", "radius_m",
    "factor",
)  # fmt: skip
MOST_BYTES = 64 * 2**20
MOST_CELL = 400
FAR_H = 36.0
"""An event farther than this from the middle of the feed has a wrong time."""
_TEXT = {"place": "a place (lon and lat, or area_id)", "where": "a place (lon and lat) or a street"}


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event: the line it stands in, local wall time, what it is, and its cells as text (empty ones left out)."""

    line: int
    at: datetime
    what: str
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used, and why; it is left out."""

    line: int
    fault: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.fault}; it is left out."


@dataclass(frozen=True, slots=True)
class Feed:
    """Events in the order of the file, the lines left out, and columns nobody understands."""

    events: tuple[FeedEvent, ...]
    bad: tuple[BadLine, ...]
    unknown_columns: tuple[str, ...] = ()


def read_feed(path: Path, timezone: str = "UTC") -> Feed:
    """Read a feed; every line that cannot be used is named and left out.

    Parameters
    ----------
    timezone
        Zone of the wall clock, to which times with an offset are converted.

    Raises
    ------
    InputError
        If the file cannot be read at all, is no text, or holds no event that can be used.
    """
    raw = read_bytes(path, most_bytes=MOST_BYTES)
    as_json = raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    if not as_json:
        refuse_container(path, raw)
    bad: list[BadLine] = []
    strange: set[str] = set()
    zone = ZoneInfo(timezone)
    found = []
    lines = text_lines(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1, bad)
    rows = json_rows(lines, bad) if as_json else csv_rows(csv_head(path, next(lines, (0, ""))[1]), lines, bad)
    for line, row in rows:
        strange |= {k for k in row if k not in COLUMNS}
        event = as_event(line, {k: v for k, v in row.items() if k in COLUMNS and v}, zone)
        if isinstance(event, BadLine):
            bad.append(event)
        else:
            found.append(event)
    events = near_in_time(found, bad)
    bad.sort(key=lambda b: b.line)
    if not events:
        first = f" The first: {bad[0]}" if bad else ""
        raise InputError(f"{path} holds no event that can be used; it needs columns time and event.{first}")
    return Feed(tuple(events), tuple(bad), tuple(sorted(s[:MOST_CELL] for s in strange)))


def text_lines(lines: Iterable[bytes], first: int, bad: list[BadLine]) -> Iterator[tuple[int, str]]:
    """Yield the number, from ``first`` on, and text of each line that is text and not empty."""
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        try:
            text = line.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError:
            bad.append(BadLine(number, "it is no text in UTF-8"))
            continue
        if "\0" in text:
            bad.append(BadLine(number, "it holds a null character"))
        else:
            yield number, text


def json_rows(lines: Iterable[tuple[int, str]], bad: list[BadLine]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and cells of each line that holds a JSON object of plain values."""
    for number, text in lines:
        try:
            twice: list[str] = []
            found = json.loads(text, object_pairs_hook=partial(_unique, twice))
        except (ValueError, RecursionError):
            bad.append(BadLine(number, "it is no JSON object"))
            continue
        if not isinstance(found, dict):
            bad.append(BadLine(number, "it is no JSON object"))
            continue
        cells = {str(k).strip().casefold(): _cell(v) for k, v in found.items()}
        odd = sorted(k for k, v in cells.items() if v is None)
        if twice or odd:
            what = (
                f"{(twice or odd)[0][:MOST_CELL]} is given twice" if twice else f"{odd[0]} is no plain value"
            )
            bad.append(BadLine(number, what))
        else:
            yield number, {k: v for k, v in cells.items() if v is not None}


def _unique(twice: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [k for k, _ in pairs]
    twice += [k for k in set(keys) if keys.count(k) > 1]
    return dict(pairs)


def _cell(value: Any) -> str | None:
    """Return a value as the text of a cell; None where it is no plain value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ";".join(value)
    return None


class CsvHead(NamedTuple):
    """Columns of a CSV feed, and what stands between its cells."""

    names: tuple[str, ...]
    mark: str


def csv_head(path: Path, line: str) -> CsvHead:
    """Read the first line of a CSV feed.

    Raises
    ------
    InputError
        If a column that every event needs is missing.
    """
    mark = max(",;\t", key=line.count)
    names = tuple(c.strip().strip('"').casefold() for c in line.split(mark))
    missing = [c for c in ("time", "event") if c not in names]
    if missing:
        raise InputError(
            f"{path}, line 1: no column {', '.join(missing)}; it has {', '.join(names)[:MOST_CELL]}."
        )
    return CsvHead(names, mark)


def csv_rows(
    head: CsvHead, lines: Iterable[tuple[int, str]], bad: list[BadLine]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and cells of each line of a CSV feed after its first."""
    names, mark = head
    for number, text in lines:
        try:
            cells = next(csv.reader([text], delimiter=mark, strict=True))
        except (csv.Error, StopIteration):
            bad.append(BadLine(number, "its quotes do not match"))
            continue
        if len(cells) > len(names) and any(c.strip() for c in cells[len(names) :]):
            bad.append(BadLine(number, f"it has {len(cells)} cells for {len(names)} columns"))
        else:
            yield number, {n: c.strip() for n, c in zip(names, cells, strict=False) if n}


def as_event(line: int, cells: dict[str, str], zone: ZoneInfo) -> FeedEvent | BadLine:
    """Return the event of a line, or why it is none."""
    long = next((k for k, v in cells.items() if len(v) > MOST_CELL), "")
    if long:
        return BadLine(line, f"its {long} has {len(cells[long]):,} characters (most: {MOST_CELL})")
    at = local_time(cells.get("time", ""), zone)
    if at is None:
        return BadLine(line, f"{cells.get('time', '')!r} is no time as 2026-03-02 07:30:00")
    what = cells.get("event", "").casefold()
    if what not in NEEDS:
        return BadLine(line, f"there is no event {cells.get('event', '')!r}; there are {', '.join(NEEDS)}")
    place = ("lon" in cells and "lat" in cells) or "area_id" in cells
    has = {"place": place, "where": place or "street" in cells}
    lost = [_TEXT.get(c, c) for c in NEEDS[what] if not has.get(c, c in cells)]
    if lost:
        return BadLine(line, f"{what} needs {', '.join(lost)}")
    return FeedEvent(line, at, what, {k: v for k, v in cells.items() if k not in ("time", "event")})


def local_time(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a time to local wall time, None where it is none."""
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is None else found.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def near_in_time(events: list[FeedEvent], bad: list[BadLine]) -> list[FeedEvent]:
    """Leave out events whose time cannot be: one of another year would turn the clock for all that follow."""
    if not events:
        return events
    middle = sorted(e.at for e in events)[len(events) // 2]
    kept = []
    for event in events:
        if abs(event.at - middle) <= timedelta(hours=FAR_H):
            kept.append(event)
        else:
            what = f"its time {event.at} lies more than {FAR_H:g} hours from the middle of the feed, {middle}"
            bad.append(BadLine(event.line, what))
    return kept
