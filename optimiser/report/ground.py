"""What every map stands on: axes in metres, areas, outlines, roads, points, scale bar and north."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser import units
from optimiser.report.colours import INK, QUIET, ROAD
from optimiser.report.extras import need
from optimiser.report.sheet import Sheet, font

if TYPE_CHECKING:
    from optimiser.roads.network import RoadNetwork

Shapes = NDArray[np.object_]
_NICE = (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
_MAIN = ("motorway", "trunk", "primary", "secondary", "motorway_link")
_HATCH_WIDTH = 0.5


@dataclass(frozen=True)
class RoadLines:
    """Roads to draw underneath, in the map's metres.

    Parameters
    ----------
    main, other
        Lines as arrays of shape (n_points, 2): main roads are drawn stronger.
    """

    main: tuple[NDArray[np.float64], ...]
    other: tuple[NDArray[np.float64], ...]


def lines_of_network(network: RoadNetwork) -> RoadLines:
    """Return the roads of a network, in the network's own metres, one line an edge."""
    from optimiser.roads.classes import (
        CLASS_INDEX,
    )  # its room loads a compiler: only where a network is given

    main_classes = {CLASS_INDEX[c] for c in _MAIN}
    main: list[NDArray[np.float64]] = []
    other: list[NDArray[np.float64]] = []
    first = network.member_segment[network.member_start[:-1]]
    for edge, road_class in enumerate(network.streets.road_class[first].tolist()):
        (main if road_class in main_classes else other).append(network.edge_line(edge))
    return RoadLines(tuple(main), tuple(other))


def map_axes(
    sheet: Sheet, box: tuple[float, float, float, float], bounds: Sequence[float] | NDArray[np.float64]
) -> Any:
    """Add map axes filling a box (left, bottom, width, height in inches) that show ``bounds`` at one scale."""
    left, bottom, width, height = box
    x0, y0, x1, y1 = (float(v) for v in bounds)
    pad = 0.02 * max(x1 - x0, y1 - y0, 1.0)
    x0, y0, x1, y1 = x0 - pad, y0 - pad, x1 + pad, y1 + pad
    metres_per_in = max((x1 - x0) / width, (y1 - y0) / height)
    mid_x, mid_y = (x0 + x1) / 2, (y0 + y1) / 2
    axes = sheet.axes(left, bottom, width, height)
    axes.set_xlim(mid_x - metres_per_in * width / 2, mid_x + metres_per_in * width / 2)
    axes.set_ylim(mid_y - metres_per_in * height / 2, mid_y + metres_per_in * height / 2)
    axes.set_axis_off()
    return axes


def fill(
    axes: Any,
    shapes: Shapes,
    face: str,
    *,
    hatch: str = "",
    hatch_colour: str = INK,
    edge: str = "white",
    line_width: float = 0.3,
    alpha: float = 1.0,
    zorder: float = 1.0,
) -> None:
    """Fill polygons, holes kept, with one colour and hatch."""
    paths = [p for p in map(_path, shapes) if p is not None]
    if not paths:
        return
    collection = need("matplotlib.collections").PathCollection(
        paths,
        facecolors=face,
        edgecolors=edge,
        linewidths=line_width,
        alpha=alpha,
        zorder=zorder,
        transform=axes.transData,
    )
    axes.add_collection(collection, autolim=False)
    if hatch:
        lines = need("matplotlib.collections").PathCollection(
            paths,
            facecolors="none",
            edgecolors=hatch_colour,
            linewidths=0.0,
            hatch=hatch,
            zorder=zorder + 0.1,
            transform=axes.transData,
        )
        thin_hatch(lines)
        axes.add_collection(lines, autolim=False)


def thin_hatch(artist: Any) -> None:
    """Draw an artist's hatch with fine lines, where this matplotlib can."""
    set_width = getattr(artist, "set_hatch_linewidth", None)
    if set_width is not None:
        set_width(_HATCH_WIDTH)


def _path(shape: Any) -> Any:
    """Return a compound path of a polygon's rings; None for what is no polygon."""
    path = need("matplotlib.path").Path
    rings = []
    for part in shapely.get_parts(shape):
        if shapely.get_type_id(part) == 3 and not shapely.is_empty(part):
            oriented = shapely.orient_polygons(part)
            rings += [oriented.exterior, *oriented.interiors]
    if not rings:
        return None
    return path.make_compound_path(*(path(shapely.get_coordinates(r), closed=True) for r in rings))


def outline(
    axes: Any, shapes: Shapes, colour: str, width: float, *, dashes: str = "-", zorder: float = 5.0
) -> None:
    """Draw the borders of polygons, or lines as they are."""
    parts = shapely.get_parts(shapely.boundary(shapes) if _is_areal(shapes) else shapes)
    draw_lines(axes, [shapely.get_coordinates(p) for p in parts], colour, width, dashes=dashes, zorder=zorder)


def _is_areal(shapes: Shapes) -> bool:
    return bool(np.isin(shapely.get_type_id(shapes), (3, 6)).any())


