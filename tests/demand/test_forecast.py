"""Forecasts on made-up days whose truth is known: what repeats, what grows, how often an interval holds."""

import math

import numpy as np
import pytest

from optimiser.demand.daily import (
    DAYS_PER_YEAR,
    Series,
    ets,
    methods,
    regression,
    seasonal_naive,
    seasonal_regression,
)
from optimiser.demand.forecast import forecast
from optimiser.errors import InputError

WEEK = np.array([90.0, 100.0, 95.0, 100.0, 120.0, 140.0, 110.0])
MONDAY = np.datetime64("2022-01-03")


def series(n, *, growth=0.0, noise=True, seed=1, wave=0.0, holidays=frozenset()):
    """Days with a week's shape, growth a year, a wave of the year, and Poisson noise."""
    step = np.arange(n)
    mean = WEEK[step % 7] * (1 + growth) ** (step / DAYS_PER_YEAR)
    mean = mean * (1 + wave * np.sin(2 * math.pi * step / DAYS_PER_YEAR))
    calls = np.random.default_rng(seed).poisson(mean).astype(float) if noise else mean
    return Series(MONDAY + step.astype("timedelta64[D]"), calls, holidays)


def test_a_week_that_repeats_is_repeated():
    """Without noise both ways give the next week exactly, and the naive interval has no width."""
    known = series(140, noise=False)
    naive = seasonal_naive(known, 14)
    assert naive.mean == pytest.approx(np.tile(WEEK, 2))
    assert naive.high == pytest.approx(naive.mean)
    assert seasonal_regression(known, 14).mean == pytest.approx(np.tile(WEEK, 2), rel=1e-6)
    assert str(naive.days[0]) == "2022-05-23"


def test_growth_is_found_in_two_years_and_not_claimed_in_one():
    """5 % a year in three years of calls is found within a point; one year tells no growth from its season."""
    assert regression(series(3 * 365, growth=0.05))[3] == pytest.approx(0.05, abs=0.01)
    assert math.isnan(regression(series(400, growth=0.05))[3])


def test_a_holiday_is_learned():
    """Three known holidays with half the calls: the fourth, ahead, is forecast at half."""
    days = [f"2022-{m:02d}-14" for m in (2, 3, 4, 6)]
    known = series(150, noise=False, holidays=frozenset(days))
    calls = np.where(known.is_holiday(known.days), known.calls / 2, known.calls)
    ahead = seasonal_regression(Series(known.days, calls, known.holidays), 28)
    at = int(np.flatnonzero(ahead.days == np.datetime64(days[-1]))[0])
    assert ahead.mean[at] == pytest.approx(WEEK[1] / 2, rel=0.01)  # 14 June 2022 is a Tuesday


def test_intervals_hold_as_often_as_they_say():
    """100 made-up histories, 28 days each: the regression's 80 % interval holds 77-85 % of days, 65-92 % of totals."""
    held, totals = [], []
    for seed in range(100):
        whole = series(224, seed=seed)
        made = seasonal_regression(whole.until(196), 28)
        true = whole.calls[196:]
        held.append(((true >= made.low) & (true <= made.high)).mean())
        totals.append(made.total_low <= true.sum() <= made.total_high)
    assert 0.77 <= np.mean(held) <= 0.85
    assert 0.65 <= np.mean(totals) <= 0.92


def test_the_backtest_prefers_what_is_better():
    """On a stationary week the regression's error is about 1 / sqrt(2) of naive's, which repeats the noise."""
    found = forecast(series(300), 28)
    score = {s.method: s for s in found.scores}
    assert score["seasonal naive"].against_naive == 1
    assert score["seasonal regression"].against_naive == pytest.approx(1 / math.sqrt(2), abs=0.12)
    assert found.best != "seasonal naive"
    assert found.ahead[found.best].total == pytest.approx(4 * WEEK.sum(), rel=0.03)
    assert score["seasonal regression"].n_folds == 6


def test_a_history_too_short_is_refused():
    """60 days carry no backtest of 28."""
    with pytest.raises(InputError, match="needs 112 days of calls; there are 60"):
        forecast(series(60), 28)


def test_ets_beside_the_others():
    """Where statsmodels is installed it takes part: near the week's shape, its interval around it, the same by seed."""
    pytest.importorskip("statsmodels", reason="the extra 'forecast' is not installed")
    known = series(200)
    made = ets(known, 28)
    assert made.total == pytest.approx(4 * WEEK.sum(), rel=0.05)
    assert made.total_low < made.total < made.total_high
    assert ets(known, 28).total_high == made.total_high
    assert "ETS (statsmodels)" in methods()
