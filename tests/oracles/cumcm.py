"""The blockade and pursuit of CUMCM 2011-B as questions of containment, read from the shared data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from optimiser.problems.containment import ContainmentParams, ContainmentProblem

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "dispatch" / "containment_cumcm2011b"
S_PER_100M = 6.0  # 60 km/h
REPORT_DELAY_S = 180.0
CRIME_AT = 32


def city(folder: Path = SHARED):
    """Nodes, seconds of the shortest ways between all of them, edges as places, platforms, exits."""
    nodes = pd.read_csv(folder / "nodes.csv").sort_values("node")
    edges = pd.read_csv(folder / "edges.csv")[["u", "v"]].to_numpy() - 1
    xy = nodes[["x_100m", "y_100m"]].to_numpy()
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    n = len(nodes)
    graph = csr_matrix((length * S_PER_100M, edges.T), shape=(n, n))
    seconds = dijkstra(graph, directed=False)
    return nodes, seconds, edges, pd.read_csv(folder / "platforms.csv"), pd.read_csv(folder / "exits.csv")


def blockade(district: int = 1, folder: Path = SHARED, **params) -> ContainmentProblem:
    """A platform of district A to each of its 13 exits."""
    _, seconds, _, platforms, exits = city(folder)
    mine = platforms.loc[platforms["district"] == district, "node"].to_numpy()
    out = exits["districtA_exit_node"].dropna().astype(int).to_numpy()
    return ContainmentProblem(
        unit_ids=tuple(f"P{k}" for k in mine),
        place_ids=tuple(str(k) for k in out),
        arrive_s=seconds[np.ix_(mine - 1, out - 1)],
        bands=("none",),
        suspect_s=np.full((1, len(out)), np.inf),
        edges=np.zeros((0, 2), dtype=np.int64),
        start=np.zeros(len(out), dtype=bool),
        exits=np.ones(len(out), dtype=bool),
        weight=np.ones(len(out)),
        params=ContainmentParams(aim="block", **params),
    )


def unreached(limit_s: float = 180.0, folder: Path = SHARED) -> list[int]:
    """Junctions of district A that no platform of A reaches within the limit."""
    nodes, seconds, _, platforms, _ = city(folder)
    mine = platforms.loc[platforms["district"] == 1, "node"].to_numpy()
    there = nodes.loc[nodes["district"] == 1, "node"].to_numpy()
    return there[seconds[np.ix_(mine - 1, there - 1)].min(axis=0) > limit_s].tolist()


def pursuit(folder: Path = SHARED, **params) -> ContainmentProblem:
    """The crime at node 32, reported 3 minutes later; all 80 platforms; the 17 exits of the city are the ways out."""
    nodes, seconds, edges, platforms, exits = city(folder)
    at = platforms["node"].to_numpy()
    gone = np.isin(nodes["node"], exits["city_exit_node"])
    return ContainmentProblem(
        unit_ids=tuple(f"P{k}" for k in at),
        place_ids=tuple(str(k) for k in nodes["node"]),
        arrive_s=seconds[at - 1],
        bands=("60 km/h",),
        suspect_s=seconds[[CRIME_AT - 1]] - REPORT_DELAY_S,
        edges=np.concatenate([edges, edges[:, ::-1]]),
        start=nodes["node"].to_numpy() == CRIME_AT,
        exits=gone,
        weight=nodes["daily_incident_rate"].to_numpy() + 1e-3,
        params=ContainmentParams(**params),
    )
