"""The linear relaxation by cuts: its point, its bound, and what its prices say of each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.confirm import ARITHMETIC
from optimiser.solve.backends.duality import safe_bound
from optimiser.solve.backends.highs_arrays import solve_linear
from optimiser.solve.backends.highs_lp import GrowingLP
from optimiser.solve.backends.linear import INFINITE, LinearModel
from optimiser.solve.result import PROOF_GAP
from optimiser_models.standby import search
from optimiser_models.standby.field import Field
from optimiser_models.standby.master import Master
from optimiser_models.standby.odd import NAME as ODD
from optimiser_models.standby.odd import OddCuts

if TYPE_CHECKING:
    from optimiser_models.standby.benders import Run

LARGEST_SIMPLEX = 2_000
"""Rows from which on the first relaxation is solved by an interior point."""
STALE_ROUNDS, STALE = 6, 1e-5
GUESS_ROUNDS = 10
ODD_SHARE = 0.25
"""Of the time left, what odd cuts may take."""
ODD_ROUNDS, ODD_GAIN = 3, 0.02
"""Odd cuts end where so many rounds close less than this share of what is open."""
IDLE = 0.05
"""Slack from which on an odd cut is taken out."""


@dataclass
class Prices:
    """What the relaxation says: its point, a bound, and what each column costs beyond it (model's units)."""

    x: NDArray[np.float64]
    bound: float
    reduced: NDArray[np.float64]


class Relaxation:
    """The linear relaxation of a master, cut round by round; ``prices`` are those of the last round.

    Parameters
    ----------
    run, master
        The stage under way and its master; bounds and plans go to the run.
    field
        Where a search begins from each round's point.
    notes
        Rounds and cuts are noted here.
    """

    def __init__(self, run: Run, master: Master, field: Field, notes: dict[str, Any]) -> None:
        self.run, self.master = run, master
        self.prices: Prices | None = None
        self._field, self._notes = field, notes
        self._odd = OddCuts(master, run.next_seed())
        self._closed_at, self._closable = -np.inf, 0.0
        self._lp = GrowingLP(
            master.model(),
            options=run.options,
            interior=len(master.rows.lower) > LARGEST_SIMPLEX,
            should_stop=lambda: run.report.should_stop() or run.left_s() <= 0,
        )

    def cut(self) -> None:
        """Add tangents until none is broken, or none helps."""
        run, master = self.run, self.master
        full = all(part.single for part in master.parts.values())
        before, stale = np.inf, 0
        while not run.done() and self._solve():
            assert self.prices is not None
            stale = stale + 1 if before - run.bound <= STALE * abs(run.bound) else 0
            before = run.bound
            self._notes["cut rounds"] = self._notes.get("cut rounds", 0) + 1
            first = len(master.rows.lower)
            if run.done() or not master.separate(self.prices.x) or (stale >= STALE_ROUNDS and not full):
                return
            self._grow(first)

    def tighten(self) -> None:
        """Add odd cuts while they help, and close columns that no better plan can use as the bound moves."""
        run, odd = self.run, self._odd
        until = run.report.elapsed_s() + ODD_SHARE * run.left_s()

        def late() -> bool:
            return not run.options.reproducible and run.report.elapsed_s() >= until

        self.close()
        gaps: list[float] = []
        while odd.fits() and not run.done() and not late() and self._solve():
            assert self.prices is not None
            self._drop_idle()
            self.close()
            gaps.append(run.gap())
            first = len(self.master.rows.lower)
            slow = len(gaps) > ODD_ROUNDS and gaps[-1 - ODD_ROUNDS] - gaps[-1] < ODD_GAIN * gaps[-1]
            if run.done() or slow or not odd.separate(self.prices.x, late):
                break
            self._grow(first)
        self._notes |= {"odd rounds": odd.rounds, "odd cuts": odd.added}

    def closable(self) -> float:
        """Return the share of the open columns that the best plan so far would let close."""
        run, master = self.run, self.master
        if run.best is not None and run.value > self._closed_at and self.prices is not None:
            self._closed_at = run.value
            left, _ = useful(run, master, self.prices)
            before = (~master.closed)[master.active].sum()
            self._closable = float(1.0 - (left | (run.best > 0))[master.active].sum() / max(1, before))
        return self._closable

    def close(self) -> None:
        """Hold at 0 the columns that no better plan can use, but for those of the best plan: it may be a start."""
        run, master = self.run, self.master
        if run.best is None or self.prices is None:
            return
        left, ones = useful(run, master, self.prices)
        master.ones |= ones
        more = np.flatnonzero(~(left | (run.best > 0) | master.closed)[master.active])
        master.closed[master.active[more]] = True
        self._lp.bound(more, np.zeros(more.size), np.zeros(more.size))
        self._closed_at, self._closable = run.value, 0.0

    def _solve(self) -> bool:
        """Solve the relaxation as it stands; False where it gives no price."""
        run, master = self.run, self.master
        solved = self._lp.solve(run.left_s())
        if solved.infeasible:
            exhausted(run, master)
            self.prices = None
            return False
        if solved.x is None or solved.objective is None:
            return False
        bound, reduced = certificate(master.model(), solved.row_dual)
        self.prices = Prices(solved.x, bound, reduced)
        run.prove(-bound * master.scale)
        if run.gap() <= PROOF_GAP and not run.confirmed_by:
            run.confirmed_by = ARITHMETIC
        self._guess(solved.x)
        return True

    def _grow(self, first: int) -> None:
        rows = self.master.rows
        self._lp.add_rows(
            rows.matrix(self.master.n, first), np.array(rows.lower[first:]), np.array(rows.upper[first:])
        )

    def _drop_idle(self) -> None:
        """Take out the odd cuts that the point does not come near."""
        assert self.prices is not None
        rows = self.master.rows
        there = np.flatnonzero([name == ODD for name in rows.names])
        if there.size:
            first = int(there[0])
            slack = np.array(rows.upper[first:]) - rows.matrix(self.master.n, first) @ self.prices.x
            idle = there[slack[there - first] > IDLE]
            rows.drop(idle)
            self._lp.drop_rows(idle)

    def _guess(self, x: NDArray[np.float64]) -> None:
        """Take the cars that the relaxation is surest of, fill up and search a little from there."""
        run, active = self.run, self.master.active
        cars = np.zeros(run.d.n_columns, dtype=np.int64)
        cars[active] = np.floor(x[: active.size] + 0.5).astype(np.int64)
        cars, _ = search.improve(self._field, cars, rounds=GUESS_ROUNDS, seed=run.next_seed())
        run.offer(cars)


def certificate(model: LinearModel, row_dual: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return a bound below a minimum, and what each column costs beyond it, from any prices of its rows.

    Valid whatever the prices: a price on the side of a row that has no limit is taken as 0.
    """
    assert model.sense == "min"
    usable = np.where(row_dual > 0, model.row_lower > -INFINITE, model.row_upper < INFINITE)
    reduced = model.cost - model.a.T @ np.where(usable, row_dual, 0.0)
    return safe_bound(model, row_dual), np.asarray(reduced, dtype=np.float64)


def exhausted(run: Run, master: Master) -> None:
    """No point at all on these columns: what is known is best, or nothing is possible."""
    if run.best is not None:
        run.prove(run.value)
        return
    again = solve_linear(
        master.model(), time_limit_s=max(1.0, run.left_s()), options=run.options, gap_frac=0.0
    )
    run.infeasible, run.confirmed_by = again.infeasible, again.confirmed_by


def useful(run: Run, master: Master, prices: Prices) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which columns a better plan may use, and which it must use, both of shape (N,)."""
    n = run.d.n_columns
    left, ones = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    reduced = prices.reduced[: master.active.size]
    limit = -run.needed() / master.scale
    slack = 1e-9 * max(1.0, abs(prices.bound))
    may = (prices.bound + np.maximum(reduced, 0.0) <= limit + slack) & ~master.closed[master.active]
    left[master.active] = may
    if run.d.room == 1:
        ones[master.active] = may & (prices.bound + np.maximum(-reduced, 0.0) > limit + slack)
    if run.best is None:
        left[master.active], ones[:] = True, False
    return left, ones
