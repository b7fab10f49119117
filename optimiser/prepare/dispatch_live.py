"""Units and incidents as a dispatch system gives them, row by row, to a scene; faults are named, the rest goes on.

A row that cannot be used is left out or taken for the safe thing (a unit of unknown status is not sent), and each such
decision is one :class:`Finding`. Nothing is guessed silently, and no bad row stops the others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from optimiser.data.small_tables import refuse, rows_of
from optimiser.prepare.dispatch_scene import IncidentsAt, UnitsAt
from optimiser.problems.assignment import AssignmentParams
from optimiser.problems.assignment.data import BUSY, ENDS, FREE, SENT
from optimiser.roads import DRIVERS, RoadNetwork, snap
from optimiser.units import SECONDS_PER_HOUR, SECONDS_PER_MINUTE, seconds_from_minutes

Row = Mapping[str, Any]
AVAILABLE, ENDING, ATTENDING, ON_WAY, OFF = "available", "ending", "attending", "on way", "off"
KINDS = (AVAILABLE, ENDING, ATTENDING, ON_WAY, OFF)
OVERDUE_MIN = 2.0
"""A predicted end that has passed by more is no end that can be planned with."""
STATUS_WORDS: dict[str, str] = {
    "available": AVAILABLE,
    "free": AVAILABLE,
    "patrol": AVAILABLE,
    "break": ENDING,
    "prisoner": ENDING,
    "report": ENDING,
    "attending": ATTENDING,
    "on scene": ATTENDING,
    "en route": ON_WAY,
    "on way": ON_WAY,
    "off duty": OFF,
}
"""What each status of the feed means; a force gives its own words."""


def read_statuses(path: Path) -> dict[str, str]:
    """Read what each status of a dispatch system means: ``status,means``, one of :data:`KINDS`.

    Raises
    ------
    InputError
        Naming, all together, the rows that cannot be read.
    """
    found: dict[str, str] = {}
    faults = []
    for line, cells in rows_of(path, ("status", "means")):
        status, means = cells["status"].casefold(), cells["means"].casefold()
        if means not in KINDS:
            faults.append(f"line {line}: {cells['means']!r} is none of {', '.join(KINDS)}")
        elif not status:
            faults.append(f"line {line}: a status without a name")
        else:
            found[status] = means
    refuse(path, faults)
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the feed: whose row, what it says, and what was done about it."""

    who: str
    what: str
    done: str

    def __str__(self) -> str:
        return f"{self.who}: {self.what}; {self.done}."


@dataclass(frozen=True, eq=False)
class LiveScene:
    """What can be asked of the feed: units, incidents, further fields of the problem, and what was wrong."""

    units: UnitsAt
    incidents: IncidentsAt
    more: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def live_scene(
    network: RoadNetwork,
    units: Sequence[Row],
    incidents: Sequence[Row],
    params: AssignmentParams,
    *,
    status_words: Mapping[str, str] = STATUS_WORDS,
    off_map_m: float = 2000.0,
    stale_s: float = 4 * SECONDS_PER_HOUR,
) -> LiveScene:
    """Read a feed.

    Parameters
    ----------
    units
        Rows with ``unit``, ``x_m``, ``y_m``, ``status`` and where known ``officers`` (1), ``driver`` (basic),
        ``ends_in_min`` (minutes until a break or prisoner is done), ``on_way_to``, ``skills`` (a list),
        ``shift_left_min``, ``status_since_min``.
    incidents
        Rows with ``incident``, ``x_m``, ``y_m``, ``grade``, ``age_min`` and where known ``officers`` (1), ``weight``
        (1; beside those that are there: 0 where it is attended by enough), ``skills`` (a list: units with each),
        ``attended``, ``nobody_alone``.
    status_words
        What each status of the feed means: one of :data:`KINDS`.
    off_map_m
        A place farther than this from every street is off the map.
    stale_s
        A status older than this is named; it still counts.
    """
    found: list[Finding] = []
    calls = _incidents(network, incidents, params, off_map_m, found)
    crews = _units(
        network, units, {str(r["incident"]) for r in calls}, status_words, off_map_m, stale_s, found
    )
    skills = tuple(sorted({s for row in (*crews, *calls) for s in row["skills"]}))
    more: dict[str, Any] = {
        "on_way_to": tuple(r["on_way_to"] for r in crews),
        "shift_left_s": np.array([r["shift_left_s"] for r in crews], dtype=np.float64),
        "attended": np.array([int(bool(r.get("attended", False))) for r in calls], dtype=np.int64),
        "alone_barred": np.array([int(bool(r.get("nobody_alone", False))) for r in calls], dtype=np.int64),
        "skill_ids": skills,
        "has_skill": np.array([[int(s in r["skills"]) for s in skills] for r in crews], dtype=np.int64),
        "skills_needed": np.array([[r["skills"].count(s) for s in skills] for r in calls], dtype=np.int64),
    }
    for name, n in (("has_skill", len(crews)), ("skills_needed", len(calls))):
        more[name] = more[name].reshape(n, len(skills))
    at_units = UnitsAt(
        ids=tuple(str(r["unit"]) for r in crews),
        xy_m=_points(crews),
        officers=np.array([r["officers"] for r in crews], dtype=np.int64),
        driver_class=tuple(r["driver"] for r in crews),
        status=tuple(r["state"] for r in crews),
        ready_s=np.array([r["ready_s"] for r in crews], dtype=np.float64),
    )
    at_calls = IncidentsAt(
        ids=tuple(str(r["incident"]) for r in calls),
        xy_m=_points(calls),
        grade=np.array([r["grade"] for r in calls], dtype=np.int64),
        officers_needed=np.array([r["officers"] for r in calls], dtype=np.int64),
        age_s=np.array([r["age_s"] for r in calls], dtype=np.float64),
        weight=np.array([r["weight"] for r in calls], dtype=np.float64),
    )
    return LiveScene(at_units, at_calls, more, tuple(found))


