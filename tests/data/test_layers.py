"""Map layers: what is refused before a map library sees it, and what is read."""

import json
import shutil
import sqlite3
import subprocess
import sys

import geopandas as gpd
import pyogrio
import pytest
from shapely import GeometryCollection, LineString, Point, Polygon, box

from optimiser.data.area_import import import_areas
from optimiser.data.layers import read_layer
from optimiser.errors import InputError
from tests.data.made_up import AREA_IDS, squares, write_squares

VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
FRAME = gpd.GeoDataFrame.from_features(squares()["features"], crs="OGC:CRS84")


def areas(path):
    return import_areas(path, crs="EPSG:32617").areas


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.parquet"])
def test_formats_give_the_same_areas(tmp_path, name):
    """Four formats, the same ids as text in the same order and the same shapes within a square metre."""
    path = tmp_path / name
    if name.endswith(".parquet"):
        FRAME.to_parquet(path)
    elif name.endswith(".geojson"):
        write_squares(path)
    else:
        FRAME.to_file(path, driver={"gpkg": "GPKG", "shp": "ESRI Shapefile"}[name[2:]])
    got = areas(path)
    assert tuple(got["area_id"]) == AREA_IDS
    expected = FRAME.to_crs("EPSG:32617").geometry
    apart_m2 = [g.symmetric_difference(e).area for g, e in zip(got.geometry, expected, strict=True)]
    assert max(apart_m2) < 1.0  # of squares of about 0.9 km2


@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.gpkg", "a.shp", "a.parquet"])
def test_a_recipe_in_disguise_is_refused(tmp_path, name):
    """139: a VRT that would read another file is refused by its content, whatever its name."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    path = tmp_path / name
    path.write_text(VRT.format(secret))
    with pytest.raises(InputError, match="whatever its name says"):
        read_layer(path)


@pytest.mark.parametrize("name", ["disguised.geojson", "disguised.gpkg"])
def test_the_map_library_itself_refuses_it(tmp_path, name):
    """In a fresh process the allow-list stands before GDAL loads: even asked directly it opens no VRT and no CSV."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    path = tmp_path / name
    path.write_text(VRT.format(secret))
    code = (
        "import sys, optimiser.data, pyogrio\n"
        "from optimiser.data.drivers import ALLOWED, CONFINED\n"
        "assert CONFINED and set(pyogrio.list_drivers()) <= ALLOWED, pyogrio.list_drivers()\n"
        "for p in sys.argv[1:]:\n"
        "    try:\n        print(len(pyogrio.read_dataframe(p)))\n"
        "    except pyogrio.errors.DataSourceError:\n        print('refused')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path), str(secret), f"CSV:{secret}"],
        capture_output=True, text=True, check=True, cwd=tmp_path, env={"PYTHONPATH": ":".join(sys.path), "PATH": ""},
    )  # fmt: skip
    assert run.stdout.split() == ["refused"] * 3


@pytest.mark.parametrize(
    "path",
    [
        "/vsicurl/http://localhost/a.geojson",
        "/vsizip/a.zip/a.shp",
        "CSV:/etc/passwd",
        "http://localhost/a.gpkg",
    ],
)
def test_no_paths_but_plain_ones(path):
    """Virtual file systems, driver prefixes and addresses are refused."""
    with pytest.raises(InputError, match="not a plain file"):
        read_layer(path)


