"""Streets of the made-up county: along the area borders, across each area, a motorway, a few bridges.

A border between two areas is a street with a crossing in its middle; from there a street leads to the middle
of both areas. No street crosses river or motorway but at the crossings. Ends of lines meet exactly (to the
centimetre), so a reader that joins equal ends gets the junctions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from optimiser.data.synthetic import names
from optimiser.data.synthetic.land import GRID_M, Land

SPEEDS_MPH = {
    "motorway": 65,
    "motorway_link": 35,
    "primary": 45,
    "secondary": 35,
    "residential": 25,
    "unclassified": 45,
}
_SETBACK_M = 30.0
_LANE_M = 15.0
_ONE_WAY_SHARE = 0.3


@dataclass(frozen=True)
class Crossing:
    """Where a street passes the river or the motorway, from one area to another (positions)."""

    area_a: int
    area_b: int
    over: str
    name: str
    at_m: tuple[float, float]


@dataclass
class Streets:
    """Street lines, row by row.

    ``area`` is where a street is counted (-1: the motorway); ``across`` marks the streets inside one area, on
    which calls happen.
    """

    lines: list[shapely.Geometry] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    oneway: list[str] = field(default_factory=list)
    area: list[int] = field(default_factory=list)
    across: list[bool] = field(default_factory=list)

    def add(
        self,
        points: NDArray[np.float64],
        kind: str,
        name: str,
        area: int = -1,
        *,
        oneway: str = "",
        across: bool = False,
    ) -> None:
        """Add one street along ``points`` (k, 2)."""
        self.lines.append(shapely.LineString(np.round(points / GRID_M) * GRID_M))
        self.kind.append(kind)
        self.name.append(name)
        self.oneway.append(oneway)
        self.area.append(area)
        self.across.append(across)


def make_streets(rng: np.random.Generator, land: Land) -> tuple[Streets, list[Crossing]]:
    """Return the streets and the crossings of river and motorway."""
    borders, sides, over = _borders(land)
    crossings = _crossings(rng, land, borders, sides, over)
    streets = Streets()
    _local(rng, land, streets, borders, sides, over)
    for crossing in crossings:
        kind = "primary" if crossing.over == "river" else "secondary"
        way = np.array([land.centres_m[crossing.area_a], crossing.at_m, land.centres_m[crossing.area_b]])
        streets.add(way, kind, crossing.name, crossing.area_a)
    _motorway(land, streets, [c for c in crossings if c.over == "motorway"])
    _main_roads(land, streets)
    _one_ways(rng, land, streets)
    return streets, crossings


def _borders(land: Land) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.str_]]:
    """Return the border lines (m,), their two areas (m, 2; -1 for the outside), and what they follow (m,)."""
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(land.shapes))))
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    at, area = shapely.STRtree(land.shapes).query(middle, predicate="dwithin", distance=GRID_M / 2)
    order = np.lexsort((area, at))
    at, area = at[order], area[order]
    sides = np.full((len(lines), 2), -1, dtype=np.int64)
    slot = np.concatenate([[0], (at[1:] == at[:-1]).astype(np.int64)])
    sides[at, slot] = area
    follows = np.where(sides[:, 1] < 0, "outside", "")
    for what, line in (("river", land.river), ("motorway", land.motorway)):
        follows = np.where((shapely.distance(middle, line) < 1.0) & (follows == ""), what, follows)
    return lines, sides, follows


def _crossings(
    rng: np.random.Generator,
    land: Land,
    borders: NDArray[np.object_],
    sides: NDArray[np.int64],
    over: NDArray[np.str_],
) -> list[Crossing]:
    """Choose a few borders on river and motorway to cross: busy and well apart, one at least for each two banks."""
    chosen: list[Crossing] = []
    for what in ("river", "motorway"):
        on = np.flatnonzero((over == what) & (shapely.length(borders) > 60.0))
        busy = land.density[sides[on]].sum(axis=1) * rng.uniform(0.5, 1.5, len(on))
        middle = shapely.line_interpolate_point(borders[on], 0.5, normalized=True)
        places = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
        apart_m = np.sqrt(shapely.area(land.shapes).sum()) / (8.0 if what == "river" else 10.0)
        done: list[int] = []
        banks: set[tuple[int, ...]] = set()
        for k in np.argsort(-busy, kind="stable").tolist():
            pair = tuple(sorted(land.piece[sides[on[k]]].tolist()))
            near = any(np.linalg.norm(places[k] - places[d]) < apart_m for d in done)
            if not near or pair not in banks:
                done.append(k)
                banks.add(pair)
        label = "Bridge" if what == "river" else "Underpass"
        for k, title in zip(done, names.places(rng, len(done)), strict=True):
            a, b = (int(v) for v in sides[on[k]])
            chosen.append(
                Crossing(a, b, what, f"{title} {label}", (float(places[k, 0]), float(places[k, 1])))
            )
    return chosen


def _local(
    rng: np.random.Generator,
    land: Land,
    streets: Streets,
    borders: NDArray[np.object_],
    sides: NDArray[np.int64],
    over: NDArray[np.str_],
) -> None:
    """Add the streets along ordinary borders and from each border's middle into its two areas."""
    hard = shapely.union_all([land.river, land.motorway, shapely.boundary(land.outline)])
    hard = shapely.buffer(hard, _SETBACK_M)
    shapely.prepare(hard)
    rural = land.density < np.quantile(land.density, 0.3)
    titles = names.streets(rng, len(borders) + len(land.shapes))
    busy = rng.random(len(borders)) < 0.25
    for e in np.flatnonzero(over == ""):
        a, b = (int(v) for v in sides[e])
        line = borders[e]
        if shapely.intersects(hard, line):
            line = max(
                shapely.get_parts(shapely.difference(line, hard)),
                key=shapely.length,
                default=shapely.LineString(),
            )
        if line.length < 2 * _SETBACK_M:
            continue
        kind = "secondary" if busy[e] else "unclassified" if rural[a] and rural[b] else "residential"
        points = shapely.get_coordinates(line)
        middle = shapely.get_coordinates(shapely.line_interpolate_point(line, 0.5, normalized=True))[0]
        along = shapely.line_locate_point(line, shapely.points(points))
        half = line.length / 2.0
        streets.add(np.vstack([points[along < half - GRID_M], middle]), kind, titles[e], a)
        streets.add(np.vstack([middle, points[along > half + GRID_M]]), kind, titles[e], b)
        for area in (a, b):
            lane = "unclassified" if rural[area] else "residential"
            way = np.array([land.centres_m[area], middle])
            streets.add(way, lane, titles[len(borders) + area], area, across=True)


