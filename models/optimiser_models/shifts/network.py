r"""Least shortage at a budget of hours, on arrays, with the price of an officer-hour: for curves of many budgets.

The network form of ``shifts.milp`` without its rules of rota and split:

    min  sum_tj p_tj u_tj + g sum_t (n_t - r_t + sum_j u_tj) + q sum_t c_t             (1)
    n_t - n_{t-1} = sum_{v begins t} x_v - sum_{v ends t} x_v                           (2)
    n_0 = sum_{v covers 0} x_v                                                          (3)
    n_t + sum_j u_tj >= r_t,  0 <= u_tj <= officers of price level j                    (4)
    c_t >= calls_t - ceiling n_t                                                        (5)
    sum_t n_t <= budget                                                                 (6)
    n_t >= minimum on duty, x whole, 0 <= x <= most per shift

The relaxation is solved first. Its value is a bound, its multiplier of (6) the price of an officer-hour, told in the
notes as ``price_per_h``, and its solution, rounded down and filled up by marginal worth, mostly a plan near enough.
Else HiGHS branches from there. Kletzander and Musliu, CPAIOR 2019 (network form).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.problems.base import relaxed
from optimiser.problems.shifts import FAMILY, ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.measures import shortage_steps
from optimiser.problems.shifts.plan import staffing_key
from optimiser.problems.shifts.rules import check
from optimiser.solve.backends import confirm, highs_arrays
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.shifts.fill import Week, complete, exchange

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_ROUND = 1e-6


@dataclass(frozen=True)
class Arrays:
    """The week as :mod:`~optimiser_models.shifts.fill` knows it, keys of the pairs, least on duty, weight of c_t."""

    week: Week
    keys: tuple[str, ...]
    first: IntArray
    least: int


def arrays(problem: ShiftsProblem) -> Arrays:
    """Return the arrays of a problem, relaxations applied."""
    p = problem.params
    pairs = [(i, d) for i in range(len(problem.shift_ids)) for d in range(7) if problem.shift_days[i, d]]
    slots = problem.n_slots
    first = np.array([d * problem.slots_per_day + problem.shift_start[i] for i, d in pairs], dtype=np.int64)
    length = np.array([problem.shift_slots[i] for i, _ in pairs], dtype=np.int64)
    covers = np.zeros((len(pairs), slots), dtype=bool)
    for v, (f, n) in enumerate(zip(first.tolist(), length.tolist(), strict=True)):
        covers[v, (f + np.arange(n)) % slots] = True
    most = int(np.floor(problem.most_per_shift + relaxed(p.relax, "shift_capacity") + _ROUND))
    step = int(np.gcd.reduce(length))
    hours = float("inf") if p.budget_h is None else p.budget_h + relaxed(p.relax, "budget")
    budget = min(int(length.sum()) * most, np.floor(hours / problem.slot_h + _ROUND)) // step * step
    h = problem.slot_h
    week = Week(
        covers=covers,
        length=length,
        most=np.full(len(pairs), most, dtype=np.int64),
        requirement=np.asarray(problem.requirement, dtype=np.int64),
        steps=shortage_steps(problem),
        prices=np.array(problem.shortage_prices) * h,
        surplus=p.surplus_price * h,
        calls=problem.call_work_s / problem.slot_s,
        ceiling=p.call_ceiling_frac,
        above=p.interval_price * h,
        budget=int(budget),
    )
    keys = tuple(staffing_key(problem.shift_ids[i], d) for i, d in pairs)
    least = int(np.ceil(p.minimum_on_duty - relaxed(p.relax, "minimum_on_duty") - _ROUND))
    return Arrays(week, keys, first, max(0, least))


def model_of(a: Arrays) -> tuple[LinearModel, int]:
    """Return (1) to (6) as a model, and the number of row (6). Columns: x, n, u by level, c."""
    w = a.week
    v, t, levels = len(a.keys), w.requirement.size, w.prices.size
    n = v + np.arange(t)
    u = v + t + np.arange(t * levels).reshape(levels, t)
    c = v + t + t * levels + np.arange(t)
    width = int(c[-1]) + 1
    slot = np.arange(t)
    last = (a.first + w.length) % t
    begins = sp.csr_array((np.ones(v), (a.first, np.arange(v))), shape=(t, width))
    ends = sp.csr_array((np.ones(v), (last, np.arange(v))), shape=(t, width))
    now = sp.csr_array((np.ones(t), (slot, n)), shape=(t, width))
    before = sp.csr_array((np.ones(t), (slot, n[slot - 1])), shape=(t, width))
    change = (now - before - begins + ends).tocsr()[1:]
    anchor = sp.csr_array(
        (np.append(1.0, np.full(int(w.covers[:, 0].sum()), -1.0)),
         (np.zeros(int(w.covers[:, 0].sum()) + 1, dtype=int), np.append(n[0], np.flatnonzero(w.covers[:, 0])))),
        shape=(1, width),
    )  # fmt: skip
    missing = sp.csr_array((np.ones(t * levels), (np.tile(slot, levels), u.ravel())), shape=(t, width))
    above = sp.csr_array(
        (np.concatenate([np.ones(t), np.full(t, w.ceiling)]), (np.tile(slot, 2), np.concatenate([c, n]))),
        shape=(t, width),
    )
    total = sp.csr_array((np.ones(t), (np.zeros(t, dtype=int), n)), shape=(1, width))
    rows = sp.csr_array(sp.vstack([change, anchor, now + missing, above, total]))
    rows.eliminate_zeros()
    inf = np.inf
    cost = np.zeros(width)
    cost[n] = w.surplus
    for j in range(levels):
        cost[u[j]] = w.prices[j] + w.surplus
    cost[c] = w.above
    upper = np.concatenate(
        [
            w.most.astype(np.float64),
            (w.covers * w.most[:, None]).sum(axis=0).astype(np.float64),
            w.steps.T.ravel().astype(np.float64),
            np.maximum(w.calls, 0.0) if w.above > 0 else np.zeros(t),
        ]
    )
    lower = np.zeros(width)
    lower[n] = a.least
    calls = w.calls if w.above > 0 else np.zeros(t)
    model = LinearModel(
        sense="min",
        cost=cost,
        lower=lower,
        upper=np.maximum(upper, lower),
        integer=np.arange(width) < v,
        a=rows,
        row_lower=np.concatenate([np.zeros(t), w.requirement.astype(np.float64), calls, [0.0]]),
        row_upper=np.concatenate([np.zeros(t), np.full(2 * t, inf), [float(w.budget)]]),
        offset=-w.surplus * float(w.requirement.sum()),
    )
    return model, rows.shape[0] - 1


def solve(
    problem: ShiftsProblem, start: ShiftsPlan | None, options: SolveOptions, report: Report
) -> Outcome[ShiftsPlan]:
    """Relax, round, fill, and branch only where that is not near enough."""
    a = arrays(problem)
    model, budget_row = model_of(a)
    watch = highs_arrays.Watch(should_stop=report.should_stop)
    report(phase="bounding")
    free = replace(model, integer=np.zeros_like(model.integer))
    lp = highs_arrays.solve_linear(free, time_limit_s=_left(options, report), options=options, watch=watch)
    if lp.infeasible:
        return Outcome(None, infeasible=True, confirmed_by=(lp.confirmed_by,) if lp.confirmed_by else ())
    if lp.x is None or lp.objective is None:
        return Outcome(None, stopped_by=lp.stopped_by)
    bound = lp.objective
    price = -float(lp.row_dual[budget_row]) / problem.slot_h if lp.row_dual.size else None
    notes = {"relaxation": bound, "price_per_h": price}
    best = _rounded(problem, a, lp.x, start)
    stopped = StoppedBy.GAP
    allowed = max(options.gap_frac, PROOF_GAP / 4)
    value = None if best is None else a.week.cost(best)
    report(phase="searching", incumbent=value, bound=bound, plan=None if best is None else _plan(a, best))
    if value is None or value - bound > allowed * max(abs(value), 1e-9):
        found = highs_arrays.solve_linear(
            model,
            time_limit_s=_left(options, report),
            options=options,
            start=None if best is None else _columns(a, best),
            watch=watch,
        )
        stopped = found.stopped_by
        if found.infeasible:
            return Outcome(
                None, infeasible=True, confirmed_by=(found.confirmed_by,) if found.confirmed_by else ()
            )
        if found.bound is not None:
            bound = max(bound, found.bound)
        if found.x is not None:
            x = np.rint(found.x[: len(a.keys)]).astype(np.int64)
            if value is None or a.week.cost(x) < value:
                best, value = x, a.week.cost(x)
    if best is None or value is None:
        return Outcome(None, bound=(bound,), stopped_by=stopped, notes=notes)
    if value - bound <= PROOF_GAP * max(abs(value), 1e-9):
        stopped = StoppedBy.PROOF
    return Outcome(
        _plan(a, best),
        bound=(min(bound, value),),
        stopped_by=stopped,
        confirmed_by=_confirmed(model, a, best, value, options, report) if stopped is StoppedBy.PROOF else (),
        notes=notes,
    )


def _left(options: SolveOptions, report: Report) -> float:
    return max(0.05, options.time_limit_s - report.elapsed_s())


def _rounded(problem: ShiftsProblem, a: Arrays, x: FloatArray, start: ShiftsPlan | None) -> IntArray | None:
    """Return the best of the start and the relaxation rounded down, both filled up and bettered by exchanges."""
    given = [np.floor(x[: len(a.keys)] + _ROUND).astype(np.int64)]
    if start is not None:
        known = np.array([int(start.officers.get(k, 0)) for k in a.keys], dtype=np.int64)
        given.append(np.clip(known, 0, a.week.most))
    best: IntArray | None = None
    for one in given:
        if int((one * a.week.length).sum()) > a.week.budget:
            continue
        found = exchange(a.week, complete(a.week, one))
        if check(problem, _plan(a, found)):
            continue
        if best is None or a.week.cost(found) < a.week.cost(best):
            best = found
    return best


def _plan(a: Arrays, x: IntArray) -> ShiftsPlan:
    return ShiftsPlan({k: int(n) for k, n in zip(a.keys, x, strict=True) if n > 0})


def _columns(a: Arrays, x: IntArray) -> FloatArray:
    """Return all columns of the model for officers on the pairs."""
    w = a.week
    duty = w.duty(x)
    left = np.maximum(w.requirement - duty, 0)
    levels = []
    for j in range(w.prices.size):
        taken = np.minimum(left, w.steps[:, j])
        levels.append(taken)
        left = left - taken
    above = np.maximum(w.calls - w.ceiling * duty, 0.0) if w.above > 0 else np.zeros(duty.size)
    return np.concatenate([x, duty, *levels, above]).astype(np.float64)


def _confirmed(
    model: LinearModel, a: Arrays, x: IntArray, value: float, options: SolveOptions, report: Report
) -> tuple[str, ...]:
    left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
    if left <= 0:
        return ()
    report(phase="confirming")
    route = confirm.confirm(
        model,
        value,
        options=options,
        time_limit_s=left,
        start=_columns(a, x),
        should_stop=report.should_stop,
    )
    return (route,) if route else ()


def refuses(problem: ShiftsProblem) -> str:
    """Say what this form leaves out."""
    p = problem.params
    asked = {
        "the requirement as a rule (objective cost)": p.objective != "shortage",
        "the time split as a rule": p.hold_split,
        "few start times": p.max_start_times is not None or bool(p.same_starts),
        "hand-over": p.hand_over_officers > 0,
        "today's rota": p.most_changed_h is not None or p.change_price > 0,
        "overtime": any(problem.overtime),
        "officers away": any(problem.away),
        "a price of calls that find nobody free": p.no_free_price > 0,
    }
    left_out = [name for name, is_asked in asked.items() if is_asked]
    return f"it knows nothing of {', '.join(left_out)}. Use shifts.milp." if left_out else ""


FORMULATION: Formulation[ShiftsProblem, ShiftsPlan] = Formulation(
    name="shifts.network",
    family=FAMILY,
    reference="Kletzander and Musliu, CPAIOR 2019 (network form of shift design)",
    summary="Least shortage at a budget, relaxation first, with the price of an officer-hour",
    run=solve,
    refuses=refuses,
)
