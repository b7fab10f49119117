"""What one move does, timed: a made-up town of 700 areas, every figure and rule after each of many random moves."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems.sectors import FAMILY, SectorsParams, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import best_centres
from optimiser.problems.sectors.moves import Moves
from tests.benchmarks.spec import Mode, Row, Suite

LIMIT_MS = 50.0
TOLERANCE = 0.05
CHECKED = 20
"""Moves whose every rule and figure is recomputed in full."""


def town(
    rows: int, columns: int, blocks: tuple[int, int], seed: int = 1
) -> tuple[SectorsProblem, SectorsPlan]:
    """Return a grid of areas with random work, all areas candidate centres, and a plan of rectangular districts."""
    rng = np.random.default_rng(seed)
    n = rows * columns
    at = np.array([(r, c) for r in range(rows) for c in range(columns)], dtype=float)
    flat = np.arange(n).reshape(rows, columns)
    edges = np.concatenate(
        [
            np.column_stack([flat[:, :-1].ravel(), flat[:, 1:].ravel()]),
            np.column_stack([flat[:-1].ravel(), flat[1:].ravel()]),
        ]
    )
    gap = np.linalg.norm(at[:, None, :] - at[None, :, :], axis=2)
    travel = 60.0 * gap + rng.uniform(0, 30, (n, n))
    calls = rng.gamma(2.0, 5.0, n)
    work = np.stack([calls, *(calls * rng.uniform(0.5, 1.5, n) for _ in range(4))])
    block = (at[:, 0] * blocks[0] // rows).astype(int) * blocks[1] + (at[:, 1] * blocks[1] // columns).astype(
        int
    )
    ids = tuple(f"a{i:04d}" for i in range(n))
    names = tuple(f"D{d + 1}" for d in range(blocks[0] * blocks[1]))
    home = {a: names[b] for a, b in zip(ids, block.tolist(), strict=True)}
    kinds = ("calls", "unit hours", "unit hours, day", "unit hours, evening", "unit hours, night")
    problem = SectorsProblem(
        area_ids=ids,
        edges=edges,
        centre_ids=ids,
        centre_area=np.arange(n),
        travel_s=travel,
        calls=calls,
        covered_calls=(travel <= 480) * calls[None, :] / 4,
        cover_calls=calls / 4,
        balance_names=kinds,
        balance=work,
        params=SectorsParams(
            district_ids=names,
            objectives=("cover", "travel"),
            balance_frac=dict.fromkeys(kinds, 0.05),
            longest_drive_s=900.0,
            locks=tuple((a, home[a]) for a in ids[:: max(1, n // 10)]),
            split_limits={"ward": 20},
        ),
        distance_m=1000.0 * gap,
        border_m=np.full(len(edges), 1000.0),
        today=tuple(home[a] for a in ids),
        places={"ward": tuple(f"w{i % 9}" for i in range(n))},
    )
    return problem, SectorsPlan(home, best_centres(problem, home))


def measured(rows: int, columns: int, blocks: tuple[int, int], n_moves: int) -> dict[str, Any]:
    """Move random areas to random districts; time each, and hold some against the full recomputation."""
    problem, plan = town(rows, columns, blocks)
    began = time.perf_counter()
    moves = Moves(problem, plan)
    build_s = time.perf_counter() - began
    rng = np.random.default_rng(7)
    took, busy, full, wrong = [], [], [], ""
    for k in range(n_moves):
        area, to = str(rng.choice(problem.area_ids)), str(rng.choice(problem.params.district_ids))
        began, began_cpu = time.perf_counter(), time.process_time()
        moves.make([area], to)
        took.append(1000 * (time.perf_counter() - began))
        busy.append(1000 * (time.process_time() - began_cpu))
        if k % max(1, n_moves // CHECKED) == 0:
            began = time.perf_counter()
            broken = FAMILY.check(problem, moves.plan)
            aims, figures = FAMILY.objectives(problem, moves.plan), FAMILY.measure(problem, moves.plan)
            full.append(1000 * (time.perf_counter() - began))
            same = {(v.rule, v.where) for v in broken} == {(v.rule, v.where) for v in moves.violations}
            now = Moves(problem, moves.plan).preview([area], to)
            near = np.allclose([o.value for o in aims], [c.after or 0.0 for c in now.objectives], rtol=1e-9)
            if not (same and near and figures):
                wrong = f"after move {k} the rules or objectives differ from the full recomputation"
    late = float(np.percentile(took, 99))
    return {
        "size": f"{rows * columns} areas, {blocks[0] * blocks[1]} districts",
        "status": f"{n_moves} moves",
        "objective": None,
        "bound": None,
        "gap": None,
        "build_s": build_s,
        "solve_s": float(np.median(took)) / 1000,
        "reached": late < LIMIT_MS and max(busy) < LIMIT_MS,
        "wrong": wrong,
        "ms": {
            "median": float(np.median(took)),
            "99th of 100": late,
            "worst": max(took),
            "worst, processor time": max(busy),
            "full check, objectives and measures": float(np.median(full)),
        },
    }


def repaired(rows: int, columns: int, blocks: tuple[int, int], limit_s: float) -> dict[str, Any]:
    """Mend a plan that is off balance with the fewest moves; beside it the model with centres in the same time."""
    from optimiser import registry
    from optimiser.prepare.own_plan import mending, moved_areas
    from optimiser.solve.engine import solve
    from optimiser.solve.options import SolveOptions

    problem, plan = town(rows, columns, blocks)
    params = replace(
        problem.params, balance_frac={"calls": TOLERANCE}, locks=(), split_limits={}, longest_drive_s=np.inf
    )
    question, start = mending(replace(problem, params=params), plan.district_of)
    found = {}
    for method in ("sectors.moves", "sectors.cuts"):
        formulation = registry.load(method)
        if formulation.warm is not None:
            formulation.warm()
        found[method] = solve(question, formulation, SolveOptions(time_limit_s=limit_s), start=start)
    best = found["sectors.moves"]
    judged = best.objectives[0]
    told = {m: _counts(moved_areas, question, r) for m, r in found.items()}
    wrong = "" if not FAMILY.check(question, best.plan) else "the mended plan breaks a rule"
    return {
        "size": f"{rows * columns} areas, {blocks[0] * blocks[1]} districts",
        "status": str(best.status),
        "objective": moved_areas(question, judged.value),
        "bound": moved_areas(question, judged.bound or 0.0),
        "gap": best.gap_frac,
        "build_s": best.build_s,
        "solve_s": best.solve_s,
        "reached": True,
        "wrong": wrong,
        "moves, needed at least": told,
    }


def _counts(counted: Any, question: SectorsProblem, result: Any) -> str:
    if result.plan is None:
        return "none"
    judged = result.objectives[0]
    return f"{counted(question, judged.value):.0f}, {counted(question, judged.bound or 0.0):.1f}"


def _mend(name: str, *size: Any, smoke: bool = False) -> Row:
    def run(mode: Mode) -> dict[str, Any]:
        return repaired(*size, limit_s=10 if mode == "smoke" else 60)

    return Row(name, run, quick=smoke, smoke=smoke, limit_s=300.0)


def _row(name: str, *size: Any, smoke: bool = False) -> Row:
    def run(mode: Mode) -> dict[str, Any]:
        return measured(*size, n_moves=50 if mode == "smoke" else 500)

    return Row(name, run, quick=True, smoke=smoke, limit_s=300.0)


SUITE = Suite(
    "moves",
    "what one move does, under 50 ms at 700 areas",
    (
        _row("60 areas", 6, 10, (2, 3), smoke=True),
        _row("700 areas, 6 districts", 25, 28, (2, 3)),
        _row("700 areas, 50 beats", 25, 28, (5, 10)),
        _mend("fewest moves, 60 areas", 6, 10, (2, 3), smoke=True),
        _mend("fewest moves, 700 areas", 25, 28, (2, 3)),
    ),
)
