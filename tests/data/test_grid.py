"""A grid in place of areas: cells of known size, ids that stay, cells without streets and calls dropped."""

from __future__ import annotations

import csv
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from optimiser.data.areas import build_graph
from optimiser.data.grid import cells, read_grid
from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.errors import InputError, UsageError
from optimiser.prepare.questions import ask
from optimiser.prepare.street_lines import street_lines
from tests.benchmarks.spec import SHARED

UTM = "EPSG:32617"
BOX = (500_000.0, 4_000_000.0, 504_000.0, 4_003_000.0)


def test_sizes_in_metres_km_and_miles():
    """The same size said three ways; 0.25 mile is 402.336 m."""
    assert read_grid("hex:500m").size_m == read_grid("HEX: 0.5 km".replace(": ", ":")).size_m == 500.0
    assert read_grid("square:0.25mi").size_m == pytest.approx(402.336)


@pytest.mark.parametrize(
    "text", ["hex", "hex:500", "hex:-1km", "circle:500m", "hex:10m", "square:100km", "hex:1e3m"]
)
def test_no_grid(text):
    """What is no grid is refused."""
    with pytest.raises(UsageError):
        read_grid(text)


@pytest.mark.parametrize(
    ("kind", "area_m2", "near"), [("hex", math.sqrt(3) / 2 * 500**2, 6), ("square", 500**2, 4)]
)
def test_cells_tile_the_box(kind, area_m2, near):
    """Equal cells without gap or overlap over the whole box; an inner one has six or four neighbours."""
    made = cells(read_grid(f"{kind}:500m"), BOX, UTM)
    assert np.allclose(made.area, area_m2)
    assert shapely.union_all(made.geometry.to_numpy()).covers(shapely.box(*BOX))
    assert shapely.union_all(made.geometry.to_numpy()).area == pytest.approx(made.area.sum())
    assert made["area_id"].is_unique
    graph = build_graph(made)
    assert len(graph.components()) == 1
    degree = np.bincount(graph.edges.ravel())
    assert degree.max() == near
    inner = made.geometry.within(shapely.box(*BOX).buffer(-600)).to_numpy()
    assert (degree[inner] == near).all()


def test_ids_stay_when_the_box_grows():
    """Cells count from the zero of the coordinate system: the same place keeps its id; west and south have letters."""
    small = cells(read_grid("hex:500m"), BOX, UTM).set_index("area_id").geometry
    grown = (BOX[0] - 3_300, BOX[1] - 1_700, BOX[2] + 900, BOX[3])
    large = cells(read_grid("hex:500m"), grown, UTM).set_index("area_id").geometry
    assert (large[small.index].geom_equals(small)).all()
    origin = cells(read_grid("square:500m"), (-600.0, -600.0, 100.0, 100.0), UTM)["area_id"]
    assert {"S1-W1", "S2-W2", "N0-E0", "S1-E0"} <= set(origin)


def test_too_many_cells():
    """A country in small cells is refused with both numbers before anything is made."""
    with pytest.raises(InputError, match="more than 200,000"):
        cells(read_grid("hex:50m"), (0.0, 0.0, 300_000.0, 300_000.0), UTM)


def streets(tmp_path):
    """One street of 3 km from west to east in squares of 1 km: row 4000, columns 500 to 502."""
    line = shapely.LineString([(500_200, 4_000_500), (502_800, 4_000_500)])
    path = tmp_path / "streets.gpkg"
    gpd.GeoDataFrame({"ID": [7]}, geometry=[line], crs=UTM).to_file(path)
    return path


def calls(tmp_path, points):
    path = tmp_path / "calls.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["incident", "received", "beat", "x", "y"])
        for k, (x, y) in enumerate(points):
            rows.writerow([k, f"2025-01-{1 + k % 14:02d} 10:00", "3B", x, y])
    return path


def test_cells_with_a_street_or_a_call_stay(tmp_path):
    """Three cells have the street, one beside it only calls; cells away from streets go, labels mean nothing."""
    points = (
        [(500_500, 4_000_900)] * 20
        + [(501_500, 4_001_100)] * 9
        + [(503_900, 4_001_100)] * 3
        + [(502_900, 4_009_900)] * 9
    )
    path = streets(tmp_path)
    grid = read_grid("square:1km", street_lines(path).geometry)
    init(tmp_path / "p", None, calls(tmp_path, points), roads=path, grid=grid, crs=UTM)
    project = load(tmp_path / "p")
    assert list(project.areas["area_id"]) == ["N4000-E500", "N4000-E501", "N4000-E502", "N4001-E501"]
    assert project.calls["area_id"].value_counts().to_dict() == {"N4000-E500": 20, "N4001-E501": 9, "": 12}
    assert [f.count for f in project.quality if f.rule == "calls in cells away from all streets"] == [3]
    assert any("grid of squares of 1,000 m" in s for s in project.assumptions)
    assert len(project.graph.components()) == 1


