"""Units that each standard of service asks for, slot by slot, from the load that is really there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.call_mix import CallClass, CallMix
from optimiser.demand.cutoff import Ask, CutoffQueue, cutoff_queue, stand_in
from optimiser.demand.offered import GRID_S, OfferedLoad, offered
from optimiser.demand.queueing import MOST_UNITS
from optimiser.demand.standards import RequirementParams
from optimiser.errors import InputError
from optimiser.units import SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
QUEUE, WAIT, RESPONSE, SPLIT, MINIMUM = "queue", "urgent wait", "response", "time split", "minimum"
_NOTHING = 1e-12
__all__ = [
    "GRID_S",
    "MINIMUM",
    "QUEUE",
    "RESPONSE",
    "SPLIT",
    "WAIT",
    "Loads",
    "Moment",
    "by_class",
    "loads",
    "loads_hour_by_hour",
    "moments_at_mean",
    "units_by_reason",
]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is asked of the units at one moment: loads in units busy at once, calls in mean service times."""

    load: float
    urgent: Ask
    other: Ask
    service_s: float
    cv2: float


@dataclass(frozen=True, eq=False)
class Loads:
    """Loads of a mix of calls round the week.

    Parameters
    ----------
    mean, peak
        Units busy at once, in the mean of each slot and at its greatest, shape (T,).
    moments
        What is asked at the greatest load of each slot, T of them.
    """

    mean: FloatArray
    peak: FloatArray
    moments: tuple[Moment, ...]


def loads(mix: CallMix, slot_s: int) -> Loads:
    """Return the loads with their lag: M_t/G/infinity, each class with its own service times."""
    found = [offered(_rate(c, slot_s), c.law, slot_s) for c in mix.classes]
    total = np.sum([f.edges for f in found], axis=0)
    worst = total.argmax(axis=1)
    at_worst = np.array([f.edges[np.arange(worst.size), worst] for f in found])
    mean = np.sum([f.mean for f in found], axis=0)
    return Loads(mean, at_worst.sum(axis=0), _moments(mix, at_worst))


def moments_at_mean(mix: CallMix, slot_s: int) -> tuple[Moment, ...]:
    """Return what is asked in the mean of each slot, with its lag, T of them."""
    return _moments(mix, np.array([found.mean for found in by_class(mix, slot_s)]))


def loads_hour_by_hour(mix: CallMix, slot_s: int) -> Loads:
    """Return the loads as if each slot lasted for ever (SIPP): what a table by hour of day gives, for comparison."""
    by_class = np.array([_rate(c, slot_s) * c.law.mean_s for c in mix.classes])
    total = by_class.sum(axis=0)
    return Loads(total, total, _moments(mix, by_class))


def by_class(mix: CallMix, slot_s: int) -> tuple[OfferedLoad, ...]:
    """Return the load of each class."""
    return tuple(offered(_rate(c, slot_s), c.law, slot_s) for c in mix.classes)


def units_by_reason(p: RequirementParams, load: Loads) -> dict[str, NDArray[np.int64]]:
    """Return the units that each standard asks for, shape (T,) each, in the order in which ties are settled."""
    found: dict[str, NDArray[np.int64]] = {}
    if p.no_free_unit_frac is not None or p.held_back_frac is not None:
        found[QUEUE] = _whole(_least(m, p, _queue_kept(p)) for m in load.moments)
    if p.urgent_wait_s is not None:
        found[WAIT] = _whole(_least(m, p, _wait_kept(p, p.urgent_wait_s)) for m in load.moments)
    if p.response_s is not None:
        _response_possible(p, p.response_s)
        found[RESPONSE] = _whole(
            _least(m, p, _response_kept(p, p.response_s), idle=True) for m in load.moments
        )
    if p.interval_ceiling_frac is not None:
        ceiling = p.interval_ceiling_frac
        found[SPLIT] = _whole(math.ceil(float(a) / ceiling - 1e-9) for a in load.mean)
    found[MINIMUM] = np.full(load.mean.size, p.minimum_units, dtype=np.int64)
    return found


Kept = Callable[[CutoffQueue, Moment], bool]


def _queue_kept(p: RequirementParams) -> Kept:
    def kept(queue: CutoffQueue, _: Moment) -> bool:
        few = p.no_free_unit_frac is None or queue.none_free <= p.no_free_unit_frac
        return few and (p.held_back_frac is None or queue.held_back <= p.held_back_frac)

    return kept


def _wait_kept(p: RequirementParams, limit_s: float) -> Kept:
    return lambda queue, m: queue.urgent_late(limit_s, m.service_s) <= p.urgent_late_frac


