"""Odd cuts: no whole plan breaks one, they close what half cars open, and closing columns loses no better plan."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from optimiser_models.standby import arrays, benders, milp, relax
from optimiser_models.standby.field import field_of
from optimiser_models.standby.master import Master
from optimiser_models.standby.odd import NAME, OddCuts
from optimiser_models.standby.relax import Relaxation

from optimiser.problems.standby import StandbyProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status
from tests.oracles.standby_cases import covering_field, standby

QUICK = SolveOptions(time_limit_s=30, confirm=False)


def a_master(problem: StandbyProblem) -> tuple[benders.Run, Master, Relaxation]:
    """Return a run without a plan, its master on all posts and the relaxation of that."""
    d, a = arrays.design(problem), arrays.aim(problem, "cover")
    blocks = {key: arrays.block(problem, *key) for key, _ in a.blocks}
    run = benders.Run(problem, d, a, (), blocks, QUICK, Recorder(), 30.0, 1.0)
    master = Master(d, a, blocks, np.arange(d.n_columns), (), 10_000)
    nothing = np.zeros(d.n_columns, dtype=bool)
    return run, master, Relaxation(run, master, field_of(d, run.aims(), blocks, nothing), {})


def test_three_posts_that_cover_two_of_three_streets_each():
    """With one car two streets are covered; half a car at each post and a half more would be all three."""
    problem = standby(
        [({"A": 0, "B": 0}, [1.0]), ({"B": 0, "C": 0}, [1.0]), ({"A": 0, "C": 0}, [1.0])],
        posts="ABC",
        n_cars=(1,),
    )
    run, master, _ = a_master(problem)
    x = np.zeros(master.n)
    x[:3] = 0.5
    x[next(iter(master.parts.values())).h :] = 1.0
    cuts = OddCuts(master, 1)
    assert cuts.fits()
    assert cuts.separate(x) == 1
    assert master.rows.names[-1] == NAME
    # h1 + h2 + h3 <= 1 + A + B + C
    assert sorted(master.rows.values[-1]) == [-1, -1, -1, 1, 1, 1]
    assert master.rows.upper[-1] == 1
    x[:3] = 1.0 / 3.0  # where no post covers more than its share nothing is broken
    x[next(iter(master.parts.values())).h :] = 2.0 / 3.0
    assert cuts.separate(x) == 0
    assert run.best is None


@pytest.mark.parametrize("seed", range(4))
def test_no_whole_plan_breaks_a_cut_and_the_bound_stays_above_the_best(seed):
    problem = covering_field(np.random.default_rng(seed), n_posts=14, n_calls=200, radius=9.0, n_cars=3)
    run, master, relaxation = a_master(problem)
    relaxation.cut()
    loose = run.bound
    best = solve(problem, milp.FORMULATION, QUICK).objectives[0].value
    run.best, run.value = None, -np.inf  # without a plan nothing is closed
    relaxation.tighten()
    assert best - 1e-6 <= run.bound <= loose
    odd = [k for k, name in enumerate(master.rows.names) if name == NAME]
    rows = master.rows.matrix(master.n)[odd]
    upper = np.array(master.rows.upper)[odd]
    for some in itertools.combinations(range(14), 3):
        cars = np.zeros(14, dtype=np.int64)
        cars[list(some)] = 1
        point = master.start(cars)
        if point is not None:
            assert (rows @ point <= upper + 1e-9).all()


def test_they_close_more_than_half_of_what_the_relaxation_leaves_open():
    """Twelve dense fields: the sum of what is open before and after."""
    before = after = 0.0
    for seed in range(12):
        problem = covering_field(np.random.default_rng(seed), n_posts=60, n_calls=300, radius=5.0, n_cars=6)
        best = solve(problem, milp.FORMULATION, QUICK).objectives[0].value
        run, _, relaxation = a_master(problem)
        relaxation.cut()
        before += max(0.0, run.bound - best)
        relaxation.tighten()
        after += max(0.0, run.bound - best)
    assert before > 0
    assert after < 0.5 * before


@pytest.mark.parametrize("seed", [5, 6])
def test_a_proof_with_odd_cuts_and_a_search_beside_it(monkeypatch, seed):
    """Closed columns, proofs begun anew: the same optimum as the textbook model."""
    monkeypatch.setattr("optimiser_models.standby.close.SMALL", 0)
    monkeypatch.setattr("optimiser_models.standby.close.WORTH_CLOSING", 0.01)
    monkeypatch.setattr(benders, "FIRST_ROUNDS", 0)
    monkeypatch.setattr(benders, "ANNEALED", 0.0)
    monkeypatch.setattr(relax, "ODD_ROUNDS", 1)
    problem = covering_field(np.random.default_rng(seed), n_posts=100, n_calls=600, radius=4.0, n_cars=9)
    ours, theirs = (solve(problem, f.FORMULATION, QUICK) for f in (benders, milp))
    assert ours.notes["odd cuts"]
    assert ours.status is theirs.status is Status.OPTIMAL
    assert ours.objectives[0].value == pytest.approx(theirs.objectives[0].value)


def test_patterns_that_count_by_degrees_have_none():
    """Gradual cover: a second car may add to a street, so one is not all."""
    problem = standby(
        [({"A": 0, "B": 1}, [2.0]), ({"B": 0}, [1.0])],
        posts="AB",
        n_cars=(1,),
        objectives=("gradual",),
        band_shares=(1.0, 0.5),
    )
    d, a = arrays.design(problem), arrays.aim(problem, "gradual")
    blocks = {key: arrays.block(problem, *key) for key, _ in a.blocks}
    assert not OddCuts(Master(d, a, blocks, np.arange(2), (), 100), 1).fits()
