"""Peers on one week's demand: pyworkforce (MIT) and a plain OR-Tools covering model, each in a process of its own.

pyworkforce treats every day alone: hours of a shift that run past midnight count on its own morning. What its plan
really leaves short over the cyclic week is counted here by our rules. It runs where it is installed, or by the
interpreter that the environment variable ``PYWORKFORCE_PYTHON`` names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import numpy as np

from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.measures import shortage_h, surplus_h
from optimiser.problems.shifts.plan import staffing_key
from optimiser.problems.shifts.rules import on_duty

LIMIT_S = 60.0

PYWORKFORCE = """
import json, sys
q = json.load(sys.stdin)
from pyworkforce.scheduling import MinRequiredResources
s = MinRequiredResources(num_days=7, periods=q["periods"], shifts_coverage=q["cover"],
    required_resources=q["need"], max_period_concurrency=q["most"], max_shift_concurrency=q["most"],
    cost_dict=q["cost"], max_search_time=q["limit_s"], num_search_workers=8)
found = s.solve()
rows = [[r["shift"], r["day"], r["resources"]] for r in found["resources_shifts"]]
json.dump({"status": found["status"], "rows": rows}, sys.stdout)
"""

ORTOOLS = """
import json, sys
q = json.load(sys.stdin)
from ortools.sat.python import cp_model
m = cp_model.CpModel()
x = {(s, d): m.NewIntVar(0, q["most"], f"x{s}{d}") for s in range(len(q["slots"])) for d in range(7)}
T = 7 * q["periods"]
by_slot = [[] for _ in range(T)]
for (s, d), v in x.items():
    for t in q["slots"][s]:
        by_slot[(d * q["periods"] + t) % T].append(v)
for t in range(T):
    m.Add(sum(by_slot[t]) >= q["flat"][t])
m.Minimize(sum(len(q["slots"][s]) * v for (s, d), v in x.items()))
solver = cp_model.CpSolver()
solver.parameters.max_time_in_seconds = q["limit_s"]
solver.parameters.num_workers = 8
status = solver.Solve(m)
rows = [[q["names"][s], d, solver.Value(v)] for (s, d), v in x.items()] if status in (2, 4) else []
json.dump({"status": solver.StatusName(status), "rows": rows, "bound": solver.BestObjectiveBound()}, sys.stdout)
"""


def _asked(problem: ShiftsProblem) -> dict[str, Any]:
    per_day = problem.slots_per_day
    cover, slots = {}, []
    for i, name in enumerate(problem.shift_ids):
        mine = [int(problem.shift_start[i]) + k for k in range(int(problem.shift_slots[i]))]
        slots.append(mine)
        cover[name] = [int(t in {m % per_day for m in mine}) for t in range(per_day)]
    return {
        "periods": per_day,
        "names": list(problem.shift_ids),
        "slots": slots,
        "cover": cover,
        "cost": {n: int(k) for n, k in zip(problem.shift_ids, problem.shift_slots, strict=True)},
        "need": problem.requirement.reshape(7, per_day).tolist(),
        "flat": problem.requirement.tolist(),
        "most": int(problem.requirement.max()) * 2,
        "limit_s": LIMIT_S,
    }


def run(problem: ShiftsProblem, script: str, python: str = sys.executable) -> dict[str, Any]:
    """Run a peer and judge its plan by our rules: hours, officer-hours short and in surplus over the cyclic week."""
    began = time.perf_counter()
    done = subprocess.run(
        [python, "-c", script],
        input=json.dumps(_asked(problem)),
        capture_output=True,
        text=True,
        check=False,
        timeout=3 * LIMIT_S,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        return {"status": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed"}
    told = json.loads(done.stdout)
    plan = ShiftsPlan({staffing_key(s, d): n for s, d, n in told["rows"] if n > 0 and d >= 0})
    return {"status": told["status"], "s": round(seconds, 1)} | judged(problem, plan)


def judged(problem: ShiftsProblem, plan: ShiftsPlan) -> dict[str, float]:
    """Return what a plan comes to over the cyclic week."""
    duty = on_duty(problem, plan)
    return {
        "officer-hours": float(np.sum(duty)) * problem.slot_h,
        "short": shortage_h(problem, duty),
        "surplus": surplus_h(problem, duty),
    }


def pyworkforce(problem: ShiftsProblem) -> dict[str, Any]:
    """Run pyworkforce where it is installed."""
    return run(problem, PYWORKFORCE, os.environ.get("PYWORKFORCE_PYTHON", sys.executable))


def plain_ortools(problem: ShiftsProblem) -> dict[str, Any]:
    """Run the covering model that anybody writes first."""
    return run(problem, ORTOOLS)
