"""The plain rule of published beat studies: times between the junctions nearest to each area, no access leg."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from optimiser.errors import InputError
from optimiser.roads.network import RoadNetwork
from optimiser.roads.snap import checked_points
from optimiser.roads.speeds import Driver, driver_named
from optimiser.roads.times import times_between


def nearest_junctions(
    network: RoadNetwork,
    points: NDArray[np.float64],
    *,
    driver: str | Driver = "basic",
    crs: str | None = None,
) -> NDArray[np.int32]:
    """Junction nearest to each point in a straight line, among those the driver class can reach and leave.

    Parameters
    ----------
    network
        The road network; built with ``keep_ends=True`` every line end counts as a junction.
    points
        Shape (n, 2): x, y in the network's metres, or in ``crs`` (longitude first).
    driver, crs
        As in :func:`optimiser.roads.snap.snap`.

    Raises
    ------
    InputError
        If points cannot be read, or the driver class has no street here.
    """
    xy = checked_points(points, crs, network)
    chosen = driver_named(driver)
    usable = np.flatnonzero((network.junction_core >> chosen.mode_index) & 1)
    if not len(usable):
        raise InputError(
            f"This road network has no street for driver class {chosen.name!r}; it was read without them."
        )
    _, found = cKDTree(network.junction_xy_m[usable]).query(xy)
    return np.asarray(usable[found], dtype=np.int32)


def junction_times(
    network: RoadNetwork,
    points: NDArray[np.float64],
    *,
    driver: str | Driver = "basic",
    hour_of_week: int | None = None,
    crs: str | None = None,
) -> NDArray[np.float32]:
    """Seconds between the junctions nearest to each point, shape (n, n): row = from, column = to.

    Two points with the same nearest junction are 0 s apart.

    Parameters
    ----------
    network, points, driver, crs
        As in :func:`nearest_junctions`.
    hour_of_week
        As in :func:`optimiser.roads.weights.weigh`.

    Raises
    ------
    InputError
        As :func:`nearest_junctions`.
    """
    junction = nearest_junctions(network, points, driver=driver, crs=crs)
    return times_between(network, junction, junction, driver=driver, hour_of_week=hour_of_week)
