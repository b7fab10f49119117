"""The map of a containment plan: posts by number, who drives where, and the ways that stay open inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser import units
from optimiser.data.display import simplify_for_display
from optimiser.errors import InputError
from optimiser.problems.containment import ContainmentPlan, ContainmentProblem
from optimiser.problems.containment.measures import arrivals
from optimiser.problems.containment.rules import reached
from optimiser.report import ground
from optimiser.report.colours import INK
from optimiser.report.extras import need
from optimiser.report.labels import Labels
from optimiser.report.legend import Key, Row, split
from optimiser.report.phrases import count
from optimiser.report.sheet import MapStyle, dated, head_and_foot, new_sheet
from optimiser.report.words import proof_line
from optimiser.solve.result import Result

if TYPE_CHECKING:
    import geopandas as gpd

LAND, INSIDE, POST, UNIT, SUSPECT = "#F3F1EC", "#C8553D", "#0B5FA5", "#7A8B99", "#7B1E1E"
_MOST_LISTED = 24
_KEY_IN = 1.6
_MARGIN_M = 300.0


class Scene(Protocol):
    """Where everything is (``optimiser.prepare.containment_scene.ContainmentScene``)."""

    @property
    def place_xy_m(self) -> NDArray[np.float64]:
        """Of each place, shape (P, 2)."""

    @property
    def unit_xy_m(self) -> NDArray[np.float64]:
        """Of each unit, shape (U, 2)."""

    @property
    def suspect_xy_m(self) -> tuple[float, float] | None:
        """Where the suspect was last seen."""


def containment_map(
    areas: gpd.GeoDataFrame,
    problem: ContainmentProblem,
    result: Result[ContainmentPlan],
    scene: Scene,
    *,
    style: MapStyle | None = None,
    roads: ground.RoadLines | None = None,
) -> Any:
    """Draw a containment plan.

    Parameters
    ----------
    areas
        Columns ``area_id`` and ``geometry``, projected, in metres.
    problem, result
        The question and its answer; ``result.plan`` must be there.
    scene
        Where places, units and the suspect are, in the same metres.
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
    plan = result.plan
    if plan is None:
        raise InputError("There is no plan to draw.")
    sheet = new_sheet(style.size, portrait=style.portrait)
    subtitle = " · ".join(t for t in (style.place, count(len(plan.post_of), "post")) if t)
    bottom, top = head_and_foot(
        sheet, style.title or "Containment", subtitle, [proof_line(result)],
        date=style.date or dated(result), note=style.note,
    )  # fmt: skip
    box, table, key = split(sheet, bottom, top, 3.4, portrait=style.portrait)
    axes = ground.map_axes(sheet, box, _bounds(problem, plan, scene))
    shapes = simplify_for_display(areas, most_vertices=120).geometry.to_numpy()
    ground.fill(axes, shapes, LAND, edge="#C9C4B8", line_width=0.35 * sheet.scale)
    ground.roads(axes, roads, sheet.scale)
    _inside(axes, problem, plan, scene, sheet.scale)
    order = _mark(axes, problem, plan, scene, sheet.scale)
    ground.scale_and_north(axes, sheet, box)
    there = arrivals(problem, plan)
    unit_at = {place: unit for unit, place in plan.post_of.items()}
    table.heading("Posts, the earliest first")
    rows = [
        Row((f"{k} {unit_at[c]}", units.clock(there[c]))) for k, c in enumerate(order[:_MOST_LISTED], start=1)
    ]
    table.table(("post, unit", "there after"), rows, (0.3, 1.0), reserve_in=_KEY_IN)
    keys = [Key("Post, by number", POST, marker="s"), Key("Unit that is sent", UNIT, marker="o")]
    if scene.suspect_xy_m is not None:
        keys += [Key("Last seen", SUSPECT, marker="X"), Key("Can be reached inside", INSIDE, marker="o")]
    key.key(keys)
    return sheet.figure


def _bounds(problem: ContainmentProblem, plan: ContainmentPlan, scene: Scene) -> NDArray[np.float64]:
    """Return what holds posts, their units, the suspect and what is inside, with a margin."""
    row, column = list(problem.unit_ids), list(problem.place_ids)
    seen = reached(problem, plan) | plan.held()
    points = [scene.place_xy_m[column.index(c)] for c in sorted(seen) if c in column]
    points += [scene.unit_xy_m[row.index(u)] for u in plan.post_of if u in row]
    points += [] if scene.suspect_xy_m is None else [np.array(scene.suspect_xy_m)]
    box = (
        shapely.total_bounds(shapely.points(np.array(points)))
        if points
        else shapely.total_bounds(shapely.points(scene.place_xy_m))
    )
    return np.asarray(box + np.array([-1, -1, 1, 1]) * _MARGIN_M)


def _inside(
    axes: Any, problem: ContainmentProblem, plan: ContainmentPlan, scene: Scene, scale: float
) -> None:
    inside = np.isin(problem.place_ids, sorted(reached(problem, plan)))
    held = np.isin(problem.place_ids, sorted(plan.held()))
    open_ = inside & ~(held & ~problem.start)
    ways = problem.edges[open_[problem.edges[:, 0]]] if len(problem.edges) else problem.edges
    if len(ways):
        lines = need("matplotlib.collections").LineCollection(
            scene.place_xy_m[ways], colors=INSIDE, linewidths=1.1 * scale, alpha=0.75, zorder=5
        )
        axes.add_collection(lines, autolim=False)


def _mark(
    axes: Any, problem: ContainmentProblem, plan: ContainmentPlan, scene: Scene, scale: float
) -> list[str]:
    """Draw units, posts and the suspect; return the posts in the order of their numbers."""
    there = arrivals(problem, plan)
    order = sorted(there, key=lambda c: (there[c], c))
    unit_at = {place: unit for unit, place in plan.post_of.items()}
    row = {u: k for k, u in enumerate(problem.unit_ids)}
    column = {c: k for k, c in enumerate(problem.place_ids)}
    labels = Labels(axes)
    for place in order:
        start, end = scene.unit_xy_m[row[unit_at[place]]], scene.place_xy_m[column[place]]
        axes.plot(
            *np.stack([start, end]).T, color=UNIT, linewidth=0.7 * scale, linestyle=(0, (3, 2)), zorder=6
        )
        axes.plot(*start, "o", markersize=4 * scale, color=UNIT, markeredgecolor="white", zorder=7)
        axes.plot(*end, "s", markersize=7 * scale, color=POST, markeredgecolor="white", zorder=8)
        labels.keep_clear((float(end[0]), float(end[1])), 5.0 * scale)
    if scene.suspect_xy_m is not None:
        axes.plot(
            *scene.suspect_xy_m, "X", markersize=9 * scale, color=SUSPECT, markeredgecolor=INK, zorder=9
        )
    for k, place in enumerate(order, start=1):
        end = scene.place_xy_m[column[place]]
        labels.put((float(end[0]), float(end[1])), str(k), 8 * scale, around_pt=6.0 * scale)
    return order
