"""What a snapshot accepts, what it refuses and in which words; and its way through JSON."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems import portable
from optimiser.problems.assignment import AssignmentParams, AssignmentPlan, AssignmentProblem
from tests.oracles.assignment_cases import INF, PLAIN, random_problem, snapshot


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"travel_s": np.zeros((1, 2))}, r"travel_s has shape \(1, 2\); the ids given need \(2, 1\)"),
        ({"travel_s": np.array([[1.0], [np.nan]])}, "travel_s must be >= 0; use inf"),
        ({"travel_s": np.array([[1.0], [-1.0]])}, "travel_s must be >= 0"),
        ({"unit_ids": ("a", "a")}, "unit id 'a' is given twice"),
        ({"unit_ids": ("a", "")}, "unit id must be text and not empty"),
        ({"officers": np.array([1, 0])}, "officers must be whole numbers >= 1, got 0"),
        ({"officers": np.array([1, 1.5])}, "officers must be whole numbers >= 1, got 1.5"),
        ({"officers_needed": np.array([0])}, "officers_needed must be whole numbers >= 1"),
        ({"grade": np.array([3])}, "grade 3; targets are given for grades 1, 2"),
        ({"status": ("free", "asleep")}, "status 'asleep'; known are free, ends, sent, busy"),
        ({"status": ("free", "busy")}, "status 'busy' and is ready in 0 s"),
        ({"status": ("free",)}, "status has 1 entries for 2 units"),
        ({"ready_s": np.array([0.0, 30.0])}, "status 'free' and is ready in 30 s"),
        ({"age_s": np.array([INF])}, "age_s must be finite"),
        ({"weight": np.array([0.0])}, "weight must be finite and positive"),
        ({"status": ("sent", "free")}, "status 'sent' and is on its way to ''"),
        (
            {"status": ("sent", "free"), "on_way_to": ("i9", "")},
            "on its way to 'i9', which is no open incident",
        ),
        ({"on_way_to": ("i1", "")}, "status 'free' and is on its way to 'i1'"),
        ({"alone_barred": np.array([1])}, "must not be entered alone and needs 1 officer"),
        ({"post_ids": ("p",), "post_travel_s": np.zeros((2, 2))}, r"post_travel_s has shape \(2, 2\)"),
        ({"skills_needed": np.array([[1]])}, r"skills_needed has shape \(1, 1\)"),
    ],
)
def test_refuses_and_says_why(change, words):
    """Each fault is named with the value that is wrong."""
    with pytest.raises(InputError, match=words):
        replace(snapshot(PLAIN, [[60], [70]]), **change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coverage_s": 0.0}, "coverage_s must be positive"),
        ({"coverage": "everybody"}, "coverage must be 'available', 'present' or 'expected'"),
        ({"coverage_counts": "cars"}, "coverage_counts must be"),
        ({"shortfall_price_s": (600.0, 300.0)}, "do not fall"),
        ({"shortfall_price_s": ()}, "one or more prices"),
        ({"max_units": 0}, "max_units must be at least 1"),
        ({"expected_busy_frac": 30.0}, "expected_busy_frac is a fraction"),
        ({"reserve_units": {9: 1}}, "reserve_units keeps back 1 units for grade 9"),
        ({"deploy_targets_s": {1: 0.0}}, "deploy_targets_s gives grade 1 0.0 s"),
        ({"max_moves": -1}, "max_moves and move_limit_s must be >= 0"),
        ({"journey_weight": -1.0}, "journey_weight must be >= 0"),
        ({"late_weight": {1: 4.0}}, r"late_weight is given for grades \[1\], grade_targets_s for \[1, 2\]"),
        ({"grade_targets_s": {1: 0.0, 2: 3600.0}}, "grade_targets_s of grade 1 must be a number > 0"),
        ({"relax": {"most units": -1.0}}, r"relax\['most units'\] must be >= 0"),
    ],
)
def test_refuses_choices_and_says_why(change, words):
    """A planner's choice out of range names itself."""
    with pytest.raises(InputError, match=words):
        AssignmentParams(**change)


def test_present_coverage_needs_times_from_the_scene():
    """A unit that is sent covers from the incident, so its driver class needs those times."""
    with pytest.raises(InputError, match="scene_zone_s for driver class standard"):
        snapshot(replace(PLAIN, coverage="present"), [[60]], level=[1], zone_s=[[100]])


@pytest.mark.parametrize("seed", range(6))
def test_goes_through_a_file_unchanged(seed, tmp_path):
    """What a worker reads is what the planner asked."""
    problem = random_problem(seed)
    portable.write(tmp_path / "p.npz", problem)
    assert portable.digest(portable.read(tmp_path / "p.npz", AssignmentProblem)) == portable.digest(problem)


def test_params_and_plan_go_through_json():
    """Grades come back as numbers, ids as text."""
    params = AssignmentParams(grade_targets_s={1: 600.0, 2: 1800.0}, shortfall_price_s=(1.0, 2.0))
    assert portable.from_json(AssignmentParams, portable.to_json(params)) == params
    plan = AssignmentPlan({"2E14": "017"})
    assert portable.from_json(AssignmentPlan, portable.to_json(plan)) == plan
