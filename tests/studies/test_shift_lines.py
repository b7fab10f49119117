"""Shifts of a week strung into lines of duty."""

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsParams, ShiftsPlan
from optimiser.studies.shift_lines import WEEK_S, lines_of_duty
from tests.oracles.shifts_cases import FREE, week

ALL = dict.fromkeys(range(7), 2)


def plan(shift, by_day):
    return ShiftsPlan({f"{shift}@{d}": n for d, n in by_day.items()})


def test_two_a_day_of_eight_hours():
    # five days each for two lines; on Saturday and Sunday two more are needed at once
    problem = week(ShiftsParams(**FREE), {"E": (6, 8)}, {})
    lines = lines_of_duty(problem, plan("E", ALL))
    assert sorted(lines.hours().tolist()) == [16.0, 16.0, 40.0, 40.0]


def test_every_duty_once_with_rest_round_the_week():
    # early, late and night every day: no line has less than 11 hours between two duties, Sunday to Monday included
    problem = week(ShiftsParams(**FREE), {"E": (6, 8), "L": (14, 8), "N": (22, 8)}, {})
    lines = lines_of_duty(problem, ShiftsPlan({f"{s}@{d}": 2 for s in "ELN" for d in range(7)}))
    assert lines.start_s.size == 42
    assert (lines.end_s - lines.start_s == 8 * 3600).all()
    for k in range(lines.n_lines):
        own = np.flatnonzero(lines.line == k)
        begin, end = lines.start_s[own], lines.end_s[own]
        following = np.append(begin[1:], begin[0] + WEEK_S)
        assert (following - end >= 11 * 3600).all()
        assert (end - begin).sum() <= 40 * 3600


def test_what_no_line_can_be():
    # nobody on the rota; a shift longer than the week's hours
    problem = week(ShiftsParams(**FREE), {"E": (6, 8)}, {})
    with pytest.raises(InputError, match="Nobody is on the rota"):
        lines_of_duty(problem, ShiftsPlan())
    with pytest.raises(InputError, match="longer than the 6 h"):
        lines_of_duty(problem, plan("E", ALL), week_h=6.0)
