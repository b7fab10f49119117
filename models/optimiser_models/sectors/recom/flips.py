"""Short borders: annealing of single-area moves on a contiguous plan, compiled.

A move takes a link of the border at random and hands the area at one of its ends over to the district at the other,
if what the giving district keeps still hangs together (breadth-first search within it, at once where its neighbours
of that district are linked). The price of a move is the border it adds plus ``price`` for each average area's worth
of work it moves out of the windows, so that the search may cross plans that are a little out of balance; kept is the
shortest border among plans within all windows. Links of the border are kept in a list, so no draw is wasted inside
a district: D'Amico, Wang, Batta and Rump (2002) anneal the same moves.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.sectors.anneal import hangs_together
from optimiser_models.sectors.recom import trees


@njit(cache=True)
def _outside(load, low, high, per_area):  # type: ignore[no-untyped-def]
    """Return by how much a district's work lies outside its windows, in average areas."""
    total = 0.0
    for q in range(load.size):
        if load[q] > high[q]:
            total += (load[q] - high[q]) * per_area[q]
        elif load[q] < low[q]:
            total += (low[q] - load[q]) * per_area[q]
    return total


@njit(cache=True)
def _turn(link, is_cut, place, cut, n_cut):  # type: ignore[no-untyped-def]
    """Put a link on the list of the border or take it off; return the list's new length."""
    if is_cut:
        if place[link] < 0:
            cut[n_cut] = link
            place[link] = n_cut
            return n_cut + 1
    elif place[link] >= 0:
        last = cut[n_cut - 1]
        cut[place[link]] = last
        place[last] = place[link]
        place[link] = -1
        return n_cut - 1
    return n_cut


@njit(cache=True, nogil=True)
def flips(  # type: ignore[no-untyped-def]
    label, best, best_length, state, starts, neighbours, link_of, tail, head, border, work, low, high, per_area,
    n_moves, temperature, cooling, price,
):  # fmt: skip
    """Try ``n_moves`` moves on ``label`` in place; return the shortest admissible border met, its plan in ``best``.

    ``link_of`` is the link of each CSR entry, ``tail`` and ``head`` its ends, ``per_area`` (Q,) one over the mean
    work of an area. ``best_length`` is what must be beaten; the temperature is in the unit of ``border``.
    """
    n, k, kinds = label.size, low.shape[1], work.shape[0]
    cut, place = np.empty(tail.size, np.int64), np.full(tail.size, -1, np.int64)
    n_cut = 0
    for link in range(tail.size):
        n_cut = _turn(link, label[tail[link]] != label[head[link]], place, cut, n_cut)
    length = 0.0
    load, size = np.zeros((k, kinds)), np.zeros(k, np.int64)
    for i in range(n):
        size[label[i]] += 1
        for q in range(kinds):
            load[label[i], q] += work[q, i]
        for e in range(starts[i], starts[i + 1]):
            if neighbours[e] > i and label[neighbours[e]] != label[i]:
                length += border[e]
    outside = np.zeros(k)
    n_outside = 0
    for d in range(k):
        outside[d] = _outside(load[d], low[:, d], high[:, d], per_area)
        n_outside += outside[d] > 0
    mark, stack = np.zeros(n, np.int64), np.zeros(n, np.int64)
    gone, come = np.empty(kinds), np.empty(kinds)
    for stamp in range(1, n_moves + 1):
        if n_cut == 0:
            break
        temperature *= cooling
        link = cut[trees.below(state, n_cut)]
        i, j = tail[link], head[link]
        if trees.below(state, 2) == 1:
            i, j = j, i
        a, b = label[i], label[j]
        if size[a] == 1:
            continue
        longer = 0.0
        for e in range(starts[i], starts[i + 1]):
            d = label[neighbours[e]]
            if d == a:
                longer += border[e]
            elif d == b:
                longer -= border[e]
        for q in range(kinds):
            gone[q] = load[a, q] - work[q, i]
            come[q] = load[b, q] + work[q, i]
        out_a = _outside(gone, low[:, a], high[:, a], per_area)
        out_b = _outside(come, low[:, b], high[:, b], per_area)
        change = longer + price * (out_a + out_b - outside[a] - outside[b])
        if change > 0 and trees.unit(state) >= np.exp(-change / temperature):
            continue
        if not hangs_together(i, a, label, starts, neighbours, mark, stack, stamp):
            continue
        label[i] = b
        size[a] -= 1
        size[b] += 1
        for q in range(kinds):
            load[a, q], load[b, q] = gone[q], come[q]
        n_outside += int(out_a > 0) + int(out_b > 0) - int(outside[a] > 0) - int(outside[b] > 0)
        outside[a], outside[b] = out_a, out_b
        length += longer
        for e in range(starts[i], starts[i + 1]):
            n_cut = _turn(link_of[e], label[neighbours[e]] != b, place, cut, n_cut)
        if n_outside == 0 and length < best_length - 1e-9:
            best_length = length
            best[:] = label
    return best_length


def links(
    starts: NDArray[np.int64], neighbours: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the link of each CSR entry, and the tail and head of each link, the smaller area first."""
    ends = np.repeat(np.arange(starts.size - 1), np.diff(starts))
    key = np.minimum(ends, neighbours) * np.int64(starts.size) + np.maximum(ends, neighbours)
    pairs, link_of = np.unique(key, return_inverse=True)
    return link_of.astype(np.int64), pairs // starts.size, pairs % starts.size
