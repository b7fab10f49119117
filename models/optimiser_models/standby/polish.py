"""Better plans by solving a neighbourhood exactly: a few cars that stand near each other may go anywhere near.

All other cars stay, so only the patterns they leave open count, and HiGHS solves what is left in a moment. The
neighbourhood of a car is told by the rows it shares with others through common columns; no map is needed. For aims
whose blocks are all BEST, with one part of the day, one car a post and no rule but the number of cars and kept
posts. After Taillard and Voss (2002), POPMUSIC.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.result import PROOF_GAP
from optimiser_models.standby.arrays import BEST, Aim, Block, Design
from optimiser_models.standby.master import Master

if TYPE_CHECKING:
    from optimiser_models.standby.benders import Run

FIRST_CARS, MOST_CARS = 4, 14
LONGEST_S = 6.0
"""Longest time for one neighbourhood."""
TOO_LARGE = 400_000
"""Entries of a neighbourhood that is not worth trying."""

Key = tuple[str, int]


def fits(run: Run, blocks: dict[Key, Block]) -> bool:
    """Can this question be polished?"""
    d = run.d
    return (
        d.plain
        and math.isfinite(d.most[0])
        and not (math.isfinite(d.budget) or d.least or d.kept_slack or run.rows)
        and not (d.today.size and math.isfinite(d.most_moved))
        and not (run.aim.on_use.any() or run.aim.per_car)
        and all(b.kind == BEST for b in blocks.values())
    )


def polish(run: Run, blocks: dict[Key, Block], until: float) -> int:
    """Polish the best plan until a deadline or until no neighbourhood helps; return how many were solved."""
    if run.best is None or not fits(run, blocks):
        return 0
    near = _nearness(run.d, blocks)
    rng = np.random.default_rng(run.next_seed())
    size, solved = FIRST_CARS, 0
    while size <= MOST_CARS:
        seats = rng.permutation(np.flatnonzero(run.best))
        better = False
        for seat in seats:
            if run.done() or run.report.elapsed_s() >= until:
                return solved
            if not run.best[seat]:
                continue
            solved += 1
            better |= _solve(run, blocks, _around(near, run.best, int(seat), size), until)
        if not better:
            size += 2
    return solved


def _nearness(d: Design, blocks: dict[Key, Block]) -> sp.csr_array:
    """Return rows by columns, all blocks one under the other."""
    parts = [
        sp.csr_array((np.ones(b.gain.size), b.column, b.starts), shape=(b.n_rows, d.n_columns))
        for b in blocks.values()
    ]
    return sp.csr_array(sp.vstack(parts))


def _around(near: sp.csr_array, cars: NDArray[np.int64], seat: int, n: int) -> NDArray[np.int64]:
    """Return the ``n`` standing cars that share most with this one, itself among them."""
    one = np.zeros(cars.size)
    one[seat] = 1.0
    rows = near @ one
    share = near.T @ (near @ (near.T @ rows))
    here = np.flatnonzero(cars)
    share[seat] = np.inf
    return np.asarray(here[np.argsort(-share[here], kind="stable")[:n]], dtype=np.int64)


def _solve(run: Run, blocks: dict[Key, Block], free: NDArray[np.int64], until: float) -> bool:
    """Let these cars go anywhere; return whether the plan became better."""
    assert run.best is not None
    d = run.d
    free = free[~np.isin(free, d.kept)]
    stay = run.best.copy()
    stay[free] = 0
    left = {key: _open_rows(b, stay) for key, b in blocks.items()}
    if not free.size or sum(b.gain.size for b in left.values()) > TOO_LARGE:
        return False
    columns = np.unique(np.concatenate([*(b.column for b in left.values()), free]))
    columns = columns[stay[columns] == 0]
    small = replace(d, most=np.array([float(free.size)]), kept=np.zeros(0, dtype=np.int64))
    aim = Aim(run.aim.name, run.aim.sign, run.aim.blocks, run.aim.on_use, 0.0, 0.0)
    rows = max(b.n_rows for b in left.values())
    master = Master(small, aim, left, columns, (), rows)
    start = run.best - stay
    while True:
        solved = solve_linear(
            master.model(),
            time_limit_s=max(0.1, min(LONGEST_S, run.left_s(), until - run.report.elapsed_s())),
            options=run.options,
            start=master.start(start),
            watch=Watch(should_stop=run.report.should_stop),
            gap_frac=PROOF_GAP,
            abs_gap=max(1e-9, run.step * (1 - 1e-3) / master.scale),
        )
        if solved.x is None:
            return False
        if run.offer(stay + master.cars(solved.x)):
            return True
        if not master.separate(solved.x):
            return False
        if run.report.elapsed_s() >= until or run.done():
            return False


def _open_rows(block: Block, stay: NDArray[np.int64]) -> Block:
    """Return what a block can still gain beyond the cars that stay: rows with their gains less what they have."""
    has = np.zeros(block.n_rows)
    row = block.row_of()
    np.maximum.at(has, row, np.where(stay[block.column] > 0, block.gain, 0.0))
    more = block.gain - has[row]
    keep = more > 1e-12
    count = np.bincount(row[keep], minlength=block.n_rows)
    some = count > 0
    starts = np.concatenate([[0], np.cumsum(count[some])]).astype(np.int64)
    return Block(block.kind, block.par, starts, block.column[keep], more[keep], block.weight[some])
