"""Suite ``standby``: maximal covering of single calls, medians and capacitated medians on published instances.

Cordeau, Furini and Ljubic (2019): the generator is glibc's ``rand`` (100 sites, square of 30, radius 5.5, at most ten
sites, demands 1 to 100, site cost 1, seed 1); generation is not counted, aggregation is. AILS: Maximo, Cordeau and
Nascimento (2023). pmed: OR-Library. spopt: San Francisco, 205 tracts and 16 stores. cpmp: Stefanello et al. (2015).
Published values stand in the shared data. The peer is HiGHS as it is on the textbook model of the same patterns.
"""

from __future__ import annotations

import csv
import time
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp

from optimiser.demand.patterns import merge_places
from optimiser.problems.standby import FAMILY, StandbyParams, StandbyProblem
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import PROOF_GAP, Result
from tests.benchmarks import standby_data as data
from tests.benchmarks.spec import SHARED, Mode, Row, Suite, needs_shared
from tests.benchmarks.standby_capacity import ROWS as CAPACITY
from tests.oracles.circle_patterns import CirclePatterns, count_calls

RADIUS, MOST_SITES = 5.5, 10
LIMIT_S = {100_000: 60.0, 1_000_000: 60.0, 10_000_000: 60.0, 100_000_000: 480.0}
MOST_MIB = 12 * 1024.0
AILS_LIMIT_S = 600.0
NEWPORT_LIMIT_S, NEWPORT_GAP = 600.0, 0.005
NEWPORT_POSTS, NEWPORT_CALLS, NEWPORT_CARS, NEWPORT_TARGET_S = 1_000, 5_000_000, 12, 120.0
PEER_S = 60.0
FORMULATION = "standby.benders"


def answer(result: Result[Any], size: str, build_s: float, solve_s: float, **more: Any) -> dict[str, Any]:
    """Put a result into the columns of a row."""
    judged = result.objectives[0] if result.objectives else None
    return {
        "size": size,
        "status": f"{result.status}, stopped by {result.stopped_by}",
        "objective": judged.value if judged else None,
        "bound": judged.bound if judged else None,
        "gap": result.gap_frac,
        "build_s": build_s,
        "solve_s": solve_s,
        "reached": False,
        "wrong": "",
        "confirmed by": result.confirmed_by,
        **more,
    }


def solved(problem: StandbyProblem, limit_s: float, gap_frac: float = 0.0) -> tuple[Result[Any], float, str]:
    """Solve in a worker: (result, seconds, what is wrong by the rules)."""
    began = time.perf_counter()
    options = SolveOptions(time_limit_s=limit_s, gap_frac=gap_frac)
    result = solve_isolated(problem, FORMULATION, options)
    seconds = time.perf_counter() - began
    wrong = "" if result.plan is None else "; ".join(map(str, FAMILY.check(problem, result.plan)))
    return result, seconds, wrong


def peer(problem: StandbyProblem, limit_s: float = PEER_S) -> dict[str, Any]:
    """HiGHS as it is on the textbook covering model: a row a pattern, nothing dropped, nothing started."""
    import highspy

    n, s = problem.starts.size - 1, len(problem.post_ids)
    cover = sp.csr_array((-np.ones(problem.posts.size), problem.posts, problem.starts), shape=(n, s))
    rows = sp.csr_array(
        sp.vstack([sp.hstack([cover, sp.eye_array(n)]), sp.hstack([np.ones((1, s)), sp.csr_array((1, n))])])
    )
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.sense_ = s + n, n + 1, highspy.ObjSense.kMaximize
    lp.col_cost_ = np.concatenate([np.zeros(s), problem.weight[:, 0]])
    lp.col_lower_, lp.col_upper_ = np.zeros(s + n), np.ones(s + n)
    lp.row_lower_ = np.full(n + 1, -highspy.kHighsInf)
    lp.row_upper_ = np.append(np.zeros(n), float(problem.params.n_cars[0]))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    lp.integrality_ = [highspy.HighsVarType.kInteger] * s + [highspy.HighsVarType.kContinuous] * n
    h = highspy.Highs()
    h.silent()
    h.setOptionValue("time_limit", limit_s)
    h.setOptionValue("threads", 2)
    h.setOptionValue("mip_rel_gap", PROOF_GAP)
    h.passModel(lp)
    began = time.perf_counter()
    h.run()
    info = h.getInfo()
    return {
        "status": h.modelStatusToString(h.getModelStatus()),
        "objective": info.objective_function_value,
        "bound": info.mip_dual_bound,
        "solve_s": time.perf_counter() - began,
    }


