"""Close the gap: the relaxation by cuts, prices that drop columns, HiGHS on what is left."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.confirm import ARITHMETIC
from optimiser.solve.backends.duality import safe_bound
from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, WITH_PRESOLVE, Solved, Watch, solve_linear
from optimiser.solve.backends.highs_lp import GrowingLP
from optimiser.solve.backends.linear import INFINITE, LinearModel
from optimiser.solve.result import PROOF_GAP
from optimiser_models.standby import arrays, search
from optimiser_models.standby.arrays import Block
from optimiser_models.standby.beside import Beside
from optimiser_models.standby.field import Field, field_of
from optimiser_models.standby.master import Master
from optimiser_models.standby.polish import polish

if TYPE_CHECKING:
    from optimiser_models.standby.benders import Run

LARGEST_FULL = 1_500_000
"""Entries up to which every row has a column and cuts of its own."""
GROUPS = 100
"""Groups of rows beyond that."""
LARGEST_SIMPLEX = 2_000
"""Rows from which on the first relaxation is solved by an interior point."""
STALE_ROUNDS, STALE = 6, 1e-5
WORTH_REBUILDING = 0.9
"""Share of the columns left at which the relaxation is built anew without the others."""
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
GUESS_ROUNDS = 10
CONFIRM_SHARE = 1.0
"""Of the time that a proof took, what may be spent on confirming it."""

Key = tuple[str, int]


@dataclass
class Prices:
    """What the relaxation says: its point, a bound, and what each column costs beyond it (model's units)."""

    x: NDArray[np.float64]
    bound: float
    reduced: NDArray[np.float64]


def close(run: Run, blocks: dict[Key, Block], out: NDArray[np.bool_]) -> dict[str, Any]:
    """Run the loop until proved, near enough or out of time; return what to note."""
    began = run.report.elapsed_s()
    notes: dict[str, Any] = {"cut rounds": 0}
    lean = False
    ones = np.zeros(run.d.n_columns, dtype=bool)
    run.report(phase="bounding")
    tried = False
    while True:
        master = _master(run, blocks, out, ones)
        prices = _relaxation(run, master, blocks, out, notes)
        if run.done() or prices is None:
            break
        # these end by the clock, so a run that is to be the same again goes without them
        if not (tried or run.options.reproducible) and run.best is not None and master.entries > SMALL:
            tried = True
            notes["neighbourhoods"] = _better(run, master, blocks, out, prices)
            if run.done():
                break
        left, ones = _useful(run, master, prices)
        notes["columns left"] = int(left.sum())
        if left.sum() > WORTH_REBUILDING * master.active.size:
            break
        out = ~left
        blocks = {key: arrays.without(b, out) for key, b in blocks.items()}
    if not run.done():
        run.report(phase="proving")
        master.ones = ones
        long = master.entries > SMALL
        lean = long and run.gap() <= LEAN_GAP
        beside = Beside(run, blocks, out) if long and run.searches_beside() else None
        with beside or nullcontext():
            _whole(run, master, notes, run.left_s(), valid=True, lean=lean, beside=beside)
    _confirm(run, master, began, lean=lean)
    return notes


def _master(run: Run, blocks: dict[Key, Block], out: NDArray[np.bool_], ones: NDArray[np.bool_]) -> Master:
    entries = sum(b.gain.size for b in blocks.values())
    groups = max((b.n_rows for b in blocks.values()), default=0) if entries <= LARGEST_FULL else GROUPS
    return Master(run.d, run.aim, blocks, np.flatnonzero(~out), run.rows, groups, ones)


def _relaxation(
    run: Run, master: Master, blocks: dict[Key, Block], out: NDArray[np.bool_], notes: dict[str, Any]
) -> Prices | None:
    """Cut the linear relaxation; None where it gave no price."""
    lp = GrowingLP(
        master.model(),
        options=run.options,
        interior=len(master.rows.lower) > LARGEST_SIMPLEX,
        should_stop=lambda: run.report.should_stop() or run.left_s() <= 0,
    )
    field = field_of(run.d, run.aims(), blocks, out)
    prices: Prices | None = None
    before, stale = np.inf, 0
    while not run.done():
        solved = lp.solve(run.left_s())
        if solved.infeasible:
            _exhausted(run, master)
            return None
        if solved.x is None or solved.objective is None:
            break
        model = master.model()
        found = certificate(model, solved.row_dual)
        prices = Prices(solved.x, *found)
        run.prove(-found[0] * master.scale)
        if run.gap() <= PROOF_GAP and not run.confirmed_by:
            run.confirmed_by = ARITHMETIC
        stale = stale + 1 if before - run.bound <= STALE * abs(run.bound) else 0
        before = run.bound
        _guess(run, master, field, solved.x)
        first = len(master.rows.lower)
        notes["cut rounds"] += 1
        if run.done() or not master.separate(solved.x) or (stale >= STALE_ROUNDS and not _full(master)):
            break
        rows = master.rows
        lp.add_rows(rows.matrix(master.n, first), np.array(rows.lower[first:]), np.array(rows.upper[first:]))
    return prices


def _full(master: Master) -> bool:
    return all(part.single for part in master.parts.values())


def certificate(model: LinearModel, row_dual: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return a bound below a minimum, and what each column costs beyond it, from any prices of its rows.

    Valid whatever the prices: a price on the side of a row that has no limit is taken as 0.
    """
    assert model.sense == "min"
    usable = np.where(row_dual > 0, model.row_lower > -INFINITE, model.row_upper < INFINITE)
    reduced = model.cost - model.a.T @ np.where(usable, row_dual, 0.0)
    return safe_bound(model, row_dual), np.asarray(reduced, dtype=np.float64)


def _guess(run: Run, master: Master, field: Field, x: NDArray[np.float64]) -> None:
    """Take the cars that the relaxation is surest of, fill up and search a little from there."""
    share = x[: master.active.size]
    cars = np.zeros(run.d.n_columns, dtype=np.int64)
    cars[master.active] = np.floor(share + 0.5).astype(np.int64)
    cars, _ = search.improve(field, cars, rounds=GUESS_ROUNDS, seed=run.next_seed())
    run.offer(cars)


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
        solved += polish(run, blocks, run.report.elapsed_s() + POLISH_SHARE * left_s)
        if not run.done():
            _kernel(run, blocks, master, prices, KERNEL_SHARE * left_s)
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


def _exhausted(run: Run, master: Master) -> None:
    """No point at all on these columns: what is known is best, or nothing is possible."""
    if run.best is not None:
        run.prove(run.value)
        return
    again = solve_linear(
        master.model(), time_limit_s=max(1.0, run.left_s()), options=run.options, gap_frac=0.0
    )
    run.infeasible, run.confirmed_by = again.infeasible, again.confirmed_by


def _useful(run: Run, master: Master, prices: Prices) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which columns a better plan may use, and which it must use, both of shape (N,)."""
    n = run.d.n_columns
    left, ones = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    reduced = prices.reduced[: master.active.size]
    limit = -run.needed() / master.scale
    slack = 1e-9 * max(1.0, abs(prices.bound))
    may = prices.bound + np.maximum(reduced, 0.0) <= limit + slack
    left[master.active] = may
    if run.d.room == 1:
        ones[master.active] = may & (prices.bound + np.maximum(-reduced, 0.0) > limit + slack)
    if run.best is None:
        left[master.active], ones[:] = True, False
    return left, ones


def _kernel(run: Run, blocks: dict[Key, Block], master: Master, prices: Prices, seconds: float) -> None:
    """Look for a better plan on the columns with the best prices."""
    assert run.best is not None
    left, _ = _useful(run, master, prices)
    reduced = np.full(run.d.n_columns, np.inf)
    reduced[master.active] = prices.reduced[: master.active.size]
    some = left & (np.argsort(np.argsort(reduced, kind="stable"), kind="stable") < KERNEL)
    some |= run.best > 0
    some[master.active] |= prices.x[: master.active.size] > PROOF_GAP
    some[run.d.kept] = True
    if some.sum() >= WORTH_REBUILDING * left.sum():
        return
    fewer = {key: arrays.without(b, ~some) for key, b in blocks.items()}
    part = _master(run, fewer, ~some, np.zeros(run.d.n_columns, dtype=bool))
    run.report(phase="improving")
    _whole(run, part, {}, seconds, valid=False)


def _whole(
    run: Run,
    master: Master,
    notes: dict[str, Any],
    seconds: float,
    *,
    valid: bool,
    lean: bool = False,
    beside: Beside | None = None,
) -> None:
    """Solve in whole cars, cut off what counts too much, again; bounds count where ``valid``."""
    until = run.report.elapsed_s() + min(seconds, run.left_s())
    rounds = 0
    while not run.done() and run.report.elapsed_s() < until:
        rounds += 1
        solved = _solve(run, master, until, valid=valid, lean=lean, beside=beside)
        if solved.infeasible:
            if valid:
                _exhausted(run, master)
            break
        if solved.bound is not None and valid:
            run.prove(-solved.bound * master.scale)
        if solved.x is None:
            break
        cars = master.cars(solved.x)
        run.offer(cars)
        if not master.separate(_exact(master, solved.x)):
            break
    notes["whole rounds"] = rounds


def _exact(master: Master, x: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = x.copy()
    whole[: master.active.size] = np.round(x[: master.active.size])
    return whole


def _solve(
    run: Run, master: Master, until: float, *, valid: bool, lean: bool, beside: Beside | None
) -> Solved:
    told = run.best

    def incumbent(objective: float, bound: float, x: NDArray[np.float64]) -> None:
        nonlocal told
        if run.offer(master.cars(x)):
            told = run.best

    def bound(value: float) -> None:
        if valid:
            run.prove(-value * master.scale)

    def should_stop() -> bool:
        if beside is not None:
            beside.take()
        return run.report.should_stop() or run.done()

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
