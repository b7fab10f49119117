"""Compile the loops of bound and search on a tiny map, before the clock of a first solve starts."""

from __future__ import annotations

import numpy as np

from optimiser_models.sectors.median.ascent import Shape, ascend, empty_pool, price_in, worths
from optimiser_models.sectors.median.interchange import interchange
from optimiser_models.sectors.median.mend import mend
from optimiser_models.sectors.median.propagate import propagate
from optimiser_models.sectors.separate import separators


def compile_loops() -> None:
    """Run every compiled loop once, on four areas in a row with two centres."""
    n, p = 4, 2
    cost = np.abs(np.subtract.outer(np.arange(float(n)), np.arange(float(n))))
    own, state = np.arange(n), np.zeros(n, dtype=np.int64)
    near = np.array([[1, -1], [0, 2], [1, 3], [2, -1]], dtype=np.int64)
    need = np.ones((1, n, n), dtype=np.int64)
    shape = Shape(near, need, 3 * need)
    pool = empty_pool(n * n, 64)
    opened = np.zeros(p, dtype=np.int64)
    for _ in range(2):
        r = cost.copy()
        price_in(r, near, pool)
        worths(r, own, np.ones(n), np.empty(n))
        ascend(r, own, state.copy(), np.ones(n), 9.0, 9.0, shape, pool, 4, 2, 1.0, np.zeros(n), opened)
    propagate(cost.copy(), own, state.copy(), p, shape)
    interchange(cost, state, np.arange(p), 2)
    label = np.zeros(n, dtype=np.int64)
    mend(cost[:p].copy(), own[:p].copy(), need[:, :p].copy(), shape.rim[:, :p].copy(), near, label, 2, 1)
    links = near[near >= 0]
    separators(
        np.array([1.0, 0.0, 1.0, 0.0]), 0, np.concatenate([[0], np.cumsum((near >= 0).sum(axis=1))]), links
    )
