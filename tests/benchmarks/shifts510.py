"""Vlcek 510: a week's requirement from 50,000 incidents, shifts that meet it, and the planned time split.

Stated assumptions: one officer a car; a car is busy from its dispatch to the end of `length`, driving out from the
centre of the stored twelve-location C0 plan; `backlog` is paper work of the incident, done once and at any time of the
week; epoch is the wall clock in UTC; at least 6 units on duty; at most 2 % of calls find no free unit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from optimiser_models.shifts import cpsat, milp

from optimiser.demand.queueing import erlang_c
from optimiser.demand.requirement import RequirementParams
from optimiser.demand.service import service_times
from optimiser.demand.workload import Workload, from_calls, from_table
from optimiser.prepare.shifts import ShiftsSetup, from_workload
from optimiser.problems.shifts import FAMILY, ShiftsParams, ShiftsProblem
from optimiser.problems.shifts.ledger import TimeSplit, time_split
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Result, Status
from tests.benchmarks.spec import Mode, Row, Suite

FOLDER = Path(__file__).parents[3] / "shared/data/sectors/vlcek_0510"
N_CELLS = 510
NO_FREE_UNIT_FRAC = 0.02
SERVICE = RequirementParams(no_free_unit_frac=NO_FREE_UNIT_FRAC, minimum_units=6)
LENGTHS_H = (8.0, 9.0, 10.0, 12.0)
TIME_LIMIT_S = 60.0
AGREE = 1e-6


@dataclass(frozen=True)
class Week:
    """What the incidents ask of one week."""

    work: Workload
    service_s: float
    admin_s: np.ndarray
    call_h: float


def incidents() -> pd.DataFrame:
    """Return the incidents as canonical calls, with `backlog_s` beside them."""
    raw = pd.read_parquet(FOLDER / "incidents_0510.parquet")
    plan = pd.read_csv(FOLDER / "district_layout_0510_twelve_locations_C0.csv")
    drive_min = np.loadtxt(FOLDER / "drivingtimes_0510.csv", delimiter="\t")
    centre = np.zeros(N_CELLS, dtype=np.int64)
    centre[plan["index"].astype(int) - 1] = plan["location"].astype(int) - 1
    cell = raw["location"].to_numpy(dtype=np.int64) - 1
    busy_s = (raw["length"].to_numpy(dtype=float) + drive_min[centre[cell], cell]) * 60.0
    received = pd.to_datetime(raw["epoch"], unit="s", utc=True)
    return pd.DataFrame(
        {
            "received_at": received,
            "hour_of_week": (received.dt.day_of_week * 24 + received.dt.hour).astype("int16"),
            "area_id": (cell + 1).astype(str),
            "priority": raw["priority"].astype("int8"),
            "origin": "public",
            "n_units": raw["cars"].astype("int16"),
            "unit_s": raw["cars"] * busy_s,
            "backlog_s": raw["backlog"] * 60.0,
        }
    )


def vlcek_week() -> Week:
    """Return the mean week of the 50,000 incidents (15 weeks)."""
    calls = incidents()
    cells = [str(k + 1) for k in range(N_CELLS)]
    work = from_calls(calls, cells)
    admin = from_calls(calls.assign(unit_s=calls["backlog_s"]), cells).week_unit_s()
    (service,) = service_times(calls, None)
    return Week(work, service.mean_s, admin, float(calls["unit_s"].sum()) / 3600 / 15)


def made_up_week() -> Week:
    """Return a small week: a daily swing of up to six calls an hour."""
    hour = np.arange(168)
    calls = 3 + 3 * np.sin(2 * np.pi * (hour % 24 - 9) / 24) + 0.5 * (hour >= 96)
    table = pd.DataFrame({"area_id": "A", "hour_of_week": hour, "calls": calls, "unit_s": calls * 2400.0})
    return Week(from_table(table, ["A"], 1), 2400.0, calls * 1200.0, float(calls.sum() * 2400 / 3600))


def problem_of(
    week: Week, params: ShiftsParams, setup: ShiftsSetup, service: RequirementParams
) -> ShiftsProblem:
    """Return the shift question of a week."""
    return from_workload(
        week.work, params, setup, service, service_s=week.service_s, week_admin_s=week.admin_s
    )


def both(week: Week, params: ShiftsParams, setup: ShiftsSetup, service: RequirementParams) -> dict[str, Any]:
    """Solve by both formulations; compare with each other and with the best flat three-shift plan."""
    begin = time.monotonic()
    problem = problem_of(week, params, setup, service)
    prepare_s = time.monotonic() - begin
    options = SolveOptions(time_limit_s=TIME_LIMIT_S)
    first = solve(problem, milp.FORMULATION, options)
    second = solve(problem, cpsat.FORMULATION, options)
    if first.plan is None or second.plan is None:
        return _no_plan(problem, first, second)
    split = time_split(problem, first.plan)
    value, other = first.objectives[0].value, second.objectives[0].value
    proved = first.status is Status.OPTIMAL and second.status is Status.OPTIMAL
    wrong = _wrong(problem, week, first, split)
    if proved and abs(value - other) > AGREE * max(1.0, abs(value)):
        wrong = f"two proven optima differ: {value:.10g} and {other:.10g}"
    return {
        "size": f"{len(problem.shift_ids)} shifts x 7 days, {problem.n_slots} slots",
        "status": str(first.status),
        "objective": round(value, 4),
        "bound": first.objectives[0].bound,
        "gap": first.gap_frac,
        "build_s": round(prepare_s + first.build_s, 3),
        "solve_s": round(first.solve_s, 3),
        "reached": bool(proved and not wrong),
        "wrong": wrong,
        "cpsat_status": str(second.status),
        "cpsat_objective": round(other, 4),
        "cpsat_bound": second.objectives[0].bound,
        "cpsat_solve_s": round(second.solve_s, 3),
        "confirmed_by": first.confirmed_by,
        "cpsat_confirmed_by": second.confirmed_by,
        "requirement_officers": f"{int(problem.requirement.min())}-{int(problem.requirement.max())}",
        "requirement_h": float(problem.requirement.sum()) * problem.slot_h,
        "binds": {b: problem.binding.count(b) for b in sorted(set(problem.binding))},
        "officer_h": round(float(split.on_duty_h.sum()), 2),
        "split": {k: round(v, 4) for k, v in split.shares().items()},
        "flat_three_shifts": _flat(week, params, setup, service),
    }


def _no_plan(problem: ShiftsProblem, first: Result[Any], second: Result[Any]) -> dict[str, Any]:
    return {
        "size": f"{len(problem.shift_ids)} shifts x 7 days, {problem.n_slots} slots",
        "status": f"{first.status} (cpsat {second.status})",
        "objective": None,
        "bound": None,
        "gap": None,
        "build_s": first.build_s,
        "solve_s": first.solve_s,
        "reached": False,
        "wrong": "" if first.status == second.status else "one formulation has a plan, the other none",
    }


def _wrong(problem: ShiftsProblem, week: Week, result: Result[Any], split: TimeSplit) -> str:
    """Check by other means than the model's: work conserved, queue target met, every hour in one class."""
    broken = FAMILY.check(problem, result.plan)
    if broken:
        return str(broken[0])
    if abs(problem.call_work_s.sum() / 3600 - week.call_h) > 1e-6 * week.call_h:
        return f"the week holds {problem.call_work_s.sum() / 3600:.3f} h of calls, the file {week.call_h:.3f}"
    for slot, n in enumerate(split.on_duty_h / problem.slot_h):
        waiting = erlang_c(round(float(n)), float(problem.call_work_s[slot]) / problem.slot_s)
        if waiting > NO_FREE_UNIT_FRAC + 1e-9:
            return f"in slot {slot} {waiting:.1%} of calls find no free unit"
    if abs(split.hours.sum() - split.on_duty_h.sum()) > 1e-6:
        return "the planned split does not add up to the hours on duty"
    return ""


