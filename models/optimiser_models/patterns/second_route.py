"""What confirms the constraint solver: sums on the multipliers of the day-state network, else its MILP."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from optimiser.errors import BackendError
from optimiser.problems.patterns import PatternsProblem
from optimiser.solve.backends.confirm import ARITHMETIC
from optimiser.solve.backends.duality import proves_empty
from optimiser.solve.backends.highs_arrays import solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Report
from optimiser_models.patterns import milp
from optimiser_models.patterns.state_net import linear, net, rows_of

OTHER_MODEL = "a second model on another solver"


def confirm_empty(problem: PatternsProblem, options: SolveOptions, report: Report) -> str:
    """Return what confirms that no pattern exists, "" if nothing does in time.

    Raises
    ------
    BackendError
        If the second model finds a pattern.
    """
    left = options.time_limit_s - report.elapsed_s()
    if not options.confirm or left <= 0 or report.should_stop():
        return ""
    report(phase="confirming")
    made = net(problem)
    if _empty_by_sums(linear(problem, made, rows_of(problem, made)), options, left):
        return ARITHMETIC
    other = milp.run(problem, None, options, report)
    if other.plan is not None:
        raise BackendError("The two models of patterns contradict each other: infeasible, and a pattern.")
    return OTHER_MODEL if other.infeasible else ""


def confirm_best(problem: PatternsProblem, value: float, options: SolveOptions, report: Report) -> str:
    """Return what confirms that no pattern beats ``value``, "" if nothing does in time.

    Raises
    ------
    BackendError
        If the second model has a better pattern, or none.
    """
    left = options.time_limit_s - report.elapsed_s()
    if not options.confirm or left <= 0 or report.should_stop():
        return ""
    report(phase="confirming")
    made = net(problem)
    model = linear(problem, made, rows_of(problem, made))
    if math.ceil(milp.least_by_sums(model, options, left) - 1e-6) >= value:
        return ARITHMETIC
    other = milp.run(problem, None, replace(options, confirm=False), report)
    better = bool(other.objective) and other.objective[0] < value - 1e-6
    if other.infeasible or better:
        found = "no pattern" if other.infeasible else f"{other.objective[0]:g}"
        raise BackendError(f"The two models of patterns contradict each other: {value:g}, and {found}.")
    bound = other.bound[0] if other.bound else None
    return OTHER_MODEL if bound is not None and bound >= value - 1e-6 else ""


def _empty_by_sums(model: LinearModel, options: SolveOptions, time_limit_s: float) -> bool:
    """Do sums on the multipliers of the relaxation with priced slack on every row show that it is empty?"""
    m, n = model.a.shape
    free = sp.eye_array(m, format="csr")
    elastic = LinearModel(
        sense="min",
        cost=np.concatenate([np.zeros(n), np.ones(2 * m)]),
        lower=np.concatenate([model.lower, np.zeros(2 * m)]),
        upper=np.concatenate([model.upper, np.full(2 * m, np.inf)]),
        integer=np.zeros(n + 2 * m, dtype=bool),
        a=sp.csr_array(sp.hstack([model.a, free, -free])),
        row_lower=model.row_lower,
        row_upper=model.row_upper,
    )
    solved = solve_linear(elastic, time_limit_s=time_limit_s, options=options)
    return bool(solved.row_dual.size) and proves_empty(model, solved.row_dual)
