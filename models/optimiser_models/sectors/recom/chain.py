"""Recombination of contiguous, balanced plans, compiled: a chain of plans, and the best of short bursts of it.

A plan is the district of each area. One draw (ReCom: DeFord, Duchin and Solomon 2021):

1. a link between two districts is chosen, all such links alike likely; its two districts are merged;
2. a spanning tree of the merged region is drawn, all trees alike likely (:mod:`.trees`);
3. of the tree's links, one whose cut leaves both sides within their windows is chosen, all alike likely. Either side
   may take either name where the windows allow both; the larger overlap with the old district decides.

A cut of a spanning tree leaves two connected sides, so contiguity and balance hold after every step. A draw fails
where no link of its tree fits; a draw that gives back the same two districts is no step either. Both are counted
apart from steps. After ``DRAWS_A_PAIR`` failures another pair is chosen, after ``most_draws`` failures in a row the
chain stops: a map on which nothing can be recombined ends in bounded time.

Short bursts (Cannon et al. 2023) start each burst from the best plan met, equals included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.sectors.recom import trees
from optimiser_models.sectors.recom.ground import Ground, Ints, admissible, pieces

DRAWS_A_PAIR = 40
"""Trees drawn for one pair of districts before another is chosen."""
MOST_DRAWS = 20_000
"""Failed draws in a row after which a chain stops."""
STEPS, FAILED, SAME, STUCK = range(4)
"""Places in a tally: steps made, draws without a fitting cut, draws that changed nothing, stops."""


@njit(cache=True)
def _cut_links(label, starts, neighbours, border, tail, head):  # type: ignore[no-untyped-def]
    """List the links between districts; return how many, and how long the border is."""
    count, length = 0, 0.0
    for i in range(label.size):
        for e in range(starts[i], starts[i + 1]):
            v = neighbours[e]
            if v > i and label[v] != label[i]:
                tail[count], head[count] = i, v
                count += 1
                length += border[e]
    return count, length


@njit(cache=True, nogil=True)
def walk(  # type: ignore[no-untyped-def]
    label, state, starts, neighbours, border, work, low, high, n_steps, most_draws, burst, best, best_length,
    kept, tally,
):  # fmt: skip
    """Make ``n_steps`` steps on ``label`` in place; return the shortest border met, with its plan in ``best``.

    With ``burst`` > 0 the walk goes back to ``best`` after every ``burst`` steps. The first ``len(kept)`` plans
    after a step are written to ``kept``; ``tally`` (4,) is added to.
    """
    n = label.size
    tail, head = np.empty(neighbours.size, np.int64), np.empty(neighbours.size, np.int64)
    inside, part = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    member, row = np.empty(n, np.int64), np.empty(n, np.int64)
    sub_starts, sub_near = np.empty(n + 1, np.int64), np.empty(neighbours.size, np.int64)
    parent, order = np.empty(n, np.int64), np.empty(n, np.int64)
    sums = np.empty((n, work.shape[0]))
    n_cut, length = _cut_links(label, starts, neighbours, border, tail, head)
    made, failures = 0, 0
    while made < n_steps and n_cut > 0 and failures < most_draws:
        link = trees.below(state, n_cut)
        a, b = label[tail[link]], label[head[link]]
        for i in range(n):
            inside[i] = label[i] == a or label[i] == b
        size = trees.region(inside, starts, neighbours, member, row, sub_starts, sub_near)
        for _ in range(min(DRAWS_A_PAIR, most_draws - failures)):
            trees.tree(state, size, sub_starts, sub_near, parent, order)
            top, as_a, as_b = trees.balanced_cut(
                state, size, member, parent, order, work, low, high, a, b, sums
            )
            if top < 0:
                tally[FAILED] += 1
                failures += 1
                continue
            count = trees.beneath(size, parent, order, top, part)
            n_a, both = 0, 0
            for p in range(size):
                n_a += label[member[p]] == a
                both += part[p] and label[member[p]] == a
            if (both == n_a and count == n_a) or (both == 0 and count == size - n_a):
                tally[SAME] += 1
                failures += 1
                continue
            # areas that keep their name if the part beneath becomes a, against those if it becomes b
            stay = both + (size - n_a) - (count - both)
            name_a = as_a and (not as_b or 2 * stay >= size)
            for p in range(size):
                label[member[p]] = a if part[p] == name_a else b
            n_cut, length = _cut_links(label, starts, neighbours, border, tail, head)
            if made < kept.shape[0]:
                for i in range(n):
                    kept[made, i] = label[i]
            made += 1
            failures = 0
            tally[STEPS] += 1
            if length <= best_length:
                best_length = length
                best[:] = label
            break
        if burst > 0 and failures == 0 and made % burst == 0:
            label[:] = best
            n_cut, length = _cut_links(label, starts, neighbours, border, tail, head)
    if made < n_steps:
        tally[STUCK] += 1
    return best_length


@dataclass
class Chain:
    """A chain under way: the plan, its random state, the shortest border met and the tally of draws."""

    g: Ground
    label: Ints
    state: NDArray[np.uint64]
    best: Ints
    best_length: float
    tally: Ints

    @classmethod
    def of(cls, g: Ground, label: Ints, seed: int) -> Chain:
        """Start a chain at an admissible plan."""
        label = np.ascontiguousarray(label, dtype=np.int64).copy()
        return cls(g, label, trees.source(seed), label.copy(), g.length(label), np.zeros(4, dtype=np.int64))

    def steps(
        self, n_steps: int, *, burst: int = 0, most_draws: int = MOST_DRAWS, keep: int = 0
    ) -> NDArray[np.int16]:
        """Make steps, in bursts from the best plan where ``burst`` is given; return the first ``keep`` plans.

        Fewer steps are made where ``most_draws`` draws in a row fail; the tally tells.
        """
        kept = np.zeros((keep, self.g.n), dtype=np.int16)
        before = int(self.tally[STEPS])
        self.best_length = float(
            walk(
                self.label, self.state, self.g.starts, self.g.neighbours, self.g.border, self.g.work, self.g.low,
                self.g.high, n_steps, most_draws, burst, self.best, self.best_length, kept, self.tally,
            )
        )  # fmt: skip
        return kept[: int(self.tally[STEPS]) - before]


@njit(cache=True, nogil=True)
def _grow(label, state, starts, neighbours, work, low, high, most_draws):  # type: ignore[no-untyped-def]
    """Cut district after district off the rest by trees; return the draws spent, negative where they ran out."""
    n, k = label.size, low.shape[1]
    kinds = work.shape[0]
    inside, part = np.ones(n, np.bool_), np.zeros(n, np.bool_)
    member, row = np.empty(n, np.int64), np.empty(n, np.int64)
    sub_starts, sub_near = np.empty(n + 1, np.int64), np.empty(neighbours.size, np.int64)
    parent, order = np.empty(n, np.int64), np.empty(n, np.int64)
    sums = np.empty((n, kinds))
    two_low, two_high = np.zeros((kinds, 2)), np.zeros((kinds, 2))
    spent = 0
    while spent < most_draws:
        inside[:] = True
        d = 0
        while d < k - 1:
            two_low[:, 0], two_high[:, 0] = low[:, d], high[:, d]
            two_low[:, 1], two_high[:, 1] = 0.0, 0.0
            for e in range(d + 1, k):
                two_low[:, 1] += low[:, e]
                two_high[:, 1] += high[:, e]
            size = trees.region(inside, starts, neighbours, member, row, sub_starts, sub_near)
            top, as_first = -1, False
            for _ in range(DRAWS_A_PAIR):
                if spent >= most_draws:
                    break
                spent += 1
                trees.tree(state, size, sub_starts, sub_near, parent, order)
                top, as_first, _ = trees.balanced_cut(
                    state, size, member, parent, order, work, two_low, two_high, 0, 1, sums
                )
                if top >= 0:
                    break
            if top < 0:
                break
            trees.beneath(size, parent, order, top, part)
            for p in range(size):
                if part[p] == as_first:
                    label[member[p]] = d
                    inside[member[p]] = False
            d += 1
        if d == k - 1:
            for i in range(n):
                if inside[i]:
                    label[i] = d
            return spent
    return -spent


def random_plan(g: Ground, seed: int, most_draws: int = MOST_DRAWS) -> Ints | None:
    """Return a contiguous plan within the windows, cut off district by district; None where none was found.

    None is no proof that there is none: it is said after ``most_draws`` trees at the most.
    """
    label = np.zeros(g.n, dtype=np.int64)
    if pieces(g, label) > 1:
        return None
    if g.k == 1:
        return label if admissible(g, label) else None
    spent = _grow(
        label, trees.source(seed), g.starts, g.neighbours, g.work, g.low, g.high, max(1, most_draws)
    )
    return label if spent > 0 else None
