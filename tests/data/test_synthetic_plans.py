"""Growing and levelling contiguous plans."""

import numpy as np
import pytest

from optimiser.data.areas import AreaGraph
from optimiser.data.synthetic.land import apportion
from optimiser.data.synthetic.partition import Region, divide


def grid(side, weight):
    at = np.arange(side * side).reshape(side, side)
    edges = np.vstack(
        [
            np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]),
            np.column_stack([at[:-1].ravel(), at[1:].ravel()]),
        ]
    )
    graph = AreaGraph(tuple(map(str, range(side * side))), edges, np.ones(len(edges)))
    xy_m = np.column_stack([at.ravel() % side, at.ravel() // side]).astype(float)
    return graph, Region(*graph.neighbours(), xy_m, weight)


def pieces(graph, part):
    inner = graph.edges[part[graph.edges[:, 0]] == part[graph.edges[:, 1]]]
    return len(AreaGraph(graph.ids, inner, np.zeros(len(inner))).components())


@pytest.mark.parametrize("seed", range(5))
def test_parts_are_whole_and_level(seed):
    """A 20 x 20 grid with weights of 1 to 3 in 7 parts: each in one piece, each within 3 % of a seventh."""
    rng = np.random.default_rng(seed)
    weight = rng.uniform(1, 3, 400)
    graph, region = grid(20, weight)
    part, targets = divide(rng, region, np.zeros(400, dtype=np.int64), 7, tolerance_frac=0.03)
    assert pieces(graph, part) == 7
    assert targets == pytest.approx(np.full(7, weight.sum() / 7))
    assert np.bincount(part, weights=weight) == pytest.approx(targets, rel=0.03)


def test_parts_keep_to_their_group():
    """Two groups side by side: no part lies in both, and each gets parts by its weight (3 to 1)."""
    graph, region = grid(12, np.ones(144))
    group = (np.arange(144) % 12 >= 9).astype(np.int64)
    part, _ = divide(np.random.default_rng(0), region, group, 4, tolerance_frac=0.1)
    assert [len(set(part[group == g])) for g in (0, 1)] == [3, 1]
    assert not set(part[group == 0]) & set(part[group == 1])
    assert pieces(graph, part) == 4


def test_apportion_by_largest_remainder():
    """Ten seats for 47, 16, 15.8, 12, 6.1 and 3.1: by Hamilton 5, 2, 1, 1, 1, 0, with one each 5, 1, 1, 1, 1, 1."""
    shares = np.array([47.0, 16.0, 15.8, 12.0, 6.1, 3.1])
    assert apportion(shares, 10).tolist() == [5, 1, 1, 1, 1, 1]
    assert apportion(np.array([1.0, 1.0]), 5).sum() == 5
    assert apportion(np.array([9.0, 1.0]), 5, np.array([2, 9])).tolist() == [2, 3]
