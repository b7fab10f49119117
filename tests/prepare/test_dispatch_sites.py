"""Critical locations and prepared answers, on a small grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import roads
from optimiser.errors import InputError
from optimiser.prepare.assignment import UnitsAt, ZonesAt
from optimiser.prepare.dispatch_ahead import LookAhead
from optimiser.prepare.dispatch_critical import Site, critical_locations
from optimiser.prepare.dispatch_desk import Desk
from optimiser.problems.assignment import AssignmentParams, AssignmentPlan
from optimiser.roads.graph import largest
from tests.oracles.roads import grid


@pytest.fixture
def desk():
    network = roads.build(largest(grid(8, 1), ("car",)))
    xy = network.junction_xy_m
    units = UnitsAt(
        ("A", "B", "C"),
        xy[[0, 20, 50]].copy(),
        np.array([1, 2, 1]),
        ("basic",) * 3,
        ("free", "free", "ends"),
        np.array([0.0, 0.0, 300.0]),
    )
    zones = ZonesAt(("z",), xy[[30]], np.array([1]))
    return Desk(network, units, zones, AssignmentParams()), xy


def test_who_could_be_there_in_time(desk, tmp_path):
    """A and B are free: both are needed, so the slower of them counts; a skill that nobody has is missing."""
    board, xy = desk
    (tmp_path / "plan.pdf").touch()
    site = Site("S", "School", xy[10], units=2, officers=3, within_s=3600.0, plans=("plan.pdf", "gone.pdf"))
    far = replace(site, site_id="F", within_s=0.5, plans=("https://plans/1",))
    taser = replace(site, site_id="T", skills={"taser": 1}, plans=())
    met, late, lacks = critical_locations(
        board, [site, far, taser], folder=tmp_path, unit_skills={"A": ["dog"]}
    )
    assert met.met
    assert set(met.units) == {"A", "B"}
    assert met.plans_missing == ("gone.pdf",)
    assert "Plans that are not where they should be: gone.pdf." in met.in_words()
    assert not late.met
    assert (late.missing_units, late.missing_officers) == (2, 3)
    assert late.there_s == met.there_s
    assert late.plans_missing == ()
    assert late.in_words().startswith(
        "School: missing within 0.00833333 min: 2 units, 3 officers; complete only after"
    )
    assert lacks.missing_skills == {"taser": 1}
    assert np.isinf(lacks.there_s)
    assert lacks.in_words().endswith("1 with taser; complete never.")


def test_sites_are_checked():
    """Nothing required, or two sites of one id, are named."""
    with pytest.raises(InputError, match="requires 0 units"):
        Site("S", "x", np.zeros(2), units=0)


def test_two_sites_of_one_id(desk):
    """Which of them would be meant?"""
    board, xy = desk
    with pytest.raises(InputError, match="site id 'S' is given twice"):
        critical_locations(board, [Site("S", "a", xy[1]), Site("S", "b", xy[2])])


def test_prepared_answers_hold_until_something_changes(desk):
    """The likeliest zones first; the answer is that of the desk; after a unit's change it is out of date."""
    board, xy = desk
    asked = []

    def solve(problem):
        asked.append(problem)
        return AssignmentPlan({problem.unit_ids[0]: problem.incident_ids[0]})

    ahead = LookAhead(
        board, {"p": xy[10], "q": xy[40], "r": xy[60]}, {"p": 1.0, "q": 5.0, "r": 2.0}, solve=solve
    )
    assert ahead.prepare(2) == 2
    assert len(asked) == 2
    assert ahead.at_hand("p") is None
    ready = ahead.at_hand("q")
    assert ready is not None
    assert ready.plan is not None
    assert [c.units for c in ready.answer.choices] == [("A",), ("B",)]
    assert ahead.prepare(2) == 0
    board.changed("A", "busy", np.inf)
    assert ahead.at_hand("q") is None
    assert ahead.prepare(3) == 3
    again = ahead.at_hand("q")
    assert again is not None
    assert again.answer.choices[0].units == ("B",)
    board.moved("B", xy[41])
    assert ahead.prepare(3, should_stop=lambda: True) == 0
