"""Raw areas to the canonical table: text ids, polygons in metres, only the columns we know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from optimiser.data import canonical as names
from optimiser.data.columns import ColumnGuess, Kind, guess_columns
from optimiser.data.figures import parse_numbers
from optimiser.data.groups import import_groups
from optimiser.data.labels import clean_ids, refuse_dates
from optimiser.data.layers import read_layer
from optimiser.data.quality import Finding, finding
from optimiser.data.read_xlsx import as_text
from optimiser.data.stretch import GOOD_FRAC, stretch_frac
from optimiser.data.structure_checks import CROSSING
from optimiser.errors import InputError
from optimiser.units import percent_text

if TYPE_CHECKING:
    import geopandas as gpd

LONGEST_ID = 60
SOUTHERNMOST_DEG, NORTHERNMOST_DEG = -60.0, 84.0
_CONTROL = r"[\x00-\x1f\x7f\u2028\u2029]"


@dataclass(frozen=True)
class ImportedAreas:
    """Canonical areas, how their columns were read, and what was found."""

    areas: gpd.GeoDataFrame
    guess: ColumnGuess
    source_crs: str
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    groups: pd.DataFrame | None = None


def import_areas(
    path: Path,
    given: Mapping[str, str] | None = None,
    *,
    none_values: tuple[str, ...] = (),
    crs: str | None = None,
    layer: str | None = None,
    groups: Mapping[str, str] | None = None,
) -> ImportedAreas:
    """Read areas.

    Parameters
    ----------
    path
        Map layer of polygons.
    given
        Our column to theirs, where the planner has said so.
    none_values
        Labels of beats and districts that mean "none".
    crs
        Projected coordinate system in metres to use; the zone of UTM they lie in if None.
    layer
        Layer of a GeoPackage.
    groups
        Name of a census group to the column that counts its residents.

    Raises
    ------
    InputError
        Naming all faults together: no id column, ids empty, doubled or turned into dates, shapes that are no
        polygons.
    """
    raw = read_layer(path, layer, shape="polygon")
    guess = _guess(path, raw, "areas", given)
    frame = pd.DataFrame({ours: text_column(raw[theirs]) for ours, theirs in guess.columns.items()})
    faults = _faults(frame, raw.geometry.to_numpy(), guess)
    if faults:
        raise InputError(f"{path}: {'; '.join(faults)}.")
    refuse_dates(frame["area_id"], f"{path}, column {guess.columns['area_id']!r}")
    projected, said = _projected(path, raw, crs)
    table = pd.DataFrame({"area_id": clean_ids(frame["area_id"])})
    for column in ("other_id", "name", "district_id", "beat_id"):
        table[column] = clean_ids(frame[column]) if column in frame else ""
    population, wrong = (
        parse_numbers(frame["population"]) if "population" in frame else (np.nan, np.zeros(1, bool))
    )
    table["population"] = population
    found = []
    if wrong.any():
        found.append(
            finding("populations that are no number", int(wrong.sum()), len(table), "taken as unknown")
        )
    for column in ("district_id", "beat_id"):
        none = table[column].isin(none_values) & (table[column] != "")
        if none.any():
            label = sorted(set(table.loc[none, column]))
            said.append(
                f"{column} {', '.join(map(repr, label))} means none ({int(none.sum())} areas; none_values)."
            )
            table.loc[none, column] = ""
    areas = projected[["geometry"]].reset_index(drop=True)
    areas["geometry"] = _mended(path, areas.geometry.to_numpy(), table["area_id"].to_numpy(), found)
    for column in names.AREA_COLUMNS[:-1]:
        areas[column] = table[column].to_numpy()
    areas = areas[list(names.AREA_COLUMNS)]
    groups = groups or {}
    there = {
        c: text_column(raw[c]) if c in groups.values() else raw[c]
        for c in raw.columns.drop(raw.geometry.name)
    }
    counted, oddities = import_groups(path, there, table["area_id"].to_numpy(), groups)
    dropped = tuple(c for c in guess.dropped if c not in groups.values())
    guess = replace(guess, dropped=dropped, personal=tuple(c for c in guess.personal if c in dropped))
    return ImportedAreas(areas, guess, raw.crs.to_string(), (*found, *oddities), tuple(said), counted)


def import_stations(
    path: Path, areas: gpd.GeoDataFrame, given: Mapping[str, str] | None = None
) -> gpd.GeoDataFrame:
    """Read stations: points with an id and a name, in the areas' coordinate system."""
    raw = read_layer(path, shape="point")
    guess = _guess(path, raw, "stations", given, required=())
    n = len(raw)
    ids = clean_ids(text_column(raw[guess.columns["station_id"]])) if "station_id" in guess.columns else None
    if ids is None:
        ids = pd.Series([f"ST-{k + 1:02d}" for k in range(n)], dtype="str")
    name = text_column(raw[guess.columns["name"]]) if "name" in guess.columns else ids
    if ids.duplicated().any() or (ids == "").any():
        doubled = ids[ids.duplicated()].unique().tolist()[:5]
        raise InputError(
            f"{path}: every station needs an id of its own, not empty and not shared: {doubled}."
        )
    points = raw.geometry.to_crs(areas.crs).representative_point()
    stations = raw[["geometry"]].set_geometry(points)
    stations["station_id"], stations["name"] = ids.to_numpy(), name.to_numpy()
    return stations[["station_id", "name", "geometry"]]


def text_column(values: Any) -> pd.Series:
    """Return attributes of a layer as text, whole numbers without a point."""
    missing = pd.isna(values).to_numpy()
    text = [("" if gone else as_text(v)) for v, gone in zip(values.tolist(), missing.tolist(), strict=True)]
    return pd.Series(text, dtype="str")


