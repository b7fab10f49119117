r"""District by district: every way to carve a connected, balanced district out of what is left of a map, compiled.

A region that m districts must fill is carved at its heaviest area: each connected set S that holds it and has work
from L to U is tried, area by area (take, leave). What S leaves falls into pieces; each piece is a region of its own,
with the one number of districts that its work allows. A branch ends where

1. S cannot reach L, or what must belong to it exceeds U;
2. a piece with an area that is left out has less work than L, or there are more such pieces than districts left;
3. no plan below the best one is left: of the region's areas R with prices alpha, any m districts cost at least

    sum_{i in R} alpha_i + sum of the m least V_j(S, X),
    V_j = min over sets that hold S and not X, with work in [L, U], of sum_i (c_ji - alpha_i)
       >= theta_j (L or U) + sum_{i in S} r_ji + sum_{i open} min(0, r_ji),   r_ji = c_ji - alpha_i - theta_j w_i

   for any price theta_j of work (linear programming duality), so that each area taken or left adds its own share.

Regions that hold nothing below a value are remembered with it. Ends with the cheapest plan or the proof of none.
"""

from __future__ import annotations

import numpy as np
from numba import njit

OPEN, TAKEN, LEFT, OUTSIDE = 0, 1, 2, 3
ALLOWANCE = 1e-9
"""Relative allowance when work is compared with its window."""
REMEMBERED = 3_000_000
"""Regions remembered at most, about 300 MiB."""


@njit(cache=True)
def _spread(root, state, wall, starts, neighbours, mark, queue):  # type: ignore[no-untyped-def]
    """Mark what hangs together with ``root`` outside ``wall`` (a state) and list it; return how many."""
    queue[0] = root
    mark[root] = True
    count, at = 1, 0
    while at < count:
        u = queue[at]
        at += 1
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            if not mark[v] and state[v] != wall and state[v] != OUTSIDE:
                mark[v] = True
                queue[count] = v
                count += 1
    return count


@njit(cache=True)
def _n_districts(load, low, high):  # type: ignore[no-untyped-def]
    """Return how many districts a piece of this work makes, 0 where none."""
    m = max(1, int(np.ceil(load / high * (1 - ALLOWANCE))))
    return m if m * low * (1 - ALLOWANCE) <= load else 0


@njit(cache=True)
def _can_be(root, load, m, state, work, low, high, starts, neighbours, near, done, queue):  # type: ignore[no-untyped-def]
    """Tell by 1 and 2 whether a branch may hold a district; ``near`` marks where S can go."""
    near[:], done[:] = False, False
    count = _spread(root, state, LEFT, starts, neighbours, near, queue)
    within = 0.0
    for q in range(count):
        within += work[queue[q]]
    if within < low * (1 - ALLOWANCE):
        return False
    forced, pieces = load, 0
    for i in range(state.size):
        if state[i] == OUTSIDE or state[i] == TAKEN or done[i]:
            continue
        count = _spread(i, state, TAKEN, starts, neighbours, done, queue)
        piece, lost, open_ = 0.0, False, False
        for q in range(count):
            v = queue[q]
            piece += work[v]
            here = state[v] == OPEN and near[v]
            open_ |= here
            lost |= not here
        if lost:
            pieces += 1
            if piece < low * (1 - ALLOWANCE) or pieces > m - 1:
                return False
            if not open_ and _n_districts(piece, low, high) == 0:
                return False
        elif piece < low * (1 - ALLOWANCE):
            forced += piece
            if forced > high * (1 + ALLOWANCE):
                return False
    return True


@njit(cache=True)
def _floors(state, alpha, theta, work, low, high, ratio, own, value):  # type: ignore[no-untyped-def]
    """Fill ``value`` (C,) with V_j for a region, inf where the centre lies outside; return the sum of alpha."""
    total = 0.0
    for i in range(state.size):
        if state[i] != OUTSIDE:
            total += alpha[i]
    for j in range(value.size):
        if state[own[j]] == OUTSIDE:
            value[j] = np.inf
            continue
        v = theta[j] * (low if theta[j] > 0 else high) + max(ratio[own[j], j], 0.0)
        for i in range(state.size):
            if state[i] != OUTSIDE and ratio[i, j] < 0:
                v += ratio[i, j]
        value[j] = v
    return total


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
def _heaviest(state, work):  # type: ignore[no-untyped-def]
    best = -1
    for i in range(state.size):
        if state[i] == OPEN and (best < 0 or work[i] > work[best]):
            best = i
    return best


@njit(cache=True)
def _seat(state, wanted, cost, own):  # type: ignore[no-untyped-def]
    """Return (cost, centre) of the areas whose state is ``wanted`` as a district; cost (n, C), inf where barred."""
    best, at = np.inf, -1
    for j in range(own.size):
        if state[own[j]] == wanted:
            total = 0.0
            for i in range(state.size):
                if state[i] == wanted:
                    total += cost[i, j]
                    if total >= best:
                        break
            if total < best:
                best, at = total, j
    return best, at


@njit(cache=True)
def _next(state, near, starts, neighbours, work):  # type: ignore[no-untyped-def]
    """Return the heaviest open area next to what is taken, -1 where there is none."""
    best = -1
    for u in range(state.size):
        if state[u] != OPEN or not near[u]:
            continue
        for e in range(starts[u], starts[u + 1]):
            if state[neighbours[e]] == TAKEN:
                if best < 0 or work[u] > work[best]:
                    best = u
                break
    return best


