"""Cuts between suspect and exits by maximum flow over split places: smallest, first met, at a price a post."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from optimiser.problems.containment import ContainmentProblem

_LARGEST = 2**30


@dataclass(frozen=True)
class Cut:
    """Posts of a cut and how many separate ways out there are."""

    posts: NDArray[np.intp]
    n_ways: int


@dataclass(frozen=True)
class Priced:
    """A cut at a price a post: its posts, and a bound on price x posts + area of every cut."""

    posts: NDArray[np.intp]
    bound: float


def smallest_cut(problem: ContainmentProblem) -> Cut | None:
    """Return the smallest cut nearest to the suspect; None where places that can be held cut nothing."""
    return weighted_cut(problem, np.ones(len(problem.place_ids), dtype=np.int64))


def weighted_cut(problem: ContainmentProblem, weight: NDArray[np.int64]) -> Cut | None:
    """Return the cut of least weight nearest to the suspect, and its weight; weights are whole, 0 or more.

    Parameters
    ----------
    weight
        Of holding each place, shape (P,); their sum must stay below 2**30.
    """
    may = _holdable(problem)
    many = int(weight[may].sum()) + 1
    posts, value = _flow(problem, may, weight, many, None)
    return Cut(posts, value) if value < many else None


def priced_cut(problem: ContainmentProblem, price: float) -> Priced:
    """Return a cut of least price x posts + area.

    Capacities are whole numbers, rounded down, so the bound holds for the true ones.
    """
    most = float(problem.weight.sum()) + price * len(problem.place_ids)
    grain = _LARGEST / 4 / max(most, 1e-9)
    weight = np.floor(problem.weight * grain).astype(np.int64)
    posts, value = _flow(
        problem, _holdable(problem), np.full(len(weight), int(price * grain)), _LARGEST, weight
    )
    return Priced(posts, value / grain)


def _holdable(problem: ContainmentProblem) -> NDArray[np.bool_]:
    return np.asarray(problem.usable.any(axis=0) & ~problem.start)


def _flow(
    problem: ContainmentProblem,
    may: NDArray[np.bool_],
    price: NDArray[np.int64],
    many: int,
    weight: NDArray[np.int64] | None,
) -> tuple[NDArray[np.intp], int]:
    """Return the posts of the innermost cut and its value; place p is node 2 p on entering, 2 p + 1 on leaving."""
    p = len(problem.place_ids)
    source, sink = 2 * p, 2 * p + 1
    inner = np.arange(p)
    start, exits = np.flatnonzero(problem.start), np.flatnonzero(problem.exits)
    edges = problem.edges[problem.edges[:, 0] != problem.edges[:, 1]]
    tail = [2 * inner, 2 * edges[:, 0] + 1, np.full(len(start), source), 2 * exits + 1]
    head = [2 * inner + 1, 2 * edges[:, 1], 2 * start, np.full(len(exits), sink)]
    size = [np.where(may, price, many), np.full(len(edges) + len(start) + len(exits), many)]
    if weight is not None:
        tail, head, size = [*tail, 2 * inner], [*head, np.full(p, sink)], [*size, weight]
    key, first = np.unique(np.concatenate(tail) * (2 * p + 2) + np.concatenate(head), return_index=True)
    shape = (2 * p + 2, 2 * p + 2)  # a way drawn twice counts once
    whole = np.concatenate(size)[first].astype(np.int32)
    graph = sp.csr_matrix((whole, (key // shape[0], key % shape[0])), shape=shape)
    flow = maximum_flow(graph, source, sink)
    residual = graph - flow.flow
    residual.data = (residual.data > 0).astype(np.int32)
    residual.eliminate_zeros()
    seen = np.zeros(2 * p + 2, dtype=bool)
    seen[breadth_first_order(residual, source, return_predecessors=False)] = True
    return np.flatnonzero(seen[0 : 2 * p : 2] & ~seen[1 : 2 * p : 2]), int(flow.flow_value)


def first_met(problem: ContainmentProblem) -> Cut:
    """Return the posts where the suspect first meets places that can be held, those it could pass inside left out."""
    p = len(problem.place_ids)
    holdable = problem.usable.any(axis=0) & ~problem.start
    tail, head = problem.edges.T
    on = ~holdable[tail]
    ways = sp.csr_matrix((np.ones(int(on.sum()), np.int8), (tail[on], head[on])), shape=(p + 1, p + 1))
    begin = np.flatnonzero(problem.start)
    more = sp.csr_matrix((np.ones(len(begin), np.int8), (np.full(len(begin), p), begin)), shape=ways.shape)
    inside = np.zeros(p + 1, dtype=bool)
    inside[breadth_first_order(ways + more, p, return_predecessors=False)] = True
    leads_out = np.zeros(p, dtype=bool)
    leads_out[tail[~inside[head]]] = True
    posts = np.flatnonzero(inside[:p] & holdable & (leads_out | problem.exits))
    return Cut(posts, len(posts))