def table(path: str) -> list[dict[str, str]]:
    """Read a table of published values."""
    needs_shared()
    with (data.LOCATION / path).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def proved(result: Result[Any]) -> bool:
    """Was the best plan found and proved?"""
    return result.gap_frac is not None and result.gap_frac <= PROOF_GAP


def cordeau(n_calls: int, known: float | None, mode: Mode, seed: int = 1) -> dict[str, Any]:
    """Aggregate and solve one instance of Cordeau's generator; generation runs on another clock."""
    began = time.perf_counter()
    sites, calls = data.cordeau(100, n_calls, seed)
    drawn_s = time.perf_counter() - began
    counter = CirclePatterns(sites, RADIUS)
    counter.add(sites[:1] * np.nan)  # compiles
    counter = CirclePatterns(sites, RADIUS)
    build_s = 0.0
    for xy, demand in calls:
        began = time.perf_counter()
        counter.add(xy, demand)
        build_s += time.perf_counter() - began
    began = time.perf_counter()
    problem = data.question(counter.patterns(), 100, StandbyParams(n_cars=(MOST_SITES,)))
    build_s += time.perf_counter() - began
    result, solve_s, wrong = solved(problem, LIMIT_S[n_calls] - min(build_s, 50.0))
    if known is not None and result.objectives and abs(result.objectives[0].value - known) > 0.5:
        wrong += f" known optimum {known:.0f}"
    found = answer(
        result,
        f"100 sites, {n_calls:,} calls, {len(problem.weight):,} patterns",
        build_s,
        solve_s,
        generated_s=round(drawn_s, 1),
        wrong=wrong,
    )
    found["reached"] = bool(proved(result) and build_s + solve_s <= LIMIT_S[n_calls])
    if n_calls <= 1_000_000:
        found["plain HiGHS"] = peer(problem)
    return found


def sweep(mode: Mode) -> dict[str, Any]:
    """One to fifteen cars on a million calls: what each further post adds, each step proved."""
    sites, calls = data.cordeau(100, 1_000_000, 1)
    counter = CirclePatterns(sites, RADIUS)
    for xy, demand in calls:
        counter.add(xy, demand)
    p = counter.patterns()
    total = float(p.weight.sum())
    began = time.perf_counter()
    shares, closed, wrong = [0.0], 0, ""
    for n in range(1, 16):
        result, _, broken = solved(data.question(p, 100, StandbyParams(n_cars=(n,))), 60.0)
        wrong += broken
        closed += proved(result)
        shares.append(result.objectives[0].value / total)
    return {
        "size": "100 sites, 1,000,000 calls, 1 to 15 cars",
        "status": f"{closed} of 15 proved",
        "objective": shares[-1],
        "bound": None,
        "gap": None,
        "build_s": 0.0,
        "solve_s": time.perf_counter() - began,
        "reached": closed == 15,
        "wrong": wrong or ("" if shares == sorted(shares) else "a car more covers less"),
        "each further post adds": ", ".join(f"{b - a:.4f}" for a, b in pairwise(shares)),
    }


