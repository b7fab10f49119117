"""A bound on borders that needs no given centre: work is sent from every area to every other across the links.

Send w_i w_j between each pair of areas so that no link carries more than its length divided by f. A district of work w
parts demands of w (W - w), all of which cross its border, so that its border is at least f w (W - w). With windows
L_k <= w_k <= U_k on all districts

    border between districts = 1/2 sum over k of the border of k >= 1/2 f (W^2 - sum w_k^2),
    sum w_k^2 <= most of sum (L_k + U_k) w_k - L_k U_k over windows with sum w_k = W        (the chord of a square).

Where links with a border leave the map in pieces (bridges have none), each piece has an f and a W of its own, and in it
sum w_k^2 <= W max U_k. Any way of sending is valid; better ones give a larger f. They are made of shortest paths whose
prices rise where links are full (Leighton and Rao 1999 for the bound; Garg and Koenemann 2007 for the prices). It asks
for balance alone: it holds whether districts hang together or not, and is the better the narrower the windows are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numba import njit
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, dijkstra

from optimiser_models.sectors.border.ground import Ground

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_AREAS = 3_000
"""Areas of a map whose shortest paths fit: all of them are looked at in each round."""
ROUNDS, STEP = 60, 0.6
ROUNDING = 1e-9


def bound(ground: Ground, keep_going: Callable[[], bool]) -> float:
    """Return a bound on the border of every plan, 0 where no kind of work is balanced."""
    d = ground.d
    if d.n > MOST_AREAS or not len(ground.links):
        return 0.0
    ones = np.ones(len(ground.links))
    graph = sp.csr_array((ones, (ground.links[:, 0], ground.links[:, 1])), shape=(d.n, d.n))
    n_pieces, piece = connected_components(graph, directed=False)
    best = 0.0
    for q in range(len(d.weight)):
        squares = _squares(d.low[q], d.high[q], float(d.weight[q].sum()))
        found = 0.0
        for c in range(n_pieces):
            inside = piece == c
            work = d.weight[q][inside]
            total = float(work.sum())
            parted = total**2 - min(squares, total * min(float(d.high[q].max()), total))
            if parted > 0 and keep_going():
                number = np.cumsum(inside) - 1
                own = inside[ground.links[:, 0]]
                found += (
                    0.5 * parted * throughput(number[ground.links[own]], ground.length[own], work, keep_going)
                )
        best = max(best, found)
    return best * (1 - ROUNDING)


def throughput(links: Ints, length: Floats, work: Floats, keep_going: Callable[[], bool]) -> float:
    """Return an f such that w_i w_j between all pairs fits into length / f on every link of a connected map."""
    n, (u, v) = work.size, links.T
    number = sp.csr_array((np.arange(1, len(u) + 1), (u, v)), shape=(n, n))
    number = (number + number.T).tocsr()
    price = 1.0 / length
    sent = np.zeros(len(u))
    best = 0.0
    for rounds in range(1, ROUNDS + 1):
        costs = sp.csr_array((price[number.data - 1], number.indices, number.indptr), shape=(n, n))
        far, before = dijkstra(costs, directed=True, return_predecessors=True)
        order = np.argsort(far, axis=1, kind="stable")
        load = _loads(
            order, before.astype(np.int64), work, number.indptr, number.indices, number.data, len(u)
        )
        sent += (load - sent) / rounds  # any mix of ways is a way
        full = sent / length
        best = max(best, 1.0 / max(float(full.max()), 1e-300))
        if not keep_going():
            break
        price = np.exp(STEP * np.sqrt(rounds) * (full / full.max() - 1.0)) / length
        price = np.maximum(price, price.max() * 1e-9)
    return best


@njit(cache=True, nogil=True)
def _loads(order, before, work, starts, heads, number, n_links):  # type: ignore[no-untyped-def]
    """Add up what each link carries when every area sends along its tree of shortest paths, each pair once."""
    n = work.size
    load = np.zeros(n_links)
    below = np.zeros(n)
    for s in range(n):
        below[:] = work
        for t in range(n - 1, 0, -1):
            v = order[s, t]
            u = before[s, v]
            if u < 0:
                continue
            for e in range(starts[u], starts[u + 1]):
                if heads[e] == v:
                    load[number[e] - 1] += 0.5 * work[s] * below[v]
                    break
            below[u] += below[v]
    return load


def _squares(low: Floats, high: Floats, total: float) -> float:
    """Return the most that the squares of the districts' works can sum to; inf where a window has no upper end."""
    low, high = np.maximum(low, 0.0), np.minimum(high, total)
    spare = total - float(low.sum())
    if spare < 0 or float(high.sum()) < total:  # no plan at all: the rules say so, not this bound
        return float(np.inf)
    slope = low + high
    most = float((slope * low - low * high).sum())
    for k in np.argsort(-slope):
        more = min(spare, float(high[k] - low[k]))
        most += float(slope[k]) * more
        spare -= more
    return most
