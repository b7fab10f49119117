"""What every family owes: each rule has a plan that breaks it and nothing else, and can be relaxed where it says so."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.problems import portable


def broken():
    for family in registry.families():
        oracle = importlib.import_module(f"tests.oracles.{family}_cases")
        for rule, (problem, plan) in oracle.breaking_plans().items():
            yield pytest.param(family, rule, problem, plan, id=f"{family}: {rule}")


@pytest.mark.parametrize("family", registry.families())
def test_every_rule_has_a_breaking_plan(family):
    """A rule without a plan that breaks it is a rule nobody has tested."""
    oracle = importlib.import_module(f"tests.oracles.{family}_cases")
    assert set(oracle.breaking_plans()) == {rule.name for rule in registry.family(family).rules}


@pytest.mark.parametrize(("family", "rule", "problem", "plan"), broken())
def test_breaks_this_rule_only(family, rule, problem, plan):
    """The checker names the rule, all of it and nothing else, with both numbers."""
    found = registry.family(family).check(problem, plan)
    assert {v.rule for v in found} == {rule}
    assert all(v.found != v.limit and v.where for v in found)


@pytest.mark.parametrize(("family", "rule", "problem", "plan"), broken())
def test_relaxing_mends_it(family, rule, problem, plan):
    """A relaxable rule, relaxed by enough in its own unit, is no longer broken."""
    kind = registry.family(family).rule(rule)
    if not kind.relaxable:
        pytest.skip("this rule cannot be relaxed")
    enough = 2.0 * sum(abs(v.found - v.limit) for v in registry.family(family).check(problem, plan))
    easier = replace(problem, params=replace(problem.params, relax={rule: enough}))
    assert registry.family(family).check(easier, plan) == []


@pytest.mark.parametrize(("family", "rule", "problem", "plan"), broken())
def test_problem_and_plan_travel(family, rule, problem, plan, tmp_path):
    """Problem and plan come back from a file as they were, with the same digest."""
    portable.write(tmp_path / "p.npz", problem)
    back = portable.read(tmp_path / "p.npz", type(problem))
    assert portable.digest(back) == portable.digest(problem)
    assert portable.from_json(type(plan), portable.to_json(plan)) == plan
