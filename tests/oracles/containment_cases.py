"""Containment small enough to know the answer: by hand, or by looking at every plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimiser.problems.containment import FAMILY, ContainmentParams, ContainmentPlan, ContainmentProblem

INF = np.inf


def two_ways(**params) -> ContainmentProblem:
    """A suspect at s with two ways out: s - a - b - out and s - c - out; three units.

    It is at a after 60 s, b 120, c 60, out 180. Unit 1 is at a in 50, b in 30; unit 2 at c in 40; unit 3 at b in 100,
    c in 55, out in 170.
    """
    arrive = np.full((3, 5), INF)
    arrive[0, [1, 2]] = 50, 30
    arrive[1, 3] = 40
    arrive[2, [2, 3, 4]] = 100, 55, 170
    return ContainmentProblem(
        unit_ids=("u1", "u2", "u3"),
        place_ids=("s", "a", "b", "c", "out"),
        arrive_s=arrive,
        bands=("fast", "slow"),
        suspect_s=np.array([[0.0, 60, 120, 60, 180], [0.0, 120, 240, 120, 360]]),
        edges=np.array([[0, 1], [1, 0], [1, 2], [2, 4], [0, 3], [3, 4]]),
        start=np.array([True, False, False, False, False]),
        exits=np.array([False, False, False, False, True]),
        weight=np.array([5.0, 10.0, 20.0, 30.0, 40.0]),
        params=ContainmentParams(**params),
    )


def three_exits(**params) -> ContainmentProblem:
    """Three exits, four units: minutes to each."""
    arrive = np.array([[3.0, 9, 4], [2, 6, 9], [8, 7, 9], [1, 8, 8]]) * 60
    return ContainmentProblem(
        unit_ids=("u1", "u2", "u3", "u4"),
        place_ids=("x", "y", "z"),
        arrive_s=arrive,
        bands=("fast",),
        suspect_s=np.full((1, 3), INF),
        edges=np.zeros((0, 2), dtype=np.int64),
        start=np.zeros(3, dtype=bool),
        exits=np.ones(3, dtype=bool),
        weight=np.ones(3),
        params=ContainmentParams(aim="block", **params),
    )


def hand_cases():
    """(title, problem, first objective)."""
    return [
        # one post at the exit itself holds both ways: unit 3, 170 <= 180
        ("the exit alone", two_ways(), 1.0),
        # with 20 s in hand the exit is too late (170 + 20 > 180): b (30 + 20) and c (40 + 20 = 60)
        ("margin", two_ways(margin_s=20.0), 2.0),
        # with 30 s in hand c is too late for all
        ("large margin", two_ways(margin_s=30.0), "infeasible"),
        # 10 s: the exit still holds (180)
        ("small margin", two_ways(margin_s=10.0), 1.0),
        # smallest area: a (u1, 50) and c (u2): s, a, c inside = 5 + 10 + 30
        ("smallest area", two_ways(first="area"), 45.0),
        # u1 is lost: b by u3 (100), c by u2: 5 + 10 + 20 + 30
        ("smallest area without u1", two_ways(first="area", lost_units=("u1",)), 65.0),
        # the exit cannot be held: two posts
        ("exit lost", two_ways(lost_places=("out",)), 2.0),
        # against the slow suspect u3 is at the exit with 190 s to spare, u1 at a too: area again 45
        ("slow suspect", two_ways(band="slow", first="area"), 45.0),
        # u1 and u2 are lost and the exit is: b and c need two units, u3 is one
        ("too few units", two_ways(lost_units=("u1", "u2"), lost_places=("out",)), "infeasible"),
        # y takes 6 (u2), x 1 (u4), z 4 (u1)
        ("exits", three_exits(), 360.0),
        # u2 is lost: y by u3 in 7
        ("exits without u2", three_exits(lost_units=("u2",)), 420.0),
        # one exit may stay open: y. x 1 and z 4
        ("one exit open", three_exits(relax={"exits blocked": 1.0}), 240.0),
        # two units for three exits
        ("exits, too few units", three_exits(lost_units=("u1", "u2")), "infeasible"),
    ]


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    contain = two_ways()
    return {
        "known units": (contain, ContainmentPlan({"u3": "out", "ghost": "a"})),
        "known places": (contain, ContainmentPlan({"u3": "out", "u1": "nowhere"})),
        "lost units": (two_ways(lost_units=("u1",)), ContainmentPlan({"u3": "out", "u1": "a"})),
        "lost places": (two_ways(lost_places=("a",)), ContainmentPlan({"u3": "out", "u1": "a"})),
        "one unit a post": (contain, ContainmentPlan({"u1": "a", "u2": "c", "u3": "c"})),
        "reachable": (contain, ContainmentPlan({"u3": "out", "u2": "a"})),
        "in time": (two_ways(margin_s=20.0), ContainmentPlan({"u3": "out"})),
        "exits blocked": (three_exits(), ContainmentPlan({"u1": "x", "u2": "y"})),
        "no way out": (contain, ContainmentPlan({"u1": "a"})),
    }


def random_problem(seed: int) -> ContainmentProblem:
    """Four units and seven places on a random map; every fourth is a blockade."""
    rng = np.random.default_rng(seed)
    u, p = 4, 7
    block = seed % 4 == 3
    edges = np.array(
        [(i, j) for i in range(p) for j in range(p) if i != j and rng.random() < 0.3] or [(0, 1)]
    )
    suspect = rng.integers(3, 30, p).astype(float) * 10
    suspect[0] = 0
    arrive = rng.integers(1, 30, (u, p)).astype(float) * 10
    arrive[rng.random((u, p)) < 0.2] = INF
    exits = np.zeros(p, dtype=bool)
    exits[rng.choice(np.arange(1, p), 3 if block else 2, replace=False)] = True
    start = np.zeros(p, dtype=bool)
    start[0] = True
    lost = (f"u{int(rng.integers(u))}",) if rng.random() < 0.2 else ()
    if block:
        params = ContainmentParams(
            aim="block", lost_units=lost, relax={"exits blocked": 1.0} if rng.random() < 0.3 else {}
        )
    else:
        params = ContainmentParams(
            first="area" if rng.random() < 0.5 else "posts",
            margin_s=float(rng.integers(0, 3)) * 10,
            lost_units=lost,
            relax={"in time": 20.0} if rng.random() < 0.3 else {},
        )
    return ContainmentProblem(
        unit_ids=tuple(f"u{k}" for k in range(u)),
        place_ids=tuple(f"p{k}" for k in range(p)),
        arrive_s=arrive,
        bands=("fast", "slow"),
        suspect_s=np.stack([suspect, 2 * suspect]),
        edges=edges,
        start=start,
        exits=exits,
        weight=rng.integers(1, 20, p).astype(float),
        params=params,
    )


def every_plan(problem: ContainmentProblem):
    """Yield every way to send units to different places."""
    for chosen in product((None, *problem.place_ids), repeat=len(problem.unit_ids)):
        taken = [c for c in chosen if c is not None]
        if len(set(taken)) == len(taken):
            yield ContainmentPlan(
                {u: c for u, c in zip(problem.unit_ids, chosen, strict=True) if c is not None}
            )


def enumerate_best(problem: ContainmentProblem):
    """Look at every plan: (best plan or None, its first objective), all objectives in order."""
    best, values = None, None
    for plan in every_plan(problem):
        if FAMILY.check(problem, plan):
            continue
        found = tuple(o.value for o in FAMILY.objectives(problem, plan))
        if values is None or found < values:
            best, values = plan, found
    return best, None if values is None else values[0]


def monotone_pairs(seed: int):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = random_problem(seed)
    p = problem.params
    eager = replace(p, margin_s=0.0)
    all_units = replace(p, lost_units=())
    relaxed = replace(p, relax={"in time": 60.0} if p.aim == "contain" else {"exits blocked": 1.0})
    return [(replace(problem, params=q), problem) for q in (eager, all_units, relaxed)]


def many_streets_out() -> ContainmentProblem:
    """Return a suspect in the middle of 15 x 15 junctions with 8 ways out at the rim, and 12 units."""
    side, rng = 15, np.random.default_rng(4)
    at = np.stack(np.divmod(np.arange(side * side), side), axis=1).astype(float)
    cell = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.stack([a.ravel(), b.ravel()], axis=1)
            for a, b in ((cell[:, :-1], cell[:, 1:]), (cell[:-1], cell[1:]))
        ]
    )
    middle = at[side * side // 2]
    suspect = 60.0 * np.abs(at - middle).sum(axis=1)
    unit = rng.uniform(0, side - 1, (12, 2))
    return ContainmentProblem(
        unit_ids=tuple(f"u{k}" for k in range(12)),
        place_ids=tuple(f"p{k}" for k in range(side * side)),
        arrive_s=45.0 * np.abs(unit[:, None] - at[None]).sum(axis=2),
        bands=("fast",),
        suspect_s=suspect[None],
        edges=np.concatenate([pairs, pairs[:, ::-1]]),
        start=suspect == 0,
        exits=((at == 0).any(axis=1) | (at == side - 1).any(axis=1)) & (at.sum(axis=1) % 7 == 3),
        weight=rng.uniform(50, 150, side * side),
        params=ContainmentParams(),
    )
