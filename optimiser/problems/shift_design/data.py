"""What a question of shift design is given: a need slot by slot, the shifts on offer and what deviation costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

RULES = (
    Rule("known shifts", "a design names only shifts on offer", "officers", relaxable=False),
    Rule("days", "every shift has one number for each day", "days", relaxable=False),
    Rule("whole officers", "no shift has fewer than no officers", "officers", relaxable=False),
    Rule("most on a shift", "no shift of a day has more officers than there may be", "officers"),
    Rule("most shifts", "no more different shifts than there may be", "shifts"),
    Rule("cover", "where nobody may be missing, every slot has the officers that it needs", "officers"),
)
DAY_S = round(HOURS_PER_DAY * SECONDS_PER_HOUR)
MOST_OFFICERS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDesignParams:
    """The planner's choices.

    Parameters
    ----------
    under_price, over_price
        Cost of an officer-hour missing, or beyond the need.
    shift_price
        Cost of each different shift that is used, on however many days.
    full_cover
        Nobody may be missing.
    most_shifts
        Most different shifts; 0 for any number.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    under_price: float = asked(1.0, "cost per h", "Price of an officer-hour missing", minimum=0)
    over_price: float = asked(1.0, "cost per h", "Price of an officer-hour beyond the need", minimum=0)
    shift_price: float = asked(1.0, "cost", "Price of each different shift", minimum=0)
    full_cover: bool = asked(False, "", "Nobody may be missing")
    most_shifts: int = asked(0, "shifts", "Most different shifts (0: any number)", minimum=0)
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        faults = [
            f"{name} must be 0 or more, got {getattr(self, name)}."
            for name in ("under_price", "over_price", "shift_price")
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0)
        ]
        if self.most_shifts < 0:
            faults.append(f"most_shifts must be 0 (any number) or more, got {self.most_shifts}.")
        if faults:
            raise InputError(" ".join(faults))
        check_relaxations(self.relax, RULES)

    @property
    def first_sense(self) -> Sense:
        """Direction of the objective."""
        return "min"


@dataclass(frozen=True, kw_only=True, eq=False)
class ShiftDesignProblem:
    """A cycle of days; what runs past its end goes on at its beginning. S shifts, T slots.

    Parameters
    ----------
    slot_s
        Length of a slot; it divides the day.
    n_days
        Days of the cycle: 7 for a week.
    need
        Officers needed in each slot, from the first day's midnight on, shape (T,).
    shift_ids
        S different names.
    shift_start, shift_slots
        First slot of the day, and length in slots (up to the whole cycle), shape (S,).
    officer_cost
        Cost of an officer on a shift, each day, shape (S,); 0 where only deviation counts.
    most_per_shift
        Most officers on one shift of one day.
    params
        The planner's choices.

    Raises
    ------
    InputError
        Naming all that is wrong.
    """

    slot_s: int
    n_days: int
    need: NDArray[np.int64]
    shift_ids: tuple[str, ...]
    shift_start: NDArray[np.int64]
    shift_slots: NDArray[np.int64]
    officer_cost: NDArray[np.float64]
    most_per_shift: int
    params: ShiftDesignParams

    def __post_init__(self) -> None:
        if self.slot_s < 1 or DAY_S % self.slot_s:
            raise InputError(f"slot_s = {self.slot_s} must divide the day of {DAY_S} s.")
        if self.n_days < 1:
            raise InputError(f"A cycle has one or more days, got {self.n_days}.")
        s, t = len(self.shift_ids), self.n_slots
        for name, shape in (
            ("need", (t,)), ("shift_start", (s,)), ("shift_slots", (s,)), ("officer_cost", (s,)),
        ):  # fmt: skip
            if getattr(self, name).shape != shape:
                raise InputError(f"{name} has shape {getattr(self, name).shape}; it needs {shape}.")
        faults = self._faults()
        if faults:
            raise InputError(" ".join(faults))
        for name in ("need", "shift_start", "shift_slots", "officer_cost"):
            getattr(self, name).flags.writeable = False

    def _faults(self) -> list[str]:
        faults = []
        if not self.shift_ids or len(set(self.shift_ids)) != len(self.shift_ids) or "" in self.shift_ids:
            faults.append("Shifts must be one or more, with names, all different.")
        if not np.issubdtype(self.need.dtype, np.integer):
            faults.append("need counts whole officers: round it up to whole numbers first.")
        elif not 0 <= self.need.min() <= self.need.max() <= MOST_OFFICERS:
            faults.append(
                f"need must be from 0 to {MOST_OFFICERS}, got {self.need.min()} to {self.need.max()}."
            )
        for name, start, slots in zip(self.shift_ids, self.shift_start, self.shift_slots, strict=True):
            if not 0 <= start < self.slots_per_day:
                faults.append(f"Shift {name!r} starts in slot {start} of a day of {self.slots_per_day}.")
            if not 1 <= slots <= self.n_slots:
                faults.append(f"Shift {name!r} lasts {slots} slots; from 1 to {self.n_slots} are possible.")
        if not (np.isfinite(self.officer_cost).all() and (self.officer_cost >= 0).all()):
            faults.append("officer_cost must be finite and 0 or more.")
        if not 1 <= self.most_per_shift <= MOST_OFFICERS:
            faults.append(f"most_per_shift must be from 1 to {MOST_OFFICERS}, got {self.most_per_shift}.")
        return faults

    @property
    def slots_per_day(self) -> int:
        """Slots of a day."""
        return DAY_S // self.slot_s

    @property
    def n_slots(self) -> int:
        """T, slots of the cycle."""
        return self.n_days * self.slots_per_day

    @property
    def slot_h(self) -> float:
        """Length of a slot in hours."""
        return self.slot_s / SECONDS_PER_HOUR
