"""HiGHS on arrays: one solve, with incumbents, bounds and a stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from optimiser.errors import BackendError
from optimiser.solve.backends.linear import INFINITE, LinearModel, lint
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import PROOF_GAP, StoppedBy, gap

SHORTEST_SECOND_LOOK_S = 1.0
OTHER_PRESOLVE = "HiGHS with presolve off"
WITH_PRESOLVE = "HiGHS with presolve on"
"""What confirms where the proof itself came without."""
PLAIN_SUMS = "plain sums"
FEASIBLE = 1e-6
"""HiGHS keeps rows to this."""
LEAN: Mapping[str, Any] = {
    "presolve": "off",
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_detect_symmetry": False,
}
"""Where a tight relaxation and a good cutoff leave little to search, presolve and heuristics are most of the time."""


@dataclass(frozen=True)
class Solved:
    """What HiGHS says of a LinearModel. ``x`` is the rounded incumbent or None; the bound is kept always.

    "Infeasible" is claimed only with what confirmed it.
    """

    x: NDArray[np.float64] | None
    objective: float | None
    bound: float | None
    infeasible: bool
    stopped_by: StoppedBy
    nodes: int = 0
    confirmed_by: str = ""
    row_dual: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    reduced_cost: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Watch:
    """What to call while HiGHS runs."""

    incumbent: Callable[[float, float, NDArray[np.float64]], None] = lambda objective, bound, x: None
    bound: Callable[[float], None] = lambda bound: None
    should_stop: Callable[[], bool] = lambda: False
    better: Callable[[], NDArray[np.float64] | None] | None = None
    """A point of shape (n,) found elsewhere that HiGHS does not know yet, or None; asked between dives."""


def solve_linear(
    model: LinearModel,
    *,
    time_limit_s: float,
    options: SolveOptions,
    start: NDArray[np.float64] | None = None,
    watch: Watch | None = None,
    presolve: bool = True,
    gap_frac: float | None = None,
    abs_gap: float = 1e-9,
    lean: bool = False,
    interior: bool = False,
    cutoff: float | None = None,
    once: bool = False,
) -> Solved:
    """Solve a MILP or LP.

    Parameters
    ----------
    start
        A full warm start, shape (n,).
    gap_frac
        Overrides ``options.gap_frac``.
    abs_gap
        Stop when the bound is this near; for objectives whose values lie on a known grid.
    lean
        Without presolve and heuristics (:data:`LEAN`).
    interior
        Solve the first relaxation by an interior point: quicker where it has thousands of rows.
    cutoff
        An objective that is known to be reached: what is dearer is not searched. It must not be below the best, or the
        model is called infeasible.
    once
        Let an answer of "infeasible" stand, unconfirmed: the caller asks again by another route before it claims it.

    Raises
    ------
    BackendError
        If the model fails the lint or HiGHS reports an error.
    """
    lint(model)
    watch = watch or Watch()
    if (model.lower > model.upper).any() or (model.row_lower > model.row_upper).any():
        return Solved(None, None, None, True, StoppedBy.PROOF, confirmed_by=PLAIN_SUMS)
    empty = np.diff(model.a.indptr) == 0  # HiGHS calls a model without columns empty, whatever its rows ask
    if (empty & ((model.row_lower > FEASIBLE) | (model.row_upper < -FEASIBLE))).any():
        return Solved(None, None, None, True, StoppedBy.PROOF, confirmed_by=PLAIN_SUMS)
    began = time.monotonic()
    extra: dict[str, Any] = dict(LEAN) if lean else {} if presolve else {"presolve": "off"}
    if cutoff is not None:
        extra["objective_bound"] = cutoff
    if interior:
        extra["mip_lp_solver"] = "ipm"
    solved = _run(model, time_limit_s, options, start, watch, extra, gap_frac, abs_gap)
    if once or not (solved.infeasible and (presolve or lean)):
        return solved
    # said of what is below the cutoff only, and by no route that was confirmed
    if lean or cutoff is not None:
        left = max(SHORTEST_SECOND_LOOK_S, time_limit_s - (time.monotonic() - began))
        return solve_linear(
            model,
            time_limit_s=left,
            options=options,
            start=start,
            watch=watch,
            gap_frac=gap_frac,
            abs_gap=abs_gap,
        )
    # HiGHS 1.13.1 calls small feasible models infeasible in presolve (tests/solvers has one): only a second
    # route makes the claim, and where its time does not suffice, nothing is claimed
    left = max(SHORTEST_SECOND_LOOK_S, time_limit_s - (time.monotonic() - began))
    again = _run(model, left, options, start, watch, {"presolve": "off"}, gap_frac, abs_gap)
    if again.infeasible:
        return replace(again, confirmed_by=OTHER_PRESOLVE)
    if again.x is not None:
        return again
    return Solved(None, None, again.bound, False, again.stopped_by)


def _run(
    model: LinearModel,
    time_limit_s: float,
    options: SolveOptions,
    start: NDArray[np.float64] | None,
    watch: Watch,
    extra: Mapping[str, Any],
    gap_frac: float | None,
    abs_gap: float,
) -> Solved:
    use_threads(1 if options.reproducible else options.threads)
    h = load(model)
    h.setOptionValue("time_limit", max(0.05, float(time_limit_s)))
    h.setOptionValue("threads", 1 if options.reproducible else options.threads)
    h.setOptionValue("random_seed", options.seed)
    h.setOptionValue("mip_rel_gap", max(options.gap_frac if gap_frac is None else gap_frac, PROOF_GAP / 10))
    h.setOptionValue("mip_abs_gap", abs_gap)
    for name, value in extra.items():
        h.setOptionValue(name, value)
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = list(start)
        h.setSolution(given)
    stopped = _listen(h, model, watch)
    h.run()
    return read(h, model, planner=bool(stopped))


_threads_in_use: list[int] = []


def use_threads(threads: int) -> None:
    """Start HiGHS's pool of threads anew where another size is asked for; a changed size ends in "Not Set"."""
    if _threads_in_use and _threads_in_use[0] != threads:
        highspy.Highs.resetGlobalScheduler(True)
    _threads_in_use[:] = [threads]


