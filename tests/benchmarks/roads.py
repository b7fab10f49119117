"""Suite ``roads``: travel times on real streets beside scipy, networkx, igraph and pandana in the same run.

The issue asks for 300 sources to all junctions of Newport, exact against scipy on the full graph (0.01 s). It
names no speed, so a row is reached when it is exact. Peers get our junction graph, the same sources and the same
work; scipy gets the full graph, every shape point a node, as well.
"""

from __future__ import annotations

import time
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from optimiser import roads
from optimiser.roads.access import open_backward, open_forward
from optimiser.roads.graph import largest
from tests.benchmarks.road_peers import PEERS, TOLERANCE_S, Answer, by_scipy, gap_s
from tests.benchmarks.spec import SHARED, Row, Suite, needs_shared
from tests.oracles.roads import grid

EXACT_S = 0.01
N_SOURCES = 300
N_SOURCES_EXACT = 60
_RUNS = 5


def _town(name: str) -> tuple[roads.RoadNetwork, float]:
    needs_shared()
    started = time.perf_counter()
    network = roads.load(SHARED / "roads" / f"{name}.osm.pbf")
    return network, time.perf_counter() - started


def _grid() -> tuple[roads.RoadNetwork, float]:
    started = time.perf_counter()
    network = roads.build(largest(grid(14, 1), ("car",)))
    return network, time.perf_counter() - started


def junction_matrix(network: roads.RoadNetwork, weights: roads.Weights) -> csr_matrix:
    """Our junction graph as a peer needs it: of parallel edges the faster."""
    tail = np.column_stack([network.edge_from, network.edge_to]).ravel().astype(np.int64)
    head = np.column_stack([network.edge_to, network.edge_from]).ravel().astype(np.int64)
    usable = np.isfinite(weights.arc_s) & (tail != head)
    tail, head, seconds = tail[usable], head[usable], weights.arc_s[usable]
    order = np.lexsort((seconds, head, tail))
    tail, head, seconds = tail[order], head[order], seconds[order]
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    n = network.n_junctions
    return csr_matrix((seconds[first], (tail[first], head[first])), shape=(n, n))


def _size(network: roads.RoadNetwork, n_sources: int) -> str:
    return f"{n_sources}x{network.n_junctions}"


def _median(
    network: roads.RoadNetwork,
    sources: NDArray[np.int32],
    weights: roads.Weights,
    method: Literal["sweep", "dijkstra"],
) -> tuple[float, NDArray[np.float32]]:
    """Median seconds of several runs after a first one (compiled code is read from disk once), and the table."""
    table = roads.times(network, sources, driver=weights, method=method)
    runs = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        table = roads.times(network, sources, driver=weights, method=method)
        runs.append(time.perf_counter() - started)
    return float(np.median(runs)), table


def _beside_peers(network: roads.RoadNetwork, build_s: float, n_sources: int) -> dict[str, Any]:
    started = time.perf_counter()
    weights = roads.weigh(network, "standard")
    weigh_s = time.perf_counter() - started
    sources = (
        np.random.default_rng(20230613).choice(network.n_junctions, n_sources, replace=False).astype(np.int32)
    )
    started = time.perf_counter()
    table = roads.times(network, sources, driver=weights)
    first_s = time.perf_counter() - started
    solve_s, table = _median(network, sources, weights, "sweep")
    dijkstra_s, by_dijkstra = _median(network, sources, weights, "dijkstra")
    matrix = junction_matrix(network, weights)
    answers: dict[str, Answer] = {name: peer(matrix, sources) for name, peer in PEERS.items()}
    full = by_scipy(roads.full_matrix(network, weights), network.junction_node[sources])
    exact = gap_s(table, full.table[:, network.junction_node])
    wrong = [] if exact <= EXACT_S else [f"scipy on the full graph differs by {exact:.3g} s"]
    if gap_s(by_dijkstra, table.astype(float)) > EXACT_S:
        wrong.append("our two methods differ")
    peers: dict[str, Any] = {"scipy full graph": _beside(full, solve_s, exact)}
    for name, answer in answers.items():
        difference = gap_s(table[: len(answer.table)], answer.table)
        peers[name] = _beside(answer, solve_s, difference)
        if difference > TOLERANCE_S[name]:
            wrong.append(f"{name} differs by {difference:.3g} s")
    reached = np.isfinite(table)
    return {
        "size": _size(network, n_sources),
        "status": "exact" if not wrong else "differs",
        "objective": float(table[reached].mean(dtype=np.float64)),
        "bound": None,
        "gap": None,
        "build_s": build_s,
        "solve_s": solve_s,
        "reached": not wrong,
        "wrong": "; ".join(wrong),
        "ours": {
            "weigh_s": weigh_s,
            "first_call_s": first_s,
            "median_of": _RUNS,
            "dijkstra_s": dijkstra_s,
            "max_difference_s": exact,
        },
        "graph": {
            "nodes": network.streets.n_nodes,
            "junctions": network.n_junctions,
            "edges": network.n_edges,
        },
        **peers,
    }


