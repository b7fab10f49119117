"""The bound on borders that balance alone gives: never above the best of all plans, and right where known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors.border import concurrent
from optimiser_models.sectors.border.ground import survey
from optimiser_models.sectors.reading import prepare

from optimiser.problems.sectors import SectorsParams
from tests.oracles.sectors_cases import enumerate_best, path_of_four, random_problem_of_places


def always() -> bool:
    """No clock."""
    return True


def bound_of(problem):
    """The bound before anything caps it by a plan."""
    return concurrent.bound(survey(prepare(problem)), always)


def test_never_above_enumeration():
    """Over random maps with and without given centres: at most the shortest border of all plans, often above 0."""
    above, looked_at = 0, 0
    for seed in range(60):
        problem = random_problem_of_places(seed)
        p = replace(problem.params, objectives=("boundary",), weights={}, split_limits={})
        problem = replace(problem, params=p)
        plan, value = enumerate_best(problem)
        if plan is None:
            continue
        looked_at += 1
        found = bound_of(problem)
        assert found <= value + 1e-9, seed
        above += found > 0
    assert looked_at >= 20
    assert above >= 10


def test_a_path_by_hand():
    """Four even areas in a row, two even districts: the middle link carries 2 x 2 of 16 - 8, so f is its length / 4.

    Half of length / 4 times 8 is the length itself: tight.
    """
    four = path_of_four()
    problem = replace(
        four,
        border_m=np.array([7.0, 7.0, 7.0]),
        balance=np.ones((1, 4)),
        balance_names=("work",),
        params=SectorsParams(district_ids=("D1", "D2"), objectives=("boundary",), balance_frac={"work": 0.0}),
    )
    assert bound_of(problem) == pytest.approx(7.0, rel=1e-6)


def test_chord_of_squares():
    """Two districts within 40 to 60 of 100: squares sum to at most 60^2 + 40^2; without an upper end to infinity."""
    low, high = np.array([40.0, 40.0]), np.array([60.0, 60.0])
    assert concurrent._squares(low, high, 100.0) == pytest.approx(5200.0)
    assert concurrent._squares(low, high, 130.0) == np.inf
    wide = concurrent._squares(np.zeros(2), np.full(2, np.inf), 100.0)
    assert wide == pytest.approx(10_000.0)  # one district may have all: nothing is parted
