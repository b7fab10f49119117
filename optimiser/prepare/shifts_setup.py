"""What a planner chooses of shifts beside the rules: what is on offer, what an hour costs, which week it is."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from optimiser.errors import InputError
from optimiser.problems.base import asked
from optimiser.problems.shifts.data import SLOT_LENGTHS_S
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftsSetup:
    """What the shifts on offer are, what an hour costs, and how much administration a call leaves behind."""

    slot_s: int = asked(3600, "s", "Length of a slot", options=("3600", "1800", "900"))
    lengths_h: tuple[float, ...] = asked((8.0, 10.0, 12.0), "h", "Shift lengths on offer")
    start_every_h: float = asked(1.0, "h", "Shifts may start every so many hours", minimum=0.25)
    admin_per_call_s: float = asked(
        1200.0, "s", "Report and paper work that a call leaves, for all its officers", minimum=0
    )
    demand: str = asked(
        "today", "", "Demand scenario: today, plus10, summer, event, p80 or one of demand.toml"
    )
    officer_cost_per_h: float = asked(1.0, "cost", "Cost of an officer-hour", minimum=0)
    night_premium_frac: float = asked(
        0.0, "frac", "Added to the cost of an hour from 22 to 06", group="advanced", minimum=0
    )
    most_per_shift: int | None = asked(
        None, "officers", "Most officers on one shift of one day", group="advanced", minimum=1
    )
    shortage_bands_frac: tuple[float, ...] = asked(
        (0.1, 0.25),
        "frac",
        "Shares of a requirement beyond which a missing officer is dearer",
        group="advanced",
    )
    shortage_prices: tuple[float, ...] = asked(
        (1.0, 2.0, 4.0), "per officer-hour", "Price of an officer-hour short in each band", group="advanced"
    )
    hold_over_h: tuple[float, ...] = asked(
        (), "h", "Shifts may be held over by so many hours, as overtime", group="rota"
    )
    call_back_h: tuple[float, ...] = asked(
        (), "h", "Officers may be called back for so many hours", group="rota"
    )
    week_of: str = asked("", "", "A date: the week whose court, training and events count", group="rota")
    season: bool = asked(False, "", "Scale the calls to the months of that week", group="rota")
    leave_cap: int | None = asked(
        None, "officers", "At most so many on leave at once", group="rota", minimum=0
    )
    leave_cap_by_sector: Mapping[str, int] = asked(
        {}, "officers", "At most so many of a sector on leave at once", group="rota"
    )

    def __post_init__(self) -> None:
        faults = []
        if self.slot_s not in SLOT_LENGTHS_S:
            faults.append(f"slot_s must be one of {SLOT_LENGTHS_S} seconds, got {self.slot_s}.")
        if not self.lengths_h:
            faults.append("lengths_h needs at least one shift length.")
        faults += [
            f"A shift of {h:g} h is not between 1 and 24 hours; mend lengths_h."
            for h in self.lengths_h
            if not 1 <= h <= HOURS_PER_DAY
        ]
        steps = self.start_every_h * SECONDS_PER_HOUR / self.slot_s
        if not faults and (steps < 1 or steps != round(steps) or HOURS_PER_DAY % self.start_every_h):
            faults.append(
                f"start_every_h {self.start_every_h:g} must be whole slots of {self.slot_s} s and divide the day."
            )
        more_h = (*self.hold_over_h, *self.call_back_h)
        faults += [
            f"{h:g} h of overtime is not above 0 and at most 24 hours; mend hold_over_h or call_back_h."
            for h in more_h
            if not 0 < h <= HOURS_PER_DAY
        ]
        if not faults and any((h * SECONDS_PER_HOUR) % self.slot_s for h in more_h):
            faults.append(
                f"hold_over_h and call_back_h must be whole slots of {self.slot_s} s, got {more_h}."
            )
        caps = {"leave_cap": self.leave_cap, **self.leave_cap_by_sector}
        faults += [
            f"A cap on leave must be 0 or more officers, got {n} for {name}."
            for name, n in caps.items()
            if n is not None and n < 0
        ]
        if self.week_of and not _is_date(self.week_of):
            faults.append(f"week_of {self.week_of!r} is no date, as 2026-07-14.")
        if self.season and not self.week_of:
            faults.append("season needs week_of, a date: the months of that week.")
        if not faults and any((h * SECONDS_PER_HOUR) % self.slot_s for h in self.lengths_h):
            faults.append(
                f"Every length of lengths_h must be whole slots of {self.slot_s} s, got {self.lengths_h}."
            )
        for name in ("admin_per_call_s", "officer_cost_per_h", "night_premium_frac"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                faults.append(f"{name} must be 0 or more, got {value}.")
        if faults:
            raise InputError(" ".join(faults))


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
