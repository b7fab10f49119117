"""Street lines (GeoPackage, shapefile, GeoJSON, GeoParquet, once read) to a road network.

Lines meet where their ends lie within a tolerance of each other; lines that cross without
an end there do not (a bridge). A street drawn twice counts once, at the faster speed; parallel streets between
the same two ends both stay and the faster one serves. Whatever a file leaves out is assumed and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from optimiser.errors import InputError
from optimiser.roads.access import BOTH_WAYS_ALL_MODES
from optimiser.roads.classes import CLASS_INDEX
from optimiser.roads.graph import LON_LAT, StreetGraph, geodesic_m, largest, projected_metres, utm_crs
from optimiser.roads.line_attributes import directions, disabled, limits, road_classes, street_names
from optimiser.roads.network import RoadNetwork, build
from optimiser.roads.osm import DRIVE
from optimiser.units import METRES_PER_MILE, SECONDS_PER_HOUR, metres_per_s_from_mph

Floats = NDArray[np.float64]
DEFAULT_LIMIT_M_PER_S = metres_per_s_from_mph(30.0)


@dataclass(frozen=True)
class StreetColumns:
    """Which column of the street file says what; "" where the file does not say.

    Parameters
    ----------
    speed
        Speed limit, in ``speed_unit``; 0 and missing take the default.
    speed_unit
        ``mph`` or ``kmh``.
    minutes
        Driving minutes of the whole line: decides over ``speed`` where above 0.
    one_way
        Direction: yes/FT/1 along the line, -1/TF against it, no/B/0 both; anything else both, and counted.
    enabled
        0, no or false leaves a line out.
    name
        Street name.
    road_class
        Class of road, translated by ``classes``.
    classes
        Value of ``road_class`` to one of :data:`optimiser.roads.classes.ROAD_CLASSES`.
    """

    speed: str = ""
    speed_unit: str = "mph"
    minutes: str = ""
    one_way: str = ""
    enabled: str = ""
    name: str = ""
    road_class: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Lines:
    """Usable lines, one part each, in the network's metres; attributes per line; metres from vertex to vertex."""

    table: pd.DataFrame
    crs: str
    start: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    step_m: NDArray[np.float64]


def _checked_columns(frame: gpd.GeoDataFrame, columns: StreetColumns) -> None:
    wanted = {
        k: getattr(columns, k) for k in ("speed", "minutes", "one_way", "enabled", "name", "road_class")
    }
    lost = [f"{what} = {name!r}" for what, name in wanted.items() if name and name not in frame.columns]
    faults = (
        [f"no column for {', '.join(lost)}; the file has {', '.join(map(str, frame.columns))}"]
        if lost
        else []
    )
    if columns.speed_unit not in ("mph", "kmh"):
        faults.append(f"speed unit {columns.speed_unit!r} is neither mph nor kmh")
    unknown = sorted({c for c in columns.classes.values() if c not in CLASS_INDEX})
    if unknown:
        faults.append(
            f"no class of road is called {', '.join(unknown)}; the classes are {', '.join(CLASS_INDEX)}"
        )
    if faults:
        raise InputError(f"The street file cannot be used: {'; '.join(faults)}.")


def _usable(frame: gpd.GeoDataFrame, columns: StreetColumns, counts: Counter[str]) -> gpd.GeoDataFrame:
    """Lines only, one part a row, none without extent, none switched off."""
    if columns.enabled:
        off = disabled(frame[columns.enabled])
        counts["lines_disabled"] = int(off.sum())
        frame = frame[~off]
    frame = frame.assign(_part_of=np.arange(len(frame))).explode(index_parts=False)
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    whole = (shapely.get_type_id(shapes) == int(shapely.GeometryType.LINESTRING)) & ~shapely.is_empty(shapes)
    whole &= np.isfinite(shapely.length(shapes)) & (shapely.length(shapes) > 0)
    counts["not_lines"] = int((~whole).sum())
    counts["lines"] = int(whole.sum())
    if not whole.any():
        raise InputError("The street file holds no line that can be used.")
    return gpd.GeoDataFrame(
        frame[whole].drop(columns=frame.geometry.name), geometry=shapes[whole], crs=frame.crs
    )


def _steps_m(frame: gpd.GeoDataFrame, xy: Floats, lon: Floats, lat: Floats, *, planar: bool) -> Floats:
    """Metres from each vertex to the next."""
    if not planar:
        node = np.arange(len(xy), dtype=np.int32)
        return geodesic_m(lon, lat, node[:-1], node[1:])
    if not frame.crs.is_projected:
        raise InputError(
            f"Planar lengths need a projected coordinate system; the street file is in {frame.crs.name}."
        )
    to_m = float(frame.crs.axis_info[0].unit_conversion_factor)
    return np.asarray(np.hypot(*np.diff(xy, axis=0).T) * to_m, dtype=np.float64)


