"""A shift plan: how many officers work each shift of each day. Decisions only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def staffing_key(shift_id: str, day: int) -> str:
    """Return the key of a shift on a day (0 = Monday): ``"D0700x8h@0"``."""
    return f"{shift_id}@{day}"


def split_key(key: str) -> tuple[str, int]:
    """Return shift and day of a key; the day is -1 where the key names none."""
    shift_id, at, day = key.rpartition("@")
    if not at:
        return key, -1
    return shift_id, int(day) if day.isascii() and day.isdigit() else -1


@dataclass(frozen=True, slots=True)
class ShiftsPlan:
    """Officers by ``"shift@day"`` (see :func:`staffing_key`); what is not named has none."""

    officers: Mapping[str, int] = field(default_factory=dict)

    def rows(self) -> tuple[tuple[str, int, int], ...]:
        """Return (shift, day, officers) for every entry that is not zero, in the plan's order."""
        return tuple((*split_key(k), n) for k, n in self.officers.items() if n != 0)
