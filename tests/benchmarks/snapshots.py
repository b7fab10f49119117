"""Suite ``snapshots``: 200 seeded snapshots of Vlcek 510, every one proved on a warm worker; and Newport.

A snapshot: 50 units at cells drawn by incidents, 35 % double-crewed, 30 % basic drivers (a quarter slower), 15
of the 50 busy with a known end; 6 to 15 recorded incidents, priorities 1 and 2 as grade 1, 3 and 4 as grade 2,
cars as officers needed; 55 zones (a heaviest cell and the cells within 2.1 km), levels 1 to 3 by thirds of
demand, 15 minutes. Coverage changes the answer where the best plan gives up response for it: its response
terms are above the optimum without levels, which no tie can cause.
A row is reached when every snapshot is proved and coverage changes at least a third.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from optimiser_models.assignment import milp
from scipy.optimize import linear_sum_assignment

from optimiser import roads
from optimiser.prepare.assignment import (
    IncidentsAt,
    UnitsAt,
    ZonesAt,
    assignment_problem_on_roads,
    unit_routes,
)
from optimiser.problems.assignment import (
    AssignmentParams,
    AssignmentPlan,
    AssignmentProblem,
    check,
    objectives,
)
from optimiser.roads.graph import largest
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Result, Status
from optimiser.solve.warm import WarmWorker
from optimiser.units import seconds_from_minutes
from tests.benchmarks.spec import SHARED, Mode, Row, Suite, needs_shared
from tests.oracles.roads import grid

N_UNITS, N_BUSY = 50, 15
ZONE_RADIUS_KM = 2.1
BASIC_SLOWER = 1.25
SHARE_CHANGED = 1 / 3
AGREE = 1e-6
OPTIONS = SolveOptions(time_limit_s=60.0, confirm=False)
PARAMS = AssignmentParams(coverage_s=900.0, max_units=6)
MILP, CPSAT = "assignment.milp", "assignment.cpsat"
Floats = NDArray[np.float64]


@cache
def _vlcek() -> tuple[Floats, Floats, pd.DataFrame, NDArray[np.int64], NDArray[np.int64]]:
    """Travel seconds, incidents by cell, incidents, the zones' cells and their levels."""
    needs_shared()
    folder = SHARED / "sectors" / "vlcek_0510"
    travel_s = seconds_from_minutes(1.0) * np.loadtxt(folder / "drivingtimes_0510.csv", delimiter="\t")
    air_km = np.loadtxt(folder / "airdistances_0510.csv", delimiter="\t")
    weight = np.loadtxt(folder / "weight_0510.csv")
    left, zone, demand = np.ones(len(weight), dtype=bool), [], []
    for cell in np.argsort(-weight, kind="stable"):
        if left[cell]:
            near = left & (air_km[cell] <= ZONE_RADIUS_KM)
            left &= ~near
            zone.append(int(cell))
            demand.append(float(weight[near].sum()))
    level = 1 + np.searchsorted(np.quantile(demand, [1 / 3, 2 / 3]), demand, side="right")
    return travel_s, weight, pd.read_parquet(folder / "incidents_0510.parquet"), np.array(zone), level


def vlcek_snapshot(seed: int) -> AssignmentProblem:
    """Return the snapshot of this seed."""
    travel_s, weight, incidents, zone, level = _vlcek()
    rng = np.random.default_rng(seed)
    cell = rng.choice(len(weight), N_UNITS, p=weight / weight.sum())
    basic = rng.random(N_UNITS) < 0.3
    busy = np.isin(np.arange(N_UNITS), rng.permutation(N_UNITS)[:N_BUSY])
    n = int(rng.integers(6, 16))
    open_now = incidents.iloc[rng.integers(0, len(incidents), n)]
    urgent = open_now["priority"].to_numpy() <= 2
    slower = np.where(basic, BASIC_SLOWER, 1.0)[:, None]
    return AssignmentProblem(
        params=PARAMS,
        unit_ids=tuple(f"u{k:02d}" for k in range(N_UNITS)),
        officers=np.where(rng.random(N_UNITS) < 0.35, 2, 1),
        driver_class=tuple("basic" if b else "advanced" for b in basic),
        status=tuple("ends" if b else "free" for b in busy),
        ready_s=np.where(busy, rng.integers(60, 2700, N_UNITS), 0).astype(float),
        incident_ids=tuple(f"i{k:02d}" for k in range(n)),
        grade=np.where(urgent, 1, 2),
        officers_needed=open_now["cars"].to_numpy(),
        age_s=np.where(urgent, rng.integers(0, 180, n), rng.integers(0, 1200, n)).astype(float),
        weight=np.ones(n),
        travel_s=travel_s[np.ix_(cell, open_now["location"].to_numpy() - 1)] * slower,
        zone_ids=tuple(str(k + 1) for k in zone),
        demand_level=level,
        zone_s=travel_s[np.ix_(cell, zone)] * slower,
    )


