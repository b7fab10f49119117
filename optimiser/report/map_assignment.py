"""The map of an assignment: units, incidents by grade, the ways driven, and the cover kept and lost by zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser import units
from optimiser.data.display import simplify_for_display
from optimiser.errors import InputError
from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.base import Measure
from optimiser.report import ground
from optimiser.report.colours import ALERT, GRADE_COLOURS, GRADE_MARKERS, INK, QUIET, WAY_STAYS
from optimiser.report.journeys import Response, responses
from optimiser.report.labels import Labels
from optimiser.report.legend import MANY_ROWS, Key, Panel, Row, split
from optimiser.report.phrases import count, measures_by_name, number
from optimiser.report.places import Places
from optimiser.report.sheet import MapStyle, Sheet, dated, head_and_foot, new_sheet
from optimiser.report.words import proof_line
from optimiser.report.words_assignment import found
from optimiser.solve.result import Result

if TYPE_CHECKING:
    import geopandas as gpd

COVER = {
    "kept": ("#EAF1F4", "", "Cover at its level"),
    "lost": ("#F9CBA2", "////", "Falls below its level by this plan"),
    "short": ("#FBE6C8", "....", "Below its level before and after"),
    "gained": ("#BFE3D0", "", "Back at its level by this plan"),
}
_GREY = {"kept": "#FFFFFF", "lost": "#D5D5D5", "short": "#FFFFFF", "gained": "#EFEFEF"}
_UNIT_FREE, _UNIT_BUSY, _UNIT_SENT = "#5B6770", "#B4BBC1", "#14213D"
_DASHES = "-."
_WAY_SENT, _WAY_STAYS = 1.9, 1.0
"""Widths of the ways of units that are sent, and of those that stay, in points."""
SENSITIVE = "Operationally sensitive: not for publication"


def cover_by_zone(problem: AssignmentProblem, measures: Sequence[Measure]) -> dict[str, str]:
    """Say of each zone which key of :data:`COVER` it is, from the measures before and after."""
    by_name = measures_by_name(measures)
    after, before = by_name.get("levels missing"), by_name.get("levels missing before")
    if after is None or before is None:
        return {}
    names = {(False, False): "kept", (False, True): "lost", (True, True): "short", (True, False): "gained"}
    return {z: names[before.by.get(z, 0) > 0, after.by.get(z, 0) > 0] for z in problem.zone_ids}


def assignment_map(
    areas: gpd.GeoDataFrame | None,
    problem: AssignmentProblem,
    result: Result[AssignmentPlan],
    places: Places,
    *,
    style: MapStyle | None = None,
    roads: ground.RoadLines | None = None,
) -> Any:
    """Draw an assignment.

    Parameters
    ----------
    areas
        Columns ``area_id`` and ``geometry``, projected, in metres; None draws without areas and zones.
    problem, result
        The snapshot and its answer; ``result.plan`` must be there.
    places
        Where everything is, in the same system.
    roads
        Roads to draw underneath.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is no plan.
    """
    style = style or MapStyle()
    if result.plan is None:
        raise InputError("There is no plan to draw.")
    answered = responses(problem, result.plan)
    sheet = new_sheet(style.size, portrait=style.portrait)
    sent = sum(len(r.journeys) for r in answered)
    subtitle = f"{count(sent, 'unit')} of {len(problem.unit_ids)} sent to {count(len(answered), 'incident')}"
    bottom, top = head_and_foot(
        sheet,
        style.title or "Who goes where",
        " · ".join(t for t in (style.place, subtitle) if t),
        [proof_line(result)],
        date=style.date or dated(result),
        note=style.note or SENSITIVE,
    )
    box, table, key = split(sheet, bottom, top, 3.3, portrait=style.portrait)
    shapes = None if areas is None else simplify_for_display(areas, most_vertices=120).geometry.to_numpy()
    axes = ground.map_axes(sheet, box, _bounds(places, shapes))
    cover = cover_by_zone(problem, result.measures)
    if areas is not None and shapes is not None:
        _zones(axes, sheet, areas["area_id"].astype(str).tolist(), shapes, places, cover, colour=style.colour)
    ground.roads(axes, roads, sheet.scale)
    _draw(axes, sheet, problem, places, answered, colour=style.colour)
    ground.scale_and_north(axes, sheet, box)
    _table(table, answered, reserve_in=2.2 if key is table else 0.0, colour=style.colour)
    key.key(_keys(problem, answered, cover if areas is not None else {}, places, colour=style.colour))
    key.paragraphs("Found", found(problem, result)[1:])
    return sheet.figure


def _bounds(places: Places, shapes: NDArray[np.object_] | None) -> Sequence[float]:
    if shapes is not None and len(shapes):
        return [float(v) for v in shapely.total_bounds(shapes)]
    lines = list(places.routes_xy_m.values())
    points = np.concatenate([places.unit_xy_m, places.incident_xy_m, *lines])
    return [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()]


def _zones(
    axes: Any,
    sheet: Sheet,
    ids: list[str],
    shapes: NDArray[np.object_],
    places: Places,
    cover: Mapping[str, str],
    *,
    colour: bool,
) -> None:
    zone_of = {a: z for z, members in places.zone_areas.items() for a in members}
    label = [zone_of.get(a, a if a in cover else "") for a in ids]
    state = np.array([cover.get(z, "kept") for z in label])
    for name, (face, hatch, _) in COVER.items():
        ground.fill(
            axes,
            shapes[state == name],
            face if colour else _GREY[name],
            hatch=hatch,
            hatch_colour="#C0763A" if colour else QUIET,
            edge="#D6DCE1",
            line_width=0.25 * sheet.scale,
        )
    zones = sorted(set(label) - {""})
    if zones and len(zones) < len(ids):
        ground.outline(axes, ground.dissolved(shapes, label, zones), "#A9B3BB", 0.7 * sheet.scale, zorder=1.8)


def _draw(
    axes: Any,
    sheet: Sheet,
    problem: AssignmentProblem,
    places: Places,
    answered: Sequence[Response],
    *,
    colour: bool,
) -> None:
    s = sheet.scale
    at_unit = dict(zip(places.unit_ids, places.unit_xy_m.tolist(), strict=True))
    at_incident = dict(zip(places.incident_ids, places.incident_xy_m.tolist(), strict=True))
    labels = Labels(axes)
    sent = {j.unit for r in answered for j in r.journeys}
    staying = [line for unit, line in places.routes_xy_m.items() if unit not in sent]
    ground.draw_lines(axes, staying, "white", 2.4 * _WAY_STAYS * s, zorder=4.4)
    ground.draw_lines(
        axes, staying, WAY_STAYS if colour else _UNIT_FREE, _WAY_STAYS * s, dashes=_DASHES, zorder=4.5
    )
    for response in answered:
        face = GRADE_COLOURS.get(response.grade, QUIET) if colour else INK
        for journey in response.journeys:
            line = places.routes_xy_m.get(journey.unit)
            if line is not None:
                ground.draw_lines(axes, [line], "white", 3.6 * s, zorder=5)
                ground.draw_lines(axes, [line], face, _WAY_SENT * s, zorder=5.1)
            elif journey.unit in at_unit and response.incident in at_incident:
                straight = np.array([at_unit[journey.unit], at_incident[response.incident]])
                ground.draw_lines(axes, [straight], face, 1.4 * s, dashes="--", zorder=5.1)
    for unit, status in zip(problem.unit_ids, problem.status, strict=True):
        if unit in at_unit:
            later = unit in sent and status != "free"
            face = _UNIT_SENT if unit in sent else _UNIT_FREE if status == "free" else _UNIT_BUSY
            size = (6.5 if unit in sent else 4.5) * s
            axes.plot(
                *at_unit[unit],
                "^",
                markersize=size,
                color="white" if later else face,
                markeredgecolor=_UNIT_SENT if later else "white",
                markeredgewidth=(1.3 if later else 0.6) * s,
                zorder=7 if unit in sent else 6.5,
            )
            labels.keep_clear(at_unit[unit], size / 2)
    for response in answered:
        if response.incident in at_incident:
            marker = GRADE_MARKERS.get(response.grade, "D")
            axes.plot(
                *at_incident[response.incident],
                marker,
                markersize=(15 if marker == "*" else 10) * s,
                color=GRADE_COLOURS.get(response.grade, QUIET) if colour else INK,
                markeredgecolor="white",
                markeredgewidth=0.9 * s,
                zorder=8,
            )
            labels.keep_clear(at_incident[response.incident], 5.5 * s)
    for response in answered:
        if response.incident in at_incident:
            labels.put(
                at_incident[response.incident],
                response.incident,
                9 * s,
                around_pt=7 * s,
                weight="bold",
                must=True,
            )
    for response in answered:
        for journey in response.journeys:
            if journey.unit in at_unit:
                text = f"{journey.unit} · {units.minutes(journey.arrives_s):.0f} min"
                labels.put(at_unit[journey.unit], text, 7 * s, around_pt=4.5 * s)


def _table(panel: Panel, answered: Sequence[Response], *, reserve_in: float, colour: bool) -> None:
    rows = []
    for r in sorted(answered, key=lambda r: (r.grade, r.incident)):
        short = max(0, r.officers_needed - r.officers_sent)
        first = "nobody" if r.response_s is None else f"{units.minutes(r.response_s):.1f}"
        state = "late" if r.late else f"{short} short" if short else "in time" if r.journeys else "waits"
        rows.append(
            Row(
                (
                    r.incident,
                    str(r.grade),
                    ", ".join(j.unit for j in r.journeys) or "-",
                    first,
                    f"{units.minutes(r.target_s):.0f}",
                    state,
                ),
                strong=state not in ("in time",),
                colour=ALERT if colour and state != "in time" else INK,
            )
        )
    panel.heading("First unit at the incident, minutes from the call")
    panel.table(
        ("Incident", "grade", "units", "first", "target", ""),
        rows,
        (0.2, 0.28, 0.56, 0.69, 0.82, 1.0),
        reserve_in=reserve_in if len(answered) <= MANY_ROWS else reserve_in / 2,
    )


def _keys(
    problem: AssignmentProblem,
    answered: Sequence[Response],
    cover: Mapping[str, str],
    places: Places,
    *,
    colour: bool,
) -> list[Key]:
    keys = [
        Key(
            f"Incident of grade {g}, within {number(units.minutes(problem.params.grade_targets_s[g]))} min",
            GRADE_COLOURS.get(g, QUIET) if colour else INK,
            marker=GRADE_MARKERS.get(g, "D"),
        )
        for g in sorted({r.grade for r in answered})
    ]
    sent = {j.unit for r in answered for j in r.journeys}
    state = dict(zip(problem.unit_ids, problem.status, strict=True))
    keys.append(Key("Unit sent, minutes until it is there", _UNIT_SENT, marker="^"))
    if any(state[u] != "free" for u in sent):
        keys.append(Key("Busy unit, sent when free", "white", marker="^", edge=_UNIT_SENT))
    keys += [
        Key("Unit free, stays", _UNIT_FREE, marker="^"),
        Key("Unit busy, stays", _UNIT_BUSY, marker="^"),
    ]
    if sent & set(places.routes_xy_m):
        keys.append(Key("Quickest way of a unit sent", INK, dashes="-", width=_WAY_SENT))
    if set(places.routes_xy_m) - sent:
        text = "Quickest way of a unit that stays (to the nearest)"
        keys.append(Key(text, WAY_STAYS if colour else _UNIT_FREE, dashes=_DASHES, width=_WAY_STAYS))
    if sent - set(places.routes_xy_m):
        keys.append(Key("Sent to (not the way driven)", INK, dashes="--"))
    states = list(cover.values())
    for name, (face, hatch, text) in COVER.items():
        if name in states:
            keys.append(
                Key(
                    f"{text}: {count(states.count(name), 'zone')}",
                    face if colour else _GREY[name],
                    hatch=hatch,
                )
            )
    return keys
