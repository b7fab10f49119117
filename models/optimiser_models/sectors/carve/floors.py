r"""What the districts of a region cost at least, at prices of its areas made for it, compiled.

A region of areas R must be filled by m districts. For any prices alpha they cost at least

    sum_{i in R} alpha_i + sum of the m least V_j,   V_j = min sum_i (c_ji - alpha_i) y_i,  work in [L, U], 0 <= y <= 1

which the prices of the whole map bound badly once districts are gone from it: a few steps of the subgradient from them
(Held, Wolfe and Crowder 1974) end most regions before a single district of them is carved.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimiser_models.sectors.knapsack import fill

UNKNOWN = 0.05
"""How far above the best bound steps aim where no plan is known, as a share of it or of the first prices."""
STALE = 4
"""Rounds without a better bound after which steps are halved."""
LEAST_STEP = 0.05


@njit(cache=True)
def price(alpha, cost, work, own, low, high, m, budget, rounds):  # type: ignore[no-untyped-def]
    """Improve prices (n,) in place until they prove ``budget`` or rounds end.

    Parameters
    ----------
    cost
        Shape (C, n) in the region's own numbers, inf where a centre may not serve an area; ``own`` (C,) its centres.

    Returns
    -------
    The bound, and V_j and the price of work of each centre (C,) at the best prices; inf where no m seats are left.
    """
    n, n_seats = alpha.size, own.size
    free = np.zeros(n, np.int8)
    takes = np.empty((n_seats, n))
    value, theta = np.empty(n_seats), np.empty(n_seats)
    best, best_alpha = -np.inf, alpha.copy()
    best_value, best_theta = value.copy(), theta.copy()
    factor, stale, usual = 1.0, 0, abs(alpha.sum())
    for _ in range(rounds):
        for j in range(n_seats):
            v, ratio, fits = fill(alpha, cost[j], work, own[j], low, high, free, takes[j])
            value[j], theta[j] = (v, ratio) if fits else (np.inf, 0.0)
        order = np.argsort(value)
        if order.size < m or value[order[m - 1]] == np.inf:
            best = np.inf
            break
        bound = alpha.sum()
        slope = np.ones(n)
        for j in order[:m]:
            bound += value[j]
            slope -= takes[j]
        stale += 1
        if bound > best:
            best, stale = bound, 0
            best_alpha[:], best_value[:], best_theta[:] = alpha, value, theta
        if best >= budget:
            break
        if stale == STALE:
            factor, stale = factor / 2, 0
            if factor < LEAST_STEP:
                break
        steep = (slope * slope).sum()
        if steep < 1e-12:
            break
        aim = budget if budget < np.inf else best + UNKNOWN * max(abs(best), usual)
        alpha += factor * max(aim - bound, 0.0) / steep * slope
    alpha[:] = best_alpha
    return best, best_value, best_theta
