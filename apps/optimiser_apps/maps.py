"""Maps without tiles: areas, borders, stations and ways on a plain ground. Nothing is asked of the internet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pydeck
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.problems.assignment import AssignmentPlan
from optimiser.problems.assignment.data import FREE
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.report.colours import GRADE_COLOURS, INK, NO_DATA, QUIET, WAY_STAYS
from optimiser_apps.colouring import rgb
from optimiser_apps.shapes import Shapes

WIDTH_PX, HEIGHT_PX = 640, 520
BESIDE_PX, HALF_PX = 480, 400
"""Widths of a map that takes three fifths of a window of 1280, and of one of two, so that they are not cut off."""
FEW_NAMES = 16
_BORDER = [255, 255, 255, 200]
_TIP = {"html": "{tip}", "style": {"fontSize": "0.85rem", "maxWidth": "20rem"}}


def areas_deck(
    shapes: Shapes,
    fills: Sequence[str],
    tips: Sequence[str],
    *,
    group: Sequence[str] = (),
    labels: bool = True,
    points: Sequence[dict[str, Any]] = (),
    width_px: float = WIDTH_PX,
    ids: Sequence[str] = (),
) -> pydeck.Deck:
    """Return a map of areas in colours, the borders of their groups drawn stronger.

    Parameters
    ----------
    fills, tips
        Colour and text of each area; texts are escaped here.
    group
        Group (district) of each area; its borders and names are drawn.
    points
        Places with ``position`` and ``tip``: centres, stations.
    ids
        Id of each area, where areas can be picked.
    """
    layers = [_polygons(shapes, fills, tips, ids=ids)]
    if group:
        layers.append(_lines("borders", shapes.outlines(group), INK, 2.0))
    if points:
        layers.append(_dots("places", points, INK, 6))
    if group and labels:
        layers.append(_labels(shapes.label_points(group)))
    return _deck(shapes, layers, width_px)


def centre_points(
    project: Project, shapes: Shapes, problem: SectorsProblem, plan: SectorsPlan
) -> list[dict[str, Any]]:
    """Return the centre of each district as a place with a text: the station, or a point in the centre's area."""
    if problem.centre_ids == problem.area_ids:
        ids, points = project.areas["area_id"], project.areas.geometry.representative_point()
    else:
        ids, points = project.stations["station_id"], project.stations.geometry
    at = {str(c): p for c, p in zip(ids, points, strict=True)}
    known = {d: c for d, c in plan.centre_of.items() if c in at and d in problem.params.district_ids}
    places = shapes.lonlat(np.array([[at[c].x, at[c].y] for c in known.values()]).reshape(-1, 2))
    return [
        {"position": place, "tip": f"Centre of {d}: {c}"}
        for (d, c), place in zip(known.items(), places, strict=True)
    ]


def scene_deck(
    shapes: Shapes,
    scene: Any,
    plan: AssignmentPlan,
    ways: Mapping[str, NDArray[np.float64]],
    minutes: Mapping[str, str],
    fills: Sequence[str] = (),
    tips: Sequence[str] = (),
) -> pydeck.Deck:
    """Return a map of units, incidents and each unit's quickest way: strong where it is sent, else thin and muted.

    Parameters
    ----------
    scene
        Where everything is (:class:`optimiser.prepare.dispatch_scene.Snapshot`).
    ways
        Line of each unit, shape (n, 2), metres.
    minutes
        Text of the way of each unit that is sent.
    fills, tips
        Colour and text of each area; quiet and its name where not given.
    """
    problem = scene.problem
    grounds = fills or ["#EEF1F4"] * len(shapes.area_ids)
    layers = [_polygons(shapes, grounds, tips or shapes.names, edge=[205, 211, 217, 255])]
    staying = [shapes.lonlat(line) for unit, line in ways.items() if unit not in plan.sent]
    layers.append(_lines("ways of units that stay", staying, WAY_STAYS, 1.2))
    grade_of = {i: int(g) for i, g in zip(problem.incident_ids, problem.grade, strict=True)}
    for grade in sorted(set(grade_of.values())):
        lines = [shapes.lonlat(ways[u]) for u, i in plan.sent.items() if u in ways and grade_of[i] == grade]
        layers.append(_lines(f"ways {grade}", lines, _grade(grade), 3.0))
    groups: dict[str, list[dict[str, Any]]] = {"units sent": [], "units free": [], "units away": []}
    for unit, place, status in zip(
        problem.unit_ids, shapes.lonlat(scene.units.xy_m), problem.status, strict=True
    ):
        kind = "units sent" if unit in plan.sent else "units free" if status == FREE else "units away"
        told = f"Unit {unit}: {minutes.get(unit, 'stays' if status == FREE else 'not free yet, stays')}"
        groups[kind].append({"position": place, "tip": told, "name": unit})
    looks = {"units free": ("#FFFFFF", 4), "units away": (NO_DATA, 4), "units sent": (INK, 5)}
    for kind, (fill, radius) in looks.items():
        layers.append(_dots(kind, groups[kind], fill, radius))
    layers += _incidents(shapes, scene)
    return _deck(shapes, layers, WIDTH_PX)


