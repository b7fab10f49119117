"""Whether a difference between two runs is larger than chance: paired intervals over common calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optimiser.errors import InputError


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over replications and how sure it is: ``low`` to ``high`` at the confidence asked for."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def half(self) -> float:
        """Half the width; NaN where the mean is no number."""
        return (self.high - self.low) / 2 if np.isfinite(self.mean) else float("nan")

    @property
    def differs(self) -> bool:
        """Whether 0 lies outside."""
        return bool(np.isfinite(self.mean)) and (self.low > 0 or self.high < 0)


def interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Return Student's interval of the mean of independent replications.

    Where a value is infinite (so many calls were never attended) so is the mean: leaving it out would flatter whoever
    leaves calls alone. A replication without a value (NaN) tells nothing; fewer than two that do give NaN.

    Raises
    ------
    InputError
        If there are fewer than two values.
    """
    from scipy.stats import t

    x = np.asarray(values, dtype=float)
    if x.size < 2:
        raise InputError("An interval needs at least two replications.")
    x = x[~np.isnan(x)]
    if x.size < 2 or np.isinf(x).any():
        unknown = float("inf") if np.isinf(x).any() else float("nan")
        return Interval(unknown, unknown, unknown, x.size)
    half = float(t.ppf((1 + confidence) / 2, x.size - 1) * x.std(ddof=1) / np.sqrt(x.size))
    mean = float(x.mean())
    return Interval(mean, mean - half, mean + half, x.size)


def paired(ours: ArrayLike, theirs: ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the interval of the difference ours - theirs, replication by replication on the same calls.

    Raises
    ------
    InputError
        If the two have not the same number of replications, at least two.
    """
    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    if a.shape != b.shape or a.ndim != 1:
        raise InputError(f"Paired runs need the same replications, got shapes {a.shape} and {b.shape}.")
    with np.errstate(invalid="ignore"):  # never less never is no difference that is known
        apart = a - b
    return interval(np.where(np.isfinite(apart), apart, np.nan), confidence)
