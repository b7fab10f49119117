"""What the districts of a design are called and which have a centre of their own: today's names where change counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import registry
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.questions import ask
from optimiser.prepare.sectors import SectorsSetup, districts_in_use, plan_of
from optimiser.prepare.sectors_names import given_names
from optimiser.problems.sectors import FAMILY
from optimiser.solve import engine
from optimiser.solve.options import SolveOptions


@pytest.fixture
def project(county):
    return load(county)


def renamed(project, names):
    """Return the project with the districts in use D1, D2 ... called otherwise."""
    call = dict(zip((f"D{k}" for k in range(1, 7)), names, strict=True))
    areas = project.areas.copy()
    areas["district_id"] = [call[d] for d in areas["district_id"]]
    return replace(project, areas=areas)


COMPASS = ("North", "East", "South", "West", "Centre", "Hills")


def at_home(project, *districts):
    """Return an area of each of these districts in use, its station's."""
    today = districts_in_use(project)
    home = {}
    where = project.areas.sindex.nearest(project.stations.geometry, return_all=False)[1]
    for k in where.tolist():
        area = str(project.areas["area_id"].iloc[k])
        home[today[area]] = area
    return [home[d] for d in districts]


def test_picked_centres_belong_to_the_district_they_lie_in(project):
    """In whatever order they are typed: a cap on change is kept by leaving all as it is."""
    called = renamed(project, COMPASS)
    order = ("West", "North", "Hills", "South", "East", "Centre")
    choices = {"centres": "picked", "centre_areas": at_home(called, *order), "change_limit_pct": 0}
    problem = ask(called, "sectors", choices | {"tolerance_pct": 100}).problem
    assert problem.params.district_ids == order
    broken = {v.rule for v in FAMILY.check(problem, plan_of(problem, districts_in_use(called)))}
    assert "change" not in broken


def test_two_stations_in_one_district_take_the_nearest_of_today(project):
    """Where change counts each station takes a district of today, its own first; else they are named after stations."""
    called = renamed(project, COMPASS)
    stations = called.stations.copy()
    stations.loc[stations.index[1], "geometry"] = stations.geometry.iloc[0]
    doubled = replace(called, stations=stations)
    names = ask(doubled, "sectors", {"change_limit_pct": 20}).problem.params.district_ids
    assert set(names) == set(COMPASS)
    plain = ask(doubled, "sectors", {}).problem.params
    assert plain.district_ids == plain.fixed_centres
    plain = ask(called, "sectors", {"change_limit_pct": 20}).problem.params
    today = districts_in_use(called)
    ids = ask(called, "sectors", {}).problem.area_ids
    places = ask(called, "sectors", {}).problem.centre_area.tolist()
    assert [today[ids[a]] for a in places] == list(plain.district_ids)


@pytest.mark.parametrize(
    "table",
    [{"objective": "least change"}, {"objectives": ["moved", "travel"]}, {"objectives": ["score"],
     "weights": {"moved": 1.0, "travel": 1.0}}, {"change_limit_pct": 10}, {"core_steps": 2}],
)  # fmt: skip
def test_where_change_counts_districts_bear_todays_names(project, table):
    """However it is asked for: aim, part of a score, cap or core."""
    problem = ask(renamed(project, COMPASS), "sectors", {"centres": "free", **table}).problem
    assert set(problem.params.district_ids) == set(COMPASS)
    assert set(problem.today) == set(COMPASS)


def test_one_district_more_needs_a_centre_where_change_counts(project):
    """The planner is told so, and can give it one; the others stay free."""
    called = renamed(project, COMPASS)
    (area,) = at_home(called, "South")
    choices = {"centres": "free", "n_districts": 7, "change_limit_pct": 30}
    with pytest.raises(InputError, match="new 1 is none of today's districts: give each a centre"):
        ask(called, "sectors", choices)
    params = ask(called, "sectors", {**choices, "centre_of": {"new 1": area}}).problem.params
    assert dict(zip(params.district_ids, params.fixed_centres, strict=True)) == {
        **dict.fromkeys(COMPASS, ""),
        "new 1": area,
    }
    with pytest.raises(InputError, match="centre_of names Moor"):
        ask(called, "sectors", {**choices, "centre_of": {"new 1": area, "Moor": area}})


def test_one_district_fewer_is_named_where_change_counts(project):
    """Which of today's goes is the planner's to say: nothing is renamed behind his back."""
    called = renamed(project, COMPASS)
    choices = {"centres": "free", "n_districts": 5, "objective": "least change"}
    with pytest.raises(InputError, match="say with names which of them stay"):
        ask(called, "sectors", choices)
    stay = [d for d in COMPASS if d != "East"]
    problem = ask(called, "sectors", {**choices, "names": stay}).problem
    assert problem.params.district_ids == tuple(stay)
    assert "East" in problem.today
    with pytest.raises(InputError, match="5 districts are asked for and names has North"):
        ask(called, "sectors", {**choices, "names": ["North"]})


