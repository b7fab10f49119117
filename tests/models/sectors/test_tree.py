"""Branch and cut with settled centres: its plan and its proof are those of another model, in one go or in turns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors import branch, lagrange, reading
from optimiser_models.sectors.arrays import to_plan
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.search import State
from optimiser_models.sectors.slots import slots_of

from optimiser import registry
from optimiser.problems.sectors.rules import check
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status
from tests.oracles.larger_cases import grid

SIDE = 5
CENTRES = ("a006", "a013", "a021")


def uneven(seed: int, **params):
    """Return a grid of 25 areas and three given centres where driving has little to do with distance."""
    problem = grid(SIDE, fixed_centres=CENTRES, district_ids=("1", "2", "3"), **params)
    rng = np.random.default_rng(seed)
    travel = problem.travel_s * rng.uniform(0.3, 3.0, problem.travel_s.shape)
    return replace(problem, travel_s=travel, covered_calls=(travel <= 240.0) * problem.calls[None, :])


def run_of(problem, seconds: float) -> Run:
    """Return a solve that has a time limit and nothing else yet."""
    options, d = SolveOptions(time_limit_s=seconds), reading.prepare(problem)
    return Run(problem, d, options, Recorder(sense="min"), 0.0, seconds, name=problem.params.objectives[0])


@pytest.mark.parametrize("aim", ["travel", "cover"])
def test_the_tree_ends_with_the_best_plan(aim):
    """As found by the model with flows, which knows no separators; where balance leaves no plan, that is said."""
    looked = plans = 0
    for seed in range(8):
        problem = uneven(seed, balance_frac={"calls": 0.02 if seed % 2 else 0.1}, objectives=(aim,))
        other = solve(problem, registry.load("sectors.flow"), SolveOptions(time_limit_s=60, confirm=False))
        run = run_of(problem, 60)
        slots, pairs = slots_of(run.d), lagrange.servable(run.d)
        notes = branch.close(run, slots, pairs)
        looked += notes["tree"]
        if other.status is Status.INFEASIBLE:
            assert run.infeasible
            continue
        plans += 1
        assert other.status is Status.OPTIMAL
        assert run.best is not None
        assert run.gap() <= 1e-6
        assert run.sign * run.best.cost == pytest.approx(other.objectives[0].value), seed
        assert not check(problem, to_plan(problem, run.d, run.best.label, run.best.centre))
    assert plans >= 4
    assert looked >= 20


def test_a_tree_goes_on_where_its_last_turn_ended():
    """Turns too short to end it, one after another: the same answer, and no node is looked at from the start again."""
    problem = uneven(3, balance_frac={"calls": 0.02}, objectives=("travel",))
    whole = run_of(problem, 60)
    nodes = branch.close(whole, slots_of(whole.d), lagrange.servable(whole.d))["tree"]
    run = run_of(problem, 60)
    slots, pairs = slots_of(run.d), lagrange.servable(run.d)
    leaf = branch.Leaf(branch.model_of(run, slots, pairs))
    turns, looked = 0, []
    while not run.done():
        turns += 1
        run.until_s = min(60.0, run.report.elapsed_s() + 0.02 * 2**turns)
        looked.append(branch.close(run, slots, pairs, leaf)["tree"])
        run.until_s = 60.0
    assert turns >= 2
    assert looked == sorted(looked)
    assert looked[-1] <= 4 * nodes + 20
    assert run.best.cost == pytest.approx(whole.best.cost)


def test_a_more_important_aim_is_near_enough_only_after_a_while():
    """Two hundredths of a percent never, half of one hundredth after a quarter of its time; the last aim at once."""
    run = run_of(uneven(0, balance_frac={"calls": 0.1}, objectives=("travel",)), 60)
    run.options = replace(run.options, gap_frac=0.01)
    label = np.zeros(run.d.n, dtype=np.int64)
    run.best = State(label, np.arange(3), 100.0)
    for gap, began, last, near in (
        (5e-5, 0.0, False, False),
        (5e-5, -30.0, False, True),
        (2e-4, -30.0, False, False),
        (5e-3, 0.0, True, True),
    ):
        run.bound, run.began_s, run.last = 100.0 * (1 - gap), began, last
        assert run.done() is near, (gap, began, last)


def test_a_long_tree_searches_for_plans(monkeypatch):
    """Searches take their share of a tree of all plans, and none of a part that has searches beside it."""
    problem = uneven(3, balance_frac={"calls": 0.02}, objectives=("travel",))
    monkeypatch.setattr(branch, "SEARCH_PART", 1e3)
    monkeypatch.setattr(branch, "SEARCH_S", 0.0)
    heard = []
    monkeypatch.setattr(branch, "search_on", lambda run, seed, seconds: heard.append(seed))
    for whole in (False, True):
        run = run_of(problem, 60)
        run.whole = whole
        branch.close(run, slots_of(run.d), lagrange.servable(run.d))
        assert bool(heard) is whole
    assert len(set(heard)) == len(heard)