def without_levels(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the same snapshot with nothing to keep covered."""
    return replace(problem, demand_level=np.zeros(len(problem.zone_ids), dtype=np.int64))


def response_terms(result: Result[Any]) -> float:
    """Objective without its coverage term."""
    price = next(m.value for m in result.measures if m.name == "term coverage shortfall")
    return result.objectives[0].value - price


def nearest_plan(problem: AssignmentProblem) -> AssignmentPlan:
    """Return what a linear assignment says: one free unit an incident, quickest in all, coverage unseen."""
    free = [u for u, s in enumerate(problem.status) if s == "free"]
    units, incidents = linear_sum_assignment(np.minimum(problem.travel_s[free], 1e6))
    return AssignmentPlan(
        {problem.unit_ids[free[u]]: problem.incident_ids[i] for u, i in zip(units, incidents, strict=True)}
    )


def _faults(seed: int, problem: AssignmentProblem, result: Result[Any], nearest: float) -> list[str]:
    """What can be seen to be wrong without a second solver."""
    if result.plan is None:
        return [f"seed {seed}: no plan"]
    value = result.objectives[0].value
    wrong = [f"seed {seed}: {v}" for v in check(problem, result.plan)]
    if result.status is Status.OPTIMAL and value > nearest * (1 + AGREE):
        wrong.append(f"seed {seed}: {value:.6g} is called best, a linear assignment has {nearest:.6g}")
    return wrong


def _warm(n_snapshots: int) -> Callable[[Mode], dict[str, Any]]:
    def run(mode: Mode) -> dict[str, Any]:
        problems = [vlcek_snapshot(seed) for seed in range(n_snapshots)]
        latency, build, solving, gaps, excess, changed = [], [], [], [], [], 0
        wrong: list[str] = []
        with WarmWorker() as worker:
            started = time.perf_counter()
            worker.solve(problems[0], MILP, OPTIONS)
            cold_s = time.perf_counter() - started
            for seed, problem in enumerate(problems):
                started = time.perf_counter()
                result = worker.solve(problem, MILP, OPTIONS)
                latency.append(time.perf_counter() - started)
                build.append(result.build_s)
                solving.append(result.solve_s)
                gaps.append(np.inf if result.gap_frac is None else result.gap_frac)
                nearest = objectives(problem, nearest_plan(problem))[0].value
                wrong += _faults(seed, problem, result, nearest)
                excess.append(nearest / result.objectives[0].value - 1 if result.objectives else np.nan)
                plain = worker.solve(without_levels(problem), MILP, OPTIONS)
                changed += response_terms(result) > plain.objectives[0].value * (1 + AGREE)
        proved = sum(g <= AGREE for g in gaps)
        return {
            "size": f"{n_snapshots}x{N_UNITS}x6-15x{len(problems[0].zone_ids)}",
            "status": "optimal" if proved == n_snapshots else "feasible",
            "objective": None,
            "bound": None,
            "gap": float(max(gaps)),
            "build_s": float(np.median(build)),
            "solve_s": float(np.median(solving)),
            "reached": proved == n_snapshots and changed >= SHARE_CHANGED * n_snapshots,
            "wrong": "; ".join(wrong[:5]),
            "proved": f"{proved} of {n_snapshots}",
            "changed by coverage": f"{changed} of {n_snapshots}",
            "warm latency": _spread(latency),
            "cold start": {"s": cold_s},
            "linear assignment above ours": {"median_frac": float(np.nanmedian(excess))},
        }

    return run


def _spread(seconds: list[float]) -> dict[str, float]:
    p50, p90, p99 = np.percentile(seconds, [50, 90, 99])
    return {"p50_s": float(p50), "p90_s": float(p90), "p99_s": float(p99), "longest_s": max(seconds)}


def _agreement(n_snapshots: int, limit_s: float) -> Callable[[Mode], dict[str, Any]]:
    """Both formulations on the same snapshots; where CP-SAT ends without a proof its bounds must still agree."""

    def run(mode: Mode) -> dict[str, Any]:
        ours, theirs, build, worst, both, wrong = [], [], [], 0.0, 0, []
        limit = replace(OPTIONS, time_limit_s=limit_s)
        with WarmWorker() as worker, WarmWorker() as second:
            for one in (worker.solve, second.solve):
                one(vlcek_snapshot(0), MILP if one == worker.solve else CPSAT, limit)
            for seed in range(n_snapshots):
                problem = vlcek_snapshot(seed)
                started = time.perf_counter()
                a = worker.solve(problem, MILP, limit)
                ours.append(time.perf_counter() - started)
                build.append(a.build_s)
                started = time.perf_counter()
                b = second.solve(problem, CPSAT, limit)
                theirs.append(time.perf_counter() - started)
                worst = max(worst, np.inf if a.gap_frac is None else a.gap_frac)
                both += a.status is Status.OPTIMAL and b.status is Status.OPTIMAL
                wrong += disagreement(f"seed {seed}", a, b)
        return {
            "size": f"{n_snapshots}x{N_UNITS}x6-15",
            "status": "agree" if not wrong else "differ",
            "objective": None,
            "bound": None,
            "gap": worst,
            "build_s": float(np.median(build)),
            "solve_s": float(np.median(ours)),
            "reached": not wrong and worst <= AGREE,
            "wrong": "; ".join(wrong[:5]),
            "proved by both": f"{both} of {n_snapshots}",
            "cpsat": _spread(theirs),
            "milp": _spread(ours),
        }

    return run


def disagreement(name: str, a: Result[Any], b: Result[Any]) -> list[str]:
    """Say where one result's bound denies the other's plan, or two optima differ."""
    wrong = []
    for x, y in ((a, b), (b, a)):
        bound = x.bound[0] if x.bound else None
        if bound is not None and y.objectives and bound > y.objectives[0].value * (1 + 10 * AGREE) + AGREE:
            wrong.append(
                f"{name}: {x.formulation} bounds {bound:.8g}, {y.formulation} has {y.objectives[0].value:.8g}"
            )
    return wrong


def street_scene(
    network: roads.RoadNetwork, n_units: int, n_incidents: int, n_zones: int
) -> tuple[UnitsAt, IncidentsAt, ZonesAt]:
    """Everything at places drawn on the streets that a car can reach and leave, two driver classes."""
    rng = np.random.default_rng(20230613)
    core = np.flatnonzero(network.junction_core & 1)
    xy = network.junction_xy_m[rng.choice(core, n_units + n_incidents + n_zones, replace=False)]
    xy += rng.uniform(-30.0, 30.0, xy.shape)
    n_busy = round(0.3 * n_units)
    busy = np.isin(np.arange(n_units), rng.permutation(n_units)[:n_busy])
    units = UnitsAt(
        tuple(f"u{k:02d}" for k in range(n_units)),
        xy[:n_units],
        np.where(rng.random(n_units) < 0.35, 2, 1),
        tuple("basic" if k % 2 else "advanced" for k in range(n_units)),
        tuple("ends" if b else "free" for b in busy),
        np.where(busy, rng.integers(60, 2700, n_units), 0).astype(float),
    )
    incidents = IncidentsAt(
        tuple(f"i{k:02d}" for k in range(n_incidents)),
        xy[n_units : n_units + n_incidents],
        np.where(np.arange(n_incidents) % 3 == 0, 1, 2),
        rng.choice([1, 1, 2, 3], n_incidents),
        rng.integers(0, 300, n_incidents).astype(float),
        np.ones(n_incidents),
    )
    zones = ZonesAt(
        tuple(f"z{k:02d}" for k in range(n_zones)), xy[n_units + n_incidents :], rng.integers(1, 4, n_zones)
    )
    return units, incidents, zones


def _on_streets(
    network: roads.RoadNetwork, sizes: tuple[int, int, int], coverage_s: float, read_s: float
) -> dict[str, Any]:
    scene = street_scene(network, *sizes)
    params = replace(PARAMS, coverage_s=coverage_s)
    started = time.perf_counter()
    problem = assignment_problem_on_roads(network, *scene, params)
    times_s = time.perf_counter() - started
    result = solve(problem, milp.FORMULATION, replace(OPTIONS, confirm=True))
    plan = result.plan or AssignmentPlan({})
    started = time.perf_counter()
    ways = unit_routes(network, scene[0], scene[1], problem, plan)
    routes_s = time.perf_counter() - started
    off = 0.0
    for way in ways:
        u, i = problem.unit_ids.index(way.unit_id), problem.incident_ids.index(way.incident_id)
        off = max(off, abs(way.route.time_s - float(problem.travel_s[u, i])))
    plain = solve(without_levels(problem), milp.FORMULATION, OPTIONS)
    wrong = _faults(0, problem, result, objectives(problem, nearest_plan(problem))[0].value)
    wrong += [f"a route differs from the time table by {off:.3g} s"] if off > 0.01 else []
    return {
        "size": "x".join(map(str, sizes)),
        "status": str(result.status),
        "objective": result.objectives[0].value if result.objectives else None,
        "bound": result.bound[0] if result.bound else None,
        "gap": result.gap_frac,
        "build_s": times_s + result.build_s,
        "solve_s": result.solve_s,
        "reached": result.status is Status.OPTIMAL and len(ways) == sizes[0] and not wrong,
        "wrong": "; ".join(wrong[:5]),
        "ours": {"read_roads_s": read_s, "times_s": times_s, "routes_s": routes_s, "routes": len(ways)},
        "two driver classes": {"longest_route_s": max(w.route.time_s for w in ways), "off_by_s": off},
        "changed by coverage": bool(response_terms(result) > plain.objectives[0].value * (1 + AGREE)),
        "confirmed by": result.confirmed_by,
    }


def _newport(mode: Mode) -> dict[str, Any]:
    needs_shared()
    started = time.perf_counter()
    network = roads.load(SHARED / "roads" / "newport-2023-06-13.osm.pbf")
    return _on_streets(network, (50, 10, 60), 150.0, time.perf_counter() - started)


def _grid(mode: Mode) -> dict[str, Any]:
    """Small streets made up; the peer is CP-SAT."""
    started = time.perf_counter()
    network = roads.build(largest(grid(12, 1), ("car",)))
    answer = _on_streets(network, (12, 4, 8), 25.0, time.perf_counter() - started)
    problem = assignment_problem_on_roads(
        network, *street_scene(network, 12, 4, 8), replace(PARAMS, coverage_s=90.0)
    )
    with WarmWorker() as worker:
        a, b = worker.solve(problem, MILP, OPTIONS), worker.solve(problem, CPSAT, OPTIONS)
    differ = disagreement("grid", a, b)
    answer["wrong"] = "; ".join(filter(None, [answer["wrong"], *differ]))
    answer["reached"] = bool(answer["reached"]) and not differ
    answer["cpsat"] = {"status": str(b.status), "solve_s": b.solve_s}
    return answer


SUITE = Suite(
    name="snapshots",
    issue="assignment: 200 snapshots proved on a warm worker; Newport with routes",
    rows=(
        Row("grid, 12 units", _grid, quick=True, smoke=True),
        Row("newport, 50 units", _newport, quick=True),
        Row("vlcek 510, first 25, warm", _warm(25), quick=True),
        Row("vlcek 510, first 12, both", _agreement(12, 30.0)),
        Row("vlcek 510, 200, warm", _warm(200)),
    ),
)
