"""Annealing: a plan no worse than the one it begins from, posts that must or may not stand, and where it fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.standby import anneal, arrays, milp
from optimiser_models.standby.arrays import Aim, Block, Design
from optimiser_models.standby.field import Field, field_of

from optimiser.problems.standby import StandbyProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from tests.oracles.standby_cases import covering_field, standby


def a_field(
    problem: StandbyProblem, name: str = "cover"
) -> tuple[Field, Design, Aim, dict[tuple[str, int], Block]]:
    d, a = arrays.design(problem), arrays.aim(problem, name)
    blocks = {key: arrays.block(problem, *key) for key, _ in a.blocks}
    return field_of(d, [(a, 1.0)], blocks, np.zeros(d.n_columns, dtype=bool)), d, a, blocks


@pytest.mark.parametrize("seed", range(3))
def test_it_reaches_the_optimum_of_small_fields(seed):
    problem = covering_field(np.random.default_rng(seed))
    f, d, a, blocks = a_field(problem)
    assert anneal.fits(f)
    first = np.zeros(40, dtype=np.int64)
    first[:8] = 1
    found = anneal.anneal(f, first, moves=200_000, seed=1)
    assert found.sum() == 8
    assert set(found.tolist()) <= {0, 1}
    best = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=30)).objectives[0].value
    assert arrays.value(a, blocks, d, found) == pytest.approx(best)
    assert (anneal.anneal(f, first, moves=200_000, seed=1) == found).all()


def test_it_never_ends_worse_and_keeps_what_must_stand_and_what_may_not():
    f, d, a, blocks = a_field(covering_field(np.random.default_rng(7)))
    must, banned = np.zeros(40, dtype=bool), np.zeros(40, dtype=bool)
    must[[0, 1]] = True
    banned[20:] = True
    f = replace(f, must=must, banned=banned)
    cars = np.zeros(40, dtype=np.int64)
    cars[:8] = 1
    for moves in (0, 1, 50, 5000):
        found = anneal.anneal(f, cars, moves=moves, seed=3)
        assert arrays.value(a, blocks, d, found) >= arrays.value(a, blocks, d, cars)
        assert found[[0, 1]].tolist() == [1, 1]
        assert not found[20:].any()
        assert found.sum() == 8


def test_it_is_for_plain_covering_alone():
    two = [({"A": 0, "B": 1}, [2.0]), ({"B": 0}, [1.0])]
    plain = standby(two, posts="AB", n_cars=(1,))
    assert anneal.fits(a_field(plain)[0])
    gradual = standby(two, posts="AB", n_cars=(1,), objectives=("gradual",), band_shares=(1.0, 0.5))
    assert not anneal.fits(a_field(gradual, "gradual")[0])
    priced = standby(two, posts="AB", n_cars=(1,), budget=1.0)
    assert not anneal.fits(a_field(priced)[0])
