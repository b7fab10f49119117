"""Millions of calls at points to coverage patterns, each reached by the posts within a straight-line radius.

The published standby instances are stated so; the toolkit itself goes by drives on roads.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser.demand.patterns import _FIRST_SLOTS, Patterns, _mix
from optimiser.errors import InputError

CELLS_PER_SIDE = 512
"""Squares a side of the grid that says which posts surely reach all of a square."""
_WORD = 64
_SAFE = 1e-9


def count_calls(
    place: NDArray[np.integer], n_places: int, weight: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Add up calls by the place they snap to, shape (n_places,); ``weight`` counts each call, 1 if None.

    Raises
    ------
    InputError
        If a call names a place that is not there.
    """
    if place.size and (place.min() < 0 or place.max() >= n_places):
        raise InputError(f"Calls name places {place.min()} to {place.max()}; there are 0 to {n_places - 1}.")
    return np.asarray(np.bincount(place, weights=weight, minlength=n_places), dtype=np.float64)


class CirclePatterns:
    """Adds up calls at points, each reached by the posts within a straight-line radius.

    A grid over the posts says for each square which posts surely reach all of it and which have to be asked call
    by call; patterns are bit sets in a hash table. Both are exact: a distance within rounding of the radius is
    always asked, as ``sqrt(dx * dx + dy * dy) <= radius``.

    Parameters
    ----------
    posts_xy_m
        Shape (S, 2).
    radius_m
        A call at most this far away is reached.
    n_parts
        Parts of the day.
    """

    def __init__(self, posts_xy_m: NDArray[np.float64], radius_m: float, n_parts: int = 1) -> None:
        if not (radius_m > 0 and np.isfinite(posts_xy_m).all() and len(posts_xy_m)):
            raise InputError(f"Posts need finite coordinates and a radius above 0; got {radius_m}.")
        self._xy = np.ascontiguousarray(posts_xy_m, dtype=np.float64)
        self._radius = float(radius_m)
        n_words = -(-len(self._xy) // _WORD)
        low = self._xy.min(axis=0) - radius_m * (1 + _SAFE)
        high = self._xy.max(axis=0) + radius_m * (1 + _SAFE)
        self._low, self._step = low, (high - low) / CELLS_PER_SIDE
        self._sure, self._ask_start, self._ask = _grid(self._xy, self._radius, low, self._step, n_words)
        self._known = np.full(CELLS_PER_SIDE * CELLS_PER_SIDE + 1, -1, dtype=np.int64)
        self._table = np.full(_FIRST_SLOTS, -1, dtype=np.int64)
        self._keys = np.zeros((_FIRST_SLOTS // 2, n_words), dtype=np.uint64)
        self._weight = np.zeros((_FIRST_SLOTS // 2, n_parts))
        self._n = 0

    def add(
        self,
        xy_m: NDArray[np.float64],
        weight: NDArray[np.generic] | None = None,
        part: NDArray[np.integer] | None = None,
    ) -> None:
        """Add calls: coordinates (n, 2), how much each counts (1 if None) and its part of the day (0 if None).

        Raises
        ------
        InputError
            If shapes disagree or a part of the day is unknown.
        """
        n = len(xy_m)
        counts = np.ones(1) if weight is None else weight
        when = np.zeros(1, dtype=np.int64) if part is None else part
        if xy_m.shape != (n, 2) or counts.shape not in ((n,), (1,)) or when.shape not in ((n,), (1,)):
            raise InputError(
                f"Calls have shapes {xy_m.shape}, {counts.shape}, {when.shape}; one row each is needed."
            )
        if n and (when.min() < 0 or when.max() >= self._weight.shape[1]):
            raise InputError(f"Parts of the day run from 0 to {self._weight.shape[1] - 1}; got {when.max()}.")
        done = 0
        while done < n:
            done, self._n = _count(
                xy_m, counts, when, done, self._xy, self._radius, self._low, self._step, self._sure,
                self._ask_start, self._ask, self._known, self._table, self._keys, self._weight, self._n,
            )  # fmt: skip
            if done < n:
                self._grow()

    def _grow(self) -> None:
        self._table = np.full(2 * self._table.size, -1, dtype=np.int64)
        self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
        self._weight = np.concatenate([self._weight, np.zeros_like(self._weight)])
        _rehash(self._keys, self._n, self._table)

    def patterns(self) -> Patterns:
        """Return what has been added so far; calls that no post reaches are one pattern without entries."""
        bits = np.unpackbits(self._keys[: self._n].view(np.uint8), axis=1, bitorder="little")
        bits = bits[:, : len(self._xy)]
        starts = np.zeros(self._n + 1, dtype=np.int64)
        np.cumsum(bits.sum(axis=1), out=starts[1:])
        posts = np.nonzero(bits)[1].astype(np.int32)
        nothing = np.zeros(0, dtype=np.int64)
        return Patterns(
            starts, posts, np.zeros(posts.size, dtype=np.int8), self._weight[: self._n].copy(), nothing
        )


@njit(cache=True)
def _grid(xy, radius, low, step, n_words):  # type: ignore[no-untyped-def]
    """For each square: bits of the posts that reach all of it, and the posts that reach a part of it."""
    side = CELLS_PER_SIDE
    sure = np.zeros((side * side, n_words), dtype=np.uint64)
    start = np.zeros(side * side + 1, dtype=np.int64)
    ask = np.empty(0, dtype=np.int64)
    for phase in range(2):
        if phase:
            for c in range(side * side):
                start[c + 1] += start[c]
            ask = np.empty(start[side * side], dtype=np.int64)
            fill = start[:-1].copy()
        for j in range(xy.shape[0]):
            a = max(0, int((xy[j, 0] - radius - low[0]) / step[0]) - 1)
            b = min(side - 1, int((xy[j, 0] + radius - low[0]) / step[0]) + 1)
            for u in range(a, b + 1):
                x0 = low[0] + u * step[0] - xy[j, 0]
                x1 = x0 + step[0]
                near_x = 0.0 if x0 <= 0 <= x1 else min(abs(x0), abs(x1))
                far_x = max(abs(x0), abs(x1))
                c = max(0, int((xy[j, 1] - radius - low[1]) / step[1]) - 1)
                d = min(side - 1, int((xy[j, 1] + radius - low[1]) / step[1]) + 1)
                for v in range(c, d + 1):
                    y0 = low[1] + v * step[1] - xy[j, 1]
                    y1 = y0 + step[1]
                    near_y = 0.0 if y0 <= 0 <= y1 else min(abs(y0), abs(y1))
                    far_y = max(abs(y0), abs(y1))
                    cell = u * side + v
                    if np.sqrt(near_x * near_x + near_y * near_y) > radius * (1 + _SAFE):
                        continue
                    if np.sqrt(far_x * far_x + far_y * far_y) < radius * (1 - _SAFE):
                        if phase == 0:
                            sure[cell, j // 64] |= np.uint64(1) << np.uint64(j % 64)
                    elif phase == 0:
                        start[cell + 1] += 1
                    else:
                        ask[fill[cell]] = j
                        fill[cell] += 1
    return sure, start, ask


@njit(cache=True)
def _slot_of(key, keys, table):  # type: ignore[no-untyped-def]
    """Return the slot of a bit set in the table: its own, or the empty one where it belongs."""
    h = np.uint64(0)
    for k in range(key.size):
        h = _mix(h + np.uint64(0x9E3779B97F4A7C15) + key[k])
    mask = table.size - 1
    slot = np.int64(h & np.uint64(mask))
    while table[slot] >= 0:
        row = table[slot]
        same = True
        for k in range(key.size):
            if keys[row, k] != key[k]:
                same = False
                break
        if same:
            break
        slot = (slot + 1) & mask
    return slot


@njit(cache=True)
def _rehash(keys, n, table):  # type: ignore[no-untyped-def]
    for row in range(n):
        table[_slot_of(keys[row], keys, table)] = row


@njit(cache=True, nogil=True)
def _count(xy, counts, when, done, posts, radius, low, step, sure, start, ask, known, table, keys, weight, n):  # type: ignore[no-untyped-def]
    """Add calls from ``done`` on; stops where the table is full. Returns (done, patterns)."""
    side = CELLS_PER_SIDE
    outside = side * side
    key = np.zeros(keys.shape[1], dtype=np.uint64)
    one_count, one_part = counts.size == 1, when.size == 1
    for i in range(done, xy.shape[0]):
        x, y = xy[i, 0], xy[i, 1]
        u, v = np.floor((x - low[0]) / step[0]), np.floor((y - low[1]) / step[1])
        cell = outside
        if 0 <= u < side and 0 <= v < side:
            cell = int(u) * side + int(v)
        row = known[cell]
        if row < 0:
            if n == keys.shape[0]:
                return i, n
            plain = True
            for k in range(key.size):
                key[k] = sure[cell, k] if cell < outside else np.uint64(0)
            if cell < outside:
                for a in range(start[cell], start[cell + 1]):
                    j = ask[a]
                    plain = False
                    dx, dy = x - posts[j, 0], y - posts[j, 1]
                    if np.sqrt(dx * dx + dy * dy) <= radius:
                        key[j // 64] |= np.uint64(1) << np.uint64(j % 64)
            slot = _slot_of(key, keys, table)
            row = table[slot]
            if row < 0:
                row = n
                table[slot] = n
                keys[n] = key
                n += 1
            if plain:
                known[cell] = row
        weight[row, 0 if one_part else when[i]] += counts[0] if one_count else counts[i]
    return xy.shape[0], n
