"""Separators: the least set of areas between an area and its centre, nearest to the area, none of them needless."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from optimiser_models.sectors import reading
from optimiser_models.sectors.separate import reach, separators

from tests.oracles.sectors_cases import (
    random_problem,
    ring_of_six,
)


def test_separator_by_hand():
    """Centre 0 and area 3 on a ring of six: one area on each way, those next to the area."""
    d = reading.prepare(ring_of_six())
    served = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    ((area, separator),) = separators(served, 0, d.starts, d.neighbours)
    assert area == 3
    assert separator.tolist() == [2, 4]


def test_separators_are_least_nearest_and_minimal():
    """A separator parts area and centre, no other does with less, and each of its areas is needed."""
    checked = 0
    for seed in range(60):
        d = reading.prepare(random_problem(seed))
        rng = np.random.default_rng(seed)
        served = np.where(rng.random(d.n) < 0.6, rng.integers(0, 5, d.n) / 4.0, 0.0)
        root = int(rng.integers(d.n))
        served[root] = 1.0
        found = dict(separators(served, root, d.starts, d.neighbours, least=1e-6))
        beside = set(d.neighbours[d.starts[root] : d.starts[root + 1]].tolist())
        for area in range(d.n):
            if area == root or area in beside:
                assert area not in found
                continue
            flow = _most_through(d, served, area, root)
            assert (area in found) == (served[area] > flow + 1e-6)
            if area not in found:
                continue
            separator = found[area]
            assert served[separator].sum() == pytest.approx(flow)
            everywhere = np.ones(d.n, dtype=bool)
            everywhere[separator] = False
            assert not reach(np.array([root]), everywhere, d.starts, d.neighbours)[area]
            for v in separator:
                through = everywhere.copy()
                through[v] = True
                assert reach(np.array([root]), through, d.starts, d.neighbours)[area]
            checked += 1
    assert checked >= 20


def _most_through(d, served, source, sink):
    """Return the largest flow between two areas through areas that let pass what is served, by networkx."""
    graph = nx.DiGraph()
    for v in range(d.n):
        graph.add_edge((v, "in"), (v, "out"), **({} if v in (source, sink) else {"capacity": served[v]}))
        for w in d.neighbours[d.starts[v] : d.starts[v + 1]].tolist():
            graph.add_edge((v, "out"), (w, "in"))
    return nx.maximum_flow_value(graph, (source, "out"), (sink, "in"))
