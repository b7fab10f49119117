"""Counts, shares and quantiles of calls by group, exact, by one sort."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """One value a group; NaN where a group has no calls.

    Parameters
    ----------
    n
        Calls.
    within_frac
        Share attended within the target (a call never attended is not).
    mean_s, median_s, p90_s
        Response of the first unit: mean of those attended; median and 90th percentile of all, infinite where so
        many were never attended.
    full_mean_s, full_median_s, full_p90_s
        The same until all units that the call needs are there.
    wait_mean_s
        Mean wait for a unit to be sent, of those to whom one was.
    waited_frac
        Share that waited at all.
    no_free_frac
        Share that found no free unit.
    never
        Calls that nobody attended.
    """

    n: FloatArray
    within_frac: FloatArray
    mean_s: FloatArray
    median_s: FloatArray
    p90_s: FloatArray
    full_mean_s: FloatArray
    full_median_s: FloatArray
    full_p90_s: FloatArray
    wait_mean_s: FloatArray
    waited_frac: FloatArray
    no_free_frac: FloatArray
    never: FloatArray

    def reshaped(self, shape: tuple[int, ...]) -> Groups:
        """Return the same values in another shape."""
        return replace(self, **{f.name: getattr(self, f.name).reshape(shape) for f in fields(self)})


def grouped(
    group: NDArray[np.int64],
    shape: tuple[int, ...],
    response_s: FloatArray,
    full_s: FloatArray,
    wait_s: FloatArray,
    no_free: NDArray[np.bool_],
    target_s: FloatArray,
) -> Groups:
    """Return the measures of calls by group; ``shape`` is that of the groups, numbered in its order."""
    size = int(np.prod(shape))
    n = np.bincount(group, minlength=size).astype(float)

    def share(hit: NDArray[np.bool_]) -> FloatArray:
        return _divide(np.bincount(group, weights=hit, minlength=size), n)

    first, full = quantiles(group, size, response_s), quantiles(group, size, full_s)
    found = Groups(
        n=n,
        within_frac=share(response_s <= target_s),
        mean_s=_mean(group, size, response_s),
        median_s=first[0],
        p90_s=first[1],
        full_mean_s=_mean(group, size, full_s),
        full_median_s=full[0],
        full_p90_s=full[1],
        wait_mean_s=_mean(group, size, wait_s),
        waited_frac=share(wait_s > 0),
        no_free_frac=share(no_free),
        never=np.bincount(group, weights=np.isinf(response_s), minlength=size).astype(float),
    )
    return found.reshaped(shape)


def quantiles(
    group: NDArray[np.int64], n_groups: int, values: FloatArray, at: tuple[float, ...] = (0.5, 0.9)
) -> list[FloatArray]:
    """Return quantiles of each group, linear between order statistics as numpy's."""
    order = np.lexsort((values, group))
    ordered = np.append(values[order], 0.0)
    count = np.bincount(group, minlength=n_groups)
    start = np.cumsum(count) - count
    found = []
    for q in at:
        rank = q * np.maximum(count - 1, 0)
        low = np.floor(rank).astype(np.int64)
        below = ordered[start + low]
        above = ordered[start + np.minimum(low + 1, np.maximum(count - 1, 0))]
        part = rank - low
        between = below.copy()
        inner = (part > 0) & (above != below)  # two that never came lie no way apart
        between[inner] += part[inner] * (above[inner] - below[inner])
        found.append(np.where(count > 0, between, np.nan))
    return found


def _mean(group: NDArray[np.int64], n_groups: int, values: FloatArray) -> FloatArray:
    ok = np.isfinite(values)
    total = np.bincount(group[ok], weights=values[ok], minlength=n_groups)
    return _divide(total, np.bincount(group[ok], minlength=n_groups).astype(float))


def _divide(part: NDArray[Any], whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
