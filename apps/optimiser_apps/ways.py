"""The quickest way of each unit along the streets; where the project has no roads, a straight line if it is sent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.prepare.assignment import unit_routes
from optimiser.problems.assignment import AssignmentPlan
from optimiser.roads import RoadNetwork


def ways(network: RoadNetwork | None, scene: Any, plan: AssignmentPlan) -> dict[str, NDArray[np.float64]]:
    """Return each unit's line, shape (n, 2) in the project's metres: to its incident, or to the nearest if it stays."""
    if network is None:
        return _straight(scene, plan)
    found = unit_routes(
        network, scene.units, scene.incidents, scene.problem, plan, hour_of_week=scene.hour_of_week
    )
    place = _places(scene)
    lines = {}
    for way in found:
        ends = place[way.unit_id], place[way.incident_id]
        lines[way.unit_id] = np.vstack([ends[0], way.route.xy_m, ends[1]])
    return _straight(scene, plan) | lines


def _places(scene: Any) -> dict[str, NDArray[np.float64]]:
    return dict(zip(scene.units.ids, scene.units.xy_m, strict=True)) | dict(
        zip(scene.incidents.ids, scene.incidents.xy_m, strict=True)
    )


def _straight(scene: Any, plan: AssignmentPlan) -> dict[str, NDArray[np.float64]]:
    place = _places(scene)
    return {u: np.vstack([place[u], place[i]]) for u, i in plan.sent.items() if u in place and i in place}
