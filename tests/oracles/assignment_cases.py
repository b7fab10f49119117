"""Snapshots with answers known by hand or by trying every plan."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems import portable
from optimiser.problems.assignment import (
    AssignmentParams,
    AssignmentPlan,
    AssignmentProblem,
    check,
    objectives,
)
from tests.oracles.assignment_breaking import breaking_plans
from tests.oracles.assignment_hand import INF, PLAIN, TASER, hand_cases, one_post, snapshot

__all__ = [
    "INF",
    "PLAIN",
    "TASER",
    "breaking_plans",
    "enumerate_best",
    "hand_cases",
    "monotone_pairs",
    "one_post",
    "random_problem",
    "snapshot",
]

BACK = "turns back"
RELAXED = {
    "free units only": 900.0,
    "free in time": 600.0,
    "most units": 1.0,
    "needless unit": 1.0,
    "coverage floor": 1.0,
    "shift end": 900.0,
    "diverted to more urgent": 1.0,
    "diversion gain": 600.0,
    "leapfrog gain": 600.0,
    "reserve": 1.0,
    "longest move": 600.0,
    "room at post": 1.0,
    "most moves": 1.0,
}


def random_problem(seed: int) -> AssignmentProblem:
    """Return a snapshot of 3 to 5 units, 1 to 3 incidents, up to 5 zones, with every option in some seed."""
    rng = np.random.default_rng(seed)
    return _random(rng, int(rng.integers(3, 6)), int(rng.integers(1, 4)), int(rng.integers(0, 6)), 4)


def crowded_problem(seed: int) -> AssignmentProblem:
    """Return 24 units for 1 to 3 incidents of at most 2 officers; even seeds are plain, much can be left out."""
    rng = np.random.default_rng(seed)
    return _random(rng, 24, int(rng.integers(1, 4)), 12, 2, rich=seed % 2 == 1)


def _random(
    rng: np.random.Generator,
    n_units: int,
    n_incidents: int,
    n_zones: int,
    most_needed: int,
    *,
    rich: bool = True,
) -> AssignmentProblem:
    status = rng.choice(["free", "free", "ends", "busy"], n_units)
    ends = np.round(rng.uniform(0, 3000, n_units), 1)
    relax = {rule: amount for rule, amount in RELAXED.items() if rng.random() < 0.2}
    params = AssignmentParams(
        journey_weight=float(rng.choice([0.0, 0.05, 0.5])),
        coverage=str(rng.choice(["available", "present", "expected"])),  # type: ignore[arg-type]
        coverage_counts="units" if rng.random() < 0.5 else "officers",
        coverage_s=300.0,
        shortfall_price_s=tuple(sorted(np.round(rng.uniform(20, 900, int(rng.integers(1, 4))), 1).tolist())),
        coverage_hard=bool(rng.random() < 0.3),
        max_units=int(rng.integers(1, 4)),
        relax=relax,
    )
    travel = np.round(rng.uniform(20, 1500, (n_units, n_incidents)), 1)
    travel[rng.random(travel.shape) < 0.1] = np.inf
    problem = AssignmentProblem(
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
    return _richer(problem, rng) if rich else problem


def _richer(p: AssignmentProblem, rng: np.random.Generator) -> AssignmentProblem:
    """Add skills, rendezvous, units on their way, shift ends, reserve and posts, each in about half of the seeds."""
    n_units, n_incidents, n_zones = len(p.unit_ids), len(p.incident_ids), len(p.zone_ids)
    some: dict[str, Any] = {}

    def half() -> bool:
        return bool(rng.random() < 0.5)

    params = replace(
        p.params,
        complement_weight=float(rng.choice([0.0, 0.5])),
        surplus_price_s=float(rng.choice([0.0, 70.5])),
        ageing=float(rng.choice([0.0, 0.8])),
        deploy_targets_s={2: 400.0} if half() else {},
        divert_gain_s=float(rng.choice([0.0, 60.0, 300.0])),
        shift_margin_s=float(rng.choice([0.0, 200.0])),
        reserve_units={2: int(rng.integers(1, 3))} if half() else {},
        reserve_due_frac=float(rng.choice([0.1, 0.5])),
        max_moves=int(rng.integers(0, 3)),
        expected_busy_frac=float(rng.choice([0.2, 0.6])),
    )
    if half():
        some |= {
            "skill_ids": ("taser", "dog"),
            "has_skill": rng.integers(0, 2, (n_units, 2)),
            "skills_needed": rng.integers(0, 3, (n_incidents, 2)) * (rng.random((n_incidents, 2)) < 0.6),
        }
    if half():
        some["barred"] = (rng.random((n_units, n_incidents)) < 0.1).astype(int)
        some["shift_left_s"] = np.where(
            rng.random(n_units) < 0.4, np.round(rng.uniform(300, 2000, n_units)), np.inf
        )
    if half():
        some["attended"] = (rng.random(n_incidents) < 0.3).astype(int)
        some["alone_barred"] = (rng.random(n_incidents) < 0.5).astype(int)
        some["officers_needed"] = np.where(
            some["alone_barred"] > 0, np.maximum(2, p.officers_needed), p.officers_needed
        )
        enough = (some["attended"] > 0) & (some["officers_needed"] == 1)
        some["officers_needed"] = np.where(enough, 0, some["officers_needed"])
    if half():
        some["zone_weight"] = np.round(rng.uniform(0.5, 3, n_zones), 1)
        some["zone_within_s"] = np.round(rng.uniform(200, 400, n_zones))
    if half():
        to = rng.integers(0, n_incidents, n_units)
        goes = (rng.random(n_units) < 0.4) & np.isfinite(p.travel_s[np.arange(n_units), to])
        some["status"] = tuple("sent" if g else s for g, s in zip(goes, p.status, strict=True))
        some["ready_s"] = np.where(goes, 0.0, p.ready_s)
        some["on_way_to"] = tuple(p.incident_ids[k] if g else "" for g, k in zip(goes, to, strict=True))
        params = replace(params, recall=int(to.sum()) % 3 > 0, recall_price_s=float(to.sum() % 4) * 17.5)
    if half() and n_units != 5:
        some |= {
            "post_ids": ("p0",),
            "post_room": rng.integers(1, 3, 1),
            "post_travel_s": np.round(rng.uniform(100, 1200, (n_units, 1))),
            "post_zone_s": {c: rng.uniform(20, 600, (1, n_zones)) for c in ("basic", "advanced")},
        }
    return replace(p, params=params, **some)


def every_plan(problem: AssignmentProblem) -> Iterator[AssignmentPlan]:
    """Yield every way to send each unit to one incident, to one post, back or nowhere."""
    places = (None, *problem.incident_ids, *problem.post_ids)
    posts = set(problem.post_ids)
    turns = [problem.params.recall and bool(to) for to in problem.on_way_to]
    for where in itertools.product(*((*places, BACK) if back else places for back in turns)):
        there = {u: i for u, i in zip(problem.unit_ids, where, strict=True) if i is not None}
        yield AssignmentPlan(
            {u: i for u, i in there.items() if i not in posts and i != BACK},
            {u: p for u, p in there.items() if p in posts},
            tuple(u for u, p in there.items() if p == BACK),
        )


_best: dict[str, tuple[AssignmentPlan | None, float]] = {}


def enumerate_best(problem: AssignmentProblem) -> tuple[AssignmentPlan | None, float]:
    """Return a best plan and its objective by trying all of them; (None, inf) if none is admissible."""
    key = portable.digest(problem)
    if key not in _best:
        best: tuple[AssignmentPlan | None, float] = (None, INF)
        for plan in every_plan(problem):
            if not check(problem, plan):
                value = objectives(problem, plan)[0].value
                best = (plan, value) if value < best[1] else best
        _best[key] = best
    return _best[key]


def monotone_pairs(seed: int) -> list[tuple[AssignmentProblem, AssignmentProblem]]:
    """Return (easier, harder): the easier one's optimum is never worse.

    Without units on their way: what these may be diverted for depends on who stands by.
    """
    p = random_problem(seed)
    n = len(p.unit_ids)
    p = replace(
        p,
        status=tuple("free" if s == "sent" else s for s in p.status),
        on_way_to=("",) * n,
        params=replace(p.params, surplus_price_s=0.0),
    )
    params = p.params
    slower = replace(
        p,
        travel_s=p.travel_s * 1.3,
        zone_s=p.zone_s * 1.3,
        scene_zone_s={c: t * 1.3 for c, t in p.scene_zone_s.items()},
        post_travel_s=p.post_travel_s * 1.3,
        post_zone_s={c: t * 1.3 for c, t in p.post_zone_s.items()},
    )
    dearer = replace(
        params,
        shortfall_price_s=tuple(2 * x for x in params.shortfall_price_s),
        late_weight={g: 2 * w for g, w in params.late_weight.items()},
        expected_price_s=2 * params.expected_price_s,
        skill_price_s=2 * params.skill_price_s,
    )
    loose = {
        "free units only": 900.0,
        "free in time": 900.0,
        "most units": 1.0,
        "needless unit": 1.0,
        "shift end": 900.0,
        "reserve": 2.0,
        "longest move": 900.0,
        "room at post": 1.0,
        "most moves": 1.0,
    }
    relaxed_more = replace(params, relax={**params.relax, **loose, "coverage floor": 2.0})
    pairs = [
        (p, slower),
        (p, replace(p, params=dearer)),
        (replace(p, params=replace(params, coverage_hard=False)), p),
        (replace(p, params=relaxed_more), p),
    ]
    if params.coverage != "expected":
        pairs.append((p, replace(p, demand_level=p.demand_level + 1)))
    if not params.reserve_units:
        all_free = replace(p, status=("free",) * n, ready_s=np.zeros(n))
        pairs += [(all_free, p), (p, _without_last_unit(p))]
    return pairs


def _without_last_unit(p: AssignmentProblem) -> AssignmentProblem:
    per_unit = (
        "officers", "ready_s", "travel_s", "zone_s", "unit_ids", "driver_class", "status", "on_way_to", "has_skill",
        "barred", "shift_left_s", "post_travel_s",
    )  # fmt: skip
    return replace(p, **{name: getattr(p, name)[:-1] for name in per_unit})
