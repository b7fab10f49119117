"""The board of a dispatch room: units, incidents and roads as a feed says they are, event by event.

The board follows the feed alone: what is advised changes nothing on it until somebody has done it and the feed says
so. Whatever cannot be is named (:class:`~optimiser.prepare.dispatch_live.Finding`) and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from optimiser.data.dispatch_feed import FeedEvent, local_time
from optimiser.data.plans import other_names
from optimiser.data.project import Project
from optimiser.data.road_tables import RoadIncident
from optimiser.data.small_tables import number
from optimiser.demand.workload import from_project
from optimiser.errors import InputError
from optimiser.prepare import choices
from optimiser.prepare.dispatch_live import (
    ATTENDING,
    AVAILABLE,
    ENDING,
    ON_WAY,
    OVERDUE_MIN,
    STATUS_WORDS,
    Finding,
    LiveScene,
    live_scene,
)
from optimiser.prepare.dispatch_scene import Floats, IncidentsAt, PostsAt, Snapshot, ZonesAt, assemble
from optimiser.prepare.dispatch_snapshot import with_targets_of, zone_labels, zones_of
from optimiser.prepare.dispatch_travel import RoadTravel
from optimiser.prepare.travel import area_points
from optimiser.problems.assignment import AssignmentParams, AssignmentProblem
from optimiser.problems.assignment.data import BUSY, ENTERS_WITH, SENT
from optimiser.roads import snap
from optimiser.roads.graph import LON_LAT
from optimiser.roads.snap import checked_points
from optimiser.units import METRES_PER_KM, minutes

OFF_MAP_M = 2000.0
MADE_UP_COVER_S = 240.0
"""Cover that a made-up hour asks for, seconds: in a small county more would cover everything from anywhere."""
ROOM_AT_STATION = 4
_OWN_WORDS = {k: k for k in (AVAILABLE, ENDING, ATTENDING, ON_WAY)} | {"break": ENDING}


class LeftOut(Exception):  # noqa: N818  it ends one event, it is no error of the program
    """An event that cannot be taken: whose it is, why not, and what is done."""

    def __init__(self, who: str, what: str, done: str = "it is left out") -> None:
        super().__init__(what)
        self.who, self.what, self.done = who, what, done


@dataclass(eq=False)
class Board:
    """Units, incidents and roads of a project.

    Parameters
    ----------
    project
        With roads.
    params
        Choices of the dispatcher.
    factors
        Travel-time factors, shape (n_classes, 168).
    status_words
        What each status of the feed means, as :data:`~optimiser.prepare.dispatch_live.STATUS_WORDS`.
    lights_for_grades
        Grades to which blue-light drivers go under blue lights.

    Raises
    ------
    InputError
        If the project has no roads or cannot be solved yet.
    """

    project: Project
    params: AssignmentParams
    factors: Floats | None = None
    status_words: Mapping[str, str] = field(default_factory=lambda: STATUS_WORDS)
    lights_for_grades: tuple[int, ...] = (1,)
    units: dict[str, dict[str, Any]] = field(default_factory=dict, init=False)
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict, init=False)
    roads: dict[str, RoadIncident] = field(default_factory=dict, init=False)
    at: datetime | None = field(default=None, init=False)
    held: FeedEvent | None = field(default=None, init=False)
    """An event much later than the one before it, until the next one tells whether the clock may go on."""

    def __post_init__(self) -> None:
        self.project.require_ready()
        self.travel = RoadTravel(self.project, self.factors)
        self._points = area_points(self.project)
        self._area = {name: k for k, name in enumerate(self.project.areas["area_id"])}
        self._names = other_names(self.project.areas)
        self._calls = from_project(self.project).calls
        self._zone = ZoneInfo(self.project.settings.timezone)
        self._zones: tuple[int, ZonesAt] | None = None
        self._posts = _stations(self.project)

    def time_is(self, at: datetime) -> None:
        """Turn the clock; it never goes back."""
        self.at = at if self.at is None else max(self.at, at)
        self.travel.now(self.at)

    def scene(self) -> LiveScene:
        """Return units and incidents as they stand now."""
        now = self.at or datetime.min
        crews = [_unit_row(name, row, now) for name, row in self.units.items()]
        there: dict[str, list[dict[str, Any]]] = {}
        for row in self.units.values():
            if row["kind"] == ATTENDING and row["incident"]:
                there.setdefault(row["incident"], []).append(row)
        calls = [call_row(name, row, there.get(name, []), now) for name, row in self.incidents.items()]
        going = {c["on_way_to"] for c in crews if c["on_way_to"]}
        calls = [c for c in calls if c["officers"] > 0 or c["skills"] or c["incident"] in going]
        return live_scene(
            self.travel.network,
            crews,
            calls,
            self.params,
            status_words=_OWN_WORDS | dict(self.status_words),
            off_map_m=OFF_MAP_M,
        )

    def snapshot(self) -> tuple[Snapshot, tuple[Finding, ...]]:
        """Return the question of this moment with where everything is, and what was wrong with the rows."""
        scene = self.scene()
        zones, posts = self.zones(), self._posts
        problem = assemble(
            scene.units,
            scene.incidents,
            zones,
            self.params,
            self.travel,
            lights_for_grades=self.lights_for_grades,
            posts=posts if self.params.max_moves else None,
            **scene.more,
        )
        return Snapshot(
            problem, scene.units, scene.incidents, zones, self.travel.hour_of_week
        ), scene.findings

    def problem(self, call: IncidentsAt) -> AssignmentProblem:
        """Return the question that new calls would ask of the units as they stand; those on their way count as busy."""
        scene = self.scene()
        sent = np.array([s == SENT for s in scene.units.status], dtype=bool)
        units = replace(
            scene.units,
            status=tuple(BUSY if s == SENT else s for s in scene.units.status),
            ready_s=np.where(sent, np.inf, scene.units.ready_s),
        )
        return assemble(
            units,
            call,
            self.zones(),
            self.params,
            self.travel,
            lights_for_grades=self.lights_for_grades,
            shift_left_s=scene.more["shift_left_s"],
        )

    def zones(self) -> ZonesAt:
        """Return the zones with the levels of this hour."""
        hour = self.travel.hour_of_week
        if hour is None:
            hour = int(np.argmax(self._calls.sum(axis=0)))
        if self._zones is None or self._zones[0] != hour:
            total = self._calls[:, hour].sum()
            share = self._calls[:, hour] / total if total > 0 else np.zeros(len(self._calls))
            self._zones = hour, zones_of(self.project, share, self._points)
        return self._zones[1]

    def zone_rates(self) -> dict[str, float]:
        """Return the calls an hour that each zone has in this hour of the week."""
        hour = self.travel.hour_of_week
        if hour is None:
            hour = int(np.argmax(self._calls.sum(axis=0)))
        rates: dict[str, float] = {}
        for zone, calls in zip(zone_labels(self.project), self._calls[:, hour].tolist(), strict=True):
            rates[zone] = rates.get(zone, 0.0) + calls
        return rates

    def busiest_areas(self, n: int) -> list[str]:
        """Return the areas with the most calls of the week."""
        ids = self.project.areas["area_id"].astype(str).tolist()
        order = np.argsort(-self._calls.sum(axis=1), kind="stable")
        return [ids[int(k)] for k in order[:n]]

    def time_in(self, text: str, found: list[Finding], who: str) -> datetime | None:
        """Read a time of the wall clock, None where there is none."""
        if not text:
            return None
        when = local_time(text, self._zone)
        if when is None:
            found.append(Finding(who, f"{text!r} is no time as 2026-03-02 07:30:00", "it is not used"))
        return when

    def place_of(self, cells: Mapping[str, str], who: str, done: str) -> tuple[float, float]:
        """Return the place of an event in the metres of the roads; it must be on the map."""
        if "lon" in cells and "lat" in cells:
            lon, lat = number(cells["lon"]), number(cells["lat"])
            if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
                raise LeftOut(who, f"its place ({cells['lon']}, {cells['lat']}) is no place", done)
            try:
                xy = checked_points(np.array([[lon, lat]]), LON_LAT, self.travel.network)[0]
            except InputError:
                raise LeftOut(who, f"it is off the map at ({lon:g}, {lat:g})", done) from None
        else:
            area = self._names.get(cells.get("area_id", ""), "")
            if not area:
                raise LeftOut(who, f"there is no area {cells.get('area_id', '')!r}", done)
            xy = self._points[self._area[area]]
        far_m = float(snap(self.travel.network, xy[None, :]).access_m[0])
        if far_m > OFF_MAP_M:
            what = (
                f"it is off the map, {far_m / METRES_PER_KM:,.1f} km from the nearest street "
                f"(limit {OFF_MAP_M / METRES_PER_KM:g})"
            )
            raise LeftOut(who, what, done)
        return float(xy[0]), float(xy[1])

    def kind_of(self, status: str) -> str:
        """Return what a status of the feed means, "" for one that nobody knows."""
        return self.status_words.get(status.strip().casefold(), "")

    def unit(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return the row of the unit of an event."""
        name = cells["unit"]
        if name not in self.units:
            raise LeftOut(f"unit {name}", "it is not on duty as far as is known", "the event is left out")
        return self.units[name]

    def incident(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return the row of the incident of an event."""
        name = cells["incident"]
        if name not in self.incidents:
            raise LeftOut(f"incident {name}", "it is not open as far as is known", "the event is left out")
        return self.incidents[name]


def desk_params(
    project: Project, table: Mapping[str, Any] | None = None, *, made_up: bool = False
) -> AssignmentParams:
    """Return the choices of a desk: the project's own targets, units on their way may turn back.

    Parameters
    ----------
    table
        Choices in the planner's names and units, which come first.
    made_up
        The hour is made up: cover is asked for within :data:`MADE_UP_COVER_S`.

    Raises
    ------
    UsageError
        If a choice is unknown or its value cannot be.
    """
    chosen = with_targets_of(project, table or {})
    (params,) = choices.read((AssignmentParams,), chosen, "choices, [assignment]")
    more: dict[str, Any] = {} if "recall" in chosen else {"recall": True}
    if made_up and choices.public_name("coverage_s") not in chosen:
        more["coverage_s"] = MADE_UP_COVER_S
    found: AssignmentParams = replace(params, **more)
    return found


def _unit_row(name: str, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return a unit as :func:`~optimiser.prepare.dispatch_live.live_scene` reads it."""
    made: dict[str, Any] = {
        "unit": name, "x_m": row["xy"][0], "y_m": row["xy"][1], "officers": row["officers"], "driver": row["driver"],
        "skills": row["skills"], "on_way_to": row["incident"] if row["kind"] == ON_WAY else "",
        "status_since_min": minutes((now - row["since"]).total_seconds()),
        "status": row["status"] if row["kind"] else ATTENDING,  # an unknown one was named when it came
    }  # fmt: skip
    if row["until"] is not None:
        ends = minutes((row["until"] - now).total_seconds())
        made["ends_in_min"] = ends
        if row["kind"] == ATTENDING and ends >= -OVERDUE_MIN:
            made["status"] = ENDING  # the end of this job is predicted
    if row["shift_end"] is not None:
        made["shift_left_min"] = minutes((row["shift_end"] - now).total_seconds())
    return made


def call_row(name: str, row: Mapping[str, Any], there: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """Return an incident with what it still needs beside the units that are at the scene."""
    at_scene = sum(u["officers"] for u in there)
    skills = list(row["skills"])
    for skill in [s for u in there for s in u["skills"]]:
        if skill in skills:
            skills.remove(skill)
    return {
        "incident": name, "x_m": row["xy"][0], "y_m": row["xy"][1], "grade": row["grade"],
        "age_min": minutes((now - row["received"]).total_seconds()), "officers": max(0, row["officers"] - at_scene),
        "skills": skills, "weight": row["weight"],
        # who waits at the rendezvous has not attended yet: whoever comes next goes in with him
        "attended": at_scene >= (ENTERS_WITH if row["nobody_alone"] else 1),
        "nobody_alone": row["nobody_alone"] and not there,
    }  # fmt: skip


def _stations(project: Project) -> PostsAt | None:
    if not len(project.stations):
        return None
    xy = np.column_stack([project.stations.geometry.x.to_numpy(), project.stations.geometry.y.to_numpy()])
    ids = tuple(str(s) for s in project.stations["station_id"])
    return PostsAt(ids, xy.astype(np.float64), np.full(len(ids), ROOM_AT_STATION, dtype=np.int64))
