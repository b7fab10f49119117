"""Backup and expected cover with free centres: the best plan of all, bounds that hold, limits and scores."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from optimiser_models.sectors import posts, sets
from optimiser_models.standby import benders

from optimiser import registry
from optimiser.problems.sectors import FAMILY, SectorsProblem
from optimiser.problems.sectors.measures import value_of
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Result, Status
from tests.oracles.sectors_cases import enumerate_best, enumerate_in_order, every_plan, random_problem


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile the loops of posts before any clock starts."""
    benders.compile_loops()


SOME = SolveOptions(time_limit_s=60, confirm=False)


def _free(seed: int, objectives: tuple[str, ...], **more: object) -> SectorsProblem:
    """Return a random map of six areas whose centres are free, with calls that are covered in part."""
    problem = random_problem(seed)
    rng = np.random.default_rng((seed, 7))
    reach = rng.random(problem.travel_s.shape) * (problem.travel_s <= 280)
    params = replace(problem.params, objectives=objectives, fixed_centres=(), **more)
    covered = np.round(reach * problem.calls[None, :], 2)
    return replace(problem, params=params, covered_calls=covered)


def _ceiling(problem: SectorsProblem) -> float:
    """Return what the best set of centres counts if every area within the drive has its best one: sums alone."""
    sizes = combinations(range(len(problem.centre_ids)), problem.params.n_districts)
    return pytest.approx(-min(sets._least(problem, np.array(rows)) for rows in sizes), abs=1e-6)


def _solved(problem: SectorsProblem) -> Result:
    return solve(problem, registry.load("sectors.cuts"), SOME)


@pytest.mark.parametrize("aim", ["backup", "expected"])
def test_best_plan_is_that_of_enumeration(aim):
    """Every set of centres has its turn on a small map: the plan is the best there is, and known to be."""
    compared = 0
    for seed in range(9):
        problem = _free(seed, (aim,))
        _, value = enumerate_best(problem)
        result = _solved(problem)
        if value is None:
            assert result.status is Status.INFEASIBLE
            continue
        assert result.status is Status.OPTIMAL
        assert result.objectives[0].value == pytest.approx(value, abs=1e-6)
        assert not result.objectives[0].confirmed_by.startswith("plain sums") or value == _ceiling(problem)
        compared += value > 0
    assert compared >= 4


@pytest.mark.parametrize(
    "aims", [("cover", "backup"), ("backup", "travel"), ("expected", "backup", "travel")]
)
def test_aims_in_order(aims):
    """The values of the best plan by all aims in order, as by looking at every plan; no bound is beyond them."""
    compared = 0
    for seed in range(5):
        problem = _free(seed, aims)
        values = enumerate_in_order(problem)
        result = _solved(problem)
        if values is None:
            assert result.status is Status.INFEASIBLE
            continue
        signed = [(-1 if o.sense == "max" else 1) * o.value for o in result.objectives]
        assert signed == pytest.approx(values, rel=1e-6, abs=1e-6)
        assert result.status is Status.OPTIMAL
        for o in result.objectives:
            sign = -1 if o.sense == "max" else 1
            assert o.bound is not None
            assert sign * o.bound <= sign * o.value + 1e-6 * max(1.0, abs(o.value))
        compared += 1
    assert compared >= 3


def test_score():
    """A weighted sum of drive, cover and second cars: the least there is."""
    compared = 0
    for seed in range(8):
        problem = _free(
            seed, ("score",), weights={"travel": 0.01, "cover": 1.0, "backup": 2.0, "expected": 0.5}
        )
        _, value = enumerate_best(problem)
        result = _solved(problem)
        if value is None:
            assert result.status is Status.INFEASIBLE
            continue
        assert result.status is Status.OPTIMAL
        assert result.objectives[0].value == pytest.approx(value, abs=1e-6)
        compared += 1
    assert compared >= 3


def test_limits():
    """A least backup with another aim: the best plan that keeps it, and no plan where none does."""
    kept = broken = 0
    for seed in range(6):
        plain = _free(seed, ("backup",))
        _, most = enumerate_best(plain)
        if most is None or most <= 0:
            continue
        for least in (0.7 * most, 1.01 * most):
            problem = replace(
                plain, params=replace(plain.params, objectives=("travel",), limits={"backup": least})
            )
            _, value = enumerate_best(problem)
            result = _solved(problem)
            if value is None:
                assert result.status is Status.INFEASIBLE
                broken += 1
            else:
                assert result.status is Status.OPTIMAL
                assert result.objectives[0].value == pytest.approx(value, abs=1e-6)
                kept += 1
    assert kept >= 3
    assert broken >= 3


