"""Routes: the line, the edges and the seconds of the quickest way."""

import numpy as np
import pytest

from optimiser import roads
from optimiser.errors import InputError
from optimiser.roads.graph import largest
from tests.oracles import roads as cases


def network_of_blocks() -> roads.RoadNetwork:
    return roads.build(largest(cases.grid(7, 5), ("car",)))


def test_a_route_by_hand() -> None:
    """From 30 m into the first piece to 50 m into the second: 70 m at 10 m/s and 50 m at 5 m/s, one corner."""
    network = roads.build(
        cases.graph([(0, 0), (100, 0), (100, 100)], [(0, 1), (2, 1)], speed_m_per_s=[10.0, 5.0])
    )
    start, end = roads.snap(network, np.array([[30.0, 4.0]])), roads.snap(network, np.array([[99.0, 50.0]]))
    found = roads.route(network, start, end)[0]
    assert found is not None
    assert found.time_s == pytest.approx(7.0 + 10.0)
    assert found.length_m == pytest.approx(120.0)
    assert found.xy_m.tolist() == [[30.0, 0.0], [100.0, 0.0], [100.0, 50.0]]
    back = roads.route(network, end, start)[0]
    assert back is not None
    assert back.xy_m.tolist() == found.xy_m[::-1].tolist()


@pytest.mark.parametrize("driver", ["basic", "standard", "foot"])
def test_a_route_takes_as_long_as_the_table_says_and_its_line_is_its_length(driver: str) -> None:
    """Fifty random pairs: the same seconds as times_between; on straight blocks the line is as long as the road."""
    network = network_of_blocks()
    rng = np.random.default_rng(7)
    a = roads.snap(network, rng.uniform(0, 600, (50, 2)), driver=driver)
    b = roads.snap(network, rng.uniform(0, 600, (50, 2)), driver=driver)
    table = roads.times_between(network, a, b, driver=driver)
    for row, found in enumerate(roads.route(network, a, b, driver=driver)):
        assert found is not None
        assert found.time_s == pytest.approx(table[row, row], abs=0.01)
        assert np.hypot(*np.diff(found.xy_m, axis=0).T).sum() == pytest.approx(found.length_m)
        assert found.xy_m[0] == pytest.approx(a.xy_m(network)[row])
        assert found.xy_m[-1] == pytest.approx(b.xy_m(network)[row])


def test_the_edges_of_a_route_are_open_and_add_up() -> None:
    """Between junctions: consecutive edges in the stated direction, none closed, seconds summing to the time."""
    network = network_of_blocks()
    weights = roads.weigh(network)
    found = roads.route(network, np.array([0]), np.array([network.n_junctions - 1]), driver=weights)[0]
    assert found is not None
    arc = 2 * found.edge + found.against
    assert weights.arc_s[arc].sum() == pytest.approx(found.time_s)
    tail = np.where(found.against, network.edge_to[found.edge], network.edge_from[found.edge])
    head = np.where(found.against, network.edge_from[found.edge], network.edge_to[found.edge])
    assert (tail[1:] == head[:-1]).all()
    assert (tail[0], head[-1]) == (0, network.n_junctions - 1)


def test_no_way_is_none_and_no_distance_is_a_point() -> None:
    """A one-way dead end cannot be left; a junction is where it is."""
    network = roads.build(cases.graph([(0, 0), (100, 0)], [(0, 1)], byte=cases.ONE_WAY))
    first = int(network.junction_xy_m[:, 0].argmin())
    assert roads.route(network, np.array([1 - first]), np.array([first])) == [None]
    here = roads.route(network, np.array([first]), np.array([first]))[0]
    assert here is not None
    assert (here.time_s, here.length_m, here.xy_m.tolist()) == (0.0, 0.0, [[0.0, 0.0]])


def test_behind_on_a_one_way_loop_goes_round() -> None:
    """The destination 10 m behind on a one-way ring of 400 m: 390 m round, not 10 m back."""
    ring = cases.graph(
        [(0, 0), (100, 0), (100, 100), (0, 100)], [(0, 1), (1, 2), (2, 3), (3, 0)], byte=cases.ONE_WAY
    )
    network = roads.build(ring)
    here, behind = roads.snap(network, np.array([[50.0, 0.0]])), roads.snap(network, np.array([[40.0, 0.0]]))
    found = roads.route(network, here, behind)[0]
    assert found is not None
    assert found.length_m == pytest.approx(390.0)


def test_unequal_numbers_are_refused() -> None:
    """A row without a partner would be dropped silently."""
    with pytest.raises(InputError, match="one of each"):
        roads.route(network_of_blocks(), np.array([0, 1]), np.array([2]))


def test_streets_are_named_in_order() -> None:
    """Names in the order driven, unnamed pieces left out."""
    graph = cases.graph([(0, 0), (100, 0), (200, 0), (300, 0)], [(0, 1), (1, 2), (2, 3)])
    graph.name[:] = [0, -1, 1]
    named = roads.build(type(graph)(**{**vars(graph), "names": ("High Street", "Mill Lane")}))
    west = int(named.junction_xy_m[:, 0].argmin())
    found = roads.route(named, np.array([west]), np.array([1 - west]))[0]
    assert found is not None
    assert found.streets == ("High Street", "Mill Lane")
