"""The dispatcher's desk: units and zones as they stand, and an answer to one new call at once, every unit routed.

Where units and zones are, and who reaches which zone, is kept; a new call costs one search backwards from it for each
driver class (:func:`optimiser.roads.times_between`), which gives the exact time of every unit. The desk advises; it
sends nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.prepare.dispatch_scene import Floats, IncidentsAt, UnitsAt, ZonesAt, class_on_call
from optimiser.problems.assignment import AssignmentParams, AssignmentProblem
from optimiser.problems.assignment.choices import Choice, ranked
from optimiser.roads import Positions, RoadNetwork, Weights, snap, times_between, weigh


@dataclass(frozen=True, eq=False)
class Answer:
    """The question that one call asks, and its ranked choices."""

    problem: AssignmentProblem
    choices: tuple[Choice, ...]


class Desk:
    """Units, zones and roads of one moment.

    Parameters
    ----------
    network
        Roads; every ``xy_m`` is in its projected metres.
    units, zones, params
        As for :func:`~optimiser.prepare.assignment.assignment_problem_on_roads`. Units on their way to an open
        incident count as busy here: whether they are diverted is for the joint answer.
    hour_of_week
        Hour of the traffic factors; free flow if None.
    lights_for_grades
        Grades to which blue-light drivers go under blue lights.
    weights
        Gives the seconds of every street for a driver class, as roads are just now; free flow, or that of
        ``hour_of_week``, if None.
    open_now
        Incidents that are open already, with units on their way that may turn round: they are part of every question.
    access_m_per_s
        Speed over the straight line between a point and its street; no access leg if None.
    more
        Further fields of the problem that belong to units or zones: skills, shift ends, weights.
    """

    def __init__(
        self,
        network: RoadNetwork,
        units: UnitsAt,
        zones: ZonesAt,
        params: AssignmentParams,
        *,
        hour_of_week: int | None = None,
        lights_for_grades: tuple[int, ...] = (1,),
        weights: Callable[[str], Weights] | None = None,
        open_now: IncidentsAt | None = None,
        access_m_per_s: float | None = None,
        **more: Any,
    ) -> None:
        self._network, self._units, self._zones, self._params = network, units, zones, params
        self._lights, self._more, self._access_m_per_s = lights_for_grades, more, access_m_per_s
        self._open: IncidentsAt | None = None
        self.version = 0
        """Changes with every unit that moves or changes: what was worked out before no longer holds."""
        drivers = {class_on_call(c, lights=lit) for c in units.driver_class for lit in (True, False)}
        weight = weights or (lambda driver: weigh(network, driver, hour_of_week))
        self._weights: dict[str, Weights] = {d: weight(d) for d in sorted(drivers)}
        self._at: dict[str, Positions] = {d: snap(network, units.xy_m, driver=d) for d in self._weights}
        self._zone_at: dict[str, Positions] = {d: snap(network, zones.xy_m, driver=d) for d in self._weights}
        self._zone_s = np.zeros((len(units.ids), len(zones.ids)))
        for name in sorted(set(units.driver_class)):
            self._reach(np.array([c == name for c in units.driver_class], dtype=bool), name)
        self._opens(open_now)

    @property
    def units(self) -> UnitsAt:
        """The units as the desk knows them."""
        return self._units

    def _reach(self, which: Any, name: str) -> None:
        driver = class_on_call(name, lights=bool(self._lights))
        if which.any() and len(self._zones.ids):
            self._zone_s[which] = self._between(_some(self._at[driver], which), self._zone_at[driver], driver)

    def _between(self, origins: Positions, destinations: Positions, driver: str) -> Floats:
        found = times_between(
            self._network,
            origins,
            destinations,
            driver=self._weights[driver],
            access_m_per_s=self._access_m_per_s,
        )
        return np.asarray(found, dtype=np.float64)

    def moved(self, unit: str, xy_m: Floats) -> None:
        """Take a unit's new place; one search renews who reaches what.

        Raises
        ------
        InputError
            If there is no such unit.
        """
        u = self._row(unit)
        xy = np.array(self._units.xy_m, dtype=np.float64)
        xy[u] = xy_m
        self._units = replace(self._units, xy_m=xy)
        self.version += 1
        which = np.arange(len(self._units.ids)) == u
        for driver, at in self._at.items():
            new = snap(self._network, xy[[u]], driver=driver)
            for name in ("member", "along_frac", "access_m"):
                getattr(at, name)[u] = getattr(new, name)[0]
        self._reach(which, self._units.driver_class[u])

    def changed(self, unit: str, status: str, ready_s: float) -> None:
        """Take a unit's new status.

        Raises
        ------
        InputError
            If there is no such unit.
        """
        u = self._row(unit)
        states, ready = list(self._units.status), np.array(self._units.ready_s, dtype=np.float64)
        states[u], ready[u] = status, ready_s
        self._units = replace(self._units, status=tuple(states), ready_s=ready)
        self.version += 1

    def take(self, units: UnitsAt, open_now: IncidentsAt | None = None, **more: Any) -> None:
        """Take units, open incidents and their further fields as they stand now; only who moved is searched for anew.

        Raises
        ------
        InputError
            If these are other units, or drivers of other classes: that needs a new desk.
        """
        if (units.ids, units.driver_class) != (self._units.ids, self._units.driver_class):
            raise InputError("These are not the units of this desk: set up a new one.")
        which = (units.xy_m != self._units.xy_m).any(axis=1)
        self._units, self._more = units, more
        self.version += 1
        if which.any():
            for driver, at in self._at.items():
                new = snap(self._network, units.xy_m[which], driver=driver)
                for name in ("member", "along_frac", "access_m"):
                    getattr(at, name)[which] = getattr(new, name)
            for name in sorted(set(units.driver_class)):
                self._reach(which & np.array([c == name for c in units.driver_class], dtype=bool), name)
        self._opens(open_now)

    def time_passes(self, seconds: float) -> None:
        """Let known ends come nearer and open incidents age."""
        ready = np.maximum(0.0, self._units.ready_s - seconds)
        self._units = replace(self._units, ready_s=ready)
        if "shift_left_s" in self._more:
            left = np.maximum(0.0, self._more["shift_left_s"] - seconds)
            self._more = {**self._more, "shift_left_s": left}
        if self._open is not None:
            self._open = replace(self._open, age_s=self._open.age_s + seconds)

    def _opens(self, open_now: IncidentsAt | None) -> None:
        self._open = open_now if open_now is not None and len(open_now.ids) else None
        if self._open is not None:
            self._open_s, self._open_scenes = self._ways(self._open)

    def _row(self, unit: str) -> int:
        if unit not in self._units.ids:
            raise InputError(f"There is no unit {unit!r} at this desk.")
        return self._units.ids.index(unit)

    def _ways(self, call: IncidentsAt) -> tuple[Floats, dict[str, Floats]]:
        """Return the seconds of every unit to each incident, and from each incident to each zone, by driver class."""
        units = self._units
        lit = np.isin(call.grade, np.array(self._lights, dtype=np.int64))
        travel_s = np.full((len(units.ids), len(call.ids)), np.inf)
        scenes: dict[str, Floats] = {}
        there: dict[str, Positions] = {}
        for name in sorted(set(units.driver_class)):
            mine = np.array([c == name for c in units.driver_class], dtype=bool)
            for allowed, which in ((True, lit), (False, ~lit)):
                driver = class_on_call(name, lights=allowed)
                if driver not in there:
                    there[driver] = snap(self._network, call.xy_m, driver=driver)
                if which.any():
                    found = self._between(_some(self._at[driver], mine), _some(there[driver], which), driver)
                    travel_s[np.ix_(mine, which)] = found
            if self._params.coverage == "present":
                reach = class_on_call(name, lights=bool(self._lights))
                scenes[name] = self._between(there[reach], self._zone_at[reach], reach)
        return travel_s, scenes

    def problem(self, call: IncidentsAt, **more: Any) -> AssignmentProblem:
        """Return the question that new calls ask; ``more`` are further fields of the incidents, the open ones first."""
        units, params = self._units, self._params
        travel_s, scenes = self._ways(call)
        if self._open is not None:
            travel_s = np.hstack([self._open_s, travel_s])
            scenes = {c: np.vstack([self._open_scenes[c], found]) for c, found in scenes.items()}
            call = _joined(self._open, call)
        return AssignmentProblem(
            params=params,
            unit_ids=units.ids,
            officers=units.officers,
            driver_class=units.driver_class,
            status=units.status,
            ready_s=units.ready_s,
            incident_ids=call.ids,
            grade=call.grade,
            officers_needed=call.officers_needed,
            age_s=call.age_s,
            weight=call.weight,
            travel_s=travel_s,
            zone_ids=self._zones.ids,
            demand_level=self._zones.demand_level,
            zone_s=self._zone_s,
            scene_zone_s=scenes,
            **(self._more | more),
        )

    def answer(self, call: IncidentsAt, *, most: int = 10, job_s: float = 2700.0, **more: Any) -> Answer:
        """Rank the ways to answer one new call; ``call`` holds exactly one, ``more`` as for :meth:`problem`.

        Raises
        ------
        InputError
            If it holds none or several.
        """
        if len(call.ids) != 1:
            raise InputError(f"answer takes one call, got {len(call.ids)}; several belong to a joint solve.")
        problem = self.problem(call, **more)
        return Answer(problem, ranked(problem, call.ids[0], most=most, job_s=job_s))


def _joined(one: IncidentsAt, other: IncidentsAt) -> IncidentsAt:
    parts = {
        f.name: (getattr(one, f.name), getattr(other, f.name)) for f in fields(IncidentsAt) if f.name != "ids"
    }
    return IncidentsAt(
        ids=one.ids + other.ids, **{name: np.concatenate(both) for name, both in parts.items()}
    )


def _some(at: Positions, which: Any) -> Positions:
    return Positions(at.member[which], at.along_frac[which], at.access_m[which])
