"""Hard boundaries: lines that cut links, polygons whose areas stay together.

A line cuts the link of two areas when either holds, with a strip of the tolerance on both sides of the line:

- *separated*: taken together and the strip taken out, the two areas' representative points lie in different
  pieces. This covers a line along the shared border, beside it, or through one of the areas, and does not
  mind how often a winding line crosses. A dry border wider than the strip keeps the link.
- *along*: at least ``ALONG_FRAC`` of the shared border lies in the strip.

A link whose border runs in part along a line and is kept is noted with the share, as is an area that a line
runs through.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser.data.borders import CONTACT_M, border_between
from optimiser.units import percent_text

ALONG_FRAC = 0.8
_NOTED_FRAC = 0.25
_CLOSING_M = 0.01


def cut_by_lines(
    ids: tuple[str, ...],
    shapes: NDArray[np.object_],
    edges: NDArray[np.int64],
    lines: NDArray[np.object_],
    *,
    tolerance_m: float,
) -> tuple[NDArray[np.bool_], list[str]]:
    """Return which links, shape (m,), the lines cut, and a note for each cut, near miss and crossed area."""
    width_m = max(tolerance_m, CONTACT_M)
    strip = shapely.union_all(shapely.buffer(lines, width_m, cap_style="flat"))
    shapely.prepare(strip)
    points = shapely.point_on_surface(shapes)
    cut = np.zeros(len(edges), dtype=bool)
    notes = _crossed_notes(ids, shapes, strip)
    near = np.flatnonzero(
        shapely.intersects(shapes[edges[:, 0]], strip) | shapely.intersects(shapes[edges[:, 1]], strip)
    )
    for e in near:
        i, j = edges[e]
        border = border_between(shapes[i], shapes[j], width_m)
        along_frac = shapely.length(shapely.intersection(border, strip)) / max(shapely.length(border), 1e-9)
        cut[e] = along_frac >= ALONG_FRAC or _separated(
            shapes[i], shapes[j], points[i], points[j], strip, width_m
        )
        if cut[e]:
            notes.append(f"link {ids[i]} - {ids[j]} cut by a hard boundary")
        elif along_frac >= _NOTED_FRAC:
            notes.append(
                f"link {ids[i]} - {ids[j]} kept: {percent_text(along_frac, 0)} of the border lies along a hard boundary"
            )
    return cut, notes


def groups_in_polygons(
    ids: tuple[str, ...], shapes: NDArray[np.object_], polygons: NDArray[np.object_]
) -> tuple[tuple[tuple[str, ...], ...], list[str]]:
    """Return the areas that stay together: those whose representative point lies in the same polygon.

    Polygons that share an area make one group. Groups of one are left out.
    """
    at, polygon = shapely.STRtree(polygons).query(shapely.point_on_surface(shapes), predicate="intersects")
    group = np.arange(len(polygons))
    for area in np.unique(at):
        mine = group[polygon[at == area]]
        group[np.isin(group, mine)] = mine.min()
    members: dict[int, set[int]] = {}
    for area, p in zip(at.tolist(), polygon.tolist(), strict=True):
        members.setdefault(int(group[p]), set()).add(area)
    groups = tuple(tuple(ids[k] for k in sorted(m)) for _, m in sorted(members.items()) if len(m) > 1)
    notes = [
        f"{len(g)} areas kept together by a hard polygon: {', '.join(g[:10])}{' ...' if len(g) > 10 else ''}"
        for g in groups
    ]
    return groups, notes


def _separated(
    a: shapely.Geometry,
    b: shapely.Geometry,
    point_a: shapely.Geometry,
    point_b: shapely.Geometry,
    strip: shapely.Geometry,
    width_m: float,
) -> bool:
    """Say whether the strip parts the two points within the union of the areas, gaps between them closed."""
    bridge = shapely.intersection(shapely.buffer(a, width_m), shapely.buffer(b, width_m))
    bridge = shapely.intersection(bridge, shapely.buffer(border_between(a, b, width_m), width_m + _CLOSING_M))
    pieces = shapely.get_parts(shapely.difference(shapely.union_all([a, b, bridge]), strip))
    if len(pieces) < 2:
        return False
    home_a, home_b = (int(np.argmin(shapely.distance(pieces, p))) for p in (point_a, point_b))
    return home_a != home_b


def _crossed_notes(ids: tuple[str, ...], shapes: NDArray[np.object_], strip: shapely.Geometry) -> list[str]:
    notes = []
    for k in np.flatnonzero(shapely.intersects(shapes, strip)):
        pieces = shapely.area(shapely.get_parts(shapely.difference(shapes[k], strip)))
        parts_before = shapely.get_num_geometries(shapes[k])
        if len(pieces) > parts_before:
            minor_frac = 1.0 - pieces.max() / pieces.sum()
            if minor_frac >= 0.05:
                notes.append(
                    f"area {ids[k]} lies on both sides of a hard boundary ({percent_text(minor_frac, 0)} on the "
                    "smaller side)"
                )
    return notes