def _flat(week: Week, params: ShiftsParams, setup: ShiftsSetup, service: RequirementParams) -> float | None:
    """Cost of the best plan from three eight-hour shifts a day, whatever their common start."""
    problem = problem_of(week, params, replace(setup, lengths_h=(8.0,), start_every_h=1.0), service)
    per_h = 3600 // problem.slot_s
    best: float | None = None
    for first in range(8):
        keep = np.flatnonzero(np.isin(problem.shift_start, [(first + k) * per_h for k in (0, 8, 16)]))
        flat = replace(
            problem,
            shift_ids=tuple(problem.shift_ids[i] for i in keep),
            shift_start=problem.shift_start[keep],
            shift_slots=problem.shift_slots[keep],
            shift_days=problem.shift_days[keep],
        )
        found = solve(flat, milp.FORMULATION, SolveOptions(time_limit_s=10, confirm=False))
        if found.plan is not None:
            best = min(best or np.inf, found.objectives[0].value)
    return None if best is None else round(best, 4)


def hourly(mode: Mode) -> dict[str, Any]:
    """Hourly starts and slots, cost with the time split held."""
    return both(vlcek_week(), ShiftsParams(), ShiftsSetup(lengths_h=LENGTHS_H), SERVICE)


def half_hourly(mode: Mode) -> dict[str, Any]:
    """Half-hour slots, starts every hour, nights dearer by a tenth."""
    setup = ShiftsSetup(slot_s=1800, lengths_h=LENGTHS_H, night_premium_frac=0.1)
    return both(vlcek_week(), ShiftsParams(), setup, SERVICE)


def made_up(mode: Mode) -> dict[str, Any]:
    """Small made-up week, four starts a day."""
    setup = ShiftsSetup(lengths_h=(8.0,), start_every_h=4.0)
    return both(made_up_week(), ShiftsParams(), setup, RequirementParams(no_free_unit_frac=NO_FREE_UNIT_FRAC))


SUITE = Suite(
    name="shifts510",
    issue="2: shifts on Vlcek 510",
    rows=(
        Row("made-up week", made_up, quick=True, smoke=True),
        Row("vlcek 510, hourly", hourly, quick=True),
        Row("vlcek 510, half-hourly, night premium", half_hourly),
    ),
)
