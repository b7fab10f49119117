"""Points to areas: which area a call lies in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from optimiser.data.areas import checked_areas

if TYPE_CHECKING:
    import geopandas as gpd

NEAR_M = 50.0


@dataclass(frozen=True, slots=True)
class Located:
    """Where points lie.

    Parameters
    ----------
    area_id
        Text, shape (p,); "" where a point lies in no area.
    outside_m
        Distance to the area given, shape (p,): 0 inside, positive for a point taken to the nearest area,
        NaN where there is none.
    """

    area_id: NDArray[Any]
    outside_m: NDArray[np.float64]

    @property
    def n_taken_in(self) -> int:
        """Points outside that were taken to the nearest area."""
        return int((self.outside_m > 0).sum())

    @property
    def n_nowhere(self) -> int:
        """Points without an area."""
        return int(np.isnan(self.outside_m).sum())


def locate_all(areas: gpd.GeoDataFrame, x_m: ArrayLike, y_m: ArrayLike, *, near_m: float = NEAR_M) -> Located:
    """Find the area of each point.

    A point on a shared border, or where areas overlap, belongs once: to the area whose id comes first in text
    order. A point outside belongs to the nearest area within ``near_m`` (same rule for ties), else to none.
    Points without coordinates (NaN) belong to none.

    Parameters
    ----------
    areas
        Columns ``area_id`` and ``geometry``, projected in metres.
    x_m, y_m
        Coordinates in the same CRS, shape (p,).
    near_m
        How far outside a point may lie and still be taken in.
    """
    ids, shapes = checked_areas(areas)
    order = np.argsort(np.array(ids, dtype=str), kind="stable")
    shapes = shapes[order]
    x, y = np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float)
    position = np.full(len(x), -1, dtype=np.int64)
    outside_m = np.full(len(x), np.nan)
    real = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    tree = shapely.STRtree(shapes)
    points: NDArray[np.object_] = np.asarray(shapely.points(x[real], y[real]), dtype=object)
    at, area = tree.query(points, predicate="intersects")
    _first(position, real[at], area)
    outside_m[position >= 0] = 0.0
    lost = np.flatnonzero(position[real] < 0)
    if len(lost) and near_m > 0:
        (at, area), distance_m = tree.query_nearest(points[lost], max_distance=near_m, return_distance=True)
        _first(position, real[lost[at]], area)
        outside_m[real[lost[at]]] = np.maximum(distance_m, np.finfo(float).tiny)
    names = np.array([*(ids[k] for k in order), ""], dtype=object)
    return Located(names[position], outside_m)


def _first(position: NDArray[np.int64], at: NDArray[np.int64], area: NDArray[np.int64]) -> None:
    """Write the smallest area of each point into ``position``."""
    rank = np.lexsort((area, at))
    points, first = np.unique(at[rank], return_index=True)
    position[points] = area[rank][first]
