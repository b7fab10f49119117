"""Weeks simulated for :mod:`optimiser.studies.acceptance`: what a call would have met in each interval, added up.

Whether a unit is free is told by every call and every probe, since calls that come at random see what the time average
is; what an urgent call would wait is told by urgent ones and probes. Weeks are simulated a few at a time and only
sums are kept, so that a thousand weeks need no more memory than a hundred.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser import simulate as sim
from optimiser.demand.call_mix import CallMix
from optimiser.demand.cutoff import GRID_TRAVEL
from optimiser.demand.requirement import RequirementParams
from optimiser.demand.service_law import ServiceLaw
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
NONE_FREE, HELD_BACK, URGENT_LATE, REACHED_LATE, MEAN_REACH = (
    "no free unit",
    "other calls that wait",
    "urgent wait",
    "urgent calls reached late",
    "mean time to an urgent call",
)
PROBES_PER_H = 12.0
_WEEK_S = HOURS_PER_WEEK * SECONDS_PER_HOUR
_WEEKS_A_RUN, _RUNS_AT_ONCE = 25, 4
_LAST = 1e9


@dataclass(frozen=True, eq=False)
class Target:
    """One thing to measure.

    Parameters
    ----------
    name, limit
        Which, and its largest share or seconds.
    value
        Of (units free on arrival, wait in seconds), each of shape (N,): the share or seconds of each, shape (N,).
    urgent_only
        Whether only urgent calls and probes tell it.
    share
        Whether it is a share, else seconds.
    calls
        Calls a week that it is about, by interval, shape (T,).
    """

    name: str
    limit: float
    value: Callable[[IntArray, FloatArray], FloatArray]
    urgent_only: bool
    share: bool
    calls: FloatArray


class Tally:
    """Sums by interval over weeks: enough for a mean and for how far weeks lie apart.

    Parameters
    ----------
    n_slots
        T.
    """

    def __init__(self, n_slots: int) -> None:
        self.weeks = 0
        self.n = np.zeros(n_slots)
        self._sum, self._square, self._cross, self._n_square = (np.zeros(n_slots) for _ in range(4))

    def add(self, week: IntArray, slot: IntArray, value: FloatArray, weeks: int) -> None:
        """Add ``weeks`` weeks of values."""
        size = weeks * self.n.size
        cell = week * self.n.size + slot
        n = np.bincount(cell, minlength=size).reshape(weeks, -1).astype(np.float64)
        total = np.bincount(cell, weights=value, minlength=size).reshape(weeks, -1)
        self.weeks += weeks
        self.n += n.sum(axis=0)
        self._sum += total.sum(axis=0)
        self._square += (total**2).sum(axis=0)
        self._cross += (total * n).sum(axis=0)
        self._n_square += (n**2).sum(axis=0)

    def mean(self) -> FloatArray:
        """Return the mean of each interval, shape (T,); 0 where nothing told."""
        return np.asarray(self._sum / np.maximum(self.n, 1))

    def variance(self) -> FloatArray:
        """Return the variance of that mean, of a ratio of sums over independent weeks, shape (T,)."""
        mean = self.mean()
        off = self._square - 2 * mean * self._cross + mean**2 * self._n_square
        return np.asarray(np.maximum(off, 0.0) / np.maximum(self.n, 1) ** 2)


@dataclass(frozen=True, eq=False)
class Weeks:
    """What was simulated: a tally for each target, weeks, and units' share of time on calls, shape (T,)."""

    tallies: tuple[Tally, ...]
    weeks: int
    call_share: FloatArray


def targets_of(p: RequirementParams, mix: CallMix, slot_s: int) -> tuple[Target, ...]:
    """Return the targets that the standards ask for."""
    parts = round(SECONDS_PER_HOUR) // slot_s
    calls = np.repeat(np.stack([c.calls for c in mix.classes]), parts, axis=1) / parts
    urgent = np.array([c.urgent for c in mix.classes])
    first, others = calls[urgent].sum(axis=0), calls[~urgent].sum(axis=0)
    found: list[Target] = []

    def ask(name: str, limit: float | None, value: Callable[[IntArray, FloatArray], FloatArray]) -> None:
        if limit is not None:
            free_only = name in (NONE_FREE, HELD_BACK)
            about = {NONE_FREE: first + others, HELD_BACK: others}.get(name, first)
            found.append(Target(name, limit, value, not free_only, name != MEAN_REACH, about))

    wait_limit = p.urgent_wait_s
    ask(NONE_FREE, p.no_free_unit_frac, lambda free, _: (free == 0).astype(np.float64))
    ask(HELD_BACK, p.held_back_frac, lambda free, _: (free <= p.reserve_units).astype(np.float64))
    if wait_limit is not None:
        ask(URGENT_LATE, p.urgent_late_frac, lambda _, wait: (wait > wait_limit).astype(np.float64))
    if p.response_s is not None and p.response_late_frac is None:
        ask(MEAN_REACH, p.response_s, lambda free, wait: wait + _mean_drive_s(free, p))
    elif p.response_s is not None:
        limit_s = p.response_s
        ask(REACHED_LATE, p.response_late_frac, lambda free, wait: _late(free, wait, limit_s, p))
    return tuple(found)


