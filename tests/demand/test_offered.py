"""Load of time-varying calls for any service time."""

import math

import numpy as np
import pytest

from optimiser.demand.offered import offered
from optimiser.demand.service_law import exponential, of_moments
from optimiser.errors import InputError
from tests.oracles.queueing import offered_load

RATE = np.random.default_rng(3).random(336) / 600


def test_exponential_times_agree_with_the_differential_equation():
    # two derivations of M_t/M/infinity: convolution here, dm/dt = work - m / S there
    mean, peak = offered_load(RATE * 2700.0 * 1800.0, 2700.0, 1800.0)
    found = offered(RATE, exponential(2700.0), 1800)
    assert found.mean == pytest.approx(mean, abs=1e-9)
    assert found.peak == pytest.approx(peak, abs=1e-9)


@pytest.mark.parametrize("cv2", [0.0, 0.5, 3.0])
def test_work_is_conserved_for_every_law(cv2):
    # Little: mean load is mean rate times mean time, whatever the law
    found = offered(RATE, of_moments(2400.0, cv2), 1800)
    assert found.mean.mean() == pytest.approx(RATE.mean() * 2400.0)


def test_even_calls_give_an_even_load():
    # no swing, no lag
    assert offered(np.full(168, 0.001), of_moments(3000.0, 2.0), 3600).edges == pytest.approx(3.0)


def test_constant_times_are_a_moving_sum():
    # calls of exactly one hour: the load at an hour's end is the calls of that hour
    rate = np.zeros(168)
    rate[10] = 2 / 3600
    found = offered(rate, of_moments(3600.0, 0.0), 3600)
    assert found.mean[[9, 10, 11, 12]] == pytest.approx([0, 1, 1, 0], abs=1e-9)
    assert found.peak[10] == pytest.approx(2.0)


def test_long_tails_lag_more():
    # the lag is E[S^2] / 2 E[S] = S (1 + cv2) / 2 for a slow swing (Eick, Massey and Whitt 1993)
    t = np.arange(2016) * 300.0
    w = 2 * math.pi / 86400 / 7
    rate = (1 + 0.5 * np.sin(w * t)) / 600
    for cv2 in (0.0, 1.0, 3.0):
        peak_at = t[offered(rate, of_moments(3600.0, cv2), 300).mean.argmax()]
        lag = peak_at - t[rate.argmax()]
        assert lag == pytest.approx(1800 * (1 + cv2), abs=700)


def test_odd_slots_are_refused():
    # the load is followed in steps of five minutes
    with pytest.raises(InputError, match="300 s"):
        offered(RATE, exponential(600.0), 1000)
