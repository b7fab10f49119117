r"""District by district: every way to carve a connected, balanced district out of what is left of a map, compiled.

A region that m districts must fill is carved at the area whose district has the fewest areas to choose from
(:func:`.shapes.narrowest`): each connected set S that holds it and has work from L to U is tried, area by area (take,
leave). What S leaves falls into pieces; each piece is a region of its own, with the one number of districts that its
work allows. A branch ends where

1. S and the pieces it leaves cannot have the work they must have (:func:`.shapes.can_be`);
2. no plan below the best one is left: with prices alpha made for the region (:mod:`.floors`) its m districts cost at
   least the sum of the prices and of the m least V_j, and one that holds S and not X

       V_j(S, X) >= theta_j (L or U) + sum_{i in S} r_ji + sum_{i open} min(0, r_ji),
       r_ji = c_ji - alpha_i - theta_j w_i

   for any price theta_j of work (linear programming duality), so that each area taken or left adds its own share. What
   S takes the others must do without, which adds to theirs as if they left it.

Regions that hold nothing below a value are remembered with it. Ends with the cheapest plan or the proof of none.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimiser_models.sectors.carve import floors
from optimiser_models.sectors.carve.shapes import (
    LEFT,
    OPEN,
    TAKEN,
    can_be,
    heaviest_next,
    key_of,
    n_districts,
    narrowest,
    spread,
)

REMEMBERED = 3_000_000
"""Regions remembered at most, about 300 MiB."""
ROUNDS = 100
"""Rounds in which a region gets prices of its own."""


@njit(cache=True)
def _seat(state, wanted, cost, own):  # type: ignore[no-untyped-def]
    """Return (cost, centre) of the areas whose state is ``wanted`` as a district; cost (C, n), inf where barred."""
    best, at = np.inf, -1
    for j in range(own.size):
        if state[own[j]] == wanted:
            total = 0.0
            for i in range(state.size):
                if state[i] == wanted:
                    total += cost[j, i]
                    if total >= best:
                        break
            if total < best:
                best, at = total, j
    return best, at


@njit(cache=True)
def _least(value, m):  # type: ignore[no-untyped-def]
    """Return the sum of the m least values, which are overwritten."""
    total = 0.0
    for _ in range(m):
        at = np.argmin(value)
        total += value[at]
        value[at] = np.inf
    return total


@njit(cache=True)
def _adds(cost, alpha, theta, work, own):  # type: ignore[no-untyped-def]
    """Return what taking and what leaving each area adds to V_j, shape (n, C) each."""
    n, n_seats = alpha.size, own.size
    taking, leaving = np.empty((n, n_seats)), np.empty((n, n_seats))
    for i in range(n):
        for j in range(n_seats):
            r = cost[j, i] - alpha[i] - theta[j] * work[i]
            taking[i, j] = max(r, 0.0)
            leaving[i, j] = max(-r, 0.0)
    for j in range(n_seats):
        taking[own[j], j], leaving[own[j], j] = 0.0, np.inf
    return taking, leaving


@njit(cache=True)
def _region(areas, whole):  # type: ignore[no-untyped-def]
    """Return the region of some areas in numbers of its own: (work, own, starts, neighbours, cost (C, n), centres)."""
    work_of, _, _, own_of, starts_of, neighbours_of, cost_of = whole
    n = areas.size
    number = np.full(work_of.size, -1)
    number[areas] = np.arange(n)
    starts = np.zeros(n + 1, np.int64)
    neighbours = np.empty(neighbours_of.size, np.int64)
    filled = 0
    for u in range(n):
        for e in range(starts_of[areas[u]], starts_of[areas[u] + 1]):
            v = number[neighbours_of[e]]
            if v >= 0:
                neighbours[filled] = v
                filled += 1
        starts[u + 1] = filled
    centres = np.flatnonzero(number[own_of] >= 0)
    cost = np.empty((centres.size, n))
    for j in range(centres.size):
        for u in range(n):
            cost[j, u] = cost_of[centres[j], areas[u]]
    return work_of[areas], number[own_of[centres]], starts, neighbours[:filled].copy(), cost, centres


@njit(cache=True)
def _leave(m, state, window, own, starts, neighbours, work, alpha, value, pieces, spare):  # type: ignore[no-untyped-def]
    """Part what a district leaves of its region into pieces and return the least they can cost, inf where they cannot.

    ``pieces``: piece of each area (n,), -1 outside; districts of each piece, the least each costs, and a queue.
    """
    of, made, least, done, queue = pieces
    of[:] = -1
    done[:] = False
    count, districts, total = 0, 0, 0.0
    for i in range(state.size):
        if state[i] == TAKEN or done[i]:
            continue
        size = spread(i, state, TAKEN, starts, neighbours, done, queue)
        load, priced = 0.0, 0.0
        for q in range(size):
            of[queue[q]] = count
            load += work[queue[q]]
            priced += alpha[queue[q]]
        here = n_districts(load, window[0], window[1])
        districts += here
        if here == 0 or districts > m - 1:
            return np.inf, 0
        spare[:] = np.inf
        for j in range(own.size):
            if of[own[j]] == count:
                spare[j] = value[j]
        least[count] = priced + _least(spare, here)
        made[count] = here
        total += least[count]
        count += 1
    return (total, count) if districts == m - 1 else (np.inf, 0)


@njit(cache=True, nogil=True)
def carve(areas, m, budget, name, top, whole, alpha_of, room, stop, counts, memo):  # type: ignore[no-untyped-def]
    """Return the cost of the cheapest plan of a region below ``budget``, inf where there is none.

    Parameters
    ----------
    areas
        The region's areas, rising.
    name
        The first of the m districts' numbers.
    top
        Shape (1,): the value to beat, lowered as plans of the whole map are found; shape (0,) within.
    whole
        (work (n,), low, high, own (C,), starts, neighbours, cost (C, n), inf where a centre may not serve an area).
    alpha_of
        Prices to begin with, shape (n,): those of the region are left at its best ones, for the region to come.
    room
        A row for each m of the best plan's labels (k + 1, n) and seats (k + 1, k).
    stop, counts
        Shape (1,) to be raised by whoever stops it; (branches, regions remembered).
    """
    labels, seats = room
    label, seat = labels[m], seats[m]
    work, own, starts, neighbours, cost, centres = _region(areas, whole)
    n, window = areas.size, (whole[1], whole[2])
    state = np.full(n, OPEN, np.int8)
    if m == 1:
        total, j = _seat(state, OPEN, cost, own)
        if total >= budget:
            return np.inf
        label[areas] = name
        seat[name] = centres[j]
        return total
    key = key_of(areas)
    if key in memo and memo[key] >= budget:
        return np.inf
    # what the others may have at most, and must have at least, is left for each district
    load = work.sum()
    low, high = max(window[0], load - (m - 1) * window[1]), min(window[1], load - (m - 1) * window[0])
    alpha = alpha_of[areas]
    bound, floor, theta = floors.price(alpha, cost, work, own, low, high, m, budget, ROUNDS)
    alpha_of[areas] = alpha
    if bound >= budget:
        if len(memo) < REMEMBERED:
            memo[key] = budget
        return np.inf
    below = alpha_of.copy()
    taking, leaving = _adds(cost, alpha, theta, work, own)
    priced, spare = alpha.sum(), np.empty(own.size)
    root = narrowest(work, high, starts, neighbours)
    near, done, queue = np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.empty(n, np.int64)
    pieces = np.empty(n, np.int64), np.empty(m, np.int64), np.empty(m), done, queue
    draft, draft_seat = np.empty(label.size, np.int64), np.empty(seat.size, np.int64)
    path, turn = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    value, other = np.empty((n + 2, own.size)), np.empty((n + 2, own.size))
    found, load, level, fresh = np.inf, work[root], 0, True
    state[root] = TAKEN
    value[1], other[1] = floor + taking[root], floor + leaving[root]
    while True:
        counts[0] += 1
        if stop[0]:
            return found
        limit = min(budget, found)
        if top.size:
            limit = min(limit, top[0])
        spare[:] = other[level + 1]
        going = priced + value[level + 1].min() + _least(spare, m - 1) < limit and can_be(
            root, load, m, state, work, low, high, window, starts, neighbours, near, done, queue
        )
        if going and fresh and load >= low:
            total, j = _seat(state, TAKEN, cost, own)
            if total < limit:
                others, count = _leave(
                    m, state, window, own, starts, neighbours, work, alpha, other[level + 1], pieces, spare
                )
                total += others
            if total < limit:
                for i in range(n):
                    draft[areas[i]] = name
                draft_seat[name] = centres[j]
                following = name + 1
                of, made, least = pieces[0].copy(), pieces[1].copy(), pieces[2].copy()
                for p in np.argsort(made[:count]):
                    left = limit - (total - least[p])
                    mine = areas[of == p]
                    paid = carve(
                        mine, made[p], left, following, top[:0], whole, below, room, stop, counts, memo
                    )
                    if paid >= left:
                        total = np.inf
                        break
                    total += paid - least[p]
                    draft[mine] = labels[made[p], mine]
                    draft_seat[following : following + made[p]] = seats[
                        made[p], following : following + made[p]
                    ]
                    following += made[p]
                if total < limit:
                    found = total
                    label[areas] = draft[areas]
                    seat[name:following] = draft_seat[name:following]
                    if top.size:
                        top[0] = total
        v = heaviest_next(state, near, starts, neighbours, work) if going else -1
        if v >= 0:
            level += 1
            path[level], turn[level] = v, 0
            fresh = load + work[v] <= high
        else:  # back to the last area that was taken; now it is left
            while level > 0 and turn[level] == 1:
                state[path[level]] = OPEN
                level -= 1
            if level == 0:
                break
            v = path[level]
            load -= work[v]
            fresh = False
        if fresh:
            state[v] = TAKEN
            load += work[v]
            value[level + 1] = value[level] + taking[v]
            other[level + 1] = other[level] + leaving[v]
        else:
            state[v], turn[level] = LEFT, 1
            value[level + 1] = value[level] + leaving[v]
            other[level + 1] = other[level]
    if len(memo) < REMEMBERED:
        memo[key] = min(budget, found)
        counts[1] = len(memo)
    return found
