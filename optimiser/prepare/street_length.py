"""Kilometres of street in each area: what patrol and upkeep of presence go by where calls are few."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.travel import network
from optimiser.roads.access import open_backward, open_forward
from optimiser.roads.speeds import driver_named


def street_m(project: Project) -> NDArray[np.float64]:
    """Return metres of street that a car may drive in each area, shape (n,).

    A street that is a border of two areas counts half in each; one beyond all areas in none. The two carriageways
    of a divided road count each, as they are drawn.

    Raises
    ------
    InputError
        If the project has no roads.
    """
    roads = network(project)
    if roads is None:
        raise InputError("Street length is to be balanced, but the project has no road file: import one.")
    streets, mode = roads.streets, driver_named("basic").mode_index
    drivable = open_forward(streets.openness, mode) | open_backward(streets.openness, mode)
    ends = [
        np.column_stack([streets.x_m[node[drivable]], streets.y_m[node[drivable]]])
        for node in (streets.segment_from, streets.segment_to)
    ]
    lines = np.asarray(shapely.linestrings(np.stack(ends, axis=1)), dtype=object)
    shapes = project.areas.geometry.to_numpy()
    line, area = shapely.STRtree(shapes).query(lines, predicate="intersects")
    inside = shapely.length(shapely.intersection(lines[line], shapes[area]))
    told = np.bincount(line, weights=inside, minlength=len(lines))
    length = shapely.length(lines)
    twice = np.maximum(told / np.maximum(length, 1e-9), 1.0)  # on a border both areas hold the whole of it
    return np.bincount(area, weights=inside / twice[line], minlength=len(shapes)).astype(np.float64)
