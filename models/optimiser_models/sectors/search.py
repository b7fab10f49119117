"""Contiguous districts by growth and annealing: a first plan in a second, good plans soon after.

A state is the district of each area. A move hands one border area to a neighbouring district; it is taken
only if what remains of the giving district still hangs together (a breadth-first search over that district
alone). Every district keeps the cost it would have from each candidate centre, so each move is priced with
the best centre for either district. Windows are priced by their relative violation; the best admissible
state is kept. Simulated annealing as in D'Amico, Wang, Batta and Rump (2002), with exact re-centring.
"""

# ruff: noqa: NPY002  compiled code seeds its own generator by np.random.seed
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import FREE, Districting

HOT, COLD = 2.0, 0.01
"""First and last temperature in units of a typical move's cost."""
KEEP = 30.0
"""Price of an average area's worth of the more important objective, in typical moves."""
BATCH = 200_000
"""Moves between two looks at the clock."""


@dataclass(frozen=True)
class State:
    """District of each area (n,), centre of each district (k,), and the cost; admissible."""

    label: NDArray[np.int64]
    centre: NDArray[np.int64]
    cost: float


def anneal(
    d: Districting,
    label: NDArray[np.int64],
    *,
    moves: int,
    seed: int,
    keep_going: Callable[[], bool],
    hot: float = HOT,
) -> State | None:
    """Anneal from ``label``; return the best admissible state met, or None.

    ``keep_going`` is asked every :data:`BATCH` moves.
    """
    scale = max(float(d.spread().mean()), 1e-9)
    target = (d.low + np.minimum(d.high, 4 * d.low + d.weight.sum(axis=1, keepdims=True))) / 2
    target = np.maximum(target, 1e-9)
    mean = float(target.mean()) if target.size else 1.0
    penalty = scale * d.n / d.k
    priced = d.cost + np.where(d.allowed, 0.0, 1e3 * scale)
    if d.kept is not None:  # any loss of the more important objective outweighs what a move can win
        loss = np.abs(d.kept[d.kept != 0])
        priced = priced + d.kept * (KEEP * scale / max(float(loss.mean()) if loss.size else 1.0, 1e-12))
    cost = np.ascontiguousarray(priced.T)
    free = (d.lock == FREE).copy()
    free[d.centre_area[d.fixed[d.fixed >= 0]]] = False
    label, best = label.copy(), label.copy()
    best_cost = np.inf
    temperature, cooling = hot * scale, (COLD / hot) ** (1.0 / max(1, moves))
    done = 0
    while done < moves and keep_going():
        step = min(BATCH, moves - done)
        best_cost = _moves(
            label, best, best_cost, cost, d.weight / mean, d.low / mean, d.high / mean,
            d.fixed, d.centre_area, free, d.starts, d.neighbours, step, temperature, cooling, penalty,
            seed + done, d.contiguity,
        )  # fmt: skip
        temperature *= cooling**step
        done += step
    if not np.isfinite(best_cost):
        return None
    centre = best_centres(d, best)
    if not d.allowed[centre[best], np.arange(d.n)].all() or not d.keeps(best, centre):
        return None
    return State(best, centre, float(d.cost[centre[best], np.arange(d.n)].sum()))


