"""Plans by greedy insertion, one-for-one swaps and short kicks: the first within a moment, better ones soon after.

What a car at a column would add is kept up to date for all columns as cars come and go, so a swap is: take one
away, look up the best place. Every quantity of a question fits: see :mod:`.arrays`. After Church and ReVelle
(1974) for the greedy start, Teitz and Bart (1968) for the swap, and iterated local search for the kicks.
"""

# ruff: noqa: NPY002  compiled code seeds its own generator by np.random.seed

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.standby.arrays import BEST, CHAIN, LEVEL
from optimiser_models.standby.field import Field

NEARLY = 5e-4
"""A plan worse than the best by more than this share is given up."""
PATIENCE = 30
"""Kicks without a better plan after which the search goes back to the best."""


class _Table(NamedTuple):
    """What the compiled loops read (rows, limits) and write (cars, states, what each column would add)."""

    rows: NDArray[np.float64]
    starts: NDArray[np.int64]
    column: NDArray[np.int32]
    gain: NDArray[np.float64]
    of_column: NDArray[np.int64]
    entry_row: NDArray[np.int32]
    entry_gain: NDArray[np.float64]
    posts: NDArray[np.float64]
    rule: NDArray[np.int8]
    limits: NDArray[np.float64]
    x: NDArray[np.int64]
    look: NDArray[np.bool_]
    state: NDArray[np.float64]
    adds: NDArray[np.float64]
    uses: NDArray[np.int64]
    standing: NDArray[np.int64]
    book: NDArray[np.float64]
    trail: NDArray[np.int64]


KIND, PAR, WEIGHT = 0, 1, 2
"""Columns of ``rows``."""
COST, ON_USE, TODAYS = 0, 1, 2
"""Columns of ``posts``."""
FREE, BANNED, MUST = 0, 1, 2
"""Values of ``rule``."""
BUDGET, MOST_MOVED, ROOM, PER_CAR, N_TODAY, MOST = 0, 1, 2, 3, 4, 5
"""Places in ``limits``; the most cars of each part of the day stand from the last on."""
VALUE, SPENT, TODAY, MOVES = 0, 1, 2, 3
"""Places in ``book``: value, cost and today's posts in use, and how many moves the trail holds."""


def fill(f: Field, cars: NDArray[np.int64]) -> tuple[NDArray[np.int64], float]:
    """Add cars greedily to ``cars`` (N,) as long as one adds something; return them and the value."""
    return improve(f, cars, rounds=0, seed=0)


def improve(f: Field, cars: NDArray[np.int64], *, rounds: int, seed: int) -> tuple[NDArray[np.int64], float]:
    """Fill up, swap until nothing helps, then kick and swap ``rounds`` times; return the best cars and value.

    The value leaves out the constant of the aim.
    """
    d = f.d
    today = np.zeros(d.n_posts)
    today[d.today] = 1.0
    n = d.n_columns
    t = _Table(
        rows=np.column_stack([f.kind.astype(np.float64), f.par, f.weight]),
        starts=f.starts,
        column=f.column,
        gain=f.gain,
        of_column=f.of_column,
        entry_row=f.entry_row,
        entry_gain=f.entry_gain,
        posts=np.column_stack([d.cost, f.on_use, today]),
        rule=np.where(f.must, MUST, np.where(f.banned, BANNED, FREE)).astype(np.int8),
        limits=np.array([d.budget, d.most_moved, d.room, f.per_car, today.sum(), *f.most], dtype=np.float64),
        x=np.zeros(n, dtype=np.int64),
        look=np.zeros(n, dtype=bool),
        state=np.zeros(f.weight.size),
        adds=np.zeros(n),
        uses=np.zeros(d.n_posts, dtype=np.int64),
        standing=np.zeros(d.n_parts, dtype=np.int64),
        book=np.zeros(4),
        trail=np.zeros(4 * n + 64, dtype=np.int64),
    )
    best = cars.astype(np.int64).copy()
    value = _run(t, best, rounds, seed)
    return best, float(value)


@njit(cache=True)
def _adds(kind, par, w, state, v):  # type: ignore[no-untyped-def]
    """Return what a further car of gain v adds to a row in this state."""
    if kind == BEST:
        return w * (v - state) if v > state else 0.0
    if kind == LEVEL:
        return w * (1.0 - par) * par**state
    if kind == CHAIN:
        return w * np.exp(-state) * (1.0 - np.exp(-v))
    return w if state == par - 1.0 else 0.0


@njit(cache=True)
def _holds(kind, par, w, state):  # type: ignore[no-untyped-def]
    if kind == BEST:
        return w * state
    if kind == LEVEL:
        return w * (1.0 - par**state)
    if kind == CHAIN:
        return w * (1.0 - np.exp(-state))
    return w if state >= par else 0.0


