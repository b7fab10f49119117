"""Compiled loops of the cubes around single units: what enters a cube, its sweeps, what the other cubes read from it.

A cube's states lie in one array ``(2^c, M + 1)``: the set of its own busy units by bits (bit 0 the unit it stands
for), and how many of the M others are busy. Only numbers of busy units ``low .. high`` that occur are visited.
"""

from __future__ import annotations

import numpy as np

from optimiser.simulate.cluster_ground import FAR, Array, compiled


@compiled
def _move(odds: Array, doubts: Array, busy: int, near: float) -> float:
    """By how much log odds move, times each unit's doubt, so that so many units are busy; Newton's steps, held back."""
    move = 0.0
    for _ in range(50):
        over, slope = -float(busy), 1e-300
        for unit in range(len(odds)):
            p = odds[unit] * np.exp(move * doubts[unit])
            p /= 1.0 + p
            over += p
            slope += p * (1.0 - p) * doubts[unit]
        move += min(max(-over / slope, -2.0), 2.0)
        if abs(over) < near * busy:
            break
    return move


@compiled
def level_odds(share: Array, doubts: Array, low: int, high: int, odds: Array) -> None:
    """Odds by level that each unit is busy, shape (N + 1, N): shares moved so that k units are at level k.

    What is missing is given to units by their doubts: a unit whose cube knows all its calls keeps its share.
    """
    n_units = len(share)
    for k in range(max(low, 1), min(high, n_units - 1) + 1):
        for unit in range(n_units):
            p = min(max(share[unit, k], 1e-12), 1.0 - 1e-12)
            odds[k, unit] = p / (1.0 - p)
        move = _move(odds[k], doubts, k, 1e-10)
        for unit in range(n_units):
            odds[k, unit] *= np.exp(move * doubts[unit])


@compiled
def outside_odds(f: int, odds: Array, place: Array, low: int, high: int, outside: Array) -> None:
    """Odds that each unit outside a cube is busy where s inside and m outside are, shape (c + 1, N, M + 1).

    Those of its own cube at level s + m, moved so that m are busy: the more the less its cube has in common with this.
    """
    n_units, c, most = outside.shape[1], outside.shape[0] - 1, outside.shape[2] - 1
    strange = np.zeros(n_units)
    for q in range(n_units):
        if place[f, q] < 0:
            common = 0
            for unit in range(n_units):
                if place[f, unit] >= 0 and place[q, unit] >= 0:
                    common += 1
            strange[q] = 1.0 - common * most / (n_units * (c + 1))
    for m in range(max(low - c, 1), min(high, most - 1) + 1):
        for s in range(c + 1):
            now = odds[min(max(m + s, low, 1), high, n_units - 1)]
            move = _move(np.where(strange > 0.0, now, 0.0), strange, m, 1e-7)
            for q in range(n_units):
                outside[s, q, m] = now[q] * np.exp(move * strange[q])


@compiled
def pass_on(
    odds: Array, told: Array, it: int, ahead: int, n_ahead: int, free: int, passed: int, unknown: int,
    low: int, high: int, within: Array, left: Array,
) -> None:  # fmt: skip
    """Leave of the calls those that find an outside unit busy, ``passed`` others outside being busy already.

    ``told`` is the witness's account (bit ``it`` is the unit) of units ahead that are busy and of one that is free (0
    if it knows nothing of it), beside drawing without replacement; of those passed it does not know ``unknown``.
    ``within`` are busy inside, by m; ``odds`` are the unit's by that and m.
    """
    n_units, most = told.shape[1] - 1, len(left) - 1
    part = most / n_units
    for m in range(max(low - (n_units - most), passed + 1), min(high, most - 1) + 1):
        s = int(within[m])
        p = odds[s, m]
        if within[m] > s:
            p += (within[m] - s) * (odds[s + 1, m] - p)
        p *= (m - part * unknown - (1.0 - part) * passed) / m
        k = min(max(int(m + within[m] + 0.5), low, 1), high, n_units - 1)
        if n_ahead < k and (ahead or free):
            both, rest, alone = told[ahead | it, k], told[ahead, k], told[it, k]
            drawn = k / (k - n_ahead)
            if free and k < n_units - 1:
                both -= told[ahead | free | it, k]
                rest -= told[ahead | free, k]
                drawn *= (n_units - k - 1) / (n_units - k)
            rest -= both
            if both > 0.0 and rest > 0.0 and alone > 0.0:
                tie = both / rest * (told[0, k] - alone) / alone * (part + (1.0 - part) * drawn)
                p *= min(max(tie, 0.02), 50.0)
        left[m] *= p / (1.0 + p)


