"""The quickest way between two places of a project, turn by turn, for several driver classes, on the roads just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from optimiser.data.project import Project
from optimiser.data.store import write_layer
from optimiser.demand.workload import from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.dispatch_scene import Floats
from optimiser.prepare.reach import ReachAsked, weights_just_now
from optimiser.prepare.travel import area_points, network, refuse_far
from optimiser.roads import Route, route, snap
from optimiser.roads.graph import LON_LAT
from optimiser.roads.snap import checked_points
from optimiser.units import minutes

LAYER = "ways"


@dataclass(frozen=True, eq=False)
class Way:
    """The quickest way of one driver class; ``route`` is None where none leads. Legs off the streets are not in it."""

    driver: str
    route: Route | None


@dataclass(frozen=True, eq=False)
class WaysFound:
    """Ways by driver class, the names of the two places, and what is to be said."""

    ways: tuple[Way, ...]
    from_name: str
    to_name: str
    said: tuple[str, ...]
    crs: str


def ways_of(
    project: Project, start: str | None, end: str | None, drivers: Sequence[str], asked: ReachAsked
) -> WaysFound:
    """Return the quickest way of each driver class.

    Parameters
    ----------
    start, end
        A place each: ``LON,LAT``, a station's or an area's id. Without them from the first station to the area with
        the most calls.
    asked
        Hour, traffic, incidents and time; its driver and places are not used.

    Raises
    ------
    InputError
        If the project has no roads, a place is off the map, or a file cannot be read.
    UsageError
        If a place or a driver class is not known.
    """
    roads = network(project)
    if roads is None:
        raise InputError(
            "A way needs roads: the project has none. Add them with: optimiser init ... --roads FILE."
        )
    named = start or _first_station(project), end or _busiest(project)
    points = [_place(project, name, str(roads.crs)) for name in named]
    found: list[Way] = []
    said: list[str] = []
    for driver in drivers:
        weights, told = weights_just_now(project, roads, replace(asked, driver=driver))
        said += [t for t in told if t not in said]
        ends = [snap(roads, checked_points(np.array([xy]), crs, roads), driver=driver) for xy, crs in points]
        refuse_far(np.concatenate([e.access_m for e in ends]), driver)
        (way,) = route(roads, *ends, driver=weights)
        found.append(Way(driver, way))
    return WaysFound(tuple(found), *named, tuple(said), str(roads.crs))


def write_ways(path: Path, found: WaysFound) -> None:
    """Write the lines of all ways as a GeoPackage.

    Raises
    ------
    UsageError
        If the file does not end in ``.gpkg``.
    """
    if path.suffix.lower() != ".gpkg":
        raise UsageError(f"{path} should end in .gpkg: ways are written as a GeoPackage.")
    path.unlink(missing_ok=True)
    there = [(w.driver, w.route) for w in found.ways if w.route is not None]
    rows = {
        "driver": [driver for driver, _ in there],
        "minutes": [round(minutes(r.time_s), 2) for _, r in there],
        "length_m": [round(r.length_m) for _, r in there],
    }
    lines = [
        shapely.linestrings(r.xy_m if len(r.xy_m) > 1 else np.repeat(r.xy_m, 2, axis=0)) for _, r in there
    ]
    write_layer(path, LAYER, gpd.GeoDataFrame(rows, geometry=lines, crs=found.crs))


def _place(project: Project, name: str, crs: str) -> tuple[Floats, str]:
    """Return a place and its system of coordinates."""
    lon, comma, lat = name.partition(",")
    if comma:
        try:
            xy = np.array([float(lon), float(lat)])
        except ValueError:
            xy = np.full(2, np.inf)
        if not (abs(xy[0]) <= 180 and abs(xy[1]) <= 90):
            raise UsageError(f"{name!r} should be longitude and latitude in degrees, as -2.99,51.58.")
        return xy, LON_LAT
    stations = project.stations["station_id"].astype(str).tolist()
    if name in stations:
        point = project.stations.geometry.iloc[stations.index(name)]
        return np.array([point.x, point.y]), crs
    areas = project.areas["area_id"].astype(str).tolist()
    if name not in areas:
        raise UsageError(f"{name!r} is neither LON,LAT nor a station nor an area of the project.")
    return area_points(project)[areas.index(name)], crs


def _first_station(project: Project) -> str:
    if not len(project.stations):
        raise InputError("The project has no stations: say where the way begins with --from.")
    return str(project.stations["station_id"].iloc[0])


def _busiest(project: Project) -> str:
    calls = from_project(project).calls.sum(axis=1)
    return str(project.areas["area_id"].iloc[int(np.argmax(calls))])
