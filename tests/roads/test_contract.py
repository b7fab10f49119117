"""Degree-2 contraction: what becomes an edge, and that nothing is lost."""

import numpy as np
import pytest

from optimiser.roads.contract import contract
from tests.oracles import roads as cases


def test_a_chain_becomes_one_edge() -> None:
    """Four points in a row: only the two ends are junctions."""
    chains = contract(cases.graph([(0, 0), (10, 0), (20, 0), (30, 0)], [(0, 1), (2, 1), (2, 3)]))
    assert chains.start.tolist() == [0, 3]
    assert {int(chains.node_from[0]), int(chains.node_to[0])} == {0, 3}
    assert chains.flipped.sum() in (1, 2)  # the middle segment is drawn against the other two


def test_a_node_where_one_way_begins_stays() -> None:
    """Two-way then one-way: an edge has one direction rule, so the node between must stay."""
    chains = contract(cases.graph([(0, 0), (10, 0), (20, 0)], [(0, 1), (1, 2)], byte=[0xFF, cases.ONE_WAY]))
    assert len(chains.node_from) == 2


def test_one_way_segments_drawn_towards_each_other_but_open_alike_join() -> None:
    """0xAA drawn 2->1 is the same travel direction as 0x55 drawn 1->2."""
    chains = contract(cases.graph([(0, 0), (10, 0), (20, 0)], [(0, 1), (2, 1)], byte=[0x55, 0xAA]))
    assert len(chains.node_from) == 1


def test_opposing_one_way_segments_do_not_join() -> None:
    """0->1 and 2->1 both enter node 1: no travel passes through."""
    chains = contract(cases.graph([(0, 0), (10, 0), (20, 0)], [(0, 1), (2, 1)], byte=0x55))
    assert len(chains.node_from) == 2


def test_a_ring_without_junctions_keeps_one() -> None:
    """A closed circuit alone has no node of another degree, yet needs an edge."""
    chains = contract(cases.graph([(0, 0), (10, 0), (5, 9)], [(0, 1), (1, 2), (2, 0)]))
    assert len(chains.node_from) == 1
    assert chains.node_from[0] == chains.node_to[0]
    assert chains.start.tolist() == [0, 3]


def test_kept_nodes_stay() -> None:
    """Line ends are junctions where a rule speaks of line ends."""
    graph = cases.graph([(0, 0), (10, 0), (20, 0)], [(0, 1), (1, 2)])
    assert len(contract(graph, np.array([False, True, False])).node_from) == 2


@pytest.mark.parametrize("seed", range(25))
def test_every_segment_is_in_exactly_one_edge_and_edges_are_connected(seed: int) -> None:
    """Random graphs with loops, parallels and closures: members partition the segments and follow each other."""
    graph = cases.tangle(seed)
    chains = contract(graph)
    assert sorted(chains.segment.tolist()) == list(range(graph.n_segments))
    for edge in range(len(chains.node_from)):
        at = chains.node_from[edge]
        for k in range(chains.start[edge], chains.start[edge + 1]):
            tail, head = graph.segment_from[chains.segment[k]], graph.segment_to[chains.segment[k]]
            if chains.flipped[k]:
                tail, head = head, tail
            assert tail == at
            at = head
        assert at == chains.node_to[edge]
