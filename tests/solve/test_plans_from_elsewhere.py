"""A plan found elsewhere while HiGHS searches: taken at once, nothing worse told after it, the same optimum."""

import numpy as np
import scipy.sparse as sp

from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.backends.linear import INFINITE, LinearModel
from optimiser.solve.options import SolveOptions


def knapsacks(n_rows: int, n: int, seed: int) -> LinearModel:
    rng = np.random.default_rng(seed)
    a = rng.integers(5, 100, (n_rows, n)).astype(float)
    return LinearModel(
        sense="min",
        cost=-(a.mean(axis=0) + rng.integers(0, 20, n)),
        offset=0.0,
        lower=np.zeros(n),
        upper=np.ones(n),
        integer=np.ones(n, dtype=bool),
        a=sp.csr_array(a),
        row_lower=np.full(n_rows, -INFINITE),
        row_upper=np.floor(a.sum(axis=1) / 2),
        row_names=("row",) * n_rows,
    )


def test_a_plan_from_elsewhere_is_taken_and_asked_for_once():
    model, options = knapsacks(5, 30, 1), SolveOptions()
    best = solve_linear(model, time_limit_s=60.0, options=options)
    assert best.objective is not None
    for known in (best.x, None):
        told: list[float] = []
        given = [known]
        watch = Watch(
            lambda objective, bound, x, told=told: told.append(objective),
            better=lambda given=given: given.pop() if given else None,
        )
        again = solve_linear(model, time_limit_s=60.0, options=options, lean=True, watch=watch)
        assert not given
        assert again.objective == best.objective
        assert bool(told) == (known is None)  # by itself HiGHS has worse plans first
