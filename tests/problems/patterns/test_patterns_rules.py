"""Bad questions are named, and the checker's corners: what goes round the cycle, what never ends."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.patterns import FAMILY, PatternsParams
from optimiser.problems.patterns.rules import free_weekends, runs
from tests.oracles.patterns_cases import pattern, rota


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shortest_off": 4, "longest_off": 3}, "shortest_off = 4 and longest_off = 3"),
        ({"longest_work": 40}, "from 1 to 28 days"),
        ({"rest_s": -1.0}, "rest_s = -1"),
        ({"least_week_h": 50.0}, "no more than most_week_h = 48"),
        ({"relax": {"rows": 1.0}}, "which cannot be relaxed"),
    ],
)
def test_bad_choices(change, said):
    """Every message names the field and the value."""
    with pytest.raises(InputError, match=said):
        PatternsParams(**change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"need": np.zeros((1, 7), dtype=np.int64)}, "there is nothing to plan"),
        ({"need": np.full((1, 7), -1)}, "needs -1 officers"),
        ({"shift_length_s": np.array([90000.0])}, "lasts 25 h"),
        ({"shift_start_s": np.array([90000.0])}, "a day has 86400 s"),
        ({"shift_ids": ("-",)}, "none of them '-'"),
        ({"fewest_rows": 3}, "Rows from 3 to 2"),
        ({"params": PatternsParams(longest_run={"X": 2})}, "X, which is no shift of the list"),
        ({"params": PatternsParams(shortest_run={"D": 8})}, "fewest days in a row 8, most 6"),
        ({"need": np.ones((2, 7), dtype=np.int64)}, "shape"),
    ],
)
def test_bad_questions(change, said):
    """A need, a shift or a rule that cannot be is told before anything is solved."""
    with pytest.raises(InputError, match=said):
        replace(rota(), **change)


def test_all_faults_together():
    """A planner mends a table once."""
    with pytest.raises(InputError) as error:
        replace(rota(), shift_length_s=np.array([0.0]), need=np.full((1, 7), -1), fewest_rows=0)
    assert all(w in str(error.value) for w in ("lasts 0 h", "needs -1", "Rows from 0"))


def test_runs_go_round_the_cycle():
    """What begins on the last Sunday ends on the first Monday; where all days are alike nothing ever ends."""
    assert runs("DD-D") == [(2, 1, "-"), (3, 3, "D")]
    assert runs("DD") == [(0, math.inf, "D")]
    assert [v.rule for v in FAMILY.check(rota(rows=(1, 1)), pattern("DDDDDDD"))] == [
        "longest work",
        "longest run",
    ]


def test_a_weekend_is_free_where_both_days_are():
    """Saturday alone is none."""
    assert free_weekends(pattern("DDDDD--", "DDDD--D", "-------")) == 2


def test_nights_are_on_duty_at_three():
    """22-06 and 03-11 are nights, 06-14 and 19-03 are none."""
    shifts = rota(("a", "b", "c", "d"), start_h=(22, 3, 6, 19), length_h=(8, 8, 8, 8))
    assert shifts.night().tolist() == [True, True, False, False]


def test_rest_over_a_day_off_counts_the_hours():
    """A 24-hour shift from 23:00, a day off, then 06:00: seven hours are no rest, though a day off lies between."""
    asked = rota(("L", "E"), start_h=(23, 6), length_h=(24, 8), need=[[1] + [0] * 6] * 2, rest_s=11 * 3600.0)
    found = FAMILY.check(asked, pattern("L-E----", "E------"))
    assert [(v.rule, v.found) for v in found] == [("rest", 7 * 3600.0)]


def test_too_few_rows_are_told_with_the_number_it_takes():
    """Ten officer-days of work and at least two off after six: two rows hold ten, three are needed for eleven."""
    asked = rota(need=[[2, 2, 2, 2, 1, 1, 1]], shortest_off=2, longest_work=6)
    (said,) = FAMILY.contradictions(asked)
    assert "need 11 working days" in said
    assert "hold 10" in said
    assert "at least 3 rows" in said
