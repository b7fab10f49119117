"""The land: an outline, a river, a motorway, towns, and areas that tile it exactly.

River and motorway are drawn first and area borders follow them, as they do in life. Each piece of land
between them is cut into Voronoi cells of seeds that lie dense in towns; all lines are then noded together on
a centimetre grid, so that neighbours share every vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Shape = Literal["county", "coastal"]

GRID_M = 0.01
ORIGIN_M = (700_000.0, 3_900_000.0)
_MEAN_AREA_M2 = 1.9e6
_CANDIDATES_PER_AREA = 60
_LLOYD_ROUNDS = 4
_CROWDING = 0.75


@dataclass(frozen=True)
class Land:
    """Shapes in metres. ``density`` is relative (people per area of land), ``piece`` tells the banks apart."""

    outline: shapely.Geometry
    river: shapely.Geometry
    motorway: shapely.Geometry
    towns_m: NDArray[np.float64]
    town_weights: NDArray[np.float64]
    shapes: NDArray[np.object_]
    centres_m: NDArray[np.float64]
    piece: NDArray[np.int64]
    density: NDArray[np.float64]


def make_land(rng: np.random.Generator, n_areas: int, shape: Shape) -> Land:
    """Return land of about 1.9 km2 an area, cut into exactly ``n_areas`` polygons."""
    size_m = float(np.sqrt(n_areas * _MEAN_AREA_M2))
    outline, river, motorway = _lines(rng, size_m, shape)
    towns, weights, spread = _towns(rng, outline, size_m, n_areas)
    bank = shapely.union_all([shapely.boundary(outline), river, motorway], grid_size=GRID_M)
    pieces = np.array(
        [
            p
            for p in shapely.get_parts(shapely.polygonize([bank]))
            if shapely.contains(outline, shapely.point_on_surface(p))
        ]
    )
    seeds, piece = _seeds(rng, pieces, n_areas, towns, weights, spread)
    shapes = _cells(pieces, seeds, piece)
    inside = shapely.point_on_surface(shapes)
    centres = np.round(np.column_stack([shapely.get_x(inside), shapely.get_y(inside)]) / GRID_M) * GRID_M
    return Land(
        outline,
        shapely.intersection(river, outline),
        shapely.intersection(motorway, outline),
        towns,
        weights,
        shapes,
        centres,
        piece,
        _density(centres, towns, weights, spread),
    )


def _lines(
    rng: np.random.Generator, size_m: float, shape: Shape
) -> tuple[shapely.Geometry, shapely.Geometry, shapely.Geometry]:
    """Return outline, river and motorway. Neither winds so much that they could meet twice."""
    unit = _coast(rng) if shape == "coastal" else _inland(rng)
    outline = shapely.Polygon(unit)
    unit *= size_m / np.sqrt(outline.area)
    outline = shapely.Polygon(_snap(unit - unit.min(axis=0) + np.array(ORIGIN_M)))
    low, high = np.array(outline.bounds[:2]), np.array(outline.bounds[2:])
    coastal = shape == "coastal"
    river = _crossing_line(rng, low, high, bends=5, swing=0.025, flat=not coastal)
    motorway = _crossing_line(
        rng, low, high, bends=2, swing=0.03, flat=coastal, shift=0.22 if coastal else 0.0
    )
    return outline, river, motorway


def _crossing_line(
    rng: np.random.Generator,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    *,
    bends: int,
    swing: float,
    flat: bool,
    shift: float = 0.0,
) -> shapely.Geometry:
    """Return a winding line across the box, from west to east (flat) or south to north."""
    t = np.linspace(-0.05, 1.05, 221)
    waves = np.arange(1, bends + 1)
    phase = rng.uniform(0, 2 * np.pi, bends)
    offset = (swing / waves * np.sin(2 * np.pi * np.outer(t, waves) + phase)).sum(axis=1)
    aside = rng.uniform(0.42, 0.58) + shift + offset
    span = high - low
    points = np.column_stack([t, aside] if flat else [aside, t])
    return shapely.LineString(_snap(low + points * span))


def _inland(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a rounded, slightly ragged outline."""
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = (np.abs(np.cos(angle)) ** 3 + np.abs(np.sin(angle)) ** 3) ** (-1 / 3)
    waves = np.arange(2, 9)
    ragged = (0.12 / waves * rng.normal(size=7) * np.cos(np.outer(angle, waves) + rng.uniform(0, 6, 7))).sum(
        axis=1
    )
    points: NDArray[np.float64] = (
        np.column_stack([1.15 * np.cos(angle), np.sin(angle)]) * (radius * (1 + ragged))[:, None]
    )
    return points


