"""The one road from a problem to a believed result.

Build, solve, read, round, check the rules, recompute the objective from the data. The engine believes
nobody: a plan that breaks a rule, an objective that the data do not confirm, or a bound on the wrong side
of the plan is a :class:`~optimiser.errors.RejectedPlan`.
"""

from __future__ import annotations

import importlib
import logging
import time
from dataclasses import replace
from typing import Any

from optimiser.errors import InputError, RejectedPlan
from optimiser.problems import portable
from optimiser.problems.base import Family
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Backend, Formulation, Report
from optimiser.solve.progress import Recorder
from optimiser.solve.provenance import provenance
from optimiser.solve.result import PROOF_GAP, Judged, Outcome, Result, Status, StoppedBy, gap

log = logging.getLogger(__name__)

OBJECTIVE_TOLERANCE = 1e-6
"""Largest relative difference between a claimed objective and the one the data give."""

ARITHMETIC = "arithmetic on the data, before any search"
"""What confirms an infeasibility that shows at once."""

_warmed: set[str] = set()
"""Formulations that this process has made ready."""

BOUND_TOLERANCE = 1e-5
"""Solvers hold rows only to about 1e-6: a bound may miss the plan's value by this share."""


def warm(formulation: Formulation[Any, Any]) -> None:
    """Let a formulation import its back end and compile its loops, once a process.

    Whoever times a solve calls this before the clock starts: on a fresh machine it takes seconds.
    """
    if formulation.name in _warmed:
        return
    if formulation.backend is not None:
        backend(formulation.backend)
    if formulation.warm is not None:
        formulation.warm()
    _warmed.add(formulation.name)


def solve(
    problem: Any,
    formulation: Formulation[Any, Any],
    options: SolveOptions | None = None,
    *,
    start: Any = None,
    report: Report | None = None,
) -> Result[Any]:
    """Solve in this process and return a result that passed every check.

    Parameters
    ----------
    problem
        Of the formulation's family.
    start
        Any plan, as a warm start; it need not be admissible.
    report
        Hears progress, and may ask to stop. Its clock runs already: :func:`warm` comes before it.

    Raises
    ------
    InputError
        If the formulation cannot take this problem.
    RejectedPlan
        If the formulation's answer does not pass.
    BackendError
        If the solver failed.
    """
    options = options or SolveOptions()
    refusal = formulation.refuses(problem)
    if refusal:
        raise InputError(f"{formulation.name} cannot take this: {refusal}")
    warm(formulation)
    report = told = Told(report or Recorder(), sense_of(problem, formulation.family))
    began = time.monotonic()
    built = began
    reasons = formulation.family.contradictions(problem)
    outcome: Outcome[Any]
    if reasons:
        outcome = Outcome(None, infeasible=True, confirmed_by=(ARITHMETIC,), notes={"reasons": list(reasons)})
    elif formulation.run is not None:
        outcome = formulation.run(problem, start, options, report)
    else:
        assert formulation.build is not None
        assert formulation.backend is not None
        _tell_first(problem, formulation, start, report)
        report(phase="building model")
        program = formulation.build(problem, start)
        built = time.monotonic()
        outcome = backend(formulation.backend)(program, options, report)
    ended = time.monotonic()
    outcome = told.at_least(outcome, problem, formulation.family)
    report(phase="checking")
    result = judge(
        problem,
        formulation.family,
        outcome,
        name=formulation.name,
        options=options,
        build_s=built - began,
        solve_s=ended - built,
    )
    log.info("%s: %s in %.2f s", formulation.name, result.status, ended - began)
    return result


def _tell_first(problem: Any, formulation: Formulation[Any, Any], start: Any, report: Report) -> None:
    """Tell the start, and what the formulation knows without a solver, where they keep every rule."""
    family = formulation.family
    for plan in (start, formulation.first(problem) if formulation.first else None):
        if plan is not None and not family.check(problem, plan):
            value = family.objectives(problem, plan)[0].value
            report(phase="a first plan", incumbent=value, plan=plan)


class Told:
    """A report that remembers the best plan it passed on: what the planner was told is never taken back."""

    def __init__(self, report: Report, sense: str) -> None:
        self._report = report
        self._sign = 1.0 if sense == "min" else -1.0
        self._best: tuple[float, Any] | None = None

    def __call__(
        self,
        *,
        phase: str = "",
        incumbent: float | None = None,
        bound: float | None = None,
        plan: Any = None,
    ) -> None:
        """Pass a report on."""
        if incumbent is not None and plan is not None:
            cost = self._sign * incumbent
            if self._best is None or cost < self._best[0]:
                self._best = cost, plan
        self._report(phase=phase, incumbent=incumbent, bound=bound, plan=plan)

    def should_stop(self) -> bool:
        """Return True once the planner asked to stop and keep the best."""
        return self._report.should_stop()

    def elapsed_s(self) -> float:
        """Return seconds since the solve began."""
        return self._report.elapsed_s()

    def at_least(self, outcome: Outcome[Any], problem: Any, family: Family[Any, Any]) -> Outcome[Any]:
        """Return an outcome with the plan that was told, where a stopped search returns none or a worse one."""
        if self._best is None or outcome.infeasible:
            return outcome
        plan = self._best[1]
        if outcome.plan is not None:
            if outcome.stopped_by is StoppedBy.PROOF:
                return outcome
            ours, theirs = (self._sign * family.objectives(problem, p)[0].value for p in (plan, outcome.plan))
            if ours >= theirs - OBJECTIVE_TOLERANCE * max(1.0, abs(theirs)):
                return outcome
        return replace(outcome, plan=plan, objective=())


