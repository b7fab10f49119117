"""Fewest moves: the labelling model against every plan there is, and against the model with centres."""

from __future__ import annotations

import pytest

from optimiser import registry
from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.sectors_cases import enumerate_best, path_of_four, random_problem_of_moves

OPTIONS = SolveOptions(time_limit_s=30, confirm=False)


@pytest.mark.parametrize("block", range(6))
def test_every_plan_there_is(block):
    """Random maps with plans that break most rules, moves counted in areas or work: the least of all plans."""
    method = registry.load("sectors.moves")
    with_plan = 0
    for seed in range(8 * block, 8 * block + 8):
        problem = random_problem_of_moves(seed)
        plan, value = enumerate_best(problem)
        result = solve(problem, method, OPTIONS)
        if plan is None:
            assert result.status is Status.INFEASIBLE, seed
            continue
        with_plan += 1
        assert result.status is Status.OPTIMAL, seed
        assert result.objectives[0].value == pytest.approx(value, abs=1e-9), seed
    assert with_plan >= 3


def test_a_piece_that_is_cut_off_by_hand():
    """A-B-C-D as 1 2 1 2, no balance: one area must move (B to 1, or C to 2), and one suffices."""
    problem = path_of_four(today=("1", "2", "1", "2"), objectives=("moved",), balance_frac={})
    result = solve(problem, registry.load("sectors.moves"), OPTIONS)
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].value == 0.25
    assert result.objectives[0].bound == 0.25


def test_a_plan_that_breaks_nothing_stays():
    """Nothing has to move, and the proof says so."""
    problem = path_of_four(today=("1", "1", "2", "2"), objectives=("moved",))
    result = solve(problem, registry.load("sectors.moves"), SolveOptions(time_limit_s=30))
    assert result.objectives[0].value == 0.0
    assert result.confirmed_by == "plain sums (nothing has to move)"
    plan = SectorsPlan(dict(zip("ABCD", problem.today, strict=True)), result.plan.centre_of)
    assert FAMILY.check(problem, plan) == []
    assert result.plan.district_of == plan.district_of


@pytest.mark.parametrize(
    "params",
    [
        {"objectives": ("travel",)},
        {"objectives": ("moved", "travel")},
        {"objectives": ("moved",), "longest_drive_s": 100.0},
        {"objectives": ("moved",), "relax": {"contiguity": 1.0}},
    ],
)
def test_what_it_refuses(params):
    """Other objectives, a drive limit with free centres, and what it cannot relax: said, not ignored."""
    refusal = registry.load("sectors.moves").refuses(path_of_four(today=("1", "1", "2", "2"), **params))
    assert "use sectors." in refusal
