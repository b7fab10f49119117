"""What one post, or one more car, is worth to a standby plan in what it aims for. From data and plan alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.standby.data import GAINS, StandbyParams, StandbyProblem

_LEAST_BUSY = 1e-12
"""A car that is never busy counts as this busy, so that what it leaves without it stays a quotient."""


def valued_in(params: StandbyParams) -> str:
    """Return the aim that a post's worth is counted in: the first in calls, of a weighted sum its heaviest; cover."""
    for name in params.objectives:
        if name in GAINS:
            return name
        if name == "weighted":
            gains = {n: w for n, w in params.weights.items() if n in GAINS and w > 0}
            if gains:
                return max(gains, key=lambda n: gains[n])
    return "cover"


def near_cars(problem: StandbyProblem, cars: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many cars are within the nearest band of each pattern, shape (P,), for cars of shape (S,)."""
    here = np.where(problem.band == 0, cars[problem.posts], 0)
    found = np.bincount(problem.pattern_of(), weights=here, minlength=problem.starts.size - 1)
    return np.asarray(found, dtype=np.float64)


def lost_without(
    problem: StandbyProblem, cars: NDArray[np.int64], name: str = "cover"
) -> NDArray[np.float64]:
    """Return the calls per week of each part of the day that a plan loses without a post, shape (T, S).

    Parameters
    ----------
    cars
        Shape (T, S).
    name
        The aim that the calls are counted in, of :data:`~optimiser.problems.standby.data.GAINS`.
    """
    lost, _ = _both(problem, cars, name)
    return lost


def gained_by_one_more(
    problem: StandbyProblem, cars: NDArray[np.int64], name: str = "cover"
) -> NDArray[np.float64]:
    """Return the calls per week that one more car at the best post with room gains in each part, shape (T,).

    The others stay where they stand: a plan made anew for one more car gains at least as much.
    """
    _, gained = _both(problem, cars, name)
    room = cars < problem.params.cars_per_post
    return np.asarray(np.where(room, gained, 0.0).max(axis=1, initial=0.0), dtype=np.float64)


def _both(
    problem: StandbyProblem, cars: NDArray[np.int64], name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what leaves with each post and what one more car at it brings, each shape (T, S)."""
    pattern = problem.pattern_of()
    each = {"gradual": _by_distance, "expected": _by_chance}.get(name)
    found = np.zeros((2, *cars.shape))
    for t in range(cars.shape[0]):
        if each is None:
            needed = problem.params.backup_cars if name == "backup" else 1
            shares = _by_number(problem, cars[t], pattern, needed)
        else:
            shares = each(problem, cars[t], pattern)
        calls = problem.weight[pattern, t]
        for k, share in enumerate(shares):
            found[k, t] = np.bincount(problem.posts, weights=share * calls, minlength=cars.shape[1])
    return found[0], found[1]


def _by_number(
    problem: StandbyProblem, cars: NDArray[np.int64], pattern: NDArray[np.int64], needed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by entry whether a pattern lacks the cars needed without the post, and whether one more is enough."""
    near, inside = near_cars(problem, cars)[pattern], problem.band == 0
    here = np.where(inside, cars[problem.posts], 0)
    lost = (near >= needed) & (near - here < needed)
    return lost.astype(np.float64), (inside & (near == needed - 1)).astype(np.float64)


def _by_chance(
    problem: StandbyProblem, cars: NDArray[np.int64], pattern: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by entry how much less likely a free car is without the post, and how much likelier with one more."""
    busy = np.maximum(problem.busy(), _LEAST_BUSY)[problem.posts]
    inside = problem.band == 0
    power = np.where(inside, cars[problem.posts] * np.log(busy), 0.0)
    none_free = np.exp(np.bincount(pattern, weights=power, minlength=problem.starts.size - 1))[pattern]
    lost = np.exp(np.log(np.maximum(none_free, 1e-300)) - power) - none_free
    return np.where(inside, lost, 0.0), np.where(inside, none_free * (1.0 - busy), 0.0)


def _by_distance(
    problem: StandbyProblem, cars: NDArray[np.int64], pattern: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by entry how much less of a call counts without the post, and how much more with a car there."""
    by_band = np.zeros(128)
    by_band[: len(problem.params.band_shares)] = problem.params.band_shares
    n, own = problem.starts.size - 1, by_band[problem.band]
    standing = np.where(cars[problem.posts] > 0, own, 0.0)
    best, second = np.zeros(n), np.zeros(n)
    np.maximum.at(best, pattern, standing)
    first = standing >= best[pattern]
    alike = np.bincount(pattern, weights=first & (standing > 0), minlength=n)
    np.maximum.at(second, pattern, np.where(first, 0.0, standing))
    second = np.where(alike > 1, best, second)
    lost = np.where(first & (standing > 0), best[pattern] - second[pattern], 0.0)
    return lost, np.maximum(own - best[pattern], 0.0)
