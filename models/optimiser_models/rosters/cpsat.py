r"""Rosters of teams for a constraint solver, team by team and day by day.

    exactly one option x_io of each team i                                     (1)
    on duty w_isd = OR of the options of i that are on shift s on day d        (2)
    sum_i e_i w_isd - wanted_sd = o_sd - u_sd                                  (3)
    sum_i (officers, supervisors, skilled) w_isd >= least_sd                   (4)
    sum of vehicles out together <= fleet                                      (5)
    min  c_u sum u + c_o sum o + sum f_io x_io                                 (6)

Made to confirm ``rosters.milp``. Prices are counted in thousandths.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from optimiser.problems.base import relaxed
from optimiser.problems.rosters import FAMILY, RostersPlan, RostersProblem
from optimiser.problems.rosters.rules import out_together
from optimiser.solve.program import Formulation, Program, ValueOf
from optimiser_models.rosters.options import groups

THOUSANDTHS = 1000


def build(problem: RostersProblem, start: RostersPlan | None) -> Program[RostersPlan]:
    """Return the CP-SAT model; ``start`` becomes a hint."""
    m, p = cp_model.CpModel(), problem.params
    of_team = {i: g for g in groups(problem) for i in g.teams}
    x = {(i, o): m.new_bool_var("") for i in range(len(problem.team_ids)) for o in of_team[i].options}
    on: dict[tuple[int, int], list[tuple[cp_model.IntVar, int]]] = {}
    for i, team in enumerate(problem.team_ids):
        group = of_team[i]
        m.add_exactly_one(x[i, o] for o in group.options)
        for s in range(len(problem.shift_ids)):
            for d in range(problem.n_days):
                mine = [x[i, o] for j, o in enumerate(group.options) if group.duty[j, s, d]]
                w = m.new_bool_var(f"{team} {s} {d}")
                m.add(sum(mine) == w)
                on.setdefault((s, d), []).append((w, i))
    cost = []
    for (s, d), present in on.items():
        officers = sum(int(problem.officers[i]) * w for w, i in present)
        over = m.new_int_var(0, int(problem.officers.sum()), "")
        under = m.new_int_var(0, int(problem.wanted[s, d]), "")
        m.add(officers - int(problem.wanted[s, d]) == over - under)
        cost += [_whole(p.shortage_price) * under, _whole(p.surplus_price) * over]
        _minimums(m, problem, s, d, present)
    _vehicles(m, problem, on)
    for (i, o), variable in x.items():
        group = of_team[i]
        price = float(group.change[group.options.index(o)])
        if price:
            cost.append(_whole(price) * variable)
    m.minimize(sum(cost))

    def read_plan(value_of: ValueOf) -> RostersPlan:
        return RostersPlan({problem.team_ids[i]: o for (i, o), v in x.items() if value_of(v) > 0.5})

    given = {} if start is None else start.assigned
    hint = {v: float(tuple(given.get(problem.team_ids[i], ())) == o) for (i, o), v in x.items()}
    return Program(m, read_plan, start=hint if given else {}, objective_scale=1.0 / THOUSANDTHS)


def _whole(price: float) -> int:
    return round(price * THOUSANDTHS)


def _minimums(
    m: cp_model.CpModel,
    problem: RostersProblem,
    s: int,
    d: int,
    present: list[tuple[cp_model.IntVar, int]],
) -> None:
    relax = problem.params.relax
    asked = [
        ("minimum", problem.officers, problem.minimum[s, d]),
        ("supervisors", problem.supervisors, problem.supervisors_needed[s, d]),
        *(
            ("skills", problem.skilled[:, k], problem.skills_needed[k, s, d])
            for k in range(len(problem.skill_ids))
        ),
    ]
    for rule, of_team, need in asked:
        least = int(np.ceil(int(need) - relaxed(relax, rule) - 1e-9))
        if least > 0:
            m.add(sum(int(of_team[i]) * w for w, i in present) >= least)


def _vehicles(
    m: cp_model.CpModel,
    problem: RostersProblem,
    on: dict[tuple[int, int], list[tuple[cp_model.IntVar, int]]],
) -> None:
    if problem.params.fleet == 0:
        return
    most = int(np.floor(problem.params.fleet + relaxed(problem.params.relax, "vehicles") + 1e-9))
    for _, pairs in out_together(problem):
        for d in range(problem.n_days):
            out = [
                int(problem.vehicles[i]) * w
                for other, before in pairs
                if d - before >= 0
                for w, i in on[other, d - before]
            ]
            m.add(sum(out) <= most)


def refuses(problem: RostersProblem) -> str:
    """Say which prices are no whole thousandths."""
    p = problem.params
    prices = [THOUSANDTHS * v for v in (p.shortage_price, p.surplus_price, p.change_price)]
    if any(abs(v - round(v)) > 1e-9 for v in prices):
        return "prices must be whole thousandths. Use rosters.milp, or round them."
    return ""


FORMULATION: Formulation[RostersProblem, RostersPlan] = Formulation(
    name="rosters.cpsat",
    family=FAMILY,
    reference="The rules of the family, team by team; CP-SAT of OR-Tools",
    summary="Teams on phases of patterns by constraint programming",
    build=build,
    backend="cpsat",
    refuses=refuses,
)
