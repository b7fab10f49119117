"""A second route to "nothing beats this": arithmetic on the relaxation's multipliers, else a solve without presolve.

Most wrong claims of HiGHS came from presolve and from tolerances. Arithmetic knows neither, and costs one linear
programme; it suffices where the relaxation is as tight as the plan. Where it is not, HiGHS is asked again without
presolve, from the plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import BackendError
from optimiser.solve.backends.duality import safe_bound
from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, Watch, solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import PROOF_GAP, gap

ARITHMETIC = "plain arithmetic"
_CONTRADICTION = 10 * PROOF_GAP
"""HiGHS keeps rows to 1e-6 only: two optima of one model may differ by about that."""


def confirm(
    model: LinearModel,
    value: float,
    *,
    options: SolveOptions,
    time_limit_s: float,
    start: NDArray[np.float64] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> str:
    """Return what confirms that no x of a model beats ``value``, "" if nothing does in time.

    Parameters
    ----------
    value
        The plan's objective by the model's own cost.
    start
        The plan itself where it is an x of this model, shape (n,).

    Raises
    ------
    BackendError
        If the second route has an x that beats ``value``, or calls a model that ``start`` solves infeasible.
    """
    began = time.monotonic()
    watch = Watch(should_stop=should_stop)
    relaxed = replace(model, integer=np.zeros_like(model.integer))
    lp = solve_linear(relaxed, time_limit_s=time_limit_s, options=options, presolve=False, watch=watch)
    if lp.row_dual.size and proves(model, value, safe_bound(model, lp.row_dual)):
        return ARITHMETIC
    left = time_limit_s - (time.monotonic() - began)
    if not model.integer.any() or left <= 0 or should_stop():
        return ""
    again = solve_linear(
        model,
        time_limit_s=left,
        options=options,
        presolve=False,
        gap_frac=0.0,
        start=start,
        watch=watch,
    )
    if again.infeasible and start is None:
        return OTHER_PRESOLVE
    _refuse_contradiction(model, value, again.objective, infeasible=again.infeasible)
    return OTHER_PRESOLVE if again.bound is not None and proves(model, value, again.bound) else ""


def proves(model: LinearModel, value: float, bound: float) -> bool:
    """Is the bound so near to the value that nothing better is left to find?"""
    beyond = bound >= value if model.sense == "min" else bound <= value
    return beyond or (np.isfinite(bound) and (gap(value, bound) or 0.0) <= PROOF_GAP)


def _refuse_contradiction(model: LinearModel, value: float, other: float | None, *, infeasible: bool) -> None:
    sign = 1.0 if model.sense == "min" else -1.0
    better = other is not None and sign * (value - other) > _CONTRADICTION * max(1.0, abs(value))
    if infeasible or better:
        found = "no x at all" if infeasible else f"{other}"
        raise BackendError(f"HiGHS contradicts itself: best is {value} with presolve, {found} without.")
