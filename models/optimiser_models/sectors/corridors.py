r"""What contiguity adds to the bound: the corridor from each locked area to the centre, and from any area it serves.

A knapsack of :mod:`.knapsack` may take an area locked to its district and leave it cut off. By linear programming
duality a district of centre j that takes the set X costs at least

    V_j + sum_{i in X} e_i,   e_i = max(0, c_ji - alpha_i - lambda w_i)

with V_j its value and lambda its critical ratio. X hangs together, so it holds a path from every locked area to the
centre. Locked areas are taken in turn: the lightest path by e, of length D, is added to V_j; each area of the map
gives up what the path's moats used of it, min(t, D) - min(t - e, D) with t its distance, so that what is left still
adds to any set that hangs together (a packing of cuts, as in dual ascent for Steiner trees; Wong 1984). What is left
prices every other area by its own lightest path.

All this holds for any price of work lambda, not only for the knapsack's own. Corridors take up work too, so the best
lambda with them is another: it is sought by forcing the corridor into the knapsack, whose critical ratio is the next
try. Without this the bound's slope would point elsewhere than the bound rises, and its ascent would stall.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from optimiser_models.sectors.knapsack import at_ratio, fill

TRIES = 3
"""Prices of work tried for a seat with corridors, beside the knapsack's own."""


@njit(cache=True)
def extra(alpha, cost, work, own, critical, state, weight):  # type: ignore[no-untyped-def]
    """Fill ``weight`` (n,) with what taking each area costs at least; inf where it cannot be taken."""
    for i in range(alpha.size):
        if i == own or state[i] == 1:
            weight[i] = 0.0
        elif state[i] == 2 or not np.isfinite(cost[i]):
            weight[i] = np.inf
        else:
            weight[i] = max(cost[i] - alpha[i] - critical * work[i], 0.0)


