"""Street length by area: by hand on two squares, and the whole of a project's streets once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.questions import ask
from optimiser.prepare.street_length import street_m
from optimiser.prepare.travel import network


@pytest.fixture
def project(county):
    return load(county)


def test_every_street_counts_once(project):
    """All areas together have the length of all drivable segments inside them, border streets halved, none twice."""
    streets = network(project).streets
    xy = np.column_stack([streets.x_m, streets.y_m])
    lines = shapely.linestrings(np.stack([xy[streets.segment_from], xy[streets.segment_to]], axis=1))
    land = shapely.union_all(project.areas.geometry.to_numpy()).buffer(0.01)
    whole = shapely.length(shapely.intersection(lines, land)).sum()
    assert street_m(project).sum() == pytest.approx(whole, rel=1e-3)


def test_squares_by_hand(project, monkeypatch):
    """Two squares of 100 m side by side: 60 m inside one, 100 m on their border, 100 m across both."""
    left, right = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
    areas = project.areas.iloc[:2].set_geometry([left, right], crs=project.areas.crs)
    ends = np.array([[[20, 50], [80, 50]], [[100, 0], [100, 100]], [[50, 20], [150, 20]]], dtype=float)
    nodes = ends.reshape(-1, 2)

    class Streets:
        x_m, y_m = nodes.T
        segment_from, segment_to = np.arange(0, 6, 2), np.arange(1, 6, 2)
        openness = network(project).streets.openness[:1].repeat(3)

    monkeypatch.setattr(
        "optimiser.prepare.street_length.network", lambda _: type("R", (), {"streets": Streets})
    )
    assert street_m(replace(project, areas=areas)).tolist() == pytest.approx([60 + 50 + 50, 50 + 50])


def test_street_length_is_a_kind_of_work(project):
    """It can be balanced by name, in kilometres; without roads the planner is told what is missing."""
    choices = {"balance": {"street km": 0.5}}
    problem = ask(project, "sectors", choices).problem
    row = problem.balance[problem.balance_names.index("street km")]
    assert row == pytest.approx(street_m(project) / 1000.0)
    with pytest.raises(InputError, match="no road file"):
        ask(replace(project, roads_file=None), "sectors", choices)
