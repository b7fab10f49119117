"""A planner's choices for shifts, with what forms, scenario files and the command line need to show them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from optimiser.errors import InputError
from optimiser.problems.base import asked
from optimiser.problems.shifts.rota import rota_faults
from optimiser.units import HOURS_PER_DAY, asked_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftsParams:
    """A planner's choices. The four shares sum to 1; ``relax`` maps a rule's name to an amount in its unit.

    Call response is a ceiling, proactive work and community engagement are floors, administration is a
    measured need with a ceiling. All four are rules of the whole cycle; ``interval_price`` makes the call
    ceiling soft slot by slot.
    """

    objective: Literal["cost", "shortage"] = asked(
        "cost", "", "Meet the requirement at least cost, or miss it least", options=("cost", "shortage")
    )
    call_ceiling_frac: float = asked(
        0.30, "frac", "At most this share of on-duty time on calls", group="time split", minimum=0, maximum=1
    )
    proactive_floor_frac: float = asked(
        0.30, "frac", "At least this share for proactive work", group="time split", minimum=0, maximum=1
    )
    admin_ceiling_frac: float = asked(
        0.30, "frac", "At most this share on administration", group="time split", minimum=0, maximum=1
    )
    community_floor_frac: float = asked(
        0.10, "frac", "At least this share with the community", group="time split", minimum=0, maximum=1
    )
    tolerance_frac: float = asked(
        0.0, "frac", "Slack on each of the four shares", group="time split", minimum=0, maximum=0.5
    )
    hold_split: bool = asked(True, "", "Hold the time split as a rule; else only show it", group="time split")
    interval_price: float = asked(
        1.0,
        "cost per officer-hour",
        "Price of an officer-hour on calls above the ceiling within its own slot",
        group="time split",
        minimum=0,
    )
    community_from_h: int = asked(
        8, "h", "Community work from this hour of the day", group="time split", minimum=0, maximum=24
    )
    community_to_h: int = asked(
        21, "h", "Community work until this hour of the day", group="time split", minimum=0, maximum=24
    )
    minimum_on_duty: int = asked(0, "officers", "Never fewer than this on duty", minimum=0)
    max_start_times: int | None = asked(
        None, "start times", "At most this many different start times", minimum=1
    )
    budget_h: float | None = asked(None, "h", "At most this many officer-hours a week", minimum=0)
    same_starts: tuple[str, ...] = asked(
        (), "days", 'Days with the same start times, as ["Mon-Thu", "Fri Sat"]', group="rota"
    )
    hand_over_officers: int = asked(
        0, "officers", "At least so many stay over every change of shift", group="rota", minimum=0
    )
    hand_over_s: float = asked(1800.0, "s", "They stay this long after the change", group="rota", minimum=0)
    most_changed_h: float | None = asked(
        None, "h", "At most so many officer-hours other than in today's rota", group="rota", minimum=0
    )
    change_price: float = asked(
        0.0,
        "cost per officer-hour",
        "Price of an officer-hour other than in today's rota",
        group="rota",
        minimum=0,
    )
    most_hold_over_h: float | None = asked(
        None, "h", "At most so many hours a week held over after a shift", group="rota", minimum=0
    )
    most_call_back_h: float | None = asked(
        None, "h", "At most so many hours a week of officers called back", group="rota", minimum=0
    )
    overtime_in_budget: bool = asked(
        True, "", "The budget counts overtime too; else it is beside the budget", group="rota"
    )
    overtime_premium_frac: float = asked(
        0.5, "frac", "Added to the cost of an hour of overtime", group="rota", minimum=0
    )
    clauses: Mapping[str, str] = asked({}, "", "The clause that each rule comes from, by rule", group="rota")
    hard_rules: tuple[str, ...] = asked(
        (), "", "Rules that are not negotiable: never relaxed, never priced", group="rota"
    )
    surplus_price: float = asked(
        0.01,
        "per officer-hour",
        "Price of a surplus officer-hour where shortage is minimised",
        group="advanced",
        minimum=0,
    )
    no_free_price: float = asked(
        0.0,
        "per call a week",
        "Price of a call a week expected to find nobody free, in officer-hours short or in cost; 0: not reckoned",
        group="advanced",
        minimum=0,
    )
    relax: Mapping[str, float] = asked({}, "", "Rules to relax, each in its own unit", hidden=True)

    def __post_init__(self) -> None:
        faults = [*_split_faults(self), *_amount_faults(self), *rota_faults(self), *_relax_faults(self)]
        if faults:
            raise InputError(" ".join(faults))


def _split_faults(p: ShiftsParams) -> list[str]:
    names = ("call_ceiling_frac", "proactive_floor_frac", "admin_ceiling_frac", "community_floor_frac")
    faults = [
        f"{name} is a fraction from 0 to 1, got {getattr(p, name)}; 30 % is 0.30."
        for name in names
        if not 0 <= getattr(p, name) <= 1
    ]
    total = sum(getattr(p, name) for name in names)
    if not abs(total - 1.0) <= 1e-9:
        faults.append(
            "The four shares of the time split (call, proactive, admin, community) must sum to 1 (100 %), "
            f"got {total:.6g} ({asked_text(total)}); change {' or '.join(names)}."
        )
    if not 0 <= p.tolerance_frac <= 0.5:
        faults.append(f"tolerance_frac is a fraction from 0 to 0.5, got {p.tolerance_frac}.")
    if not 0 <= p.community_from_h < p.community_to_h <= HOURS_PER_DAY:
        faults.append(
            f"The community window must lie within one day, got {p.community_from_h} to {p.community_to_h} h; "
            "give 0 <= community_from_h < community_to_h <= 24."
        )
    return faults


def _amount_faults(p: ShiftsParams) -> list[str]:
    faults = []
    if p.objective not in ("cost", "shortage"):
        faults.append(f"objective must be 'cost' or 'shortage', got {p.objective!r}.")
    if p.minimum_on_duty < 0:
        faults.append(f"minimum_on_duty must be 0 or more officers, got {p.minimum_on_duty}.")
    if p.max_start_times is not None and p.max_start_times < 1:
        faults.append(
            f"max_start_times must be at least 1, got {p.max_start_times}; leave it out for no limit."
        )
    if p.budget_h is not None and not (math.isfinite(p.budget_h) and p.budget_h >= 0):
        faults.append(
            f"budget_h must be 0 or more officer-hours, got {p.budget_h}; leave it out for no limit."
        )
    for name in ("interval_price", "surplus_price", "no_free_price"):
        value = getattr(p, name)
        if not (math.isfinite(value) and value >= 0):
            faults.append(f"{name} must be 0 or more, got {value}.")
    return faults


def _relax_faults(p: ShiftsParams) -> list[str]:
    from optimiser.problems.shifts.rules import RULES  # the rules import this file

    relax = p.relax
    known = [r.name for r in RULES if r.relaxable and r.name not in p.hard_rules]
    names = [r.name for r in RULES]
    unknown = [n for n in (*p.clauses, *p.hard_rules) if n not in names]
    if unknown:
        return [f"There is no rule {unknown[0]!r} to give a clause or to be hard; rules: {', '.join(names)}."]
    faults = [
        f"relax names {n!r}, which cannot be relaxed; known: {', '.join(known)}."
        for n in relax
        if n not in known
    ]
    faults += [
        f"relax[{n!r}] must be 0 or more in the rule's own unit, got {v}."
        for n, v in relax.items()
        if not (math.isfinite(v) and v >= 0)
    ]
    return faults
