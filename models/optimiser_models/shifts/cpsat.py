"""Shift design for a constraint solver: whole numbers throughout.

Legend as in ``shifts.milp``. Cover is stated slot by slot, not in network form, so that the two formulations share
no row. The price of call work above the ceiling and of calls that find nobody free bends at k_t1 < k_t2 < ... officers
(k_t0 = 0) and falls by s_ti for each between k_t,i-1 and k_ti, s_t1 >= s_t2 >= ...; f_t is left beyond the last. Every
price is counted in 1/S and rounded down, [.] below.

    minimise  sum [S (c_v + o_v)] x_v + E                                       (1a, objective "cost")
    minimise  sum [S p_j] u_tj + [S g] sum (n_t - r_t + sum_j u_tj) + sum [S o_v] x_v + E       (1b, "shortage")
    E = sum [S f_t] + sum [S s_ti] a_ti,  n_t + sum_i a_ti >= k_t,last,  a_ti <= k_ti - k_t,i-1     (2)
    n_t + a_t = sum_{v covers t} x_v,  n_t >= d_t                               (3)
    n_t + sum_j u_tj >= r_t                                                     (4)
    L <= sum n_t <= B                                                           (5)
    q sum_{t in W} n_t - a sum n_t >= C                                         (6)
    not y_s(v)  =>  x_v = 0,  sum y_s <= K                                      (7)
    start times that go together, hand-over, today's rota, overtime             (8, ``cpsat_rota``)

Prices stand in the objective alone, so that S may be large: the largest power of ten that keeps every sum below
2**50. Each price stands before a number that is 0 or more; rounded down, none makes a plan dearer than it is, and a
price of m units is kept to one part in m. Source of (3): Dantzig, "A comment on Edie's traffic delays at toll
booths", Operations Research 2 (1954); the other rows are this project's own.
"""

from __future__ import annotations

import math

import numpy as np
from ortools.sat.python import cp_model

from optimiser.problems.shifts import FAMILY, ShiftsPlan, ShiftsProblem
from optimiser.solve.program import Formulation, Program, ValueOf
from optimiser_models.shifts import cpsat_rota
from optimiser_models.shifts.chords import Chord
from optimiser_models.shifts.terms import Terms, terms

_LARGEST_SUM = 2**50


def build(problem: ShiftsProblem, start: ShiftsPlan | None) -> Program[ShiftsPlan]:
    """Return the CP-SAT model of a problem; ``start`` becomes a hint."""
    t = terms(problem)
    scale = _scale(t)
    model = cp_model.CpModel()
    x = [model.new_int_var(0, int(most), key) for key, most in zip(t.keys, t.most, strict=True)]
    n = _on_duty(model, t, x)
    _limits(model, t, x, n)
    changed = cpsat_rota.add(model, t, x)
    cost = _above(model, t, n, scale) + _price(model, t, x, n, scale)
    if t.rota.change_price > 0 and changed:
        gone = _whole(t.rota.change_price * t.rota.gone, scale)
        cost += gone + sum(
            _whole(t.rota.change_price * int(slots), scale) * c
            for slots, c in zip(t.rota.length, changed, strict=True)
        )
    model.minimize(cost)

    def read_plan(value_of: ValueOf) -> ShiftsPlan:
        return t.plan([value_of(v) for v in x])

    hint = {} if start is None else dict(zip(x, (float(k) for k in t.officers(start)), strict=True))
    return Program(model=model, read_plan=read_plan, start=hint, objective_scale=t.unit / scale)


def _scale(t: Terms) -> float:
    """Return S, a power of ten; a fraction of 1 where sums are beyond 2**50 as they are."""
    reach = float(t.each() @ t.most) + sum(t.dearest().values())
    reach += float(np.maximum(t.most_on_duty(), 0).sum()) * t.surplus_price
    if t.rota.today.size:
        most = np.maximum(t.most, t.rota.today)
        reach += t.rota.change_price * float(t.rota.length @ most + t.rota.gone)
    reach += float(t.wanted.sum()) * (max(t.level_prices) + t.surplus_price)
    return 10.0 ** math.floor(math.log10(_LARGEST_SUM / reach)) if reach > 0 else 1.0


