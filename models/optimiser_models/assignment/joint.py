r"""All open incidents at once, in the time a dispatcher has: a good plan first, then the proof on a small core.

1. A plan by greedy choice and local search with ejection chains (:mod:`~optimiser_models.assignment.search`), told at
   once.
2. The linear relaxation of ``assignment.milp`` on the nearest arcs of each incident; arcs left out are priced by its
   duals (:mod:`~optimiser_models.assignment.pricing`) and join until none is worth joining: L bounds every plan.
3. The MILP on the arcs and columns whose reduced cost is at most t. Every other plan costs more than L + t: where the
   best found is at most L + t, it is best of all; else t grows to the gap and the last solve proves it.

Sources: column generation and reduced-cost fixing as usual; Haghani, Yang (2007) for the joint problem; ejection
chains as in Glover (1996).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optimiser.problems.assignment import FAMILY, AssignmentPlan, AssignmentProblem, check, objectives
from optimiser.solve.backends.highs_arrays import Solved, Watch, solve_linear
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.assignment.arcs import (
    Arcs,
    Bools,
    Floats,
    Ints,
    Moves,
    admissible,
    chosen,
    possible_moves,
)
from optimiser_models.assignment.milp import Built, construct, read
from optimiser_models.assignment.pricing import may_leave_out, reduced_costs
from optimiser_models.assignment.reduce import CoverRows, cover_rows
from optimiser_models.assignment.search import search, warm

NEAREST_KEPT = 12
"""Arcs of each incident and size of unit in the first relaxation."""
MOST_JOINING = 1500
SLIGHT = 0.02
"""Share of the gap that arcs left out may lower the bound by, rather than join for one more relaxation."""
FEW_COLUMNS, LEAST_COLUMNS, SHARE_OF_ARCS = 2000, 60, 20
"""The first core holds one in twenty arcs, the cheapest, but about so many at the most and at the least."""
NEGATIVE = -1e-6
CUTOFF = 1e-6
"""Share of the best value known by which the cutoff lies above it, so that the plan itself is not cut off."""


@dataclass
class _Solve:
    problem: AssignmentProblem
    options: SolveOptions
    report: Report
    plan: AssignmentPlan | None = None
    value: float = math.inf
    bound: float | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def offer(self, plan: AssignmentPlan | None, phase: str) -> None:
        """Keep a plan that is better and keeps every rule, and tell it."""
        if plan is None:
            return
        value = objectives(self.problem, plan)[0].value
        if value < self.value - 1e-9 and math.isfinite(value) and not check(self.problem, plan):
            self.plan, self.value = plan, value
            self.report(phase=phase, incumbent=value, bound=self.bound, plan=plan)

    def left_s(self) -> float:
        return self.options.time_limit_s - self.report.elapsed_s()

    def outcome(
        self, stopped_by: StoppedBy, *, infeasible: bool = False, confirmed: str = ""
    ) -> Outcome[Any]:
        if infeasible:
            return Outcome(
                None, infeasible=True, confirmed_by=(confirmed,) if confirmed else (), notes=self.notes
            )
        bound = () if self.bound is None else (min(self.bound, self.value),)
        return Outcome(
            plan=self.plan,
            objective=() if self.plan is None else (self.value,),
            bound=bound,
            stopped_by=stopped_by,
            notes=self.notes,
        )


def run(
    problem: AssignmentProblem, start: AssignmentPlan | None, options: SolveOptions, report: Report
) -> Outcome[AssignmentPlan]:
    """Search, bound, prove."""
    solve = _Solve(problem, options, report)
    report(phase="a first plan")
    arcs, moves = admissible(problem), possible_moves(problem)
    solve.offer(AssignmentPlan(), "a first plan")
    solve.offer(search(problem, arcs), "a first plan")
    if start is not None:
        solve.offer(_usable(problem, start), "a first plan")
    solve.notes |= {
        "arcs": int(arcs.unit.size),
        "first plan": solve.value,
        "first plan s": report.elapsed_s(),
    }
    if report.should_stop():
        return solve.outcome(StoppedBy.PLANNER)
    return _prove(solve, arcs, moves)


def _usable(problem: AssignmentProblem, plan: AssignmentPlan) -> AssignmentPlan:
    """Leave out of a start what this snapshot does not have."""
    units, incidents, posts = set(problem.unit_ids), set(problem.incident_ids), set(problem.post_ids)
    return AssignmentPlan(
        {u: i for u, i in plan.sent.items() if u in units and i in incidents},
        {u: p for u, p in plan.moved.items() if u in units and p in posts},
        tuple(u for u in plan.recalled if u in units),
    )


def _prove(solve: _Solve, arcs: Arcs, moves: Moves) -> Outcome[Any]:
    problem, report = solve.problem, solve.report
    cover = cover_rows(problem, arcs, moves)
    report(phase="bounding")
    core = _first_core(problem, arcs, chosen(problem, arcs, solve.plan))
    built, found, costs = _relaxation(solve, arcs, moves, cover, core)
    if found.objective is None:
        if found.infeasible:
            return solve.outcome(StoppedBy.PROOF, infeasible=True, confirmed=found.confirmed_by)
        return solve.outcome(found.stopped_by)
    lower = found.objective * built.scale
    solve.bound = lower
    report(phase="improving", bound=lower)
    used = chosen(problem, arcs, solve.plan)
    threshold = _threshold(solve.value, lower, costs)
    solve.notes |= {"relaxation": lower, "relaxation s": report.elapsed_s(), "core": int(core.sum())}
    last: tuple[Ints, Built, Floats] | None = None
    for _ in range(6):
        solved, last = _solve_core(solve, arcs, moves, cover, costs, threshold, used, last)
        if solved.infeasible and threshold == math.inf:
            return solve.outcome(StoppedBy.PROOF, infeasible=True, confirmed=solved.confirmed_by)
        over = lower + threshold
        solve.notes.setdefault("cores", []).append(
            [0 if last is None else last[0].size, threshold, solve.value - lower, report.elapsed_s()]
        )
        of_core = solved.bound if solved.bound is not None else -math.inf
        if solved.infeasible:
            of_core = math.inf
        solve.bound = max(lower, min(of_core, over, solve.value))
        if solved.stopped_by is not StoppedBy.PROOF and not solved.infeasible:
            return solve.outcome(solved.stopped_by)
        if solve.value <= over + PROOF_GAP * abs(solve.value):
            break
        threshold = solve.value - lower + NEGATIVE if math.isfinite(solve.value) else math.inf
        threshold = max(threshold, 0.0) * (1 + 1e-9) + 1e-6
        used = chosen(problem, arcs, solve.plan)
    return solve.outcome(StoppedBy.PROOF)


def _first_core(problem: AssignmentProblem, arcs: Arcs, used: set[int]) -> Bools:
    """Arcs that cannot be priced, the nearest of each incident and size, and those of the first plan."""
    core = ~may_leave_out(problem, arcs)
    key = arcs.incident * (int(problem.officers.max(initial=0)) + 1) + arcs.officers
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    rank = np.arange(order.size) - np.searchsorted(ranked, ranked)
    core[order[rank < NEAREST_KEPT]] = True
    core[sorted(used)] = True
    return core


def _relaxation(
    solve: _Solve, arcs: Arcs, moves: Moves, cover: CoverRows, core: Bools
) -> tuple[Built, Solved, tuple[Floats, Floats]]:
    """Solve the relaxation, letting arcs join until none is worth it; return reduced costs of all arcs too."""
    problem = solve.problem
    while True:
        inside = np.flatnonzero(core)
        built = construct(problem, arcs.keep(inside), moves, cover.keep(inside))
        relaxed = replace(built.model, integer=np.zeros_like(built.model.integer))
        found = solve_linear(
            relaxed,
            time_limit_s=solve.left_s(),
            options=solve.options,
            watch=Watch(should_stop=solve.report.should_stop),
        )
        if found.infeasible and not core.all():
            core[:] = True
            continue
        if found.objective is None or found.stopped_by is not StoppedBy.PROOF:
            return built, replace(found, objective=None), (np.zeros(0), np.zeros(0))
        first, further = np.empty(arcs.unit.size), np.full(arcs.unit.size, np.inf)
        own = found.reduced_cost * built.scale
        first[inside] = own[built.columns.first]
        two = built.columns.further >= 0
        further[inside[two]] = own[built.columns.further[two]]
        outside = np.flatnonzero(~core)
        first[outside], further[outside] = reduced_costs(problem, built, found.row_dual, arcs.keep(outside))
        least = np.minimum(first, further)
        joining = outside[least[outside] < NEGATIVE]
        lowers = np.minimum(first[outside], 0.0).sum() + np.minimum(further[outside], 0.0).sum()
        if not joining.size or -lowers < SLIGHT * (solve.value - found.objective * built.scale):
            lowered = min(0.0, float(lowers)) / built.scale  # every arc is used once at most: still a bound
            return built, replace(found, objective=found.objective + lowered), (first, further)
        core[joining[np.argsort(least[joining], kind="stable")[:MOST_JOINING]]] = True


def _threshold(value: float, lower: float, costs: tuple[Floats, Floats]) -> float:
    """Return the reduced cost up to which the first core holds arcs: all that can matter, if these are few."""
    gap = value - lower
    if not math.isfinite(gap):
        return math.inf
    cheapest = np.sort(np.minimum(*costs))
    n = min(FEW_COLUMNS, max(LEAST_COLUMNS, cheapest.size // SHARE_OF_ARCS))
    few = cheapest[n] if cheapest.size > n else math.inf
    return min(gap, max(few, 0.0)) * (1 + 1e-9) + 1e-6


def _solve_core(
    solve: _Solve,
    arcs: Arcs,
    moves: Moves,
    cover: CoverRows,
    costs: tuple[Floats, Floats],
    threshold: float,
    used: set[int],
    last: tuple[Ints, Built, Floats] | None,
) -> tuple[Solved, tuple[Ints, Built, Floats] | None]:
    """Solve the MILP on what costs at most the threshold; the best plan is offered, the bound in weighted seconds.

    ``last`` is what this returned for a smaller threshold: where the search begins.
    """
    problem = solve.problem
    first, further = (c <= threshold for c in costs)
    mine = np.array(sorted(used), dtype=np.int64)
    first[mine] = further[mine] = True
    inside: Ints = np.flatnonzero(first | further)
    built = construct(problem, arcs.keep(inside), moves, cover.keep(inside))
    upper = built.model.upper.copy()
    upper[built.columns.first[~first[inside]]] = 0.0
    closed = built.columns.further[~further[inside]]
    upper[closed[closed >= 0]] = 0.0
    scale = built.scale

    def heard(objective: float, bound: float, x: Floats) -> None:
        if objective * scale < solve.value - 1e-9:
            solve.offer(read(problem, built, np.round(x)), "improving")

    solved = solve_linear(
        replace(built.model, upper=upper),
        time_limit_s=solve.left_s(),
        options=solve.options,
        start=None if last is None else _carried(arcs, last, inside, built),
        watch=Watch(heard, lambda bound: None, solve.report.should_stop),
        lean=True,
        cutoff=solve.value / scale * (1 + CUTOFF) if math.isfinite(solve.value) else None,
    )
    if solved.x is not None:
        solve.offer(read(problem, built, solved.x), "improving")
        last = inside, built, solved.x
    return replace(solved, bound=None if solved.bound is None else solved.bound * scale), last


def _carried(arcs: Arcs, last: tuple[Ints, Built, Floats], inside: Ints, built: Built) -> Floats | None:
    """Return a solution of a smaller core as values of a larger one; None where their other columns differ."""
    before, old, x = last
    rest = int(old.columns.missing[0]) if old.columns.missing.size else x.size
    new_rest = int(built.columns.missing[0]) if built.columns.missing.size else built.model.cost.size
    n_old, n_new = int((old.columns.leaves >= 0).sum()), int((built.columns.leaves >= 0).sum())
    if x.size - rest - n_old != built.model.cost.size - new_rest - n_new:
        return None
    n_missing = old.columns.missing.size
    values = np.zeros(built.model.cost.size)
    values[built.columns.missing] = x[old.columns.missing]
    values[new_rest + n_missing + n_new :] = x[rest + n_missing + n_old :]
    values[built.columns.moved] = x[old.columns.moved]
    leaves = (old.columns.leaves >= 0) & (built.columns.leaves >= 0)
    values[built.columns.leaves[leaves]] = x[old.columns.leaves[leaves]]
    place = np.full(arcs.unit.size, -1, dtype=np.int64)
    place[inside] = np.arange(inside.size)
    there = place[before]
    for mine, theirs in (
        (built.columns.first, old.columns.first),
        (built.columns.further, old.columns.further),
    ):
        ok = (there >= 0) & (theirs >= 0)
        ok[ok] = mine[there[ok]] >= 0
        values[mine[there[ok]]] = x[theirs[ok]]
    return values


FORMULATION = Formulation(
    name="assignment.joint",
    family=FAMILY,
    run=run,
    reference="Local search with ejection chains; column generation, reduced-cost fixing and HiGHS on the core",
    summary="All incidents at once: a good plan in milliseconds, then proved on the arcs that can matter",
    warm=warm,
)