def _points(rows: Sequence[Row]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([[float(r["x_m"]), float(r["y_m"])] for r in rows], dtype=np.float64).reshape(-1, 2)


def _usable(
    network: RoadNetwork, rows: Sequence[Row], key: str, off_map_m: float, found: list[Finding]
) -> list[dict[str, Any]]:
    """Rows with a name of their own and a place on the map; the others are named."""
    seen: set[str] = set()
    kept = []
    for k, row in enumerate(rows, start=1):
        name = str(row.get(key) or "").strip()
        if not name:
            found.append(Finding(f"row {k}", f"it has no {key}", "it is left out"))
        elif name in seen:
            found.append(Finding(f"{key} {name}", f"row {k} gives this id again", "the first row counts"))
        elif not (_number(row.get("x_m")) and _number(row.get("y_m"))):
            place = f"({row.get('x_m')}, {row.get('y_m')})"
            found.append(Finding(f"{key} {name}", f"its place {place} is no place", "it is left out"))
        else:
            seen.add(name)
            kept.append(dict(row) | {key: name})
    if not kept:
        return kept
    far_m = snap(network, _points(kept)).access_m
    for row, metres in zip(kept, far_m.tolist(), strict=True):
        if metres > off_map_m:
            what = f"it is off the map, {metres / 1000:.1f} km from the nearest street (limit {off_map_m / 1000:.1f})"
            found.append(Finding(f"{key} {row[key]}", what, "it is left out"))
    return [row for row, metres in zip(kept, far_m.tolist(), strict=True) if metres <= off_map_m]


def _number(value: Any) -> bool:
    return (
        isinstance(value, (int, float, np.number))
        and not isinstance(value, bool)
        and math.isfinite(float(value))
    )


def _whole(row: Row, name: str, who: str, found: list[Finding], least: int = 1) -> int:
    value = row.get(name, 1)
    if _number(value) and float(value) == int(value) and value >= least:
        return int(value)
    found.append(Finding(who, f"{name} is {value!r}, no whole number of 1 or more", "1 is taken"))
    return 1


def _incidents(
    network: RoadNetwork,
    rows: Sequence[Row],
    params: AssignmentParams,
    off_map_m: float,
    found: list[Finding],
) -> list[dict[str, Any]]:
    kept = []
    for row in _usable(network, rows, "incident", off_map_m, found):
        who, grade, age = f"incident {row['incident']}", row.get("grade"), row.get("age_min", 0.0)
        if grade not in params.grade_targets_s:
            known = ", ".join(str(g) for g in sorted(params.grade_targets_s))
            found.append(
                Finding(who, f"grade {grade!r} has no target (grades {known} have)", "it is left out")
            )
        elif not _number(age):
            found.append(Finding(who, f"its age is {age!r}", "it is left out"))
        elif age < 0:
            what = f"it lies {-age:g} minutes in the future"
            found.append(Finding(who, what, "it is left out until then"))
        else:
            officers = _whole(row, "officers", who, found, least=0 if row.get("attended") else 1)
            if row.get("nobody_alone") and officers < 2:
                found.append(Finding(who, "nobody goes in alone, yet it asks for 1 officer", "2 are taken"))
                officers = 2
            weight = row.get("weight", 1.0)
            if not (_number(weight) and weight > 0):
                found.append(Finding(who, f"its weight is {weight!r}", "1 is taken"))
                weight = 1.0
            more = {"officers": officers, "age_s": seconds_from_minutes(float(age)), "weight": float(weight)}
            kept.append(row | more | {"skills": list(row.get("skills") or ())})
    return kept


def _units(
    network: RoadNetwork,
    rows: Sequence[Row],
    open_now: set[str],
    words: Mapping[str, str],
    off_map_m: float,
    stale_s: float,
    found: list[Finding],
) -> list[dict[str, Any]]:
    kept = []
    for row in _usable(network, rows, "unit", off_map_m, found):
        who = f"unit {row['unit']}"
        kind = words.get(str(row.get("status", "")).strip().lower(), "")
        if kind == OFF:
            continue
        state, ready_s, to = _state(row, kind, who, open_now, words, found)
        since = row.get("status_since_min", 0.0)
        if _number(since) and seconds_from_minutes(float(since)) > stale_s:
            hours = float(since) / SECONDS_PER_MINUTE
            found.append(
                Finding(who, f"its status is {hours:.0f} hours old", "it counts as it stands; ask the unit")
            )
        driver = str(row.get("driver", "basic"))
        if driver not in DRIVERS:
            known = ", ".join(DRIVERS)
            found.append(
                Finding(who, f"driver class {driver!r} is unknown (known: {known})", "basic is taken")
            )
            driver = "basic"
        left_s = _left_s(row, who, found)
        kept.append(
            row
            | {"state": state, "ready_s": ready_s, "on_way_to": to, "driver": driver, "shift_left_s": left_s}
            | {"officers": _whole(row, "officers", who, found), "skills": list(row.get("skills") or ())}
        )
    return kept


def _left_s(row: Row, who: str, found: list[Finding]) -> float:
    """Seconds until the shift of a unit ends, inf where that is not known."""
    left = row.get("shift_left_min", math.inf)
    if not _number(left):
        return math.inf
    if left < 0:
        found.append(
            Finding(who, f"its shift ended {-float(left):.0f} minutes ago", "it is sent nowhere new")
        )
    return seconds_from_minutes(max(0.0, float(left)))


def _state(
    row: Row, kind: str, who: str, open_now: set[str], words: Mapping[str, str], found: list[Finding]
) -> tuple[str, float, str]:
    """Status, seconds until ready, and the incident it is on its way to."""
    if kind == AVAILABLE:
        return FREE, 0.0, ""
    if kind == ENDING:
        ends = row.get("ends_in_min")
        if _number(ends) and float(ends or 0.0) >= -OVERDUE_MIN:
            return ENDS, max(0.0, seconds_from_minutes(float(ends or 0.0))), ""
        what = f"its {row.get('status')} has no known end"
        if _number(ends):
            what = f"its {row.get('status')} should have ended {-float(ends or 0.0):.0f} minutes ago"
        found.append(Finding(who, what, "it is not sent until it is free"))
    elif kind == ON_WAY:
        to = str(row.get("on_way_to") or "")
        if to in open_now:
            return SENT, 0.0, to
        found.append(
            Finding(who, f"it is on its way to {to or 'nowhere'}, no open incident", "it counts as busy")
        )
    elif kind != ATTENDING:
        known = ", ".join(sorted(words))
        what = f"status {row.get('status')!r} is unknown (known: {known})"
        found.append(Finding(who, what, "it counts as busy and is not sent"))
    return BUSY, math.inf, ""