def _placed(frame: gpd.GeoDataFrame, crs: str | None, *, planar: bool) -> _Lines:
    shapes = frame.geometry.to_numpy()
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    lon, lat = Transformer.from_crs(frame.crs, LON_LAT, always_xy=True).transform(xy[:, 0], xy[:, 1])
    misplaced = InputError(
        f"Some streets do not lie where their coordinate system ({frame.crs.name}) is valid; name the right one."
    )
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise misplaced
    if np.abs(lon).max() > 180 or np.abs(lat).max() > 90:
        raise misplaced
    target = utm_crs(lon, lat) if crs is None else projected_metres(crs)
    x_m, y_m = Transformer.from_crs(frame.crs, target, always_xy=True).transform(xy[:, 0], xy[:, 1])
    if not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise misplaced
    start = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(shapes)))])
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    step_m = _steps_m(frame, xy, np.asarray(lon), np.asarray(lat), planar=planar)
    return _Lines(table, target, start, np.asarray(x_m), np.asarray(y_m), step_m)


def _noded(lines: _Lines, tolerance_m: float) -> NDArray[np.int32]:
    """Node of every vertex, shape (n_vertices,): line ends within the tolerance share one.

    Nearness, not rounding: two ends a hair apart never fall into different cells of a grid.
    """
    is_end = np.zeros(len(lines.x_m), dtype=bool)
    is_end[lines.start[:-1]] = True
    is_end[lines.start[1:] - 1] = True
    place, at = np.unique(np.column_stack([lines.x_m, lines.y_m])[is_end], axis=0, return_inverse=True)
    near = cKDTree(place).query_pairs(tolerance_m, output_type="ndarray")
    shape = (len(place), len(place))
    n_ends, shared = connected_components(
        coo_matrix((np.ones(len(near), np.int8), near.T), shape), directed=False
    )
    node = np.empty(len(is_end), dtype=np.int32)
    node[is_end] = shared[at.ravel()]
    node[~is_end] = n_ends + np.arange(int((~is_end).sum()))
    return node


def _drawn_once(
    ends: NDArray[np.int32], length_m: NDArray[np.float64], speed: NDArray[np.float64], byte: NDArray[np.uint8],
    tolerance_m: float, counts: Counter[str],
) -> NDArray[np.bool_]:  # fmt: skip
    """Which lines stay: of the same ends, length and directions only the fastest."""
    low, high = ends.min(axis=1), ends.max(axis=1)
    way = np.where(ends[:, 0] <= ends[:, 1], byte, byte.astype(np.int16) + 256)
    way = np.where(byte == BOTH_WAYS_ALL_MODES, 0, way)
    pairs = pd.DataFrame({"low": low, "high": high})
    counts["repeated"] = int(pairs[low != high].duplicated().sum())
    keys = pairs.assign(length=np.round(length_m / max(tolerance_m, 1.0)), way=way, slowness=-speed)
    order = keys.sort_values("slowness", kind="stable")
    keep = ~order.duplicated(["low", "high", "length", "way"]).sort_index().to_numpy()
    counts["drawn_twice"] = int((~keep).sum())
    return np.asarray(keep, dtype=bool)


