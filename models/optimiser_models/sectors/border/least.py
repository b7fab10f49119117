"""The district of least border, less what it earns for its areas: a bound for every plan, and districts to build from.

A price is paid for each area that a district takes. Half the sum of all borders is the border between districts, so

    border >= 1/2 (sum_i price_i + sum_d min over districts S of d (border of S - sum of prices in S))

for any prices (Lagrange). The minimum is taken by dynamic programming along a sweep of the map: in whole numbers, so
that the bound is plain arithmetic. Amounts of work are rounded to bins, and windows widened by what rounding can do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.border.ground import Ground
from optimiser_models.sectors.border.kernels import CROWDED, NEVER, OPEN, backward, forward
from optimiser_models.sectors.border.sweep import Sweep
from optimiser_models.sectors.slots import slots_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sets = NDArray[np.bool_]
WIDEST = 12
"""Areas that may wait at once in the sweep of a map whose districts are priced."""
SLACK = 1e-9
"""Work is measured, not counted: windows are kept with this relative allowance."""
GRAIN = 1000
"""Whole numbers to a unit of length."""
LARGEST_SUM = 1e8
MOST_BYTES = 400_000_000
MOST_BINS, FEWEST_BINS = 1500, 200
STEPS = 1_000_000
"""Steps of a search between two looks at the clock."""


@dataclass(frozen=True)
class Kind:
    """A group of alike districts: how many, what each must (1) and must not (2) take (n,), windows of all work (Q,)."""

    count: int
    state: Ints
    low: Floats
    high: Floats
    seats: Sets
    first: int


@dataclass
class Least:
    """The cheapest districts of one map at any prices.

    Parameters
    ----------
    ground
        The map.
    sweep
        Its order.
    """

    ground: Ground
    sweep: Sweep
    kinds: list[Kind] = field(init=False)
    grain: float = field(init=False)
    """Whole numbers to a metre (or whatever lengths are in)."""

    def __post_init__(self) -> None:
        d = self.ground.d
        total = max(float(self.ground.length.sum()), 1e-9)
        unit = self.ground.unit
        self.grain = min(GRAIN / unit, LARGEST_SUM / total) if unit else LARGEST_SUM / total
        if unit:  # the lengths themselves stay whole
            self.grain = max(1.0, np.floor(self.grain * unit)) / unit
        self.length = np.floor(self.ground.length * self.grain + 1e-6).astype(np.int64)
        self.kinds = _kinds(self.ground)
        width = np.minimum(d.high, d.weight.sum(axis=1, keepdims=True)) - d.low
        self.tightest = int(np.argmin(width.sum(axis=1) / d.weight.sum(axis=1))) if len(d.weight) else 0
        work = d.weight[self.tightest] if len(d.weight) else np.ones(d.n)
        self.work = work.astype(np.float64)
        most = max(k.high[self.tightest] for k in self.kinds) if len(d.weight) else float(d.n)
        self.most = min(most, float(self.work.sum()))
        size = 4 * (d.n + 1) * (1 << self.sweep.width)
        rows = int(min(MOST_BINS, MOST_BYTES // size))
        self.bin = self.most / max(rows - d.n // 3 - 3, 1)
        self.bins = np.round(self.work / self.bin).astype(np.int64)
        off = (self.bins - self.work / self.bin)[self.sweep.order][::-1]
        self.over = np.ceil(np.append(0.0, np.cumsum(np.maximum(off, 0.0)))[::-1] + 1e-6).astype(np.int64)
        self.under = np.ceil(np.append(0.0, np.cumsum(np.maximum(-off, 0.0)))[::-1] + 1e-6).astype(np.int64)
        rows = int(np.ceil(self.most / self.bin)) + int(self.over[0]) + 2
        self.table = np.empty((d.n + 1, 1 << self.sweep.width, rows), dtype=np.int32)

    def whole(self, prices: Floats) -> Ints:
        """Return prices in whole numbers."""
        return np.round(prices * self.grain).astype(np.int64)

    def window(self, kind: Kind) -> tuple[float, float]:
        """Return the least and most work of the first kind that a district takes."""
        if not len(self.ground.d.weight):
            return 0.0, float(self.work.sum())
        return float(kind.low[self.tightest]), min(float(kind.high[self.tightest]), self.most)

    def bound(self, kind: Kind, price: Ints) -> int:
        """Return the least cost of a district by dynamic programming alone, contiguous or not; NEVER for none."""
        s = self.sweep
        backward(
            self.table, s.order, s.slot, s.drop, s.waiting, s.starts, s.links, s.at, self.length, price,
            kind.state, self.bins,
        )  # fmt: skip
        low, high = self.window(kind)
        first = max(0, int(np.floor(low / self.bin)) - int(self.under[0]))
        last = int(np.ceil(high / self.bin)) + int(self.over[0])
        return int(self.table[0, 0, first : last + 1].min(initial=NEVER))

    def districts(
        self,
        kind: Kind,
        price: Ints,
        most_cost: int,
        *,
        best: bool,
        most: int,
        steps: int,
        keep_going: Callable[[], bool],
    ) -> tuple[Sets, Ints, bool]:
        """Return districts that cost at most ``most_cost``, their costs, and whether these are all there are.

        :meth:`bound` comes before, at the same prices. With ``best`` these are the last ones met on the way to the
        cheapest, which is among them where the search came to its end.
        """
        d, s, n = self.ground.d, self.sweep, self.ground.d.n
        low, high = self.window(kind)
        found, costs = np.zeros((most, n), dtype=np.bool_), np.zeros(most, dtype=np.int64)
        rest_low, rest_high = self._rest()
        whole = [np.zeros(n + 1, dtype=np.int64) for _ in range(4)]
        piece, taken = np.full((n + 1, s.width), -1, dtype=np.int64), np.zeros(n, dtype=np.bool_)
        load, going = np.zeros(n + 1), np.zeros(3, dtype=np.int64)
        ended, made = CROWDED, 0
        while ended == CROWDED and made < steps and keep_going():
            ended = forward(
                self.table, s.order, s.slot, s.drop, s.starts, s.links, s.at, self.length, price, kind.state,
                self.work, low * (1 - SLACK), high * (1 + SLACK), self.bin, self.over, self.under, d.contiguity,
                d.starts, d.neighbours, rest_low, rest_high, most_cost, best, found, costs, min(STEPS, steps),
                whole[0], whole[1], load, whole[2], whole[3], piece, taken, going,
            )  # fmt: skip
            made += STEPS
        count = min(int(going[0]), most)
        return found[:count], costs[:count], ended == OPEN

    def _rest(self) -> tuple[Floats, Floats]:
        """Return the least and most work of one district and more, up to all but one."""
        d = self.ground.d
        if not len(d.weight):
            return np.zeros(1), np.full(1, np.inf)
        if len(self.kinds) > 1:
            return np.array([float(min(k.low[self.tightest] for k in self.kinds))]), np.full(1, np.inf)
        many = np.arange(1, max(d.k, 2))
        if d.k == 1:
            return np.zeros(1), np.full(1, np.inf)
        kind = self.kinds[0]
        return many * kind.low[self.tightest] * (1 - SLACK), many * kind.high[self.tightest] * (1 + SLACK)

    def admits(self, kind: Kind, sets: Sets) -> Sets:
        """Say which districts keep what the search does not know: other work, pairs apart, a seat; shape (c,)."""
        d = self.ground.d
        keeps = (sets & kind.seats).any(axis=1)
        load = sets.astype(np.float64) @ d.weight.T
        keeps &= (load >= kind.low * (1 - SLACK)).all(axis=1) & (load <= kind.high * (1 + SLACK)).all(axis=1)
        for a, b in d.apart.tolist():
            keeps &= ~(sets[:, a] & sets[:, b])
        return np.asarray(keeps)

    def border(self, sets: Sets) -> Floats:
        """Return the border of districts, shape (c,)."""
        u, v = self.ground.links.T
        return np.asarray((sets[:, u] != sets[:, v]).astype(np.float64) @ self.ground.length)


def _kinds(ground: Ground) -> list[Kind]:
    d, slots = ground.d, slots_of(ground.d)
    found = []
    for g in range(len(slots.state)):
        mine = np.flatnonzero(ground.group == g)
        k = int(mine[0])
        state = slots.state[g].astype(np.int64)
        seats = np.zeros(d.n, dtype=bool)
        if d.fixed[k] >= 0:
            state = np.where(~d.allowed[d.fixed[k]], 2, state)
            state[d.centre_area[d.fixed[k]]] = 1
            seats[d.centre_area[d.fixed[k]]] = True
        else:
            seats[d.centre_area[d.may[k]]] = True
        given = d.centre_area[d.fixed[(d.fixed >= 0) & (np.arange(d.k) != k)]]
        state[given] = 2
        found.append(Kind(mine.size, state, d.low[:, k], d.high[:, k], seats, k))
    return found
