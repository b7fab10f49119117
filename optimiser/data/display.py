"""Areas for the screen: fewer vertices, and neighbours still meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    import geopandas as gpd

MOST_VERTICES = 40
_FIRST_TOLERANCE_M = 1.0
_DOUBLINGS = 14


def simplify_for_display(areas: gpd.GeoDataFrame, *, most_vertices: int = MOST_VERTICES) -> gpd.GeoDataFrame:
    """Return ``areas`` simplified so that each has at most ``most_vertices``, as far as its shape allows.

    Where the areas tile the plane, shared borders are simplified together (no gaps, no overlaps). Where they
    do not, each is simplified alone. An area never vanishes: one that needs more vertices to stay itself
    (many parts, many neighbours) keeps them.
    """
    shapes = areas.geometry.to_numpy()
    together = bool(shapely.coverage_is_valid(shapes))
    best, tolerance_m = shapes, _FIRST_TOLERANCE_M
    for _ in range(_DOUBLINGS):
        if (shapely.get_num_coordinates(best) <= most_vertices).all():
            break
        simpler = _simplified(shapes, tolerance_m, together=together)
        worse = shapely.is_empty(simpler) | ~shapely.is_valid(simpler)
        if together and worse.any():
            break
        best = np.where(
            worse | (shapely.get_num_coordinates(best) <= most_vertices) & (not together), best, simpler
        )
        tolerance_m *= 2.0
    shown = areas.copy()
    shown["geometry"] = best
    return shown


def _simplified(shapes: NDArray[np.object_], tolerance_m: float, *, together: bool) -> NDArray[np.object_]:
    if together:
        result: NDArray[np.object_] = shapely.coverage_simplify(shapes, tolerance_m)
        return result
    alone: NDArray[np.object_] = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    return alone
