"""Writes the files of a project folder."""

from __future__ import annotations

import csv
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from optimiser.data import canonical as names
from optimiser.data import drivers
from optimiser.data.adjacency_edits import COLUMNS as EDIT_COLUMNS
from optimiser.data.adjacency_edits import Edit
from optimiser.data.layers import read_layer
from optimiser.data.read import read_exact
from optimiser.data.spreadsheet import harmless, honest
from optimiser.data.street_checks import OSM_KIND
from optimiser.data.street_columns import known
from optimiser.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd


def write_areas(folder: Path, areas: gpd.GeoDataFrame, more: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write ``areas.gpkg``: the areas, and ``more`` layers by name, in the coordinate system of the areas."""
    path = folder / names.AREAS_FILE
    write_layer(path, names.AREAS_LAYER, areas)
    for layer, frame in more.items():
        write_layer(path, layer, frame.to_crs(areas.crs))


def hard_shapes(source: Path, areas: gpd.GeoDataFrame, *, lines: bool) -> gpd.GeoDataFrame:
    """Read hard boundaries: their shapes alone, in the coordinate system of the areas.

    Raises
    ------
    InputError
        If they are polygons where lines are wanted or lines where polygons are (they would cut every link, or
        none), or lie where the coordinate system does not reach.
    """
    layer = read_layer(source, shape="line" if lines else "polygon")
    shapes = shapely.force_2d(layer.geometry.to_numpy())
    kinds = shapely.get_type_id(shapes)
    wrong = int((~np.isin(kinds, (1, 2, 5) if lines else (3, 6))).sum())
    if wrong:
        wanted, other = ("lines", "polygons") if lines else ("polygons", "lines")
        raise InputError(
            f"{source}: {wrong} of {len(kinds)} shapes are no {wanted}. Boundaries that are {other} go to "
            f"--hard-{other}."
        )
    sound = shapes if lines else shapely.make_valid(shapes)
    frame = layer[["geometry"]].set_geometry(sound, crs=layer.crs).to_crs(areas.crs)
    lost = np.flatnonzero(~np.isfinite(shapely.bounds(frame.geometry.to_numpy())).all(axis=1))
    if len(lost):
        raise InputError(
            f"{source}: feature {lost[0] + 1} lies where its coordinate system ({layer.crs.name}) does not reach. "
            "Give the right one."
        )
    return frame


def write_edits(path: Path, edits: Sequence[Edit]) -> None:
    """Write ``adjacency_edits.csv``; without edits its header alone, for a planner to fill in."""
    rows = [tuple(map(harmless, (e.area_a, e.area_b, e.action, e.reason))) for e in edits]
    _write_rows(path, EDIT_COLUMNS, rows)


def write_layer(path: Path, layer: str, frame: gpd.GeoDataFrame) -> None:
    """Write a layer of a GeoPackage, without what the map library would say about it.

    Raises
    ------
    OSError
        If it cannot be written, whatever the map library calls that.
    """
    drivers.confine()
    import pyogrio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")
        except RuntimeError as error:
            raise OSError(f"{path.name} could not be written whole; is the disk full") from error


def write_roads(folder: Path, roads: Path) -> str:
    """Keep a road file in the project: an extract as it is, of street lines only what a network is made of.

    Returns
    -------
    str
        Its place, relative to the project folder.
    """
    (folder / names.ROADS_FOLDER).mkdir(exist_ok=True)
    if roads.name.lower().endswith(OSM_KIND):
        shutil.copyfile(roads, folder / names.ROADS_FOLDER / roads.name)
        return f"{names.ROADS_FOLDER}/{roads.name}"
    streets = read_layer(roads, shape="line")
    kept = streets[[*known(streets.columns.drop("geometry")), "geometry"]]
    parquet = roads.suffix.lower() in (".parquet", ".geoparquet")
    place = f"{names.ROADS_FOLDER}/{roads.stem}{roads.suffix.lower() if parquet else '.gpkg'}"
    if parquet:
        kept.to_parquet(folder / place)
    else:
        write_layer(folder / place, names.STREETS_LAYER, kept)
    return place


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as Parquet."""
    frame.to_parquet(path, index=False, compression="zstd")


def write_plan(
    folder: Path, name: str, plan: Mapping[str, str], beats: Mapping[str, str] | None = None
) -> None:
    """Write ``plans/<name>.csv``, with a column of beats where there are any; no cell becomes a formula."""
    folder.mkdir(exist_ok=True)
    rows = [(a, d, *([beats.get(a, "")] if beats else [])) for a, d in sorted(plan.items())]
    header = ("area_id", "district_id", *(["beat_id"] if beats else []))
    _write_rows(folder / f"{name}.csv", header, [tuple(map(harmless, row)) for row in rows])


def write_pairs(path: Path, source: Path, known: Mapping[str, str]) -> None:
    """Write ``adjacency.csv`` from a published list: its first two columns, each pair once.

    Raises
    ------
    InputError
        Naming every row whose id is no area's.
    """
    table = read_exact(source)
    if len(table.header) < 2:
        raise InputError(
            f"{source}: a list of neighbours needs two columns; it has {', '.join(table.header)}."
        )
    a, b = table.header[:2]
    pairs, faults = set(), []
    for line, *typed in zip(table.lines, table.frame[a], table.frame[b], strict=True):
        one, two = (honest(v.strip()) for v in typed)
        unknown = [v for v in (one, two) if v not in known]
        if unknown:
            what = "is not an area" if len(unknown) == 1 else "are not areas"
            faults.append(f"line {line}: {' and '.join(map(repr, unknown))} {what}")
            continue
        first, second = sorted((known[one], known[two]))
        if first != second:
            pairs.add((first, second))
    if faults:
        more = f" and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise InputError(f"{source}: {'; '.join(faults[:20])}{more}. Use the areas' ids.")
    rows = [(harmless(first), harmless(second)) for first, second in sorted(pairs)]
    _write_rows(path, ("area_a", "area_b"), rows)


def _write_rows(path: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
