"""Street lines of a road file, with an id and a name each: what a grid lies over and what labels are written on."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from optimiser.data.area_import import text_column
from optimiser.data.columns import key
from optimiser.data.layers import read_layer
from optimiser.data.street_columns import SEGMENT_ID
from optimiser.errors import InputError
from optimiser.roads import RoadNetwork
from optimiser.roads import load as load_roads
from optimiser.roads.guess import guess_columns
from optimiser.roads.load import LINE_KINDS


def street_lines(path: Path, *, crs: str | None = None) -> gpd.GeoDataFrame:
    """Return the street segments of a road file: ``segment_id``, ``name``, ``geometry``.

    Of street lines, one row a feature in the file's order; the id is the first of the usual id columns whose values
    are there and all different, else the number of the feature from 1. Of an OpenStreetMap extract or a stored
    network, one row an edge between two junctions, numbered.

    Parameters
    ----------
    crs
        Coordinate system of the result; the file's own if None.

    Raises
    ------
    InputError
        If the file cannot be read or holds no lines.
    """
    if not path.name.lower().endswith(LINE_KINDS):
        found = of_network(load_roads(path, crs=crs))
        return found if crs is None else found.to_crs(crs)
    layer = read_layer(path, shape="line")
    layer = layer if crs is None else layer.to_crs(crs)
    shapes = shapely.force_2d(layer.geometry.to_numpy())
    good = np.isin(shapely.get_type_id(shapes), (1, 5)) & ~shapely.is_empty(shapes)
    if not good.any():
        raise InputError(f"{path} holds no street lines.")
    columns = [str(c) for c in layer.columns if c != layer.geometry.name]
    name = guess_columns(columns).name
    frame = gpd.GeoDataFrame({"segment_id": _ids(layer, columns)}, geometry=shapes, crs=layer.crs)
    frame["name"] = text_column(layer[name]).to_numpy() if name else ""
    return frame[good][["segment_id", "name", "geometry"]].reset_index(drop=True)


def _ids(layer: gpd.GeoDataFrame, columns: list[str]) -> list[str]:
    by_key = {key(c): c for c in reversed(columns)}
    for wanted in map(key, SEGMENT_ID):
        if wanted in by_key:
            ids = text_column(layer[by_key[wanted]]).str.strip()
            if (ids != "").all() and ids.is_unique:
                return [str(i) for i in ids]
    return [str(k + 1) for k in range(len(layer))]


def of_network(roads: RoadNetwork) -> gpd.GeoDataFrame:
    """Return the edges of a network as street segments."""
    lines = [shapely.LineString(roads.edge_line(e)) for e in range(roads.n_edges)]
    first = roads.member_segment[roads.member_start[:-1]]
    label = roads.streets.name[first]
    names = [roads.streets.names[k] if k >= 0 else "" for k in label.tolist()]
    ids = [str(e + 1) for e in range(roads.n_edges)]
    return gpd.GeoDataFrame({"segment_id": ids, "name": names}, geometry=lines, crs=roads.crs)