def posts_deck(
    shapes: Shapes,
    points: Sequence[dict[str, Any]],
    given_up: Sequence[dict[str, Any]],
    colour: str,
) -> pydeck.Deck:
    """Return a map of standby posts: those in use, and those of today that are given up (white)."""
    quiet = ["#EEF1F4"] * len(shapes.area_ids)
    layers = [_polygons(shapes, quiet, shapes.names, edge=[205, 211, 217, 255])]
    if given_up:
        layers.append(_dots("given up", given_up, "#FFFFFF", 5))
    layers.append(_dots("posts", points, colour, 7))
    return _deck(shapes, layers, WIDTH_PX)


def places_deck(
    shapes: Shapes,
    fills: Sequence[str],
    tips: Sequence[str],
    groups: Mapping[str, tuple[str, float, Sequence[dict[str, Any]]]],
) -> pydeck.Deck:
    """Return a map of areas in colours with named places on it: fill, radius in pixels and places of each group."""
    layers = [_polygons(shapes, fills, tips, edge=[255, 255, 255, 120])]
    names: list[dict[str, Any]] = []
    for group, (fill, radius, points) in groups.items():
        layers.append(_dots(group, points, fill, radius))
        names += [{"position": p["position"], "name": str(p["name"])} for p in points]
    layers.append(_texts("names", names, 12, [0, -17]))
    return _deck(shapes, layers, WIDTH_PX)


def posts_and_ways_deck(
    shapes: Shapes,
    lines: Mapping[str, tuple[str, float, Sequence[Any]]],
    groups: Mapping[str, tuple[str, float, Sequence[dict[str, Any]]]],
    named: Sequence[str],
) -> pydeck.Deck:
    """Return a map on plain ground, fitted to what is drawn: lines by colour and width, places by colour and radius."""
    layers = [_polygons(shapes, ["#EEF1F4"] * len(shapes.area_ids), shapes.names, edge=[205, 211, 217, 255])]
    layers += [_lines(n, ways, colour, width) for n, (colour, width, ways) in lines.items() if ways]
    names: list[dict[str, Any]] = []
    for group, (fill, radius, points) in groups.items():
        layers.append(_dots(group, points, fill, radius))
        if group in named:
            names += [{"position": p["position"], "name": str(p["name"])} for p in points]
    layers.append(_texts("names", names, 12, [0, -17]))
    seen = [p["position"] for _, _, points in groups.values() for p in points]
    seen += [place for _, _, ways in lines.values() for way in ways for place in way]
    return _deck(shapes, layers, WIDTH_PX, seen)


