"""The road network: junctions and edges over a full street graph, as arrays; stored in one file, no pickle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from optimiser.errors import InputError
from optimiser.problems import portable
from optimiser.roads.access import MODES, open_backward, open_forward, swapped
from optimiser.roads.classes import ROAD_CLASSES
from optimiser.roads.contract import contract
from optimiser.roads.graph import StreetGraph, core
from optimiser.roads.hierarchy import Hierarchy, eliminate, links

if TYPE_CHECKING:
    from optimiser.roads.weights import Weights


@dataclass(frozen=True)
class Arcs:
    """Directed arcs by the junction they leave (``reverse``: by the junction they enter), as one CSR.

    Arc ``2 * e`` runs along edge ``e``, arc ``2 * e + 1`` against it. Arcs closed to every mode are left out.
    """

    start: NDArray[np.int64]
    other: NDArray[np.int32]
    arc: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Junctions, the edges between them, and the segments each edge is made of.

    Parameters
    ----------
    streets
        The full graph: every shape point a node.
    junction_node
        Full-graph node of each junction, shape (n_junctions,).
    edge_from, edge_to
        Junctions of each edge, shape (n_edges,).
    edge_openness
        Who may use the edge, and in which direction, along the edge.
    member_start
        Offset of each edge's first member, shape (n_edges + 1,).
    member_segment, member_flipped
        Segments in order along their edges; whether the edge runs against the segment.
    junction_core
        Bit ``mode``: the junction lies in the mode's largest strongly connected set.
    junction_rank
        Order of elimination (:mod:`optimiser.roads.hierarchy`).
    """

    streets: StreetGraph
    junction_node: NDArray[np.int32]
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    edge_openness: NDArray[np.uint8]
    member_start: NDArray[np.int64]
    member_segment: NDArray[np.int32]
    member_flipped: NDArray[np.bool_]
    junction_core: NDArray[np.uint8]
    junction_rank: NDArray[np.int32]

    @property
    def n_junctions(self) -> int:
        """Number of junctions."""
        return len(self.junction_node)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.edge_from)

    @property
    def crs(self) -> str:
        """Projected system of all coordinates, in metres."""
        return self.streets.crs

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed or left out, in words."""
        return self.streets.assumptions

    @cached_property
    def junction_xy_m(self) -> NDArray[np.float64]:
        """Coordinates of the junctions, shape (n_junctions, 2)."""
        return np.column_stack([self.streets.x_m[self.junction_node], self.streets.y_m[self.junction_node]])

    @cached_property
    def member_edge(self) -> NDArray[np.int32]:
        """Edge of each member, shape (n_members,)."""
        return np.repeat(np.arange(self.n_edges, dtype=np.int32), np.diff(self.member_start))

    @cached_property
    def member_of_segment(self) -> NDArray[np.int32]:
        """Position of each segment among the members, shape (n_segments,)."""
        place = np.empty(len(self.member_segment), dtype=np.int32)
        place[self.member_segment] = np.arange(len(self.member_segment), dtype=np.int32)
        return place

    @cached_property
    def edge_length_m(self) -> NDArray[np.float64]:
        """Geodesic length of each edge, shape (n_edges,)."""
        return self.summed(self.streets.length_m)

    @cached_property
    def arcs_out(self) -> Arcs:
        """Arcs by the junction they leave."""
        return _arcs(self, reverse=False)

    @cached_property
    def arcs_in(self) -> Arcs:
        """Arcs by the junction they enter."""
        return _arcs(self, reverse=True)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """Links of the hierarchy, made at first use."""
        return links(self.junction_rank, self.edge_from, self.edge_to)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole content: equal networks give equal digests on every machine."""
        return portable.digest(self)

    def summed(self, per_segment: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a quantity of the segments over each edge, shape (n_edges,)."""
        return np.asarray(np.add.reduceat(per_segment[self.member_segment], self.member_start[:-1]))

    def edge_line(self, edge: int) -> NDArray[np.float64]:
        """Return the drawn line of an edge in its own direction, shape (n_points, 2), metres in ``crs``."""
        part = slice(self.member_start[edge], self.member_start[edge + 1])
        segment, flipped = self.member_segment[part], self.member_flipped[part]
        far = np.where(flipped, self.streets.segment_from[segment], self.streets.segment_to[segment])
        node = np.concatenate([self.junction_node[[self.edge_from[edge]]], far])
        return np.column_stack([self.streets.x_m[node], self.streets.y_m[node]])


def _arcs(network: RoadNetwork, *, reverse: bool) -> Arcs:
    tail = np.column_stack([network.edge_from, network.edge_to]).ravel()
    head = np.column_stack([network.edge_to, network.edge_from]).ravel()
    if reverse:
        tail, head = head, tail
    byte = network.edge_openness
    usable = np.column_stack([(byte & 0x55) != 0, (byte & 0xAA) != 0]).ravel()
    arc = np.flatnonzero(usable & (tail != head))
    arc = arc[np.argsort(tail[arc], kind="stable")]
    start = np.zeros(network.n_junctions + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail[arc], minlength=network.n_junctions), out=start[1:])
    return Arcs(start, head[arc].astype(np.int32), arc.astype(np.int32))


def _nearby_order(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order along a Morton curve: junctions close on the ground lie close in memory."""

    def spread(value: NDArray[np.float64]) -> NDArray[np.uint64]:
        span = max(float(np.ptp(value)), 1.0)
        bits = ((value - value.min()) / span * 65535.0).astype(np.uint64)
        for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
        return np.asarray(bits, dtype=np.uint64)

    return np.argsort(spread(x_m) | (spread(y_m) << np.uint64(1)), kind="stable")


def build(streets: StreetGraph, *, keep: NDArray[np.bool_] | None = None) -> RoadNetwork:
    """Contract a street graph to a road network.

    Parameters
    ----------
    streets
        Usually the outcome of :func:`optimiser.roads.graph.largest`.
    keep
        Nodes that stay junctions though only two segments meet there, shape (n_nodes,).
    """
    chains = contract(streets, keep)
    node = np.unique(np.concatenate([chains.node_from, chains.node_to]))
    node = node[_nearby_order(streets.x_m[node], streets.y_m[node])].astype(np.int32)
    number = np.full(streets.n_nodes, -1, dtype=np.int32)
    number[node] = np.arange(len(node), dtype=np.int32)
    first = chains.start[:-1]
    byte = streets.openness[chains.segment[first]]
    byte = np.where(chains.flipped[first], swapped(byte), byte).astype(np.uint8)
    in_core = np.zeros(streets.n_nodes, dtype=np.uint8)
    for mode in range(len(MODES)):
        in_core |= core(streets, mode).astype(np.uint8) << np.uint8(mode)
    edge_from, edge_to = number[chains.node_from], number[chains.node_to]
    return RoadNetwork(
        streets=streets,
        junction_node=node,
        edge_from=edge_from,
        edge_to=edge_to,
        edge_openness=byte,
        member_start=chains.start,
        member_segment=chains.segment,
        member_flipped=chains.flipped,
        junction_core=in_core[node],
        junction_rank=eliminate(len(node), edge_from, edge_to),
    )


def full_matrix(network: RoadNetwork, weights: Weights) -> csr_matrix:
    """Return the FULL graph as a sparse matrix of seconds, for checking against another router.

    Node ``network.junction_node[j]`` is junction j. Of parallel segments the faster counts.
    """
    streets = network.streets
    mode = weights.driver.mode_index
    ahead, back = open_forward(streets.openness, mode), open_backward(streets.openness, mode)
    tail = np.concatenate([streets.segment_from[ahead], streets.segment_to[back]]).astype(np.int64)
    head = np.concatenate([streets.segment_to[ahead], streets.segment_from[back]]).astype(np.int64)
    seconds = np.concatenate([weights.segment_s[ahead], weights.segment_s[back]])
    order = np.lexsort((seconds, head, tail))
    tail, head, seconds = tail[order], head[order], seconds[order]
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    shape = (streets.n_nodes, streets.n_nodes)
    return csr_matrix((seconds[first], (tail[first], head[first])), shape=shape)


def write_network(path: Path, network: RoadNetwork) -> None:
    """Store a network in one ``.npz`` file, without pickle."""
    portable.write(path, network)


def read_network(path: Path) -> RoadNetwork:
    """Read what :func:`write_network` stored.

    Raises
    ------
    InputError
        If the file is not such a file, or its arrays do not fit each other.
    """
    try:
        network = portable.read(path, RoadNetwork)
        faults = _faults(network)
    except InputError:
        raise
    except (TypeError, KeyError, AttributeError, ValueError, IndexError) as error:
        raise InputError(f"{path} cannot be read as a stored road network: {error}") from error
    if faults:
        raise InputError(
            f"{path} is a damaged road network: {'; '.join(faults)}. Make it again from its source."
        )
    return network


def _faults(network: RoadNetwork) -> list[str]:
    """Compiled loops index without looking, so nothing may point outside."""
    streets, n = network.streets, network.n_junctions
    n_members = len(network.member_segment)
    shapes: dict[str, list[NDArray[Any]]] = {
        "nodes": [streets.x_m, streets.y_m, streets.is_end],
        "segments": [
            streets.length_m, streets.segment_from, streets.segment_to, streets.road_class,
            streets.limit_m_per_s, streets.openness, streets.name, network.member_segment, network.member_flipped,
        ],
        "edges": [network.edge_from, network.edge_to, network.edge_openness, network.member_start[1:]],
        "junctions": [network.junction_node, network.junction_core, network.junction_rank],
    }  # fmt: skip
    faults = [
        f"lists of {what} differ in length"
        for what, arrays in shapes.items()
        if len({a.shape for a in arrays}) > 1
    ]
    bounds: list[tuple[str, NDArray[np.integer], int]] = [
        ("segment ends", np.concatenate([streets.segment_from, streets.segment_to]), streets.n_nodes),
        ("edge ends", np.concatenate([network.edge_from, network.edge_to]), n),
        ("junctions", network.junction_node, streets.n_nodes),
        ("members", network.member_segment, streets.n_segments),
        ("ranks", network.junction_rank, n),
        ("road classes", streets.road_class, len(ROAD_CLASSES)),
        ("street names", streets.name + 1, len(streets.names) + 1),
    ]
    for what, array, size in bounds:
        if array.dtype.kind not in "iu" or (len(array) and (array.min() < 0 or array.max() >= size)):
            faults.append(f"{what} point outside the file")
    kinds = [streets.openness, network.edge_openness, network.junction_core, streets.road_class]
    if any(a.dtype != np.uint8 for a in kinds) or network.member_flipped.dtype != np.bool_:
        faults.append("flags are of another type")
    start = network.member_start
    if len(start) < 2 or start[0] != 0 or start[-1] != n_members or (np.diff(start) <= 0).any():
        faults.append("edges have no members")
    elif len(np.unique(network.member_segment)) != n_members:
        faults.append("a segment belongs to two edges")
    if len(np.unique(network.junction_rank)) != n:
        faults.append("two junctions have the same rank")
    for what, values in (("lengths", streets.length_m), ("speed limits", streets.limit_m_per_s)):
        if not np.isfinite(values).all() or (values < 0).any():
            faults.append(f"{what} are not all numbers of 0 or more")
    return faults
