"""OpenStreetMap extracts (``.osm.pbf``) to the full street graph.

A way is used where :func:`optimiser.roads.access.openness` opens it to one of the wanted modes. Lengths are
geodesic; the extract is clipped by its roads, not by its nodes (relations drag far nodes along). Speed limits
by direction, lane or hour, turn restrictions, gates and bollards are not read. Data (c) OpenStreetMap
contributors, ODbL: whoever shows it owes the credit.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.roads.access import mode_bits, openness
from optimiser.roads.classes import CLASS_INDEX, OSM_CLASS, limits_m_per_s
from optimiser.roads.graph import StreetGraph, geodesic_m, largest, project, projected_metres, select, utm_crs
from optimiser.roads.limits import parse_limit
from optimiser.roads.network import RoadNetwork, build

DRIVE: tuple[str, ...] = ("car", "emergency")
MOST_BYTES = 2 * 1024**3
_LIMIT_KEYS = ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed")


@dataclass
class _Ways:
    """What is collected while the file streams by; one entry a way, and one a node reference."""

    refs: Any = field(default_factory=lambda: array("q"))
    lon: Any = field(default_factory=lambda: array("d"))
    lat: Any = field(default_factory=lambda: array("d"))
    starts: Any = field(default_factory=lambda: array("q", [0]))
    road_class: list[int] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    byte: list[int] = field(default_factory=list)
    name: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    limits_read: dict[tuple[str | None, str], tuple[float, str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, way: Any, tags: Mapping[str, str], byte: int) -> None:
        kept = 0
        for node in way.nodes:
            place = node.location
            if not place.valid():
                self.counts["nodes_missing"] += 1
                continue
            self.refs.append(node.ref)
            self.lon.append(place.lon)
            self.lat.append(place.lat)
            kept += 1
        if kept == 0:
            return
        self.starts.append(self.starts[-1] + kept)
        road_class = OSM_CLASS[tags["highway"]]
        self.road_class.append(CLASS_INDEX[road_class])
        self.limit.append(self._limit(tags, road_class))
        self.byte.append(byte)
        text = tags.get("name") or tags.get("ref") or ""
        self.name.append(self.names.setdefault(text, len(self.names)) if text else -1)

    def _limit(self, tags: Mapping[str, str], road_class: str) -> float:
        verdict = "missing"
        for key in _LIMIT_KEYS:
            text = tags.get(key)
            if (text, road_class) not in self.limits_read:
                self.limits_read[text, road_class] = parse_limit(text, road_class)
            value, found = self.limits_read[text, road_class]
            if found == "stated":
                self.counts["limit_stated"] += 1
                return value
            if key == "maxspeed":
                verdict = found
        self.counts[f"limit_{verdict}"] += 1
        return float("nan")


def _checked(path: Path) -> Path:
    """Refuse what is no ordinary pbf file: osmium would fetch an address, and guess another format."""
    full = Path(path).resolve()
    if not full.is_file():
        raise InputError(f"{path} is not a file.")
    size = full.stat().st_size
    if size > MOST_BYTES:
        raise InputError(
            f"{path} has {size:,} bytes; the most that is read is {MOST_BYTES:,}. Cut out the area you need."
        )
    with full.open("rb") as stream:
        head = stream.read(64)
    if b"OSMHeader" not in head:
        raise InputError(
            f"{path} does not begin as an OpenStreetMap pbf file does; download it again as .osm.pbf."
        )
    return full


def _stream(path: Path, wanted: int) -> _Ways:
    ways = _Ways()
    source = osmium.io.File(str(path), "pbf")
    entities = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
    reader = osmium.FileProcessor(source, entities).with_locations()
    reader = reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY | osmium.osm.RELATION))
    reader = reader.with_filter(osmium.filter.KeyFilter("highway", "restriction"))
    for item in reader:
        tags = {tag.k: tag.v for tag in item.tags}
        if item.is_relation():
            ways.counts["turn_restrictions"] += tags.get("type") == "restriction"
            continue
        if "highway" not in tags:
            continue
        ways.counts["highway_ways"] += 1
        byte = openness(tags)
        if byte & wanted:
            ways.counts["ways_used"] += 1
            ways.add(item, tags, byte)
    return ways


def _assumptions(counts: Counter[str], modes: tuple[str, ...]) -> tuple[str, ...]:
    notes = [
        f"{counts['ways_used']} of {counts['highway_ways']} highway ways may be used by {' or '.join(modes)}.",
        f"Speed limit: stated on {counts['limit_stated']} ways; {counts['limit_missing']} state none and "
        f"{counts['limit_junk']} state one that cannot be read: these take the default of their class of road.",
    ]
    if counts["turn_restrictions"]:
        notes.append(f"{counts['turn_restrictions']} turn restrictions in the file are not applied.")
    if counts["nodes_missing"]:
        notes.append(f"{counts['nodes_missing']} way points have no position in the file and were skipped.")
    return tuple(notes)


def _graph(ways: _Ways, modes: tuple[str, ...], crs: str | None, limits: NDArray[np.float64]) -> StreetGraph:
    refs = np.frombuffer(ways.refs, dtype=np.int64)
    _, first, node = np.unique(refs, return_index=True, return_inverse=True)
    lon = np.frombuffer(ways.lon, dtype=np.float64)[first]
    lat = np.frombuffer(ways.lat, dtype=np.float64)[first]
    starts = np.frombuffer(ways.starts, dtype=np.int64)
    way_of = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    node = node.astype(np.int32)
    inner = (way_of[1:] == way_of[:-1]) & (node[1:] != node[:-1])
    start, end, way = node[:-1][inner], node[1:][inner], way_of[1:][inner]
    road_class = np.array(ways.road_class, dtype=np.uint8)[way]
    stated = np.array(ways.limit, dtype=np.float64)[way]
    target = utm_crs(lon, lat) if crs is None else projected_metres(crs)
    x_m, y_m = project(lon, lat, target)
    is_end = np.zeros(len(lon), dtype=bool)
    is_end[node[starts[:-1]]] = True
    is_end[node[starts[1:] - 1]] = True
    return StreetGraph(
        crs=target,
        x_m=x_m,
        y_m=y_m,
        segment_from=start,
        segment_to=end,
        length_m=geodesic_m(lon, lat, start, end),
        road_class=road_class,
        limit_m_per_s=np.where(np.isnan(stated), limits[road_class], stated),
        openness=np.array(ways.byte, dtype=np.uint8)[way],
        name=np.array(ways.name, dtype=np.int32)[way],
        is_end=is_end,
        names=tuple(ways.names),
        assumptions=_assumptions(ways.counts, modes),
        counts={k: int(v) for k, v in sorted(ways.counts.items())},
    )


def _clip(graph: StreetGraph, bounds: tuple[float, float, float, float]) -> StreetGraph:
    west, south, east, north = bounds
    if not (west < east and south < north):
        raise InputError(f"Bounds {bounds} are empty; give west, south, east, north in degrees.")
    corners = project(np.array([west, east, west, east]), np.array([south, south, north, north]), graph.crs)
    inside = (graph.x_m >= corners[0].min()) & (graph.x_m <= corners[0].max())
    inside &= (graph.y_m >= corners[1].min()) & (graph.y_m <= corners[1].max())
    return select(graph, inside[graph.segment_from] | inside[graph.segment_to])


def read_osm(
    path: Path,
    *,
    modes: tuple[str, ...] = DRIVE,
    crs: str | None = None,
    bounds: tuple[float, float, float, float] | None = None,
    default_limit_kmh: Mapping[str, float] | None = None,
) -> StreetGraph:
    """Read an extract to the full street graph, every shape point a node.

    Parameters
    ----------
    path
        An ``.osm.pbf`` file.
    modes
        Whose roads to keep: any of ``car``, ``emergency``, ``bicycle``, ``foot``.
    crs
        Projected system in metres for coordinates; the UTM zone of the roads if None.
    bounds
        West, south, east, north in degrees: keep segments with an end inside the box that these corners
        span in ``crs``.
    default_limit_kmh
        Limits of road classes to use in place of :data:`optimiser.roads.classes.DEFAULT_LIMIT_KMH`.

    Raises
    ------
    InputError
        If the file is no such file, is damaged, or holds no usable road.
    """
    full = _checked(path)
    limits = limits_m_per_s(default_limit_kmh)
    try:
        ways = _stream(full, mode_bits(modes))
    except (RuntimeError, ValueError, KeyError) as error:
        raise InputError(
            f"{path} cannot be read as an OpenStreetMap pbf file: {error}. Download it again."
        ) from error
    if not ways.counts["ways_used"] or len(ways.starts) == 1:
        raise InputError(f"{path} holds no road that {' or '.join(modes)} may use.")
    graph = _graph(ways, modes, crs, limits)
    if bounds is not None:
        graph = _clip(graph, bounds)
    return graph


def from_osm(
    path: Path,
    *,
    modes: tuple[str, ...] = DRIVE,
    crs: str | None = None,
    bounds: tuple[float, float, float, float] | None = None,
    default_limit_kmh: Mapping[str, float] | None = None,
) -> RoadNetwork:
    """Read an extract to a road network: :func:`read_osm`, the largest connected part, contraction.

    Raises
    ------
    InputError
        As :func:`read_osm`.
    """
    graph = read_osm(path, modes=modes, crs=crs, bounds=bounds, default_limit_kmh=default_limit_kmh)
    return build(largest(graph, modes))