def _response_kept(p: RequirementParams, limit_s: float) -> Kept:
    late = p.response_late_frac
    if late is None:
        return lambda q, m: q.mean_reach_s(m.service_s, m.cv2, p.area_m2, p.speed_m_per_s) <= limit_s + 1e-9
    return lambda q, m: q.reached_late(limit_s, m.service_s, p.area_m2, p.speed_m_per_s) <= late


def _response_possible(p: RequirementParams, limit_s: float) -> None:
    """Raise InputError where no sensible number of free units could keep the drive."""
    if not p.area_m2 > 0:
        raise InputError("A response limit needs area_m2, the area that the units are spread over, above 0.")
    spread = p.area_m2 / (limit_s * p.speed_m_per_s) ** 2
    if not spread < MOST_UNITS:
        raise InputError(
            f"A response of {limit_s:g} s over {p.area_m2:g} m2 at {p.speed_m_per_s:g} m/s needs more than "
            f"{MOST_UNITS} free units; check the units of all three."
        )


def _least(m: Moment, p: RequirementParams, kept: Kept, *, idle: bool = False) -> int:
    """Return the fewest units that keep a standard: by doubling, then halving the rest."""
    if m.load <= _NOTHING and not idle:
        return 0
    low = math.floor(m.load) + p.reserve_units
    step = 1
    while not kept(cutoff_queue(low + step, m.urgent, m.other, p.reserve_units), m):
        low += step
        step *= 2
        if low > MOST_UNITS:
            raise InputError(
                f"A load of {m.load:g} units busy at once needs more than {MOST_UNITS} units; check its unit."
            )
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        if kept(cutoff_queue(middle, m.urgent, m.other, p.reserve_units), m):
            high = middle
        else:
            low = middle
    return high


def _rate(calls: CallClass, slot_s: int) -> FloatArray:
    """Units called for a second, by slot."""
    by_slot = np.repeat(calls.calls, round(SECONDS_PER_HOUR) // slot_s)
    return np.asarray(by_slot * calls.units_per_call / SECONDS_PER_HOUR)


@dataclass(frozen=True, eq=False)
class _Kinds:
    """What does not change with time: of each class its mean time, its square's, its units, who is urgent.

    Units are bunched as the law of the class makes them (:func:`stand_in`).
    """

    mean_s: FloatArray
    second_s2: FloatArray
    units: FloatArray
    shares: FloatArray
    urgent: NDArray[np.bool_]


def _kinds(mix: CallMix) -> _Kinds:
    mean = np.array([c.law.mean_s for c in mix.classes])
    each = [stand_in(c.units_frac, c.law.overlap) for c in mix.classes]
    shares = np.zeros((mean.size, max(len(e) for e in each)))
    for row, units in zip(shares, each, strict=True):
        row[: len(units)] = units
    return _Kinds(
        mean,
        mean**2 * (1.0 + np.array([c.law.cv2 for c in mix.classes])),
        shares @ np.arange(1, shares.shape[1] + 1),
        shares,
        np.array([c.urgent for c in mix.classes]),
    )


def _moments(mix: CallMix, by_slot: FloatArray) -> tuple[Moment, ...]:
    """Return what is asked in each slot, of loads by class, shape (C, T)."""
    kinds = _kinds(mix)
    return tuple(_moment(kinds, column) for column in np.ascontiguousarray(by_slot.T))


def _moment(kinds: _Kinds, load: FloatArray) -> Moment:
    rate = load / kinds.mean_s
    total, units = float(load.sum()), float(rate.sum())
    if units <= 0:
        return Moment(0.0, Ask(0.0), Ask(0.0), float(kinds.mean_s.mean()), 1.0)
    service_s = total / units
    cv2 = max(0.0, float(rate @ kinds.second_s2) / units / service_s**2 - 1.0)
    calls = rate / kinds.units
    urgent = _ask(kinds, load, np.where(kinds.urgent, calls, 0.0), kinds.urgent)
    other = _ask(kinds, load, np.where(kinds.urgent, 0.0, calls), ~kinds.urgent)
    return Moment(total, urgent, other, service_s, cv2)


def _ask(kinds: _Kinds, load: FloatArray, calls: FloatArray, these: NDArray[np.bool_]) -> Ask:
    """Return calls of several classes as one kind, each with its share of calls."""
    work, total = float(load[these].sum()), float(calls.sum())
    if work <= 0 or total <= 0:
        return Ask(0.0)
    share = calls @ kinds.shares / total
    share /= share.sum()
    return Ask(work / float(share @ np.arange(1, share.size + 1)), tuple(share.tolist()))


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)
