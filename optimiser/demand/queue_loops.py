"""Loops of the cut-off queue, compiled: see :mod:`optimiser.demand.cutoff` for the mathematics."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
MOST_QUEUED = 5000
_NEGLIGIBLE = 1e-13
_LARGE = 1e150
_ROUNDED = 1e-9


@numba.njit(cache=True)
def states(
    n_units: int, cutoff: int, urgent: float, urgent_over: FloatArray, other: float, other_over: FloatArray
) -> FloatArray:
    """Probability of n units busy or owed to waiting urgent calls, n = 0, 1, ...; empty where the work is too much.

    ``urgent`` and ``other`` are calls in a mean service time; ``*_over[k]`` is the share with more than k units.
    """
    size = n_units + MOST_QUEUED
    low, high = np.zeros(size), np.zeros(size)
    low[0] = 1.0
    high[cutoff] = 1.0
    most = max(urgent_over.size, other_over.size)
    last = size - 1
    most_low, most_high = 1.0, 1.0
    for n in range(1, size):
        if n != cutoff:
            a, b = 0.0, 0.0
            for j in range(max(0, n - most), n):
                k = n - 1 - j
                flow = urgent * urgent_over[k] if k < urgent_over.size else 0.0
                if n < cutoff and k < other_over.size:
                    flow += other * other_over[k]
                a += flow * low[j]
                b += flow * high[j]
            served = min(n, n_units)
            low[n], high[n] = a / served, b / served
        if low[n] > _LARGE:  # the scale of either is free
            low[: n + 1] /= _LARGE
            most_low /= _LARGE
        if high[n] > _LARGE:
            return np.empty(0)
        most_low, most_high = max(most_low, low[n]), max(most_high, high[n])
        if n > n_units + most and low[n] <= _NEGLIGIBLE * most_low and high[n] <= _NEGLIGIBLE * most_high:
            last = n
            break
    # low and high are two solutions; all shares add to 1, and the units busy to the work offered
    work = 0.0
    for k in range(urgent_over.size):
        work += urgent * urgent_over[k]
    for k in range(other_over.size):
        work += other * other_over[k]
    s_low, s_high, b_low, b_high = 0.0, 0.0, 0.0, 0.0
    for n in range(last + 1):
        busy = min(n, n_units)
        s_low += low[n]
        s_high += high[n]
        b_low += busy * low[n]
        b_high += busy * high[n]
    det = s_low * b_high - s_high * b_low
    x = (b_high - s_high * work) / det
    y = (s_low * work - b_low) / det
    if last == size - 1 or not x > 0.0 or not y > -_ROUNDED:
        return np.empty(0)
    y = max(y, 0.0)  # a full house that never is comes out as the rounding of a difference
    return x * low[: last + 1] + y * high[: last + 1]


@numba.njit(cache=True)
def gamma_tail(shape: int, rate_time: float) -> float:
    """Share of sums of ``shape`` exponential times of rate 1 that exceed ``rate_time``."""
    term = math.exp(-rate_time)
    total = term
    for k in range(1, shape):
        term *= rate_time / k
        total += term
        if term < 1e-16 and k > rate_time:
            break
    return min(1.0, total)


@numba.njit(cache=True)
def wait_tail(p: FloatArray, n_units: int, rate_time: float) -> float:
    """Share of urgent calls that wait longer than ``rate_time`` departures' worth for their first unit."""
    late = 0.0
    for n in range(n_units, p.size):
        late += p[n] * gamma_tail(n - n_units + 1, rate_time)
    return late


@numba.njit(cache=True)
def reach_tail(
    p: FloatArray,
    n_units: int,
    departures_per_s: float,
    limit_s: float,
    spread_s2: float,
    drives_s: FloatArray,
) -> float:
    """Share of urgent calls reached later than ``limit_s``: the drive of the nearest free unit, or wait and drive.

    With k free units P(drive > t) = exp(-k t^2 / spread_s2); ``drives_s`` are equally likely drives of a single one.
    """
    late = 0.0
    for n in range(min(n_units, p.size)):
        late += p[n] * math.exp(-(n_units - n) * limit_s * limit_s / spread_s2)
    for n in range(n_units, p.size):
        share = 0.0
        for i in range(drives_s.size):
            rest = limit_s - drives_s[i]
            share += 1.0 if rest <= 0 else gamma_tail(n - n_units + 1, departures_per_s * rest)
        late += p[n] * share / drives_s.size
    return late


__all__ = ["gamma_tail", "reach_tail", "states", "wait_tail"]
