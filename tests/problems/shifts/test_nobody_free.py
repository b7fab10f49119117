"""Calls that find nobody free: what they are priced as, what a plan is told of them, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.shifts import network

from optimiser.errors import InputError
from optimiser.problems import portable
from optimiser.problems.shifts import ShiftsParams, ShiftsPlan, ShiftsProblem, measure, objectives
from optimiser.problems.shifts.nobody_free import at_duty, steep
from tests.oracles.shifts_cases import FREE, SLOTS, random_problem, waiting_calls, week


def told(problem, plan):
    return {m.name: m.value for m in measure(problem, plan)}


def test_priced_calls_are_convex_and_never_fewer():
    # against the definition, officer by officer: what one saves is the most that any later one saves
    for seed in range(5):
        calls = waiting_calls(np.random.default_rng(seed))
        found = steep(calls)
        saved = -np.diff(found, axis=1)
        assert (found >= calls - 1e-12).all()
        assert (np.diff(saved, axis=1) <= 1e-12).all()
        assert found[:, -1] == pytest.approx(calls[:, -1])
        for k in range(1, 5):
            assert saved[:, k - 1] == pytest.approx((-np.diff(calls, axis=1))[:, k - 1 :].max(axis=1))


def test_convex_calls_are_priced_as_they_are():
    # 8, 4, 2, 1: each officer saves half
    assert steep(np.array([[8.0, 4.0, 2.0, 1.0]])).tolist() == [[8.0, 4.0, 2.0, 1.0]]


def test_more_officers_than_known_leave_as_many_calls():
    assert at_duty(np.array([[3.0, 1.0], [2.0, 0.5]]), np.array([7.0, 0.0])).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("objective", ["cost", "shortage"])
def test_objective_and_measure_by_hand(objective):
    # one officer 06-14; calls of hour 6 with 0, 1, 2 officers 3, 3, 1, of hour 20 with nobody 2, 0.5, 0
    calls = np.zeros((SLOTS, 3))
    calls[6], calls[20] = [3, 3, 1], [2, 0.5, 0]
    params = {"objective": objective, "surplus_price": 0.0, **FREE}
    problem = week(ShiftsParams(no_free_price=10.0, **params), {"E": (6, 8)}, {6: 1}, nobody_free=calls)
    plan = ShiftsPlan({"E@0": 1})
    # hour 6 is at its steepest fall: 3; hour 20 with nobody: 2; 8 h of pay under cost
    assert objectives(problem, plan)[0].value == pytest.approx(50 + 8 * (objective == "cost"))
    assert told(problem, plan)["calls that find nobody free"] == pytest.approx(5.0)
    # with nobody at all hour 6 is priced two calls dearer, and has three all the same
    assert told(problem, ShiftsPlan({}))["calls that find nobody free"] == pytest.approx(5.0)


def test_without_them_nothing_is_told_and_no_price_is_taken():
    problem = random_problem(0)
    assert "calls that find nobody free" not in told(problem, ShiftsPlan({}))
    with pytest.raises(InputError, match="no_free_price is 2, but the calls"):
        replace(problem, params=replace(problem.params, no_free_price=2.0))


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        (np.zeros((5, 3)), "a row for each of 168 slots"),
        (np.full((SLOTS, 2), -1.0), "must be 0 or more calls"),
        (np.full((SLOTS, 2), np.nan), "must be 0 or more calls"),
        (np.tile([1.0, 2.0], (SLOTS, 1)), "rises with more officers in slot 0 and 167 others"),
    ],
)
def test_faults_are_named(calls, said):
    with pytest.raises(InputError, match=said):
        replace(random_problem(0), nobody_free=calls)


def test_a_problem_stored_before_them_still_loads():
    # as a run folder written earlier has it: without the field, and without the price
    problem = random_problem(0)
    stored = portable.to_json(problem)
    del stored["nobody_free"], stored["params"]["no_free_price"]
    found = portable.from_json(ShiftsProblem, stored)
    assert found.nobody_free.size == 0
    assert objectives(found, ShiftsPlan({})) == objectives(problem, ShiftsPlan({}))


def test_the_form_on_arrays_names_the_way_out():
    refusal = network.refuses(random_problem(1))
    assert "a price of calls that find nobody free" in refusal
    assert "Use shifts.milp" in refusal
