"""Units, incidents and zones as points: what a snapshot is made of before anybody has driven anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.assignment import AssignmentParams, AssignmentProblem
from optimiser.roads.speeds import driver_named

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Travel = Callable[[Floats, Floats, str], Floats]
"""``(from_xy_m (n, 2), to_xy_m (m, 2), driver class) -> seconds (n, m)``, inf where no way leads."""

LIGHTS_OFF = "basic"
"""How a blue-light driver goes where blue lights are not allowed."""


@dataclass(frozen=True, eq=False)
class UnitsAt:
    """Units where they are now; as in :class:`~optimiser.problems.assignment.AssignmentProblem`.

    ``xy_m`` has shape (U, 2), metres in the projected system of the roads.
    """

    ids: tuple[str, ...]
    xy_m: Floats
    officers: Ints
    driver_class: tuple[str, ...]
    status: tuple[str, ...]
    ready_s: Floats


@dataclass(frozen=True, eq=False)
class IncidentsAt:
    """Open incidents; ``xy_m`` has shape (I, 2)."""

    ids: tuple[str, ...]
    xy_m: Floats
    grade: Ints
    officers_needed: Ints
    age_s: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class ZonesAt:
    """Zones to keep covered, each by one point; ``xy_m`` has shape (Z, 2)."""

    ids: tuple[str, ...]
    xy_m: Floats
    demand_level: Ints


@dataclass(frozen=True, eq=False)
class PostsAt:
    """Places where units may stand by; ``xy_m`` has shape (P, 2), ``room`` is the most units at each."""

    ids: tuple[str, ...]
    xy_m: Floats
    room: Ints


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A question together with where everything is, for maps and routes; and what was drawn, in words."""

    problem: AssignmentProblem
    units: UnitsAt
    incidents: IncidentsAt
    zones: ZonesAt
    hour_of_week: int | None = None
    assumptions: tuple[str, ...] = ()


def assemble(
    units: UnitsAt,
    incidents: IncidentsAt,
    zones: ZonesAt,
    params: AssignmentParams,
    travel: Travel,
    *,
    lights_for_grades: tuple[int, ...] = (1,),
    posts: PostsAt | None = None,
    **more: Any,
) -> AssignmentProblem:
    """Ask ``travel`` for every time that the question needs.

    Parameters
    ----------
    lights_for_grades
        Grades to which standard and advanced drivers go under blue lights; to the others, and to none if
        empty, they drive as ``basic``. Reach of a zone is that of a grade which allows them.
    posts
        Places where units may stand by; a unit drives there without lights.
    more
        Further fields of the problem: skills, shift ends, units on their way, and so on.

    Raises
    ------
    InputError
        If points and ids disagree, or a driver class is unknown.
    """
    for what, ids, xy_m in (
        ("units", units.ids, units.xy_m),
        ("incidents", incidents.ids, incidents.xy_m),
        ("zones", zones.ids, zones.xy_m),
    ):
        if np.shape(xy_m) != (len(ids), 2):
            raise InputError(
                f"{what} have points of shape {np.shape(xy_m)}; {len(ids)} ids need ({len(ids)}, 2)."
            )
    lit = np.isin(incidents.grade, np.array(lights_for_grades, dtype=np.int64))
    travel_s = np.zeros((len(units.ids), len(incidents.ids)))
    zone_s = np.zeros((len(units.ids), len(zones.ids)))
    scene_s: dict[str, Floats] = {}
    post_s = np.zeros((len(units.ids), 0 if posts is None else len(posts.ids)))
    post_zone_s: dict[str, Floats] = {}
    for name in sorted(set(units.driver_class)):
        mine = np.array([c == name for c in units.driver_class], dtype=bool)
        for allowed, which in ((True, lit), (False, ~lit)):
            driver = class_on_call(name, lights=allowed)
            cells = np.ix_(mine, which)
            travel_s[cells] = travel(units.xy_m[mine], incidents.xy_m[which], driver)
        reach = class_on_call(name, lights=bool(lights_for_grades))
        zone_s[mine] = travel(units.xy_m[mine], zones.xy_m, reach)
        if params.coverage == "present":
            scene_s[name] = travel(incidents.xy_m, zones.xy_m, reach)
        if posts is not None:
            post_s[mine] = travel(units.xy_m[mine], posts.xy_m, class_on_call(name, lights=False))
            post_zone_s[name] = travel(posts.xy_m, zones.xy_m, reach)
    return AssignmentProblem(
        params=params,
        unit_ids=units.ids,
        officers=units.officers,
        driver_class=units.driver_class,
        status=units.status,
        ready_s=units.ready_s,
        incident_ids=incidents.ids,
        grade=incidents.grade,
        officers_needed=incidents.officers_needed,
        age_s=incidents.age_s,
        weight=incidents.weight,
        travel_s=travel_s,
        zone_ids=zones.ids,
        demand_level=zones.demand_level,
        zone_s=zone_s,
        scene_zone_s=scene_s,
        post_ids=() if posts is None else posts.ids,
        post_room=np.zeros(0, dtype=np.int64) if posts is None else posts.room,
        post_travel_s=post_s,
        post_zone_s=post_zone_s,
        **more,
    )


def class_on_call(driver_class: str, *, lights: bool) -> str:
    """Return the class whose speeds a driver has: his own, or ``basic`` for blue-light classes without lights.

    Raises
    ------
    InputError
        If there is no such class.
    """
    blue = driver_named(driver_class).mode == "emergency"
    return LIGHTS_OFF if blue and not lights else driver_class
