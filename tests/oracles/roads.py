"""Small road networks by hand and at random, and a tiny OpenStreetMap file, for the tests of the roads room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from optimiser.roads.access import BOTH_WAYS_ALL_MODES
from optimiser.roads.classes import CLASS_INDEX
from optimiser.roads.graph import StreetGraph

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ONE_WAY = 0x55  # every mode along the segment, none against it
NO_CAR = 0xFC  # all but the car
CRS = "EPSG:32630"


def graph(
    xy_m: Sequence[tuple[float, float]],
    segments: Sequence[tuple[int, int]],
    *,
    speed_m_per_s: float | Sequence[float] = 10.0,
    byte: int | Sequence[int] = BOTH_WAYS_ALL_MODES,
    length_m: Sequence[float] | None = None,
    road_class: str = "residential",
) -> StreetGraph:
    """Make a street graph; lengths are straight lines unless given."""
    xy = np.array(xy_m, dtype=float)
    ends = np.array(segments, dtype=np.int32)
    straight = np.hypot(*(xy[ends[:, 1]] - xy[ends[:, 0]]).T)
    n = len(ends)
    return StreetGraph(
        crs=CRS,
        x_m=xy[:, 0],
        y_m=xy[:, 1],
        segment_from=ends[:, 0].copy(),
        segment_to=ends[:, 1].copy(),
        length_m=straight if length_m is None else np.array(length_m, dtype=float),
        road_class=np.full(n, CLASS_INDEX[road_class], dtype=np.uint8),
        limit_m_per_s=np.broadcast_to(np.asarray(speed_m_per_s, dtype=float), n).copy(),
        openness=np.broadcast_to(np.asarray(byte, dtype=np.uint8), n).copy(),
        name=np.full(n, -1, dtype=np.int32),
        is_end=np.ones(len(xy), dtype=bool),
    )


def grid(side: int, seed: int, *, spacing_m: float = 100.0, one_way_frac: float = 0.2) -> StreetGraph:
    """Make a square grid of streets with three shape points a block, random limits and one-way streets."""
    rng = np.random.default_rng(seed)
    at = [(float(x) * spacing_m, float(y) * spacing_m) for y in range(side) for x in range(side)]
    segments: list[tuple[int, int]] = []
    speed: list[float] = []
    byte: list[int] = []
    for corner in range(side * side):
        for step, inside in ((1, corner % side < side - 1), (side, corner // side < side - 1)):
            if not inside:
                continue
            ends = (corner, corner + step)
            stops = [ends[0], *range(len(at), len(at) + 3), ends[1]]
            start, stop = np.array(at[ends[0]]), np.array(at[ends[1]])
            at.extend((float(x), float(y)) for x, y in (start + (stop - start) * k / 4 for k in (1, 2, 3)))
            segments.extend(pairwise(stops))
            speed.extend(rng.choice([8.9, 13.4, 17.9], size=4))
            byte.extend([ONE_WAY if rng.random() < one_way_frac else BOTH_WAYS_ALL_MODES] * 4)
    return graph(at, segments, speed_m_per_s=speed, byte=byte)


def tangle(seed: int, n_nodes: int = 40, n_segments: int = 70) -> StreetGraph:
    """Make a random graph with parallel segments, loops, dead ends, closures and every class of road."""
    rng = np.random.default_rng(seed)
    xy = [(float(x), float(y)) for x, y in rng.uniform(0, 1000, (n_nodes, 2))]
    pairs = rng.integers(0, n_nodes, (n_segments, 2))
    chain = np.column_stack([np.arange(n_nodes - 1), np.arange(1, n_nodes)])  # long chains of shape points
    segments = [(int(a), int(b)) for a, b in np.concatenate([chain, pairs]) if a != b]
    n = len(segments)
    made = graph(
        xy,
        segments,
        speed_m_per_s=[float(v) for v in rng.uniform(2, 30, n)],
        byte=[int(b) for b in rng.choice([0xFF, 0xFF, 0xFF, 0x55, 0xAA, NO_CAR, 0xF3, 0x5F], n)],
        length_m=[float(v) for v in rng.uniform(0, 500, n)],
    )
    made.road_class[:] = rng.integers(0, len(CLASS_INDEX), n)
    return made


def write_osm(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Sequence[tuple[Sequence[int], Mapping[str, str]]],
    restrictions: int = 0,
) -> Path:
    """Write nodes (id to longitude, latitude) and ways (node ids, tags) as a pbf file."""
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in nodes.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place, version=1))
        for number, (refs, tags) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=list(refs), tags=dict(tags), version=1))
        for number in range(1, restrictions + 1):
            tags = {"type": "restriction", "restriction": "no_left_turn"}
            writer.add_relation(
                osmium.osm.mutable.Relation(id=number, members=[("w", 1, "from")], tags=tags, version=1)
            )
    return path


def seconds_at(length_m: float, kmh: float) -> float:
    """Seconds for a length at a speed in km/h, by the plain formula."""
    return length_m / (kmh * 1000.0 / 3600.0)


def finite_gap(ours: NDArray[np.floating], theirs: NDArray[np.floating]) -> float:
    """Largest difference where both are finite; infinite where one alone is."""
    both = np.isfinite(ours) & np.isfinite(theirs)
    if (np.isfinite(ours) != np.isfinite(theirs)).any():
        return float("inf")
    return float(np.abs(ours[both] - theirs[both]).max(initial=0.0))
