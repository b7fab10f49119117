"""Rows of the rota's own rules for ``shifts.milp``.

Legend as there; G a group of days with the same start times, S_G its start times, V(s, d) the pairs of a start time on
a day; k_t pairs that stay over a change in slot t, k the least that must; z_v officers of today's rota; h_v slots of
overtime on a pair (or of the others, where the budget counts those alone), l_v slots of a pair.

    x_v <= M_v w_sd,  sum_{v in V(s, d)} x_v >= w_sd,  w_sd <= q_s        s in S_G, d in G     (10a)
    sum_{s, d} (q_s - w_sd) <= R                                          for each G           (10b)
    sum_{v in k_t} x_v >= k                                               t with a hand-over   (10c)
    c_v >= x_v - z_v,  c_v >= z_v - x_v,  sum l_v c_v <= C - gone         price sum l_v c_v    (10d)
    sum h_v x_v <= O                                                      by kind of overtime  (10e)

R is 0 but for a relaxation: a start of a group is in use on each of its days or on none.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimiser_models.shifts.terms import Terms


def add(m: Any, t: Terms) -> None:
    """Add (10a) to (10e)."""
    _same(m, t)
    rota = t.rota
    if rota.stay:
        m.stay = pyo.Constraint(
            sorted(rota.stay),
            rule=lambda m, s: (
                sum(m.x[v] for v in rota.stay[s]) >= rota.stay_least
                if rota.stay[s]
                else m.n[s] <= -1  # nobody can stay over this change
            ),
            doc="(10c)",
        )
    _change(m, t)
    m.overtime = pyo.Constraint(
        range(len(rota.overtime)),
        rule=lambda m, k: (
            sum(int(rota.overtime[k][0][v]) * m.x[v] for v in np.flatnonzero(rota.overtime[k][0]).tolist())
            <= rota.overtime[k][1]
        ),
        doc="(10e)",
    )


def _same(m: Any, t: Terms) -> None:
    groups = t.rota.same
    m.W = pyo.Set(
        dimen=3,
        initialize=[
            (g, s, d)
            for g, group in enumerate(groups)
            for s, days in sorted(group.pairs.items())
            for d in range(len(days))
        ],
    )
    m.w = pyo.Var(m.W, domain=pyo.Binary)
    m.Q = pyo.Set(dimen=2, initialize=sorted({(g, s) for g, s, _ in m.W}))
    m.q = pyo.Var(m.Q, domain=pyo.NonNegativeReals, bounds=(0, 1))
    m.used = pyo.ConstraintList(doc="(10a)")
    for g, s, d in m.W:
        pairs = groups[g].pairs[s][d]
        m.used.add(m.w[g, s, d] <= m.q[g, s])
        m.used.add(sum(m.x[v] for v in pairs) >= m.w[g, s, d]) if pairs else m.w[g, s, d].fix(0)
        for v in pairs:
            m.used.add(m.x[v] <= int(t.most[v]) * m.w[g, s, d])
    m.together = pyo.Constraint(
        range(len(groups)),
        rule=lambda m, g: (
            sum(m.q[g, s] - m.w[g, s, d] for s, days in groups[g].pairs.items() for d in range(len(days)))
            <= groups[g].slack
            if groups[g].pairs
            else pyo.Constraint.Skip
        ),
        doc="(10b)",
    )


def _change(m: Any, t: Terms) -> None:
    rota = t.rota
    m.C = pyo.RangeSet(0, rota.today.size - 1)
    m.c = pyo.Var(
        m.C,
        domain=pyo.NonNegativeReals,
        bounds=lambda _, v: (0, max(int(t.most[v]), int(rota.today[v]))),
    )
    m.more = pyo.Constraint(m.C, rule=lambda m, v: m.c[v] >= m.x[v] - int(rota.today[v]), doc="(10d)")
    m.less = pyo.Constraint(m.C, rule=lambda m, v: m.c[v] >= int(rota.today[v]) - m.x[v], doc="(10d)")
    if rota.most_changed is not None:
        changed = sum(int(rota.length[v]) * m.c[v] for v in m.C)
        m.few_changed = pyo.Constraint(expr=changed <= rota.most_changed - rota.gone, doc="(10d)")


def price(m: Any, t: Terms) -> Any:
    """Return the price of what changes against today's rota."""
    if not t.rota.today.size or t.rota.change_price == 0:
        return 0.0
    changed = sum(t.rota.change_price * int(t.rota.length[v]) * m.c[v] for v in m.C)
    return changed + t.rota.change_price * t.rota.gone


def start(m: Any, t: Terms, officers: NDArray[np.int64], values: MutableMapping[Any, float]) -> None:
    """Set the variables of these rows for a start."""
    for g, s, d in m.W:
        values[m.w[g, s, d]] = float(any(officers[v] > 0 for v in t.rota.same[g].pairs[s][d]))
    for g, s in m.Q:
        values[m.q[g, s]] = max(values[m.w[g, s, d]] for d in range(len(t.rota.same[g].pairs[s])))
    for v in m.C:
        values[m.c[v]] = float(abs(int(officers[v]) - int(t.rota.today[v])))
