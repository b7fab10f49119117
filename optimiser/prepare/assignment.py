"""A snapshot of dispatch becomes an assignment question: on real streets, or drawn from a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.prepare.dispatch_scene import (
    Floats,
    IncidentsAt,
    PostsAt,
    Snapshot,
    Travel,
    UnitsAt,
    ZonesAt,
    assemble,
    class_on_call,
)
from optimiser.prepare.dispatch_snapshot import SnapshotSetup, snapshot, with_project_targets
from optimiser.problems.assignment import AssignmentParams, AssignmentPlan, AssignmentProblem
from optimiser.roads import RoadNetwork, Route, route, snap, times_between

__all__ = [
    "IncidentsAt",
    "PostsAt",
    "Snapshot",
    "SnapshotSetup",
    "UnitRoute",
    "UnitsAt",
    "ZonesAt",
    "assignment_problem_on_roads",
    "snapshot",
    "unit_routes",
    "with_project_targets",
]


@dataclass(frozen=True, eq=False)
class UnitRoute:
    """One unit's quickest way to an incident; ``sent`` is False where the plan leaves the unit where it is."""

    unit_id: str
    incident_id: str
    sent: bool
    route: Route


def assignment_problem_on_roads(
    network: RoadNetwork,
    units: UnitsAt,
    incidents: IncidentsAt,
    zones: ZonesAt,
    params: AssignmentParams,
    *,
    hour_of_week: int | None = None,
    lights_for_grades: tuple[int, ...] = (1,),
    posts: PostsAt | None = None,
    **more: Any,
) -> AssignmentProblem:
    """Return the snapshot with every time from the roads, each unit at its own driver class.

    Parameters
    ----------
    network
        Roads; ``xy_m`` of everything is in its projected metres. Points go to the nearest usable street.
    hour_of_week
        Hour of the traffic factors; free flow if None.
    lights_for_grades, posts, more
        As in :func:`~optimiser.prepare.dispatch_scene.assemble`.

    Raises
    ------
    InputError
        If points cannot be put on a street, or ids, shapes or driver classes disagree.
    """
    travel = _travel(network, hour_of_week)
    return assemble(
        units, incidents, zones, params, travel, lights_for_grades=lights_for_grades, posts=posts, **more
    )


def _travel(network: RoadNetwork, hour_of_week: int | None) -> Travel:
    def between(origins: Floats, destinations: Floats, driver: str) -> Floats:
        if not len(origins) or not len(destinations):
            return np.zeros((len(origins), len(destinations)))
        start, end = snap(network, origins, driver=driver), snap(network, destinations, driver=driver)
        found = times_between(network, start, end, driver=driver, hour_of_week=hour_of_week)
        return np.asarray(found, dtype=np.float64)

    return between


def unit_routes(
    network: RoadNetwork,
    units: UnitsAt,
    incidents: IncidentsAt,
    problem: AssignmentProblem,
    plan: AssignmentPlan,
    *,
    hour_of_week: int | None = None,
    lights_for_grades: tuple[int, ...] = (1,),
) -> tuple[UnitRoute, ...]:
    """Return every unit's quickest way: to where the plan sends it, or else to the incident it is nearest to.

    A unit that can reach no incident has none.

    Raises
    ------
    InputError
        If the plan names a unit or an incident that is not there.
    """
    ways = []
    incident = {name: i for i, name in enumerate(problem.incident_ids)}
    unknown = sorted((set(plan.sent) - set(problem.unit_ids)) | (set(plan.sent.values()) - set(incident)))
    if unknown:
        raise InputError(f"The plan names {', '.join(unknown)}, which this snapshot does not have.")
    for u, unit in enumerate(problem.unit_ids):
        if not incident:
            continue
        to = plan.sent.get(unit) or problem.on_way_to[u]
        i = incident[to] if to else int(np.argmin(problem.travel_s[u]))
        lights = int(problem.grade[i]) in lights_for_grades
        driver = class_on_call(units.driver_class[u], lights=lights)
        start = snap(network, units.xy_m[u : u + 1], driver=driver)
        end = snap(network, incidents.xy_m[i : i + 1], driver=driver)
        (found,) = route(network, start, end, driver=driver, hour_of_week=hour_of_week)
        if found is not None:
            ways.append(UnitRoute(unit, problem.incident_ids[i], bool(to), found))
    return tuple(ways)
