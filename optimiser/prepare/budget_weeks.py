"""The week of every district under six scenarios, and with each of the levers that stand beside a hire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.call_mix import CallClass, CallMix
from optimiser.demand.relief import WEEKS_PER_YEAR
from optimiser.demand.requirement import RequirementParams, SplitTargets, hold_split, requirement_of
from optimiser.errors import UsageError
from optimiser.prepare.budget import FUTURES, INTERVAL, BudgetSetup, Force
from optimiser.prepare.budget_overtime import (
    least_overtime,
    overtime_means,
    overtime_offer,
    with_overtime,
)
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
CHANCES = dict(zip(FUTURES, (0.4, 0.15, 0.2, 0.05, 0.1, 0.1), strict=True))


@dataclass(frozen=True)
class Weeks:
    """Scenarios (name, meaning, probability, share of officers there) and the week of each district in each."""

    scenarios: tuple[tuple[str, str, float, float], ...]
    weeks: Mapping[tuple[str, str], ShiftsProblem]


def _check(shifts: ShiftsSetup) -> None:
    """Refuse choices that the curves would leave unheard."""
    plain = ShiftsSetup()
    names = ("week_of", "leave_cap", "leave_cap_by_sector", "most_per_shift", "night_premium_frac")
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
    held = _Held.of(setup, shifts, service)
    chances, told = list(CHANCES.values()), _meanings(force, setup)
    strength = {"fewer officers": 1.0 - setup.fewer_frac}
    scenarios = tuple(
        (name, told[name], p, strength.get(name, 1.0)) for name, p in zip(CHANCES, chances, strict=True)
    )
    weeks: dict[tuple[str, str], ShiftsProblem] = {}
    for name, mixes in _mixes(force, setup).items():
        for k, district in enumerate(force.districts):
            if name == "fewer officers":
                weeks[district, name] = weeks[district, "base"]
            else:
                weeks[district, name] = _week(force, district, mixes[k], held)
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
    base: Mapping[str, ShiftsProblem] | None = None,
) -> tuple[LeverWeeks, ...]:
    """Return what else may be done, a unit of each: a minute, a call in a hundred, a percentage point, ten hours.

    ``base`` is every district's week without any, where it is at hand.
    """
    setup, shifts = setup or BudgetSetup(), shifts or ShiftsSetup()
    service = service or RequirementParams()
    held = _Held.of(setup, shifts, service)
    looser, ceiling = held.looser(), held.ceiling_frac

    def weeks(mixes: tuple[CallMix, ...], standard: _Held) -> dict[str, ShiftsProblem]:
        return {d: _week(force, d, mix, standard) for d, mix in zip(force.districts, mixes, strict=True)}

    shorter = tuple(CallMix(tuple(_minute_less(c) for c in mix.classes)) for mix in force.mixes)
    fewer = tuple(mix.scaled(1.0 - POINT_FRAC) for mix in force.mixes)
    plain = base or weeks(force.mixes, held)
    return (
        LeverWeeks("a minute", "a minute less on every call", weeks(shorter, held), setup.week_h),
        LeverWeeks(
            "a call in a hundred",
            "one call in a hundred settled by phone, online or appointment",
            weeks(fewer, held),
            setup.week_h,
        ),
        LeverWeeks(
            "a percentage point",
            f"calls may take {asked_text(looser.ceiling_frac)} of on-duty time instead of {asked_text(ceiling)}",
            weeks(force.mixes, looser),
            setup.week_h,
        ),
        LeverWeeks(
            "ten hours",
            "ten hours of absence a year less for every officer",
            plain,
            setup.week_h + TEN_H / WEEKS_PER_YEAR,
        ),
        *overtime_lever(force, setup, shifts, plain),
    )


def overtime_lever(
    force: Force, setup: BudgetSetup, shifts: ShiftsSetup, weeks: Mapping[str, ShiftsProblem]
) -> tuple[LeverWeeks, ...]:
    """Return shifts held over and officers called back beside the budget of hours, as one lever; none if not asked."""
    most_h = {
        d: setup.overtime_frac * n * setup.week_h
        for d, n in zip(force.districts, force.officers, strict=True)
    }
    if not sum(most_h.values()) > 0:
        return ()
    offer = overtime_offer(shifts)
    meaning = (
        f"overtime of at most {asked_text(setup.overtime_frac)} of today's hours ({sum(most_h.values()):,.0f} a week), "
        f"{overtime_means(shifts)}"
    )
    return (
        LeverWeeks(
            "overtime",
            meaning,
            {d: with_overtime(weeks[d], offer, most_h[d]) for d in force.districts},
            setup.week_h,
        ),
    )


def overtime_weeks(
    setup: BudgetSetup,
    shifts: ShiftsSetup,
    weeks: Mapping[tuple[str, str], ShiftsProblem],
    most_officers: int,
) -> tuple[str, dict[tuple[str, str], ShiftsProblem]]:
    """Return in words what overtime is on offer, and the question of the fewest hours of it for every week given.

    Parameters
    ----------
    weeks
        By district and scenario.
    most_officers
        The largest force that is looked at.
    """
    if not setup.overtime_frac > 0:
        return "", {}
    offer = overtime_offer(shifts)
    most_h = setup.overtime_frac * most_officers * setup.week_h
    return overtime_means(shifts), {at: least_overtime(week, offer, most_h) for at, week in weeks.items()}


def _meanings(force: Force, setup: BudgetSetup) -> dict[str, str]:
    return {
        "base": "the mean week",
        "more calls": f"{asked_text(setup.more_calls_frac)} more calls at every hour",
        "summer": f"calls of the busiest three months, {asked_text(float(force.summer.mean()) - 1)} more on average",
        "event": f"an event of {setup.event_h:g} officer-hours on a Saturday from {EVENT_FROM_H} to {EVENT_TO_H} h",
        "fewer officers": f"{asked_text(setup.fewer_frac)} of the officers missing",
        "P80": "every hour as busy as four of five weeks are at most",
    }


def _mixes(force: Force, setup: BudgetSetup) -> dict[str, tuple[CallMix, ...]]:
    """Return the calls of every district in each scenario."""
    unit_s = force.unit_s
    load = np.maximum(unit_s / SECONDS_PER_HOUR, FEWEST_LOAD)
    hours = EVENT_DAY * HOURS_PER_DAY + np.arange(EVENT_FROM_H, EVENT_TO_H)
    busiest = int(unit_s.sum(axis=1).argmax())
    event = np.ones_like(unit_s)
    there = np.maximum(unit_s[busiest, hours], 1.0)
    event[busiest, hours] += setup.event_h * SECONDS_PER_HOUR / hours.size / there
    more = np.full_like(unit_s, 1.0 + setup.more_calls_frac)
    factors = {
        "more calls": more,
        "summer": np.broadcast_to(force.summer[:, None], unit_s.shape),
        "event": event,
        "P80": 1.0 + Z_80 / np.sqrt(load),
    }
    by_hour = {
        name: tuple(_times(mix, f) for mix, f in zip(force.mixes, factor, strict=True))
        for name, factor in factors.items()
    }
    return {"base": force.mixes, "fewer officers": force.mixes, **by_hour}


def _times(mix: CallMix, factor: FloatArray) -> CallMix:
    """Return a mix with the calls of each hour of the week multiplied."""
    return CallMix(tuple(replace(c, calls=c.calls * factor) for c in mix.classes))


def _minute_less(calls: CallClass) -> CallClass:
    """Return calls that take a unit a minute less."""
    shorter = max(calls.law.mean_s - SECONDS_PER_MINUTE, 1.0)
    return replace(calls, law=calls.law.scaled(shorter / calls.law.mean_s))


@dataclass(frozen=True)
class _Held:
    """What every week is held to: standards by interval, and the time split of the cycle where it is held so."""

    shifts: ShiftsSetup
    service: RequirementParams
    ceiling_frac: float
    targets: SplitTargets | None

    @classmethod
    def of(cls, setup: BudgetSetup, shifts: ShiftsSetup, service: RequirementParams) -> _Held:
        """Return what a planner's choices hold."""
        if setup.split == INTERVAL:
            ceiling = service.interval_ceiling_frac or setup.ceiling_frac
            return cls(shifts, replace(service, interval_ceiling_frac=ceiling), ceiling, None)
        floors = setup.proactive_floor_frac, setup.community_floor_frac
        return cls(shifts, service, setup.ceiling_frac, _targets(setup.ceiling_frac, *floors))

    def looser(self) -> _Held:
        """Return the same with a percentage point more for calls; proactive time gives it, where it has one."""
        ceiling = min(0.99, self.ceiling_frac + POINT_FRAC)
        if self.targets is None:
            return replace(
                self, ceiling_frac=ceiling, service=replace(self.service, interval_ceiling_frac=ceiling)
            )
        proactive = max(0.0, self.targets.proactive_floor_frac - POINT_FRAC)
        targets = _targets(ceiling, proactive, self.targets.community_floor_frac)
        return replace(self, ceiling_frac=ceiling, targets=targets)


def _targets(call_frac: float, proactive_frac: float, community_frac: float) -> SplitTargets:
    """Return the shares of the cycle, administration with what the others leave."""
    return SplitTargets(
        call_ceiling_frac=call_frac,
        proactive_floor_frac=proactive_frac,
        admin_ceiling_frac=max(0.0, 1.0 - call_frac - proactive_frac - community_frac),
        community_floor_frac=community_frac,
    )


def _week(force: Force, district: str, mix: CallMix, held: _Held) -> ShiftsProblem:
    shifts = held.shifts
    need = requirement_of(mix, held.service, slot_s=shifts.slot_s, rules=force.rules, sector=district)
    if held.targets is not None:
        admin_s = mix.week_calls * shifts.admin_per_call_s
        need = hold_split(need, held.targets, admin_s, held.service, force.rules, district)
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
        clauses=need.clauses if any(need.clauses) else (),
    )
