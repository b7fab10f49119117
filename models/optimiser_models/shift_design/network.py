"""Shift design on the model of :mod:`~optimiser_models.shift_design.rows`: designs without deviation first.

A design is put together at once (``greedy``); then the designs without any deviation are searched, where a shift has
the fewest officers; then all. Where the best known one deviates nowhere, the rest is refuted case by case
(:mod:`~optimiser_models.shift_design.cases`).

Sources: Kletzander and Musliu, CPAIOR 2019; Di Gaspero, Gaertner, Kortsarz, Musliu, Schaerf, Slany (2007).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shift_design import FAMILY, ShiftDesignPlan, ShiftDesignProblem
from optimiser.problems.shift_design.measures import deviation_h
from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, Solved, Watch, solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.shift_design.bounds import grid, lifted, limits
from optimiser_models.shift_design.cases import cases
from optimiser_models.shift_design.greedy import first_design
from optimiser_models.shift_design.rows import build, columns, columns_of, plan_of

EXACT_SHARE = 0.25
"""Of the time, what the search without deviation may take."""
ALMOST = 0.999


def run(
    problem: ShiftDesignProblem, start: ShiftDesignPlan | None, options: SolveOptions, report: Report
) -> Outcome[ShiftDesignPlan]:
    """Search designs without deviation, then all, each within what is still worth looking at."""
    best = _Best(problem, report)
    first = first_design(problem, report.should_stop, covering=problem.params.full_cover)
    for plan in (ShiftDesignPlan({}), start, first):
        if plan is not None:
            best.offer(plan)
    report(phase="searching designs without deviation")
    exact = build(problem, limits(problem, exact=True))
    slice_s = EXACT_SHARE * (options.time_limit_s - report.elapsed_s())
    found = _solve(problem, exact, slice_s, options, best, None)
    if report.should_stop():
        return best.outcome(None, StoppedBy.PLANNER, "", {})
    if best.plan is not None and grid(problem) > 0 and not any(deviation_h(problem, best.plan)):
        return _by_cases(problem, options, best, report)
    report(phase="searching all designs")
    model = build(problem, limits(problem, best.value))
    left = options.time_limit_s - report.elapsed_s()
    solved = _solve(problem, model, left, options, best, best.plan)
    notes: Mapping[str, object] = {
        "rows": model.a.shape[0],
        "columns": model.a.shape[1],
        "nodes": found.nodes + solved.nodes,
    }
    if solved.infeasible and best.plan is None:
        confirmed = (solved.confirmed_by,) if solved.confirmed_by else ()
        return Outcome(None, infeasible=True, confirmed_by=confirmed, notes=notes)
    bound = best.value if solved.infeasible else lifted(solved.bound, grid(problem))
    proved = best.plan is not None and bound is not None and bound >= best.value - 1e-9
    confirmed_by = _confirm(problem, model, best, options, report) if proved else ""
    return best.outcome(bound, StoppedBy.PROOF if proved else solved.stopped_by, confirmed_by, notes)


def _by_cases(
    problem: ShiftDesignProblem, options: SolveOptions, best: _Best, report: Report
) -> Outcome[ShiftDesignPlan]:
    """Refute one by one the cases in which a better design would lie, the most doubtful last."""
    while True:
        report(phase="refuting better designs")
        value, nodes = best.value, 0
        open_cases = cases(problem, value)
        least = [_relaxed(c, value, options, report) for c in open_cases]
        best.report(bound=_least(problem, least, value))
        for k in sorted(range(len(least)), key=lambda k: -least[k]):
            left = options.time_limit_s - report.elapsed_s()
            if least[k] >= value:
                continue
            if left <= 0 or report.should_stop():
                break
            solved = solve_linear(
                open_cases[k],
                time_limit_s=left,
                options=options,
                lean=True,
                once=True,
                watch=Watch(should_stop=report.should_stop),
            )
            nodes += solved.nodes
            if solved.x is not None:
                best.offer(plan_of(problem, solved.x))
                break
            least[k] = value if solved.infeasible else max(least[k], solved.bound or 0.0)
            best.report(bound=_least(problem, least, value))
        if best.value >= value:
            break
    bound = _least(problem, least, value)
    proved = bound >= value - 1e-9
    confirmed = proved and _refuted_again(open_cases, options, report)
    return best.outcome(
        bound,
        StoppedBy.PROOF if proved else StoppedBy.PLANNER if report.should_stop() else StoppedBy.TIME,
        OTHER_PRESOLVE if confirmed else "",
        {"cases": len(open_cases), "nodes": nodes},
    )


def _least(problem: ShiftDesignProblem, least: list[float], value: float) -> float:
    bound = lifted(min(least, default=value), grid(problem))
    return value if bound is None else min(bound, value)


def _relaxed(case: LinearModel, value: float, options: SolveOptions, report: Report) -> float:
    """Return what the relaxation of a case says its designs cost, ``value`` if it has none; nothing costs less than 0.

    Without presolve, as all that refutes a case first: the second route is with it.
    """
    loose = replace(case, integer=np.zeros_like(case.integer))
    left = max(0.1, options.time_limit_s - report.elapsed_s())
    found = solve_linear(loose, time_limit_s=left, options=options, presolve=False)
    return value if found.infeasible else found.bound or 0.0


def _refuted_again(found: list[LinearModel], options: SolveOptions, report: Report) -> bool:
    """Ask for every case again, with presolve, which refuted none of them."""
    report(phase="confirming")
    proof_s = report.elapsed_s()
    for case in found:
        left = options.time_to_confirm_s(proof_s, report.elapsed_s())
        if left <= 0 or report.should_stop():
            return False
        watch = Watch(should_stop=report.should_stop)
        if not solve_linear(case, time_limit_s=left, options=options, once=True, watch=watch).infeasible:
            return False
    return True


class _Best:
    """The best admissible design so far."""

    def __init__(self, problem: ShiftDesignProblem, report: Report) -> None:
        self.problem, self.report = problem, report
        self.plan: ShiftDesignPlan | None = None
        self.value = math.inf

    def offer(self, plan: ShiftDesignPlan) -> None:
        """Keep a design if it is admissible and better."""
        if FAMILY.check(self.problem, plan):
            return
        value = FAMILY.objectives(self.problem, plan)[0].value
        if value < self.value - 1e-9:
            self.plan, self.value = plan, value
            self.report(incumbent=value, plan=plan)

    def outcome(
        self, bound: float | None, stopped_by: StoppedBy, confirmed_by: str, notes: Mapping[str, object]
    ) -> Outcome[ShiftDesignPlan]:
        """Return what is claimed."""
        value = () if self.plan is None else (self.value,)
        return Outcome(
            self.plan, value, (bound,), stopped_by=stopped_by, confirmed_by=(confirmed_by,), notes=notes
        )


def _solve(
    problem: ShiftDesignProblem,
    model: LinearModel,
    time_limit_s: float,
    options: SolveOptions,
    best: _Best,
    start: ShiftDesignPlan | None,
) -> Solved:
    exact = start is None and not model.upper[columns(problem).u :].any()

    def incumbent(objective: float, least: float, x: NDArray[np.float64]) -> None:
        best.offer(plan_of(problem, x))

    def bounded(least: float) -> None:
        if not exact:  # a bound among designs without deviation is none
            best.report(bound=lifted(least, grid(problem)))

    watch = Watch(incumbent, bounded, best.report.should_stop)
    solved = solve_linear(
        model,
        time_limit_s=max(0.1, time_limit_s),
        options=options,
        start=None if start is None else columns_of(problem, start),
        watch=watch,
        abs_gap=max(1e-9, ALMOST * grid(problem)),
    )
    if solved.x is not None:
        best.offer(plan_of(problem, solved.x))
    return solved


def _confirm(
    problem: ShiftDesignProblem, model: LinearModel, best: _Best, options: SolveOptions, report: Report
) -> str:
    """Ask again without presolve, from the design."""
    left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
    if left <= 0 or report.should_stop():
        return ""
    report(phase="confirming")
    again = solve_linear(
        model,
        time_limit_s=left,
        options=replace(options, gap_frac=0.0),
        presolve=False,
        start=None if best.plan is None else columns_of(problem, best.plan),
        abs_gap=max(1e-9, ALMOST * grid(problem)),
        watch=Watch(should_stop=report.should_stop),
    )
    bound = lifted(again.bound, grid(problem))
    return OTHER_PRESOLVE if again.infeasible or (bound is not None and bound >= best.value - 1e-9) else ""


FORMULATION: Formulation[ShiftDesignProblem, ShiftDesignPlan] = Formulation(
    name="shift_design.network",
    family=FAMILY,
    reference="Kletzander and Musliu (2019); Di Gaspero et al. (2007); rows on the changes of the need: our own",
    summary="Network form strengthened by the changes of the need; designs without deviation first",
    run=run,
)
