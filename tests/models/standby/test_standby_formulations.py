"""Standby formulations beyond the contract: more seeds, several objectives, bounds, the published sample."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from optimiser_models.standby import anneal, arrays, benders, close, milp, polish, search
from optimiser_models.standby.beside import Beside
from optimiser_models.standby.dominate import dominated
from optimiser_models.standby.field import field_of
from optimiser_models.standby.master import Master
from optimiser_models.standby.odd import OddCuts
from optimiser_models.standby.relax import certificate

from optimiser.problems.standby import FAMILY, StandbyParams, StandbyProblem
from optimiser.problems.standby.data import sense_of
from optimiser.solve.backends.highs_arrays import solve_linear
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status
from tests.oracles.circle_patterns import CirclePatterns
from tests.oracles.standby_cases import (
    covering_field,
    enumerate_best,
    every_plan,
    line,
    random_problem,
    standby,
    worth,
)

QUICK = SolveOptions(time_limit_s=30, confirm=False)
SHARED = Path(__file__).resolve().parents[4] / "shared/data/location"


@pytest.mark.parametrize("formulation", [benders.FORMULATION, milp.FORMULATION], ids=lambda f: f.name)
def test_more_seeds_match_enumeration(formulation):
    """The contract looks at eight; options come together in more ways than that."""
    feasible = 0
    for seed in range(8, 32):
        problem = random_problem(seed)
        plan, value = enumerate_best(problem)
        result = solve(problem, formulation, QUICK)
        assert result.status is (Status.INFEASIBLE if plan is None else Status.OPTIMAL), seed
        if plan is not None:
            feasible += 1
            assert result.objectives[0].value == pytest.approx(value, rel=1e-6, abs=1e-6), seed
    assert feasible >= 12


@pytest.mark.parametrize("second", ["posts", "backup", "expected", "moves", "cost"])
def test_second_objective_among_the_best(second):
    """Cover first and then another: enumeration over the plans that cover most."""
    compared = 0
    for seed in range(8):
        problem = random_problem(seed)
        problem = replace(problem, params=replace(problem.params, objectives=("cover", second), weights={}))
        plans = [p for p in every_plan(problem) if not FAMILY.check(problem, p)]
        if not plans:
            continue
        most = max(worth(problem, p, "cover") for p in plans)
        sign = 1.0 if sense_of(second) == "min" else -1.0
        tied = [p for p in plans if worth(problem, p, "cover") > most - 1e-9]
        best = sign * min(sign * worth(problem, p, second) for p in tied)
        result = solve(problem, benders.FORMULATION, QUICK)
        assert result.status is Status.OPTIMAL, seed
        assert [o.value for o in result.objectives] == pytest.approx([most, best], rel=1e-6, abs=1e-6), seed
        compared += 1
    assert compared >= 4


def test_relaxation_is_never_below_the_optimum():
    """The bound summed up from prices, also from prices that are not the solver's."""
    compared = 0
    for seed in range(20):
        problem = random_problem(seed)
        plan, value = enumerate_best(problem)
        if plan is None:
            continue
        d, a = arrays.design(problem), arrays.aim(problem, problem.params.objectives[0])
        keys = {k for k, _ in a.blocks} | {("cover", t) for t, _ in d.least}
        blocks = {k: arrays.block(problem, *k) for k in sorted(keys)}
        master = Master(d, a, blocks, np.arange(d.n_columns), (), 10**6)
        model = master.model()
        relaxed = replace(model, integer=np.zeros_like(model.integer))
        duals = solve_linear(relaxed, time_limit_s=10, options=QUICK).row_dual
        rng = np.random.default_rng(seed)
        for prices in (duals, duals * rng.uniform(0, 2, duals.size), rng.normal(size=duals.size)):
            bound = -certificate(model, prices)[0] * master.scale
            assert bound >= a.sign * value - 1e-6 * max(1.0, abs(value)), seed
        compared += 1
    assert compared >= 10


def test_search_keeps_its_books():
    """What the compiled search says a plan is worth is what the arrays count, over many kicks."""
    for seed in range(20):
        problem = random_problem(seed)
        d, a = arrays.design(problem), arrays.aim(problem, problem.params.objectives[0])
        blocks = {k: arrays.block(problem, *k) for k, _ in a.blocks}
        f = field_of(d, [(a, 1.0)], blocks, np.zeros(d.n_columns, dtype=bool))
        cars, said = search.improve(f, np.zeros(d.n_columns, dtype=np.int64), rounds=30, seed=seed)
        assert said == pytest.approx(arrays.value(a, blocks, d, cars) - a.constant, abs=1e-6), seed


def test_a_post_that_another_stands_in_for_is_dropped():
    """B reaches nothing that A and C do not, but neither alone stands in for it; a copy of A goes."""
    problem = line()
    d, a = arrays.design(problem), arrays.aim(problem, "cover")
    blocks = {("cover", 0): arrays.block(problem, "cover", 0)}
    assert not dominated(d, [a], blocks).any()
    twin = replace(
        problem,
        post_ids=("A", "B", "C", "A2"),
        post_cost=np.ones(4),
        starts=np.array([0, 2, 5, 7, 8]),
        posts=np.array([0, 3, 0, 1, 3, 1, 2, 2], dtype=np.int32),
        band=np.zeros(8, dtype=np.int8),
    )
    d = arrays.design(twin)
    blocks = {("cover", 0): arrays.block(twin, "cover", 0)}
    assert dominated(d, [arrays.aim(twin, "cover")], blocks).tolist() == [False, False, False, True]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published sample is in ../shared/data")
