"""A project becomes a shift question: workload, requirement, administration, and the shifts on offer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.requirement import Requirement, RequirementParams, requirement
from optimiser.demand.service import service_times
from optimiser.demand.workload import OFFICER_INITIATED, Workload, from_project
from optimiser.errors import InputError
from optimiser.problems.base import choice
from optimiser.problems.shifts import ShiftsParams, ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.data import DAYS, SLOT_LENGTHS_S
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR, asked_text, minutes, time_of_day

FloatArray = NDArray[np.float64]
NIGHT_FROM_H, NIGHT_TO_H = 22, 6
FEWEST_OFFICERS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftsSetup:
    """What the shifts on offer are, what an hour costs, and how much administration a call leaves behind."""

    slot_s: int = field(
        default=3600, metadata=choice("s", "Length of a slot", options=("3600", "1800", "900"))
    )
    lengths_h: tuple[float, ...] = field(
        default=(8.0, 10.0, 12.0), metadata=choice("h", "Shift lengths on offer")
    )
    start_every_h: float = field(
        default=1.0, metadata=choice("h", "Shifts may start every so many hours", minimum=0.25)
    )
    admin_per_call_s: float = field(
        default=1200.0,
        metadata=choice("s", "Report and paper work that a call leaves, for all its officers", minimum=0),
    )
    officer_cost_per_h: float = field(
        default=1.0, metadata=choice("cost", "Cost of an officer-hour", minimum=0)
    )
    night_premium_frac: float = field(
        default=0.0,
        metadata=choice("frac", "Added to the cost of an hour from 22 to 06", group="advanced", minimum=0),
    )
    most_per_shift: int | None = field(
        default=None,
        metadata=choice("officers", "Most officers on one shift of one day", group="advanced", minimum=1),
    )

    def __post_init__(self) -> None:
        faults = []
        if self.slot_s not in SLOT_LENGTHS_S:
            faults.append(f"slot_s must be one of {SLOT_LENGTHS_S} seconds, got {self.slot_s}.")
        if not self.lengths_h:
            faults.append("lengths_h needs at least one shift length.")
        faults += [
            f"A shift of {h:g} h is not between 1 and 24 hours; mend lengths_h."
            for h in self.lengths_h
            if not 1 <= h <= HOURS_PER_DAY
        ]
        steps = self.start_every_h * SECONDS_PER_HOUR / self.slot_s
        if not faults and (steps < 1 or steps != round(steps) or HOURS_PER_DAY % self.start_every_h):
            faults.append(
                f"start_every_h {self.start_every_h:g} must be whole slots of {self.slot_s} s and divide the day."
            )
        if not faults and any((h * SECONDS_PER_HOUR) % self.slot_s for h in self.lengths_h):
            faults.append(
                f"Every length of lengths_h must be whole slots of {self.slot_s} s, got {self.lengths_h}."
            )
        for name in ("admin_per_call_s", "officer_cost_per_h", "night_premium_frac"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                faults.append(f"{name} must be 0 or more, got {value}.")
        if faults:
            raise InputError(" ".join(faults))


def shifts_problem(
    project: Project,
    params: ShiftsParams | None = None,
    setup: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
    *,
    existing: ShiftsPlan | None = None,
) -> ShiftsProblem:
    """Return the shift question of a whole project.

    Raises
    ------
    InputError
        If the project has red faults, or less than a week of work.
    """
    project.require_ready()
    work = from_project(project)
    return from_workload(
        work,
        params,
        setup,
        service,
        service_s=mean_service_s(project, work),
        urgent_frac=_urgent_frac(work),
        existing=existing,
    )


def from_workload(
    work: Workload,
    params: ShiftsParams | None = None,
    setup: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
    *,
    service_s: float,
    week_admin_s: FloatArray | None = None,
    urgent_frac: float = 1.0,
    existing: ShiftsPlan | None = None,
) -> ShiftsProblem:
    """Return the shift question of a week's work.

    Parameters
    ----------
    work, service_s
        The mean week, and the mean time a unit spends on a call.
    params, setup, service
        The planner's choices, shifts on offer, and standards of service; the defaults where left out.
    week_admin_s
        Officer-seconds of administration measured by hour of the week, shape (168,); by default
        ``setup.admin_per_call_s`` for every call.
    urgent_frac
        Share of the work that is of the most urgent priority.
    existing
        Today's plan, for comparison.
    """
    params, setup = params or ShiftsParams(), setup or ShiftsSetup()
    need = requirement(work.week_unit_s(), service_s, service, slot_s=setup.slot_s, urgent_frac=urgent_frac)
    parts = round(SECONDS_PER_HOUR) // setup.slot_s
    admin = (
        work.week_calls() * setup.admin_per_call_s
        if week_admin_s is None
        else np.asarray(week_admin_s, dtype=float)
    )
    ids, start, length = shift_catalogue(setup)
    return ShiftsProblem(
        params=params,
        slot_s=setup.slot_s,
        requirement=need.officers,
        call_work_s=need.call_work_s,
        admin_s=np.repeat(admin, parts) / parts,
        shift_ids=ids,
        shift_start=start,
        shift_slots=length,
        shift_days=np.ones((len(ids), DAYS), dtype=bool),
        cost_per_officer_h=_hourly_cost(setup),
        most_per_shift=setup.most_per_shift or _most_per_shift(need, params, setup),
        binding=need.binding,
        existing=existing,
    )


def shift_catalogue(setup: ShiftsSetup) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Return (ids, first slot of the day, length in slots) of every start and length on offer: ``"07:00+8h"``."""
    step = round(setup.start_every_h * SECONDS_PER_HOUR) // setup.slot_s
    per_day = round(HOURS_PER_DAY * SECONDS_PER_HOUR) // setup.slot_s
    ids, starts, lengths = [], [], []
    for first in range(0, per_day, step):
        for hours in sorted(set(setup.lengths_h)):
            ids.append(f"{time_of_day(first * setup.slot_s)}+{hours:g}h")
            starts.append(first)
            lengths.append(round(hours * SECONDS_PER_HOUR) // setup.slot_s)
    return tuple(ids), np.array(starts, dtype=np.int64), np.array(lengths, dtype=np.int64)


def mean_service_s(project: Project, work: Workload) -> float:
    """Mean time a unit spends on a call: from the calls' durations, else work over calls, else the default."""
    if project.calls is not None:
        found = service_times(project.calls[project.calls["origin"] != OFFICER_INITIATED], None)
        if found:
            return found[0].mean_s
    calls = float(work.week_calls().sum())
    unit_s = float(work.week_unit_s().sum())
    return unit_s / calls if calls > 0 and unit_s > 0 else project.settings.default_service_s


def assumptions(params: ShiftsParams, setup: ShiftsSetup, service: RequirementParams) -> tuple[str, ...]:
    """Say in words what was assumed where a project measures nothing itself."""
    said = [
        f"Administration: {minutes(setup.admin_per_call_s):.0f} minutes of reports a call, movable within the week.",
        f"{service.officers_per_unit} officer(s) in a unit; never fewer than {service.minimum_units} units on duty.",
        "Units on calls are spread over time as if there were always a free one (M/M/infinity).",
    ]
    if service.no_free_unit_frac is not None:
        said.append(f"At most {asked_text(service.no_free_unit_frac)} of calls may find no free unit.")
    if not params.hold_split:
        said.append("The time split is shown and not held as a rule.")
    return tuple(said)


def _hourly_cost(setup: ShiftsSetup) -> FloatArray:
    per_day = round(HOURS_PER_DAY * SECONDS_PER_HOUR) // setup.slot_s
    hour = np.arange(per_day) * setup.slot_s / SECONDS_PER_HOUR
    night = (hour >= NIGHT_FROM_H) | (hour < NIGHT_TO_H)
    return np.tile(setup.officer_cost_per_h * np.where(night, 1 + setup.night_premium_frac, 1.0), DAYS)


def _most_per_shift(need: Requirement, params: ShiftsParams, setup: ShiftsSetup) -> int:
    """Bound a shift by the most officers any slot can use: its requirement, or its calls within their ceiling."""
    ceiling = max(params.call_ceiling_frac, 0.01)
    for_calls = math.ceil(float(need.call_work_s.max()) / (ceiling * setup.slot_s))
    return max(FEWEST_OFFICERS, params.minimum_on_duty, int(need.officers.max()), for_calls)


def _urgent_frac(work: Workload) -> float:
    """Share of calls of the most urgent known priority; 1 where none is known."""
    known = {p: float(v.sum()) for p, v in work.priority_calls.items() if p > 0}
    total = sum(known.values())
    return known[min(known)] / total if total > 0 else 1.0
