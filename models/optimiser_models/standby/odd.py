r"""Odd cuts: three places that posts can cover only two at a time are not covered with one post and a half.

The relaxation likes half a car at each of several posts, so that every car counts at two places in full. For rows
where one car is enough, ``h_r <= sum_{c in r} x_c`` and ``h_r <= 1``, half of both over a set T of rows, rounded
down, holds for all whole cars (Gomory, Chvatal):

    sum_{r in T} h_r  <=  floor(|T| / 2) + sum_c ceil(n_c / 2) x_c,     n_c: rows of T that c covers        (1)

A point breaks (1), for an odd number of rows, by half of

    1 - sum_{c: n_c odd} x_c - sum_{r in T} (1 + sum_{c in r} x_c - 2 h_r)                                  (2)

so what is looked for is an odd set of rows that the cars in use cover in pairs, with little slack: grown from each
row by the pair of rows that gains most, as long as one gains. Where patterns are neighbours on a map, (1) may close
most of what the relaxation leaves open.

Caprara and Fischetti (1996), {0, 1/2}-Chvatal-Gomory cuts; Koster, Zymolka and Kutschka (2009), for the search.
"""

# ruff: noqa: NPY002  compiled code seeds its own generator by np.random.seed

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numba import njit
from numpy.typing import NDArray

from optimiser.demand.patterns import equal_rows
from optimiser.solve.backends.linear import INFINITE
from optimiser_models.standby.arrays import BEST
from optimiser_models.standby.master import Master, Part

NAME = "odd"
"""Name of these rows in the model."""
LEAST_BROKEN = 0.01
"""A set is taken as a cut where (1) is broken by more."""
MOST_SLACK = 0.5
"""A row with more slack in (2) is left out: it could be in no set of three that is broken."""
LARGEST = 15
"""Most rows of a set."""
MOST_CHANGE = 0.6
"""What a row of the next pair may add to (2) by itself."""
MOST_NEAR = 400
"""Most rows that are looked at for the next pair."""
SHARED = 4
"""Most cuts of one round that a row is part of."""
MOST_CUTS = 600
"""Most cuts of one round."""
CHUNK = 100
"""Rows that sets are grown from between two looks at the clock."""
SKIPPED = 0.3
"""Share of the rows nearby that the second set grown from a row passes over, so that it differs from the first."""


@dataclass
class OddCuts:
    """Finds odd cuts for a master; one that stands in it is not broken, one that was taken out may come again."""

    master: Master
    seed: int
    rounds: int = 0
    added: int = 0

    def fits(self) -> bool:
        """Is there a block that (1) holds for?"""
        return any(eligible(part) for part in self.master.parts.values())

    def separate(self, x: NDArray[np.float64], should_stop: Callable[[], bool] = lambda: False) -> int:
        """Add the odd cuts that a point (n,) breaks; return how many."""
        self.rounds += 1
        return sum(
            self._add(part, self._sets(part, x, should_stop))
            for part in self.master.parts.values()
            if eligible(part)
        )

    def _sets(
        self, part: Part, x: NDArray[np.float64], should_stop: Callable[[], bool]
    ) -> list[tuple[float, tuple[int, ...]]]:
        """Return broken sets of rows of a block and by how much, the worst first."""
        block, n = part.block, self.master.active.size
        cars = np.maximum(x[:n], 0.0)
        own = self.master.x_of[block.column]
        used = cars[own] > 1e-7
        row = block.row_of()
        total = np.bincount(row, weights=cars[own], minlength=block.n_rows)
        slack = np.maximum(0.0, 1.0 + total - 2.0 * x[part.h : part.h + block.n_rows])
        starts = np.concatenate([[0], np.cumsum(np.bincount(row[used], minlength=block.n_rows))])
        # of rows that the same cars in use cover one is enough
        _, first = equal_rows(starts, own[used], np.zeros(used.sum(), dtype=np.int64), slack < MOST_SLACK)
        if first.size < 3:
            return []
        a = sp.csr_array((np.ones(used.sum()), own[used], starts), shape=(block.n_rows, n))[first]
        back = sp.csr_array(a.T)
        found: dict[tuple[int, ...], float] = {}
        for begin in range(0, 2 * first.size, CHUNK):
            if should_stop():
                break
            seeds = np.arange(begin, min(begin + CHUNK, 2 * first.size))
            members, broken = _grow(
                seeds,
                a.indptr.astype(np.int64),
                a.indices.astype(np.int64),
                back.indptr.astype(np.int64),
                back.indices.astype(np.int64),
                cars,
                slack[first],
                self.seed + self.rounds,
            )
            for k in np.flatnonzero(broken > LEAST_BROKEN):
                some = tuple(np.sort(first[members[k][members[k] >= 0]]).tolist())
                found[some] = float(broken[k])
        return sorted(((v, k) for k, v in found.items()), reverse=True)

    def _add(self, part: Part, sets: list[tuple[float, tuple[int, ...]]]) -> int:
        block, master = part.block, self.master
        times = np.zeros(block.n_rows, dtype=np.int64)
        added = 0
        for _, some in sets:
            if added >= MOST_CUTS:
                break
            rows = np.array(some)
            if times[rows].max() >= SHARED:
                continue
            times[rows] += 1
            added += 1
            entries = np.concatenate([np.arange(block.starts[r], block.starts[r + 1]) for r in some])
            columns, n = np.unique(master.x_of[block.column[entries]], return_counts=True)
            master.rows.add(
                np.append(columns, part.h + rows),
                np.append(-np.ceil(n / 2), np.ones(rows.size)),
                -INFINITE,
                rows.size // 2,
                NAME,
            )
        self.added += added
        return added


