"""Travel times in bulk: junctions or places on streets, to or from all junctions, or to each other."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.roads.access import open_backward, open_forward
from optimiser.roads.hierarchy import sweep
from optimiser.roads.network import RoadNetwork
from optimiser.roads.search import in_blocks, many_to_all
from optimiser.roads.snap import Positions
from optimiser.roads.speeds import Driver
from optimiser.roads.weights import Weights, as_weights

Places = Positions | NDArray[np.integer]
_BLOCK_CELLS = 20_000_000


def times(
    network: RoadNetwork,
    sources: Places,
    *,
    driver: str | Driver | Weights = "basic",
    hour_of_week: int | None = None,
    limit_s: float = float("inf"),
    reverse: bool = False,
    factors: NDArray[np.float64] | None = None,
    n_threads: int | None = None,
    method: Literal["sweep", "dijkstra"] = "sweep",
) -> NDArray[np.float32]:
    """Quickest times between places and all junctions, shape (n_sources, n_junctions), seconds.

    Parameters
    ----------
    network
        The road network.
    sources
        Junction numbers, or places on streets (:func:`optimiser.roads.snap.snap`).
    driver
        Driver class, by name or of your own, or ready weights (:func:`optimiser.roads.weights.weigh`).
    hour_of_week, factors
        As in :func:`optimiser.roads.weights.weigh`.
    limit_s
        Times above it are infinite.
    reverse
        Times from every junction TO the sources: one search serves all units.
    n_threads
        One a processor if None.
    method
        ``sweep`` (:mod:`optimiser.roads.hierarchy`) or ``dijkstra``, which stops at the limit: the same times, but
        for rounding; the second to check the first, and for a limit that leaves most of a large network out.

    Raises
    ------
    InputError
        If a source is no junction of this network, or the driver class or hour cannot be used.
    """
    weights = as_weights(network, driver, hour_of_week, factors)
    seed, seed_s = seeds(network, sources, weights, reverse=reverse)
    limit = _limit(limit_s)
    if method == "dijkstra":
        arcs = network.arcs_in if reverse else network.arcs_out
        arc_s = weights.in_s if reverse else weights.out_s
        return many_to_all(arcs.start, arcs.other, arc_s, seed, seed_s, limit, n_threads)
    tree = network.hierarchy
    climb_s, fall_s = weights.link_s[::-1] if reverse else weights.link_s
    out = np.empty((len(seed), network.n_junctions), dtype=np.float32)

    def fill(a: int, b: int) -> None:
        sweep(tree.start, tree.upper, climb_s, fall_s, tree.rank, seed[a:b], seed_s[a:b], limit, out[a:b])

    in_blocks(fill, len(seed), n_threads)
    return out


def _limit(limit_s: float) -> float:
    if not limit_s >= 0:
        raise InputError(f"The time limit is {limit_s} s; it must be 0 or more.")
    return float(limit_s)


def seeds(
    network: RoadNetwork, places: Places, weights: Weights, *, reverse: bool
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Junctions that a search from each place begins at, and the seconds to them, both (n, 1) or (n, 2).

    Column 0 of a place on a street is the edge's start, column 1 its end.

    Raises
    ------
    InputError
        If a junction number is not in the network.
    """
    if not isinstance(places, Positions):
        junction = np.atleast_1d(np.asarray(places))
        wrong = junction.dtype.kind not in "iu" and len(junction) > 0
        if wrong or junction.ndim != 1 or ((junction < 0) | (junction >= network.n_junctions)).any():
            raise InputError(f"Sources must be whole junction numbers from 0 to {network.n_junctions - 1}.")
        return junction.astype(np.int32)[:, None], np.zeros((len(junction), 1))
    edge = places.edge(network)
    byte, mode = network.edge_openness[edge], weights.driver.mode_index
    along, against = open_forward(byte, mode), open_backward(byte, mode)
    before = places.before_s(weights)
    after = np.maximum(weights.edge_s[edge] - before, 0.0)
    to_start, to_end = (along, against) if reverse else (against, along)
    seconds = np.column_stack([np.where(to_start, before, np.inf), np.where(to_end, after, np.inf)])
    return np.column_stack([network.edge_from[edge], network.edge_to[edge]]), seconds


def same_street_s(
    network: RoadNetwork, origins: Positions, destinations: Positions, weights: Weights
) -> NDArray[np.float64]:
    """Seconds straight along the shared edge, (n_origins, n_destinations); infinite where there is none."""
    o_edge, d_edge = origins.edge(network), destinations.edge(network)
    gap = destinations.before_s(weights)[None, :] - origins.before_s(weights)[:, None]
    byte, mode = network.edge_openness[o_edge][:, None], weights.driver.mode_index
    usable = np.where(gap >= 0, open_forward(byte, mode), open_backward(byte, mode)) | (gap == 0)
    return np.where((o_edge[:, None] == d_edge[None, :]) & usable, np.abs(gap), np.inf)


def times_between(
    network: RoadNetwork,
    origins: Places,
    destinations: Places,
    *,
    driver: str | Driver | Weights = "basic",
    hour_of_week: int | None = None,
    limit_s: float = float("inf"),
    factors: NDArray[np.float64] | None = None,
    access_m_per_s: float | None = None,
    n_threads: int | None = None,
) -> NDArray[np.float32]:
    """Quickest times from every origin to every destination, shape (n_origins, n_destinations), seconds.

    Searches run from whichever side has fewer places.

    Parameters
    ----------
    network, driver, hour_of_week, factors, n_threads
        As in :func:`times`.
    origins, destinations
        Junction numbers or places on streets; the two may differ in kind.
    limit_s
        Times above it, access legs left aside, are infinite.
    access_m_per_s
        Speed over the straight line between a point and its street, at both ends; no access leg if None.

    Raises
    ------
    InputError
        As :func:`times`, or if the access speed is not above 0.
    """
    weights = as_weights(network, driver, hour_of_week, factors)
    limit = _limit(limit_s)
    if access_m_per_s is not None and not access_m_per_s > 0:
        raise InputError(f"The access speed is {access_m_per_s} m/s; it must be above 0, or left out.")
    reverse = len(destinations) < len(origins)
    near, far = (destinations, origins) if reverse else (origins, destinations)
    goal, goal_s = seeds(network, far, weights, reverse=not reverse)
    table = np.full((len(near), len(far)), np.inf)
    block = max(1, _BLOCK_CELLS // max(1, network.n_junctions))
    for first in range(0, len(near), block):
        part = _slice(near, first, first + block)
        found = times(network, part, driver=weights, limit_s=limit, reverse=reverse, n_threads=n_threads)
        for column in range(goal.shape[1]):
            reached = found[:, goal[:, column]] + goal_s[:, column]
            np.minimum(table[first : first + block], reached, out=table[first : first + block])
    if reverse:
        table = table.T
    if isinstance(origins, Positions) and isinstance(destinations, Positions):
        table = np.minimum(table, same_street_s(network, origins, destinations, weights))
    table[table > limit] = np.inf
    if access_m_per_s is not None:
        table = (
            table
            + _access_s(origins, access_m_per_s)[:, None]
            + _access_s(destinations, access_m_per_s)[None, :]
        )
    return table.astype(np.float32)


def _slice(places: Places, first: int, last: int) -> Places:
    if isinstance(places, Positions):
        part = slice(first, last)
        return Positions(places.member[part], places.along_frac[part], places.access_m[part])
    return places[first:last]


def _access_s(places: Places, m_per_s: float) -> NDArray[np.float64]:
    return places.access_m / m_per_s if isinstance(places, Positions) else np.zeros(len(places))