def _motorway(land: Land, streets: Streets, exits: list[Crossing]) -> None:
    """Add two one-way carriageways between the outermost exits, and a slip road from each exit to both areas."""
    line = max(shapely.get_parts(land.motorway), key=shapely.length)
    at_m = sorted({float(shapely.line_locate_point(line, shapely.Point(c.at_m))) for c in exits})
    if len(at_m) < 2:
        return
    stops = np.union1d(np.arange(at_m[0], at_m[-1], 400.0), at_m)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, stops))
    ahead = np.gradient(points, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1)[:, None]
    left = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * _LANE_M
    ends = np.searchsorted(stops, at_m)
    for lane, name in ((points - left, "Motorway 7 out"), (points + left, "Motorway 7 in")):
        for k, m in pairwise(ends):
            streets.add(lane[k : m + 1], "motorway", name, oneway="FT" if name.endswith("out") else "TF")
    for c in exits:
        k = int(ends[at_m.index(float(shapely.line_locate_point(line, shapely.Point(c.at_m))))])
        for area in (c.area_a, c.area_b):
            for lane in (points[k] - left[k], points[k] + left[k]):
                streets.add(np.array([land.centres_m[area], lane]), "motorway_link", "Motorway 7 slip", area)


def _main_roads(land: Land, streets: Streets) -> None:
    """Make the shortest ways between neighbouring towns main roads."""
    start, end, _ = street_ends(streets)
    length_m = shapely.length(np.array(streets.lines))
    count = int(max(start.max(), end.max())) + 1
    local = np.array([k in ("residential", "secondary", "unclassified", "primary") for k in streets.kind])
    weight = np.where(local, length_m, 1e7)
    graph = coo_array((weight, (start, end)), shape=(count, count)).tocsr()
    places = np.full((count, 2), np.inf)
    places[start[local]] = shapely.get_coordinates(shapely.get_point(np.array(streets.lines)[local], 0))
    towns = [int(np.argmin(((places - t) ** 2).sum(axis=1))) for t in land.towns_m]
    edge_of = {
        tuple(sorted((int(a), int(b)))): k
        for k, (a, b) in enumerate(zip(start, end, strict=True))
        if local[k]
    }
    _, before = dijkstra(graph, directed=False, indices=towns, return_predecessors=True)
    for t in range(1, len(towns)):
        to = min(range(t), key=lambda u: float(np.linalg.norm(land.towns_m[t] - land.towns_m[u])))
        node = towns[to]
        while before[t, node] >= 0:
            edge = edge_of.get(tuple(sorted((int(before[t, node]), int(node)))))
            if edge is not None:
                streets.kind[edge] = "primary"
                streets.name[edge] = f"Route {10 + t}"
            node = int(before[t, node])


def _one_ways(rng: np.random.Generator, land: Land, streets: Streets) -> None:
    """Make some streets of the city one-way, as long as every place can still be reached and left."""
    core = land.density > np.quantile(land.density, 0.85)
    kind, area = np.array(streets.kind), np.array(streets.area)
    able = (kind == "residential") & ~np.array(streets.across) & core[np.maximum(area, 0)]
    picked = able & (rng.random(len(kind)) < _ONE_WAY_SHARE)
    start, end, count = street_ends(streets)
    while picked.any():
        fixed = np.array(streets.oneway)
        out = picked | (fixed == "FT")
        back = fixed == "TF"
        tail = np.concatenate([start[~back], end[~out]])
        head = np.concatenate([end[~back], start[~out]])
        graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(count, count))
        _, label = connected_components(graph, connection="strong")
        main = np.bincount(label).argmax()
        stuck = picked & ((label[start] != main) | (label[end] != main))
        if not stuck.any():
            break
        picked &= ~stuck
    for k in np.flatnonzero(picked).tolist():
        streets.oneway[k] = "FT"


def street_ends(streets: Streets) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return first and last junction of each street, and the number of junctions: equal ends are one."""
    lines = np.array(streets.lines)
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    keys = np.round(ends / GRID_M).astype(np.int64)
    _, node = np.unique(keys, axis=0, return_inverse=True)
    node = node.reshape(2, -1)
    return node[0], node[1], int(node.max()) + 1
