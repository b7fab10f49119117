"""Fold tables changed by hand: taken, judged afresh, told what they break."""

from __future__ import annotations

import pytest

from optimiser.errors import InputError
from optimiser.registry import load
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from optimiser.studies.fold_edits import FoldEdit, broken, edited, movable, with_its_car
from optimiser.studies.fold_tables import FoldTable
from optimiser.studies.hand_edits import read_fold_edits
from tests.oracles.fold_cases import path_of_four


@pytest.fixture(scope="module")
def tables():
    """One table of four beats in a row, down to two cars, proved: 0.5 with three cars, 0 with two, mean 0.25."""
    problem = path_of_four(fewest_cars=2)
    found = solve(problem, load("fold.lattice"), SolveOptions(time_limit_s=10))
    assert found.objectives[0].value == pytest.approx(0.25)
    return (FoldTable("D1", "night", problem, found),)


def edit(**what):
    """Return C with the car of B where two cars are left, or what is said otherwise."""
    return FoldEdit(**{"part": "night", "cars": 2, "beat": "C", "joins": "B", "reason": "the bridge"} | what)


def pair_with_three(table):
    """Return the two beats that share a car where three are left."""
    return next(set(g) for g in table.plan.groups_at[3] if len(g) == 2)


def test_an_edit_is_judged_afresh_beside_the_proved_bound(tables):
    """Three of four beats with one car: 2 * 3/4 - 1 = 0.5 with two cars, 0.5 with three: mean 0.5, at least 0.25."""
    first = pair_with_three(tables[0]) == {"A", "B"}
    (table,) = edited(tables, [edit() if first else edit(beat="B", joins="C")])
    assert {len(g) for g in table.plan.groups_at[2]} == {1, 3}
    value = table.result.objectives[0]
    assert (value.value, value.bound) == (pytest.approx(0.5), pytest.approx(0.25))
    assert (table.by_hand, table.result.status) == (1, Status.FEASIBLE)
    assert broken([table]) == []


def test_what_an_edit_breaks_is_named(tables):
    """One end of the row goes with the pair at the other: the beat between has a car of its own."""
    first = pair_with_three(tables[0]) == {"A", "B"}
    (table,) = edited(tables, [edit(beat="D", joins="A") if first else edit(beat="A", joins="D")])
    assert [v.rule for _, v in broken([table])] == ["contiguity"]
    assert table.result.objectives[0].bound is None
    assert broken(tables) == []


def test_a_change_takes_along_what_it_needs(tables):
    """A beat that shares a car where three are left goes elsewhere, with two cars too, so that rows nest."""
    one, other = sorted(pair_with_three(tables[0]))
    joins = next(b for b in "ABCD" if b not in (one, other))
    more = with_its_car(tables, edit(cars=3, beat=one, joins=joins))
    assert (more[0].cars, more[0].beat) == (3, one)
    (table,) = edited(tables, more)
    for cars in (3, 2):
        assert any({one, joins} <= set(g) for g in table.plan.groups_at[cars])
    assert {v.rule for _, v in broken([table])} <= {"contiguity"}


def test_who_shares_the_car_goes_along(tables):
    """The pair of three cars goes with another with two: both beats move there, unless they are there already."""
    pair = pair_with_three(tables[0])
    lone = [b for b in "ABCD" if b not in pair]
    for joins in lone:
        more = with_its_car(tables, edit(beat=min(pair), joins=joins))
        together = any(pair | {joins} <= set(g) for g in tables[0].plan.groups_at[2])
        assert {e.beat for e in more} == (set() if together else pair)
    assert with_its_car(tables, edit(part="dawn")) == (edit(part="dawn"),)


def test_only_whose_car_has_grown_may_go_elsewhere(tables):
    """With three cars the pair that was joined; with four, one car a beat, nobody."""
    assert set(movable(tables[0], 3)) == pair_with_three(tables[0])
    assert movable(tables[0], 4) == ()


def test_a_car_without_a_beat_is_no_table(tables):
    """With four cars each beat has its own."""
    with pytest.raises(InputError, match="one group a car"):
        edited(tables, [edit(cars=4)])


def test_what_parts_as_cars_become_fewer_is_no_table(tables):
    """Of the pair that shares a car with three cars one goes elsewhere with two."""
    one = min(pair_with_three(tables[0]))
    away = {"A": "D", "B": "C", "C": "B", "D": "A"}[one]
    with pytest.raises(InputError, match="nested"):
        edited(tables, [edit(beat=one, joins=away)])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"part": "dawn"}, "edit 1: there is no part of the day 'dawn'; there are night"),
        ({"beat": "Z"}, "there is no beat 'Z'"),
        ({"joins": "C"}, "is the beat itself"),
        ({"joins": "Z"}, "is no beat of the district of C"),
        ({"cars": 1}, "1 cars should be 2 to 4"),
        ({"reason": " "}, "without a reason"),
    ],
)
def test_an_edit_that_cannot_be_is_named(tables, what, said):
    """Nothing is changed."""
    with pytest.raises(InputError, match="cannot be changed so") as error:
        edited(tables, [edit(**what)])
    assert said in str(error.value)


def test_edits_from_a_file(tmp_path):
    """Columns by name; a number of cars that is none is named with its line."""
    path = tmp_path / "folds.csv"
    path.write_text("part,cars,beat,joins,reason\nnight,2,C,B,the bridge\n")
    assert read_fold_edits(path) == (edit(),)
    path.write_text("part,cars,beat,joins,reason\nnight,two,C,B,the bridge\n")
    with pytest.raises(InputError, match="line 2: cars 'two'"):
        read_fold_edits(path)
