"""A forecast beside a backtest: how wrong each way was on what is known, and how often its interval held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.demand.daily import DAYS_PER_WEEK, FEWEST_DAYS, HELD_FRAC, Ahead, Series, methods, regression
from optimiser.errors import InputError

NAIVE = "seasonal naive"
MOST_FOLDS = 8


@dataclass(frozen=True, slots=True)
class Score:
    """One way's record in the backtest.

    Parameters
    ----------
    method
        Its name.
    n_folds
        Times it was asked to forecast what is known.
    total_error_frac
        Mean absolute error of the whole horizon's calls, as a share of them.
    day_error
        Mean absolute error of a day, calls.
    against_naive
        The same over that of seasonal naive: below 1 is better.
    days_held_frac, totals_held_frac
        How often the interval held a day's and the whole horizon's calls; :data:`HELD_FRAC` is what it promises.
    """

    method: str
    n_folds: int
    total_error_frac: float
    day_error: float
    against_naive: float
    days_held_frac: float
    totals_held_frac: float


@dataclass(frozen=True, eq=False)
class Forecast:
    """Forecasts by method, their scores, the method that did best, and growth a year (NaN under two years)."""

    horizon: int
    scores: tuple[Score, ...]
    ahead: dict[str, Ahead]
    best: str
    growth_frac_per_year: float


def forecast(
    series: Series, horizon: int = 4 * DAYS_PER_WEEK, *, n_folds: int = 6, seed: int = 1
) -> Forecast:
    """Backtest every method and carry each on.

    The backtest goes back in steps of the horizon: everything before a step is known, the step itself is not.

    Raises
    ------
    InputError
        If the history is too short for two folds of that horizon.
    """
    n = len(series.days)
    n_folds = min(n_folds, MOST_FOLDS, (n - FEWEST_DAYS) // horizon)
    if horizon < 1 or n_folds < 2:
        raise InputError(
            f"A backtest of {horizon} days ahead needs {FEWEST_DAYS + 2 * horizon} days of calls; there are {n}. "
            "Ask for fewer weeks."
        )
    ways = methods()
    cuts = [n - k * horizon for k in range(n_folds, 0, -1)]
    day_errors: dict[str, float] = {}
    found: dict[str, tuple[float, float, float]] = {}
    for name, way in ways.items():
        errors, totals, held, held_totals = [], [], [], []
        for cut in cuts:
            made = way(series.until(cut), horizon, seed)
            true = series.calls[cut : cut + horizon]
            errors.append(np.abs(made.mean - true))
            totals.append(abs(made.total - true.sum()) / max(true.sum(), 1.0))
            held.append((true >= made.low) & (true <= made.high))
            held_totals.append(made.total_low <= true.sum() <= made.total_high)
        day_errors[name] = float(np.mean(errors))
        found[name] = float(np.mean(totals)), float(np.mean(held)), float(np.mean(held_totals))
    scores = tuple(
        Score(
            name, n_folds, found[name][0], day_errors[name],
            day_errors[name] / max(day_errors[NAIVE], 1e-9), found[name][1], found[name][2],
        )
        for name in ways
    )  # fmt: skip
    best = min(scores, key=lambda s: s.day_error).method
    ahead = {name: way(series, horizon, seed) for name, way in ways.items()}
    return Forecast(horizon, scores, ahead, best, regression(series)[3])


__all__ = ["HELD_FRAC", "Forecast", "Score", "forecast"]
