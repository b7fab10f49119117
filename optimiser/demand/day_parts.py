"""Parts of the day: which hours of the week each has, as a planner writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from optimiser.errors import UsageError
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK

DAY_EVENING_NIGHT = ("day=07-15", "evening=15-23", "night=23-07")
"""Three watches, from hour to hour of the local wall clock."""
_DAYS = {"": range(7), "weekday": range(5), "weekend": range(5, 7)}
_FORM = re.compile(
    r"\s*(?P<name>[^=@]+?)\s*=\s*(?P<begin>\d{1,2})-(?P<end>\d{1,2})\s*(@\s*(?P<days>\w+)\s*)?"
)


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of the day: its name and its hours of the week (0 = Monday 00:00), in order."""

    name: str
    hours: tuple[int, ...]


def day_parts(texts: Sequence[str] = DAY_EVENING_NIGHT) -> tuple[DayPart, ...]:
    """Read parts as ``night=23-07``, with ``@weekday`` or ``@weekend`` where it is of those days only.

    Hours run from the first to before the last and may pass midnight; ``0-24`` is the whole day. They count for the
    calendar day they lie in.

    Raises
    ------
    UsageError
        If a text is not of this form, or two parts have one name.
    """
    found: dict[str, DayPart] = {}
    for text in texts:
        match = _FORM.fullmatch(text)
        begin, end = (int(match["begin"]), int(match["end"])) if match else (-1, -1)
        days = _DAYS.get((match["days"] or "") if match else "?")
        if match is None or days is None or begin >= HOURS_PER_DAY or end > HOURS_PER_DAY or begin == end:
            raise UsageError(
                f"{text!r} is no part of the day; write NAME=FROM-TO in hours, as night=23-07 or late=22-02@weekend."
            )
        name = match["name"]
        if name in found:
            raise UsageError(f"Two parts of the day are called {name!r}; give each its own name.")
        of_day = [
            h for h in range(HOURS_PER_DAY) if (begin <= h < end if begin < end else h >= begin or h < end)
        ]
        found[name] = DayPart(name, tuple(d * HOURS_PER_DAY + h for d in days for h in of_day))
    if not found:
        raise UsageError("Give at least one part of the day, as night=23-07.")
    return tuple(found.values())


ALL_DAY = DayPart("all day", tuple(range(HOURS_PER_WEEK)))
