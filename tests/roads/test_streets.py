"""Street lines: noding, repeats, directions, defaults, and what is reported."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiLineString, Point

from optimiser import roads
from optimiser.errors import InputError
from tests.oracles import roads as cases

MPH_30 = 30 * 1609.344 / 3600


def frame(shapes: list[object], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=cases.CRS)


def cross() -> list[object]:
    """Two streets that cross at (500, 0) without an end there, joined by a third at their ends."""
    base = 500_000.0  # near the zone's middle, where the plane and the ellipsoid differ by 0.04 %
    lines = [[(0, 0), (500, 0), (1000, 0)], [(500, -300), (500, 300)], [(1000, 0), (500, 300)]]
    return [LineString([(base + x, 5_700_000.0 + y) for x, y in line]) for line in lines]


def test_lines_join_at_ends_only() -> None:
    """A bridge: the first and second street cross in the plane and share no node."""
    graph = roads.read_lines(frame(cross()))
    assert graph.n_segments == 4
    assert int(graph.is_end.sum()) == 4


def test_ends_a_hair_apart_join() -> None:
    """Digitised ends differ by centimetres; the tolerance joins them, wherever a rounding grid would lie."""
    shapes = [
        LineString([(500000, 5700000), (500100, 5700000)]),
        LineString([(500100.0499, 5700000.02), (500200, 5700000)]),
    ]
    assert int(roads.read_lines(frame(shapes)).is_end.sum()) == 3
    assert int(roads.read_lines(frame(shapes), tolerance_m=0.01).is_end.sum()) == 4


def test_zero_and_missing_limits_take_the_default() -> None:
    """0, missing, text and 900 mph are no limits: 30 mph, counted."""
    shapes = [LineString([(500000 + 100 * k, 5700000), (500100 + 100 * k, 5700000)]) for k in range(5)]
    graph = roads.read_lines(frame(shapes, mph=["40", 0, None, "x", 900]), roads.StreetColumns(speed="mph"))
    assert graph.limit_m_per_s.tolist() == pytest.approx([40 * 1609.344 / 3600] + [MPH_30] * 4)
    assert graph.counts["limit_default"] == 4
    assert any("30 mph" in note for note in graph.assumptions)


def test_kmh_and_minutes() -> None:
    """60 km/h is 16.67 m/s; a line's minutes decide over its limit."""
    lines = frame(cross(), limit=[60, 60, 60], minutes=[2.0, 0.0, None])
    columns = roads.StreetColumns(speed="limit", speed_unit="kmh", minutes="minutes")
    network = roads.build(roads.read_lines(lines, columns, planar=True))
    assert roads.weigh(network).segment_s[:2].sum() == pytest.approx(120.0)
    assert network.streets.limit_m_per_s[2] == pytest.approx(60 / 3.6)


def test_directions_are_read_and_the_unknown_counted() -> None:
    """With the line, against it, both, missing, and a word nobody knows."""
    shapes = [LineString([(500000 + 100 * k, 5700000), (500100 + 100 * k, 5700000)]) for k in range(5)]
    graph = roads.read_lines(
        frame(shapes, way=["FT", "-1", "B", None, "??"]), roads.StreetColumns(one_way="way")
    )
    assert (graph.openness & 0b11).tolist() == [0b01, 0b10, 0b11, 0b11, 0b11]
    assert (graph.counts["one_way_missing"], graph.counts["one_way_unknown"]) == (1, 1)


def test_a_street_drawn_twice_keeps_the_faster() -> None:
    """100 m at 20 mph and again at 40 mph: 40 mph, once; never the sum of the two."""
    line = LineString([(500000, 5700000), (500100, 5700000)])
    back = LineString([(500100, 5700000), (500000, 5700000)])
    graph = roads.read_lines(frame([line, back], mph=[20, 40]), roads.StreetColumns(speed="mph"))
    assert graph.n_segments == 1
    assert graph.limit_m_per_s[0] == pytest.approx(40 * 1609.344 / 3600)
    assert (graph.counts["repeated"], graph.counts["drawn_twice"]) == (1, 1)