@njit(cache=True)
def _move(t, c, way):  # type: ignore[no-untyped-def]
    """Let one car come to column c (way 1) or go (way -1)."""
    starts, column, gain, rows = t.starts, t.column, t.gain, t.rows
    x, state, adds, look = t.x, t.state, t.adds, t.look
    entry_row, entry_gain = t.entry_row, t.entry_gain
    n_posts = t.uses.size
    j = c % n_posts
    x[c] += way
    t.standing[c // n_posts] += way
    change = way * t.limits[PER_CAR]
    if x[c] == (1 if way > 0 else 0):
        t.uses[j] += way
        if t.uses[j] == (1 if way > 0 else 0):
            change += way * t.posts[j, ON_USE]
            t.book[SPENT] += way * t.posts[j, COST]
            t.book[TODAY] += way * t.posts[j, TODAYS]
    for e in range(t.of_column[c], t.of_column[c + 1]):
        r, v = entry_row[e], entry_gain[e]
        old = state[r]
        k = rows[r, KIND]
        if k == BEST:
            new = old
            if way > 0:
                new = max(old, v)
            elif v >= old and x[c] == 0:
                new = 0.0
                for a in range(starts[r], starts[r + 1]):
                    if x[column[a]] > 0:
                        new = gain[a]  # the largest gains stand first
                        break
        elif k == CHAIN:
            new = max(0.0, old + way * v)
        else:
            new = old + way
        if new == old:
            continue
        p, w = rows[r, PAR], rows[r, WEIGHT]
        change += _holds(k, p, w, new) - _holds(k, p, w, old)
        state[r] = new
        if k == BEST:
            for a in range(starts[r], starts[r + 1]):
                v = gain[a]
                adds[column[a]] += w * (max(0.0, v - new) - max(0.0, v - old))
                look[column[a]] = True
        else:
            for a in range(starts[r], starts[r + 1]):
                adds[column[a]] += _adds(k, p, w, new, gain[a]) - _adds(k, p, w, old, gain[a])
                look[column[a]] = True
    t.book[VALUE] += change


@njit(cache=True)
def _go(t, c, way):  # type: ignore[no-untyped-def]
    """Move and note it on the trail, so that it can be taken back."""
    _move(t, c, way)
    at = int(t.book[MOVES])
    if at < t.trail.size:
        t.trail[at] = 2 * c + (way > 0)
    t.book[MOVES] = at + 1


@njit(cache=True)
def _settled(t, c):  # type: ignore[no-untyped-def]
    """May the last car of this column not go?"""
    j = c % t.uses.size
    if t.x[c] > 1:
        return False
    if t.rule[c] == MUST:
        return True
    left = t.limits[N_TODAY] - (t.book[TODAY] - 1)
    return t.posts[j, TODAYS] > 0 and t.uses[j] == 1 and left > t.limits[MOST_MOVED]


@njit(cache=True)
def _grow(t, by_price, tabu):  # type: ignore[no-untyped-def]
    """Add the car that adds most (for its price, if asked), again and again while one adds something."""
    adds, uses, rule, x, posts, limits, standing = t.adds, t.uses, t.rule, t.x, t.posts, t.limits, t.standing
    n_posts = uses.size
    while True:
        best, at, ties = 1e-12, -1, 0
        purse = limits[BUDGET] * (1 + 1e-12) - t.book[SPENT]
        for part in range(standing.size):
            if standing[part] >= limits[MOST + part]:
                continue
            for j in range(n_posts):
                c = part * n_posts + j
                worth = adds[c] + limits[PER_CAR]
                if uses[j] == 0:
                    worth += posts[j, ON_USE]
                    if by_price and posts[j, COST] > 0:
                        worth /= posts[j, COST]
                if worth < best * (1 - 1e-12) or rule[c] == BANNED or x[c] >= limits[ROOM] or tabu[c]:
                    continue
                if uses[j] == 0 and posts[j, COST] > purse:
                    continue
                if worth > best * (1 + 1e-12):
                    best, at, ties = worth, c, 1
                else:
                    ties += 1
                    if np.random.random() * ties < 1:
                        at = c
        if at < 0:
            return
        _go(t, at, 1)


@njit(cache=True)
def _swaps(t, everywhere, nobody):  # type: ignore[no-untyped-def]
    """Take one car away and fill up, for each car that may have changed (or all), until nothing helps."""
    x, look, book, trail = t.x, t.look, t.book, t.trail
    improved = True
    while improved:
        improved = False
        for c in np.random.permutation(np.flatnonzero(x)):
            if x[c] == 0 or _settled(t, c) or not (everywhere or look[c]):
                continue
            before = book[VALUE]
            slack = 1e-9 * max(1.0, abs(before))
            book[MOVES] = 0
            _go(t, c, -1)
            _grow(t, t.limits[BUDGET] < np.inf and np.random.random() < 0.3, nobody)
            if book[VALUE] > before + slack:
                improved = True
            elif book[VALUE] < before - slack or np.random.random() < 0.5:
                for at in range(int(book[MOVES]) - 1, -1, -1):
                    _move(t, trail[at] // 2, -1 if trail[at] % 2 else 1)
            look[c] = False


@njit(cache=True)
def _kick(t, most_away, tabu):  # type: ignore[no-untyped-def]
    """Take away some cars that share rows with each other's neighbours, and keep half of them away for now."""
    starts, column, of_column, entry_row, x = t.starts, t.column, t.of_column, t.entry_row, t.x
    here = np.flatnonzero(x)
    at = here[np.random.randint(here.size)]
    away = 0
    for _ in range(12 * most_away):
        if away >= most_away or of_column[at] == of_column[at + 1]:
            break
        r = entry_row[np.random.randint(of_column[at], of_column[at + 1])]
        for a in range(starts[r], starts[r + 1]):
            c = column[a]
            if x[c] > 0 and away < most_away and not _settled(t, c):
                _move(t, c, -1)
                away += 1
                tabu[c] = np.random.random() < 0.5
        at = column[np.random.randint(starts[r], starts[r + 1])]
    if away == 0:
        c = here[np.random.randint(here.size)]
        if not _settled(t, c):
            _move(t, c, -1)


@njit(cache=True)
def _return_to(t, cars):  # type: ignore[no-untyped-def]
    for way in (-1, 1):
        for c in range(t.x.size):
            while (t.x[c] - cars[c]) * way < 0:
                _move(t, c, way)


@njit(cache=True)
def _begin(t, cars):  # type: ignore[no-untyped-def]
    """Set up the states, place the cars given, those that must stand, and today's posts that may not be left."""
    n_posts = t.uses.size
    rows = t.rows
    for r in range(rows.shape[0]):
        for a in range(t.starts[r], t.starts[r + 1]):
            t.adds[t.column[a]] += _adds(rows[r, KIND], rows[r, PAR], rows[r, WEIGHT], 0.0, t.gain[a])
    for phase in range(3):  # those that must stand, those given, today's that may not be left
        while True:
            best, at = -1.0, -1
            for c in range(t.x.size):
                j, part = c % n_posts, c // n_posts
                wanted = cars[c]
                if phase == 0:
                    wanted = 1 if t.rule[c] == MUST else 0
                elif phase == 2:
                    few = t.limits[N_TODAY] - t.book[TODAY] > t.limits[MOST_MOVED]
                    wanted = 1 if few and t.posts[j, TODAYS] > 0 and t.uses[j] == 0 else 0
                if t.x[c] >= wanted or t.adds[c] <= best or t.rule[c] == BANNED:
                    continue
                purse = t.limits[BUDGET] * (1 + 1e-12) - t.book[SPENT]
                room = t.x[c] < t.limits[ROOM] and t.standing[part] < t.limits[MOST + part]
                if room and (t.uses[j] > 0 or t.posts[j, COST] <= purse):
                    best, at = t.adds[c], c
            if at < 0:
                break
            _move(t, at, 1)


@njit(cache=True, nogil=True)
def _run(t, cars, rounds, seed):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    nobody = np.zeros(t.x.size, dtype=np.bool_)
    tabu = np.zeros(t.x.size, dtype=np.bool_)
    _begin(t, cars)
    _grow(t, False, nobody)
    if rounds > 0:
        _swaps(t, True, nobody)
    best = t.book[VALUE]
    cars[:] = t.x
    stale = 0
    for _ in range(rounds):
        if t.x.sum() == 0:
            break
        tabu[:] = False
        t.look[:] = False
        _kick(t, np.random.randint(2, 7), tabu)
        _grow(t, t.limits[BUDGET] < np.inf and np.random.random() < 0.3, tabu)
        _grow(t, False, nobody)
        _swaps(t, False, nobody)
        if t.book[VALUE] > best - NEARLY * abs(best):
            _swaps(t, True, nobody)
        if t.book[VALUE] > best + 1e-9 * max(1.0, abs(best)):
            best = t.book[VALUE]
            cars[:] = t.x
            stale = 0
            continue
        stale += 1
        if stale > PATIENCE or t.book[VALUE] < best - NEARLY * abs(best):
            _return_to(t, cars)
            stale = 0
    return best
