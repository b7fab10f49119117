"""Points to streets: the nearest segment a driver may use, how far along it, and how far away.

Distances are straight lines in the network's projected metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.exceptions import CRSError

from optimiser.errors import InputError
from optimiser.roads.access import open_backward, open_forward
from optimiser.roads.network import RoadNetwork
from optimiser.roads.speeds import Driver, driver_named
from optimiser.roads.weights import Weights


@dataclass(frozen=True, eq=False)
class Positions:
    """Places on streets.

    Parameters
    ----------
    member
        Position among ``network.member_segment``: names the edge and the piece of it, shape (n,).
    along_frac
        How far along that member, in the edge's direction, 0-1, shape (n,).
    access_m
        Straight-line metres from the point to the street, shape (n,).
    """

    member: NDArray[np.int32]
    along_frac: NDArray[np.float64]
    access_m: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.member)

    def edge(self, network: RoadNetwork) -> NDArray[np.int32]:
        """Edge of each position, shape (n,)."""
        return network.member_edge[self.member]

    def edge_frac(self, network: RoadNetwork) -> NDArray[np.float64]:
        """Share of the edge's length before each position, 0-1, shape (n,)."""
        length = network.streets.length_m[network.member_segment]
        total = np.concatenate([[0.0], np.cumsum(length)])
        edge = self.edge(network)
        before = (
            total[self.member] - total[network.member_start[edge]] + self.along_frac * length[self.member]
        )
        whole = network.edge_length_m[edge]
        return np.asarray(np.divide(before, whole, out=np.zeros_like(before), where=whole > 0))

    def xy_m(self, network: RoadNetwork) -> NDArray[np.float64]:
        """Coordinates on the street, shape (n, 2)."""
        segment, flipped = network.member_segment[self.member], network.member_flipped[self.member]
        share = np.where(flipped, 1.0 - self.along_frac, self.along_frac)
        ends = _ends(network, segment)
        return np.asarray(ends[:, 0] + share[:, None] * (ends[:, 1] - ends[:, 0]))

    def before_s(self, weights: Weights) -> NDArray[np.float64]:
        """Seconds from the start of the edge to each position, along the edge, shape (n,)."""
        own = weights.segment_s[weights.network.member_segment[self.member]]
        return np.asarray(weights.member_before_s[self.member] + self.along_frac * own)


def _ends(network: RoadNetwork, segment: NDArray[np.int32]) -> NDArray[np.float64]:
    streets = network.streets
    node = np.stack([streets.segment_from[segment], streets.segment_to[segment]], axis=1)
    return np.stack([streets.x_m[node], streets.y_m[node]], axis=2)


@lru_cache(maxsize=8)
def _tree(network: RoadNetwork, mode: int) -> tuple[shapely.STRtree, NDArray[np.int32]]:
    """Segments that the mode may use and from which it reaches the bulk of the network."""
    inside = (network.junction_core >> mode) & 1 > 0
    byte = network.edge_openness
    edge = (
        (open_forward(byte, mode) | open_backward(byte, mode))
        & inside[network.edge_from]
        & inside[network.edge_to]
    )
    segment = network.member_segment[edge[network.member_edge]].astype(np.int32)
    lines = np.atleast_1d(np.asarray(shapely.linestrings(_ends(network, segment)), dtype=object))
    return shapely.STRtree(lines), segment


def checked_points(points: NDArray[np.float64], crs: str | None, network: RoadNetwork) -> NDArray[np.float64]:
    """Return points as (n, 2) metres in the network's system.

    Raises
    ------
    InputError
        If they are not pairs of numbers, or the coordinate system cannot be read.
    """
    xy = np.asarray(points, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise InputError(f"Points have shape {xy.shape}; they need two columns, x and y.")
    if crs is not None:
        try:
            move = Transformer.from_crs(crs, network.crs, always_xy=True)
        except CRSError as error:
            raise InputError(f"{crs!r} is not a coordinate system that can be read: {error}.") from error
        xy = np.column_stack(move.transform(xy[:, 0], xy[:, 1]))
    bad = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if len(bad):
        raise InputError(
            f"{len(bad)} points have no usable coordinates, the first in row {bad[0]}: {points[bad[0]]}."
        )
    return np.asarray(xy, dtype=np.float64)


def snap(
    network: RoadNetwork,
    points: NDArray[np.float64],
    *,
    driver: str | Driver = "basic",
    crs: str | None = None,
    limit_m: float = float("inf"),
) -> Positions:
    """Put points on the nearest street that the driver class may use and can leave again.

    Parameters
    ----------
    network
        The road network.
    points
        Shape (n, 2): x, y in the network's metres, or in ``crs`` (longitude first).
    driver
        Whose streets count.
    crs
        System of ``points``, such as ``EPSG:4326``; the network's own if None.
    limit_m
        A point farther from every street is an error.

    Raises
    ------
    InputError
        If points cannot be read or are too far away, or the driver class has no street here.
    """
    xy = checked_points(points, crs, network)
    chosen = driver_named(driver)
    tree, segment_of = _tree(network, chosen.mode_index)
    if not len(segment_of):
        raise InputError(
            f"This road network has no street for driver class {chosen.name!r}; it was read without them."
        )
    hit = (
        tree.query_nearest(shapely.points(xy), all_matches=False) if len(xy) else np.zeros((2, 0), dtype=int)
    )
    segment = segment_of[hit[1]]
    ends = _ends(network, segment)
    way = ends[:, 1] - ends[:, 0]
    square = (way**2).sum(axis=1)
    dot = ((xy - ends[:, 0]) * way).sum(axis=1)
    share = np.clip(np.divide(dot, square, out=np.zeros_like(dot), where=square > 0), 0.0, 1.0)
    access_m = np.hypot(*(ends[:, 0] + share[:, None] * way - xy).T)
    far = np.flatnonzero(access_m > limit_m)
    if len(far):
        raise InputError(
            f"{len(far)} points lie farther than {limit_m:g} m from every street, the first in row {far[0]}: "
            f"{access_m[far[0]]:.0f} m. Check their coordinate system, or read a larger road file."
        )
    member = network.member_of_segment[segment]
    along = np.where(network.member_flipped[member], 1.0 - share, share)
    return Positions(member, along, access_m)
