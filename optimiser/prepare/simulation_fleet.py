"""Units of a project on duty: of its duty table, of a shift plan, or as many as a queue asks for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optimiser.data.call_units import PATROL
from optimiser.data.project import Project
from optimiser.demand.queueing import least_units
from optimiser.errors import InputError
from optimiser.prepare.rota_file import ROTA_FILE, read_rota
from optimiser.prepare.simulation import OWN_WORK, Ground, first_monday, seconds_since
from optimiser.simulate import WEEK_S, Fleet, Rules, from_counts, simulate
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
NO_FREE_FRAC = 0.02
_DAY_S = 86_400.0
_STEP_FRAC, _MOST_STEPS = 0.1, 20


def sectors_of(ground: Ground, sector_of: Mapping[str, str]) -> tuple[tuple[str, ...], IntArray]:
    """Return the names of a plan's sectors and the sector of each zone, -1 for none.

    Raises
    ------
    InputError
        If no area of the project is in a sector.
    """
    names = tuple(sorted({s for s in sector_of.values() if s}))
    number = {s: k for k, s in enumerate(names)}
    zone_sector = np.array([number.get(sector_of.get(a, ""), -1) for a in ground.zone_ids], dtype=np.int64)
    if (zone_sector < 0).all():
        raise InputError("The plan of sectors names none of the project's areas.")
    return names, zone_sector


def posts(ground: Ground, zone_sector: IntArray, sector: int, n: int) -> IntArray:
    """Return n posts in a sector, each the area that shortens the ways to its calls most after those before it."""
    inside = np.flatnonzero(zone_sector == sector)
    work = np.bincount(ground.calls.zone, ground.calls.service_s, len(ground.zone_ids))[inside] + 1e-9
    way = np.asarray(ground.travel.table_s)[0, 0][np.ix_(inside, inside)]
    best = np.full(len(inside), np.inf)
    found = []
    for _ in range(n):
        gain = np.minimum(way, best[None, :]) @ work
        pick = int(np.argmin(gain))
        best = np.minimum(best, way[pick])
        found.append(inside[pick])
        if len(found) == len(inside):
            break
    return np.array([found[k % len(found)] for k in range(n)], dtype=np.int64)


def shared_out(
    ground: Ground,
    zone_sector: IntArray,
    on_duty: IntArray,
    slot_s: float,
    *,
    officers_per_unit: int = 1,
) -> Fleet:
    """Return the units of a week's counts, shared out over the sectors by their work.

    Parameters
    ----------
    on_duty
        Officers on duty in each slot of the week, whole, shape (T,).

    Raises
    ------
    InputError
        If nobody is ever on duty.
    """
    n_sectors = int(zone_sector.max()) + 1
    work = np.bincount(ground.calls.zone, ground.calls.service_s, len(ground.zone_ids))
    known = zone_sector >= 0
    share = np.bincount(zone_sector[known], work[known], n_sectors)
    share = share / share.sum()
    units = on_duty // officers_per_unit
    if units.max(initial=0) == 0:
        raise InputError("The plan has nobody on duty in any slot: there is nobody to send.")
    counts = np.stack([_largest_remainder(share, int(u)) for u in units], axis=1)
    rows, post, sector = [], [], []
    for s in range(n_sectors):
        most = int(counts[s].max())
        for k, zone in enumerate(posts(ground, zone_sector, s, most) if most else ()):
            rows.append((counts[s] > k).astype(np.int64))
            post.append(int(zone))
            sector.append(s)
    n = len(rows)
    return from_counts(
        np.stack(rows),
        slot_s,
        np.array(post),
        officers=np.full(n, officers_per_unit),
        sector=np.array(sector),
        zone_sector=zone_sector,
    )


def asked_by_queue(ground: Ground) -> IntArray:
    """Return units by hour of the week of which at most one call in fifty finds none free, shape (168,)."""
    calls = ground.calls
    hour = (calls.time_s // SECONDS_PER_HOUR).astype(np.int64) % HOURS_PER_WEEK
    need = np.ones(len(calls)) if calls.need is None else calls.need
    way = np.where(np.isfinite(ground.way_s), ground.way_s, 0.0)
    load = np.bincount(hour, (calls.service_s + way) * need, HOURS_PER_WEEK) / (
        ground.n_weeks * SECONDS_PER_HOUR
    )
    # a call's work lasts into the hours after it
    load = np.maximum(load, np.roll(load, 1))
    return np.array([max(2, least_units(float(a), NO_FREE_FRAC)) for a in load], dtype=np.int64)


def asked_by_replay(ground: Ground, zone_sector: IntArray) -> Fleet:
    """Return as many units by hour as leave at most one call in fifty of the replay without a free one.

    A queue's formula knows the mean week alone; calls that need several units, and weeks above the mean, ask for more:
    its numbers are raised in steps of a tenth.
    """
    rules = Rules(grades=ground.grades, patience_s={OWN_WORK: 0.0} if OWN_WORK in ground.grades else {})
    least = asked_by_queue(ground)
    for step in range(_MOST_STEPS):
        units = np.ceil(least * (1.0 + _STEP_FRAC * step) - 1e-9).astype(np.int64)
        fleet = shared_out(ground, zone_sector, units, SECONDS_PER_HOUR)
        found = simulate(ground.calls, fleet, ground.travel, rules=rules).replications[0].calls
        if found is not None and (found.free_units == 0).mean() <= NO_FREE_FRAC:
            break
    return fleet


def from_duty(project: Project, ground: Ground, sector_of: Mapping[str, str]) -> Fleet | None:
    """Return the patrol units really on duty, tour by tour, from the project's duty table; None without one."""
    if project.duty is None:
        return None
    duty = project.duty[project.duty["role"] == PATROL]
    if duty.empty:
        return None
    names, zone_sector = sectors_of(ground, sector_of)
    zone = project.settings.timezone
    # the same Monday as the calls', or tours and calls would lie weeks apart
    monday = first_monday(duty["start_at"] if project.calls is None else project.calls["received_at"], zone)
    start = np.maximum(seconds_since(monday, duty["start_at"], zone), 0.0)
    end = seconds_since(monday, duty["end_at"], zone)
    live = end > start
    duty, start, end = duty[live], start[live], end[live]
    # a unit that has another crew or sector in another tour is another unit there
    keys = (
        duty["unit_key"].astype(str) + "|" + duty["sector"].astype(str) + "|" + duty["n_officers"].astype(str)
    )
    unit, first = np.unique(keys.to_numpy(dtype=str), return_index=True)
    number = np.searchsorted(unit, keys.to_numpy(dtype=str))
    home = duty["sector"].to_numpy(dtype=str)[first]
    sector = np.array([names.index(s) if s in names else -1 for s in home], dtype=np.int64)
    post = np.zeros(len(unit), dtype=np.int64)
    busiest = np.bincount(ground.calls.zone, ground.calls.service_s, len(ground.zone_ids))
    for s in range(-1, len(names)):
        mine = np.flatnonzero(sector == s)
        if mine.size:
            whole = zone_sector if s >= 0 else np.full_like(zone_sector, -1)
            post[mine] = posts(ground, whole, s, mine.size) if s >= 0 else int(busiest.argmax())
    return Fleet(
        post=post,
        tour_unit=number,
        tour_start_s=start,
        tour_end_s=end,
        repeat_s=np.inf,
        officers=duty["n_officers"].to_numpy(dtype=np.int64)[first],
        sector=sector,
        zone_sector=zone_sector,
    )


def _largest_remainder(share: FloatArray, n: int) -> IntArray:
    exact = share * n
    whole = np.floor(exact + 1e-9).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: n - int(whole.sum())]] += 1
    return whole


def of_rota(project: Project) -> tuple[IntArray, float] | None:
    """Return officers on duty by quarter of an hour of the week in the project's rota; None without one."""
    path = project.folder / ROTA_FILE
    if not path.is_file():
        return None
    slot_s = 900.0
    n_slots = round(WEEK_S / slot_s)
    counts = np.zeros(n_slots, dtype=np.int64)
    for line in read_rota(path):
        for day, officers in enumerate(line.officers):
            first = round((day * _DAY_S + line.start_s) / slot_s)
            slots = (first + np.arange(round(line.length_s / slot_s))) % n_slots
            counts[slots] += officers
    return counts, slot_s