def load(model: LinearModel) -> Any:
    """Return a HiGHS instance that holds the model."""
    h = highspy.Highs()
    h.silent()
    lp = highspy.HighsLp()
    m, n = model.a.shape
    lp.num_col_, lp.num_row_ = n, m
    lp.sense_ = highspy.ObjSense.kMinimize if model.sense == "min" else highspy.ObjSense.kMaximize
    lp.offset_ = model.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, _inf(model.lower), _inf(model.upper)
    lp.row_lower_, lp.row_upper_ = _inf(model.row_lower), _inf(model.row_upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.a.indptr.astype(np.int32)
    lp.a_matrix_.index_ = model.a.indices.astype(np.int32)
    lp.a_matrix_.value_ = model.a.data.astype(np.float64)
    if model.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(w)] for w in model.integer]
    if h.passModel(lp) == highspy.HighsStatus.kError:
        raise BackendError("HiGHS does not accept the model.")
    return h


def _inf(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.abs(values) >= INFINITE, np.copysign(highspy.kHighsInf, values), values).astype(
        np.float64
    )


def _listen(h: Any, model: LinearModel, watch: Watch) -> list[bool]:
    """Subscribe the callbacks; the returned list is filled once the planner stopped the solve."""
    stopped: list[bool] = []
    last = [0.0, -np.inf]

    def improving(event: Any) -> None:
        out = event.data_out
        x = np.asarray(out.mip_solution, dtype=np.float64)
        if x.size == model.cost.size:
            watch.incumbent(float(out.mip_primal_bound), float(out.mip_dual_bound), x)

    def interrupt(event: Any) -> None:
        now = time.monotonic()
        if now - last[0] < 0.1:
            return
        last[0] = now
        bound = float(event.data_out.mip_dual_bound)
        if np.isfinite(bound) and abs(bound) < INFINITE and bound != last[1]:
            last[1] = bound
            watch.bound(bound)
        if watch.should_stop():
            stopped.append(True)
            event.interrupt()

    def elsewhere(event: Any) -> None:
        x = None if watch.better is None else watch.better()
        if x is not None:
            event.data_in.setSolution(x)

    if model.integer.any():
        h.cbMipImprovingSolution.subscribe(improving)
        if watch.better is not None:
            h.cbMipUserSolution.subscribe(elsewhere)
        h.cbMipInterrupt.subscribe(interrupt)
    else:
        h.cbSimplexInterrupt.subscribe(interrupt)
    return stopped


def read(h: Any, model: LinearModel, *, planner: bool) -> Solved:
    """Return what HiGHS found after a run; ``planner`` says whether it was interrupted on request."""
    status = h.getModelStatus()
    known = highspy.HighsModelStatus
    if status in (known.kSolveError, known.kModelError, known.kLoadError, known.kPresolveError):
        raise BackendError(f"HiGHS ended with {h.modelStatusToString(status)}.")
    if status == known.kModelEmpty:
        return Solved(np.zeros(0), model.offset, model.offset, False, StoppedBy.PROOF)
    if status in (known.kUnbounded, known.kUnboundedOrInfeasible):
        raise BackendError("HiGHS calls the model unbounded: a bound is missing in the formulation.")
    info, solution = h.getInfo(), h.getSolution()
    mip = bool(model.integer.any())
    infeasible = status == known.kInfeasible
    x: NDArray[np.float64] | None = None
    objective: float | None = None
    # a time limit without an incumbent still fills col_value: value_valid and the status must both say yes
    if not infeasible and solution.value_valid and info.primal_solution_status == 2:
        x = np.asarray(solution.col_value, dtype=np.float64)
        x = np.where(model.integer, np.round(x), x)
        objective = float(model.cost @ x + model.offset)
    bound = float(info.mip_dual_bound) if mip else (objective if status == known.kOptimal else None)
    if bound is not None and (not np.isfinite(bound) or abs(bound) >= INFINITE):
        bound = None
    by = {
        known.kOptimal: StoppedBy.PROOF,
        known.kInfeasible: StoppedBy.PROOF,
        known.kTimeLimit: StoppedBy.TIME,
        known.kMemoryLimit: StoppedBy.MEMORY,
    }.get(status, StoppedBy.PLANNER if planner else StoppedBy.FAULT)
    if by is StoppedBy.PROOF and objective is not None and (gap(objective, bound) or 0.0) > PROOF_GAP:
        by = StoppedBy.GAP
    return Solved(
        x,
        objective,
        bound,
        infeasible,
        by,
        int(info.mip_node_count) if mip else 0,
        "",
        np.asarray(solution.row_dual) if not mip else np.zeros(0),
        np.asarray(solution.col_dual) if not mip else np.zeros(0),
    )
