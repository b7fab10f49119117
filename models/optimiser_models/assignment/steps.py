"""The compiled steps of :mod:`~optimiser_models.assignment.search`: a crew's cost, cover, greedy choice, annealing."""

# ruff: noqa: NPY002  compiled loops know only the old generator, which is seeded here
from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOST = 8
"""Most units at one incident that the search can hold."""
TRIED = 10
"""Free units that are tried where one is to join."""
LET_GO, DROP_ONE, DROP_ALL = 0.05, 0.35, 0.85
"""Shares of the steps: let one go; up to here take one more; from here on in place of one; from here on of all."""


@numba.njit(cache=True, nogil=True)
def _incident_cost(
    i: int, crew: Array, n: int, arrival: Array, lead: Array, full: Array, wait: Array, way: Array, officers: Array,
    need: Array, limit: Array, price: Array, spare: int, surplus: float,
) -> float:  # fmt: skip
    """Cost of incident i with the first n of ``crew``; infinite where a rule forbids it."""
    if n == 0:
        return float(price[i] * need[i])
    if n > limit[i]:
        return np.inf
    total, cost = 0, 0.0
    for k in range(n):
        total += officers[crew[k]]
        cost += way[i, crew[k]]
    first, least_wait = np.inf, np.inf
    for k in range(n):
        u = crew[k]
        if total - officers[u] > need[i] - 1 + spare:
            return np.inf
        first = min(first, lead[i, u])
        least_wait = min(least_wait, wait[i, u])
        if lead[i, u] == np.inf:
            return np.inf
    cost += first + least_wait
    if total < need[i]:
        cost += price[i] * (need[i] - total)
    else:
        cost += surplus * (total - need[i])
        complete = np.inf
        for k in range(n):  # the earliest arrival by which enough officers are there
            there = 0
            for m in range(n):
                if arrival[i, crew[m]] <= arrival[i, crew[k]]:
                    there += officers[crew[m]]
            if there >= need[i]:
                complete = min(complete, full[i, crew[k]])
        cost += complete
    return float(cost)


@numba.njit(cache=True, nogil=True)
def _shift(
    u: int,
    sign: int,
    zone_start: Array,
    zone: Array,
    size: Array,
    level: Array,
    wanted: Array,
    short_price: Array,
) -> float:
    """Take unit u's cover away (-1) or give it back (+1); return the change of the price of what is missing."""
    change = 0.0
    for k in range(zone_start[u], zone_start[u + 1]):
        z = zone[k]
        before = max(0, wanted[z] - level[z])
        level[z] += sign * size[u]
        after = max(0, wanted[z] - level[z])
        change += short_price[z, min(after, wanted[z])] - short_price[z, min(before, wanted[z])]
    return change


@numba.njit(cache=True, nogil=True)
def _best_free(
    i: int, crew: Array, n: int, now: float, near: Array, place: Array, arrival: Array, lead: Array, full: Array,
    wait: Array, way: Array, officers: Array, need: Array, limit: Array, price: Array, spare: int, surplus: float,
    zone_start: Array, zone: Array, size: Array, level: Array, wanted: Array, short_price: Array, but: int,
    freed: Array, n_freed: int,
) -> tuple[int, float]:  # fmt: skip
    """Return the unit whose joining ``crew`` (which has room for it) lowers the cost most, -1 if none does."""
    least, chosen, tried = now, -1, 0
    for k in range(n_freed + near.shape[1]):
        x = freed[k] if k < n_freed else near[i, k - n_freed]
        if x < 0 or x == but or lead[i, x] == np.inf or (k >= n_freed and place[x] >= 0):
            continue
        if k >= n_freed:
            tried += 1
            if tried > TRIED:
                break
        crew[n] = x
        one = _incident_cost(
            i, crew, n + 1, arrival, lead, full, wait, way, officers, need, limit, price, spare, surplus
        )
        if one >= least:
            continue
        one += _shift(x, -1, zone_start, zone, size, level, wanted, short_price)
        _shift(x, 1, zone_start, zone, size, level, wanted, short_price)
        if one < least:
            least, chosen = one, x
    return chosen, least


