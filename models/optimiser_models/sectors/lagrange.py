r"""A lower bound on any districting, by Lagrangian relaxation of "every area belongs to one district".

    min  sum_j sum_i c_ji x_ji                                        (1)
    s.t. sum_j x_ji = 1                        for all i              (2)  relaxed with multipliers alpha_i
         L_s y_js <= sum_i w_i x_ji <= U_s y_js, x_ji <= y_j          (3)  one kind of work, exactly
         L_qs y_js <= sum_i w_qi x_ji <= U_qs y_js   further kinds    (4)  relaxed, over_qj and under_qj >= 0
         sum_j sum_i k_rji x_ji <= K_r          change, kept aims     (5)  relaxed, mu_r >= 0
         sum_j y_js = 1 for each district s, sum_s y_js <= 1          (6)
         x_ja <= sum_{v in S} x_jv              separators S          (7)  relaxed, lambda >= 0, as they are broken

For given multipliers each pair of centre j and district s is a continuous knapsack with a floor and a ceiling, solved
by sorting; the pairs are then matched (6). The bound ignores what is no sum over pairs, so it is valid with it. What
contiguous plans have in common sharpens it: separators that districts break get a price (:mod:`.joining`); an area that
no chain of areas within U_s joins to the centre cannot be served from it, and neither can one beyond the longest drive;
an area locked to a district needs a corridor to its centre, which is priced (:mod:`.corridors`). Where districts have
few areas, (3) and (4) are kept by whole areas in one piece (:mod:`.districts`): the bound is then that of choosing
among all districts there can be, as by column generation.

The prices climb by the volume algorithm: every step leads from the best prices known, along the mean of all slopes
met, later ones counting more. That mean is what the districts of a fractional plan take too little and too much of:
where it vanishes no prices are better. Steps along the last slope alone, from where the last one led, need many more.

Barahona and Anbil (2000) for the steps; Held, Wolfe and Crowder (1974) for their length; Hess et al. (1965) for the
model.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.joining import Joins, Mean
from optimiser_models.sectors.relaxation import Multipliers, Relaxation
from optimiser_models.sectors.slots import Slots

REACH, LONGEST_REACH, LEAST_REACH = 1.0, 2.0, 1e-4
"""Share of the way to the aim of the first step, of the longest, and of the last."""
GROW, SHRINK, PATIENCE = 1.1, 0.6, 4
"""What a step is made longer by where the last one paid and the way goes on, and shorter after rounds without news."""
LATEST, LEAST_LATEST, SMALLER = 0.3, 0.01, 0.5
"""Most that the latest slope counts for in the mean, at first and at least, and what makes it less."""
UNKNOWN = 0.05
"""How far above the bound steps aim where no plan is known, as a share of it, or of what areas cost as they go."""
CUT = 10
"""Rounds between two looks at the separators that the mean breaks."""
SLOW, LOOK = 0.01, 40
"""Share of the gap that so many rounds close where the latest slope is to count for less."""
LEVEL = 1e-9
"""A mean slope below this is rounding: a step along it would be without end."""


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
        return replace(self, at=self.at.among(keep), needs=self.needs[keep])


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
    reach: float = REACH,
    keep_going: Callable[[float], bool],
    seats: Callable[[NDArray[np.int64], NDArray[np.int64]], None] | None = None,
    every: Callable[[NDArray[np.int64], NDArray[np.int64]], None] | None = None,
    branches: int = 0,
    known: float = -np.inf,
    found: Callable[[int, NDArray[np.intp]], object] | None = None,
    on_the_way: bool = True,
) -> Bound | None:
    """Improve the multipliers; None where the pairs cannot be matched at all.

    ``reach`` is the first step's share of the way to the aim: less where ``at`` is near the best already.
    ``incumbent`` is an upper bound (inf where there is none: the steps then aim a little above the bound).
    ``keep_going(bound)`` is asked each round; ``seats(centres, groups)`` hears the choice behind a better bound,
    ``every(districts, centres)`` that of every round. With ``branches`` seats are priced as real districts, each by at
    most so many branches, from the first round on where a ``known`` bound says how much room there is below the
    incumbent; ``found(centre, areas)`` hears those chosen. Pairs are ruled out by the best prices in the end, and
    by those ``on_the_way`` too, each of which takes the time of some ten rounds.
    """
    relaxed = Relaxation(d, s, allowed, branches)
    relaxed.room = max(incumbent - known, 0.0)
    best, best_at = -np.inf, at or relaxed.first()
    m, mean, latest = best_at, np.zeros(0), LATEST * min(reach, 1.0)
    served = Mean(d, m.joins) if relaxed.in_one_piece and not relaxed.exact else None
    stale, looked, usual = 0, -np.inf, abs(float(relaxed.first().alpha.sum()))
    needs, seen = np.full(d.cost.shape, -np.inf), None
    for count in range(rounds):
        solved = relaxed.solve(m)
        if solved is None:
            return None
        bound, centres, groups = solved
        if found is not None:
            for seat in zip(centres.tolist(), groups.tolist(), strict=True):
                if seat in relaxed.takes:
                    found(seat[0], np.flatnonzero(relaxed.takes[seat]))
        if every is not None:
            every(np.arange(d.k), centres)
        better = bound > best
        stale = 0 if better else stale + 1
        if better:
            best, best_at = bound, m
            relaxed.room = max(incumbent - best, 0.0)
            if seats is not None:
                seats(centres, groups)
        if not keep_going(best):
            break
        slope = relaxed.slope(m, centres, groups)
        onward = better and (not mean.size or float(mean @ slope) >= 0)
        share = _share(mean, slope, latest)
        mean = mean + share * (slope - mean) if mean.size else slope
        if served is not None:
            served.hear(centres, relaxed.taken, share)
            if count % CUT == CUT - 1 and (new := served.breaks()):
                joined = best_at.joined(new)
                seen = joined if seen is best_at else seen
                best_at, mean = joined, np.concatenate([mean, served.broken(Joins.none().plus(new))])
        if onward:
            reach = min(LONGEST_REACH, GROW * reach)
        elif stale >= PATIENCE:
            reach, stale = max(SHRINK * reach, LEAST_REACH), 0
            if on_the_way and best_at is not seen:  # each of the best prices rules out pairs of its own
                needs, seen = np.maximum(needs, relaxed.needs(best_at)), best_at
        aim = incumbent if np.isfinite(incumbent) else best + UNKNOWN * max(abs(best), usual)
        if count % LOOK == LOOK - 1:
            if best - looked < SLOW * (aim - best):
                if latest <= LEAST_LATEST:
                    break
                latest = max(SMALLER * latest, LEAST_LATEST)
            looked = best
        steepness = float(mean @ mean)
        if steepness < LEVEL:
            break
        m = best_at.moved(reach * max(aim - best, 1e-6 * abs(best)) / steepness * mean)
    return Bound(best_at, best, np.maximum(needs, relaxed.needs(best_at)))


def _share(mean: NDArray[np.float64], slope: NDArray[np.float64], most: float) -> float:
    """Return what a new slope counts for: so that the mean is as flat as can be, at most so much, and a tenth of it."""
    if not mean.size:
        return 1.0
    turn = slope - mean
    length = float(turn @ turn)
    return most if length <= 0 else min(max(-float(mean @ turn) / length, most / 10), most)
