r"""Joint assignment with coverage by constraint programming: the rules as they stand, nothing left out.

Boolean ``sent[u, i]`` for every admissible pair, whole numbers for what is missing:

    at most one incident a unit                                                             (1)
    missing_i >= o_i - sum n_u sent[u, i]                                                   (2)
    sum_u sent[u, i] <= most units                                                          (3)
    sent[u, i]  =>  sum_v n_v sent[v, i] - n_u <= o_i - 1 + relaxation                      (4)
    lead_i >= lead cost of u, unless a quicker unit is sent or u is not                     (5)
    short_z = sum of its levels >= d_z - now_z - sum change_z sent;  a hard floor caps it   (6)

No arc and no zone that can change is dropped, and (4), (5) are logic, not sums: so an error in the
reductions of ``assignment.milp`` shows as a disagreement. Costs are whole numbers of ``objective_scale``
weighted seconds: the coarsest power of ten that states every cost exactly, or else the finest one.

Source: the rules of :mod:`optimiser.problems.assignment.rules`.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from optimiser.problems.assignment import FAMILY, AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.rules import MAX_UNITS
from optimiser.problems.base import relaxed
from optimiser.solve.program import Formulation, Program
from optimiser_models.assignment.arcs import (
    Arcs,
    Floats,
    admissible,
    coverage_change,
    coverage_now,
    floor_slack,
    needless_spare,
    unfilled_price,
)

FINEST_DIGITS = 7
"""Costs are stated to 1e-7 weighted seconds at the finest, so that no rounding shows beside a whole second."""
LARGEST_SUM = 2**50
EXACT_TOL = 1e-9


def build(problem: AssignmentProblem, start: AssignmentPlan | None) -> Program[AssignmentPlan]:
    """Return the CP-SAT model of the whole snapshot."""
    arcs = admissible(problem)
    scale = _scale(problem, arcs)
    model = cp_model.CpModel()
    sent = [model.new_bool_var(f"sent[{u},{i}]") for u, i in zip(arcs.unit, arcs.incident, strict=True)]
    terms: list[cp_model.LinearExprT] = [
        sent[a] * _whole(cost, scale) for a, cost in enumerate(arcs.way_cost.tolist()) if cost
    ]
    for u in np.unique(arcs.unit).tolist():
        model.add_at_most_one(sent[a] for a in np.flatnonzero(arcs.unit == u))
    price = unfilled_price(problem)
    for i in range(len(problem.incident_ids)):
        mine = np.flatnonzero(arcs.incident == i).tolist()
        missing = _need(model, problem, arcs, sent, mine, i)
        terms.append(missing * _whole(float(price[i]), scale))
        terms.append(
            _lead(model, [sent[a] for a in mine], [_whole(c, scale) for c in arcs.lead_cost[mine].tolist()])
        )
    terms.extend(_cover(model, problem, arcs, sent, scale))
    model.minimize(cp_model.LinearExpr.sum(terms))
    chosen = arcs.chosen(problem, start)
    return Program(
        model,
        read_plan=lambda value_of: arcs.plan(problem, lambda a: value_of(sent[a])),
        start={sent[a]: float(a in chosen) for a in range(len(sent))} if start is not None else {},
        objective_scale=scale,
        notes={"arcs": len(sent), "zones": len(problem.zone_ids)},
    )


def _need(
    model: cp_model.CpModel,
    problem: AssignmentProblem,
    arcs: Arcs,
    sent: list[cp_model.IntVar],
    mine: list[int],
    i: int,
) -> cp_model.IntVar:
    """(2), (3), (4)."""
    need = int(problem.officers_needed[i])
    size = [int(arcs.officers[a]) for a in mine]
    here = [sent[a] for a in mine]
    missing = model.new_int_var(0, need, f"missing[{i}]")
    total = cp_model.LinearExpr.weighted_sum(here, size)
    model.add(total + missing >= need)
    most = problem.params.max_units + relaxed(problem.params.relax, MAX_UNITS.name)
    model.add(cp_model.LinearExpr.sum(here) <= int(np.floor(most)))
    for goes, n in zip(here, size, strict=True):
        model.add(total - n <= need - 1 + needless_spare(problem)).only_enforce_if(goes)
    return missing


def _lead(model: cp_model.CpModel, here: list[cp_model.IntVar], cost: list[int]) -> cp_model.LinearExprT:
    """(5): arcs come by arrival, so their costs do not fall."""
    lead = model.new_int_var(0, max(cost, default=0), "lead")
    for k, goes in enumerate(here):
        model.add(lead >= cost[k]).only_enforce_if(goes, *(v.negated() for v in here[:k]))
    return lead


def _cover(
    model: cp_model.CpModel, problem: AssignmentProblem, arcs: Arcs, sent: list[cp_model.IntVar], scale: float
) -> list[cp_model.LinearExprT]:
    """(6), with one variable a priced level."""
    now, change, slack = coverage_now(problem), coverage_change(problem, arcs), floor_slack(problem)
    terms: list[cp_model.LinearExprT] = []
    for z in range(len(problem.zone_ids)):
        level = int(problem.demand_level[z])
        if level == 0:
            continue
        allowed = level if slack is None else min(level, slack)
        short = [model.new_bool_var(f"short[{z},{n}]") for n in range(1, allowed + 1)]
        moved = cp_model.LinearExpr.weighted_sum(sent, change[:, z].tolist())
        model.add(int(now[z]) + moved + cp_model.LinearExpr.sum(short) >= level)
        for n, lower in enumerate(short[1:], start=1):
            model.add_implication(lower, short[n - 1])
        terms += [v * _whole(problem.params.level_price_s(n), scale) for n, v in enumerate(short, start=1)]
    return terms


def _whole(cost: float, scale: float) -> int:
    return round(cost / scale)


def _scale(problem: AssignmentProblem, arcs: Arcs) -> float:
    prices = np.array(problem.params.shortfall_price_s, dtype=np.float64)
    unfilled = unfilled_price(problem)
    costs: Floats = np.concatenate([arcs.lead_cost, arcs.way_cost, unfilled, prices])
    worst = costs.sum() + unfilled @ problem.officers_needed + prices.max() * problem.demand_level.sum()
    finest = min(FINEST_DIGITS, int(np.log10(LARGEST_SUM / max(1.0, worst))))
    for digits in range(finest):
        in_units = costs * 10.0**digits
        if np.abs(in_units - np.round(in_units)).max(initial=0.0) <= EXACT_TOL * np.abs(in_units).max(
            initial=1.0
        ):
            return float(10.0**-digits)
    return float(10.0**-finest)


FORMULATION = Formulation(
    name="assignment.cpsat",
    family=FAMILY,
    build=build,
    backend="cpsat",
    reference="The rules of the family, stated as logic",
    summary="Joint assignment with coverage by constraint programming",
)
