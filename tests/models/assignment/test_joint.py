"""The joint method: the same optima as CP-SAT, its first plan admissible, its certificate priced right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.assignment import cpsat, joint
from optimiser_models.assignment.arcs import admissible, chosen, possible_moves
from optimiser_models.assignment.milp import construct
from optimiser_models.assignment.pricing import may_leave_out, reduced_costs
from optimiser_models.assignment.reduce import cover_rows
from optimiser_models.assignment.search import search

from optimiser.problems.assignment import check, objectives
from optimiser.solve.backends.highs_arrays import solve_linear
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status
from tests.benchmarks.dispatch_scenes import scene
from tests.oracles.assignment_cases import crowded_problem, enumerate_best, random_problem

OPTIONS = SolveOptions(time_limit_s=30, confirm=False)


@pytest.mark.parametrize("seed", range(40))
def test_matches_every_plan_tried(seed):
    """All options of the family in small snapshots."""
    problem = random_problem(seed)
    plan, value = enumerate_best(problem)
    result = solve(problem, joint.FORMULATION, OPTIONS)
    if plan is None:
        assert result.status is Status.INFEASIBLE
    else:
        assert result.status is Status.OPTIMAL
        assert result.objectives[0].value == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_agrees_with_cpsat_on_crowded_snapshots(seed):
    """24 units; CP-SAT leaves nothing out."""
    problem = crowded_problem(seed)
    ours, theirs = solve(problem, joint.FORMULATION, OPTIONS), solve(problem, cpsat.FORMULATION, OPTIONS)
    assert ours.status == theirs.status
    if ours.objectives:
        assert ours.objectives[0].value == pytest.approx(theirs.objectives[0].value, rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_columns_left_out_lose_nothing(seed, monkeypatch):
    """A first core of one arc an incident and size, and small cores: arcs must join, and the answer is the same."""
    problem = scene("grid", (40, 8, 20), seed)
    whole = solve(problem, joint.FORMULATION, OPTIONS)
    monkeypatch.setattr(joint, "NEAREST_KEPT", 1)
    monkeypatch.setattr(joint, "FEW_COLUMNS", 10)
    small = solve(problem, joint.FORMULATION, OPTIONS)
    assert whole.status is small.status is Status.OPTIMAL
    assert small.objectives[0].value == pytest.approx(whole.objectives[0].value, rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_prices_are_those_of_the_whole_model(seed):
    """On a model that holds every arc the reduced costs worked out by hand are HiGHS's own, or below them."""
    problem = scene("grid", (30, 6, 15), seed)
    arcs, moves = admissible(problem), possible_moves(problem)
    built = construct(problem, arcs, moves, cover_rows(problem, arcs, moves))
    found = solve_linear(
        replace(built.model, integer=np.zeros_like(built.model.integer)), time_limit_s=20, options=OPTIONS
    )
    first, further = reduced_costs(problem, built, found.row_dual, arcs)
    own = found.reduced_cost * built.scale
    known = may_leave_out(problem, arcs)
    assert known.sum() > 0.5 * known.size
    assert (first[known] <= own[built.columns.first][known] + 1e-4).all()
    two = known & (built.columns.further >= 0)
    assert (further[two] <= own[built.columns.further[two]] + 1e-4).all()
    large = known & (arcs.officers == problem.officers.max())  # no row of their own is left out
    assert first[large] == pytest.approx(own[built.columns.first][large], abs=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_the_first_plan_keeps_every_rule(seed):
    """Of snapshots without reserve and floor; it is the same each time."""
    problem = random_problem(seed)
    problem = replace(problem, params=replace(problem.params, reserve_units={}, coverage_hard=False))
    plan = search(problem)
    assert check(problem, plan) == []
    assert search(problem) == plan


def test_the_first_plan_is_near_the_best():
    """Within 8 % on four larger grids (2 % on real streets by the dispatch suite), and never better than the best."""
    for seed in range(4):
        problem = scene("grid", (60, 12, 30), seed)
        best = solve(problem, joint.FORMULATION, OPTIONS).objectives[0].value
        value = objectives(problem, search(problem))[0].value
        assert best - 1e-6 <= value <= 1.08 * best


def test_a_core_grows_from_the_last_one():
    """The values carried over to a larger core are a solution of it."""
    problem = scene("grid", (40, 8, 20), 1)
    run = joint._Solve(problem, OPTIONS, Recorder())
    arcs, moves = admissible(problem), possible_moves(problem)
    run.offer(search(problem, arcs), "")
    cover = cover_rows(problem, arcs, moves)
    used = chosen(problem, arcs, run.plan)
    core = joint._first_core(problem, arcs, used)
    _, _, costs = joint._relaxation(run, arcs, moves, cover, core)
    _, last = joint._solve_core(run, arcs, moves, cover, costs, 5.0, used, None)
    assert last is not None
    inside = np.arange(arcs.unit.size)
    built = construct(problem, arcs, moves, cover)
    values = joint._carried(arcs, last, inside, built)
    assert values is not None
    rows = built.model.a @ values
    assert (rows >= built.model.row_lower - 1e-6).all()
    assert (rows <= built.model.row_upper + 1e-6).all()
    assert built.model.cost @ values == pytest.approx(last[1].model.cost @ last[2])
