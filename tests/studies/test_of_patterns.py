"""What studies know of rotating patterns: rules that are asked for, and amounts that switch them off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.problems.patterns import FAMILY
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from optimiser.studies.hooks import hooks_of
from tests.oracles.patterns_cases import breaking_plans, rota

HOOKS = hooks_of("patterns")
QUICK = SolveOptions(time_limit_s=30, confirm=False)


def test_rules_that_nobody_asks_for_are_left_out():
    """One day off at least and no free weekends: nothing to loosen. Asked for, both count."""
    free = rota()
    asked = rota(shortest_off=2, free_weekends=1)
    for rule in ("shortest days off", "free weekends"):
        assert not HOOKS.in_force(free, rule)
        assert HOOKS.in_force(asked, rule)


@pytest.mark.parametrize("rule", [r.name for r in FAMILY.rules if r.relaxable])
def test_plenty_switches_a_rule_off(rule):
    """The plan that breaks the rule breaks nothing once it is loosened by so much."""
    problem, plan = breaking_plans()[rule]
    amount = HOOKS.plenty(problem, rule)
    assert amount is not None
    relaxed = replace(problem, params=replace(problem.params, relax={rule: amount}))
    assert FAMILY.check(relaxed, plan) == []


def test_the_plain_question_has_the_same_answer():
    """Whether there is a pattern does not hang on what is counted."""
    for problem in (rota(exact=True), rota(exact=True, most_week_h=40.0)):
        found = [
            solve(p, registry.load("patterns.milp"), QUICK).status is Status.INFEASIBLE
            for p in (problem, HOOKS.plain(problem))
        ]
        assert found[0] == found[1]
