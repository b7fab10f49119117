"""The week of every district under six scenarios, and with each of the levers that stand beside a hire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.relief import WEEKS_PER_YEAR
from optimiser.demand.requirement import RequirementParams, requirement
from optimiser.errors import UsageError
from optimiser.prepare.budget import BudgetSetup, Force
from optimiser.prepare.shift_offer import shift_catalogue
from optimiser.prepare.shifts import ShiftsSetup
from optimiser.problems.shifts import ShiftsParams, ShiftsProblem
from optimiser.problems.shifts.data import DAYS
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK, SECONDS_PER_HOUR, SECONDS_PER_MINUTE, asked_text

FloatArray = NDArray[np.float64]
Z_80 = 0.8416212
"""Standard normal quantile of 80 %."""
FEWEST_LOAD = 0.25
EVENT_DAY, EVENT_FROM_H, EVENT_TO_H = 5, 14, 24
POINT_FRAC, TEN_H = 0.01, 10.0
CHANCES = {"base": 0.4, "more calls": 0.15, "summer": 0.2, "event": 0.05, "fewer officers": 0.1, "P80": 0.1}


@dataclass(frozen=True)
class Weeks:
    """Scenarios (name, meaning, probability, share of officers there) and the week of each district in each."""

    scenarios: tuple[tuple[str, str, float, float], ...]
    weeks: Mapping[tuple[str, str], ShiftsProblem]


def _check(shifts: ShiftsSetup) -> None:
    """Refuse choices that the curves would leave unheard."""
    plain = ShiftsSetup()
    names = ("hold_over_h", "call_back_h", "week_of", "leave_cap", "most_per_shift", "night_premium_frac")
    set_ = [name for name in names if getattr(shifts, name) != getattr(plain, name)]
    if set_:
        raise UsageError(
            f"The budget's mean weeks know nothing of {', '.join(set_)}; leave them out here, and ask for them in "
            "optimiser solve shifts."
        )


def weeks_of(
    force: Force,
    setup: BudgetSetup | None = None,
    shifts: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
) -> Weeks:
    """Return the six scenarios and every district's week in each."""
    setup, shifts = setup or BudgetSetup(), shifts or ShiftsSetup()
    service = service or RequirementParams()
    _check(shifts)
    if service.interval_ceiling_frac is None:
        service = replace(service, interval_ceiling_frac=setup.ceiling_frac)
    chances, told = list(CHANCES.values()), _meanings(force, setup)
    strength = {"fewer officers": 1.0 - setup.fewer_frac}
    scenarios = tuple(
        (name, told[name], p, strength.get(name, 1.0)) for name, p in zip(CHANCES, chances, strict=True)
    )
    weeks: dict[tuple[str, str], ShiftsProblem] = {}
    for name, unit_s in _works(force, setup).items():
        for k, district in enumerate(force.districts):
            if name == "fewer officers":
                weeks[district, name] = weeks[district, "base"]
            else:
                weeks[district, name] = _week(unit_s[k], float(force.service_s[k]), setup, shifts, service)
    return Weeks(scenarios, weeks)


@dataclass(frozen=True)
class LeverWeeks:
    """A lever: its name and meaning, every district's week with it, and an officer's hours a week at work then."""

    name: str
    meaning: str
    weeks: Mapping[str, ShiftsProblem]
    week_h: float


