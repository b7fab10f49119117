"""Which share of each area's own calls a centre reaches in time: from where the calls were, not one point an area."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from optimiser.data.project import Project
from optimiser.data.settings import Settings
from optimiser.errors import InputError
from optimiser.prepare.travel import network_of, times_s
from optimiser.roads.speeds import driver_named

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20_000_000
"""Drives from centres to junctions that are held at once."""
ROUNDING_S = 1e-6
"""A drive longer than the target by no more than this is within it."""
ALL = 0
"""The priority that stands for calls of every priority, where none is known."""


def junctions(roads_file: Path, settings: Settings, folder: Path) -> NDArray[np.float64] | None:
    """Return the junctions that a car can reach and leave, shape (J, 2); None where the roads cannot be read.

    ``folder`` keeps the network for the project's later questions. What is wrong with the roads is told by the first
    question that drives on them.
    """
    try:
        roads = network_of(roads_file, settings, folder)
    except InputError as error:
        log.warning("calls are not placed on the roads: %s", error)
        return None
    usable = (roads.junction_core >> driver_named("basic").mode_index) & 1 > 0
    return np.asarray(roads.junction_xy_m[usable], dtype=np.float64)


@dataclass(frozen=True)
class CallPlaces:
    """Where the calls of each area are: P places (P, 2) in projected metres, and the share of each area's calls there.

    ``share`` has shape (P, n); every column sums to 1: an area without a located call has all of them at its point.
    """

    xy_m: NDArray[np.float64]
    share: csr_array


def call_places(
    project: Project, area_points: NDArray[np.float64], priorities: Sequence[int] = ()
) -> CallPlaces:
    """Return where the calls of a project are.

    Parameters
    ----------
    area_points
        A point inside each area, shape (n, 2).
    priorities
        Priorities that count; empty for all.
    """
    n, ids = len(area_points), [str(a) for a in project.areas["area_id"]]
    spots = project.spots
    if spots is None or not len(spots):
        return CallPlaces(area_points, csr_array(np.eye(n)))
    if priorities:
        spots = spots[spots["priority"].isin(priorities)]
    places, at = np.unique(spots[["x_m", "y_m"]].to_numpy(dtype=float), axis=0, return_inverse=True)
    table, known = _by_area(spots, at.ravel(), len(places), ids, ALL)
    alone = np.flatnonzero(~known)
    rows, ones = np.arange(alone.size), np.ones(alone.size)
    own = csr_array((ones, (rows, alone)), shape=(alone.size, n))
    return CallPlaces(np.concatenate([places, area_points[alone]]), csr_array(vstack([table.T, own])))


def shares_within(
    project: Project,
    centres: NDArray[np.float64],
    limits_s: Mapping[int, float],
    *,
    driver: str = "basic",
) -> dict[int, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Return by priority the share of each area's located calls within a limit of each centre.

    Parameters
    ----------
    centres
        Shape (C, 2), projected metres.
    limits_s
        Longest drive that counts, by priority; :data:`ALL` for all calls together.

    Returns
    -------
    dict
        Shares (C, n) and which areas have a located call of that priority (n,); empty where no call is placed.
    """
    spots = project.spots
    if spots is None or not len(spots):
        return {}
    places, at = np.unique(spots[["x_m", "y_m"]].to_numpy(dtype=float), axis=0, return_inverse=True)
    ids = [str(a) for a in project.areas["area_id"]]
    tables = {p: _by_area(spots, at.ravel(), len(places), ids, p) for p in limits_s}
    found = {p: (np.zeros((len(centres), len(ids))), known) for p, (_, known) in tables.items()}
    block = max(1, MOST_AT_ONCE // len(places))
    for first in range(0, len(centres), block):
        some = slice(first, first + block)
        drive_s = times_s(project, centres[some], places, driver=driver)
        for p, (share, _) in tables.items():
            within = (drive_s <= limits_s[p] + ROUNDING_S).astype(np.float64)
            found[p][0][some] = (share @ within.T).T
    return found


def _by_area(
    spots: pd.DataFrame, at: NDArray[np.int64], n_places: int, ids: list[str], priority: int
) -> tuple[csr_array, NDArray[np.bool_]]:
    """Return the share of each area's calls at each place, shape (n, J), and which areas have any, shape (n,)."""
    row = spots["area_id"].map({a: i for i, a in enumerate(ids)})
    mine = row.notna().to_numpy()
    if priority != ALL:
        mine = mine & (spots["priority"] == priority).to_numpy()
    area, place = row.to_numpy(dtype=float)[mine].astype(np.int64), at[mine]
    calls = spots["calls"].to_numpy(dtype=float)[mine]
    total = np.bincount(area, weights=calls, minlength=len(ids))
    table = csr_array((calls / total[area], (area, place)), shape=(len(ids), n_places))
    return table, total > 0
