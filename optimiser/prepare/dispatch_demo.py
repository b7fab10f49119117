"""A made-up hour of dispatch in a project, by seed: calls, units, breaks, a closed road, one call up and one down.

Calls come from the recorded calls of the busiest hour. A plain dispatcher sends the nearest free units, knows nothing
of cover, and is what the advice is laid beside. The feed is written as a dispatch system would.
"""

from __future__ import annotations

import heapq
import json
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Transformer

from optimiser.data.project import Project
from optimiser.prepare.dispatch_scene import Floats, class_on_call
from optimiser.prepare.dispatch_snapshot import SnapshotSetup, snapshot
from optimiser.prepare.dispatch_travel import RoadTravel
from optimiser.problems.assignment import AssignmentParams
from optimiser.problems.assignment.data import ENDS
from optimiser.roads import route, snap
from optimiser.roads.graph import LON_LAT
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_MINUTE

DISPATCH_FOLDER = "dispatch"
"""Folder of a project that feeds, made-up ones and advice lie in."""
MADE_UP = "made-up-"
"""What the names of made-up feeds begin with."""
MONDAY = datetime(2026, 3, 2)
CALLS_WITHIN_S = 45 * SECONDS_PER_MINUTE
STEP_S = 60.0
SHORTEST_JOB_S, MEAN_JOB_S = 300.0, 1200.0
ROAD_SHUT_S = 15 * SECONDS_PER_MINUTE
LAST_S = 70 * SECONDS_PER_MINUTE
SKILL = "taser"


@dataclass
class _Unit:
    name: str
    xy: Floats
    officers: int
    driver: str
    free: bool
    n_trips: int = 0
    trip: list[tuple[float, Floats]] = field(default_factory=list)


@dataclass
class _Call:
    name: str
    xy: Floats
    grade: int
    officers: int
    sent: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    closed: bool = False


def made_up_feed(
    project: Project,
    params: AssignmentParams,
    *,
    seed: int = 1,
    n_units: int = 20,
    n_calls: int = 12,
    travel: RoadTravel | None = None,
) -> list[dict[str, Any]]:
    """Return the events of a made-up hour, in order of time, as rows of a feed.

    Raises
    ------
    InputError
        If the project has no roads, or no call of its busiest hour has a grade that officers attend.
    """
    return _Day(project, params, seed, n_units, n_calls, travel or RoadTravel(project)).rows()


