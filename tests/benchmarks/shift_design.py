"""Suite ``shift_design``: minimum shift design on published instances, beside the values known of them.

``DataSet1`` and ``DataSet2`` of the shift design benchmarks (data/FORMATS.md 4.3): person-minutes missing and beyond
the need, and a price for each different shift. Known values: ``known_shift_design.csv``; one is reached where ours is
no higher. A design is checked by the product's rules, and its value recomputed here from the file's own numbers.
"""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from optimiser_models.shift_design import cpsat, network

from optimiser.problems.shift_design import ShiftDesignParams, ShiftDesignPlan, ShiftDesignProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks.spec import SHARED, Mode, Row, Suite, needs_shared
from tests.oracles.larger_cases import noisy_week

FOLDER = SHARED / "staffing" / "shift_design"
KNOWN = SHARED / "staffing" / "known_shift_design.csv"
MINUTES = 60.0
COARSE_S, FINE_S = 10.0, 300.0
"""The issue's limits: by the hour and half-hour, and by the quarter-hour."""
COARSE_MIN = 30
NAMES = tuple(f"DataSet1/RandomExample{k}" for k in range(1, 6)) + tuple(
    f"DataSet2/RandomExample{k}" for k in range(26, 31)
)


def read(path: Path) -> dict[str, Any]:
    """Read the numbers of a MiniZinc data file."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r"(\w+)\s*=\s*(\[[^\]]*\]|[^;]+);", path.read_text()):
        numbers = [float(v) for v in re.findall(r"-?[\d.]+", value)]
        found[name] = numbers if value.startswith("[") else numbers[0]
    return found


def problem_of(file: dict[str, Any]) -> ShiftDesignProblem:
    """Return the question of a file: prices per person-minute become prices per officer-hour."""
    ranges = zip(file["minStart"], file["maxStart"], file["minLength"], file["maxLength"], strict=True)
    shifts = sorted(
        {
            (int(start), int(slots))
            for first, last, short, long in ranges
            for start in np.arange(first, last + 1)
            for slots in np.arange(short, long + 1)
        }
    )
    need = np.array(file["demand"], dtype=np.int64)
    return ShiftDesignProblem(
        slot_s=round(file["interval"] * 60),
        n_days=round(file["days"]),
        need=need,
        shift_ids=tuple(f"{start}+{slots}" for start, slots in shifts),
        shift_start=np.array([s[0] for s in shifts]),
        shift_slots=np.array([s[1] for s in shifts]),
        officer_cost=np.zeros(len(shifts)),
        most_per_shift=int(need.max()),
        params=ShiftDesignParams(
            under_price=file["weightUnderCover"] * MINUTES,
            over_price=file["weightOverCover"] * MINUTES,
            shift_price=file["weightShiftInstances"],
        ),
    )


def value_of(file: dict[str, Any], plan: ShiftDesignPlan) -> float:
    """Recompute a design's value from the file."""
    slots = len(file["demand"])
    per_day = slots // round(file["days"])
    duty = [0] * slots
    for name, days in plan.officers.items():
        start, length = map(int, name.split("+"))
        for day, n in enumerate(days):
            for k in range(length):
                duty[(day * per_day + start + k) % slots] += n
    under = sum(max(0.0, d - n) for d, n in zip(file["demand"], duty, strict=True))
    over = sum(max(0.0, n - d) for d, n in zip(file["demand"], duty, strict=True))
    minutes = file["weightUnderCover"] * under + file["weightOverCover"] * over
    return minutes * file["interval"] + file["weightShiftInstances"] * len(plan.used())


