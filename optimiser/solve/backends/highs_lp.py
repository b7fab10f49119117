"""A linear program that grows by rows or changes its bounds, and is solved again from where it stood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.errors import BackendError
from optimiser.solve.backends.highs_arrays import Solved, load, read, use_threads
from optimiser.solve.backends.linear import INFINITE, LinearModel, lint
from optimiser.solve.options import SolveOptions


class GrowingLP:
    """HiGHS on the continuous relaxation of a model, kept between solves.

    Parameters
    ----------
    model
        Its integer columns are taken as continuous.
    options
        Threads and seed; the number of threads must be that of other solves of the process.
    interior
        Solve the first time by an interior point: quicker where there are thousands of rows from the start.
    should_stop
        Asked while HiGHS runs; another may be given for the next solve.

    Raises
    ------
    BackendError
        If the model fails the lint.
    """

    def __init__(
        self,
        model: LinearModel,
        *,
        options: SolveOptions,
        interior: bool = False,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        lint(model)
        self._model = LinearModel(
            sense=model.sense,
            cost=model.cost,
            lower=model.lower,
            upper=model.upper,
            integer=np.zeros(model.cost.size, dtype=bool),
            a=model.a,
            row_lower=model.row_lower,
            row_upper=model.row_upper,
            offset=model.offset,
        )
        self.should_stop = should_stop
        threads = 1 if options.reproducible else options.threads
        use_threads(threads)
        self._highs: Any = load(self._model)
        self._highs.setOptionValue("random_seed", options.seed)
        self._highs.setOptionValue("threads", threads)
        self._interior = interior
        self._solves = 0
        self._highs.cbSimplexInterrupt.subscribe(self._interrupt)
        self._highs.cbIpmInterrupt.subscribe(self._interrupt)

    def _interrupt(self, event: Any) -> None:
        event.interrupt(
            self.should_stop()
        )  # said every time: once set, HiGHS would keep it for the next solve

    def add_rows(self, a: sp.csr_array, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        """Add rows ``lower <= a x <= upper``; a of shape (m, n)."""
        if not a.shape[0]:
            return
        infinite = highspy.kHighsInf
        self._highs.addRows(
            a.shape[0],
            np.where(lower <= -INFINITE, -infinite, lower).astype(np.float64),
            np.where(upper >= INFINITE, infinite, upper).astype(np.float64),
            a.nnz,
            a.indptr[:-1].astype(np.int32),
            a.indices.astype(np.int32),
            a.data.astype(np.float64),
        )

    def drop_rows(self, rows: NDArray[np.int64]) -> None:
        """Take out rows by their numbers, rising; those after them move up."""
        if rows.size:
            self._highs.deleteRows(rows.size, rows.astype(np.int32))

    def fix(self, columns: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Fix columns to values."""
        for j, v in zip(columns.tolist(), values.tolist(), strict=True):
            self._highs.changeColBounds(j, v, v)

    def bound(
        self, columns: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64]
    ) -> None:
        """Give columns other bounds."""
        self._highs.changeColsBounds(columns.size, columns.astype(np.int32), lower, upper)

    def ray(self) -> NDArray[np.float64]:
        """Return the multipliers of the rows that show the last solve to be infeasible, shape (m,); zeros if none."""
        _, known, ray = self._highs.getDualRay()
        return np.asarray(ray, dtype=np.float64) if known else np.zeros(self._highs.getNumRow())

    def solve(self, time_limit_s: float) -> Solved:
        """Solve; the bound is given where the optimum was found.

        Raises
        ------
        BackendError
            If HiGHS reports an error, from nothing too.
        """
        first = self._solves == 0
        self._solves += 1
        try:
            return self._run(time_limit_s, interior=first and self._interior, presolve=first)
        except BackendError:
            if first:
                raise
            # a basis that has come a long way may be beyond mending
            self._highs.clearSolver()
            return self._run(time_limit_s, interior=False, presolve=True)

    def _run(self, time_limit_s: float, *, interior: bool, presolve: bool) -> Solved:
        h = self._highs
        h.setOptionValue("time_limit", float(h.getRunTime()) + max(0.05, time_limit_s))
        h.setOptionValue("solver", "ipm" if interior else "simplex")
        h.setOptionValue("presolve", "choose" if presolve else "off")
        h.run()
        return read(h, self._model, planner=self.should_stop())
