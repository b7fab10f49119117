"""OpenStreetMap extracts: a tiny file by hand, and files that are not what they say."""

from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from optimiser import roads
from optimiser.errors import InputError
from optimiser.roads.classes import ROAD_CLASSES
from optimiser.roads.limits import kmh
from tests.oracles import roads as cases

NODES = {
    1: (-3.00, 51.58),
    2: (-2.99, 51.58),
    3: (-2.99, 51.59),
    4: (-3.00, 51.59),
    5: (-2.98, 51.58),
    9: (-2.0, 50.0),
}
WAYS = [
    ([1, 2], {"highway": "primary", "maxspeed": "30 mph", "oneway": "yes", "name": "Cardiff Road"}),
    ([2, 3, 4], {"highway": "residential"}),
    ([4, 1], {"highway": "secondary", "maxspeed": "fast"}),
    ([2, 5], {"highway": "service", "access": "private"}),
    ([1, 3], {"highway": "footway"}),
    ([1, 9], {"waterway": "river"}),
]


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return cases.write_osm(tmp_path / "tiny.osm.pbf", NODES, WAYS, restrictions=2)


def test_what_is_used_and_what_is_assumed_is_counted(extract: Path) -> None:
    """Five highways, four drivable by somebody; one limit stated, one junk, two missing; two restrictions."""
    graph = roads.read_osm(extract)
    counts = graph.counts
    assert (counts["highway_ways"], counts["ways_used"], counts["turn_restrictions"]) == (5, 4, 2)
    assert (counts["limit_stated"], counts["limit_junk"], counts["limit_missing"]) == (1, 1, 2)
    assert any("2 turn restrictions" in note for note in graph.assumptions)


def test_lengths_are_geodesic_and_limits_converted(extract: Path) -> None:
    """Lengths as pyproj's ellipsoid has them; 30 mph stated, the class default elsewhere."""
    graph = roads.read_osm(extract)
    first = int(np.flatnonzero(graph.name == graph.names.index("Cardiff Road"))[0])
    assert graph.length_m[first] == pytest.approx(Geod(ellps="WGS84").inv(-3.0, 51.58, -2.99, 51.58)[2])
    by_class = {ROAD_CLASSES[c]: kmh(v) for c, v in zip(graph.road_class, graph.limit_m_per_s, strict=True)}
    assert by_class == pytest.approx(
        {"primary": 48.28032, "residential": 50.0, "secondary": 60.0, "service": 20.0}
    )


def test_relations_and_rivers_do_not_stretch_the_map(extract: Path) -> None:
    """Node 9 lies 170 km away on a river: the graph is clipped by its roads."""
    graph = roads.read_osm(extract)
    assert np.ptp(graph.y_m) < 2000
    assert graph.crs == "EPSG:32630"  # 3 degrees west is in zone 30


def test_a_private_road_is_open_to_blue_lights_only(extract: Path) -> None:
    """The dead end 2-5 stays for emergency driving, and a basic driver is put elsewhere."""
    network = roads.from_osm(extract)
    end = network.junction_xy_m[network.junction_xy_m[:, 0].argmax()][None, :]
    assert roads.snap(network, end, driver="standard").access_m[0] == pytest.approx(0.0, abs=1e-6)
    assert roads.snap(network, end, driver="basic").access_m[0] > 600


def test_modes_decide_which_ways_are_read(extract: Path) -> None:
    """The footway is read for walkers, not for cars."""
    on_foot = roads.read_osm(extract, modes=("foot",))
    assert "path" in {ROAD_CLASSES[c] for c in on_foot.road_class}
    assert "path" not in {ROAD_CLASSES[c] for c in roads.read_osm(extract).road_class}


def test_bounds_keep_streets_with_an_end_inside(extract: Path) -> None:
    """A box round node 1 alone keeps the two streets that meet there."""
    assert roads.read_osm(extract, bounds=(-3.001, 51.579, -2.999, 51.581)).n_segments == 2


def test_missing_positions_are_skipped_and_counted(tmp_path: Path) -> None:
    """A cut extract names nodes it does not hold."""
    path = cases.write_osm(
        tmp_path / "cut.osm.pbf", {1: NODES[1], 2: NODES[2]}, [([1, 2, 77], {"highway": "residential"})]
    )
    graph = roads.read_osm(path)
    assert (graph.n_segments, graph.counts["nodes_missing"]) == (1, 1)


def test_a_node_named_twice_in_a_row_makes_no_street(tmp_path: Path) -> None:
    """A common slip of mapping: 1, 2, 2 is one segment."""
    ways = [([1, 2, 2], {"highway": "residential"})]
    assert roads.read_osm(cases.write_osm(tmp_path / "twice.osm.pbf", NODES, ways)).n_segments == 1


def test_an_extract_without_roads_is_refused(tmp_path: Path) -> None:
    """Rivers alone make no network."""
    path = cases.write_osm(tmp_path / "river.osm.pbf", NODES, WAYS[5:])
    with pytest.raises(InputError, match="no road"):
        roads.from_osm(path)


def test_a_damaged_file_is_refused_by_name(extract: Path) -> None:
    """Half a download is an error for a planner, not a traceback."""
    extract.write_bytes(extract.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"tiny\.osm\.pbf"):
        roads.from_osm(extract)


@pytest.mark.parametrize("content", [b"", b"<osm version='0.6'/>", b"\x00" * 5000])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """A renamed file must not reach osmium's guessing of formats."""
    path = tmp_path / "other.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(InputError, match="pbf"):
        roads.from_osm(path)


@pytest.mark.parametrize("address", ["http://localhost:9/x.osm.pbf", "/nowhere/x.osm.pbf", "-"])
def test_an_address_is_no_file(address: str) -> None:
    """Osmium would fetch an address or read standard input."""
    with pytest.raises(InputError, match="not a file"):
        roads.read_osm(Path(address))


def test_a_system_in_degrees_is_refused(extract: Path) -> None:
    """Coordinates must be metres."""
    with pytest.raises(InputError, match="metres"):
        roads.read_osm(extract, crs="EPSG:4326")
