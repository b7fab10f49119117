"""One door: a road network from whatever file holds it."""

from __future__ import annotations

from pathlib import Path

from optimiser.data.layers import read_layer
from optimiser.errors import InputError
from optimiser.roads.network import RoadNetwork, read_network
from optimiser.roads.osm import DRIVE, from_osm
from optimiser.roads.streets import StreetColumns, from_lines

LINE_KINDS = (".gpkg", ".shp", ".geojson", ".json", ".parquet", ".geoparquet")


def load(
    path: str | Path,
    *,
    columns: StreetColumns | None = None,
    crs: str | None = None,
    modes: tuple[str, ...] = DRIVE,
    layer: str | None = None,
) -> RoadNetwork:
    """Read a road network, choosing the reader by the file's name.

    Parameters
    ----------
    path
        ``.osm.pbf`` (OpenStreetMap), a map layer of street lines, or ``.npz`` (a stored network).
    columns
        Column map of street lines.
    crs
        Projected system in metres for coordinates; the UTM zone of the roads if None.
    modes
        Whose roads to read from OpenStreetMap.
    layer
        Layer of a GeoPackage.

    Raises
    ------
    InputError
        If the file is of another kind, or cannot be read.
    """
    path = Path(path)
    name = path.name.lower()
    if name.endswith(".osm.pbf"):
        return from_osm(path, modes=modes, crs=crs)
    if name.endswith(".npz"):
        return read_network(path)
    if name.endswith(LINE_KINDS):
        return from_lines(read_layer(path, layer, shape="line"), columns, crs=crs)
    raise InputError(f"{path}: roads come as .osm.pbf, .npz or street lines ({', '.join(LINE_KINDS)}).")