@njit(cache=True)
def _push(keys, nodes, size, key, node):  # type: ignore[no-untyped-def]
    p = size
    while p > 0 and keys[(p - 1) // 2] > key:
        keys[p], nodes[p] = keys[(p - 1) // 2], nodes[(p - 1) // 2]
        p = (p - 1) // 2
    keys[p], nodes[p] = key, node


@njit(cache=True)
def _pop(keys, nodes, size):  # type: ignore[no-untyped-def]
    """Take the top away; ``size`` is what is left."""
    key, node = keys[size], nodes[size]
    p = 0
    while True:
        q = 2 * p + 1
        if q >= size:
            break
        if q + 1 < size and keys[q + 1] < keys[q]:
            q += 1
        if keys[q] >= key:
            break
        keys[p], nodes[p] = keys[q], nodes[q]
        p = q
    keys[p], nodes[p] = key, node


@njit(cache=True)
def far(source, target, weight, starts, neighbours, dist, parent, keys, nodes):  # type: ignore[no-untyped-def]
    """Fill ``dist`` with the lightest path to each area by weights of areas, until ``target`` (-1: all) is reached."""
    dist[:] = np.inf
    done = np.zeros(dist.size, np.bool_)
    dist[source] = weight[source]
    parent[source] = -1
    keys[0], nodes[0] = dist[source], source
    size = 1
    while size > 0:
        key, u = keys[0], nodes[0]
        size -= 1
        _pop(keys, nodes, size)
        if done[u]:
            continue
        done[u] = True
        if u == target:
            return key
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            if key + weight[v] < dist[v]:
                dist[v] = key + weight[v]
                parent[v] = u
                _push(keys, nodes, size, dist[v], v)
                size += 1
    return np.inf


@njit(cache=True)
def link(own, locked, weight, starts, neighbours, dist, parent, keys, nodes, on):  # type: ignore[no-untyped-def]
    """Return what corridors from ``locked`` areas to ``own`` add; ``weight`` keeps what is left, ``on`` marks them."""
    total = 0.0
    for i in locked:
        if i == own:
            continue
        length = far(i, own, weight, starts, neighbours, dist, parent, keys, nodes)
        if not np.isfinite(length):
            return np.inf
        if length <= 0.0:
            continue
        total += length
        v = own
        while v >= 0:
            on[v] = True
            v = parent[v]
        for v in range(dist.size):
            if np.isfinite(dist[v]) and np.isfinite(weight[v]):
                used = min(dist[v], length) - min(dist[v] - weight[v], length)
                weight[v] = max(weight[v] - used, 0.0)
    return total


@njit(cache=True, parallel=True)
def add(  # type: ignore[no-untyped-def]
    alpha, cost, work, own, low, high, critical, state, limit, seats, groups, starts, neighbours, value
):
    """Add to ``value`` (C, G) of seats (centre, group) what the corridors of locked areas cost at least.

    ``critical`` (C, G) becomes the price of work that is best with the corridors. What is above ``limit`` (G,) is not
    looked at further.
    """
    n = alpha.size
    for s in prange(seats.size):
        j, g = seats[s], groups[s]
        weight, dist, take = np.empty(n), np.empty(n), np.empty(n)
        parent, on = np.empty(n, np.int64), np.zeros(n, np.bool_)
        keys, nodes = np.empty(neighbours.size + 1), np.empty(neighbours.size + 1, np.int64)
        locked = np.flatnonzero(state[g] == 1)
        ratio = critical[j, g]
        extra(alpha, cost[j], work, own[j], ratio, state[g], weight)
        best = value[j, g] + link(own[j], locked, weight, starts, neighbours, dist, parent, keys, nodes, on)
        forced = state[g].copy()
        for _ in range(TRIES):
            if not on.any() or best >= limit[g]:
                break
            forced[:] = state[g]
            forced[on] = 1
            _, other, fits = fill(alpha, cost[j], work, own[j], low[g], high[g], forced, take)
            if not fits or other == ratio:
                break
            extra(alpha, cost[j], work, own[j], other, state[g], weight)
            on[:] = False
            found = at_ratio(alpha, cost[j], work, own[j], low[g], high[g], state[g], other) + link(
                own[j], locked, weight, starts, neighbours, dist, parent, keys, nodes, on
            )
            if found <= best:
                break
            best, ratio = found, other
        value[j, g], critical[j, g] = min(best, 1e15), ratio


@njit(cache=True)
def serve(alpha, cost, work, own, low, high, critical, state, starts, neighbours, take):  # type: ignore[no-untyped-def]
    """Fill ``take`` (n,) with what one seat takes of each area, its corridors among it."""
    n = alpha.size
    weight, dist, forced = np.empty(n), np.empty(n), state.copy()
    parent, on = np.empty(n, np.int64), np.zeros(n, np.bool_)
    keys, nodes = np.empty(neighbours.size + 1), np.empty(neighbours.size + 1, np.int64)
    extra(alpha, cost, work, own, critical, state, weight)
    locked = np.flatnonzero(state == 1)
    link(own, locked, weight, starts, neighbours, dist, parent, keys, nodes, on)
    forced[on] = 1
    _, _, fits = fill(alpha, cost, work, own, low, high, forced, take)
    if not fits:
        fill(alpha, cost, work, own, low, high, state, take)
        take[on] = 1.0


@njit(cache=True, parallel=True)
def reach(alpha, cost, work, own, critical, state, seats, groups, starts, neighbours, away):  # type: ignore[no-untyped-def]
    """Fill ``away`` (S, n): what seat s pays at least, beside its value, to serve each area in one piece."""
    n = alpha.size
    for s in prange(seats.size):
        j, g = seats[s], groups[s]
        weight = np.empty(n)
        parent, on = np.empty(n, np.int64), np.zeros(n, np.bool_)
        keys, nodes = np.empty(neighbours.size + 1), np.empty(neighbours.size + 1, np.int64)
        extra(alpha, cost[j], work, own[j], critical[j, g], state[g], weight)
        locked = np.flatnonzero(state[g] == 1)
        link(own[j], locked, weight, starts, neighbours, away[s], parent, keys, nodes, on)
        far(own[j], -1, weight, starts, neighbours, away[s], parent, keys, nodes)
