"""A bound that no policy beats: how many late arrivals of the most urgent grade even one that knows all calls has.

The relaxation. All calls are known from the beginning, and each is looked at by the earliest moment at which anybody
could be there:

(1) response_i >= delay_i + turn-out + pace_i * (shortest way into its zone from any zone, by any driver class that
    the fleet has, in any hour): a unit may stand wherever is best, at no cost, whatever it did before.
(2) A call in time holds one unit from its latest start (the last moment at which that way still arrives in time) to
    its earliest end (earliest arrival plus the shortest of its works); in between no unit does anything else.
(3) At no moment more units are held than are on duty, or may still be from a tour that ended within the longest such
    hold.
(4) Of the most urgent grade the most calls are kept in time that (3) lets: an interval packing, solved exactly by
    letting go, wherever too many overlap, the one that ends last (Faigle and Nawijn, Discrete Applied Mathematics 58,
    1995).

Left out: ways between calls, posts, all work for other grades (it may wait for ever), further units of a call, prisoner
runs, breaks, reserve, and that calls are not known before they come. Every one of these only makes a policy later, so
no policy of the engine has fewer late, whatever it knows, turns round, interrupts or moves.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.simulate.calls import Calls
from optimiser.simulate.fleet import Fleet
from optimiser.simulate.rules import Rules
from optimiser.simulate.run import Source, call_source
from optimiser.simulate.state import SHIFT_END, SHIFT_START
from optimiser.simulate.travel import Travel

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Clairvoyant:
    """Bounds by replication, of the calls of the measured window.

    Parameters
    ----------
    late_frac
        Least share of the most urgent grade's calls that is late, shape (R,).
    too_far_frac
        The part of it that is late by delay, turn-out and the shortest way alone, shape (R,).
    mean_s
        Least mean response by grade where every call is attended, shape (R, G); NaN where a grade has no calls.
    """

    late_frac: FloatArray
    too_far_frac: FloatArray
    mean_s: FloatArray


def clairvoyant(
    calls: Source,
    fleet: Fleet,
    travel: Travel,
    rules: Rules,
    *,
    replications: int = 1,
    seed: int = 0,
    horizon_s: float,
    warm_s: float = 0.0,
) -> Clairvoyant:
    """Return what no policy beats, on the calls that :func:`optimiser.simulate.simulate` draws with the same seed."""
    draw, replications = call_source(calls, seed, horizon_s, replications)
    kinds = np.zeros(1, dtype=np.int64) if fleet.kind is None else np.unique(fleet.kind)
    mode = travel.arrays(int(kinds.max()) + 1, len(rules.grades)).mode[kinds][:, :-1]
    table = np.asarray(travel.table_s, dtype=float)
    into = (table[None, None] if table.ndim == 2 else table).min(axis=(1, 2))
    shortest = np.stack([into[np.unique(mode[:, g])].min(axis=0) for g in range(len(rules.grades))])
    rows = [
        _one(draw(k), shortest, fleet, travel.n_zones, rules, warm_s, horizon_s) for k in range(replications)
    ]
    late, far, mean = zip(*rows, strict=True)
    return Clairvoyant(late_frac=np.array(late), too_far_frac=np.array(far), mean_s=np.array(mean))


def _one(
    calls: Calls,
    shortest: FloatArray,
    fleet: Fleet,
    n_zones: int,
    rules: Rules,
    warm_s: float,
    horizon_s: float,
) -> tuple[float, float, FloatArray]:
    time_s = np.asarray(calls.time_s, dtype=float)
    grade = _number(np.asarray(calls.grade), rules.grades)
    turnout = np.array([float(rules.turnout_s.get(g, 0.0)) for g in rules.grades])[grade]
    pace = np.ones(len(calls)) if calls.pace is None else np.asarray(calls.pace, dtype=float)
    delay = np.zeros(len(calls)) if calls.delay_s is None else np.asarray(calls.delay_s, dtype=float)
    way = turnout + pace * shortest[grade, np.asarray(calls.zone)]
    seen = (time_s >= warm_s) & (time_s < horizon_s)
    mean = np.full(len(rules.grades), np.nan)
    for g in range(len(rules.grades)):
        mine = seen & (grade == g)
        if mine.any():
            mean[g] = (delay + way)[mine].mean()
    urgent = np.flatnonzero(seen & (grade == 0))
    target = float(rules.target_s.get(rules.grades[0], np.inf))
    if not urgent.size:
        return 0.0, 0.0, mean
    slack = target - delay[urgent] - way[urgent]
    near = urgent[slack >= 0]
    service = np.asarray(calls.service_s, dtype=float)
    work = (service if service.ndim == 2 else service[:, None]).min(axis=1)
    begin, end = time_s[near] + slack[slack >= 0], time_s[near] + way[near] + work[near]
    kept = _packed(
        begin, end, _on_duty(fleet, n_zones, horizon_s, begin, float((end - time_s[near]).max(initial=0.0)))
    )
    n = float(urgent.size)
    return 1.0 - kept / n, 1.0 - near.size / n, mean


def _number(grade: NDArray[np.int64], grades: tuple[int, ...]) -> NDArray[np.int64]:
    number = np.zeros(len(grade), dtype=np.int64)
    for k, g in enumerate(grades):
        number[grade == g] = k
    return number


def _on_duty(
    fleet: Fleet, n_zones: int, horizon_s: float, at_s: FloatArray, longest_s: float
) -> NDArray[np.int64]:
    """Units that may be held at each moment: on duty, or from a tour that ended at most ``longest_s`` before."""
    if not np.isfinite(at_s).all():  # without a target nothing has a latest start
        return np.full(len(at_s), fleet.n_units, dtype=np.int64)
    duty = fleet.arrays(max(horizon_s, float(at_s.max(initial=0.0))), n_zones).duty
    starts = np.sort(duty["time"][duty["what"] == SHIFT_START])
    ends = np.sort(duty["time"][duty["what"] == SHIFT_END])
    on = np.searchsorted(starts, at_s, side="right") - np.searchsorted(ends + longest_s, at_s, side="left")
    return np.minimum(on, fleet.n_units)


def _packed(begin: FloatArray, end: FloatArray, room: NDArray[np.int64]) -> int:
    """Return the most intervals [begin, end) of which never more than the room at their begin overlap."""
    order = np.argsort(begin, kind="stable")
    held: list[float] = []  # ends, the last first
    kept = 0
    for k in order:
        if (
            end[k] <= begin[k]
        ):  # so short that it may be over before it must begin: somebody on duty is enough
            kept += int(room[k] > 0)
            continue
        held = [e for e in held if -e > begin[k]]
        heapq.heapify(held)
        heapq.heappush(held, -float(end[k]))
        kept += 1
        while len(held) > room[k]:
            heapq.heappop(held)
            kept -= 1
    return kept
