"""Fold tables for a constraint solver, everything stated, nothing left out beforehand.

A group bears the number of its lowest beat. Rows k = n (fixed: every beat alone) down to m; k - 1 follows k.

    x_kir = 1 if with k cars beat i is in group r <= i;  X_kr = x_krr: r is a group
    sum_r x_kir = 1,  x_kir <= X_kr,  sum_r X_kr = k                                       (1) one group a car
    l_ks = X_ks - X_{k-1,s}: group s is joined to another;  v_kr: to group r, sum_r v_kr = 1
    x_{k-1,ir} >= x_kis + l_ks + v_kr - 2,   x_{k-1,is} >= x_kis - l_ks                    (2) nested
    y_ke, sum_e y_ke = 1: link e = (a, b) joins them                                       (3) contiguity
    x_kas + x_kbs >= y_ke + l_ks - 1,   x_kar + x_kbr >= y_ke + v_kr - 1
    x_mpr + x_mqr <= 1 for p, q kept apart;   sum_i x_mir <= B                             (4) kept apart, most beats
    x_kir = 1, i != r  =>  k w_r(k) <= (1 + o) W                                           (5) load
    d_k >= k w_r(k) - W,   d_k >= W X_kr - k w_r(k),   w_r(k) = sum_i w_i x_kir            (6)
    minimise sum_k c_k d_k                                                                 (7)

w and c are whole numbers. Work that is not whole is rounded to shares of 5e7, which moves each deviation by at most
k n / W; the bound is lowered by that much, so the proof stays valid but ends about 1e-5 short. (4) stands at the
lowest row only, because groups grow. Made to confirm ``fold.lattice`` on small districts.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from optimiser.problems.fold import FAMILY, FoldPlan, FoldProblem
from optimiser.problems.fold.plan import ordered
from optimiser.solve.backends import cpsat
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Program, Report, ValueOf
from optimiser.solve.result import Outcome

MOST_BEATS = 14
_TOTAL = 5 * 10**7
"""Largest sum of whole work: with at most 14 cars no coefficient passes the limit of the back end."""
_MOST_WEIGHT = 168

Vars = dict[tuple[int, int], cp_model.IntVar]


def run(
    problem: FoldProblem, start: FoldPlan | None, options: SolveOptions, report: Report
) -> Outcome[FoldPlan]:
    """Solve the model; where work was rounded, claim no objective and lower the bound by the rounding."""
    outcome = cpsat.run(build(problem, start), options, report)
    if _is_whole(problem):
        return outcome
    n = len(problem.beat_ids)
    slack = float(problem.weights() @ np.arange(problem.params.fewest_cars, n)) * n / (_TOTAL - n)
    bound = tuple(None if b is None else max(0.0, b - slack) for b in outcome.bound)
    return replace(outcome, objective=(), bound=bound)


def build(problem: FoldProblem, start: FoldPlan | None) -> Program[FoldPlan]:
    """Return the CP-SAT model; ``start`` becomes a hint."""
    n, p = len(problem.beat_ids), problem.params
    work = _whole_work(problem)
    weight = _whole_weights(problem)
    m = cp_model.CpModel()
    x: dict[int, Vars] = {}
    for k in range(n, p.fewest_cars - 1, -1):
        x[k] = {(i, r): m.new_bool_var(f"x[{k},{i},{r}]") for i in range(n) for r in range(i + 1)}
        for i in range(n):
            m.add_exactly_one(x[k][i, r] for r in range(i + 1))
            for r in range(i):
                m.add_implication(x[k][i, r], x[k][r, r])
        m.add(sum(x[k][r, r] for r in range(n)) == k)
        if k < n:
            _joins(m, problem, x[k + 1], x[k])
    _limits(m, problem, x[p.fewest_cars])
    cost = []
    for k in range(p.fewest_cars, n):
        d = _deviation(m, problem, x[k], k, work)
        cost.append(weight[k - p.fewest_cars] * d)
    m.minimize(sum(cost))

    def read_plan(value_of: ValueOf) -> FoldPlan:
        groups_at = {}
        for k, row in x.items():
            groups: dict[int, list[str]] = {}
            for (i, r), variable in row.items():
                if value_of(variable) > 0.5:
                    groups.setdefault(r, []).append(problem.beat_ids[i])
            groups_at[k] = ordered(groups.values())
        return FoldPlan(groups_at)

    scale = 1.0 / (int(work.sum()) * max(1, sum(weight)))
    return Program(model=m, read_plan=read_plan, start=_hint(problem, start, x), objective_scale=scale)


def _whole_work(problem: FoldProblem) -> NDArray[np.int64]:
    work = problem.work
    if not _is_whole(problem):
        work = np.rint(work / work.sum() * _TOTAL)
    return np.asarray(work, dtype=np.int64)


def _is_whole(problem: FoldProblem) -> bool:
    return bool((problem.work == np.rint(problem.work)).all() and problem.work.sum() <= _TOTAL)


def _whole_weights(problem: FoldProblem) -> list[int]:
    given = problem.params.car_weights
    if len(set(given)) <= 1:
        return [1] * (len(problem.beat_ids) - problem.params.fewest_cars)
    whole = [round(w) for w in given]
    common = math.gcd(*whole)
    return [w // common for w in whole]


def _joins(m: cp_model.CpModel, problem: FoldProblem, above: Vars, below: Vars) -> None:
    """Write (2) and (3) from one row to the next."""
    n = len(problem.beat_ids)
    loses = [m.new_bool_var("") for _ in range(n)]
    takes = [m.new_bool_var("") for _ in range(n)]
    m.add_exactly_one(takes)
    for r in range(n):
        m.add(loses[r] == above[r, r] - below[r, r])
        m.add_implication(takes[r], below[r, r])
        for s in range(r + 1):
            m.add_bool_or(~takes[r], ~loses[s])  # a group bears its lowest number: the higher one is joined
    for (i, s), inside in above.items():
        m.add(below[i, s] >= inside - loses[s])
        for r in range(s):
            m.add(below[i, r] >= inside + loses[s] + takes[r] - 2)
    if not problem.params.contiguity:
        return
    links = [m.new_bool_var("") for _ in problem.edges]
    m.add_exactly_one(links)
    for used, (a, b) in zip(links, problem.edges.tolist(), strict=True):
        for r in range(n):
            inside = [above[i, r] for i in (a, b) if i >= r]
            m.add(sum(inside) >= used + loses[r] - 1)
            m.add(sum(inside) >= used + takes[r] - 1)


def _limits(m: cp_model.CpModel, problem: FoldProblem, last: Vars) -> None:
    n = len(problem.beat_ids)
    index = {b: i for i, b in enumerate(problem.beat_ids)}
    for a, b in problem.params.apart:
        for r in range(min(index[a], index[b]) + 1):
            m.add(last[index[a], r] + last[index[b], r] <= 1)
    most = problem.params.beats_limit()
    if most < n:
        for r in range(n):
            m.add(sum(last[i, r] for i in range(r, n)) <= math.floor(most + 1e-9))


def _deviation(
    m: cp_model.CpModel, problem: FoldProblem, row: Vars, k: int, work: NDArray[np.int64]
) -> cp_model.IntVar:
    """Write (5) and (6) for one row and return d_k."""
    n, total = len(problem.beat_ids), int(work.sum())
    d = m.new_int_var(0, max(k, 1) * total, f"d[{k}]")
    limit = 1.0 + problem.params.load_limit_frac()
    for r in range(n):
        load = sum(k * int(work[i]) * row[i, r] for i in range(r, n))
        m.add(d >= load - total)
        m.add(d >= total * row[r, r] - load)
        if math.isfinite(limit):
            for i in range(r + 1, n):
                m.add(load <= math.floor((limit + 1e-6) * total)).only_enforce_if(row[i, r])
    return d


def _hint(problem: FoldProblem, start: FoldPlan | None, x: dict[int, Vars]) -> dict[cp_model.IntVar, float]:
    if start is None:
        return {}
    index = {b: i for i, b in enumerate(problem.beat_ids)}
    values: dict[cp_model.IntVar, float] = {}
    for k, row in x.items():
        inside = set()
        for group in start.groups_at.get(k, ()):
            members = [index[b] for b in group if b in index]
            inside |= {(i, min(members)) for i in members}
        values |= {v: float(key in inside) for key, v in row.items()} if inside else {}
    return values


def refuses(problem: FoldProblem) -> str:
    """Say which problems are too large, or have weights that are not whole."""
    n, given = len(problem.beat_ids), problem.params.car_weights
    if n > MOST_BEATS:
        return f"{n} beats are more than {MOST_BEATS}. Use fold.lattice."
    if len(set(given)) > 1 and not all(w == round(w) and w <= _MOST_WEIGHT for w in given):
        return (
            f"car_weights must be whole hours a week up to {_MOST_WEIGHT}. Use fold.lattice, or round them."
        )
    return ""


FORMULATION: Formulation[FoldProblem, FoldPlan] = Formulation(
    name="fold.cpsat",
    family=FAMILY,
    reference="The rules of the family, stated as logic; CP-SAT of OR-Tools",
    summary="Nested groups row by row by constraint programming",
    run=run,
    refuses=refuses,
)
