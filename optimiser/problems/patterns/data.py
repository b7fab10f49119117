"""What a question of patterns is given: shifts, who is needed on them, and how many rows there may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import relaxed
from optimiser.problems.patterns.params import DAY_S, PatternsParams
from optimiser.problems.patterns.plan import DAYS, OFF
from optimiser.units import SECONDS_PER_HOUR

MOST_ROWS = 1000
NIGHT_S = 3 * SECONDS_PER_HOUR
"""A shift that is on duty at this time of the night is a night shift."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PatternsProblem:
    """Shifts and needs of one week.

    Parameters
    ----------
    shift_ids
        S different names.
    shift_start_s, shift_length_s
        Start within the day and length, shape (S,).
    need
        Officers (or teams) needed on each shift and day of the week, Monday first, shape (S, 7).
    fewest_rows, most_rows
        Limits on the number of rows, which is the number of officers (or teams) on the pattern.
    params
        The planner's choices.

    Raises
    ------
    InputError
        Naming all that is wrong.
    """

    shift_ids: tuple[str, ...]
    shift_start_s: NDArray[np.float64]
    shift_length_s: NDArray[np.float64]
    need: NDArray[np.int64]
    fewest_rows: int
    most_rows: int
    params: PatternsParams

    def __post_init__(self) -> None:
        s = len(self.shift_ids)
        for name, shape in (("shift_start_s", (s,)), ("shift_length_s", (s,)), ("need", (s, DAYS))):
            if getattr(self, name).shape != shape:
                raise InputError(f"{name} has shape {getattr(self, name).shape}; it needs {shape}.")
        faults = [*self._shift_faults(), *self._name_faults()]
        if not 1 <= self.fewest_rows <= self.most_rows <= MOST_ROWS:
            faults.append(
                f"Rows from {self.fewest_rows} to {self.most_rows}: they must be from 1 to {MOST_ROWS}, the fewest "
                "no more than the most."
            )
        if faults:
            raise InputError(" ".join(faults))
        for name in ("shift_start_s", "shift_length_s", "need"):
            getattr(self, name).flags.writeable = False

    def _shift_faults(self) -> list[str]:
        faults = []
        if not self.shift_ids:
            faults.append("There is no shift; give at least one.")
        if len(set(self.shift_ids)) != len(self.shift_ids) or OFF in self.shift_ids or "" in self.shift_ids:
            faults.append(f"Shifts must have names, all different and none of them {OFF!r}.")
        for name, start, length, need in zip(
            self.shift_ids, self.shift_start_s, self.shift_length_s, self.need, strict=True
        ):
            if not 0 <= start < DAY_S:
                faults.append(f"Shift {name!r} starts {start:g} s into the day; a day has {DAY_S:g} s.")
            if not 0 < length <= DAY_S:
                faults.append(
                    f"Shift {name!r} lasts {length / SECONDS_PER_HOUR:g} h; more than 0 and at most 24 h is possible."
                )
            if (need < 0).any():
                faults.append(
                    f"Shift {name!r} needs {int(need.min())} officers on a day; it must be 0 or more."
                )
        if self.shift_ids and not (self.need > 0).any():
            faults.append("No shift needs anybody on any day: there is nothing to plan.")
        return faults

    def _name_faults(self) -> list[str]:
        p = self.params
        named = {n for pair in (*p.forbidden, *p.forbidden_after_off) for n in pair}
        strange = sorted((named | set(p.shortest_run) | set(p.longest_run)) - set(self.shift_ids))
        faults = [f"The rules name {', '.join(strange)}, which is no shift of the list."] if strange else []
        for i in self.shift_ids:
            low, high = p.shortest_run.get(i, 1), p.longest_run.get(i, p.longest_work)
            if not 1 <= low <= high:
                faults.append(
                    f"Shift {i!r}: fewest days in a row {low}, most {high}: from 1, the first no more than the second."
                )
        return faults

    def night(self) -> NDArray[np.bool_]:
        """Return which shifts are on duty at 03:00, shape (S,)."""
        start, end = self.shift_start_s, self.shift_start_s + self.shift_length_s
        return (start <= NIGHT_S) & (end > NIGHT_S) | (end > DAY_S + NIGHT_S)

    def run_limits(self) -> list[tuple[int, int]]:
        """Return the fewest and most days in a row on each shift, relaxed, and no more than anybody can work."""
        p = self.params
        most = self.most_days()
        return [
            (
                p.least("shortest run", p.shortest_run.get(i, 1)),
                min(p.most("longest run", p.longest_run.get(i, p.longest_work)), most[k]),
            )
            for k, i in enumerate(self.shift_ids)
        ]

    def work_limits(self) -> tuple[int, int]:
        """Return the fewest and most working days in a row, relaxed, and no more than the cycle holds."""
        p = self.params
        most = min(p.most("longest work", p.longest_work), sum(self.most_days()), DAYS * self.most_rows - 1)
        return p.least("shortest work", p.shortest_work), most

    def off_limits(self) -> tuple[int, int]:
        """Return the fewest and most days off in a row, relaxed, and no more than the cycle holds."""
        p = self.params
        most = min(p.most("longest days off", p.longest_off), DAYS * self.most_rows - 1)
        return p.least("shortest days off", p.shortest_off), most

    def most_days(self) -> list[int]:
        """Return the most days that all officers together can be on each shift in one cycle."""
        if not self.params.exact:
            return [DAYS * self.most_rows] * len(self.shift_ids)
        slack = relaxed(self.params.relax, "cover")
        return [min(DAYS * self.most_rows, int(sum(n + slack for n in row))) for row in self.need.tolist()]