def best_centres(d: Districting, label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the best centre of each district within it, shape (k,)."""
    priced = d.cost if d.kept is None else d.cost + d.kept * 1e6
    scale = 1e3 * max(float(np.abs(priced).max()), 1e-9)
    centre = d.fixed.copy()
    for k in np.flatnonzero(centre == FREE):
        inside = np.flatnonzero(label[d.centre_area] == k)
        mine = np.flatnonzero(label == k)
        if inside.size:
            pairs = np.ix_(inside, mine)
            centre[k] = inside[
                np.argmin((d.cost[pairs] + np.where(d.allowed[pairs], 0, 1e3 * scale)).sum(axis=1))
            ]
    return centre


@njit(cache=True)
def _hangs_together(i, district, label, starts, neighbours, mark, stack, stamp):  # type: ignore[no-untyped-def]
    """Would ``district`` still be connected without area ``i``? True needs one piece left."""
    wanted = 0
    first = -1
    for e in range(starts[i], starts[i + 1]):
        v = neighbours[e]
        if label[v] == district:
            mark[v] = -stamp
            first = v
            wanted += 1
    if wanted <= 1:
        return wanted == 1
    mark[i] = stamp
    mark[first] = stamp
    wanted -= 1
    stack[0] = first
    top = 1
    while top > 0:
        top -= 1
        u = stack[top]
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            if label[v] == district and mark[v] != stamp:
                if mark[v] == -stamp:
                    wanted -= 1
                    if wanted == 0:
                        return True
                mark[v] = stamp
                stack[top] = v
                top += 1
    return False


@njit(cache=True)
def _outside(load, low, high):  # type: ignore[no-untyped-def]
    """Sum of relative violations of the windows."""
    total = 0.0
    for q in range(load.size):
        if load[q] > high[q]:
            total += load[q] - high[q]
        elif load[q] < low[q]:
            total += low[q] - load[q]
    return total


@njit(cache=True)
def _moves(  # type: ignore[no-untyped-def]
    label, best, best_cost, cost, weight, low, high, fixed, centre_area, free,
    starts, neighbours, moves, temperature, cooling, penalty, seed, contiguity,
):  # fmt: skip
    np.random.seed(seed)
    n, n_centres = cost.shape
    k = fixed.size
    n_kinds = weight.shape[0]
    head = np.full(n, -1, np.int64)  # candidate centres of an area, as linked lists
    following = np.full(n_centres, -1, np.int64)
    for c in range(n_centres):
        following[c] = head[centre_area[c]]
        head[centre_area[c]] = c
    total = np.zeros((k, n_centres))
    load = np.zeros((k, n_kinds))
    size = np.zeros(k, np.int64)
    member = np.zeros((k, n), np.int64)
    place = np.zeros(n, np.int64)
    for i in range(n):
        d = label[i]
        member[d, size[d]] = i
        place[i] = size[d]
        size[d] += 1
        for q in range(n_kinds):
            load[d, q] += weight[q, i]
        for c in range(n_centres):
            total[d, c] += cost[i, c]
    current = np.zeros(k)
    outside = np.zeros(k)
    for d in range(k):
        if fixed[d] >= 0:
            current[d] = total[d, fixed[d]]
        else:
            current[d] = 1e300
            for p in range(size[d]):
                c = head[member[d, p]]
                while c >= 0:
                    current[d] = min(current[d], total[d, c])
                    c = following[c]
        outside[d] = _outside(load[d], low[:, d], high[:, d])
    mark = np.zeros(n, np.int64)
    stack = np.zeros(n, np.int64)
    stamp = 0
    gone = np.zeros(n_kinds)
    come = np.zeros(n_kinds)
    for _ in range(moves):
        temperature *= cooling
        i = np.random.randint(n)
        if not free[i] or starts[i + 1] == starts[i]:
            continue
        a = label[i]
        b = label[neighbours[starts[i] + np.random.randint(starts[i + 1] - starts[i])]]
        if a == b or size[a] == 1:
            continue
        if fixed[a] >= 0:
            after_a = total[a, fixed[a]] - cost[i, fixed[a]]
        else:
            after_a = 1e300
            for p in range(size[a]):
                if member[a, p] != i:
                    c = head[member[a, p]]
                    while c >= 0:
                        after_a = min(after_a, total[a, c] - cost[i, c])
                        c = following[c]
        if fixed[b] >= 0:
            after_b = total[b, fixed[b]] + cost[i, fixed[b]]
        else:
            after_b = 1e300
            for p in range(size[b] + 1):
                c = head[member[b, p]] if p < size[b] else head[i]
                while c >= 0:
                    after_b = min(after_b, total[b, c] + cost[i, c])
                    c = following[c]
        if after_a > 1e299 or after_b > 1e299:
            continue
        for q in range(n_kinds):
            gone[q] = load[a, q] - weight[q, i]
            come[q] = load[b, q] + weight[q, i]
        out_a = _outside(gone, low[:, a], high[:, a])
        out_b = _outside(come, low[:, b], high[:, b])
        change = after_a + after_b - current[a] - current[b]
        change += penalty * (out_a + out_b - outside[a] - outside[b])
        if change > 0 and np.random.random() >= np.exp(-change / temperature):
            continue
        stamp += 1
        if contiguity and not _hangs_together(i, a, label, starts, neighbours, mark, stack, stamp):
            continue
        label[i] = b
        current[a], current[b], outside[a], outside[b] = after_a, after_b, out_a, out_b
        last = member[a, size[a] - 1]
        member[a, place[i]] = last
        place[last] = place[i]
        size[a] -= 1
        member[b, size[b]] = i
        place[i] = size[b]
        size[b] += 1
        for q in range(n_kinds):
            load[a, q] -= weight[q, i]
            load[b, q] += weight[q, i]
        for c in range(n_centres):
            total[a, c] -= cost[i, c]
            total[b, c] += cost[i, c]
        worst = 0.0
        value = 0.0
        for d in range(k):
            worst = max(worst, outside[d])
            value += current[d]
        if worst < 1e-9 and value < best_cost - 1e-9:
            best_cost = value
            best[:] = label
    return best_cost
