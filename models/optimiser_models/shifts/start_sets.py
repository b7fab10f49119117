"""Sets of start times, priced exactly: the week with the shifts of a set alone, relaxed or whole.

Without a limit on start times the relaxation of a week is nearly whole (see ``shifts.terms``), so that one linear
programme, warm from the last, mostly says what a set costs. Its bound is taken from the multipliers by arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.solve.backends.confirm import confirm
from optimiser.solve.backends.duality import proves_empty, safe_bound
from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.backends.highs_lp import GrowingLP
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.backends.pyomo_highs import compile_model
from optimiser.solve.options import SolveOptions
from optimiser_models.shifts import milp
from optimiser_models.shifts.terms import Terms

IntArray = NDArray[np.int64]


class StartSets:
    """The week without its limit on start times, held for solves with the shifts of one set after another.

    Parameters
    ----------
    problem, t
        The question and its terms.
    options
        Threads, seed.
    should_stop
        Asked while solves run.
    """

    def __init__(
        self, problem: ShiftsProblem, t: Terms, options: SolveOptions, should_stop: Callable[[], bool]
    ) -> None:
        free = replace(problem, params=replace(problem.params, max_start_times=None))
        self._program = milp.build(free, None)
        self._t = t
        self._options = options
        self._stop = should_stop
        self._model, column = compile_model(self._program.model)
        self._column = column
        self._x = np.array([column[id(v)] for v in self._program.model.x.values()], dtype=np.int64)
        self._starts = np.unique(t.start)
        self._lp = GrowingLP(self._model, options=options, should_stop=should_stop)
        self.solves = 0

    def relaxed(self, chosen: IntArray, time_limit_s: float) -> tuple[float, float]:
        """Return (value, bound) of the relaxation with the starts of these numbers; (inf, bound) if nothing fits.

        The bound is proved by arithmetic: minus infinity where HiGHS did not get that far.
        """
        self.solves += 1
        only = self._only(chosen)
        self._lp.bound(self._x, only.lower[self._x], only.upper[self._x])
        solved = self._lp.solve(time_limit_s)
        if solved.infeasible:
            return np.inf, np.inf if proves_empty(only, self._lp.ray()) else -np.inf
        if solved.objective is None or not solved.row_dual.size:
            return np.inf, -np.inf
        return solved.objective, safe_bound(only, solved.row_dual)

    def prices(self, time_limit_s: float) -> NDArray[np.float64]:
        """Return what the relaxation with every start pays for the rows of ``stairs.Stairs``, at least 0."""
        self._lp.bound(self._x, self._model.lower[self._x], self._model.upper[self._x])
        solved = self._lp.solve(time_limit_s)
        found = dict(zip(self._model.row_names, solved.row_dual.tolist(), strict=False))
        paid = [found.get("split_total", 0.0), -found.get("budget", 0.0)]
        if self._t.community is not None:
            paid.append(found.get("community", 0.0) * milp.community_scale(self._t))
        found_prices: NDArray[np.float64] = np.maximum(np.array(paid), 0.0)
        return found_prices

    def whole(self, chosen: IntArray, time_limit_s: float) -> tuple[ShiftsPlan | None, float]:
        """Return the best plan found with these starts, and the bound of what such plans cost."""
        watch = Watch(should_stop=self._stop)
        solved = solve_linear(
            self._only(chosen), time_limit_s=time_limit_s, options=self._options, watch=watch, gap_frac=0.0
        )
        if solved.infeasible:
            return None, np.inf
        bound = -np.inf if solved.bound is None else solved.bound
        x = solved.x
        if x is None:
            return None, bound
        plan = self._program.read_plan(lambda v: float(x[self._column[id(v)]]))
        return plan, bound

    def confirmed(self, chosen: IntArray, value: float, time_limit_s: float) -> str:
        """Return what confirms that no plan with these starts costs less, "" if nothing does."""
        return confirm(
            self._only(chosen),
            value,
            options=self._options,
            time_limit_s=time_limit_s,
            should_stop=self._stop,
        )

    def _only(self, chosen: IntArray) -> LinearModel:
        out = ~np.isin(self._t.start, self._starts[chosen])
        upper = self._model.upper.copy()
        upper[self._x[out]] = 0.0
        return replace(self._model, upper=upper)
