"""Events of a feed onto the board: one function for each kind; what cannot be is named and the rest goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from optimiser.data.dispatch_feed import FeedEvent
from optimiser.data.road_tables import RoadIncident
from optimiser.data.small_tables import number
from optimiser.prepare.dispatch_board import Board, LeftOut
from optimiser.prepare.dispatch_live import ATTENDING, AVAILABLE, ENDING, OFF, ON_WAY, Finding
from optimiser.units import METRES_PER_KM, minutes

FASTEST_M_PER_S = 70.0
"""Nobody drives faster; a unit that seems to is perhaps two of one id."""
JUMP_M = 2000.0
LONG_PAUSE = timedelta(hours=12)
"""A feed that goes on so much later has perhaps one mistyped date: a second event as late must confirm it."""
SMALL_MOVE_M = 200.0
"""A unit that moves less does not change the advice."""
_YES, _NO = ("yes", "true", "1", "y"), ("", "no", "false", "0", "n")
_WORDS = {"free": AVAILABLE, "arrive": ATTENDING, "break": "break"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one event: in words, what was wrong, and whether the advice may change by it."""

    words: str
    findings: tuple[Finding, ...] = ()
    matters: bool = True


def take(board: Board, event: FeedEvent) -> Taken:
    """Take one event onto the board; what cannot be is named and left out.

    An event much later than the one before it would move the clock on for all that follow. It is held back until the
    next event is as late, and left out if that is not.
    """
    held, board.held = board.held, None
    if board.at is None or event.at - board.at <= LONG_PAUSE:
        return _taken(board, event)
    if held is None or abs(event.at - held.at) > LONG_PAUSE:
        board.held = event
        what = f"it is {(event.at - board.at) / timedelta(hours=1):.0f} hours later than the event before it"
        done = "it is held back, and left out unless the next event is as late"
        return Taken("", (Finding(f"line {event.line}", what, done),), matters=False)
    both = _taken(board, held), _taken(board, event)
    return Taken("; ".join(t.words for t in both if t.words), both[0].findings + both[1].findings)


def _taken(board: Board, event: FeedEvent) -> Taken:
    found: list[Finding] = []
    if board.at is not None and event.at < board.at:
        late = minutes((board.at - event.at).total_seconds())
        what = f"it is {late:.1f} minutes earlier than the event before it"
        found.append(Finding(f"line {event.line}", what, "it counts as of now"))
    board.time_is(event.at)
    try:
        words, matters = _TAKES[event.what](board, event.cells, found)
    except LeftOut as fault:
        found.append(Finding(fault.who, fault.what, fault.done))
        words, matters = "", False
    return Taken(words, tuple(_with_line(one, event.line) for one in found), matters)


def _with_line(one: Finding, line: int) -> Finding:
    """Say in which line of the feed it stands."""
    return one if one.who == f"line {line}" else replace(one, who=f"line {line}, {one.who}")


def _whole(cells: Mapping[str, str], name: str, who: str, found: list[Finding], least: int = 1) -> int:
    text = cells.get(name, "")
    value = number(text) if text else float(least)
    if value is None or value != int(value) or not least <= value <= 100:
        found.append(
            Finding(who, f"{name} is {text!r}, no whole number from {least} to 100", f"{least} is taken")
        )
        return least
    return int(value)


def _listed(text: str) -> list[str]:
    return [s.strip() for s in text.replace(",", ";").split(";") if s.strip()]


def _flag(cells: Mapping[str, str], name: str, who: str, found: list[Finding]) -> bool:
    text = cells.get(name, "").casefold()
    if text not in _YES + _NO:
        found.append(Finding(who, f"{name} is {text!r}, neither yes nor no", "no is taken"))
    return text in _YES


