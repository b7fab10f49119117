"""Strength: both formulations give the best of all plans in every objective, and agree on a whole force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import registry
from optimiser.problems.strength import FAMILY, StrengthParams, StrengthProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.strength_cases import enumerate_best, random_problem, three_districts, vector

QUICK = SolveOptions(time_limit_s=30, confirm=False)
METHODS = ("strength.marginal", "strength.milp")


@pytest.mark.parametrize("method", METHODS)
def test_every_objective_matches_enumeration(method):
    """Not the worst district only: the whole order, and then the fewest moves, on 48 seeded problems."""
    feasible = 0
    for seed in range(48):
        problem = random_problem(seed)
        plan, _ = enumerate_best(problem)
        result = solve(problem, registry.load(method), QUICK)
        if plan is None:
            assert result.status is Status.INFEASIBLE, seed
            continue
        feasible += 1
        assert vector(problem, result.plan) == pytest.approx(vector(problem, plan), abs=1e-6), seed
        assert result.status is Status.OPTIMAL, seed
    assert feasible >= 24


def force(aim: str, seed: int, **params) -> StrengthProblem:
    """Eight districts and some 250 officers, curves of a queue's shape."""
    rng = np.random.default_rng(seed)
    k, assigned = 8, rng.integers(15, 45, 8)
    total = int(assigned.sum()) + 12
    n = np.arange(total + 1)
    half = rng.uniform(5, 40, k)
    return StrengthProblem(
        district_ids=tuple(f"D{i}" for i in range(k)),
        work_h=rng.uniform(200, 900, k),
        assigned=assigned,
        unfit=rng.integers(0, 3, k),
        new_officers=12,
        service=1 - np.exp(-n[None, :] / half[:, None]),
        shortage=1000 * np.exp(-n[None, :] / half[:, None]),
        minimum=np.full(k, 10),
        most=np.full(k, 60),
        params=StrengthParams(aim=aim, **params),
    )


@pytest.mark.parametrize(
    ("aim", "params"),
    [
        ("fair", {}),
        ("fair", {"most_moved": 9.0}),
        ("equal", {"most_given": 4.0}),
        ("proportional", {"move_price": 0.05}),
        ("shortage", {"most_moved": 10.0, "most_given": 5.0}),
    ],
)
def test_two_routes_agree(aim, params):
    """Marginal allocation or dynamic programming against the MILP, on a force too large for enumeration."""
    problem = force(aim, 3, **params)
    one, other = (solve(problem, registry.load(m), QUICK) for m in METHODS)
    assert one.status is other.status is Status.OPTIMAL
    assert vector(problem, one.plan) == pytest.approx(vector(problem, other.plan), rel=1e-6, abs=1e-6)


def test_certificate_confirms_in_turn():
    """Max-min in turn without a tie that binds is confirmed by plain arithmetic, all of it."""
    result = solve(force("fair", 5), registry.load("strength.marginal"))
    assert {o.confirmed_by for o in result.objectives} == {"plain arithmetic"}


def test_ties_are_looked_at_in_every_way():
    """Two officers for three districts alike in their first: which stays without decides what the others get."""
    service = np.array([[0.0, 1, 1, 1], [0.0, 1, 2, 2], [0.0, 1, 3, 3]])
    problem = StrengthProblem(
        district_ids=("a", "b", "c"),
        work_h=np.ones(3),
        assigned=np.array([1, 0, 0]),
        unfit=np.zeros(3, dtype=np.int64),
        new_officers=1,
        service=service,
        minimum=np.zeros(3, dtype=np.int64),
        most=np.full(3, 9),
        params=StrengthParams(),
    )
    plan, _ = enumerate_best(problem)
    for method in METHODS:
        result = solve(problem, registry.load(method), QUICK)
        assert vector(problem, result.plan) == vector(problem, plan)  # 0, 1, 1 and nobody moves


def test_a_move_limit_costs_service():
    """The fewer may move, the lower the worst service, down to today's where nobody may."""
    worst = []
    for most in (0.0, 5.0, 20.0, float("inf")):
        problem = force("fair", 7, most_moved=most)
        worst.append(solve(problem, registry.load("strength.marginal")).objectives[0].value)
    assert worst == sorted(worst)
    assert worst[0] < worst[-1]


def test_what_cannot_be_is_said_before_any_search():
    """Minimums of 9 with 8 at work; a room that is too small; both in the planner's words."""
    (said,) = FAMILY.contradictions(three_districts(minimum=(5, 4, 0)))
    assert "at least 10 officers" in said  # 5 + 4 at work and the one unfit
    (said,) = FAMILY.contradictions(three_districts(most=(3, 2, 2)))
    assert "room for 7" in said
    (said,) = FAMILY.contradictions(three_districts(minimum=(0, 5, 0), most_moved=2))
    assert "3 officers must move" in said


def test_faulty_data_are_refused():
    """More unfit than assigned, a service that falls, no work at all, a price where nothing is summed."""
    good = three_districts()
    with pytest.raises(ValueError, match="unfit of 2 assigned"):
        replace(good, unfit=np.array([0, 3, 0]))
    with pytest.raises(ValueError, match="cannot make it worse"):
        replace(good, service=good.service[:, ::-1].copy())
    with pytest.raises(ValueError, match="any work"):
        replace(good, work_h=np.zeros(3))
    with pytest.raises(ValueError, match="one sum"):
        StrengthParams(aim="fair", move_price=1.0)
