"""Labels on both sides of streets: made-up maps with known answers, repairs by hand, and Carrollton's streets."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from optimiser.data.layers import read_layer
from optimiser.errors import InputError
from optimiser.prepare.street_lines import street_lines
from optimiser.studies.hand_edits import read_repairs
from optimiser.studies.street_sides import (
    BY_HAND,
    CROSSES,
    OUTSIDE,
    SPLIT,
    Repair,
    SideParams,
    repaired,
    street_sides,
)
from tests.benchmarks.spec import SHARED

UTM = "EPSG:32617"
BEAT = {"A": "1", "B": "1", "C": "2", "D": "2"}
DISTRICT = {"A": "N", "B": "N", "C": "S", "D": "S"}


def areas() -> gpd.GeoDataFrame:
    """Squares of a kilometre: A B above, C D below.

    A | B
    --+--
    C | D
    """
    boxes = [
        shapely.box(0, 1000, 1000, 2000),
        shapely.box(1000, 1000, 2000, 2000),
        shapely.box(0, 0, 1000, 1000),
    ]
    boxes.append(shapely.box(1000, 0, 2000, 1000))
    return gpd.GeoDataFrame({"area_id": list("ABCD")}, geometry=boxes, crs=UTM)


def labels(*lines, **params) -> gpd.GeoDataFrame:
    """Segments s1, s2 ... labelled."""
    shapes = [shapely.LineString(line) if isinstance(line, list) else line for line in lines]
    ids = [f"s{k + 1}" for k in range(len(lines))]
    streets = gpd.GeoDataFrame({"segment_id": ids, "name": ""}, geometry=shapes, crs=UTM)
    return street_sides(streets, areas(), BEAT, DISTRICT, SideParams(**params))


def sides(row) -> tuple[str, str]:
    return row["left_area"], row["right_area"]


def test_along_a_border_and_inside():
    """East along the border of A and C: A left, C right; drawn the other way they change; inside both sides are one."""
    found = labels([(100, 1000), (900, 1000)], [(900, 1000), (100, 1000)], [(200, 200), (700, 600)])
    assert [sides(r) for _, r in found.iterrows()] == [("A", "C"), ("C", "A"), ("C", "C")]
    first = found.iloc[0]
    assert (first["left_beat"], first["left_district"]) == ("1", "N")
    assert (first["right_beat"], first["right_district"]) == ("2", "S")
    assert (found[["left_share", "right_share"]] == 1.0).all(axis=None)
    assert (found["note"] == "").all()
    assert found["piece_id"].tolist() == ["s1", "s2", "s3"]


def test_split_at_a_border():
    """From C east to D, 300 m and 500 m: two pieces, cut at the border to a few centimetres, nothing lost."""
    found = labels([(700, 500), (1500, 500)])
    assert found["piece_id"].tolist() == ["s1/1", "s1/2"]
    assert [sides(r) for _, r in found.iterrows()] == [("C", "C"), ("D", "D")]
    assert found["length_m"].tolist() == pytest.approx([300, 500], abs=0.1)
    assert found["length_m"].sum() == pytest.approx(800)
    assert (found["note"] == SPLIT).all()


def test_flagged_instead_of_split():
    """Kept whole: the side is called as most of it, D with 5 of 8, and the segment is marked."""
    found = labels([(700, 500), (1500, 500)], split=False)
    (row,) = found.to_dict("records")
    assert (row["piece_id"], *sides(row)) == ("s1", "D", "D")
    assert row["left_share"] == pytest.approx(5 / 8, abs=0.02)
    assert row["note"] == CROSSES


def test_a_street_that_follows_a_border_and_turns_in():
    """Along A | B northwards, then into B: A left and B right, then B on both sides, from the corner on."""
    found = labels([(1000, 1100), (1000, 1500), (1600, 1500)])
    assert [sides(r) for _, r in found.iterrows()] == [("A", "B"), ("B", "B")]
    assert found["length_m"].iloc[0] == pytest.approx(400, abs=20)


def test_the_three_levels_agree():
    """Kept whole over 400 m of A, 300 of C and 300 of D: most areas say A, most districts say S, so it is C or D."""
    line = [(1000 - 300, 1400), (1000 - 300, 700), (1000 - 300 + 300 + 300, 700)]
    found = labels(line, split=False)
    for side in ("left", "right"):
        area = found[f"{side}_area"].iloc[0]
        assert area in "CD"
        assert found[f"{side}_beat"].iloc[0] == BEAT[area]
        assert found[f"{side}_district"].iloc[0] == DISTRICT[area]


def test_corners_do_not_count():
    """From C through the very corner to B: 30 m beside A and D are no stretch of their own, unless asked for."""
    line = [(600, 570), (1400, 1430)]
    assert [sides(r) for _, r in labels(line).iterrows()] == [("C", "C"), ("B", "B")]
    assert ("A", "D") in [sides(r) for _, r in labels(line, least_m=0.0, step_m=5.0).iterrows()]


def test_edge_of_the_map_and_beyond():
    """Along the outer edge one side is nothing; outside both are, and it says so."""
    found = labels([(100, 0), (900, 0)], [(100, -500), (900, -500)])
    assert [sides(r) for _, r in found.iterrows()] == [("C", ""), ("", "")]
    assert found["note"].tolist() == ["", OUTSIDE]


def test_lines_in_parts_and_short_ones():
    """Parts that meet are one piece; parts that do not are pieces of one segment; 4 m are labelled as well."""
    meet = shapely.MultiLineString([[(100, 300), (200, 300)], [(200, 300), (300, 300)]])
    apart = shapely.MultiLineString([[(100, 300), (200, 300)], [(100, 1500), (200, 1500)]])
    found = labels(meet, apart, [(500, 500), (504, 500)])
    assert found["piece_id"].tolist() == ["s1", "s2/1", "s2/2", "s3"]
    assert [sides(r) for _, r in found.iterrows()] == [("C", "C"), ("C", "C"), ("A", "A"), ("C", "C")]


def test_repairs(tmp_path):
    """A hand changes one side of a piece, or both of a segment with all its pieces; beat and district follow."""
    found = labels([(100, 1000), (900, 1000)], [(700, 500), (1500, 500)])
    path = tmp_path / "repairs.csv"
    path.write_text(
        "segment_id,side,label,reason\ns1,LEFT,C,the border lies north of the street\ns2,both,D,one road\n"
    )
    mended = repaired(found, read_repairs(path), BEAT, DISTRICT)
    assert [sides(r) for _, r in mended.iterrows()] == [("C", "C"), ("D", "D"), ("D", "D")]
    assert (mended["left_beat"].iloc[0], mended["left_district"].iloc[0]) == ("2", "S")
    assert mended["note"].tolist() == [BY_HAND] * 3
    assert mended["reason"].iloc[0] == "the border lies north of the street"
    assert sides(found.iloc[0]) == ("A", "C")  # the labels as computed are still there
    one = repaired(found, [Repair("s2/1", "right", "", "a lake")], BEAT, DISTRICT)
    assert [sides(r) for _, r in one.iterrows()] == [("A", "C"), ("C", ""), ("D", "D")]


def test_repairs_that_cannot_be(tmp_path):
    """No such segment, area or side, no reason: all named, nothing changed."""
    found = labels([(100, 1000), (900, 1000)])
    with pytest.raises(InputError, match=r"'s9'.*repair 2, segment s1: 'Z' is no area"):
        repaired(found, [Repair("s9", "left", "A", "x"), Repair("s1", "left", "Z", "x")], BEAT)
    path = tmp_path / "repairs.csv"
    path.write_text("segment_id,side,label,reason\ns1,north,C,why\n")
    with pytest.raises(InputError, match="line 2: 'north' is no side"):
        read_repairs(path)


def test_choices_that_cannot_be():
    """A gap as wide as the offset would leave nothing outside."""
    with pytest.raises(InputError, match="gap_m"):
        SideParams(offset_m=5.0, gap_m=5.0)
    with pytest.raises(InputError, match="offset_m"):
        SideParams(offset_m=0.0)


@pytest.fixture(scope="module")
def carrollton():
    folder = SHARED / "sectors" / "carrollton_tx"
    if not folder.exists():
        pytest.skip("the shared Carrollton files are not here")
    raw = read_layer(folder / "reporting_areas.geojson").to_crs("EPSG:32138")
    polygons = gpd.GeoDataFrame({"area_id": raw["NumberId"].astype(str)}, geometry=raw.geometry, crs=raw.crs)
    beat_of = {str(a): f"{b:.0f}" for a, b in zip(raw["NumberId"], raw["current_beat"], strict=True)}
    streets = street_lines(folder / "street_centerlines.parquet", crs="EPSG:32138")
    return streets, polygons, street_sides(streets, polygons, beat_of)


def test_carrollton_nothing_lost(carrollton):
    """4,599 segments by their OBJECTID: the pieces of each are as long as the segment and stand under its id."""
    streets, _, found = carrollton
    assert len(streets) == 4599
    assert found["piece_id"].is_unique
    length = found.groupby("segment_id")["length_m"].sum()
    expected = streets.set_index("segment_id").geometry.length
    assert np.allclose(length[expected.index], expected, atol=0.01)


def test_carrollton_inner_segments(carrollton):
    """A segment that lies 25 m inside an area has that area on both sides: a fact of the polygons, no sampling."""
    streets, polygons, found = carrollton
    inner = polygons.geometry.buffer(-25.0)
    at, area = shapely.STRtree(inner.to_numpy()).query(streets.geometry.to_numpy(), predicate="within")
    expected = dict(
        zip(streets["segment_id"].to_numpy()[at], polygons["area_id"].to_numpy()[area], strict=True)
    )
    assert len(expected) > 1500
    mine = found[found["segment_id"].isin(expected)]
    wanted = mine["segment_id"].map(expected)
    assert (mine["left_area"] == wanted).all()
    assert (mine["right_area"] == wanted).all()


def test_carrollton_against_an_overlay(carrollton):
    """A second judge: the area with most of the 15 m strip beside each piece. At least 98 % of the sides agree."""
    _, polygons, found = carrollton
    sample = found[found["length_m"] > 40].iloc[::7]
    shapes, ids = polygons.geometry.to_numpy(), polygons["area_id"].to_numpy()
    tree = shapely.STRtree(shapes)
    agreed = judged = 0
    for side, offset in (("left", 15.0), ("right", -15.0)):
        strips = shapely.buffer(sample.geometry.to_numpy(), offset, single_sided=True, cap_style="flat")
        for strip, label in zip(strips, sample[f"{side}_area"], strict=True):
            hit = tree.query(strip, predicate="intersects")
            size = shapely.area(shapely.intersection(shapes[hit], strip))
            best = ids[hit[size.argmax()]] if size.sum() > 0.5 * strip.area else ""
            judged += 1
            agreed += best == label
    assert judged > 1000
    assert agreed / judged > 0.98


def test_carrollton_beats_follow_areas(carrollton):
    """Every beat is that of its area, and some segments are borders of beats and some are split."""
    _, _, found = carrollton
    for side in ("left", "right"):
        by_area = found.groupby(f"{side}_area")[f"{side}_beat"].nunique()
        assert (by_area == 1).all()
    assert (found["left_beat"] != found["right_beat"]).sum() > 50
    assert (found["note"] == SPLIT).sum() > 50
