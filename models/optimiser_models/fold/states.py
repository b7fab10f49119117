"""A layer of the lattice: many partitions of the beats into the same number of groups, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.problems.fold import FoldProblem

CHUNK_CELLS = 4_000_000
"""Partitions times beats that are spread out at a time."""
_ALLOWANCE = 1e-9


@dataclass(frozen=True)
class Folding:
    """A problem as arrays: shares of the work, pairs that may join, limits, weights of the numbers of cars."""

    share: NDArray[np.float64]
    pairs: NDArray[np.int64]
    apart: NDArray[np.int64]
    most_beats: float
    most_load: float
    fewest: int
    weight: NDArray[np.float64]
    """By number of cars, shape (n + 1,)."""

    @property
    def n(self) -> int:
        """Number of beats."""
        return len(self.share)


def prepare(problem: FoldProblem) -> Folding:
    """Return the problem's arrays."""
    n, p = len(problem.beat_ids), problem.params
    index = {b: i for i, b in enumerate(problem.beat_ids)}
    pairs = problem.edges if p.contiguity else np.argwhere(np.triu(np.ones((n, n), dtype=bool), 1))
    weight = np.zeros(n + 1)
    weight[p.fewest_cars : n] = problem.weights()
    return Folding(
        share=problem.work / problem.work.sum(),
        pairs=np.unique(np.sort(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), axis=1), axis=0),
        apart=np.array([(index[a], index[b]) for a, b in p.apart], dtype=np.int64).reshape(-1, 2),
        most_beats=p.beats_limit(),
        most_load=1.0 + p.load_limit_frac(),
        fewest=p.fewest_cars,
        weight=weight,
    )


def n_pieces(f: Folding) -> int:
    """Return into how many pieces the beats fall that no link joins."""
    links = coo_array((np.ones(len(f.pairs)), (f.pairs[:, 0], f.pairs[:, 1])), shape=(f.n, f.n))
    return int(connected_components(links, directed=False)[0])


@dataclass(frozen=True)
class Layer:
    """S partitions of n beats into the same number of groups.

    Parameters
    ----------
    label
        Lowest beat of each beat's group, shape (S, n).
    load
        Share of the work of the group that each beat is the lowest of, shape (S, n); 0 elsewhere.
    cost
        Weighted deviations of the rows down to this one, shape (S,).
    parent
        Position in the layer above, shape (S,).
    """

    label: NDArray[np.uint8]
    load: NDArray[np.float64]
    cost: NDArray[np.float64]
    parent: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cost)

    def taken(self, rows: NDArray[np.int64]) -> Layer:
        """Return some of the partitions."""
        return Layer(self.label[rows], self.load[rows], self.cost[rows], self.parent[rows])

    def roots(self) -> NDArray[np.bool_]:
        """Whether each beat is the lowest of its group, shape (S, n)."""
        return np.asarray(self.label == np.arange(self.label.shape[1], dtype=np.uint8))


def top(f: Folding) -> Layer:
    """Return the layer of full cars: every beat alone."""
    return Layer(
        np.arange(f.n, dtype=np.uint8)[None, :], f.share[None, :].copy(), np.zeros(1), np.zeros(1, np.int64)
    )


def joined(f: Folding, layer: Layer, cars: int, rows: NDArray[np.int64]) -> Layer:
    """Return every admissible partition into ``cars`` groups that joins two groups of one of ``rows``, none twice."""
    label = layer.label[rows]
    first = np.minimum(label[:, f.pairs[:, 0]], label[:, f.pairs[:, 1]]).astype(np.int64)
    second = np.maximum(label[:, f.pairs[:, 0]], label[:, f.pairs[:, 1]]).astype(np.int64)
    wanted = np.zeros((len(rows), f.n * f.n), dtype=bool)
    wanted[np.arange(len(rows))[:, None], first * f.n + second] = first != second
    wanted[:, np.arange(f.n) * (f.n + 1)] = False
    of, code = np.nonzero(wanted)
    keep, lose = code // f.n, code % f.n
    at = np.arange(len(of))
    load = layer.load[rows[of]]
    load[at, keep] += load[at, lose]
    load[at, lose] = 0.0
    good = np.ones(len(of), dtype=bool)
    new_label = label[of]
    moved = new_label == lose[:, None].astype(np.uint8)
    new_label[moved] = np.broadcast_to(keep[:, None].astype(np.uint8), moved.shape)[moved]
    if np.isfinite(f.most_load):
        good &= _light(f, new_label, load, cars)
    if np.isfinite(f.most_beats):
        size = (new_label == keep[:, None].astype(np.uint8)).sum(axis=1)
        good &= size <= f.most_beats + _ALLOWANCE
    for a, b in f.apart.tolist():
        good &= new_label[:, a] != new_label[:, b]
    found = Layer(new_label[good], load[good], layer.cost[rows[of[good]]], rows[of[good]])
    cost = found.cost + f.weight[cars] * deviation(found, cars)
    return unique(Layer(found.label, found.load, cost, found.parent))


def _light(f: Folding, label: NDArray[np.uint8], load: NDArray[np.float64], cars: int) -> NDArray[np.bool_]:
    """Whether no group of several beats is too heavy for a row of ``cars``."""
    several = np.zeros(label.shape, dtype=bool)
    beat = np.arange(f.n, dtype=np.uint8)
    at, where = np.nonzero(label != beat)
    several[at, label[at, where]] = True
    return np.asarray(~(several & (cars * load > f.most_load + 1e-6)).any(axis=1))


def deviation(layer: Layer, cars: int) -> NDArray[np.float64]:
    """Largest relative deviation of a group's work from the even share, shape (S,)."""
    most = cars * layer.load.max(axis=1) - 1
    least = 1 - cars * np.where(layer.roots(), layer.load, np.inf).min(axis=1)
    return np.asarray(np.maximum(most, least))


def unique(layer: Layer) -> Layer:
    """Keep the cheapest of equal partitions."""
    if len(layer) < 2:
        return layer
    order = np.argsort(layer.cost, kind="stable")
    label = np.ascontiguousarray(layer.label[order])
    key = label.view(np.dtype((np.void, label.shape[1]))).ravel()
    _, first = np.unique(key, return_index=True)  # a stable sort: the first of equal ones is the cheapest
    return layer.taken(order[np.sort(first)])


def together(parts: list[Layer]) -> Layer:
    """Put layers under each other and keep the cheapest of equal partitions."""
    return unique(
        Layer(
            np.concatenate([p.label for p in parts]),
            np.concatenate([p.load for p in parts]),
            np.concatenate([p.cost for p in parts]),
            np.concatenate([p.parent for p in parts]),
        )
    )


def still_to_come(f: Folding, layer: Layer, cars: int, single: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a bound on what the rows below ``cars`` will cost at least, shape (S,); rule (4) of ``fold.lattice``."""
    load = np.sort(np.where(layer.roots(), layer.load, np.inf), axis=1)
    most = layer.load.max(axis=1)
    total = np.zeros(len(layer))
    for k in range(f.fewest, cars):
        row = np.maximum(single[k], k * most - 1)
        untouched = 2 * (cars - k)
        if untouched < cars:
            row = np.maximum(row, 1 - k * load[:, untouched])
        total += f.weight[k] * row
    return total
