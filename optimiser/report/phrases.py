"""Numbers as a planner reads them: minutes, percent, hours, and counts with their noun."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimiser import units
from optimiser.problems.base import Measure

NO_BREAK = "\u00a0"
MINUS = "\u2212"
_MOST_NAMED = 6
_AIMS = {"calls covered": "calls within target"}


def percent(fraction: float, digits: int = 1, *, signed: bool = False) -> str:
    """``0.0042`` to ``0.4 %``; signed, to ``+0.4 %`` with a true minus."""
    sign = "+" if signed else ""
    text = f"{units.percent(fraction):{sign},.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.replace("-", "").replace("+", "")
    if signed:
        text = text.replace("-", MINUS)
    return f"{text}{NO_BREAK}%"


def asked(fraction: float) -> str:
    """Percent of a choice: ``30 %``, with a digit only where it has one, ``32.5 %``."""
    return percent(fraction, 0 if abs(units.percent(fraction) - round(units.percent(fraction))) < 0.05 else 1)


def at_most(fraction: float) -> str:
    """Percent for an upper limit, rounded up so that "at most" stays true; ``less than 0.1 %`` below that."""
    tenths = math.ceil(units.percent(fraction) * 10 - 1e-9)
    if fraction > 0 and units.percent(fraction) < 0.1 - 1e-9:
        return f"less than 0.1{NO_BREAK}%"
    return f"at most {tenths / 10:,.1f}{NO_BREAK}%"


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
    if unit == "h":
        return f"{number(value)}{NO_BREAK}hours"
    if unit == "call-seconds per week":
        return f"{number(units.minutes(value))}{NO_BREAK}call-minutes a week"
    if unit == "cost":
        return count(value, "cost unit")
    if unit == "weighted s":
        return f"{number(units.minutes(value), 1)}{NO_BREAK}weighted minutes"
    return f"{number(value)}{NO_BREAK}{unit.replace(' per ', ' a ')}".rstrip()


def aim(name: str) -> str:
    """Return the name of an objective as a planner reads it."""
    return _AIMS.get(name, name)


def planner_value(value: float, unit: str) -> tuple[float, str]:
    """Return a value of a core unit as (number, unit) for a sheet: seconds as minutes, fractions stay."""
    if unit == "s":
        return units.minutes(value), "minutes"
    if unit == "call-seconds per week":
        return units.minutes(value), "call-minutes a week"
    if unit == "weighted s":
        return units.minutes(value), "weighted minutes"
    if unit == "h":
        return value, "hours"
    if unit == "cost":
        return value, "cost units"
    return value, unit.replace(" per ", " a ")


def measures_by_name(measures: Sequence[Measure]) -> dict[str, Measure]:
    """Return measures by their name."""
    return {m.name: m for m in measures}