def _whole(price: float, scale: float) -> int:
    """Return a price in units, rounded down so that no plan is dearer in the model than it is."""
    return math.floor(price * scale)


def _on_duty(model: cp_model.CpModel, t: Terms, x: list[cp_model.IntVar]) -> list[cp_model.IntVar]:
    most = t.most_on_duty()
    n = []
    for s, covering in enumerate(t.covering()):
        need = int(t.need[s])
        n.append(model.new_int_var(need, max(need, int(most[s])), f"on_duty[{s}]"))
        model.add(n[s] + int(t.away[s]) == sum(x[v] for v in covering))
    return n


def _limits(model: cp_model.CpModel, t: Terms, x: list[cp_model.IntVar], n: list[cp_model.IntVar]) -> None:
    model.add(sum(n) >= t.least_total)
    model.add(sum(n) <= t.most_total)
    if t.community is not None:
        q, a, rhs = t.community
        model.add(sum((q - a if t.window[s] else -a) * n[s] for s in range(len(n))) >= rhs)
    if t.max_starts is not None:
        y = {int(s): model.new_bool_var(f"start[{s}]") for s in sorted(set(t.start[t.rota.counted].tolist()))}
        for v, staffed in enumerate(x):
            if not t.rota.counted[v]:
                continue
            model.add(staffed == 0).only_enforce_if(~y[int(t.start[v])])
        model.add(sum(y.values()) <= t.max_starts)


def _above(model: cp_model.CpModel, t: Terms, n: list[cp_model.IntVar], scale: float) -> cp_model.LinearExprT:
    """Price of call work above the ceiling and of calls that find nobody: by stretches between its bends, see (2)."""
    by_slot: dict[int, list[Chord]] = {}
    for c in t.chords:
        by_slot.setdefault(c.slot, []).append(c)
    priced: list[cp_model.LinearExprT] = []
    for s, chords in by_slot.items():
        priced.append(_whole(max(chords[-1].value, 0.0), scale))
        missing: list[cp_model.IntVar] = []
        begin = 0
        for c in chords:
            if c.slope < 0 and c.pivot > begin:
                missing.append(model.new_int_var(0, c.pivot - begin, f"missed[{s},{c.pivot}]"))
                priced.append(_whole(-c.slope, scale) * missing[-1])
                begin = c.pivot
        model.add(n[s] + sum(missing) >= begin)
    return sum(priced)


def _price(
    model: cp_model.CpModel, t: Terms, x: list[cp_model.IntVar], n: list[cp_model.IntVar], scale: float
) -> cp_model.LinearExprT:
    each = [_whole(float(c), scale) for c in t.each()]
    paid: cp_model.LinearExprT = sum(c * staffed for c, staffed in zip(each, x, strict=True) if c)
    if t.wanted.size == 0:
        return paid
    surplus = _whole(t.surplus_price, scale)
    terms_of_cost = [paid, surplus * (sum(n) - int(t.wanted.sum()))]
    for s, wanted in enumerate(t.wanted.tolist()):
        if wanted <= 0:
            continue
        missing = [
            model.new_int_var(0, room, f"missing[{s},{j}]") for j, room in enumerate(t.level_room[s].tolist())
        ]
        model.add(n[s] + sum(missing) >= wanted)
        terms_of_cost += [
            (_whole(price, scale) + surplus) * u for price, u in zip(t.level_prices, missing, strict=True)
        ]
    return sum(terms_of_cost)


FORMULATION: Formulation[ShiftsProblem, ShiftsPlan] = Formulation(
    name="shifts.cpsat",
    family=FAMILY,
    reference="Dantzig, Operations Research 2 (1954): set covering of shifts; CP-SAT of OR-Tools",
    summary="Shift design by constraint programming, cover stated slot by slot",
    build=build,
    backend="cpsat",
)
