r"""Load that time-varying calls offer, for any service time: M_t/G/infinity round a cyclic week.

With arrivals of rate :math:`\lambda` and service time S the units busy at once are, on average,
:math:`m(t) = \int_0^\infty \lambda(t - u) P(S > u)\, du` (Eick, Massey and Whitt, Operations Research 41, 1993):
the load lags the calls by about E[S^2] / 2 E[S], and is smoother. Rates are even within a slot, so the integral is
exact: with H(x) = E[min(S, x)] a slot that began x ago adds rate (H(x) - H(x - slot)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.service_law import ServiceLaw
from optimiser.errors import InputError

FloatArray = NDArray[np.float64]
GRID_S = 300
"""The load is followed in steps of five minutes, so that a peak inside a slot is seen."""


@dataclass(frozen=True, eq=False)
class OfferedLoad:
    """Units busy at once, round the week.

    Parameters
    ----------
    mean
        Mean in each slot, shape (T,). Times the slot length it adds up to the work given.
    edges
        At the beginning of every five minutes, shape (T, E + 1); the last column is the next slot's first.
    """

    mean: FloatArray
    edges: FloatArray

    @property
    def peak(self) -> FloatArray:
        """Greatest load in each slot, shape (T,)."""
        return np.asarray(self.edges.max(axis=1))


def offered(rate_per_s: FloatArray, law: ServiceLaw, slot_s: int) -> OfferedLoad:
    """Return the load of units that are called for at a rate of a cyclic week of slots.

    Parameters
    ----------
    rate_per_s
        Units called for a second in each slot, shape (T,).
    law
        Time of a unit on a call.
    slot_s
        Slot length, a multiple of five minutes.
    """
    rate = np.asarray(rate_per_s, dtype=float)
    if slot_s <= 0 or slot_s % GRID_S:
        raise InputError(f"A slot must be whole steps of {GRID_S} s, got {slot_s}.")
    steps = slot_s // GRID_S
    fine = np.repeat(rate, steps)
    n_cycles = math.ceil(law.longest_s() / (fine.size * GRID_S)) + 1
    at = np.arange(n_cycles * fine.size + 1, dtype=np.float64) * GRID_S
    live = int(np.searchsorted(at, law.longest_s(), side="left")) + 1
    worked, area = np.full(at.size, law.mean_s), np.empty(at.size)
    worked[:live], area[:live] = law.limited_mean_s(at[:live]), law.limited_area_s2(at[:live])
    # no call lasts longer, so the area grows by the mean from there on
    area[live:] = area[live - 1] + law.mean_s * (at[live:] - at[live - 1])
    at_end = _round_week(np.diff(worked), fine)
    within = np.diff(area)
    within[1:] -= np.diff(area)[:-1]
    mean = _round_week(within / GRID_S, fine).reshape(-1, steps).mean(axis=1)
    first = np.roll(at_end, 1).reshape(-1, steps)
    last = at_end.reshape(-1, steps)[:, -1:]
    return OfferedLoad(np.maximum(mean, 0.0), np.maximum(np.hstack([first, last]), 0.0))


def _round_week(kernel: FloatArray, rate: FloatArray) -> FloatArray:
    """Convolve a kernel of several weeks with a cyclic week."""
    folded = kernel.reshape(-1, rate.size).sum(axis=0)
    return np.asarray(np.fft.irfft(np.fft.rfft(folded) * np.fft.rfft(rate), rate.size))