def _incidents(shapes: Shapes, scene: Any) -> list[pydeck.Layer]:
    problem = scene.problem
    made = []
    names = []
    places = shapes.lonlat(scene.incidents.xy_m)
    for incident, place, grade, need in zip(
        problem.incident_ids, places, problem.grade, problem.officers_needed, strict=True
    ):
        tip = f"Incident {incident}: grade {int(grade)}, {int(need)} officer(s) needed"
        made.append({"position": place, "tip": escaped(tip), "fill": rgb(_grade(int(grade)))})
        names.append({"position": place, "name": incident})
    dots = pydeck.Layer(
        "ScatterplotLayer",
        id="incidents",
        data=made,
        get_position="position",
        get_fill_color="fill",
        get_line_color=[255, 255, 255, 255],
        get_radius=9,
        radius_units="'pixels'",
        line_width_min_pixels=2,
        stroked=True,
        pickable=True,
    )
    return [dots, _texts("incident names", names, 12, [0, -17])]


def escaped(text: str) -> str:
    """Escape text of the data for a tip, which is HTML."""
    for mark, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("{", "("), ("}", ")")):
        text = text.replace(mark, safe)
    return text.replace("\n", "<br/>")


def _grade(grade: int) -> str:
    return GRADE_COLOURS.get(grade, QUIET)


def _polygons(
    shapes: Shapes,
    fills: Sequence[str],
    tips: Sequence[str],
    edge: Sequence[int] = _BORDER,
    ids: Sequence[str] = (),
) -> pydeck.Layer:
    named: list[dict[str, Any]] = [{"area": i} for i in ids] or [{}] * len(fills)
    data = [
        {"polygon": polygon, "fill": rgb(fill), "tip": escaped(tip), **area}
        for polygons, fill, tip, area in zip(shapes.polygons, fills, tips, named, strict=True)
        for polygon in polygons
    ]
    return pydeck.Layer(
        "PolygonLayer",
        id="areas",
        data=data,
        get_polygon="polygon",
        get_fill_color="fill",
        get_line_color=list(edge),
        line_width_min_pixels=0.6,
        stroked=True,
        pickable=True,
        auto_highlight=True,
        highlight_color=[0, 0, 0, 40],
    )


def _lines(name: str, lines: Sequence[Any], colour: str, width_px: float) -> pydeck.Layer:
    return pydeck.Layer(
        "PathLayer",
        id=name,
        data=[{"path": line} for line in lines],
        get_path="path",
        get_color=rgb(colour),
        get_width=width_px,
        width_units="'pixels'",
        cap_rounded=True,
        joint_rounded=True,
    )


def _dots(name: str, points: Sequence[dict[str, Any]], fill: str, radius_px: float) -> pydeck.Layer:
    return pydeck.Layer(
        "ScatterplotLayer",
        id=name,
        data=[{"position": p["position"], "tip": escaped(str(p["tip"]))} for p in points],
        get_position="position",
        get_fill_color=rgb(fill),
        get_line_color=rgb(INK if fill != INK else "#FFFFFF"),
        get_radius=radius_px,
        radius_units="'pixels'",
        line_width_min_pixels=1.5,
        stroked=True,
        pickable=True,
    )


def _labels(points: Mapping[str, list[float]]) -> pydeck.Layer:
    size = 14 if len(points) <= FEW_NAMES else 10
    return _texts("names", [{"position": p, "name": n} for n, p in points.items()], size, [0, -size])


def _texts(name: str, data: list[dict[str, Any]], size: int, offset: list[int]) -> pydeck.Layer:
    return pydeck.Layer(
        "TextLayer",
        id=name,
        data=data,
        get_position="position",
        get_text="name",
        get_size=size,
        get_color=rgb(INK),
        get_pixel_offset=offset,
        background=True,
        get_background_color=[255, 255, 255, 190],
        background_padding=[3, 1],
        font_weight=600,
        font_family="'Source Sans, sans-serif'",
        character_set="'auto'",
    )


def _deck(
    shapes: Shapes, layers: list[pydeck.Layer], width_px: float, seen: Sequence[Sequence[float]] = ()
) -> pydeck.Deck:
    return pydeck.Deck(
        layers=layers,
        initial_view_state=pydeck.ViewState(**shapes.view(width_px, HEIGHT_PX, seen)),
        map_provider=None,
        tooltip=_TIP,
    )
