"""The best plan on some posts, where a car covers a place in full or not at all: the textbook model, by HiGHS.

    min  sum_r w_r z_r     s.t.  sum_{c covers r} x_c + z_r >= 1  for each row r,   sum_c x_c = n,   x binary

Rows that are equal on these posts are added up, which leaves few of them. Church and ReVelle (1974).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.backends.linear import INFINITE, LinearModel
from optimiser.solve.options import SolveOptions
from optimiser_models.standby.arrays import BEST, Block, without
from optimiser_models.standby.field import Field

MOST_ENTRIES = 100_000
"""Entries up to which a merge is tried: HiGHS cannot be told to end before its first relaxation, here some 2 s."""
LARGEST_WEIGHT = 1e5
"""Weights are scaled so that none is larger."""


def merge(
    f: Field,
    some: NDArray[np.bool_],
    cars: NDArray[np.int64],
    seconds: float,
    options: SolveOptions,
    should_stop: Callable[[], bool],
) -> NDArray[np.int64] | None:
    """Return the best plan found on some columns, shape (N,), of as many cars as ``cars``, which stand on them too.

    None where the question is too large. ``f`` is a question that :func:`.anneal.fits`; ``some`` a mask over all
    columns, shape (N,).
    """
    out = ~((some & ~f.banned) | f.must | (cars > 0))
    if out.size - out.sum() == 0 or int((~out[f.column]).sum()) > MOST_ENTRIES:
        return None
    here = np.flatnonzero(~out)
    rows = without(Block(BEST, 0.0, f.starts, f.column.astype(np.int64), f.gain, f.weight), out)
    weight = rows.weight * rows.gain[rows.starts[:-1]]
    at = np.full(cars.size, -1)
    at[here] = np.arange(here.size)
    covers = sp.csr_array(
        (np.ones(rows.column.size), at[rows.column], rows.starts), shape=(rows.n_rows, here.size)
    )
    n, m = here.size, rows.n_rows
    a = sp.csr_array(
        sp.vstack([sp.hstack([covers, sp.eye_array(m)]), sp.hstack([np.ones((1, n)), sp.csr_array((1, m))])])
    )
    n_cars = float(cars.sum())
    x = cars[here].astype(float)
    model = LinearModel(
        sense="min",
        cost=np.concatenate([np.zeros(n), weight / max(1.0, weight.max(initial=0.0) / LARGEST_WEIGHT)]),
        lower=np.concatenate([f.must[here].astype(float), np.zeros(m)]),
        upper=np.ones(n + m),
        integer=np.arange(n + m) < n,
        a=a,
        row_lower=np.append(np.ones(m), n_cars),
        row_upper=np.append(np.full(m, INFINITE), n_cars),
    )
    solved = solve_linear(
        model,
        time_limit_s=seconds,
        options=options,
        start=np.concatenate([x, (covers @ x == 0).astype(float)]),
        watch=Watch(should_stop=should_stop),
        gap_frac=0.0,
        once=True,
    )
    best = np.zeros_like(cars)
    best[here] = cars[here] if solved.x is None else np.round(solved.x[:n]).astype(np.int64)
    return best
