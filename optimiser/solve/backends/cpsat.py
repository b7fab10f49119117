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


def run(program: Program[Any], options: SolveOptions, report: Report) -> Outcome[Any]:
    """Back end for a Program whose model is a ``CpModel``; ``value_of`` takes an ``IntVar``."""
    model: cp_model.CpModel = program.model
    fault = model.validate()
    if fault:
        raise BackendError(f"CP-SAT does not accept the model: {fault.strip().splitlines()[0]}")
    lint(model)
    for variable, value in program.start.items():
        model.add_hint(variable, round(value))
    solver = cp_model.CpSolver()
    _set(solver, options, options.time_limit_s - report.elapsed_s())
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
    p.relative_gap_limit = options.gap_frac
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
        route = _confirm(program.model, options, report, "infeasible with presolve, a plan without")
        return Outcome(
            None,
            infeasible=True,
            stopped_by=StoppedBy.PROOF,
            confirmed_by=(route,) * bool(route),
            notes=notes,
        )
    # UNKNOWN answers objective_value 0.0: only FEASIBLE and OPTIMAL carry a plan
    stop = StoppedBy.PLANNER if planner else StoppedBy.TIME
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        bound = solver.best_objective_bound * scale
        known = program.model.has_objective() and abs(bound) < LARGEST_SUM
        return Outcome(None, bound=(bound,) if known else (), stopped_by=stop, notes=notes)
    objective = solver.objective_value * scale
    bound = solver.best_objective_bound * scale
    route = ""
    if status == cp_model.OPTIMAL:
        stop = StoppedBy.PROOF if (gap(objective, bound) or 0.0) <= PROOF_GAP else StoppedBy.GAP
    if stop is StoppedBy.PROOF:
        route = _confirm(_better(program.model, solver), options, report, "a better plan without presolve")
    return Outcome(
        plan=program.read_plan(lambda v: float(solver.value(v))),
        objective=(objective,),
        bound=(bound,),
        stopped_by=stop,
        confirmed_by=(route,) * bool(route),
        notes=notes,
    )


def _better(model: Any, solver: Any) -> Any:
    """Return the model with "at least one unit better than the solver's plan" as a rule instead of an objective."""
    harder = model.clone()
    objective = model.proto.objective  # always a minimum: of a maximum the coefficients are negated
    columns = [harder.get_int_var_from_proto_index(j) for j in objective.vars]
    reached = sum(
        c * solver.value(model.get_int_var_from_proto_index(j))
        for j, c in zip(objective.vars, objective.coeffs, strict=True)
    )
    harder.clear_objective()
    harder.add(cp_model.LinearExpr.weighted_sum(columns, list(objective.coeffs)) <= reached - 1)
    return harder


def _confirm(model: Any, options: SolveOptions, report: Report, contradiction: str) -> str:
    """Ask again, with presolve off, for what is claimed not to exist; "" where the time does not suffice.

    CP-SAT's wrong claims came from presolve (or-tools#5274).
    """
    left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
    if left <= 0 or report.should_stop():
        return ""
    report(phase="confirming")
    second = cp_model.CpSolver()
    _set(second, options, left)
    second.parameters.cp_model_presolve = False
    status, _ = _solve(second, model, None, report)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise BackendError(f"CP-SAT contradicts itself: {contradiction}.")
    return "CP-SAT with presolve off" if status == cp_model.INFEASIBLE else ""
