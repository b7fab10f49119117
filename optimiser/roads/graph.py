"""The full street graph: every shape point a node, every piece between two of them a segment.

Readers make it, :mod:`optimiser.roads.network` shrinks it to junctions, and tests route on it to check that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from optimiser.errors import InputError
from optimiser.roads.access import MODES, mode_bits, open_backward, open_forward
from optimiser.units import percent_text

LON_LAT = "EPSG:4326"
_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True, eq=False)
class StreetGraph:
    """Nodes and segments as arrays.

    Parameters
    ----------
    crs
        Projected system of ``x_m``, ``y_m``, in metres, as text that pyproj reads.
    x_m, y_m
        Node coordinates, shape (n_nodes,).
    segment_from, segment_to
        Nodes of each segment, shape (n_segments,).
    length_m
        Geodesic length on WGS84, shape (n_segments,).
    road_class
        Index into :data:`optimiser.roads.classes.ROAD_CLASSES`.
    limit_m_per_s
        Speed limit, stated or by default; above 0.
    openness
        Who may use it and in which direction (:mod:`optimiser.roads.access`).
    name
        Index into ``names``, -1 where the street has none.
    is_end
        Nodes where a drawn line ends, shape (n_nodes,).
    names
        Street names, each once.
    assumptions
        What was assumed or left out, with counts, in words.
    counts
        The same as numbers.
    """

    crs: str
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    segment_from: NDArray[np.int32]
    segment_to: NDArray[np.int32]
    length_m: NDArray[np.float64]
    road_class: NDArray[np.uint8]
    limit_m_per_s: NDArray[np.float64]
    openness: NDArray[np.uint8]
    name: NDArray[np.int32]
    is_end: NDArray[np.bool_]
    names: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.x_m)

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return len(self.length_m)


def utm_crs(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> str:
    """Return the UTM zone of the middle of the points (by extent) as an EPSG code."""
    middle_lon = float((lon.min() + lon.max()) / 2)
    middle_lat = float((lat.min() + lat.max()) / 2)
    zone = int((middle_lon + 180.0) // 6.0) % 60 + 1
    return f"EPSG:{(32700 if middle_lat < 0 else 32600) + zone}"


def projected_metres(crs: str) -> str:
    """Return ``crs`` if it is a projected system in metres.

    Raises
    ------
    InputError
        If it is not, or is no system at all.
    """
    try:
        parsed = CRS.from_user_input(crs)
    except Exception as error:
        raise InputError(f"{crs!r} is not a coordinate system that can be read: {error}.") from error
    factors = {axis.unit_conversion_factor for axis in parsed.axis_info[:2]}
    if not parsed.is_projected or factors != {1.0}:
        raise InputError(
            f"{crs!r} ({parsed.name}) is not projected in metres; name one that is, or leave it out."
        )
    return crs


def project(
    lon: NDArray[np.float64], lat: NDArray[np.float64], crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude (WGS84 degrees) to metres in ``crs``."""
    x, y = Transformer.from_crs(LON_LAT, crs, always_xy=True).transform(lon, lat)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def geodesic_m(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
) -> NDArray[np.float64]:
    """Return the length of each segment in metres on the WGS84 ellipsoid."""
    _, _, length = _WGS84.inv(lon[start], lat[start], lon[end], lat[end])
    return np.asarray(length, dtype=np.float64)


def core(graph: StreetGraph, mode: int) -> NDArray[np.bool_]:
    """Nodes of the largest set in which the mode can drive from every node to every other, (n_nodes,)."""
    ahead, back = open_forward(graph.openness, mode), open_backward(graph.openness, mode)
    tail = np.concatenate([graph.segment_from[ahead], graph.segment_to[back]])
    head = np.concatenate([graph.segment_to[ahead], graph.segment_from[back]])
    if not len(tail):
        return np.zeros(graph.n_nodes, dtype=bool)
    arcs = coo_matrix((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(graph.n_nodes, graph.n_nodes))
    _, label = connected_components(arcs, directed=True, connection="strong")
    sizes = np.bincount(label, minlength=1)
    return np.asarray(label == sizes.argmax())


def n_pieces(graph: StreetGraph) -> int:
    """Return the number of connected pieces, directions ignored."""
    ones = np.ones(graph.n_segments, dtype=np.int8)
    links = coo_matrix((ones, (graph.segment_from, graph.segment_to)), shape=(graph.n_nodes, graph.n_nodes))
    return int(connected_components(links, directed=False)[0])


def select(graph: StreetGraph, segments: NDArray[np.bool_]) -> StreetGraph:
    """Keep these segments and the nodes they use."""
    used = np.zeros(graph.n_nodes, dtype=bool)
    used[graph.segment_from[segments]] = True
    used[graph.segment_to[segments]] = True
    number = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return replace(
        graph,
        x_m=graph.x_m[used],
        y_m=graph.y_m[used],
        is_end=graph.is_end[used],
        segment_from=number[graph.segment_from[segments]].astype(np.int32),
        segment_to=number[graph.segment_to[segments]].astype(np.int32),
        length_m=graph.length_m[segments],
        road_class=graph.road_class[segments],
        limit_m_per_s=graph.limit_m_per_s[segments],
        openness=graph.openness[segments],
        name=graph.name[segments],
    )


def largest(graph: StreetGraph, modes: tuple[str, ...]) -> StreetGraph:
    """Keep what at least one of the modes can reach from, and leave to, the bulk of the network.

    Segments open to none of ``modes`` go first; then, for each mode, all but its largest strongly connected
    set of nodes; a segment stays if one mode keeps both its ends. What was dropped is added to
    ``assumptions`` and ``counts``.

    Raises
    ------
    InputError
        If nothing is left.
    """
    wanted = mode_bits(modes)
    before = select(graph, (graph.openness & wanted) != 0)
    if before.n_segments == 0:
        raise InputError(f"There is no road that {' or '.join(modes)} may use in this file.")
    keep = np.zeros(before.n_segments, dtype=bool)
    for mode in (MODES.index(m) for m in modes):
        inside = core(before, mode)
        usable = open_forward(before.openness, mode) | open_backward(before.openness, mode)
        keep |= usable & inside[before.segment_from] & inside[before.segment_to]
    if not keep.any():
        raise InputError(
            "No two places of this road network can be reached from each other; check its one-way streets."
        )
    after = select(before, keep)
    counts = {
        "pieces": n_pieces(before),
        "nodes_before": before.n_nodes,
        "nodes_kept": after.n_nodes,
        "ends_before": int(before.is_end.sum()),
        "ends_kept": int(after.is_end.sum()),
        "segments_dropped": before.n_segments - after.n_segments,
    }
    note = (
        f"Of {before.n_nodes} street points in {counts['pieces']} unconnected pieces, {after.n_nodes} "
        f"({percent_text(after.n_nodes / before.n_nodes)}) lie in the largest part where every point can be "
        f"reached from every other; the rest was dropped ({counts['segments_dropped']} street segments)."
    )
    return replace(after, assumptions=(*graph.assumptions, note), counts={**graph.counts, **counts})
