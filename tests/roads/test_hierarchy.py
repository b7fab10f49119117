"""The hierarchy: its order, its links, and what it leaves to no chance."""

import numpy as np
import pytest

from optimiser import roads
from optimiser.roads.hierarchy import eliminate, links
from tests.oracles import roads as cases


def test_a_path_needs_no_added_link() -> None:
    """A path of five eliminated from its ends: four links, those of the path."""
    start, end = np.array([0, 1, 2, 3], np.int32), np.array([1, 2, 3, 4], np.int32)
    tree = links(eliminate(5, start, end), start, end)
    assert sorted(tree.rank.tolist()) == [0, 1, 2, 3, 4]
    assert len(tree.upper) == 4
    assert sorted(tree.slot[::2].tolist()) == [0, 1, 2, 3]


def test_a_square_needs_one_diagonal() -> None:
    """Eliminating one corner of a four-cycle joins its neighbours: five links."""
    start, end = np.array([0, 1, 2, 3], np.int32), np.array([1, 2, 3, 0], np.int32)
    assert len(links(eliminate(4, start, end), start, end).upper) == 5


def test_loops_have_no_link() -> None:
    """A street that returns to its junction shortens no way."""
    start, end = np.array([0, 1], np.int32), np.array([1, 1], np.int32)
    assert links(eliminate(2, start, end), start, end).slot.tolist() == [0, 0, -1, -1]


@pytest.mark.parametrize("seed", range(10))
def test_links_lead_upwards_and_closed_under_elimination(seed: int) -> None:
    """The upper neighbours of a junction, without the lowest, are upper neighbours of the lowest."""
    network = roads.build(cases.tangle(seed))
    tree = network.hierarchy
    rows = [set(tree.upper[tree.start[i] : tree.start[i + 1]].tolist()) for i in range(network.n_junctions)]
    for i, row in enumerate(rows):
        assert all(j > i for j in row)
        if row:
            assert row - {min(row)} <= rows[min(row)]


def test_a_network_of_one_loop_answers() -> None:
    """No link at all: a ring has one junction."""
    network = roads.build(cases.graph([(0, 0), (100, 0), (0, 100)], [(0, 1), (1, 2), (2, 0)]))
    assert roads.times(network, np.array([0])).tolist() == [[0.0]]
