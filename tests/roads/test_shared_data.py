"""Real roads: Newport, Porto Alegre, Liechtenstein, Carrollton. Skipped where the shared data are missing."""

from functools import cache

import geopandas as gpd
import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from optimiser import roads
from optimiser.data.layers import read_layer
from tests.oracles import roads as cases

pytestmark = pytest.mark.skipif(
    not cases.SHARED.is_dir(), reason="../shared/data is not beside the repository"
)
CARROLLTON = cases.SHARED / "sectors" / "carrollton_tx"
# The projection of the street file (EPSG:2276, feet), in metres.
TEXAS_NORTH_CENTRAL = "EPSG:32138"


@cache
def town(name: str) -> roads.RoadNetwork:
    return roads.load(cases.SHARED / "roads" / f"{name}.osm.pbf")


@cache
def carrollton() -> roads.RoadNetwork:
    lines = read_layer(CARROLLTON / "street_centerlines.parquet")
    return roads.from_lines(
        lines, roads.StreetColumns(speed="SpeedLimit"), crs=TEXAS_NORTH_CENTRAL, planar=True, keep_ends=True
    )


@cache
def carrollton_areas() -> gpd.GeoDataFrame:
    return read_layer(CARROLLTON / "reporting_areas.geojson").to_crs(TEXAS_NORTH_CENTRAL)


@pytest.mark.parametrize(
    ("name", "highways"), [("newport-2023-06-13", 8965), ("poa", 15886), ("liechtenstein-latest", 4660)]
)
def test_the_highway_ways_are_counted_as_documented(name: str, highways: int) -> None:
    """Counts of shared data FORMATS.md, section 6."""
    assert town(name).streets.counts["highway_ways"] == highways


@pytest.mark.parametrize("driver", sorted(roads.DRIVERS))
@pytest.mark.parametrize("reverse", [False, True])
def test_newport_contracted_equals_scipy_on_the_full_graph(driver: str, reverse: bool) -> None:
    """12 sources to every junction, each driver class, both directions: equal to 0.01 s."""
    network = town("newport-2023-06-13")
    weights = roads.weigh(network, driver, 8, roads.commuter_factors())
    sources = np.random.default_rng(1).choice(network.n_junctions, 12, replace=False)
    matrix = roads.full_matrix(network, weights)
    matrix = matrix.T.tocsr() if reverse else matrix
    expected = dijkstra(matrix, indices=network.junction_node[sources])[:, network.junction_node]
    assert np.isfinite(expected).sum() > 1000
    found = roads.times(network, sources, driver=weights, reverse=reverse)
    assert cases.finite_gap(found, expected) <= 0.01
    found = roads.times(network, sources, driver=weights, reverse=reverse, method="dijkstra")
    assert cases.finite_gap(found, expected) <= 0.01


@pytest.mark.parametrize("driver", ["basic", "standard"])
def test_newport_routes_agree_with_the_table(driver: str) -> None:
    """Twenty random pairs of points: route and table give the same seconds, and every pair is connected."""
    network = town("newport-2023-06-13")
    low, high = network.junction_xy_m.min(axis=0), network.junction_xy_m.max(axis=0)
    points = np.random.default_rng(2).uniform(low, high, (40, 2))
    a, b = roads.snap(network, points[:20], driver=driver), roads.snap(network, points[20:], driver=driver)
    table = roads.times_between(network, a, b, driver=driver)
    assert np.isfinite(table).all()
    for row, found in enumerate(roads.route(network, a, b, driver=driver)):
        assert found is not None
        assert found.time_s == pytest.approx(table[row, row], abs=0.01)


def test_carrollton_streets_are_counted_as_documented() -> None:
    """SOURCES.md: 47 components, 96.7 % of nodes in the largest, 359 limits of 0, 19 repeated edges."""
    counts = carrollton().streets.counts
    assert (counts["pieces"], counts["limit_default"], counts["repeated"]) == (47, 359, 19)
    assert 100 * counts["ends_kept"] / counts["ends_before"] == pytest.approx(96.7, abs=0.06)


def test_carrollton_beats_in_use_cost_the_published_minutes() -> None:
    """The 12 beats in use, each from its own best area, beat 0 left out: about 249,600 call-minutes.

    249,645.73 was computed apart from this package: scipy on the noded lines, planar feet of EPSG:2276.
    """
    areas = carrollton_areas()
    centre = areas.representative_point()
    minutes = roads.junction_times(carrollton(), np.column_stack([centre.x, centre.y])) / 60
    assert minutes.shape == (325, 325)
    calls = areas["calls"].to_numpy(dtype=float)
    beat = areas["current_beat"].astype(float).astype(int).to_numpy()
    total = sum(
        (minutes[np.ix_(beat == b, beat == b)] @ calls[beat == b]).min() for b in np.unique(beat) if b != 0
    )
    assert total == pytest.approx(249_645.73, abs=0.5)


def test_carrollton_times_are_symmetric_and_metric() -> None:
    """Both directions are open everywhere: a symmetric table that no detour can shorten."""
    centre = carrollton_areas().representative_point()
    table = roads.junction_times(carrollton(), np.column_stack([centre.x, centre.y])).astype(float)
    assert np.abs(table - table.T).max() < 1e-3
    for k in range(0, len(table), 13):
        assert (table <= table[:, [k]] + table[[k], :] + 1e-3).all()
