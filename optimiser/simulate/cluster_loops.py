"""Compiled loops of the cubes around single units: what enters a cube, its sweeps, what the other cubes read from it.

A cube's states lie in one array ``(2^c, M + 1)``: the set of its own busy units by bits (bit 0 the unit it stands
for), and how many of the M others are busy. Only numbers of busy units ``low .. high`` that occur are visited.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_FAR = (
    1e-6  # share of an area's calls, of those with a number of busy units, below which they are not followed
)
_compiled = numba.njit(cache=True, nogil=True)


@_compiled
def leaning(rate: Array, order: Array, busy: Array) -> Array:
    """Share of each unit's calls, by guessed workloads, for which each other unit had to be busy, shape (N, N)."""
    n_areas, n_units = order.shape
    share, total = np.zeros((n_units, n_units)), np.full(n_units, 1e-300)
    for j in range(n_areas):
        ahead = rate[j]
        for k in range(n_units):
            unit = order[j, k]
            takes = ahead * (1.0 - busy[unit])
            total[unit] += takes
            for i in range(k):
                share[unit, order[j, i]] += takes
            ahead *= busy[unit]
    for unit in range(n_units):
        share[unit] /= total[unit]
    return share


@_compiled
def seen_areas(order: Array, place: Array, busy: Array) -> tuple[Array, Array]:
    """Areas of which a cube's units see calls worth counting: areas one after another, where each cube's begin."""
    n_areas, n_units = order.shape
    areas, begin = np.empty(n_areas * n_units, dtype=np.int64), np.zeros(n_units + 1, dtype=np.int64)
    count = 0
    for f in range(n_units):
        for j in range(n_areas):
            ahead, k = 1.0, 0
            while place[f, order[j, k]] < 0:
                ahead *= busy[order[j, k]]
                k += 1
            if ahead > _FAR:
                areas[count] = j
                count += 1
        begin[f + 1] = count
    return areas[:count].copy(), begin


@_compiled
def chains(order: Array, place: Array, size: int) -> tuple[Array, Array, Array]:
    """For each place of each list, which units of that unit's own cube are ahead of it: numbers, sets by number.

    Numbers of one unit follow each other; the third array says where each unit's begin.
    """
    n_areas, n_units = order.shape
    number = np.full((n_units, size), -1, dtype=np.int32)
    chain = np.zeros((n_areas, n_units), dtype=np.int32)
    for j in range(n_areas):
        for k in range(n_units):
            unit, ahead = order[j, k], 0
            for i in range(k):
                bit = place[unit, order[j, i]]
                if bit >= 0:
                    ahead |= 1 << bit
            number[unit, ahead] = 0
            chain[j, k] = ahead
    count = 0
    begin = np.zeros(n_units + 1, dtype=np.int64)
    sets = np.empty(number.size, dtype=np.int64)
    for unit in range(n_units):
        for ahead in range(size):
            if number[unit, ahead] == 0:
                number[unit, ahead] = count
                sets[count] = ahead
                count += 1
        begin[unit + 1] = count
    for j in range(n_areas):
        for k in range(n_units):
            chain[j, k] = number[order[j, k], chain[j, k]]
    return chain, sets[:count].copy(), begin


@_compiled
def scaled(odds: Array, expected: float) -> float:
    """Return the factor on odds that makes the chances add up to what is expected (Newton in its logarithm)."""
    scale = 1.0
    for _ in range(50):
        over, slope = -expected, 1e-300
        for i in range(len(odds)):
            p = odds[i] * scale
            p /= 1.0 + p
            over += p
            slope += p * (1.0 - p)
        scale *= np.exp(min(max(-over / slope, -2.0), 2.0))
        if abs(over) < 1e-10 * expected:
            break
    return scale


@_compiled
def doubt(rate: Array, order: Array, place: Array, busy: Array) -> Array:
    """Share of each unit's calls, by guessed workloads, for which units outside its cube had to be busy, shape (N,)."""
    n_areas, n_units = order.shape
    outside, total = np.zeros(n_units), np.full(n_units, 1e-300)
    for j in range(n_areas):
        ahead = rate[j]
        for k in range(n_units):
            unit = order[j, k]
            total[unit] += ahead * (1.0 - busy[unit])
            for i in range(k):
                if place[unit, order[j, i]] < 0:
                    outside[unit] += ahead * (1.0 - busy[unit])
                    break
            ahead *= busy[unit]
    return outside / total


@_compiled
def level_odds(share: Array, doubts: Array, low: int, high: int, odds: Array) -> None:
    """Odds by level that each unit is busy, shape (N + 1, N): shares moved so that k units are at level k.

    What is missing is given to units by their doubts: a unit whose cube knows all its calls keeps its share.
    """
    n_units = len(share)
    for k in range(max(low, 1), min(high, n_units - 1) + 1):
        move = 0.0
        for unit in range(n_units):
            p = min(max(share[unit, k], 1e-12), 1.0 - 1e-12)
            odds[k, unit] = p / (1.0 - p)
        for _ in range(50):
            over, slope = -float(k), 1e-300
            for unit in range(n_units):
                p = odds[k, unit] * np.exp(move * doubts[unit])
                p /= 1.0 + p
                over += p
                slope += p * (1.0 - p) * doubts[unit]
            move += min(max(-over / slope, -2.0), 2.0)
            if abs(over) < 1e-10 * k:
                break
        for unit in range(n_units):
            odds[k, unit] *= np.exp(move * doubts[unit])