@compiled
def enter(
    f: int, rate: Array, order: Array, areas: Array, place: Array, low: int, high: int, often: Array,
    witness: Array, heads: Array, outside: Array, together: Array, bits: Array, sums: Array, counts: Array,
    number: Array, ahead_of: Array, unit_of: Array, flow: Array, weigh: Array, served: Array,
) -> int:  # fmt: skip
    """Rates of calls by who has to be busy inside the cube and who then takes them.

    Fills ``flow[pair, m]`` for pairs (set ahead inside, unit inside) and m busy outside; returns how many pairs
    there are. ``sums`` and ``counts`` are the chance that each set is busy, and how many then are, by m. ``served`` is
    the rate at which each area's calls go to the cube's first unit, if ``weigh`` is the chance that each set is busy,
    the first unit free, m outside busy.
    """
    n_units, inside = order.shape[1], len(outside) - 1
    most, mine = n_units - inside, place[f]
    first, last = max(0, low - inside), min(most, high)
    left, within = np.empty(most + 1), np.empty(most + 1)
    past, ahead_there = np.empty(n_units, dtype=np.int64), np.empty(n_units, dtype=np.int64)
    told_by, unknown = np.empty(n_units, dtype=np.int64), np.empty(n_units, dtype=np.int64)
    number[:] = -1
    count = 0
    for j in areas:
        ahead, n_ahead, passed, k = 0, 0, 0, 0
        while n_ahead < inside:
            unit = order[j, k]
            bit = mine[unit]
            if bit >= 0:
                left[:] = rate[j]
                left[first : min(last + 1, passed, most)] = 0.0
                for m in range(first, last + 1):
                    some = sums[ahead, m] - sums[ahead | 1 << bit, m]
                    busy = counts[ahead, m] - counts[ahead | 1 << bit, m]
                    within[m] = min(max(busy / some, n_ahead), inside - 1.0) if some > 1e-280 else n_ahead
                for i in range(passed):
                    cube = told_by[i]
                    at = place[cube, unit]
                    pass_on(
                        outside[:, past[i]], together[cube], 1 << place[cube, past[i]], ahead_there[i],
                        bits[ahead_there[i]], 1 << at if at >= 0 else 0, i, unknown[i], low, high, within, left,
                    )  # fmt: skip
                seen = 0.0
                for m in range(first, min(last, most - 1) + 1):
                    seen = max(seen, left[m] * often[m])
                if seen < FAR * rate[j]:
                    # only where all outside are busy
                    left[first : min(last, most - 1) + 1] = 0.0
                    if last < most:
                        break
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
                for i in range(passed):
                    at = place[told_by[i], unit]
                    if at >= 0:
                        ahead_there[i] |= 1 << at
                ahead |= 1 << bit
                n_ahead += 1
            else:
                past[passed], told_by[passed], ahead_there[passed] = unit, witness[j, k], heads[j, k]
                unknown[passed] = 0
                for i in range(passed):
                    if place[witness[j, k], past[i]] < 0:
                        unknown[passed] += 1
                passed += 1
            k += 1
    return count


