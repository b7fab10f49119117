"""Suite ``simspeed``: simulated calls a second with full police rules, beside simpy; a year of a whole force.

Rules: three grades in strict order, one to three units a call, a reserve for the less urgent, prisoner runs, tours by
a shift plan with overtime, breaks, ways by a table; the first row of ours also interrupts. A table policy: each zone's
units in order of distance. Counted is the engine's run on ready calls, one replication a thread on two threads; what
drawing calls and reading results takes stands beside. simpy runs the same model, without interruption, on the same
calls: responses must agree call by call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from optimiser import roads
from optimiser import simulate as sim
from optimiser.roads.graph import largest
from optimiser.simulate.core import advance
from optimiser.simulate.run import call_arrays
from optimiser.simulate.state import fresh
from tests.benchmarks import simspeed_peer
from tests.benchmarks.spec import Mode, Row, Suite
from tests.oracles.roads import grid

MILLION = 1_000_000.0
YEAR_CALLS, YEAR_LIMIT_S = 884_000, 60.0
GRADES = (1, 2, 3)
Parts = tuple[sim.Stream, sim.Fleet, sim.Travel, sim.Policy, sim.Rules]


def force(n_units: int, n_zones: int, calls_per_h: float, table_s: np.ndarray | None = None) -> Parts:
    """Return a made-up force: zones on a square, a day's rhythm, posts by demand, an early and a late tour."""
    rng = np.random.default_rng(7)
    xy = rng.random((n_zones, 2)) * 40_000.0
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    table = away / 16.0 if table_s is None else table_s
    day = 1.0 + 0.5 * np.sin(2 * np.pi * (np.arange(168) % 24 - 9) / 24)
    weight = rng.gamma(2.0, 1.0, n_zones)
    rate = (
        calls_per_h * weight[:, None, None] / weight.sum() * day[None, :, None] * np.array([0.26, 0.44, 0.3])
    )
    stream = sim.Stream(
        rate_per_h=rate,
        grades=GRADES,
        service={1: 2400.0, 2: 2400.0, 3: 1800.0},
        need_frac={1: np.array([0.5, 0.4, 0.1]), 2: np.array([0.8, 0.2])},
        custody_frac={1: 0.1},
        custody={1: 5400.0},
    )
    post = rng.choice(n_zones, n_units, p=weight / weight.sum())
    on = np.ones((n_units, 168), dtype=np.int64)
    on[: n_units // 5, np.arange(168) % 24 < 7] = 0
    fleet = sim.from_counts(on, 3600.0, post)
    first = rng.integers(0, 5, n_units) * 3600.0
    break_at = (first[:, None] + 10 * 3600.0 + 86400.0 * np.arange(7)).ravel()
    fleet = replace(
        fleet,
        break_unit=np.repeat(np.arange(n_units), 7),
        break_at_s=break_at,
        break_s=np.full(7 * n_units, 1800.0),
    )
    order = np.argsort(table[post, :].T, axis=1, kind="stable")
    rules = sim.Rules(grades=GRADES, target_s={1: 900.0, 2: 3600.0}, reserve_units={3: n_units // 25})
    return stream, fleet, sim.Travel(table_s=table), sim.table(order), rules


def _timed(parts: Parts, traces: list[sim.Calls], horizon_s: float) -> tuple[float, float, list[np.ndarray]]:
    """Wall seconds of the engine alone on two threads, of all the rest, and the responses."""
    _, fleet, travel, policy, rules = parts
    started = time.perf_counter()
    f, t = fleet.arrays(horizon_s, travel.n_zones), travel.arrays(1, len(rules.grades))
    r, p = rules.arrays(0.0, horizon_s), policy.arrays()
    ready = [call_arrays(trace, rules, travel.n_zones) for trace in traces]
    states = [fresh(c, f, rules.n_bins) for c in ready]
    rest_s = time.perf_counter() - started
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda k: advance(ready[k], f, t, r, p, states[k]), range(len(ready))))
    return (
        time.perf_counter() - started,
        rest_s,
        [c.call["arrived_at"] - c.call["time"] for c in ready],
    )


def _one_thread(parts: Parts, trace: sim.Calls, horizon_s: float) -> float:
    """Calls for each second of processor time of one thread: hardly moved by what else the machine does."""
    _, fleet, travel, policy, rules = parts
    f, t = fleet.arrays(horizon_s, travel.n_zones), travel.arrays(1, len(rules.grades))
    r, p, c = rules.arrays(0.0, horizon_s), policy.arrays(), call_arrays(trace, rules, travel.n_zones)
    state = fresh(c, f, rules.n_bins)
    started = time.thread_time()
    advance(c, f, t, r, p, state)
    return len(trace) / (time.thread_time() - started)


def _speed(n_calls: int, peer_calls: int) -> Callable[[Mode], dict[str, Any]]:
    def run(mode: Mode) -> dict[str, Any]:
        per_h = 100.0
        parts = force(250, 300, per_h)
        horizon_s = n_calls / per_h * 3600.0
        started = time.perf_counter()
        traces = [parts[0].draw(horizon_s, 1, k) for k in range(2)]
        draw_s = time.perf_counter() - started
        _timed(parts, [parts[0].draw(3600.0 * 24, 1)], 86400.0)  # compiles
        plain_s, rest_s, _ = min((_timed(parts, traces, horizon_s) for _ in range(3)), key=lambda x: x[0])
        cutting = (*parts[:4], replace(parts[4], interrupts={1: 3}))
        full_s = min(_timed(cutting, traces, horizon_s)[0] for _ in range(3))
        counted = sum(len(t) for t in traces)
        alone = _one_thread(cutting, traces[0], horizon_s)
        peer, wrong = _peer(parts, peer_calls, per_h)
        ours = counted / full_s
        return {
            "size": f"{counted} calls",
            "status": "fast" if ours >= MILLION else "slow",
            "objective": ours,
            "bound": MILLION,
            "gap": None,
            "build_s": draw_s + rest_s,
            "solve_s": full_s,
            "reached": ours >= MILLION and not wrong,
            "wrong": wrong,
            "calls a second": {
                "with interruption": ours,
                "without": counted / plain_s,
                "one thread's cpu": alone,
            },
            "simpy": peer | ({"times ours": counted / plain_s / peer["calls_per_s"]} if peer else {}),
        }

    return run


def _peer(parts: Parts, n_calls: int, per_h: float) -> tuple[dict[str, Any], str]:
    """simpy on a shorter stretch of the same model, compared call by call."""
    try:
        import simpy  # noqa: F401
    except ImportError:
        return {}, ""
    stream, fleet, travel, policy, rules = parts
    horizon_s = n_calls / per_h * 3600.0
    trace = stream.draw(horizon_s, 2)
    ours = _timed(parts, [trace], horizon_s)[2][0]
    c, f = call_arrays(trace, rules, travel.n_zones), fleet.arrays(horizon_s, travel.n_zones)
    reserve = [int(rules.reserve_units.get(g, 0)) for g in GRADES]
    model = simspeed_peer.Model(c, f, np.asarray(travel.table_s), policy.order.tolist(), reserve)
    started = time.perf_counter()
    theirs = simspeed_peer.run(model, horizon_s + 86400.0)
    taken = time.perf_counter() - started
    same = np.isclose(ours, theirs, rtol=0, atol=1e-3) | (np.isinf(ours) & np.isinf(theirs))
    differ = int((~same).sum())
    wrong = f"{differ} of {len(ours)} responses differ from simpy's" if differ else ""
    return {"calls": len(ours), "calls_per_s": len(ours) / taken, "responses that differ": differ}, wrong


def _year(side: int, n_calls: int, n_units: int, n_zones: int) -> Callable[[Mode], dict[str, Any]]:
    """A year on roads: ways by hour band and blue light from the road network, nearest unit from where it is."""

    def run(mode: Mode) -> dict[str, Any]:
        started = time.perf_counter()
        network = roads.build(largest(grid(side, 3, spacing_m=310.0), ("car",)))
        rng = np.random.default_rng(5)
        at = rng.choice(np.flatnonzero(network.junction_core & 1), n_zones, replace=False)
        table = np.stack(
            [
                [roads.times_between(network, at, at, driver=d, hour_of_week=h) for h in (3, 8, 12, 20)]
                for d in ("advanced", "basic")
            ]
        )
        roads_s = time.perf_counter() - started
        hour = np.arange(168) % 24
        travel = sim.Travel(
            table_s=table,
            slice_of_hour=np.select([hour < 6, hour < 10, hour < 18], [0, 1, 2], 3),
            mode=np.array([[0, 1, 1, 1]]),
            xy_m=network.junction_xy_m[at],
            glide="raster",
        )
        year_h = 365 * 24.0
        stream, fleet, _, _, rules = force(n_units, n_zones, n_calls / year_h, table[1, 0])
        rules = replace(rules, interrupts={1: 3})
        sim.simulate(stream, fleet, travel, sim.nearest(), rules, horizon_s=86400.0)  # compiles
        started = time.perf_counter()
        found = sim.simulate(
            stream, fleet, travel, sim.nearest(), rules, seed=1, horizon_s=year_h * 3600.0, keep_calls=False
        )
        one_s = time.perf_counter() - started
        counted = int(found.each("n").sum())
        return {
            "size": f"{counted} calls, {network.n_junctions} junctions",
            "status": "done",
            "objective": one_s,
            "bound": YEAR_LIMIT_S,
            "gap": None,
            "build_s": roads_s,
            "solve_s": one_s,
            "reached": one_s < YEAR_LIMIT_S and counted > 0.99 * n_calls,
            "wrong": "" if counted > 0.95 * n_calls else f"{counted} calls simulated of {n_calls}",
            "grade 1": {
                "within_frac": float(found.each("within_frac")[0, 0]),
                "median_s": float(found.each("median_s")[0, 0]),
                "p90_s": float(found.each("p90_s")[0, 0]),
            },
            "utilisation": float(found.utilisation().mean()),
        }

    return run


SUITE = Suite(
    name="simspeed",
    issue="simulator: 1 M calls/s with full police rules beside simpy; a year of 884,000 calls in under 60 s",
    rows=(
        Row("police rules, small", _speed(20_000, 2_000), smoke=True),
        Row("police rules", _speed(1_000_000, 50_000), quick=True),
        Row("a year on a small grid", _year(20, 50_000, 40, 60), smoke=True),
        Row("a year of Avon and Somerset's size", _year(224, YEAR_CALLS, 250, 500), quick=True),
    ),
)
