"""Storing a network, and refusing a damaged file."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString

from optimiser import roads
from optimiser.errors import InputError
from optimiser.roads.graph import core, largest
from tests.oracles import roads as cases


@pytest.fixture
def network() -> roads.RoadNetwork:
    return roads.build(largest(cases.grid(5, 9), ("car",)))


def test_a_stored_network_comes_back_whole(network: roads.RoadNetwork, tmp_path: Path) -> None:
    """Same digest, same times, through the one door."""
    path = tmp_path / "roads.npz"
    roads.write_network(path, network)
    again = roads.load(path)
    assert again.digest == network.digest
    every = np.arange(network.n_junctions)
    assert np.array_equal(roads.times(again, every), roads.times(network, every))


def test_another_network_has_another_digest(network: roads.RoadNetwork) -> None:
    """One limit changed is another network."""
    other = replace(
        network, streets=replace(network.streets, limit_m_per_s=network.streets.limit_m_per_s * 1.1)
    )
    assert other.digest != network.digest


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("edge_to", 10**6),
        ("edge_from", -1),
        ("member_segment", 10**6),
        ("junction_node", -5),
        ("junction_rank", 0),
        ("junction_rank", 10**6),
        ("member_start", 10**6),
    ],
)
def test_numbers_that_point_outside_are_refused(
    network: roads.RoadNetwork, tmp_path: Path, field: str, value: int
) -> None:
    """Compiled loops index without looking."""
    array = getattr(network, field).copy()
    array[-1] = value
    path = tmp_path / "bad.npz"
    roads.write_network(path, replace(network, **{field: array}))
    with pytest.raises(InputError, match="damaged"):
        roads.load(path)


def test_lists_of_different_length_are_refused(network: roads.RoadNetwork, tmp_path: Path) -> None:
    """A cut array would be read past its end."""
    path = tmp_path / "bad.npz"
    roads.write_network(path, replace(network, edge_to=network.edge_to[:-1]))
    with pytest.raises(InputError, match="differ in length"):
        roads.load(path)


@pytest.mark.parametrize("name", ["roads.npz", "roads.kml", "roads.osm"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    """Text in an .npz, and kinds that are not read."""
    path = tmp_path / name
    path.write_text("not roads")
    with pytest.raises(InputError):
        roads.load(path)


def test_street_lines_come_through_the_one_door(tmp_path: Path) -> None:
    """A GeoJSON of streets loads by its name."""
    lines = gpd.GeoDataFrame(geometry=[LineString([(-3.0, 51.58), (-2.99, 51.58)])], crs="EPSG:4326")
    path = tmp_path / "streets.geojson"
    path.write_text(lines.to_json())
    assert roads.load(path).n_edges == 1


def test_the_core_leaves_out_one_way_traps() -> None:
    """A one-way dead end can be entered and not left."""
    graph = cases.graph(
        [(0, 0), (9, 0), (9, 9), (20, 0)], [(0, 1), (1, 2), (2, 0), (1, 3)], byte=[255] * 3 + [0x55]
    )
    assert core(graph, 0).tolist() == [True, True, True, False]
    kept = largest(graph, ("car",))
    assert (kept.n_nodes, kept.counts["segments_dropped"]) == (3, 1)


def test_a_network_open_to_nobody_is_refused() -> None:
    """Closed roads, and one-way streets that never lead back."""
    with pytest.raises(InputError, match="no road"):
        largest(cases.graph([(0, 0), (9, 0)], [(0, 1)], byte=cases.NO_CAR), ("car",))
    with pytest.raises(InputError, match="one-way"):
        largest(cases.graph([(0, 0), (9, 0)], [(0, 1)], byte=cases.ONE_WAY), ("car",))
