"""Drive times of a project: its own roads and no others', read once, and what was assumed of them."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from optimiser.data.layers import read_layer
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare import travel
from optimiser.problems.assignment import FAMILY
from optimiser.report import artefacts
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome
from tests.oracles.assignment_cases import enumerate_best, random_problem


@pytest.fixture
def project(county):
    return load(county)


def test_roads_of_another_place_are_refused(project):
    """Streets 100 km away: every area would be an hour's walk from its street, and a plan would look sound."""
    path = project.roads_file
    streets = read_layer(path)
    moved = streets.set_geometry(streets.geometry.translate(xoff=100_000.0))
    assert streets.crs.is_projected
    path.unlink()
    moved.to_file(path, layer="streets")
    points = travel.area_points(project)
    with pytest.raises(
        InputError, match=r"more than 5 km from every street .* Is the road file of another place"
    ):
        travel.times_s(project, points[:3], points)


def test_one_street_far_from_one_area_is_fine(project):
    """One place of three beyond 5 km has a long way to the road, and is not the wrong map."""
    points = travel.area_points(project)
    places = points[:3].copy()
    places[0] += [0.0, 12_000.0 + (points[:, 1].max() - places[0, 1])]
    assert travel.times_s(project, places, points).shape == (3, len(points))


def test_a_cache_that_cannot_be_written(project, monkeypatch):
    """A full disk or a folder without rights: the roads are read again each time, and nothing half-written stays."""

    def full(path, _):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    for kept in (project.folder / travel.CACHE_FOLDER).iterdir():
        kept.unlink()
    monkeypatch.setattr(travel, "write_network", full)
    assert travel.network(project).n_junctions > 10
    assert list((project.folder / travel.CACHE_FOLDER).iterdir()) == []


def test_a_network_of_an_older_release_is_read_again(project, monkeypatch):
    """What is made of the same file may change with the release: its cache is another."""
    travel.network(project)
    (old,) = (project.folder / travel.CACHE_FOLDER).iterdir()
    monkeypatch.setattr(travel, "__version__", "99.0")
    travel.network(project)
    assert len(list(old.parent.iterdir())) == 2


def test_what_was_assumed_of_the_roads_is_in_the_workbook(project, tmp_path):
    """Junctions dropped, directions unknown: the sentences of the network stand beside those of the project."""
    said = travel.road_assumptions(project)
    assert any("unconnected pieces" in s for s in said)
    problem = random_problem(1)
    plan, _ = enumerate_best(problem)
    result = judge(problem, FAMILY, Outcome(plan), name="x", options=SolveOptions())
    artefacts.write(tmp_path, project, "assignment", problem, result)
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx")
    notes = {str(row[1]) for row in book["Notes"].iter_rows(values_only=True)}
    assert set(said) <= notes
    shutil.rmtree(project.folder / "roads")
    artefacts.write(tmp_path, project, "assignment", problem, result)
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx")
    assert any("roads cannot be read" in str(row[1]) for row in book["Notes"].iter_rows(values_only=True))


def test_no_roads_no_assumptions(project):
    """Without roads there is nothing to say of them."""
    assert travel.road_assumptions(replace(project, roads_file=None)) == ()


def test_a_place_that_no_road_reaches_is_named_by_its_area(project, monkeypatch):
    """One drive is found to be endless: both places are told by area and by longitude and latitude."""

    def cut_off(roads, start, end, **more):
        table = np.ones((2, 3))
        table[1, 2] = np.inf
        return table

    monkeypatch.setattr(travel, "times_between", cut_off)
    points = travel.area_points(project)
    one, other = (str(a) for a in project.areas["area_id"].iloc[[1, 7]])
    with pytest.raises(
        InputError, match=rf"joins a place in area {one} \(.*\) to a place in area {other} \(-?\d"
    ):
        travel.times_s(project, points[:2], points[[3, 5, 7]])
