"""Newport's streets (../shared/data/roads): a joint assignment of 50 units, and every unit's way."""

from __future__ import annotations

import numpy as np
import pytest
from optimiser_models.assignment import milp

from optimiser import roads
from optimiser.prepare.assignment import assignment_problem_on_roads, unit_routes
from optimiser.problems.assignment import AssignmentParams, check
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks.snapshots import street_scene
from tests.benchmarks.spec import SHARED

FILE = SHARED / "roads" / "newport-2023-06-13.osm.pbf"


@pytest.mark.skipif(not FILE.is_file(), reason="needs ../shared/data/roads/newport-2023-06-13.osm.pbf")
def test_fifty_units_ten_incidents_two_driver_classes():
    """Proved, admissible, and each unit's line ends at its incident in the time that the table says."""
    network = roads.load(FILE)
    scene = street_scene(network, 50, 10, 60)
    problem = assignment_problem_on_roads(network, *scene, AssignmentParams(coverage_s=150.0))
    assert set(problem.driver_class) == {"advanced", "basic"}
    result = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=60, confirm=False))
    assert result.status is Status.OPTIMAL
    assert check(problem, result.plan) == []
    ways = unit_routes(network, scene[0], scene[1], problem, result.plan)
    assert len(ways) == 50
    assert {w.unit_id: w.incident_id for w in ways if w.sent} == result.plan.sent
    for way in ways:
        u, i = problem.unit_ids.index(way.unit_id), problem.incident_ids.index(way.incident_id)
        assert way.route.time_s == pytest.approx(problem.travel_s[u, i], abs=0.01)
        # a point drawn within 30 m of a junction lies at most 43 m from a street
        assert np.hypot(*(way.route.xy_m[-1] - scene[1].xy_m[i])) < 43.0
