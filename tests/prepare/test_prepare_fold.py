"""A plan of beats becomes fold questions: parts of the day, districts, links and work."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.data.project import load
from optimiser.demand.day_parts import day_parts
from optimiser.demand.workload import from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.beats import beats
from optimiser.prepare.questions import ask
from optimiser.units import HOURS_PER_DAY


@pytest.fixture
def project(county):
    return load(county)


def test_parts_of_the_day():
    """Three watches cover each hour of the week once; one may pass midnight or be of the weekend only."""
    parts = day_parts()
    assert [p.name for p in parts] == ["day", "evening", "night"]
    assert sorted(h for p in parts for h in p.hours) == list(range(168))
    (late,) = day_parts(("late=22-02@weekend",))
    assert {h % HOURS_PER_DAY for h in late.hours} == {22, 23, 0, 1}
    assert {h // HOURS_PER_DAY for h in late.hours} == {5, 6}
    (whole,) = day_parts(("all=0-24",))
    assert len(whole.hours) == 168


@pytest.mark.parametrize(
    "text", ["night", "night=23", "night=23-25", "night=7-7", "night=24-3", "n=1-2@sunday", "=1-2"]
)
def test_no_part_of_the_day(text):
    """What is no part is refused with the form that is."""
    with pytest.raises(UsageError, match="night=23-07"):
        day_parts((text,))


def test_parts_of_one_name():
    """Two parts of one name cannot be told apart."""
    with pytest.raises(UsageError, match="'a'"):
        day_parts(("a=1-2", "a=2-3"))


def test_fold_question_of_a_district(project):
    """The beats of one district, their links from areas that touch, and the work of the night only."""
    plan = project.plans["current"]
    problem = ask(project, "fold", {"districts": "use", "district": "D1", "part": "night"}).problem
    areas = project.areas
    mine = sorted({plan[a] for a, d in zip(areas["area_id"], areas["district_id"], strict=True) if d == "D1"})
    assert list(problem.beat_ids) == mine
    work = from_project(project)
    night = [h for h in range(168) if h % 24 in (23, 0, 1, 2, 3, 4, 5, 6)]
    for beat, hours in zip(problem.beat_ids, problem.work, strict=True):
        rows = [k for k, a in enumerate(work.area_ids) if plan[a] == beat]
        assert hours == pytest.approx(work.unit_s[rows][:, night].sum() / 3600)
    touching = {
        tuple(sorted((plan[a], plan[b])))
        for a, b in project.graph.pairs()
        if plan[a] != plan[b] and {plan[a], plan[b]} <= set(mine)
    }
    assert {(problem.beat_ids[i], problem.beat_ids[j]) for i, j in problem.edges} == touching
    assert problem.params.part_name == "night"


def test_all_beats_and_calls(project):
    """Without a district all beats are folded; calls may be shared out instead of time."""
    problem = ask(project, "fold", {"work_on": "calls", "fewest_cars": 3}).problem
    assert set(problem.beat_ids) == set(project.plans["current"].values())
    assert problem.work.sum() == pytest.approx(from_project(project).calls.sum())
    assert problem.params.fewest_cars == 3


def test_plans_that_do_not_fit(project):
    """Areas without a beat, a beat in two districts, and names that there are not."""
    plan = dict(project.plans["current"])
    short = dict(list(plan.items())[1:])
    with pytest.raises(InputError, match="1 areas have no beat"):
        beats(project, short)
    first = next(iter(plan))
    where = dict(zip(project.areas["area_id"], project.areas["district_id"], strict=True))
    other = next(d for d in where.values() if d != where[first])
    with pytest.raises(InputError, match="more than one district"):
        beats(project, plan, {**where, first: other})
    for choices, said in (
        ({"plan": "x"}, "no plan 'x'"),
        ({"district": "X", "districts": "use"}, "no district 'X'"),
    ):
        with pytest.raises(UsageError, match=said):
            ask(project, "fold", choices)
    with pytest.raises(UsageError, match="unknown choice 'colour'"):
        ask(project, "fold", {"colour": 1})


def test_beats_by_district(project):
    """Every beat lies in the district of its areas; sums over areas are sums over beats."""
    where = dict(zip(project.areas["area_id"], project.areas["district_id"], strict=True))
    made = beats(project, project.plans["current"], where)
    assert made.districts == tuple(sorted(set(where.values())))
    assert sum(len(made.of_district(d)) for d in made.districts) == len(made.beat_ids)
    assert made.summed(np.ones(len(made.area_ids))).sum() == len(project.areas)
