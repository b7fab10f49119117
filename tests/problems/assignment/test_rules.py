"""The rules of an assignment, one by one, and the words they use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser.problems.assignment import FAMILY, AssignmentPlan, check
from tests.oracles.assignment_cases import PLAIN, breaking_plans, snapshot


def test_every_rule_has_a_plan_that_breaks_it():
    """A rule without such a plan is a rule nobody has seen working."""
    assert set(breaking_plans()) == {rule.name for rule in FAMILY.rules}


@pytest.mark.parametrize("rule", [rule.name for rule in FAMILY.rules])
def test_breaks_this_rule_and_nothing_else(rule):
    """Each plan breaks its own rule only, in the rule's own unit."""
    problem, plan = breaking_plans()[rule]
    found = check(problem, plan)
    assert {v.rule for v in found} == {rule}
    assert {v.unit for v in found} == {FAMILY.rule(rule).unit}


@pytest.mark.parametrize("rule", [rule.name for rule in FAMILY.rules if rule.relaxable])
def test_a_relaxation_by_the_excess_admits_the_plan(rule):
    """Relaxed by what it is over, the plan passes; by half of that it does not."""
    problem, plan = breaking_plans()[rule]
    excess = max(abs(v.found - v.limit) for v in check(problem, plan))

    def relaxed_by(amount):
        return replace(problem, params=replace(problem.params, relax={rule: amount}))

    assert check(relaxed_by(excess), plan) == []
    assert check(relaxed_by(excess / 2), plan) != []


def test_says_where_and_how_much():
    """The break ends in 1900 s and the way takes 1800 s: 3700 s against a target of 3600."""
    problem, plan = breaking_plans()["free in time"]
    assert str(check(problem, plan)[0]) == "free in time: unit u1 to i1 has 3700 s, limit 3600"


def test_grade_two_takes_a_unit_whose_break_ends_in_time():
    """1700 + 1800 = 3500 s is within 3600."""
    problem = snapshot(PLAIN, [[1800]], status=["ends"], ready_s=[1700], grade=[2])
    assert check(problem, AssignmentPlan({"u1": "i1"})) == []


def test_a_second_unit_that_is_needed_is_not_needless():
    """A double and a single for three officers: without either, three are not met."""
    problem = snapshot(PLAIN, [[30], [90]], officers=[1, 2], need=[3])
    assert check(problem, AssignmentPlan({"u1": "i1", "u2": "i1"})) == []


def test_the_empty_plan_is_admissible_without_a_floor():
    """Sending nobody breaks no rule: what is missing is priced."""
    assert check(snapshot(PLAIN, [[30], [90]]), AssignmentPlan({})) == []


def test_names_every_fault_of_a_plan_at_once():
    """A planner sees all that is wrong, not the first of it."""
    problem = snapshot(PLAIN, [[60], [70]])
    found = check(problem, AssignmentPlan({"u1": "i1", "u2": "i1", "ghost": "nowhere"}))
    assert {v.rule for v in found} == {"unknown unit", "unknown incident", "needless unit"}
