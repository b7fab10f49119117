"""Officers per slot: the largest reason wins and is named."""

import numpy as np
import pytest

from optimiser.demand.call_mix import of_load
from optimiser.demand.queueing import erlang_c
from optimiser.demand.requirement import (
    MINIMUM,
    NOTHING,
    QUEUE,
    RESPONSE,
    SPLIT,
    WAIT,
    RequirementParams,
    requirement_of,
)
from optimiser.errors import InputError


def requirement(week_unit_s, service_s, params=None, *, slot_s=3600, urgent_frac=1.0):
    """Of calls with one unit and exponential times."""
    return requirement_of(of_load(week_unit_s, service_s, urgent_frac), params, slot_s=slot_s)


BUSY = np.where(np.arange(168) % 24 >= 12, 6 * 3600.0, 0.0)


def test_time_split_at_thirty_per_cent():
    # 6 officer-hours of calls in every hour need 20 officers at 30 % (research notes on staffing, 4.8)
    params = RequirementParams(interval_ceiling_frac=0.30, minimum_units=2)
    need = requirement(np.full(168, 6 * 3600.0), 2700.0, params)
    assert need.officers.tolist() == [20] * 168
    assert set(need.binding) == {SPLIT}


def test_night_is_set_by_the_minimum_and_day_by_the_queue():
    # nothing is received from midnight to noon; the reason is stored slot by slot
    need = requirement(BUSY, 1800.0, RequirementParams(minimum_units=3))
    assert need.binding[10] == MINIMUM
    assert need.officers[10] == 3
    assert need.binding[15] == QUEUE
    assert set(need.slots_by_reason()) == {MINIMUM, QUEUE}


def test_queue_target_is_met_at_the_peak_and_not_with_one_fewer():
    # the least number of units for the slot's own peak load
    need = requirement(BUSY, 1800.0, RequirementParams(no_free_unit_frac=0.05, minimum_units=0))
    for units, load in zip(need.officers, need.peak_load, strict=True):
        assert erlang_c(int(units), float(load)) <= 0.05 < erlang_c(int(units) - 1, float(load))


def test_two_officer_cars_count_two():
    # officers, not cars, stand in the ledger
    one = requirement(BUSY, 1800.0)
    two = requirement(BUSY, 1800.0, RequirementParams(officers_per_unit=2))
    assert (two.officers == 2 * one.officers).all()
    assert two.call_work_s == pytest.approx(2 * one.call_work_s)


@pytest.mark.parametrize("slot_s", [3600, 1800, 900])
def test_call_work_adds_up_at_every_slot_length(slot_s):
    # the ledger must hold the whole week's work
    need = requirement(BUSY, 2000.0, slot_s=slot_s)
    assert need.officers.size == 7 * 86400 // slot_s
    assert need.call_work_s.sum() == pytest.approx(BUSY.sum())


def test_response_needs_free_units_beside_the_busy_ones():
    # 0.627 sqrt(100 km2 / k) at 10 m/s within 300 s needs k = 4.4 free, so 5 where nobody is busy
    params = RequirementParams(response_s=300.0, area_m2=1e8, speed_m_per_s=10.0, minimum_units=1)
    need = requirement(BUSY, 1800.0, params)
    assert need.units_by_reason[RESPONSE][10] == 5
    assert need.binding[10] == RESPONSE


def test_urgent_wait_is_a_reason_of_its_own():
    # a short wait for urgent calls asks for more units than a loose queue target
    params = RequirementParams(
        no_free_unit_frac=0.5, urgent_wait_s=60.0, urgent_late_frac=0.02, minimum_units=0
    )
    need = requirement(BUSY, 1800.0, params, urgent_frac=0.2)
    assert need.binding[20] == WAIT
    assert (need.units_by_reason[WAIT] >= need.units_by_reason[QUEUE]).all()


def test_no_work_and_no_minimum_needs_nobody():
    # the reason is then "nothing", not the first on the list
    need = requirement(np.zeros(168), 1800.0, RequirementParams(minimum_units=0))
    assert need.officers.sum() == 0
    assert set(need.binding) == {NOTHING}


@pytest.mark.parametrize(
    "bad",
    [
        lambda: requirement(np.zeros(24), 1800.0),
        lambda: requirement(np.full(168, -1.0), 1800.0),
        lambda: requirement(np.zeros(168), 1800.0, slot_s=1000),
        lambda: RequirementParams(no_free_unit_frac=2),
        lambda: requirement(BUSY, 1800.0, RequirementParams(response_s=300.0)),
        lambda: RequirementParams(minimum_units=-1),
    ],
)
def test_bad_input_is_refused(bad):
    # shares in percent, a day for a week, a limit without its area
    with pytest.raises(InputError):
        bad()


@pytest.mark.parametrize("wrong", [{"response_s": 1e-9}, {"area_m2": float("inf")}])
def test_a_response_that_nobody_can_keep_is_refused(wrong):
    """A slip of a unit (nanoseconds, an endless area) is named, not an overflow."""
    params = RequirementParams(**({"response_s": 600.0, "area_m2": 1e12, "speed_m_per_s": 10.0} | wrong))
    with pytest.raises(InputError, match="needs more than 100000 free units"):
        requirement(np.full(168, 3600.0), 1800.0, params)
