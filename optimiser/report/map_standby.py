"""The map of standby posts: areas by calls, posts in use by their cars, today's posts given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from optimiser.data.display import simplify_for_display
from optimiser.errors import InputError
from optimiser.problems.standby import StandbyPlan, StandbyProblem
from optimiser.report import ground
from optimiser.report.colours import INK
from optimiser.report.labels import Labels
from optimiser.report.legend import Key, Row, split
from optimiser.report.phrases import count, measures_by_name, number
from optimiser.report.sheet import MapStyle, dated, head_and_foot, new_sheet
from optimiser.report.words import proof_line
from optimiser.solve.result import Result

if TYPE_CHECKING:
    import geopandas as gpd

LAND = "#F3F1EC"
POST, GIVEN_UP = "#0B5FA5", "#FFFFFF"
_MOST_LISTED = 24
_KEY_IN = 1.2


def standby_map(
    areas: gpd.GeoDataFrame,
    problem: StandbyProblem,
    result: Result[StandbyPlan],
    places: Mapping[str, Sequence[float]],
    *,
    style: MapStyle | None = None,
    roads: ground.RoadLines | None = None,
) -> Any:
    """Draw a standby plan.

    Parameters
    ----------
    areas
        Columns ``area_id`` and ``geometry``, projected, in metres.
    problem, result
        The question and its answer; ``result.plan`` must be there.
    places
        Where each post is, in the same metres.
    roads
        Roads to draw underneath.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is no plan, or none of its posts has a place.
    """
    style = style or MapStyle()
    if result.plan is None:
        raise InputError("There is no plan to draw.")
    posts = [p for p in result.plan.posts() if p in places]
    if not posts:
        raise InputError("No post of the plan has a place on this map.")
    shapes = simplify_for_display(areas, most_vertices=120).geometry.to_numpy()
    sheet = new_sheet(style.size, portrait=style.portrait)
    parts = problem.part_ids
    what = count(len(result.plan.posts()), "post")
    if len(parts) > 1:
        what += f", {len(parts)} parts of the day"
    subtitle = " · ".join(t for t in (style.place, what) if t)
    bottom, top = head_and_foot(
        sheet,
        style.title or "Standby posts",
        subtitle,
        [proof_line(result)],
        date=style.date or dated(result),
        note=style.note,
    )
    box, table, key = split(sheet, bottom, top, 3.1, portrait=style.portrait)
    axes = ground.map_axes(sheet, box, shapely.total_bounds(shapes))
    ground.fill(axes, shapes, LAND, edge="#C9C4B8", line_width=0.35 * sheet.scale)
    ground.roads(axes, roads, sheet.scale)
    left = [p for p in problem.params.today if p not in posts and p in places]
    _mark(axes, sheet.scale, places, posts, left, result.plan)
    ground.scale_and_north(axes, sheet, box)
    _panel(table, problem, result)
    keys = [Key("Post in use, by its most cars", POST, marker="o")]
    if left:
        keys.append(Key("Post of today, given up", GIVEN_UP, marker="o", edge=INK))
    key.key(keys)
    return sheet.figure


def _mark(
    axes: Any,
    scale: float,
    places: Mapping[str, Sequence[float]],
    posts: Sequence[str],
    left: Sequence[str],
    plan: StandbyPlan,
) -> None:
    labels = Labels(axes)
    for post in left:
        axes.plot(*places[post][:2], "o", markersize=6 * scale, color=GIVEN_UP, markeredgecolor=INK, zorder=7)
    for post in posts:
        cars = max(on.get(post, 0) for on in plan.cars_at.values())
        axes.plot(
            *places[post][:2],
            "o",
            markersize=(7 + 2 * np.sqrt(cars)) * scale,
            color=POST,
            markeredgecolor="white",
            zorder=8,
        )
        labels.keep_clear((places[post][0], places[post][1]), 5.0 * scale)
    for post in posts:
        labels.put((places[post][0], places[post][1]), post, 7 * scale, around_pt=6.0 * scale)


def _panel(table: Any, problem: StandbyProblem, result: Result[StandbyPlan]) -> None:
    by_name = measures_by_name(result.measures)
    lost = by_name["lost without the post"].by
    ranked = sorted(lost, key=lambda p: -lost[p])
    table.heading("Calls a week lost without each post")
    rows = [Row((post, number(lost[post]))) for post in ranked[:_MOST_LISTED]]
    table.table(("post", "calls"), rows, (0.3, 1.0), reserve_in=_KEY_IN)
