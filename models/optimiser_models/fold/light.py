"""A bound on single rows of many beats: what it takes to have no beat that is too light alone.

With k cars and every car within D of the even share, a beat with less than (1 - D)/k of the work is never alone. Let
there be A such light beats, and let M be the most pairs of them that touch, no beat in two pairs, none with more than
(1 + D)/k together. A row with k groups has made n - k joins. A group of s beats took s - 1 joins, so the light beats
took at least A joins less the number of groups that are light throughout; each of those holds such a pair, so there
are at most M. Hence a row within D needs

    n - k >= A(D) - M(D)                                                                  (1)

A - M falls as D grows, so halving finds the largest D that (1) rules out: a bound on row k. M is a maximum matching
(Edmonds 1965, by networkx).
"""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

_HALVINGS = 14
_ALLOWANCE = 1e-9


def light_rows(share: NDArray[np.float64], edges: NDArray[np.int64], fewest: int) -> NDArray[np.float64]:
    """Return a bound on the largest deviation of a row by number of cars, shape (n + 1,).

    Parameters
    ----------
    share
        Share of the work of each beat, shape (n,).
    edges
        Links, shape (m, 2).
    fewest
        The least number of cars wanted; 0 stands below it.
    """
    n = len(share)
    best = np.zeros(n + 1)
    for k in range(fewest, n):
        low, high = 0.0, 1.0
        if _possible(share, edges, k, low):
            continue
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if _possible(share, edges, k, middle) else (middle, high)
        best[k] = low
    return best


def _possible(share: NDArray[np.float64], edges: NDArray[np.int64], k: int, off: float) -> bool:
    """Whether (1) allows a row of k cars within ``off``."""
    light = share < (1 - off) / k - _ALLOWANCE
    joins = len(share) - k
    n_light = int(light.sum())
    if n_light <= joins:
        return True
    if n_light > 2 * joins:  # M is at most half of A
        return False
    a, b = edges[:, 0], edges[:, 1]
    pairs = light[a] & light[b] & (share[a] + share[b] <= (1 + off) / k + _ALLOWANCE)
    graph = nx.Graph(edges[pairs].tolist())
    return n_light - len(nx.max_weight_matching(graph, maxcardinality=True)) <= joins
