"""The Program back end on HiGHS: report, solve, confirm."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.confirm import confirm
from optimiser.solve.backends.highs_arrays import Solved, Watch, solve_linear
from optimiser.solve.backends.linear import INFINITE, LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Program, Report
from optimiser.solve.result import Outcome, StoppedBy


def run(program: Program[Any], options: SolveOptions, report: Report) -> Outcome[Any]:
    """Back end for a Program whose model is a :class:`LinearModel`; ``value_of`` takes a column number."""
    model: LinearModel = program.model
    scale = program.objective_scale

    def incumbent(objective: float, bound: float, x: NDArray[np.float64]) -> None:
        whole = np.where(model.integer, np.round(x), x)
        report(
            phase="improving",
            incumbent=objective * scale,
            bound=bound * scale if abs(bound) < INFINITE else None,
            plan=program.read_plan(lambda j: float(whole[j])),
        )

    watch = Watch(incumbent, lambda bound: report(bound=bound * scale), report.should_stop)
    start = None
    if program.start:
        start = np.zeros(model.cost.size)
        for j, value in program.start.items():
            start[j] = value
    report(phase="searching")
    left = options.time_limit_s - report.elapsed_s()
    solved = solve_linear(model, time_limit_s=left, options=options, start=start, watch=watch)
    confirmed = _confirm(model, solved, options, report)
    x = solved.x
    return Outcome(
        plan=None if x is None else program.read_plan(lambda j: float(x[j])),
        objective=() if solved.objective is None else (solved.objective * scale,),
        bound=() if solved.bound is None else (solved.bound * scale,),
        infeasible=solved.infeasible,
        stopped_by=solved.stopped_by,
        confirmed_by=(confirmed,) if confirmed else (),
        notes={"nodes": solved.nodes, "rows": model.a.shape[0], "columns": model.a.shape[1]}
        | dict(program.notes),
    )


def _confirm(model: LinearModel, solved: Solved, options: SolveOptions, report: Report) -> str:
    """Look for a second route to a proof; "infeasible" comes with its own."""
    if solved.infeasible or solved.stopped_by is not StoppedBy.PROOF:
        return solved.confirmed_by
    left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
    if solved.objective is None or left <= 0:
        return ""
    report(phase="confirming")
    return confirm(
        model,
        solved.objective,
        options=options,
        time_limit_s=left,
        start=solved.x,
        should_stop=report.should_stop,
    )
