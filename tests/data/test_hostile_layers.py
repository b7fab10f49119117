"""Map layers made to harm, or misplaced: each is refused in words, mended and counted, or measured in true metres."""

import json
import re
import shutil
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import Polygon, box

from optimiser.data.area_import import import_areas
from optimiser.data.init import init
from optimiser.data.layers import layers, read_layer
from optimiser.data.project import load
from optimiser.data.stretch import stretch_frac
from optimiser.errors import InputError
from tests.data.made_up import AREA_IDS, SIDE, SOUTH, WEST, csv_text, make, squares

FRAME = gpd.GeoDataFrame.from_features(squares()["features"], crs="OGC:CRS84")
SQUARE = box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
RING = list(SQUARE.exterior.coords)


def geojson(path, *shapes, ids=AREA_IDS, crs=None, properties=None):
    """Write shapes as GeoJSON, with the attributes given or an id each."""
    features = [
        {
            "type": "Feature",
            "properties": {"area_id": ids[k]} if properties is None else properties[k],
            "geometry": json.loads(shapely.to_geojson(s)),
        }
        for k, s in enumerate(shapes)
    ]
    member = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features, **member}), encoding="utf-8"
    )
    return path


REFUSED_PROPERTIES = {
    "a list": ([1], "feature 1"),
    "a text": ("x", "feature 1"),
    "half a character": ({"area_id": "\ud800"}, "feature 1"),
    "nested id": ({"area_id": {"a": 1}}, "is empty in feature 1"),
    "line break": ({"area_id": "a\n1"}, "line breaks, control characters"),
    "null character": ({"area_id": "a\0b"}, "control characters"),
    "a book": ({"area_id": "x" * 61}, "more than 60 characters"),
}


@pytest.mark.parametrize("case", REFUSED_PROPERTIES)
def test_refused_attributes(tmp_path, case):
    """Attributes that are no table row, and ids that no table can hold."""
    given, words = REFUSED_PROPERTIES[case]
    with pytest.raises(InputError, match=words):
        import_areas(geojson(tmp_path / "a.geojson", SQUARE, properties=[given]))


@pytest.mark.parametrize(
    ("crs", "words"),
    [
        ("/etc/passwd", "'/etc/passwd' is not known"),
        ("http://localhost/x", "is not known"),
        ("+proj=pipeline +step +proj=axisswap +order=2,1", "is not known"),
        ("EPSG:5773", "neither in degrees nor projected"),  # a height
        ("EPSG:4978", "neither in degrees nor projected"),  # metres from the middle of the earth
        ("EPSG:32617", "these are degrees"),
    ],
)
def test_refused_coordinate_systems(tmp_path, crs, words):
    """A system that is none, that says nothing of the map, or that the coordinates contradict."""
    with pytest.raises(InputError, match=words):
        import_areas(geojson(tmp_path / "a.geojson", SQUARE, crs=crs))


def test_latitude_and_longitude_swapped(tmp_path):
    """104: Toronto becomes a place in the Antarctic; Denver is beyond the globe."""
    toronto = shapely.transform(SQUARE, lambda c: c[:, ::-1])
    with pytest.raises(InputError, match="nobody polices these latitudes"):
        import_areas(geojson(tmp_path / "a.geojson", toronto))
    denver = box(39.7, -105.0, 39.8, -104.9)
    with pytest.raises(InputError, match="latitude and longitude are swapped"):
        import_areas(geojson(tmp_path / "a.geojson", denver))


def test_the_webs_map_is_not_in_metres(tmp_path):
    """On EPSG:3857 a metre in Toronto is 1 / cos(43.6 deg) = 1.38 long; areas are measured in their UTM zone."""
    path = tmp_path / "a.gpkg"
    FRAME.to_crs("EPSG:3857").to_file(path)
    got = import_areas(path)
    assert got.areas.crs.to_epsg() == 32617
    assert got.areas.geometry[0].area == pytest.approx(FRAME.to_crs("EPSG:32617").geometry[0].area, rel=1e-6)
    assert "38 % off" in " ".join(got.assumptions)
    web = FRAME.to_crs("EPSG:3857")
    assert stretch_frac("EPSG:3857", web.total_bounds) == pytest.approx(
        1 / np.cos(np.radians(43.61)) - 1, abs=0.01
    )
    assert stretch_frac("EPSG:32617", FRAME.to_crs("EPSG:32617").total_bounds) < 0.001