def levers_of(
    force: Force,
    setup: BudgetSetup | None = None,
    shifts: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
) -> tuple[LeverWeeks, ...]:
    """Return what else may be done, a unit of each: a minute, a call in a hundred, a percentage point, ten hours."""
    setup, shifts = setup or BudgetSetup(), shifts or ShiftsSetup()
    service = service or RequirementParams()
    ceiling = service.interval_ceiling_frac or setup.ceiling_frac
    held = replace(service, interval_ceiling_frac=ceiling)
    looser = replace(service, interval_ceiling_frac=min(0.99, ceiling + POINT_FRAC))
    shorter = np.maximum(force.service_s - SECONDS_PER_MINUTE, 1.0)

    def weeks(
        unit_s: FloatArray, service_s: FloatArray, standard: RequirementParams
    ) -> dict[str, ShiftsProblem]:
        return {
            d: _week(unit_s[k], float(service_s[k]), setup, shifts, standard)
            for k, d in enumerate(force.districts)
        }

    less = force.unit_s * (shorter / force.service_s)[:, None]
    base = weeks(force.unit_s, force.service_s, held)
    return (
        LeverWeeks("a minute", "a minute less on every call", weeks(less, shorter, held), setup.week_h),
        LeverWeeks(
            "a call in a hundred",
            "one call in a hundred settled by phone, online or appointment",
            weeks(force.unit_s * (1.0 - POINT_FRAC), force.service_s, held),
            setup.week_h,
        ),
        LeverWeeks(
            "a percentage point",
            f"calls may take {asked_text(ceiling + POINT_FRAC)} of those on duty instead of {asked_text(ceiling)}",
            weeks(force.unit_s, force.service_s, looser),
            setup.week_h,
        ),
        LeverWeeks(
            "ten hours",
            "ten hours of absence a year less for every officer",
            base,
            setup.week_h + TEN_H / WEEKS_PER_YEAR,
        ),
    )


def _meanings(force: Force, setup: BudgetSetup) -> dict[str, str]:
    return {
        "base": "the mean week",
        "more calls": f"{asked_text(setup.more_calls_frac)} more calls at every hour",
        "summer": f"calls of the busiest three months, {asked_text(float(force.summer.mean()) - 1)} more on average",
        "event": f"an event of {setup.event_h:g} officer-hours on a Saturday from {EVENT_FROM_H} to {EVENT_TO_H} h",
        "fewer officers": f"{asked_text(setup.fewer_frac)} of the officers missing",
        "P80": "every hour as busy as four of five weeks are at most",
    }


def _works(force: Force, setup: BudgetSetup) -> dict[str, FloatArray]:
    base = force.unit_s
    event = base.copy()
    hours = EVENT_DAY * HOURS_PER_DAY + np.arange(EVENT_FROM_H, EVENT_TO_H)
    event[int(base.sum(axis=1).argmax()), hours] += setup.event_h * SECONDS_PER_HOUR / hours.size
    load = np.maximum(base / SECONDS_PER_HOUR, FEWEST_LOAD)
    return {
        "base": base,
        "more calls": base * (1.0 + setup.more_calls_frac),
        "summer": base * force.summer[:, None],
        "event": event,
        "fewer officers": base,
        "P80": base * (1.0 + Z_80 / np.sqrt(load)),
    }


def _week(
    unit_s: FloatArray, service_s: float, setup: BudgetSetup, shifts: ShiftsSetup, service: RequirementParams
) -> ShiftsProblem:
    need = requirement(unit_s, service_s, service, slot_s=shifts.slot_s)
    ids, start, length = shift_catalogue(shifts)
    slots = HOURS_PER_WEEK * round(SECONDS_PER_HOUR) // shifts.slot_s
    return ShiftsProblem(
        params=ShiftsParams(objective="shortage", hold_split=False, interval_price=0.0),
        slot_s=shifts.slot_s,
        requirement=need.officers,
        call_work_s=need.call_work_s,
        admin_s=np.zeros(slots),
        shift_ids=ids,
        shift_start=start,
        shift_slots=length,
        shift_days=np.ones((len(ids), DAYS), dtype=bool),
        cost_per_officer_h=np.full(slots, shifts.officer_cost_per_h),
        shortage_prices=shifts.shortage_prices,
        shortage_bands_frac=shifts.shortage_bands_frac,
        most_per_shift=max(1, int(need.officers.max())),
        binding=need.binding,
    )
