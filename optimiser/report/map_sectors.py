"""The map of a sector plan: districts in colour or hatch, their outlines, centres, stations and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser.data.display import simplify_for_display
from optimiser.errors import InputError
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.report import ground
from optimiser.report.colours import INK, NO_DATA, fill_of, greedy_colours
from optimiser.report.labels import Labels
from optimiser.report.legend import split
from optimiser.report.map_sectors_panel import BARRIER, draw_links, key_entries, write_panel
from optimiser.report.phrases import count
from optimiser.report.sheet import MapStyle, Sheet, dated, head_and_foot, new_sheet
from optimiser.report.words import proof_line
from optimiser.solve.result import Result

if TYPE_CHECKING:
    import geopandas as gpd

_SMALLEST_LABEL = 4.5
_SMALLEST_NAME = 6.5
_ROOMY = 1.6


@dataclass(frozen=True)
class _Districts:
    """Districts on the map: ids, joined shapes, (fill, hatch), and the district number of each area."""

    ids: tuple[str, ...]
    shapes: NDArray[np.object_]
    fills: tuple[tuple[str, str], ...]
    number: NDArray[np.int64]


def sectors_map(
    areas: gpd.GeoDataFrame,
    problem: SectorsProblem,
    result: Result[SectorsPlan],
    *,
    style: MapStyle | None = None,
    stations: gpd.GeoDataFrame | None = None,
    hard_lines: NDArray[np.object_] | None = None,
    links: NDArray[np.object_] | None = None,
    roads: ground.RoadLines | None = None,
) -> Any:
    """Draw a sector plan.

    Parameters
    ----------
    areas
        Columns ``area_id`` and ``geometry``, projected, in metres. Areas of no district are drawn grey.
    problem, result
        The question and its answer; ``result.plan`` must be there.
    stations
        Columns ``station_id``, ``name`` and ``geometry``, same system.
    hard_lines
        Boundaries no district crosses but at its links, same system.
    links
        Links that cross them (bridges), as lines, same system.
    roads
        Roads to draw underneath.

    Returns
    -------
    matplotlib.figure.Figure
        Write it with :func:`optimiser.report.sheet.save`.

    Raises
    ------
    InputError
        If there is no plan, or no area of the plan is on the map.
    OptimiserError
        If matplotlib is not installed.
    """
    style = style or MapStyle()
    if result.plan is None:
        raise InputError("There is no plan to draw.")
    ids = areas["area_id"].astype(str).tolist()
    if not set(ids) & set(result.plan.district_of):
        raise InputError("No area of the plan is on this map; give the areas the plan was made for.")
    shapes = simplify_for_display(areas, most_vertices=120).geometry.to_numpy()
    districts = _districts(ids, shapes, problem, result.plan, colour=style.colour)
    sheet = new_sheet(style.size, portrait=style.portrait)
    subtitle = " · ".join(
        t
        for t in (
            style.place,
            f"{count(len(problem.area_ids), 'area')} in {count(problem.params.n_districts, problem.params.called)}",
        )
        if t
    )
    bottom, top = head_and_foot(
        sheet,
        style.title or f"Proposed {problem.params.called}s",
        subtitle,
        [proof_line(result)],
        date=style.date or dated(result),
        note=style.note,
    )
    box, table, key = split(sheet, bottom, top, 3.1, portrait=style.portrait)
    axes = ground.map_axes(sheet, box, shapely.total_bounds(shapes))
    _paint(axes, shapes, districts, sheet, roads, hard_lines, colour=style.colour)
    if links is not None:
        draw_links(axes, links, sheet.scale, colour=style.colour)
    centres = _centre_points(ids, shapes, problem, result.plan, stations)
    _mark(axes, sheet, districts, centres, stations, ids, shapes, area_labels=style.area_labels)
    ground.scale_and_north(axes, sheet, box)
    keys = key_entries(
        stations=stations is not None and len(stations) > 0,
        barriers=hard_lines is not None and len(hard_lines) > 0,
        links=links is not None and len(links) > 0,
        roads=roads is not None,
        unassigned=bool((districts.number < 0).any()),
        colour=style.colour,
    )
    write_panel(table, key, problem, result, districts.fills, keys)
    return sheet.figure


def _districts(
    ids: Sequence[str],
    shapes: NDArray[np.object_],
    problem: SectorsProblem,
    plan: SectorsPlan,
    *,
    colour: bool,
) -> _Districts:
    names = problem.params.district_ids
    number_of = {d: k for k, d in enumerate(names)}
    number = np.array([number_of.get(plan.district_of.get(a, ""), -1) for a in ids], dtype=np.int64)
    label = [names[k] if k >= 0 else "" for k in number.tolist()]
    joined = ground.dissolved(shapes, label, names)
    colours = greedy_colours(len(names), ground.touching(joined))
    fills = tuple(fill_of(c, colour=colour) for c in colours.tolist())
    return _Districts(names, joined, fills, number)


def _paint(
    axes: Any,
    shapes: NDArray[np.object_],
    districts: _Districts,
    sheet: Sheet,
    roads: ground.RoadLines | None,
    hard_lines: NDArray[np.object_] | None,
    *,
    colour: bool,
) -> None:
    edge = "white" if colour else "#9A9A9A"
    for k, (face, hatch) in enumerate(districts.fills):
        ground.fill(
            axes, shapes[districts.number == k], face, hatch=hatch, edge=edge, line_width=0.35 * sheet.scale
        )
    ground.fill(axes, shapes[districts.number < 0], NO_DATA, edge=edge, line_width=0.35 * sheet.scale)
    ground.roads(axes, roads, sheet.scale)
    there = districts.shapes[~shapely.is_empty(districts.shapes)]
    ground.outline(axes, there, INK, 1.5 * sheet.scale)
    if hard_lines is not None and len(hard_lines):
        ground.outline(axes, hard_lines, "white", 3.4 * sheet.scale, zorder=5.5)
        ground.outline(
            axes, hard_lines, BARRIER if colour else "black", 1.8 * sheet.scale, dashes="--", zorder=5.6
        )


def _centre_points(
    ids: Sequence[str],
    shapes: NDArray[np.object_],
    problem: SectorsProblem,
    plan: SectorsPlan,
    stations: gpd.GeoDataFrame | None,
) -> dict[str, tuple[float, float]]:
    """Return where each district's centre stands: at its station, else inside its area."""
    at_station = (
        {}
        if stations is None
        else {
            str(i): (float(p.x), float(p.y))
            for i, p in zip(stations["station_id"], stations.geometry, strict=True)
        }
    )
    shape_of = dict(zip(ids, shapes, strict=True))
    area_of = {
        c: problem.area_ids[int(a)] for c, a in zip(problem.centre_ids, problem.centre_area, strict=True)
    }
    places = {}
    for district, centre in plan.centre_of.items():
        area = area_of.get(centre, "")
        if centre in at_station and centre not in problem.area_ids:
            places[district] = at_station[centre]
        elif area in shape_of:
            point = shapely.point_on_surface(shape_of[area])
            places[district] = (float(point.x), float(point.y))
    return places


