"""Posts that another post can stand in for: whatever they reach, it reaches as well or better, at no higher price.

Holds where a second car near a call counts nothing (all blocks BEST), and for posts that no rule names.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimiser_models.standby.arrays import BEST, Aim, Block, Design

LARGEST_WORK = 4e9
"""Pairs of entries looked at; past that nothing is dropped."""


def dominated(
    d: Design, aims: list[Aim], blocks: dict[tuple[str, int], Block], most_work: float = LARGEST_WORK
) -> NDArray[np.bool_]:
    """Return the columns that need no car, shape (N,); none where more than ``most_work`` pairs are to be seen."""
    none = np.zeros(d.n_columns, dtype=bool)
    if any(b.kind != BEST for b in blocks.values()):
        return none
    if sum(float((np.diff(b.starts).astype(np.float64) ** 2).sum()) for b in blocks.values()) > most_work:
        return none
    n = d.n_posts
    beaten = np.zeros((n, n), dtype=np.int32)
    rows = np.zeros(n, dtype=np.int64)
    for b in blocks.values():
        _compare(b.starts, b.column, b.gain, n, beaten)
        rows += np.bincount(b.column % n, minlength=n)
    over: NDArray[np.bool_] = np.asarray(beaten >= rows[:, None])
    cheaper = d.cost[None, :] <= d.cost[:, None]
    for a in aims:
        cheaper &= a.on_use[None, :] >= a.on_use[:, None]
    over &= cheaper
    np.fill_diagonal(over, False)
    equal = over & over.T
    earlier = np.arange(n)[None, :] < np.arange(n)[:, None]
    out: NDArray[np.bool_] = np.asarray((over & (~equal | earlier)).any(axis=1))
    out[d.today] = False
    out[d.kept % n] = False
    return np.asarray(np.tile(out, d.n_parts), dtype=bool)


@njit(cache=True)
def _compare(starts, column, gain, n, beaten):  # type: ignore[no-untyped-def]
    """Count for each pair of posts the rows of the first where the second gains at least as much."""
    for r in range(starts.size - 1):
        for a in range(starts[r], starts[r + 1]):
            for b in range(starts[r], starts[r + 1]):
                if gain[b] >= gain[a]:
                    beaten[column[a] % n, column[b] % n] += 1
                else:
                    break
