"""Continuous knapsacks with a floor and a ceiling: what a centre would serve at given prices of the areas.

Compiled: :mod:`.lagrange` solves one for every centre and group of districts in each round.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

PATIENCE = 16
"""Shifts for each item before an ordinary sort takes over."""


@njit(cache=True)
def fill(alpha, cost, work, own, low, high, state, take):  # type: ignore[no-untyped-def]
    """Solve one continuous knapsack; ``take`` gets the shares. Returns (value, critical ratio, feasible)."""
    n = alpha.size
    total = 0.0
    load = 0.0
    ratio = np.empty(n)
    for i in range(n):
        take[i] = 0.0
        r = cost[i] - alpha[i]
        if i == own or state[i] == 1:
            if not np.isfinite(r) or state[i] == 2:
                return 1e15, 0.0, False
            total += r
            load += work[i]
            take[i] = 1.0
            ratio[i] = np.inf
        elif state[i] == 2 or not np.isfinite(r):
            ratio[i] = np.inf
        elif work[i] > 0:
            ratio[i] = r / work[i]
        elif r < 0:
            total += r
            take[i] = 1.0
            ratio[i] = np.inf
        else:
            ratio[i] = np.inf
    critical = 0.0
    if load > high * (1 + 1e-9):
        return 1e15, 0.0, False
    for i in np.argsort(ratio):
        if not np.isfinite(ratio[i]):
            break
        room = (high if ratio[i] < 0 else low) - load
        if room <= 0:
            if ratio[i] < 0:
                critical = ratio[i]
            break
        if ratio[i] >= 0:
            critical = ratio[i]
        share = 1.0 if work[i] <= room else room / work[i]
        take[i] = share
        total += share * (cost[i] - alpha[i])
        load += share * work[i]
        if share < 1.0:
            critical = ratio[i]
            break
    if load < low * (1 - 1e-9):
        return 1e15, 0.0, False
    return total, critical, True


@njit(cache=True)
def at_ratio(alpha, cost, work, own, low, high, state, ratio):  # type: ignore[no-untyped-def]
    """Return what any filling costs at least by one price of work: a bound on :func:`fill`, equal at its ratio."""
    total = ratio * (low if ratio > 0 else high) if ratio != 0 else 0.0
    for i in range(alpha.size):
        r = cost[i] - alpha[i] - ratio * work[i]
        if i == own or state[i] == 1 or (state[i] != 2 and r < 0):
            total += r
    return total


@njit(cache=True)
def _settle(ratio, at):  # type: ignore[no-untyped-def]
    """Sort ratios and what they belong to by insertion, since they lie nearly sorted; by a sort where they do not."""
    patience = PATIENCE * ratio.size
    for p in range(1, ratio.size):
        r, i = ratio[p], at[p]
        q = p - 1
        while q >= 0 and ratio[q] > r:
            ratio[q + 1], at[q + 1] = ratio[q], at[q]
            q -= 1
        ratio[q + 1], at[q + 1] = r, i
        patience -= p - 1 - q
        if patience < 0:
            order = np.argsort(ratio)
            ratio[:], at[:] = ratio[order], at[order]
            return


@njit(cache=True)
def seat(alpha, cost, items, work, own, low, high, state, locked, held, value, critical):  # type: ignore[no-untyped-def]
    """Solve the knapsacks of one centre for every group: sorted once, then a search in prefix sums each.

    ``items`` is left in the order of its ratios.
    """
    ratio, at, rest = np.empty(items.size), np.empty(items.size, np.int64), np.empty(items.size, np.int64)
    count = left = 0
    spare = 0.0
    for i in items:
        r = cost[i] - alpha[i]
        if work[i] > 0 and i != own and not locked[i] and np.isfinite(r):
            ratio[count] = r / work[i]
            at[count] = i
            count += 1
            continue
        if work[i] <= 0 and r < 0 and i != own and not locked[i]:
            spare += r
        rest[left] = i
        left += 1
    _settle(ratio[:count], at[:count])
    items[:count] = at[:count]  # as they lie now they will nearly lie in the next round
    items[count:] = rest[:left]
    filled, worth = np.zeros(count + 1), np.zeros(count + 1)
    n_cheap = 0
    for p in range(count):
        i = at[p]
        filled[p + 1] = filled[p] + work[i]
        worth[p + 1] = worth[p] + cost[i] - alpha[i]
        n_cheap += ratio[p] < 0
    for g in range(low.size):
        value[g], critical[g] = 1e15, 0.0
        total, load, fits = spare, 0.0, state[g, own] != 2
        fits = fits and np.isfinite(cost[own])
        total += cost[own] - alpha[own]
        load += work[own]
        for i in held:
            if i != own and state[g, i] == 1:
                fits = fits and np.isfinite(cost[i])
                total += cost[i] - alpha[i]
                load += work[i]
        if not fits or load > high[g] * (1 + 1e-9):
            continue
        room = high[g] - load
        last = n_cheap
        if filled[n_cheap] < low[g] - load:  # what is cheap is too little: go on up to the floor
            room = low[g] - load
            last = count
        if filled[last] <= room:
            if load + filled[last] < low[g] * (1 - 1e-9):
                continue
            value[g] = total + worth[last]
            if last > n_cheap:
                critical[g] = ratio[last - 1]
            continue
        p = min(np.searchsorted(filled[: last + 1], max(room, 0.0), side="right") - 1, last - 1)
        i = at[p]
        share = max(room - filled[p], 0.0) / work[i]
        value[g] = total + worth[p] + share * (cost[i] - alpha[i])
        critical[g] = ratio[p]


@njit(cache=True, parallel=True)
def price(alpha, cost, starts, items, work, own, low, high, state, locked, held, value, critical):  # type: ignore[no-untyped-def]
    """Solve the knapsacks of every centre: ``value`` and ``critical`` (C, G) are filled.

    ``items[starts[j]:starts[j + 1]]`` are the areas that centre j may serve, left in the order of their ratios;
    ``held`` are those locked to some district.
    """
    for j in prange(cost.shape[0]):
        mine = items[starts[j] : starts[j + 1]]
        seat(alpha, cost[j], mine, work, own[j], low, high, state, locked, held, value[j], critical[j])


@njit(cache=True)
def serve(alpha, cost, work, own, low, high, state, centres, groups):  # type: ignore[no-untyped-def]
    """Return what each chosen seat takes of each area, shape (k, n)."""
    take = np.empty((centres.size, alpha.size))
    for s in range(centres.size):
        g = groups[s]
        fill(alpha, cost[centres[s]], work, own[centres[s]], low[g], high[g], state[g], take[s])
    return take