def _beside(answer: Answer, ours_s: float, difference_s: float) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "solve_s": answer.seconds,
        "build_s": answer.build_s,
        "times_ours": answer.seconds / ours_s,
        "max_difference_s": difference_s,
    }
    return {**shown, "note": answer.note} if answer.note else shown


def _exact(network: roads.RoadNetwork, build_s: float, n_sources: int) -> dict[str, Any]:
    """Every driver class, free flow and Monday 08:00, forward and reverse, against scipy on the full graph."""
    sources = np.random.default_rng(7).choice(network.n_junctions, n_sources, replace=False)
    node = network.junction_node
    factors = roads.commuter_factors()
    worst, ours_s, scipy_s, cells = 0.0, 0.0, 0.0, 0
    for driver in roads.DRIVERS:
        for hour, reverse in ((None, False), (8, True)):
            weights = roads.weigh(network, driver, hour, factors)
            matrix = roads.full_matrix(network, weights)
            matrix = matrix.T.tocsr() if reverse else matrix
            started = time.perf_counter()
            table = roads.times(network, sources, driver=weights, reverse=reverse)
            ours_s += time.perf_counter() - started
            started = time.perf_counter()
            expected = dijkstra(matrix, indices=node[sources])[:, node]
            scipy_s += time.perf_counter() - started
            worst = max(worst, gap_s(table, expected))
            cells += table.size
    wrong = "" if worst <= EXACT_S else f"scipy on the full graph differs by {worst:.3g} s"
    return {
        "size": f"{cells} times",
        "status": "exact" if not wrong else "differs",
        "objective": worst,
        "bound": None,
        "gap": None,
        "build_s": build_s,
        "solve_s": ours_s,
        "reached": not wrong,
        "wrong": wrong,
        "objective is": "largest difference, s: 6 driver classes, forward free flow, reverse Monday 08:00",
        "scipy full graph": {"solve_s": scipy_s, "times_ours": scipy_s / ours_s},
    }


def _with_places(network: roads.RoadNetwork, weights: roads.Weights, places: roads.Positions) -> csr_matrix:
    """The full graph with a node more for each place, joined to both ends of its segment."""
    streets, mode = network.streets, weights.driver.mode_index
    segment = network.member_segment[places.member]
    share = np.where(network.member_flipped[places.member], 1 - places.along_frac, places.along_frac)
    cost = weights.segment_s[segment]
    start, end = streets.segment_from[segment], streets.segment_to[segment]
    ahead = open_forward(streets.openness, mode)[segment]
    back = open_backward(streets.openness, mode)[segment]
    n, k = streets.n_nodes, len(places)
    own = n + np.arange(k)
    arcs = [
        (own[ahead], end[ahead], ((1 - share) * cost)[ahead]),
        (start[ahead], own[ahead], (share * cost)[ahead]),
        (own[back], start[back], (share * cost)[back]),
        (end[back], own[back], ((1 - share) * cost)[back]),
    ]
    for i in range(k):
        for j in np.flatnonzero((segment == segment[i]) & (np.arange(k) != i)):
            if (ahead[i] and share[j] >= share[i]) or (back[i] and share[j] <= share[i]):
                arcs.append((own[[i]], own[[j]], np.array([abs(share[j] - share[i]) * cost[i]])))
    base = roads.full_matrix(network, weights).tocoo()
    row = np.concatenate([base.row, *(a[0] for a in arcs)])
    column = np.concatenate([base.col, *(a[1] for a in arcs)])
    return csr_matrix(
        (np.concatenate([base.data, *(a[2] for a in arcs)]), (row, column)), shape=(n + k, n + k)
    )


