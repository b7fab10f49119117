"""A first aim that every area meets at its best: the second is sought among the pairs that keep it, and is the best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors import centres, lagrange, reading
from optimiser_models.sectors.kept import kept_sums, screen
from optimiser_models.sectors.slots import slots_of

from optimiser import registry
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.models.sectors.test_border import grid
from tests.oracles.sectors_cases import enumerate_best, enumerate_in_order, random_problem

ALWAYS = lambda *_: True  # noqa: E731


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


def test_the_second_aim_goes_on_from_the_parts_that_the_first_left_open(monkeypatch):
    """Searches parted by where centres lie, stopped early: the best plan in order stays, and lies below no bound."""
    monkeypatch.setattr(centres, "ROUNDS", 5)
    compared = parted = 0
    for seed in range(14):
        problem = random_problem(seed)
        within = problem.travel_s <= np.quantile(problem.travel_s, 0.4)
        params = replace(
            problem.params, objectives=("cover", "travel"), limits={}, fixed_centres=(), target_shares=()
        )
        problem = replace(problem, covered_calls=np.where(within, problem.calls, 0.0), params=params)
        values = enumerate_in_order(problem)
        if values is None or params.relax:
            continue
        cover, travel = values
        d = reading.prepare(problem)
        s, allowed = slots_of(d), lagrange.servable(d)
        root = lagrange.improve(d, s, allowed, cover, rounds=5, keep_going=ALWAYS)
        nodes = []
        first = centres.part(
            d, s, root, allowed, lambda most=cover + 1e-6: most,
            keep_going=lambda value, n=nodes: n.append(value) or len(n) < 12,
        )  # fmt: skip
        assert first.value <= cover + 1e-5, seed
        assert first.parts, seed
        d = reading.next_stage(d, problem, "cover", "travel", cover)
        root = lagrange.improve(d, s, first.pairs, travel, rounds=5, keep_going=ALWAYS)
        for most, held in ((travel * (1 + 1e-6) + 1e-6, True), (0.9 * root.value - 1.0, False)):
            nodes = []
            second = centres.part(
                d, replace(s, may=first.may), root, first.pairs, lambda m=most: m,
                keep_going=lambda value, n=nodes: n.append(value) or len(n) < 12, parts=first.parts,
            )  # fmt: skip
            assert bool(second.parts) is held, seed
            if held:
                assert second.value <= travel * (1 + 1e-6) + 1e-6, seed
        compared += 1
        parted += len(first.parts) >= 2
    assert compared >= 4
    assert parted >= 2


def test_calls_counted_over_weeks_come_in_whole_steps():
    """Covers are whole numbers of calls over 52 weeks; driving is no whole number of anything, nor is a large sum."""
    d = reading.prepare(grid(3, 3), "travel")
    rng = np.random.default_rng(1)
    calls = rng.integers(0, 400, d.cost.shape)
    assert replace(d, cost=-calls / 52).step() == pytest.approx(1 / 52)
    assert replace(d, cost=-calls * 1.0).step() == 1.0
    assert replace(d, cost=rng.uniform(0, 900, d.cost.shape)).step() == 0.0
    assert replace(d, cost=-calls * 1e5).step() == 0.0
    assert replace(d, cost=-calls * 1e-12).step() == 0.0  # small is not nothing: 1 would be a wrong bound
    assert replace(d, cost=-calls / 52, extras=replace(d.extras, splits=1.0)).step() == 0.0


def test_a_part_that_cannot_keep_a_sum_is_ruled_out_and_no_plan_of_use_is():
    """Driving kept at its best, by enumeration: every pair of the plan stays; a limit that no plan keeps says so."""
    seen = none = 0
    for seed in range(24):
        problem = random_problem(seed)
        params = replace(
            problem.params, objectives=("travel",), limits={}, fixed_centres=(), target_shares=()
        )
        problem = replace(problem, params=params)
        plan, value = enumerate_best(problem)
        if plan is None or params.relax:
            continue
        d = reading.prepare(problem)
        s, allowed = slots_of(d), lagrange.servable(d)
        for limit, kept in ((value, True), (0.5 * value, False)):
            asked = replace(
                d, side=np.concatenate([d.side, d.cost[None]]), side_limit=np.append(d.side_limit, limit)
            )
            for one in kept_sums(asked, s, allowed, ALWAYS):
                if one.limit != pytest.approx(limit, rel=1e-6, abs=1e-6):
                    continue
                found = screen(one, s, allowed, one.at, ALWAYS, 60, 1.0)
                if kept:
                    assert found is not None, seed
                    for area, i in zip(problem.area_ids, d.contraction.part.tolist(), strict=True):
                        j = problem.centre_ids.index(plan.centre_of[plan.district_of[area]])
                        assert found[0][j, i], seed
                    seen += 1
                else:
                    none += found is None
    assert seen >= 3
    assert none >= 3
