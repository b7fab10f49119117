"""What is known at one moment of a running day: units, incidents, and who can be where."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.alerts.events import Event
from optimiser.errors import InputError

OFF, FREE, BUSY = 0, 1, 2


@dataclass
class Incident:
    """An open incident."""

    name: str
    area: int
    grade: int
    n_needed: int
    called_s: float
    units: set[int] = field(default_factory=set)
    sent_s: float = float("inf")
    arrived_s: float = float("inf")


class Situation:
    """Units and incidents, moved on by events.

    Parameters
    ----------
    area_ids
        n areas.
    travel_s
        Drive from area to area, shape (n, n).
    """

    def __init__(self, area_ids: tuple[str, ...], travel_s: NDArray[np.float64]) -> None:
        if travel_s.shape != (len(area_ids), len(area_ids)):
            raise InputError(f"travel_s has shape {travel_s.shape} for {len(area_ids)} areas.")
        self.area_ids = area_ids
        self.travel_s = travel_s
        self.now_s = 0.0
        self.odd: list[str] = []
        """Events that do not fit what was known, in words; they are taken as they are, the rest goes on."""
        self.incidents: dict[str, Incident] = {}
        self._area = {a: k for k, a in enumerate(area_ids)}
        self._units: dict[str, int] = {}
        self.names: list[str] = []
        self.status: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.at: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.free_s: NDArray[np.float64] = np.zeros(0)
        """When a unit that is not free will be, as far as is known; infinite if it is not."""
        self.ends_s: NDArray[np.float64] = np.zeros(0)
        """When its shift ends."""
        self.on: dict[int, str] = {}
        """Incident of each unit that has one."""

    def take(self, event: Event) -> None:
        """Move on by one event."""
        self.now_s = event.at_s
        getattr(self, f"_{event.what}")(event)

    def _unit(self, event: Event) -> int:
        if event.unit not in self._units:
            self._units[event.unit] = len(self.names)
            self.names.append(event.unit)
            self.status = np.append(self.status, OFF)
            self.at = np.append(self.at, self._area.get(event.area, 0))
            self.free_s, self.ends_s = np.append(self.free_s, np.inf), np.append(self.ends_s, np.inf)
            if event.what != "on":
                self.odd.append(f"{event.unit} does something ({event.what}) before it is on duty")
        return self._units[event.unit]

    def _on(self, event: Event) -> None:
        u = self._unit(event)
        self._leave(u)
        self.status[u], self.at[u] = FREE, self._area[event.area]
        self.free_s[u], self.ends_s[u] = np.inf, event.until_s

    def _off(self, event: Event) -> None:
        u = self._unit(event)
        self._leave(u)
        self.status[u], self.free_s[u] = OFF, np.inf

    def _move(self, event: Event) -> None:
        self.at[self._unit(event)] = self._area[event.area]

    def _call(self, event: Event) -> None:
        if event.incident in self.incidents:
            self.odd.append(f"incident {event.incident} is called in twice")
            return
        self.incidents[event.incident] = Incident(
            event.incident, self._area[event.area], event.grade, event.n_needed, event.at_s
        )

    def _grade(self, event: Event) -> None:
        found = self._incident(event)
        if found is not None:
            found.grade = event.grade

    def _send(self, event: Event) -> None:
        u, found = self._unit(event), self._incident(event)
        self._leave(u)
        self.status[u], self.free_s[u] = BUSY, event.until_s
        if found is not None:
            found.units.add(u)
            found.sent_s = min(found.sent_s, event.at_s)
            self.on[u] = event.incident

    def _arrive(self, event: Event) -> None:
        u = self._unit(event)
        found = self.incidents.get(self.on.get(u, ""))
        if found is None:
            self.odd.append(f"{event.unit} arrives without having been sent")
            return
        self.at[u] = found.area
        found.arrived_s = min(found.arrived_s, event.at_s)

    def _break(self, event: Event) -> None:
        u = self._unit(event)
        self._leave(u)
        self.status[u], self.free_s[u] = BUSY, event.until_s

    def _free(self, event: Event) -> None:
        u = self._unit(event)
        self._leave(u)
        self.status[u], self.free_s[u] = FREE, np.inf
        if event.area:
            self.at[u] = self._area[event.area]

    def _close(self, event: Event) -> None:
        found = self._incident(event)
        if found is None:
            return
        for u in sorted(found.units):
            self.status[u], self.free_s[u] = FREE, np.inf
            self.on.pop(u, None)
        del self.incidents[event.incident]

    def _incident(self, event: Event) -> Incident | None:
        if event.incident not in self.incidents:
            self.odd.append(f"incident {event.incident} is not open ({event.what})")
        return self.incidents.get(event.incident)

    def _leave(self, u: int) -> None:
        found = self.incidents.get(self.on.pop(u, ""))
        if found is not None:
            found.units.discard(u)

    def available(self, lead_s: float = 0.0) -> NDArray[np.bool_]:
        """Which units are free, or will be so long from now by what is known, and still on duty, shape (U,)."""
        then = self.now_s + lead_s
        free = (self.status == FREE) | ((self.status == BUSY) & (self.free_s <= then))
        return np.asarray(free & (self.ends_s > then))

    def cover(self, target_s: float, lead_s: float = 0.0) -> NDArray[np.int64]:
        """How many available units reach each area in time, shape (n,)."""
        there = self.at[self.available(lead_s)]
        return np.asarray((self.travel_s[there] <= target_s + 1e-6).sum(axis=0), dtype=np.int64)

    def soonest_s(self, incident: Incident) -> float:
        """When the first unit can be there: one that is sent from where it was last known, or one that is free."""
        if np.isfinite(incident.arrived_s):
            return incident.arrived_s
        may = self.available().copy()
        may[sorted(incident.units)] = True
        if not may.any():
            return float("inf")
        started = np.full(len(may), self.now_s)
        for u in incident.units:  # one that is on its way has driven since it was sent
            started[u] = min(incident.sent_s, self.now_s)
        return float((started + self.travel_s[self.at, incident.area])[may].min())
