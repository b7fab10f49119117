"""Acceptance by simulation: in how many intervals of the week does a number of officers really keep its targets?

Formulas size, a simulation accepts: calls come at the rate of their hour, take several units, each for a time of its
own; urgent ones go first and may use the reserve; a unit whose tour ends finishes its call. Every target of
:class:`RequirementParams` is measured in every interval over many weeks, by its calls and by
probes: urgent calls of no length at every moment alike, which see what a call would see and take nothing (Poisson
arrivals see time averages), so that an interval with few calls is measured too.

An interval *met* a target where the measured share is within it. With it comes a 95 % interval (Wilson's, on as many
independent probes as the spread from week to week shows), so that an interval is surely met, surely missed, or open.
A number of officers is accepted where every target is met in at least 95 % of the intervals.

:func:`mend` raises the intervals that miss and simulates again, a stated number of rounds; the last word comes from
weeks that no round has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser import simulate as sim
from optimiser.demand.call_mix import CallMix
from optimiser.demand.cutoff import GRID_TRAVEL
from optimiser.demand.requirement import SIMULATION, Requirement, RequirementParams
from optimiser.demand.service_law import ServiceLaw
from optimiser.errors import InputError
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ACCEPTED_FRAC = 0.95
NONE_FREE, HELD_BACK, URGENT_LATE, REACHED_LATE, MEAN_REACH = (
    "no free unit",
    "other calls that wait",
    "urgent wait",
    "urgent calls reached late",
    "mean time to an urgent call",
)
_Z = 1.96
_WEEK_S = HOURS_PER_WEEK * SECONDS_PER_HOUR
_WEEKS_A_RUN = 25
PROBES_PER_H = 12.0
_FRESH = 1_000_003


@dataclass(frozen=True, eq=False)
class Measured:
    """One target in every interval of the week.

    Parameters
    ----------
    target
        Which.
    limit
        Largest share, or seconds for the mean time.
    value, low, high
        Measured, with its 95 % interval, shape (T,).
    calls
        Calls a week that the target is about, by interval, shape (T,).
    """

    target: str
    limit: float
    value: FloatArray
    low: FloatArray
    high: FloatArray
    calls: FloatArray

    @property
    def missed(self) -> NDArray[np.bool_]:
        """Intervals whose measured share is beyond the limit, shape (T,)."""
        return np.asarray(self.value > self.limit)

    @property
    def surely_missed(self) -> NDArray[np.bool_]:
        """Intervals whose whole 95 % interval is beyond the limit, shape (T,)."""
        return np.asarray(self.low > self.limit)

    @property
    def met_frac(self) -> float:
        """Share of intervals that met the target."""
        return float(1.0 - self.missed.mean())

    @property
    def surely_met_frac(self) -> float:
        """Share of intervals whose whole 95 % interval is within the limit."""
        return float((self.high <= self.limit).mean())

    @property
    def not_surely_missed_frac(self) -> float:
        """Share of intervals whose 95 % interval is not wholly beyond the limit."""
        return float(1.0 - self.surely_missed.mean())

    @property
    def overall(self) -> float:
        """Over all calls of the week that the target is about."""
        return float(self.value @ self.calls / max(float(self.calls.sum()), 1e-12))


@dataclass(frozen=True, eq=False)
class Acceptance:
    """What a simulation says about a number of officers.

    Parameters
    ----------
    officers
        On duty, shape (T,).
    targets
        Each target measured.
    weeks
        Weeks simulated.
    call_share
        Share of units' time on calls in each interval, overtime apart, shape (T,).
    """

    officers: IntArray
    targets: tuple[Measured, ...]
    weeks: int
    call_share: FloatArray

    @property
    def met_frac(self) -> float:
        """Share of intervals that met all targets."""
        return float(1.0 - self.missed.mean())

    @property
    def missed(self) -> NDArray[np.bool_]:
        """Intervals that missed at least one target, shape (T,)."""
        return np.asarray(np.any([t.missed for t in self.targets], axis=0))

    @property
    def surely_missed(self) -> NDArray[np.bool_]:
        """Intervals that surely missed at least one target, shape (T,)."""
        return np.asarray(np.any([t.surely_missed for t in self.targets], axis=0))

    @property
    def accepted(self) -> bool:
        """Whether every target is met in at least 95 % of the intervals."""
        return all(t.met_frac >= ACCEPTED_FRAC for t in self.targets)


@dataclass(frozen=True, eq=False)
class Mended:
    """Officers raised where the simulation missed a target.

    Parameters
    ----------
    rounds
        What each round found, the first of the officers given.
    final
        The officers of the last round on weeks of their own.
    """

    rounds: tuple[Acceptance, ...]
    final: Acceptance

    @property
    def added(self) -> int:
        """Officer-intervals added."""
        return int(self.final.officers.sum() - self.rounds[0].officers.sum())


def accept(
    mix: CallMix,
    officers: IntArray,
    params: RequirementParams,
    slot_s: int,
    *,
    crew: FloatArray | None = None,
    weeks: int = 200,
    seed: int = 1,
) -> Acceptance:
    """Simulate a number of officers and measure every target in every interval.

    Parameters
    ----------
    mix
        Calls of the mean week.
    officers
        On duty in each interval of a cyclic week, a requirement or a shift plan's, shape (T,).
    params
        The targets.
    slot_s
        Interval.
    crew
        Officers in a unit, shape (T,); ``params.officers_per_unit`` if None. What does not fill a car stays in.
    weeks
        Weeks to simulate. An hour of one week tells about as much as five calls: 200 weeks tell 2 % from 3.
    seed
        The same seed gives every plan the same calls.

    Raises
    ------
    InputError
        If no target is asked, nobody is on duty, or the intervals do not make a week.
    """
    duty = np.asarray(officers, dtype=np.int64)
    if duty.size * slot_s != _WEEK_S or (duty < 0).any():
        raise InputError(
            f"Officers on duty need {int(_WEEK_S) // slot_s} whole numbers from 0 on, one an interval of {slot_s} s, "
            f"got {duty.size} with a least of {duty.min()}."
        )
    if weeks < 1:
        raise InputError(f"At least one week is simulated, got {weeks}.")
    each = np.full(duty.size, float(params.officers_per_unit)) if crew is None else crew
    units = np.floor(duty / each + 1e-9).astype(np.int64)
    if units.max() == 0:
        raise InputError("Nobody is on duty in any interval, so there is nothing to simulate.")
    found = _run(mix, units, params, slot_s, weeks, seed)
    targets = tuple(_measured(found, params, mix, slot_s))
    if not targets:
        raise InputError(
            "No target is asked that a simulation could measure; give no_free_unit_frac or a time."
        )
    return Acceptance(duty, targets, weeks, found.call_share)


def mend(
    mix: CallMix,
    need: Requirement,
    params: RequirementParams,
    *,
    rounds: int = 3,
    weeks: int = 200,
    seed: int = 1,
) -> Mended:
    """Raise the intervals that miss a target by a car, and simulate again.

    Until every target is met in 95 % of the intervals all that missed are raised; from then on those surely missed.

    Parameters
    ----------
    mix, params, weeks, seed
        As in :func:`accept`.
    need
        Where it begins.
    rounds
        At most so many rounds of raising; it ends where there is nothing to raise.
    """
    step = np.ceil(need.crew - 1e-9).astype(np.int64)
    duty = need.officers.copy()
    found = [accept(mix, duty, params, need.slot_s, crew=need.crew, weeks=weeks, seed=seed)]
    for k in range(rounds):
        raise_these = found[-1].surely_missed if found[-1].accepted else found[-1].missed
        if not raise_these.any():
            break
        duty = duty + np.where(raise_these, step, 0)
        found.append(accept(mix, duty, params, need.slot_s, crew=need.crew, weeks=weeks, seed=seed + k + 1))
    final = accept(mix, duty, params, need.slot_s, crew=need.crew, weeks=weeks, seed=seed + _FRESH)
    return Mended(tuple(found), final)


def raised(need: Requirement, mended: Mended) -> Requirement:
    """Return the requirement with the officers that the simulation asked for, and it as their reason."""
    more = mended.final.officers > need.officers
    return replace(
        need,
        officers=mended.final.officers,
        binding=tuple(SIMULATION if m else b for m, b in zip(more, need.binding, strict=True)),
        clauses=tuple("" if m else c for m, c in zip(more, need.clauses, strict=True)),
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """Calls and probes of all runs: week and interval, urgency, units free on arrival, and wait for a unit."""

    n_weeks: int
    week: IntArray
    slot: IntArray
    urgent: NDArray[np.bool_]
    free: IntArray
    wait_s: FloatArray
    call_share: FloatArray


def _run(
    mix: CallMix, units: IntArray, params: RequirementParams, slot_s: int, weeks: int, seed: int
) -> _Found:
    grades = tuple(range(1, len(mix.classes) + 1))
    probe = len(mix.classes) + 1
    urgent = {g: c.urgent for g, c in zip(grades, mix.classes, strict=True)} | {probe: True}
    rate = np.stack([*(c.calls for c in mix.classes), np.full(HOURS_PER_WEEK, PROBES_PER_H)], axis=1)
    stream = sim.Stream(
        rate_per_h=rate[None],
        grades=(*grades, probe),
        service={g: _drawer(c.law) for g, c in zip(grades, mix.classes, strict=True)} | {probe: np.zeros(1)},
        need_frac={g: np.asarray(c.units_frac) for g, c in zip(grades, mix.classes, strict=True)},
    )
    rules = sim.Rules(
        grades=(*grades, probe),
        reserve_units={g: float(params.reserve_units) for g in grades if not urgent[g]},
        # other calls wait in one queue, as in the formulas; the urgent ones go before them
        rank_s={g: 0.0 if first else 1e9 for g, first in urgent.items()},
        bin_s=float(slot_s),
    )
    runs = max(1, round(weeks / _WEEKS_A_RUN))
    length = -(-weeks // runs)
    out = sim.simulate(
        stream,
        sim.from_counts(units, float(slot_s)),
        rules=rules,
        replications=runs,
        seed=seed,
        horizon_s=(length + 1) * _WEEK_S,
        warm_s=_WEEK_S,
    )
    records = [r.calls for r in out.replications if r.calls is not None]
    week = [k * length + (r.time_s // _WEEK_S).astype(np.int64) - 1 for k, r in enumerate(records)]
    first = np.array(list(urgent.values()))
    return _Found(
        n_weeks=runs * length,
        week=np.concatenate(week),
        slot=np.concatenate([((r.time_s % _WEEK_S) // slot_s).astype(np.int64) for r in records]),
        urgent=np.concatenate([first[r.grade] for r in records]),
        free=np.concatenate([r.free_units.astype(np.int64) for r in records]),
        wait_s=np.concatenate([r.wait_s for r in records]),
        call_share=np.asarray(np.mean([r.utilisation for r in out.replications], axis=0)),
    )


def _drawer(law: ServiceLaw) -> float | Callable[[np.random.Generator, int], FloatArray]:
    if law.exponential:
        return law.mean_s
    edges = np.cumsum(law.weights)

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        at = np.searchsorted(edges[:-1], rng.random(n), side="right")
        return np.asarray(law.points_s[at])

    return draw


def _measured(found: _Found, p: RequirementParams, mix: CallMix, slot_s: int) -> list[Measured]:
    parts = round(SECONDS_PER_HOUR) // slot_s
    calls = np.repeat(np.stack([c.calls for c in mix.classes]), parts, axis=1) / parts
    urgent = np.array([c.urgent for c in mix.classes])
    first, others = calls[urgent].sum(axis=0), calls[~urgent].sum(axis=0)
    measured = []
    if p.no_free_unit_frac is not None:
        none = (found.free == 0).astype(float)
        measured.append(_of(NONE_FREE, p.no_free_unit_frac, found, none, first + others))
    if p.held_back_frac is not None:
        waits = (found.free <= p.reserve_units).astype(float)
        measured.append(_of(HELD_BACK, p.held_back_frac, found, waits, others))
    if p.urgent_wait_s is not None:
        late = (found.wait_s > p.urgent_wait_s).astype(float)
        measured.append(_of(URGENT_LATE, p.urgent_late_frac, found, late, first))
    if p.response_s is not None:
        measured.append(_reached(found, p, p.response_s, first))
    return measured


def _reached(found: _Found, p: RequirementParams, limit_s: float, calls: FloatArray) -> Measured:
    """Wait as simulated, and the drive of the nearest of the units free then by the square-root law."""
    free = np.maximum(found.free, 1)
    if p.response_late_frac is None:
        drive = GRID_TRAVEL * np.sqrt(p.area_m2 / free) / p.speed_m_per_s
        return _of(MEAN_REACH, limit_s, found, found.wait_s + drive, calls)
    rest = np.maximum(limit_s - found.wait_s, 0.0)
    late = np.exp(-free * rest**2 * 2 * p.speed_m_per_s**2 / p.area_m2)
    return _of(REACHED_LATE, p.response_late_frac, found, late, calls)


def _of(name: str, limit: float, found: _Found, value: FloatArray, calls: FloatArray) -> Measured:
    """Return the mean of each interval over all weeks with its 95 % interval.

    Calls that come at random see what the time average is, so whether a unit is free is told by every call and probe;
    what an urgent call would wait is told by urgent ones and probes.
    """
    n_slots, weeks = calls.size, found.n_weeks
    told = np.ones_like(found.urgent) if name in (NONE_FREE, HELD_BACK) else found.urgent
    cell, value = (found.week * n_slots + found.slot)[told], value[told]
    n = np.bincount(cell, minlength=weeks * n_slots).reshape(weeks, n_slots)
    total = np.bincount(cell, weights=value, minlength=weeks * n_slots).reshape(weeks, n_slots)
    probes = n.sum(axis=0)
    mean = total.sum(axis=0) / np.maximum(probes, 1)
    # ratio of sums over weeks: its variance by how far each week's sum is from what its probes make expect
    off = ((total - mean * n) ** 2).sum(axis=0) / np.maximum(probes, 1) ** 2
    if name == MEAN_REACH:
        half = _Z * np.sqrt(off)
        return Measured(name, limit, mean, mean - half, mean + half, calls)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = mean * (1 - mean) / off
    worth = np.clip(np.where(off > 0, worth, weeks), min(weeks, 1), np.maximum(probes, 1))
    centre = (mean + _Z**2 / (2 * worth)) / (1 + _Z**2 / worth)
    half = _Z / (1 + _Z**2 / worth) * np.sqrt(mean * (1 - mean) / worth + _Z**2 / (4 * worth**2))
    return Measured(name, limit, mean, centre - half, centre + half, calls)