def draw_lines(
    axes: Any,
    lines: Sequence[NDArray[np.float64]],
    colour: str,
    width: float,
    *,
    dashes: str = "-",
    alpha: float = 1.0,
    zorder: float = 3.0,
) -> None:
    """Draw lines given as arrays of shape (n_points, 2)."""
    if not len(lines):
        return
    collection = need("matplotlib.collections").LineCollection(
        list(lines), colors=colour, linewidths=width, linestyles=dashes, alpha=alpha, zorder=zorder
    )
    if dashes == "-":
        collection.set_capstyle("round")
        collection.set_joinstyle("round")
    axes.add_collection(collection, autolim=False)


def roads(axes: Any, lines: RoadLines | None, scale: float) -> None:
    """Draw roads over the areas, thin, main roads stronger."""
    if lines is None:
        return
    draw_lines(axes, lines.other, ROAD, 0.25 * scale, alpha=0.45, zorder=2.0)
    draw_lines(axes, lines.main, ROAD, 0.9 * scale, alpha=0.7, zorder=2.1)


def dissolved(shapes: Shapes, label: Sequence[str], names: Sequence[str], gap_m: float = 5.0) -> Shapes:
    """Return one shape a name: its areas joined, gaps up to ``gap_m`` between them closed; empty where none."""
    given = np.asarray(label, dtype=object)
    joined = [shapely.union_all(shapely.make_valid(shapes[given == name])) for name in names]
    out = np.empty(len(joined), dtype=object)
    for k, shape in enumerate(joined):
        closed = shapely.buffer(shape, gap_m, join_style="mitre", mitre_limit=2.0)
        out[k] = shapely.buffer(closed, -gap_m, join_style="mitre", mitre_limit=2.0)
    return out


def touching(shapes: Shapes, gap_m: float = 10.0) -> NDArray[np.int64]:
    """Return pairs of shapes that meet or nearly meet on the map, shape (m, 2), whatever parts them."""
    there = np.flatnonzero(~shapely.is_empty(shapes))
    tree = shapely.STRtree(shapes[there])
    a, b = tree.query(shapes[there], predicate="dwithin", distance=gap_m)
    keep = a < b
    return np.column_stack([there[a[keep]], there[b[keep]]]).astype(np.int64)


def inner_circles(shapes: Shapes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return middle (n, 2) and radius (n,) of the largest circle inside each shape; radius 0 where it is empty."""
    middle, radius_m = np.zeros((len(shapes), 2)), np.zeros(len(shapes))
    for k, shape in enumerate(shapes):
        if shape is None or shapely.is_empty(shape):
            continue
        size = float(np.sqrt(shapely.area(shape)))
        circle = shapely.maximum_inscribed_circle(shape, tolerance=max(size / 50, 1e-6))
        middle[k] = shapely.get_coordinates(circle)[0]
        radius_m[k] = shapely.length(circle)
    return middle, radius_m


def scale_and_north(axes: Any, sheet: Sheet, box: tuple[float, float, float, float]) -> None:
    """Draw the scale bar at the lower left and the north arrow at the upper right of the map's box, in inches."""
    left, bottom, width, height = box
    scale_bar(axes, sheet, left + 0.1 * sheet.scale, bottom + 0.2 * sheet.scale)
    north(sheet, left + width - 0.2 * sheet.scale, bottom + height - 0.6 * sheet.scale)


def scale_bar(axes: Any, sheet: Sheet, x_in: float, y_in: float, most_in: float = 1.8) -> None:
    """Draw a scale bar in miles, its length in kilometres below, at a place of the sheet in inches."""
    low, high = axes.get_xlim()
    width_in = axes.get_position().width * sheet.width_in
    metres_per_in = (high - low) / width_in
    fits = [v for v in _NICE if v * units.METRES_PER_MILE / metres_per_in <= most_in * sheet.scale]
    miles = fits[-1] if fits else _NICE[0]
    length_in = miles * units.METRES_PER_MILE / metres_per_in
    height = 0.06 * sheet.scale
    rectangle = need("matplotlib.patches").Rectangle
    for part, face in ((0, INK), (1, "white")):
        sheet.figure.add_artist(
            rectangle(
                ((x_in + part * length_in / 2) / sheet.width_in, y_in / sheet.height_in),
                length_in / 2 / sheet.width_in,
                height / sheet.height_in,
                facecolor=face,
                edgecolor=INK,
                linewidth=0.7,
                transform=sheet.figure.transFigure,
            )
        )
    km = miles * units.METRES_PER_MILE / units.METRES_PER_KM
    above = y_in + height + 0.05 * sheet.scale
    sheet.text(x_in, above, "0", 7.5, ha="center")
    sheet.text(x_in + length_in, above, f"{miles:g} mi", 7.5, ha="center")
    sheet.text(x_in + length_in / 2, y_in - 0.13 * sheet.scale, f"{km:.1f} km", 7, ha="center", color=QUIET)


def north(sheet: Sheet, x_in: float, y_in: float) -> None:
    """Draw a north arrow. Maps stand in a projected system, whose grid north is up."""
    arrow = need("matplotlib.patches").Polygon
    s = sheet.scale
    corners = np.array([(0.0, 0.32), (0.09, 0.0), (0.0, 0.07), (-0.09, 0.0)]) * s + (x_in, y_in)
    corners /= (sheet.width_in, sheet.height_in)
    sheet.figure.add_artist(
        arrow(corners, closed=True, facecolor=INK, edgecolor="none", transform=sheet.figure.transFigure)
    )
    sheet.text(x_in, y_in + 0.36 * s, "N", 8, ha="center", weight="bold", family=font())
