"""A map of what moves between two plans: the areas that change hands in their new district's colour, all else pale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from optimiser.data.display import simplify_for_display
from optimiser.errors import InputError
from optimiser.report import ground
from optimiser.report.colours import FAINT, INK, QUIET, fill_of, greedy_colours
from optimiser.report.labels import Labels
from optimiser.report.legend import Key, Row, split
from optimiser.report.phrases import count, percent
from optimiser.report.sheet import MapStyle, head_and_foot, new_sheet, today

if TYPE_CHECKING:
    import geopandas as gpd

_STAYS = "#F4F5F6"
_MOST_ROWS = 18


def moved_map(
    areas: gpd.GeoDataFrame,
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    weight: Mapping[str, float],
    style: MapStyle | None = None,
    names: tuple[str, str] = ("before", "after"),
) -> Any:
    """Draw what moves.

    Parameters
    ----------
    areas
        Columns ``area_id`` and ``geometry``, projected, in metres.
    before, after
        District by area id, under the same names (matched by overlap).
    weight
        Calls a week by area: what the table of moves adds up.
    names
        Of the two plans.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If no area of the plans is on the map.
    """
    style = style or MapStyle()
    ids = areas["area_id"].astype(str).tolist()
    if not set(ids) & set(after):
        raise InputError("No area of the plans is on this map; give the areas that they were made for.")
    shapes = simplify_for_display(areas, most_vertices=120).geometry.to_numpy()
    old = [before.get(a, "") for a in ids]
    new = [after.get(a, "") for a in ids]
    moves = np.array([a != b for a, b in zip(old, new, strict=True)])
    districts = sorted(set(new) - {""})
    joined = ground.dissolved(shapes, new, districts)
    colours = greedy_colours(len(districts), ground.touching(joined)).tolist()
    fill = {d: fill_of(c, colour=style.colour) for d, c in zip(districts, colours, strict=True)}
    sheet = new_sheet(style.size, portrait=style.portrait)
    said = f"{count(int(moves.sum()), 'area')} of {len(ids)} change hands"
    subtitle = " · ".join(t for t in (style.place, f"{names[0]} to {names[1]}: {said}") if t)
    title = style.title or "What moves"
    bottom, top = head_and_foot(sheet, title, subtitle, [], date=style.date or today(), note=style.note)
    box, table, key = split(sheet, bottom, top, 3.1, portrait=style.portrait)
    axes = ground.map_axes(sheet, box, shapely.total_bounds(shapes))
    ground.fill(axes, shapes[~moves], _STAYS, edge=FAINT, line_width=0.3 * sheet.scale)
    for d in districts:
        mine = moves & (np.array(new, dtype=object) == d)
        ground.fill(
            axes, shapes[mine], fill[d][0], hatch=fill[d][1], edge="white", line_width=0.4 * sheet.scale
        )
    left = moves & (np.array(new, dtype=object) == "")
    ground.fill(axes, shapes[left], "#FFFFFF", hatch="....", edge=FAINT, line_width=0.3 * sheet.scale)
    was = sorted(set(old) - {""})
    ground.outline(
        axes, ground.dissolved(shapes, old, was), QUIET, 1.1 * sheet.scale, dashes="--", zorder=4.8
    )
    there = joined[~shapely.is_empty(joined)]
    ground.outline(axes, there, INK, 1.6 * sheet.scale)
    _name(axes, sheet, districts, joined)
    ground.scale_and_north(axes, sheet, box)
    table.heading("What goes where")
    rows = _rows(ids, old, new, weight, fill)
    table.table(("From", "to", "areas", "of the calls"), rows, (0.34, 0.62, 0.78, 1.0), reserve_in=1.3)
    key.key(
        [
            Key(f"Border in {names[1]}", INK, dashes="-", width=1.6),
            Key(f"Border in {names[0]}", QUIET, dashes="--", width=1.1),
            Key("Stays", _STAYS),
        ]
    )
    return sheet.figure


def _rows(
    ids: list[str],
    old: list[str],
    new: list[str],
    weight: Mapping[str, float],
    fill: Mapping[str, tuple[str, str]],
) -> list[Row]:
    total = max(sum(weight.get(a, 0.0) for a in ids), 1e-12)
    flows: dict[tuple[str, str], list[float]] = {}
    for a, b, c in zip(ids, old, new, strict=True):
        if b != c:
            flow = flows.setdefault((b, c), [0.0, 0.0])
            flow[0] += 1
            flow[1] += weight.get(a, 0.0) / total
    ranked = sorted(flows.items(), key=lambda f: -f[1][1])
    rows = [
        Row((b or "none", c or "none", f"{n:.0f}", percent(share)), fill.get(c))
        for (b, c), (n, share) in ranked[:_MOST_ROWS]
    ]
    rest = ranked[_MOST_ROWS:]
    if rest:
        n, share = sum(f[1][0] for f in rest), sum(f[1][1] for f in rest)
        rows.append(Row((f"{len(rest)} others", "", f"{n:.0f}", percent(share))))
    n, share = sum(f[1][0] for f in ranked), sum(f[1][1] for f in ranked)
    return [*rows, Row(("All", "", f"{n:.0f}", percent(share)), strong=True)]


def _name(axes: Any, sheet: Any, districts: list[str], joined: Any) -> None:
    labels = Labels(axes)
    middle, radius_m = ground.inner_circles(joined)
    for k in np.argsort(-radius_m, kind="stable"):
        if radius_m[k] > 0:
            labels.put(middle[k], districts[k], 9.0 * sheet.scale, weight="bold")