@numba.njit(cache=True, nogil=True)
def _seat(
    arrival: Array, lead: Array, full: Array, wait: Array, way: Array, officers: Array, need: Array, limit: Array,
    price: Array, zone_start: Array, zone: Array, size: Array, level: Array, wanted: Array,
    short_price: Array, spare: int, surplus: float, begin: Array, place: Array, crew: Array,
    count: Array, cost: Array,
) -> None:  # fmt: skip
    """Seat the given beginning, as far as it keeps the rules."""
    for u in range(begin.size):
        i = begin[u]
        if i < 0 or count[i] >= limit[i]:
            continue
        crew[i, count[i]] = u
        new = _incident_cost(
            i, crew[i], count[i] + 1, arrival, lead, full, wait, way, officers, need, limit, price, spare, surplus,
        )  # fmt: skip
        if new < np.inf:
            count[i] += 1
            place[u] = i
            cost[i] = new
            _shift(u, -1, zone_start, zone, size, level, wanted, short_price)


@numba.njit(cache=True, nogil=True)
def _greedy(
    arrival: Array, lead: Array, full: Array, wait: Array, way: Array, officers: Array, need: Array, limit: Array,
    price: Array, near: Array, zone_start: Array, zone: Array, size: Array, level: Array, wanted: Array,
    short_price: Array, spare: int, surplus: float, place: Array, crew: Array, count: Array,
    cost: Array, trial: Array,
) -> None:  # fmt: skip
    """Let each incident take units one by one while that is better, the dearest incidents first."""
    for i in np.argsort(-price):
        while count[i] < limit[i]:
            best, chosen = -1e-9, -1
            for k in range(near.shape[1]):
                v = near[i, k]
                if v < 0 or place[v] >= 0:
                    continue
                trial[: count[i]] = crew[i, : count[i]]
                trial[count[i]] = v
                new = _incident_cost(
                    i, trial, count[i] + 1, arrival, lead, full, wait, way, officers, need, limit, price, spare,
                    surplus,
                )  # fmt: skip
                if new == np.inf:
                    continue
                gain = new - cost[i] + _shift(v, -1, zone_start, zone, size, level, wanted, short_price)
                _shift(v, 1, zone_start, zone, size, level, wanted, short_price)
                if gain < best:
                    best, chosen = gain, v
            if chosen < 0:
                break
            crew[i, count[i]] = chosen
            count[i] += 1
            place[chosen] = i
            _shift(chosen, -1, zone_start, zone, size, level, wanted, short_price)
            cost[i] = _incident_cost(
                i, crew[i], count[i], arrival, lead, full, wait, way, officers, need, limit, price, spare, surplus,
            )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def anneal(
    arrival: Array, lead: Array, full: Array, wait: Array, way: Array, officers: Array, need: Array, limit: Array,
    price: Array, near: Array, zone_start: Array, zone: Array, size: Array, level: Array, wanted: Array,
    short_price: Array, spare: int, surplus: float, begin: Array, steps: int, seed: int, hot: float, cold: float,
) -> Array:  # fmt: skip
    """Return the incident of each unit, -1 for none. Shape (U,)."""
    np.random.seed(seed)
    n_incidents, n_units = lead.shape
    place = np.full(n_units, -1, np.int64)
    crew = np.full((n_incidents, MOST + 1), -1, np.int64)
    count = np.zeros(n_incidents, np.int64)
    cost = np.empty(n_incidents, np.float64)
    trial, second = np.empty(MOST + 1, np.int64), np.empty(MOST + 1, np.int64)
    for i in range(n_incidents):
        cost[i] = price[i] * need[i]
    _seat(
        arrival, lead, full, wait, way, officers, need, limit, price, zone_start, zone, size, level, wanted,
        short_price, spare, surplus, begin, place, crew, count, cost,
    )  # fmt: skip
    _greedy(
        arrival, lead, full, wait, way, officers, need, limit, price, near, zone_start, zone, size, level, wanted,
        short_price, spare, surplus, place, crew, count, cost, trial,
    )  # fmt: skip
    value, best_value = 0.0, 0.0
    best_place = place.copy()
    added, removed = np.empty(MOST + 1, np.int64), np.empty(MOST + 1, np.int64)
    cool = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    n_near = near.shape[1]
    for _ in range(steps):
        heat *= cool
        i = np.random.randint(n_incidents)
        r = np.random.random()
        v = near[i, int(r * r * n_near)]
        kind = np.random.random()
        n_added, n_removed, n, j, m = 0, 0, 0, -1, 0
        if kind >= LET_GO and (v < 0 or place[v] == i):
            continue
        drops = count[i] if kind > DROP_ALL else (1 if kind > DROP_ONE or kind < LET_GO else 0)
        if drops == 1 and count[i] > 0:
            at = np.random.randint(count[i])
            for k in range(count[i]):
                if k == at:
                    removed[n_removed] = crew[i, k]
                    n_removed += 1
                else:
                    trial[n] = crew[i, k]
                    n += 1
        elif drops > 1:
            for k in range(count[i]):
                removed[n_removed] = crew[i, k]
                n_removed += 1
        else:
            trial[: count[i]] = crew[i, : count[i]]
            n = count[i]
        if kind < LET_GO:
            if n_removed == 0:
                continue
        else:
            if n >= limit[i]:
                continue
            j = place[v]
            trial[n] = v
            n += 1
            added[0] = v
            n_added = 1
        delta = 0.0
        for k in range(n_removed):
            delta += _shift(removed[k], 1, zone_start, zone, size, level, wanted, short_price)
        if n_added == 1 and j < 0:
            delta += _shift(v, -1, zone_start, zone, size, level, wanted, short_price)
        new_i = _incident_cost(
            i, trial, n, arrival, lead, full, wait, way, officers, need, limit, price, spare, surplus
        )
        total = 0
        for k in range(n):
            total += officers[trial[k]]
        while (
            n_added >= 1 and total < need[i] and n < limit[i]
        ):  # more, the best that are free or were let go
            x, _ = _best_free(
                i, trial, n, new_i, near, place, arrival, lead, full, wait, way, officers, need, limit, price, spare,
                surplus, zone_start, zone, size, level, wanted, short_price, v, removed, n_removed,
            )  # fmt: skip
            if x < 0:
                break
            trial[n] = x
            n += 1
            for k in range(n_removed):
                if removed[k] == x:
                    n_removed -= 1
                    removed[k] = removed[n_removed]
                    removed[n_removed] = x
                    break
            else:
                added[n_added] = x
                n_added += 1
                place[x] = i
            delta += _shift(x, -1, zone_start, zone, size, level, wanted, short_price)
            total += officers[x]
            new_i = _incident_cost(
                i, trial, n, arrival, lead, full, wait, way, officers, need, limit, price, spare, surplus
            )
        new_j = 0.0
        w = -1
        if new_i < np.inf:
            delta += new_i - cost[i]
            if j >= 0:  # the incident that v leaves takes the best unit left, or none
                for k in range(count[j]):
                    if crew[j, k] != v:
                        second[m] = crew[j, k]
                        m += 1
                new_j = _incident_cost(
                    j, second, m, arrival, lead, full, wait, way, officers, need, limit, price, spare, surplus
                )
                w, _ = _best_free(
                    j, second, m, new_j, near, place, arrival, lead, full, wait, way, officers, need, limit, price,
                    spare, surplus, zone_start, zone, size, level, wanted, short_price, v, removed, n_removed,
                )  # fmt: skip
                if w >= 0:
                    second[m] = w
                    m += 1
                    delta += _shift(w, -1, zone_start, zone, size, level, wanted, short_price)
                    new_j = _incident_cost(
                        j, second, m, arrival, lead, full, wait, way, officers, need, limit, price, spare, surplus,
                    )  # fmt: skip
                delta += new_j - cost[j]
        else:
            delta = np.inf
        if delta < 0 or (delta < 40.0 * heat and np.random.random() < np.exp(-delta / heat)):
            for k in range(n_removed):
                place[removed[k]] = -1
            for k in range(n_added):
                place[added[k]] = i
            if w >= 0:
                place[w] = j
            crew[i, :n] = trial[:n]
            count[i] = n
            cost[i] = new_i
            if j >= 0:
                crew[j, :m] = second[:m]
                count[j] = m
                cost[j] = new_j
            value += delta
            if value < best_value - 1e-9:
                best_value = value
                best_place[:] = place
        else:
            if w >= 0:
                _shift(w, 1, zone_start, zone, size, level, wanted, short_price)
            for k in range(1, n_added):
                place[added[k]] = -1
                _shift(added[k], 1, zone_start, zone, size, level, wanted, short_price)
            if n_added >= 1 and j < 0:
                _shift(v, 1, zone_start, zone, size, level, wanted, short_price)
            for k in range(n_removed):
                _shift(removed[k], -1, zone_start, zone, size, level, wanted, short_price)
    return best_place
