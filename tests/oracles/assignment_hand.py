"""Snapshots whose answer is worked out by hand, and plans that break one rule each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems.assignment import (
    AssignmentParams,
    AssignmentProblem,
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
        # downgraded to 1 officer, two on the way: u1 (40 s) is enough; u2 turns back for 30 and covers z1 again (300)
        (
            "recall after a downgrade",
            snapshot(
                replace(tight, recall=True),
                [[40], [400]],
                status=["sent", "sent"],
                grade=[2],
                on_way_to=("i1", "i1"),
                level=[1],
                zone_s=[[900], [100]],
            ),
            0.25 * 40 + 30,
        ),
        # the same without recalls: z1 stays bare
        (
            "no recall where it is not allowed",
            snapshot(
                tight,
                [[40], [400]],
                status=["sent", "sent"],
                grade=[2],
                on_way_to=("i1", "i1"),
                level=[1],
                zone_s=[[900], [100]],
            ),
            0.25 * 40 + 300,
        ),
        # u2 comes free 50 s from the incident that u1 still needs 400 s for: u2 goes, u1 turns back
        (
            "leapfrog",
            snapshot(
                replace(PLAIN, recall=True),
                [[400], [50]],
                status=["sent", "free"],
                on_way_to=("i1", ""),
            ),
            50.0 + 30,
        ),
        # 350 s is only 50 s sooner than 400 s: no leapfrog for less than 60 s
        (
            "no leapfrog for little",
            snapshot(
                replace(PLAIN, recall=True),
                [[400], [350]],
                status=["sent", "free"],
                on_way_to=("i1", ""),
            ),
            400.0,
        ),
        # enough are there: to turn back costs 30 and spares u1 0.05 x 600 of driving and z1 its 300
        (
            "enough at the scene",
            snapshot(
                replace(tight, recall=True, journey_weight=0.05),
                [[600]],
                status=["sent"],
                on_way_to=("i1",),
                need=[0],
                attended=np.array([1]),
                level=[1],
                zone_s=[[100]],
            ),
            30.0,
        ),
    ]
