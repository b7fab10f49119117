"""Areas for the screen, in degrees, with few vertices; and the outlines of any grouping of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from optimiser.data.display import simplify_for_display
from optimiser.data.project import Project

DIGITS = 5
"""Decimals of a degree kept: about a metre."""
_TILE = 512.0
Ring = list[list[float]]


@dataclass(frozen=True, eq=False)
class Shapes:
    """Display shapes of all areas.

    Parameters
    ----------
    area_ids, names
        n ids and names.
    polygons
        For each area its polygons, each a list of rings of [lon, lat].
    geometry
        The same as shapes in degrees, shape (n,).
    bounds
        West, south, east, north in degrees.
    crs
        Coordinate system of the project, metres.
    """

    area_ids: tuple[str, ...]
    names: tuple[str, ...]
    polygons: tuple[list[list[Ring]], ...]
    geometry: NDArray[np.object_]
    bounds: tuple[float, float, float, float]
    crs: str

    def lonlat(self, xy_m: NDArray[np.float64]) -> list[list[float]]:
        """Return points of the project's metres, shape (n, 2), as [lon, lat]."""
        if not len(xy_m):
            return []
        return _rounded(_to_degrees(self.crs, np.asarray(xy_m, dtype=np.float64)))

    def outlines(self, group: Sequence[str]) -> list[Ring]:
        """Return the borders between groups of areas and around them, as lines of [lon, lat]."""
        label = np.asarray(group, dtype=object)
        lines: list[Ring] = []
        for name in sorted(set(group) - {""}):
            joined = shapely.union_all(shapely.make_valid(self.geometry[label == name]))
            for part in shapely.get_parts(shapely.boundary(joined)):
                lines.append(_rounded(shapely.get_coordinates(part)))
        return lines

    def label_points(self, group: Sequence[str]) -> dict[str, list[float]]:
        """Return a point inside the largest part of each group, [lon, lat]."""
        label = np.asarray(group, dtype=object)
        points = {}
        for name in sorted(set(group) - {""}):
            parts = shapely.get_parts(shapely.union_all(shapely.make_valid(self.geometry[label == name])))
            largest = parts[int(np.argmax(shapely.area(parts)))]
            inside = shapely.maximum_inscribed_circle(
                largest, tolerance=math.sqrt(shapely.area(largest)) / 50
            )
            points[name] = _rounded(shapely.get_coordinates(inside)[:1])[0]
        return points

    def view(self, width_px: float, height_px: float, seen: Sequence[Sequence[float]] = ()) -> dict[str, Any]:
        """Return longitude, latitude and zoom that show everything, or the points ``seen``, in a box of that size."""
        west, south, east, north = self.bounds
        if len(seen):
            (west, south), (east, north) = np.min(seen, axis=0).tolist(), np.max(seen, axis=0).tolist()
        squeeze = math.cos(math.radians((south + north) / 2))
        wide, high = max(east - west, 1e-4), max((north - south) / squeeze, 1e-4)
        zoom = math.log2(min(width_px * 360 / (wide * _TILE), height_px * 360 / (high * _TILE)))
        return {"longitude": (west + east) / 2, "latitude": (south + north) / 2, "zoom": zoom - 0.12}


def shapes_of(project: Project) -> Shapes:
    """Simplify the areas of a project for the screen and turn them into degrees."""
    areas = simplify_for_display(project.areas)
    crs = str(project.areas.crs or project.settings.crs)
    degrees = shapely.transform(areas.geometry.to_numpy(), lambda xy: np.round(_to_degrees(crs, xy), DIGITS))
    return Shapes(
        tuple(str(a) for a in areas["area_id"]),
        tuple(str(n) for n in areas["name"]),
        tuple(_rings(shape) for shape in degrees),
        degrees,
        tuple(float(v) for v in shapely.total_bounds(degrees)),  # type: ignore[arg-type]
        crs,
    )


def _to_degrees(crs: str, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    if not crs:
        return xy_m / 111_195.0  # metres of a plane without a place on earth: drawn at the equator
    lon, lat = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(xy_m[:, 0], xy_m[:, 1])
    return np.column_stack([lon, lat])


def _rings(shape: Any) -> list[list[Ring]]:
    found = []
    for part in shapely.get_parts(shape):
        if shapely.get_type_id(part) == 3 and not shapely.is_empty(part):
            found.append([_rounded(shapely.get_coordinates(r)) for r in (part.exterior, *part.interiors)])
    return found


def _rounded(xy: NDArray[np.float64]) -> Ring:
    result: Ring = np.round(xy, DIGITS).tolist()
    return result
