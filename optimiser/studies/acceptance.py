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

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.call_mix import CallMix
from optimiser.demand.requirement import SIMULATION, Requirement, RequirementParams
from optimiser.errors import InputError
from optimiser.studies.acceptance_weeks import (
    HELD_BACK,
    MEAN_REACH,
    NONE_FREE,
    REACHED_LATE,
    URGENT_LATE,
    Tally,
    Target,
    simulate_weeks,
    targets_of,
)
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ACCEPTED_FRAC = 0.95
__all__ = [
    "ACCEPTED_FRAC",
    "HELD_BACK",
    "MEAN_REACH",
    "NONE_FREE",
    "REACHED_LATE",
    "URGENT_LATE",
    "Acceptance",
    "Measured",
    "Mended",
    "accept",
    "mend",
    "raised",
]
_Z = 1.96
_WEEK_S = HOURS_PER_WEEK * SECONDS_PER_HOUR
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
    weeks: int = 400,
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
        Weeks to simulate. Half an hour of one week tells about as much as five calls: 400 weeks tell 2 % from 2.6, and
        where the formulas leave many intervals just below their limit, 1,000 are not too many.
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
    asked = targets_of(params, mix, slot_s)
    if not asked:
        raise InputError(
            "No target is asked that a simulation could measure; give no_free_unit_frac or a time."
        )
    found = simulate_weeks(mix, units, params, asked, slot_s, weeks, seed)
    targets = tuple(_measured(t, tally) for t, tally in zip(asked, found.tallies, strict=True))
    return Acceptance(duty, targets, found.weeks, found.call_share)


def mend(
    mix: CallMix,
    need: Requirement,
    params: RequirementParams,
    *,
    rounds: int = 3,
    weeks: int = 400,
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


def _measured(target: Target, tally: Tally) -> Measured:
    """Return the mean of each interval over all weeks with its 95 % interval."""
    mean, off = tally.mean(), tally.variance()
    if not target.share:
        half = _Z * np.sqrt(off)
        return Measured(target.name, target.limit, mean, mean - half, mean + half, target.calls)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(off > 0, mean * (1 - mean) / off, tally.weeks)
    worth = np.clip(worth, 1, np.maximum(tally.n, 1))
    centre = (mean + _Z**2 / (2 * worth)) / (1 + _Z**2 / worth)
    half = _Z / (1 + _Z**2 / worth) * np.sqrt(mean * (1 - mean) / worth + _Z**2 / (4 * worth**2))
    return Measured(target.name, target.limit, mean, centre - half, centre + half, target.calls)