@njit(cache=True)
def _key(state):  # type: ignore[no-untyped-def]
    """Return the areas that are not ``OUTSIDE`` as two words of bits: up to 128 areas."""
    a, b = np.uint64(0), np.uint64(0)
    one = np.uint64(1)
    for i in range(state.size):
        if state[i] != OUTSIDE:
            if i < 64:
                a |= one << np.uint64(i)
            else:
                b |= one << np.uint64(i - 64)
    return a, b


@njit(cache=True)
def _leave(m, state, areas, alpha, value, room, pieces, spare):  # type: ignore[no-untyped-def]
    """Part what a district leaves of its region into pieces and return the least they can cost, inf where they cannot.

    ``pieces``: piece of each area (n,), -1 outside; districts of each piece, the least each costs, and a queue.
    """
    work, low, high, own, starts, neighbours = areas
    of, made, least, done, queue = pieces
    of[:] = -1
    done[:] = False
    count, districts, total = 0, 0, 0.0
    for i in range(state.size):
        if state[i] == OUTSIDE or state[i] == TAKEN or done[i]:
            continue
        size = _spread(i, state, TAKEN, starts, neighbours, done, queue)
        load, priced = 0.0, 0.0
        for q in range(size):
            of[queue[q]] = count
            load += work[queue[q]]
            priced += alpha[queue[q]]
        here = _n_districts(load, low, high)
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
def carve(region, m, budget, name, top, areas, cost, prices, room, stop, counts, memo):  # type: ignore[no-untyped-def]
    """Return the cost of the cheapest plan of a region below ``budget``, inf where there is none.

    Parameters
    ----------
    region
        Shape (n,): ``OPEN`` where an area belongs to it, ``OUTSIDE`` elsewhere.
    name
        The first of the m districts' numbers.
    top
        Shape (1,): the value to beat, lowered as plans of the whole map are found; shape (0,) within.
    areas
        (work (n,), low, high, own (C,), starts, neighbours).
    cost
        Shape (n, C), inf where a centre may not serve an area.
    prices
        (alpha (n,), theta (C,), ratio (n, C): r_ji, for_in (n, C), for_out (n, C): what taking and leaving add).
    room
        A row for each m: states and the best plan's labels (k + 1, n), seats (k + 1, k), values (k + 1, n + 2, C).
    stop, counts
        Shape (1,) to be raised by whoever stops it; (branches, regions remembered).
    """
    work, low, high, own, starts, neighbours = areas
    alpha, theta, ratio, for_in, for_out = prices
    states, labels, seats, values = room
    n = region.size
    state, label, seat, value = states[m], labels[m], seats[m], values[m]
    state[:] = region
    if m == 1:
        total, j = _seat(state, OPEN, cost, own)
        label[:] = name
        seat[name] = j
        return total if total < budget else np.inf
    spare = np.empty(own.size)
    priced = _floors(state, alpha, theta, work, low, high, ratio, own, value[0])
    spare[:] = value[0]
    if priced + _least(spare, m) >= budget:
        return np.inf
    key = _key(state)
    if key in memo and memo[key] >= budget:
        return np.inf
    spare[:] = value[0]
    rest = priced + _least(spare, m - 1)
    root = _heaviest(state, work)
    near, done, queue = np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.empty(n, np.int64)
    pieces = np.empty(n, np.int64), np.empty(m, np.int64), np.empty(m), done, queue
    draft, draft_seat = np.empty(n, np.int64), np.empty(seat.size, np.int64)
    path, turn = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    found, load, level, fresh = np.inf, work[root], 0, True
    state[root] = TAKEN
    value[1] = value[0] + for_in[root]
    while True:
        counts[0] += 1
        if stop[0]:
            return found
        limit = min(budget, found)
        if top.size:
            limit = min(limit, top[0])
        going = rest + value[level + 1].min() < limit and _can_be(
            root, load, m, state, work, low, high, starts, neighbours, near, done, queue
        )
        if going and fresh and load >= low * (1 - ALLOWANCE):
            total, j = _seat(state, TAKEN, cost, own)
            others, count = _leave(m, state, areas, alpha, value[0], room, pieces, spare)
            total += others
            if total < limit:
                for i in range(n):
                    draft[i] = name
                draft_seat[name] = j
                following = name + 1
                of, made, least = pieces[0].copy(), pieces[1].copy(), pieces[2].copy()
                for p in np.argsort(made[:count]):
                    part = np.where(of == p, OPEN, OUTSIDE).astype(np.int8)
                    left = limit - (total - least[p])
                    paid = carve(
                        part, made[p], left, following, top[:0], areas, cost, prices, room, stop, counts, memo
                    )
                    if paid >= left:
                        total = np.inf
                        break
                    total += paid - least[p]
                    for i in range(n):
                        if of[i] == p:
                            draft[i] = labels[made[p], i]
                    for s in range(following, following + made[p]):
                        draft_seat[s] = seats[made[p], s]
                    following += made[p]
                if total < limit:
                    found = total
                    label[:] = draft
                    seat[:] = draft_seat
                    if top.size:
                        top[0] = total
        v = _next(state, near, starts, neighbours, work) if going else -1
        if v >= 0:
            level += 1
            path[level], turn[level] = v, 0
            fresh = load + work[v] <= high * (1 + ALLOWANCE)
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
            value[level + 1] = value[level] + for_in[v]
        else:
            state[v], turn[level] = LEFT, 1
            value[level + 1] = value[level] + for_out[v]
    if len(memo) < REMEMBERED:
        memo[key] = min(budget, found)
        counts[1] = len(memo)
    return found