def test_change_is_counted_from_a_plan_by_name(project):
    """A plan of the folder may be the reference instead of the districts in use."""
    plan = {a: f"P{d}" for a, d in districts_in_use(project).items()}
    held = replace(project, plans={**project.plans, "agreed": plan})
    problem = ask(
        held, "sectors", {"centres": "free", "objective": "least change", "reference": "agreed"}
    ).problem
    assert set(problem.today) == set(problem.params.district_ids) == set(plan.values())
    with pytest.raises(InputError, match=r"no plan .other. to count change from; known: .*agreed"):
        ask(held, "sectors", {"objective": "least change", "reference": "other"})


def test_a_new_district_takes_over_the_areas_round_its_centre(project):
    """Solved with a centre for the new district alone: every other keeps its old ground, and the cap holds."""
    called = renamed(project, COMPASS)
    (area,) = at_home(called, "South")
    away = next(a for a, d in districts_in_use(called).items() if d == "South" and a != area)
    choices = {"centres": "free", "n_districts": 7, "change_limit_pct": 30, "tolerance_pct": 70}
    problem = ask(called, "sectors", {**choices, "objective": "travel", "centre_of": {"new 1": away}}).problem
    options = SolveOptions(time_limit_s=10, confirm=False)
    result = engine.solve(problem, registry.load("sectors.cuts"), options)
    assert result.plan is not None
    assert result.plan.centre_of["new 1"] == away
    assert set(result.plan.district_of.values()) == {*COMPASS, "new 1"}
    today = districts_in_use(called)
    assert all(today[result.plan.centre_of[d]] == d for d in COMPASS)


def test_given_centres_by_the_name_of_their_district(project):
    """A station may be given to a district by name; the others keep the district they lie in, where it is free."""
    called = renamed(project, COMPASS)
    plain = ask(called, "sectors", {}).problem.params
    home = dict(zip(plain.district_ids, plain.fixed_centres, strict=True))
    params = ask(called, "sectors", {"centre_of": {"North": home["South"]}}).problem.params
    now = dict(zip(params.district_ids, params.fixed_centres, strict=True))
    assert now["North"] == home["South"]
    assert {d: now[d] for d in COMPASS if d not in ("North", "South")} == {
        d: home[d] for d in COMPASS if d not in ("North", "South")
    }
    assert now["South"] == home["North"]
    with pytest.raises(InputError, match="centre_of names nowhere, where no centre may lie"):
        ask(called, "sectors", {"centre_of": {"North": "nowhere"}})


def test_each_district_keeps_the_centre_that_lies_in_it():
    """Two of three stations in B and one in A: A keeps its own and C gets one of B's, though a chain is shorter."""
    drive = np.array(
        [[9.0, 5.0, 14.0], [8.0, 4.0, 13.0], [5.0, 8.0, 6.0]]
    )  # A, B, C from S1 and S2 in B, S3 in A
    setup = SectorsSetup(change_limit_frac=0.2)
    named = given_names(setup, ("S1", "S2", "S3"), ("B", "B", "A"), ("A", "B", "C"), drive, counts=True)
    assert named == ("C", "B", "A")


def test_new_names_are_new():
    """With more centres than districts of today the others are new, never twice the same."""
    setup = SectorsSetup(change_limit_frac=0.2, centre_of={"new 1": "S4"})
    ids, near = ("S1", "S2", "S3", "S4"), ("A", "B", "", "")
    named = given_names(setup, ids, near, ("A", "B"), np.ones((4, 2)), counts=True)
    assert named == ("A", "B", "new 2", "new 1")


def test_a_plan_by_its_own_names_keeps_given_centres(project):
    """Asked under a plan's names: its districts' given centres stay, and a name that is none of them is told."""
    area = str(project.areas["area_id"].iloc[5])
    names = [f"P{k}" for k in range(1, 7)]
    choices = {"centres": "free", "n_districts": 6}
    params = ask(project, "sectors", {**choices, "centre_of": {"P3": area}}, named=names).problem.params
    assert dict(zip(params.district_ids, params.fixed_centres, strict=True)) == {
        **dict.fromkeys(names, ""),
        "P3": area,
    }
    with pytest.raises(InputError, match="centre_of names Q"):
        ask(project, "sectors", {**choices, "centre_of": {"Q": area}}, named=names)
