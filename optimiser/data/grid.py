"""A grid of hexagons or squares where an agency has no areas: cells over its streets and calls.

Cells hang on the zero of the coordinate system, not on the data: the same place has the same cell, and the same id,
however much the streets or calls grow.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.data import canonical as names
from optimiser.data.area_import import ImportedAreas
from optimiser.data.columns import ColumnGuess, guess_columns
from optimiser.data.columns_file import ColumnMap
from optimiser.data.figures import parse_numbers
from optimiser.data.quality import finding
from optimiser.data.read import read_table
from optimiser.errors import InputError, UsageError
from optimiser.units import METRES_PER_KM, METRES_PER_MILE

if TYPE_CHECKING:
    import geopandas as gpd

LEAST_M, MOST_M = 50.0, 50_000.0
MOST_CELLS = 200_000
_METRES = {"m": 1.0, "km": METRES_PER_KM, "mi": METRES_PER_MILE}
_FORM = re.compile(r"(hex|square):(\d+(?:\.\d+)?)\s*(m|km|mi)")
_DEGREES = "EPSG:4326"
_FAR_FRAC = 0.001
"""Without streets, this share of the calls at each end does not stretch the grid: wrong points lie far out."""


@dataclass(frozen=True)
class Grid:
    """What a grid is made of.

    Parameters
    ----------
    kind
        ``hex`` (two sides upright) or ``square``.
    size_m
        From side to opposite side of a cell, metres.
    streets
        Street lines in any coordinate system; None for a grid over calls alone.
    """

    kind: str
    size_m: float
    streets: gpd.GeoSeries | None = None

    def in_words(self) -> str:
        """Return what the cells are."""
        what = "hexagons" if self.kind == "hex" else "squares"
        return f"{what} of {self.size_m:,.0f} m from side to side"


def read_grid(text: str, streets: gpd.GeoSeries | None = None) -> Grid:
    """Read ``hex:500m``, ``square:0.5km`` or ``hex:0.25mi``.

    Raises
    ------
    UsageError
        If the text is not of this form, or the size is out of reason.
    """
    match = _FORM.fullmatch(text.strip().casefold())
    if match is None:
        raise UsageError(f"{text!r} is no grid; write hex:500m, square:500m, hex:0.5km or square:0.25mi.")
    size_m = float(match[2]) * _METRES[match[3]]
    if not LEAST_M <= size_m <= MOST_M:
        raise UsageError(
            f"Cells of {size_m:g} m are asked for; they may have {LEAST_M:g} m to {MOST_M / 1000:g} km."
        )
    return Grid(match[1], size_m, streets)


def cells(grid: Grid, bounds: tuple[float, float, float, float], crs: str) -> gpd.GeoDataFrame:
    """Return every cell that touches a box: ``area_id`` and ``geometry``, row by row from the south.

    Ids are row and column counted from the zero of the coordinate system: ``N7301-E1402``, south and west of it
    ``S`` and ``W``. Shared corners are the same numbers in all their cells.

    Raises
    ------
    InputError
        If there would be more than :data:`MOST_CELLS`.
    """
    import geopandas as gpd

    west, south, east, north = bounds
    step_x = grid.size_m
    step_y = grid.size_m * (math.sqrt(3) / 2 if grid.kind == "hex" else 1.0)
    columns = np.arange(math.floor(west / step_x) - 1, math.ceil(east / step_x) + 2)
    rows = np.arange(math.floor(south / step_y) - 1, math.ceil(north / step_y) + 2)
    if len(columns) * len(rows) > MOST_CELLS:
        raise InputError(
            f"A grid of {grid.in_words()} over {(east - west) / 1000:,.0f} by {(north - south) / 1000:,.0f} km has "
            f"{len(columns) * len(rows):,} cells, more than {MOST_CELLS:,}. Take larger cells, or cut the roads."
        )
    row, column = (a.ravel() for a in np.meshgrid(rows, columns, indexing="ij"))
    shapes = _hexagons(row, column, grid.size_m) if grid.kind == "hex" else _squares(row, column, grid.size_m)
    hit = shapely.intersects(shapes, shapely.box(west, south, east, north))
    ids = [
        f"{'S' if r < 0 else 'N'}{abs(r)}-{'W' if c < 0 else 'E'}{abs(c)}"
        for r, c in zip(row[hit].tolist(), column[hit].tolist(), strict=True)
    ]
    return gpd.GeoDataFrame({"area_id": ids}, geometry=shapes[hit], crs=crs)


def _squares(row: NDArray[np.int64], column: NDArray[np.int64], size_m: float) -> NDArray[np.object_]:
    corner = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    x = (column[:, None] + corner[:, 0]) * size_m
    y = (row[:, None] + corner[:, 1]) * size_m
    return np.asarray(shapely.polygons(np.stack([x, y], axis=2)), dtype=object)


def _hexagons(row: NDArray[np.int64], column: NDArray[np.int64], size_m: float) -> NDArray[np.object_]:
    """Upright sides ``size_m`` apart, every other row half a cell to the east; all corners on one lattice."""
    corner = np.array([[0, -2], [1, -1], [1, 1], [0, 2], [-1, 1], [-1, -1]])
    half_x, quarter_y = size_m / 2, size_m / math.sqrt(3) / 2
    x = (2 * column[:, None] + row[:, None] % 2 + corner[:, 0]) * half_x
    y = (3 * row[:, None] + corner[:, 1]) * quarter_y
    return np.asarray(shapely.polygons(np.stack([x, y], axis=2)), dtype=object)


def grid_areas(grid: Grid, calls: Path, column_map: ColumnMap, crs: str | None) -> ImportedAreas:
    """Return the cells over the extent of the streets and a cell beyond, or of the calls where there are no streets.

    Which of them stay is known once the calls are placed: :func:`kept`.

    Parameters
    ----------
    calls
        The raw calls; read for their extent only where there are no streets.
    crs
        Projected system in metres; the UTM zone of the streets or calls if None.

    Raises
    ------
    InputError
        If the calls have no points to make a grid of, or the grid would be too large.
    """
    import geopandas as gpd

    source = _call_points(calls, column_map, crs) if grid.streets is None else grid.streets
    metric = source.crs.is_projected and abs(source.crs.axis_info[0].unit_conversion_factor - 1.0) < 1e-9
    target = crs or (source.crs.to_string() if metric else source.estimate_utm_crs().to_string())
    west, south, east, north = (float(v) for v in gpd.GeoSeries(source).to_crs(target).total_bounds)
    more = grid.size_m  # calls just beyond the last street have their cell
    made = cells(grid, (west - more, south - more, east + more, north + more), target)
    for column in names.AREA_COLUMNS:
        if column not in ("area_id", "geometry"):
            made[column] = np.nan if column == "population" else ""
    over = "the calls" if grid.streets is None else "the streets"
    said = [] if crs or metric else [f"Coordinate system for metres: {target}, the UTM zone {over} lie in."]
    said.append(f"The areas are a grid of {grid.in_words()} over {over}.")
    guess = ColumnGuess({}, {}, {}, (), ())
    return ImportedAreas(made[list(names.AREA_COLUMNS)], guess, source.crs.to_string(), (), tuple(said))


def kept(areas: ImportedAreas, grid: Grid, table: pd.DataFrame) -> tuple[ImportedAreas, pd.DataFrame]:
    """Drop the cells that have neither a street nor a call, and those of calls alone that no street's cell leads to.

    Parameters
    ----------
    table
        The calls as placed in the cells.

    Returns
    -------
    tuple
        The areas that stay, and the calls; a call of a cell that was dropped lies in no area.

    Raises
    ------
    InputError
        If no cell is left.
    """
    frame = areas.areas
    stays = frame["area_id"].isin(set(table["area_id"])).to_numpy().copy()
    n_calls, found = int(stays.sum()), list(areas.findings)
    if grid.streets is not None:
        streets = np.zeros(len(frame), dtype=bool)
        tree = shapely.STRtree(grid.streets.to_crs(frame.crs).to_numpy())
        streets[np.unique(tree.query(frame.geometry.to_numpy(), predicate="intersects")[0])] = True
        stays = _led_to(frame.geometry.to_numpy(), stays | streets, streets)
    if not stays.any():
        raise InputError(
            "No cell of the grid has a street or a call: check the coordinate system of the calls."
        )
    ids = frame["area_id"][stays]
    lost = ~table["area_id"].isin([*ids, ""]).to_numpy()
    if lost.any():
        action = "in no area: no cell with a street touches theirs"
        found.append(finding("calls in cells away from all streets", int(lost.sum()), len(table), action))
    gone = int((~stays).sum())
    said = (
        f"{len(ids):,} cells stay, of {n_calls:,} with calls; {gone:,} without street and call are left out."
    )
    left = replace(
        areas,
        areas=frame[stays].reset_index(drop=True),
        findings=tuple(found),
        assumptions=(*areas.assumptions, said),
    )
    return left, table.assign(area_id=table["area_id"].where(~lost, ""))


def _led_to(
    shapes: NDArray[np.object_], wanted: NDArray[np.bool_], streets: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the wanted cells that hang together, side by side, with a cell that has a street."""
    at = np.flatnonzero(wanted)
    one, other = shapely.STRtree(shapes[at]).query(shapes[at], predicate="touches")
    side = shapely.length(shapely.intersection(shapes[at[one]], shapes[at[other]])) > 0
    links = coo_array((np.ones(int(side.sum())), (one[side], other[side])), shape=(len(at), len(at)))
    label = connected_components(links, directed=False)[1]
    stays = np.zeros(len(shapes), dtype=bool)
    stays[at] = np.isin(label, label[streets[at]])
    return stays


