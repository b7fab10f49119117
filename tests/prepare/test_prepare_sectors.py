"""A project becomes a sector question: centres, targets, work and choices, each as the planner said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.questions import ask
from optimiser.prepare.sectors import SectorsSetup, districts_in_use, plan_of, sectors_problem
from optimiser.prepare.travel import CACHE_FOLDER, network
from optimiser.problems.sectors import FAMILY


@pytest.fixture
def project(county):
    return load(county)


def test_stations_are_given_centres(project):
    """Six stations make six districts, named as today's, each served from its station."""
    problem = sectors_problem(project)
    assert problem.params.district_ids == tuple(f"D{k}" for k in range(1, 7))
    assert problem.params.fixed_centres == problem.centre_ids
    assert problem.params.objectives == ("cover", "travel")
    assert problem.travel_s.shape == (6, len(project.areas))


def test_covered_calls_are_those_within_target(project):
    """A centre covers an area's most urgent calls where its drive is within the target, and none elsewhere."""
    problem = sectors_problem(project, SectorsSetup(target_s=300.0))
    near = problem.travel_s <= 300.0 + 1e-6
    assert near.any()
    assert not near.all()
    assert (problem.covered_calls[near] == np.broadcast_to(problem.cover_calls, near.shape)[near]).all()
    assert (problem.covered_calls[~near] == 0).all()
    assert 0 < problem.cover_calls.sum() < problem.calls.sum()


def test_free_centres_lie_in_every_area(project):
    """Free centres: every area may hold one, and none is given."""
    problem = sectors_problem(project, SectorsSetup(centres="free", n_districts=4, objective="travel"))
    assert len(problem.centre_ids) == len(problem.area_ids)
    assert problem.params.fixed_centres == ()
    assert np.isfinite(problem.travel_s).all()


def test_today_is_a_plan(project):
    """Districts in use become a plan: contiguous, with stations as centres, unbalanced as the generator made them."""
    problem = sectors_problem(project)
    broken = {v.rule for v in FAMILY.check(problem, plan_of(problem, districts_in_use(project)))}
    assert broken == {"balance"}


def test_roads_are_read_once(project, county):
    """The second question takes the network from the project's cache; a damaged cache is made again."""
    first = network(project)
    (cached,) = (county / CACHE_FOLDER).glob("roads-*.npz")
    assert network(project).digest == first.digest
    cached.write_bytes(b"half a file")
    assert network(project).digest == first.digest


def test_straight_lines_without_roads(project, county):
    """A project without roads is planned along straight lines with a detour, and says so."""
    text = (county / "project.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("roads")]
    (county / "project.toml").write_text("\n".join(lines) + "\n")
    bare = load(county)
    assert bare.roads_file is None
    assert any("straight line" in a for a in bare.assumptions)
    assert np.isfinite(sectors_problem(bare).travel_s).all()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"n_districts": 9}, "only 6 stations"),
        ({"centres": "anywhere"}, "centres = 'anywhere'"),
        ({"cover_priorities": [7]}, r"priorities \[1, 2, 3"),
        ({"target_shares_pct": [50, 40, 5, 3, 1, 2]}, "sum to 100"),
        ({"locks": [["nowhere", "D1"]]}, "nowhere"),
    ],
)
def test_choices_that_do_not_fit(project, table, message):
    """Each is named in the planner's words, before any solve."""
    with pytest.raises(InputError, match=message):
        ask(project, "sectors", table)


def test_groups_are_refused_not_ignored(project):
    """Areas that a polygon keeps together are no silent wish: the question is refused, with a way out."""
    held = replace(project, graph=replace(project.graph, groups=(project.graph.ids[:2],)))
    with pytest.raises(InputError, match="keep 1 groups of areas together"):
        sectors_problem(held)