def test_a_grid_over_calls_alone(tmp_path):
    """Points in degrees and no roads: the cells are those with calls."""
    points = [(-81.0 + 0.01 * (k % 5), 36.0 + 0.01 * (k // 5 % 4)) for k in range(100)]
    init(tmp_path / "p", None, calls(tmp_path, points), grid=read_grid("hex:500m"))
    project = load(tmp_path / "p")
    assert len(project.areas) == 20
    assert (project.calls["area_id"] != "").all()


def test_a_grid_carries_the_whole_toolkit(tmp_path, made_once):
    """The made-up county without its areas: a connected graph and sector and fold questions as with areas."""
    raw = made_once / "raw"
    grid = read_grid("hex:2km", street_lines(raw / "streets.gpkg").geometry)
    init(
        tmp_path / "p", None, raw / "calls.csv", roads=raw / "streets.gpkg", stations=raw / "stations.gpkg", grid=grid,
        columns=made_once / "county" / "columns.toml", priority={str(k): k for k in range(1, 5)},
    )  # fmt: skip
    project = load(tmp_path / "p")
    assert len(project.graph.components()) == 1
    touched = project.areas.geometry.intersects(
        shapely.union_all(grid.streets.to_crs(project.areas.crs).to_numpy())
    )
    with_calls = project.areas["area_id"].isin(set(project.calls["area_id"]))
    assert (touched | with_calls).all()
    problem = ask(project, "sectors", {"objective": "travel"}).problem
    assert len(problem.area_ids) == len(project.areas)
    assert np.isfinite(problem.travel_s).all()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"areas": "a.gpkg"}, "either areas or a grid"),
        ({"calls": None}, "calls with points"),
        ({"workload": "w.csv"}, "calls"),
    ],
)
def test_what_a_grid_needs(tmp_path, more, said):
    """Areas beside a grid, no calls, a workload table: refused before a file is looked at."""
    given = {"areas": None, "calls": "c.csv"} | more
    with pytest.raises(UsageError, match=said):
        init(tmp_path / "p", grid=read_grid("hex:500m"), **given)
    assert not (tmp_path / "p").exists()


def test_calls_without_points_and_no_roads(tmp_path):
    """There is nothing to lay a grid over."""
    path = tmp_path / "c.csv"
    path.write_text("incident,received,beat\n1,2025-01-01 10:00,3B\n")
    with pytest.raises(InputError, match="no columns for points"):
        init(tmp_path / "p", None, path, grid=read_grid("hex:500m"))
    metres = calls(tmp_path, [(500_500, 4_000_900)])
    with pytest.raises(InputError, match="--crs"):
        init(tmp_path / "p", None, metres, grid=read_grid("hex:500m"))


def test_street_lines_have_ids_and_names(tmp_path):
    """The first usual id column that tells all lines apart, else their number; 2-D, without points."""
    line = shapely.LineString([(0, 0), (1, 1)])
    path = tmp_path / "s.gpkg"
    frame = {"OBJECTID": [5, 5], "SEG_ID": ["007", "008"], "NAME": ["Main St", None]}
    gpd.GeoDataFrame(frame, geometry=[line, line], crs=UTM).to_file(path)
    assert street_lines(path)["segment_id"].tolist() == ["007", "008"]
    assert street_lines(path)["name"].tolist() == ["Main St", ""]
    gpd.GeoDataFrame({"OBJECTID": [5, 5]}, geometry=[line, line], crs=UTM).to_file(tmp_path / "t.gpkg")
    assert street_lines(tmp_path / "t.gpkg")["segment_id"].tolist() == ["1", "2"]
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=UTM).to_file(tmp_path / "q.gpkg")
    with pytest.raises(InputError, match="no street lines"):
        street_lines(tmp_path / "q.gpkg")


def test_segments_keep_their_numbers_in_a_project(tmp_path):
    """The road file stored with a project still says which segment is which."""
    line = shapely.LineString([(500_200, 4_000_500), (502_800, 4_000_500)])
    path = tmp_path / "streets.gpkg"
    gpd.GeoDataFrame({"SegID": ["0071"], "owner": ["x"]}, geometry=[line], crs=UTM).to_file(path)
    grid = read_grid("square:1km", street_lines(path).geometry)
    points = [(500_500, 4_000_900)] * 20
    init(tmp_path / "p", None, calls(tmp_path, points), roads=path, grid=grid, crs=UTM)
    assert street_lines(load(tmp_path / "p").roads_file)["segment_id"].tolist() == ["0071"]


def test_street_lines_of_an_extract():
    """OpenStreetMap: one line an edge between junctions, in metres, some with a name."""
    path = SHARED / "roads" / "newport-2023-06-13.osm.pbf"
    if not path.exists():
        pytest.skip("the shared road extracts are not here")
    lines = street_lines(path)
    assert len(lines) > 1000
    assert lines["segment_id"].is_unique
    assert lines.crs.is_projected
    assert (lines["name"] != "").mean() > 0.3
