"""Rules of shifts: each broken alone, relaxed in its own unit, and silent on a good plan."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.problems import portable
from optimiser.problems.shifts import (
    FAMILY,
    RULES,
    ShiftsParams,
    ShiftsPlan,
    ShiftsProblem,
    check,
    objectives,
)
from optimiser.problems.shifts.obvious import contradictions
from tests.oracles.shifts_cases import FREE, breaking_plans, hand_cases, union_airways, week


def test_every_rule_has_a_plan_that_breaks_it():
    # a rule without such a plan is a rule nobody has seen at work
    assert set(breaking_plans()) == {r.name for r in RULES}


@pytest.mark.parametrize("rule", [r.name for r in RULES])
def test_breaking_plan_breaks_that_rule_and_nothing_else(rule):
    # rules must not drag each other along, or explain would blame the wrong one
    problem, plan = breaking_plans()[rule]
    assert {v.rule for v in check(problem, plan)} == {rule}


@pytest.mark.parametrize("rule", [r.name for r in RULES if r.relaxable])
def test_relaxing_by_what_is_missing_heals_the_plan(rule):
    # relax is in the rule's own unit: found and limit say how much is asked for
    problem, plan = breaking_plans()[rule]
    amount = max(abs(v.found - v.limit) for v in check(problem, plan))
    assert np.isfinite(amount)
    relax = dict(problem.params.relax)
    relax[rule] = relax.get(rule, 0.0) + amount
    assert check(replace(problem, params=replace(problem.params, relax=relax)), plan) == []


def test_union_airways_published_plan_passes_at_its_published_cost():
    # Hillier and Lieberman: (48, 31, 39, 43, 15) costs 30,610
    plan = ShiftsPlan({"06@0": 48, "08@0": 31, "12@0": 39, "16@0": 43, "22@0": 15})
    assert check(union_airways(), plan) == []
    assert objectives(union_airways(), plan)[0].value == pytest.approx(30610, abs=1e-9)


def test_sunday_night_counts_on_monday_morning():
    # the week is a cycle: 22 to 06 on Sunday covers Monday 00 to 06
    problem = week(ShiftsParams(**FREE), {"N": (22, 8)}, {0: 1, 5: 1, 166: 1})
    assert check(problem, ShiftsPlan({"N@6": 1})) == []
    assert [v.where for v in check(problem, ShiftsPlan({"N@5": 1}))] == [
        "Mon 00:00",
        "Mon 05:00",
        "Sun 22:00",
    ]


def test_bad_entries_are_reported_and_never_raise():
    # a planner's hand-edited plan may hold anything
    problem = week(ShiftsParams(**FREE), {"E": (6, 8)}, {})
    plan = ShiftsPlan({"E": 1, "E@9": 1, "X@0": 2, "E@0": -1, "E@1": float("nan"), "E@2": "two"})  # type: ignore[dict-item]
    rules = [v.rule for v in check(problem, plan)]
    assert rules == [
        "known_shift",
        "known_shift",
        "known_shift",
        "whole_officers",
        "whole_officers",
        "whole_officers",
    ]


def test_nobody_on_duty_with_work_offered_breaks_the_ceiling():
    # no division by nothing: any call work is beyond every share of no time
    problem, _ = breaking_plans()["call_ceiling"]
    assert "call_ceiling" in {v.rule for v in check(problem, ShiftsPlan({}))}
    assert check(week(ShiftsParams(), {"E": (6, 8)}, {}), ShiftsPlan({})) == []


def test_split_is_not_a_rule_where_it_is_only_shown():
    # hold_split=False shows the split and asks nothing
    problem, plan = breaking_plans()["admin_ceiling"]
    assert check(replace(problem, params=replace(problem.params, hold_split=False)), plan) == []


def test_problem_and_plan_survive_storage():
    # workers and run folders read what was written, to the digit
    for _, problem, _ in hand_cases():
        arrays: portable.Arrays = {}
        again = portable.from_json(ShiftsProblem, portable.to_json(problem, arrays), arrays)
        assert portable.digest(again) == portable.digest(problem)
    plan = ShiftsPlan({"E@0": 3})
    assert portable.from_json(ShiftsPlan, portable.to_json(plan)) == plan


def test_family_is_complete():
    # the engine, the forms and the contract tests reach everything through it
    assert FAMILY.name == "shifts"
    assert FAMILY.rule("budget").unit == "h"


def test_a_budget_beside_overtime():
    # three officers held over by two hours: 24 h straight and 6 h beside; a budget of 24 h holds, one of 23 h does not
    asked = ShiftsParams(budget_h=24.0, overtime_in_budget=False, most_hold_over_h=6.0, **FREE)
    problem = replace(week(asked, {"E": (6, 10)}, {}), overtime=("hold-over",), overtime_slots=(2,))
    plan = ShiftsPlan({"E@0": 3})
    assert check(problem, plan) == []
    tight = replace(problem, params=replace(asked, budget_h=23.0))
    assert [(v.rule, v.found) for v in check(tight, plan)] == [("budget", 24.0)]
    counted = replace(problem, params=replace(asked, overtime_in_budget=True))
    assert [(v.rule, v.found) for v in check(counted, plan)] == [("budget", 30.0)]


def test_overtime_beside_the_budget_is_no_contradiction():
    # ten hours asked for with a budget of eight: two held over may fill them, one may not
    need = dict.fromkeys(range(6, 16), 1)
    asked = ShiftsParams(budget_h=8.0, overtime_in_budget=False, most_hold_over_h=2.0, **FREE)
    problem = replace(week(asked, {"E": (6, 10)}, need), overtime=("hold-over",), overtime_slots=(2,))
    assert contradictions(problem) == ()
    fewer = replace(problem, params=replace(asked, most_hold_over_h=1.0))
    assert any("officer-hours; the budget is" in s for s in contradictions(fewer))
