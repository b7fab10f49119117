"""Plans bred from many, and merged exactly: never worse, of as many cars, the best there is on the posts they use."""

from __future__ import annotations

import threading
import time
from itertools import combinations

import numpy as np
import pytest
from optimiser_models.standby import anneal, arrays, breed, milp
from optimiser_models.standby.breed import Breeder
from optimiser_models.standby.field import Field, field_of
from optimiser_models.standby.merge import merge

from optimiser.errors import BackendError
from optimiser.problems.standby import StandbyProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from tests.oracles.standby_cases import covering_field

OPTIONS = SolveOptions(time_limit_s=30, threads=1)


def plenty() -> float:
    return 1000.0


def a_field(problem: StandbyProblem) -> Field:
    d, a = arrays.design(problem), arrays.aim(problem, "cover")
    blocks = {key: arrays.block(problem, *key) for key, _ in a.blocks}
    return field_of(d, [(a, 1.0)], blocks, np.zeros(d.n_columns, dtype=bool))


def covered(f: Field, cars: np.ndarray) -> float:
    """What a plan covers, row by row."""
    return sum(
        float(f.weight[r] * f.gain[f.starts[r]])
        for r in range(f.weight.size)
        if cars[f.column[f.starts[r] : f.starts[r + 1]]].any()
    )


def first_cars(n: int, n_cars: int) -> np.ndarray:
    cars = np.zeros(n, dtype=np.int64)
    cars[:n_cars] = 1
    return cars


@pytest.mark.parametrize("seed", range(4))
def test_a_merge_is_the_best_of_all_plans_on_its_posts(seed):
    """Eleven of forty posts, three cars of which one must stand and one post is closed: all plans one by one."""
    rng = np.random.default_rng(seed)
    f = a_field(covering_field(rng))
    cars = first_cars(40, 3)
    some = cars > 0
    some[rng.choice(np.arange(3, 40), 8, replace=False)] = True
    f.must[0] = True
    f.banned[np.flatnonzero(some)[-1]] = True
    found = merge(f, some, cars, 10.0, OPTIONS, lambda: False)
    assert found.sum() == 3
    assert found[0] == 1
    assert not found[f.banned | ~some].any()
    plans = []
    for others in combinations(np.flatnonzero(some & ~f.banned)[1:], 2):
        plan = first_cars(40, 1)
        plan[list(others)] = 1
        plans.append(covered(f, plan))
    assert covered(f, found) == pytest.approx(max(plans))


@pytest.mark.parametrize("seed", range(3))
def test_breeding_is_never_worse_and_reaches_the_optimum_of_small_fields(monkeypatch, seed):
    monkeypatch.setattr(breed, "PLANS", 6)
    monkeypatch.setattr(breed, "FRESH_S", 0.002)
    monkeypatch.setattr(breed, "CHILD_S", 0.001)
    monkeypatch.setattr(breed, "BETWEEN_S", 0.05)
    monkeypatch.setattr(breed, "FEWEST_POSTS", 12)
    problem = covering_field(np.random.default_rng(seed), n_posts=80, n_calls=600, radius=5.0, n_cars=9)
    f, cars = a_field(problem), first_cars(80, 9)
    breeder = Breeder(f, cars, OPTIONS, np.zeros(1, dtype=bool), plenty)
    best = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=60)).objectives[0].value
    before = covered(f, cars)
    for _ in range(2000):
        plan = breeder.turn()
        assert plan.sum() == 9
        assert set(plan.tolist()) <= {0, 1}
        assert covered(f, plan) == pytest.approx(breeder.value)
        assert breeder.value >= before
        before = breeder.value
        assert len(breeder.plans) <= 6
        if breeder.value > best - 1e-6:
            break
    assert breeder.value == pytest.approx(best)


def test_children_keep_what_must_stand_and_what_may_not(monkeypatch):
    """The pool fills with plans that differ, then children come, then a merge; each keeps the posts."""
    monkeypatch.setattr(breed, "PLANS", 5)
    monkeypatch.setattr(breed, "FRESH_S", 1e-5)
    monkeypatch.setattr(breed, "CHILD_S", 1e-5)
    problem = covering_field(np.random.default_rng(3), n_posts=80, n_calls=600, radius=5.0, n_cars=9)
    f = a_field(problem)
    f.must[[0, 1]] = True
    f.banned[60:] = True
    breeder = Breeder(f, first_cars(80, 9), OPTIONS, np.zeros(1, dtype=bool), plenty)
    for _ in range(4):
        breeder.turn()
    assert len(breeder.plans) == 5
    made = [*breeder.plans, *(breeder._child() for _ in range(20))]
    breeder._merged()
    assert breeder.missing in (0, 1)  # one in five made room, perhaps for the merged plan
    for plan in [*made, *breeder.plans]:
        assert plan.sum() == 9
        assert plan[:2].all()
        assert not plan[60:].any()
    alike = [int(a[b > 0].sum()) for a, b in combinations(breeder.plans, 2)]
    assert max(alike) < 9


