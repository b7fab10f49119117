"""Backup by three centres and more: counted centre by centre, and the best plan against every plan there is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.errors import InputError
from optimiser.problems.sectors import FAMILY, SectorsProblem
from optimiser.problems.sectors.moves import Moves
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.sectors_cases import enumerate_best, path_of_four, random_problem


def _of_three(seed: int, n: int = 3) -> SectorsProblem | None:
    """Return a random map with three given centres that aims for a backup by ``n``; None for another map."""
    problem = random_problem(seed)
    p = problem.params
    if p.n_districts != 3 or not all(p.centres()):
        return None
    params = replace(p, objectives=("backup",), weights={}, backup_centres=n)
    covered = (problem.travel_s <= 280) * problem.calls[None, :]
    return replace(problem, params=params, covered_calls=covered)


def test_calls_count_where_three_centres_reach_them():
    """Counted again area by area: its calls count where the own centre and both others reach them."""
    counted = 0
    for seed in range(200):
        problem = _of_three(seed)
        plan = None if problem is None else enumerate_best(problem)[0]
        if problem is None or plan is None:
            continue
        rows = [problem.centre_ids.index(c) for c in plan.centre_of.values()]
        reached = sum(
            min(float(problem.covered_calls[r, i]) for r in rows) for i in range(len(problem.area_ids))
        )
        (objective,) = FAMILY.objectives(problem, plan)
        assert objective.value == pytest.approx(reached)
        assert objective.name == "calls with 3 centres"
        counted += reached > 0
    assert counted > 2


def test_best_plan_is_that_of_enumeration():
    """The search and its proof know how many centres make a backup."""
    compared = 0
    for seed in range(200):
        problem = _of_three(seed)
        value = None if problem is None else enumerate_best(problem)[1]
        if problem is None or value is None or compared == 3:
            continue
        result = solve(problem, registry.load("sectors.cuts"), SolveOptions(time_limit_s=60, confirm=False))
        assert result.status is Status.OPTIMAL
        assert result.objectives[0].value == pytest.approx(value)
        compared += 1
    assert compared == 3


def test_one_move_is_judged_alike():
    """The quick judge of a single move tells the same backup as the family, with every area to every district."""
    compared = 0
    for problem in filter(None, map(_of_three, range(80))):
        plan = enumerate_best(problem)[0]
        for area in problem.area_ids if plan is not None else ():
            for district in problem.params.district_ids:
                effect = Moves(problem, plan).preview([area], district)
                value = FAMILY.objectives(problem, effect.plan)[0].value
                assert effect.objectives[0].after == pytest.approx(value)
                compared += 1
    assert compared > 20


def test_fewer_than_two_are_refused():
    """The own centre alone is no backup."""
    with pytest.raises(InputError, match="backup_centres must be 2 or more"):
        path_of_four(backup_centres=1)
