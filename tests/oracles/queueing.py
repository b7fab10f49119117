"""Textbook queues to hold the product's own against: waits, priorities, and the load that lags the calls.

Cobham, Operations Research 2 (1954) for priorities; Green, Kolesar and Soares, Operations Research 49 (2001) for
time-varying load with exponential service.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.queueing import erlang_c
from optimiser.errors import InputError

FloatArray = NDArray[np.float64]


def mean_wait_s(n_units: int, load: float, service_s: float, cv2: float = 1.0) -> float:
    """Mean wait for a unit in seconds, first come first served; infinite where the load is too much.

    Exact for exponential service (``cv2`` 1) and for one unit; else the usual (1 + cv2) / 2 correction.
    """
    if load >= n_units:
        return math.inf
    return erlang_c(n_units, load) * service_s / (n_units - load) * (1.0 + cv2) / 2.0


def wait_exceeds(
    n_units: int, load: float, service_s: float, limit_s: float, *, urgent_frac: float = 1.0
) -> float:
    """Share of urgent calls that wait longer than ``limit_s`` (exponential service).

    ``urgent_frac`` is the share of the load that is of the most urgent priority, which is served first but does not
    interrupt; 1 gives first come first served. Exact: who waits waits an exponential time of rate (c - a_1) / S.
    """
    if load >= n_units:
        # only urgent calls count; with them alone the queue may still be stable
        if load * urgent_frac >= n_units:
            return 1.0
        return math.exp(-(n_units - load * urgent_frac) * limit_s / service_s)
    return erlang_c(n_units, load) * math.exp(-(n_units - load * urgent_frac) * limit_s / service_s)


def priority_waits_s(
    arrivals_per_s: Sequence[float],
    service_s: Sequence[float],
    service_s2: Sequence[float],
    n_units: int = 1,
) -> tuple[float, ...]:
    """Mean wait of each priority, most urgent first, without interruption (Cobham).

    Exact for one unit with any service times, and for several with one exponential service time; else an
    approximation by the mixture's second moment.

    Parameters
    ----------
    arrivals_per_s, service_s, service_s2
        By priority: arrival rate, mean service, mean of its square (s2).

    Raises
    ------
    InputError
        If the three are not of one length or hold a negative number.
    """
    rate, mean, second = (np.asarray(v, dtype=float) for v in (arrivals_per_s, service_s, service_s2))
    if not rate.shape == mean.shape == second.shape or rate.ndim != 1 or rate.size == 0:
        raise InputError("Arrivals, service times and their squares need one number for each priority.")
    if (rate < 0).any() or (mean <= 0).any() or (second <= 0).any():
        raise InputError("Arrival rates must be 0 or more, service times positive.")
    total = float(rate.sum())
    if total == 0:
        return (0.0,) * rate.size
    load = float(rate @ mean)
    mixed_mean, mixed_second = load / total, float(rate @ second) / total
    residual = erlang_c(n_units, load) * mixed_second / (2.0 * mixed_mean) / n_units
    used = np.concatenate([[0.0], np.cumsum(rate * mean) / n_units])
    return tuple(
        residual / ((1.0 - used[k]) * (1.0 - used[k + 1])) if used[k + 1] < 1 else math.inf
        for k in range(rate.size)
    )


def offered_load(work_s: FloatArray, service_s: float, slot_s: float) -> tuple[FloatArray, FloatArray]:
    """Units busy at once when there are always enough (M/M/infinity), round a cyclic week.

    Calls of one hour keep units busy into the next, so the load lags the calls and is smoother than they are:
    dm/dt = work / (slot * service) - m / service, solved exactly with work even within each slot.

    Parameters
    ----------
    work_s
        Unit-seconds by the slot in which their calls come in, shape (T,) or (..., T).
    service_s
        Mean service time of a unit on a call.
    slot_s
        Slot length.

    Returns
    -------
    mean, peak : arrays of the shape of ``work_s``
        Mean and greatest load within each slot. The mean times the slot adds up to the work given.
    """
    if not (service_s > 0 and slot_s > 0):
        raise InputError(f"Service time and slot must be positive seconds, got {service_s} and {slot_s}.")
    level = np.asarray(work_s, dtype=float) / slot_s
    decay = math.exp(-slot_s / service_s)
    n_slots = level.shape[-1]
    at = np.zeros(level.shape[:-1])
    for slot in range(
        n_slots
    ):  # one week from empty gives the part of the cyclic start that the week itself makes
        at = at * decay + level[..., slot] * (1.0 - decay)
    at = at / (1.0 - decay**n_slots)
    mean, peak = np.empty_like(level), np.empty_like(level)
    for slot in range(n_slots):
        end = at * decay + level[..., slot] * (1.0 - decay)
        mean[..., slot] = level[..., slot] + (at - end) * service_s / slot_s
        peak[..., slot] = np.maximum(at, end)
        at = end
    return mean, peak
