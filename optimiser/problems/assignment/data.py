"""One snapshot of dispatch: units, open incidents, zones to keep covered, posts, and the times between them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.assignment.params import AssignmentParams, CoverageCounts, CoverageMode

__all__ = [
    "BUSY",
    "ENDS",
    "FREE",
    "SENT",
    "STATUSES",
    "AssignmentParams",
    "AssignmentProblem",
    "CoverageCounts",
    "CoverageMode",
]

FREE = "free"
ENDS = "ends"
SENT = "sent"
BUSY = "busy"
STATUSES = (FREE, ENDS, SENT, BUSY)
"""Free now; busy with a known end (break, prisoner); on its way to an open incident; busy with an unknown end."""

ENTERS_WITH = 2
"""Officers that enter together where nobody goes in alone."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _no_reals() -> Floats:
    return np.zeros(0)


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
        Officers each incident needs beside those that are there; >= 1, or 0 where it is attended. Shape (I,).
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
    on_way_to
        Of each unit with status ``sent`` the open incident it is on its way to, "" for the others, U of them.
        Unless a plan sends it elsewhere it goes on; ``travel_s`` is then what is left of its way.
    shift_left_s
        Seconds until the unit's shift ends, ``inf`` if it does not matter. Shape (U,).
    skill_ids, has_skill, skills_needed
        K skills; 1 where a unit has it, shape (U, K); units with it that an incident needs, shape (I, K). A least
        number of vehicles is a skill that every unit has.
    barred
        1 where a unit must not go to an incident (a conflict, a wish). Shape (U, I).
    attended
        1 where somebody is at the scene already: no first arrival is counted. Shape (I,).
    alone_barred
        1 where nobody goes in alone: units wait at a rendezvous until two officers are there. Shape (I,).
    zone_weight
        Multiplies the prices of a zone, > 0. Shape (Z,).
    zone_within_s
        Reach time of each zone; ``params.coverage_s`` where not given. Shape (Z,), > 0.
    post_ids, post_room, post_travel_s, post_zone_s
        P posts where units may stand by: most units moved there, shape (P,); way of each unit, shape (U, P); and by
        driver class the travel time from each post to each zone, shape (P, Z) each.

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
    on_way_to: tuple[str, ...] = ()
    shift_left_s: Floats = field(default_factory=_no_reals)
    skill_ids: tuple[str, ...] = ()
    has_skill: Ints = field(default_factory=_no_ints)
    skills_needed: Ints = field(default_factory=_no_ints)
    barred: Ints = field(default_factory=_no_ints)
    attended: Ints = field(default_factory=_no_ints)
    alone_barred: Ints = field(default_factory=_no_ints)
    zone_weight: Floats = field(default_factory=_no_reals)
    zone_within_s: Floats = field(default_factory=_no_reals)
    post_ids: tuple[str, ...] = ()
    post_room: Ints = field(default_factory=_no_ints)
    post_travel_s: Floats = field(default_factory=_no_reals)
    post_zone_s: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        u, i, z = len(self.unit_ids), len(self.incident_ids), len(self.zone_ids)
        k, p = len(self.skill_ids), len(self.post_ids)
        for what, ids in (
            ("unit", self.unit_ids),
            ("incident", self.incident_ids),
            ("zone", self.zone_ids),
            ("skill", self.skill_ids),
            ("post", self.post_ids),
        ):
            _check_ids(what, ids)
        self._fill(u, i, z, k, p)
        for name, shape in (
            ("has_skill", (u, k)),
            ("skills_needed", (i, k)),
            ("barred", (u, i)),
            ("attended", (i,)),
            ("alone_barred", (i,)),
            ("post_room", (p,)),
        ):
            self._whole(name, shape, 0)
        self._whole("officers", (u,), 1)
        self._whole("grade", (i,), 1)
        self._whole("officers_needed", (i,), 0)
        self._whole("demand_level", (z,), 0)
        for name, shape in (("ready_s", (u,)), ("age_s", (i,)), ("weight", (i,))):
            self._real(name, shape)
        self._real("travel_s", (u, i))
        self._real("zone_s", (u, z))
        for name, shape in (("shift_left_s", (u,)), ("zone_weight", (z,)), ("zone_within_s", (z,))):
            self._real(name, shape)
        self._real("post_travel_s", (u, p))
        posts = {c: _numbers(f"post_zone_s[{c!r}]", t, (p, z)) for c, t in self.post_zone_s.items()}
        object.__setattr__(self, "post_zone_s", posts)
        scene = {c: _numbers(f"scene_zone_s[{c!r}]", t, (i, z)) for c, t in self.scene_zone_s.items()}
        object.__setattr__(self, "scene_zone_s", scene)
        self._check_units(u)
        self._check_incidents()
        self._check_scenes()
        self._check_ways()
        self._check_places()

    def _fill(self, u: int, i: int, z: int, k: int, p: int) -> None:
        """Give what was left out its meaning: no skill, nobody barred, no post, one reach for all zones."""
        whole = np.int64
        for name, value in (
            ("has_skill", np.zeros((u, k), whole)),
            ("skills_needed", np.zeros((i, k), whole)),
            ("barred", np.zeros((u, i), whole)),
            ("attended", np.zeros(i, whole)),
            ("alone_barred", np.zeros(i, whole)),
            ("post_room", np.ones(p, whole)),
            ("shift_left_s", np.full(u, np.inf)),
            ("zone_weight", np.ones(z)),
            ("zone_within_s", np.full(z, self.params.coverage_s)),
        ):
            if np.size(getattr(self, name)) == 0:
                object.__setattr__(self, name, value)
        if not self.on_way_to:
            object.__setattr__(self, "on_way_to", ("",) * u)

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
            agrees = {
                FREE: ready == 0,
                ENDS: math.isfinite(ready),
                SENT: ready == 0,
                BUSY: math.isinf(ready),
            }[status]
            if not agrees:
                raise InputError(
                    f"Unit {unit!r} has status {status!r} and is ready in {ready:g} s; 'free' is ready in 0 s, "
                    "'ends' in a known time, 'sent' in 0 s, 'busy' in inf."
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

    def _check_ways(self) -> None:
        if len(self.on_way_to) != len(self.unit_ids):
            raise InputError(f"on_way_to has {len(self.on_way_to)} entries for {len(self.unit_ids)} units.")
        row = {name: k for k, name in enumerate(self.incident_ids)}
        for u, (unit, status, to) in enumerate(zip(self.unit_ids, self.status, self.on_way_to, strict=True)):
            if (status == SENT) != bool(to):
                raise InputError(
                    f"Unit {unit!r} has status {status!r} and is on its way to {to!r}; 'sent' needs an open incident, "
                    "and no other status has one."
                )
            if to and to not in row:
                raise InputError(f"Unit {unit!r} is on its way to {to!r}, which is no open incident.")
            if to and not math.isfinite(self.travel_s[u, row[to]]):
                raise InputError(f"Unit {unit!r} is on its way to {to!r}, but no road leads there.")

    def _check_places(self) -> None:
        for i, incident in enumerate(self.incident_ids):
            if not self.officers_needed[i] and not self.attended[i]:
                raise InputError(
                    f"officers_needed must be whole numbers >= 1, got 0 for incident {incident!r}; only where somebody "
                    "is there already no more may be needed."
                )
            if not self.attended[i] and self.enters_with(i) > self.officers_needed[i]:
                raise InputError(
                    f"Incident {incident!r} must not be entered alone and needs {self.officers_needed[i]} officer; "
                    f"give officers_needed of {ENTERS_WITH} or more."
                )
        for name in ("zone_weight", "zone_within_s"):
            values = getattr(self, name)
            if not (np.isfinite(values) & (values > 0)).all():
                raise InputError(f"{name} must be finite and positive for every zone.")
        missing = sorted(set(self.driver_class) - set(self.post_zone_s))
        if self.post_ids and self.zone_ids and missing:
            raise InputError(
                f"Posts need post_zone_s for driver class {', '.join(missing)}: a unit covers from its post."
            )

    def enters_with(self, i: int) -> int:
        """Return the officers that must be there before anybody is said to have arrived at incident ``i``."""
        return ENTERS_WITH if self.alone_barred[i] and not self.attended[i] else 1

    def deploy_by(self, i: int) -> float:
        """Return the seconds from the call within which somebody should set out to incident ``i``; inf if no target."""
        return float(self.params.deploy_targets_s.get(int(self.grade[i]), math.inf))

    def urgency(self, i: int) -> float:
        """Return the weight of incident ``i`` as it has aged."""
        waited = float(self.age_s[i]) / self.params.grade_targets_s[int(self.grade[i])]
        return float(self.weight[i]) * (1.0 + self.params.ageing * waited)

    def missing_price_s(self, i: int) -> float:
        """Return the weighted seconds for each officer that incident ``i`` needs and does not get, before cover.

        On top of the price of its grade stands the lateness there is already: it is counted whoever is sent, so that
        left out of the price of sending nobody it would make an old incident the cheaper the longer it is left alone.
        """
        params, grade = self.params, int(self.grade[i])
        late_s = max(0.0, float(self.age_s[i]) - params.grade_targets_s[grade])
        lost = params.late_weight[grade] * (1.0 + params.complement_weight) * late_s
        return self.urgency(i) * (params.unfilled_price_s[grade] + lost)

    def before_cover_s(self, i: int) -> float:
        """Return what being late at incident ``i``, or an officer missing there, costs more: above all worth of cover.

        Above what the cover of one unit can be worth (in mode ``present`` that of two, as who is sent covers from the
        scene), with the way of a unit that is there in time: of two units with as many officers the one in time is then
        always the better one. 0 for grades that are not in ``params.in_time_first``, and without zones.
        """
        grade = int(self.grade[i])
        if grade not in self.params.in_time_first or not self.demand_level.any():
            return 0.0
        return _most_cover_s(self) + self.params.journey_weight * self.params.grade_targets_s[grade] + 1.0

    def level_price_s(self, z: int, level: int) -> float:
        """Return the weighted seconds for the ``level``-th missing level of zone ``z``."""
        return float(self.zone_weight[z]) * self.params.level_price_s(level, int(self.demand_level[z]))

    def _check_scenes(self) -> None:
        if self.params.coverage != "present" or not self.zone_ids or not self.incident_ids:
            return
        missing = sorted(set(self.driver_class) - set(self.scene_zone_s))
        if missing:
            raise InputError(
                f"Coverage 'present' needs scene_zone_s for driver class {', '.join(missing)}: a unit that is "
                "sent covers from the incident."
            )


@lru_cache(maxsize=4)
def _most_cover_s(problem: AssignmentProblem) -> float:
    """Weighted seconds that the cover of one unit can be worth at most, wherever it stands; asked for each incident."""
    counts = problem.params.coverage_counts == "officers"
    size = int(problem.officers.max(initial=1)) if counts else 1
    worth = np.zeros(len(problem.zone_ids))
    for wanted in np.unique(problem.demand_level).tolist():
        last = range(max(1, wanted - size + 1), wanted + 1)
        mine = problem.demand_level == wanted
        worth[mine] = problem.zone_weight[mine] * sum(problem.params.level_price_s(n, wanted) for n in last)
    present = problem.params.coverage == "present"
    scenes = problem.scene_zone_s.values() if present else ()
    places = [problem.zone_s, *problem.post_zone_s.values(), *scenes]
    most = max(float(((t <= problem.zone_within_s) @ worth).max(initial=0.0)) for t in places)
    return 2.0 * most if present else most


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