def _on(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    name, who = cells["unit"], f"unit {cells['unit']}"
    if name in board.units:
        raise LeftOut(
            who, "a unit of this id is on duty already", "the first one counts, this one is left out"
        )
    xy = board.place_of(cells, who, "it is left out until it comes on duty on the map")
    board.units[name] = {
        "xy": xy,
        "moved": board.at,
        "officers": _whole(cells, "officers", who, found),
        "driver": cells.get("driver", "basic"),
        "skills": _listed(cells.get("skills", "")),
        "shift_end": board.time_in(cells.get("shift_end", ""), found, who),
        "incident": "",
        "until": None,
        "since": board.at,
        "status": AVAILABLE,
        "kind": AVAILABLE,
    }
    if "shift_end" not in cells and "status" not in cells and "until" in cells:  # as in the log of alerts
        board.units[name]["shift_end"] = board.time_in(cells["until"], found, who)
    if "status" in cells:
        _set(board, cells, cells["status"], found)
    return f"{name} on duty", True


def _off(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    row = board.unit(cells)
    if row["incident"]:
        found.append(
            Finding(
                f"unit {cells['unit']}",
                f"it goes off duty while bound to {row['incident']}",
                "it is off duty",
            )
        )
    del board.units[cells["unit"]]
    return f"{cells['unit']} off duty", True


def _move(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    row, who = board.unit(cells), f"unit {cells['unit']}"
    xy = board.place_of(cells, who, "its last place counts")
    assert board.at is not None
    gone_m, gone_s = math.dist(xy, row["xy"]), (board.at - row["moved"]).total_seconds()
    if gone_m > JUMP_M and gone_m > FASTEST_M_PER_S * max(1.0, gone_s):
        what = f"it jumps {gone_m / METRES_PER_KM:,.1f} km in {gone_s:.0f} s: do two units share this id?"
        found.append(Finding(who, what, "the new place counts"))
    row["xy"], row["moved"] = xy, board.at
    return f"{cells['unit']} moves", gone_m >= SMALL_MOVE_M


def _status(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    return _set(board, cells, cells["status"], found)


def _set(
    board: Board, cells: Mapping[str, str], status: str, found: list[Finding], kind: str | None = None
) -> tuple[str, bool]:
    """Take a unit's status with its end and its incident."""
    row, name = board.unit(cells), cells["unit"]
    who = f"unit {name}"
    kind = board.kind_of(status) if kind is None else kind
    if kind == OFF:
        return _off(board, cells, found)
    to = cells.get("incident", "")
    if kind == ATTENDING and not to:
        to = row["incident"]
    row.update(
        status=status,
        kind=kind,
        incident=to if kind in (ATTENDING, ON_WAY) else "",
        until=board.time_in(cells.get("until", ""), found, who),
        since=board.at,
    )
    if "lon" in cells or "area_id" in cells:
        try:
            row["xy"], row["moved"] = board.place_of(cells, who, "its last place counts"), board.at
        except LeftOut as fault:
            found.append(Finding(fault.who, fault.what, fault.done))
    elif kind == ATTENDING and to in board.incidents:
        row["xy"], row["moved"] = board.incidents[to]["xy"], board.at
    if not kind:
        known = ", ".join(sorted(board.status_words))
        what = f"status {status!r} is unknown (known: {known})"
        found.append(Finding(who, what, "it counts as busy and is not sent"))
    told = {AVAILABLE: "available", ATTENDING: f"at {to}" if to else "attending"}.get(kind, status)
    if kind == ON_WAY:
        told = f"on its way to {to or 'nowhere'}"
    return f"{name} {told}", True


def _plain(what: str) -> Callable[[Board, Mapping[str, str], list[Finding]], tuple[str, bool]]:
    kind = {"free": AVAILABLE, "arrive": ATTENDING, "break": ENDING}[what]

    def take(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
        return _set(board, cells, _WORDS[what], found, kind)

    return take


def _send(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    board.incident(cells)
    return _set(board, cells, ON_WAY, found, ON_WAY)


def _call(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    name, who = cells["incident"], f"incident {cells['incident']}"
    if name in board.incidents:
        raise LeftOut(
            who, "an incident of this id is open already", "the first one counts, this one is left out"
        )
    xy = board.place_of(cells, who, "it is left out")
    officers = _whole(cells, "officers" if "officers" in cells else "units_needed", who, found)
    received = board.time_in(cells.get("received", ""), found, who) or board.at
    assert received is not None
    assert board.at is not None
    weight = number(cells.get("weight", "1"))
    if weight is None or weight <= 0:
        found.append(Finding(who, f"its weight is {cells['weight']!r}", "1 is taken"))
        weight = 1.0
    grade = _grade_of(board, cells, who)
    alone = _flag(cells, "nobody_alone", who, found)
    if alone and officers < 2:
        found.append(Finding(who, "nobody goes in alone, yet it asks for 1 officer", "2 are taken"))
        officers = 2
    board.incidents[name] = {
        "xy": xy,
        "grade": grade,
        "officers": officers,
        "skills": _listed(cells.get("skills", "")),
        "nobody_alone": alone,
        "weight": weight,
        "received": received,
    }
    ahead = minutes((received - board.at).total_seconds())
    if ahead > 0:
        found.append(Finding(who, f"it lies {ahead:.0f} minutes in the future", "it is left out until then"))
    return f"call {name}, grade {grade}", True


def _grade_of(board: Board, cells: Mapping[str, str], who: str) -> int:
    grade = number(cells["grade"])
    if grade not in board.params.grade_targets_s:
        known = ", ".join(str(g) for g in sorted(board.params.grade_targets_s))
        raise LeftOut(who, f"grade {cells['grade']!r} has no target (grades {known} have)")
    return int(grade or 0)


def _grade(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    row, who = board.incident(cells), f"incident {cells['incident']}"
    before, row["grade"] = row["grade"], _grade_of(board, cells, who)
    for name in ("officers", "units_needed"):
        if name in cells:
            row["officers"] = _whole(cells, name, who, found)
    name, needs = cells["incident"], _needs(row)
    if row["grade"] == before:
        return f"{name} stays at grade {before}, needs {needs}", True
    how = "up" if row["grade"] < before else "down"
    return f"{name} {how} from grade {before} to {row['grade']}, needs {needs}", True


def _change(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    row, who = board.incident(cells), f"incident {cells['incident']}"
    if "officers" in cells:
        row["officers"] = _whole(cells, "officers", who, found)
    if "skills" in cells:
        row["skills"] = _listed(cells["skills"])
    if "nobody_alone" in cells:
        row["nobody_alone"] = _flag(cells, "nobody_alone", who, found)
    weight = number(cells.get("weight", ""))
    if weight is not None and weight > 0:
        row["weight"] = weight
    return f"{cells['incident']} now needs {_needs(row)}", True


def _needs(row: Mapping[str, Any]) -> str:
    asks = f"{row['officers']} officer{'s' if row['officers'] != 1 else ''}"
    return ", ".join([asks, *row["skills"]])


def _close(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    board.incident(cells)
    name = cells["incident"]
    del board.incidents[name]
    freed = [u for u, row in board.units.items() if row["incident"] == name]
    recalled = [u for u in freed if board.units[u]["kind"] == ON_WAY]
    for u in freed:
        board.units[u].update(status=AVAILABLE, kind=AVAILABLE, incident="", until=None, since=board.at)
    told = f"{name} closed"
    if freed:
        told += f", {', '.join(freed)} free" + (f" (recall {', '.join(recalled)})" if recalled else "")
    return told, True


def _road(board: Board, cells: Mapping[str, str], found: list[Finding], kind: str) -> tuple[str, bool]:
    name, who = cells["road"], f"road {cells['road']}"
    lon, lat = number(cells.get("lon", "")), number(cells.get("lat", ""))
    factor, radius = number(cells.get("factor", "1")), number(cells.get("radius_m", "0"))
    if kind == "slow" and (factor is None or factor <= 0):
        raise LeftOut(who, f"factor {cells.get('factor')!r} is no number above 0")
    if ("lon" in cells or "lat" in cells) and (lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90):
        raise LeftOut(who, f"its place ({cells.get('lon')}, {cells.get('lat')}) is no place")
    if lon is None and not cells.get("street"):
        raise LeftOut(who, "neither lon and lat nor a street says where it is")
    if radius is None or radius < 0:
        found.append(Finding(who, f"radius_m is {cells['radius_m']!r}", "0 is taken"))
        radius = 0.0
    one = RoadIncident(
        name,
        kind == "closed",
        1.0 if kind == "closed" or factor is None else factor,
        None if lon is None or lat is None else (lon, lat),
        cells.get("street", ""),
        radius,
        None,
        None,
    )
    board.roads[name] = one
    told = board.travel.roads_are(tuple(board.roads.values()))
    if any("left out" in t for t in told):
        del board.roads[name]
        board.travel.roads_are(tuple(board.roads.values()))
        raise LeftOut(who, next(t for t in told if "left out" in t).split(": ", 1)[1].split(";")[0])
    cut = [t for t in told if "cut off" in t]
    if cut:
        found.append(Finding(who, cut[0].rstrip("."), "the rest is planned as usual"))
    return " ".join(t.removeprefix(f"Incident {name}: ").rstrip(".") for t in told if t not in cut), True


def _closed(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    return _road(board, cells, found, "closed")


def _slow(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    return _road(board, cells, found, "slow")


def _reopened(board: Board, cells: Mapping[str, str], found: list[Finding]) -> tuple[str, bool]:
    if cells["road"] not in board.roads:
        raise LeftOut(f"road {cells['road']}", "it is neither closed nor slow as far as is known")
    del board.roads[cells["road"]]
    board.travel.roads_are(tuple(board.roads.values()))
    return f"{cells['road']} is as usual again", True


_TAKES: dict[str, Callable[[Board, Mapping[str, str], list[Finding]], tuple[str, bool]]] = {
    "on": _on, "off": _off, "move": _move, "status": _status, "free": _plain("free"), "arrive": _plain("arrive"),
    "break": _plain("break"), "send": _send, "call": _call, "grade": _grade, "change": _change, "close": _close,
    "closed": _closed, "slow": _slow, "reopened": _reopened,
}  # fmt: skip