@_compiled
def outside_odds(
    odds: Array, place: Array, low: int, high: int, first: int, last: int, outside: Array, level: Array
) -> None:
    """Odds that each unit outside a cube is busy where m of the M are, shape (N, M + 1), and the level they are from.

    By the level at which m of M are expected, scaled so that m are.
    """
    n_units, most = outside.shape[0], outside.shape[1] - 1
    left_out = np.flatnonzero(place < 0)
    for m in range(max(first, 1), min(last, most - 1) + 1):
        k = min(max(int(m * n_units / most + 0.5), max(low, 1)), min(high, n_units - 1))
        level[m] = k
        now = odds[k][left_out]
        now *= scaled(now, float(m))
        for i in range(len(left_out)):
            outside[left_out[i], m] = now[i]


@_compiled
def enter(
    rate: Array, order: Array, areas: Array, place: Array, first: int, last: int, outside: Array, level: Array,
    often: Array, chain: Array, ties: Array, number: Array, ahead_of: Array, unit_of: Array, flow: Array,
    weigh: Array, served: Array,
) -> int:  # fmt: skip
    """Rates of calls by who has to be busy inside the cube and who then takes them.

    Fills ``flow[pair, m]`` for pairs (set ahead inside, unit inside) and m busy outside; returns how many pairs
    there are. ``served`` is the rate at which each area's calls go to the cube's first unit, if ``weigh`` is the
    chance that each set is busy, the first unit free, m outside busy.
    """
    n_units, most = order.shape[1], outside.shape[1] - 1
    left = np.empty(most + 1)
    inside = n_units - most
    number[:] = -1
    count = 0
    for j in areas:
        left[:] = rate[j]
        ahead, n_ahead, passed, k, gone = 0, 0, 0, 0, False
        while n_ahead < inside:
            unit = order[j, k]
            bit = place[unit]
            if bit >= 0:
                pair = number[ahead, bit]
                if pair < 0:
                    pair = count
                    count += 1
                    number[ahead, bit], ahead_of[pair], unit_of[pair] = pair, ahead, bit
                    flow[pair] = 0.0
                for m in range(first, last + 1):
                    flow[pair, m] += left[m]
                if bit == 0 and len(served):
                    for m in range(first, last + 1):
                        served[j] += left[m] * weigh[ahead, m]
                ahead |= 1 << bit
                n_ahead += 1
            elif not gone:
                seen = 0.0
                for m in range(first, min(last, most - 1) + 1):
                    if m <= passed:
                        left[m] = 0.0
                    else:
                        # drawn without replacement, and with what its own cube knows of those ahead of it
                        p = outside[unit, m] * (m - passed) / m * ties[chain[j, k], level[m]]
                        left[m] *= p / (1.0 + p)
                        seen = max(seen, left[m] * often[level[m]])
                passed += 1
                if seen < _FAR * rate[j]:
                    # only where all outside are busy
                    gone = True
                    left[first : min(last, most - 1) + 1] = 0.0
                    if last < most:
                        break
            k += 1
    return count


@_compiled
def spread(
    low: int, high: int, total: float, count: int, ahead_of: Array, unit_of: Array, flow: Array, bits: Array,
    up: Array, away: Array,
) -> None:  # fmt: skip
    """Turn the rates by pairs into rates by state: into each unit inside, and to the units outside."""
    size, width = away.shape
    for state in range(size):
        first, last = max(0, low - bits[state]), min(width - 1, high - bits[state])
        up[state] = 0.0
        away[state] = total
        for pair in range(count):
            unit = unit_of[pair]
            if ahead_of[pair] & ~state or (state >> unit) & 1:
                continue
            for m in range(first, last + 1):
                up[state, unit, m] += flow[pair, m]
                away[state, m] -= flow[pair, m]
        for m in range(first, last + 1):
            away[state, m] = max(away[state, m], 0.0)


