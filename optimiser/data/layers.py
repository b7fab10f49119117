"""Map layers from files: GeoPackage, shapefile, GeoJSON, GeoParquet, in any coordinate system.

The content is looked at before any map library sees the file; GeoJSON and GeoParquet never reach GDAL.
"""

from __future__ import annotations

import json
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from optimiser.data import drivers
from optimiser.data.parquet_file import check_size
from optimiser.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

Shape = Literal["polygon", "line", "point"]
KINDS = (".gpkg", ".shp", ".geojson", ".json", ".parquet", ".geoparquet")
MOST_BYTES = 1 << 30
MOST_JSON_BYTES = 1 << 28
"""A JSON text takes twenty times its size once it is read."""
_GPKG_TRIGGERS = ("rtree_", "trigger_", "gpkg_")
_GPKG_TABLES = ("gpkg_", "rtree_", "sqlite_")
_CRS84 = "OGC:CRS84"


def read_layer(
    path: str | Path,
    layer: str | None = None,
    *,
    shape: Shape | None = None,
    crs: str | None = None,
    most_bytes: int = MOST_BYTES,
) -> gpd.GeoDataFrame:
    """Read a map layer; columns as they are, geometry in the file's own coordinate system.

    Parameters
    ----------
    path
        A GeoPackage, shapefile, GeoJSON or GeoParquet file.
    layer
        Layer of a GeoPackage; its only one if None.
    shape
        What is looked for where ``layer`` is None: the only layer of that shape is taken.
    crs
        Coordinate system, where the file does not state one (a shapefile without .prj).
    most_bytes
        Cap on the file's size.

    Raises
    ------
    InputError
        If the file is not what its name says, is too large, states no coordinate system, cannot be read, or holds
        several layers and it is not told which is meant.
    """
    text = str(path)
    if text.startswith(("/vsi", "\\vsi")) or "://" in text or _driver_prefix(text):
        raise InputError(f"{text} is not a plain file. Give the path of a file on this machine.")
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise InputError(f"{path}: a map layer is one of {', '.join(KINDS)}; {suffix or 'no ending'} is not.")
    by_json = suffix in (".geojson", ".json")
    head = _head(path, min(most_bytes, MOST_JSON_BYTES) if by_json else most_bytes)
    if by_json:
        frame = _geojson(path, head)
    elif suffix in (".parquet", ".geoparquet"):
        frame = _geoparquet(path, head, most_bytes)
    elif suffix == ".gpkg":
        _inspect_geopackage(path, head)
        frame = _by_gdal(path, layer, shape)
    else:
        _inspect_shapefile(path, head, most_bytes)
        frame = _by_gdal(path, None, None)
    if len(frame) == 0:
        raise InputError(f"{path} holds no features.")
    return _with_crs(path, frame, crs)


def layers(path: str | Path) -> tuple[str, ...]:
    """Return the names of the feature layers of a GeoPackage."""
    path = Path(path)
    _inspect_geopackage(path, _head(path, MOST_BYTES))
    query = "select table_name from gpkg_contents where data_type = 'features'"
    return tuple(str(r[0]) for r in _asked(path, query))


def _asked(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask a GeoPackage, which is opened for reading only."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as store:
            return store.execute(query).fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path} is damaged or locked: {error}.") from error


def _driver_prefix(text: str) -> bool:
    head, colon, _ = text.partition(":")
    return bool(colon) and len(head) > 1 and "/" not in head and "\\" not in head


def _head(path: Path, most_bytes: int) -> bytes:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path} is not a file.")
        if size > most_bytes:
            raise InputError(f"{path} has {size:,} bytes, more than the {most_bytes:,} allowed.")
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not head.strip():
        raise InputError(f"{path} is empty.")
    return head


def _geojson(path: Path, head: bytes) -> gpd.GeoDataFrame:
    import geopandas as gpd

    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise InputError(f"{path} is not GeoJSON, whatever its name says.")
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged or not GeoJSON: {error}.") from error
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        kind = data.get("type") if isinstance(data, dict) else type(data).__name__
        raise InputError(f"{path} holds {kind!r}, not a FeatureCollection. Save the layer as GeoJSON.")
    features = data.get("features") or []
    shapes, rows = [], []
    for number, feature in enumerate(features, start=1):
        try:
            shape = feature.get("geometry")
            shapes.append(None if shape is None else shapely.from_geojson(json.dumps(shape)))
            rows.append(_plain_values(feature.get("properties") or {}))
        except (
            AttributeError,
            TypeError,
            UnicodeEncodeError,
            RecursionError,
            shapely.errors.GEOSException,
        ) as error:
            raise InputError(
                f"{path}, feature {number}: {error}. Mend the layer and export it again."
            ) from error
    frame = pd.DataFrame(rows, index=range(len(rows))) if rows else pd.DataFrame()
    return gpd.GeoDataFrame(
        frame, geometry=np.array(shapes, dtype=object), crs=_geojson_crs(path, data.get("crs"))
    )


def _plain_values(properties: Any) -> dict[str, Any]:
    """Return the attributes of a feature; nested ones are no attributes, and half a character is no text."""
    plain = {k: None if isinstance(v, (dict, list)) else v for k, v in properties.items()}
    "".join([*plain, *(v for v in plain.values() if isinstance(v, str))]).encode()
    return plain


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [k for k, _ in pairs]
        raise ValueError(f"key {next(n for n in names if names.count(n) > 1)!r} stands twice in one object")
    return found


