"""The relaxed problem of :mod:`.lagrange` for given multipliers: prices, matching, slope, and what each pair needs.

Knapsacks (:mod:`.knapsack`) are solved for every seat, a centre with a group of districts. What is dearer, corridors of
locked areas (:mod:`.corridors`) and real districts (:mod:`.districts`), only adds to a seat's value and is looked at
where the matching chooses the seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors import corridors, districts
from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.joining import Joins
from optimiser_models.sectors.knapsack import price, serve
from optimiser_models.sectors.matching import NEVER, match, totals
from optimiser_models.sectors.slots import Slots

RECENT = 8
"""Rounds for which a seat is looked at after it was chosen."""


@dataclass(frozen=True)
class Multipliers:
    """Prices of areas (n,), of further sums (R,), and per kind and centre (Q, C) of work over and under the window.

    And ``joint`` (K,), those of separators, ``joins``.
    """

    alpha: NDArray[np.float64]
    mu: NDArray[np.float64]
    over: NDArray[np.float64]
    under: NDArray[np.float64]
    joint: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    joins: Joins = field(default_factory=Joins.none)

    def moved(self, step: NDArray[np.float64]) -> Multipliers:
        """Return these multipliers after a step, one number for each of them in their order; all but alpha >= 0."""
        sizes = np.cumsum([self.alpha.size, self.mu.size, self.over.size, self.under.size])
        alpha, mu, over, under, joint = np.split(step, sizes)
        return Multipliers(
            self.alpha + alpha,
            np.maximum(self.mu + mu, 0.0),
            np.maximum(self.over + over.reshape(self.over.shape), 0.0),
            np.maximum(self.under + under.reshape(self.under.shape), 0.0),
            np.maximum(self.joint + joint, 0.0),
            self.joins,
        )

    def joined(self, new: Sequence[tuple[int, int, NDArray[np.int64]]]) -> Multipliers:
        """Return these multipliers with more separators (centre, area, separator), at no price yet."""
        return replace(
            self, joint=np.concatenate([self.joint, np.zeros(len(new))]), joins=self.joins.plus(new)
        )

    def priced_at(self, may: NDArray[np.bool_]) -> Multipliers:
        """Return these multipliers with the separators alone that have a price and a centre of some row (k, C)."""
        used = (self.joint > 0) & may[:, self.joins.centre].any(axis=0)
        return replace(self, joint=self.joint[used], joins=self.joins.only(used))

    def among(self, keep: NDArray[np.int64]) -> Multipliers:
        """Return the same multipliers where only these candidates (numbers) are left."""
        number = np.full(self.over.shape[1], -1, dtype=np.int64)
        number[keep] = np.arange(keep.size)
        left = self.priced_at(number[None] >= 0)
        return replace(
            left, over=self.over[:, keep], under=self.under[:, keep], joins=left.joins.renamed(number)
        )


def by_districts(d: Districting) -> bool:
    """Return whether the bound by real districts (:mod:`.districts`) knows more than that by knapsacks."""
    return d.contiguity and not d.slack_areas and bool(d.weight.size)


class Relaxation:
    """The relaxed problem for given multipliers: prices, matching, slope, and what each pair needs."""

    def __init__(self, d: Districting, s: Slots, allowed: NDArray[np.bool_], branches: int = 0) -> None:
        self.d, self.s, self.branches = d, s, branches
        self.cost = np.where(allowed, d.cost, np.inf)
        self.starts = np.concatenate([[0], np.cumsum(allowed.sum(axis=1))]).astype(np.int64)
        self.items = np.nonzero(allowed)[1].astype(np.int64)
        self.held = np.flatnonzero((s.state == 1).any(axis=0))
        self.in_one_piece = d.contiguity and not d.slack_areas
        self.group_may = s.group_may()
        self.room = np.inf
        self.critical: NDArray[np.float64] = np.zeros((d.cost.shape[0], len(s.state)))
        self.corridors = self.group_may.T & (s.state == 1).any(axis=1) & self.in_one_piece
        self.exact = branches > 0 and by_districts(d)
        self.looks = self.group_may.T if self.exact else self.corridors
        self.unused = np.full(self.looks.shape, RECENT)  # rounds since the matching chose a seat
        self.takes: dict[tuple[int, int], NDArray[np.float64]] = {}
        self.taken: NDArray[np.float64] = np.zeros((0, d.n))
        """What each seat took (k, n) in the last slope."""
        self.raised = np.zeros(self.looks.shape)
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
        """Return multipliers to begin with: each area at what its k-th best centre costs."""
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
        cost = self._with_sums(m)
        constant = np.zeros((cost.shape[0], len(self.s.state)))
        if m.over.any() or m.under.any():
            unit = self.more_unit[:, None]
            cost = cost + ((m.over - m.under) / unit).T @ self.more
            high = np.where(np.isfinite(self.highs), self.highs, 0.0)
            constant = (m.under / unit).T @ self.lows - (m.over / unit).T @ high
        self.latest = m, cost, constant
        return cost, constant

    def _with_sums(self, m: Multipliers) -> NDArray[np.float64]:
        """Return the cost of each pair (C, n) with (5) and separators priced in."""
        cost = self.cost
        if m.mu.any():
            cost = np.asarray(cost + np.tensordot(m.mu / self.side_unit, self.d.side, axes=1))
        if m.joint.any():
            cost = cost.copy() if cost is self.cost else cost
            m.joins.add_to(cost, m.joint)
        return cost

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

    def joined(self, m: Multipliers) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Return :meth:`values` with the corridors of each seat that a better plan may have, and which these are."""
        value, critical = self.values(m)
        # a seat further above the best than there is room for is in no better plan, corridor or not
        near = self.corridors & (value < value.min(axis=0) + np.float64(self.room))
        self._join(m, near, value, critical)
        return value, critical, near

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
                *_seats(seats), d.starts, d.neighbours, value,
            )  # fmt: skip

    def solve(self, m: Multipliers) -> tuple[float, NDArray[np.int64], NDArray[np.int64]] | None:
        """Return the bound and the centres and groups chosen; None where they cannot be matched.

        Corridors and real districts take most of the time and only add: they are looked at where the matching chooses
        a seat, until it chooses none that was not looked at. The seats of the last rounds come first.
        """
        value, self.critical = self.values(m)
        self.unused += 1
        chosen = self._chosen(m, value, self.looks & (self.unused < RECENT), np.zeros_like(self.corridors))
        if chosen is None:
            return None
        centres, groups = chosen
        bound = float(m.alpha.sum() + value[centres, groups].sum()) - self._limits(m) - self._lost(m)
        return bound, centres, groups

    def _chosen(
        self,
        m: Multipliers,
        value: NDArray[np.float64],
        now: NDArray[np.bool_],
        joined: NDArray[np.bool_],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Match, and raise the value of these and of all chosen seats (C, G) by what is dear to look at.

        Seats that are ``joined`` have their corridors already.
        """
        looked = np.zeros_like(self.looks)
        self.takes, self.raised = {}, np.zeros(value.shape)
        while True:
            self._join(m, now & self.corridors & ~joined, value, self.critical)
            if self.exact and np.isfinite(self.room):
                self._as_districts(m, now, value)
            looked |= now
            matched = match(value, self.s)
            if matched is None:
                return None
            self.unused[matched] = 0
            now = self.looks & (self.unused == 0) & ~looked
            if not now.any():
                return matched

    def _as_districts(self, m: Multipliers, seats: NDArray[np.bool_], value: NDArray[np.float64]) -> None:
        """Raise the value of these seats (C, G) to what a real district costs at least."""
        d, s = self.d, self.s
        centres, groups = _seats(seats & (value < NEVER / 2))
        if not centres.size:
            return
        priced, constant = self.priced(m)
        before = value[centres, groups]
        bound, total = np.empty(centres.size), np.empty(centres.size)
        take = np.empty((centres.size, d.n))
        districts.price(
            m.alpha, self._with_sums(m), priced, constant, d.weight, d.centre_area, s.lows, s.highs, s.state,
            self.critical, before, self.room, self.branches, centres, groups, d.starts, d.neighbours,
            bound, total, take,
        )  # fmt: skip
        value[centres, groups] = np.clip(bound, before, NEVER)
        self.raised[centres, groups] = value[centres, groups] - before
        for row in np.flatnonzero(np.isfinite(total)).tolist():
            self.takes[int(centres[row]), int(groups[row])] = take[row]

    def _limits(self, m: Multipliers) -> float:
        return float((m.mu / self.side_unit * self.d.side_limit).sum()) if m.mu.size else 0.0

    def _lost(self, m: Multipliers) -> float:
        lost = _rounding(m.alpha, self.d)
        if m.mu.any():
            size = np.abs(self.d.side).max(axis=(1, 2)) * self.d.n + np.abs(self.d.side_limit)
            lost += float(np.finfo(np.float64).eps * self.d.n * (m.mu / self.side_unit * size).sum())
        if m.joint.size:
            size = float((m.joint * (1 + m.joins.sizes)).sum())
            lost += float(np.finfo(np.float64).eps) * self.d.n * (self.d.k + 1) * size
        if m.over.any() or m.under.any():
            size = self.more.sum(axis=1)[:, None] * (m.over + m.under) / self.more_unit[:, None]
            lost += float(np.finfo(np.float64).eps * self.d.n * size.sum())
        return lost

    def slope(
        self, m: Multipliers, centres: NDArray[np.int64], groups: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return a supergradient at multipliers just solved: what these seats take too little and too much of.

        One number for each multiplier, in their order (:meth:`Multipliers.moved`) and scaled units.
        """
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
        for row, seat in enumerate(zip(centres.tolist(), groups.tolist(), strict=True)):
            take[row] = self.takes.get(seat, take[row])  # the windows' prices follow the knapsack's
        mu = np.zeros_like(m.mu)
        if m.mu.size:
            used_side = np.array([float((row[centres] * take).sum()) for row in d.side])
            mu = (used_side - d.side_limit) / self.side_unit
            mu = np.where((m.mu <= 0) & (mu < 0), 0.0, mu)
        self.taken = take
        joint = m.joins.broken(centres, take, d.cost.shape[0]) if m.joint.size else m.joint
        joint = np.where((m.joint <= 0) & (joint < 0), 0.0, joint)
        return np.concatenate([1.0 - take.sum(axis=0), mu, over.ravel(), under.ravel(), joint])

    def needs(self, m: Multipliers) -> NDArray[np.float64]:
        """Return what a plan costs at least if centre j serves area i, shape (C, n); inf where it cannot.

        Opening j instead of the worst chosen centre costs the difference of their values; taking i into the
        knapsack of j costs at least its reduced cost at the critical ratio (linear programming duality), in one
        piece that of every area on the way (:mod:`.corridors`).
        """
        d, s = self.d, self.s
        cost = self.priced(m)[0]
        value, critical, joined = self.joined(m)
        if self.exact:
            self.critical = critical
            self._chosen(m, value, np.zeros_like(self.looks), joined)
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
            more = np.maximum(away[row] - self.raised[j, g], 0.0)  # what raised the value is counted already
            needs[j] = np.minimum(needs[j], m.alpha.sum() + least[j, g] + more - lost)
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


def _seats(which: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return centre and group of these seats (C, G), in arrays of one layout: compiled loops are made for each."""
    centres, groups = np.nonzero(which)
    return np.ascontiguousarray(centres), np.ascontiguousarray(groups)


def _rounding(alpha: NDArray[np.float64], d: Districting) -> float:
    """Return what the sums behind a bound may have lost to rounding: it matters where multipliers have run away."""
    size = float(np.abs(alpha).sum() + np.abs(d.cost).max(initial=0.0) * d.n)
    return float(np.finfo(np.float64).eps) * d.n * (d.k + 1) * size
