"""The Police Allocation Manual's worksheet, its brackets mended: a second opinion on officers per district.

NHTSA / Northwestern University Traffic Institute, Police Allocation Manual (1991; municipal edition 1993). Officers
a day cover reactive work, and uncommitted time that is the largest of three standards: patrol interval on the roads,
a free officer for most urgent calls, and travel time. Numbers in the comments are the worksheet's codes.

Copies of the worksheet in circulation miss brackets. Read here as dimensions and the manual's own text ask for:
5.2.2.11 is 5.2.2.9 / (60 - 5.2.2.8 - 5.2.2.9); 5.2.4.4 and 5.3.3.15 divide by (1 + ...); 5.3.2.4.1 and 5.4.5.1 are
40 / (speed x minutes), which is 2/3 of an hour's travel; 6.1.5 takes 6.1.1 and 6.1.3 as minutes of each hour.
Table 5.2.3 (an officer free in 90 % of cases) is Erlang's delay formula.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.queueing import least_units
from optimiser.errors import InputError
from optimiser.units import (
    HOURS_PER_DAY,
    METRES_PER_MILE,
    SECONDS_PER_HOUR,
    metres_per_s_from_mph,
    seconds_from_minutes,
)

FloatArray = NDArray[np.float64]
DAYS_PER_YEAR = 365
MEAN_TRAVEL = 2.0 / 3.0
"""Mean distance to the nearest of n officers over an area A is about this times sqrt(A / n)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualParams:
    """The worksheet's constants; the defaults are those of the copy for New York's precincts.

    Parameters
    ----------
    shift_h, week_h, benefit_h, temporary_h
        1.2.1; 1.2.2.1; paid hours off and hours on other duty a year, 1.2.2.2 and 1.2.2.3.
    span, supervisor_patrol_frac
        Officers to a field supervisor, 1.2.3, and the share of supervisors' time on patrol work, 1.2.4.
    road_speed_m_per_s, patrol_interval_h
        By road category (arterial, major, residential), 1.2.5 to 1.2.7.
    accident_h, call_h
        Service time of an accident and of another call, 1.3.3 and 1.3.5.
    call_held_frac, admin_held_frac, own_held_frac
        Share of other calls, administration and self-initiated work that cannot be broken off, 1.3.6 to 1.3.8.
    admin_frac, own_frac
        Share of an officer's hour on administration, 2.3, and on self-initiated and community work, 4.6.
    free_frac
        Share of urgent calls that should find a free officer, 5.2.4.1.
    urgent_speed_m_per_s, urgent_travel_s, other_speed_m_per_s, other_travel_s
        5.3.2.2, 5.3.2.3, 5.4.3 and 5.4.4.
    two_officers_frac
        Share of the time that a car has two officers, 6.2.1.
    least_a_day
        Fewest officers on duty a day (of one shift each), 6.3.1.
    special, special_patrol_frac, command
        Officers on special assignment, 7.2.1.2, the share of it that is patrol, 7.2.1.3, and command staff, 8.4.
    """

    shift_h: float = 8.0
    week_h: float = 40.0
    benefit_h: float = 200.0
    temporary_h: float = 160.0
    span: float = 6.5
    supervisor_patrol_frac: float = 0.25
    road_speed_m_per_s: tuple[float, float, float] = field(
        default=(metres_per_s_from_mph(30), metres_per_s_from_mph(25), metres_per_s_from_mph(15))
    )
    patrol_interval_h: tuple[float, float, float] = (8.0, 8.0, 48.0)
    accident_h: float = 1.5
    call_h: float = 0.8
    call_held_frac: float = 0.20
    admin_held_frac: float = 0.12
    own_held_frac: float = 0.20
    admin_frac: float = seconds_from_minutes(10.0) / SECONDS_PER_HOUR
    own_frac: float = seconds_from_minutes(16.57) / SECONDS_PER_HOUR
    free_frac: float = 0.90
    urgent_speed_m_per_s: float = metres_per_s_from_mph(40)
    urgent_travel_s: float = seconds_from_minutes(6.39)
    other_speed_m_per_s: float = metres_per_s_from_mph(20)
    other_travel_s: float = seconds_from_minutes(19.2)
    two_officers_frac: float = 0.85
    least_a_day: float = 100.0
    special: float = 2.0
    special_patrol_frac: float = 0.025
    command: float = 2.0

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.shift_h <= HOURS_PER_DAY:
            faults.append(f"shift_h must be above 0 and at most 24 hours, got {self.shift_h:g}.")
        if not self.admin_frac + self.own_frac < 1:
            faults.append(
                f"admin_frac {self.admin_frac:.3g} and own_frac {self.own_frac:.3g} leave no time for anything else."
            )
        if not self.net_h > 0:
            faults.append(f"Hours off and on other duty leave {self.net_h:,.0f} hours a year to work.")
        if not 0 < self.free_frac < 1:
            faults.append(f"free_frac is a fraction between 0 and 1, got {self.free_frac:g}.")
        if faults:
            raise InputError(" ".join(faults))

    @property
    def net_h(self) -> float:
        """Hours a year on patrol, 8.2.7."""
        return DAYS_PER_YEAR * self.week_h / 7 - self.benefit_h - self.temporary_h

    @property
    def relief_factor(self) -> float:
        """Officers for one shift on every day of the year, 8.2.8."""
        return DAYS_PER_YEAR * self.shift_h / self.net_h


