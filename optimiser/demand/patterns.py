"""Millions of calls to coverage patterns: which posts reach a call, and how many calls have the same answer.

The posts that reach a call are all that a standby question asks of it, so calls with the same posts are added up.
Calls come in chunks of any size; what is kept is one row a pattern, so memory does not grow with the calls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

_FIRST_SLOTS = 1 << 12


@dataclass(frozen=True, eq=False)
class Patterns:
    """P patterns with E entries: as in :class:`optimiser.problems.standby.StandbyProblem`.

    Parameters
    ----------
    starts, posts, band
        Shapes (P + 1,), (E,), (E,).
    weight
        Calls of each pattern in each part of the day, shape (P, T).
    of_place
        Pattern of each place, where places were given, shape (N,); else empty.
    """

    starts: NDArray[np.int64]
    posts: NDArray[np.int32]
    band: NDArray[np.int8]
    weight: NDArray[np.float64]
    of_place: NDArray[np.int64]


def merge_places(
    starts: NDArray[np.int64],
    posts: NDArray[np.int32],
    band: NDArray[np.int8],
    weight: NDArray[np.float64],
) -> Patterns:
    """Merge places (street nodes, areas) that the same posts reach in the same bands.

    Parameters
    ----------
    starts, posts, band
        The posts that reach each place and their distance band, as sparse rows; posts rise within a row.
    weight
        Calls at each place in each part of the day, shape (N, T).

    Returns
    -------
    Patterns
        In the order in which they first occur; places without calls make none.
    """
    called: NDArray[np.bool_] = np.asarray(weight.any(axis=1), dtype=np.bool_)
    of_place, first = equal_rows(starts, posts, band, called)
    n = first.size
    total = np.zeros((n, weight.shape[1]))
    np.add.at(total, of_place[called], weight[called])
    length = np.diff(starts)[first]
    kept = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(length, out=kept[1:])
    take = np.repeat(starts[:-1][first] - kept[:-1], length) + np.arange(kept[-1])
    return Patterns(kept, posts[take].astype(np.int32), band[take].astype(np.int8), total, of_place)


def equal_rows(
    starts: NDArray[np.int64],
    first_key: NDArray[np.integer],
    second_key: NDArray[np.integer],
    asked: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find sparse rows with the same content: (group of each row (N,), first row of each group (G,)).

    Rows that are not ``asked`` get the group -1. Groups are numbered in the order in which they first occur.
    """
    group = np.full(starts.size - 1, -1, dtype=np.int64)
    slots = np.full(_slots_for(int(asked.sum())), -1, dtype=np.int64)
    n = _merge(starts, first_key, second_key, asked, group, slots)
    first = np.zeros(n, dtype=np.int64)
    first[group[asked][::-1]] = np.flatnonzero(asked)[::-1]
    return group, first


def _slots_for(n: int) -> int:
    slots = _FIRST_SLOTS
    while slots < 2 * n:
        slots *= 2
    return slots


@njit(cache=True)
def _mix(h):  # type: ignore[no-untyped-def]
    """Spread the bits of a 64-bit number (splitmix64)."""
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))


@njit(cache=True)
def _merge(starts, posts, band, called, of_place, table):  # type: ignore[no-untyped-def]
    n = 0
    mask = table.size - 1
    first = np.empty(starts.size, dtype=np.int64)
    for i in range(starts.size - 1):
        if not called[i]:
            continue
        a, b = starts[i], starts[i + 1]
        h = np.uint64(b - a)
        for e in range(a, b):
            h = _mix(
                h + np.uint64(0x9E3779B97F4A7C15) + np.uint64(posts[e]) * np.uint64(128) + np.uint64(band[e])
            )
        slot = np.int64(h & np.uint64(mask))
        while True:
            k = table[slot]
            if k < 0:
                table[slot] = n
                first[n] = i
                of_place[i] = n
                n += 1
                break
            c = starts[first[k]]
            same = starts[first[k] + 1] - c == b - a
            e = 0
            while same and e < b - a:
                same = posts[c + e] == posts[a + e] and band[c + e] == band[a + e]
                e += 1
            if same:
                of_place[i] = k
                break
            slot = (slot + 1) & mask
    return n
