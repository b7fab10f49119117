r"""Shift design as a MILP in network form, strengthened by the changes of the need.

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
known one can deviate. A design is put together at once (``greedy``); then the designs without any deviation are
searched (M is then least), then all.

Source of the network form: Kletzander and Musliu, "Modelling and solving the minimum shift design problem", CPAIOR
2019; of the problem: Di Gaspero, Gaertner, Kortsarz, Musliu, Schaerf, Slany (2007). (4)-(7) are our own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.problems.shift_design import FAMILY, ShiftDesignPlan, ShiftDesignProblem
from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, Solved, Watch, solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.shift_design.bounds import Limits, covered, grid, lifted, limits
from optimiser_models.shift_design.greedy import first_design

WINDOW_SLOTS = 4
"""(6) and (7) look back so many slots."""
EXACT_SHARE = 0.25
"""Of the time, what the search without deviation may take."""
ALMOST = 0.999

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
    from optimiser.problems.shift_design.rules import on_duty

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


def run(
    problem: ShiftDesignProblem, start: ShiftDesignPlan | None, options: SolveOptions, report: Report
) -> Outcome[ShiftDesignPlan]:
    """Search designs without deviation, then all, each within what is still worth looking at."""
    best = _Best(problem, report)
    first = first_design(problem, report.should_stop, covering=problem.params.full_cover)
    for plan in (ShiftDesignPlan({}), start, first):
        if plan is not None:
            best.offer(plan)
    report(phase="searching designs without deviation")
    exact = build(problem, limits(problem, exact=True))
    slice_s = EXACT_SHARE * (options.time_limit_s - report.elapsed_s())
    found = _solve(problem, exact, slice_s, options, best, None)
    if report.should_stop():
        return best.outcome(None, StoppedBy.PLANNER, "", {})
    report(phase="searching all designs")
    model = build(problem, limits(problem, best.value))
    left = options.time_limit_s - report.elapsed_s()
    solved = _solve(problem, model, left, options, best, best.plan)
    notes: Mapping[str, object] = {
        "rows": model.a.shape[0],
        "columns": model.a.shape[1],
        "nodes": found.nodes + solved.nodes,
    }
    if solved.infeasible and best.plan is None:
        confirmed = (solved.confirmed_by,) if solved.confirmed_by else ()
        return Outcome(None, infeasible=True, confirmed_by=confirmed, notes=notes)
    bound = best.value if solved.infeasible else lifted(solved.bound, grid(problem))
    proved = best.plan is not None and bound is not None and bound >= best.value - 1e-9
    confirmed_by = _confirm(problem, model, best, options, report) if proved else ""
    return best.outcome(bound, StoppedBy.PROOF if proved else solved.stopped_by, confirmed_by, notes)


class _Best:
    """The best admissible design so far."""

    def __init__(self, problem: ShiftDesignProblem, report: Report) -> None:
        self.problem, self.report = problem, report
        self.plan: ShiftDesignPlan | None = None
        self.value = math.inf

    def offer(self, plan: ShiftDesignPlan) -> None:
        """Keep a design if it is admissible and better."""
        if FAMILY.check(self.problem, plan):
            return
        value = FAMILY.objectives(self.problem, plan)[0].value
        if value < self.value - 1e-9:
            self.plan, self.value = plan, value
            self.report(incumbent=value, plan=plan)

    def outcome(
        self, bound: float | None, stopped_by: StoppedBy, confirmed_by: str, notes: Mapping[str, object]
    ) -> Outcome[ShiftDesignPlan]:
        """Return what is claimed."""
        value = () if self.plan is None else (self.value,)
        return Outcome(
            self.plan, value, (bound,), stopped_by=stopped_by, confirmed_by=(confirmed_by,), notes=notes
        )


def _solve(
    problem: ShiftDesignProblem,
    model: LinearModel,
    time_limit_s: float,
    options: SolveOptions,
    best: _Best,
    start: ShiftDesignPlan | None,
) -> Solved:
    exact = start is None and not model.upper[columns(problem).u :].any()

    def incumbent(objective: float, least: float, x: NDArray[np.float64]) -> None:
        best.offer(plan_of(problem, x))

    def bounded(least: float) -> None:
        if not exact:  # a bound among designs without deviation is none
            best.report(bound=lifted(least, grid(problem)))

    watch = Watch(incumbent, bounded, best.report.should_stop)
    solved = solve_linear(
        model,
        time_limit_s=max(0.1, time_limit_s),
        options=options,
        start=None if start is None else columns_of(problem, start),
        watch=watch,
        abs_gap=max(1e-9, ALMOST * grid(problem)),
    )
    if solved.x is not None:
        best.offer(plan_of(problem, solved.x))
    return solved


def _confirm(
    problem: ShiftDesignProblem, model: LinearModel, best: _Best, options: SolveOptions, report: Report
) -> str:
    """Ask again without presolve, from the design."""
    left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
    if left <= 0 or report.should_stop():
        return ""
    report(phase="confirming")
    again = solve_linear(
        model,
        time_limit_s=left,
        options=replace(options, gap_frac=0.0),
        presolve=False,
        start=None if best.plan is None else columns_of(problem, best.plan),
        abs_gap=max(1e-9, ALMOST * grid(problem)),
        watch=Watch(should_stop=report.should_stop),
    )
    bound = lifted(again.bound, grid(problem))
    return OTHER_PRESOLVE if again.infeasible or (bound is not None and bound >= best.value - 1e-9) else ""


FORMULATION: Formulation[ShiftDesignProblem, ShiftDesignPlan] = Formulation(
    name="shift_design.network",
    family=FAMILY,
    reference="Kletzander and Musliu (2019); Di Gaspero et al. (2007); rows on the changes of the need: our own",
    summary="Network form strengthened by the changes of the need; designs without deviation first",
    run=run,
)
