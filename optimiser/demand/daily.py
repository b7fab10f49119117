"""Calls by day, and three ways to say how they go on: seasonal naive, a seasonal regression, and statsmodels' ETS.

The regression is a Poisson one with a log link, fitted by iterated least squares (McCullagh and Nelder, Generalized
Linear Models, 1989): trend, day of the week, two waves of the year, holidays. Counts vary more than Poisson; the
dispersion is Pearson's, and widens the intervals.
"""

from __future__ import annotations

import importlib.util
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from optimiser.data.project import Project
from optimiser.demand.heat import Category, of_category
from optimiser.demand.period import local_days
from optimiser.demand.workload import OFFICER_INITIATED
from optimiser.errors import InputError

FloatArray = NDArray[np.float64]
Days = NDArray[np.datetime64]
DAYS_PER_WEEK, DAYS_PER_YEAR = 7, 365.25
FEWEST_DAYS = 8 * DAYS_PER_WEEK
"""Shorter histories tell no week from another."""
YEAR_FROM_DAYS = 365
TWO_YEARS_DAYS = 728
HALF_LIFE_DAYS = 28.0
HELD_FRAC = 0.80
N_PATHS = 500
_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Series:
    """Calls of the public by local day.

    Parameters
    ----------
    days
        Consecutive local days, datetime64[D], shape (n,).
    calls
        Counts, shape (n,).
    holidays
        Which days are holidays, shape (n,); of the days ahead :meth:`is_holiday` tells.
    """

    days: Days
    calls: FloatArray
    holidays: frozenset[str] = frozenset()

    def is_holiday(self, days: Days) -> NDArray[np.bool_]:
        """Say which days are holidays."""
        return np.isin(days.astype(str), sorted(self.holidays))

    def until(self, n: int) -> Series:
        """Return the first ``n`` days."""
        return Series(self.days[:n], self.calls[:n], self.holidays)


@dataclass(frozen=True, eq=False)
class Ahead:
    """A forecast: means and an interval for every day, and for their sum.

    Parameters
    ----------
    days, mean, low, high
        Shape (h,); ``low`` and ``high`` hold a day with probability :data:`HELD_FRAC`.
    total, total_low, total_high
        The same of the sum of all days.
    """

    days: Days
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    total: float
    total_low: float
    total_high: float


def series_of(
    project: Project,
    holidays: frozenset[str] = frozenset(),
    *,
    category: Category | None = None,
    areas: frozenset[str] | None = None,
) -> Series:
    """Count calls of the public by whole local day; the first and last day, seldom whole, are left out.

    Parameters
    ----------
    category, areas
        Only these calls, and only those of these areas; all where left out. Days without any of them count as 0.

    Raises
    ------
    InputError
        If the project holds no calls, too few days, or of what is asked for too few calls.
    """
    if project.calls is None:
        raise InputError(
            f"{project.folder} holds totals without dates: nothing can be forecast from them. Import the calls."
        )
    calls = project.calls[project.calls["origin"] != OFFICER_INITIATED]
    day = local_days(calls["received_at"], project.settings.timezone)
    if not day.size or (day.max() - day.min()).astype(int) - 1 < FEWEST_DAYS:
        n = 0 if not day.size else int((day.max() - day.min()).astype(int)) - 1
        raise InputError(f"A forecast needs {FEWEST_DAYS} whole days of calls; there are {max(n, 0)}.")
    days: Days = np.arange(day.min() + np.timedelta64(1, "D"), day.max(), dtype="datetime64[D]")
    keep = of_category(calls, category or Category())
    if areas is not None:
        keep &= calls["area_id"].astype("str").isin(areas).to_numpy()
    counts = pd.Series(day[keep]).value_counts().reindex(pd.DatetimeIndex(days), fill_value=0)
    if counts.sum() * DAYS_PER_WEEK < len(days):
        where = "" if areas is None else f" in these {len(areas)} areas"
        raise InputError(
            f"{int(counts.sum()):,} calls are of this category ({(category or Category()).words}){where} in "
            f"{len(days)} days, less than one a week: too few to forecast. Look how types are spelt, or ask for more."
        )
    return Series(days, np.asarray(counts, dtype=np.float64), holidays)


