"""Officers needed on duty in every slot of the week, and which reason asks for the most.

Queue, urgent wait, response and minimums bind by slot. The time split is a rule of the cycle: where the hours that
the other reasons ask for are too few for it, officers are added car by car where the share of time on calls is largest
(:func:`hold_split`), so that no slot is held to the split by itself.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.data.duty_rules import MINIMUM as MINIMUM_RULE
from optimiser.data.duty_rules import POSTS, SUPERVISOR, VEHICLES, DutyRule
from optimiser.data.duty_rules import SPAN as SPAN_RULE
from optimiser.demand import reasons
from optimiser.demand.call_mix import CallMix
from optimiser.demand.clauses import crew_by_slot, least_by_slot, most_by_slot
from optimiser.demand.reasons import MINIMUM, QUEUE, RESPONSE, SPLIT, WAIT
from optimiser.demand.standards import RequirementParams, SplitTargets
from optimiser.errors import InputError
from optimiser.units import SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
NOTHING, SIMULATION = "nothing", "simulation"
"""Nothing asks for anybody; a simulation asked for more than the formulas (``studies.acceptance``)."""
_ROUND = 1e-9

__all__ = [
    "MINIMUM",
    "NOTHING",
    "QUEUE",
    "RESPONSE",
    "SIMULATION",
    "SPLIT",
    "WAIT",
    "Requirement",
    "RequirementParams",
    "SplitTargets",
    "hold_split",
    "requirement_of",
]


@dataclass(frozen=True, eq=False)
class Requirement:
    """Officers needed in each of T slots.

    Parameters
    ----------
    officers
        Needed on duty to answer calls, shape (T,).
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
    crew
        Officers in a unit, shape (T,).
    clauses
        Where the minimum of each slot is written, T texts; "" where it is the planner's own.
    hour_by_hour
        Officers as a table by hour gives them, each slot for itself (SIPP), split and added officers apart, shape (T,).
    supervisors, supervisor_reasons
        Supervisors beside the officers, shape (T,), and what asks for them, T texts; empty where nothing does.
    vehicles
        Cars there are, shape (T,); empty where no rule says.
    split_asks
        Officer-hours a week that each share of the time split asks for; empty where the split is not held.
    posts, post_clauses
        People of other roles beside the officers, by role, and the clauses that say so, T each.
    """

    officers: IntArray
    binding: tuple[str, ...]
    units_by_reason: Mapping[str, IntArray]
    load: FloatArray
    peak_load: FloatArray
    call_work_s: FloatArray
    slot_s: int
    crew: FloatArray
    clauses: tuple[str, ...] = ()
    hour_by_hour: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    supervisors: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    supervisor_reasons: tuple[str, ...] = ()
    vehicles: FloatArray = field(default_factory=lambda: np.empty(0))
    split_asks: Mapping[str, float] = field(default_factory=dict)
    posts: Mapping[str, IntArray] = field(default_factory=dict)
    post_clauses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def slots_by_reason(self) -> dict[str, int]:
        """Count the slots in which each reason binds, most first."""
        names, counts = np.unique(np.array(self.binding), return_counts=True)
        return {str(names[k]): int(counts[k]) for k in np.argsort(-counts, kind="stable")}

    @property
    def officer_h(self) -> float:
        """Officer-hours a week."""
        return float(self.officers.sum()) * self.slot_s / SECONDS_PER_HOUR

    @property
    def people_h(self) -> float:
        """Hours a week of officers, supervisors and posts."""
        beside = float(self.supervisors.sum()) + sum(float(p.sum()) for p in self.posts.values())
        return self.officer_h + beside * self.slot_s / SECONDS_PER_HOUR

    @property
    def units(self) -> IntArray:
        """Units that the officers fill, shape (T,)."""
        return np.asarray(np.floor(self.officers / self.crew + _ROUND), dtype=np.int64)

    @property
    def call_share(self) -> FloatArray:
        """Share of on-duty time on calls, shape (T,); 0 with nobody on duty."""
        duty_s = self.officers * float(self.slot_s)
        return np.asarray(np.divide(self.call_work_s, duty_s, out=np.zeros_like(duty_s), where=duty_s > 0))

    @property
    def short_of_vehicles(self) -> IntArray:
        """Slots that need more units than there are cars."""
        if self.vehicles.size == 0:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.units > self.vehicles)


def requirement_of(
    mix: CallMix,
    params: RequirementParams | None = None,
    *,
    slot_s: int = 3600,
    rules: Sequence[DutyRule] = (),
    sector: str = "",
) -> Requirement:
    """Return the officers that the largest of all reasons asks for in each slot, and which that is.

    The load is that of M_t/G/infinity (it lags the calls); queue, waits and response are taken at its peak within
    the slot. The time split is not in it unless ``interval_ceiling_frac`` holds it slot by slot; see
    :func:`hold_split` for the rule of the cycle.

    Parameters
    ----------
    mix
        Calls of a mean week.
    params
        Standards of service; the defaults where left out.
    slot_s
        3600, 1800 or 900; calls are even within an hour.
    rules, sector
        Rules with their clauses; those of the sector, or of the whole force ("") with the sum of all sectors' minimums.

    Raises
    ------
    InputError
        If the slot does not divide the hour, or a standard cannot be kept by any number of units.
    """
    params = params or RequirementParams()
    if slot_s <= 0 or 3600 % slot_s or slot_s % reasons.GRID_S:
        raise InputError(f"slot_s must divide an hour (3600, 1800, 900), got {slot_s}.")
    load = reasons.loads(mix, slot_s)
    units = reasons.units_by_reason(params, load)
    crew = crew_by_slot(rules, sector, slot_s, float(params.officers_per_unit))
    by_rule, clauses = least_by_slot(rules, sector, slot_s)
    officers, binding = _largest(units, crew, by_rule)
    posts = {role: least_by_slot(rules, sector, slot_s, role=role) for role in _post_roles(rules)}
    table = reasons.units_by_reason(params, reasons.loads_hour_by_hour(mix, slot_s))
    need = Requirement(
        officers=officers,
        binding=binding,
        units_by_reason=units,
        load=load.mean,
        peak_load=load.peak,
        call_work_s=load.mean * slot_s * crew,
        slot_s=slot_s,
        crew=crew,
        clauses=tuple(
            c if b == MINIMUM and r >= n else ""
            for c, b, r, n in zip(clauses, binding, by_rule, officers, strict=True)
        ),
        hour_by_hour=_largest(table, crew, by_rule)[0],
        vehicles=most_by_slot(rules, VEHICLES, sector, slot_s),
        posts={role: least for role, (least, _) in posts.items()},
        post_clauses={role: said for role, (_, said) in posts.items()},
    )
    return _with_supervisors(need, params, rules, sector)


def hold_split(
    need: Requirement,
    targets: SplitTargets,
    week_admin_s: float = 0.0,
    params: RequirementParams | None = None,
    rules: Sequence[DutyRule] = (),
    sector: str = "",
) -> Requirement:
    """Return the requirement with the time split held over the cycle.

    Officers are added a car at a time in the slot with the largest share of time on calls, until the week has the hours
    that the split asks for: the largest call share that is left is as low as that many officers can make it.

    Parameters
    ----------
    need
        By the other reasons.
    targets, week_admin_s
        Shares, and officer-seconds of administration measured in a week.
    params, rules, sector
        As given to :func:`requirement_of`; for the supervisors of the officers added.
    """
    hours = need.slot_s / SECONDS_PER_HOUR
    asked = targets.hours_asked(
        float(need.call_work_s.sum()) / SECONDS_PER_HOUR, week_admin_s / SECONDS_PER_HOUR
    )
    missing = int(np.ceil((max(asked.values()) - need.officer_h) / hours - _ROUND))
    officers, binding = need.officers.copy(), list(need.binding)
    work = need.call_work_s / need.slot_s
    step = np.ceil(need.crew - _ROUND).astype(np.int64)
    heap = [
        (-w / n if n else -np.inf, slot)
        for slot, (w, n) in enumerate(zip(work, officers, strict=True))
        if w > 0
    ]
    heapq.heapify(heap)
    while missing > 0 and heap:
        _, slot = heap[0]
        officers[slot] += step[slot]  # a car as a whole
        missing -= int(step[slot])
        binding[slot] = SPLIT
        heapq.heapreplace(heap, (-work[slot] / officers[slot], slot))
    clauses = tuple(c if b == MINIMUM else "" for c, b in zip(need.clauses, binding, strict=True))
    held = replace(need, officers=officers, binding=tuple(binding), clauses=clauses, split_asks=asked)
    return _with_supervisors(held, params or RequirementParams(), rules, sector)


def _post_roles(rules: Sequence[DutyRule]) -> list[str]:
    return [role for role in POSTS if any(r.role == role for r in rules)]


def _largest(
    units: Mapping[str, IntArray], crew: FloatArray, by_rule: IntArray
) -> tuple[IntArray, tuple[str, ...]]:
    """Return the officers of the largest reason in each slot, and its name."""
    need = np.stack([np.ceil(u * crew - _ROUND).astype(np.int64) for u in units.values()])
    names = list(units)
    at = names.index(MINIMUM)
    need[at] = np.maximum(need[at], by_rule)
    most, first = need.max(axis=0), need.argmax(axis=0)
    return most, tuple(names[k] if m > 0 else NOTHING for k, m in zip(first, most, strict=True))


def _with_supervisors(
    need: Requirement, params: RequirementParams, rules: Sequence[DutyRule], sector: str
) -> Requirement:
    """Add the supervisors that the span and the minimums of their role ask for."""
    span = most_by_slot(rules, SPAN_RULE, sector, need.slot_s)
    if params.officers_per_supervisor is not None:
        own = float(params.officers_per_supervisor)
        span = np.minimum(span, own) if span.size else np.full(need.officers.size, own)
    least, clauses = least_by_slot(rules, sector, need.slot_s, role=SUPERVISOR)
    if span.size == 0 and not least.any():
        return need
    by_span = (
        np.ceil(need.officers / span - _ROUND).astype(np.int64) if span.size else np.zeros_like(need.officers)
    )
    return replace(
        need,
        supervisors=np.maximum(by_span, least),
        supervisor_reasons=tuple(
            SPAN_RULE if s >= m and s > 0 else (c or MINIMUM_RULE if m > 0 else NOTHING)
            for s, m, c in zip(by_span, least, clauses, strict=True)
        ),
    )
