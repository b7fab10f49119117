"""Close the gap: the relaxation by cuts, prices that drop columns, HiGHS on what is left."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, WITH_PRESOLVE, Solved, Watch, solve_linear
from optimiser.solve.result import PROOF_GAP
from optimiser_models.standby import anneal, arrays, search
from optimiser_models.standby.arrays import Block
from optimiser_models.standby.beside import Beside
from optimiser_models.standby.field import field_of
from optimiser_models.standby.master import Master
from optimiser_models.standby.polish import polish
from optimiser_models.standby.relax import LARGEST_SIMPLEX, Prices, Relaxation, exhausted, useful

if TYPE_CHECKING:
    from optimiser_models.standby.benders import Run

LARGEST_FULL = 1_500_000
"""Entries up to which every row has a column and cuts of its own."""
GROUPS = 100
"""Groups of rows beyond that."""
WORTH_REBUILDING = 0.9
"""Share of the columns left at which the relaxation is built anew without the others."""
WORTH_CLOSING = 0.1
"""Share of the columns that a better plan lets close at which the proof begins again without them."""
SMALL = 60_000
"""Entries up to which the proof comes at once, without a longer search before it."""
KERNEL = 200
"""Columns with the best prices that are tried before all that are left."""
SEARCH_SHARE, POLISH_SHARE, KERNEL_SHARE = 0.01, 0.01, 0.05
"""Of the time left, what each way to a better plan gets in a turn where the proof is open after the relaxation."""
BETTER_SHARE = 0.1
"""Of the time left, that after which no further turn begins; a turn in vain is the last."""
LEAN_GAP = 0.01
"""Gap after the relaxation up to which presolve and heuristics would be most of a long proof."""
SEARCH_ROUNDS = 60
FRESH = 4
"""Every so many searches one starts anew, from cars drawn by their share in the relaxation."""
CONFIRM_SHARE = 1.0
"""Of the time that a proof took, what may be spent on confirming it."""

Key = tuple[str, int]


def close(run: Run, blocks: dict[Key, Block], out: NDArray[np.bool_]) -> dict[str, Any]:
    """Run the loop until proved, near enough or out of time; return what to note."""
    began = run.report.elapsed_s()
    notes: dict[str, Any] = {"cut rounds": 0}
    lean = False
    ones = np.zeros(run.d.n_columns, dtype=bool)
    run.report(phase="bounding")
    while True:
        master = _master(run, blocks, out, ones)
        relaxation = Relaxation(run, master, field_of(run.d, run.aims(), blocks, out), notes)
        relaxation.cut()
        if run.done() or relaxation.prices is None:
            break
        left, ones = useful(run, master, relaxation.prices)
        if left.sum() > WORTH_REBUILDING * master.active.size:
            break
        out = ~left
        blocks = {key: arrays.without(b, out) for key, b in blocks.items()}
    if not run.done():
        relaxation.tighten()
    # these end by the clock, so a run that is to be the same again goes without them
    long = master.entries > SMALL
    if long and not (run.done() or run.options.reproducible) and relaxation.prices and run.best is not None:
        notes["neighbourhoods"] = _better(run, master, blocks, out, relaxation.prices)
    beside = Beside(run, blocks, out) if long and not run.done() and run.searches_beside() else None
    with beside or nullcontext():
        while not run.done():
            if relaxation.closable() >= WORTH_CLOSING:
                relaxation.tighten()
                if run.done():
                    break
            relaxation.close()
            run.report(phase="proving")
            lean = long and run.gap() <= LEAN_GAP
            notes["proofs begun"] = notes.get("proofs begun", 0) + 1
            _whole(run, master, notes, run.left_s(), relaxation=relaxation, lean=lean, beside=beside)
            if relaxation.closable() < WORTH_CLOSING:
                break
    notes["columns left"] = int((~master.closed)[master.active].sum())
    _confirm(run, master, began, lean=lean)
    return notes


def _master(run: Run, blocks: dict[Key, Block], out: NDArray[np.bool_], ones: NDArray[np.bool_]) -> Master:
    entries = sum(b.gain.size for b in blocks.values())
    groups = max((b.n_rows for b in blocks.values()), default=0) if entries <= LARGEST_FULL else GROUPS
    return Master(run.d, run.aim, blocks, np.flatnonzero(~out), run.rows, groups, ones)


def _better(
    run: Run, master: Master, blocks: dict[Key, Block], out: NDArray[np.bool_], prices: Prices
) -> int:
    """Look for a better plan in several ways, in turns until one is in vain; return neighbourhoods solved."""
    left_s = run.left_s()
    until = run.report.elapsed_s() + BETTER_SHARE * left_s
    solved, before = 0, -np.inf
    while not run.done() and run.value > before and run.report.elapsed_s() < until:
        before = run.value
        run.report(phase="improving")
        _search_on(run, master, blocks, out, prices.x, run.report.elapsed_s() + SEARCH_SHARE * left_s)
        if run.done():
            break
        solved += polish(run, blocks, run.report.elapsed_s() + POLISH_SHARE * left_s)
        if not run.done():
            _kernel(run, master, prices, KERNEL_SHARE * left_s)
    return solved


def _search_on(
    run: Run,
    master: Master,
    blocks: dict[Key, Block],
    out: NDArray[np.bool_],
    x: NDArray[np.float64],
    until: float,
) -> None:
    """Search from the best plan, and now and then from cars drawn by their share in the relaxation."""
    assert run.best is not None
    field = field_of(run.d, run.aims(), blocks, out)
    share = np.zeros(run.d.n_columns)
    share[master.active] = np.clip(x[: master.active.size], 0.0, 1.0)
    rng = np.random.default_rng(run.next_seed())
    cars, k = run.best, 0
    if anneal.fits(field):
        moves = anneal.moves_in(field, until - run.report.elapsed_s())
        cars = anneal.anneal(field, cars, moves=moves, seed=run.next_seed())
        run.offer(cars)
    while not run.done() and run.report.elapsed_s() < until:
        k += 1
        if k % (2 * FRESH) == FRESH:
            cars = (rng.random(share.size) < share).astype(np.int64)
        elif k % (2 * FRESH) == 0:
            cars = run.best
        if run.weigh(cars):
            field = field_of(run.d, run.aims(), blocks, out)
        cars, _ = search.improve(field, cars, rounds=SEARCH_ROUNDS, seed=run.next_seed())
        run.offer(cars)


def _kernel(run: Run, master: Master, prices: Prices, seconds: float) -> None:
    """Look for a better plan on the columns with the best prices."""
    assert run.best is not None
    left, _ = useful(run, master, prices)
    reduced = np.full(run.d.n_columns, np.inf)
    reduced[master.active] = prices.reduced[: master.active.size]
    some = left & (np.argsort(np.argsort(reduced, kind="stable"), kind="stable") < KERNEL)
    some |= run.best > 0
    some[master.active] |= prices.x[: master.active.size] > PROOF_GAP
    some[run.d.kept] = True
    if some.sum() >= WORTH_REBUILDING * left.sum():
        return
    run.report(phase="improving")
    closed = master.closed
    master.closed = closed | ~some
    try:
        _whole(run, master, {}, seconds)
    finally:
        master.closed = closed


def _whole(
    run: Run,
    master: Master,
    notes: dict[str, Any],
    seconds: float,
    *,
    relaxation: Relaxation | None = None,
    lean: bool = False,
    beside: Beside | None = None,
) -> None:
    """Solve in whole cars, cut off what counts too much, again; bounds count where a relaxation is given.

    Ends early where a better plan lets the relaxation close so many columns that it is worth beginning again.
    """
    until = run.report.elapsed_s() + min(seconds, run.left_s())
    rounds = 0
    while not run.done() and run.report.elapsed_s() < until:
        rounds += 1
        solved = _solve(run, master, until, relaxation=relaxation, lean=lean, beside=beside)
        if solved.infeasible:
            if relaxation is not None:
                exhausted(run, master)
            break
        if solved.bound is not None and relaxation is not None:
            run.prove(-solved.bound * master.scale)
        if solved.x is None:
            break
        cars = master.cars(solved.x)
        run.offer(cars)
        if not master.separate(_exact(master, solved.x)):
            break
        if relaxation is not None and relaxation.closable() >= WORTH_CLOSING:
            break
    notes["whole rounds"] = rounds


def _exact(master: Master, x: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = x.copy()
    whole[: master.active.size] = np.round(x[: master.active.size])
    return whole


def _solve(
    run: Run,
    master: Master,
    until: float,
    *,
    relaxation: Relaxation | None,
    lean: bool,
    beside: Beside | None,
) -> Solved:
    told = run.best

    def incumbent(objective: float, bound: float, x: NDArray[np.float64]) -> None:
        nonlocal told
        if run.offer(master.cars(x)):
            told = run.best

    def bound(value: float) -> None:
        if relaxation is not None:
            run.prove(-value * master.scale)

    def should_stop() -> bool:
        if beside is not None:
            beside.take()
        again = relaxation is not None and relaxation.closable() >= WORTH_CLOSING
        return again or run.report.should_stop() or run.done()

    def better() -> NDArray[np.float64] | None:
        nonlocal told
        if run.best is None or run.best is told:
            return None
        told = run.best
        return master.start(run.best)

    return solve_linear(
        master.model(),
        time_limit_s=max(0.1, min(run.left_s(), until - run.report.elapsed_s())),
        options=run.options,
        start=None if run.best is None else master.start(run.best),
        watch=Watch(incumbent, bound, should_stop, better if beside is not None else None),
        gap_frac=max(run.options.gap_frac, PROOF_GAP / 4),
        abs_gap=_grid(run, master),
        lean=lean,
        interior=len(master.rows.lower) > LARGEST_SIMPLEX,
    )


def _confirm(run: Run, master: Master, began: float, *, lean: bool) -> None:
    """Find a second route to a proof: arithmetic on prices, or HiGHS again the other way where time allows."""
    proved = run.infeasible or run.gap() <= PROOF_GAP
    if run.confirmed_by or not (run.options.confirm and proved) or run.report.should_stop():
        return
    left = min(run.left_s(), max(2.0, CONFIRM_SHARE * (run.report.elapsed_s() - began)))
    if left < 0.1 or run.infeasible:
        return
    run.report(phase="confirming")
    again = solve_linear(
        master.model(),
        time_limit_s=left,
        options=run.options,
        start=None if run.best is None else master.start(run.best),
        presolve=lean,
        interior=len(master.rows.lower) > LARGEST_SIMPLEX,
        gap_frac=PROOF_GAP / 4,
        watch=Watch(should_stop=run.report.should_stop),
        abs_gap=_grid(run, master),
    )
    limit = -run.needed() / master.scale - PROOF_GAP * abs(run.value / master.scale)
    if again.infeasible or (again.bound is not None and again.bound >= limit):
        run.confirmed_by = WITH_PRESOLVE if lean else OTHER_PRESOLVE


def _grid(run: Run, master: Master) -> float:
    """Return the least difference between two values in the model's units."""
    return max(1e-9, run.step * (1 - 1e-3) / master.scale)
