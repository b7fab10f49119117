"""Shortest border: against every plan there is, against the model with centres, and with other aims."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from optimiser_models.sectors import border
from optimiser_models.sectors.border import flows, least
from optimiser_models.sectors.border.ground import survey
from optimiser_models.sectors.border.recut import Recut
from optimiser_models.sectors.reading import prepare

from optimiser import registry
from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.sectors_cases import enumerate_best, path_of_four, random_problem_of_borders

OPTIONS = SolveOptions(time_limit_s=30, confirm=False)


@pytest.mark.parametrize("block", range(4))
def test_every_plan_there_is(block):
    """Random maps, whole lengths, cut links and metres with fractions: the least of all plans, proved."""
    method = registry.load("sectors.border")
    with_plan = 0
    for seed in range(8 + 8 * block, 16 + 8 * block):
        problem = random_problem_of_borders(seed)
        plan, value = enumerate_best(problem)
        result = solve(problem, method, OPTIONS)
        if plan is None:
            assert result.status is Status.INFEASIBLE, seed
            continue
        with_plan += 1
        assert result.status is Status.OPTIMAL, seed
        assert result.objectives[0].value == pytest.approx(value, abs=1e-6), seed
        assert result.objectives[0].bound == pytest.approx(value, rel=1e-6), seed
    assert with_plan >= 3


def test_the_model_with_centres_agrees(monkeypatch):
    """Without its own method the border has the same optimum by the assignment model of sectors.cuts."""
    problems = [random_problem_of_borders(seed) for seed in range(6)]
    found = [solve(problem, registry.load("sectors.border"), OPTIONS) for problem in problems]
    monkeypatch.setattr(border, "refuses", lambda problem: "not here")
    compared = 0
    for seed, (problem, mine) in enumerate(zip(problems, found, strict=True)):
        other = solve(problem, registry.load("sectors.cuts"), OPTIONS)
        assert mine.status is other.status, seed
        if mine.status is Status.OPTIMAL:
            compared += 1
            assert mine.objectives[0].value == pytest.approx(other.objectives[0].value, abs=1e-6), seed
    assert compared >= 3


def grid(rows: int, columns: int, **params):
    """Return a grid of areas of equal work, every link one metre long, districts "1" and "2"."""
    n = rows * columns
    at = np.arange(n).reshape(rows, columns)
    links = [*zip(at[:, :-1].ravel(), at[:, 1:].ravel(), strict=True)]
    links += [*zip(at[:-1].ravel(), at[1:].ravel(), strict=True)]
    ids = tuple(f"a{i}" for i in range(n))
    y, x = np.divmod(np.arange(n), columns)
    travel_s = 60.0 * (np.abs(np.subtract.outer(x, x)) + np.abs(np.subtract.outer(y, y)))
    problem = path_of_four()
    return replace(
        problem,
        area_ids=ids,
        edges=np.array(links),
        centre_ids=ids,
        centre_area=np.arange(n),
        travel_s=travel_s,
        calls=np.ones(n),
        covered_calls=np.zeros((n, n)),
        cover_calls=np.zeros(n),
        balance=np.ones((1, n)),
        border_m=np.ones(len(links)),
        params=replace(problem.params, balance_frac={"calls": 0.0}, objectives=("boundary",), **params),
    )


def test_a_grid_is_cut_across():
    """Six rows by four columns in two equal halves: across, between the third and fourth row, 4 links."""
    result = solve(grid(6, 4), registry.load("sectors.border"), OPTIONS)
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].value == 4.0


def best_in_order(problem):
    """Look at every plan: the best value of each objective, the earlier ones first; None without a plan."""
    p, ids, found = problem.params, problem.area_ids, []
    for centres in permutations(problem.centre_ids, p.n_districts):
        if any(given and given != c for given, c in zip(p.centres(), centres, strict=True)):
            continue
        for labels in product(p.district_ids, repeat=len(ids)):
            seats = dict(zip(p.district_ids, centres, strict=True))
            plan = SectorsPlan(dict(zip(ids, labels, strict=True)), seats)
            if any(plan.district_of[c] != d for d, c in seats.items()):
                continue
            values = tuple(round(o.value, 6) for o in FAMILY.objectives(problem, plan))
            if (not found or values < found[-1]) and not FAMILY.check(problem, plan):
                found.append(values)
    return found[-1] if found else None


@pytest.mark.parametrize(
    "objectives", [("boundary", "travel"), ("travel", "boundary"), ("boundary", "splits")]
)
def test_border_first_or_last(objectives):
    """The border is kept while a later aim is improved, and the other way round: the best plan in that order."""
    compared = 0
    for seed in (0, 3, 4, 8, 9):
        problem = random_problem_of_borders(seed)
        problem = replace(problem, params=replace(problem.params, objectives=objectives))
        best = best_in_order(problem)
        result = solve(problem, registry.load("sectors.cuts"), OPTIONS)
        if best is None:
            assert result.status is Status.INFEASIBLE
            continue
        compared += 1
        assert [o.value for o in result.objectives] == pytest.approx(list(best), abs=1e-5), seed
        assert [o.bound for o in result.objectives] == pytest.approx(list(best), abs=1e-3), seed
    assert compared >= 3


def three_bands():
    """Return six rows by four columns for three districts."""
    problem = grid(6, 4)
    return replace(problem, params=replace(problem.params, district_ids=("1", "2", "3")))


def test_a_pair_cut_anew():
    """Six rows by four columns cut with a step and a stray area, 6 links: cut anew it is 4, straight across."""
    problem = grid(6, 4)
    d = prepare(problem)
    ground = survey(d)
    stairs = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    assert ground.value(stairs) == 6.0
    cut = Recut(ground, 1).pair(stairs, 0, 1)
    assert ground.value(cut) == 4.0
    assert np.bincount(cut).tolist() == [12, 12]
    bands = survey(prepare(three_bands()))
    assert Recut(bands, 1).pair(np.repeat([0, 1, 2], 8), 0, 2) is None  # these two do not touch


def test_a_map_too_wide_for_prices(monkeypatch):
    """With no map narrow enough the labelling model proves the same."""
    monkeypatch.setattr(least, "WIDEST", 0)
    problem = grid(4, 3)
    result = solve(problem, registry.load("sectors.border"), OPTIONS)
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].value == 3.0


def test_smallest_cuts_bound_the_border():
    """A grid of 4 by 3 with its centres at opposite corners: two links around each, three in the best plan."""
    problem = grid(4, 3, fixed_centres=("a0", "a11"))
    best = solve(problem, registry.load("sectors.border"), OPTIONS).objectives[0].value
    found = flows.bound(survey(prepare(problem)), lambda: True)
    assert best == 3.0
    assert found == pytest.approx(2.0, abs=1e-5)  # two links leave each corner
