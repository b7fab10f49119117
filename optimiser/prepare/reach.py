"""Drive-time reach in a project: from stations or places, in bands, with traffic and incidents of the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.data.store import write_layer
from optimiser.errors import InputError, UsageError
from optimiser.prepare.travel import area_points, driver_of, network, refuse_far
from optimiser.roads import RoadNetwork, Weights, bands, conditions_from, cut_off, factors_from, snap, weigh
from optimiser.roads.graph import LON_LAT
from optimiser.roads.reach import Reach
from optimiser.roads.snap import checked_points
from optimiser.roads.times import times_between
from optimiser.units import DAY_KEYS, HOURS_PER_DAY, HOURS_PER_WEEK, METRES_PER_KM, minutes

STREETS_LAYER, AREAS_LAYER = "streets", "reach"


@dataclass(frozen=True, kw_only=True)
class ReachAsked:
    """What is asked.

    Parameters
    ----------
    stations
        Ids of stations of the project; all of them where neither stations nor places are named.
    places
        Longitude and latitude of further places.
    limits_s
        Bands.
    driver, hour_of_week
        As in :func:`optimiser.roads.weights.weigh`; an ``at`` without an hour gives it.
    towards
        From where a place is reached, instead of what is reached from it.
    traffic, incidents
        Files of :mod:`optimiser.data.road_tables`.
    at
        Local wall time at which incidents hold.
    """

    stations: tuple[str, ...] = ()
    places: tuple[tuple[float, float], ...] = ()
    limits_s: tuple[float, ...] = (300.0, 600.0, 900.0)
    driver: str = "standard"
    hour_of_week: int | None = None
    towards: bool = False
    traffic: Path | None = None
    incidents: Path | None = None
    at: datetime | None = None


@dataclass(frozen=True, eq=False)
class ReachFound:
    """Reach by band, what share of the areas' points lies in it, and what is to be said of it."""

    bands: list[Reach]
    area_frac: list[float]
    said: tuple[str, ...]


def reach_of(project: Project, asked: ReachAsked) -> ReachFound:
    """Return the reach of stations or places.

    Raises
    ------
    InputError
        If the project has no roads, a station is not there, or a file cannot be read.
    """
    roads = network(project)
    if roads is None:
        raise InputError(
            "Reach needs roads: the project has none. Add them with: optimiser init ... --roads FILE."
        )
    weights, said = weights_just_now(project, roads, asked)
    at = snap(roads, _places(project, asked, roads), driver=asked.driver)
    refuse_far(at.access_m, asked.driver)
    found = bands(roads, at, asked.limits_s, driver=weights, towards=asked.towards)
    areas = snap(roads, area_points(project), driver=asked.driver)
    ends = (areas, at) if asked.towards else (at, areas)
    seconds = times_between(
        roads, *ends, driver=weights, access_m_per_s=project.settings.default_speed_m_per_s
    )
    nearest = seconds.min(axis=1 if asked.towards else 0)
    return ReachFound(found, [float((nearest <= b.limit_s).mean()) for b in found], said)


def weights_just_now(
    project: Project, roads: RoadNetwork, asked: ReachAsked
) -> tuple[Weights, tuple[str, ...]]:
    """Return the seconds of every street for what is asked, and in words what is closed, slow and cut off.

    Raises
    ------
    InputError
        If a file cannot be read, or there is no such driver class.
    """
    hour = asked.hour_of_week
    if hour is None and asked.at is not None:
        hour = asked.at.weekday() * HOURS_PER_DAY + asked.at.hour
    factors = None if asked.traffic is None else factors_from(asked.traffic)
    driver = driver_of(project, asked.driver)
    weights = weigh(roads, driver, hour, factors)
    if asked.incidents is None:
        return weights, ()
    now = conditions_from(roads, asked.incidents, asked.at)
    closed = weigh(roads, driver, hour, factors, now)
    return closed, (*now.said, *cut_off(weights, closed).said)


def _places(project: Project, asked: ReachAsked, roads: RoadNetwork) -> NDArray[np.float64]:
    at = {
        str(s): (float(p.x), float(p.y))
        for s, p in zip(project.stations["station_id"], project.stations.geometry, strict=True)
    }
    strange = [s for s in asked.stations if s not in at]
    if strange:
        raise UsageError(f"There is no station {', '.join(strange)}; there are {', '.join(at) or 'none'}.")
    chosen = asked.stations or (() if asked.places else tuple(at))
    if not chosen and not asked.places:
        raise InputError("The project has no stations: name a place with --at LON,LAT.")
    parts = []
    if chosen:
        xy = np.array([at[s] for s in chosen])
        parts.append(xy)
    if asked.places:
        parts.append(checked_points(np.array(asked.places), LON_LAT, roads))
    return np.concatenate(parts)


def write_reach(path: Path, found: ReachFound) -> None:
    """Write a GeoPackage: reached streets with their minutes, and the ground around them, by band.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if path.suffix.lower() != ".gpkg":
        raise UsageError(f"{path} should end in .gpkg: reach is written as a GeoPackage.")
    path.unlink(missing_ok=True)
    last = found.bands[-1]
    table = {
        "from_min": [round(minutes(s), 2) for s in np.minimum(last.from_s, last.to_s)],
        "to_min": [round(minutes(s), 2) for s in np.maximum(last.from_s, last.to_s)],
        "length_m": np.round(last.length_m, 1),
    }
    write_layer(path, STREETS_LAYER, gpd.GeoDataFrame(table, geometry=last.lines(), crs=last.network.crs))
    grounds = [b.area() for b in found.bands]
    rows = {"within_min": [minutes(b.limit_s) for b in found.bands], "street_km": street_km(found)}
    write_layer(path, AREAS_LAYER, gpd.GeoDataFrame(rows, geometry=grounds, crs=last.network.crs))


def street_km(found: ReachFound) -> list[float]:
    """Return the kilometres of street within each band."""
    return [round(float(b.length_m.sum()) / METRES_PER_KM, 2) for b in found.bands]


def hour_from(text: str) -> int:
    """Read an hour of the week: ``8``, ``Mon 08:00``.

    Raises
    ------
    UsageError
        If it is none.
    """
    words = text.casefold().split()
    hour = words[-1].split(":")[0] if words else ""
    day = DAY_KEYS.index(words[0][:3]) if len(words) == 2 and words[0][:3] in DAY_KEYS else None
    if hour.isdigit() and len(words) == 2 and day is not None and int(hour) < HOURS_PER_DAY:
        return day * HOURS_PER_DAY + int(hour)
    if hour.isdigit() and len(words) == 1 and int(hour) < HOURS_PER_WEEK:
        return int(hour)
    raise UsageError(
        f"{text!r} is no hour of the week: write Mon 08:00, or a number from 0 (Monday 00:00) to 167."
    )
