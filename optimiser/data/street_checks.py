"""What is odd about street lines: missing speeds, closed segments, repeated and disconnected ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.data import street_columns
from optimiser.data.area_import import text_column
from optimiser.data.figures import parse_numbers
from optimiser.data.layers import KINDS, read_layer
from optimiser.data.quality import Finding, Notes
from optimiser.errors import InputError
from optimiser.units import percent_text

OSM_KIND = ".osm.pbf"
_READ_THROUGH_BYTES = 50_000_000
_SPEED_WORDS = r"(?i)\s*(km/?h|kph|mph)\s*$"
_CLOSED = frozenset({"0", "false", "n", "no"})
_SNAP = 0.1  # in units of the layer: ends drawn this near are one junction


def street_findings(path: Path) -> tuple[Finding, ...]:
    """Check a road file: street lines, or an OpenStreetMap extract.

    Raises
    ------
    InputError
        If the file is neither, is damaged, or holds no street.
    """
    if path.name.lower().endswith(OSM_KIND):
        _check_extract(path)
        return ()
    if path.suffix.lower() not in KINDS:
        raise InputError(f"{path}: roads come as {OSM_KIND} or as street lines ({', '.join(KINDS)}).")
    streets = read_layer(path, shape="line")
    shapes = streets.geometry.to_numpy()
    lines = np.isin(shapely.get_type_id(shapes), (1, 5)) & ~shapely.is_empty(shapes)
    if not lines.any():
        raise InputError(f"{path} holds no street lines.")
    notes = Notes(path.name)
    notes.rows("streets that are no lines", ~lines, "left out")
    speed = street_columns.first(streets.columns, street_columns.SPEED)
    if speed:
        _speed_notes(speed, text_column(streets[speed]), notes)
    if not street_columns.first(streets.columns, street_columns.ONE_WAY):
        notes.add(
            "streets without a direction",
            len(streets),
            len(streets),
            "all are open both ways: no column says",
        )
    closed = street_columns.first(streets.columns, street_columns.OPEN)
    if closed:
        off = text_column(streets[closed]).str.casefold().isin(_CLOSED).to_numpy()
        notes.rows(f"streets with {closed} = 0", off, "kept; leave them out where they are closed to cars")
    metric = streets.to_crs(streets.estimate_utm_crs()) if streets.crs.is_geographic else streets
    _graph_notes(metric.geometry.to_numpy()[lines], notes)
    return tuple(notes.findings)


def _speed_notes(column: str, text: pd.Series, notes: Notes) -> None:
    values, _ = parse_numbers(text.str.replace(_SPEED_WORDS, "", regex=True))
    none = np.isnan(values) | (values <= 0)
    notes.rows(f"streets with {column} 0 or missing", none, "the default speed is used (default_speed_kmh)")
    unit, said = street_columns.speed_unit(column)
    if not said:
        action = f"read as {unit}: where they are km/h, call the column speed_kmh and import again"
        notes.add(f"speed limits of {column} without a unit", int((~none).sum()), len(text), action)


def _check_extract(path: Path) -> None:
    """Raise InputError where a file is no OpenStreetMap extract with streets; a large one is not read through."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path} is not a file.")
        with path.open("rb") as stream:
            head = stream.read(64)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if b"OSMHeader" not in head:
        raise InputError(
            f"{path} does not begin as an OpenStreetMap pbf file does; download it again as {OSM_KIND}."
        )
    if size > _READ_THROUGH_BYTES:
        return
    import osmium

    try:
        ways = osmium.FileProcessor(osmium.io.File(str(path.resolve()), "pbf"), osmium.osm.WAY)
        streets = sum(1 for _ in ways.with_filter(osmium.filter.KeyFilter("highway")))
    except (RuntimeError, ValueError) as error:
        raise InputError(f"{path} is a damaged OpenStreetMap extract: {error}. Download it again.") from error
    if not streets:
        raise InputError(f"{path} holds no street.")


def _graph_notes(shapes: NDArray[np.object_], notes: Notes) -> None:
    parts = shapely.get_parts(shapes)
    ends = np.stack([shapely.get_point(parts, 0), shapely.get_point(parts, -1)], axis=1)
    xy = np.round(shapely.get_coordinates(ends.ravel()) / _SNAP).astype(np.int64)
    junctions, at = np.unique(xy, axis=0, return_inverse=True)
    at = at.reshape(-1, 2)
    n = len(junctions)
    pair = pd.MultiIndex.from_arrays([at.min(axis=1), at.max(axis=1)])
    loop = at[:, 0] == at[:, 1]
    again = pair.duplicated() & ~loop
    notes.rows(
        "streets between two junctions that have one already", again, "the faster is used, never the sum"
    )
    links = coo_array((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(n, n))
    count, label = connected_components(links, directed=False)
    if count > 1:
        largest = int(np.bincount(label).max())
        held = percent_text(largest / n)
        action = f"the street graph falls into {count} pieces; the largest holds {held} of {n:,} junctions"
        notes.add("junctions cut off from the largest street piece", n - largest, n, action)
        notes.add("pieces of the street graph", count, 0, action)
