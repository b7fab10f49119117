"""What is odd about street lines: missing speeds, closed segments, repeated and disconnected ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.data.area_import import text_column
from optimiser.data.columns import key
from optimiser.data.figures import parse_numbers
from optimiser.data.layers import KINDS, read_layer
from optimiser.data.quality import Finding, Notes
from optimiser.errors import InputError
from optimiser.units import percent_text

_SPEED = ("speedlimit", "maxspeed", "speed", "postedspeed", "speedlim")
_OPEN = ("enabled", "open", "active")
_CLOSED = frozenset({"0", "false", "n", "no"})
_SNAP = 0.1  # in units of the layer: ends drawn this near are one junction


def street_findings(path: Path) -> tuple[Finding, ...]:
    """Check a file of street lines; an OSM extract is checked where roads are read.

    Raises
    ------
    InputError
        If the file holds no lines.
    """
    if path.suffix.lower() not in KINDS:
        return ()
    streets = read_layer(path)
    shapes = streets.geometry.to_numpy()
    lines = np.isin(shapely.get_type_id(shapes), (1, 5)) & ~shapely.is_empty(shapes)
    if not lines.any():
        raise InputError(f"{path} holds no street lines.")
    notes = Notes(path.name)
    notes.rows("streets that are no lines", ~lines, "left out")
    named = {key(c): c for c in streets.columns}
    speed = next((named[k] for k in _SPEED if k in named), None)
    if speed is not None:
        values, wrong = parse_numbers(text_column(streets[speed]))
        none = wrong | np.isnan(values) | (values <= 0)
        notes.rows(
            f"streets with {speed} 0 or missing", none, "the default speed is used (default_speed_kmh)"
        )
    closed = next((named[k] for k in _OPEN if k in named), None)
    if closed is not None:
        off = text_column(streets[closed]).str.casefold().isin(_CLOSED).to_numpy()
        notes.rows(f"streets with {closed} = 0", off, "kept; leave them out where they are closed to cars")
    metric = streets.to_crs(streets.estimate_utm_crs()) if streets.crs.is_geographic else streets
    _graph_notes(metric.geometry.to_numpy()[lines], notes)
    return tuple(notes.findings)


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
