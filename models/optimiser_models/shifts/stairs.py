r"""What a set of start times costs at least: between two starts the officers on duty can only go down.

Legend as in ``shifts.milp``; levels are numbers on duty, S is a set of start times of the day.

    n_t <= n_{t-1}   unless t is a start of S                                      (1)
    n_t  = n_{t-1}   unless t is a start of S or the end of a shift that starts in S (2)
    n_t  = 0         later after the last start than the longest shift             (3)

Every plan with starts in S keeps these, n_t the officers on the rota, whoever of them is away. Overtime, change against
today's rota and the rules of ``milp_rota`` are left out, so that what is bounded is bounded still. With
prices lam on L, mu on B and nu on the community floor,

    cost(S) >= lam L - mu B + nu C + sum over t of min (phi_t(n_t) - (lam - mu + nu w_t) n_t)   subject to (1) - (3)

where phi_t is the convex price of n officers in slot t (pay, shortage, surplus, call work above the ceiling) and w_t
what a slot adds to the community row. A stretch from one start to the next is a staircase of its own on each day, so
that with (1) alone the bound is a sum over the arcs of a closed walk through the day, and the cheapest K starts are a
shortest walk; (2) ties a set together and is worked out set by set. phi_t bends at whole n_t only, so the cheapest
staircase stands on such bends, and the levels are those of all slots. Source: isotonic regression (Barlow et al.,
"Statistical Inference under Order Restrictions", 1972) and Lagrange multipliers (Held, Wolfe and Crowder, 1974); their
use for start times is this project's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser_models.shifts import stair_loops
from optimiser_models.shifts.terms import Terms

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LOST = 1e-12
"""What rounding may cost a bound, as a share of the largest that it adds up: a few hundred terms."""
WORTH = 1e-9
"""A better bound by less than this share is not worth a round."""
FIRST_STEP, LAST_STEP = 0.05, 1e-7
"""Of the multipliers, as a share of the largest price of an officer in a slot."""
MOST_ROUNDS = 300


@dataclass(frozen=True)
class Stairs:
    """A week as staircases see it.

    Parameters
    ----------
    starts
        Start times as slots of the day, rising, shape (s,).
    ends
        True where a shift of start i may end at slot d of the day, shape (s, D).
    levels
        Numbers on duty considered, rising from 0, shape (g,).
    price
        phi_t at each level, infinite below what the slot needs, shape (T, g).
    limits
        Rows ``weight @ n >= right`` of the week, to be priced: weights (r, T) and right sides (r,).
    longest
        Slots of the longest shift.
    """

    starts: IntArray
    ends: NDArray[np.bool_]
    levels: FloatArray
    price: FloatArray
    weights: FloatArray
    rights: FloatArray
    longest: int

    @property
    def per_day(self) -> int:
        """Slots of a day."""
        return int(self.ends.shape[1])

    def steepest(self) -> float:
        """Return the largest price of an officer in a slot: what having one more or one fewer changes it by."""
        known = np.where(np.isfinite(self.price), self.price, np.nan)
        each = np.abs(np.diff(known, axis=1)) / np.diff(self.levels)
        return float(np.max(each, initial=0.0, where=np.isfinite(each)))

    def priced(self, multipliers: FloatArray) -> tuple[FloatArray, float]:
        """Return price less what the multipliers pay, (T, g), and what they earn."""
        pays = multipliers @ self.weights
        return self.price - pays[:, None] * self.levels, float(multipliers @ self.rights)

    def arcs(self, multipliers: FloatArray) -> tuple[FloatArray, float]:
        """Return the cost of each arc, (s, s), from start i to the k + 1st after it, and what is earned besides."""
        table, earned = self.priced(multipliers)
        lost = LOST * (
            float(np.abs(np.where(np.isfinite(table), table, 0.0)).max(axis=1).sum()) + abs(earned)
        )
        return stair_loops.arcs(table, self.starts, self.per_day, self.longest), earned - lost

    def bound(self, multipliers: FloatArray, most: int) -> float:
        """Return the least cost of any set of ``most`` starts, infinite where none can be."""
        cost, earned = self.arcs(multipliers)
        return float(stair_loops.cheapest(cost, most)) + earned

    def below(
        self, multipliers: FloatArray, most: int, limit: float, cap: int
    ) -> tuple[IntArray, FloatArray, bool]:
        """Return sets of ``most`` starts with a bound below a limit, their bounds, and whether these are all.

        Sets are rows of numbers of starts, shape (m, most) with m at most ``cap``. Smaller sets are parts of larger
        ones and never cheaper.
        """
        cost, earned = self.arcs(multipliers)
        sets, values, count = stair_loops.listed(cost, most, limit - earned, cap)
        found = min(int(count), cap)
        return sets[:found], values[:found] + earned, count <= cap

    def with_falls(self, multipliers: FloatArray, sets: IntArray, limit: float = np.inf) -> FloatArray:
        """Return the bound of each set with (2) as well, shape (m,); beyond ``limit`` not the best there is."""
        table, _ = self.priced(multipliers)
        cost, earned = self.arcs(multipliers)
        sets = np.ascontiguousarray(sets)
        values: FloatArray = stair_loops.falls(
            table, cost, self.starts, self.ends, self.longest, sets, limit - earned
        )
        return values + earned


def stairs(t: Terms) -> Stairs:
    """Return the week of these terms."""
    per_day = t.need.size // 7
    starts = np.unique(t.start)
    length = np.array([len(c) for c in t.covers], dtype=np.int64)
    ends = np.zeros((starts.size, per_day), dtype=bool)
    ends[np.searchsorted(starts, t.start), (t.start + length) % per_day] = True
    levels = _levels(t)
    slots = np.ones(t.need.size)
    rows = [(slots, float(t.least_total)), (-slots, -float(t.most_total))]
    if t.community is not None:
        q, a, right = t.community
        rows.append((np.where(t.window, 1.0, 0.0) - a / q, right / q))
    rows = [(w, right + float(w @ t.away)) for w, right in rows]
    return Stairs(
        starts=starts,
        ends=ends,
        levels=levels.astype(np.float64),
        price=_prices(t, levels),
        weights=np.array([w for w, _ in rows]),
        rights=np.array([r for _, r in rows]),
        longest=int(length.max(initial=1)),
    )


def _levels(t: Terms) -> IntArray:
    """Return every number on the rota at which some slot's price bends, and the ends of the range."""
    most = t.most_on_duty() + t.away
    bends = [t.need + t.away, np.zeros(1, dtype=np.int64), np.array([most.max(initial=0)])]
    bends += [np.array([c.pivot, c.pivot + 1]) + t.away[c.slot] for c in t.chords]
    if t.wanted.size:
        full = t.wanted + t.away
        bends += [full, *(full - missing for missing in t.level_room.cumsum(axis=1).T)]
    found: IntArray = np.unique(np.concatenate(bends).astype(np.int64))
    return found[found >= 0]


