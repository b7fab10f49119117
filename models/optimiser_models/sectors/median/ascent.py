r"""Multipliers for the relaxation of :mod:`.median`, compiled: prices of areas and shape rows, and what they rule out.

With prices alpha_j of areas and mu_r of shape rows r = (i, j, T), x_ij <= sum_{v in T} x_iv, a pair costs
c_ij + (mu of its own rows) - (mu of the rows it helps) - alpha_j. A centre is worth the sum of its negative pairs,
its own area always counted; the given centres and the cheapest others make up the bound.

Shape rows are many (up to ten a pair), and few matter: a row is made when a relaxed plan first breaks it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

FREE, IN, OUT = 0, 1, -1
"""What a node of the tree says of a centre."""
MEMORY = 0.3
"""Share of the last direction that is kept."""
SHRINK = 0.6
"""Steps become this much smaller when the bound stands still."""
RECENT = 0.04
"""Weight of the newest round in the running mean of open centres."""
LEAST_REACH = 1e-4
"""Steps this small end the ascent."""
LEVEL = 1e-9
"""A slope below this is none."""
FIX_EVERY = 10
"""Rounds between two looks at what can be ruled out."""
BLIND = 0.05
"""Where no plan is known, steps aim at this share above the bound."""


class Shape(NamedTuple):
    """What a plan with centre i and area j in it must hold beside them.

    ``near`` (n, D) are the neighbours of an area, -1 beyond the last; ``need`` (w, C, n) says how many of the
    neighbours in ``rim`` (w, C, n, bits over ``near``) the same centre must serve. w is 0 where nothing is asked.
    """

    near: NDArray[np.int64]
    need: NDArray[np.int64]
    rim: NDArray[np.int64]


class Pool(NamedTuple):
    """Shape rows made so far: ``pair`` i * n + j, ``mask`` the set T over ``near`` of j, ``mu`` the price.

    ``head`` (C * n,) and ``after`` chain the rows of a pair; ``size`` (1,) counts the rows in use.
    """

    pair: NDArray[np.int64]
    mask: NDArray[np.int64]
    mu: NDArray[np.float64]
    after: NDArray[np.int64]
    head: NDArray[np.int64]
    size: NDArray[np.int64]


def empty_pool(n_pairs: int, capacity: int) -> Pool:
    """Return a pool without rows."""
    whole = np.int64
    return Pool(
        np.zeros(capacity, whole),
        np.zeros(capacity, whole),
        np.zeros(capacity),
        np.full(capacity, -1, whole),
        np.full(n_pairs, -1, whole),
        np.zeros(1, whole),
    )


@njit(cache=True)
def price_in(R, near, pool):  # type: ignore[no-untyped-def]
    """Add the prices of all rows to the costs ``R`` (C, n)."""
    n = R.shape[1]
    for r in range(pool.size[0]):
        if pool.mu[r] != 0.0:
            _shift(R, near, pool, r, pool.mu[r], n)


@njit(cache=True, inline="always")
def _shift(R, near, pool, r, by, n):  # type: ignore[no-untyped-def]
    i, j = pool.pair[r] // n, pool.pair[r] % n
    R[i, j] += by
    mask, b = pool.mask[r], 0
    while mask:
        if mask & 1:
            R[i, near[j, b]] -= by
        mask >>= 1
        b += 1


@njit(cache=True, fastmath={"reassoc", "nsz"})
def _worth(r, alpha):  # type: ignore[no-untyped-def]
    total = 0.0
    for j in range(alpha.size):
        total += min(0.0, r[j] - alpha[j])
    return total


@njit(cache=True)
def worths(R, own, alpha, W):  # type: ignore[no-untyped-def]
    """Fill what each centre is worth at these multipliers, ``W`` (C,)."""
    for i in range(R.shape[0]):
        W[i] = _worth(R[i], alpha) + max(0.0, R[i, own[i]] - alpha[own[i]])


@njit(cache=True)
def _choose(W, state, p, chosen):  # type: ignore[no-untyped-def]
    """Fill ``chosen`` with the given centres and the cheapest others; return (given ones, dearest, next)."""
    n_in, n_free = 0, 0
    free = np.empty(W.size, np.int64)
    for i in range(W.size):
        if state[i] == IN:
            if n_in == p:
                return -1, 0.0, 0.0
            chosen[n_in] = i
            n_in += 1
        elif state[i] == FREE and W[i] < np.inf:
            free[n_free] = i
            n_free += 1
    more = p - n_in
    if more > n_free:
        return -1, 0.0, 0.0
    order = np.argsort(W[free[:n_free]])
    for k in range(more):
        chosen[n_in + k] = free[order[k]]
    dearest = W[free[order[more - 1]]] if more > 0 else -np.inf
    after = W[free[order[more]]] if more < n_free else np.inf
    return n_in, dearest, after


@njit(cache=True)
def _fix(R, own, state, alpha, W, chosen, n_in, dearest, after, bound, cut):  # type: ignore[no-untyped-def]
    """Rule out centres and pairs, and settle centres, that every plan below ``cut`` does without or needs."""
    C, n = R.shape
    open_ = np.zeros(C, np.bool_)
    for k in range(chosen.size):
        i = chosen[k]
        open_[i] = True
        if state[i] == FREE and bound - W[i] + after >= cut:
            state[i] = IN
    for i in range(C):
        if state[i] == OUT:
            continue
        least = bound
        if not open_[i]:
            least = bound + W[i] - dearest
            if least >= cut:
                state[i] = OUT
                continue
        room = cut - least
        for j in range(n):
            if R[i, j] - alpha[j] >= room and j != own[i]:
                R[i, j] = np.inf


@njit(cache=True)
def add_row(pool, pair, mask):  # type: ignore[no-untyped-def]
    """Return the row of a pair with this set of neighbours, made where there is none; -1 where the pool is full."""
    r = pool.head[pair]
    while r >= 0:
        if pool.mask[r] == mask:
            return r
        r = pool.after[r]
    r = pool.size[0]
    if r == pool.mask.size:
        return -1
    pool.size[0] = r + 1
    pool.pair[r], pool.mask[r], pool.mu[r] = pair, mask, 0.0
    pool.after[r] = pool.head[pair]
    pool.head[pair] = r
    return r


@njit(cache=True, inline="always")
def _count(mask):  # type: ignore[no-untyped-def]
    total = 0
    while mask:
        mask &= mask - 1
        total += 1
    return total


@njit(cache=True)
def _slopes(x, chosen, shape, pool, rows, by):  # type: ignore[no-untyped-def]
    """Collect the shape rows with a slope for the open centres: (rows, slopes, how many)."""
    n = x.shape[1]
    n_rows = 0
    for k in range(chosen.size):
        i = chosen[k]
        for j in range(n):
            pair = i * n + j
            on = x[k, j]
            if not on and pool.head[pair] < 0:
                continue
            here = 0
            for b in range(shape.near.shape[1]):
                v = shape.near[j, b]
                if v >= 0 and x[k, v]:
                    here |= 1 << b
            if on:
                for w in range(shape.need.shape[0]):
                    need, rim = shape.need[w, i, j], shape.rim[w, i, j]
                    if need == 0 or _count(rim & here) >= need:
                        continue
                    _make_rows(pool, pair, rim & ~here, _count(rim) - need + 1)
            r = pool.head[pair]
            while r >= 0:
                v = (1.0 if on else 0.0) - _count(pool.mask[r] & here)
                if v > 0 or (v < 0 and pool.mu[r] > 0):
                    if n_rows == rows.size:
                        rows = np.concatenate((rows, np.empty_like(rows)))
                        by = np.concatenate((by, np.empty_like(by)))
                    rows[n_rows], by[n_rows] = r, v
                    n_rows += 1
                r = pool.after[r]
    return rows, by, n_rows


@njit(cache=True)
def _make_rows(pool, pair, missing, size):  # type: ignore[no-untyped-def]
    """Make the rows of all sets of ``size`` among the neighbours that are missing."""
    if size <= 0:
        return
    sub = missing
    while sub:  # all subsets of a mask, largest first
        if _count(sub) == size:
            add_row(pool, pair, sub)
        sub = (sub - 1) & missing


@njit(cache=True)
def ascend(  # type: ignore[no-untyped-def]
    R, own, state, alpha, cut, target, shape, pool, rounds, patience, reach, ybar, opened
):  # fmt: skip
    """Improve ``alpha`` (n,) and the prices of ``pool`` in place; return (bound, reach, rounds used).

    ``R`` (C, n) is the cost with the prices of rows in it, inf where a pair is barred; ``state`` (C,) what is settled.
    Both are narrowed to what a plan below ``cut`` can use. ``target`` is what steps aim at, inf for a little above
    the bound; ``ybar`` (C,) becomes a running mean of the open centres, ``opened`` (p,) those of the best bound. The
    bound is inf where nothing is left.
    """
    C, n = R.shape
    p = opened.size
    W = np.full(C, np.inf)
    best, best_alpha = -np.inf, alpha.copy()
    direction, slope = np.zeros(n), np.empty(n)
    chosen = np.empty(p, np.int64)
    x = np.zeros((p, n), np.bool_)
    shaped = shape.need.shape[0] > 0
    rows, by = np.empty(1024, np.int64), np.empty(1024)
    old_row, old_mu, n_old = np.empty(4096, np.int64), np.empty(4096), 0
    stale, last_fix, it = 0, -FIX_EVERY, 0
    while it < rounds:
        it += 1
        for i in range(C):
            if state[i] != OUT:
                o = own[i]
                W[i] = _worth(R[i], alpha) + max(0.0, R[i, o] - alpha[o])
        n_in, dearest, after = _choose(W, state, p, chosen)
        if n_in < 0:
            return np.inf, reach, it
        bound = alpha.sum()
        for k in range(p):
            bound += W[chosen[k]]
        stale = 0 if bound > best + 1e-6 * abs(best) or it == 1 else stale + 1
        if bound > best:
            best, n_old = bound, 0
            best_alpha[:] = alpha
            opened[:] = chosen
            if bound >= cut:
                break
            if it - last_fix >= FIX_EVERY:
                last_fix = it
                _fix(R, own, state, alpha, W, chosen, n_in, dearest, after, bound, cut)
        for i in range(C):
            ybar[i] *= 1 - RECENT
        for k in range(p):
            ybar[chosen[k]] += RECENT
        if stale >= patience:
            stale, reach = 0, reach * SHRINK
            alpha[:], direction[:] = best_alpha, 0.0
            while n_old > 0:
                n_old -= 1
                r = old_row[n_old]
                _shift(R, shape.near, pool, r, old_mu[n_old] - pool.mu[r], n)
                pool.mu[r] = old_mu[n_old]
            if reach < LEAST_REACH:
                break
            continue
        slope[:] = 1.0
        for k in range(p):
            i = chosen[k]
            for j in range(n):
                x[k, j] = R[i, j] < alpha[j] or j == own[i]
                if x[k, j]:
                    slope[j] -= 1.0
        norm = 0.0
        for j in range(n):
            direction[j] = slope[j] + MEMORY * direction[j]
            norm += direction[j] * direction[j]
        n_rows = 0
        if shaped:
            rows, by, n_rows = _slopes(x, chosen, shape, pool, rows, by)
            for q in range(n_rows):
                norm += by[q] * by[q]
        if norm < LEVEL:
            reach = 0.0  # the relaxed plan keeps every row: no multipliers are better
            break
        aim = target if target < np.inf else bound + BLIND * abs(bound)
        step = reach * max(aim - bound, 1e-7 * abs(bound)) / norm
        for j in range(n):
            alpha[j] += step * direction[j]
        for q in range(n_rows):
            r = rows[q]
            if n_old == old_row.size:
                old_row = np.concatenate((old_row, np.empty_like(old_row)))
                old_mu = np.concatenate((old_mu, np.empty_like(old_mu)))
            old_row[n_old], old_mu[n_old] = r, pool.mu[r]
            n_old += 1
            new = max(0.0, pool.mu[r] + step * by[q])
            _shift(R, shape.near, pool, r, new - pool.mu[r], n)
            pool.mu[r] = new
    alpha[:] = best_alpha
    while n_old > 0:
        n_old -= 1
        r = old_row[n_old]
        _shift(R, shape.near, pool, r, old_mu[n_old] - pool.mu[r], n)
        pool.mu[r] = old_mu[n_old]
    return best, reach, it
