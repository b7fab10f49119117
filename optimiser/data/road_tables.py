"""Traffic by hour and incidents on roads: two small tables that a planner or a live feed writes.

``traffic.csv``: ``road_class,days,from,until,factor``, such as ``primary,working,07:00,09:00,1.4``. ``road_class`` is
a class of road, ``main`` or ``all``; ``days`` are names of days (``Mon Tue``), ``working``, ``weekend`` or ``all``;
times are whole hours of the day, ``until`` not included. Of several rows the last one counts.

``incidents.csv``: ``id,kind`` and a place (``lon,lat`` or ``street``), perhaps with ``radius_m,factor,from,until``.
``kind`` is ``closed`` or ``slow``; a slow road needs its ``factor``. Without times it holds always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from optimiser.data.small_tables import number, refuse, rows_of
from optimiser.units import DAY_KEYS

_GROUPS = {"working": range(5), "weekend": range(5, 7), "all": range(7), "": range(7)}
_HOURS = 24


@dataclass(frozen=True, slots=True)
class TrafficRow:
    """A factor on the time of a class of road, on days (0 = Monday) and in hours of the day."""

    road_class: str
    days: tuple[int, ...]
    hours: tuple[int, ...]
    factor: float


@dataclass(frozen=True, slots=True)
class RoadIncident:
    """Something on a road.

    Parameters
    ----------
    incident_id
        As in the file.
    closed
        Nobody passes; otherwise it is slow by ``factor``.
    factor
        What the time is multiplied by; 1 for a closed road.
    lon_lat
        Where it is; None where a street is named alone.
    street
        Its name; "" where a place is given alone.
    radius_m
        How far around the place; 0 for the nearest street alone.
    from_, until
        Local wall time; None where open.
    """

    incident_id: str
    closed: bool
    factor: float
    lon_lat: tuple[float, float] | None
    street: str
    radius_m: float
    from_: datetime | None
    until: datetime | None

    def holds(self, at: datetime | None) -> bool:
        """Whether it is there at a time of the wall clock; at no time in particular all are."""
        if at is None:
            return True
        return (self.from_ is None or at >= self.from_) and (self.until is None or at < self.until)


def read_traffic(path: Path, classes: Sequence[str], main: Sequence[str]) -> tuple[TrafficRow, ...]:
    """Read ``traffic.csv``; see the module.

    Parameters
    ----------
    classes, main
        Names of the classes of road, and those that ``main`` means.

    Raises
    ------
    InputError
        Naming, all together, the rows that cannot be read.
    """
    found, faults = [], []
    for line, cells in rows_of(path, ("road_class", "from", "until", "factor"), ("days",)):
        name, factor = cells["road_class"].casefold(), number(cells["factor"])
        days, hours = _days(cells.get("days", "")), _hours(cells["from"], cells["until"])
        if name not in classes and name not in ("main", "all"):
            faults.append(f"line {line}: {name!r} is no class of road ({', '.join(classes)}, main, all)")
        elif days is None:
            faults.append(
                f"line {line}: days {cells['days']!r} should be names as Mon Tue, or working, weekend, all"
            )
        elif hours is None:
            faults.append(
                f"line {line}: {cells['from']!r} until {cells['until']!r} are no whole hours of a day, as 07:00"
            )
        elif factor is None or factor <= 0:
            faults.append(f"line {line}: {cells['factor']!r} is no factor above 0")
        else:
            names = tuple(main) if name == "main" else tuple(classes) if name == "all" else (name,)
            found += [TrafficRow(n, days, hours, factor) for n in names]
    refuse(path, faults)
    return tuple(found)


def _days(text: str) -> tuple[int, ...] | None:
    words = text.replace(",", " ").replace(";", " ").casefold().split() or [""]
    found: set[int] = set()
    for word in words:
        if word in _GROUPS:
            found.update(_GROUPS[word])
        elif word[:3] in DAY_KEYS:
            found.add(DAY_KEYS.index(word[:3]))
        else:
            return None
    return tuple(sorted(found))


def _hours(start: str, end: str) -> tuple[int, ...] | None:
    ends = []
    for text in (start, end):
        hour, _, minute = text.partition(":")
        if not hour.isdigit() or (minute and minute.strip("0")):
            return None
        ends.append(int(hour))
    first, last = ends
    return tuple(range(first, last)) if 0 <= first < last <= _HOURS else None


def read_road_incidents(path: Path) -> tuple[RoadIncident, ...]:
    """Read ``incidents.csv``; see the module.

    Raises
    ------
    InputError
        Naming, all together, the rows that cannot be read.
    """
    found: list[RoadIncident] = []
    faults = []
    further = ("lon", "lat", "street", "radius_m", "factor", "from", "until")
    for line, cells in rows_of(path, ("id", "kind"), further):
        fault, made = _incident(cells)
        if made is None:
            faults.append(f"line {line}: {fault}")
        elif any(i.incident_id == made.incident_id for i in found):
            faults.append(f"line {line}: incident {made.incident_id!r} stands twice")
        else:
            found.append(made)
    refuse(path, faults)
    return tuple(found)


def _incident(cells: dict[str, str]) -> tuple[str, RoadIncident | None]:
    kind, factor = cells["kind"].casefold(), number(cells.get("factor", ""))
    lon, lat = number(cells.get("lon", "")), number(cells.get("lat", ""))
    radius = number(cells.get("radius_m", "") or "0")
    times = [_time(cells.get(c, "")) for c in ("from", "until")]
    street = cells.get("street", "")
    if not cells["id"]:
        return "an incident without an id", None
    if kind not in ("closed", "slow"):
        return f"kind {cells['kind']!r} is neither closed nor slow", None
    if kind == "slow" and (factor is None or factor <= 0):
        return f"a slow road needs a factor above 0, got {cells.get('factor', '')!r}", None
    if (lon is None) != (lat is None) or (lon is not None and not (abs(lon) <= 180 and abs(lat or 0) <= 90)):
        return f"lon and lat should be degrees, got {cells.get('lon')!r}, {cells.get('lat')!r}", None
    if lon is None and not street:
        return "neither lon and lat nor a street says where it is", None
    if radius is None or radius < 0:
        return f"{cells['radius_m']!r} is no radius of 0 m or more", None
    if "?" in times:
        return "from and until should be times as 2026-03-01 07:30, in the force's own local time", None
    start, end = (t if isinstance(t, datetime) else None for t in times)
    if start is not None and end is not None and end <= start:
        return f"it ends ({cells['until']}) before it begins ({cells['from']})", None
    place = None if lon is None or lat is None else (lon, lat)
    slow = 1.0 if kind == "closed" or factor is None else factor
    return "", RoadIncident(cells["id"], kind == "closed", slow, place, street, radius, start, end)


def _time(text: str) -> datetime | str | None:
    """Return a local time, None where there is none, ``"?"`` where it cannot be read or carries an offset."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return "?"
    return "?" if found.tzinfo is not None else found
