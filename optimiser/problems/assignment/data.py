"""One snapshot of dispatch: units, open incidents, zones to keep covered, and the times between them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import choice

CoverageMode = Literal["available", "present"]
CoverageCounts = Literal["officers", "units"]

FREE = "free"
ENDS = "ends"
BUSY = "busy"
STATUSES = (FREE, ENDS, BUSY)
"""Free now; busy with a known end (break, prisoner); busy with an unknown end."""

_PER_GRADE = ("grade_targets_s", "first_weight", "late_weight", "unfilled_price_s")


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
    first_weight, late_weight
        By grade: weighted seconds per second of the first unit's travel, and per second past the target.
    journey_weight
        Weighted seconds per second of every unit's way, the first included; of two equal answers it
        prefers the shorter ways.
    unfilled_price_s
        By grade: weighted seconds per officer that an incident needs and does not get.
    coverage
        ``available``: a zone is covered by free units that stay. ``present``: also by busy ones, and by
        units sent, from the incident they are sent to (Leigh's definition).
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
    relax
        Amount by which a hard rule is relaxed, by rule name, in the rule's unit.

    References
    ----------
    Leigh, J., Dunnett, S., Jackson, L. (2015). Police officer selection for incident response. ICORES.
    """

    grade_targets_s: Mapping[int, float] = field(
        default_factory=lambda: {1: 900.0, 2: 3600.0},
        metadata=choice("s", "Attend-within target of each grade", label="Targets by grade"),
    )
    free_only_grades: tuple[int, ...] = field(
        default=(1,),
        metadata=choice("grade", "Grades that take only units free now", label="Grades for free units only"),
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
    journey_weight: float = field(
        default=0.05,
        metadata=choice("weight", "Weight of a second of any unit's way", group="weights", minimum=0),
    )
    unfilled_price_s: Mapping[int, float] = field(
        default_factory=lambda: {1: 20_000.0, 2: 10_000.0},
        metadata=choice("s", "Price of one officer missing at an incident, by grade", group="weights"),
    )
    coverage: CoverageMode = field(
        default="available",
        metadata=choice(
            "",
            "Whose presence covers a zone: units available, or all units present even if busy",
            label="Coverage by",
            options=("available", "present"),
        ),
    )
    coverage_counts: CoverageCounts = field(
        default="officers",
        metadata=choice(
            "", "What one level of coverage is", label="A level is", options=("officers", "units")
        ),
    )
    coverage_s: float = field(
        default=900.0, metadata=choice("s", "Reach time that covers a zone", label="Coverage time", minimum=1)
    )
    shortfall_price_s: tuple[float, ...] = field(
        default=(300.0, 600.0, 1200.0),
        metadata=choice(
            "s", "Price of the first, second, ... missing level of a zone, rising", group="weights"
        ),
    )
    coverage_hard: bool = field(
        default=False, metadata=choice("", "No zone may fall below its level", label="Coverage is a must")
    )
    max_units: int = field(
        default=4, metadata=choice("units", "Most units sent to one incident", label="Most units", minimum=1)
    )
    relax: Mapping[str, float] = field(
        default_factory=dict,
        metadata=choice("", "Relaxed rules and by how much", group="advanced", hidden=True),
    )

    def __post_init__(self) -> None:
        for name in _PER_GRADE:
            self._check_grades(name)
        if not self.coverage_s > 0 or math.isinf(self.coverage_s):
            raise InputError(f"coverage_s must be positive seconds, got {self.coverage_s}.")
        if not (self.journey_weight >= 0 and math.isfinite(self.journey_weight)):
            raise InputError(f"journey_weight must be >= 0, got {self.journey_weight}.")
        if self.max_units < 1:
            raise InputError(f"max_units must be at least 1, got {self.max_units}.")
        if self.coverage not in ("available", "present"):
            raise InputError(f"coverage must be 'available' or 'present', got {self.coverage!r}.")
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

    def level_price_s(self, level: int) -> float:
        """Weighted seconds for the ``level``-th missing level of a zone (1 is the first)."""
        return self.shortfall_price_s[min(level, len(self.shortfall_price_s)) - 1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssignmentProblem:
    """A snapshot. U units, I open incidents, Z zones.

    Parameters
    ----------
    params
        The dispatcher's choices.
    unit_ids, incident_ids, zone_ids
        Names: text, unique, not empty.
    officers
        Officers on board. Shape (U,), whole, >= 1.
    driver_class
        Driver class of each unit, U names. It says whose travel times the unit has.
    status
        ``free``, ``ends`` (busy with a known end) or ``busy`` (end unknown), U of them.
    ready_s
        Seconds until the unit is available: 0 if free, the known end, or ``inf``. Shape (U,).
    grade
        Grade of each incident, one of ``params.grade_targets_s``. Shape (I,).
    officers_needed
        Officers each incident needs, >= 1. Shape (I,).
    age_s
        Seconds since the call came in, >= 0. Shape (I,).
    weight
        Weight of the incident within its grade, > 0. Shape (I,).
    travel_s
        Travel time in seconds from unit to incident at the unit's own driver class. Shape (U, I), >= 0;
        ``inf`` where no road leads.
    demand_level
        Level of coverage each zone should keep, >= 0. Shape (Z,).
    zone_s
        Travel time in seconds from where each unit is now to each zone, own class. Shape (U, Z).
    scene_zone_s
        By driver class: travel time from each incident to each zone. Shape (I, Z) each. Needed for
        coverage ``present`` alone, where a unit sent covers from the incident.

    Raises
    ------
    InputError
        If a shape disagrees with the names, an id is given twice, a value is out of range, a status
        disagrees with its end, or a grade has no target.
    """

    params: AssignmentParams
    unit_ids: tuple[str, ...]
    officers: NDArray[np.int64]
    driver_class: tuple[str, ...]
    status: tuple[str, ...]
    ready_s: NDArray[np.float64]
    incident_ids: tuple[str, ...]
    grade: NDArray[np.int64]
    officers_needed: NDArray[np.int64]
    age_s: NDArray[np.float64]
    weight: NDArray[np.float64]
    travel_s: NDArray[np.float64]
    zone_ids: tuple[str, ...] = ()
    demand_level: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    zone_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    scene_zone_s: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        u, i, z = len(self.unit_ids), len(self.incident_ids), len(self.zone_ids)
        for what, ids in (("unit", self.unit_ids), ("incident", self.incident_ids), ("zone", self.zone_ids)):
            _check_ids(what, ids)
        self._whole("officers", (u,), 1)
        self._whole("grade", (i,), 1)
        self._whole("officers_needed", (i,), 1)
        self._whole("demand_level", (z,), 0)
        for name, shape in (("ready_s", (u,)), ("age_s", (i,)), ("weight", (i,))):
            self._real(name, shape)
        self._real("travel_s", (u, i))
        self._real("zone_s", (u, z))
        scene = {c: _numbers(f"scene_zone_s[{c!r}]", t, (i, z)) for c, t in self.scene_zone_s.items()}
        object.__setattr__(self, "scene_zone_s", scene)
        self._check_units(u)
        self._check_incidents()
        self._check_scenes()

    def _whole(self, name: str, shape: tuple[int, ...], least: int) -> None:
        given = _numbers(name, getattr(self, name), shape)
        bad = ~np.isfinite(given) | (given < least) | (given != np.round(given))
        if bad.any():
            raise InputError(f"{name} must be whole numbers >= {least}, got {given[bad][0]:g}.")
        object.__setattr__(self, name, given.astype(np.int64))

    def _real(self, name: str, shape: tuple[int, ...]) -> None:
        object.__setattr__(self, name, _numbers(name, getattr(self, name), shape))

    def _check_units(self, n_units: int) -> None:
        for name in ("driver_class", "status"):
            if len(getattr(self, name)) != n_units:
                raise InputError(f"{name} has {len(getattr(self, name))} entries for {n_units} units.")
        for unit, status, ready in zip(self.unit_ids, self.status, self.ready_s.tolist(), strict=True):
            if status not in STATUSES:
                raise InputError(f"Unit {unit!r} has status {status!r}; known are {', '.join(STATUSES)}.")
            agrees = {FREE: ready == 0, ENDS: math.isfinite(ready), BUSY: math.isinf(ready)}[status]
            if not agrees:
                raise InputError(
                    f"Unit {unit!r} has status {status!r} and is ready in {ready:g} s; 'free' is ready in 0 s, "
                    "'ends' in a known time, 'busy' in inf."
                )

    def _check_incidents(self) -> None:
        for incident, grade in zip(self.incident_ids, self.grade.tolist(), strict=True):
            if grade not in self.params.grade_targets_s:
                known = ", ".join(str(g) for g in sorted(self.params.grade_targets_s))
                raise InputError(
                    f"Incident {incident!r} has grade {grade}; targets are given for grades {known}."
                )
        if not np.isfinite(self.age_s).all():
            raise InputError("age_s must be finite: every incident has an age.")
        if not (np.isfinite(self.weight) & (self.weight > 0)).all():
            raise InputError("weight must be finite and positive for every incident.")

    def _check_scenes(self) -> None:
        if self.params.coverage != "present" or not self.zone_ids or not self.incident_ids:
            return
        missing = sorted(set(self.driver_class) - set(self.scene_zone_s))
        if missing:
            raise InputError(
                f"Coverage 'present' needs scene_zone_s for driver class {', '.join(missing)}: a unit that is "
                "sent covers from the incident."
            )


def _check_ids(what: str, ids: tuple[str, ...]) -> None:
    if not all(isinstance(x, str) and x for x in ids):
        raise InputError(f"Every {what} id must be text and not empty.")
    if len(set(ids)) != len(ids):
        twice = sorted({x for x in ids if ids.count(x) > 1})
        raise InputError(f"The {what} id {twice[0]!r} is given twice; ids must be unique.")


def _numbers(name: str, values: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    given = np.asarray(values, dtype=np.float64)
    if given.size == 0 and 0 in shape:
        given = given.reshape(shape)
    if given.shape != shape:
        raise InputError(f"{name} has shape {given.shape}; the ids given need {shape}.")
    if np.isnan(given).any() or (given < 0).any():
        raise InputError(f"{name} must be >= 0; use inf for unreachable or unknown, never NaN.")
    return given
