"""Times between places of dispatch on the roads as they are just now, kept as long as nothing has moved.

Between two events most units, zones and posts stand where they stood: a row of times is worked out once and kept until
the roads change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from optimiser.data.project import Project
from optimiser.data.road_tables import RoadIncident
from optimiser.errors import InputError
from optimiser.prepare import travel
from optimiser.prepare.dispatch_scene import Floats
from optimiser.roads import Positions, RoadNetwork, Weights, cut_off, route, snap, times_between, weigh
from optimiser.roads.traffic import place
from optimiser.units import HOURS_PER_DAY

MOST_KEPT = 64
"""Sets of destinations whose rows are kept; the oldest goes first."""


class RoadTravel:
    """A :data:`~optimiser.prepare.dispatch_scene.Travel` on a project's roads, with hour, traffic and closures.

    Parameters
    ----------
    project
        Its roads and its fitted drivers.
    factors
        Travel-time factors, shape (n_classes, 168); none if None.

    Raises
    ------
    InputError
        If the project has no roads.
    """

    def __init__(self, project: Project, factors: Floats | None = None) -> None:
        roads = travel.network(project)
        if roads is None:
            raise InputError(
                "Dispatch needs roads: the project has none. Add them with: optimiser init ... --roads FILE."
            )
        self.network: RoadNetwork = roads
        self.version = 0
        """Changes with hour, traffic and closures: seconds worked out before no longer hold."""
        self._project, self._factors = project, factors
        self._hour: int | None = None
        self._incidents: tuple[RoadIncident, ...] = ()
        self._weights: dict[str, Weights] = {}
        self._at: dict[tuple[str, bytes], Positions] = {}
        self._rows: dict[tuple[str, bytes], dict[bytes, Floats]] = {}

    @property
    def hour_of_week(self) -> int | None:
        """Hour of the traffic factors, None for free flow."""
        return self._hour

    def now(self, at: datetime) -> None:
        """Take the hour of a time of the wall clock."""
        hour = at.weekday() * HOURS_PER_DAY + at.hour
        if hour != self._hour:
            self._hour = hour
            if self._factors is not None:
                self._forget()

    def roads_are(self, incidents: Sequence[RoadIncident]) -> tuple[str, ...]:
        """Take what closes and slows roads; return in words what was placed and what it cuts off."""
        before = self._incidents
        self._incidents = tuple(incidents)
        self._forget()
        fresh = [one for one in incidents if one not in before]
        said = place(self.network, fresh).said
        if any(one.closed for one in fresh):
            said += cut_off(weigh(self.network, "basic"), self.weights("basic")).said
        return said

    def weights(self, driver: str) -> Weights:
        """Return the seconds of every arc for a driver class, just now."""
        if driver not in self._weights:
            now = place(self.network, self._incidents) if self._incidents else None
            drives = travel.driver_of(self._project, driver)
            self._weights[driver] = weigh(self.network, drives, self._hour, self._factors, now)
        return self._weights[driver]

    def __call__(self, origins: Floats, destinations: Floats, driver: str) -> Floats:
        """Return seconds, shape (n, m); inf where no way leads."""
        if not len(origins) or not len(destinations):
            return np.zeros((len(origins), len(destinations)))
        key = driver, np.ascontiguousarray(destinations).tobytes()
        kept = self._rows.pop(key, {})
        self._rows[key] = kept  # the latest used is the last
        while len(self._rows) > MOST_KEPT:
            self._rows.pop(next(iter(self._rows)))
        names = [np.ascontiguousarray(xy).tobytes() for xy in origins]
        new = [k for k, name in enumerate(names) if name not in kept]
        if new:
            start = snap(self.network, origins[new], driver=driver)
            if key not in self._at:
                self._at[key] = snap(self.network, destinations, driver=driver)
            found = times_between(
                self.network,
                start,
                self._at[key],
                driver=self.weights(driver),
                access_m_per_s=self._project.settings.default_speed_m_per_s,
            )
            kept.update({names[k]: row for k, row in zip(new, np.asarray(found, np.float64), strict=True)})
        return np.array([kept[name] for name in names])

    def line(self, origin: Floats, destination: Floats, driver: str) -> Floats:
        """Return the quickest way as a line, shape (n, 2); straight where no way leads."""
        ends = [snap(self.network, xy[None, :], driver=driver) for xy in (origin, destination)]
        (way,) = route(self.network, *ends, driver=self.weights(driver))
        inner = np.zeros((0, 2)) if way is None else way.xy_m
        return np.vstack([origin, inner, destination])

    def _forget(self) -> None:
        self.version += 1
        self._weights.clear()
        self._rows.clear()
        self._at.clear()