def seasonal_naive(series: Series, horizon: int, seed: int = 1) -> Ahead:
    """Let every day repeat the same day of the last week; of the last year where two of them are known.

    Its interval is that of its own errors in the past: the season's difference, as a normal of that spread.
    """
    del seed
    season = 52 * DAYS_PER_WEEK if len(series.calls) >= TWO_YEARS_DAYS else DAYS_PER_WEEK
    days = _following(series, horizon)
    step = np.arange(horizon)
    mean = series.calls[len(series.calls) - season + step % season]
    error = series.calls[season:] - series.calls[:-season]
    cycles = step // season + 1
    spread = float(error.std()) * np.sqrt(cycles)
    # errors of days in a row go together: the sum's spread is taken from sums
    runs = np.convolve(error, np.ones(min(horizon, len(error))), "valid")
    whole = float(runs.std()) if len(runs) > 1 else float(error.std()) * math.sqrt(horizon)
    return _normal(days, mean, spread, max(whole, float(error.std()) * math.sqrt(horizon)))


def seasonal_regression(series: Series, horizon: int, seed: int = 1) -> Ahead:
    """Fit trend, week, year and holidays by a Poisson regression, and carry them on."""
    del seed
    days = _following(series, horizon)
    beta, covariance, dispersion, _ = regression(series)
    x = _design(series, days)
    mean = np.exp(x @ beta)
    slope = mean[:, None] * x
    shared = slope @ covariance @ slope.T
    spread = np.sqrt(np.diag(shared) + dispersion * mean)
    memory = _memory(series, beta)
    whole = math.sqrt(max(float(shared.sum()) + dispersion * float(mean.sum()) * memory, 0.0))
    return _normal(days, mean, spread, whole)


def regression(series: Series) -> tuple[FloatArray, FloatArray, float, float]:
    """Return (coefficients, their covariance, dispersion, growth a year with NaN where too short to tell)."""
    x, y = _design(series, series.days), series.calls
    weight = _weights(series)
    ridge = 1e-9 * np.eye(x.shape[1])
    beta = np.zeros(x.shape[1])
    beta[0] = math.log(max(float(y.mean()), 1e-3))
    for _ in range(_ROUNDS):
        mu = np.exp(np.clip(x @ beta, -20, 20))
        step = np.linalg.solve((x.T * (weight * mu)) @ x + ridge, x.T @ (weight * (y - mu)))
        beta = beta + np.clip(step, -1.0, 1.0)
        if float(np.abs(step).max()) < 1e-10:
            break
    mu = np.exp(np.clip(x @ beta, -20, 20))
    free = max(float(weight.sum()) - x.shape[1], 1.0)
    dispersion = max(float((weight * (y - mu) ** 2 / np.maximum(mu, 1e-9)).sum()) / free, 1.0)
    bread = np.linalg.inv((x.T * (weight * mu)) @ x + ridge)
    covariance = dispersion * bread @ ((x.T * (weight**2 * mu)) @ x) @ bread
    growth = math.exp(float(beta[1])) - 1.0 if _trending(series) else math.nan
    return beta, covariance, dispersion, growth


