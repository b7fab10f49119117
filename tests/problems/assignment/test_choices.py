"""Ranked choices: each costs what the objective says, none breaks a rule, and the best single answer comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.problems.assignment import AssignmentPlan, check, objectives
from optimiser.problems.assignment.choices import ranked, sets_cost
from optimiser.problems.assignment.measures import serve_one
from optimiser.problems.assignment.rules import all_sent
from tests.oracles.assignment_cases import PLAIN, enumerate_best, random_problem, snapshot


@pytest.mark.parametrize("seed", range(40))
def test_costs_are_differences_of_the_objective(seed):
    """What a choice costs above nobody new is the difference of two objectives, and it keeps every rule."""
    problem = random_problem(seed)
    problem = replace(problem, params=replace(problem.params, coverage_hard=False))
    plan, _ = enumerate_best(problem)
    if plan is None:
        pytest.skip("no admissible plan for this seed")
    for i, incident in enumerate(problem.incident_ids):
        base = AssignmentPlan({u: to for u, to in plan.sent.items() if to != incident}, plan.moved)
        here = [u for u, k in all_sent(problem, base).items() if k == i]
        nobody = objectives(problem, base)[0].value - serve_one(problem, i, here, {}).total
        choices = ranked(problem, incident, plan)
        assert [c.cost for c in choices] == sorted(c.cost for c in choices)
        for c in choices:
            sent = AssignmentPlan({**base.sent, **dict.fromkeys(c.units, incident)}, plan.moved)
            assert c.cost == pytest.approx(objectives(problem, sent)[0].value - nobody, rel=1e-9, abs=1e-6)
            broken = {v.rule for v in check(problem, sent)} - {v.rule for v in check(problem, base)}
            assert not broken


@pytest.mark.parametrize("seed", range(30))
def test_sets_cost_as_one_by_one(seed):
    """All sets at once cost what plain loops say."""
    problem = random_problem(seed)
    usable = [
        u for u, s in enumerate(problem.status) if s != "busy" and np.isfinite(problem.travel_s[u]).all()
    ]
    pairs = np.array([(a, b) for a in usable for b in usable if a < b], dtype=np.int64).reshape(-1, 2)
    for i in range(len(problem.incident_ids)):
        cost, _ = sets_cost(problem, i, pairs)
        plain = [serve_one(problem, i, list(p), {}).total for p in pairs.tolist()]
        assert cost.tolist() == pytest.approx(plain)


def test_the_best_choice_of_one_incident_is_the_best_plan():
    """With one incident and nothing else to decide the first choice is the optimum."""
    compared = 0
    for seed in range(200):
        problem = random_problem(seed)
        if len(problem.incident_ids) > 1 or problem.params.coverage_hard or len(problem.unit_ids) > 4:
            continue
        plan, value = enumerate_best(problem)
        if plan is None or plan.moved or not plan.sent:
            continue
        first = ranked(problem, problem.incident_ids[0], most=1)
        found = objectives(problem, AssignmentPlan(dict.fromkeys(first[0].units, problem.incident_ids[0])))[
            0
        ].value
        assert found == pytest.approx(value)
        compared += 1
    assert compared >= 5


def test_a_loss_says_for_how_long():
    """u1 alone covers z1; u3's break ends in 600 s and it reaches z1: bare for 600 s, not for the whole job."""
    problem = snapshot(
        replace(PLAIN, coverage_s=300.0),
        [[60], [200], [900]],
        status=["free", "free", "ends"],
        ready_s=[0, 0, 600],
        level=[1],
        zone_s=[[100], [900], [100]],
    )
    by_unit = {c.units: c for c in ranked(problem, "i1")}
    (loss,) = by_unit[("u1",)].losses
    assert (loss.zone, loss.before, loss.after, loss.wanted, loss.for_s) == ("z1", 1, 0, 1, 600.0)
    assert by_unit[("u2",)].losses == ()


def test_units_of_other_incidents_are_left_alone():
    """A unit that the plan sends elsewhere is no choice here."""
    problem = snapshot(PLAIN, [[60, 70], [90, 80]])
    assert [c.units for c in ranked(problem, "i1", AssignmentPlan({"u2": "i2"}))] == [("u1",)]
