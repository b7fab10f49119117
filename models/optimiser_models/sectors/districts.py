r"""What a seat costs at least as a real district: whole areas, in one piece, within the windows of every kind of work.

A knapsack of :mod:`.knapsack` takes a share of an area, keeps the first kind of work alone and may lie in pieces. With
its value V and critical ratio lambda, a district X of centre j costs at least

    V + sum_{i in X} max(e_i, 0) + sum_{i not in X} max(-e_i, 0),   e_i = c_ji - alpha_i - lambda w_i

so what is decided of some areas has a price, whatever the others do. The areas with e_i < 0 are a district themselves
where they hang together and keep the windows. Where they do not, the cheapest way to mend the fault is a bound: a path
to the piece that is cut off or the loss of it, areas given up or taken until the work fits. An area that the mending
turns on is taken in one branch and left in the other, the branch with the least bound first; when told to stop the
least bound of all open branches holds. Land and Doig (1960) for the branching; districts as columns are priced so in
Mehrotra, Johnson and Nemhauser (1998).

Made for districts of a dozen areas or two: with a hundred the branches are too many.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from optimiser_models.sectors.corridors import extra, far
from optimiser_models.sectors.knapsack import at_ratio

OPEN, IN, OUT = 0, 1, 2
SLACK = 1e-9
"""Share by which work may be outside a window: rounding."""


@njit(cache=True)
def _spread(root, among, starts, neighbours, mark, number, stack):  # type: ignore[no-untyped-def]
    """Mark with ``number`` what hangs together with ``root`` in ``among`` and has no mark yet."""
    mark[root] = number
    stack[0] = root
    top = 1
    while top > 0:
        top -= 1
        u = stack[top]
        for p in range(starts[u], starts[u + 1]):
            v = neighbours[p]
            if among[v] and mark[v] < 0:
                mark[v] = number
                stack[top] = v
                top += 1


@njit(cache=True)
def _paths(own, state, inside, e, starts, neighbours, dist, done):  # type: ignore[no-untyped-def]
    """Fill ``dist`` with the lightest path from ``own`` to each area: what is inside is free, what is out is barred."""
    dist[:] = np.inf
    done[:] = False
    dist[own] = 0.0
    while True:
        u = -1
        for i in range(e.size):
            if not done[i] and dist[i] < np.inf and (u < 0 or dist[i] < dist[u]):
                u = i
        if u < 0:
            return
        done[u] = True
        for p in range(starts[u], starts[u + 1]):
            v = neighbours[p]
            if state[v] != OUT:
                dist[v] = min(dist[v], dist[u] + (0.0 if inside[v] else max(e[v], 0.0)))


@njit(cache=True)
def _join(pieces, n_pieces, state, inside, e, starts, neighbours, dist):  # type: ignore[no-untyped-def]
    """Return what the piece that is dearest to mend costs, and the area that this turns on."""
    worst, turn = -1.0, -1
    for piece in range(1, n_pieces):
        way, loss, held, wanted, near = np.inf, 0.0, False, -1, -1
        for i in range(e.size):
            if pieces[i] != piece:
                continue
            way = min(way, dist[i])
            if state[i] == IN:
                held = True
            else:
                loss -= e[i]
                if wanted < 0 or e[i] < e[wanted]:
                    wanted = i
            for p in range(starts[i], starts[i + 1]):
                v = neighbours[p]
                if state[v] == OPEN and not inside[v] and (near < 0 or dist[v] < dist[near]):
                    near = v
        price = way if held else min(way, loss)
        if price > worst:
            worst, turn = price, near if held else wanted
    return worst, turn


@njit(cache=True)
def _balance(work, low, high, state, inside, e, done):  # type: ignore[no-untyped-def]
    """Return what bringing one kind of work into its window costs at least, and the last area it takes; 0, -1 if it is.

    A continuous knapsack: areas by their price for a unit of work, the last one in part.
    """
    load = 0.0
    for i in range(e.size):
        if inside[i]:
            load += work[i]
    over = load > high * (1 + SLACK)
    if not over and load >= low * (1 - SLACK):
        return 0.0, -1
    # to the edge of what counts as inside: areas that fit to the last digit are enough
    need = load - high * (1 + SLACK) if over else low * (1 - SLACK) - load
    price, last = 0.0, -1
    done[:] = False
    while need > SLACK * load:
        best, ratio = -1, np.inf
        for i in range(e.size):
            if state[i] == OPEN and inside[i] == over and not done[i] and abs(e[i]) < ratio * work[i]:
                best, ratio = i, abs(e[i]) / work[i]
        if best < 0:
            return np.inf, -1
        done[best] = True
        last = best
        price += ratio * min(need, work[best])
        need -= work[best]
    return price, last


@njit(cache=True)
def _look(state, e, cost, work, low, high, own, starts, neighbours, cutoff, inside, mark, stack, dist, done):  # type: ignore[no-untyped-def]
    """Look at one branch: its bound above V (inf where it is of no use), the area to branch on, -1 for none, and the
    cost of ``inside`` where that is a district, else inf.
    """
    mark[:] = -1
    _spread(own, state != OUT, starts, neighbours, mark, 0, stack)
    paid = 0.0
    for i in range(e.size):
        if mark[i] < 0:
            if state[i] == IN:
                return np.inf, -1, np.inf
            state[i] = OUT
        paid += max(e[i], 0.0) if state[i] == IN else max(-e[i], 0.0) if state[i] == OUT else 0.0
        inside[i] = state[i] == IN or (state[i] == OPEN and e[i] < 0)
    if paid >= cutoff:
        return np.inf, -1, np.inf
    mark[:] = -1
    _spread(own, inside, starts, neighbours, mark, 0, stack)
    n_pieces = 1
    for i in range(e.size):
        if inside[i] and mark[i] < 0:
            _spread(i, inside, starts, neighbours, mark, n_pieces, stack)
            n_pieces += 1
    mending, turn, whole = 0.0, -1, n_pieces == 1
    if not whole:
        _paths(own, state, inside, e, starts, neighbours, dist, done)
        mending, turn = _join(mark, n_pieces, state, inside, e, starts, neighbours, dist)
    for q in range(low.size):
        price, last = _balance(work[q], low[q], high[q], state, inside, e, done)
        if price == np.inf:
            return np.inf, -1, np.inf
        if last < 0:
            continue
        whole = False
        if turn < 0 or price > mending:
            mending, turn = price, last
    if paid + mending >= cutoff:
        return np.inf, -1, np.inf
    if not whole:
        return paid + mending, turn, np.inf
    total = 0.0
    for i in range(e.size):
        if inside[i]:
            total += cost[i]
        if state[i] == OPEN and (turn < 0 or abs(e[i]) < abs(e[turn])):
            turn = i
    return paid if turn >= 0 else np.inf, turn, total


@njit(cache=True)
def _branch(first, e, cost, base, work, low, high, own, starts, neighbours, room, limit, best_take):  # type: ignore[no-untyped-def]
    """Return a bound on the cost of any district, no more than ``base + room``, and that of the best one found."""
    n = e.size
    states, bounds = np.empty((limit + 2, n), np.int8), np.empty(limit + 2)
    turns = np.empty(limit + 2, np.int64)
    inside, done = np.empty(n, np.bool_), np.empty(n, np.bool_)
    mark, stack, dist = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n)
    states[0] = first
    bounds[0], turns[0], best = _look(
        states[0], e, cost, work, low, high, own, starts, neighbours, room, inside, mark, stack, dist, done
    )
    best_take[:] = inside
    count = 1
    while True:
        u = np.argmin(bounds[:count])
        cut = min(room, best - base)
        if bounds[u] >= cut:
            return base + cut, best
        if count > limit:
            return base + bounds[u], best
        i, parent = turns[u], bounds[u]
        states[count] = states[u]
        states[count, i], states[u, i] = IN, OUT
        for at in (count, u):
            bounds[at], turns[at], total = _look(
                states[at], e, cost, work, low, high, own, starts, neighbours, min(room, best - base),
                inside, mark, stack, dist, done,
            )  # fmt: skip
            bounds[at] = max(bounds[at], parent)
            if total < best:
                best = total
                best_take[:] = inside
        count += 1


@njit(cache=True, parallel=True)
def price(  # type: ignore[no-untyped-def]
    alpha, cost, priced, constant, work, own, lows, highs, state, critical, least, room, limit, seats, groups,
    starts, neighbours, bound, total, take,
):  # fmt: skip
    """Price the best district of each seat s (centre, group): ``bound`` (S,), ``total`` (S,) and ``take`` (S, n).

    ``cost`` (C, n) has further sums priced in, ``priced`` (C, n) also the windows of further kinds, with what these
    add to a seat in ``constant`` (C, G); inf where a centre cannot serve an area. ``bound`` never exceeds ``least``
    (S,), what is known of a seat, by more than ``room``; ``total`` is inf where no district was found; ``limit`` is the
    most branches.
    """
    n = alpha.size
    for s in prange(seats.size):
        j, g = seats[s], groups[s]
        root, ratio = own[j], critical[j, g]
        weight, dist, keys = np.empty(n), np.empty(n), np.empty(neighbours.size + 1)
        parent, nodes = np.empty(n, np.int64), np.empty(neighbours.size + 1, np.int64)
        extra(alpha, priced[j], work[0], root, ratio, state[g], weight)
        far(root, -1, weight, starts, neighbours, dist, parent, keys, nodes)
        base = constant[j, g] + at_ratio(
            alpha, priced[j], work[0], root, lows[0, g], highs[0, g], state[g], ratio
        )
        left = room + max(least[s] - base, 0.0)
        most = base + left
        number = np.full(n, -1, np.int64)
        count = 0
        within = True
        for i in range(n):
            held = i == root or state[g, i] == 1
            if dist[i] < most - base:
                number[i] = count
                count += 1
            elif held:
                within = False
            elif state[g, i] != 2 and np.isfinite(priced[j, i]):  # further than there is room for: given up
                left -= max(0.0, alpha[i] + ratio * work[0, i] - priced[j, i])
        take[s] = 0.0
        bound[s], total[s] = most, np.inf
        if not within or left <= 0:
            continue
        base = most - left
        few = np.flatnonzero(number >= 0)
        e, r, first = np.empty(count), np.empty(count), np.zeros(count, np.int8)
        first_link, links = np.zeros(count + 1, np.int64), np.empty(neighbours.size, np.int64)
        filled = 0
        for u in range(count):
            i = few[u]
            r[u] = cost[j, i] - alpha[i]
            e[u] = priced[j, i] - alpha[i] - ratio * work[0, i]
            if i == root or state[g, i] == 1:
                e[u], first[u] = 0.0, IN
            for p in range(starts[i], starts[i + 1]):
                if number[neighbours[p]] >= 0:
                    links[filled] = number[neighbours[p]]
                    filled += 1
            first_link[u + 1] = filled
        chosen = np.zeros(count, np.bool_)
        mine = np.ascontiguousarray(work[:, few])
        bound[s], total[s] = _branch(
            first, e, r, base, mine, np.ascontiguousarray(lows[:, g]), np.ascontiguousarray(highs[:, g]),
            number[root], first_link, links, left, limit, chosen,
        )  # fmt: skip
        if total[s] < np.inf:
            for u in range(count):
                take[s, few[u]] = chosen[u]
