"""The hypercube queueing model: which units are busy when each area has its own order of preference.

N units, J areas; area j calls at rate r_j and takes the first free unit of its list. Service of unit n is exponential
with rate m_n. The state is the set B of busy units:

(1) P(B) (sum_j r_j + sum_{n in B} m_n) = sum_{n in B} P(B - n) r(n | B - n) + sum_{n not in B} P(B + n) m_n

with r(n | B) the rate of the areas whose first free unit in B is n; in the state with all busy the calls are lost, or
wait. Waiting calls form a birth-death tail on that state (rates r and sum m), so the states without a queue keep
their proportions and (1) without calls in the full state serves for both.

Exact: sweeps of (1), levels of equal |B| scaled to the birth-death probabilities where all m_n are equal.
Larson's N equations with correction factors Q: 1 to 2 % off in the mean, single units 10 to 40 %; what to use for more
than 20 units is :func:`optimiser.simulate.clusters.approximate`.

Sources: Larson, A hypercube queuing model for facility location and redistricting in urban emergency services,
Computers & Operations Research 1 (1974); Larson, Approximating the performance of urban emergency service systems,
Operations Research 23 (1975); Larson and Odoni, Urban Operations Research (1981), 5.4 and 5.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.cube import balance, level_of, scale_levels, sweep, workloads

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
MOST_EXACT = 20
_LOOK = 5  # sweeps between two looks at the workloads


@dataclass(frozen=True, kw_only=True, eq=False)
class Hypercube:
    """What the model says.

    Parameters
    ----------
    workload
        Share of time that each unit is busy, shape (N,).
    sends
        Share of all calls that are of area j and served by unit n, shape (N, J); calls that wait included.
    all_busy
        Probability that all units are busy.
    lost_frac
        Share of calls lost (0 where they wait).
    states
        Probability of each set of busy units, bit n for unit n, without those of a queue; None if approximate.
    sweeps
        Sweeps or iterations done.
    """

    workload: FloatArray
    sends: FloatArray
    all_busy: float
    lost_frac: float
    states: FloatArray | None
    sweeps: int

    def mean_travel_s(self, travel_s: FloatArray) -> float:
        """Return the mean way of calls served, for times from unit to area, shape (N, J)."""
        return float((self.sends * travel_s).sum() / self.sends.sum())


def exact(
    rate: FloatArray,
    order: IntArray,
    service_rate: FloatArray | float = 1.0,
    *,
    queue: bool = True,
    tolerance: float = 1e-9,
    most_sweeps: int = 10_000,
) -> Hypercube:
    """Solve the model exactly.

    Parameters
    ----------
    rate
        Calls by area, in any unit of time, shape (J,).
    order
        Units in order of preference, each once, shape (J, N).
    service_rate
        Calls a busy unit finishes in that unit of time: one, or shape (N,).
    queue
        Whether calls that find all busy wait, first come first served; else they are lost.
    tolerance
        Sweeps end when no workload moves by more than this times the distance left to go.

    Raises
    ------
    InputError
        If a list is no order of all units, there are more than 20, or waiting calls are more than they can serve.
    """
    rate, order, mu = checked(rate, order, service_rate, queue)
    n_units = order.shape[1]
    if n_units > MOST_EXACT:
        raise InputError(
            f"The exact model takes {MOST_EXACT} units at most, got {n_units}; use clusters.approximate()."
        )
    given = rate
    rate, order, member = merged(rate, order)
    total = float(rate.sum())
    level = level_of(n_units)
    into, out = balance(rate, order, mu)
    ladder = ladder_of(n_units, total, mu) if np.all(mu == mu[0]) else None
    states = np.zeros(1 << n_units)
    if ladder is None:
        states[:] = 1.0 / len(states)
    else:
        states[:] = ladder[level] / np.array([comb(n_units, int(k)) for k in range(n_units + 1)])[level]
    busy, moved = workloads(states, n_units), 1.0
    done = 0
    while done < most_sweeps:
        sweep(states, into, out, done % 2 == 1)
        if ladder is not None:
            scale_levels(states, level, ladder)
        else:
            states /= states.sum()
        done += 1
        if done % _LOOK:
            continue
        now = workloads(states, n_units)
        before, moved = moved, float(np.abs(now - busy).max())
        busy = now
        shrink = min(moved / before, 0.999) if before > 0 else 0.0
        if moved * shrink / (1 - shrink) < tolerance and moved < tolerance * 100:
            break
    return _read(states, busy, given, order, mu, member, queue=queue, sweeps=done)


def larson(
    rate: FloatArray,
    order: IntArray,
    service_rate: float = 1.0,
    *,
    queue: bool = True,
    tolerance: float = 1e-7,
    most_iterations: int = 1000,
) -> Hypercube:
    """Solve Larson's N equations: any number of units, one service rate.

    Parameters, errors as in :func:`exact`.
    """
    rate, order, mu = checked(rate, order, service_rate, queue)
    n_areas, n_units = order.shape
    load = float(rate.sum()) / float(mu[0])
    ladder = ladder_of(n_units, float(rate.sum()), mu)
    full = ladder[-1] / (ladder.sum() + (ladder[-1] * load / (n_units - load) if queue else 0.0))
    waiting = ladder[-1] * load / (n_units - load) if queue else 0.0
    level_p = ladder / (ladder.sum() + waiting)
    all_busy = 1.0 - float(level_p[:-1].sum())
    rho = load / n_units if queue else load * (1 - full) / n_units
    q = correction(level_p, rho)
    busy = np.full(n_units, rho)
    step = np.ones_like(busy)
    done = 0
    while done < most_iterations and step.max() > tolerance:
        # share of time the first k of a list are busy and the next is free: Q(k) r r .. r (1 - r)
        ahead = np.cumprod(np.column_stack([np.ones(n_areas), busy[order[:, :-1]]]), axis=1)
        asked = np.bincount(order.ravel(), (rate[:, None] / mu[0] * ahead * q[None, :]).ravel(), n_units)
        queued = load / n_units * all_busy if queue else 0.0
        new = (asked + queued) / (1.0 + asked)
        new *= n_units * rho / new.sum()
        step, busy = np.abs(new - busy), new
        done += 1
    ahead = np.cumprod(np.column_stack([np.ones(n_areas), busy[order[:, :-1]]]), axis=1)
    chance = ahead * q[None, :] * (1.0 - busy[order])
    chance *= (1.0 - all_busy) / chance.sum(axis=1, keepdims=True)
    sends = np.zeros((n_units, n_areas))
    np.add.at(sends, (order, np.arange(n_areas)[:, None]), chance * (rate / rate.sum())[:, None])
    if queue:
        sends += all_busy / n_units * (rate / rate.sum())[None, :]
    return Hypercube(
        workload=busy,
        sends=sends,
        all_busy=all_busy,
        lost_frac=0.0 if queue else all_busy,
        states=None,
        sweeps=done,
    )


def correction(level_p: FloatArray, rho: float) -> FloatArray:
    """Return Q(k), k = 0 .. N - 1: how much likelier than independent it is that k random units are busy, one free.

    Parameters
    ----------
    level_p
        Probability of 0, 1, .. N busy units (the last: all busy, no queue), shape (N + 1,).
    rho
        Mean workload.
    """
    n = len(level_p) - 1
    q = np.zeros(n)
    for k in range(n):
        chance, j = 0.0, np.arange(n)
        # drawing without replacement from j busy of n: k busy, then a free one
        draw = (n - j) / (n - k)
        for i in range(k):
            draw = draw * np.maximum(j - i, 0) / (n - i)
        chance = float((level_p[:-1] * draw).sum())
        q[k] = chance / (rho**k * (1.0 - rho)) if rho > 0 else float(k == 0)
    return q


def checked(
    rate: FloatArray, order: IntArray, service_rate: FloatArray | float, queue: bool
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return rates, lists and rates of service as arrays, or say what is wrong with them."""
    rate, order = np.asarray(rate, dtype=float), np.asarray(order, dtype=np.int64)
    if order.ndim != 2 or len(rate) != len(order) or not len(rate):
        raise InputError(f"Every area needs a rate and a list of units, got {rate.shape} and {order.shape}.")
    n_units = order.shape[1]
    if (np.sort(order, axis=1) != np.arange(n_units)).any():
        raise InputError(f"The list of an area must name each of the units 0 to {n_units - 1} once.")
    mu = np.broadcast_to(np.asarray(service_rate, dtype=float), (n_units,)).copy()
    if not (np.isfinite(rate) & (rate >= 0)).all() or not (mu > 0).all() or rate.sum() <= 0:
        raise InputError("Rates of calls must be 0 or more (not all 0), rates of service above 0.")
    if queue and rate.sum() >= mu.sum():
        raise InputError(
            f"Calls come at {rate.sum():g}, all units together serve {mu.sum():g}: the queue would grow for ever."
        )
    return rate, order, mu