def _coast(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a long strip with a straight land border and a ragged coast with a bay."""
    x = np.linspace(0, 3, 200)
    waves = np.arange(1, 13)
    ragged = (0.16 / waves * rng.normal(size=12) * np.sin(np.outer(x, waves) + rng.uniform(0, 6, 12))).sum(
        axis=1
    )
    bay = 0.35 * np.exp(-(((x - rng.uniform(0.6, 2.4)) / 0.22) ** 2))
    coast = np.minimum(ragged + bay, 0.6)
    points: NDArray[np.float64] = np.vstack([np.column_stack([x, coast]), [[3.0, 1.1], [0.0, 1.0]]])
    return points


def _snap(points: NDArray[np.float64]) -> NDArray[np.float64]:
    snapped: NDArray[np.float64] = np.round(points / GRID_M) * GRID_M
    return snapped


def _towns(
    rng: np.random.Generator, outline: shapely.Geometry, size_m: float, n_areas: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places (k, 2), weights (k,) and spreads (k,) of one city near the middle and several towns."""
    count = 3 + round(n_areas / 120)
    core = shapely.buffer(outline, -0.08 * size_m)
    low, high = shapely.bounds(core).reshape(2, 2)
    middle = shapely.get_coordinates(shapely.centroid(outline))[0]
    towns = [middle + rng.uniform(-0.1, 0.1, 2) * size_m]
    for point in rng.uniform(low, high, (4000, 2)):
        apart = np.linalg.norm(np.array(towns) - point, axis=1).min()
        if len(towns) < count and apart > 0.22 * size_m and shapely.contains_xy(core, *point):
            towns.append(point)
    weights = np.concatenate([[1.0], rng.uniform(0.15, 0.5, len(towns) - 1)])
    spread = size_m * 0.11 * weights**0.5
    return np.array(towns), weights, spread


def _density(
    at: NDArray[np.float64],
    towns: NDArray[np.float64],
    weights: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the relative density of people at points (p, 2): towns over a thin countryside."""
    d2 = ((at[:, None, :] - towns[None]) ** 2).sum(axis=2)
    dens: NDArray[np.float64] = 0.03 + (weights**0.3 * np.exp(-d2 / (2 * spread**2))).sum(axis=1)
    return dens


def _seeds(
    rng: np.random.Generator,
    pieces: NDArray[np.object_],
    n_areas: int,
    towns: NDArray[np.float64],
    weights: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return cell seeds (n, 2), dense where people are, evened out by Lloyd's rounds, and their piece (n,)."""
    low, high = shapely.total_bounds(pieces).reshape(2, 2)
    cloud = rng.uniform(low, high, (n_areas * _CANDIDATES_PER_AREA * 2, 2))
    inside = shapely.point_on_surface(pieces)
    cloud = np.vstack([cloud, np.column_stack([shapely.get_x(inside), shapely.get_y(inside)])])
    home = np.full(len(cloud), -1)
    for k, polygon in enumerate(pieces):
        home[shapely.contains_xy(polygon, cloud)] = k
    mass = np.where(home >= 0, _density(cloud, towns, weights, spread) ** _CROWDING, 0.0)
    share = np.bincount(home[home >= 0], weights=mass[home >= 0], minlength=len(pieces))
    counts = apportion(share, n_areas)
    seeds = []
    for k in range(len(pieces)):
        mine = home == k
        points, heavy = cloud[mine], mass[mine]
        chosen = points[rng.choice(len(points), counts[k], replace=False, p=heavy / heavy.sum())]
        for _ in range(_LLOYD_ROUNDS):
            _, near = cKDTree(chosen).query(points)
            total = np.bincount(near, weights=heavy, minlength=counts[k])
            moved = np.column_stack(
                [np.bincount(near, weights=heavy * points[:, a], minlength=counts[k]) for a in (0, 1)]
            )
            chosen = np.where(total[:, None] > 0, moved / np.maximum(total, 1e-12)[:, None], chosen)
        seeds.append(chosen)
    return np.vstack(seeds), np.repeat(np.arange(len(pieces)), counts)


def apportion(share: NDArray[Any], total: int, most: NDArray[Any] | None = None) -> NDArray[np.int64]:
    """Split ``total`` whole things by ``share`` (largest remainders), at least one each and at most ``most``."""
    ideal = share / share.sum() * total
    limit = np.full(len(share), total) if most is None else most
    counts = np.minimum(np.maximum(1, np.floor(ideal)), limit).astype(np.int64)
    while counts.sum() < total:
        counts[np.argmax(np.where(counts < limit, ideal - counts, -np.inf))] += 1
    while counts.sum() > total:
        counts[np.argmax(np.where(counts > 1, counts - ideal, -np.inf))] -= 1
    return np.asarray(counts, dtype=np.int64)


def _cells(
    pieces: NDArray[np.object_], seeds: NDArray[np.float64], piece: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Return one polygon a seed; together they tile the pieces, and neighbours share their vertices."""
    lines = [polygon.boundary for polygon in pieces]
    frame = shapely.box(*shapely.total_bounds(pieces)).buffer(1000.0)
    for k, polygon in enumerate(pieces):
        mine = seeds[piece == k]
        if len(mine) > 1:
            edges = shapely.voronoi_polygons(shapely.MultiPoint(mine), extend_to=frame, only_edges=True)
            lines.append(shapely.intersection(edges, polygon))
    noded = shapely.union_all(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(faces)
    owner = np.full(len(faces), -1)
    for k, polygon in enumerate(pieces):
        mine = np.flatnonzero(shapely.contains(polygon, inside))
        _, near = cKDTree(seeds[piece == k]).query(
            np.column_stack([shapely.get_x(inside[mine]), shapely.get_y(inside[mine])])
        )
        owner[mine] = np.flatnonzero(piece == k)[near]
    faces, owner = faces[owner >= 0], owner[owner >= 0]
    return _one_part_each(faces, owner, len(seeds), piece)


def _one_part_each(
    faces: NDArray[np.object_], owner: NDArray[np.int64], n_areas: int, piece: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Give each area its largest face; a stray face joins the area of its piece with the longest common border."""
    area = shapely.area(faces)
    order = np.lexsort((-area, owner))
    areas, first = np.unique(owner[order], return_index=True)
    if len(areas) != n_areas:
        raise RuntimeError(
            "A cell of the made-up county vanished; another seed will do."
        )  # not seen in 400 tries
    main = order[first]
    shapes = faces[main].copy()
    for stray in np.setdiff1d(np.arange(len(faces)), main):
        common = shapely.length(shapely.intersection(shapely.boundary(shapes), faces[stray].boundary))
        common[piece != piece[owner[stray]]] = 0.0
        home = int(np.argmax(common))
        shapes[home] = shapely.union(shapes[home], faces[stray])
    return shapely.normalize(shapes)