def test_cordeau_sample_by_both_formulations():
    """100 sites, 1,000 customers, site costs 10 to 100: two formulations on two routes agree under a budget of 300."""
    text = (SHARED / "mclp_cordeau/GRID_INST_n100_m1000_d1_100_f10_100_s1.dat").read_text()
    rows = [fields.split() for fields in text.splitlines()]
    sites = np.array([r[2:] for r in rows if r[0] == "F"], dtype=float)
    calls = np.array([r[2:] for r in rows if r[0] == "C"], dtype=float)
    counter = CirclePatterns(sites[:, :2], 5.5)
    counter.add(np.ascontiguousarray(calls[:, :2]), calls[:, 2])
    p = counter.patterns()
    assert p.weight.sum() == calls[:, 2].sum()
    problem = StandbyProblem(
        post_ids=tuple(r[1] for r in rows if r[0] == "F"),
        post_cost=sites[:, 2],
        part_ids=("all",),
        starts=p.starts,
        posts=p.posts,
        band=p.band,
        weight=p.weight,
        params=StandbyParams(budget=300.0),
    )
    ours, theirs = (solve(problem, f.FORMULATION, QUICK) for f in (benders, milp))
    assert ours.status is theirs.status is Status.OPTIMAL
    assert ours.objectives[0].value == pytest.approx(theirs.objectives[0].value)


def a_poor_run(problem: StandbyProblem) -> tuple[benders.Run, dict[tuple[str, int], arrays.Block]]:
    """Return a run that holds the first posts."""
    d, a = arrays.design(problem), arrays.aim(problem, "cover")
    blocks = {("cover", 0): arrays.block(problem, "cover", 0)}
    run = benders.Run(problem, d, a, (), blocks, QUICK, Recorder(), 30.0, 1.0)
    first = np.zeros(40, dtype=np.int64)
    first[:8] = 1
    run.offer(first)
    return run, blocks


def test_neighbourhoods_never_make_a_plan_worse_and_reach_the_optimum_here():
    """From a poor plan on random covering fields: each step admissible and no worse, the end as HiGHS has it."""
    rng = np.random.default_rng(5)
    for _ in range(3):
        problem = covering_field(rng)
        run, blocks = a_poor_run(problem)
        poor = run.value
        assert polish.fits(run, blocks)
        assert polish.polish(run, blocks, 20.0) > 0
        best = solve(problem, milp.FORMULATION, QUICK).objectives[0].value
        assert poor < run.value <= best
        assert run.value >= 0.99 * best


def test_a_search_beside_the_proof_waits_to_be_asked_and_ends_when_left():
    run, blocks = a_poor_run(covering_field(np.random.default_rng(6)))
    poor = run.value
    before = threading.active_count()
    with Beside(run, blocks, np.zeros(40, dtype=bool)) as beside:
        time.sleep(0.2)
        assert run.value == poor
        until = time.monotonic() + 20.0
        while run.value == poor and time.monotonic() < until:
            beside.take()
    assert run.value > poor
    assert threading.active_count() == before


@pytest.mark.parametrize("seed", [9, 17, 25, 39])
def test_the_long_way_to_a_proof_on_small_fields(monkeypatch, seed):
    """Turns for better plans and a search beside the proof, which small questions do not need: the same optimum."""
    monkeypatch.setattr(close, "SMALL", 0)
    monkeypatch.setattr(benders, "FIRST_ROUNDS", 0)
    monkeypatch.setattr(anneal, "fits", lambda f: False)
    monkeypatch.setattr(OddCuts, "fits", lambda cuts: False)
    problem = covering_field(np.random.default_rng(seed), n_posts=80, n_calls=600, radius=5.0, n_cars=9)
    ours, theirs = (solve(problem, f.FORMULATION, QUICK) for f in (benders, milp))
    assert ours.notes["neighbourhoods"]
    assert ours.notes["whole rounds"]
    assert ours.status is theirs.status is Status.OPTIMAL
    assert ours.objectives[0].value == pytest.approx(theirs.objectives[0].value)


def test_the_library_is_drawn_as_published():
    """pmed1 and 2 by the drive objective: 5819 and 4093 (OR-Library), each proved."""
    if not SHARED.is_dir():
        pytest.skip("the OR-Library set is in ../shared/data")
    from tests.benchmarks.standby_data import median, pmed

    for number, optimum in ((1, 5819.0), (2, 4093.0)):
        distance, p = pmed(number)
        result = solve(median(distance, np.ones(len(distance)), p), benders.FORMULATION, QUICK)
        assert result.status is Status.OPTIMAL
        assert result.objectives[0].value == optimum


def test_comparing_posts_never_takes_more_than_its_share():
    """B reaches what A reaches and more, so A goes; with fewer pairs allowed than there are none is compared."""
    problem = standby([({"A": 0, "B": 0}, [3.0]), ({"B": 0}, [2.0])], posts="AB", n_cars=(1,))
    d, a = arrays.design(problem), arrays.aim(problem, "cover")
    blocks = {("cover", 0): arrays.block(problem, "cover", 0)}
    assert dominated(d, [a], blocks).tolist() == [True, False]
    assert not dominated(d, [a], blocks, most_work=4.0).any()
