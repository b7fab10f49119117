"""Overtime beside the hours of officers: what is on offer, and the week that asks for its cheapest use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimiser.prepare.shift_offer import Offer, shifts_on_offer
from optimiser.prepare.shifts import ShiftsSetup
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.data import DAYS
from optimiser.problems.shifts.rules import known_rows

HOLD_OVER_H, CALL_BACK_H = (2.0,), (4.0,)
"""Overtime where a planner names none: an end of shift that runs over, and the four hours usually paid at least."""


def with_lengths(shifts: ShiftsSetup) -> ShiftsSetup:
    """Return the choices with lengths of overtime: the planner's own, or the usual ones where there are none."""
    if shifts.hold_over_h or shifts.call_back_h:
        return shifts
    return replace(shifts, hold_over_h=HOLD_OVER_H, call_back_h=CALL_BACK_H)


def overtime_offer(shifts: ShiftsSetup) -> Offer:
    """Return the shifts on offer with those held over and with officers called back."""
    return shifts_on_offer(with_lengths(shifts))


def overtime_means(shifts: ShiftsSetup) -> str:
    """Return ``shifts held over by 2 h and officers called back for 4 h``."""
    shifts = with_lengths(shifts)
    held, called = _listed_h(shifts.hold_over_h), _listed_h(shifts.call_back_h)
    means = [f"shifts held over by {held}"] * bool(held)
    means += [f"officers called back for {called}"] * bool(called)
    return " and ".join(means)


def with_overtime(week: ShiftsProblem, offer: Offer, most_h: float) -> ShiftsProblem:
    """Return a week with at most so many hours of overtime, of both kinds together as they serve best.

    The family limits each kind by itself. Where both are on offer all of it is entered as held over (a call-back as
    one that is overtime from its first slot on), so that one limit holds their sum and leaves open which kind;
    :func:`hours_by_kind` tells them apart again.
    """
    both = {"hold-over", "call-back"} <= set(offer.overtime)
    week = replace(
        week,
        params=replace(week.params, overtime_in_budget=False),
        shift_ids=offer.ids,
        shift_start=offer.start,
        shift_slots=offer.length,
        shift_days=np.ones((len(offer.ids), DAYS), dtype=bool),
        overtime=tuple("hold-over" if k else "" for k in offer.overtime) if both else offer.overtime,
        overtime_slots=offer.overtime_slots,
    )
    return limited(week, most_h)


def limited(week: ShiftsProblem, most_h: float) -> ShiftsProblem:
    """Return a week of :func:`with_overtime` with another limit, hours a week."""
    params = replace(
        week.params,
        most_hold_over_h=most_h if "hold-over" in week.overtime else None,
        most_call_back_h=most_h if "call-back" in week.overtime else None,
    )
    return replace(week, params=params)


def hours_by_kind(week: ShiftsProblem, plan: ShiftsPlan) -> tuple[float, float]:
    """Return the officer-hours of shifts held over, and of officers called back: overtime from their first slot on."""
    held = called = 0.0
    for i, _, n in known_rows(week, plan):
        hours = n * week.overtime_of(i) * week.slot_h
        if week.overtime_of(i) == week.shift_slots[i]:
            called += hours
        else:
            held += hours
    return held, called


def least_overtime(week: ShiftsProblem, offer: Offer, most_h: float) -> ShiftsProblem:
    """Return the question of the fewest hours of overtime that leave no officer-hour short, or as few as can be.

    A missing officer costs more in one slot than all of the ``most_h`` hours of overtime that there can be: one plan
    is better than another if it leaves less short, and among those that leave as much, if it takes less overtime.
    """
    missing = 2.0 * max(1.0, most_h) / week.slot_h
    params = replace(
        week.params, objective="shortage", surplus_price=0.0, interval_price=0.0, overtime_premium_frac=1.0
    )
    plain = replace(
        week,
        params=params,
        cost_per_officer_h=np.ones(week.n_slots),
        shortage_prices=(missing,),
        shortage_bands_frac=(),
    )
    return with_overtime(plain, offer, most_h)


def _listed_h(hours: Sequence[float]) -> str:
    """Return ``2 h`` or ``2 or 4 h``."""
    return f"{' or '.join(f'{h:g}' for h in sorted(set(hours)))} h" if hours else ""
