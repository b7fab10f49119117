"""Cut two neighbouring districts anew, best of all ways that keep to a strip along their border.

Areas further than some links from the border between the two stay where they are. What is free is a strip: long,
but narrow, and a sweep along it has few areas waiting. Dynamic programming (:mod:`.kernels`) then gives the shortest of
all borders in the strip that leave both districts within their windows of the tightest kind of work; the planner's own
rules have the last word. Prices of less than a link between areas choose among borders that are equally short.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import FREE
from optimiser_models.sectors.border.ground import Ground
from optimiser_models.sectors.border.kernels import NEVER, backward, forward
from optimiser_models.sectors.border.sweep import Sweep, sweep_of
from optimiser_models.sectors.separate import reach

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
DEEPEST, WIDEST = 6, 9
"""How many links from the border a strip reaches at most, and how many areas may wait in its sweep."""
GRAIN = 1000
MOST_BYTES, MOST_BINS = 120_000_000, 900
STEPS, FOUND = 200_000, 12
NOISE = 0.3
"""Prices drawn at random, in shares of the shortest link by the number of areas."""


class Recut:
    """Cuts pairs of districts of one map anew.

    Parameters
    ----------
    ground
        The map.
    seed
        Of the prices drawn at random.
    """

    def __init__(self, ground: Ground, seed: int) -> None:
        d = ground.d
        self.ground, self.rng = ground, np.random.default_rng(seed)
        width = np.minimum(d.high, d.weight.sum(axis=1, keepdims=True)) - d.low
        tightest = int(np.argmin(width.sum(axis=1) / d.weight.sum(axis=1))) if len(d.weight) else 0
        self.work = d.weight[tightest] if len(d.weight) else np.ones(d.n)
        self.low = d.low[tightest] if len(d.weight) else np.zeros(d.k)
        self.high = d.high[tightest] if len(d.weight) else np.full(d.k, np.inf)
        self.fixed = d.lock != FREE
        self.fixed[d.centre_area[d.fixed[d.fixed >= 0]]] = True
        longest = max(float(ground.length.max(initial=0.0)), 1e-9)
        self.grain = (
            GRAIN / longest if not ground.unit or longest / ground.unit > GRAIN else GRAIN / ground.unit
        )
        self.whole = np.round(ground.length * self.grain).astype(np.int64)

    def pairs(self, label: Ints) -> list[tuple[int, int]]:
        """Return the pairs of districts with a common border, in an order drawn at random."""
        u, v = self.ground.links.T
        ends = np.sort(np.column_stack([label[u], label[v]])[label[u] != label[v]], axis=1)
        found = [(int(a), int(b)) for a, b in np.unique(ends, axis=0)]
        self.rng.shuffle(found)
        return found

    def strip(self, label: Ints, a: int, b: int, depth: int) -> Ints:
        """Return the areas of two districts that lie at most so many links from the border between them."""
        d = self.ground.d
        u, v = self.ground.links.T
        between = (np.minimum(label[u], label[v]) == min(a, b)) & (
            np.maximum(label[u], label[v]) == max(a, b)
        )
        near = np.zeros(d.n, dtype=bool)
        near[u[between]] = near[v[between]] = True
        if not near.any():  # a border may go when another pair is cut anew
            return np.zeros(0, dtype=np.int64)
        mine = (label == a) | (label == b)
        for _ in range(depth - 1):
            inside = np.flatnonzero(near)
            ends = np.concatenate([d.neighbours[d.starts[i] : d.starts[i + 1]] for i in inside.tolist()])
            near[ends] = True
            near &= mine
        return np.flatnonzero(near & ~self.fixed)

    def pair(self, label: Ints, a: int, b: int) -> Ints | None:
        """Return a labelling with the border between two districts cut anew, None where none is found."""
        for depth in range(DEEPEST, 0, -1):
            areas = self.strip(label, a, b, depth)
            if areas.size < 2:
                return None
            near, starts, neighbours, links, length = self._within(areas)
            order = sweep_of(starts, neighbours, links, WIDEST)
            if order is not None:
                return self._best(label, a, b, areas, order, length, near)
        return None

    def _within(self, areas: Ints) -> tuple[NDArray[np.bool_], Ints, Ints, Ints, Ints]:
        """Return which areas those are (n,), the links among them as CSR and once each, and their lengths."""
        d = self.ground.d
        inside = np.zeros(d.n, dtype=bool)
        inside[areas] = True
        number = np.cumsum(inside) - 1
        ends = np.repeat(np.arange(d.n), np.diff(d.starts))
        keep = inside[ends] & inside[d.neighbours]
        starts = np.zeros(areas.size + 1, dtype=np.int64)
        np.cumsum(np.bincount(number[ends[keep]], minlength=areas.size), out=starts[1:])
        u, v = self.ground.links.T
        both = inside[u] & inside[v]
        links = np.column_stack([number[u[both]], number[v[both]]]).astype(np.int64)
        return inside, starts, number[d.neighbours[keep]].astype(np.int64), links, self.whole[both]

    def _best(
        self, label: Ints, a: int, b: int, areas: Ints, order: Sweep, length: Ints, near: NDArray[np.bool_]
    ) -> Ints | None:
        n = areas.size
        price = self.rng.integers(0, max(1, int(NOISE * GRAIN / n)) + 1, n)
        price += self._core(label, areas, near, a) - self._core(label, areas, near, b)
        work = self.work[areas].astype(np.float64)
        of_a = float(self.work[(label == a) & ~near].sum())
        both = float(self.work[(label == a) | (label == b)].sum())
        low = max(0.0, self.low[a], both - self.high[b]) - of_a
        high = min(float(self.high[a]), both - float(self.low[b])) - of_a
        rows = min(MOST_BINS, MOST_BYTES // (4 * (n + 1) * (1 << order.width)))
        high = min(high, float(work.sum()))
        if high < low or high <= 0 or rows < n // 2:
            return None
        bin_ = high / max(rows - n // 3 - 3, 1)
        bins = np.round(work / bin_).astype(np.int64)
        off = (bins - work / bin_)[order.order][::-1]
        over = np.ceil(np.append(0.0, np.cumsum(np.maximum(off, 0.0)))[::-1] + 1e-6).astype(np.int64)
        under = np.ceil(np.append(0.0, np.cumsum(np.maximum(-off, 0.0)))[::-1] + 1e-6).astype(np.int64)
        table = np.empty(
            (n + 1, 1 << order.width, int(np.ceil(high / bin_)) + int(over[0]) + 2), dtype=np.int32
        )
        state = np.zeros(n, dtype=np.int64)
        backward(
            table, order.order, order.slot, order.drop, order.waiting, order.starts, order.links, order.at, length,
            price, state, bins,
        )  # fmt: skip
        found, costs = np.zeros((FOUND, n), dtype=np.bool_), np.zeros(FOUND, dtype=np.int64)
        deep = [np.zeros(n + 1, dtype=np.int64) for _ in range(4)]
        piece = np.full((n + 1, order.width), -1, dtype=np.int64)
        going = np.zeros(3, dtype=np.int64)
        forward(
            table, order.order, order.slot, order.drop, order.starts, order.links, order.at, length, price, state,
            work, low, high, bin_, over, under, False, order.starts, order.links, np.zeros(1), np.zeros(1),
            NEVER // 4, True, found, costs, STEPS, deep[0], deep[1], np.zeros(n + 1), deep[2], deep[3], piece,
            np.zeros(n, dtype=np.bool_), going,
        )  # fmt: skip
        count = int(going[0])
        for i in range(min(count, FOUND)):
            cut = label.copy()
            cut[areas] = np.where(found[(count - 1 - i) % FOUND], a, b)
            if self._in_one_piece(cut, a) and self._in_one_piece(cut, b):
                return cut
        return None

    def _core(self, label: Ints, areas: Ints, near: NDArray[np.bool_], k: int) -> Ints:
        """Return the length of the links from areas of a strip to what a district has outside it."""
        found = np.zeros(self.ground.d.n, dtype=np.int64)
        outside = (label == k) & ~near
        u, v = self.ground.links.T
        np.add.at(found, u, np.where(outside[v], self.whole, 0))
        np.add.at(found, v, np.where(outside[u], self.whole, 0))
        return found[areas]

    def _in_one_piece(self, label: Ints, k: int) -> bool:
        d = self.ground.d
        mine = label == k
        if not d.contiguity:
            return bool(mine.any())
        first = np.flatnonzero(mine)[:1]
        return first.size > 0 and int(reach(first, mine, d.starts, d.neighbours).sum()) == int(mine.sum())
