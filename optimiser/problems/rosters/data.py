"""What a question of rosters is given: teams, patterns, needs day by day, and what the teams worked before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.rosters.params import DAY_S, RostersParams

OFF = "-"
"""A day off."""
MOST_DAYS = 366


@dataclass(frozen=True, kw_only=True, eq=False)
class RostersProblem:
    """Teams, shifts, patterns and needs of H days. T teams, S shifts, P patterns, K skills.

    Parameters
    ----------
    first_date
        First day of the roster, ISO (``2027-01-04``).
    team_ids
        Teams, all different.
    officers, supervisors, vehicles
        Of each team when on duty, shape (T,).
    skill_ids
        Skills that a shift may ask for.
    skilled
        Officers of a team with a skill, shape (T, K).
    shift_ids, shift_start_s, shift_length_s
        Shifts; start within the day and length, shape (S,).
    pattern_ids, patterns
        Patterns and their days in order, each a shift or ``-``.
    on_pattern, on_phase
        Pattern and phase that each team is on as the roster begins; "" and 0 where none, T entries.
    history
        Days before the roster by team, the last one last; may be empty.
    wanted, minimum, supervisors_needed
        Officers wanted, officers and supervisors needed at least, by shift and day, shape (S, H).
    skills_needed
        Officers of a skill needed at least, by skill, shift and day, shape (K, S, H).
    params
        The planner's choices.

    Raises
    ------
    InputError
        Naming all that is wrong.
    """

    first_date: str
    team_ids: tuple[str, ...]
    officers: NDArray[np.int64]
    supervisors: NDArray[np.int64]
    vehicles: NDArray[np.int64]
    skill_ids: tuple[str, ...]
    skilled: NDArray[np.int64]
    shift_ids: tuple[str, ...]
    shift_start_s: NDArray[np.float64]
    shift_length_s: NDArray[np.float64]
    pattern_ids: tuple[str, ...]
    patterns: tuple[tuple[str, ...], ...]
    on_pattern: tuple[str, ...]
    on_phase: tuple[int, ...]
    history: tuple[tuple[str, ...], ...]
    wanted: NDArray[np.int64]
    minimum: NDArray[np.int64]
    supervisors_needed: NDArray[np.int64]
    skills_needed: NDArray[np.int64]
    params: RostersParams

    def __post_init__(self) -> None:
        t, s, k = len(self.team_ids), len(self.shift_ids), len(self.skill_ids)
        h = self.wanted.shape[1] if self.wanted.ndim == 2 else 0
        shapes = {
            "officers": (t,), "supervisors": (t,), "vehicles": (t,), "skilled": (t, k),
            "shift_start_s": (s,), "shift_length_s": (s,), "wanted": (s, h), "minimum": (s, h),
            "supervisors_needed": (s, h), "skills_needed": (k, s, h),
        }  # fmt: skip
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise InputError(f"{name} has shape {getattr(self, name).shape}; it needs {shape}.")
        faults = [*self._id_faults(), *self._number_faults(h), *self._pattern_faults()]
        if faults:
            raise InputError(" ".join(faults))
        for name in shapes:
            getattr(self, name).flags.writeable = False

    @property
    def n_days(self) -> int:
        """H, days of the roster."""
        return int(self.wanted.shape[1])

    def date(self, day: int) -> dt.date:
        """Return the date of a day of the roster (from 0), or before it (negative)."""
        return dt.date.fromisoformat(self.first_date) + dt.timedelta(days=day)

    def _id_faults(self) -> list[str]:
        faults = []
        for what, ids in (
            ("Teams", self.team_ids),
            ("Shifts", self.shift_ids),
            ("Patterns", self.pattern_ids),
        ):
            if not ids or len(set(ids)) != len(ids) or "" in ids:
                faults.append(f"{what} must be one or more, with names, all different.")
        if len(set(self.skill_ids)) != len(self.skill_ids):
            faults.append("Skills must be all different.")
        if OFF in self.shift_ids:
            faults.append(f"A shift cannot be named {OFF!r}: that is a day off.")
        strange = sorted(set(self.params.kept) - set(self.team_ids))
        if strange:
            faults.append(f"kept names {', '.join(strange[:5])}, which is no team of the list.")
        try:
            dt.date.fromisoformat(self.first_date)
        except ValueError:
            faults.append(f"first_date {self.first_date!r} is no date as 2027-01-04.")
        return faults

    def _number_faults(self, days: int) -> list[str]:
        faults = []
        if not 1 <= days <= MOST_DAYS:
            faults.append(f"A roster has from 1 to {MOST_DAYS} days, got {days}.")
        counts = ("officers", "supervisors", "vehicles", "skilled", "wanted", "minimum", "supervisors_needed")
        for name in (*counts, "skills_needed"):
            values = getattr(self, name)
            if values.size and values.min() < 0:
                faults.append(f"{name} must be 0 or more, got {values.min()}.")
        for name, start, length in zip(self.shift_ids, self.shift_start_s, self.shift_length_s, strict=True):
            if not (0 <= start < DAY_S and 0 < length <= DAY_S):
                faults.append(
                    f"Shift {name!r} starts {start:g} s into the day and lasts {length:g} s; a day has {DAY_S:g} s."
                )
        return faults

    def _pattern_faults(self) -> list[str]:
        faults = []
        known = {*self.shift_ids, OFF}
        if len(self.patterns) != len(self.pattern_ids):
            faults.append(f"{len(self.pattern_ids)} patterns need as many rows, got {len(self.patterns)}.")
        for name, days in zip(self.pattern_ids, self.patterns, strict=False):
            strange = sorted(set(days) - known)
            if not days or strange:
                what = f"shifts that there are not: {', '.join(strange)}" if days else "no days"
                faults.append(f"Pattern {name!r} has {what}.")
        n = len(self.team_ids)
        if not len(self.on_pattern) == len(self.on_phase) == len(self.history) == n:
            faults.append(f"on_pattern, on_phase and history need an entry for each of the {n} teams.")
            return faults
        length = dict(zip(self.pattern_ids, map(len, self.patterns), strict=False))
        for team, pattern, phase in zip(self.team_ids, self.on_pattern, self.on_phase, strict=True):
            if pattern and pattern not in length:
                faults.append(f"Team {team!r} is on pattern {pattern!r}, which is none of the list.")
            elif pattern and not 0 <= phase < length[pattern]:
                faults.append(f"Team {team!r} is on day {phase} of {pattern!r}, which has {length[pattern]}.")
            elif not pattern and team in self.params.kept:
                faults.append(f"Team {team!r} is to keep its pattern, but is on none.")
        for team, days in zip(self.team_ids, self.history, strict=True):
            strange = sorted(set(days) - known)
            if strange:
                faults.append(
                    f"Team {team!r} worked {', '.join(strange)} before, which is no shift of the list."
                )
        return faults