def _call_points(path: Path, column_map: ColumnMap, crs: str | None) -> gpd.GeoSeries:
    """Return the points of the calls, those far out left aside, for the extent of a grid."""
    import geopandas as gpd

    def wanted(header: tuple[str, ...]) -> list[str]:
        guess = guess_columns(header, "calls", column_map.calls).columns
        if not {"x", "y"} <= set(guess):
            raise InputError(
                f"{path} has no columns for points, and there are no roads: a grid needs one of the two."
            )
        return [guess["x"], guess["y"]]

    table = read_table(path, wanted)
    name_x, name_y = wanted(table.header)
    x, y = parse_numbers(table.frame[name_x])[0], parse_numbers(table.frame[name_y])[0]
    there = np.isfinite(x) & np.isfinite(y) & ~((np.abs(x) <= 1) & (np.abs(y) <= 1))
    if not there.any():
        raise InputError(f"{path}: not one call has a point, and there are no roads to lay a grid over.")
    x, y = x[there], y[there]
    degrees = bool((np.abs(x) <= 180).mean() > 0.5 and (np.abs(y) <= 90).mean() > 0.5)
    if not degrees and crs is None:
        raise InputError(
            f"{path}: the points of the calls are not in degrees. Say their coordinate system (--crs)."
        )
    near = np.ones(len(x), dtype=bool)
    for values in (x, y):
        low, high = np.quantile(values, [_FAR_FRAC, 1 - _FAR_FRAC])
        near &= (values >= low) & (values <= high)
    return gpd.GeoSeries(shapely.points(x[near], y[near]), crs=_DEGREES if degrees else crs)
