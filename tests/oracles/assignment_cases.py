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

PLAIN = AssignmentParams(journey_weight=0.0, complement_weight=0.0)
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
    **more: Any,
) -> AssignmentProblem:
    """Units u1, u2 ..., incidents i1 ..., zones z1 ...; what is not given is free, one officer, grade 1, new.

    ``more`` are further fields of the problem, as they stand.
    """
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
        **more,
    )


def one_post(way_s: list[float], zone_s: list[float], room: int = 1) -> dict[str, Any]:
    """Return the fields of one post p1: each unit's way there, and the way from there to each zone."""
    return {
        "post_ids": ("p1",),
        "post_room": np.array([room]),
        "post_travel_s": np.array(way_s, dtype=float)[:, None],
        "post_zone_s": {"standard": np.array([zone_s], dtype=float)},
    }


INF = float("inf")


TASER: dict[str, Any] = {
    "skill_ids": ("taser",),
    "has_skill": np.array([[0], [1]]),
    "skills_needed": np.array([[1]]),
}


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
        # grade 2, deploy within 300 s: the break ends after 400 s, 100 s too late: 0.25 x (400 + 60) + 100
        # against the free unit at 1000 s: 250
        (
            "deploy target decides",
            snapshot(
                replace(PLAIN, deploy_targets_s={2: 300.0}, deploy_weight=2.0),
                [[60], [1000]],
                status=["ends", "free"],
                ready_s=[400, 0],
                grade=[2],
            ),
            250.0,
        ),
        # both singles at 100 and 1000 s: first 100; all there 100 s past the target of 900: 4 x 0.5 x 100;
        # the double at 250 s alone is dearer in the first arrival (250) but complete: 250
        (
            "full complement late",
            snapshot(
                replace(PLAIN, complement_weight=0.5), [[100], [1000], [250]], officers=[1, 1, 2], need=[2]
            ),
            250.0,
        ),
        # two singles wait for each other: 200; the double alone 150
        (
            "nobody alone: the double",
            snapshot(PLAIN, [[30], [200], [150]], officers=[1, 1, 2], need=[2], alone_barred=np.array([1])),
            150.0,
        ),
        # the same with the double at 400 s: the second single at 200 s counts
        (
            "nobody alone: the second single",
            snapshot(PLAIN, [[30], [200], [400]], officers=[1, 1, 2], need=[2], alone_barred=np.array([1])),
            200.0,
        ),
        # the taser unit is needed: alone it is enough, 300 s; without it 60 s and 5000 for the skill
        ("skill", snapshot(PLAIN, [[60], [300]], **TASER), 300.0),
        # u1 is on its way to grade 2 (40 s left) and 50 s from the new grade 1; u2, free, is 500 s from it and 100 s
        # from the other: divert 50 + 120 + 0.25 x 100 = 195, not 500 + 0.25 x 40
        (
            "diversion pays",
            snapshot(
                PLAIN,
                [[40, 50], [100, 500]],
                status=["sent", "free"],
                grade=[2, 1],
                on_way_to=("i1", ""),
            ),
            195.0,
        ),
        # u2, free, is 30 s later than u1 on its way could be: no diversion for less than 60 s: 80 + 0.25 x 40
        (
            "hysteresis",
            snapshot(
                replace(PLAIN, divert_price_s=0.0),
                [[40, 50], [INF, 80]],
                status=["sent", "free"],
                grade=[2, 1],
                on_way_to=("i1", ""),
            ),
            90.0,
        ),
        # one of two free units is kept back from grade 2: the first goes to grade 1 (60), grade 2 waits (10,000)
        (
            "reserve",
            snapshot(replace(PLAIN, reserve_units={2: 1}), [[60, 60], [70, 60]], grade=[1, 2]),
            10_060.0,
        ),
        # grade 2 is due after half of 3600 s: 60 + 0.25 x 60
        (
            "a due incident opens the reserve",
            snapshot(
                replace(PLAIN, reserve_units={2: 1}), [[60, 60], [70, 60]], grade=[1, 2], age_s=[0, 1800]
            ),
            75.0,
        ),
        # u1 goes (60) and leaves z1 bare (300); u2 moves to the post for 60 + 0.1 x 500
        (
            "a move restores cover",
            snapshot(tight, [[60], [INF]], level=[1], zone_s=[[100], [900]], **one_post([900, 500], [100])),
            170.0,
        ),
        # expected, busy 0.5: one of two covering officers goes: the second was worth 2000 x 0.5 x 0.5
        (
            "expected cover",
            snapshot(
                replace(tight, coverage="expected", expected_busy_frac=0.5, expected_price_s=2_000.0),
                [[60], [INF]],
                level=[2],
                zone_s=[[100], [100]],
            ),
            560.0,
        ),
        # a double for one officer: 30 + 50 for the surplus against the single at 60
        (
            "surplus has a price",
            snapshot(replace(PLAIN, surplus_price_s=50.0), [[30], [60]], officers=[2, 1]),
            60.0,
        ),
        # weights grow by 1 for each target waited: one unit, 10,000 x 2 for the old one and 10,000 for the new
        (
            "the older of the queue first",
            snapshot(replace(PLAIN, ageing=1.0), [[100, 100]], grade=[2, 2], age_s=[0, 3500]),
            10_000.0 + 25.0 * (1 + 3500 / 3600),
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
        "unknown post": (one, AssignmentPlan({}, {"u1": "p9"})),
        "one place": (
            snapshot(PLAIN, [[60]], **one_post([60], [])),
            AssignmentPlan({"u1": "i1"}, {"u1": "p1"}),
        ),
        "barred": (snapshot(PLAIN, [[60]], barred=np.array([[1]])), AssignmentPlan({"u1": "i1"})),
        "shift end": (
            snapshot(replace(PLAIN, shift_margin_s=100.0), [[60]], shift_left_s=np.array([100.0])),
            AssignmentPlan({"u1": "i1"}),
        ),
        "diverted to more urgent": (
            snapshot(PLAIN, [[40, 50]], status=["sent"], grade=[1, 2], on_way_to=("i1",)),
            AssignmentPlan({"u1": "i2"}),
        ),
        "diversion gain": (
            snapshot(
                PLAIN, [[40, 50], [INF, 60]], status=["sent", "free"], grade=[2, 1], on_way_to=("i1", "")
            ),
            AssignmentPlan({"u1": "i2"}),
        ),
        "nobody alone": (
            snapshot(PLAIN, [[60]], need=[2], alone_barred=np.array([1])),
            AssignmentPlan({"u1": "i1"}),
        ),
        "reserve": (
            snapshot(replace(PLAIN, reserve_units={2: 1}), [[60]], grade=[2]),
            AssignmentPlan({"u1": "i1"}),
        ),
        "free units move": (
            snapshot(PLAIN, [[60]], status=["ends"], ready_s=[30], **one_post([60], [])),
            AssignmentPlan({}, {"u1": "p1"}),
        ),
        "longest move": (snapshot(PLAIN, [[60]], **one_post([1000], [])), AssignmentPlan({}, {"u1": "p1"})),
        "room at post": (
            snapshot(PLAIN, [[60], [60]], **one_post([60, 60], [])),
            AssignmentPlan({}, {"u1": "p1", "u2": "p1"}),
        ),
        "most moves": (
            snapshot(replace(PLAIN, max_moves=0), [[60]], **one_post([60], [])),
            AssignmentPlan({}, {"u1": "p1"}),
        ),
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
    "shift end": 900.0,
    "diverted to more urgent": 1.0,
    "diversion gain": 600.0,
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
    if half():
        some["zone_weight"] = np.round(rng.uniform(0.5, 3, n_zones), 1)
        some["zone_within_s"] = np.round(rng.uniform(200, 400, n_zones))
    if half():
        to = rng.integers(0, n_incidents, n_units)
        goes = (rng.random(n_units) < 0.4) & np.isfinite(p.travel_s[np.arange(n_units), to])
        some["status"] = tuple("sent" if g else s for g, s in zip(goes, p.status, strict=True))
        some["ready_s"] = np.where(goes, 0.0, p.ready_s)
        some["on_way_to"] = tuple(p.incident_ids[k] if g else "" for g, k in zip(goes, to, strict=True))
    if half() and n_units != 5:
        some |= {
            "post_ids": ("p0",),
            "post_room": rng.integers(1, 3, 1),
            "post_travel_s": np.round(rng.uniform(100, 1200, (n_units, 1))),
            "post_zone_s": {c: rng.uniform(20, 600, (1, n_zones)) for c in ("basic", "advanced")},
        }
    return replace(p, params=params, **some)


def every_plan(problem: AssignmentProblem) -> Iterator[AssignmentPlan]:
    """Yield every way to send each unit to one incident, to one post or nowhere."""
    places = (None, *problem.incident_ids, *problem.post_ids)
    posts = set(problem.post_ids)
    for where in itertools.product(places, repeat=len(problem.unit_ids)):
        there = {u: i for u, i in zip(problem.unit_ids, where, strict=True) if i is not None}
        yield AssignmentPlan(
            {u: i for u, i in there.items() if i not in posts}, {u: p for u, p in there.items() if p in posts}
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