def newport(mode: Mode) -> dict[str, Any]:
    """A thousand posts and five million calls on Newport's streets, 12 cars, two minutes by road."""
    needs_shared()
    from optimiser.roads import load, times

    began = time.perf_counter()
    network = load(next((SHARED / "roads").rglob("newport*.pbf")))
    core = np.flatnonzero(network.junction_core & 1)
    rng = np.random.default_rng(1)
    posts = np.sort(rng.choice(core, NEWPORT_POSTS, replace=False))
    # calls gather around forty centres of unequal weight
    xy = network.junction_xy_m[core]
    heat = np.zeros(core.size)
    for centre, weight in zip(rng.choice(core.size, 40), rng.pareto(1.5, 40) + 0.2, strict=True):
        heat += weight * np.exp(-((xy - xy[centre]) ** 2).sum(axis=1) / (2 * 600.0**2))
    heat += 0.05 * heat.mean()
    place = rng.choice(core.size, NEWPORT_CALLS, p=heat / heat.sum())
    drawn_s = time.perf_counter() - began
    began = time.perf_counter()
    reach = times(network, posts, limit_s=NEWPORT_TARGET_S)[:, core] <= NEWPORT_TARGET_S
    near = reach.T
    starts = np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64)
    post = np.nonzero(near)[1].astype(np.int32)
    calls = count_calls(place, core.size)
    p = merge_places(starts, post, np.zeros(post.size, dtype=np.int8), calls[:, None])
    problem = data.question(p, NEWPORT_POSTS, StandbyParams(n_cars=(NEWPORT_CARS,)))
    build_s = time.perf_counter() - began
    limit_s = NEWPORT_LIMIT_S if mode == "full" else 60.0
    result, solve_s, wrong = solved(problem, limit_s - min(build_s, 30.0))
    found = answer(
        result,
        f"{NEWPORT_POSTS:,} posts, {NEWPORT_CALLS:,} calls, {len(p.weight):,} patterns, {p.posts.size:,} entries",
        build_s,
        solve_s,
        generated_s=round(drawn_s, 1),
        covered=result.objectives[0].value / NEWPORT_CALLS if result.objectives else None,
        wrong=wrong,
    )
    gap = result.gap_frac
    found["reached"] = bool(
        gap is not None and gap <= NEWPORT_GAP and build_s + solve_s <= NEWPORT_LIMIT_S + 5
    )
    return found


@cache
def ails_known() -> dict[tuple[str, int], float]:
    """Best published cover by instance and number of sites."""
    return {
        (r["instance"], int(r["p"])): float(r["best_known_covered"])
        for r in table("mclp_ails/known_mclp_ails.csv")
    }


def ails(name: str, p: int, radius_m: float, mode: Mode) -> dict[str, Any]:
    """One AILS instance, beside its best published value."""
    known = ails_known()[name, p]
    began = time.perf_counter()
    distance, demand = data.ails(name)
    problem = data.by_distance(distance, radius_m, demand, StandbyParams(n_cars=(p,)))
    build_s = time.perf_counter() - began
    limit_s = AILS_LIMIT_S if mode == "full" else 60.0
    result, solve_s, wrong = solved(problem, limit_s)
    found = answer(
        result, f"{len(demand):,} points, {p} sites", build_s, solve_s, wrong=wrong, published=known
    )
    judged = result.objectives[0]
    if judged.bound is not None and judged.bound < known - 0.5:
        found["wrong"] += f" bound {judged.bound:.0f} below the published {known:.0f}"
    better = judged.value > known + 0.5
    found["reached"] = bool(proved(result) or (name == "Bronx" and better))
    found["against published"] = judged.value - known
    found["plain HiGHS"] = peer(problem) if mode == "full" else "only in full"
    return found


def pmed(number: int, mode: Mode) -> dict[str, Any]:
    """One p-median of the OR-Library."""
    known = next(
        float(r["pmedian_optimum"]) for r in table("pmed/known_pmed.csv") if r["instance"] == f"pmed{number}"
    )
    began = time.perf_counter()
    distance, p = data.pmed(number)
    problem = data.median(distance, np.ones(len(distance)), p)
    build_s = time.perf_counter() - began
    result, solve_s, wrong = solved(problem, 300.0)
    if result.objectives and proved(result) and abs(result.objectives[0].value - known) > 1e-6:
        wrong += f" published optimum {known:.0f}"
    found = answer(result, f"{len(distance)} nodes, {p} medians", build_s, solve_s, wrong=wrong)
    found["reached"] = proved(result)
    return found