def _guess(
    path: Path,
    raw: Any,
    kind: Kind,
    given: Mapping[str, str] | None,
    required: tuple[str, ...] = ("area_id",),
) -> ColumnGuess:
    header = [c for c in raw.columns if c != raw.geometry.name]
    absent = sorted({t for t in (given or {}).values() if t and t not in header})
    if absent:
        raise InputError(f"{path} has no column {', '.join(absent)}; it has {', '.join(header)}.")
    guess = guess_columns(header, kind, given)
    missing = [r for r in required if r not in guess.columns]
    if missing:
        raise InputError(
            f"{path}: no column is known as {', '.join(missing)}. Name one in columns.toml, [{kind}.columns]; it has "
            f"{', '.join(header) or 'none'}."
        )
    return guess


def _faults(frame: pd.DataFrame, shapes: Any, guess: ColumnGuess) -> list[str]:
    ids = clean_ids(frame["area_id"])
    column = guess.columns["area_id"]
    faults = []
    empty = np.flatnonzero(ids == "")
    if len(empty):
        faults.append(f"column {column!r} is empty in feature {_some(empty + 1)}")
    doubled = np.flatnonzero(ids.duplicated(keep=False) & (ids != ""))
    if len(doubled):
        shown = [f"{ids[k]!r} (feature {k + 1})" for k in doubled]
        faults.append(
            f"column {column!r} holds the same id more than once: {_some(shown)}; give each area one row"
        )
    odd = np.flatnonzero(
        ids.str.contains(_CONTROL).to_numpy(dtype=bool) | (ids.str.len() > LONGEST_ID).to_numpy()
    )
    if len(odd):
        faults.append(
            f"column {column!r} holds line breaks, control characters or more than {LONGEST_ID} characters in "
            f"feature {_some(odd + 1)}"
        )
    kinds = shapely.get_type_id(shapes)
    wrong = np.flatnonzero(~np.isin(kinds, (3, 6)) | shapely.is_empty(shapes))
    if len(wrong):
        words = {
            -1: "no shape",
            7: "a collection of shapes",
            0: "a point",
            1: "a line",
            5: "lines",
            4: "points",
        }
        shown = [f"feature {k + 1} ({words.get(int(kinds[k]), 'an empty shape')})" for k in wrong]
        faults.append(f"not a polygon: {_some(shown)}")
    if not faults:
        with np.errstate(all="ignore"):  # places beyond any map are told apart later
            flat = np.flatnonzero(~(shapely.area(_valid(shapes)) > 0))
        faults += [f"an area of no size: feature {_some(flat + 1)}"] if len(flat) else []
    return faults


def _valid(shapes: Any) -> Any:
    """Return polygons whose borders do not cross: a bow-tie becomes its two halves."""
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return shapes


def _mended(path: Path, shapes: Any, ids: Any, found: list[Finding]) -> Any:
    """Return sound shapes, and count those that had to be mended.

    Raises
    ------
    InputError
        If a shape does not lie where the coordinate system reaches.
    """
    lost = np.flatnonzero(~np.isfinite(shapely.bounds(shapes)).all(axis=1))
    if len(lost):
        raise InputError(
            f"{path}: feature {_some(lost + 1)} lies where the coordinate system does not reach. Give the right one."
        )
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    if len(broken):
        action = "mended: a bow-tie became its two halves"
        found.append(finding(CROSSING, len(broken), len(shapes), action, examples=ids[broken]))
    return _valid(shapes)


def _projected(path: Path, raw: Any, crs: str | None) -> tuple[Any, list[str]]:
    flat = raw.set_geometry(shapely.force_2d(raw.geometry.to_numpy()), crs=raw.crs)
    _refuse_misplaced(path, flat)
    if crs is not None:
        return flat.to_crs(crs), []
    metric = raw.crs.is_projected and abs(raw.crs.axis_info[0].unit_conversion_factor - 1.0) < 1e-9
    off_frac = stretch_frac(raw.crs, flat.total_bounds) if metric else 0.0
    if metric and off_frac <= GOOD_FRAC:
        return flat, []
    try:
        chosen = flat.estimate_utm_crs()
    except (RuntimeError, ValueError) as error:
        raise InputError(
            f"{path}: no UTM zone fits ({error}). Give a coordinate system in metres."
        ) from error
    why = (
        f"; distances in the file's own, {raw.crs.name}, are up to {percent_text(off_frac, 0)} off"
        if metric
        else ""
    )
    return flat.to_crs(chosen), [
        f"Coordinate system for metres: {chosen.to_string()}, the UTM zone the areas lie in{why}."
    ]


def _refuse_misplaced(path: Path, layer: Any) -> None:
    """Raise InputError where coordinates cannot be what the coordinate system says they are."""
    west, south, east, north = layer.total_bounds
    reach = f"reaches from {west:.6g}, {south:.6g} to {east:.6g}, {north:.6g}"
    said = f"({layer.crs.to_string()[:60]})"
    on_globe = max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90
    if layer.crs.is_geographic and not on_globe:
        raise InputError(
            f"{path} is said to be in degrees {said}, but {reach}: these are metres or feet, or latitude and "
            "longitude are swapped. Give the right coordinate system."
        )
    if layer.crs.is_geographic and (south < SOUTHERNMOST_DEG or north > NORTHERNMOST_DEG):
        raise InputError(
            f"{path} {reach}: nobody polices these latitudes. Are latitude and longitude swapped?"
        )
    if layer.crs.is_projected and on_globe:
        raise InputError(
            f"{path} is said to be in metres or feet {said}, but {reach}: these are degrees. Give the right "
            "coordinate system (EPSG:4326?)."
        )


def _some(values: Any, most: int = 10) -> str:
    listed = [str(v) for v in values]
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")
