"""Shift design as a mixed-integer programme in network form.

Sets and data: pairs v = (shift, day) with first slot a(v), slot after the last b(v), start of day s(v), most
officers M_v, cost c_v; slots t of the cyclic week with fewest officers d_t and, where shortage is priced, wanted
officers r_t; W the community window; p_j the price of an officer missing in a slot at level j, l_tj how many it holds
for (one each, or a band of the relative deficit), g of one too many; K the most start times; a_t officers away at
court, training or events; o_v price of overtime on a pair; rules (10) of the rota stand in ``milp_rota``.

Variables: x_v whole officers on a pair; n_t officers on duty; u_tj officers missing at price level j;
e_t price of call work above the ceiling, and of calls that find nobody free, in slot t; y_s = 1 where start time s of
the day is used.

    minimise  sum (c_v + o_v) x_v + sum e_t + (10)                      (1a, objective "cost")
    minimise  sum p_j u_tj + g sum (n_t - r_t + sum_j u_tj) + sum o_v x_v + sum e_t + (10)      (1b, "shortage")
    n_t + a_t - n_{t-1} - a_{t-1} = sum_{a(v)=t} x_v - sum_{b(v)=t} x_v     t > 0       (2)
    n_0 + a_0 = sum_{v covers 0} x_v                                    (3)
    n_t >= d_t                                              (a bound)   (4)
    n_t + sum_j u_tj >= r_t, u_tj <= l_tj                               (5)
    L <= sum n_t <= B                                                   (6)
    q sum_{t in W} n_t - a sum n_t >= C                                 (7)
    e_t >= each chord of its price                                      (8)
    x_v <= M_v y_s(v),  sum y_s <= K                                    (9)

(2) is the difference of consecutive cover rows: two entries a pair where cover rows have one for each hour of the
shift (the network form; Kletzander and Musliu, "Modelling and solving the minimum shift design problem", CPAIOR
2019). L is the least total in which call ceiling, administration ceiling and both floors fit, B the budget; (7) keeps
the community floor, a / q of the officers on duty, inside its window. L, B and C are rounded to what whole shifts add
up to, and the chords of (8) meet at whole n_t, so that without (9) the relaxation is mostly as good as the best plan.
(9) is weak: ``shifts.starts`` chooses start times by other means.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.problems.shifts import FAMILY, ShiftsPlan, ShiftsProblem
from optimiser.solve.program import Formulation, Program, ValueOf
from optimiser_models.shifts import milp_rota
from optimiser_models.shifts.terms import Terms, terms

_LARGEST_WHOLE_ROW = 1000


def build(problem: ShiftsProblem, start: ShiftsPlan | None) -> Program[ShiftsPlan]:
    """Return the Pyomo model of a problem; ``start`` becomes a full warm start."""
    t = terms(problem)
    m = pyo.ConcreteModel(name="shifts.milp")
    _variables(m, t)
    _cover(m, t)
    _limits(m, t)
    milp_rota.add(m, t)
    m.least_cost = pyo.Objective(expr=_objective(m, t), sense=pyo.minimize)

    def read_plan(value_of: ValueOf) -> ShiftsPlan:
        return t.plan([value_of(m.x[v]) for v in m.x])

    return Program(
        model=m,
        read_plan=read_plan,
        start={} if start is None else _start(m, t, start),
        objective_scale=t.unit,
    )


def _variables(m: Any, t: Terms) -> None:
    m.V = pyo.RangeSet(0, len(t.keys) - 1)
    m.T = pyo.RangeSet(0, t.need.size - 1)
    most = t.most_on_duty()
    m.x = pyo.Var(m.V, domain=pyo.NonNegativeIntegers, bounds=lambda _, v: (0, int(t.most[v])))
    # n is whole because x is. Where nobody can be on duty, row (3) or (2) says that the need cannot be met
    m.n = pyo.Var(
        m.T, domain=pyo.NonNegativeReals, bounds=lambda _, s: (int(t.need[s]), int(max(most[s], t.need[s])))
    )
    dearest = t.dearest()  # a bound that never binds: what all its calls cost with nobody on duty
    m.E = pyo.Set(initialize=sorted(dearest))
    m.e = pyo.Var(m.E, domain=pyo.NonNegativeReals, bounds=lambda _, s: (0, dearest[s]))
    levels = range(len(t.level_prices))
    m.U = pyo.Set(
        dimen=2, initialize=[(s, j) for s in range(t.wanted.size) for j in levels if t.level_room[s, j] > 0]
    )

    def missing(_: Any, s: int, j: int) -> tuple[int, int]:
        return 0, int(t.level_room[s, j])

    m.u = pyo.Var(m.U, domain=pyo.NonNegativeReals, bounds=missing)
    m.S = pyo.Set(
        initialize=sorted({int(s) for s in t.start[t.rota.counted]}) if t.max_starts is not None else []
    )
    m.y = pyo.Var(m.S, domain=pyo.Binary)


def _cover(m: Any, t: Terms) -> None:
    begins: list[list[int]] = [[] for _ in m.T]
    ends: list[list[int]] = [[] for _ in m.T]
    for v in m.V:
        begins[int(t.first[v])].append(v)
        ends[int(t.last[v])].append(v)

    def changes(m: Any, s: int) -> Any:
        if s == 0:
            return pyo.Constraint.Skip
        gone = int(t.away[s] - t.away[s - 1])
        return m.n[s] - m.n[s - 1] + gone == sum(m.x[v] for v in begins[s]) - sum(m.x[v] for v in ends[s])

    m.changes = pyo.Constraint(m.T, rule=changes, doc="(2)")
    m.anchor = pyo.Constraint(expr=m.n[0] + int(t.away[0]) == sum(m.x[v] for v in t.covering()[0]), doc="(3)")
    wanted = sorted({s for s, _ in m.U})
    levels = {s: [j for j in range(len(t.level_prices)) if t.level_room[s, j] > 0] for s in wanted}
    m.short = pyo.Constraint(
        wanted,
        rule=lambda m, s: m.n[s] + sum(m.u[s, j] for j in levels[s]) >= int(t.wanted[s]),
        doc="(5)",
    )


def community_scale(t: Terms) -> float:
    """Return how often row (7) stands for one officer-slot in the window."""
    if t.community is None or t.community[0] > _LARGEST_WHOLE_ROW:
        return 1.0
    return float(t.community[0])


def _limits(m: Any, t: Terms) -> None:
    total = sum(m.n[s] for s in m.T)
    m.split_total = pyo.Constraint(expr=total >= t.least_total, doc="(6)")
    m.budget = pyo.Constraint(expr=total <= t.most_total, doc="(6)")
    if t.community is not None:
        q, a, rhs = t.community
        scale = q / community_scale(t)
        inside = sum(m.n[s] for s in m.T if t.window[s])
        m.community = pyo.Constraint(
            expr=(q / scale) * inside - (a / scale) * total >= rhs / scale, doc="(7)"
        )
    m.above = pyo.Constraint(
        range(len(t.chords)),
        rule=lambda m, k: m.e[t.chords[k].slot] >= t.chords[k].at(m.n[t.chords[k].slot]),
        doc="(8)",
    )
    if t.max_starts is not None:
        m.link = pyo.Constraint(
            [int(v) for v in np.flatnonzero(t.rota.counted)],
            rule=lambda m, v: m.x[v] <= int(t.most[v]) * m.y[int(t.start[v])],
            doc="(9)",
        )
        if len(m.S) > t.max_starts:
            m.few_starts = pyo.Constraint(expr=sum(m.y[s] for s in m.S) <= t.max_starts, doc="(9)")


def _objective(m: Any, t: Terms) -> Any:
    above = sum(m.e[s] for s in m.E)
    each = t.each()
    paid = sum(float(each[v]) * m.x[v] for v in m.V if each[v] > 0)
    more = above + paid + milp_rota.price(m, t)
    if t.wanted.size == 0:
        return more
    short = sum((t.level_prices[j] + t.surplus_price) * m.u[s, j] for s, j in m.U)
    return short + t.surplus_price * (sum(m.n[s] for s in m.T) - int(t.wanted.sum())) + more


def _start(m: Any, t: Terms, plan: ShiftsPlan) -> Mapping[Any, float]:
    officers = t.officers(plan)
    duty = (-t.away).tolist()
    for v, covered in enumerate(t.covers):
        for s in covered:
            duty[s] += int(officers[v])
    values: MutableMapping[Any, float] = pyo.ComponentMap()
    for v in m.V:
        values[m.x[v]] = float(officers[v])
    for s in m.T:
        values[m.n[s]] = float(duty[s])
    for s in m.E:
        values[m.e[s]] = 0.0
    for c in t.chords:
        values[m.e[c.slot]] = max(values[m.e[c.slot]], c.at(duty[c.slot]))
    for s, j in m.U:
        missing = max(0, int(t.wanted[s]) - max(duty[s], 0) - int(t.level_room[s, :j].sum()))
        values[m.u[s, j]] = float(min(int(t.level_room[s, j]), missing))
    used = {int(t.start[v]) for v in m.V if officers[v] > 0 and t.rota.counted[v]}
    for s in m.S:
        values[m.y[s]] = float(s in used)
    milp_rota.start(m, t, officers, values)
    return values


FORMULATION: Formulation[ShiftsProblem, ShiftsPlan] = Formulation(
    name="shifts.milp",
    family=FAMILY,
    reference="Kletzander and Musliu, CPAIOR 2019 (network form of shift design)",
    summary="Shift design as a MILP in network form, with the time split as rows over the cycle",
    build=build,
    backend="pyomo_highs",
)
