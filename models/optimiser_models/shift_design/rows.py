r"""Shift design as a linear model in network form, strengthened by the changes of the need.

x_sd officers on shift s from day d, y_s = 1 where s is used, p_a / q_b = 1 where a shift starts at time of day a / ends
at b, u_t and o_t officers missing and beyond the need r_t; n_t = r_t - u_t + o_t on duty; M_sd the most officers.

    min  c_u sum u_t + c_o sum o_t + f sum y_s + sum g_s x_sd                                (1)
    n_t - n_{t-1} = sum_{sd starts at t} x_sd - sum_{sd ends at t} x_sd     t > 0            (2) network form
    n_0 = sum_{sd covers 0} x_sd                                                             (3)
    x_sd <= M_sd y_s,   x_sd <= r_k y_s + o_k,  k the slot of least need that sd covers      (4)
    y_s <= p_a(s), y_s <= q_b(s),  p_a <= sum_{s starts at a} y_s,  q_b likewise             (5)
    u_t + o_{t-w} + (r_t - r_{t-w}) sum_{a in (t-w, t]} p_a >= r_t - r_{t-w}   where it rises  (6)
    o_t + u_{t-w} + (r_{t-w} - r_t) sum_{b in (t-w, t]} q_b >= r_{t-w} - r_t   where it falls  (7)
    sum y_s <= K                                                                             (8)

(6): where nothing starts between two slots, no more are on duty in the second than in the first, so what the need rises
by is missing in the second or was beyond the need in the first. (6) and (7) force start and end times, of which every
shift has one each: without them the relaxation hardly sees f. u, o and M are bounded by what a design as good as the
known one can deviate.

Source of the network form: Kletzander and Musliu, "Modelling and solving the minimum shift design problem", CPAIOR
2019; of the problem: Di Gaspero, Gaertner, Kortsarz, Musliu, Schaerf, Slany (2007). (4)-(7) are our own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.problems.shift_design import ShiftDesignPlan, ShiftDesignProblem
from optimiser.problems.shift_design.rules import on_duty
from optimiser.solve.backends.linear import LinearModel
from optimiser_models.shift_design.bounds import Limits, covered

WINDOW_SLOTS = 4
"""(6) and (7) look back so many slots."""

Rows = list[tuple[list[int], list[float], float, float]]


@dataclass(frozen=True)
class Columns:
    """Where each kind of column begins: x by shift and day, y, p by start time, q by end time, u, o."""

    problem: ShiftDesignProblem
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def x(self, s: int, day: int) -> int:
        """Return the column of a shift and day."""
        return s * self.problem.n_days + day

    @property
    def y(self) -> int:
        """First column of y."""
        return len(self.problem.shift_ids) * self.problem.n_days

    @property
    def p(self) -> dict[int, int]:
        """Column by start time of day."""
        first = self.y + len(self.problem.shift_ids)
        return {a: first + k for k, a in enumerate(self.starts)}

    @property
    def q(self) -> dict[int, int]:
        """Column by end time of day."""
        first = self.y + len(self.problem.shift_ids) + len(self.starts)
        return {b: first + k for k, b in enumerate(self.ends)}

    @property
    def u(self) -> int:
        """First column of u."""
        return self.y + len(self.problem.shift_ids) + len(self.starts) + len(self.ends)

    @property
    def o(self) -> int:
        """First column of o."""
        return self.u + self.problem.n_slots

    @property
    def n(self) -> int:
        """Number of columns."""
        return self.o + self.problem.n_slots


def columns(problem: ShiftDesignProblem) -> Columns:
    """Return the columns of a problem."""
    ends = (problem.shift_start + problem.shift_slots) % problem.slots_per_day
    return Columns(problem, tuple(np.unique(problem.shift_start).tolist()), tuple(np.unique(ends).tolist()))


def build(problem: ShiftDesignProblem, at: Limits) -> LinearModel:
    """Return the model within the limits."""
    c, p = columns(problem), problem.params
    n_shifts, t = len(problem.shift_ids), problem.n_slots
    rows: Rows = [*_cover(problem, c), *_links(problem, c, at), *_times(problem, c), *_changes(problem, c)]
    if at.most_shifts < n_shifts:
        used = list(range(c.y, c.y + n_shifts))
        rows.append((used, [1.0] * n_shifts, -np.inf, float(at.most_shifts)))
    upper = np.ones(c.n)
    upper[: c.y] = at.most.ravel()
    upper[c.u : c.o], upper[c.o :] = at.under, at.over
    cost = np.zeros(c.n)
    cost[: c.y] = np.repeat(problem.officer_cost, problem.n_days)
    cost[c.y : c.y + n_shifts] = p.shift_price
    cost[c.u : c.u + t] = p.under_price * problem.slot_h
    cost[c.o :] = p.over_price * problem.slot_h
    begins = np.concatenate([[0], np.cumsum([len(r[0]) for r in rows])]).astype(np.int64)
    a = sp.csr_array(
        (np.concatenate([r[1] for r in rows]), np.concatenate([r[0] for r in rows]).astype(np.int64), begins),
        shape=(len(rows), c.n),
    )
    a.sum_duplicates()
    return LinearModel(
        sense="min",
        cost=cost,
        lower=np.zeros(c.n),
        upper=upper.astype(np.float64),
        integer=np.ones(c.n, dtype=bool),
        a=a,
        row_lower=np.array([r[2] for r in rows]),
        row_upper=np.array([r[3] for r in rows]),
    )


def _cover(problem: ShiftDesignProblem, c: Columns) -> Rows:
    """Write (2) and (3)."""
    t, need = problem.n_slots, problem.need
    change: list[tuple[list[int], list[float]]] = [([], []) for _ in range(t)]
    first: list[int] = []
    for s in range(len(problem.shift_ids)):
        for day in range(problem.n_days):
            slots = covered(problem, s, day)
            for slot, sign in ((int(slots[0]), 1.0), ((int(slots[-1]) + 1) % t, -1.0)):
                change[slot][0].append(c.x(s, day))
                change[slot][1].append(sign)
            if 0 in slots:
                first.append(c.x(s, day))
    rows: Rows = []
    for k in range(1, t):
        off = [c.u + k, c.u + k - 1, c.o + k, c.o + k - 1]
        step = float(need[k] - need[k - 1])
        rows.append(([*change[k][0], *off], [*change[k][1], 1.0, -1.0, -1.0, 1.0], step, step))
    rows.append(([*first, c.u, c.o], [*([1.0] * len(first)), 1.0, -1.0], float(need[0]), float(need[0])))
    return rows


def _links(problem: ShiftDesignProblem, c: Columns, at: Limits) -> Rows:
    """Write (4)."""
    rows: Rows = []
    for s in range(len(problem.shift_ids)):
        for day in range(problem.n_days):
            most, k = int(at.most[s, day]), int(at.tightest[s, day])
            if most == 0:
                continue
            rows.append(([c.x(s, day), c.y + s], [1.0, -float(most)], -np.inf, 0.0))
            if most > problem.need[k]:
                pair = [c.x(s, day), c.y + s, c.o + k]
                rows.append((pair, [1.0, -float(problem.need[k]), -1.0], -np.inf, 0.0))
    return rows


def _times(problem: ShiftDesignProblem, c: Columns) -> Rows:
    """Write (5)."""
    rows: Rows = []
    ends = (problem.shift_start + problem.shift_slots) % problem.slots_per_day
    for of_shift, column in ((problem.shift_start, c.p), (ends, c.q)):
        for time, j in column.items():
            mine = [c.y + int(s) for s in np.flatnonzero(of_shift == time)]
            rows += [([y, j], [1.0, -1.0], -np.inf, 0.0) for y in mine]
            rows.append(([j, *mine], [1.0, *([-1.0] * len(mine))], -np.inf, 0.0))
    return rows


def _changes(problem: ShiftDesignProblem, c: Columns) -> Rows:
    """Write (6) and (7)."""
    t, of_day, need = problem.n_slots, problem.slots_per_day, problem.need
    rows: Rows = []
    p, q = c.p, c.q
    for now in range(t):
        for back in range(1, min(WINDOW_SLOTS, t - 1) + 1):
            then = (now - back) % t
            step = int(need[now] - need[then])
            if step == 0:
                continue
            times = {(now - k) % of_day for k in range(back)}
            switches = [(p if step > 0 else q)[a] for a in times if a in (p if step > 0 else q)]
            short, spare = (now, then) if step > 0 else (then, now)
            size = float(abs(step))
            both = [c.u + short, c.o + spare, *switches]
            rows.append((both, [1.0, 1.0, *([size] * len(switches))], size, np.inf))
    return rows


def plan_of(problem: ShiftDesignProblem, x: NDArray[np.float64]) -> ShiftDesignPlan:
    """Return the design that the columns x say."""
    n = problem.n_days
    counts = np.rint(x[: len(problem.shift_ids) * n]).astype(int).reshape(-1, n)
    return ShiftDesignPlan(
        {s: tuple(row) for s, row in zip(problem.shift_ids, counts.tolist(), strict=True) if any(row)}
    )


def columns_of(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> NDArray[np.float64]:
    """Return the columns that say a design, for a warm start."""
    c, used = columns(problem), set(plan.used())
    x = np.zeros(c.n)
    ends = (problem.shift_start + problem.shift_slots) % problem.slots_per_day
    for s, name in enumerate(problem.shift_ids):
        if name in used:
            x[c.x(s, 0) : c.x(s, 0) + problem.n_days] = plan.officers[name]
            x[[c.y + s, c.p[int(problem.shift_start[s])], c.q[int(ends[s])]]] = 1.0
    off = on_duty(problem, plan) - problem.need
    x[c.u : c.o], x[c.o :] = np.maximum(-off, 0), np.maximum(off, 0)
    return x
