r"""Standby posts as one readable MILP on coverage patterns.

    max / min  the planner's objective, a sum of the quantities below              (1)
    s.t. sum_j x_tj <= n_t                         for all parts of the day t      (2) cars
         x_tj <= room y_j,  y_j <= sum_t x_tj      for all posts j                 (3) in use
         sum_j c_j y_j <= budget                                                   (4) budget
         x_tj >= 1 - b_tj,  sum b <= r             for posts to be kept            (5) kept post
         sum_{j today} (1 - y_j) <= most moved                                     (6) moved posts
         sum_i w_ti z_ti >= least share            for all t                       (7) least cover
         another objective is no worse than its limit                              (14) limit
    cover      z_ti <= sum_{j near i} x_tj                                         (8)
    backup     k v_ti <= sum_{j near i} x_tj       v binary                        (9)
    gradual    sum_j u_tij <= 1,  u_tij <= x_tj    gains s_ij u_tij                (10)
    travel     the same with gains (far - d_ij) u_tij, taken off far               (11)
    expected   sum_k e_tik <= sum_{j near i} x_tj  gains (1 - q) q^(k-1) e_tik     (12) one busy share q
               f_j >= q_j f_{j-1},  f_j >= f_{j-1} - (1 - q_j) b_j                 (13) busy shares by post
    x integer, y, b binary, the rest in [0, 1]

(8) Church and ReVelle (1974); (9) Hogan and ReVelle (1986); (10) Berman, Krass and Drezner (2003); (11) Hakimi
(1964); (12) Daskin (1983); (13) the chain of probabilities of O'Hanley, Scaparra and Garcia (2013): f is the
share of a call for which every car so far is busy, b the cars one by one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimiser.problems.base import relaxed
from optimiser.problems.standby import FAMILY, StandbyPlan, StandbyProblem
from optimiser.problems.standby.data import GAINS, PRICES
from optimiser.problems.standby.measures import plan_of
from optimiser.solve.program import Formulation, Program, ValueOf

LARGEST_COST = 1e4
"""The objective is scaled so that the largest weight of a pattern is this."""
LARGEST_ROW = 100.0
"""Costs and covered calls are scaled so that their rows have no larger coefficient."""
LARGEST_MODEL = 400_000
"""Entries of patterns times parts of the day that still make a readable model."""


def build(problem: StandbyProblem, start: StandbyPlan | None) -> Program[StandbyPlan]:
    """Write the model."""
    p = problem.params
    parts, posts = range(len(problem.part_ids)), range(len(problem.post_ids))
    most = problem.cars()
    room = math.floor(problem.room() + 1e-9)
    m = pyo.ConcreteModel()
    m.x = pyo.Var(parts, posts, domain=pyo.Integers, bounds=(0, room))
    m.y = pyo.Var(posts, domain=pyo.Binary)
    m.cars = pyo.ConstraintList()
    for t in parts:
        if math.isfinite(most[t]):
            m.cars.add(pyo.quicksum(m.x[t, j] for j in posts) <= math.floor(most[t] + 1e-9))
    m.in_use = pyo.ConstraintList()
    for j in posts:
        m.in_use.add(m.y[j] <= pyo.quicksum(m.x[t, j] for t in parts))
        for t in parts:
            m.in_use.add(m.x[t, j] <= room * m.y[j])
    _posts(m, problem)
    m.never = pyo.Var(
        bounds=(0, 0)
    )  # keeps a row that no post can help, and so the proof that there is no plan
    sums = _Sums(m, problem)
    if p.least_cover_frac > 0:
        _least_cover(m, problem, sums)
    goal = sums.total(p.objectives[0])
    _limits(m, problem, sums)
    scale = max(float(problem.weight.max(initial=0.0)), 1.0) * _largest(problem) / LARGEST_COST
    m.goal = pyo.Objective(expr=goal / scale, sense=pyo.maximize if p.first_sense == "max" else pyo.minimize)

    def read_plan(value_of: ValueOf) -> StandbyPlan:
        cars = np.array([[round(value_of(m.x[t, j])) for j in posts] for t in parts], dtype=np.int64)
        return plan_of(problem, cars)

    return Program(m, read_plan, objective_scale=scale)


def _largest(problem: StandbyProblem) -> float:
    """Return what one call can count at most in the objective."""
    p = problem.params
    return p.far_s if p.objectives[0] == "travel" else max(1.0, p.weights.get("travel", 0.0) * p.far_s)


def _posts(m: Any, problem: StandbyProblem) -> None:
    """Write budget, kept posts and moved posts."""
    p = problem.params
    number = {post: j for j, post in enumerate(problem.post_ids)}
    parts = range(len(problem.part_ids))
    limit = p.budget + relaxed(p.relax, "budget")
    if math.isfinite(limit):
        unit = max(float(problem.post_cost.max(initial=0.0)), 1e-9) / LARGEST_ROW
        m.budget = pyo.Constraint(
            expr=pyo.quicksum(float(c) / unit * m.y[j] for j, c in enumerate(problem.post_cost))
            <= limit / unit
        )
    if p.kept:
        kept = [(t, number[post]) for t in parts for post in p.kept]
        m.b = pyo.Var(kept, domain=pyo.Binary)
        m.kept = pyo.ConstraintList()
        m.kept.add(pyo.quicksum(m.b.values()) <= relaxed(p.relax, "kept post"))
        for t, j in kept:
            m.kept.add(m.x[t, j] >= 1 - m.b[t, j])
    moved = p.most_moved + relaxed(p.relax, "moved posts")
    if p.today and math.isfinite(moved):
        m.moved = pyo.Constraint(expr=pyo.quicksum(1 - m.y[number[post]] for post in p.today) <= moved)


def _least_cover(m: Any, problem: StandbyProblem, sums: _Sums) -> None:
    least = problem.params.least_cover_frac - relaxed(problem.params.relax, "least cover")
    m.least_cover = pyo.ConstraintList()
    for t in range(len(problem.part_ids)):
        total = float(problem.weight[:, t].sum())
        if least > 0 and total > 0:
            m.least_cover.add(sums.cover(t) * (LARGEST_ROW / total) + m.never >= least * LARGEST_ROW)


def _limits(m: Any, problem: StandbyProblem, sums: _Sums) -> None:
    m.limit = pyo.ConstraintList()
    for name in problem.params.limits:
        limit = problem.params.limit_of(name)
        unit = max(abs(limit), 1.0) / LARGEST_ROW if name in (*GAINS, "travel") else 1.0
        row = sums.total(name) / unit + m.never
        m.limit.add(row <= limit / unit if name in PRICES else row >= limit / unit)


class _Sums:
    """Writes what each objective needs, once, and returns it as an expression."""

    def __init__(self, m: Any, problem: StandbyProblem) -> None:
        self.m, self.problem = m, problem
        self.parts = range(len(problem.part_ids))
        self.rows = pyo.ConstraintList()
        m.sums = self.rows
        self.covers: dict[int, Any] = {}
        self.totals: dict[str, Any] = {}

    def total(self, name: str) -> Any:
        """Return an objective as an expression, written once however often it is asked for."""
        if name not in self.totals:
            self.totals[name] = self._total(name)
        return self.totals[name]

    def _total(self, name: str) -> Any:
        m, problem = self.m, self.problem
        p = problem.params
        if name == "weighted":
            return pyo.quicksum(
                w * self.total(n) * (-1 if n in PRICES else 1) for n, w in p.weights.items() if w > 0
            )
        if name == "posts":
            return pyo.quicksum(m.y.values())
        if name == "cars":
            return pyo.quicksum(m.x.values())
        if name == "cost":
            return pyo.quicksum(float(c) * m.y[j] for j, c in enumerate(problem.post_cost))
        if name == "moves":
            return pyo.quicksum(1 - m.y[j] for j, post in enumerate(problem.post_ids) if post in set(p.today))
        return pyo.quicksum(getattr(self, name)(t) for t in self.parts)

    def _patterns(self, t: int, *, near: bool) -> list[tuple[float, NDArray[np.int64]]]:
        """Return weight and entries of the patterns that count in a part of the day."""
        problem = self.problem
        found = []
        for i in np.flatnonzero(problem.weight[:, t] > 0):
            entries = np.arange(problem.starts[i], problem.starts[i + 1])
            found.append(
                (float(problem.weight[i, t]), entries[problem.band[entries] == 0] if near else entries)
            )
        return found

    def _x(self, t: int, entries: NDArray[np.int64]) -> list[Any]:
        return [self.m.x[t, int(j)] for j in self.problem.posts[entries]]

    def _new(self, name: str, n: int, domain: Any = pyo.NonNegativeReals) -> Any:
        v = pyo.Var(range(n), domain=domain, bounds=(0, 1))
        self.m.add_component(name, v)
        return v

    def cover(self, t: int) -> Any:
        """Return the calls covered in a part of the day."""
        if t not in self.covers:
            patterns = self._patterns(t, near=True)
            z = self._new(f"z{t}", len(patterns))
            for i, (_, entries) in enumerate(patterns):
                self.rows.add(z[i] <= pyo.quicksum(self._x(t, entries)))
            self.covers[t] = pyo.quicksum(w * z[i] for i, (w, _) in enumerate(patterns))
        return self.covers[t]

    def backup(self, t: int) -> Any:
        """Return the calls with backup in a part of the day."""
        patterns = self._patterns(t, near=True)
        v = self._new(f"v{t}", len(patterns), pyo.Binary)
        for i, (_, entries) in enumerate(patterns):
            self.rows.add(self.problem.params.backup_cars * v[i] <= pyo.quicksum(self._x(t, entries)))
        return pyo.quicksum(w * v[i] for i, (w, _) in enumerate(patterns))

    def gradual(self, t: int) -> Any:
        """Return the calls by the band of the nearest car."""
        shares = np.zeros(128)
        shares[: len(self.problem.params.band_shares)] = self.problem.params.band_shares
        return self._best(f"u{t}", t, shares[self.problem.band])

    def travel(self, t: int) -> Any:
        """Return the call-seconds of drive from the nearest car."""
        far_s = self.problem.params.far_s
        saved = self._best(f"d{t}", t, far_s - self.problem.drive_s)
        return far_s * float(self.problem.weight[:, t].sum()) - saved

    def _best(self, name: str, t: int, gain: NDArray[np.float64]) -> Any:
        patterns = self._patterns(t, near=False)
        kept = [(w, e[gain[e] > 0]) for w, e in patterns]
        u = self._new(name, sum(e.size for _, e in kept))
        terms, k = [], 0
        for w, entries in kept:
            mine = [u[k + n] for n in range(entries.size)]
            if mine:
                self.rows.add(pyo.quicksum(mine) <= 1)
            for one, x, e in zip(mine, self._x(t, entries), entries, strict=True):
                self.rows.add(one <= x)
                terms.append(w * float(gain[e]) * one)
            k += entries.size
        return pyo.quicksum(terms)

    def expected(self, t: int) -> Any:
        """Return the calls for which some near car is not busy."""
        busy = self.problem.busy()
        if (busy == busy[0]).all():
            return self._levels(t, float(busy[0]))
        return self._chain(t, busy)

    def _levels(self, t: int, busy: float) -> Any:
        room = math.floor(self.problem.room() + 1e-9)
        terms = []
        patterns = self._patterns(t, near=True)
        most = float(self.problem.cars()[t])
        depth = [int(min(room * e.size, most)) for _, e in patterns]
        levels = self._new(f"e{t}", sum(depth))
        k = 0
        for (w, entries), n in zip(patterns, depth, strict=True):
            if n:
                self.rows.add(
                    pyo.quicksum(levels[k + i] for i in range(n)) <= pyo.quicksum(self._x(t, entries))
                )
            terms += [w * (1 - busy) * busy**i * levels[k + i] for i in range(n)]
            k += n
        return pyo.quicksum(terms)

    def _chain(self, t: int, busy: NDArray[np.float64]) -> Any:
        m, room = self.m, math.floor(self.problem.room() + 1e-9)
        posts = range(len(self.problem.post_ids))
        one = pyo.Var(posts, range(room), domain=pyo.Binary)
        m.add_component(f"one{t}", one)
        for j in posts:
            self.rows.add(pyo.quicksum(one[j, c] for c in range(room)) == m.x[t, j])
        patterns = self._patterns(t, near=True)
        f = self._new(f"f{t}", sum(e.size for _, e in patterns) * room)
        terms, k = [], 0
        for w, entries in patterns:
            before: Any = 1.0
            for j in self.problem.posts[entries].tolist():
                for c in range(room):
                    self.rows.add(f[k] >= float(busy[j]) * before)
                    self.rows.add(f[k] >= before - (1 - float(busy[j])) * one[j, c])
                    before, k = f[k], k + 1
            terms.append(w * (1 - before))
        return pyo.quicksum(terms)


def refuses(problem: StandbyProblem) -> str:
    """Say which problems are too large or ask for what this model does not write."""
    if len(problem.params.objectives) > 1:
        return "it aims for one objective at a time; name one, or weigh them, or use standby.benders."
    size = problem.posts.size * len(problem.part_ids)
    if size > LARGEST_MODEL:
        return (
            f"its patterns have {size:,} entries over all parts of the day, more than {LARGEST_MODEL:,}. "
            "Use standby.benders."
        )
    return ""


FORMULATION = Formulation(
    name="standby.milp",
    family=FAMILY,
    build=build,
    backend="pyomo_highs",
    refuses=refuses,
    summary="One readable MILP on coverage patterns, every objective and rule of the question",
    reference="Church and ReVelle (1974); Hogan and ReVelle (1986); Daskin (1983)",
)
