"""Bad questions of shift design are named, all faults together; deviation is counted round the cycle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.shift_design import ShiftDesignParams, ShiftDesignPlan
from optimiser.problems.shift_design.measures import deviation_h
from optimiser.problems.shift_design.rules import on_duty, slot_name
from tests.oracles.shift_design_cases import day, two_shifts


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"under_price": -1.0}, "under_price must be 0 or more, got -1.0"),
        ({"shift_price": float("nan")}, "shift_price must be 0 or more, got nan"),
        ({"most_shifts": -2}, "most_shifts must be 0"),
        ({"relax": {"days": 1.0}}, "which cannot be relaxed"),
    ],
)
def test_bad_choices(change, said):
    """Every message names the field and the value."""
    with pytest.raises(InputError) as error:
        ShiftDesignParams(**change)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slot_s": 7000}, "slot_s = 7000 must divide the day"),
        ({"n_days": 0}, "one or more days"),
        ({"need": np.full(12, -1)}, "need must be from 0"),
        ({"need": np.full(12, 1.5)}, "round it up"),
        ({"need": np.zeros(11, dtype=np.int64)}, "needs (12,)"),
        ({"shift_slots": np.array([4, 4, 13])}, "Shift 'long' lasts 13 slots; from 1 to 12"),
        ({"shift_start": np.array([3, 12, 3])}, "Shift 'late' starts in slot 12 of a day of 12"),
        ({"shift_ids": ("a", "a", "b")}, "all different"),
        ({"officer_cost": np.array([0.0, -1.0, 0.0])}, "officer_cost"),
        ({"most_per_shift": 0}, "most_per_shift must be from 1"),
    ],
)
def test_bad_questions(change, said):
    """A shift longer than the cycle, a negative headcount, a need that is none: told before any solve."""
    with pytest.raises(InputError) as error:
        replace(two_shifts(), **change)
    assert said in str(error.value)


def test_what_runs_past_the_end_goes_on_at_the_beginning():
    """A shift of 8 hours from 22: two slots of the last evening, and the first three of the first day... cyclic."""
    problem = day([1] * 12, {"night": (11, 4)})
    assert on_duty(problem, ShiftDesignPlan({"night": (1,)})).tolist() == [1, 1, 1, *([0] * 8), 1]


def test_deviation_counts_hours():
    """Early twice and late once: 8 officer-hours missing; with the long one twice: 4 missing, 20 beyond the need."""
    missing = ShiftDesignPlan({"early": (2,), "late": (1,)})
    assert deviation_h(two_shifts(), missing) == (8.0, 0.0)
    more = ShiftDesignPlan({"early": (2,), "late": (1,), "long": (2,)})
    assert deviation_h(two_shifts(), more) == (4.0, 20.0)


def test_slots_have_names():
    """Day and time."""
    assert slot_name(two_shifts(), 7) == "day 1 14:00"
