r"""A lower bound on any districting, by Lagrangian relaxation of "every area belongs to one district".

    min  sum_j sum_i c_ji x_ji                                        (1)
    s.t. sum_j x_ji = 1                        for all i              (2)  relaxed with multipliers alpha_i
         L_s y_js <= sum_i w_i x_ji <= U_s y_js, x_ji <= y_j          (3)  one kind of work, exactly
         L_qs y_js <= sum_i w_qi x_ji <= U_qs y_js   further kinds    (4)  relaxed, over_qj and under_qj >= 0
         sum_j sum_i k_rji x_ji <= K_r          change, kept aims     (5)  relaxed, mu_r >= 0
         sum_j y_js = 1 for each district s, sum_s y_js <= 1          (6)

For given multipliers each pair of centre j and district s is a continuous knapsack with a floor and a ceiling,
solved by sorting; the pairs are then matched (6). The bound ignores contiguity and what else is no sum over
pairs, so it is valid with them. What contiguous plans have in common sharpens it: an area that no chain of areas
within U_s joins to the centre cannot be served from it, and neither can one beyond the longest drive; an area locked
to a district needs a corridor to its centre, which is priced (:mod:`.corridors`).

Held, Wolfe and Crowder (1974) for the steps; Hess et al. (1965) for the model.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors import corridors
from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.knapsack import price, serve
from optimiser_models.sectors.matching import match, totals
from optimiser_models.sectors.slots import Slots

SHRINK, LEAST_REACH = 0.7, 0.01
MIX = 0.7
"""Share of the new slope in the direction of a step."""
SECOND_WIND = 0.1
"""A wind that closed less than this share of the gap is the last."""
RECENT = 8
"""Rounds for which the corridors of a seat are looked at after it was chosen."""
LEVEL = 1e-9
"""A slope below this is rounding: a step along it would be without end."""


@dataclass(frozen=True)
class Multipliers:
    """Prices of areas (n,), of further sums (R,), and per kind and centre (Q, C) of work over and under the window."""

    alpha: NDArray[np.float64]
    mu: NDArray[np.float64]
    over: NDArray[np.float64]
    under: NDArray[np.float64]


@dataclass
class Bound:
    """Multipliers, the bound they prove, and what it says of each pair.

    ``needs`` has shape (C, n): a plan that serves area i from centre j costs at least this much.
    """

    at: Multipliers
    value: float
    needs: NDArray[np.float64]

    def among(self, keep: NDArray[np.int64]) -> Bound:
        """Return the same bound where only these candidates (numbers) are left."""
        at = replace(self.at, over=self.at.over[:, keep], under=self.at.under[:, keep])
        return replace(self, at=at, needs=self.needs[keep])


def servable(d: Districting) -> NDArray[np.bool_]:
    """Return which area a centre can serve at all, shape (C, n), by the longest drive and by contiguity.

    A contiguous district that holds centre j and area i holds a chain of areas between them; its work is at
    least that of the lightest chain, so a chain above every ceiling rules the pair out.
    """
    allowed = d.allowed.copy()
    if not d.contiguity or d.slack_areas or not d.weight.size:
        return allowed
    ceiling = float(d.high[0].max())
    for area in np.unique(d.centre_area):
        chain = _lightest_chain(d, int(area), ceiling)
        allowed[d.centre_area == area] &= chain <= ceiling * (1 + 1e-9)
    return allowed


def _lightest_chain(d: Districting, root: int, ceiling: float) -> NDArray[np.float64]:
    work = d.weight[0]
    best = np.full(d.n, np.inf)
    best[root] = work[root]
    heap = [(float(work[root]), root)]
    while heap:
        far, u = heapq.heappop(heap)
        if far > best[u] or far > ceiling:
            continue
        for v in d.neighbours[d.starts[u] : d.starts[u + 1]].tolist():
            if far + work[v] < best[v]:
                best[v] = far + work[v]
                heapq.heappush(heap, (float(best[v]), v))
    return best


def improve(
    d: Districting,
    s: Slots,
    allowed: NDArray[np.bool_],
    incumbent: float,
    *,
    at: Multipliers | None = None,
    rounds: int = 5000,
    reach: float = 2.0,
    patience: int = 25,
    keep_going: Callable[[float], bool],
    seats: Callable[[NDArray[np.int64], NDArray[np.int64]], None] | None = None,
    every: Callable[[NDArray[np.int64], NDArray[np.int64]], None] | None = None,
) -> Bound | None:
    """Improve the multipliers by deflected subgradient steps; None where the pairs cannot be matched at all.

    ``reach`` is the first step's share of the way to the aim: less where ``at`` is near the best already;
    ``patience`` the rounds without news after which it shrinks.
    ``incumbent`` is an upper bound (inf where there is none: the steps then aim a little above the bound).
    ``keep_going(bound)`` is asked each round; ``seats(centres, groups)`` hears the choice behind a better bound,
    ``every(districts, centres)`` that of every round.
    """
    relaxed = _Relaxation(d, s, allowed)
    m = at or relaxed.first()
    best, best_at = -np.inf, m
    direction, stale, first_reach, before = np.zeros(d.n), 0, reach, -np.inf
    needs, seen = np.full(d.cost.shape, -np.inf), None
    for _ in range(rounds):
        found = relaxed.solve(m)
        if found is None:
            return None
        bound, centres, groups = found
        if every is not None:
            every(np.arange(d.k), centres)
        stale = 0 if bound > best + 1e-5 * abs(best) else stale + 1
        if bound > best:
            best, best_at = bound, m
            relaxed.room = max(incumbent - best, 0.0)
            if seats is not None:
                seats(centres, groups)
        if not keep_going(best):
            break
        if stale >= patience:  # from the best again, whose slope the next round finds
            reach, stale, m = reach * SHRINK, 0, best_at
            direction[:] = 0
            if best_at is not seen:  # each of the best prices on the way rules out pairs of its own
                needs, seen = np.maximum(needs, relaxed.needs(best_at)), best_at
            continue
        if reach < LEAST_REACH:  # a second wind often leaves the ridge on which the first came to rest
            if best - before <= SECOND_WIND * max(incumbent - best, 0.0):
                break
            reach, before = first_reach, best
        slope = relaxed.slope(m, centres, groups)
        steepness = slope.steepness()
        if steepness < LEVEL:
            break
        direction = MIX * slope.alpha + (1 - MIX) * direction
        aim = incumbent if np.isfinite(incumbent) else best + 0.05 * abs(best)
        step = reach * max(aim - bound, 1e-6 * abs(bound)) / steepness
        m = Multipliers(
            m.alpha + step * direction,
            np.maximum(m.mu + step * slope.mu, 0.0),
            np.maximum(m.over + step * slope.over, 0.0),
            np.maximum(m.under + step * slope.under, 0.0),
        )
    return Bound(best_at, best, np.maximum(needs, relaxed.needs(best_at)))


@dataclass(frozen=True)
class _Slope:
    """A supergradient, in the same scaled units as the multipliers."""

    alpha: NDArray[np.float64]
    mu: NDArray[np.float64]
    over: NDArray[np.float64]
    under: NDArray[np.float64]

    def steepness(self) -> float:
        return float(sum((part * part).sum() for part in (self.alpha, self.mu, self.over, self.under)))


class _Relaxation:
    """The relaxed problem for given multipliers: prices, matching, slope, and what each pair needs."""

    def __init__(self, d: Districting, s: Slots, allowed: NDArray[np.bool_]) -> None:
        self.d, self.s = d, s
        self.cost = np.where(allowed, d.cost, np.inf)
        self.starts = np.concatenate([[0], np.cumsum(allowed.sum(axis=1))]).astype(np.int64)
        self.items = np.nonzero(allowed)[1].astype(np.int64)
        self.held = np.flatnonzero((s.state == 1).any(axis=0))
        self.in_one_piece = d.contiguity and not d.slack_areas
        self.group_may = s.group_may()
        self.room = np.inf
        self.critical: NDArray[np.float64] = np.zeros((d.cost.shape[0], len(s.state)))
        self.corridors = self.group_may.T & (s.state == 1).any(axis=1) & self.in_one_piece
        self.unused = np.full(self.corridors.shape, RECENT)  # rounds since the matching chose a seat
        self.latest: tuple[Multipliers, NDArray[np.float64], NDArray[np.float64]] | None = None
        self.work = d.weight[0] if d.weight.size else np.zeros(d.n)
        # further sums and kinds are scaled so that an average area counts as one, as it does in (2)
        self.side_unit = np.array([max(float(np.abs(r).mean()), 1e-12) for r in d.side])
        self.more = d.weight[1:]
        self.more_unit = np.maximum(self.more.mean(axis=1), 1e-12) if len(self.more) else np.zeros(0)
        lows, highs = s.lows[1:], s.highs[1:]
        self.lows, self.highs = lows, highs
        self.bounded_above = np.isfinite(highs).all(axis=1)

    def first(self) -> Multipliers:
        d = self.d
        rank = min(d.k, d.cost.shape[0] - 1)
        shape = (len(self.more), d.cost.shape[0])
        return Multipliers(
            np.partition(d.cost, rank, axis=0)[rank].copy(),
            np.zeros(len(d.side)),
            np.zeros(shape),
            np.zeros(shape),
        )

    def priced(self, m: Multipliers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the cost of each pair (C, n) with (4) and (5) priced in, and what a seat adds (C, G)."""
        if self.latest is not None and self.latest[0] is m:
            return self.latest[1:]
        cost = self.cost
        if m.mu.any():
            cost = cost + np.tensordot(m.mu / self.side_unit, self.d.side, axes=1)
        constant = np.zeros((cost.shape[0], len(self.s.state)))
        if m.over.any() or m.under.any():
            unit = self.more_unit[:, None]
            cost = cost + ((m.over - m.under) / unit).T @ self.more
            high = np.where(np.isfinite(self.highs), self.highs, 0.0)
            constant = (m.under / unit).T @ self.lows - (m.over / unit).T @ high
        self.latest = m, cost, constant
        return cost, constant

    def values(self, m: Multipliers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the value of each seat (C, G) and the critical ratio of its knapsack (C, G), corridors left out."""
        cost, constant = self.priced(m)
        s = self.s
        value, critical = np.empty(constant.shape), np.empty(constant.shape)
        price(
            m.alpha, cost, self.starts, self.items, self.work, self.d.centre_area,
            s.low, s.high, s.state, s.locked, self.held, value, critical,
        )  # fmt: skip
        value += constant
        return value, critical

    def joined(self, m: Multipliers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return :meth:`values` with the corridors of each seat that a better plan may have, and the price of work."""
        value, critical = self.values(m)
        # a seat further above the best than there is room for is in no better plan, corridor or not
        near = self.corridors & (value < value.min(axis=0) + np.float64(self.room))
        self._join(m, near, value, critical)
        return value, critical

    def _join(
        self,
        m: Multipliers,
        seats: NDArray[np.bool_],
        value: NDArray[np.float64],
        critical: NDArray[np.float64],
    ) -> None:
        """Add corridors to the value of these seats (C, G)."""
        d, s = self.d, self.s
        if seats.any():
            limit = value.min(axis=0) + np.float64(self.room)
            corridors.add(
                m.alpha, self.priced(m)[0], self.work, d.centre_area, s.low, s.high, critical, s.state, limit,
                *np.nonzero(seats), d.starts, d.neighbours, value,
            )  # fmt: skip

    def solve(self, m: Multipliers) -> tuple[float, NDArray[np.int64], NDArray[np.int64]] | None:
        """Return the bound and the centres and groups chosen; None where they cannot be matched.

        Corridors take most of the time and only add: they are looked at where the matching chooses a seat, until it
        chooses none that was not looked at. The seats of the last rounds come first.
        """
        value, self.critical = self.values(m)
        self.unused += 1
        joined, now = np.zeros_like(self.corridors), self.corridors & (self.unused < RECENT)
        while True:
            self._join(m, now, value, self.critical)
            joined |= now
            matched = match(value, self.s)
            if matched is None:
                return None
            centres, groups = matched
            self.unused[centres, groups] = 0
            now = self.corridors & (self.unused == 0) & ~joined
            if not now.any():
                break
        bound = float(m.alpha.sum() + value[centres, groups].sum()) - self._limits(m) - self._lost(m)
        return bound, centres, groups

    def _limits(self, m: Multipliers) -> float:
        return float((m.mu / self.side_unit * self.d.side_limit).sum()) if m.mu.size else 0.0

    def _lost(self, m: Multipliers) -> float:
        lost = _rounding(m.alpha, self.d)
        if m.mu.any():
            size = np.abs(self.d.side).max(axis=(1, 2)) * self.d.n + np.abs(self.d.side_limit)
            lost += float(np.finfo(np.float64).eps * self.d.n * (m.mu / self.side_unit * size).sum())
        if m.over.any() or m.under.any():
            size = self.more.sum(axis=1)[:, None] * (m.over + m.under) / self.more_unit[:, None]
            lost += float(np.finfo(np.float64).eps * self.d.n * size.sum())
        return lost

    def slope(self, m: Multipliers, centres: NDArray[np.int64], groups: NDArray[np.int64]) -> _Slope:
        d, s = self.d, self.s
        cost, _ = self.priced(m)
        take = serve(m.alpha, cost, self.work, d.centre_area, s.low, s.high, s.state, centres, groups)
        if self.in_one_piece and self.held.size:
            for row, (j, g) in enumerate(zip(centres.tolist(), groups.tolist(), strict=True)):
                if (s.state[g] == 1).any():
                    corridors.serve(
                        m.alpha, cost[j], self.work, d.centre_area[j], s.low[g], s.high[g], self.critical[j, g],
                        s.state[g], d.starts, d.neighbours, take[row],
                    )  # fmt: skip
        over, under = np.zeros_like(m.over), np.zeros_like(m.under)
        if len(self.more):
            used = take @ self.more.T  # (k, Q)
            excess = (used - self.highs[:, groups].T) / self.more_unit
            above = np.where(self.bounded_above, np.where(np.isfinite(excess), excess, 0.0), 0.0)
            np.add.at(over.T, centres, above)  # in cells two districts may have one centre
            np.add.at(under.T, centres, (self.lows[:, groups].T - used) / self.more_unit)
            over = np.where((m.over <= 0) & (over < 0), 0.0, over)
            under = np.where((m.under <= 0) & (under < 0), 0.0, under)
        mu = np.zeros_like(m.mu)
        if m.mu.size:
            used_side = np.array([float((row[centres] * take).sum()) for row in d.side])
            mu = (used_side - d.side_limit) / self.side_unit
            mu = np.where((m.mu <= 0) & (mu < 0), 0.0, mu)
        return _Slope(1.0 - take.sum(axis=0), mu, over, under)

    def needs(self, m: Multipliers) -> NDArray[np.float64]:
        """Return what a plan costs at least if centre j serves area i, shape (C, n); inf where it cannot.

        Opening j instead of the worst chosen centre costs the difference of their values; taking i into the
        knapsack of j costs at least its reduced cost at the critical ratio (linear programming duality), in one
        piece that of every area on the way (:mod:`.corridors`).
        """
        d, s = self.d, self.s
        cost = self.priced(m)[0]
        value, critical = self.joined(m)
        lost = self._limits(m) + self._lost(m)
        needs = np.full(d.cost.shape, np.inf)
        least = totals(value, s)
        seats, groups = np.nonzero(np.isfinite(least))
        if self.in_one_piece:
            away = np.empty((seats.size, d.n))
            corridors.reach(
                m.alpha, cost, self.work, d.centre_area, critical, s.state, seats, groups,
                d.starts, d.neighbours, away,
            )  # fmt: skip
        else:
            away = self._in_pieces(m, cost, critical, seats, groups)
        for row, (j, g) in enumerate(zip(seats.tolist(), groups.tolist(), strict=True)):
            needs[j] = np.minimum(needs[j], m.alpha.sum() + least[j, g] + away[row] - lost)
        return needs

    def _in_pieces(
        self,
        m: Multipliers,
        cost: NDArray[np.float64],
        critical: NDArray[np.float64],
        seats: NDArray[np.intp],
        groups: NDArray[np.intp],
    ) -> NDArray[np.float64]:
        """Return what taking each area adds where a district need not hang together, (S, n)."""
        away = np.empty((seats.size, self.d.n))
        for row, (j, g) in enumerate(zip(seats.tolist(), groups.tolist(), strict=True)):
            own, state = self.d.centre_area[j], self.s.state[g]
            corridors.extra(m.alpha, cost[j], self.work, own, critical[j, g], state, away[row])
        return away


def _rounding(alpha: NDArray[np.float64], d: Districting) -> float:
    """Return what the sums behind a bound may have lost to rounding: it matters where multipliers have run away."""
    size = float(np.abs(alpha).sum() + np.abs(d.cost).max(initial=0.0) * d.n)
    return float(np.finfo(np.float64).eps) * d.n * (d.k + 1) * size
