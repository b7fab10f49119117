"""Suite ``patterns``: rotating patterns on published instances, each decided, checked or refuted by two routes.

``rws20`` are Musliu's twenty real instances, ``rws_generated`` the generated ones; two hundred differ (numbers 1 to
20 are ``rws20``, 201 to 300 repeat 21 to 120). A schedule is checked by the product's rules and by a checker that
reads the file's own lines (``patterns_data``). Seconds of an instance are those to the decision, with building, cuts
and checks; what a second route to "there is none" took is told apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from optimiser_models.patterns import milp, stints

from optimiser.problems.patterns import PatternsParams, PatternsProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks.patterns_data import faults, problem_of, read
from tests.benchmarks.spec import SHARED, Mode, Row, Suite, needs_shared

FOLDER = SHARED / "staffing"
LIMIT_S = 60.0
MEAN_S, WORST_S = 0.3, 10.0
INFEASIBLE = frozenset(
    (24, 28, 33, 36, 41, 47, 49, 57, 59, 62, 63, 72, 83, 84, 97, 100, 104, 105, 124, 147, 158, 163, 178, 181, 182,
     187, 191, 194)
)  # fmt: skip
"""Of numbers 1 to 200, those that a plain model of the rules refuted (data/FORMATS.md 4.2)."""
MODELS = (stints, milp)


def instances(folder: str, numbers: range) -> Callable[[Mode], dict[str, Any]]:
    """Return the run of some instances of a folder."""

    def run(mode: Mode) -> dict[str, Any]:
        needs_shared()
        solve(
            made_up(4, 1), stints.FORMULATION, SolveOptions(time_limit_s=LIMIT_S)
        )  # loads what is loaded once
        told = [_decided(folder, k) for k in numbers]
        return _row(told, f"{len(numbers)} instances, 7 to {max(t['employees'] for t in told)} employees")

    return run


def _decided(folder: str, number: int) -> dict[str, Any]:
    instance = read(FOLDER / folder / f"Example{number}.txt")
    problem = problem_of(instance)
    begin = time.monotonic()
    first = solve(problem, stints.FORMULATION, SolveOptions(time_limit_s=LIMIT_S, confirm=False))
    seconds = time.monotonic() - begin
    told = {
        "number": number,
        "employees": instance.employees,
        "seconds": seconds,
        "status": first.status,
        "wrong": "",
        "second_s": 0.0,
        "confirmed": True,
    }
    if first.plan is not None:
        broken = faults(instance, first.plan.rows)
        known = number in INFEASIBLE
        told["wrong"] = broken[0] if broken else "a schedule where there is none" if known else ""
    elif first.status is Status.INFEASIBLE:
        begin = time.monotonic()
        second = milp.second_decision(problem, SolveOptions(time_limit_s=10 * LIMIT_S))
        told["second_s"] = time.monotonic() - begin
        told["confirmed"] = second == "infeasible"
        told["wrong"] = "the second model has a schedule" if second == "feasible" else ""
    return told


def _row(told: list[dict[str, Any]], size: str) -> dict[str, Any]:
    seconds = [t["seconds"] for t in told]
    with_plan = sum(t["status"] is Status.OPTIMAL for t in told)
    without = [t for t in told if t["status"] is Status.INFEASIBLE]
    decided = with_plan + len(without) == len(told) and all(t["confirmed"] for t in told)
    worst = max(told, key=lambda t: t["seconds"])
    wrong = "; ".join(f"{t['number']}: {t['wrong']}" for t in told if t["wrong"])
    mean, again = float(np.mean(seconds)), [t["second_s"] for t in told]
    return {
        "size": size,
        "status": f"{with_plan} schedules, {len(without)} refuted of {len(told)}",
        "objective": None,
        "bound": None,
        "gap": 0.0 if decided else None,
        "build_s": 0.0,
        "solve_s": round(sum(seconds), 2),
        "reached": decided and mean <= MEAN_S and worst["seconds"] <= WORST_S and not wrong,
        "wrong": wrong,
        "mean_s": round(mean, 3),
        "worst_s": f"{worst['seconds']:.2f} (number {worst['number']}, {worst['employees']} employees)",
        "refuted_by_a_second_route": f"{sum(t['confirmed'] for t in without)} of {len(without)}",
        "second_route_s": f"{sum(again):.1f} in all, worst {max(again):.1f}",
        "undecided": [t["number"] for t in told if t["status"] not in (Status.OPTIMAL, Status.INFEASIBLE)],
    }


def made_up(rows: int = 9, each: int = 2) -> PatternsProblem:
    """Return early, late and night shifts of eight hours, as many on each, forward, two days off at least."""
    return PatternsProblem(
        shift_ids=("E", "L", "N"),
        shift_start_s=3600.0 * np.array([6, 14, 22]),
        shift_length_s=np.full(3, 8 * 3600.0),
        need=np.full((3, 7), each),
        fewest_rows=rows,
        most_rows=rows,
        params=PatternsParams(
            exact=True, forward=True, longest_run={"N": 4}, off_after_nights=2, most_week_h=42.0
        ),
    )


def both_models(problem: Callable[[], PatternsProblem]) -> Callable[[Mode], dict[str, Any]]:
    """Return the run of both formulations on a made-up problem: fewest weekends with work, proved twice."""

    def run(mode: Mode) -> dict[str, Any]:
        asked = problem()
        first, second = (
            solve(asked, m.FORMULATION, SolveOptions(time_limit_s=LIMIT_S, confirm=False)) for m in MODELS
        )
        one, other = ((r.status, r.objectives[0].value if r.objectives else None) for r in (first, second))
        return {
            "size": f"{asked.fewest_rows} rows, {len(asked.shift_ids)} shifts",
            "status": str(first.status),
            "objective": one[1],
            "bound": first.objectives[0].bound if first.objectives else None,
            "gap": first.gap_frac,
            "build_s": 0.0,
            "solve_s": round(first.solve_s, 2),
            "reached": None,
            "wrong": "" if one == other else f"stints: {one}, milp: {other}",
            "milp_solve_s": round(second.solve_s, 2),
        }

    return run


def _generated() -> tuple[Row, ...]:
    return tuple(
        Row(
            f"rws_generated {first} to {first + 19}",
            instances("rws_generated", range(first, first + 20)),
        )
        for first in range(21, 201, 20)
    )


SUITE = Suite(
    "patterns",
    "4: rotating patterns on published instances",
    (
        Row("made up, 5 officers", both_models(lambda: made_up(5, 1)), quick=True, smoke=True),
        Row("made up, 4 officers", both_models(lambda: made_up(4, 1)), quick=True, smoke=True),
        Row("made up, 9 officers", both_models(made_up), quick=True),
        Row("made up, 8 officers", both_models(lambda: made_up(8)), quick=True),
        Row("rws20", instances("rws20", range(1, 21)), quick=True),
        *_generated(),
    ),
)
