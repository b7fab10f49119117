"""How long a unit stays on a call, as a distribution: what a time-varying load depends on besides the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimiser.errors import InputError

FloatArray = NDArray[np.float64]
MOST_POINTS = 200
"""Points that stand for a distribution; each is the mean of an equal share, so the mean is kept exactly."""


@dataclass(frozen=True, eq=False)
class ServiceLaw:
    """Time of one unit on one call.

    Parameters
    ----------
    mean_s, cv2
        Mean, and squared coefficient of variation (1 where exponential).
    points_s, weights
        Times and their shares (sum 1), shape (P,); empty for the exponential law.
    """

    mean_s: float
    cv2: float
    points_s: FloatArray
    weights: FloatArray

    @property
    def exponential(self) -> bool:
        """Whether this is the exponential law."""
        return self.points_s.size == 0

    def limited_mean_s(self, limit_s: FloatArray) -> FloatArray:
        """E[min(S, x)], the time worked within x of the beginning, of the shape of ``limit_s`` (0 or more)."""
        x = np.asarray(limit_s, dtype=float)
        if self.exponential:
            return np.asarray(-self.mean_s * np.expm1(-x / self.mean_s))
        return np.asarray(np.minimum(self.points_s, x[..., None]) @ self.weights)

    def limited_area_s2(self, limit_s: FloatArray) -> FloatArray:
        """Return the integral of :meth:`limited_mean_s` from 0 to x, of the shape of ``limit_s``."""
        x = np.asarray(limit_s, dtype=float)
        if self.exponential:
            return self.mean_s * (x - self.limited_mean_s(x))
        within = np.minimum(self.points_s, x[..., None])
        return np.asarray((within * x[..., None] - 0.5 * within**2) @ self.weights)

    @property
    def overlap(self) -> float:
        """How long two units that begin together are both busy, in mean times: E[min(S, S')] / E[S].

        1 where all times are alike, 1/2 where they are exponential, less where a few are very long.
        """
        if self.exponential:
            return 0.5
        at_least = self.weights[::-1].cumsum()[::-1]
        both = at_least**2 - np.append(at_least[1:], 0.0) ** 2
        return float(self.points_s @ both / self.mean_s)

    def longest_s(self) -> float:
        """Return a time that no call worth counting exceeds."""
        return 45.0 * self.mean_s if self.exponential else float(self.points_s.max())

    def scaled(self, factor: float) -> ServiceLaw:
        """Return the same law with every time multiplied."""
        return ServiceLaw(self.mean_s * factor, self.cv2, self.points_s * factor, self.weights)


def exponential(mean_s: float) -> ServiceLaw:
    """Return the exponential law of a mean."""
    _check_mean(mean_s)
    return ServiceLaw(float(mean_s), 1.0, np.empty(0), np.empty(0))


def of_moments(mean_s: float, cv2: float) -> ServiceLaw:
    """Return a gamma law of a mean and a squared coefficient of variation; one point where the latter is 0."""
    from scipy.stats import gamma

    _check_mean(mean_s)
    if not (math.isfinite(cv2) and cv2 >= 0):
        raise InputError(f"The squared coefficient of variation must be 0 or more, got {cv2}.")
    if cv2 == 0:
        return ServiceLaw(float(mean_s), 0.0, np.array([float(mean_s)]), np.ones(1))
    share = (np.arange(MOST_POINTS) + 0.5) / MOST_POINTS
    points = gamma.ppf(share, 1.0 / cv2, scale=mean_s * cv2)
    return ServiceLaw(
        float(mean_s), float(cv2), points * (mean_s / points.mean()), np.full(MOST_POINTS, 1 / MOST_POINTS)
    )


def of_times(times_s: ArrayLike, weights: ArrayLike | None = None) -> ServiceLaw:
    """Return the law of measured times.

    Parameters
    ----------
    times_s
        Seconds, positive; those that are no number are left out.
    weights
        Units that had each time; 1 by default.

    Raises
    ------
    InputError
        If no positive time is left.
    """
    times = np.asarray(times_s, dtype=float).ravel()
    share = np.ones_like(times) if weights is None else np.asarray(weights, dtype=float).ravel()
    kept = np.isfinite(times) & (times > 0) & (share > 0)
    if not kept.any():
        raise InputError("No call has a positive time on scene; a law of service times needs at least one.")
    times, share = times[kept], share[kept] / share[kept].sum()
    mean = float(times @ share)
    cv2 = float((times - mean) ** 2 @ share) / mean**2
    order = np.argsort(times, kind="stable")
    times, share = times[order], share[order]
    if times.size > MOST_POINTS:
        times, share = _in_equal_parts(times, share)
    return ServiceLaw(mean, cv2, times, share)


def _in_equal_parts(times: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Group sorted times into parts of about equal share, each by its mean."""
    part = np.minimum((np.cumsum(share) - 0.5 * share) * MOST_POINTS, MOST_POINTS - 1).astype(np.int64)
    weight = np.bincount(part, weights=share, minlength=MOST_POINTS).astype(np.float64)
    total = np.bincount(part, weights=share * times, minlength=MOST_POINTS)
    used = weight > 0
    return total[used] / weight[used], weight[used]


def _check_mean(mean_s: float) -> None:
    if not (math.isfinite(mean_s) and mean_s > 0):
        raise InputError(f"A mean service time must be positive seconds, got {mean_s}.")