@_compiled
def sweep(
    states: Array, up: Array, away: Array, low: int, high: int, total: float, bits: Array, ladder: Array,
    backwards: bool,
) -> None:  # fmt: skip
    """Solve the balance of each set of busy units once, all numbers busy outside together; then scale the levels.

    Time is in mean services. The equations of one set are tridiagonal in m.
    """
    size, width = states.shape
    c, n_units = up.shape[1], len(ladder) - 1
    come, above = np.empty(width), np.empty(width)
    for i in range(size):
        state = size - 1 - i if backwards else i
        s = bits[state]
        first, last = max(0, low - s), min(width - 1, high - s)
        if first > last:
            continue
        come[first : last + 1] = 0.0
        for unit in range(c):
            other = state ^ (1 << unit)
            if (state >> unit) & 1:
                for m in range(first, last + 1):
                    come[m] += states[other, m] * up[other, unit, m]
            else:
                for m in range(first, last + 1):
                    come[m] += states[other, m]
        for m in range(first, last + 1):
            out = s + m + (total if s + m < n_units else 0.0)
            if m > first:
                out -= away[state, m - 1] * above[m - 1]
                come[m] += away[state, m - 1] * come[m - 1]
            come[m] /= out
            above[m] = (m + 1) / out
        states[state, last] = come[last]
        for m in range(last - 1, first - 1, -1):
            states[state, m] = come[m] + above[m] * states[state, m + 1]
    level = np.zeros(n_units + 1)
    for state in range(size):
        for m in range(width):
            level[bits[state] + m] += states[state, m]
    for k in range(n_units + 1):
        level[k] = ladder[k] / level[k] if level[k] > 0.0 else 0.0
    for state in range(size):
        for m in range(width):
            states[state, m] *= level[bits[state] + m]


@_compiled
def at_least(together: Array, begin: int) -> None:
    """Sum the rows of sets over all sets that contain them, bits ``begin`` and above, in place."""
    size, bit = len(together), 1 << begin
    while bit < size:
        for state in range(size):
            if not state & bit:
                together[state] += together[state | bit]
        bit *= 2


@_compiled
def read(states: Array, bits: Array, sets: Array, low: int, high: int, share: Array, ties: Array) -> None:
    """Read what the other cubes need, by level: share of the first unit, and how those ahead of it change its odds.

    The ties stand beside what the share and drawing without replacement say; 1 where nothing is known.
    """
    size, width = states.shape
    n_units = len(share) - 1
    together = np.zeros((size, n_units + 1))
    for state in range(size):
        for m in range(width):
            together[state, bits[state] + m] = states[state, m]
    at_least(together, 0)
    for k in range(low, high + 1):
        share[k] = together[1, k] / together[0, k] if together[0, k] > 0.0 else 0.0
    for i in range(len(sets)):
        ahead, n_ahead = sets[i], bits[sets[i]]
        for k in range(low, high + 1):
            both, alone = together[ahead | 1, k], together[1, k]
            rest, free = together[ahead, k] - both, together[0, k] - alone
            ties[i, k] = 1.0
            if 0 < n_ahead < k < n_units and both > 0.0 and rest > 0.0 and alone > 0.0 and free > 0.0:
                ties[i, k] = min(max(both / rest * free / alone * k / (k - n_ahead), 0.02), 50.0)


@_compiled
def one_round(
    rate: Array, order: Array, areas: Array, begin: Array, place: Array, chain: Array, sets: Array, sets_begin: Array,
    ladder: Array, low: int, high: int, bits: Array, sweeps: int, odds: Array, ties: Array,
    states: Array, share: Array, new_ties: Array, sends: Array,
) -> None:  # fmt: skip
    """Sweep every cube with what the others said last (``odds``, ``ties``), and read it (``share``, ``new_ties``).

    With rows in ``sends`` (N, J), these become the rates of each area's calls to each unit; nothing is swept.
    """
    n_units, size, width = states.shape
    c = n_units - width + 1
    first, last = max(0, low - c), min(width - 1, high)
    outside, level = np.ones((n_units, width)), np.zeros(width, dtype=np.int64)
    most = min(size * c // 2, len(order) * c)
    number, flow = np.empty((size, c), dtype=np.int32), np.empty((most, width))
    ahead_of, unit_of = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    up, away = np.empty((size, c, width)), np.empty((size, width))
    total, often = rate.sum(), ladder / ladder.max()
    nothing, nobody = np.empty((0, 0)), np.empty(0)
    for f in range(n_units):
        outside_odds(odds, place[f], low, high, first, last, outside, level)
        mine = areas[begin[f] : begin[f + 1]]
        if len(sends):
            weigh = states[f].copy()
            weigh[1::2] = 0.0
            at_least(weigh, 1)
            enter(
                rate, order, mine, place[f], first, last, outside, level, often,
                chain, ties, number, ahead_of, unit_of, flow, weigh, sends[f],
            )  # fmt: skip
            continue
        count = enter(
            rate, order, mine, place[f], first, last, outside, level, often,
            chain, ties, number, ahead_of, unit_of, flow, nothing, nobody,
        )  # fmt: skip
        if count == 0:
            # nobody ever calls for any unit of the cube
            share[f] = 0.0
            continue
        spread(low, high, total, count, ahead_of, unit_of, flow, bits, up, away)
        for k in range(sweeps):
            sweep(states[f], up, away, low, high, total, bits, ladder, k % 2 == 1)
        own = slice(sets_begin[f], sets_begin[f + 1])
        read(states[f], bits, sets[own], low, high, share[f], new_ties[own])