def _prices(t: Terms, levels: IntArray) -> FloatArray:
    on_rota = levels[None, :].astype(np.float64)
    n = on_rota - t.away[:, None]
    price = t.slot_pay[:, None] * on_rota
    above = np.zeros_like(price)
    for c in t.chords:
        above[c.slot] = np.maximum(above[c.slot], c.value + c.slope * (n[c.slot] - c.pivot))
    price = price + above
    if t.wanted.size:
        left = np.maximum(t.wanted[:, None] - n, 0.0)
        for p, room in zip(t.level_prices, t.level_room.T, strict=True):
            in_level = np.minimum(left, room[:, None])
            price, left = price + p * in_level, left - in_level
        price = price + t.surplus_price * np.maximum(n - t.wanted[:, None], 0.0)
    return np.where(n >= t.need[:, None], price, np.inf)


def improve(
    s: Stairs, multipliers: FloatArray, most: int, *, limit: float, keep_going: Callable[[], bool]
) -> tuple[FloatArray, float]:
    """Return better multipliers and their bound: along each axis while it helps, in ever smaller steps.

    The bound is concave and there are three multipliers at most, so that this costs some dozens of shortest walks.
    It ends early where the bound reaches ``limit``.
    """
    best = np.maximum(multipliers, 0.0)
    value = s.bound(best, most)
    scale = max(s.steepest(), 1e-9)
    step = FIRST_STEP
    for _ in range(
        MOST_ROUNDS
    ):  # the bound grows without end where the limits of the week contradict each other
        if step <= LAST_STEP or value >= limit or not keep_going():
            break
        better = False
        for axis in range(best.size):
            for sign in (1.0, -1.0):
                tried = best.copy()
                tried[axis] = max(0.0, tried[axis] + sign * step * scale)
                reached = s.bound(tried, most)
                if reached > value + WORTH * abs(value):
                    best, value, better = tried, reached, True
        if not better:
            step /= 4
    return best, value


def compile_loops() -> None:
    """Compile the loops on a week of two slots a day."""
    tiny = Stairs(
        starts=np.arange(2),
        ends=np.ones((2, 2), dtype=bool),
        levels=np.array([0.0, 1.0]),
        price=np.zeros((14, 2)),
        weights=np.ones((1, 14)),
        rights=np.zeros(1),
        longest=1,
    )
    tiny.bound(np.zeros(1), 1)
    tiny.below(np.zeros(1), 1, 1.0, 2)
    tiny.with_falls(np.zeros(1), np.zeros((1, 1), dtype=np.int64))