def test_a_long_turn_ends_soon_once_it_is_told():
    f = a_field(covering_field(np.random.default_rng(5)))
    cars, halt = first_cars(40, 8), np.zeros(1, dtype=bool)
    anneal.anneal(f, cars, moves=10, seed=1)  # compiled
    worker = threading.Thread(target=lambda: anneal.anneal(f, cars, moves=1 << 40, seed=1, halt=halt))
    worker.start()
    time.sleep(0.1)
    assert worker.is_alive()
    halt[0] = True
    worker.join(timeout=10.0)
    assert not worker.is_alive()


def test_temperatures_are_counted_in_what_one_more_car_would_add():
    """By hand on every column; nothing where all is covered, and no annealing then."""
    f = a_field(covering_field(np.random.default_rng(2)))
    cars = first_cars(40, 4)
    f.banned[39] = True
    more = anneal.adds(f, cars)
    for c in range(4, 39):
        plan = cars.copy()
        plan[c] = 1
        assert more[c] == pytest.approx(covered(f, plan) - covered(f, cars))
    assert not more[:4].any()
    assert more[39] == 0
    full = first_cars(40, 39)
    assert anneal.adds(f, full).max() == 0
    assert (anneal.anneal(f, full, moves=1000, seed=1) == full).all()


def counted_merges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many columns each merge was asked on."""
    asked: list[int] = []

    def counted(f, some, *more):
        asked.append(int(some.sum()))
        return merge(f, some, *more)

    monkeypatch.setattr(breed, "merge", counted)
    return asked


def test_without_landmarks_plans_are_annealed_and_merged(monkeypatch):
    """Too many pairs of columns to compare: no children, but merges, which alone change the plan here."""
    monkeypatch.setattr(breed, "MOST_PAIRS", 0)
    monkeypatch.setattr(breed, "BETWEEN_S", 0.0)
    monkeypatch.setattr(anneal, "anneal", lambda f, cars, **how: cars.copy())
    asked = counted_merges(monkeypatch)
    f, cars = a_field(covering_field(np.random.default_rng(4))), first_cars(40, 8)
    breeder = Breeder(f, cars, OPTIONS, np.zeros(1, dtype=bool), plenty)
    assert breeder.landmarks is None
    for _ in range(breed.PLANS + 5):
        assert breeder.turn().sum() == 8
    assert asked
    assert breeder.value > covered(f, cars)


def test_merges_that_are_too_large_grow_no_further(monkeypatch):
    """Refused: the next is asked on fewer posts, until one is small enough."""
    monkeypatch.setattr(breed, "PLANS", 1)
    monkeypatch.setattr(breed, "BETWEEN_S", 0.0)
    monkeypatch.setattr(breed, "FEWEST_POSTS", 40)
    f, cars = a_field(covering_field(np.random.default_rng(4))), first_cars(40, 8)
    monkeypatch.setattr("optimiser_models.standby.merge.MOST_ENTRIES", f.column.size // 2)
    assert merge(f, np.ones(40, dtype=bool), cars, 10.0, OPTIONS, lambda: False) is None
    asked = counted_merges(monkeypatch)
    breeder = Breeder(f, cars, OPTIONS, np.zeros(1, dtype=bool), plenty)
    for _ in range(20):
        breeder.turn()
    assert breeder.value > covered(f, cars)
    assert 8 < breeder.posts <= 40
    assert max(asked) <= 40
    assert asked[0] > asked[1]


def test_a_merge_that_failed_is_no_plan(monkeypatch):
    """HiGHS fails: breeding goes on with what it has."""

    def fails(*asked):
        raise BackendError("no memory")

    monkeypatch.setattr(breed, "merge", fails)
    f, cars = a_field(covering_field(np.random.default_rng(4))), first_cars(40, 8)
    breeder = Breeder(f, cars, OPTIONS, np.zeros(1, dtype=bool), plenty)
    breeder._merged()
    assert (breeder.best == cars).all()
    assert breeder.posts < breed.FEWEST_POSTS


def test_little_time_is_shared_by_the_first_plans_and_none_is_merged(monkeypatch):
    asked = counted_merges(monkeypatch)
    f, cars = a_field(covering_field(np.random.default_rng(4))), first_cars(40, 8)
    breeder = Breeder(f, cars, OPTIONS, np.zeros(1, dtype=bool), lambda: 0.1)
    assert breeder.fresh_s == pytest.approx(breed.FILL_SHARE * 0.1 / breed.PLANS)
    for _ in range(2 * breed.PLANS):
        breeder.turn()
    assert asked == []
