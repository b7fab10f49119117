"""Rules of the rota beside cover and time split: equal start times, hand-over, change, overtime; days in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from optimiser.units import DAY_NAMES, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from optimiser.problems.shifts.params import ShiftsParams


def days_in(text: str) -> tuple[int, ...]:
    """Return the days that a text names, Monday 0: ``"Mon-Thu"``, ``"Fri Sat"``, ``"Sat-Mon"`` round the week.

    Raises
    ------
    ValueError
        Naming the word that is no day.
    """
    found: list[int] = []
    for word in re.split(r"[\s,+]+", text.strip()):
        first, dash, last = word.partition("-")
        begin, end = _day(first), _day(last if dash else first)
        found += [(begin + k) % 7 for k in range((end - begin) % 7 + 1)]
    return tuple(sorted(set(found)))


def _day(word: str) -> int:
    short = word.strip()[:3].capitalize()
    if short not in DAY_NAMES:
        raise ValueError(f"{word!r} is no day of the week; days are {', '.join(DAY_NAMES)}")
    return DAY_NAMES.index(short)


def groups(texts: Iterable[str]) -> tuple[tuple[int, ...], ...]:
    """Return the groups of days of :attr:`ShiftsParams.same_starts`."""
    return tuple(days_in(text) for text in texts)


def rota_faults(p: ShiftsParams) -> list[str]:
    """Say what is wrong with the choices of this file's rules."""
    faults = []
    for text in p.same_starts:
        try:
            if len(days_in(text)) < 2:
                faults.append(f"same_starts {text!r} names one day; give at least two, as 'Mon-Thu'.")
        except ValueError as error:
            faults.append(f"same_starts: {error}; give days as 'Mon-Thu' or 'Fri Sat'.")
    if p.hand_over_officers < 0:
        faults.append(f"hand_over_officers must be 0 or more, got {p.hand_over_officers}.")
    if not 0 < p.hand_over_s <= 4 * SECONDS_PER_HOUR:
        faults.append(f"hand_over_s must be above 0 and at most four hours, got {p.hand_over_s} s.")
    for name in ("most_changed_h", "most_hold_over_h", "most_call_back_h"):
        value = getattr(p, name)
        if value is not None and not (math.isfinite(value) and value >= 0):
            faults.append(f"{name} must be 0 or more officer-hours, got {value}; leave it out for no limit.")
    for name in ("change_price", "overtime_premium_frac"):
        value = getattr(p, name)
        if not (math.isfinite(value) and value >= 0):
            faults.append(f"{name} must be 0 or more, got {value}.")
    return faults