def features(*shapes, crs=None, ids=None):
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"area_id": (ids or "abcdefg")[k]},
                "geometry": None
                if s is None
                else json.loads(gpd.GeoSeries([s]).to_json())["features"][0]["geometry"],
            }
            for k, s in enumerate(shapes)
        ],
    }
    return json.dumps(collection | ({"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}))


SQUARE = box(-79.4, 43.6, -79.39, 43.61)
REFUSED = {
    "126 empty shape": (features(SQUARE, Polygon()), "not a polygon: feature 2"),
    "127 no shape": (features(SQUARE, None), "feature 2 \\(no shape\\)"),
    "128 collection of shapes": (
        features(GeometryCollection([SQUARE, Point(0, 0)])),
        "a collection of shapes",
    ),
    "a line": (features(LineString([(0, 0), (1, 1)])), "a line"),
    "41 id twice": (
        features(SQUARE, SQUARE, ids="aa"),
        "more than once: 'a' \\(feature 1\\), 'a' \\(feature 2\\)",
    ),
    "id missing": (features(SQUARE, ids=[""]), "is empty in feature 1"),
    "44 id made a date": (features(SQUARE, ids=["3-Mar"]), "Excel turned into a date"),
    "108 metres said to be degrees": (features(box(630000, 4830000, 631000, 4831000)), "metres or feet"),
    "142 TopoJSON": (json.dumps({"type": "Topology", "objects": {}}), "'Topology', not a FeatureCollection"),
    "a single geometry": (json.dumps({"type": "Polygon", "coordinates": []}), "not a FeatureCollection"),
    "no features": (features(), "holds no features"),
    "165 key twice": ('{"type": "FeatureCollection", "features": [], "type": "x"}', "stands twice"),
    "cut": (features(SQUARE)[:-30], "damaged"),
    "123 unclosed ring": (
        features(SQUARE).replace("[-79.39, 43.6], [", "[", 1).replace("]]]", "], [5, 5]]]"),
        "feature 1",
    ),
    "crs without a name": (
        features(SQUARE).replace('"features"', '"crs": {}, "features"', 1),
        "names no coordinate",
    ),
    "no id column": (features(SQUARE).replace("area_id", "colour"), "no column is known as area_id"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_areas(tmp_path, case):
    """Each bad layer is refused with the feature and the reason."""
    path = tmp_path / "areas.geojson"
    path.write_text(REFUSED[case][0])
    with pytest.raises(InputError, match=REFUSED[case][1]) as refused:
        areas(path)
    assert "areas.geojson" in str(refused.value)


def test_all_faults_of_a_file_together(tmp_path):
    """A doubled id and a missing shape are told in one message."""
    path = tmp_path / "areas.geojson"
    path.write_text(features(SQUARE, SQUARE, None, ids="aab"))
    with pytest.raises(InputError, match=r"same id more than once.*not a polygon"):
        areas(path)


@pytest.mark.parametrize("gone", [".prj", ".shx", ".dbf"])
def test_shapefile_with_a_part_missing(tmp_path, gone):
    """110, 135: without .prj the coordinate system is asked for; without .shx or .dbf the part is named."""
    FRAME.to_file(tmp_path / "a.shp")
    (tmp_path / f"a{gone}").unlink()
    with pytest.raises(
        InputError, match="coordinate system. Add a.prj" if gone == ".prj" else f"a{gone} is missing"
    ):
        read_layer(tmp_path / "a.shp")
    if gone == ".prj":
        assert read_layer(tmp_path / "a.shp", crs="EPSG:4326").crs.to_epsg() == 4326


@pytest.mark.parametrize("thing", ["view", "trigger"])
def test_geopackage_with_code_is_refused(tmp_path, thing):
    """138: views and triggers of our own making are refused; those of the format itself are fine."""
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(FRAME, path, layer="areas")
    assert len(read_layer(path)) == len(AREA_IDS)
    sql = {
        "view": "create view spy as select * from areas",
        "trigger": "create trigger spy after insert on areas begin select 1; end",
    }
    store = sqlite3.connect(path)
    store.execute(sql[thing])
    store.commit()
    store.close()
    with pytest.raises(InputError, match=f"holds {thing} spy"):
        read_layer(path)


def test_database_named_geopackage(tmp_path):
    """Any SQLite file is not a GeoPackage."""
    store = sqlite3.connect(tmp_path / "a.gpkg")
    store.execute("create table users (name text)")
    store.commit()
    store.close()
    with pytest.raises(InputError, match="a database, not a GeoPackage"):
        read_layer(tmp_path / "a.gpkg")


def test_too_large_and_missing(tmp_path):
    """14: a cap on size; a file that is not there."""
    path = write_squares(tmp_path / "a.geojson")
    with pytest.raises(InputError, match="more than the 100 allowed"):
        read_layer(path, most_bytes=100)
    with pytest.raises(InputError, match="cannot be read"):
        read_layer(tmp_path / "b.geojson")


def test_any_coordinate_system_in(tmp_path):
    """141: feet in, metres out; a square of 5,280 US survey feet is a mile of 1609.3472 m."""
    feet = gpd.GeoDataFrame(
        {"area_id": ["1"]}, geometry=[box(2480000, 7040000, 2485280, 7045280)], crs="EPSG:2276"
    )
    feet.to_file(tmp_path / "a.gpkg")
    metres = import_areas(tmp_path / "a.gpkg", crs="EPSG:32138").areas  # the same projection in metres
    assert metres.geometry[0].area == pytest.approx(1609.3472**2, rel=1e-6)


def test_numbers_as_ids_stay_whole(tmp_path):
    """A number column with gaps comes as floats: 3.0 is the beat "3"; NaN is none."""
    frame = FRAME.assign(beat=[1.0, 2.0, None, 3.0, 0.0, 12.0])
    frame.to_file(tmp_path / "a.gpkg")
    got = import_areas(tmp_path / "a.gpkg", none_values=("", "0"), crs="EPSG:32617").areas
    assert got["beat_id"].tolist() == ["1", "2", "", "3", "", "12"]


def test_third_dimension_is_dropped(tmp_path):
    """125: heights are left out."""
    high = FRAME.assign(geometry=FRAME.geometry.force_3d(7.0))
    high.to_file(tmp_path / "a.gpkg")
    assert not areas(tmp_path / "a.gpkg").has_z.any()


def test_symlinked_folder_is_fine(tmp_path):
    """A plain path through a link is still a plain path."""
    (tmp_path / "real").mkdir()
    write_squares(tmp_path / "real" / "a.geojson")
    shutil.copy(tmp_path / "real" / "a.geojson", tmp_path / "b.geojson")
    assert len(read_layer(tmp_path / "b.geojson")) == len(AREA_IDS)
