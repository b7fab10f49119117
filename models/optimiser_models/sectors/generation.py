r"""The bound by real districts and the set partition of those known, by turns: each says where the other goes on.

The linear relaxation of the set partition (:mod:`.pool`) prices areas, further sums and groups of alike districts. The
bound (:mod:`.relaxation`) is asked between its own best prices and these,

    alpha = (1 - t) alpha_best + t alpha_pool

and the districts that it finds cheaper than they are priced join the pool, whose relaxation comes down while the bound
goes up, towards each other. t grows where nothing new is found, and shrinks where the bound is far below the best.

Dantzig and Wolfe (1960); Wentges (1997) for the weighted prices; Mehrotra, Johnson and Nemhauser (1998) for districts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.lagrange import Bound
from optimiser_models.sectors.pool import Pool, Prices
from optimiser_models.sectors.relaxation import Multipliers, Relaxation
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.slots import Slots
from optimiser_models.sectors.starts import remember

SHARE, LEAST_SHARE = 0.15, 0.1
"""The pool's share in the prices at first, and the least of it."""
GROW, SHRINK = 1.3, 0.8
FEW = 10
"""New districts below which the pool's share grows."""
FAR = 0.002
"""Share of the bound by which prices may do worse than the best before the pool's share shrinks."""
CHEAPER = 1e-9
"""Share of the plan's cost by which a new district is cheaper than its price."""


def climb(
    run: Run, slots: Slots, allowed: NDArray[np.bool_], bound: Bound, seconds: float, branches: int
) -> Bound | None:
    """Improve a bound for a while, with at most so many branches for each seat; new districts join the run's pool.

    None where not a single round was done.
    """
    if run.best is None:
        return None
    d, cost = run.d, run.best.cost
    relaxed = Relaxation(d, slots, allowed, branches)
    until = run.report.elapsed_s() + seconds
    best, at, share, took_s, rounds = bound.value, bound.at, SHARE, 0.0, 0
    # what pairs need takes a round too
    while not run.done() and run.report.elapsed_s() + 2 * took_s < until:
        began = run.report.elapsed_s()
        prices = run.pool.prices(run, until - 2 * took_s)
        if prices is None or run.done() or run.report.elapsed_s() + took_s >= until:
            break
        relaxed.room = max(cost - best, 0.0)
        m = between(at, prices, share, relaxed.side_unit)
        solved = relaxed.solve(m)
        if solved is None:
            break
        rounds += 1
        value, centres, groups = solved
        new = sum(
            _joins(run.pool, d, prices, seat, np.flatnonzero(take), CHEAPER * abs(cost))
            for seat, take in relaxed.takes.items()
        )
        if not new and share >= 1:
            break
        if new < FEW:
            share = min(1.0, GROW * share)
        elif value < best - FAR * abs(best):
            share = max(LEAST_SHARE, SHRINK * share)
        if value > best:
            best, at = value, m
            remember(run, slots, centres, groups)
            run.prove(best)
        took_s = run.report.elapsed_s() - began
    if not rounds:
        return None
    if run.report.should_stop() or run.left_s() < took_s:
        return Bound(at, best, bound.needs)
    relaxed.room = max(cost - best, 0.0)
    return Bound(at, best, np.maximum(bound.needs, relaxed.needs(at)))


def between(m: Multipliers, prices: Prices, share: float, side_unit: NDArray[np.float64]) -> Multipliers:
    """Return multipliers that lie so far on the way to the pool's prices, which know no price of single windows."""
    own = 1 - share
    return Multipliers(
        own * m.alpha + share * prices.area,
        np.maximum(own * m.mu + share * prices.side * side_unit, 0.0),
        own * m.over,
        own * m.under,
    )


def _joins(
    pool: Pool,
    d: Districting,
    prices: Prices,
    seat: tuple[int, int],
    areas: NDArray[np.intp],
    least: float,
) -> bool:
    """Take a district into the pool if it is new and cheaper than its price; return whether."""
    centre, group = seat
    cost = d.cost[centre, areas].sum() + float((prices.side * d.side[:, centre, areas].sum(axis=1)).sum())
    if cost - prices.area[areas].sum() - prices.group[group] > -least:
        return False
    return pool.price(d, centre, areas)
