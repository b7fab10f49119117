r"""Shift design for a constraint solver, slot by slot, with nothing left out and nothing added.

    n_t = sum_{sd covers t} x_sd                                    (1)
    n_t - r_t = o_t - u_t,   u_t, o_t >= 0                          (2)
    x_sd > 0 only if y_s                                            (3)
    sum y_s <= K                                                    (4)
    min c_u sum u_t + c_o sum o_t + f sum y_s + sum g_s x_sd        (5)

Made to confirm ``shift_design.network`` on small questions. Prices are counted in thousandths.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from optimiser.problems.shift_design import FAMILY, ShiftDesignPlan, ShiftDesignProblem
from optimiser.solve.program import Formulation, Program, ValueOf
from optimiser_models.shift_design.bounds import covered, grid, limits, most_on_duty

MOST_COLUMNS = 5_000


def build(problem: ShiftDesignProblem, start: ShiftDesignPlan | None) -> Program[ShiftDesignPlan]:
    """Return the CP-SAT model; ``start`` becomes a hint."""
    at, p, m = limits(problem), problem.params, cp_model.CpModel()
    step = grid(problem) or 1.0
    n_shifts = len(problem.shift_ids)
    x = [[m.new_int_var(0, int(at.most[s, d]), "") for d in range(problem.n_days)] for s in range(n_shifts)]
    y = [m.new_bool_var("") for _ in range(n_shifts)]
    on: list[list[cp_model.IntVar]] = [[] for _ in range(problem.n_slots)]
    for s in range(n_shifts):
        for d in range(problem.n_days):
            m.add(x[s][d] == 0).only_enforce_if(~y[s])
            for t in covered(problem, s, d).tolist():
                on[t].append(x[s][d])
    most = most_on_duty(problem, at.most)
    under = [m.new_int_var(0, int(at.under[t]), "") for t in range(problem.n_slots)]
    over = [m.new_int_var(0, max(0, int(most[t] - problem.need[t])), "") for t in range(problem.n_slots)]
    for t, need in enumerate(problem.need.tolist()):
        m.add(sum(on[t]) - need == over[t] - under[t])
    if at.most_shifts < n_shifts:
        m.add(sum(y) <= at.most_shifts)

    def whole(price: float) -> int:
        return round(price / step)

    cost = whole(p.under_price * problem.slot_h) * sum(under) + whole(p.over_price * problem.slot_h) * sum(
        over
    )
    pay = sum(whole(float(problem.officer_cost[s])) * sum(x[s]) for s in range(n_shifts))
    m.minimize(cost + whole(p.shift_price) * sum(y) + pay)

    def read_plan(value_of: ValueOf) -> ShiftDesignPlan:
        counts = {
            name: tuple(round(value_of(v)) for v in row)
            for name, row in zip(problem.shift_ids, x, strict=True)
        }
        return ShiftDesignPlan({name: row for name, row in counts.items() if any(row)})

    given = {} if start is None else start.officers
    hint = {
        v: float(n)
        for name, row in zip(problem.shift_ids, x, strict=True)
        for v, n in zip(row, given.get(name, ()), strict=False)
    }
    return Program(m, read_plan, start=hint, objective_scale=step)


def refuses(problem: ShiftDesignProblem) -> str:
    """Say which problems are too large, or have prices that are no whole thousandths."""
    n = len(problem.shift_ids) * problem.n_days
    if n > MOST_COLUMNS:
        return f"{n:,} shifts and days are more than {MOST_COLUMNS:,}. Use shift_design.network."
    p = problem.params
    prices = [p.under_price, p.over_price, p.shift_price, *problem.officer_cost.tolist()]
    if np.any(prices) and grid(problem) == 0:
        return "prices must be whole thousandths. Use shift_design.network, or round them."
    return ""


FORMULATION: Formulation[ShiftDesignProblem, ShiftDesignPlan] = Formulation(
    name="shift_design.cpsat",
    family=FAMILY,
    reference="The rules of the family, stated slot by slot; CP-SAT of OR-Tools",
    summary="Shift design slot by slot by constraint programming",
    build=build,
    backend="cpsat",
    refuses=refuses,
)
