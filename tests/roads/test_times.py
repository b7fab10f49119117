"""Times: by hand, against scipy on the full graph, with limits, in reverse, between places on streets."""

from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from optimiser import roads
from optimiser.errors import InputError
from optimiser.roads.graph import largest
from optimiser.roads.snap import Positions
from tests.oracles import roads as cases

METHODS: tuple[Literal["sweep", "dijkstra"], ...] = ("sweep", "dijkstra")
EXACT_S = 0.01  # the founding requirement: equal to scipy in double precision to 0.01 s


def junction_at(network: roads.RoadNetwork, x_m: float, y_m: float) -> int:
    return int(np.hypot(*(network.junction_xy_m - (x_m, y_m)).T).argmin())


def square() -> roads.RoadNetwork:
    """100 m square at 10 m/s with stubs at two corners; the south side is one-way eastwards."""
    xy = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (-50.0, 0.0), (150.0, 0.0)]
    sides = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 0), (1, 5)]
    return roads.build(cases.graph(xy, sides, byte=[cases.ONE_WAY, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]))


def test_a_one_way_side_sends_the_way_back_round() -> None:
    """East along the south side 10 s; back round the other three sides 30 s."""
    network = square()
    west, east = junction_at(network, 0, 0), junction_at(network, 100, 0)
    assert roads.times(network, np.array([west]))[0, east] == pytest.approx(10.0)
    assert roads.times(network, np.array([east]))[0, west] == pytest.approx(30.0)


def test_on_foot_a_one_way_street_is_open_both_ways() -> None:
    """100 m at 5 km/h is 72 s, in both directions, where the byte opens both on foot."""
    byte = [0x55 | 0xC0] + [0xFF] * 5
    graph = cases.graph(
        [(0, 0), (100, 0), (100, 100), (0, 100), (-50, 0), (150, 0)],
        [(0, 1), (1, 2), (2, 3), (3, 0), (4, 0), (1, 5)],
        byte=byte,
    )
    network = roads.build(graph)
    west, east = junction_at(network, 0, 0), junction_at(network, 100, 0)
    assert roads.times(network, np.array([east]), driver="foot")[0, west] == pytest.approx(72.0)


def test_reverse_is_the_time_towards_the_source() -> None:
    """Column by column the reverse table is the transpose of the forward one."""
    network = square()
    every = np.arange(network.n_junctions)
    forward = roads.times(network, every)
    assert np.array_equal(roads.times(network, every, reverse=True), forward.T)


@pytest.mark.parametrize("method", ["sweep", "dijkstra"])
def test_a_limit_cuts_and_changes_nothing_below_it(method: Literal["sweep", "dijkstra"]) -> None:
    """Times above the limit are infinite, the rest untouched; equal to the limit still counts."""
    network = roads.build(largest(cases.grid(8, 3), ("car",)))
    sources = np.arange(0, network.n_junctions, 5)
    free = roads.times(network, sources, method=method)
    limit = float(np.sort(free[0])[20])
    cut = roads.times(network, sources, limit_s=limit + 1e-3, method=method)
    assert np.array_equal(np.where(free <= limit + 1e-3, free, np.inf), cut)
    assert np.isinf(cut).any()