def _mark(
    axes: Any,
    sheet: Sheet,
    districts: _Districts,
    centres: dict[str, tuple[float, float]],
    stations: gpd.GeoDataFrame | None,
    ids: Sequence[str],
    shapes: NDArray[np.object_],
    *,
    area_labels: bool,
) -> None:
    s = sheet.scale
    labels = Labels(axes)
    for x, y in centres.values():
        axes.plot(
            x,
            y,
            "o",
            markersize=8.5 * s,
            color="white",
            markeredgecolor=INK,
            markeredgewidth=1.2 * s,
            zorder=8,
        )
        axes.plot(x, y, "o", markersize=3.4 * s, color=INK, zorder=8.1)
        labels.keep_clear((x, y), 5.0 * s)
    points = [] if stations is None else [(p.x, p.y) for p in stations.geometry]
    for x, y in points:
        axes.plot(
            x,
            y,
            "^",
            markersize=6 * s,
            color=INK,
            markeredgecolor="white",
            markeredgewidth=0.7 * s,
            zorder=7.5,
        )
        labels.keep_clear((x, y), 4.0 * s)
    _district_labels(labels, sheet, districts)
    if stations is not None:
        for (x, y), name in zip(points, stations["name"].astype(str), strict=True):
            if name:
                labels.put((x, y), name, 7 * s, around_pt=5.0 * s)
    if area_labels:
        _area_labels(labels, sheet, ids, shapes)


def _district_labels(labels: Labels, sheet: Sheet, districts: _Districts) -> None:
    """Name every district inside its largest circle, as large as that allows, the large districts first."""
    middle, radius_m = ground.inner_circles(districts.shapes)
    for k in np.argsort(-radius_m, kind="stable"):
        if radius_m[k] > 0:
            name = districts.ids[k]
            fits = labels.pixels(2 * float(radius_m[k])) / labels.pixel / (0.62 * max(len(name), 2))
            size = min(13.0 * sheet.scale, max(_SMALLEST_NAME * sheet.scale, fits))
            labels.put(middle[k], name, size, weight="bold") or labels.put(
                middle[k], name, _SMALLEST_NAME * sheet.scale, weight="bold", must=True
            )


def _area_labels(labels: Labels, sheet: Sheet, ids: Sequence[str], shapes: NDArray[np.object_]) -> None:
    """Write the area ids that fit into their areas, if most of them do; a sprinkling helps nobody."""
    box = shapely.bounds(shapes)
    width_m = np.nan_to_num(box[:, 2] - box[:, 0])
    longest = max((len(i) for i in ids), default=1)
    room_pt = labels.pixels(float(np.median(width_m))) / labels.pixel
    size = min(8.0 * sheet.scale**0.5, room_pt / (_ROOMY * 0.6 * longest))
    if size < _SMALLEST_LABEL:
        return
    points = shapely.point_on_surface(shapes)
    for name, point, wide in zip(ids, points, width_m.tolist(), strict=True):
        if not shapely.is_empty(point):
            labels.put((point.x, point.y), name, size, colour="#4A5560", most_width=wide, halo=False)
