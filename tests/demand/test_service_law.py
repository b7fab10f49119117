"""Service times as distributions: moments kept, integrals right."""

import math

import numpy as np
import pytest

from optimiser.demand import service_law as law
from optimiser.errors import InputError

LAWS = {
    "exponential": law.exponential(1800.0),
    "gamma": law.of_moments(1800.0, 2.0),
    "constant": law.of_moments(1800.0, 0.0),
    "measured": law.of_times(np.random.default_rng(1).lognormal(7.0, 0.8, 5000)),
}


@pytest.mark.parametrize("name", LAWS)
def test_limited_mean_grows_to_the_mean(name):
    # E[min(S, x)] is x for a small x and E[S] for a large one, never falling
    found = LAWS[name].limited_mean_s(np.array([0.0, 1.0, 1e3, 1e4, 1e7]))
    assert found[0] == 0
    assert found[1] == pytest.approx(1.0, abs=0.05)
    assert found[-1] == pytest.approx(LAWS[name].mean_s, rel=1e-6)
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("name", LAWS)
def test_area_is_the_integral_of_the_limited_mean(name):
    # trapezoids of one second
    x = np.arange(0.0, 9000.0)
    want = np.trapezoid(LAWS[name].limited_mean_s(x), x)
    assert LAWS[name].limited_area_s2(x[-1:])[0] == pytest.approx(want, rel=1e-5)


def test_measured_times_keep_mean_and_weights():
    # a call with three units counts three times; times without a value are left out
    found = law.of_times([600.0, 1200.0, np.nan, 0.0], [3, 1, 5, 1])
    assert found.mean_s == pytest.approx(750.0)
    assert found.cv2 == pytest.approx((0.75 * 600**2 + 0.25 * 1200**2) / 750**2 - 1)


def test_many_times_are_grouped_without_loss_of_the_mean():
    # 5,000 lognormal times become at most 200 points
    found = LAWS["measured"]
    assert found.points_s.size <= law.MOST_POINTS
    assert found.points_s @ found.weights == pytest.approx(found.mean_s)


def test_overlap_of_two_units():
    # alike 1, exponential 1/2 (also of the gamma law with cv2 1, by points), two points by hand: 1/4 of 3, 3/4 of 1 min
    assert LAWS["constant"].overlap == pytest.approx(1.0)
    assert LAWS["exponential"].overlap == 0.5
    assert law.of_moments(1800.0, 1.0).overlap == pytest.approx(0.5, abs=0.01)
    assert law.of_times([60.0, 180.0]).overlap == pytest.approx((0.25 * 180 + 0.75 * 60) / 120)


def test_exponential_by_its_formula():
    # S (1 - exp(-x / S))
    assert LAWS["exponential"].limited_mean_s(np.array([900.0]))[0] == pytest.approx(
        1800 * (1 - math.exp(-0.5))
    )


@pytest.mark.parametrize(
    "bad", [lambda: law.exponential(0), lambda: law.of_times([np.nan]), lambda: law.of_moments(1, -1)]
)
def test_no_time_is_named(bad):
    # a mean of nothing, no time at all, a negative spread
    with pytest.raises(InputError):
        bad()
