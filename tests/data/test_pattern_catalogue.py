"""The catalogue of shift patterns: what its sources say of hours, weekends and cover follows from its days."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optimiser.data.pattern_catalogue import OFF, pattern_catalogue, pattern_named
from optimiser.errors import UsageError

STATED = {  # id: (cycle in days, hours a week), research notes on commercial guides and studies
    "five_two": (7, 40),
    "four_ten": (7, 40),
    "pitman": (14, 42),
    "pitman_short": (14, 40),
    "four_on_four_off": (8, 42),
    "three_three_four_four": (14, 42),
    "five_five": (28, 42),
    "five_four_nine": (14, 40),
    "ottawa": (35, 39.9),
    "variable": (10, 39.9),
}


def test_every_pattern_says_all_of_it():
    """Squads of one length, letters that have a shift, words on fatigue and source, ids all different."""
    known = pattern_catalogue()
    assert len(known) >= 15
    assert len({p.id for p in known}) == len(known)
    for p in known:
        assert {len(s) for s in p.squads} == {p.cycle_days}
        assert {d for s in p.squads for d in s} <= {*p.shifts, OFF}
        assert p.fatigue
        assert p.source
        assert all(0 <= start < 24 and 0 < hours <= 24 for start, hours in p.shifts.values())


@pytest.mark.parametrize(("name", "stated"), STATED.items())
def test_hours_and_cycle_are_those_of_the_source(name, stated):
    """84 hours in 14 days are 42 a week; seven nights of 8.5 and fourteen days of 10 in 35 days are 39.9."""
    p = pattern_named(name)
    assert (p.cycle_days, round(p.week_h, 1)) == stated


@pytest.mark.parametrize(
    ("name", "weekends", "work", "off"),
    [
        ("pitman", 0.5, 3, 3),
        ("five_two", 1 / 7, 5, 2),
        ("four_on_four_off", 3 / 8, 4, 4),
        ("ottawa", 0.4, 7, 7),
    ],
)
def test_weekends_and_runs(name, weekends, work, off):
    """Pitman: every other weekend off, three in a row at most. 4 on 4 off: of 8 weekends a squad has 3 whole ones."""
    p = pattern_named(name)
    assert p.weekends_off == pytest.approx(weekends)
    assert (p.longest_work, p.longest_off) == (work, off)


@pytest.mark.parametrize(
    "name", [p.id for p in pattern_catalogue() if p.teams_24_7 not in ("-",) and p.id != "pitman_short"]
)
def test_patterns_for_the_whole_week_leave_no_hour_bare(name):
    """At least one squad in every hour of every week; with four 12-hour squads exactly one."""
    duty = pattern_named(name).on_duty()
    assert duty.min() >= 1
    if {h for _, h in pattern_named(name).shifts.values()} == {12.0} and len(pattern_named(name).squads) == 4:
        assert duty.max() == 1


def test_the_short_days_of_pitman_leave_four_hours_bare():
    """Sunday 15 to 19, and 03 to 07 of the night that follows: the letters of the file say so."""
    bare = np.flatnonzero(pattern_named("pitman_short").on_duty() == 0)
    assert bare.tolist() == [3, 4, 5, 6, *(144 + h for h in (15, 16, 17, 18))]


def test_ten_hour_shifts_overlap_six_hours_a_day():
    """Thirty shift-hours a day (shift-schedule-design.com): on a day six hours have two of the three shifts."""
    p = pattern_named("four_ten")
    duty = p.on_duty()[24:48]
    assert Counter((duty > 4).tolist())[True] == 6


def test_moving_all_starts_moves_the_week():
    """Three hours later: the week turned by three hours."""
    p = pattern_named("variable")
    assert p.on_duty(3).tolist() == np.roll(p.on_duty(), 3).tolist()


def test_an_unknown_pattern_is_told_with_those_that_there_are():
    """Wrong use, not a traceback."""
    with pytest.raises(UsageError, match="no pattern 'pitmann' in the catalogue; there are five_two"):
        pattern_named("pitmann")
