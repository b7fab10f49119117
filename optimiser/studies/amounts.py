"""Relaxations in a rule's own unit: how fine, how much is a step, how much is plenty, how much a plan needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from optimiser import units
from optimiser.problems.base import Family

Relax = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """Amounts of one unit.

    Parameters
    ----------
    precision
        A least amount is found to this.
    step
        What one more of it means to a planner: a minute, a percentage point, an officer.
    plenty
        So much that the rule asks for nothing any more.
    whole
        Only whole amounts make a difference.
    """

    precision: float
    step: float
    plenty: float
    whole: bool = False


_SCALES = {
    "frac": Scale(0.001, 0.01, 100.0),
    "s": Scale(6.0, 60.0, 1e6),
    "h": Scale(0.5, 1.0, 1e7),
    "m": Scale(10.0, 1000.0, 1e8),
    "of its kind": Scale(1.0, 1.0, 1e9),
    "cost": Scale(1.0, 1.0, 1e9),
    "calls per week": Scale(0.01, 1.0, 1e9),
    "call-seconds per week": Scale(60.0, 3600.0, 1e15),
    "call-m2": Scale(1e4, 1e6, 1e20),
}
_COUNT = Scale(1.0, 1.0, 10_000.0, whole=True)


def scale_of(unit: str) -> Scale:
    """Return the scale of a unit; what is not measured is counted."""
    return _SCALES.get(unit, _COUNT)


def amount_text(amount: float, unit: str) -> str:
    """Print an amount of a rule in planner's units: ``1.5 min``, ``2 percentage points``, ``3 areas``."""
    if unit == "s":
        return f"{_short(units.minutes(amount))} min"
    if unit == "frac":
        points = _short(units.percent(amount))
        return f"{points} percentage point{'' if points == '1' else 's'}"
    if unit == "call-seconds per week":
        return f"{_short(units.minutes(amount))} call-minutes a week"
    if unit == "calls per week":
        return f"{_short(amount)} call{'' if amount == 1 else 's'} a week"
    if unit == "cost":
        return f"{_short(amount)} cost unit{'' if amount == 1 else 's'}"
    if amount == 1 and unit.endswith("s") and not unit.endswith("ss"):
        return f"1 {unit[:-1]}"
    return f"{amount:,.6g} {unit}".rstrip()


def _short(number: float) -> str:
    """Print with at most two digits after the point, none of them idle."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def relaxable(family: Family[Any, Any]) -> tuple[str, ...]:
    """Return the names of the rules that can be relaxed."""
    return tuple(rule.name for rule in family.rules if rule.relaxable)


def relaxed_by(problem: Any, more: Relax) -> Any:
    """Return the problem with its rules relaxed by ``more`` beyond what they are."""
    added = {rule: amount for rule, amount in more.items() if amount > 0}
    if not added:
        return problem
    now = problem.params.relax
    both = {**now, **{rule: float(now.get(rule, 0.0)) + amount for rule, amount in added.items()}}
    return replace(problem, params=replace(problem.params, relax=both))


def covers(looser: Relax, tighter: Relax) -> bool:
    """Is every rule relaxed at least as much in ``looser``?"""
    return all(looser.get(rule, 0.0) >= amount - 1e-12 for rule, amount in tighter.items())


def least_that(holds: Callable[[float], bool], most: float, scale: Scale) -> float:
    """Return the least amount up to ``most`` for which ``holds``, which it does at ``most`` and above the least.

    Whole where only whole amounts count, else to a hundredth of the precision, on the side where it holds, and at a
    readable amount where that is one.
    """
    if holds(0.0):
        return 0.0
    low, high = 0.0, most
    while high - low > (1.0 if scale.whole else scale.precision / 100):
        middle = (low + high) / 2
        if scale.whole:
            middle = float(int(middle))
        if holds(middle):
            high = middle
        else:
            low = middle
    digit = scale.precision / 10
    plain = high if scale.whole else round(math.floor(high / digit) * digit, 10)
    return plain if 0 < plain < high and holds(plain) else high
