"""Calls expected to find nobody free: Erlang's formula where it holds, the requirement's queue elsewhere."""

import numpy as np
import pytest

from optimiser.demand import service_law
from optimiser.demand.call_mix import CallClass, CallMix, of_load
from optimiser.demand.nobody_free import calls_finding_nobody
from optimiser.demand.queueing import erlang_c
from optimiser.demand.requirement import RequirementParams, requirement_of
from optimiser.problems.shifts.nobody_free import steep

SLOTS = 168
EVEN = np.ones(SLOTS)


def in_twos():
    """Six calls an hour, of two kinds and one or two units, at any time of the week: nothing lags."""
    law = service_law.of_moments(2400.0, 1.5)
    return CallMix(
        (
            CallClass("urgent", urgent=True, calls=2 * EVEN, units_frac=(0.5, 0.5), law=law),
            CallClass("other", urgent=False, calls=4 * EVEN, units_frac=(1.0,), law=law),
        )
    )


def test_single_units_with_exponential_times_are_erlangs():
    # 6 calls an hour of 40 minutes, 4 units busy: all calls with up to 4 on duty, then Erlang C
    calls = calls_finding_nobody(of_load(4 * 3600.0 * EVEN, 2400.0), None, EVEN, 3600)
    for n, found in enumerate(calls[100]):
        assert found == pytest.approx(6 * erlang_c(n, 4.0), rel=1e-6)
    assert calls[100, -1] < 6 * 1e-3
    assert calls.shape[1] < 20


def test_the_slots_of_an_hour_share_its_calls():
    mix = of_load(4 * 3600.0 * EVEN, 2400.0)
    by_hour = calls_finding_nobody(mix, None, EVEN, 3600)
    by_quarter = calls_finding_nobody(mix, None, np.ones(4 * SLOTS), 900)
    assert by_quarter.reshape(SLOTS, 4, -1).sum(axis=1) == pytest.approx(by_hour)


@pytest.mark.parametrize("crew", [1.0, 2.0])
@pytest.mark.parametrize("reserve", [0, 2])
def test_the_queue_is_the_requirements(crew, reserve):
    # an even week has its peak in its mean: the share falls to 2 % where the requirement says so
    params = RequirementParams(no_free_unit_frac=0.02, reserve_units=reserve, officers_per_unit=crew)
    need = requirement_of(in_twos(), params)
    calls = calls_finding_nobody(in_twos(), params, need.crew, 3600)
    officers = int(need.officers[0])
    assert calls[0, officers] <= 6 * 0.02
    assert calls[0, officers - int(crew)] > 6 * 0.02
    assert calls[0, 0] == pytest.approx(6.0)


def test_what_is_priced_is_exact_from_the_steepest_fall_on():
    # convex for whole cars, never fewer than there are, and the same where plans are
    calls = calls_finding_nobody(in_twos(), None, EVEN, 3600)
    priced = steep(calls)[0]
    falls = -np.diff(calls[0])
    steepest = int(falls.argmax())
    assert priced[steepest:] == pytest.approx(calls[0, steepest:])
    assert priced[0] > calls[0, 0]
    assert steepest <= 7  # 5.3 units are busy


def test_a_quiet_hour_after_a_busy_one_still_has_its_load():
    # calls of an hour only: those of the next find nobody left of its work, and the hour before has none at all
    calls_h = np.zeros(SLOTS)
    calls_h[50:52] = 6.0, 0.5
    found = calls_finding_nobody(of_load(calls_h * 2400.0, 2400.0), None, EVEN, 3600)
    assert found[49].max() == 0.0
    assert found[51, 1] > 0.5 * erlang_c(1, 0.5 * 2 / 3)
