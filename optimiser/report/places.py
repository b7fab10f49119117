"""Where the units, incidents and zones of a snapshot are: a map needs it, the question does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError

if TYPE_CHECKING:
    from optimiser.data.project import Project
    from optimiser.prepare.dispatch_scene import Snapshot


@dataclass(frozen=True, kw_only=True)
class Places:
    """Coordinates in the project's metres, by id.

    Parameters
    ----------
    unit_ids, unit_xy_m
        Where each unit is, shape (U, 2).
    incident_ids, incident_xy_m
        Where each incident is, shape (I, 2).
    zone_areas
        Areas that make up each zone; a zone left out is the area of its own name, if there is one.
    routes_xy_m
        Each unit's quickest way, shape (n_points, 2), by unit id: of one that is sent to its incident, of one
        that stays to the incident it is nearest to. A sent unit without one is drawn as a dashed straight line.
    """

    unit_ids: tuple[str, ...]
    unit_xy_m: NDArray[np.float64]
    incident_ids: tuple[str, ...]
    incident_xy_m: NDArray[np.float64]
    zone_areas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    routes_xy_m: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what, ids, xy in (
            ("unit", self.unit_ids, self.unit_xy_m),
            ("incident", self.incident_ids, self.incident_xy_m),
        ):
            if np.shape(xy) != (len(ids), 2):
                raise InputError(
                    f"{what}_xy_m has shape {np.shape(xy)}; {len(ids)} ids need ({len(ids)}, 2)."
                )


def places_of(scene: Snapshot, project: Project | None, problem: Any, plan: Any) -> Places:
    """Return where a prepared snapshot's units and incidents are, its zones' areas, and each unit's quickest way.

    Ways need the project's roads; where it has none, or a way cannot be found, the map draws a straight line.
    """
    zones, ways = {}, {}
    if project is not None:
        zones = _zone_areas(project, scene.zones.ids)
        ways = _ways(scene, project, problem, plan)
    return Places(
        unit_ids=scene.units.ids,
        unit_xy_m=scene.units.xy_m,
        incident_ids=scene.incidents.ids,
        incident_xy_m=scene.incidents.xy_m,
        zone_areas=zones,
        routes_xy_m=ways,
    )


def _zone_areas(project: Project, zone_ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Areas of each zone, by the column of the areas that names the zones."""
    area = project.areas["area_id"].astype(str)
    for column in ("area_id", "beat_id", "district_id"):
        name = project.areas[column].astype(str)
        if set(zone_ids) <= set(name):
            return {z: tuple(area[name == z]) for z in zone_ids}
    return {}


def _ways(scene: Snapshot, project: Project, problem: Any, plan: Any) -> dict[str, NDArray[np.float64]]:
    from optimiser.prepare.assignment import unit_routes  # its room loads a compiler
    from optimiser.prepare.travel import network

    roads = network(project)
    if roads is None:
        return {}
    found = unit_routes(roads, scene.units, scene.incidents, problem, plan, hour_of_week=scene.hour_of_week)
    return {r.unit_id: r.route.xy_m for r in found}
