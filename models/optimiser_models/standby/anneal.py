"""Annealing where a car covers a place in full or not at all: one car moves at a time, far or near.

Where posts lie close together and cars hardly overlap, a plan is like discs packed on a map: a better one needs many
cars pushed aside a little, which swaps and kicks (:mod:`.search`) seldom find. Each row keeps how many cars cover it
and, by the exclusive or of their numbers, which one where it is one; so a move is judged by one look at the rows of
the new post. After Kirkpatrick, Gelatt and Vecchi (1983).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.standby.arrays import BEST
from optimiser_models.standby.field import Field

HOT, COLD = 0.2, 0.007
"""First and last temperature, in the most that one more car could add.

What a car covers alone is no measure: where cars cover nearly all, a plan is decided by places of a few calls.
"""
WARM = 0.06
"""First temperature of a run that is to stay near the plan it begins from."""
NEAR = 0.5
"""Share of the moves that go to a post which covers something that the car covers now."""
BLOCK = 1000
"""Moves at one temperature."""
LOOKS_PER_S = 1e8
"""Rows looked at in a second on a slow core."""
_ONE = 1 << 20
"""A car in the count of a row; below it stands the exclusive or of the cars' numbers."""


def fits(f: Field) -> bool:
    """Is this plain covering: one car a post, a number of cars and no other limit, rows covered in full or not?"""
    d = f.d
    top = f.gain[f.starts[:-1]] if f.weight.size else np.zeros(0)
    return bool(
        d.plain
        and math.isfinite(d.most[0])
        and not (
            math.isfinite(d.budget)
            or d.least
            or d.kept_slack
            or (d.today.size and math.isfinite(d.most_moved))
        )
        and not (f.on_use.any() or f.per_car)
        and f.weight.size
        and (f.kind == BEST).all()
        and (f.gain == np.repeat(top, np.diff(f.starts))).all()
    )


def moves_in(f: Field, seconds: float) -> int:
    """Return how many moves take about so long."""
    return int(seconds * LOOKS_PER_S / max(1.0, f.gain.size / max(1, (~f.banned).sum())))


def adds(f: Field, cars: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what one more car at each column would add to a plan (N,) of a question that :func:`fits`; shape (N,)."""
    bare = np.add.reduceat(cars[f.column], f.starts[:-1]) == 0
    weight = np.where(bare, f.weight * f.gain[f.starts[:-1]], 0.0)
    column = np.repeat(np.arange(cars.size), np.diff(f.of_column))
    more = np.bincount(column, weight[f.entry_row], cars.size)
    return np.where(f.banned, 0.0, more)


def anneal(
    f: Field,
    cars: NDArray[np.int64],
    *,
    moves: int,
    seed: int,
    hot: float = HOT,
    unit: float | None = None,
    halt: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Anneal from a plan (N,) of 0 and 1 of a question that :func:`fits`; return the best plan met, shape (N,).

    ``hot`` is the first temperature, in ``unit``; that is the most that one more car could add if not given.
    ``halt``, shape (1,), ends it soon once it is True.
    """
    free = np.flatnonzero(~(f.banned | f.must)).astype(np.int64)
    at = np.concatenate([np.flatnonzero((cars > 0) & ~f.must), np.flatnonzero((cars > 0) & f.must)])
    n_free = int(((cars > 0) & ~f.must).sum())
    unit = float(adds(f, cars).max()) if unit is None else unit
    if n_free == 0 or free.size <= n_free or moves <= 0 or unit <= 0:
        return cars.copy()
    weight = f.weight * f.gain[f.starts[:-1]]
    usable = np.zeros(cars.size, dtype=np.bool_)
    usable[free] = True
    _run(
        f.starts,
        f.column,
        f.of_column,
        f.entry_row,
        weight,
        free,
        usable,
        at,
        n_free,
        moves,
        (hot * unit, COLD * unit, NEAR),
        seed,
        np.zeros(1, dtype=np.bool_) if halt is None else halt,
    )
    best = np.zeros_like(cars)
    best[at] = 1
    return best


@njit(cache=True, nogil=True)
def _run(starts, column, of_column, entry_row, weight, free, usable, best_at, n_free, moves, how, seed, halt):  # type: ignore[no-untyped-def]
    hot, cold, closeness = how
    n = best_at.size
    at = best_at.copy()
    state = np.zeros(weight.size, np.int64)
    alone = np.zeros(n)
    taken = ~usable
    for k in range(n):
        taken[at[k]] = True
        for e in range(of_column[at[k]], of_column[at[k] + 1]):
            state[entry_row[e]] = (state[entry_row[e]] + _ONE) ^ k
    value = 0.0
    for r in range(weight.size):
        if state[r]:
            value += weight[r]
        if state[r] // _ONE == 1:
            alone[state[r] % _ONE] += weight[r]
    best = value
    logs = np.log((np.arange(4096) + 0.5) / 4096)
    bits = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x2545F4914F6CDD1D)
    half = np.uint64(32)
    heat, cool = hot, (cold / hot) ** (BLOCK / moves) if moves > BLOCK else 1.0
    near = np.uint64(closeness * (1 << 24))
    for step in range(moves):
        if step % BLOCK == BLOCK - 1:
            heat *= cool
            if halt[0]:
                return
        bits = _next(bits)
        k = int(((bits >> half) * np.uint64(n_free)) >> half)
        old = at[k]
        bits = _next(bits)
        low = bits & np.uint64(0xFFFFFFFF)
        rows = of_column[old + 1] - of_column[old]
        if rows and (bits >> np.uint64(40)) < near:
            r = entry_row[of_column[old] + int((low * np.uint64(rows)) >> half)]
            bits = _next(bits)
            low = bits & np.uint64(0xFFFFFFFF)
            new = column[starts[r] + int((low * np.uint64(starts[r + 1] - starts[r])) >> half)]
        else:
            new = free[int((low * np.uint64(free.size)) >> half)]
        if taken[new]:
            continue
        least = alone[k] + heat * logs[bits >> np.uint64(52)]
        mine = _ONE | k
        gain = 0.0
        for e in range(of_column[new], of_column[new + 1]):
            r = entry_row[e]
            if state[r] == 0 or state[r] == mine:
                gain += weight[r]
        if gain < least:
            continue
        value += gain - alone[k]
        for e in range(of_column[old], of_column[old + 1]):
            r = entry_row[e]
            state[r] = (state[r] ^ k) - _ONE
            if state[r] // _ONE == 1:
                alone[state[r] % _ONE] += weight[r]
        own = 0.0
        for e in range(of_column[new], of_column[new + 1]):
            r = entry_row[e]
            if state[r] == 0:
                own += weight[r]
            elif state[r] // _ONE == 1:
                alone[state[r] % _ONE] -= weight[r]
            state[r] = (state[r] ^ k) + _ONE
        alone[k] = own
        taken[old], taken[new] = False, True
        at[k] = new
        if value > best + 1e-9 * best:
            best = value
            best_at[:] = at


@njit(cache=True)
def _next(bits):  # type: ignore[no-untyped-def]
    """Return the next number of a 64-bit xorshift generator (Marsaglia 2003)."""
    bits ^= bits << np.uint64(13)
    bits ^= bits >> np.uint64(7)
    bits ^= bits << np.uint64(17)
    return bits
