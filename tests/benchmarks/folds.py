"""Suite ``folds``: fold tables of made-up districts, beside greedy joining and, where it ends, the constraint solver.

Beats are the points of a Delaunay triangulation of the unit square, so that neighbours touch as they do on a map; work
is gamma distributed (shape 4). Greedy joining makes in every row the join that leaves the least deviation: what a
planner does by hand, from full cars down.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from optimiser_models.fold import cpsat, lattice
from scipy.spatial import Delaunay

from optimiser.problems.fold import FAMILY, FoldParams, FoldPlan, FoldProblem
from optimiser.problems.fold.plan import ordered
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks.spec import Mode, Row, Suite

LIMIT_S = 60.0
CPSAT_BEATS = 8
AGREE = 1e-4
"""The constraint solver rounds work: shares of 5e-8."""
PROVED_BEATS = 14
"""Up to here a proof is asked for."""


def district(n: int, seed: int = 0) -> FoldProblem:
    """Return a made-up district of n beats."""
    rng = np.random.default_rng(seed)
    triangles = Delaunay(rng.random((n, 2))).simplices
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    return FoldProblem(
        beat_ids=tuple(f"B{k:02d}" for k in range(n)),
        edges=np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64),
        work=rng.gamma(4.0, 10.0, n),
        params=FoldParams(),
    )


def greedy(problem: FoldProblem) -> float:
    """Return the objective of joining, row by row, what leaves the least deviation."""
    work = dict(zip(problem.beat_ids, (problem.work / problem.work.sum()).tolist(), strict=True))
    links = [(problem.beat_ids[i], problem.beat_ids[j]) for i, j in problem.edges.tolist()]
    groups = [{b} for b in problem.beat_ids]
    rows = {len(groups): ordered(groups)}
    while len(groups) > problem.params.fewest_cars:
        k = len(groups) - 1
        where = {b: i for i, g in enumerate(groups) for b in g}
        pairs = {tuple(sorted((where[a], where[b]))) for a, b in links if where[a] != where[b]}
        load = [sum(work[b] for b in g) for g in groups]

        def off(pair: tuple[int, int], load: list[float] = load, k: int = k) -> float:
            rest = [x for i, x in enumerate(load) if i not in pair]
            return max(abs(k * x - 1) for x in [*rest, load[pair[0]] + load[pair[1]]])

        i, j = min(sorted(pairs), key=off)
        groups[i] |= groups.pop(j)
        rows[k] = ordered(groups)
    return FAMILY.objectives(problem, FoldPlan(rows))[0].value


def measured(n: int) -> Callable[[Mode], dict[str, Any]]:
    """Return the run of three districts of n beats (one of large ones), the median time told."""

    def run(mode: Mode) -> dict[str, Any]:
        solve(district(6), lattice.FORMULATION, SolveOptions(time_limit_s=LIMIT_S))  # compiles
        seconds, gaps, saved, wrong, proved = [], [], [], "", 0
        first: Any = None
        for seed in range(1 if mode == "smoke" or n > PROVED_BEATS else 3):
            problem = district(n, seed)
            begin = time.monotonic()
            result = solve(problem, lattice.FORMULATION, SolveOptions(time_limit_s=LIMIT_S))
            seconds.append(time.monotonic() - begin)
            value = result.objectives[0].value
            gaps.append(result.gap_frac or 0.0)
            saved.append(1 - value / greedy(problem))
            proved += result.status is Status.OPTIMAL
            first = first or result
            if n <= CPSAT_BEATS:
                other = solve(problem, cpsat.FORMULATION, SolveOptions(time_limit_s=LIMIT_S)).objectives[0]
                if abs(other.value - value) > AGREE:
                    wrong = (
                        f"seed {seed}: the lattice finds {value:.9f}, the constraint solver {other.value:.9f}"
                    )
        return {
            "size": f"{n} beats, {n - 1} rows",
            "status": str(first.status),
            "objective": round(first.objectives[0].value, 6),
            "bound": round(first.objectives[0].bound, 6),
            "gap": max(gaps),
            "build_s": 0.0,
            "solve_s": round(float(np.median(seconds)), 2),
            "reached": proved == len(seconds) if n <= PROVED_BEATS else None,
            "wrong": wrong,
            "proved": f"{proved} of {len(seconds)}",
            "less than greedy joining by": [round(s, 3) for s in saved],
        }

    return run


def unequal_hours(mode: Mode) -> dict[str, Any]:
    """Ten beats where three and four cars are the rule: the weights decide which rows are even."""
    problem = district(10, 1)
    hours = tuple(84.0 if cars in (3, 4) else 1.0 for cars in range(1, 10))
    weighted = replace(problem, params=replace(problem.params, car_weights=hours))
    result = solve(weighted, lattice.FORMULATION, SolveOptions(time_limit_s=LIMIT_S))
    plain = solve(problem, lattice.FORMULATION, SolveOptions(time_limit_s=LIMIT_S))
    other = FAMILY.objectives(weighted, plain.plan)[0].value
    judged = result.objectives[0]
    return {
        "size": "10 beats, weights 84 to 1",
        "status": str(result.status),
        "objective": round(judged.value, 6),
        "bound": judged.bound,
        "gap": result.gap_frac,
        "build_s": 0.0,
        "solve_s": round(result.solve_s, 2),
        "reached": result.status is Status.OPTIMAL,
        "wrong": "" if judged.value <= other + 1e-9 else "the table for equal weights is better",
        "with equal weights": round(other, 6),
    }


SUITE = Suite(
    "folds",
    "fold tables of districts",
    (
        Row("8 beats", measured(8), quick=True, smoke=True),
        Row("10 beats", measured(10), quick=True),
        Row("12 beats", measured(12), quick=True),
        Row("14 beats", measured(14), quick=True),
        Row("hours with each number of cars", unequal_hours, quick=True, smoke=True),
        Row("16 beats", measured(16)),
        Row("20 beats", measured(20)),
        Row("50 beats at once", measured(50)),
    ),
)
