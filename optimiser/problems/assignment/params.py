"""The dispatcher's choices: targets by grade, what counts as cover, and the price of everything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from optimiser.errors import InputError
from optimiser.problems.base import asked, choice

CoverageMode = Literal["available", "present", "expected"]
CoverageCounts = Literal["officers", "units"]
_MODES = ("available", "present", "expected")

_PER_GRADE = ("grade_targets_s", "first_weight", "late_weight", "unfilled_price_s")
_AT_LEAST_0 = (
    "journey_weight", "deploy_weight", "complement_weight", "ageing", "skill_price_s", "surplus_price_s",
    "divert_price_s", "divert_gain_s", "recall_price_s", "shift_margin_s", "move_weight", "move_price_s",
    "expected_price_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentParams:
    """The dispatcher's choices: targets, what counts as cover, and the price of everything in weighted seconds.

    Parameters
    ----------
    grade_targets_s
        Attend-within target of each grade in seconds from the call, > 0. Grade 1 is the most urgent.
    free_only_grades
        Grades that take only units free now; the others also take a unit whose known end lets it arrive
        within the target (Leigh's rule).
    in_time_first
        Grades whose calls come before cover: no unit that could be there within the target stays for cover's sake while
        the call is reached late or lacks an officer. Each such call and officer costs more than one unit can be worth
        to cover (:meth:`AssignmentProblem.before_cover_s`). Empty: lateness and cover are weighed by their prices.
    first_weight, late_weight
        By grade: weighted seconds per second of the first unit's travel, and per second past the target.
    journey_weight
        Weighted seconds per second of every unit's way, the first included; of two equal answers it
        prefers the shorter ways.
    unfilled_price_s
        By grade: weighted seconds per officer that an incident needs and does not get, beside the lateness there is.
    coverage
        ``available``: a zone is covered by free units that stay. ``present``: also by busy ones, and by
        units sent, from the incident they are sent to (Leigh's definition). ``expected``: as available, each
        further level worth less, as units may be busy when they are called.
    coverage_counts
        Whether a level is an officer or a unit.
    coverage_s
        A unit covers the zones it can reach within this many seconds.
    shortfall_price_s
        Weighted seconds for the first, second, ... missing level of a zone, rising; the last holds for all
        further ones.
    coverage_hard
        If True no zone may fall below its demand level.
    max_units
        Most units sent to one incident.
    deploy_targets_s
        By grade: seconds from the call until somebody should be on the way, > 0; a grade that is left out has no
        such target.
    deploy_weight
        Weighted seconds per second that waiting for a unit's known end adds past the deploy target.
    complement_weight
        Of ``late_weight``: what a second past the target counts until all officers needed are there.
    ageing
        An incident's weight grows by this share for each target's length that it has waited.
    skill_price_s, surplus_price_s
        Weighted seconds for one unit missing with a skill that is needed, and for one officer sent beyond the need.
    divert_gain_s
        A unit on its way is diverted only if it is there this much sooner than any unit that stays, or in time
        where that unit is not: so that plans do not flap.
    divert_price_s
        Weighted seconds for each diversion.
    recall, recall_price_s
        Whether a unit on its way may turn back where it is not needed any more (its incident was downgraded, or a unit
        that is nearer takes its place, ``divert_gain_s`` sooner), and weighted seconds for each that does.
    shift_margin_s
        A unit arrives at least this long before its shift ends.
    reserve_units
        By grade: free units kept back; the grade is sent free units only above that number, unless it is due.
    reserve_due_frac
        Share of the attend target after which an incident is due and the reserve no longer holds it.
    move_limit_s, max_moves
        Longest way of a unit that moves to a post to restore cover, and most such moves in one plan.
    move_weight, move_price_s
        Weighted seconds per second of such a move, and for each of them.
    expected_busy_frac, expected_price_s
        Of coverage ``expected``: chance that a unit is not to be had when it is called, and the price of a zone
        with no cover at all; the l-th covering level is worth ``(1 - busy) busy^(l-1)`` of it (MEXCLP).
    relax
        Amount by which a hard rule is relaxed, by rule name, in the rule's unit.

    References
    ----------
    Leigh, J., Dunnett, S., Jackson, L. (2015). Police officer selection for incident response. ICORES.
    Schaack, C., Larson, R. (1985). An N-server cutoff priority queue where arriving customers request a random
    number of servers. Oswald (1975), pre-emption. Daskin, M. (1983), expected covering (MEXCLP).
    """

    grade_targets_s: Mapping[int, float] = field(
        default_factory=lambda: {1: 900.0, 2: 3600.0},
        metadata=choice("s", "Attend-within target of each grade", label="Targets by grade"),
    )
    free_only_grades: tuple[int, ...] = asked(
        (1,), "grade", "Grades that take only units free now", label="Grades for free units only"
    )
    in_time_first: tuple[int, ...] = asked(
        (1,),
        "grade",
        "Grades whose calls are reached within the target whatever cover it takes; none to weigh one against the other",
        label="Grades in time before cover",
    )
    first_weight: Mapping[int, float] = field(
        default_factory=lambda: {1: 1.0, 2: 0.25},
        metadata=choice(
            "weight", "Weight of a second until the first unit arrives, by grade", group="weights"
        ),
    )
    late_weight: Mapping[int, float] = field(
        default_factory=lambda: {1: 4.0, 2: 1.0},
        metadata=choice("weight", "Weight of a second past the target, by grade", group="weights"),
    )
    journey_weight: float = asked(
        0.05, "weight", "Weight of a second of any unit's way", group="weights", minimum=0
    )
    unfilled_price_s: Mapping[int, float] = field(
        default_factory=lambda: {1: 20_000.0, 2: 10_000.0},
        metadata=choice("s", "Price of one officer missing at an incident, by grade", group="weights"),
    )
    coverage: CoverageMode = asked(
        "available",
        "",
        "Whose presence covers a zone: units available, all units present even if busy, or available as expected",
        label="Coverage by",
        options=_MODES,
    )
    coverage_counts: CoverageCounts = asked(
        "officers", "", "What one level of coverage is", label="A level is", options=("officers", "units")
    )
    coverage_s: float = asked(900.0, "s", "Reach time that covers a zone", label="Coverage time", minimum=1)
    shortfall_price_s: tuple[float, ...] = asked(
        (300.0, 600.0, 1200.0),
        "s",
        "Price of the first, second, ... missing level of a zone, rising",
        group="weights",
    )
    coverage_hard: bool = asked(False, "", "No zone may fall below its level", label="Coverage is a must")
    max_units: int = asked(4, "units", "Most units sent to one incident", label="Most units", minimum=1)
    deploy_targets_s: Mapping[int, float] = asked(
        {}, "s", "Deploy-within target of each grade", label="Deploy targets by grade"
    )
    deploy_weight: float = asked(
        1.0, "weight", "Weight of a second past the deploy target", group="weights", minimum=0
    )
    complement_weight: float = asked(
        0.25, "weight", "Share of lateness counted until all officers are there", group="weights", minimum=0
    )
    ageing: float = asked(
        0.0, "weight", "Growth of an incident's weight per target waited", group="weights", minimum=0
    )
    skill_price_s: float = asked(5_000.0, "s", "Price of one skill missing", group="weights", minimum=0)
    surplus_price_s: float = asked(
        0.0, "s", "Price of one officer sent beyond the need", group="weights", minimum=0
    )
    divert_gain_s: float = asked(60.0, "s", "Least gain of a diversion", group="diversion", minimum=0)
    divert_price_s: float = asked(120.0, "s", "Price of a diversion", group="diversion", minimum=0)
    recall: bool = asked(
        False, "", "Units on their way may turn back", label="Recall what is not needed", group="diversion"
    )
    recall_price_s: float = asked(30.0, "s", "Price of a recall", group="diversion", minimum=0)
    shift_margin_s: float = asked(0.0, "s", "Arrive this long before the shift ends", minimum=0)
    reserve_units: Mapping[int, int] = asked(
        {}, "units", "Free units kept back, by grade", label="Reserve by grade", group="reserve"
    )
    reserve_due_frac: float = asked(
        0.5,
        "frac",
        "Share of the target after which the reserve is open",
        group="reserve",
        minimum=0,
        maximum=1,
    )
    max_moves: int = asked(3, "units", "Most units moved to posts", group="moves", minimum=0)
    move_limit_s: float = asked(900.0, "s", "Longest move to a post", group="moves", minimum=0)
    move_weight: float = asked(0.1, "weight", "Weight of a second of a move", group="moves", minimum=0)
    move_price_s: float = asked(60.0, "s", "Price of each move", group="moves", minimum=0)
    expected_busy_frac: float = asked(
        0.3, "frac", "Chance that a unit is busy when called", group="weights", minimum=0, maximum=0.99
    )
    expected_price_s: float = asked(1_800.0, "s", "Price of a zone without cover", group="weights", minimum=0)
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules and by how much", group="advanced", hidden=True)

    def __post_init__(self) -> None:
        for name in _PER_GRADE:
            self._check_grades(name)
        if not self.coverage_s > 0 or math.isinf(self.coverage_s):
            raise InputError(f"coverage_s must be positive seconds, got {self.coverage_s}.")
        for name in _AT_LEAST_0:
            value = getattr(self, name)
            if not (value >= 0 and math.isfinite(value)):
                raise InputError(f"{name} must be >= 0, got {value}.")
        if self.max_units < 1:
            raise InputError(f"max_units must be at least 1, got {self.max_units}.")
        if self.coverage not in _MODES:
            raise InputError(f"coverage must be 'available', 'present' or 'expected', got {self.coverage!r}.")
        if self.coverage_counts not in ("officers", "units"):
            raise InputError(f"coverage_counts must be 'officers' or 'units', got {self.coverage_counts!r}.")
        prices = self.shortfall_price_s
        if (
            not prices
            or not all(math.isfinite(p) and p >= 0 for p in prices)
            or list(prices) != sorted(prices)
        ):
            raise InputError(
                f"shortfall_price_s must be one or more prices >= 0 that do not fall, got {tuple(prices)}; "
                "each further missing level costs at least as much as the one before."
            )
        self._check_reserve()
        for rule, amount in self.relax.items():
            if not (amount >= 0 and math.isfinite(amount)):
                raise InputError(f"relax[{rule!r}] must be >= 0, got {amount}.")

    def _check_grades(self, name: str) -> None:
        values: Mapping[int, float] = getattr(self, name)
        if set(values) != set(self.grade_targets_s):
            raise InputError(
                f"{name} is given for grades {sorted(values)}, grade_targets_s for {sorted(self.grade_targets_s)}; "
                "give both for the same grades."
            )
        for grade, value in values.items():
            least = "> 0" if name == "grade_targets_s" else ">= 0"
            if not math.isfinite(value) or value < 0 or (value == 0 and least == "> 0"):
                raise InputError(f"{name} of grade {grade} must be a number {least}, got {value}.")

    def _check_reserve(self) -> None:
        if self.max_moves < 0 or not self.move_limit_s >= 0:
            raise InputError(
                f"max_moves and move_limit_s must be >= 0, got {self.max_moves}, {self.move_limit_s}."
            )
        for name in ("expected_busy_frac", "reserve_due_frac"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is a fraction in [0, 1], got {getattr(self, name)}; 30 % is 0.3.")
        for grade, n in self.reserve_units.items():
            if grade not in self.grade_targets_s or n < 0 or n != int(n):
                raise InputError(
                    f"reserve_units keeps back {n} units for grade {grade}; it takes whole numbers >= 0 for grades "
                    f"{sorted(self.grade_targets_s)}."
                )
        for grade, target in self.deploy_targets_s.items():
            if grade not in self.grade_targets_s or not (target > 0 and math.isfinite(target)):
                raise InputError(
                    f"deploy_targets_s gives grade {grade} {target} s; it takes seconds > 0 for grades "
                    f"{sorted(self.grade_targets_s)}."
                )

    def level_price_s(self, level: int, wanted: int = 0) -> float:
        """Weighted seconds for the ``level``-th missing level of a zone that wants ``wanted`` (1 is the first)."""
        if self.coverage == "expected":
            covering = wanted - level + 1
            return (
                self.expected_price_s
                * (1 - self.expected_busy_frac)
                * self.expected_busy_frac ** max(0, covering - 1)
            )
        return self.shortfall_price_s[min(level, len(self.shortfall_price_s)) - 1]
