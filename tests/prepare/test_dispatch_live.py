"""A feed with faults: each is named with what was done about it, and the rest is answered."""

from __future__ import annotations

import numpy as np
import pytest
from optimiser_models.assignment import milp

from optimiser import roads
from optimiser.prepare.assignment import ZonesAt, assignment_problem_on_roads
from optimiser.prepare.dispatch_live import live_scene
from optimiser.problems.assignment import AssignmentParams
from optimiser.roads.graph import largest
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from tests.oracles.roads import grid

PARAMS = AssignmentParams()


@pytest.fixture(scope="module")
def network():
    return roads.build(largest(grid(8, 1), ("car",)))


def at(network, k):
    """Return the place of a junction as the columns of a row."""
    x, y = network.junction_xy_m[k]
    return {"x_m": float(x), "y_m": float(y)}


def read(network, units, incidents):
    scene = live_scene(network, units, incidents, PARAMS)
    return scene, [str(f) for f in scene.findings]


def test_a_sound_feed_has_no_findings(network):
    """Four kinds of status, a skill, a shift end; everything arrives in the question."""
    units = [
        {"unit": "A", "status": "available", "officers": 2, "skills": ["taser"], **at(network, 0)},
        {"unit": "B", "status": "Break", "ends_in_min": 5, "driver": "advanced", **at(network, 3)},
        {"unit": "C", "status": "en route", "on_way_to": "I2", **at(network, 5)},
        {"unit": "D", "status": "attending", "shift_left_min": 30, **at(network, 7)},
        {"unit": "E", "status": "off duty", **at(network, 7)},
    ]
    incidents = [
        {
            "incident": "I1",
            "grade": 1,
            "age_min": 2,
            "officers": 2,
            "nobody_alone": True,
            "skills": ["taser"],
            **at(network, 9),
        },
        {"incident": "I2", "grade": 2, "age_min": 10, **at(network, 11)},
    ]
    scene, said = read(network, units, incidents)
    assert said == []
    assert scene.units.ids == ("A", "B", "C", "D")
    assert scene.units.status == ("free", "ends", "sent", "busy")
    assert scene.units.ready_s.tolist() == [0.0, 300.0, 0.0, np.inf]
    assert scene.more["on_way_to"] == ("", "", "I2", "")
    assert scene.more["shift_left_s"].tolist() == [np.inf, np.inf, np.inf, 1800.0]
    assert scene.more["has_skill"].tolist() == [[1], [0], [0], [0]]
    assert scene.incidents.age_s.tolist() == [120.0, 600.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x_m": 9e6}, "unit A: it is off the map, 8999."),
        ({"x_m": float("nan")}, "unit A: its place (nan, "),
        ({"unit": ""}, "row 1: it has no unit; it is left out."),
        ({"status": "asleep"}, "unit A: status 'asleep' is unknown (known: attending, available"),
        ({"status": "break"}, "unit A: its break has no known end; it is not sent until it is free."),
        ({"status": "en route", "on_way_to": "I9"}, "unit A: it is on its way to I9, no open incident"),
        ({"driver": "pilot"}, "unit A: driver class 'pilot' is unknown"),
        ({"officers": 1.5}, "unit A: officers is 1.5, no whole number of 1 or more; 1 is taken."),
        (
            {"status_since_min": 600},
            "unit A: its status is 10 hours old; it counts as it stands; ask the unit.",
        ),
    ],
)
def test_a_faulty_unit_is_named_and_the_rest_goes_on(network, change, words):
    """One finding in words; the other unit is there and is sent."""
    units = [
        {"unit": "A", "status": "available", **at(network, 0)} | change,
        {"unit": "B", "status": "available", **at(network, 3)},
    ]
    scene, said = read(network, units, [{"incident": "I1", "grade": 1, "age_min": 0, **at(network, 3)}])
    assert len(said) == 1
    assert said[0].startswith(words)
    zones = ZonesAt((), np.zeros((0, 2)), np.zeros(0, dtype=np.int64))
    problem = assignment_problem_on_roads(network, scene.units, scene.incidents, zones, PARAMS, **scene.more)
    result = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=10, confirm=False))
    assert result.plan.sent == {"B": "I1"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"age_min": -15}, "incident I1: it lies 15 minutes in the future; it is left out until then."),
        ({"age_min": None}, "incident I1: its age is None; it is left out."),
        ({"grade": 7}, "incident I1: grade 7 has no target (grades 1, 2 have); it is left out."),
        ({"y_m": 9e6}, "incident I1: it is off the map"),
        ({"officers": 0}, "incident I1: officers is 0"),
        (
            {"nobody_alone": True},
            "incident I1: nobody goes in alone, yet it asks for 1 officer; 2 are taken.",
        ),
        ({"weight": -1}, "incident I1: its weight is -1; 1 is taken."),
    ],
)
def test_a_faulty_incident_is_named_and_the_rest_goes_on(network, change, words):
    """One finding in words; the other incident stays."""
    incidents = [
        {"incident": "I1", "grade": 1, "age_min": 1, **at(network, 0)} | change,
        {"incident": "I2", "grade": 2, "age_min": 1, **at(network, 3)},
    ]
    scene, said = read(network, [], incidents)
    assert len(said) == 1
    assert said[0].startswith(words)
    assert "I2" in scene.incidents.ids


def test_an_id_given_twice(network):
    """Two units of one id: the first row counts, and both rows are named by the id."""
    units = [{"unit": "A", "status": "available", **at(network, k)} for k in (0, 3)]
    scene, said = read(network, units, [])
    assert said == ["unit A: row 2 gives this id again; the first row counts."]
    assert scene.units.xy_m.tolist() == [network.junction_xy_m[0].tolist()]