def test_a_planners_own_bad_system_stops_a_solve(tmp_path):
    """--crs is obeyed, and what is wrong with it is red."""
    report = make(tmp_path, csv_text(), crs="EPSG:3857", priority={"1": 1, "2": 2, "3": 3})
    assert [f.rule for f in report.quality.red] == ["distances that are wrong on the ground"]
    settings = tmp_path / "town" / "project.toml"
    settings.write_text(settings.read_text().replace("EPSG:3857", "EPSG:32617"))
    load(tmp_path / "town").require_ready()


def test_crossing_borders_are_mended(tmp_path):
    """114: a bow-tie whose halves are equal has an area of 0 by the formula, and half the square's in truth."""
    bow = Polygon([RING[0], RING[2], RING[1], RING[3]])
    assert bow.area == pytest.approx(0, abs=1e-12)
    rest = [box(WEST + k * SIDE, SOUTH, WEST + (k + 1) * SIDE, SOUTH + SIDE) for k in range(1, 6)]
    got = import_areas(geojson(tmp_path / "a.geojson", bow, *rest), crs="EPSG:32617")
    assert got.areas.geometry.is_valid.all()
    whole = FRAME.to_crs("EPSG:32617").geometry[0].area
    assert got.areas.geometry[0].area == pytest.approx(whole / 2, rel=1e-3)
    assert [(f.rule, f.count) for f in got.findings] == [("areas with crossing borders", 1)]


def refusal(door, path):
    """Return what a door says of a file it refuses, "" where it takes it; any other error is the test's failure."""
    try:
        door(path)
    except InputError as error:
        return str(error)
    return ""


def tampered(tmp_path, *statements):
    """A sound GeoPackage, changed by SQL."""
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(FRAME, path, layer="areas")
    store = sqlite3.connect(path)
    for s in statements:
        store.execute(s)
    store.commit()
    store.close()
    return path


def test_geopackage_with_a_made_up_table(tmp_path):
    """A virtual table runs code of a module when it is read."""
    with pytest.raises(InputError, match="holds virtual table spy"):
        read_layer(tampered(tmp_path, "create virtual table spy using fts3(a)"))


@pytest.mark.parametrize(
    "statements",
    [
        ("delete from gpkg_contents", "delete from gpkg_geometry_columns"),
        ("update gpkg_geometry_columns set srs_id = -1", "update gpkg_contents set srs_id = -1"),
        ("drop table gpkg_contents", "create table gpkg_contents (table_name text)"),
    ],
)
def test_geopackage_without_what_it_needs(tmp_path, statements):
    """No layers, no coordinate system, no list of contents: words, whichever door is used."""
    path = tampered(tmp_path, *statements)
    assert "a.gpkg" in refusal(import_areas, path)
    assert "a.gpkg" in (refusal(layers, path) or "a.gpkg")


def test_of_several_layers_none_is_guessed(tmp_path):
    """The only layer of polygons is taken as the areas, whichever stands first; of two, neither."""
    path = tmp_path / "city.gpkg"
    told = gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.Point(WEST, SOUTH)], crs="EPSG:4326")
    told.to_file(path, layer="hydrants")
    FRAME.to_file(path, layer="areas")
    assert import_areas(path).areas["area_id"].tolist() == list(AREA_IDS)
    with pytest.raises(
        InputError, match=r"city\.gpkg holds 2 layers \(hydrants, areas\), and it is not told"
    ):
        read_layer(path)
    FRAME.to_file(path, layer="wards")
    with pytest.raises(InputError, match=r"holds 2 layers of polygons \(areas, wards\)"):
        import_areas(path)


