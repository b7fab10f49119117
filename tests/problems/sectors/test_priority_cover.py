"""Cover of each priority by itself and weighted: four areas in a row, numbers by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import registry
from optimiser.errors import InputError
from optimiser.problems import portable
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.board import board, fixed
from optimiser.problems.sectors.board_measures import measures as board_measures
from optimiser.problems.sectors.board_measures import objectives as board_objectives
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from tests.oracles.sectors_hand import path_of_four
from tests.studies.cases import _best

NEAR = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
URGENT, OTHER = np.array([0.0, 1.0, 2.0, 0.0]), np.array([3.0, 1.0, 1.0, 3.0])
"""Calls of priority 1, covered in the centre's own area alone, and of priority 2, covered next door too."""


def question(weights=None, **params) -> SectorsProblem:
    """Return the row with two priorities; cover counts both, with these weights."""
    weights = weights or {1: 1.0, 2: 1.0}
    covered = np.array([(NEAR == 0) * URGENT, (NEAR <= 1) * OTHER])
    given = {"objectives": ("cover",), "balance_frac": {"calls": 0.6}, "cover_weights": weights} | params
    return path_of_four(
        priorities=(1, 2),
        priority_covered=covered,
        priority_calls=np.array([URGENT, OTHER]),
        **given,
    )


def weighted(weights, **params) -> SectorsProblem:
    """Return it with what cover counts as the weighted sums, as a project has it."""
    problem = question(weights, **params)
    w = np.array([weights[1], weights[2]])
    return replace(
        problem,
        covered_calls=np.tensordot(w, problem.priority_covered, axes=1),
        cover_calls=w @ problem.priority_calls,
    )


def plan(labels: str, centres: str) -> SectorsPlan:
    """Return a plan of A to D by its districts and their centres."""
    return SectorsPlan(dict(zip("ABCD", labels, strict=True)), dict(zip("12", centres, strict=True)))


def test_each_priority_counts_its_own_calls():
    """Centres B and C: both urgent areas are centres (3 of 3), priority 2 is next door everywhere (8 of 8)."""
    problem = question(objectives=("cover 1", "cover 2"))
    found = FAMILY.objectives(problem, plan("1122", "BC"))
    assert [(o.name, o.value, o.sense) for o in found] == [
        ("calls of priority 1 covered", 3.0, "max"),
        ("calls of priority 2 covered", 8.0, "max"),
    ]
    ends = FAMILY.objectives(problem, plan("1122", "AD"))
    assert [o.value for o in ends] == [0.0, 8.0]


def test_weights_are_told_and_measures_count_calls_as_one():
    """Ten for priority 1: 10 x 3 + 8 of 38 in the aim; the measures say 11 of 11 calls, and each priority's share."""
    problem = weighted({1: 10.0, 2: 1.0})
    (aim,) = FAMILY.objectives(problem, plan("1122", "BC"))
    assert (aim.name, aim.unit, aim.value) == ("weighted calls covered", "weighted calls per week", 38.0)
    by_name = {m.name: m for m in FAMILY.measure(problem, plan("1122", "AC"))}
    assert by_name["calls covered"].value == pytest.approx((2 + 8) / 11)
    assert by_name["calls of priority 1 covered"].value == pytest.approx(2 / 3)
    assert by_name["calls of priority 1 covered"].by == {"1": 0.0, "2": 1.0}
    assert by_name["calls of priority 2 covered"].value == pytest.approx(1.0)


def test_the_board_says_the_same():
    """What the page says of a move is what the measures say."""
    for problem in (weighted({1: 10.0, 2: 1.0}), question(objectives=("cover 2", "cover 1"))):
        for made in (plan("1122", "AC"), plan("1222", "AC")):
            now = board(fixed(problem, made), made)
            assert board_objectives(now) == FAMILY.objectives(problem, made)
            told = {m.name: m for m in board_measures(now)}
            for m in FAMILY.measure(problem, made):
                if m.name.startswith("calls"):
                    assert told[m.name].value == pytest.approx(m.value)
                    assert told[m.name].by == pytest.approx(m.by)


def test_one_priority_after_the_other_is_the_best_of_all_plans():
    """Every plan looked at: the search finds the best cover of priority 1, then of 2, and the reverse differs."""
    options = SolveOptions(time_limit_s=20, confirm=False)
    found = []
    for order in (("cover 1", "cover 2", "travel"), ("cover 2", "cover 1", "travel")):
        problem = question(objectives=order, balance_frac={"calls": 0.6}, longest_drive_s=120.0)
        values, _ = _best(problem)
        result = solve(problem, registry.load("sectors.cuts"), options)
        assert tuple(o.value for o in result.objectives) == pytest.approx(values)
        found.append(values)
    assert found[0][0] >= found[1][1]


def test_the_whole_question_travels(tmp_path):
    """A worker gets every array: the digest is that of the question sent."""
    problem = weighted({1: 10.0, 2: 1.0})
    portable.write(tmp_path / "q.npz", problem)
    again = portable.read(tmp_path / "q.npz", SectorsProblem)
    assert (again.priority_covered == problem.priority_covered).all()
    assert portable.digest(again) == portable.digest(problem)


def test_what_is_not_known_is_refused():
    """A priority without calls, and weights that count nothing, name what is wrong."""
    with pytest.raises(InputError, match=r"Cover of priority 3 is asked for, but .* 1, 2"):
        question(objectives=("cover 3",))
    with pytest.raises(InputError, match="priorities with calls and a target are none"):
        path_of_four(objectives=("cover 1",))
    with pytest.raises(InputError, match="all 0"):
        question({1: 0.0, 2: 0.0})


def test_a_priority_beyond_the_aims_is_measured_all_the_same():
    """Priority 12 cannot be an aim of its own; its share is told like any other."""
    problem = replace(question(), priorities=(1, 12))
    by_name = {m.name: m for m in FAMILY.measure(problem, plan("1122", "BC"))}
    assert by_name["calls of priority 12 covered"].value == pytest.approx(1.0)
