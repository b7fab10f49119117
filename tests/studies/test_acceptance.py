"""Acceptance by simulation: formulas are right where they are exact, too few officers are found out and mended."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.demand import service_law
from optimiser.demand.call_mix import CallClass, CallMix
from optimiser.demand.requirement import SIMULATION, RequirementParams, requirement_of
from optimiser.errors import InputError
from optimiser.studies import acceptance
from optimiser.studies.acceptance import HELD_BACK, NONE_FREE, URGENT_LATE, accept, mend, raised

EVEN = np.full(168, 1.0)
PARAMS = RequirementParams(
    no_free_unit_frac=0.10,
    urgent_wait_s=120.0,
    urgent_late_frac=0.05,
    reserve_units=1,
    held_back_frac=0.3,
    minimum_units=0,
)


def mix(shape, law=None):
    law = law or service_law.exponential(1800.0)
    return CallMix(
        (
            CallClass("priority 1", urgent=True, calls=0.8 * shape, units_frac=(0.5, 0.3, 0.2), law=law),
            CallClass("priority 2", urgent=False, calls=2.0 * shape, units_frac=(0.8, 0.2), law=law),
        )
    )


def test_even_calls_measure_what_the_exact_formulas_say():
    # exponential times of one mean and no swing: the cut-off queue's shares within four standard errors
    from optimiser.demand.cutoff import Ask, cutoff_queue

    found = accept(mix(EVEN), np.full(168, 6), PARAMS, 3600, weeks=100)
    by = {t.target: t for t in found.targets}
    queue = cutoff_queue(6, Ask(0.4, (0.5, 0.3, 0.2)), Ask(1.0, (0.8, 0.2)), 1)
    for name, want in (
        (NONE_FREE, queue.none_free),
        (HELD_BACK, queue.held_back),
        (URGENT_LATE, queue.urgent_late(120.0, 1800.0)),
    ):
        error = (by[name].high - by[name].low).mean() / (2 * 1.96) / np.sqrt(168)
        assert by[name].overall == pytest.approx(want, abs=4 * error)


def test_an_hour_left_with_nobody_is_found_and_mended():
    # three hours a day with one car: these miss, they alone are raised, and the rest of the week stays
    need = requirement_of(mix(EVEN), PARAMS)
    cut = need.officers.copy()
    cut.reshape(7, 24)[:, 10:13] = 1
    short = replace(need, officers=cut)
    mended = mend(mix(EVEN), short, PARAMS, rounds=8, weeks=80)
    assert mended.rounds[0].met_frac < 0.95
    assert mended.final.met_frac > mended.rounds[0].met_frac
    assert mended.added > 0
    assert len(mended.rounds) <= 9
    after = raised(short, mended)
    assert {after.binding[s] for s in np.flatnonzero(after.officers > cut)} == {SIMULATION}
    assert (after.officers >= cut).all()


def test_the_requirement_of_a_swing_is_accepted():
    # several units, long-tailed times, a daily swing of three to one: the formulas keep 95 % of the intervals
    swing = 2 + np.sin(2 * np.pi * (np.arange(168) % 24 - 9) / 24)
    calls = mix(swing, service_law.of_moments(2400.0, 1.5))
    p = RequirementParams(no_free_unit_frac=0.05, minimum_units=0)
    need = requirement_of(calls, p)
    found = accept(calls, need.officers, p, 3600, weeks=300)
    assert found.accepted, found.met_frac
    assert not accept(calls, need.hour_by_hour, p, 3600, weeks=300).accepted


def test_a_mean_time_to_the_call_is_measured():
    # nobody waits where units abound: the drive by the square-root law is all there is
    p = RequirementParams(no_free_unit_frac=None, response_s=300.0, area_m2=1e8, speed_m_per_s=10.0)
    (reach,) = accept(mix(EVEN), np.full(168, 40), p, 3600, weeks=30).targets
    assert reach.target == acceptance.MEAN_REACH
    assert 100 < reach.overall < 0.6267 * np.sqrt(1e8 / 37) / 10 * 1.1


@pytest.mark.parametrize(
    ("officers", "params", "said"),
    [
        (np.full(24, 3), PARAMS, "need 168 whole numbers"),
        (np.full(168, -1), PARAMS, "least of -1"),
        (np.zeros(168, dtype=int), PARAMS, "Nobody is on duty"),
        (np.full(168, 3), RequirementParams(no_free_unit_frac=None), "No target is asked"),
    ],
)
def test_bad_plans_are_named(officers, params, said):
    # a day for a week, negative headcount, nobody at all, nothing to measure
    with pytest.raises(InputError, match=said):
        accept(mix(EVEN), officers, params, 3600, weeks=1)
