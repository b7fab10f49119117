"""Rows of suite ``standby``: medians with a capacity (Stefanello et al. 2015), put as sectors without contiguity.

Every node is a customer and may be a centre; the sum of distances is least; the demand of a centre's nodes is at most
its capacity. Links, which only say where the search moves nodes, join each node with its ten nearest.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from optimiser.problems.sectors import FAMILY, SectorsParams, SectorsProblem
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.options import SolveOptions
from tests.benchmarks import standby_data as data
from tests.benchmarks.spec import Mode, Row, needs_shared

LIMIT_S, QUICK_S = 600.0, 30.0
NEAR = 10
BEST_KNOWN: dict[str, tuple[float, float]] = {
    "cpmp01": (728.262, 728.262),
    "u724_010": (181_782.96, 181_389.5),
    "u724_075": (54_735.05, 54_402.6),
}
"""Shortest sum known, and the best bound known (the first is proved)."""
WITHIN_FRAC = 0.001
ROUNDED = 0.01


def question(name: str) -> SectorsProblem:
    """Return an instance as a question of sectors."""
    distance, demand, capacity, p = data.cpmp(name)
    n = len(demand)
    ids = tuple(f"{i:04d}" for i in range(n))
    near = np.argsort(distance, axis=1, kind="stable")[:, 1 : NEAR + 1]
    links = np.stack([np.repeat(np.arange(n), NEAR), near.ravel()], axis=1)
    return SectorsProblem(
        area_ids=ids,
        edges=np.unique(np.sort(links, axis=1), axis=0),
        centre_ids=ids,
        centre_area=np.arange(n),
        travel_s=distance,
        calls=np.ones(n),
        covered_calls=np.zeros((n, n)),
        cover_calls=np.zeros(n),
        balance_names=("demand",),
        balance=demand[None, :],
        params=SectorsParams(
            district_ids=tuple(f"{k:02d}" for k in range(p)),
            ceilings={"demand": capacity},
            objectives=("travel",),
            contiguity=False,
        ),
    )


def capacitated(name: str, mode: Mode) -> dict[str, Any]:
    """Solve one instance; capacities and the sum are counted again from the file alone."""
    needs_shared()
    problem = question(name)
    best, bound = BEST_KNOWN[name]
    began = time.perf_counter()
    limit_s = LIMIT_S if mode == "full" else QUICK_S
    result = solve_isolated(problem, "sectors.cuts", SolveOptions(time_limit_s=limit_s))
    solve_s = time.perf_counter() - began
    wrong, value = ([], None) if result.plan is None else _counted(name, problem, result.plan)
    judged = result.objectives[0] if result.objectives else None
    ours = judged.bound if judged else None
    if ours is not None and ours > best + ROUNDED:
        wrong.append(f"bound {ours:,.2f} above the sum {best:,.2f} of a known plan")
    if value is not None and value < bound - ROUNDED:
        wrong.append(f"{value:,.2f} is below the known bound {bound:,.2f}")
    return {
        "size": f"{len(problem.area_ids)} nodes, {problem.params.n_districts} centres",
        "status": f"{result.status}, stopped by {result.stopped_by}",
        "objective": value,
        "bound": ours,
        "gap": result.gap_frac,
        "build_s": 0.0,
        "solve_s": solve_s,
        "reached": value is not None
        and value <= best * (1 + WITHIN_FRAC)
        and solve_s <= limit_s + 5
        and not wrong,
        "wrong": "; ".join(wrong),
        "best known": best,
        "best bound known": bound,
        "above best known, frac": None if value is None else value / best - 1,
    }


def _counted(name: str, problem: SectorsProblem, plan: Any) -> tuple[list[str], float]:
    distance, demand, capacity, p = data.cpmp(name)
    wrong = [str(v) for v in FAMILY.check(problem, plan)]
    centre = {d: int(c) for d, c in plan.centre_of.items()}
    at = np.array([centre[plan.district_of[a]] for a in problem.area_ids])
    load = np.bincount(at, demand, len(demand))
    if load.max() > capacity + 1e-9:
        wrong.append(f"a centre has {load.max():g}, its capacity is {capacity:g}")
    if len(set(at.tolist())) > p:
        wrong.append(f"{len(set(at.tolist()))} centres, {p} asked for")
    return wrong, float(distance[at, np.arange(len(at))].sum())


ROWS = tuple(
    Row(
        f"capacity, {name}",
        lambda mode, name=name: capacitated(name, mode),
        quick=name == "cpmp01",
        limit_s=900,
    )  # type: ignore[misc]
    for name in BEST_KNOWN
)