def spopt(mode: Mode) -> dict[str, Any]:
    """San Francisco: cover, mean drive, and the fewest stores for all with the most backup."""
    needs_shared()
    began = time.perf_counter()
    distance, people, stores = data.spopt_sf()
    cover = data.by_distance(distance, 5000.0, people, StandbyParams(n_cars=(4,)))
    drive = data.median(distance, people, 4)
    build_s = time.perf_counter() - began
    fewest = StandbyParams(objectives=("posts", "backup"), least_cover_frac=1.0)
    twice = data.by_distance(distance, 5000.0, np.ones(len(people)), fewest)
    results = [solved(problem, 60.0) for problem in (cover, drive, twice)]
    values = [results[0][0].objectives[0].value, results[1][0].objectives[0].value / people.sum()]
    values += [o.value for o in results[2][0].objectives]
    wrong = "".join(w for _, _, w in results)
    for got, known in zip(values, (875_247.0, 2982.1268579890657, 8.0, 145.0), strict=True):
        if abs(got - known) > 1e-6 * known:
            wrong += f" {got} instead of {known}"
    found = answer(
        results[0][0], "205 tracts, 16 stores", build_s, sum(s for _, s, _ in results), wrong=wrong
    )
    found["reached"] = not wrong and all(proved(r) for r, _, _ in results)
    found["mean metres, stores, tracts twice"] = ", ".join(f"{v:.6g}" for v in values[1:])
    found["stores"] = ", ".join(stores[int(p)] for p in results[0][0].plan.posts())
    return found


def small(mode: Mode) -> dict[str, Any]:
    """A small instance of the generator, proved, and the same by HiGHS on the textbook model."""
    sites, calls = data.cordeau(30, 20_000, 3)
    counter = CirclePatterns(sites, RADIUS)
    for xy, demand in calls:
        counter.add(xy, demand)
    problem = data.question(counter.patterns(), 30, StandbyParams(n_cars=(5,)))
    result, solve_s, wrong = solved(problem, 60.0)
    theirs = peer(problem, 60.0)
    if abs(theirs["objective"] - result.objectives[0].value) > 0.5:
        wrong += f" plain HiGHS has {theirs['objective']}"
    found = answer(result, "30 sites, 20,000 calls", 0.0, solve_s, wrong=wrong)
    found["reached"] = proved(result) and not wrong
    found["plain HiGHS"] = theirs
    return found


_KNOWN_10M = 444_205_296.0
SUITE = Suite(
    name="standby",
    issue="maximal covering of 1 to 100 million calls, streets, published instances",
    rows=(
        Row("made-up, 20,000 calls", small, quick=True, smoke=True, limit_s=180),
        Row("spopt San Francisco", spopt, quick=True, limit_s=300),
        Row("cordeau, 100 k", lambda mode: cordeau(100_000, 4_431_761.0, mode), quick=True, limit_s=300),
        Row("cordeau, 1 M", lambda mode: cordeau(1_000_000, None, mode), limit_s=300),
        Row("cordeau, 10 M", lambda mode: cordeau(10_000_000, _KNOWN_10M, mode), quick=True, limit_s=300),
        Row("cordeau, 100 M", lambda mode: cordeau(100_000_000, None, mode), limit_s=900),
        Row("cordeau, 1 M, 1 to 15 cars", sweep, limit_s=1200),
        Row("newport, 1,000 posts, 5 M calls", newport, limit_s=900),
        *(
            Row(
                f"ails {name}, {p} sites",
                lambda mode, name=name, p=p, r=r: ails(name, p, r, mode),  # type: ignore[misc]
                limit_s=900,
            )
            for name, r in (("NewYork", 400.0), ("Bronx", 600.0))
            for p in range(50, 101, 10)
        ),
        *(
            Row(f"pmed{k}", lambda mode, k=k: pmed(k, mode), quick=k in (1, 7, 20), limit_s=400)  # type: ignore[misc]
            for k in range(1, 21)
        ),
        *CAPACITY,
    ),
)
