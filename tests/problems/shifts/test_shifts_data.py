"""Bad input to shifts is named: which field, which value, what to do."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsParams
from tests.oracles.shifts_cases import FREE, SLOTS, week


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"call_ceiling_frac": 0.4}, "must sum to 1 (100 %), got 1.1 (110 %)"),
        ({"call_ceiling_frac": 30, "proactive_floor_frac": 30}, "30 % is 0.30"),
        ({"community_from_h": 21, "community_to_h": 8}, "got 21 to 8 h"),
        ({"minimum_on_duty": -1}, "minimum_on_duty must be 0 or more officers, got -1"),
        ({"max_start_times": 0}, "leave it out for no limit"),
        ({"budget_h": -5.0}, "budget_h must be 0 or more officer-hours, got -5.0"),
        ({"relax": {"whole_officers": 1}}, "which cannot be relaxed"),
        ({"relax": {"budget": -1}}, "relax['budget'] must be 0 or more"),
        ({"objective": "speed"}, "objective must be 'cost' or 'shortage', got 'speed'"),
        ({"interval_price": float("nan")}, "interval_price must be 0 or more"),
    ],
)
def test_bad_choices(change, said):
    # every message names the field, the value and the way out
    with pytest.raises(InputError) as error:
        ShiftsParams(**change)
    assert said in str(error.value)


def test_all_faults_of_the_choices_together():
    # a planner mends a scenario once, not fault by fault
    with pytest.raises(InputError) as error:
        ShiftsParams(call_ceiling_frac=0.5, minimum_on_duty=-1, budget_h=-1)
    assert all(w in str(error.value) for w in ("sum to 1", "minimum_on_duty", "budget_h"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"requirement": np.zeros(24, dtype=np.int64)}, "requirement needs 168 values"),
        ({"requirement": np.full(SLOTS, -1)}, "got -1 in slot 0 and 167 others"),
        ({"requirement": np.full(SLOTS, 1.5)}, "whole officers"),
        ({"requirement": np.full(SLOTS, 20_000)}, "check its unit"),
        ({"call_work_s": np.full(SLOTS, np.nan)}, "call_work_s must be 0 or more, got nan"),
        ({"shift_slots": np.array([30])}, "lasts 30 h; a shift lasts at least one slot and at most a day"),
        ({"shift_start": np.array([24])}, "starts in slot 24 of a day of 24"),
        ({"shift_ids": ("E", "E"), "shift_start": np.array([6, 6]), "shift_slots": np.array([8, 8]),
          "shift_days": np.ones((2, 7), dtype=bool)}, "more than once"),
        ({"shift_ids": ()}, "no shift on offer"),
        ({"shift_days": np.ones((2, 7), dtype=bool)}, "shift_days needs shape (1, 7)"),
        ({"shortage_prices": (3.0, 1.0)}, "must not fall"),
        ({"shortage_prices": ()}, "at least one price"),
        ({"most_per_shift": 0}, "most_per_shift"),
        ({"slot_s": 1000}, "slot_s must be one of"),
        ({"binding": ("queue",)}, "binding needs 168 words"),
    ],
)  # fmt: skip
def test_bad_problems(change, said):
    # a problem that cannot be meant is refused before any solver sees it
    good = week(ShiftsParams(**FREE), {"E": (6, 8)}, {})
    with pytest.raises(InputError) as error:
        replace(good, **change)
    assert said in str(error.value)


@pytest.mark.parametrize(("slot_s", "inside"), [(3600, 13 * 7), (1800, 26 * 7), (900, 52 * 7)])
def test_community_window_by_slot(slot_s, inside):
    # 08 to 21 is 13 hours a day
    t = 7 * 86400 // slot_s
    zero = np.zeros(t)
    problem = replace(
        week(ShiftsParams(), {"E": (6, 8)}, {}),
        slot_s=slot_s,
        requirement=np.zeros(t, dtype=np.int64),
        call_work_s=zero,
        admin_s=zero,
        cost_per_officer_h=zero,
    )
    assert problem.community_window().sum() == inside
