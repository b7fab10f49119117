"""OR-Tools CP-SAT: integers only, eight workers (its portfolio needs them even on two cores)."""

from __future__ import annotations

import threading
from typing import Any

from ortools.sat.python import cp_model

from optimiser.errors import BackendError
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Program, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy, gap

WORKERS = 8
OTHER_PRESOLVE = "CP-SAT with presolve off"
LARGEST_SUM = 2**53
"""Beyond this a sum of integers is no longer exact as a float."""
LARGEST_COEFFICIENT = 2**30
"""Presolve of 9.15 gives wrong optima, and calls models infeasible that are not, from about 2**31 on."""


class _Incumbents(cp_model.CpSolverSolutionCallback):
    def __init__(self, program: Program[Any], report: Report) -> None:
        super().__init__()
        self._program = program
        self._tell = report

    def on_solution_callback(self) -> None:
        scale = self._program.objective_scale
        self._tell(
            phase="improving",
            incumbent=self.objective_value * scale,
            bound=self.best_objective_bound * scale,
            plan=self._program.read_plan(lambda v: float(self.value(v))),
        )


def run(
    program: Program[Any], options: SolveOptions, report: Report, *, probing: bool = True
) -> Outcome[Any]:
    """Back end for a Program whose model is a ``CpModel``; ``value_of`` takes an ``IntVar``.

    Many wide integers in few rows take longer to probe than to search: ``probing=False`` leaves that out.
    """
    model: cp_model.CpModel = program.model
    fault = model.validate()
    if fault:
        raise BackendError(f"CP-SAT does not accept the model: {fault.strip().splitlines()[0]}")
    lint(model)
    # the watcher looks ten times a second: a small model would be decided before that
    if report.should_stop():
        return Outcome(None, stopped_by=StoppedBy.PLANNER, notes=dict(program.notes))
    for variable, value in program.start.items():
        model.add_hint(variable, round(value))
    solver = cp_model.CpSolver()
    _set(solver, options, options.time_limit_s - report.elapsed_s())
    if not probing:
        solver.parameters.cp_model_probing_level = 0
    scale = program.objective_scale
    solver.best_bound_callback = lambda bound: report(bound=bound * scale)
    report(phase="searching")
    status, planner = _solve(solver, model, _Incumbents(program, report), report)
    return _outcome(solver, status, planner, program, options, report)


def lint(model: cp_model.CpModel) -> None:
    """Refuse objective sums beyond 2**53, where floats stop being exact, and rows with large coefficients.

    Raises
    ------
    BackendError
        With the size of the sum or coefficient.
    """
    proto = model.proto
    for number, constraint in enumerate(proto.constraints):
        if constraint.has_linear():
            largest = max(map(abs, constraint.linear.coeffs), default=0)
            if largest > LARGEST_COEFFICIENT:
                raise BackendError(
                    f"Model lint: row {number} has a coefficient of {largest:,}, the limit is 2**30; scale it down."
                )
    objective = proto.objective
    worst = 0
    for index, coefficient in zip(objective.vars, objective.coeffs, strict=True):
        domain = proto.variables[index if index >= 0 else -index - 1].domain
        worst += abs(coefficient) * max(abs(domain[0]), abs(domain[-1]))
    if worst > LARGEST_SUM:
        raise BackendError(
            f"Model lint: the objective can reach {worst:.3g}, the limit is 2**53; scale it down."
        )


def _set(solver: Any, options: SolveOptions, left_s: float) -> None:
    p = solver.parameters
    p.random_seed = options.seed
    p.relative_gap_limit = max(
        options.gap_frac, PROOF_GAP / 10
    )  # the last units of a fine scale prove nothing more
    p.absolute_gap_limit = 0.0
    p.catch_sigint_signal = False
    if options.reproducible:
        p.num_workers = 1
        p.max_deterministic_time = options.time_limit_s
    else:
        p.num_workers = max(WORKERS, options.threads)
        p.max_time_in_seconds = max(0.05, left_s)


