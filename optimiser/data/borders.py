"""How many metres of border two areas share, though their borders may have been simplified apart.

1. *Contact*: the length of A's boundary that lies within ``CONTACT_M`` of B. In a clean coverage that is all.
2. *Gaps and overlaps*: the boundary of A that touches nobody is walked in short steps; each step counts for
   the nearest other area within the tolerance, so a sliver between two areas keeps them apart.
3. Both directions are averaged. What (2) finds is reduced by two tolerances: so much any corner brings.

So areas that meet in a point share nothing, whatever the tolerance.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

CONTACT_M = 0.05
_STEPS_PER_TOLERANCE = 2.0
_CAPS = 2.0
_OPEN_M = 1.0
MOST_STEPS = 2_000_000
"""Open borders of a continent are walked in longer steps."""


def shared_borders(
    shapes: NDArray[np.object_], *, tolerance_m: float, min_shared_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the links (m, 2) with i < j, sorted, and the shared metres (m,) of each, at least ``min_shared_m``."""
    n = len(shapes)
    borders = shapely.boundary(shapes)
    contact = _contact(shapes, borders)
    total = contact.copy()
    if tolerance_m > CONTACT_M:
        gaps = _gaps(shapes, borders, contact, tolerance_m)
        for key, length_m in gaps.items():
            total[key] = total.get(key, 0.0) + max(0.0, length_m - _CAPS * tolerance_m)
    keys = sorted(k for k, length_m in total.items() if length_m >= max(min_shared_m, 1e-6))
    edges = np.array([divmod(k, n) for k in keys], dtype=np.int64).reshape(-1, 2)
    return edges, np.array([total[k] for k in keys], dtype=np.float64)


def border_between(a: shapely.Geometry, b: shapely.Geometry, tolerance_m: float) -> shapely.Geometry:
    """Return the part of the boundary of ``a`` within the tolerance of ``b``, as lines."""
    return shapely.intersection(shapely.boundary(a), shapely.buffer(b, max(tolerance_m, CONTACT_M)))


def _contact(shapes: NDArray[np.object_], borders: NDArray[np.object_]) -> dict[int, float]:
    """Mean length in contact by pair key ``i * n + j``, i < j; a point of contact has none."""
    n = len(shapes)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=CONTACT_M)
    keep = first < second
    i, j = first[keep], second[keep]
    grown = shapely.buffer(shapes, CONTACT_M)
    there = shapely.length(shapely.intersection(borders[i], grown[j]))
    back = shapely.length(shapely.intersection(borders[j], grown[i]))
    length_m = np.minimum(there, back)
    touching = (
        length_m > 8 * CONTACT_M
    )  # the corner of two squares brings two contact lengths, a sharp one more
    metres = length_m[touching] - _CAPS * CONTACT_M
    return dict(zip((i * n + j)[touching].tolist(), metres.tolist(), strict=True))


def _gaps(
    shapes: NDArray[np.object_], borders: NDArray[np.object_], contact: dict[int, float], tolerance_m: float
) -> dict[int, float]:
    n = len(shapes)
    owner, points, weight_m = _walk(_free(shapes, borders, contact), tolerance_m / _STEPS_PER_TOLERANCE)
    at, other = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=tolerance_m)
    foreign = owner[at] != other
    at, other = at[foreign], other[foreign]
    order = np.lexsort((other, shapely.distance(points[at], shapes[other]), at))
    at, other = at[order], other[order]
    nearest = np.concatenate([[True], at[1:] != at[:-1]]) if len(at) else np.zeros(0, dtype=bool)
    a, b, length_m = owner[at[nearest]], other[nearest], weight_m[at[nearest]]
    keys, index = np.unique(np.minimum(a, b) * n + np.maximum(a, b), return_inverse=True)
    return dict(zip(keys.tolist(), (np.bincount(index, weights=length_m) / 2.0).tolist(), strict=True))


def _free(
    shapes: NDArray[np.object_], borders: NDArray[np.object_], contact: dict[int, float]
) -> NDArray[np.object_]:
    """Return the part of each boundary that is in contact with no other area; empty where hardly any is."""
    n = len(shapes)
    neighbours: list[list[int]] = [[] for _ in range(n)]
    open_m = shapely.length(borders)
    for key, length_m in contact.items():
        i, j = divmod(key, n)
        neighbours[i].append(j)
        neighbours[j].append(i)
        open_m[[i, j]] -= length_m + _CAPS * CONTACT_M
    free = np.full(n, shapely.LineString(), dtype=object)
    for k in np.flatnonzero(open_m >= _OPEN_M):
        touched = shapely.union_all(shapely.buffer(shapes[neighbours[k]], CONTACT_M))
        free[k] = shapely.difference(borders[k], touched)
    return free


def _walk(
    lines: NDArray[np.object_], step_m: float
) -> tuple[NDArray[np.int64], NDArray[np.object_], NDArray[np.float64]]:
    """Return owner, midpoint and length of each step along ``lines``."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    length_m = shapely.length(parts)
    step_m = max(step_m, float(length_m.sum()) / MOST_STEPS)
    steps = np.maximum(1, np.ceil(length_m / step_m)).astype(np.int64)
    part = np.repeat(np.arange(len(parts)), steps)
    first = np.concatenate([[0], np.cumsum(steps)[:-1]]) if len(steps) else np.zeros(0, dtype=np.int64)
    rank = np.arange(len(part)) - first[part]
    weight_m = length_m[part] / steps[part]
    points = shapely.line_interpolate_point(parts[part], (rank + 0.5) * weight_m)
    return owner[part], points, weight_m
