"""Rows and columns of the assignment model for what is no sum over pairs: pairs, splits, deviation, border.

They are numbered (10) to (13) in :mod:`.hess`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimiser_models.sectors.hess import Hess

MEAN_TARGET = 1e3


def add_pairs(m: Hess) -> None:
    """Areas kept apart, and areas kept together where that is relaxed (10)."""
    d = m.d
    for pairs, slack, name in ((d.apart, d.slack_apart, "apart"), (d.same, d.slack_same, "together")):
        if not len(pairs):
            continue
        loose = m.new_columns(len(pairs)) if slack > 0 else -1
        if slack > 0:
            m.rows.add(loose + np.arange(len(pairs)), np.ones(len(pairs)), -np.inf, slack, name)
        for p, (a, b) in enumerate(pairs.tolist()):
            free = [loose + p] if slack > 0 else []
            for j in range(len(m.column)):
                x, v = int(m.column[j, a]), int(m.column[j, b])
                if name == "apart" and x >= 0 and v >= 0:
                    values = [1.0, 1.0] + [-1.0] * len(free)
                    m.rows.add(np.array([x, v, *free]), np.array(values), -np.inf, 1, name)
                elif name == "together":
                    for one, other in ((x, v), (v, x)):
                        if one >= 0:
                            columns = [one, *([other] if other >= 0 else []), *free]
                            values = [1.0, *([-1.0] if other >= 0 else []), *([-1.0] * len(free))]
                            m.rows.add(np.array(columns), np.array(values), -np.inf, 0, name)


def add_splits(m: Hess) -> None:
    """Further pieces of named places, limited or aimed at (11)."""
    d, places = m.d, m.d.places
    if not (places.limited or d.extras.splits):
        return
    touched: dict[int, list[int]] = {}
    owner = np.repeat(np.arange(d.n), np.diff(places.starts))
    for g in range(places.kind.size):
        limited = np.isfinite(places.limit[places.kind[g]]) or np.isfinite(places.most) or d.extras.splits
        if not limited:
            continue
        mine = owner[places.ids == g]
        for j in np.unique(m.y_centre):
            xs = m.column[j, mine]
            xs = xs[xs >= 0]
            if xs.size:
                z = m.new_columns(1, cost=d.extras.splits, integer=False)
                touched.setdefault(int(places.kind[g]), []).append(z)
                for x in xs.tolist():
                    m.rows.add(np.array([x, z]), np.array([1.0, -1.0]), -np.inf, 0, "splits")
    for kind, columns in touched.items():
        limit = places.limit[kind] + (places.kind == kind).sum()
        if np.isfinite(limit):
            m.rows.add(np.array(columns), np.ones(len(columns)), -np.inf, limit, "splits")
    if np.isfinite(places.most):
        every = np.array([z for columns in touched.values() for z in columns], dtype=np.int64)
        m.rows.add(every, np.ones(every.size), -np.inf, places.most + places.kind.size, "splits")


def add_deviation(m: Hess) -> None:
    """Largest deviation from a target (12)."""
    d, s = m.d, m.slots
    if not d.extras.deviation:
        return
    t = m.new_columns(1, cost=d.extras.deviation, upper=10.0, integer=False)
    first = [int(np.flatnonzero(s.group == g)[0]) for g in range(len(s.state))]
    for q in range(len(d.weight)):
        if not d.target[q].all():
            continue
        for j, g in zip(m.y_centre.tolist(), m.y_group.tolist(), strict=True):
            target = float(d.target[q, first[g]])
            mine = np.flatnonzero((m.centre == j) & (d.weight[q, m.area] > 0))
            work = d.weight[q, m.area[mine]] / target
            y = int(m.y_column[j, g])
            others = m.y_column[j, (m.y_column[j] >= 0) & (np.arange(len(s.state)) != g)]
            ones = -LARGEST_SHARE * np.ones(others.size)  # another district has its own target
            columns = np.concatenate([mine, [y], others, [t]])
            m.rows.add(columns, np.concatenate([work, [-1.0], ones, [-1.0]]), -np.inf, 0, "deviation")
            m.rows.add(columns, np.concatenate([-work, [1.0], ones, [-1.0]]), -np.inf, 0, "deviation")


LARGEST_SHARE = 1e3
"""No district has more than this many times its target."""


def add_boundary(m: Hess) -> None:
    """Metres of border between districts, aimed at or limited (13)."""
    d = m.d
    limited = np.isfinite(d.border_limit)
    if not (d.extras.boundary or limited):
        return
    lengths: list[float] = []
    columns_of: list[int] = []
    for i in range(d.n):
        for e in range(int(d.starts[i]), int(d.starts[i + 1])):
            v = int(d.neighbours[e])
            if v < i or d.border[e] <= 0:
                continue
            b = m.new_columns(1, cost=d.extras.boundary * float(d.border[e]), integer=False)
            lengths.append(float(d.border[e]))
            columns_of.append(b)
            for j in np.unique(m.y_centre):
                for one, other in ((i, v), (v, i)):
                    x, w = int(m.column[j, one]), int(m.column[j, other])
                    if x >= 0:
                        columns = np.array([x, b, *([w] if w >= 0 else [])])
                        values = np.array([1.0, -1.0, -1.0])[: columns.size]
                        m.rows.add(columns, values, -np.inf, 0, "boundary")
    if limited and lengths:
        unit = max(lengths) / MEAN_TARGET
        m.rows.add(
            np.array(columns_of), np.array(lengths) / unit, -np.inf, d.border_limit / unit + 1e-6, "boundary"
        )