def ets(series: Series, horizon: int, seed: int = 1) -> Ahead:
    """Exponential smoothing with a damped trend and a weekly season (statsmodels' ETSModel); paths give intervals."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # type: ignore[import-not-found,unused-ignore]

    days = _following(series, horizon)
    past = pd.Series(series.calls, index=pd.DatetimeIndex(series.days, freq="D"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a fit stopped early shows in its errors
        model = ETSModel(
            past, error="add", trend="add", damped_trend=True, seasonal="add", seasonal_periods=DAYS_PER_WEEK
        )
        fitted = model.fit(disp=False, maxiter=200)
        mean = np.asarray(fitted.forecast(horizon), dtype=np.float64)
        # errors drawn here: what the library calls its random state differs between its versions
        drawn = np.random.default_rng(seed).normal(0.0, float(np.std(fitted.resid)), (horizon, N_PATHS))
        paths = np.asarray(
            fitted.simulate(horizon, anchor="end", repetitions=N_PATHS, random_errors=drawn), dtype=np.float64
        )
    tail = (1.0 - HELD_FRAC) / 2.0
    low, high = np.quantile(paths, [tail, 1.0 - tail], axis=1)
    whole = np.quantile(paths.sum(axis=0), [tail, 1.0 - tail])
    return Ahead(
        days, np.maximum(mean, 0.0), np.maximum(low, 0.0), high, float(mean.sum()), float(max(whole[0], 0.0)),
        float(whole[1]),
    )  # fmt: skip


def methods() -> dict[str, Callable[[Series, int, int], Ahead]]:
    """Return the ways to forecast by name; statsmodels' only where it is installed (extra ``forecast``)."""
    found: dict[str, Callable[[Series, int, int], Ahead]] = {
        "seasonal naive": seasonal_naive,
        "seasonal regression": seasonal_regression,
    }
    if importlib.util.find_spec("statsmodels") is not None:
        found["ETS (statsmodels)"] = ets
    return found


def _following(series: Series, horizon: int) -> Days:
    first = series.days[-1] + np.timedelta64(1, "D")
    return np.asarray(first + np.arange(horizon).astype("timedelta64[D]"), dtype="datetime64[D]")


def _weights(series: Series) -> FloatArray:
    """Let old days count less where the history tells no year's wave: the level of today is what goes on."""
    n = len(series.days)
    if n >= YEAR_FROM_DAYS:
        return np.ones(n)
    return np.asarray(0.5 ** ((n - 1 - np.arange(n)) / HALF_LIFE_DAYS), dtype=np.float64)


def _trending(series: Series) -> bool:
    return len(series.days) >= TWO_YEARS_DAYS


def _design(series: Series, days: Days) -> FloatArray:
    """One, trend in years, day of the week, two waves of the year, holiday; what a history cannot tell is 0."""
    years = (days - series.days[0]).astype(float) / DAYS_PER_YEAR
    columns = [np.ones(len(days)), years if _trending(series) else np.zeros(len(days))]
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % DAYS_PER_WEEK
    columns += [(weekday == k).astype(float) for k in range(1, DAYS_PER_WEEK)]
    if len(series.days) >= YEAR_FROM_DAYS:
        angle = 2.0 * math.pi * ((days.astype(int) / DAYS_PER_YEAR) % 1.0)
        columns += [f(k * angle) for k in (1, 2) for f in (np.sin, np.cos)]
    if series.is_holiday(series.days).sum() >= 3:
        columns.append(series.is_holiday(days).astype(float))
    return np.column_stack(columns)


def _memory(series: Series, beta: FloatArray) -> float:
    """How much wider sums are than if days were apart: 1 + twice the correlations of up to four weeks."""
    mu = np.exp(np.clip(_design(series, series.days) @ beta, -20, 20))
    z = (series.calls - mu) / np.sqrt(np.maximum(mu, 1e-9))
    z = z - z.mean()
    n, variance = len(z), float((z * z).mean())
    if variance <= 0:
        return 1.0
    lags = range(1, min(4 * DAYS_PER_WEEK, n // 4))
    total = sum((1 - k / (4 * DAYS_PER_WEEK)) * float((z[k:] * z[:-k]).sum()) / n / variance for k in lags)
    return max(1.0, 1.0 + 2.0 * total)


def _normal(days: Days, mean: FloatArray, spread: FloatArray, whole: float) -> Ahead:
    z = float(norm.ppf(0.5 + HELD_FRAC / 2.0))
    total = float(mean.sum())
    low = np.maximum(mean - z * spread, 0.0)
    return Ahead(days, mean, low, mean + z * spread, total, max(total - z * whole, 0.0), total + z * whole)
