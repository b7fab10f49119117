"""Compiled dynamic programming along a sweep: what a district costs at least, and every district that is cheap enough.

State of a step: which of the waiting areas the district has. :func:`backward` gives the least cost of what is still
to come for every state and every amount of work still to come (in bins); :func:`forward` goes through the districts one
area at a time with exact amounts and exact contiguity, and turns round where that cost says that nothing is left.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NEVER = 1 << 29
"""A cost that no district has."""
OPEN, FULL, CROWDED = 0, 1, 2
"""How a forward pass ended: everything seen, no more room for districts, no more steps allowed."""


@njit(cache=True, nogil=True)
def backward(  # type: ignore[no-untyped-def]
    table, order, slot, drop, waiting, starts, links, at, length, price, state, bins
):
    """Fill ``table`` (n + 1, 2 ** width, R): the least cost of the areas from step t on, taking r bins of work."""
    n, rows = order.size, table.shape[2]
    table[n] = NEVER
    table[n, 0, 0] = 0
    for t in range(n - 1, -1, -1):
        v = order[t]
        there = table[t + 1]
        for s in range(table.shape[1]):
            here = table[t, s]
            if s & ~waiting[t]:
                continue
            out, taken = 0, -price[v]
            for e in range(starts[t], starts[t + 1]):
                if links[e] >= 0:
                    if (s >> at[e]) & 1:
                        out += length[links[e]]
                    else:
                        taken += length[links[e]]
            left = s & ~drop[t]
            if state[v] == 1:
                here[:] = NEVER
            else:
                for r in range(rows):
                    here[r] = min(NEVER, there[left, r] + out)
            if state[v] != 2:
                own = left | (1 << slot[t]) if slot[t] >= 0 else left
                b = bins[v]
                for r in range(b, rows):
                    here[r] = min(here[r], there[own, r - b] + taken)


@njit(cache=True, nogil=True)
def _least(row, first, last):  # type: ignore[no-untyped-def]
    found = NEVER
    for r in range(max(0, first), min(row.size - 1, last) + 1):
        found = min(found, row[r])
    return found


@njit(cache=True, nogil=True)
def _rest_fits(taken, starts, neighbours, work, lows, highs, mark, stack):  # type: ignore[no-untyped-def]
    """Can every piece of the rest of the map be made of whole districts, as far as their work goes?"""
    n = taken.size
    mark[:] = False
    for i in range(n):
        if taken[i] or mark[i]:
            continue
        mark[i] = True
        stack[0] = i
        top, total = 1, 0.0
        while top > 0:
            top -= 1
            u = stack[top]
            total += work[u]
            for e in range(starts[u], starts[u + 1]):
                v = neighbours[e]
                if not taken[v] and not mark[v]:
                    mark[v] = True
                    stack[top] = v
                    top += 1
        fits = False
        for j in range(lows.size):
            fits = fits or (lows[j] <= total and total <= highs[j])
        if not fits:
            return False
    return True


@njit(cache=True, nogil=True)
def forward(  # type: ignore[no-untyped-def]
    table, order, slot, drop, starts, links, at, length, price, state, work, low, high, bin_, over, under,
    contiguity, map_starts, map_neighbours, rest_low, rest_high, most_cost, keep_best, found, costs, most_steps,
    mask, cost, load, tried, second, piece, taken, going,
):  # fmt: skip
    """Find districts that cost at most ``most_cost``, area by area in the order of the sweep.

    ``over`` and ``under`` (n + 1,): by how many bins the rounded amounts from step t on may be above or below the
    exact ones. With ``keep_best`` the limit falls to the cost of the best one found less one, so that the last found
    is the cheapest of all. ``found`` (c, n) and ``costs`` (c,) take the districts, in a circle where they are too many
    and ``keep_best``. The rest is where the search stands, all zeros to begin with, so that it can go on after
    ``most_steps``: per depth which areas wait, cost, work, ways tried, bound of the second way, the piece of the
    district that each waiting area is in (n + 1, width); what is taken (n,); ``going`` (found, depth, limit).
    Return how it ended.
    """
    n, width = order.size, piece.shape[1]
    mark = np.zeros(n, np.bool_)
    stack = np.zeros(n, np.int64)
    count, t, steps = going[0], going[1], 0
    if going[2] != 0:
        most_cost = going[2]
    while t >= 0:
        if tried[t] == 2:
            taken[order[t]] = False
            t -= 1
            continue
        steps += 1
        if steps > most_steps:
            going[0], going[1], going[2] = count, t, most_cost
            return CROWDED
        v = order[t]
        s = mask[t]
        if tried[t] == 0:
            # the cheaper way first: what either leads to at least
            out, own = NEVER, NEVER
            for c in range(2):
                if state[v] == (1 if c == 0 else 2):
                    continue
                paid = cost[t] - (price[v] if c else 0)
                for e in range(starts[t], starts[t + 1]):
                    if links[e] >= 0 and ((s >> at[e]) & 1) != c:
                        paid += length[links[e]]
                left = s & ~drop[t]
                if c and slot[t] >= 0:
                    left |= 1 << slot[t]
                amount = load[t] + (work[v] if c else 0.0)
                if amount > high:
                    continue
                first = int(np.floor((low - amount) / bin_)) - under[t + 1]
                last = int(np.ceil((high - amount) / bin_)) + over[t + 1]
                ahead = _least(table[t + 1, left], first, last)
                if ahead < NEVER:
                    if c:
                        own = paid + ahead
                    else:
                        out = paid + ahead
            if own <= out:
                choice, other_bound = 1, out
            else:
                choice, other_bound = 0, own
            second[t] = other_bound
            mine = min(own, out)
            tried[t] = 1
            # taken says which way was first
            taken[v] = choice == 1
            if mine > most_cost:
                tried[t] = 2
                continue
        else:
            tried[t] = 2
            if second[t] > most_cost:
                continue
            choice = 0 if taken[v] else 1
            taken[v] = choice == 1
        # go on with the choice
        paid = cost[t] - (price[v] if choice else 0)
        for e in range(starts[t], starts[t + 1]):
            if links[e] >= 0 and ((s >> at[e]) & 1) != choice:
                paid += length[links[e]]
        left = s & ~drop[t]
        if choice and slot[t] >= 0:
            left |= 1 << slot[t]
        amount = load[t] + (work[v] if choice else 0.0)
        done = False
        if contiguity:
            pieces = piece[t + 1]
            for p in range(width):
                pieces[p] = piece[t, p] if (s >> p) & 1 else -1
            new = -1
            if choice:
                new = t + 1
                for e in range(starts[t], starts[t + 1]):
                    if (s >> at[e]) & 1 and pieces[at[e]] != new:
                        old = pieces[at[e]]
                        for p in range(width):
                            if pieces[p] == old:
                                pieces[p] = new
            # pieces that nobody who waits belongs to any more are closed
            closed = 0
            if choice and slot[t] < 0:
                alive = False
                for p in range(width):
                    alive = alive or (((s & ~drop[t]) >> p) & 1 and pieces[p] == new)
                closed += not alive
            for p in range(width):
                if (drop[t] >> p) & 1 and (s >> p) & 1 and pieces[p] >= 0:
                    own_piece = pieces[p]
                    alive = choice == 1 and slot[t] >= 0 and own_piece == new
                    for o in range(width):
                        alive = alive or (((s & ~drop[t]) >> o) & 1 and pieces[o] == own_piece)
                    if not alive:
                        counted = own_piece == new and choice == 1 and slot[t] < 0
                        for o in range(p):
                            counted = counted or (
                                (drop[t] >> o) & 1 and (s >> o) & 1 and pieces[o] == own_piece
                            )
                        closed += not counted
            if closed > 1 or (closed == 1 and left):
                continue
            for p in range(width):
                if (drop[t] >> p) & 1:
                    pieces[p] = -1
            if choice and slot[t] >= 0:
                pieces[slot[t]] = new
            done = closed == 1
        if done or t == n - 1:
            complete = (low <= amount and amount <= high and paid <= most_cost) and (
                choice == 1 or taken.any()
            )
            if complete:
                for later in range(t + 1, n):
                    complete = complete and state[order[later]] != 1
                    taken[order[later]] = False
            if complete and contiguity:
                complete = _rest_fits(
                    taken, map_starts, map_neighbours, work, rest_low, rest_high, mark, stack
                )
            if complete:
                if count >= costs.size and not keep_best:
                    going[0] = count
                    return FULL
                found[count % costs.size] = taken
                costs[count % costs.size] = paid
                count += 1
                if keep_best:
                    most_cost = paid - 1
            continue
        mask[t + 1] = left
        cost[t + 1] = paid
        load[t + 1] = amount
        tried[t + 1] = 0
        t += 1
    going[0] = count
    return OPEN
