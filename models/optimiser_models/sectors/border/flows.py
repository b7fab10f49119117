"""A bound for wide maps whose districts have given centres or locks: each district's least border by smallest cuts.

A district holds its own given areas and none of the others', and takes at least L and at most U of its work. For l >= 0

    border of S >= min over S of (border of S - l work of S) + l L,    and with + l and - l U alike,

and the minimum is a smallest cut. Half the sum over districts bounds the border between them (Dahlhaus et al. 1994, of
multiway cuts; Lagrange for the work). Lengths are rounded down and rewards up to whole numbers, so that it holds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import maximum_flow

from optimiser_models.sectors.arrays import FREE
from optimiser_models.sectors.border.ground import Ground

Floats = NDArray[np.float64]
Sets = NDArray[np.bool_]
LARGEST_SUM = 4e8
REWARDS = (0.0, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Rewards for work that are tried, in shares of the border of a square district by its work."""


def bound(ground: Ground, keep_going: Callable[[], bool]) -> float:
    """Return a bound on the border of every plan, 0 where no district has an area of its own."""
    d = ground.d
    own = np.zeros((d.k, d.n), dtype=bool)
    for k in range(d.k):
        own[k] = d.lock == k
        if d.fixed[k] != FREE:
            own[k, d.centre_area[d.fixed[k]]] = True
    total = 0.0
    for k in range(d.k):
        others = np.asarray(own.sum(axis=0) > own[k])
        if own[k].any() and others.any() and keep_going():
            total += _least(ground, own[k], others, k, keep_going)
    return 0.5 * total


def _least(ground: Ground, inside: Sets, outside: Sets, k: int, keep_going: Callable[[], bool]) -> float:
    d = ground.d
    grain = LARGEST_SUM / max(float(ground.length.sum()), 1e-9)
    best = 0.0
    kinds = range(len(d.weight)) if len(d.weight) else ()
    square = 4.0 * float(ground.length.mean()) * float(np.sqrt(d.n / d.k))
    best = max(best, _cut(ground, inside, outside, np.zeros(d.n), np.zeros(d.n), grain))
    for q in kinds:
        low, high = float(d.low[q, k]), float(d.high[q, k])
        for share in REWARDS[1:]:
            if not keep_going():
                return best
            if low > 0:
                each = share * square / low
                reward = each * d.weight[q]
                value = _cut(ground, inside, outside, reward, np.zeros(d.n), grain) + each * low
                best = max(best, value)
            if np.isfinite(high) and high > 0:
                each = share * square / high
                fee = each * d.weight[q]
                best = max(best, _cut(ground, inside, outside, np.zeros(d.n), fee, grain) - each * high)
    return best


def _cut(ground: Ground, inside: Sets, outside: Sets, reward: Floats, fee: Floats, grain: float) -> float:
    """Return the least of border less rewards plus fees of a district, never too high by rounding."""
    n = ground.d.n
    rewards, fees = np.ceil(reward * grain), np.floor(fee * grain)
    if rewards.sum() > LARGEST_SUM or fees.sum() > LARGEST_SUM:
        return -np.inf
    much = int(2 * LARGEST_SUM)
    u, v = ground.links.T
    length = np.floor(ground.length * grain)
    source, sink = np.full(n, n), np.full(n, n + 1)
    areas = np.arange(n)
    tail = np.concatenate([u, v, source, areas])
    head = np.concatenate([v, u, areas, sink])
    size = np.concatenate([length, length, np.where(inside, much, rewards), np.where(outside, much, fees)])
    keep = size > 0
    graph = sp.csr_array(
        (size[keep].astype(np.int32), (tail[keep], head[keep])), shape=(n + 2, n + 2), dtype=np.int32
    )
    flow = float(maximum_flow(graph, n, n + 1).flow_value)
    free = ~inside
    return (flow - float(rewards[free].sum()) - float(rewards[inside].sum())) / grain