def _dispatch(network: roads.RoadNetwork, build_s: float) -> dict[str, Any]:
    """50 units and 10 incidents on real streets, two driver classes: times and every unit's route."""
    rng = np.random.default_rng(50)
    ours_s, worst, routes = 0.0, 0.0, 0
    for driver in ("basic", "standard"):
        member = rng.integers(0, len(network.member_segment), 4000).astype(np.int32)
        spots = roads.Positions(member, rng.uniform(0, 1, len(member)), np.zeros(len(member))).xy_m(network)
        places = roads.snap(network, spots[:60], driver=driver)
        units, incidents = _part(places, slice(0, 50)), _part(places, slice(50, 60))
        weights = roads.weigh(network, driver)
        started = time.perf_counter()
        table = roads.times_between(network, units, incidents, driver=weights)
        ours_s += time.perf_counter() - started
        matrix = _with_places(network, weights, places)
        n = network.streets.n_nodes
        expected = dijkstra(matrix, indices=n + np.arange(50))[:, n + 50 : n + 60]
        worst = max(worst, gap_s(table, expected))
        for unit in range(50):
            goal = _part(incidents, slice(unit % 10, unit % 10 + 1))
            pairs = roads.route(network, _part(units, slice(unit, unit + 1)), goal, driver=weights)
            found = np.array([np.inf if r is None else r.time_s for r in pairs])
            worst = max(worst, gap_s(found, expected[[unit], [unit % 10]]))
            routes += 1
    wrong = (
        "" if worst <= EXACT_S else f"scipy on the full graph with the places put in differs by {worst:.3g} s"
    )
    return {
        "size": "50x10, 2 classes",
        "status": "exact" if not wrong else "differs",
        "objective": worst,
        "bound": None,
        "gap": None,
        "build_s": build_s,
        "solve_s": ours_s,
        "reached": not wrong,
        "wrong": wrong,
        "objective is": f"largest difference, s: 1,000 times and {routes} routes",
    }


def _part(places: roads.Positions, rows: slice) -> roads.Positions:
    return roads.Positions(places.member[rows], places.along_frac[rows], places.access_m[rows])


SUITE = Suite(
    name="roads",
    issue="2",
    rows=(
        Row("generated grid, 60 sources", lambda _: _beside_peers(*_grid(), 60), quick=True, smoke=True),
        Row("generated grid, exact", lambda _: _exact(*_grid(), 40), quick=True, smoke=True),
        Row(
            "newport, 300 sources",
            lambda _: _beside_peers(*_town("newport-2023-06-13"), N_SOURCES),
            quick=True,
        ),
        Row("newport, exact", lambda _: _exact(*_town("newport-2023-06-13"), N_SOURCES_EXACT), quick=True),
        Row("newport, 50 units 10 incidents", lambda _: _dispatch(*_town("newport-2023-06-13")), quick=True),
        Row("porto alegre, 300 sources", lambda _: _beside_peers(*_town("poa"), N_SOURCES)),
        Row("porto alegre, exact", lambda _: _exact(*_town("poa"), N_SOURCES_EXACT)),
        Row("liechtenstein, 300 sources", lambda _: _beside_peers(*_town("liechtenstein-latest"), N_SOURCES)),
        Row("liechtenstein, exact", lambda _: _exact(*_town("liechtenstein-latest"), N_SOURCES_EXACT)),
    ),
)