def _solve(solver: Any, model: Any, callback: Any, report: Report) -> tuple[Any, bool]:
    done = threading.Event()
    stopped = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            if report.should_stop():
                stopped.set()
                solver.stop_search()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        status = solver.solve(model, callback)
    finally:
        done.set()
        watcher.join()
    return status, stopped.is_set()


def _outcome(
    solver: Any, status: Any, planner: bool, program: Program[Any], options: SolveOptions, report: Report
) -> Outcome[Any]:
    if status == cp_model.MODEL_INVALID:
        raise BackendError("CP-SAT calls the model invalid.")
    scale = program.objective_scale
    notes = {"branches": solver.num_branches} | dict(program.notes)
    if status == cp_model.INFEASIBLE:
        confirmed = _confirm(program.model, None, options, report)
        return Outcome(None, infeasible=True, stopped_by=StoppedBy.PROOF, confirmed_by=confirmed, notes=notes)
    # UNKNOWN answers objective_value 0.0: only FEASIBLE and OPTIMAL carry a plan
    stop = StoppedBy.PLANNER if planner else StoppedBy.TIME
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        bound = solver.best_objective_bound * scale
        known = program.model.has_objective() and abs(bound) < LARGEST_SUM
        return Outcome(None, bound=(bound,) if known else (), stopped_by=stop, notes=notes)
    objective = solver.objective_value * scale
    bound = solver.best_objective_bound * scale
    if status == cp_model.OPTIMAL:
        stop = StoppedBy.PROOF if (gap(objective, bound) or 0.0) <= PROOF_GAP else StoppedBy.GAP
    confirmed = _confirm(program.model, solver, options, report) if stop is StoppedBy.PROOF else ()
    return Outcome(
        plan=program.read_plan(lambda v: float(solver.value(v))),
        objective=(objective,),
        bound=(bound,),
        stopped_by=stop,
        confirmed_by=confirmed,
        notes=notes,
    )


def _confirm(model: Any, first: Any, options: SolveOptions, report: Report) -> tuple[str, ...]:
    """Ask again with presolve off, from the plan of the ``first`` solver; None says that it found none to exist.

    CP-SAT's wrong claims came from presolve (or-tools#5274). With the objective kept, its linear relaxation closes
    most of these at once; the same question as "a plan one unit better?" takes several times as long.
    """
    left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
    if left <= 0 or report.should_stop():
        return ()
    report(phase="confirming")
    again = model.clone()
    if first is not None:
        again.clear_hints()
        for j in range(len(model.proto.variables)):
            again.add_hint(
                again.get_int_var_from_proto_index(j), first.value(model.get_int_var_from_proto_index(j))
            )
    second = cp_model.CpSolver()
    _set(second, options, left)
    second.parameters.relative_gap_limit = PROOF_GAP / 10
    second.parameters.cp_model_presolve = False
    status, _ = _solve(second, again, None, report)
    has_plan = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    if first is None:
        if has_plan:
            raise BackendError("CP-SAT contradicts itself: infeasible with presolve, a plan without.")
        return (OTHER_PRESOLVE,) if status == cp_model.INFEASIBLE else ()
    _refuse_contradiction(
        model, first, second if has_plan else None, infeasible=status == cp_model.INFEASIBLE
    )
    near = has_plan and (gap(first.objective_value, second.best_objective_bound) or 0.0) <= PROOF_GAP
    return (OTHER_PRESOLVE,) if near else ()


def _refuse_contradiction(model: Any, first: Any, second: Any, *, infeasible: bool) -> None:
    """Refuse a proof where the second route has a better plan, or none at all."""
    sign = -1.0 if model.proto.objective.scaling_factor < 0 else 1.0
    worst = PROOF_GAP * max(1.0, abs(first.objective_value))
    better = second is not None and sign * (first.objective_value - second.objective_value) > worst
    if infeasible or better:
        found = "no plan at all" if infeasible else f"{second.objective_value:g}"
        raise BackendError(
            f"CP-SAT contradicts itself: best is {first.objective_value:g} with presolve, {found} without."
        )
