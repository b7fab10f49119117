"""The desk answers one call with the same times and problem as the full preparation, and follows its units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import roads
from optimiser.errors import InputError
from optimiser.prepare.assignment import IncidentsAt, assignment_problem_on_roads
from optimiser.prepare.dispatch_desk import Desk
from optimiser.problems.assignment import AssignmentParams
from optimiser.roads.graph import largest
from tests.benchmarks.snapshots import street_scene
from tests.oracles.roads import grid


@pytest.fixture(scope="module")
def scene():
    network = roads.build(largest(grid(12, 1), ("car",)))
    return network, *street_scene(network, 12, 3, 6)


def one(incidents, k):
    """Return the k-th incident alone."""
    cut = slice(k, k + 1)
    return IncidentsAt(
        incidents.ids[cut],
        incidents.xy_m[cut],
        incidents.grade[cut],
        incidents.officers_needed[cut],
        incidents.age_s[cut],
        incidents.weight[cut],
    )


@pytest.mark.parametrize("coverage", ["available", "present"])
def test_times_are_those_of_the_full_preparation(scene, coverage):
    """Every unit's time and every unit's reach of the zones."""
    network, units, incidents, zones = scene
    params = AssignmentParams(coverage=coverage, coverage_s=25.0)
    desk = Desk(network, units, zones, params)
    for k in range(len(incidents.ids)):
        full = assignment_problem_on_roads(network, units, one(incidents, k), zones, params)
        ours = desk.answer(one(incidents, k)).problem
        assert ours.travel_s == pytest.approx(full.travel_s, abs=1e-3)
        assert ours.zone_s == pytest.approx(full.zone_s, abs=1e-3)


def test_follows_a_unit_that_moves_and_changes(scene):
    """After a move the desk is as one set up anew; a unit that becomes busy is no choice any more."""
    network, units, incidents, zones = scene
    params = AssignmentParams(coverage_s=25.0)
    desk = Desk(network, units, zones, params)
    desk.moved(units.ids[0], incidents.xy_m[0])
    xy = units.xy_m.copy()
    xy[0] = incidents.xy_m[0]
    anew = Desk(network, replace(units, xy_m=xy), zones, params)
    a, b = desk.answer(one(incidents, 0)), anew.answer(one(incidents, 0))
    assert a.problem.travel_s == pytest.approx(b.problem.travel_s, abs=1e-3)
    assert a.problem.zone_s == pytest.approx(b.problem.zone_s, abs=1e-3)
    assert [c.units for c in a.choices] == [c.units for c in b.choices]
    best = a.choices[0].units[0]
    desk.changed(best, "busy", np.inf)
    assert all(best not in c.units for c in desk.answer(one(incidents, 0)).choices)


def test_says_what_it_cannot_take(scene):
    """A unit that is not there, and several calls at once."""
    network, units, incidents, zones = scene
    desk = Desk(network, units, zones, AssignmentParams())
    with pytest.raises(InputError, match="no unit 'ghost'"):
        desk.moved("ghost", np.zeros(2))
    with pytest.raises(InputError, match="one call, got 3"):
        desk.answer(incidents)