def test_flipped_bytes_end_in_words(tmp_path):
    """120 damaged GeoPackages and shapefiles: read, or refused with the file's name; no other error."""
    rng = np.random.default_rng(1)
    (tmp_path / "sound").mkdir()
    FRAME.to_file(tmp_path / "sound" / "a.gpkg")
    FRAME.to_file(tmp_path / "sound" / "a.shp")
    refused = 0
    for k in range(120):
        folder = tmp_path / str(k)
        shutil.copytree(tmp_path / "sound", folder)
        kind = ("gpkg", "shp", "dbf", "prj", "shx")[k % 5]
        raw = bytearray((folder / f"a.{kind}").read_bytes())
        for at in rng.integers(20, len(raw), 40 if kind == "gpkg" else 4):
            raw[at] = rng.integers(256)
        (folder / f"a.{kind}").write_bytes(raw)
        said = refusal(import_areas, folder / ("a.gpkg" if kind == "gpkg" else "a.shp"))
        refused += bool(said)
        assert str(folder) in (said or str(folder))
        shutil.rmtree(folder)
    assert refused > 30


def test_brackets_in_the_name_of_a_shapefile(tmp_path):
    """``streets[1].shp``, as a browser names the second download, finds its companions."""
    FRAME.to_file(tmp_path / "a.shp")
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / f"areas[1]{path.suffix}")
    assert len(read_layer(tmp_path / "areas[1].shp")) == len(AREA_IDS)


def test_only_streets_are_kept_of_a_road_file(tmp_path):
    """Of a file with a layer of calls, an owner and house numbers only the streets' own columns come in."""
    raw = tmp_path / "city.gpkg"
    line = shapely.LineString([(WEST, SOUTH), (WEST + SIDE, SOUTH)])
    streets = {
        "FULLNAME": ["Main St"],
        "SpeedLimit": [30],
        "owner": ["Wilhelmina Quackenbush"],
        "from_addr": [1742],
    }
    gpd.GeoDataFrame(streets, geometry=[line], crs="EPSG:4326").to_file(raw, layer="streets")
    told = {"narrative": ["door code 8264"]}
    gpd.GeoDataFrame(told, geometry=[shapely.Point(WEST, SOUTH)], crs="EPSG:4326").to_file(raw, layer="calls")
    make(tmp_path, csv_text(), roads=raw)
    project = load(tmp_path / "town")
    assert project.roads_file.name == "city.gpkg"
    assert layers(project.roads_file) == ("streets",)
    assert set(read_layer(project.roads_file).columns) == {"FULLNAME", "SpeedLimit", "geometry"}
    for path in (tmp_path / "town").rglob("*"):
        if path.is_file():
            assert not re.search(rb"Quackenbush|8264|1742", path.read_bytes()), path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("roads.osm.pbf", b"<html>sign in</html>", "does not begin as an OpenStreetMap pbf"),
        ("roads.osm.pbf", b"\0\0\0\rOSMHeader junk" * 20, "damaged OpenStreetMap extract"),
        ("roads.docx", b"PK\x03\x04", "roads come as"),
    ],
)
def test_a_bad_road_file_is_refused_at_import(tmp_path, name, content, words):
    """Not at the first solve: nothing is written."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        make(tmp_path, csv_text(), roads=tmp_path / name)
    assert not (tmp_path / "town").exists()


def test_raw_files_are_named_and_not_placed(tmp_path, monkeypatch):
    """A way that leads past people's homes tells who works here: project.toml then keeps the name and digest alone."""
    home = tmp_path / "home" / "quackenbush"
    home.mkdir(parents=True)
    geojson(home / "areas.geojson", *FRAME.geometry)
    (home / "calls.csv").write_text(csv_text(), encoding="utf-8")
    init(tmp_path / "town", home / "areas.geojson", home / "calls.csv", crs="EPSG:32617")
    paths = [s.path for s in load(tmp_path / "town").settings.sources]
    assert paths == [
        f"../{home.relative_to(tmp_path).as_posix()}/{f}" for f in ("areas.geojson", "calls.csv")
    ]
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home" / "me")
    init(tmp_path / "town", home / "areas.geojson", home / "calls.csv", again=True)
    assert [s.path for s in load(tmp_path / "town").settings.sources] == ["areas.geojson", "calls.csv"]
    assert "quackenbush" not in (tmp_path / "town" / "project.toml").read_text(encoding="utf-8")