def test_limits_are_compared_as_the_rules_do():
    """A limit above all there is by less than the rules mind is kept by the best backup, not called impossible."""
    for seed in range(6):
        plain = _free(seed, ("backup",))
        _, most = enumerate_best(plain)
        if most is None or most <= 0:
            continue
        limits = {"backup": most * (1 + 5e-7)}
        problem = replace(plain, params=replace(plain.params, objectives=("travel",), limits=limits))
        _, value = enumerate_best(problem)
        result = _solved(problem)
        assert value is not None
        assert result.objectives[0].value == pytest.approx(value, abs=1e-6)
        return
    pytest.fail("no map with backup")


def test_two_centres_in_one_area_are_no_set():
    """Candidates that share an area cannot both be centres; those sets are passed over without a solve."""
    problem = _free(5, ("backup",))
    more = np.append(np.arange(6), 0)
    problem = replace(
        problem,
        centre_ids=(*problem.centre_ids, "again"),
        centre_area=more,
        travel_s=problem.travel_s[more],
        covered_calls=problem.covered_calls[more],
    )
    assert sets._least(problem, np.array([0, 6])) == np.inf
    assert np.isfinite(sets._least(problem, np.array([1, 6])))
    assert _solved(problem).status is Status.OPTIMAL


def test_stopped_at_once_it_tells_what_it_has():
    """With hardly any time there is no crash, and no bound that a plan is beyond."""
    for seconds in (0.05, 0.3):
        for seed in (0, 1, 2):
            problem = _free(seed, ("backup", "cover", "travel"))
            result = solve(
                problem, registry.load("sectors.cuts"), SolveOptions(time_limit_s=seconds, confirm=False)
            )
            assert result.status in (Status.OPTIMAL, Status.FEASIBLE, Status.NO_PLAN, Status.INFEASIBLE)


def test_many_sets(monkeypatch):
    """Where sets of centres are many the search goes on by turns: plans that keep the rules, bounds that hold."""
    monkeypatch.setattr(sets, "MOST_SETS", 0)
    near = compared = 0
    for seed in range(6):
        problem = _free(seed, ("backup", "travel"))
        _, value = enumerate_best(problem)
        if value is None:
            continue
        result = solve(problem, registry.load("sectors.cuts"), SolveOptions(time_limit_s=3, confirm=False))
        assert result.plan is not None
        assert not FAMILY.check(problem, result.plan)
        first = result.objectives[0]
        assert first.bound is not None
        assert first.bound >= value - 1e-6
        near += first.value >= value - 1e-6
        compared += 1
    assert compared >= 3
    assert near >= compared - 1


@pytest.mark.parametrize("name", ["backup", "expected"])
def test_posts_are_a_relaxation(name):
    """No plan of sectors, whatever rule it breaks, counts more than the best posts."""
    for seed in range(4):
        problem = _free(seed, (name,), backup_centres=2 + seed % 2)
        most = benders.solve(posts.question(problem, name), None, SOME, _Silent()).objective[0]
        values = [value_of(problem, plan, name) for plan in every_plan(problem)]
        assert max(values) <= most + 1e-6


def test_slices_count_no_less_where_they_are_rounded(monkeypatch):
    """With room for few entries reach is rounded up: every set of posts counts at least what it did."""
    rng = np.random.default_rng(3)
    covered = rng.random((12, 9)) * (rng.random((12, 9)) < 0.6)
    exact = posts.patterns(covered)
    monkeypatch.setattr(posts, "MOST_ENTRIES", exact[1].size // 3)
    rough = posts.patterns(covered)
    assert rough[1].size < exact[1].size
    for _ in range(50):
        chosen = rng.choice(12, 4, replace=False)
        assert _backed(rough, chosen) >= _backed(exact, chosen) - 1e-12
        second = np.sort(covered[chosen], axis=0)[-2].sum()
        assert _backed(exact, chosen) == pytest.approx(second)


def _backed(patterns, chosen) -> float:
    starts, centres, weight = patterns
    row = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    near = np.bincount(row, weights=np.isin(centres, chosen), minlength=len(starts) - 1)
    return float(weight[near >= 2].sum())


class _Silent:
    def __call__(self, **what: object) -> None:
        pass

    def should_stop(self) -> bool:
        return False

    def elapsed_s(self) -> float:
        return 0.0