@pytest.mark.parametrize("method", ["sweep", "dijkstra"])
@given(seed=st.integers(0, 10_000), driver=st.sampled_from(sorted(roads.DRIVERS)), reverse=st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_contracted_network_equals_scipy_on_the_full_graph(
    method: Literal["sweep", "dijkstra"], seed: int, driver: str, reverse: bool
) -> None:
    """Random tangles (parallels, loops, closures), every driver class, both directions, both methods."""
    network = roads.build(cases.tangle(seed))
    weights = roads.weigh(network, driver)
    matrix = roads.full_matrix(network, weights)
    node = network.junction_node
    expected = dijkstra(matrix.T.tocsr() if reverse else matrix, indices=node)[:, node]
    every = np.arange(network.n_junctions)
    found = roads.times(network, every, driver=weights, reverse=reverse, method=method)
    assert cases.finite_gap(found, expected) <= EXACT_S


@given(seed=st.integers(0, 10_000), driver=st.sampled_from(["basic", "standard", "foot"]))
@settings(max_examples=40, deadline=None)
def test_places_on_streets_equal_scipy_with_a_node_put_there(seed: int, driver: str) -> None:
    """Splitting the full graph at every place gives scipy's times between the places themselves."""
    graph = cases.tangle(seed)
    network = roads.build(graph)
    rng = np.random.default_rng(seed)
    member = rng.integers(0, len(network.member_segment), 12).astype(np.int32)
    member[1] = member[0]  # two on one piece of street
    places = Positions(member, rng.choice([0.1, 0.25, 0.5, 0.9], 12), np.zeros(12))
    found = roads.times_between(network, places, places, driver=driver)
    assert cases.finite_gap(found, _split_times(network, places, driver)) <= EXACT_S


def _split_times(network: roads.RoadNetwork, places: Positions, driver: str) -> np.ndarray:
    """Times between places by Floyd and Warshall over the full graph with one more node a place."""
    graph, weights = network.streets, roads.weigh(network, driver)
    mode = weights.driver.mode_index
    n = graph.n_nodes
    segment = network.member_segment[places.member]
    share = np.where(network.member_flipped[places.member], 1 - places.along_frac, places.along_frac)
    table = np.full((n + len(places), n + len(places)), np.inf)
    np.fill_diagonal(table, 0.0)
    for s in range(graph.n_segments):
        stops = [(0.0, int(graph.segment_from[s])), (1.0, int(graph.segment_to[s]))]
        stops += [(float(share[p]), n + p) for p in np.flatnonzero(segment == s)]
        stops.sort()
        ahead, back = graph.openness[s] >> (2 * mode) & 1, graph.openness[s] >> (2 * mode + 1) & 1
        for (f, a), (g, b) in pairwise(stops):
            cost = (g - f) * weights.segment_s[s]
            free = f == g and a >= n and b >= n  # the same spot
            if ahead or free:
                table[a, b] = min(table[a, b], cost)
            if back or free:
                table[b, a] = min(table[b, a], cost)
    for k in range(len(table)):
        np.minimum(table, table[:, [k]] + table[[k], :], out=table)
    return table[n:, n:]


def test_an_access_leg_is_added_at_both_ends() -> None:
    """20 m and 30 m off the street at 2 m/s add 25 s."""
    network = square()
    a, b = roads.snap(network, np.array([[10.0, 120.0]])), roads.snap(network, np.array([[90.0, 130.0]]))
    plain = roads.times_between(network, a, b)[0, 0]
    assert plain == pytest.approx(8.0)
    assert roads.times_between(network, a, b, access_m_per_s=2.0)[0, 0] == pytest.approx(33.0)


def test_junctions_and_places_mix_and_few_are_searched_from() -> None:
    """A table equals its parts whichever side has fewer places."""
    network = roads.build(largest(cases.grid(6, 1), ("car",)))
    every = np.arange(network.n_junctions)
    place = roads.snap(network, np.array([[130.0, 205.0], [333.0, 98.0]]))
    wide = roads.times_between(network, place, every)
    assert np.allclose(wide, roads.times(network, place))
    assert np.allclose(
        roads.times_between(network, every, place), roads.times(network, place, reverse=True).T
    )


def test_one_thread_and_two_agree() -> None:
    """Blocks of sources on threads give the very same table."""
    network = roads.build(largest(cases.grid(14, 2), ("car",)))
    every = np.arange(network.n_junctions)
    assert len(every) > 128  # enough for two blocks
    for method in METHODS:
        one, two = (roads.times(network, every, n_threads=k, method=method) for k in (1, 2))
        assert np.array_equal(one, two)


@pytest.mark.parametrize("sources", [np.array([-1]), np.array([10**6]), np.array([0.5]), np.array([[0]])])
def test_a_source_that_is_no_junction_is_refused(sources: np.ndarray) -> None:
    """Compiled loops would read outside the arrays."""
    with pytest.raises(InputError, match="junction"):
        roads.times(square(), sources)


def test_weights_of_another_network_are_refused() -> None:
    """Ready weights carry arrays of their own network's size."""
    with pytest.raises(InputError, match="another"):
        roads.times(square(), np.array([0]), driver=roads.weigh(square()))
