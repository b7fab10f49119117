"""The same week of calls to pyworkforce, to a plain CP-SAT cover model and to our requirement and shifts.

pyworkforce sizes every hour for itself by Erlang C and lets a shift cover hours of its own day only: the hours after
midnight of a night shift count for the morning before it. Its answers are taken as it means them and then laid on the
real week. It is a development-only peer; where it is missing the row says so.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optimiser_models.shifts import milp

from optimiser.demand.call_mix import CallMix
from optimiser.demand.requirement import Requirement, RequirementParams, requirement_of
from optimiser.prepare.shifts import ShiftsSetup, shift_catalogue
from optimiser.problems.shifts import ShiftsParams, ShiftsProblem
from optimiser.problems.shifts.rules import on_duty
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.studies.acceptance import accept

IntArray = NDArray[np.int64]
NO_FREE_UNIT_FRAC = 0.02
SERVICE = RequirementParams(no_free_unit_frac=NO_FREE_UNIT_FRAC, minimum_units=1)
SETUP = ShiftsSetup(slot_s=3600, lengths_h=(8.0, 10.0), start_every_h=2.0)
WEEKS = 200


def beside_peers(mix: CallMix, limit_s: float) -> dict[str, Any]:
    """Return sizes and plans of all three on one demand."""
    begin = time.perf_counter()
    need = requirement_of(mix, SERVICE, slot_s=3600)
    ours_s = time.perf_counter() - begin
    problem = _shifts(need)
    began = time.perf_counter()
    result = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=limit_s))
    plan_s = time.perf_counter() - began
    assert result.plan is not None
    ours = on_duty(problem, result.plan).astype(np.int64)
    cost, status, plain_s = _plain(problem, limit_s)
    value = float(result.objectives[0].value)
    proved = result.objectives[0].bound is not None and str(result.status) == "optimal"
    wrong = (
        f"plain CP-SAT has {cost:g}, ours is proved at {value:g}" if proved and cost < value - 1e-6 else ""
    )
    theirs = _pyworkforce(mix, need, problem, limit_s)
    return {
        "size": f"{mix.week_calls:.0f} calls a week, {len(problem.shift_ids)} shifts x 7 days",
        "status": str(result.status),
        "objective": value,
        "bound": result.objectives[0].bound,
        "gap": result.gap_frac,
        "build_s": round(ours_s, 3),
        "solve_s": round(plan_s, 3),
        "reached": bool(theirs) and not wrong and proved,
        "wrong": wrong,
        "ours": _plan_figures(mix, need, ours),
        "plain_cpsat": {"officer_h": cost, "status": status, "seconds": round(plain_s, 2)},
        "pyworkforce": theirs or "not installed (a development-only peer): pip install pyworkforce",
    }


def _shifts(need: Requirement) -> ShiftsProblem:
    ids, start, length = shift_catalogue(SETUP)
    return ShiftsProblem(
        params=ShiftsParams(hold_split=False, interval_price=0.0),
        slot_s=3600,
        requirement=need.officers,
        call_work_s=need.call_work_s,
        admin_s=np.zeros(168),
        shift_ids=ids,
        shift_start=start,
        shift_slots=length,
        shift_days=np.ones((len(ids), 7), dtype=bool),
        cost_per_officer_h=np.ones(168),
        most_per_shift=int(need.officers.max()),
    )


def _plan_figures(mix: CallMix, need: Requirement, duty: IntArray) -> dict[str, Any]:
    """Officer-hours, hours below our requirement on the real week, and what a simulation says."""
    short = np.maximum(need.officers - duty, 0)
    found = accept(mix, duty, SERVICE, 3600, weeks=WEEKS)
    (target,) = found.targets
    return {
        "officer_h": int(duty.sum()),
        "short_h": int((short > 0).sum()),
        "short_officer_h": int(short.sum()),
        "intervals_met": round(target.met_frac, 3),
        "no_free_unit": round(target.overall, 4),
    }


def _plain(problem: ShiftsProblem, limit_s: float) -> tuple[float, str, float]:
    """Cover every hour of the cyclic week at least hours: what a first CP-SAT model looks like."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    n = problem.most_per_shift
    x = [[model.new_int_var(0, n, "") for _ in range(7)] for _ in problem.shift_ids]
    covers: list[list[Any]] = [[] for _ in range(168)]
    for s, (first, length) in enumerate(zip(problem.shift_start, problem.shift_slots, strict=True)):
        for d in range(7):
            for k in range(int(length)):
                covers[(d * 24 + int(first) + k) % 168].append(x[s][d])
    for slot in range(168):
        model.add(sum(covers[slot]) >= int(problem.requirement[slot]))
    model.minimize(
        sum(int(length) * v for length, row in zip(problem.shift_slots, x, strict=True) for v in row)
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit_s
    solver.parameters.num_workers = 8
    begin = time.perf_counter()
    status = solver.solve(model)
    return float(solver.objective_value), str(solver.status_name(status)), time.perf_counter() - begin


def _pyworkforce(
    mix: CallMix, need: Requirement, problem: ShiftsProblem, limit_s: float
) -> dict[str, Any] | None:
    try:
        from pyworkforce.queuing import ErlangC
        from pyworkforce.scheduling import MinRequiredResources
    except ImportError:
        return None
    rates = np.sum([c.calls * c.units_per_call for c in mix.classes], axis=0)
    service_s = mix.week_unit_s / float(rates.sum())
    begin = time.perf_counter()
    # no free unit for 2 %: 98 % served at once (an answer within a second of calls counted as cars)
    sized = np.array(
        [
            ErlangC(
                transactions=max(r, 1e-6), aht=service_s / 60, asa=1 / 60, interval=60
            ).required_positions(service_level=1 - NO_FREE_UNIT_FRAC, max_occupancy=1.0)["positions"]
            for r in rates
        ],
        dtype=np.int64,
    )
    size_s = time.perf_counter() - begin
    day = {
        name: [int((h - first) % 24 < length) for h in range(24)]
        for name, first, length in zip(
            problem.shift_ids, problem.shift_start, problem.shift_slots, strict=True
        )
    }
    begin = time.perf_counter()
    answer = MinRequiredResources(
        num_days=7,
        periods=24,
        shifts_coverage=day,
        required_resources=need.officers.reshape(7, 24).tolist(),
        max_period_concurrency=int(4 * need.officers.max()),
        max_shift_concurrency=int(need.officers.max()),
        cost_dict={n: int(k) for n, k in zip(problem.shift_ids, problem.shift_slots, strict=True)},
        max_search_time=limit_s,
        num_search_workers=8,
    ).solve()
    plan_s = time.perf_counter() - begin
    as_meant, really = np.zeros(168, dtype=np.int64), np.zeros(168, dtype=np.int64)
    start = dict(zip(problem.shift_ids, problem.shift_start.tolist(), strict=True))
    length = dict(zip(problem.shift_ids, problem.shift_slots.tolist(), strict=True))
    for row in answer["resources_shifts"]:
        d, shift, n = row["day"], row["shift"], row["resources"]
        for k in range(length[shift]):
            hour = start[shift] + k
            as_meant[d * 24 + hour % 24] += n
            really[(d * 24 + hour) % 168] += n
    return {
        "sizing_officer_h": int(sized.sum()),
        "sizing": _plan_figures(mix, need, np.maximum(sized, 1)),
        "sizing_seconds": round(size_s, 3),
        "plan_status": answer["status"],
        "plan_seconds": round(plan_s, 2),
        "plan_as_it_counts": {
            "officer_h": int(as_meant.sum()),
            "short_h": int((as_meant < need.officers).sum()),
        },
        "plan_on_the_real_week": _plan_figures(mix, need, really),
    }