def eligible(part: Part) -> bool:
    """Return True where one car at any of its posts covers a row in full, for all rows of a block."""
    block = part.block
    return bool(
        part.single
        and block.kind == BEST
        and block.n_rows
        and (np.abs(block.gain - part.top[block.row_of()]) <= 1e-12 * part.top[block.row_of()]).all()
    )


@njit(cache=True)
def _grow(seeds, starts, column, back, row, x, slack, seed):  # type: ignore[no-untyped-def]
    """Grow an odd set from each seed: (rows of the sets, -1 where none; by how much (1) is broken).

    A seed beyond the number of rows is one of them again, with some of the rows nearby passed over.
    """
    np.random.seed(seed)
    n_rows = slack.size
    members = np.full((seeds.size, LARGEST + 1), -1, np.int64)
    broken = np.zeros(seeds.size)
    inside, near = np.zeros(n_rows, np.bool_), np.zeros(n_rows, np.bool_)
    odd, beside = np.zeros(x.size, np.bool_), np.zeros(x.size, np.bool_)
    change, cand = np.zeros(n_rows), np.zeros(n_rows, np.int64)
    for i in range(seeds.size):
        chosen = np.full(LARGEST + 1, -1, np.int64)
        chosen[0], n = seeds[i] % n_rows, 1
        again = seeds[i] >= n_rows
        cost = _turn(chosen[0], starts, column, x, slack, inside, odd)
        while True:
            k = 0
            for a in range(n):
                for e in range(starts[chosen[a]], starts[chosen[a] + 1]):
                    j = column[e]
                    for q in range(back[j], back[j + 1]):
                        r = row[q]
                        if near[r] or k >= MOST_NEAR or (again and np.random.random() < SKIPPED):
                            continue
                        near[r] = True
                        cand[k] = r
                        k += 1
            for a in range(k):
                r = cand[a]
                near[r] = False
                change[r] = -slack[r] if inside[r] else slack[r]
                for e in range(starts[r], starts[r + 1]):
                    change[r] += -x[column[e]] if odd[column[e]] else x[column[e]]
            best, first, second = -1e-9, -1, -1
            for a in range(k):
                r = cand[a]
                if change[r] > MOST_CHANGE:
                    continue
                for e in range(starts[r], starts[r + 1]):
                    beside[column[e]] = True
                for b in range(a + 1, k):
                    s = cand[b]
                    if change[s] > MOST_CHANGE or (n + 2 > LARGEST and not (inside[r] or inside[s])):
                        continue
                    both = change[r] + change[s]
                    for e in range(starts[s], starts[s + 1]):
                        if beside[column[e]]:
                            both -= 2 * (-x[column[e]] if odd[column[e]] else x[column[e]])
                    if both < best:
                        best, first, second = both, r, s
                for e in range(starts[r], starts[r + 1]):
                    beside[column[e]] = False
            if first < 0:
                break
            for r in (first, second):
                cost += _turn(r, starts, column, x, slack, inside, odd)
                if inside[r]:
                    chosen[n] = r
                    n += 1
                else:
                    at = 0
                    while chosen[at] != r:
                        at += 1
                    n -= 1
                    chosen[at], chosen[n] = chosen[n], -1
        broken[i] = 0.5 * (1.0 - cost)
        members[i] = chosen
        for a in range(n):
            inside[chosen[a]] = False
            for e in range(starts[chosen[a]], starts[chosen[a] + 1]):
                odd[column[e]] = False
    return members, broken


@njit(cache=True)
def _turn(r, starts, column, x, slack, inside, odd):  # type: ignore[no-untyped-def]
    """Let a row come into the set or leave it; return what that adds to the odd cars and the slack."""
    inside[r] = not inside[r]
    change = slack[r] if inside[r] else -slack[r]
    for e in range(starts[r], starts[r + 1]):
        j = column[e]
        change += -x[j] if odd[j] else x[j]
        odd[j] = not odd[j]
    return change
