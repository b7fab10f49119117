"""Areas to a graph, on hand-made squares and on Carrollton's published pairs."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box

from optimiser.data.areas import build_graph
from optimiser.data.locate import locate_all
from optimiser.errors import InputError

CRS = "EPSG:32618"
CARROLLTON = Path(__file__).parents[3] / "shared" / "data" / "sectors" / "carrollton_tx"


def frame(**shapes):
    return gpd.GeoDataFrame({"area_id": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


def grid(n_columns, n_rows, side_m=100.0):
    return frame(
        **{
            f"a{r}{c}": box(c * side_m, r * side_m, (c + 1) * side_m, (r + 1) * side_m)
            for r in range(n_rows)
            for c in range(n_columns)
        }
    )


def links(graph):
    return {frozenset(p) for p in graph.pairs()}


def pairs(text):
    return {frozenset(p.split("-")) for p in text.split()}


@pytest.mark.parametrize("tolerance_m", [0.0, 5.0, 20.0])
def test_grid_is_rook(tolerance_m):
    """A 3 x 2 grid of 100 m squares has 7 borders of 100 m and no corner links, whatever the tolerance."""
    graph = build_graph(grid(3, 2), tolerance_m=tolerance_m)
    assert links(graph) == pairs("a00-a01 a01-a02 a10-a11 a11-a12 a00-a10 a01-a11 a02-a12")
    assert graph.shared_m == pytest.approx(np.full(7, 100.0), abs=max(0.1, 2 * tolerance_m))
    assert (graph.edges[:, 0] < graph.edges[:, 1]).all()
    assert [len(c) for c in graph.components()] == [6]


def test_corner_alone_is_no_border():
    """Two squares that meet in one point, with nobody else near, share nothing even with a wide tolerance."""
    graph = build_graph(frame(a=box(0, 0, 100, 100), b=box(100, 100, 200, 200)), tolerance_m=20.0)
    assert len(graph.edges) == 0
    assert len(graph.components()) == 2


def test_gap_and_overlap_within_tolerance():
    """Borders drawn apart: a 4 m gap is a border at 5 m tolerance, not at 1 m; an overlap always is."""
    areas = frame(a=box(0, 0, 100, 100), b=box(104, 0, 200, 100), c=box(196, 0, 300, 100))
    assert links(build_graph(areas, tolerance_m=5.0)) == pairs("a-b b-c")
    assert links(build_graph(areas, tolerance_m=1.0)) == pairs("b-c")


def test_sliver_keeps_two_areas_apart():
    """A 3 m wide strip between two areas is nearer to each than they are to one another."""
    areas = frame(a=box(0, 0, 100, 100), strip=box(100, -5, 103, 105), b=box(103, 0, 200, 100))
    assert links(build_graph(areas, tolerance_m=5.0)) == pairs("a-strip strip-b")


def test_t_junction_without_common_vertices():
    """A long border against two short ones, with no vertex in common."""
    areas = frame(a=box(0, 0, 300, 100), b=box(0, 100, 130, 200), c=box(130, 100, 300, 200))
    graph = build_graph(areas)
    found = dict(zip(graph.pairs(), graph.shared_m, strict=True))
    assert found[("a", "b")] == pytest.approx(130, abs=0.2)
    assert found[("a", "c")] == pytest.approx(170, abs=0.2)
    assert found[("b", "c")] == pytest.approx(100, abs=0.2)


def test_short_border_needs_the_minimum():
    """8 m of border is a link at a minimum of 5 m, none at 10 m."""
    areas = frame(a=box(0, 0, 100, 100), b=box(100, 92, 200, 200))
    assert len(build_graph(areas, min_shared_m=5.0, tolerance_m=1.0).edges) == 1
    assert len(build_graph(areas, min_shared_m=10.0, tolerance_m=1.0).edges) == 0


def test_hole_parts_and_island():
    """An enclave borders its host by its whole perimeter; parts are told; an island gets a suggestion only."""
    host = box(0, 0, 300, 300) - box(100, 100, 200, 200)
    island = MultiPolygon([box(400, 0, 450, 50), box(400, 100, 450, 150)])
    graph = build_graph(frame(host=host, inner=box(100, 100, 200, 200), isle=island))
    assert links(graph) == pairs("host-inner")
    assert graph.shared_m[0] == pytest.approx(400, abs=0.5)
    assert any("isle has 2 separate parts" in n for n in graph.notes)
    assert any("isle - host, 100 m apart" in n for n in graph.notes)
    assert graph.components() == (("host", "inner"), ("isle",))


def test_neighbours_csr():
    """The CSR form lists each link twice, ascending."""
    indptr, indices = build_graph(grid(3, 1)).neighbours()
    assert indptr.tolist() == [0, 1, 3, 4]
    assert indices.tolist() == [1, 0, 2, 1]


def test_independent_simplification_keeps_the_grid():
    """Every square shaken by up to 3 m of its own keeps its 2 x 12 x 11 neighbours and gets no corner links."""
    clean = grid(12, 12)
    rng = np.random.default_rng(5)
    shaken = clean.copy()
    shaken["geometry"] = [
        affinity.translate(g.segmentize(20.0), *rng.uniform(-2, 2, 2)) for g in clean.geometry
    ]
    assert links(build_graph(shaken, tolerance_m=6.0)) == links(build_graph(clean))


def line_frame(*lines):
    return gpd.GeoDataFrame(geometry=[LineString(x) for x in lines], crs=CRS)


def test_line_along_borders_cuts():
    """A river along the middle of a 4 x 2 grid parts the columns 1 and 2, and nothing else."""
    graph = build_graph(grid(4, 2), hard_lines=line_frame([(200, -50), (200, 250)]))
    assert len(graph.components()) == 2
    assert len(graph.edges) == len(build_graph(grid(4, 2)).edges) - 2
    assert sum("cut by a hard boundary" in n for n in graph.notes) == 2


def test_line_beside_and_winding_cuts():
    """A line 15 m beside the border that winds across it still parts the two representative points."""
    river = line_frame([(115, -10), (90, 40), (112, 60), (95, 70), (110, 110)])
    assert len(build_graph(grid(2, 1), hard_lines=river).edges) == 0


def test_line_along_part_is_told_and_kept():
    """Half the border dry: the areas still join there, and a note says so."""
    graph = build_graph(grid(2, 1), hard_lines=line_frame([(100, 50), (100, 200)]))
    assert len(graph.edges) == 1
    assert any("kept" in n for n in graph.notes)


def test_line_that_only_clips_a_corner_cuts_nothing():
    """A line through the outer corner of an area separates no pair."""
    graph = build_graph(grid(2, 2), hard_lines=line_frame([(-10, 30), (30, -10)]))
    assert len(graph.edges) == 4


def test_area_on_both_sides_is_told():
    """A line through an area cuts it off from what lies beyond, and the planner hears of the area."""
    graph = build_graph(grid(3, 1), hard_lines=line_frame([(170, -10), (170, 110)]))
    assert links(graph) == pairs("a00-a01")
    assert any("a01 lies on both sides" in n for n in graph.notes)


def test_polygons_join_areas():
    """Areas whose representative point lies in a polygon are one group; polygons that share an area merge."""
    polygons = gpd.GeoDataFrame(geometry=[box(-10, -10, 190, 90), box(110, 10, 290, 90)], crs=CRS)
    graph = build_graph(grid(4, 1), hard_polygons=polygons)
    assert graph.groups == (("a00", "a01", "a02"),)


def test_bad_areas_are_named_together():
    """No id, a doubled id and an empty shape, all in one error."""
    areas = gpd.GeoDataFrame(
        {"area_id": ["x", "x", None]}, geometry=[box(0, 0, 1, 1), Point(0, 0), Polygon()], crs=CRS
    )
    with pytest.raises(InputError, match=r"empty in row 3.*doubled: x.*no polygon"):
        build_graph(areas)
    with pytest.raises(InputError, match="not in metres"):
        build_graph(grid(2, 1).to_crs(4326))
    with pytest.raises(InputError, match="not in metres"):
        build_graph(grid(2, 1).set_crs("EPSG:2276", allow_override=True))


def test_locate_inside_border_and_outside():
    """Inside; on a border (first id); 30 m outside (taken in); far outside and without coordinates (none)."""
    areas = grid(2, 1).iloc[::-1]
    found = locate_all(areas, [50, 100, 230, 5000, np.nan], [50, 50, 50, 50, 50], near_m=50)
    assert found.area_id.tolist() == ["a00", "a00", "a01", "", ""]
    assert found.outside_m[:3] == pytest.approx([0, 0, 30])
    assert (found.n_taken_in, found.n_nowhere) == (1, 2)
    assert locate_all(areas, [230], [50], near_m=0).area_id.tolist() == [""]


@pytest.mark.skipif(not CARROLLTON.is_dir(), reason="Carrollton's areas are not beside the repository")
class TestCarrollton:
    """325 areas against the published 764 pairs (SOURCES.md quirk 4)."""

    @pytest.fixture(scope="class")
    def areas(self):
        features = json.loads((CARROLLTON / "reporting_areas.geojson").read_text(encoding="utf-8"))[
            "features"
        ]
        areas = gpd.GeoDataFrame.from_features(features, crs=4326)
        return areas.assign(area_id=areas["NumberId"].astype(str))[["area_id", "geometry"]].to_crs(32614)

    @pytest.fixture(scope="class")
    def published(self):
        table = pd.read_csv(CARROLLTON / "contiguity_published.csv.gz", dtype=str)
        return {frozenset(p) for p in zip(table["NUMBERID"], table["NID"], strict=True)}

    def test_one_component_and_the_missing_link(self, areas, published):
        """The tolerant graph finds 1326-1333, which upstream added by hand, and adds no other link."""
        graph = build_graph(areas)
        assert len(published) == 764
        assert len(graph.components()) == 1
        assert links(graph) - published == pairs("1326-1333")

    def test_what_it_leaves_out_is_a_corner(self, areas, published):
        """The 14 published pairs without a link share under 4 m: 6 touch in a point, 8 at an offset crossing."""
        left_out = published - links(build_graph(areas))
        shape = areas.set_index("area_id").geometry
        shared = [shape[a].boundary.intersection(shape[b].boundary).length for a, b in left_out]
        assert len(left_out) == 14
        assert max(shared) < 4.0
        assert sum(s == 0 for s in shared) == 6

    def test_parts_are_told(self, areas):
        """Quirk 5: three areas of several parts."""
        assert sum("separate parts" in n for n in build_graph(areas).notes) == 3