@dataclass(frozen=True, eq=False)
class ManualInputs:
    """K districts: accidents and other calls a year, metres of road by category (K, 3), area; shape (K,) each."""

    accidents: FloatArray
    calls: FloatArray
    road_m: FloatArray
    area_m2: FloatArray

    def __post_init__(self) -> None:
        k = len(self.accidents)
        for name, shape in (("accidents", (k,)), ("calls", (k,)), ("road_m", (k, 3)), ("area_m2", (k,))):
            values = getattr(self, name)
            if values.shape != shape or not np.isfinite(values).all() or (values < 0).any():
                raise InputError(
                    f"{name} must be of shape {shape}, finite and 0 or more; got {values.shape}."
                )


@dataclass(frozen=True, eq=False)
class ManualOfficers:
    """What the worksheet asks for, shape (K,) each.

    Parameters
    ----------
    reactive, patrol_interval, immediate, travel
        Officers a day (of one shift each) for calls, 3.3.3, and uncommitted for each standard, 5.1.5, 5.2.4.6, 5.5.
    binding
        Which of the three asks for the most, K words.
    on_duty
        Officers a day on duty before the policy's least, 6.2.4.
    staff
        Officers, supervisors and command, 8.5.4, the policy's least held.
    staff_by_work
        The same without the policy's least.
    """

    reactive: FloatArray
    patrol_interval: FloatArray
    immediate: FloatArray
    travel: FloatArray
    binding: tuple[str, ...]
    on_duty: FloatArray
    staff: FloatArray
    staff_by_work: FloatArray


def officers(inputs: ManualInputs, params: ManualParams | None = None) -> ManualOfficers:
    """Work through the sheet for all districts."""
    p = params or ManualParams()
    shifts = HOURS_PER_DAY / p.shift_h
    work_h = (inputs.accidents * p.accident_h + inputs.calls * p.call_h) / DAYS_PER_YEAR
    reactive = work_h / p.shift_h  # 3.3.3
    pace_m = np.array(p.road_speed_m_per_s) * SECONDS_PER_HOUR * np.array(p.patrol_interval_h)
    interval = (HOURS_PER_DAY / p.shift_h) * (inputs.road_m / pace_m).sum(axis=1)  # 5.1.5
    free, travel_free, spare = _standards(inputs, p, reactive / shifts)
    immediate = shifts * np.maximum(0.0, free)  # 5.2.4.6
    urgent = shifts * np.maximum(0.0, travel_free)  # 5.3.5
    slow = shifts * _near(inputs.area_m2, p.other_speed_m_per_s, p.other_travel_s)  # 5.4.5.3
    travel = np.maximum(urgent, slow)  # 5.5
    standards = np.stack([interval, immediate, travel])
    names = ("patrol interval", "immediate response", "travel time")
    uncommitted = standards.max(axis=0)  # 5.7
    on_duty = (reactive + uncommitted) / spare * (1.0 + p.two_officers_frac)  # 6.1.5, 6.2.4
    return ManualOfficers(
        reactive,
        interval,
        immediate,
        travel,
        tuple(names[k] for k in standards.argmax(axis=0)),
        on_duty,
        _staff(np.maximum(on_duty, p.least_a_day), p),
        _staff(on_duty, p),
    )


def _standards(
    inputs: ManualInputs, p: ManualParams, reactive: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    """Return officers to add in a shift: for a free officer, 5.2.4.4, for urgent travel, 5.3.3.15; and 6.1.5 below."""
    total = np.maximum(inputs.accidents + inputs.calls, 1e-12)
    held = (inputs.accidents + p.call_held_frac * inputs.calls) / total  # 5.2.2.5
    spare = 1.0 - p.admin_frac - p.own_frac
    k_admin, k_own = p.admin_frac / spare, p.own_frac / spare  # 5.2.2.10, 5.2.2.11
    k_held = p.admin_held_frac * k_admin + p.own_held_frac * k_own  # 5.2.2.15
    k_free = k_admin + k_own - k_held  # 5.2.4.3
    load = reactive * (held + k_held) / (1.0 + k_held)  # 5.2.2.16
    needed = np.array([float(least_units(float(a), 1.0 - p.free_frac)) for a in load])  # 5.2.4.2
    already = reactive * (1.0 - held + k_free)
    near = _near(inputs.area_m2, p.urgent_speed_m_per_s, p.urgent_travel_s)  # 5.3.2.4.3
    return (needed - already) / (1.0 + k_free), (near - already) / (1.0 + k_free), spare


def _near(area_m2: FloatArray, speed_m_per_s: float, travel_s: float) -> FloatArray:
    """Return the officers over an area with which the nearest is there within a mean time."""
    found: FloatArray = (MEAN_TRAVEL / (speed_m_per_s * travel_s)) ** 2 * area_m2
    return found


def _staff(on_duty: FloatArray, p: ManualParams) -> FloatArray:
    """Chapters 7 and 8: supervisors' own patrol time, special assignments, supervisors, relief, command."""
    shared = p.span / (p.span + p.supervisor_patrol_frac)  # 7.1.5
    a_day = on_duty * shared + p.special * (1.0 - p.special_patrol_frac) * shared  # 7.2.4
    staff: FloatArray = a_day * (1.0 + 1.0 / p.span) * p.relief_factor + p.command  # 8.3.3, 8.5.4
    return staff


def square_metres(square_miles: FloatArray) -> FloatArray:
    """Return areas of the manual's unit in square metres."""
    return square_miles * METRES_PER_MILE**2
