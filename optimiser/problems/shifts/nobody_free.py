"""Calls expected to find nobody free, by officers on duty: what they are, and what they are priced as.

A queue's share of such calls is 1 up to its load and falls steeply from there, so that it is not convex: the first
officers of a slot would be worth nothing. What is priced goes on below its steepest fall as steeply as there. That is
also nearer to the truth than the count itself: calls that officers too few leave undone make later ones wait.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_ROUND = 1e-9


def steep(calls: FloatArray) -> FloatArray:
    """Return the calls as they are priced, shape (T, N + 1): each officer saves at least what any later one does.

    Convex, never rising, never below ``calls``, and equal to them from the steepest fall of each slot on.
    """
    saved = -np.diff(calls, axis=1)
    saved = np.maximum.accumulate(saved[:, ::-1], axis=1)[:, ::-1]
    further = np.cumsum(saved[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(calls[:, -1:] + np.hstack([further, np.zeros((len(calls), 1))]))


def at_duty(calls: FloatArray, duty: FloatArray) -> FloatArray:
    """Return the calls of each slot with so many on duty, shape (T,); between whole officers on the line."""
    most = calls.shape[1] - 1
    n = np.clip(duty, 0, most)
    low = np.minimum(np.floor(n), max(most - 1, 0)).astype(np.int64)
    slot = np.arange(len(calls))
    high = np.minimum(low + 1, most)
    return np.asarray(calls[slot, low] + (n - low) * (calls[slot, high] - calls[slot, low]))


def nobody_free_faults(calls: FloatArray, n_slots: int, price: float) -> list[str]:
    """Return what is wrong with the calls, and a price where they are not known."""
    values = np.asarray(calls)
    if values.size == 0:
        if price <= 0:
            return []
        return [
            f"no_free_price is {price:g}, but the calls that find nobody free were not reckoned in this question; "
            "prepare it anew with that price, or set it to 0."
        ]
    if values.ndim != 2 or len(values) != n_slots:
        return [
            f"nobody_free needs a row for each of {n_slots} slots, calls by officers on duty, got shape {values.shape}."
        ]
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)).all(axis=1))
    if bad.size:
        return [
            f"nobody_free must be 0 or more calls, and is not in slot {bad[0]} and {bad.size - 1} others."
        ]
    rising = np.flatnonzero((np.diff(values, axis=1) > _ROUND).any(axis=1))
    if rising.size:
        return [f"nobody_free rises with more officers in slot {rising[0]} and {rising.size - 1} others."]
    return []
