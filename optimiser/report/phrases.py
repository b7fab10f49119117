"""Numbers as a planner reads them: minutes, percent, hours, and counts with their noun.

Shares are printed by :mod:`optimiser.units`; here they are only set for text that is broken into lines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimiser import units
from optimiser.problems.base import Measure, Violation

NO_BREAK = "\u00a0"
MINUS = "\u2212"
_MOST_NAMED = 6
_WEIGHTED = "weighted s"
_MINUTES = {"s": "minutes", _WEIGHTED: "weighted minutes"}
_AIMS = {"calls covered": "calls within target"}


def percent(fraction: float, digits: int = 1, *, signed: bool = False) -> str:
    """``0.0042`` to ``0.4 %``; signed, to ``+0.4 %`` with a true minus."""
    text = units.percent_text(fraction, digits, signed=signed)
    return _set(text.replace("-", MINUS) if signed else text)


def asked(fraction: float) -> str:
    """Percent of a choice: ``30 %``, with a digit only where it has one, ``32.5 %``."""
    return _set(units.asked_text(fraction))


def at_most(fraction: float) -> str:
    """Percent for an upper limit, rounded up so that "at most" stays true; ``less than 0.1 %`` below that."""
    return _set(units.at_most_text(fraction))


def _set(share: str) -> str:
    """Keep number and percent sign on one line, as maps and reports break theirs."""
    return share.replace(" %", f"{NO_BREAK}%")


def minutes(seconds: float, digits: int = 1) -> str:
    """Seconds to ``4.2 minutes``."""
    return f"{units.minutes(seconds):,.{digits}f}{NO_BREAK}minutes"


def number(value: float, digits: int = 0) -> str:
    """Print with thousands separated; whole numbers without a fraction."""
    if not math.isfinite(value):
        return "unlimited" if value > 0 else "none"
    if abs(value - round(value)) < 1e-9:
        return f"{round(value):,d}"
    return f"{value:,.{max(digits, 1) if abs(value) < 100 else digits}f}"


def count(n: float, noun: str, plural: str = "") -> str:
    """Print ``1 area``, ``2 areas``."""
    return f"{number(n)}{NO_BREAK}{noun if n == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], most: int = _MOST_NAMED) -> str:
    """Join names: ``A, B and C``; past ``most`` the rest is counted."""
    shown = list(names)
    if len(shown) > most:
        return f"{', '.join(shown[:most])} and {len(shown) - most} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def in_units(value: float, unit: str) -> str:
    """Print a value of a core unit in the planner's unit."""
    if unit == "s":
        return minutes(value)
    if unit == "frac":
        return percent(value)
    if unit == "cost":
        return count(value, "cost unit")
    shown, unit_shown = planner_value(value, unit)
    return f"{number(shown, 1 if unit == _WEIGHTED else 0)}{NO_BREAK}{unit_shown}".rstrip()


def aim(name: str) -> str:
    """Return the name of an objective as a planner reads it."""
    if name.startswith(("calls of priority", "weighted calls")):
        return name.replace(" covered", " within target")
    return _AIMS.get(name, name)


def planner_value(value: float, unit: str) -> tuple[float, str]:
    """Return a value of a core unit as (number, unit) for a sheet: seconds as minutes, fractions stay.

    A sheet formats its fractions itself; :func:`shown_value` is for tables of plain numbers.
    """
    if unit in _MINUTES:
        return units.minutes(value), _MINUTES[unit]
    if "-seconds" in unit:
        return units.minutes(value), unit.replace("-seconds", "-minutes").replace(" per ", " a ")
    if unit == "call-m2":
        return units.kilometres(units.kilometres(value)), "call-km²"
    return value, {"h": "hours", "cost": "cost units"}.get(unit, unit.replace(" per ", " a "))


def shown_value(value: float, unit: str) -> tuple[float, str]:
    """Return a value of a core unit as (number, unit) as a screen or terminal shows it: fractions in percent."""
    return (units.percent(value), "%") if unit == "frac" else planner_value(value, unit)


def measures_by_name(measures: Sequence[Measure]) -> dict[str, Measure]:
    """Return measures by their name."""
    return {m.name: m for m in measures}


def broken_rule(violation: Violation) -> str:
    """Say a broken rule in planner's units."""
    found, unit = shown_value(violation.found, violation.unit)
    limit, _ = shown_value(violation.limit, violation.unit)
    return f"{violation.rule}: {violation.where} has {found:,.4g} {unit}, the limit is {limit:,.4g} {unit}"
