"""Every way to part a graph into connected districts with work from L to U, one by one: no prices, no bounds.

Written apart from the product. The first district holds the first unit of an order, the next the first of what is left,
and so on: by weight, the heaviest first, unless another order is given (all see the same plans). Of each, every
connected set is grown by taking or refusing one neighbour after the other. A district is only dropped where it is too
heavy, or where it leaves a piece too light for any district or more pieces than districts.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

FREE, REFUSED = -1, -2


@dataclass(frozen=True)
class Count:
    """How many plans there are up to the names of districts, the first of them (P, n), and whether all were seen."""

    n_plans: int
    plans: NDArray[np.int8]
    whole: bool


def partitions(
    work: NDArray[np.int64],
    edges: NDArray[np.int64],
    k: int,
    low: int,
    high: int,
    *,
    keep: int = 0,
    limit_s: float = 3600.0,
    order: NDArray[np.int64] | None = None,
) -> Count:
    """Count the plans, and keep the first ``keep`` of them; stop after ``limit_s``."""
    n = len(work)
    near = np.zeros((n, n), dtype=np.bool_)
    near[edges[:, 0], edges[:, 1]] = near[edges[:, 1], edges[:, 0]] = True
    order = np.argsort(-work, kind="stable") if order is None else order
    near, heavy = near[np.ix_(order, order)], work[order]
    degree = near.sum(axis=1)
    links = np.full((n, max(1, int(degree.max(initial=0)))), -1, dtype=np.int64)
    for i in range(n):
        links[i, : degree[i]] = np.flatnonzero(near[i])
    stop = np.zeros(1, dtype=np.int64)
    timer = threading.Timer(limit_s, stop.__setitem__, (0, 1))
    timer.start()
    plans = np.zeros((keep, n), dtype=np.int8)
    count = np.zeros(1, dtype=np.int64)
    label = np.full(n, FREE, dtype=np.int64)
    label[0] = 0
    if k > 1:
        _grow(label, 0, heavy[0], heavy, links, k, low, high, plans, count, stop)
    else:
        _rest(label, 0, heavy, links, low, high, plans, count)
    timer.cancel()
    back = np.empty_like(plans)
    back[:, order] = plans
    return Count(int(count[0]), back[: min(keep, int(count[0]))], not stop[0])


@njit(cache=True)
def _pieces(label, links, work):  # type: ignore[no-untyped-def]
    """Return (number of pieces of units without a district, work of the lightest)."""
    seen = label >= 0
    stack = np.empty(label.size, np.int64)
    count, lightest = 0, np.int64(9_000_000_000_000_000)
    for s in range(label.size):
        if seen[s]:
            continue
        seen[s] = True
        stack[0] = s
        top, total = 1, np.int64(0)
        while top > 0:
            top -= 1
            u = stack[top]
            total += work[u]
            for v in links[u]:
                if v >= 0 and not seen[v]:
                    seen[v] = True
                    stack[top] = v
                    top += 1
        count += 1
        lightest = min(lightest, total)
    return count, lightest


@njit(cache=True)
def _neighbour(label, d, links):  # type: ignore[no-untyped-def]
    """Return the first free unit next to district d, -1 where there is none."""
    for u in range(label.size):
        if label[u] == FREE:
            for v in links[u]:
                if v >= 0 and label[v] == d:
                    return u
    return -1


@njit(cache=True)
def _rest(label, d, work, links, low, high, plans, count):  # type: ignore[no-untyped-def]
    """Take what is left as the last district, d, if it is one."""
    left = label.copy()
    left[left >= d] = FREE
    pieces, total = _pieces(left, links, work)
    if pieces == 1 and low <= total <= high:
        if count[0] < plans.shape[0]:
            for i in range(label.size):
                plans[count[0], i] = label[i] if 0 <= label[i] < d else d
        count[0] += 1


@njit(cache=True, nogil=True)
def _grow(label, d, load, work, links, k, low, high, plans, count, stop):  # type: ignore[no-untyped-def]
    """Close district d as it stands, and then with each further unit."""
    if stop[0]:
        return
    if low <= load <= high:
        here = label.copy()
        here[here == REFUSED] = FREE
        if d + 1 == k - 1:
            _rest(here, k - 1, work, links, low, high, plans, count)
        else:
            pieces, lightest = _pieces(here, links, work)
            if 0 < pieces < k - d and lightest >= low:
                root = np.argmax(here == FREE)
                here[root] = d + 1
                _grow(here, d + 1, work[root], work, links, k, low, high, plans, count, stop)
    refused = np.empty(label.size, np.int64)
    n_refused = 0
    while True:
        v = _neighbour(label, d, links)
        if v < 0:
            break
        if load + work[v] <= high:
            label[v] = d
            _grow(label, d, load + work[v], work, links, k, low, high, plans, count, stop)
        label[v] = REFUSED
        refused[n_refused] = v
        n_refused += 1
    for q in range(n_refused):
        label[refused[q]] = FREE
