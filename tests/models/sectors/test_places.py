"""Rules and objectives about places, today and shape: sectors.cuts against looking at every plan."""

from __future__ import annotations

import pytest

from optimiser import registry
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.sectors_cases import enumerate_best, random_problem_of_places

SEEDS = range(36)
"""Four of each objective."""


def test_every_objective_matches_enumeration():
    """Best value and infeasibility by sectors.cuts are those of all plans, and at least half have a plan."""
    formulation = registry.load("sectors.cuts")
    feasible = 0
    for seed in SEEDS:
        problem = random_problem_of_places(seed)
        assert not formulation.refuses(problem), seed
        plan, value = enumerate_best(problem)
        result = solve(problem, formulation, SolveOptions(time_limit_s=30, confirm=False))
        if plan is None:
            assert result.status is Status.INFEASIBLE, seed
            continue
        feasible += 1
        found = result.objectives[0].value
        assert found == pytest.approx(value, rel=1e-6, abs=1e-6), (seed, problem.params.objectives)
        assert result.status is Status.OPTIMAL, (seed, problem.params.objectives, result.bound)
    assert feasible >= len(SEEDS) // 2