def _geojson_crs(path: Path, member: Any) -> str:
    if member is None:
        return _CRS84
    try:
        name = str(member["properties"]["name"])
    except (TypeError, KeyError) as error:
        raise InputError(
            f"{path}: its 'crs' member names no coordinate system. Save it in EPSG:4326."
        ) from error
    if "CRS84" in name:
        return _CRS84
    known_crs(path, name)
    return name


def _geoparquet(path: Path, head: bytes, most_bytes: int) -> gpd.GeoDataFrame:
    import geopandas as gpd

    if not head.startswith(b"PAR1"):
        raise InputError(f"{path} is not a Parquet file, whatever its name says.")
    check_size(path, most_bytes=most_bytes)
    try:
        return gpd.read_parquet(path)
    except Exception as error:
        raise InputError(f"{path} is damaged or no GeoParquet: {str(error).splitlines()[0]}.") from error


def _inspect_geopackage(path: Path, head: bytes) -> None:
    if not head.startswith(b"SQLite format 3\0"):
        raise InputError(f"{path} is not a GeoPackage, whatever its name says.")
    rows = _asked(path, "select type, lower(name), upper(coalesce(sql, '')) from sqlite_master")
    things = [(kind, n) for kind, n, _ in rows]
    names = {n for kind, n in things if kind == "table"}
    if not {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"} <= names:
        raise InputError(f"{path} is a database, not a GeoPackage.")
    views = [n for kind, n in things if kind == "view" and not n.startswith(_GPKG_TABLES)]
    triggers = [n for kind, n in things if kind == "trigger" and not n.startswith(_GPKG_TRIGGERS)]
    made_up = [n for _, n, sql in rows if sql.startswith("CREATE VIRTUAL") and not n.startswith(_GPKG_TABLES)]
    if views or triggers or made_up:
        named = (("view", views), ("trigger", triggers), ("virtual table", made_up))
        what = ", ".join(f"{kind} {n}" for kind, those in named for n in those)
        raise InputError(
            f"{path} holds {what}. Only plain layers are read: export the layer to a new GeoPackage."
        )


def _inspect_shapefile(path: Path, head: bytes, most_bytes: int) -> None:
    if head[:4] != b"\x00\x00\x27\x0a":
        raise InputError(f"{path} is not a shapefile, whatever its name says.")
    beside = {p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem}
    missing = [s for s in (".shx", ".dbf") if s not in beside]
    if missing:
        raise InputError(
            f"{path}: the file {' and '.join(path.stem + s for s in missing)} is missing beside it."
        )
    _head(beside[".dbf"], most_bytes)


def _by_gdal(path: Path, layer: str | None, shape: Shape | None) -> gpd.GeoDataFrame:
    drivers.confine()
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kinds = {str(n): str(kind or "") for n, kind in pyogrio.list_layers(path)}
            if layer is not None and layer not in kinds:
                raise InputError(f"{path} has no layer {layer!r}; it has {', '.join(kinds)}.")
            return pyogrio.read_dataframe(path, layer=layer or _meant(path, kinds, shape))
    except InputError:
        raise
    except Exception as error:  # GDAL, GEOS, PROJ and the encoding of names each have errors of their own
        raise InputError(f"{path} cannot be read: {error}. Export the layer again.") from error


def _meant(path: Path, kinds: dict[str, str], shape: Shape | None) -> str:
    """Return the layer that is meant where none is named: never the first of several that fit."""
    fit = [n for n, kind in kinds.items() if shape is not None and shape in kind.lower()]
    fit = fit or [n for n, kind in kinds.items() if kind] or list(kinds)
    if len(fit) > 1:
        wanted = f" of {shape}s" if shape is not None and shape in kinds[fit[0]].lower() else ""
        raise InputError(
            f"{path} holds {len(fit)} layers{wanted} ({', '.join(fit[:10])}), and it is not told which is meant. "
            "Export that one to a file of its own."
        )
    return fit[0]


def _with_crs(path: Path, frame: gpd.GeoDataFrame, crs: str | None) -> gpd.GeoDataFrame:
    import geopandas as gpd

    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{path} has no geometry.")
    if frame.geometry.name != "geometry":
        frame = frame.drop(columns="geometry", errors="ignore").rename_geometry("geometry")
    if frame.crs is None:
        if crs is None:
            wanted = f"{path.stem}.prj" if path.suffix.lower() == ".shp" else "the coordinate system"
            raise InputError(
                f"{path} does not state its coordinate system. Add {wanted}, or give crs (EPSG:26918)."
            )
        frame = frame.set_crs(known_crs(path, crs))
    known_crs(path, frame.crs)
    return frame


def known_crs(path: Path, crs: Any) -> Any:
    """Return a coordinate system on the map: degrees or projected.

    Raises
    ------
    InputError
        If it is unknown, or says only how high or how far from the middle of the earth a place is.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        known = CRS.from_user_input(crs)
    except CRSError as error:
        reason = str(error).partition(":")[2].strip() or str(error)
        raise InputError(
            f"{path}: its coordinate system {str(crs)[:80]!r} is not known ({reason}). Save the layer in EPSG:4326."
        ) from error
    if not (known.is_geographic or known.is_projected):
        raise InputError(
            f"{path}: its coordinate system {known.name} is neither in degrees nor projected. Save it in EPSG:4326."
        )
    return known
