"""For each rule of an assignment a plan that breaks it and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from tests.oracles.assignment_hand import INF, PLAIN, one_post, snapshot


def breaking_plans() -> dict[str, tuple[AssignmentProblem, AssignmentPlan]]:
    """Return for each rule a plan that breaks it and nothing else."""
    one = snapshot(PLAIN, [[60]])
    two = snapshot(PLAIN, [[60], [70]])
    hard = replace(PLAIN, coverage_s=300.0, coverage_hard=True)
    return {
        "unknown unit": (one, AssignmentPlan({"u9": "i1"})),
        "unknown incident": (one, AssignmentPlan({"u1": "i9"})),
        "reachable": (snapshot(PLAIN, [[INF]]), AssignmentPlan({"u1": "i1"})),
        "known end": (
            snapshot(PLAIN, [[60]], status=["busy"], ready_s=[INF], grade=[2]),
            AssignmentPlan({"u1": "i1"}),
        ),
        "free units only": (
            snapshot(PLAIN, [[60]], status=["ends"], ready_s=[30]),
            AssignmentPlan({"u1": "i1"}),
        ),
        "free in time": (
            snapshot(PLAIN, [[1800]], status=["ends"], ready_s=[1900], grade=[2]),
            AssignmentPlan({"u1": "i1"}),
        ),
        "most units": (
            snapshot(replace(PLAIN, max_units=1), [[60], [70]], need=[2]),
            AssignmentPlan({"u1": "i1", "u2": "i1"}),
        ),
        "needless unit": (two, AssignmentPlan({"u1": "i1", "u2": "i1"})),
        "unknown post": (one, AssignmentPlan({}, {"u1": "p9"})),
        "one place": (
            snapshot(PLAIN, [[60]], **one_post([60], [])),
            AssignmentPlan({"u1": "i1"}, {"u1": "p1"}),
        ),
        "barred": (snapshot(PLAIN, [[60]], barred=np.array([[1]])), AssignmentPlan({"u1": "i1"})),
        "shift end": (
            snapshot(replace(PLAIN, shift_margin_s=100.0), [[60]], shift_left_s=np.array([100.0])),
            AssignmentPlan({"u1": "i1"}),
        ),
        "diverted to more urgent": (
            snapshot(PLAIN, [[40, 50]], status=["sent"], grade=[1, 2], on_way_to=("i1",)),
            AssignmentPlan({"u1": "i2"}),
        ),
        "diversion gain": (
            snapshot(
                PLAIN, [[40, 50], [INF, 60]], status=["sent", "free"], grade=[2, 1], on_way_to=("i1", "")
            ),
            AssignmentPlan({"u1": "i2"}),
        ),
        "recall on the way": (
            snapshot(PLAIN, [[60], [70]], status=["sent", "sent"], on_way_to=("i1", "i1")),
            AssignmentPlan({}, {}, ("u2",)),
        ),
        "recall not needed": (
            snapshot(replace(PLAIN, recall=True), [[60]], status=["sent"], on_way_to=("i1",)),
            AssignmentPlan({}, {}, ("u1",)),
        ),
        "leapfrog gain": (
            snapshot(
                replace(PLAIN, recall=True), [[60], [50]], status=["sent", "free"], on_way_to=("i1", "")
            ),
            AssignmentPlan({"u2": "i1"}, {}, ("u1",)),
        ),
        "nobody alone": (
            snapshot(PLAIN, [[60]], need=[2], alone_barred=np.array([1])),
            AssignmentPlan({"u1": "i1"}),
        ),
        "reserve": (
            snapshot(replace(PLAIN, reserve_units={2: 1}), [[60]], grade=[2]),
            AssignmentPlan({"u1": "i1"}),
        ),
        "free units move": (
            snapshot(PLAIN, [[60]], status=["ends"], ready_s=[30], **one_post([60], [])),
            AssignmentPlan({}, {"u1": "p1"}),
        ),
        "longest move": (snapshot(PLAIN, [[60]], **one_post([1000], [])), AssignmentPlan({}, {"u1": "p1"})),
        "room at post": (
            snapshot(PLAIN, [[60], [60]], **one_post([60, 60], [])),
            AssignmentPlan({}, {"u1": "p1", "u2": "p1"}),
        ),
        "most moves": (
            snapshot(replace(PLAIN, max_moves=0), [[60]], **one_post([60], [])),
            AssignmentPlan({}, {"u1": "p1"}),
        ),
        "coverage floor": (
            snapshot(hard, [[60], [60]], level=[1], zone_s=[[100], [900]]),
            AssignmentPlan({"u1": "i1"}),
        ),
    }