def backend(name: str) -> Backend:
    """Import and return a back end."""
    module = importlib.import_module(f"optimiser.solve.backends.{name}")
    run: Backend = module.run
    return run


def judge(
    problem: Any,
    family: Family[Any, Any],
    outcome: Outcome[Any],
    *,
    name: str,
    options: SolveOptions,
    build_s: float = 0.0,
    solve_s: float = 0.0,
) -> Result[Any]:
    """Turn a claim into a result, or refuse it.

    Raises
    ------
    RejectedPlan
        With every broken rule, or both objective values, or the bound that is on the wrong side.
    """

    def result(status: Status, judged: tuple[Judged, ...], measures: Any) -> Result[Any]:
        return Result(
            status=status,
            stopped_by=outcome.stopped_by,
            plan=outcome.plan,
            objectives=judged,
            bound=outcome.bound,
            measures=measures,
            formulation=name,
            build_s=build_s,
            solve_s=solve_s,
            bound_valid_for=outcome.bound_valid_for,
            confirmed_by=_confirmed(outcome, judged),
            notes=outcome.notes,
            provenance=provenance(portable.digest(problem), options),
        )

    if outcome.plan is None:
        return result(Status.INFEASIBLE if outcome.infeasible else Status.NO_PLAN, (), ())
    if outcome.infeasible:
        raise RejectedPlan(f"{name} returns a plan and calls the problem infeasible.")
    broken = family.check(problem, outcome.plan)
    if broken:
        shown = "; ".join(map(str, broken[:10]))
        raise RejectedPlan(f"{name}: {len(broken)} broken rules: {shown}")
    judged = _judge_objectives(problem, family, outcome, name)
    proved = all(o.closed for o in judged)
    status = Status.OPTIMAL if proved else Status.FEASIBLE
    return result(status, judged, family.measure(problem, outcome.plan))


def _judge_objectives(
    problem: Any, family: Family[Any, Any], outcome: Outcome[Any], name: str
) -> tuple[Judged, ...]:
    judged = []
    for k, objective in enumerate(family.objectives(problem, outcome.plan)):
        size = max(1.0, abs(objective.value))
        claimed = outcome.objective[k] if k < len(outcome.objective) else objective.value
        flatters = (objective.value - claimed) * (1.0 if objective.sense == "min" else -1.0)
        # a search that was stopped may leave its auxiliary variables loose and so claim too little; never too much
        loose = outcome.stopped_by is not StoppedBy.PROOF and flatters < 0
        if abs(flatters) > OBJECTIVE_TOLERANCE * size and not loose:
            raise RejectedPlan(
                f"{name}: it claims {objective.name} {claimed:.10g}, the data say {objective.value:.10g}."
            )
        bound = outcome.bound[k] if k < len(outcome.bound) else None
        if bound is not None:
            worse = (bound - objective.value) * (1.0 if objective.sense == "min" else -1.0)
            if worse > BOUND_TOLERANCE * size:
                raise RejectedPlan(
                    f"{name}: its bound {bound:.10g} says that no plan has {objective.name} {objective.value:.10g}, "
                    "yet this one has."
                )
            if worse > 0 or (gap(objective.value, bound) or 0.0) <= PROOF_GAP / 100:
                bound = objective.value
        route = outcome.confirmed_by[k] if k < len(outcome.confirmed_by) else ""
        found = Judged(objective.name, objective.unit, objective.sense, objective.value, bound, route)
        judged.append(found if found.closed else replace(found, confirmed_by=""))
    return tuple(judged)


def _confirmed(outcome: Outcome[Any], judged: tuple[Judged, ...]) -> str:
    """Return what confirmed "optimal" or "infeasible"; "" where any part of the claim stands alone."""
    routes = [o.confirmed_by for o in judged] if outcome.plan is not None else list(outcome.confirmed_by)
    claimed = outcome.infeasible or outcome.plan is not None
    return "; ".join(dict.fromkeys(routes)) if claimed and routes and all(routes) else ""


def sense_of(problem: Any, family: Family[Any, Any]) -> str:
    """Return the sense of the first objective, as the params' ``first_sense`` tells; ``min`` by default."""
    sense = getattr(problem.params, "first_sense", None)
    return "min" if sense is None else str(sense)


def killed(last_plan: Any, bound: float | None, stopped_by: StoppedBy) -> Outcome[Any]:
    """Return the outcome of a worker that had to be killed: its last reported plan and bound."""
    return Outcome(last_plan, bound=(bound,) if bound is not None else (), stopped_by=stopped_by)
