"""A map of one measure by area: light to dark, in classes of about equally many areas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser.data.display import simplify_for_display
from optimiser.report import ground
from optimiser.report.colours import GREYS, INK, NO_DATA, SEQUENCE
from optimiser.report.legend import Key, split
from optimiser.report.phrases import count, number
from optimiser.report.sheet import MapStyle, head_and_foot, new_sheet, today

if TYPE_CHECKING:
    import geopandas as gpd

_HIDDEN = "#F6E3CE"


def choropleth(
    areas: gpd.GeoDataFrame,
    values: Mapping[str, float],
    label: str,
    *,
    unit: str = "",
    style: MapStyle | None = None,
    show: Callable[[float], str] = number,
    district_of: Mapping[str, str] | None = None,
    counts: Mapping[str, float] | None = None,
    hide_below: float = 0.0,
    roads: ground.RoadLines | None = None,
) -> Any:
    """Draw a measure by area.

    Parameters
    ----------
    areas
        Columns ``area_id`` and ``geometry``, projected, in metres.
    values
        The measure by area id; an area without a finite value is shown as having none.
    label, unit, show
        What it is, its unit in the planner's words, and how a value is printed.
    district_of
        Draws the outlines of districts over it.
    counts, hide_below
        Counts behind the values, by area: where a count is above 0 and below ``hide_below`` (small numbers
        point at persons) the value is not shown, and the key says so.

    Returns
    -------
    matplotlib.figure.Figure
    """
    style = style or MapStyle()
    ids = areas["area_id"].astype(str).tolist()
    shapes = simplify_for_display(areas, most_vertices=120).geometry.to_numpy()
    given = np.array([values.get(a, np.nan) for a in ids], dtype=np.float64)
    behind = np.array([(counts or {}).get(a, 0.0) for a in ids])
    hidden = (behind > 0) & (behind < hide_below)
    shown = np.isfinite(given) & ~hidden
    colours = SEQUENCE if style.colour else GREYS
    edges = breaks(given[shown], len(colours))
    sheet = new_sheet(style.size, portrait=style.portrait)
    subtitle = " · ".join(t for t in (style.place, unit) if t)
    bottom, top = head_and_foot(
        sheet, style.title or label, subtitle, [], date=style.date or today(), note=style.note
    )
    box, table, _ = split(sheet, bottom, top, 2.4, portrait=style.portrait)
    axes = ground.map_axes(sheet, box, shapely.total_bounds(shapes))
    rank = np.clip(np.searchsorted(edges[1:-1], given, side="right"), 0, len(colours) - 1)
    keys = []
    step = _spread(len(edges) - 1, len(colours))
    for k in range(len(edges) - 1):
        mine = shown & (rank == k)
        ground.fill(axes, shapes[mine], colours[step[k]], edge="#8A9299", line_width=0.25 * sheet.scale)
        text = f"{show(edges[k])} to {show(edges[k + 1])}  ({count(int(mine.sum()), 'area')})"
        keys.append(Key(text, colours[step[k]]))
    for mask, face, hatch, text in (
        (
            hidden,
            _HIDDEN if style.colour else "#FFFFFF",
            "....",
            f"fewer than {number(hide_below)}, not shown",
        ),
        (~shown & ~hidden, NO_DATA, "", "no value"),
    ):
        if mask.any():
            ground.fill(axes, shapes[mask], face, hatch=hatch, edge="#8A9299", line_width=0.25 * sheet.scale)
            keys.append(Key(f"{text}  ({count(int(mask.sum()), 'area')})", face, hatch=hatch))
    ground.roads(axes, roads, sheet.scale)
    if district_of:
        label_of = [district_of.get(a, "") for a in ids]
        names = sorted(set(label_of) - {""})
        ground.outline(axes, ground.dissolved(shapes, label_of, names), INK, 1.3 * sheet.scale)
    ground.scale_and_north(axes, sheet, box)
    table.heading(label)
    table.key(keys[::-1] if not hidden.any() and shown.all() else keys)
    return sheet.figure


def breaks(values: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Return class limits with about equally many values between them, shape (k + 1,), k at most ``most``.

    Equal values never part; with no value at all there is no class.
    """
    if not values.size:
        return np.zeros(1)
    found = np.unique(np.quantile(values, np.linspace(0, 1, most + 1)))
    return np.repeat(found, 2) if found.size == 1 else found


def _spread(n: int, most: int) -> Sequence[int]:
    """Return ``n`` of ``most`` colours, spread from the lightest to the darkest."""
    if n <= 1:
        return [most // 2] * n
    return [round(k * (most - 1) / (n - 1)) for k in range(n)]
