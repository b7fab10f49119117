r"""Cut-off queue with priorities and several units a call: how often none is free, and how long urgent calls wait.

Urgent calls take any free unit and go first in the queue; other calls start only while fewer than N units are busy
(N = c without a reserve), so that c - N are kept for urgent ones. Nobody is interrupted. A call asks for X units, each
of which leaves as soon as one may, and works a time of its own. With exponential times of one mean (the unit of time
here) let n count the units busy and those that waiting urgent calls are owed. Cutting between n and n + 1:

.. math::
   \min(n+1, c)\,\pi_{n+1} = \sum_{j \le n} \pi_j \left[a_1 P(X_1 > n-j) + 1_{n+1 < N}\, a_2 P(X_2 > n-j)\right],
   \qquad n + 1 \ne N

where :math:`a_i` are calls a mean service time. Other calls that wait hold n at N or above; their number is not needed,
since :math:`\pi_0` and :math:`\pi_N` follow from :math:`\sum \pi_n = 1` and
:math:`\sum \min(n, c) \pi_n = a_1 E X_1 + a_2 E X_2` (all work is done). This is Schaack and Larson's queue (Operations
Research 34, 1986, for X = 1; Management Science 35, 1989, for random X, where all units of a call start together; here
each starts by itself, as patrol cars do). A waiting urgent call that finds n waits for n - c + 1 departures.

For other than exponential times of one mean this is an approximation, with what decides how often few units are free
kept right: the mean load, and how bunched it is. Units of a call overlap by E[min(S, S')] / E[S], a half for
exponential times and 1 for equal ones; :func:`bunched` makes calls larger or smaller so that the variance of the
units busy at once in M[X]/G/infinity stays (its peakedness, as in Eckberg, 1983). :func:`stand_in` takes half of that
change: while all units are busy a bunch dissolves faster than it comes, and half is what simulation shows. A wait for
the first unit to come free is short against a service time, so it does not depend on the law; only the waits behind
it are stretched, by (1 + cv2) / 2. The ``queues`` benchmark measures both against simulation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.demand import queue_loops
from optimiser.errors import InputError

FloatArray = NDArray[np.float64]
GRID_TRAVEL = 0.6267
"""Mean right-angle distance to the nearest of k random units is about this, sqrt(pi / 8), times sqrt(area / k)
(Larson and Odoni, Urban Operations Research, 1981, section 3.7)."""
_N_DRIVES = 15


@dataclass(frozen=True, slots=True)
class Ask:
    """Calls of one kind.

    Parameters
    ----------
    calls
        Calls in a mean service time, 0 or more.
    units_frac
        Share of calls that ask for 1, 2, ... units; sums to 1.
    """

    calls: float
    units_frac: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.calls) and self.calls >= 0):
            raise InputError(f"Calls in a service time must be 0 or more, got {self.calls}.")
        bad = not self.units_frac or any(not (math.isfinite(p) and p >= 0) for p in self.units_frac)
        if bad or abs(sum(self.units_frac) - 1) > 1e-6:
            raise InputError(
                f"Shares of calls by units must be 0 or more and sum to 1, got {self.units_frac}."
            )

    @property
    def mean_units(self) -> float:
        """Units a call."""
        return sum((k + 1) * p for k, p in enumerate(self.units_frac))

    @property
    def load(self) -> float:
        """Units busy at once."""
        return self.calls * self.mean_units

    def over(self) -> FloatArray:
        """Share of calls with more than 0, 1, ... units."""
        share = np.asarray(self.units_frac)
        return np.asarray(share[::-1].cumsum()[::-1])


@dataclass(frozen=True, eq=False)
class CutoffQueue:
    """A cut-off queue in its long run.

    Parameters
    ----------
    n_units, reserve
        Units on duty, and how many of them only urgent calls may take.
    urgent, other
        What is asked for.
    states
        Probability of n units busy or owed to waiting urgent calls; empty where the work is too much.
    """

    n_units: int
    reserve: int
    urgent: Ask
    other: Ask
    states: FloatArray

    @property
    def stable(self) -> bool:
        """Whether the units can do the work."""
        return self.states.size > 0

    @property
    def none_free(self) -> float:
        """Share of time, and of calls, that finds no free unit at all."""
        return float(self.states[self.n_units :].sum()) if self.stable else 1.0

    @property
    def held_back(self) -> float:
        """Share of other calls that wait: for a unit, or because the free ones are in reserve."""
        return float(self.states[self.n_units - self.reserve :].sum()) if self.stable else 1.0

    @property
    def not_all_at_once(self) -> float:
        """Share of urgent calls that do not get all their units at once."""
        if not self.stable:
            return 1.0
        over = self.urgent.over()
        free = self.n_units - np.arange(self.states.size)
        lacking = np.where(
            free <= 0, 1.0, np.where(free < over.size, over[np.clip(free, 0, over.size - 1)], 0)
        )
        return float(self.states @ lacking)

    def urgent_late(self, limit_s: float, service_s: float) -> float:
        """Share of urgent calls whose first unit comes free later than ``limit_s``."""
        if not self.stable:
            return 1.0
        time = self.n_units * limit_s / service_s
        return float(queue_loops.wait_tail(self.states, self.n_units, time))

    def urgent_wait_s(self, service_s: float, cv2: float = 1.0) -> float:
        """Mean wait of urgent calls for their first unit."""
        if not self.stable:
            return math.inf
        waiting = self.states[self.n_units :]
        behind = (1.0 + cv2) / 2.0 * np.arange(waiting.size)
        return float(waiting @ (1.0 + behind)) * service_s / self.n_units

    def mean_reach_s(self, service_s: float, cv2: float, area_m2: float, speed_m_per_s: float) -> float:
        """Mean time until the first unit is at an urgent call: its wait, and the drive of the nearest free one."""
        if not self.stable:
            return math.inf
        free = np.maximum(self.n_units - np.arange(self.states.size), 1)
        drive = GRID_TRAVEL * np.sqrt(area_m2 / free) / speed_m_per_s
        return self.urgent_wait_s(service_s, cv2) + float(self.states @ drive)

    def reached_late(self, limit_s: float, service_s: float, area_m2: float, speed_m_per_s: float) -> float:
        """Share of urgent calls whose first unit is there later than ``limit_s``, waits and drives included."""
        if not self.stable:
            return 1.0
        spread_s2 = area_m2 / (2.0 * speed_m_per_s**2)
        share = (np.arange(_N_DRIVES) + 0.5) / _N_DRIVES
        drives = np.sqrt(-spread_s2 * np.log1p(-share))
        departures = self.n_units / service_s
        return float(
            queue_loops.reach_tail(self.states, self.n_units, departures, limit_s, spread_s2, drives)
        )


def bunched(units_frac: tuple[float, ...], overlap: float) -> tuple[float, ...]:
    """Return shares of calls by units that bunch exponential work as much as these bunch work of another law.

    What bunches is e = E[X (X - 1)] / E[X] times the overlap. Where units overlap less than exponential ones, part of
    the work comes as calls of one unit; where more, part of it as calls twice as large.

    Parameters
    ----------
    units_frac
        Share of calls that take 1, 2, ... units.
    overlap
        Of the units of a call, 0 to 1 (``ServiceLaw.overlap``).
    """
    share = np.asarray(units_frac, dtype=float)
    size = np.arange(1, share.size + 1)
    mean = float(share @ size)
    extra = float(share @ (size * (size - 1))) / mean
    wanted = 2.0 * overlap * extra
    if extra <= 0 or abs(wanted - extra) < 1e-12:
        return units_frac
    # shares of the work, that is of units, then back to shares of calls
    work = np.zeros(2 * share.size)
    if wanted < extra:
        kept = wanted / extra
        work[: share.size] = kept * share * size / mean
        work[0] += 1.0 - kept
    else:
        double = (wanted - extra) / (extra + 1.0)
        work[: share.size] = (1.0 - double) * share * size / mean
        work[1::2] += double * share * size / mean
    calls = work / np.arange(1, work.size + 1)
    return tuple((calls / calls.sum()).tolist())


def stand_in(units_frac: tuple[float, ...], overlap: float) -> tuple[float, ...]:
    """Return shares of calls by units with which exponential times stand for another law in this queue."""
    return bunched(units_frac, 0.5 * (overlap + 0.5))


def cutoff_queue(n_units: int, urgent: Ask, other: Ask, reserve: int = 0) -> CutoffQueue:
    """Return the long run of a cut-off queue.

    Raises
    ------
    InputError
        If no unit is left for other calls, or a number is negative.
    """
    if n_units < 1 or not 0 <= reserve < n_units:
        raise InputError(
            f"A queue needs at least one unit beside its reserve, got {n_units} units and a reserve of {reserve}."
        )
    if urgent.load + other.load >= n_units:
        return CutoffQueue(n_units, reserve, urgent, other, np.empty(0))
    states = queue_loops.states(
        n_units, n_units - reserve, urgent.calls, urgent.over(), other.calls, other.over()
    )
    return CutoffQueue(n_units, reserve, urgent, other, states)
