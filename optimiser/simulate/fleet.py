"""Units and when they are on duty: cars with their post, crew and tours, repeating by the week."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.state import DUTY, LOOK, MEAL, PATROL, SHIFT_END, SHIFT_START, UNIT, FleetArrays
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
WEEK_S = HOURS_PER_WEEK * SECONDS_PER_HOUR


def _none() -> IntArray:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fleet:
    """U units (cars or foot patrols), numbered from 0.

    Parameters
    ----------
    post
        Zone where each unit stands when it has nothing to do, shape (U,).
    tour_unit, tour_start_s, tour_end_s
        Tours of duty: a unit is on duty from start to end. At the end it finishes its call first (overtime); a
        next tour that begins at that moment takes over where the unit is.
    repeat_s
        Tours, breaks and patrols repeat after this long, by the week as a rule; infinite: they happen once.
    officers
        Crew of each unit, 1 if None. kind: driver class, the row of ``Travel.mode``, 0 if None. sector: sector
        number of each unit, -1 for none. All of shape (U,).
    zone_sector
        Sector of each zone, -1 for none, shape (Z,); None: no sectors.
    sites
        Zones of custody sites: a prisoner run goes to the nearest.
    break_unit, break_at_s, break_s
        Planned breaks: due then, taken when the unit is free and no call waits.
    patrol_unit, patrol_at_s, patrol_s, patrol_zone
        Planned proactive blocks, in a zone (-1: where the unit is); dropped where the unit is busy.
    """

    post: IntArray
    tour_unit: IntArray
    tour_start_s: FloatArray
    tour_end_s: FloatArray
    repeat_s: float = WEEK_S
    officers: IntArray | None = None
    kind: IntArray | None = None
    sector: IntArray | None = None
    zone_sector: IntArray | None = None
    sites: IntArray | None = None
    break_unit: IntArray | None = None
    break_at_s: FloatArray | None = None
    break_s: FloatArray | None = None
    patrol_unit: IntArray | None = None
    patrol_at_s: FloatArray | None = None
    patrol_s: FloatArray | None = None
    patrol_zone: IntArray | None = None

    def __post_init__(self) -> None:
        n = len(self.post)
        if n == 0:
            raise InputError("A fleet needs at least one unit.")
        for name in ("officers", "kind", "sector"):
            values = getattr(self, name)
            if values is not None and len(values) != n:
                raise InputError(f"Fleet: {name} has {len(values)} entries for {n} units.")
        start, end = np.asarray(self.tour_start_s, dtype=float), np.asarray(self.tour_end_s, dtype=float)
        unit = np.asarray(self.tour_unit)
        if not len(start) == len(end) == len(unit):
            raise InputError("Fleet: tour_unit, tour_start_s and tour_end_s must be of one length.")
        if unit.size and not (unit.min() >= 0 and unit.max() < n):
            raise InputError(f"Fleet: a tour names unit {unit.max()}; units run from 0 to {n - 1}.")
        if not (start >= 0).all() or not (end > start).all():
            raise InputError("Fleet: every tour must begin at 0 s or later and end after it begins.")

    @property
    def n_units(self) -> int:
        """U."""
        return len(self.post)

    def arrays(self, horizon_s: float, n_zones: int, look_s: float = np.inf) -> FleetArrays:
        """Return the arrays of the engine, planned events laid out over the horizon and a week after it.

        ``look_s``: the engine stops this often before the horizon, so that cover can be looked at.
        """
        parts = [self._events(horizon_s + WEEK_S)]
        if np.isfinite(look_s):
            looks = np.arange(look_s / 2, horizon_s, look_s)
            n = len(looks)
            parts.append(_part(looks, np.zeros(n, dtype=np.int64), LOOK, np.zeros(n)))
        at, unit, what, length, zone = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((what, at))
        duty = np.zeros(len(at), dtype=DUTY)
        for name, values in (("time", at), ("s", length), ("unit", unit), ("what", what), ("zone", zone)):
            duty[name] = values[order]
        units = np.zeros(self.n_units, dtype=UNIT)
        for name in ("post", "origin", "goal"):
            units[name] = self.post
        units["officers"] = 1 if self.officers is None else self.officers
        units["kind"] = 0 if self.kind is None else self.kind
        units["sector"] = -1 if self.sector is None else self.sector
        units["shift_end"] = np.inf
        units["call"] = units["pool_at"] = -1
        return FleetArrays(
            unit=units,
            duty=duty,
            zone_sector=_int32(self.zone_sector, np.full(n_zones, -1)),
            sites=_int32(self.sites, _none()),
        )

    def rounds_s(self, until_s: float) -> FloatArray:
        """Return how far each round puts the tours off; one lies before the first moment, for those that run over."""
        if np.isinf(self.repeat_s):
            return np.zeros(1)
        return np.asarray(np.arange(-1, np.ceil(until_s / self.repeat_s) + 1) * self.repeat_s)

    def _events(self, until_s: float) -> tuple[FloatArray, IntArray, IntArray, FloatArray, IntArray]:
        unit, begin, end = (
            np.asarray(self.tour_unit, dtype=np.int64),
            np.asarray(self.tour_start_s, dtype=float),
            np.asarray(self.tour_end_s, dtype=float),
        )
        parts = []
        for by in self.rounds_s(until_s):
            b, e = np.maximum(begin + by, 0.0), end + by
            live = (e > 0) & (b < until_s)
            parts.append(_part(b[live], unit[live], SHIFT_START, (e - b)[live]))
            ends = live & np.isfinite(e)
            parts.append(_part(e[ends], unit[ends], SHIFT_END, np.zeros(int(ends.sum()))))
            for name, what in (("break", MEAL), ("patrol", PATROL)):
                who = getattr(self, f"{name}_unit")
                if who is not None:
                    due = np.asarray(getattr(self, f"{name}_at_s"), dtype=float) + by
                    live = (due >= 0) & (due < until_s)
                    zone = self.patrol_zone if what == PATROL else None
                    parts.append(
                        _part(
                            due[live],
                            np.asarray(who)[live],
                            what,
                            np.asarray(getattr(self, f"{name}_s"))[live],
                        )
                        if zone is None
                        else _part(
                            due[live],
                            np.asarray(who)[live],
                            what,
                            np.asarray(self.patrol_s)[live],
                            zone[live],
                        )
                    )
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return columns[0], columns[1], columns[2], columns[3], columns[4]


def always(post: IntArray, **more: IntArray | None) -> Fleet:
    """Return units that never go off duty."""
    n = len(post)
    forever = np.full(n, np.inf)
    fleet = Fleet(
        post=np.asarray(post),
        tour_unit=np.arange(n),
        tour_start_s=np.zeros(n),
        tour_end_s=forever,
        repeat_s=np.inf,
    )
    return replace(fleet, **more)  # type: ignore[arg-type]


def from_counts(
    on_duty: IntArray, interval_s: float, post: IntArray | None = None, **more: IntArray | None
) -> Fleet:
    """Return the units of a shift plan's counts: how many are on duty in each interval, repeating.

    Parameters
    ----------
    on_duty
        Units on duty, whole, shape (T,) or (P, T) by post. T intervals make the repeating period (a week as a rule).
    interval_s
        Length of an interval.
    post
        Zone of each row, shape (P,); zone 0 if None.
    more
        ``zone_sector`` and ``sites``; ``officers``, ``kind`` and ``sector`` by ROW, shape (P,).

    Notes
    -----
    Row p has as many cars as its largest count; car j is on duty while the count is above j. Where a count falls,
    the last car goes off, after the call it is on.
    """
    counts = np.atleast_2d(np.asarray(on_duty))
    if not np.issubdtype(counts.dtype, np.integer) or (counts < 0).any():
        raise InputError("on_duty counts whole units, 0 or more, in each interval.")
    n_rows, n_slots = counts.shape
    row = np.repeat(np.arange(n_rows), np.maximum(counts.max(axis=1), 0))
    rank = np.concatenate([np.arange(m) for m in counts.max(axis=1)]) if len(row) else _none()
    if len(row) == 0:
        raise InputError("on_duty is 0 in every interval: there is nobody to send.")
    on = counts[row] > rank[:, None]
    unit, start, end = _runs(on)
    zones = np.zeros(n_rows, dtype=np.int64) if post is None else np.asarray(post)
    by_row = {
        k: np.asarray(v)[row]
        for k, v in more.items()
        if k in ("officers", "kind", "sector") and v is not None
    }
    rest = {k: v for k, v in more.items() if k not in ("officers", "kind", "sector")}
    return Fleet(
        post=zones[row],
        tour_unit=unit,
        tour_start_s=(start * interval_s).astype(np.float64),
        tour_end_s=(end * interval_s).astype(np.float64),
        repeat_s=n_slots * float(interval_s),
        **by_row,  # type: ignore[arg-type]
        **rest,  # type: ignore[arg-type]
    )


def _runs(on: NDArray[np.bool_]) -> tuple[IntArray, IntArray, IntArray]:
    """Return unit, first slot and slot after the last of every run, runs over the end of the period in one piece."""
    n_slots = on.shape[1]
    before = np.roll(on, 1, axis=1)
    unit, start = np.nonzero(on & ~before)
    end = np.empty_like(start)
    for k, (u, b) in enumerate(zip(unit, start, strict=True)):
        off = np.flatnonzero(~np.roll(on[u], -b))
        end[k] = b + off[0]
    whole = np.flatnonzero(on.all(axis=1))
    return (
        np.concatenate([unit, whole]),
        np.concatenate([start, np.zeros(len(whole), dtype=np.int64)]),
        np.concatenate([end, np.full(len(whole), n_slots)]),
    )


def _part(
    at: FloatArray, unit: IntArray, what: int, length: FloatArray, zone: IntArray | None = None
) -> tuple[FloatArray, IntArray, IntArray, FloatArray, IntArray]:
    n = len(at)
    return at, unit, np.full(n, what), length, np.full(n, -1) if zone is None else zone


def _int32(values: IntArray | None, default: IntArray) -> NDArray[np.int32]:
    return np.asarray(default if values is None else values, dtype=np.int32)