def instance(name: str) -> Callable[[Mode], dict[str, Any]]:
    """Return the run of one published instance."""

    def run(mode: Mode) -> dict[str, Any]:
        needs_shared()
        file = read(FOLDER / f"{name}.dzn")
        with KNOWN.open(encoding="utf-8") as text:
            known = {r["instance"]: r for r in csv.DictReader(text)}[name]
        limit_s = COARSE_S if file["interval"] >= COARSE_MIN else FINE_S
        problem = problem_of(file)
        begin = time.monotonic()
        result = solve(problem, network.FORMULATION, SolveOptions(time_limit_s=limit_s, confirm=False))
        seconds = time.monotonic() - begin
        confirmed = result
        if result.status is Status.OPTIMAL:
            confirmed = solve(problem, network.FORMULATION, SolveOptions(time_limit_s=4 * limit_s))
        column = next(c for c in known if c.startswith("objective"))
        value, best = result.objectives[0].value, float(known[column])
        again = value_of(file, result.plan)
        proved = result.status is Status.OPTIMAL and seconds <= limit_s
        wrong = "" if abs(again - value) < 1e-6 else f"told {value:g}, the file says {again:g}"
        if result.objectives[0].bound is not None and result.objectives[0].bound > best + 1e-6:
            wrong = f"bound {result.objectives[0].bound:g}, yet {best:g} is known"
        return {
            "size": f"{len(problem.shift_ids)} shifts, {problem.n_slots} slots of {file['interval']:g} min",
            "status": str(result.status),
            "objective": value,
            "bound": result.objectives[0].bound,
            "gap": result.gap_frac,
            "build_s": 0.0,
            "solve_s": round(seconds, 2),
            "reached": bool(proved and value <= best + 1e-6),
            "wrong": wrong,
            "known": f"{best:g} ({known['status_here']})",
            "limit_s": limit_s,
            "confirmed_by": confirmed.confirmed_by or "nothing in time",
        }

    return run


def made_up(mode: Mode) -> dict[str, Any]:
    """Two days by the three hours, twelve shifts: both formulations prove the same."""
    rng = np.random.default_rng(5)
    starts, slots = np.repeat(np.arange(0, 8, 2), 3), np.tile([2, 3, 4], 4)
    problem = ShiftDesignProblem(
        slot_s=10800,
        n_days=2,
        need=rng.integers(1, 7, 16),
        shift_ids=tuple(f"{a}+{n}" for a, n in zip(starts, slots, strict=True)),
        shift_start=starts,
        shift_slots=slots,
        officer_cost=np.zeros(12),
        most_per_shift=9,
        params=ShiftDesignParams(shift_price=4.0),
    )
    options = SolveOptions(time_limit_s=60, confirm=False)
    first, second = (solve(problem, m.FORMULATION, options) for m in (network, cpsat))
    value, other = first.objectives[0].value, second.objectives[0].value
    proved = first.status is Status.OPTIMAL and second.status is Status.OPTIMAL
    return {
        "size": "12 shifts, 16 slots",
        "status": str(first.status),
        "objective": value,
        "bound": first.objectives[0].bound,
        "gap": first.gap_frac,
        "build_s": 0.0,
        "solve_s": round(first.solve_s, 2),
        "reached": None,
        "wrong": "" if not proved or abs(value - other) < 1e-6 else f"cpsat proves {other:g}",
        "cpsat_solve_s": round(second.solve_s, 2),
    }


def noisy(mode: Mode) -> dict[str, Any]:
    """A made-up week by the half-hour that no shifts fit exactly: what is left open after 20 s."""
    result = solve(noisy_week(), network.FORMULATION, SolveOptions(time_limit_s=20, confirm=False))
    return {
        "size": "48 shifts, 336 slots",
        "status": str(result.status),
        "objective": result.objectives[0].value,
        "bound": result.objectives[0].bound,
        "gap": result.gap_frac,
        "build_s": 0.0,
        "solve_s": round(result.solve_s, 2),
        "reached": None,
        "wrong": "",
    }


def _quick(name: str) -> bool:
    return name.startswith("DataSet1")


SUITE = Suite(
    "shift_design",
    "4: shift design on published instances",
    (
        Row("made up, both formulations", made_up, quick=True, smoke=True),
        *(Row(name, instance(name), quick=_quick(name), limit_s=2000.0) for name in NAMES),
        Row("made-up noisy week", noisy),
    ),
)
