"""A planner's own plan as a question: finished, mended and polished on four areas in a row, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import registry
from optimiser.errors import InputError
from optimiser.prepare.own_plan import finishing, mending, moved_areas, polishing
from optimiser.problems.sectors import FAMILY
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.sectors_cases import path_of_four

OPTIONS = SolveOptions(time_limit_s=30, confirm=False)


def answer(problem, start, method="sectors.cuts"):
    result = solve(problem, registry.load(method), OPTIONS, start=start)
    assert result.status is Status.OPTIMAL
    return result


def test_finishing_keeps_what_is_there():
    """A and B are in 1; in balance, C and D can only go to 2."""
    problem, start = finishing(path_of_four(), {"A": "1", "B": "1"})
    assert dict(problem.params.locks) == {"A": "1", "B": "1"}
    assert start.district_of == {"A": "1", "B": "1"}
    assert dict(answer(problem, start).plan.district_of) == {"A": "1", "B": "1", "C": "2", "D": "2"}


def test_finishing_refuses_what_makes_no_sense():
    """Nothing left to do; a lock that says otherwise; districts and areas that nobody asked for."""
    with pytest.raises(InputError, match="nothing to complete"):
        finishing(path_of_four(), dict(zip("ABCD", "1122", strict=True)))
    with pytest.raises(InputError, match=r"contradict a lock: A \(1 in the plan, locked to 2\)"):
        finishing(path_of_four(locks=(("A", "2"),)), {"A": "1"})
    with pytest.raises(InputError, match="does not ask for: North"):
        finishing(path_of_four(), {"A": "North"})
    with pytest.raises(InputError, match="areas that this question does not have: Z"):
        finishing(path_of_four(), {"Z": "1"})


@pytest.mark.parametrize("method", ["sectors.moves", "sectors.cuts"])
def test_mending_balance_moves_one_area(method):
    """1 has A, 2 has B, C and D: one of four must move, B, and the proof says that none is not enough."""
    problem, start = mending(path_of_four(), {"A": "1", "B": "2", "C": "2", "D": "2"})
    result = answer(problem, start, method)
    assert moved_areas(problem, result.objectives[0].value) == pytest.approx(1)
    assert moved_areas(problem, result.objectives[0].bound) == pytest.approx(1)
    assert dict(result.plan.district_of) == {"A": "1", "B": "1", "C": "2", "D": "2"}


def test_mending_one_rule_leaves_the_other():
    """1 2 1 1, in pieces: for contiguity A or B moves; for balance one of 1's three goes, in pieces as before."""
    plan = {"A": "1", "B": "2", "C": "1", "D": "1"}
    problem, start = mending(path_of_four(), plan, only="contiguity")
    assert moved_areas(problem, answer(problem, start, "sectors.moves").objectives[0].value) == pytest.approx(
        1
    )
    problem, start = mending(path_of_four(), plan, only="balance")
    result = answer(problem, start, "sectors.moves")
    assert moved_areas(problem, result.objectives[0].value) == pytest.approx(1)
    assert sorted(result.plan.district_of.values()) == ["1", "1", "2", "2"]


def test_mending_balance_does_not_tear_a_whole_plan_apart():
    """2 | 0.1 2 4: C alone would even it out in one move and tear both districts; in one piece B has to go along."""
    question = replace(path_of_four(), balance=np.array([[2.0, 0.1, 2.0, 4.0]]))
    problem, start = mending(question, {"A": "1", "B": "2", "C": "2", "D": "2"}, only="balance")
    result = answer(problem, start, "sectors.moves")
    assert dict(result.plan.district_of) == {"A": "1", "B": "1", "C": "1", "D": "2"}
    assert FAMILY.check(question, result.plan) == []


def test_mending_contiguity_keeps_the_balance_that_there_is():
    """1 2 1 2: B to 1 would do alone, three against one; two each take two moves. A kind that is off is let go."""
    plan = dict(zip("ABCD", "1212", strict=True))
    problem, start = mending(path_of_four(), plan, only="contiguity")
    result = answer(problem, start, "sectors.moves")
    assert moved_areas(problem, result.objectives[0].value) == pytest.approx(2)
    assert FAMILY.check(path_of_four(), result.plan) == []
    two = replace(
        path_of_four(),
        balance_names=("calls", "people"),
        balance=np.array([[1.0] * 4, [9.0, 1.0, 1.0, 1.0]]),
        params=replace(path_of_four().params, balance_frac={"calls": 0.05, "people": 0.05}),
    )
    assert dict(mending(two, plan, only="contiguity")[0].params.balance_frac) == {"calls": 0.05}


def test_mending_counts_work_where_asked():
    """In areas as in work each of the four counts alike here; an area without a district today counts for nothing."""
    problem, start = mending(path_of_four(), {"A": "1", "C": "2", "D": "2"}, counted="work")
    result = answer(problem, start, "sectors.moves")
    assert result.objectives[0].value == 0.0
    assert result.plan.district_of["B"] == "1"


def test_polishing_moves_no_more_than_allowed():
    """A B C | D without balance: 60 + 60 from B. One move makes A B | C D: 60 + 60; two centres can do no better."""
    question = path_of_four(balance_frac={})
    plan = {"A": "1", "B": "2", "C": "2", "D": "2"}
    problem, start = polishing(question, plan, n_moves=1)
    result = answer(problem, start)
    changed = [a for a in plan if result.plan.district_of[a] != plan[a]]
    assert len(changed) <= 1
    assert result.objectives[0].value == 120.0
    assert FAMILY.check(question, result.plan) == []
    problem, start = polishing(path_of_four(), plan, work_frac=0.1)
    assert (
        solve(problem, registry.load("sectors.cuts"), OPTIONS).status is Status.INFEASIBLE
    )  # a quarter must move


@pytest.mark.parametrize("limit", [{}, {"n_moves": 1, "work_frac": 0.1}])
def test_polishing_wants_one_limit(limit):
    """Areas or work, not both, not none."""
    with pytest.raises(InputError, match="how much may change"):
        polishing(path_of_four(), {"A": "1"}, **limit)