def read_lines(
    frame: gpd.GeoDataFrame,
    columns: StreetColumns | None = None,
    *,
    crs: str | None = None,
    tolerance_m: float = 0.1,
    default_limit_m_per_s: float = DEFAULT_LIMIT_M_PER_S,
    planar: bool = False,
) -> StreetGraph:
    """Turn street lines into the full street graph.

    Parameters
    ----------
    frame
        Lines in any coordinate system.
    columns
        The column map; both directions at the default limit everywhere if None.
    crs
        Projected system in metres for coordinates; the UTM zone of the lines if None.
    tolerance_m
        Line ends no farther apart are one junction.
    default_limit_m_per_s
        Speed limit where a line states 0 or none; 30 mph by default.
    planar
        Measure lengths in the plane of the file's own projected system, as map desks do, instead of on the
        ellipsoid.

    Raises
    ------
    InputError
        If the frame states no coordinate system, a mapped column is missing, or no line can be used.
    """
    columns = columns or StreetColumns()
    if frame.crs is None:
        raise InputError(
            "The street file does not state its coordinate system; name it (for example EPSG:27700)."
        )
    if not (tolerance_m > 0 and default_limit_m_per_s > 0):
        raise InputError(
            f"Tolerance {tolerance_m} m and default limit {default_limit_m_per_s} m/s must be above 0."
        )
    _checked_columns(frame, columns)
    counts: Counter[str] = Counter()
    lines = _placed(_usable(frame, columns, counts), crs, planar=planar)
    node = _noded(lines, tolerance_m)
    first, last = lines.start[:-1], lines.start[1:] - 1
    line_of = np.repeat(np.arange(len(first)), np.diff(lines.start))
    inner = np.flatnonzero(line_of[1:] == line_of[:-1])
    piece_m = lines.step_m[inner]
    line_m = np.bincount(line_of[inner], weights=piece_m, minlength=len(first))
    whole_m = lines.table["_part_of"].map(pd.Series(line_m).groupby(lines.table["_part_of"]).sum()).to_numpy()
    speed = limits(lines.table, columns, whole_m, default_limit_m_per_s, counts)
    byte = directions(lines.table, columns, counts)
    ends = np.column_stack([node[first], node[last]])
    keep = _drawn_once(ends, np.asarray(line_m, dtype=np.float64), speed, byte, tolerance_m, counts)
    taken = keep[line_of[inner]] & (node[inner] != node[inner + 1])
    line = line_of[inner][taken]
    name, names = street_names(lines.table, columns)
    n_nodes = int(node.max()) + 1
    x_m, y_m, is_end = np.empty(n_nodes), np.empty(n_nodes), np.zeros(n_nodes, dtype=bool)
    x_m[node], y_m[node] = lines.x_m, lines.y_m
    is_end[ends] = True
    return StreetGraph(
        crs=lines.crs,
        x_m=x_m,
        y_m=y_m,
        segment_from=node[inner][taken],
        segment_to=node[inner + 1][taken],
        length_m=piece_m[taken],
        road_class=road_classes(lines.table, columns, counts)[line],
        limit_m_per_s=speed[line],
        openness=byte[line],
        name=name[line],
        is_end=is_end,
        names=names,
        assumptions=_assumptions(counts, columns, default_limit_m_per_s),
        counts={k: int(v) for k, v in sorted(counts.items())},
    )


def _assumptions(counts: Counter[str], columns: StreetColumns, default_m_per_s: float) -> tuple[str, ...]:
    mph = default_m_per_s * SECONDS_PER_HOUR / METRES_PER_MILE
    notes = [f"{counts['lines']} street lines; turn restrictions are not known and not applied."]
    if counts["limit_default"]:
        notes.append(
            f"{counts['limit_default']} lines state no usable speed limit: {mph:.0f} mph is assumed."
        )
    if not columns.one_way:
        notes.append(
            "The street file does not state one-way streets: every street is open in both directions."
        )
    elif counts["one_way_missing"] or counts["one_way_unknown"]:
        notes.append(
            f"{counts['one_way_missing']} lines state no direction and {counts['one_way_unknown']} one that is not "
            "understood: both directions are assumed."
        )
    if counts["repeated"]:
        notes.append(f"{counts['repeated']} lines join two points that another joins too: the faster serves.")
    for key, text in (
        ("drawn_twice", "lines are drawn twice and were left out once"),
        ("lines_disabled", "lines are marked as not in use and were left out"),
        ("not_lines", "features are no lines and were left out"),
        ("class_unknown", "lines have a class of road that is not translated: they count as unclassified"),
    ):
        if counts[key]:
            notes.append(f"{counts[key]} {text}.")
    return tuple(notes)


def from_lines(
    frame: gpd.GeoDataFrame,
    columns: StreetColumns | None = None,
    *,
    crs: str | None = None,
    tolerance_m: float = 0.1,
    default_limit_m_per_s: float = DEFAULT_LIMIT_M_PER_S,
    planar: bool = False,
    keep_ends: bool = False,
) -> RoadNetwork:
    """Turn street lines into a road network: :func:`read_lines`, the largest connected part, contraction.

    Parameters
    ----------
    frame, columns, crs, tolerance_m, default_limit_m_per_s, planar
        As in :func:`read_lines`.
    keep_ends
        Keep every line end as a junction, also where only two lines meet.

    Raises
    ------
    InputError
        As :func:`read_lines`.
    """
    graph = read_lines(
        frame,
        columns,
        crs=crs,
        tolerance_m=tolerance_m,
        default_limit_m_per_s=default_limit_m_per_s,
        planar=planar,
    )
    kept = largest(graph, DRIVE)
    return build(kept, keep=kept.is_end if keep_ends else None)
