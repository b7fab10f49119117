"""A log from the simulator: its records of calls as events, so that alerts can be tried before a real log is there."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.alerts.events import Event
from optimiser.errors import InputError
from optimiser.simulate import Calls, Fleet, Records


def log_of(
    records: Records,
    calls: Calls,
    fleet: Fleet,
    area_ids: Sequence[str],
    travel_s: NDArray[np.float64],
    *,
    grades: Sequence[int],
    end_s: float,
) -> tuple[Event, ...]:
    """Return the events of a replication in order of time.

    The records tell the first unit of a call alone, so a call has one unit in the log whatever it needs; it is free
    again, where the call was, after its time on scene, and drives back to its post unless it is sent again: from
    half-way on it is there. Tours put units on and off duty; who runs over the first moment is on from there.

    Parameters
    ----------
    records
        Of a replication with ``keep_calls``.
    calls, fleet
        As simulated.
    area_ids
        Zones by number.
    travel_s
        Drive from zone to zone, shape (Z, Z).
    grades
        The grades as in ``Rules.grades``.
    end_s
        End of the log.

    Raises
    ------
    InputError
        If the records name a zone without an area.
    """
    if len(records.zone) and int(records.zone.max()) >= len(area_ids):
        raise InputError(f"The records name zone {int(records.zone.max())}; there are {len(area_ids)} areas.")
    found: list[tuple[float, int, Event]] = []
    tours = zip(fleet.tour_unit.tolist(), fleet.tour_start_s.tolist(), fleet.tour_end_s.tolist(), strict=True)
    for (unit, start, end), by in itertools.product(tours, fleet.rounds_s(end_s).tolist()):
        at, end = max(0.0, start + by), end + by
        if end <= 0 or at >= end_s:
            continue
        found.append((at, 0, Event(at, "on", f"U{unit}", area=area_ids[int(fleet.post[unit])], until_s=end)))
        if end < end_s:
            found.append((end, 5, Event(end, "off", f"U{unit}")))
    service = np.asarray(calls.service_s, dtype=float)
    service = service[:, 0] if service.ndim == 2 else service
    done_at: dict[int, tuple[float, int]] = {}
    for i, number in enumerate(records.number.tolist()):
        area, grade = area_ids[int(records.zone[i])], int(grades[int(records.grade[i])])
        at, name = float(records.time_s[i]), f"C{number}"
        found.append((at, 1, Event(at, "call", incident=name, area=area, grade=grade)))
        unit, sent, there = (
            int(records.first_unit[i]),
            at + float(records.wait_s[i]),
            at + float(records.response_s[i]),
        )
        if unit < 0 or not np.isfinite(there):
            continue
        done = there + float(service[number])
        found += _back(unit, done_at.get(unit), sent, fleet, area_ids, travel_s)
        done_at[unit] = (done, int(records.zone[i]))
        found.append((sent, 2, Event(sent, "send", f"U{unit}", name, until_s=done)))
        found.append((there, 3, Event(there, "arrive", f"U{unit}")))
        found.append((done, 4, Event(done, "close", incident=name)))
    for unit, last in done_at.items():
        found += _back(unit, last, np.inf, fleet, area_ids, travel_s)
    found.sort(key=lambda row: (row[0], row[1]))
    return tuple(event for at, _, event in found if at <= end_s)


def _back(
    unit: int,
    last: tuple[float, int] | None,
    sent_s: float,
    fleet: Fleet,
    area_ids: Sequence[str],
    travel_s: NDArray[np.float64],
) -> list[tuple[float, int, Event]]:
    """Half-way back to its post after a call, where it was not sent again before."""
    if last is None:
        return []
    done, zone = last
    post = int(fleet.post[unit])
    at = done + float(travel_s[zone, post]) / 2
    return (
        [(at, 4, Event(at, "move", f"U{unit}", area=area_ids[post]))] if zone != post and at < sent_s else []
    )
