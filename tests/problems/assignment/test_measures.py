"""The objective by hand, and its terms that add up to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser.problems.assignment import AssignmentPlan, check, measure, objectives
from tests.oracles.assignment_cases import PLAIN, enumerate_best, hand_cases, random_problem, snapshot


def by_name(problem, plan):
    return {m.name: m for m in measure(problem, plan)}


@pytest.mark.parametrize(("name", "problem", "optimum"), hand_cases(), ids=[c[0] for c in hand_cases()])
def test_hand_optimum_is_the_best_of_all_plans(name, problem, optimum):
    """Trying every plan finds the number worked by hand."""
    plan, value = enumerate_best(problem)
    if optimum == "infeasible":
        assert plan is None
    else:
        assert value == pytest.approx(optimum)


@pytest.mark.parametrize("seed", range(20))
def test_terms_add_up(seed):
    """The dispatcher sees every second of the objective in one of its twelve terms."""
    problem = random_problem(seed)
    plan, value = enumerate_best(problem)
    if plan is None:
        pytest.skip("no admissible plan for this seed")
    terms = [m for m in measure(problem, plan) if m.name.startswith("term ")]
    assert len(terms) == 13
    assert sum(m.value for m in terms) == pytest.approx(value)
    for m in terms:
        assert sum(m.by.values()) == pytest.approx(m.value)


def test_most_seeds_have_a_plan():
    """The test above may skip; here it is counted that it hardly does."""
    assert sum(enumerate_best(random_problem(seed))[0] is not None for seed in range(20)) >= 15


@pytest.mark.parametrize("age_s", [0, 4000, 20_000, 100_000])
def test_an_old_incident_is_served_as_a_new_one(age_s):
    """However long it has waited: what it is late already counts for sending nobody too, so a free unit is sent."""
    problem = snapshot(PLAIN, [[500]], age_s=[age_s])
    plan, _ = enumerate_best(problem)
    assert plan is not None
    assert plan.sent == {"u1": "i1"}


def test_nobody_for_an_old_incident_by_hand():
    """20,000 s for the officer missing and 4 x 1.25 for each of 1100 - 900 s it is late already."""
    problem = snapshot(PLAIN, [[500]], age_s=[1100])
    late_s = 1100 - PLAIN.grade_targets_s[1]
    each = PLAIN.late_weight[1] * (1 + PLAIN.complement_weight)
    assert by_name(problem, AssignmentPlan({}))["term unfilled officers"].value == 20_000.0 + each * late_s


def test_terms_by_hand():
    """u1 (2 officers of 3 wanted) arrives after 1000 s, 200 s after the call: 1000 + 4 x 300 + 0.1 x 1000 + 20,000."""
    params = replace(PLAIN, journey_weight=0.1, coverage_s=300.0)
    problem = snapshot(
        params, [[1000]], officers=[2], need=[3], age_s=[200], level=[3, 1], zone_s=[[100, 900]]
    )
    found = by_name(problem, AssignmentPlan({"u1": "i1"}))
    assert found["term first arrival"].value == 1000.0
    assert found["term lateness"].value == 1200.0
    assert found["term journeys"].value == 100.0
    assert found["term unfilled officers"].value == 20_000.0
    assert found["term coverage shortfall"].by == {"z1": 300.0 + 600.0 + 1200.0, "z2": 300.0}
    assert found["mean response"].by == {"grade 1": 1200.0}
    assert found["officers unfilled"].by == {"i1": 1.0}
    assert found["incidents late"].value == 1.0
    assert found["levels missing"].by == {"z1": 3.0, "z2": 1.0}
    assert found["levels missing before"].by == {"z1": 1.0, "z2": 1.0}


def test_units_or_officers_are_counted():
    """A double that stays is two levels in officers and one in units."""
    params = replace(PLAIN, coverage_s=300.0)
    for counts, missing in (("officers", 0.0), ("units", 1.0)):
        problem = snapshot(
            replace(params, coverage_counts=counts), [[]], officers=[2], level=[2], zone_s=[[100]]
        )
        assert by_name(problem, AssignmentPlan({}))["levels missing"].value == missing


def test_an_unattended_incident_has_no_response_time():
    """Nobody goes: no mean is made up, the officer is missing."""
    found = by_name(snapshot(PLAIN, [[60]]), AssignmentPlan({}))
    assert found["incidents unattended"].value == 1.0
    assert found["mean response"].by == {}
    assert found["term unfilled officers"].value == 20_000.0


def test_an_inadmissible_plan_is_measured_all_the_same():
    """A planner's faulty plan gets its violations and its measures."""
    problem = snapshot(PLAIN, [[60], [70]])
    plan = AssignmentPlan({"u1": "i1", "u2": "i1", "ghost": "i1"})
    assert check(problem, plan)
    assert objectives(problem, plan)[0].value == 60.0
