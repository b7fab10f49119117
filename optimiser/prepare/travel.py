"""Drive times between the areas of a project: on its roads, or along a straight line where it has none."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from optimiser import __version__
from optimiser.data.layers import read_layer
from optimiser.data.project import Project
from optimiser.data.settings import Settings
from optimiser.data.sources import sha256
from optimiser.errors import InputError, reason
from optimiser.roads import (
    RoadNetwork,
    from_lines,
    junction_times,
    read_network,
    snap,
    times_between,
    write_network,
)
from optimiser.roads import load as load_roads
from optimiser.roads.drivers_file import DRIVERS_FILE, read_drivers
from optimiser.roads.guess import guess_columns
from optimiser.roads.load import LINE_KINDS
from optimiser.roads.speeds import Driver, driver_named
from optimiser.units import METRES_PER_KM

log = logging.getLogger(__name__)

CACHE_FOLDER = "cache"
_FORM = 2
"""Raised when roads are read in another way, so that networks stored before are not taken for new ones."""
FAR_M, FARTHEST_M = 5_000.0, 50_000.0
"""Where most places are farther from a street than the first, or one than the second, the roads are others'."""
DETOUR = 1.3
"""Roads are about this much longer than the straight line."""


def network(project: Project, *, keep_ends: bool = False) -> RoadNetwork | None:
    """Return the road network of a project, None where it has no roads.

    It is read once and kept in the project's ``cache`` folder under the digest of the road file.
    ``keep_ends`` keeps every line end as a junction, as published beat studies do.
    """
    if project.roads_file is None:
        return None
    return network_of(project.roads_file, project.settings, project.folder, keep_ends=keep_ends)


def network_of(roads_file: Path, settings: Settings, folder: Path, *, keep_ends: bool = False) -> RoadNetwork:
    """Return the network of a road file as :func:`network` does; ``folder`` holds the cache."""
    asked = (sha256(roads_file), settings.crs, settings.default_speed_m_per_s, keep_ends)
    digest = hashlib.sha256(repr((*asked, __version__, _FORM)).encode())
    path = folder / CACHE_FOLDER / f"roads-{digest.hexdigest()[:16]}.npz"
    if path.exists():
        try:
            return read_network(path)
        except InputError:
            path.unlink()  # half written or of an older form: read the roads again
    made = _read(roads_file, settings, keep_ends=keep_ends)
    _keep(path, made)
    return made


def _keep(path: Path, made: RoadNetwork) -> None:
    """Store a network for the next time; where it cannot be stored, the roads are read again then."""
    draft = path.with_name(f".{path.stem}.{os.getpid()}.tmp.npz")
    try:
        path.parent.mkdir(exist_ok=True)
        write_network(draft, made)
        draft.replace(path)
    except OSError as error:
        log.warning("the road network is not kept: %s", reason(error))
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def road_assumptions(project: Project) -> tuple[str, ...]:
    """Say what was assumed or left out when the project's roads were read; nothing where it has none."""
    roads = network(project)
    return () if roads is None else roads.assumptions


def _read(path: Path, settings: Settings, *, keep_ends: bool) -> RoadNetwork:
    crs = settings.crs or None
    if not path.name.lower().endswith(LINE_KINDS):
        return load_roads(path, crs=crs)
    frame = read_layer(path, shape="line")
    return from_lines(
        frame,
        guess_columns(list(map(str, frame.columns))),
        crs=crs,
        default_limit_m_per_s=settings.default_speed_m_per_s,
        keep_ends=keep_ends,
    )


def driver_of(project: Project, driver: str) -> Driver:
    """Return a driver class as the project drives it: fitted in ``drivers.toml``, else as it is known.

    Raises
    ------
    InputError
        If there is no such class, or the file cannot be read.
    """
    known = driver_named(driver)
    return read_drivers(project.folder / DRIVERS_FILE).get(driver, known)


def area_points(project: Project) -> NDArray[np.float64]:
    """Return a point inside each area, shape (n, 2), projected metres."""
    points = project.areas.geometry.representative_point()
    return np.column_stack([points.x.to_numpy(), points.y.to_numpy()])


def refuse_far(access_m: NDArray[np.float64], driver: str) -> None:
    """Raise InputError where the roads are not those of the places."""
    n_far, farthest_m = int((access_m > FAR_M).sum()), float(access_m.max(initial=0.0))
    if 2 * n_far > access_m.size or farthest_m > FARTHEST_M:
        raise InputError(
            f"{n_far} of {access_m.size} places lie more than {FAR_M / METRES_PER_KM:.0f} km from every street that "
            f"driver class {driver} may use, the farthest {farthest_m / METRES_PER_KM:,.0f} km. Is the road file of "
            "another place, or cut too tightly?"
        )


def times_s(
    project: Project,
    origins: NDArray[np.float64],
    destinations: NDArray[np.float64],
    *,
    driver: str = "basic",
    hour_of_week: int | None = None,
    junctions: bool = False,
) -> NDArray[np.float64]:
    """Drive times in seconds, shape (n_origins, n_destinations); points are (n, 2) in projected metres.

    With ``junctions`` the two must be the same points, and times are between the junctions nearest to them,
    without an access leg (the plain rule of published beat studies).

    Raises
    ------
    InputError
        If a place cannot be reached by road.
    """
    roads = network(project, keep_ends=junctions)
    if roads is None:
        gap = np.linalg.norm(origins[:, None, :] - destinations[None, :, :], axis=2)
        return np.asarray(DETOUR * gap / project.settings.default_speed_m_per_s)
    if junctions:
        table = junction_times(roads, origins, driver=driver_of(project, driver), hour_of_week=hour_of_week)
        return np.asarray(table, dtype=np.float64)
    drives = driver_of(project, driver)
    start, end = (snap(roads, points, driver=drives) for points in (origins, destinations))
    refuse_far(np.concatenate([start.access_m, end.access_m]), driver)
    table = times_between(
        roads,
        start,
        end,
        driver=drives,
        hour_of_week=hour_of_week,
        access_m_per_s=project.settings.default_speed_m_per_s,
    )
    found = np.asarray(table, dtype=np.float64)
    if not np.isfinite(found).all():
        i, j = np.argwhere(~np.isfinite(found))[0]
        raise InputError(
            f"No road joins {_place(project, origins[i])} to {_place(project, destinations[j])} for driver class "
            f"{driver}. Check one-ways, bridges and closed streets there in the road file."
        )
    return found


def _place(project: Project, xy_m: NDArray[np.float64]) -> str:
    """Name a place by the area it lies in or next to, with its longitude and latitude."""
    point = gpd.GeoSeries.from_xy([xy_m[0]], [xy_m[1]], crs=project.areas.crs)
    row = int(project.areas.sindex.nearest(point, return_all=False)[1][0])
    at = point.to_crs(4326).iloc[0]
    return f"a place in area {project.areas['area_id'].iloc[row]} ({at.x:.5f}, {at.y:.5f})"
