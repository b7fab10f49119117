"""What a planner decides about a roster of teams, and the rules that follow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations, check_standing
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

RULES = (
    Rule("known teams", "a roster names only teams of the list", "teams", relaxable=False),
    Rule("every team", "every team has a pattern", "teams", relaxable=False),
    Rule("known patterns", "patterns and phases are those of the list", "teams", relaxable=False),
    Rule("kept pattern", "a team that keeps its pattern and phase has them", "teams", relaxable=False),
    Rule("rest", "between two shifts of a team lies the least rest, days before the roster included", "s"),
    Rule("longest work", "no longer row of working days, days before the roster included", "days"),
    Rule("hours a week", "mean hours a week of a team are within their limit", "h"),
    Rule("minimum", "every shift has its least officers", "officers"),
    Rule("skills", "every shift has its least officers of each skill", "officers"),
    Rule("supervisors", "every shift has its least supervisors", "supervisors"),
    Rule("vehicles", "no more vehicles are out at once than there are", "vehicles"),
)
DAY_S = HOURS_PER_DAY * SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class RostersParams:
    """The planner's choices.

    Parameters
    ----------
    shortage_price, surplus_price
        Price of an officer missing on a shift against what is wanted, or beyond it.
    change_price
        Price of a team that leaves the pattern and phase that it is on.
    rest_s
        Least rest between two shifts.
    longest_work
        Most working days in a row.
    most_week_h
        Most mean hours a week over the roster.
    fleet
        Vehicles there are; 0 where they are not counted.
    kept
        Teams that keep their pattern and phase.
    clauses, hard_rules
        By rule name, the clause it comes from; names of rules that are not negotiable.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    shortage_price: float = asked(1.0, "cost", "Price of an officer missing on a shift", minimum=0)
    surplus_price: float = asked(0.0, "cost", "Price of an officer beyond what is wanted", minimum=0)
    change_price: float = asked(1.0, "cost", "Price of a team that changes pattern or phase", minimum=0)
    rest_s: float = asked(
        11 * SECONDS_PER_HOUR, "s", "Least rest between two shifts", minimum=0, maximum=DAY_S
    )
    longest_work: int = asked(7, "days", "Most working days in a row", minimum=1)
    most_week_h: float = asked(48.0, "h", "Most mean hours a week of a team", minimum=0)
    fleet: int = asked(0, "vehicles", "Vehicles there are (0: not counted)", minimum=0)
    kept: tuple[str, ...] = asked((), "", "Teams that keep their pattern and phase")
    clauses: Mapping[str, str] = asked({}, "", "The clause that each rule comes from, by rule", group="rota")
    hard_rules: tuple[str, ...] = asked(
        (), "", "Rules that are not negotiable: never relaxed, never priced", group="rota"
    )
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        faults = [
            f"{name} must be 0 or more, got {getattr(self, name)}."
            for name in ("shortage_price", "surplus_price", "change_price", "most_week_h")
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0)
        ]
        if not 0 <= self.rest_s <= DAY_S:
            faults.append(f"rest_s = {self.rest_s:g} must be from 0 to {DAY_S:g}.")
        if self.longest_work < 1:
            faults.append(f"longest_work must be 1 day or more, got {self.longest_work}.")
        if self.fleet < 0:
            faults.append(f"fleet must be 0 (not counted) or more vehicles, got {self.fleet}.")
        if faults:
            raise InputError(" ".join(faults))
        check_standing(self.clauses, self.hard_rules, RULES)
        check_relaxations(self.relax, tuple(r for r in RULES if r.name not in self.hard_rules))

    @property
    def first_sense(self) -> Sense:
        """Direction of the objective."""
        return "min"
