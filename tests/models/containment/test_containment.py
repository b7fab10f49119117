"""Containment on published data, with few units, after a lost post; both formulations agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import registry
from optimiser.problems.containment import FAMILY, ContainmentParams, ContainmentProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.containment_cases import two_ways
from tests.oracles.cumcm import SHARED, blockade, pursuit, unreached

FLOW, MILP = registry.load("containment.flow"), registry.load("containment.milp")
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared CUMCM data are not there")


def streets(seed: int, n_units: int, first: str) -> ContainmentProblem:
    """A 5 x 5 grid with four ways out at its corners; units anywhere."""
    rng = np.random.default_rng(seed)
    side = 5
    at = np.stack(np.divmod(np.arange(side * side), side), axis=1).astype(float)
    near = np.abs(at[:, None] - at[None]).sum(axis=2)
    suspect = 60.0 * near[side * side // 2]
    unit = rng.uniform(0, side - 1, (n_units, 2))
    return ContainmentProblem(
        unit_ids=tuple(f"u{k}" for k in range(n_units)),
        place_ids=tuple(f"p{k}" for k in range(side * side)),
        arrive_s=50.0 * np.abs(unit[:, None] - at[None]).sum(axis=2),
        bands=("fast",),
        suspect_s=suspect[None],
        edges=np.argwhere(near == 1),
        start=suspect == 0,
        exits=np.isin(at, (0, side - 1)).all(axis=1),
        weight=rng.uniform(1, 9, side * side),
        params=ContainmentParams(first=first),
    )


@shared
@pytest.mark.parametrize("formulation", [FLOW, MILP])
def test_cumcm_blockade(formulation):
    """8.01546 min for the last platform and 46.18849 min together, as published and re-solved (FORMATS.md 5.3)."""
    result = solve(blockade(), formulation)
    assert result.status is Status.OPTIMAL
    assert [o.value / 60 for o in result.objectives] == pytest.approx([8.01546, 46.18849], abs=1e-4)
    assert all(o.confirmed_by for o in result.objectives)


@shared
def test_cumcm_six_junctions():
    """28 29 38 39 61 92 are reached by no platform of A in three minutes (FORMATS.md 5.3)."""
    assert unreached() == [28, 29, 38, 39, 61, 92]


@shared
def test_cumcm_pursuit_is_cut():
    """The suspect of node 32, reported after three minutes: every way to the 17 exits is cut, by the rules alone."""
    problem = pursuit()
    result = solve(problem, FLOW, SolveOptions(time_limit_s=60, confirm=False))
    assert result.status is Status.OPTIMAL
    assert FAMILY.check(problem, result.plan) == []
    assert result.objectives[0].value == 11  # both formulations, proved


@pytest.mark.parametrize("first", ["posts", "area"])
@pytest.mark.parametrize("n_units", [3, 5, 8])
def test_both_formulations_agree_however_few_the_units(n_units, first):
    """Same status and all three aims, with units to spare and without; some of each are seen."""
    statuses = set()
    for seed in range(3):
        problem = streets(seed, n_units, first)
        a, b = (solve(problem, f, SolveOptions(time_limit_s=30, confirm=False)) for f in (FLOW, MILP))
        assert a.status is b.status
        assert [o.value for o in a.objectives] == pytest.approx([o.value for o in b.objectives], rel=1e-6)
        statuses.add(a.status)
    assert statuses <= {Status.OPTIMAL, Status.INFEASIBLE}
    assert Status.OPTIMAL in statuses or n_units == 3


def test_a_lost_post_is_planned_anew():
    """Each unit of a plan lost in turn: the new plan does without it and is never better; or it is said why not."""
    problem = streets(1, 8, "posts")
    best = solve(problem, FLOW)
    planned = 0
    for unit in best.plan.post_of:
        without = replace(problem, params=replace(problem.params, lost_units=(unit,)))
        again = solve(without, FLOW)
        if again.plan is None:
            assert again.status is Status.INFEASIBLE
            continue
        planned += 1
        assert unit not in again.plan.post_of
        assert tuple(o.value for o in again.objectives) >= tuple(o.value for o in best.objectives)
    assert planned


def test_a_way_that_cannot_be_cut_is_named():
    """c is too late for all with half a minute in hand: the way over c is told, before any search."""
    (said,) = FAMILY.contradictions(two_ways(margin_s=30.0))
    assert "s - c - out" in said