def simulate_weeks(
    mix: CallMix,
    units: IntArray,
    params: RequirementParams,
    targets: tuple[Target, ...],
    slot_s: int,
    weeks: int,
    seed: int,
) -> Weeks:
    """Simulate at least ``weeks`` weeks of units on duty, shape (T,), and tally every target."""
    stream, rules = _stream(mix), _rules(mix, params, slot_s)
    is_urgent = np.array([*(c.urgent for c in mix.classes), True])
    fleet = sim.from_counts(units, float(slot_s))
    runs = max(1, round(weeks / _WEEKS_A_RUN))
    length = -(-weeks // runs)
    horizon_s = (length + 1) * _WEEK_S
    tallies = tuple(Tally(units.size) for _ in targets)
    shares = []
    for begin in range(0, runs, _RUNS_AT_ONCE):
        several = min(_RUNS_AT_ONCE, runs - begin)
        out = sim.simulate(
            [stream.draw(horizon_s, seed, begin + k) for k in range(several)],
            fleet,
            rules=rules,
            horizon_s=horizon_s,
            warm_s=_WEEK_S,
        )
        for run in out.replications:
            if run.calls is not None:
                _tally(run.calls, targets, tallies, is_urgent, slot_s, length)
            shares.append(run.utilisation)
    return Weeks(tallies, runs * length, np.asarray(np.mean(shares, axis=0)))


def _tally(
    calls: sim.Records,
    targets: tuple[Target, ...],
    tallies: tuple[Tally, ...],
    is_urgent: NDArray[np.bool_],
    slot_s: int,
    weeks: int,
) -> None:
    week = (calls.time_s // _WEEK_S).astype(np.int64) - 1
    slot = ((calls.time_s % _WEEK_S) // slot_s).astype(np.int64)
    urgent = is_urgent[calls.grade]
    free = calls.free_units.astype(np.int64)
    for target, tally in zip(targets, tallies, strict=True):
        told = urgent if target.urgent_only else np.ones_like(urgent)
        tally.add(week[told], slot[told], target.value(free[told], calls.wait_s[told]), weeks)


def _stream(mix: CallMix) -> sim.Stream:
    """Return the calls by class, and probes: urgent calls of no length at every moment alike."""
    grades = tuple(range(1, len(mix.classes) + 1))
    probe = len(grades) + 1
    rate = np.stack([*(c.calls for c in mix.classes), np.full(HOURS_PER_WEEK, PROBES_PER_H)], axis=1)
    return sim.Stream(
        rate_per_h=rate[None],
        grades=(*grades, probe),
        service={g: _drawer(c.law) for g, c in zip(grades, mix.classes, strict=True)} | {probe: np.zeros(1)},
        need_frac={g: np.asarray(c.units_frac) for g, c in zip(grades, mix.classes, strict=True)},
    )


def _rules(mix: CallMix, params: RequirementParams, slot_s: int) -> sim.Rules:
    urgent = {k + 1: c.urgent for k, c in enumerate(mix.classes)} | {len(mix.classes) + 1: True}
    return sim.Rules(
        grades=tuple(urgent),
        reserve_units={g: float(params.reserve_units) for g, first in urgent.items() if not first},
        # other calls wait in one queue, as in the formulas; the urgent ones go before them
        rank_s={g: 0.0 if first else _LAST for g, first in urgent.items()},
        bin_s=float(slot_s),
    )


def _drawer(law: ServiceLaw) -> float | Callable[[np.random.Generator, int], FloatArray]:
    if law.exponential:
        return law.mean_s
    edges = np.cumsum(law.weights)

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        at = np.searchsorted(edges[:-1], rng.random(n), side="right")
        return np.asarray(law.points_s[at])

    return draw


def _mean_drive_s(free: IntArray, p: RequirementParams) -> FloatArray:
    """Drive of the nearest of the units free then, by the square-root law; of one where all are busy."""
    return np.asarray(GRID_TRAVEL * np.sqrt(p.area_m2 / np.maximum(free, 1)) / p.speed_m_per_s)


def _late(free: IntArray, wait_s: FloatArray, limit_s: float, p: RequirementParams) -> FloatArray:
    """Share that is late of calls with this wait: P(drive > rest) with so many units free."""
    rest = np.maximum(limit_s - wait_s, 0.0)
    return np.asarray(np.exp(-np.maximum(free, 1) * rest**2 * 2 * p.speed_m_per_s**2 / p.area_m2))
