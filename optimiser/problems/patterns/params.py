"""What a planner decides about a rotating pattern, and the rules that follow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations, check_standing, relaxed
from optimiser.units import SECONDS_PER_HOUR

RULES = (
    Rule("known shifts", "a pattern names only shifts of the list, or a day off", "days", relaxable=False),
    Rule("whole weeks", "every row has seven days", "days", relaxable=False),
    Rule("rows", "the number of rows is within its limits", "rows", relaxable=False),
    Rule("cover", "every shift has the officers that it needs, each day of the week", "officers"),
    Rule("shortest days off", "no shorter row of days off", "days"),
    Rule("longest days off", "no longer row of days off", "days"),
    Rule("shortest work", "no shorter row of working days", "days"),
    Rule("longest work", "no longer row of working days", "days"),
    Rule("shortest run", "no shorter row of days on the same shift", "days"),
    Rule("longest run", "no longer row of days on the same shift", "days"),
    Rule("forbidden sequence", "no shift is followed the next day by one that may not follow", "days", False),
    Rule("forbidden after a day off", "nor after one single day off", "days", False),
    Rule("rest", "between two shifts lies the least rest", "s"),
    Rule("forward rotation", "from one working day to the next, shifts start no earlier", "days", False),
    Rule("days off after nights", "after nights come the days off asked for", "days"),
    Rule("hours a week", "mean hours a week are within their limits", "h"),
    Rule("free weekends", "as many weekends of the cycle are free as asked for", "weekends"),
)

DAY_S = 24 * SECONDS_PER_HOUR
_LONGEST = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternsParams:
    """The planner's choices.

    Parameters
    ----------
    objective
        ``officers``: fewest rows; ``weekends``: fewest weekends with work.
    exact
        Needs are met exactly; else at least.
    shortest_off, longest_off, shortest_work, longest_work
        Days in a row.
    shortest_run, longest_run
        Days in a row on the same shift, by shift; 1 and ``longest_work`` where none is given.
    rest_s
        Least rest between two shifts.
    forward
        From one working day to the next, shifts start no earlier than the day before.
    off_after_nights
        Fewest days off after a night shift (one that is on duty at 03:00).
    forbidden, forbidden_after_off
        Pairs of shifts that may not follow each other the next day, or after one single day off.
    least_week_h, most_week_h
        Mean hours a week over the cycle.
    free_weekends
        Fewest weekends (Saturday and Sunday off) of the cycle, in all rows together.
    clauses, hard_rules
        By rule name, the clause it comes from; names of rules that are not negotiable.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    objective: Literal["officers", "weekends"] = asked(
        "weekends", "", "Fewest officers, or fewest weekends with work", options=("officers", "weekends")
    )
    exact: bool = asked(False, "", "Needs are met exactly, not at least")
    shortest_off: int = asked(2, "days", "Fewest days off in a row", minimum=1)
    longest_off: int = asked(5, "days", "Most days off in a row", minimum=1)
    shortest_work: int = asked(2, "days", "Fewest working days in a row", minimum=1)
    longest_work: int = asked(6, "days", "Most working days in a row", minimum=1)
    shortest_run: Mapping[str, int] = asked({}, "days", "Fewest days in a row on a shift, by shift")
    longest_run: Mapping[str, int] = asked({}, "days", "Most days in a row on a shift, by shift")
    rest_s: float = asked(
        11 * SECONDS_PER_HOUR, "s", "Least rest between two shifts", minimum=0, maximum=DAY_S
    )
    forward: bool = asked(False, "", "Shifts move forward only from day to day")
    off_after_nights: int = asked(1, "days", "Fewest days off after a night", minimum=1)
    forbidden: tuple[tuple[str, str], ...] = asked((), "", "Pairs of shifts that may not follow each other")
    forbidden_after_off: tuple[tuple[str, str], ...] = asked(
        (), "", "Pairs that may not follow each other after one day off"
    )
    least_week_h: float = asked(0.0, "h", "Least mean hours a week", minimum=0)
    most_week_h: float = asked(48.0, "h", "Most mean hours a week", minimum=0)
    free_weekends: int = asked(0, "weekends", "Fewest free weekends of the cycle", minimum=0)
    clauses: Mapping[str, str] = asked({}, "", "The clause that each rule comes from, by rule", group="rota")
    hard_rules: tuple[str, ...] = asked(
        (), "", "Rules that are not negotiable: never relaxed, never priced", group="rota"
    )
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        faults = []
        for least, most in (("shortest_off", "longest_off"), ("shortest_work", "longest_work")):
            low, high = getattr(self, least), getattr(self, most)
            if not 1 <= low <= high <= _LONGEST:
                faults.append(
                    f"{least} = {low} and {most} = {high}: from 1 to {_LONGEST} days, the first no more "
                    "than the second."
                )
        if not 0 <= self.rest_s <= DAY_S:
            faults.append(f"rest_s = {self.rest_s:g} must be from 0 to {DAY_S:g}.")
        if not 1 <= self.off_after_nights <= _LONGEST:
            faults.append(f"off_after_nights = {self.off_after_nights} must be from 1 to {_LONGEST} days.")
        if not 0 <= self.least_week_h <= self.most_week_h or math.isnan(self.most_week_h):
            faults.append(
                f"least_week_h = {self.least_week_h:g} must be 0 or more and no more than most_week_h = "
                f"{self.most_week_h:g}."
            )
        if self.free_weekends < 0:
            faults.append(f"free_weekends = {self.free_weekends} must be 0 or more.")
        if faults:
            raise InputError(" ".join(faults))
        check_standing(self.clauses, self.hard_rules, RULES)
        check_relaxations(self.relax, tuple(r for r in RULES if r.name not in self.hard_rules))

    @property
    def first_sense(self) -> Sense:
        """Direction of the objective."""
        return "min"

    def least(self, rule: str, days: int) -> int:
        """Return the fewest days of a rule, relaxed, at least 1."""
        return max(1, math.ceil(days - relaxed(self.relax, rule) - 1e-9))

    def most(self, rule: str, days: int) -> int:
        """Return the most days of a rule, relaxed."""
        return math.floor(days + relaxed(self.relax, rule) + 1e-9)