def test_a_crescent_beside_a_street_stays() -> None:
    """Two different streets between the same ends: both can be stood on, the quicker one is driven."""
    ends = [(500000, 5700000), (500100, 5700000)]
    crescent = LineString([ends[0], (500050, 5700200), ends[1]])
    network = roads.from_lines(frame([LineString(ends), crescent]), keep_ends=True, planar=True)
    assert network.n_edges == 2
    assert roads.times(network, np.array([0]))[0, 1] == pytest.approx(100 / MPH_30)


def test_the_largest_part_is_kept_and_the_rest_reported() -> None:
    """An unconnected street of the file is dropped with a count, not silently."""
    far = LineString([(510000, 5700000), (510100, 5700000)])
    network = roads.from_lines(frame([*cross(), far]))
    assert network.streets.counts["pieces"] == 2
    assert network.streets.counts["segments_dropped"] == 1


def test_parts_points_and_disabled_lines() -> None:
    """A multi-part line is its parts; points are counted; a line switched off is left out."""
    one, two, three = cross()
    shapes = [MultiLineString([one, two]), Point(500000, 5700000), three]
    graph = roads.read_lines(frame(shapes, on=[1, 1, 0]), roads.StreetColumns(enabled="on"))
    assert (graph.counts["lines"], graph.counts["not_lines"], graph.counts["lines_disabled"]) == (2, 1, 1)


def test_names_and_classes() -> None:
    """Names reach the route, classes the caps; a class that is not translated is counted."""
    lines = frame(cross(), street=["High Street", None, "Mill Lane"], kind=["A", "B", "?"])
    columns = roads.StreetColumns(name="street", road_class="kind", classes={"A": "primary", "B": "service"})
    graph = roads.read_lines(lines, columns)
    assert set(graph.names) == {"High Street", "Mill Lane"}
    assert graph.counts["class_unknown"] == 1


def test_all_faults_of_the_column_map_come_together() -> None:
    """Two missing columns and a wrong unit are named in one message."""
    columns = roads.StreetColumns(speed="velocity", name="label", speed_unit="furlongs")
    with pytest.raises(InputError) as caught:
        roads.read_lines(frame(cross(), limit=[1, 2, 3]), columns)
    assert all(word in str(caught.value) for word in ("velocity", "label", "furlongs", "limit"))


def test_lines_without_a_system_are_refused() -> None:
    """Metres cannot be guessed."""
    with pytest.raises(InputError, match="coordinate system"):
        roads.read_lines(gpd.GeoDataFrame(geometry=cross()))


def test_a_file_without_lines_is_refused() -> None:
    """Points make no streets."""
    with pytest.raises(InputError, match="no line"):
        roads.read_lines(frame([Point(500000, 5700000)]))


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("30 mph", 48.28032),
        ("50 km/h", 50.0),
        ("DE:urban", 50.0),
        ("40", 40.0),
        ("RO:zone30", 30.0),
        ("signals", 48.28032),
    ],
)
def test_limits_written_out(text: str, kmh: float) -> None:
    """Files made from OpenStreetMap write 30 mph in a column of km/h: the unit written decides; junk is 30 mph."""
    columns = roads.StreetColumns(speed="maxspeed", speed_unit="kmh")
    graph = roads.read_lines(frame(cross(), maxspeed=[text] * 3), columns)
    assert graph.limit_m_per_s * 3.6 == pytest.approx(kmh)
    assert graph.counts.get("limit_default", 0) == (3 if text == "signals" else 0)


def test_metres_said_to_be_degrees() -> None:
    """Coordinates beyond the globe are refused in words, whatever the projection makes of them."""
    lines = gpd.GeoDataFrame(geometry=cross(), crs="EPSG:4326")
    with pytest.raises(InputError, match="do not lie where their coordinate system"):
        roads.read_lines(lines)
