"""Snapshots with answers known by hand or by trying every plan."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems.assignment import (
    AssignmentParams,
    AssignmentPlan,
    AssignmentProblem,
    check,
    objectives,
)

PLAIN = AssignmentParams(journey_weight=0.0)
"""First arrival counts 1 (grade 1) or 0.25 (grade 2), lateness 4 or 1, a missing officer 20,000 or 10,000."""


def snapshot(
    params: AssignmentParams,
    travel_s: list[list[float]],
    *,
    officers: list[int] | None = None,
    status: list[str] | None = None,
    ready_s: list[float] | None = None,
    grade: list[int] | None = None,
    need: list[int] | None = None,
    age_s: list[float] | None = None,
    level: list[int] | None = None,
    zone_s: list[list[float]] | None = None,
    scene_zone_s: dict[str, Any] | None = None,
) -> AssignmentProblem:
    """Units u1, u2 ..., incidents i1 ..., zones z1 ...; what is not given is free, one officer, grade 1, new."""
    n_units, n_incidents = len(travel_s), len(travel_s[0]) if travel_s else 0
    level = level or []
    return AssignmentProblem(
        params=params,
        unit_ids=tuple(f"u{k + 1}" for k in range(n_units)),
        officers=np.array(officers or [1] * n_units),
        driver_class=("standard",) * n_units,
        status=tuple(status or ["free"] * n_units),
        ready_s=np.array(ready_s or [0.0] * n_units, dtype=float),
        incident_ids=tuple(f"i{k + 1}" for k in range(n_incidents)),
        grade=np.array(grade or [1] * n_incidents),
        officers_needed=np.array(need or [1] * n_incidents),
        age_s=np.array(age_s or [0.0] * n_incidents, dtype=float),
        weight=np.ones(n_incidents),
        travel_s=np.array(travel_s, dtype=float),
        zone_ids=tuple(f"z{k + 1}" for k in range(len(level))),
        demand_level=np.array(level, dtype=float),
        zone_s=np.array(zone_s if zone_s is not None else np.zeros((n_units, 0)), dtype=float),
        scene_zone_s={k: np.array(v, dtype=float) for k, v in (scene_zone_s or {}).items()},
    )


INF = float("inf")


def hand_cases() -> list[tuple[str, AssignmentProblem, float | str]]:
    """Return (name, problem, optimum or "infeasible"); the sums stand beside each."""
    tight = replace(PLAIN, coverage_s=300.0)
    hard = replace(tight, coverage_hard=True)
    return [
        ("nearest goes", snapshot(PLAIN, [[100], [60]]), 60.0),
        # u1 is nearest to both (50, 60); u2 needs 70 and 500. Greedy 50 + 500 = 550; together 70 + 60
        ("joint beats nearest", snapshot(PLAIN, [[50, 60], [70, 500]]), 130.0),
        # 1000 s to grade 1: 1000 + 4 x (1000 - 900)
        ("late by 100 s", snapshot(PLAIN, [[1000]]), 1400.0),
        # an age of 600 s counts to lateness, not to travel: 400 + 4 x (600 + 400 - 900)
        ("age makes late", snapshot(PLAIN, [[400]], age_s=[600]), 800.0),
        # need 3, a double and a single: 30 is the quicker of the two, nothing missing
        ("two units for three officers", snapshot(PLAIN, [[30], [90]], officers=[1, 2], need=[3]), 30.0),
        # need 2: the double alone (90), since beside it the single (30) would be needless;
        # two singles (30, 200) are first at 30
        (
            "two singles beat a double",
            snapshot(PLAIN, [[30], [200], [90]], officers=[1, 1, 2], need=[2]),
            30.0,
        ),
        # nobody for the second officer: 30 + 20,000
        ("one officer missing", snapshot(PLAIN, [[30]], need=[2]), 20_030.0),
        # the break ends in 1200 s and 1800 s of way: 3000 <= 3600, so 0.25 x 3000; nobody else
        ("end of a break", snapshot(PLAIN, [[1800]], status=["ends"], ready_s=[1200], grade=[2]), 750.0),
        # 1900 + 1800 = 3700 > 3600: unfilled
        (
            "break ends too late",
            snapshot(PLAIN, [[1800]], status=["ends"], ready_s=[1900], grade=[2]),
            10_000.0,
        ),
        # grade 1 takes free units only: the far free unit, 800
        (
            "grade 1 waits for no break",
            snapshot(PLAIN, [[100], [800]], status=["ends", "free"], ready_s=[60, 0]),
            800.0,
        ),
        # u1 (60 s) is z1's only cover: 60 + 300 against u2 with 200
        ("cover keeps the nearest", snapshot(tight, [[60], [200]], level=[1], zone_s=[[100], [900]]), 200.0),
        # the same with u2 at 400 s: 60 + 300 is better
        ("cover is given up", snapshot(tight, [[60], [400]], level=[1], zone_s=[[100], [900]]), 360.0),
        # z1 needs 3 levels and has a double, which must go: 60 + 300 + 600 + 1200
        ("rising price", snapshot(tight, [[60]], officers=[2], level=[3], zone_s=[[100]]), 2160.0),
        # as "cover is given up", but a must: 400
        ("a must keeps the nearest", snapshot(hard, [[60], [400]], level=[1], zone_s=[[100], [900]]), 400.0),
        # nobody reaches z1
        ("nobody can cover", snapshot(hard, [[60]], level=[1], zone_s=[[900]]), "infeasible"),
        # present: u1 leaves z1 (300) and then covers z2 from the scene, which had nobody (no 300): 60 + 300
        # against u2 with 200 that covers z2 from the scene too and leaves z1 to u1
        (
            "present, from the scene",
            snapshot(
                replace(tight, coverage="present"),
                [[60], [200]],
                level=[1, 1],
                zone_s=[[100, 900], [900, 900]],
                scene_zone_s={"standard": [[900, 50]]},
            ),
            200.0,
        ),
        # busy units count where they are: u2, busy, covers z1, so u1 may go: 60
        (
            "present, even if busy",
            snapshot(
                replace(tight, coverage="present"),
                [[60], [60]],
                status=["free", "busy"],
                ready_s=[0, INF],
                level=[1],
                zone_s=[[100], [100]],
                scene_zone_s={"standard": [[900]]},
            ),
            60.0,
        ),
        ("no incident open", snapshot(PLAIN, [[], []]), 0.0),
    ]


def breaking_plans() -> dict[str, tuple[AssignmentProblem, AssignmentPlan]]:
    """Return for each rule a plan that breaks it and nothing else."""
    one = snapshot(PLAIN, [[60]])
    two = snapshot(PLAIN, [[60], [70]])
    hard = replace(PLAIN, coverage_s=300.0, coverage_hard=True)
    return {
        "unknown unit": (one, AssignmentPlan({"u9": "i1"})),
        "unknown incident": (one, AssignmentPlan({"u1": "i9"})),
        "reachable": (snapshot(PLAIN, [[INF]]), AssignmentPlan({"u1": "i1"})),
        "known end": (
            snapshot(PLAIN, [[60]], status=["busy"], ready_s=[INF], grade=[2]),
            AssignmentPlan({"u1": "i1"}),
        ),
        "free units only": (
            snapshot(PLAIN, [[60]], status=["ends"], ready_s=[30]),
            AssignmentPlan({"u1": "i1"}),
        ),
        "free in time": (
            snapshot(PLAIN, [[1800]], status=["ends"], ready_s=[1900], grade=[2]),
            AssignmentPlan({"u1": "i1"}),
        ),
        "most units": (
            snapshot(replace(PLAIN, max_units=1), [[60], [70]], need=[2]),
            AssignmentPlan({"u1": "i1", "u2": "i1"}),
        ),
        "needless unit": (two, AssignmentPlan({"u1": "i1", "u2": "i1"})),
        "coverage floor": (
            snapshot(hard, [[60], [60]], level=[1], zone_s=[[100], [900]]),
            AssignmentPlan({"u1": "i1"}),
        ),
    }


RELAXED = {
    "free units only": 900.0,
    "free in time": 600.0,
    "most units": 1.0,
    "needless unit": 1.0,
    "coverage floor": 1.0,
}


def random_problem(seed: int) -> AssignmentProblem:
    """Return a snapshot of 3 to 5 units, 1 to 3 incidents, up to 5 zones, with every option in some seed."""
    rng = np.random.default_rng(seed)
    return _random(rng, int(rng.integers(3, 6)), int(rng.integers(1, 4)), int(rng.integers(0, 6)), 4)


def crowded_problem(seed: int) -> AssignmentProblem:
    """Return 24 units for 1 to 3 incidents of at most 2 officers: most pairs and rows can be left out."""
    rng = np.random.default_rng(seed)
    return _random(rng, 24, int(rng.integers(1, 4)), 12, 2)


def _random(
    rng: np.random.Generator, n_units: int, n_incidents: int, n_zones: int, most_needed: int
) -> AssignmentProblem:
    status = rng.choice(["free", "free", "ends", "busy"], n_units)
    ends = np.round(rng.uniform(0, 3000, n_units), 1)
    relax = {rule: amount for rule, amount in RELAXED.items() if rng.random() < 0.2}
    params = AssignmentParams(
        journey_weight=float(rng.choice([0.0, 0.05, 0.5])),
        coverage="present" if rng.random() < 0.4 else "available",
        coverage_counts="units" if rng.random() < 0.5 else "officers",
        coverage_s=300.0,
        shortfall_price_s=tuple(sorted(np.round(rng.uniform(20, 900, int(rng.integers(1, 4))), 1).tolist())),
        coverage_hard=bool(rng.random() < 0.3),
        max_units=int(rng.integers(1, 4)),
        relax=relax,
    )
    travel = np.round(rng.uniform(20, 1500, (n_units, n_incidents)), 1)
    travel[rng.random(travel.shape) < 0.1] = np.inf
    return AssignmentProblem(
        params=params,
        unit_ids=tuple(f"u{k}" for k in range(n_units)),
        officers=rng.choice([1, 1, 2, 3], n_units),
        driver_class=tuple(str(c) for c in rng.choice(["basic", "advanced"], n_units)),
        status=tuple(str(s) for s in status),
        ready_s=np.where(status == "free", 0.0, np.where(status == "busy", np.inf, ends)),
        incident_ids=tuple(f"i{k}" for k in range(n_incidents)),
        grade=rng.integers(1, 3, n_incidents),
        officers_needed=rng.integers(1, most_needed + 1, n_incidents),
        age_s=np.round(rng.uniform(0, 900, n_incidents), 1),
        weight=np.round(rng.uniform(0.5, 2, n_incidents), 2),
        travel_s=travel,
        zone_ids=tuple(f"z{k}" for k in range(n_zones)),
        demand_level=rng.integers(0, 4 if not params.coverage_hard else 2, n_zones),
        zone_s=rng.uniform(20, 600, (n_units, n_zones)),
        scene_zone_s={c: rng.uniform(20, 600, (n_incidents, n_zones)) for c in ("basic", "advanced")},
    )


def every_plan(problem: AssignmentProblem) -> Iterator[AssignmentPlan]:
    """Yield every way to send each unit to one incident or nowhere."""
    places = (None, *problem.incident_ids)
    for where in itertools.product(places, repeat=len(problem.unit_ids)):
        yield AssignmentPlan({u: i for u, i in zip(problem.unit_ids, where, strict=True) if i is not None})


def enumerate_best(problem: AssignmentProblem) -> tuple[AssignmentPlan | None, float]:
    """Return a best plan and its objective by trying all of them; (None, inf) if none is admissible."""
    best: tuple[AssignmentPlan | None, float] = (None, INF)
    for plan in every_plan(problem):
        value = objectives(problem, plan)[0].value
        if value < best[1] and not check(problem, plan):
            best = (plan, value)
    return best


def monotone_pairs(seed: int) -> list[tuple[AssignmentProblem, AssignmentProblem]]:
    """Return (easier, harder): the easier one's optimum is never worse."""
    p = random_problem(seed)
    params = p.params
    slower = replace(
        p,
        travel_s=p.travel_s * 1.3,
        zone_s=p.zone_s * 1.3,
        scene_zone_s={c: t * 1.3 for c, t in p.scene_zone_s.items()},
    )
    dearer = replace(
        params,
        shortfall_price_s=tuple(2 * x for x in params.shortfall_price_s),
        late_weight={g: 2 * w for g, w in params.late_weight.items()},
    )
    loose = {"free units only": 900.0, "free in time": 900.0, "most units": 1.0, "needless unit": 1.0}
    relaxed_more = replace(params, relax={**params.relax, **loose, "coverage floor": 2.0})
    all_free = replace(p, status=("free",) * len(p.unit_ids), ready_s=np.zeros(len(p.unit_ids)))
    return [
        (p, slower),
        (p, replace(p, params=dearer)),
        (p, replace(p, demand_level=p.demand_level + 1)),
        (replace(p, params=replace(params, coverage_hard=False)), p),
        (replace(p, params=relaxed_more), p),
        (all_free, p),
        (p, _without_last_unit(p)),
    ]


def _without_last_unit(p: AssignmentProblem) -> AssignmentProblem:
    return replace(
        p,
        unit_ids=p.unit_ids[:-1],
        officers=p.officers[:-1],
        driver_class=p.driver_class[:-1],
        status=p.status[:-1],
        ready_s=p.ready_s[:-1],
        travel_s=p.travel_s[:-1],
        zone_s=p.zone_s[:-1],
    )