def write_feed(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


class _Day:
    """The hour as it is played."""

    def __init__(
        self,
        project: Project,
        params: AssignmentParams,
        seed: int,
        n_units: int,
        n_calls: int,
        travel: RoadTravel,
    ) -> None:
        setup = SnapshotSetup(n_incidents=n_calls, n_units=n_units, seed=seed)
        scene = snapshot(project, params, setup)
        self.rng = np.random.default_rng(seed + 1)
        self.travel = travel
        hour = scene.hour_of_week or 0
        self.start = MONDAY + timedelta(days=hour // HOURS_PER_DAY, hours=hour % HOURS_PER_DAY)
        self.travel.now(self.start)
        self.move = Transformer.from_crs(travel.network.crs, LON_LAT, always_xy=True)
        self.grades = sorted(params.grade_targets_s)
        self.scene = scene
        self.units = {
            name: _Unit(
                name, scene.units.xy_m[u], int(scene.units.officers[u]), scene.units.driver_class[u], True
            )
            for u, name in enumerate(scene.units.ids)
        }
        self.calls: dict[str, _Call] = {}
        self.queue: list[tuple[float, int, str, str]] = []
        self.n = 0
        self.told: list[tuple[float, dict[str, Any]]] = []

    def rows(self) -> list[dict[str, Any]]:
        self._open()
        while self.queue:
            at, _, what, who = heapq.heappop(self.queue)
            if at <= LAST_S:
                getattr(self, f"_{what}")(at, who)
        self.told.sort(key=lambda row: row[0])
        return [
            {"time": (self.start + timedelta(seconds=round(at))).isoformat(sep=" ")} | row
            for at, row in self.told
        ]

    def later(self, at: float, what: str, who: str) -> None:
        self.n += 1
        heapq.heappush(self.queue, (at, self.n, what, who))

    def tell(self, at: float, event: str, **cells: Any) -> None:
        self.told.append((at, {"event": event} | {k: v for k, v in cells.items() if v not in ("", None)}))

    def place(self, xy: Floats) -> dict[str, float]:
        lon, lat = self.move.transform(float(xy[0]), float(xy[1]))
        return {"lon": round(lon, 6), "lat": round(lat, 6)}

    def clock(self, at: float) -> str:
        return (self.start + timedelta(seconds=round(at))).isoformat(sep=" ")

    def _open(self) -> None:
        units, calls = self.scene.units, self.scene.incidents
        for u, (name, unit) in enumerate(self.units.items()):
            ends = float(units.ready_s[u]) if units.status[u] == ENDS else math.nan
            shift_end = "" if u % 5 else self.clock(LAST_S - 600.0 * (u % 3))
            self.tell(
                0.0, "on", unit=name, **self.place(unit.xy), officers=unit.officers, driver=unit.driver,
                skills=[SKILL] if u % 3 == 0 else None, shift_end=shift_end,
                status=("break" if u % 2 else "prisoner") if ends == ends else None,
                until=self.clock(ends) if ends == ends else None,
            )  # fmt: skip
            if ends == ends:
                unit.free = False
                self.later(ends, "free", name)
        times = np.sort(self.rng.uniform(30.0, CALLS_WITHIN_S, len(calls.ids)))
        for i, name in enumerate(calls.ids):
            grade, need = int(calls.grade[i]), int(calls.officers_needed[i])
            self.calls[name] = _Call(name, calls.xy_m[i], grade, max(need, 2 if i % 4 == 0 else 1))
            self.later(float(times[i]), "call", name)
        self.later(float(times[len(times) // 3]) + 20.0, "shut", "R1")

    def _call(self, at: float, name: str) -> None:
        call = self.calls[name]
        alone = call.grade == self.grades[0] and call.officers >= 2
        self.tell(
            at, "call", incident=name, **self.place(call.xy), grade=call.grade, officers=call.officers,
            nobody_alone="yes" if alone else None,
        )  # fmt: skip
        self.later(at + float(self.rng.uniform(30.0, 90.0)), "send", name)
        kind = len([c for c in self.calls.values() if c.sent or c.there])
        if kind == 3 and call.grade > self.grades[0]:
            self.later(at + 150.0, "up", name)
        if call.officers > 1 and not alone:
            self.later(at + 180.0, "down", name)

    def _send(self, at: float, name: str) -> None:
        """Send the nearest free units until the need is met; look again later for what is missing."""
        call = self.calls[name]
        if call.closed:
            return
        lit = call.grade == self.grades[0]
        missing = call.officers - sum(self.units[u].officers for u in [*call.sent, *call.there])
        while missing > 0:
            free = [u for u in self.units.values() if u.free]
            if not free:
                self.later(at + 120.0, "send", name)
                return
            ways = [
                float(self.travel(u.xy[None], call.xy[None], class_on_call(u.driver, lights=lit))[0, 0])
                for u in free
            ]
            best = free[int(np.argmin(ways))]
            if not math.isfinite(min(ways)):
                return
            self.tell(at, "send", unit=best.name, incident=name)
            best.free = False
            call.sent.append(best.name)
            best.n_trips += 1
            best.trip = self._trip(at + 15.0, best, call, lit=lit)
            for when, _ in best.trip[:-1]:
                self.later(when, "move", f"{best.name}|{best.n_trips}|{when}")
            self.later(best.trip[-1][0], "arrive", f"{best.name}|{best.n_trips}|{name}")
            missing -= best.officers

    def _trip(self, at: float, unit: _Unit, call: _Call, *, lit: bool) -> list[tuple[float, Floats]]:
        """Places along the way, one a minute, and the arrival."""
        driver = class_on_call(unit.driver, lights=lit)
        ends = [snap(self.travel.network, xy[None], driver=driver) for xy in (unit.xy, call.xy)]
        (way,) = route(self.travel.network, *ends, driver=self.travel.weights(driver))
        if way is None:
            return [(at + STEP_S, call.xy)]
        gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way.xy_m, axis=0).T))])
        stops = np.arange(STEP_S, way.time_s, STEP_S)
        found = [
            (at + s, np.array([np.interp(s / way.time_s * gone[-1], gone, way.xy_m[:, k]) for k in (0, 1)]))
            for s in stops.tolist()
        ]
        return [*found, (at + way.time_s, call.xy)]

    def _move(self, at: float, who: str) -> None:
        name, trip, when = who.split("|")
        unit = self.units[name]
        if unit.n_trips == int(trip):
            unit.xy = next(xy for t, xy in unit.trip if t == float(when))
            self.tell(at, "move", unit=name, **self.place(unit.xy))

    def _arrive(self, at: float, who: str) -> None:
        name, trip, to = who.split("|")
        unit, call = self.units[name], self.calls[to]
        if unit.n_trips != int(trip) or call.closed:
            return
        unit.xy = call.xy
        call.sent.remove(name)
        first = not call.there
        call.there.append(name)
        job_s = SHORTEST_JOB_S + float(self.rng.exponential(MEAN_JOB_S - SHORTEST_JOB_S))
        until = self.clock(at + job_s) if call.grade > self.grades[0] else None
        self.tell(at, "arrive", unit=name, until=until)
        if first:
            self.later(at + job_s, "close", to)

    def _close(self, at: float, name: str) -> None:
        call = self.calls[name]
        call.closed = True
        self.tell(at, "close", incident=name)
        for unit in (self.units[u] for u in [*call.there, *call.sent]):
            unit.free, unit.n_trips = True, unit.n_trips + 1

    def _free(self, at: float, name: str) -> None:
        self.units[name].free = True
        self.tell(at, "free", unit=name)

    def _up(self, at: float, name: str) -> None:
        call = self.calls[name]
        if not call.closed and not call.there:
            call.grade, call.officers = self.grades[0], max(2, call.officers)
            self.tell(at, "grade", incident=name, grade=call.grade, officers=call.officers)
            self.later(at + 30.0, "send", name)

    def _down(self, at: float, name: str) -> None:
        call = self.calls[name]
        if not call.closed and len(call.there) == 0:
            call.grade, call.officers = self.grades[-1], 1
            self.tell(at, "grade", incident=name, grade=call.grade, officers=1)

    def _shut(self, at: float, name: str) -> None:
        """Shut the street at a place that a unit passes just now, or at an incident."""
        way = next((u.trip[len(u.trip) // 2][1] for u in self.units.values() if len(u.trip) > 2), None)
        xy = way if way is not None else next(iter(self.calls.values())).xy
        self.tell(at, "closed", road=name, **self.place(xy))
        self.later(at + ROAD_SHUT_S, "reopen", name)

    def _reopen(self, at: float, name: str) -> None:
        self.tell(at, "reopened", road=name)
