"""What each standard of service costs in officer-hours a week: every one tightened and loosened alone.

Exact differences of two requirements, not derivatives: officers are whole, so a price holds for its step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from optimiser.errors import InputError
from optimiser.prepare.requirement import Asked, RequirementSetup, asked_of

POINT_FRAC = 0.01
MINUTE_S = 60.0
DEMAND_STEP_FRAC = 0.10


@dataclass(frozen=True, slots=True)
class Price:
    """One standard changed.

    Parameters
    ----------
    change
        Fields changed, with the values they got; in core units.
    before
        The values they had.
    officer_h
        Officer-hours a week that are then required.
    more_h
        Against today's; negative is saved.
    more_by_slot_h
        The same without the time split, which hides what the other reasons ask wherever it asks for more.
    """

    change: Mapping[str, Any]
    before: Mapping[str, Any]
    officer_h: float
    more_h: float
    more_by_slot_h: float


def prices(asked: Asked, setup: RequirementSetup) -> tuple[Price, ...]:
    """Return the price of each standard in force, tightened and loosened by a step.

    Parameters
    ----------
    asked
        A requirement.
    setup
        What it was made with.
    """
    found = []
    # the mix of what was asked has its demand factor in it
    base = replace(setup, demand_factor=1.0)
    for of_params, of_setup in _steps(asked, base):
        try:
            params = replace(asked.params, **of_params)
            other = asked_of(asked.mix, params, replace(base, **of_setup), asked.rules, asked.name)
        except InputError:
            continue  # a step beyond what there is: no price
        before = {k: getattr(asked.params, k) for k in of_params} | {k: getattr(base, k) for k in of_setup}
        hours = other.need.officer_h
        by_slot = other.by_slot.officer_h - asked.by_slot.officer_h
        found.append(Price(of_params | of_setup, before, hours, hours - asked.need.officer_h, by_slot))
    return tuple(found)


def _steps(asked: Asked, setup: RequirementSetup) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    p = asked.params
    for name in ("no_free_unit_frac", "held_back_frac", "response_late_frac"):
        value = getattr(p, name)
        if value is not None:
            yield {name: value / 2}, {}
            yield {name: value * 2}, {}
    for name in ("urgent_wait_s", "response_s"):
        value = getattr(p, name)
        if value is not None:
            for step in (-MINUTE_S, MINUTE_S):
                if value + step > 0 or (name == "urgent_wait_s" and value + step == 0):
                    yield {name: value + step}, {}
    for more in (-1, 1):
        yield {"minimum_units": p.minimum_units + more}, {}
    yield {"reserve_units": p.reserve_units + 1}, {}
    if setup.hold_split:
        for step in (-POINT_FRAC, POINT_FRAC):
            # what calls may take more is what proactive work gives up
            yield (
                {},
                {
                    "call_ceiling_frac": setup.call_ceiling_frac + step,
                    "proactive_floor_frac": setup.proactive_floor_frac - step,
                },
            )
    for factor in (1 - DEMAND_STEP_FRAC, 1 + DEMAND_STEP_FRAC):
        yield {}, {"demand_factor": factor}
