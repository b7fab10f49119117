"""Bad rosters are named; history, changes and vehicles at the hour of the change-over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.rosters import FAMILY, RostersParams, RostersPlan
from optimiser.problems.rosters.measures import changed
from optimiser.problems.rosters.rules import days_of, out_together
from tests.oracles.rosters_cases import roster


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shortage_price": -1.0}, "shortage_price must be 0 or more, got -1.0"),
        ({"rest_s": 1e6}, "rest_s = 1e+06"),
        ({"longest_work": 0}, "longest_work must be 1 day or more, got 0"),
        ({"fleet": -1}, "fleet must be 0"),
        ({"relax": {"every team": 1.0}}, "which cannot be relaxed"),
    ],
)
def test_bad_choices(change, said):
    """Every message names the field and the value."""
    with pytest.raises(InputError) as error:
        RostersParams(**change)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first_date": "soon"}, "first_date 'soon' is no date"),
        ({"officers": np.array([5, 5, 5, -1])}, "officers must be 0 or more, got -1"),
        ({"team_ids": ("A", "A", "B", "C")}, "Teams must be one or more"),
        ({"patterns": (("D", "X"),)}, "Pattern '4on4off' has shifts that there are not: X"),
        ({"patterns": ((),)}, "Pattern '4on4off' has no days"),
        ({"on_pattern": ("x", "", "", "")}, "Team 'A' is on pattern 'x', which is none of the list"),
        ({"on_pattern": ("4on4off", "", "", ""), "on_phase": (9, 0, 0, 0)}, "on day 9 of '4on4off', which has 8"),
        ({"history": (("Z",), (), (), ())}, "Team 'A' worked Z before"),
        ({"params": RostersParams(kept=("A",))}, "Team 'A' is to keep its pattern, but is on none"),
        ({"params": RostersParams(kept=("Q",))}, "kept names Q"),
        ({"shift_length_s": np.array([90000.0, 1.0])}, "lasts 90000 s"),
        ({"wanted": np.zeros((2, 7), dtype=np.int64)}, "needs (2, 7)"),
    ],
)  # fmt: skip
def test_bad_questions(change, said):
    """A team, pattern or need that cannot be is told before anything is solved."""
    with pytest.raises(InputError) as error:
        replace(roster(), **change)
    assert said in str(error.value)


def test_a_pattern_goes_round():
    """From its seventh day on: two days off, then two days, two nights, four off begin anew."""
    assert "".join(days_of(roster(days=10), "4on4off", 6)) == "--DDNN----"


def test_teams_on_no_pattern_change_nothing():
    """Only who leaves what it is on counts."""
    problem = roster(on=[("4on4off", 0), ("4on4off", 1), ("", 0), ("", 0)])
    plan = RostersPlan(dict.fromkeys("ABCD", ("4on4off", 0)))
    assert changed(problem, plan) == ("B",)


def test_what_was_worked_before_is_past_mending():
    """Two nights and a day in a row before the roster break no rule of it; a day right after a night does."""
    problem = roster(1, history=["NDN"], most_week_h=80.0)
    assert {v.rule for v in FAMILY.check(problem, RostersPlan({"A": ("4on4off", 0)}))} == {"rest"}
    assert FAMILY.check(problem, RostersPlan({"A": ("4on4off", 5)})) == []


def test_shifts_that_are_out_together():
    """Day 07-19 and night 19-07 never overlap; days to 20 do at the start of the night."""
    assert out_together(roster()) == [(0, ((0, 0),)), (1, ((1, 0),))]
    longer = replace(roster(), shift_length_s=3600.0 * np.array([13, 13]))
    assert out_together(longer) == [(0, ((0, 0), (1, 1))), (1, ((0, 0), (1, 0)))]


def test_a_team_without_a_way_on_is_named():
    """Twelve hours a week at most: no phase of the pattern has so few."""
    (said, *_) = FAMILY.contradictions(roster(most_week_h=12.0))
    assert said.startswith("Team A: no pattern and phase keeps rest")


def test_free_weekends_by_team():
    """The week from Monday 4 January: phase 0 is off from Friday on, phase 4 works Friday to Monday."""
    problem = roster(2, days=8)
    plan = RostersPlan({"A": ("4on4off", 0), "B": ("4on4off", 4)})
    told = {m.name: m for m in FAMILY.measure(problem, plan)}
    assert told["free weekends"].by == {"A": 1.0, "B": 0.0}


def test_a_roster_on_a_pattern_that_there_is_not_is_judged_all_the_same():
    """Named as broken, and counted without that team: no traceback for a plan from elsewhere."""
    problem = roster()
    plan = RostersPlan({"A": ("4on4off", 0), "B": ("5on2off", 0), "C": ("4on4off", 2)})
    assert {v.rule for v in FAMILY.check(problem, plan)} == {"every team", "known patterns"}
    assert FAMILY.objectives(problem, plan)[0].value == 3.0 * 8 * 5
    assert FAMILY.measure(problem, plan)
