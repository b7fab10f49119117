"""A plan of one question judged by another: its districts, the other's rules and data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser.cli.plans import question_of
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.fitted import fitted, same_question, variant
from optimiser.prepare.questions import ask
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.problems.sectors import FAMILY

FREE = {"centres": "free", "objective": "travel"}
NAMES = ("North", "South", "East", "West", "Mid", "Harbour")


@pytest.fixture
def project(county):
    return load(county)


@pytest.fixture
def renamed(project):
    """The same project with names of its own for the districts in use."""
    name = dict(zip(sorted(set(project.areas["district_id"])), NAMES, strict=True))
    return replace(project, areas=project.areas.assign(district_id=project.areas["district_id"].map(name)))


def test_more_districts_are_the_same_question_and_another_tolerance_is_not(project):
    """Three asked for and judged with four districts are what four asked for are."""
    three = ask(project, "sectors", FREE | {"n_districts": 3}).problem
    home = {a: f"D{k % 4 + 1}" for k, a in enumerate(three.area_ids)}
    assert same_question(ask(project, "sectors", FREE | {"n_districts": 4}).problem, variant(three, home))
    wide = ask(project, "sectors", FREE | {"n_districts": 4, "tolerance_pct": 9}).problem
    assert not same_question(wide, variant(three, home))


def test_the_order_of_districts_makes_no_other_question(project):
    """D1 to D12 as asked, and as a plan's names sort as text (D1, D10, D11 ...): the same data and rules."""
    six, twelve = (ask(project, "sectors", FREE | {"n_districts": n}).problem for n in (6, 12))
    home = {a: f"D{k % 12 + 1}" for k, a in enumerate(six.area_ids)}
    judged = variant(six, home)
    assert judged.params.district_ids != twelve.params.district_ids
    assert same_question(twelve, judged)
    p = ask(project, "sectors", {"target_share_of_pct": {"D2": 30}}).problem.params
    back = tuple(range(p.n_districts))[::-1]
    turned = replace(
        p,
        district_ids=tuple(p.district_ids[k] for k in back),
        fixed_centres=tuple(p.fixed_centres[k] for k in back),
        target_shares=tuple(p.target_shares[k] for k in back),
    )
    stations = ask(project, "sectors", {"target_share_of_pct": {"D2": 30}}).problem
    assert same_question(stations, replace(stations, params=turned))
    other = replace(p, target_shares=tuple(p.target_shares[k] for k in back))
    assert not same_question(stations, replace(stations, params=other))


def test_centres_that_the_other_question_has_not_become_its_best(project):
    """A plan served from areas, judged from stations: its areas stay, its centres are stations."""
    free = ask(project, "sectors", FREE | {"n_districts": 6}).problem
    plan = plan_of(free, districts_in_use(project))
    stations = ask(project, "sectors", {}).problem
    _, judged = fitted(stations, "free", free, plan)
    assert judged.district_of == plan.district_of
    assert set(judged.centre_of.values()) <= set(stations.centre_ids)
    assert fitted(free, "free", free, plan) == (free, plan)


def test_a_plan_of_other_areas_is_refused(project):
    """A plan of one district's beats is no plan of the whole map."""
    inside = ask(project, "sectors", FREE | {"within": "D1", "level": "beats", "n_districts": 2}).problem
    whole = ask(project, "sectors", FREE | {"n_districts": 6}).problem
    plan = plan_of(inside, dict.fromkeys(inside.area_ids, "B1"))
    with pytest.raises(InputError, match="beats is about other areas"):
        fitted(whole, "beats", inside, plan)


def test_a_plan_is_asked_about_by_its_own_names(renamed):
    """Shares and locks name its districts, and what changes from today's is counted."""
    area = str(renamed.areas["area_id"].iloc[0])
    home = districts_in_use(renamed)
    pairs = ["target_share_of_pct={North=40}", f"locks=[['{area}', 'North']]"]
    problem = question_of(renamed, home, pairs).problem
    params = problem.params
    assert dict(zip(params.district_ids, params.target_shares, strict=True))["North"] == pytest.approx(0.4)
    assert (area, "North") in params.locks
    moved = {m.name: m.value for m in FAMILY.measure(problem, plan_of(problem, home))}
    assert moved["work that changes district"] == 0.0


def test_names_of_a_plan_and_its_stations(renamed):
    """Names of the districts that the stations lie in keep the stations; of others each has its best one."""
    kept = ask(renamed, "sectors", {"n_districts": 6}, named=sorted(NAMES)).problem.params
    assert kept.fixed_centres
    free = ask(renamed, "sectors", {"n_districts": 6}, named=["a", "b", "c", "d", "e", "f"]).problem.params
    assert (free.district_ids, free.fixed_centres) == (("a", "b", "c", "d", "e", "f"), ())
    more = ask(renamed, "sectors", FREE | {"n_districts": 3}, named=["a", "new 1"]).problem.params
    assert more.district_ids == ("a", "new 1", "new 2")
