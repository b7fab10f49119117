"""A first aim that every area meets at its best: the second is sought among the pairs that keep it, and is the best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors import reading

from optimiser import registry
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.models.sectors.test_border import grid
from tests.oracles.sectors_cases import enumerate_in_order, random_problem


def test_what_the_pairs_keep_anyway_is_no_limit_any_more():
    """A limit that some choice of pairs breaks stays with all pairs; one that none breaks goes, and the pairs bind."""
    problem = grid(3, 3)
    d = reading.prepare(replace(problem, params=replace(problem.params, objectives=("travel",))))
    side = np.arange(d.cost.size, dtype=float).reshape(1, *d.cost.shape)
    pairs = d.allowed.copy()
    pairs[4:, 0] = False
    most = float(np.where(pairs, side[0], -np.inf).max(axis=0).sum())
    for limit, gone in ((most, True), (most - 1.0, False)):
        limited = replace(d, side=side, side_limit=np.array([limit]))
        kept = limited.where_kept(pairs)
        assert (len(kept.side) == 0) is gone
        assert (kept.allowed == (pairs & d.allowed if gone else d.allowed)).all()
    assert d.where_kept(None) is d


def test_the_second_aim_is_best_among_the_plans_best_by_the_first():
    """Cover with a wide target, so that most maps have plans that cover all: then the least driving, by enumeration."""
    all_covered = 0
    for seed in range(16):
        problem = random_problem(seed)
        within = problem.travel_s <= np.quantile(problem.travel_s, 0.8)
        problem = replace(
            problem,
            covered_calls=np.where(within, problem.calls, 0.0),
            params=replace(problem.params, objectives=("cover", "travel"), limits={}),
        )
        values = enumerate_in_order(problem)
        result = solve(problem, registry.load("sectors.cuts"), SolveOptions(time_limit_s=60, confirm=False))
        if values is None:
            assert result.status is Status.INFEASIBLE
            continue
        assert result.status is Status.OPTIMAL
        cover, travel = (o.value for o in result.objectives)
        assert (-cover, travel) == pytest.approx(values, rel=1e-6, abs=1e-6)
        all_covered += cover == pytest.approx(problem.calls.sum())
    assert all_covered >= 3