@compiled
def spread(
    low: int, high: int, total: float, count: int, ahead_of: Array, unit_of: Array, flow: Array, bits: Array,
    up: Array, away: Array,
) -> None:  # fmt: skip
    """Turn the rates by pairs into rates by state: into each unit inside, and to the units outside."""
    size, width = away.shape
    up[:] = 0.0
    away[:] = total
    for pair in range(count):
        ahead, unit = ahead_of[pair], unit_of[pair]
        # all sets of units that are neither ahead nor the one that goes
        others, some = (size - 1) & ~ahead & ~(1 << unit), 0
        while True:
            state = some | ahead
            for m in range(max(0, low - bits[state]), min(width - 1, high - bits[state]) + 1):
                up[state, unit, m] += flow[pair, m]
                away[state, m] -= flow[pair, m]
            if some == others:
                break
            some = (some - others) & others
    for state in range(size):
        for m in range(width):
            away[state, m] = max(away[state, m], 0.0)


@compiled
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


@compiled
def at_least(together: Array, begin: int) -> None:
    """Sum the rows of sets over all sets that contain them, bits ``begin`` and above, in place."""
    size, bit = len(together), 1 << begin
    while bit < size:
        for state in range(size):
            if not state & bit:
                together[state] += together[state | bit]
        bit *= 2


@compiled
def read(states: Array, bits: Array, low: int, high: int, share: Array, together: Array) -> None:
    """Read what the other cubes need, by level: share of the first unit, and how often each set is busy together."""
    size, width = states.shape
    together[:] = 0.0
    for state in range(size):
        for m in range(width):
            together[state, bits[state] + m] = states[state, m]
    at_least(together, 0)
    for k in range(low, high + 1):
        share[k] = together[1, k] / together[0, k] if together[0, k] > 0.0 else 0.0


@compiled
def one_round(
    rate: Array, order: Array, areas: Array, begin: Array, place: Array, witness: Array, heads: Array, ladder: Array,
    low: int, high: int, bits: Array, sweeps: int, odds: Array, states: Array, share: Array, together: Array,
    sends: Array,
) -> None:  # fmt: skip
    """Sweep every cube with what the others said last (``odds``, ``together``), and read it (``share``, ``together``).

    With rows in ``sends`` (N, J), these become the rates of each area's calls to each unit; nothing is swept.
    """
    n_units, size, width = states.shape
    c = n_units - width + 1
    outside, often = np.ones((c + 1, n_units, width)), np.empty(width)
    most = min(size * c // 2, len(order) * c)
    number, flow = np.empty((size, c), dtype=np.int32), np.empty((most, width))
    ahead_of, unit_of = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    up, away = np.empty((size, c, width)), np.empty((size, width))
    sums, counts, weigh = np.empty((size, width)), np.empty((size, width)), np.empty((size, width))
    total, served = rate.sum(), np.empty(0)
    for m in range(width):
        often[m] = ladder[min(max(int(m * n_units / max(width - 1, 1) + 0.5), low, 1), high)] / ladder.max()
    for f in range(n_units):
        outside_odds(f, odds, place, low, high, outside)
        for state in range(size):
            for m in range(width):
                sums[state, m] = states[f, state, m]
                counts[state, m] = states[f, state, m] * bits[state]
        at_least(sums, 0)
        at_least(counts, 0)
        if len(sends):
            weigh[:] = states[f]
            weigh[1::2] = 0.0
            at_least(weigh, 1)
            served = sends[f]
        count = enter(
            f, rate, order, areas[begin[f] : begin[f + 1]], place, low, high, often,
            witness, heads, outside, together, bits, sums, counts, number, ahead_of, unit_of, flow, weigh, served,
        )  # fmt: skip
        if len(sends):
            continue
        if count == 0:
            # nobody ever calls for any unit of the cube
            share[f] = 0.0
            continue
        spread(low, high, total, count, ahead_of, unit_of, flow, bits, up, away)
        for k in range(sweeps):
            sweep(states[f], up, away, low, high, total, bits, ladder, k % 2 == 1)
        read(states[f], bits, low, high, share[f], together[f])