def merged(rate: FloatArray, order: IntArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Areas with one list are one: rates, lists, and which each area belongs to."""
    lists, member = np.unique(order, axis=0, return_inverse=True)
    member = member.reshape(-1)
    return np.bincount(member, rate, len(lists)).astype(float), lists, member.astype(np.int64)


def ladder_of(n_units: int, total: float, mu: FloatArray) -> FloatArray:
    """Probability of k busy units in the loss system, k = 0 .. N."""
    steps = total / (mu[0] * np.arange(1, n_units + 1))
    logs = np.concatenate([[0.0], np.cumsum(np.log(steps))])
    p = np.exp(logs - logs.max())
    return np.asarray(p / p.sum())


def _read(
    states: FloatArray,
    busy: FloatArray,
    rate: FloatArray,
    order: IntArray,
    mu: FloatArray,
    member: IntArray,
    *,
    queue: bool,
    sweeps: int,
) -> Hypercube:
    total, n_units = float(rate.sum()), order.shape[1]
    full = float(states[-1])
    tail = full * total / (mu.sum() - total) if queue else 0.0
    states = states / (1.0 + tail)
    busy = (busy + tail) / (1.0 + tail)
    all_busy = (full + tail) / (1.0 + tail)
    numbers = np.arange(len(states))
    chance = np.zeros((n_units, len(order)))
    for j in range(len(order)):
        free_before = np.ones(len(states), dtype=bool)
        for n in order[j]:
            is_free = (numbers >> n) & 1 == 0
            chance[n, j] = states[free_before & is_free].sum()
            free_before &= ~is_free
    if queue:
        chance += all_busy * (mu / mu.sum())[:, None]
    return Hypercube(
        workload=busy,
        sends=chance[:, member] * (rate / total),
        all_busy=all_busy,
        lost_frac=0.0 if queue else all_busy,
        states=states,
        sweeps=sweeps,
    )
