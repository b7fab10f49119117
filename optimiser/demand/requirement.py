"""Officers needed on duty in every slot of the week, and which reason asks for the most."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.queueing import MOST_UNITS, least_units, offered_load, wait_exceeds
from optimiser.errors import InputError
from optimiser.problems.base import choice
from optimiser.units import HOURS_PER_WEEK

FloatArray = NDArray[np.float64]
QUEUE, WAIT, RESPONSE, SPLIT, MINIMUM = "queue", "urgent wait", "response", "time split", "minimum"
NOTHING = "nothing"
_GRID_TRAVEL = 0.627
"""Mean right-angle distance from a random point to the nearest of k random units is about this times
sqrt(area / k) (Larson and Odoni, Urban Operations Research, 1981, section 3.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementParams:
    """What good service means, slot by slot. None leaves a reason out."""

    no_free_unit_frac: float | None = field(
        default=0.02,
        metadata=choice("frac", "At most this share of calls finds no free unit", minimum=0, maximum=1),
    )
    minimum_units: int = field(default=2, metadata=choice("units", "Never fewer units than this", minimum=0))
    officers_per_unit: int = field(default=1, metadata=choice("officers", "Officers in a unit", minimum=1))
    urgent_wait_s: float | None = field(
        default=None,
        metadata=choice("s", "Urgent calls get a unit within this time", group="advanced", minimum=0),
    )
    urgent_late_frac: float = field(
        default=0.05, metadata=choice("frac", "Share of urgent calls that may wait longer", group="advanced")
    )
    response_s: float | None = field(
        default=None, metadata=choice("s", "Mean travel time to a call, at most", group="advanced", minimum=0)
    )
    area_m2: float = field(
        default=0.0, metadata=choice("m2", "Area that units are spread over", group="advanced")
    )
    speed_m_per_s: float = field(
        default=11.0, metadata=choice("m/s", "Mean speed to a call", group="advanced")
    )
    interval_ceiling_frac: float | None = field(
        default=None,
        metadata=choice(
            "frac", "Hold this share on calls in every slot, not only over the cycle", group="advanced"
        ),
    )

    def __post_init__(self) -> None:
        faults = []
        for name in ("no_free_unit_frac", "interval_ceiling_frac", "urgent_late_frac"):
            value = getattr(self, name)
            if value is not None and not 0 < value < 1:
                faults.append(f"{name} is a fraction between 0 and 1, got {value}; 2 % is 0.02.")
        if self.minimum_units < 0 or self.officers_per_unit < 1:
            faults.append(
                f"minimum_units {self.minimum_units} or officers_per_unit {self.officers_per_unit} is too few."
            )
        if self.response_s is not None and not (
            self.response_s > 0 and self.area_m2 > 0 and self.speed_m_per_s > 0
        ):
            faults.append("A response limit needs response_s, area_m2 and speed_m_per_s, all positive.")
        if self.urgent_wait_s is not None and self.urgent_wait_s < 0:
            faults.append(f"urgent_wait_s must be 0 or more seconds, got {self.urgent_wait_s}.")
        if faults:
            raise InputError(" ".join(faults))


@dataclass(frozen=True, eq=False)
class Requirement:
    """Officers needed in each of T slots.

    Parameters
    ----------
    officers
        Needed on duty, shape (T,).
    binding
        The reason that asks for the most in each slot, T words. Ties go to the first in the order queue, urgent
        wait, response, time split, minimum.
    units_by_reason
        Units that each reason asks for, shape (T,) each.
    load, peak_load
        Mean and greatest number of units busy at once, shape (T,).
    call_work_s
        Officer-seconds of call work in each slot, by when they are worked, shape (T,).
    slot_s
        Slot length.
    """

    officers: NDArray[np.int64]
    binding: tuple[str, ...]
    units_by_reason: Mapping[str, NDArray[np.int64]]
    load: FloatArray
    peak_load: FloatArray
    call_work_s: FloatArray
    slot_s: int

    def slots_by_reason(self) -> dict[str, int]:
        """Count the slots in which each reason binds, most first."""
        names, counts = np.unique(np.array(self.binding), return_counts=True)
        return {str(names[k]): int(counts[k]) for k in np.argsort(-counts, kind="stable")}


def requirement(
    week_unit_s: FloatArray,
    service_s: float,
    params: RequirementParams | None = None,
    *,
    slot_s: int = 3600,
    urgent_frac: float = 1.0,
) -> Requirement:
    """Return the officers that the largest of all reasons asks for, and which that is.

    The load is that of M/M/infinity (it lags the calls); queue and waits are taken at its peak within the slot.

    Parameters
    ----------
    week_unit_s
        Unit-seconds a week by the hour that receives the call, shape (168,).
    service_s
        Mean time a unit spends on a call.
    slot_s
        3600, 1800 or 900; calls are even within an hour.
    urgent_frac
        Share of the load that is of the most urgent priority (for ``urgent_wait_s``).

    Raises
    ------
    InputError
        If the week is not of 168 hours, is negative or not a number, or the slot does not divide the hour.
    """
    params = params or RequirementParams()
    work_s = np.asarray(week_unit_s, dtype=float)
    if work_s.shape != (HOURS_PER_WEEK,) or not (np.isfinite(work_s) & (work_s >= 0)).all():
        raise InputError("A week of work needs 168 numbers, each 0 or more unit-seconds.")
    if slot_s <= 0 or 3600 % slot_s:
        raise InputError(f"slot_s must divide an hour (3600, 1800, 900), got {slot_s}.")
    parts = 3600 // slot_s
    load, peak = offered_load(np.repeat(work_s, parts) / parts, service_s, slot_s)
    units = _reasons(params, load, peak, service_s, urgent_frac)
    need = np.stack(list(units.values()))
    most = need.max(axis=0)
    names = list(units)
    first = need.argmax(axis=0)
    return Requirement(
        officers=most * params.officers_per_unit,
        binding=tuple(names[k] if m > 0 else NOTHING for k, m in zip(first, most, strict=True)),
        units_by_reason=units,
        load=load,
        peak_load=peak,
        call_work_s=load * slot_s * params.officers_per_unit,
        slot_s=slot_s,
    )


def _reasons(
    p: RequirementParams, load: FloatArray, peak: FloatArray, service_s: float, urgent_frac: float
) -> dict[str, NDArray[np.int64]]:
    units: dict[str, NDArray[np.int64]] = {}
    if p.no_free_unit_frac is not None:
        units[QUEUE] = _whole(least_units(float(a), p.no_free_unit_frac) for a in peak)
    if p.urgent_wait_s is not None:
        units[WAIT] = _whole(_units_for_wait(float(a), service_s, p, urgent_frac) for a in peak)
    if p.response_s is not None:
        # travel = 0.627 sqrt(area / free) / speed, so this many must be free beside those that are busy
        free = p.area_m2 * (_GRID_TRAVEL / (p.response_s * p.speed_m_per_s)) ** 2
        if not free < MOST_UNITS:
            raise InputError(
                f"A response of {p.response_s:g} s over {p.area_m2:g} m2 at {p.speed_m_per_s:g} m/s needs more than "
                f"{MOST_UNITS} free units; check the units of all three."
            )
        units[RESPONSE] = _whole(math.ceil(float(a) + free - 1e-9) for a in load)
    if p.interval_ceiling_frac is not None:
        units[SPLIT] = _whole(math.ceil(float(a) / p.interval_ceiling_frac - 1e-9) for a in load)
    units[MINIMUM] = np.full(load.size, p.minimum_units, dtype=np.int64)
    return units


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)


def _units_for_wait(load: float, service_s: float, p: RequirementParams, urgent_frac: float) -> int:
    if load <= 0 or p.urgent_wait_s is None:
        return 0
    for units in range(math.floor(load) + 1, MOST_UNITS):
        late = wait_exceeds(units, load, service_s, p.urgent_wait_s, urgent_frac=urgent_frac)
        if late <= p.urgent_late_frac:
            return units
    raise InputError(
        f"A load of {load:g} units busy at once needs more than {MOST_UNITS} units; check its unit."
    )
