"""Both formulations of shifts through the engine: known optima, enumeration, warm starts, relaxations."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.shifts import cpsat, milp
from optimiser_models.shifts.terms import terms

from optimiser.problems.shifts import ShiftsParams, ShiftsPlan
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.shifts_cases import (
    enumerate_best,
    hand_cases,
    monotone_pairs,
    random_problem,
    union_airways,
    waiting_calls,
    week,
)

BOTH = pytest.mark.parametrize("formulation", [milp.FORMULATION, cpsat.FORMULATION], ids=lambda f: f.name)
OPTIONS = SolveOptions(time_limit_s=30, confirm=False)


def value(result):
    return result.objectives[0].value if result.plan is not None else float("inf")


@BOTH
@pytest.mark.parametrize("case", hand_cases(), ids=lambda c: c[0])
def test_hand_cases(formulation, case):
    # optima worked by hand or from the textbook (data/FORMATS.md 4.4)
    _, problem, optimum = case
    result = solve(problem, formulation, OPTIONS)
    if optimum == "infeasible":
        assert result.status is Status.INFEASIBLE
    else:
        assert result.status is Status.OPTIMAL
        assert value(result) == pytest.approx(optimum, abs=1e-6)


@functools.cache
def enumerated(seed):
    problem = random_problem(seed)
    return problem, *enumerate_best(problem)


@BOTH
@pytest.mark.parametrize("seed", range(24))
def test_enumeration(formulation, seed):
    # every plan tried: the formulation's optimum is the least there is, or there is none
    problem, plan, least = enumerated(seed)
    result = solve(problem, formulation, OPTIONS)
    assert result.status is (Status.INFEASIBLE if plan is None else Status.OPTIMAL)
    assert value(result) == pytest.approx(least, abs=1e-6)


def test_random_problems_ask_for_something():
    # an oracle whose optimum is always the empty plan would prove nothing
    answers = [enumerated(seed) for seed in range(24)]
    assert sum(bool(plan is not None and plan.rows()) for _, plan, _ in answers) >= 12
    assert any(plan is None for _, plan, _ in answers)
    assert any(p.params.hold_split and plan is not None and plan.rows() for p, plan, _ in answers)


@BOTH
@pytest.mark.parametrize("seed", range(4))
def test_easier_is_never_worse(formulation, seed):
    # a relaxed rule, a larger shift or a smaller need cannot cost more
    for easier, harder in monotone_pairs(seed):
        low, high = (value(solve(p, formulation, OPTIONS)) for p in (easier, harder))
        assert low <= high + 1e-6 * max(1.0, abs(low))


@BOTH
def test_starts_of_every_kind(formulation):
    # the optimum, a plan that breaks rules, and one that names unknown shifts are all fine as a start
    problem = union_airways()
    best = solve(problem, formulation, OPTIONS).plan
    for start in (best, ShiftsPlan({}), ShiftsPlan({"22@0": 999, "nothing@3": 2, "06@1": 4})):
        assert value(solve(problem, formulation, OPTIONS, start=start)) == pytest.approx(30610)


def test_milp_start_is_complete():
    # HiGHS takes a start only where every column has a value
    for _, problem, _ in hand_cases():
        program = milp.build(problem, ShiftsPlan({f"{s}@0": 1 for s in problem.shift_ids}))
        named = {id(v) for v, _ in program.start.items()}
        assert all(id(v) in named for v in program.model.component_data_objects(milp.pyo.Var))


def test_chords_are_exact_at_whole_officers():
    # the price of call work above the ceiling is the greatest chord, at every whole number on duty
    problem = replace(
        random_problem(3), params=ShiftsParams(interval_price=1.7), call_work_s=np.linspace(0, 9e3, 168)
    )
    by_slot: dict[int, list] = {}
    t = terms(problem)
    for chord in t.chords:
        by_slot.setdefault(chord.slot, []).append(chord)
    for slot, calls_s in enumerate(problem.call_work_s):
        for n in range(12):
            true = 1.7 * max(0.0, calls_s / 3600 - 0.3 * n)
            priced = max([0.0, *(c.at(n) for c in by_slot.get(slot, []))]) * t.unit
            assert priced == pytest.approx(true, abs=1e-9)


@pytest.mark.parametrize("interval_price", [0.0, 1.7])
def test_chords_of_both_prices_are_exact_at_whole_officers(interval_price):
    # with 12 officers and more too, where the calls given (0 to 4 officers) end
    calls = waiting_calls(np.random.default_rng(5))
    params = ShiftsParams(interval_price=interval_price, no_free_price=0.9)
    problem = replace(
        random_problem(3), params=params, call_work_s=np.linspace(0, 9e3, 168), nobody_free=calls
    )
    t = terms(problem)
    for slot, calls_s in enumerate(problem.call_work_s):
        lines = [c for c in t.chords if c.slot == slot]
        for n in range(15):
            gains = [max(calls[slot, j - 1] - calls[slot, j] for j in range(k, 5)) for k in range(n + 1, 5)]
            true = 0.9 * (calls[slot, 4] + sum(gains))
            true += interval_price * max(0.0, calls_s / 3600 - 0.3 * n)
            assert max([0.0, *(c.at(n) for c in lines)]) * t.unit == pytest.approx(true, abs=1e-7)


def at_prices(problem, factor):
    """The same question where every price is ``factor`` times as high."""
    p = problem.params
    names = ("interval_price", "surplus_price", "change_price", "no_free_price")
    prices = {name: getattr(p, name) * factor for name in names}
    return replace(
        problem,
        params=replace(p, **prices),
        cost_per_officer_h=problem.cost_per_officer_h * factor,
        shortage_prices=tuple(v * factor for v in problem.shortage_prices),
    )


@BOTH
@pytest.mark.parametrize("factor", [np.pi * 1e-7, np.e / 1000, 12345.678])
def test_the_size_of_prices_changes_no_proof(formulation, factor):
    # objectives of 1e-6 to 1e6, no price a round number: still within 1e-6 of the best of all plans
    compared = 0
    for seed in range(12):
        problem, plan, least = enumerated(seed)
        if plan is None:
            continue
        result = solve(at_prices(problem, factor), formulation, OPTIONS)
        assert result.status is Status.OPTIMAL
        assert value(result) == pytest.approx(least * factor, rel=1e-6, abs=1e-12)
        compared += least > 0
    assert compared >= 5


def odd_week(**params):
    """Shifts of 8 and 12 hours, a quarter as many calls again by day: limits fall between what shifts add up to."""
    calls = np.where((np.arange(168) % 24 >= 8) & (np.arange(168) % 24 < 20), 9013.0, 5407.0)
    shifts = {f"{s:02d}x{n}": (s, n) for s in range(0, 24, 2) for n in (8, 12)}
    need = dict.fromkeys(range(168), 3)
    return week(ShiftsParams(**params), shifts, need, call_work_s=calls, most_per_shift=30)


def test_limits_are_what_whole_shifts_add_up_to():
    # 84 x (9013 + 5407) s of calls are 336.5 h; within 30 % of the week that asks for 1121.6 h, and in fours for 1124
    t = terms(odd_week(budget_h=1150.0))
    assert (t.least_total, t.most_total) == (1124, 1148)
    free = terms(replace(odd_week(budget_h=1150.0), shift_slots=np.array([8, 11] * 12)))
    assert (free.least_total, free.most_total) == (1122, 1150)


@BOTH
@pytest.mark.parametrize(
    "params", [{}, {"objective": "shortage", "budget_h": 1150.0}, {"hold_split": False}], ids=str
)
def test_proofs_are_confirmed(formulation, params):
    # a second route is found, and the formulations agree
    result = solve(odd_week(**params), formulation, replace(OPTIONS, confirm=True))
    assert result.status is Status.OPTIMAL
    assert result.confirmed
    other = solve(odd_week(**params), milp.FORMULATION, OPTIONS)
    assert value(result) == pytest.approx(value(other), rel=1e-6)
