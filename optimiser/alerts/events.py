"""A log of events: what units and incidents did, one row each, in order of time.

Columns ``time,event`` and of each event what it needs of ``unit,incident,area_id,grade,units_needed,until``:

| event | needs | means |
|---|---|---|
| on | unit, area_id; perhaps until | on duty, until the end of its shift |
| off | unit | off duty |
| move | unit, area_id | it is there now |
| call | incident, area_id, grade; perhaps units_needed | a new incident |
| grade | incident, grade | its grade changes |
| send | unit, incident; perhaps until | on its way; free again by then, as far as is known |
| arrive | unit | at the incident |
| break | unit; perhaps until | on a break or otherwise engaged |
| free | unit; perhaps area_id | available |
| close | incident | over; its units are free |
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from optimiser.data.small_tables import number, refuse, rows_of

NEEDS: dict[str, tuple[str, ...]] = {
    "on": ("unit", "area_id"), "off": ("unit",), "move": ("unit", "area_id"),
    "call": ("incident", "area_id", "grade"), "grade": ("incident", "grade"), "send": ("unit", "incident"),
    "arrive": ("unit",), "break": ("unit",), "free": ("unit",), "close": ("incident",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a log; times in seconds from the midnight before the first event. ``until_s`` infinite: not known."""

    at_s: float
    what: str
    unit: str = ""
    incident: str = ""
    area: str = ""
    grade: int = 0
    n_needed: int = 1
    until_s: float = float("inf")


def read_log(path: Path, known: Mapping[str, str]) -> tuple[Event, ...]:
    """Read a log: CSV, Parquet or a workbook.

    Parameters
    ----------
    known
        Every name of an area to its id.

    Raises
    ------
    InputError
        Naming, all together, rows with an event, time, area or number that cannot be, or out of order.
    """
    further = ("unit", "incident", "area_id", "grade", "units_needed", "until")
    rows = rows_of(path, ("time", "event"), further)
    found: list[Event] = []
    faults: list[str] = []
    midnight: datetime | None = None
    for line, cells in rows:
        at = _time(cells["time"])
        if at is None:
            faults.append(f"line {line}: {cells['time']!r} is no local time as 2026-03-02 07:30:00")
            continue
        midnight = midnight or at.replace(hour=0, minute=0, second=0, microsecond=0)
        fault, event = _event(cells, (at - midnight).total_seconds(), midnight, known)
        if event is None:
            faults.append(f"line {line}: {fault}")
        elif found and event.at_s < found[-1].at_s:
            faults.append(f"line {line}: it is earlier than the line before; sort the log by time")
        else:
            found.append(event)
    refuse(path, faults)
    return tuple(found)


def write_log(path: Path, events: Sequence[Event], midnight: datetime) -> None:
    """Write a log as :func:`read_log` reads it; times to the second, from a midnight of the wall clock."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def clock(at_s: float) -> str:
        return "" if math.isinf(at_s) else str(midnight + timedelta(seconds=round(at_s)))

    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("time", "event", "unit", "incident", "area_id", "grade", "units_needed", "until"))
        for e in events:
            call = e.what == "call"
            grade, needed = (e.grade, e.n_needed) if call else (e.grade or "", "")
            out.writerow((clock(e.at_s), e.what, e.unit, e.incident, e.area, grade, needed, clock(e.until_s)))


def _event(
    cells: Mapping[str, str], at_s: float, midnight: datetime, known: Mapping[str, str]
) -> tuple[str, Event | None]:
    what = cells["event"].casefold()
    if what not in NEEDS:
        return f"there is no event {cells['event']!r}; there are {', '.join(NEEDS)}", None
    lost = [c for c in NEEDS[what] if not cells.get(c, "")]
    if lost:
        return f"{what} needs {', '.join(lost)}", None
    area = cells.get("area_id", "")
    if area and area not in known:
        return f"{area!r} is not an area", None
    grade, needed = number(cells.get("grade", "") or "0"), number(cells.get("units_needed", "") or "1")
    if grade is None or grade != int(grade) or needed is None or needed < 1 or needed != int(needed):
        return (
            f"grade {cells.get('grade')!r} and units_needed {cells.get('units_needed')!r} should be whole",
            None,
        )
    until = _time(cells.get("until", "")) if cells.get("until", "") else None
    if cells.get("until", "") and until is None:
        return f"until {cells['until']!r} is no local time", None
    until_s = float("inf") if until is None else (until - midnight).total_seconds()
    return "", Event(
        at_s,
        what,
        cells.get("unit", ""),
        cells.get("incident", ""),
        known.get(area, ""),
        int(grade),
        int(needed),
        until_s,
    )


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is not None else found
