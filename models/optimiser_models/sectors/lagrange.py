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
to a district needs a corridor to its centre, which is priced (:mod:`.corridors`). Where districts have few areas, (3)
and (4) are kept by whole areas in one piece (:mod:`.districts`): the bound is then that of choosing among all
districts there can be, as by column generation.

Held, Wolfe and Crowder (1974) for the steps; Hess et al. (1965) for the model.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.relaxation import Multipliers, Relaxation
from optimiser_models.sectors.slots import Slots

SHRINK, LEAST_REACH = 0.7, 0.01
MIX = 0.7
"""Share of the new slope in the direction of a step."""
SECOND_WIND = 0.1
"""A wind that closed less than this share of the gap is the last."""
LEVEL = 1e-9
"""A slope below this is rounding: a step along it would be without end."""


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
    branches: int = 0,
    known: float = -np.inf,
    found: Callable[[int, NDArray[np.intp]], object] | None = None,
) -> Bound | None:
    """Improve the multipliers by deflected subgradient steps; None where the pairs cannot be matched at all.

    ``reach`` is the first step's share of the way to the aim: less where ``at`` is near the best already;
    ``patience`` the rounds without news after which it shrinks.
    ``incumbent`` is an upper bound (inf where there is none: the steps then aim a little above the bound).
    ``keep_going(bound)`` is asked each round; ``seats(centres, groups)`` hears the choice behind a better bound,
    ``every(districts, centres)`` that of every round. With ``branches`` seats are priced as real districts, each by at
    most so many branches, from the first round on where a ``known`` bound says how much room there is below the
    incumbent; ``found(centre, areas)`` hears those chosen.
    """
    relaxed = Relaxation(d, s, allowed, branches)
    relaxed.room = max(incumbent - known, 0.0)
    m = at or relaxed.first()
    best, best_at = -np.inf, m
    direction, stale, first_reach, before = np.zeros(d.n), 0, reach, -np.inf
    needs, seen = np.full(d.cost.shape, -np.inf), None
    for _ in range(rounds):
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
