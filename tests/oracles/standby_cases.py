"""Standby questions small enough to know the answer: by hand, or by looking at every plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from optimiser.problems.standby import FAMILY, StandbyParams, StandbyPlan, StandbyProblem
from tests.benchmarks.standby_data import question
from tests.oracles.circle_patterns import CirclePatterns

INF = float("inf")


def standby(
    patterns: list[tuple[Mapping[str, Any], list[float]]],
    posts: str = "ABC",
    parts: tuple[str, ...] = ("all",),
    cost: list[float] | None = None,
    busy: list[float] | None = None,
    **params: Any,
) -> StandbyProblem:
    """Posts by letter; a pattern is ({post: band or (band, drive_s)}, calls per part)."""
    number = {p: j for j, p in enumerate(posts)}
    rows = [
        sorted((number[p], *(b if isinstance(b, tuple) else (b, 0.0))) for p, b in row.items())
        for row, _ in patterns
    ]
    flat = [entry for row in rows for entry in row]
    with_drives = any(isinstance(b, tuple) for row, _ in patterns for b in row.values())
    return StandbyProblem(
        post_ids=tuple(posts),
        post_cost=np.array(cost or [1.0] * len(posts)),
        part_ids=parts,
        starts=np.cumsum([0, *(len(r) for r in rows)]).astype(np.int64),
        posts=np.array([e[0] for e in flat], dtype=np.int32),
        band=np.array([e[1] for e in flat], dtype=np.int8),
        weight=np.array([w for _, w in patterns], dtype=float).reshape(len(patterns), len(parts)),
        drive_s=np.array([e[2] for e in flat], dtype=float) if with_drives else np.zeros(0),
        post_busy_frac=np.array(busy or [], dtype=float),
        params=StandbyParams(**params),
    )


LINE = [({"A": 0}, [4.0]), ({"A": 0, "B": 0}, [3.0]), ({"B": 0, "C": 0}, [3.0]), ({"C": 0}, [5.0])]
"""Four streets: A covers 7 calls a week, B 6, C 8; A and C together all 15."""
BANDS = [({"A": 0, "B": 1}, [10.0]), ({"B": 0, "A": 1}, [6.0]), ({"C": 0}, [5.0])]
DRIVES = [
    ({"A": (0, 0.0), "B": (0, 60.0)}, [10.0]),
    ({"B": (0, 0.0), "A": (0, 60.0)}, [6.0]),
    ({"C": (0, 0.0)}, [1.0]),
]


def line(**params: Any) -> StandbyProblem:
    """The four streets."""
    return standby(LINE, **({"n_cars": (1,)} | params))


def hand_cases() -> list[tuple[str, StandbyProblem, float | str]]:
    """Return (name, problem, optimum or "infeasible"); the sums stand beside each."""
    two_parts = [({"A": 0}, [4.0, 1.0]), ({"B": 0}, [1.0, 6.0])]
    return [
        ("one car", line(), 8.0),  # C: 3 + 5
        ("two cars", line(n_cars=(2,)), 15.0),  # A and C: 7 + 8
        ("no car", line(n_cars=(0,)), 0.0),
        (
            "no limit but the budget",
            standby(LINE, cost=[2, 1, 3], budget=3.0),
            10.0,
        ),  # A and B 7 + 3; C alone 8
        ("kept post", line(n_cars=(2,), kept=("B",)), 11.0),  # B and C: 6 + 5
        ("kept post without a car", line(n_cars=(0,), kept=("B",)), "infeasible"),
        ("none may move", line(n_cars=(1,), today=("A",), most_moved=0.0), 7.0),
        ("backup", line(n_cars=(2,), objectives=("backup",)), 3.0),  # B with A or with C: one street twice
        ("backup by two cars at a post", line(n_cars=(2,), cars_per_post=2, objectives=("backup",)), 8.0),
        ("backup of one is cover", line(objectives=("backup",), backup_cars=1), 8.0),
        # A and C: all once, 15 x 0.5; C twice: 8 x 0.75 = 6
        ("expected", line(n_cars=(2,), cars_per_post=2, objectives=("expected",), busy_frac=0.5), 7.5),
        # C 8 x 0.2, A 7 x 0.9, B 6 x 0.9: A and B: 4 x 0.9 + 3 x 0.99 + 3 x 0.9 = 9.27; A and C: 6.3 + 1.6 = 7.9
        (
            "expected by post",
            standby(LINE, busy=[0.1, 0.1, 0.8], n_cars=(2,), objectives=("expected",)),
            9.27,
        ),
        # A: 10 + 0.5 x 6 = 13; B: 6 + 5 = 11; C: 5
        ("gradual", standby(BANDS, n_cars=(1,), objectives=("gradual",), band_shares=(1.0, 0.5)), 13.0),
        # A: 6 x 60 + 1 x 600; C: 16 x 600
        ("travel", standby(DRIVES, n_cars=(1,), objectives=("travel",), far_s=600.0), 960.0),
        (
            "fewest cars for half",
            line(n_cars=(), objectives=("cars",), least_cover_frac=0.5),
            1.0,
        ),  # C: 8 of 15
        ("fewest posts for 90 %", line(n_cars=(), objectives=("posts",), least_cover_frac=0.9), 2.0),
        ("90 % by one car", line(objectives=("posts",), least_cover_frac=0.9), "infeasible"),
        ("cheapest for all", standby(LINE, cost=[5, 1, 7], objectives=("cost",), least_cover_frac=1.0), 12.0),
        # covers 8 at C less 2 for giving up A; 7 at A
        (
            "moved at a price of 2",
            line(today=("A",), objectives=("weighted",), weights={"cover": 1.0, "moves": 2.0}),
            7.0,
        ),
        (
            "moved at a price of a half",
            line(today=("A",), objectives=("weighted",), weights={"cover": 1.0, "moves": 0.5}),
            7.5,
        ),
        # B and C: 11 + 2 x 3; A and C: 15
        (
            "cover and backup",
            line(n_cars=(2,), objectives=("weighted",), weights={"cover": 1.0, "backup": 2.0}),
            17.0,
        ),
        ("each part its own post", standby(two_parts, parts=("day", "night"), n_cars=(1,)), 10.0),
        # one post for both: B with 1 + 6
        ("one post for both parts", standby(two_parts, parts=("day", "night"), n_cars=(1,), budget=1.0), 7.0),
        ("a car less at night", standby(two_parts, parts=("day", "night"), n_cars=(2, 1)), 11.0),
        ("fewest posts for 10 calls", line(n_cars=(), objectives=("posts",), limits={"cover": 10.0}), 2.0),
        # A and C cover 15 with no street twice; B with C: 11 and 3 twice, B with A: 10 and 3 twice
        ("cover with some backup", line(n_cars=(2,), limits={"backup": 3.0}), 11.0),
        ("backup of more than there is", line(n_cars=(2,), limits={"backup": 4.0}), "infeasible"),
        ("more calls than there are", line(n_cars=(3,), limits={"cover": 16.0}), "infeasible"),
        # A: 16 calls covered by 960 call-seconds; B 16 by 1200; C 1 by 9600
        (
            "drive within a limit",
            standby(DRIVES, n_cars=(1,), far_s=600.0, objectives=("cover",), limits={"travel": 1000.0}),
            16.0,
        ),
        ("no call at all", standby([], n_cars=(1,)), 0.0),
        ("calls nobody reaches", standby([({}, [5.0]), ({"A": 0}, [1.0])], n_cars=(2,)), 1.0),
    ]


def breaking_plans() -> dict[str, tuple[StandbyProblem, StandbyPlan]]:
    """Return for each rule a plan that breaks it and nothing else."""
    at = lambda **cars: StandbyPlan({"all": cars})  # noqa: E731
    return {
        "known parts": (line(), StandbyPlan({"all": {"A": 1}, "noon": {"A": 1}})),
        "known posts": (line(), at(Z=1)),
        "whole cars": (line(), at(A=-1)),
        "cars": (line(), at(A=1, B=1)),
        "cars at a post": (line(n_cars=(2,)), at(A=2)),
        "budget": (standby(LINE, cost=[2, 1, 3], budget=3.0), at(A=1, C=1)),
        "kept post": (line(kept=("B",)), at(A=1)),
        "moved posts": (line(today=("A", "B"), most_moved=1.0), at(C=1)),
        "least cover": (line(least_cover_frac=0.5), at(A=1)),  # 7 of 15
        "cover limit": (line(limits={"cover": 8.0}), at(A=1)),  # 7
        "backup limit": (line(n_cars=(2,), limits={"backup": 1.0}), at(A=1, C=1)),  # no street twice
        "gradual limit": (
            standby(BANDS, n_cars=(1,), band_shares=(1.0, 0.5), limits={"gradual": 12.0}),
            at(B=1),
        ),  # 11
        "expected limit": (line(busy_frac=0.5, limits={"expected": 4.0}), at(A=1)),  # 3.5
        "travel limit": (
            standby(DRIVES, n_cars=(1,), far_s=600.0, limits={"travel": 1000.0}),
            at(B=1),
        ),  # 1200
        "posts limit": (line(n_cars=(2,), limits={"posts": 1.0}), at(A=1, C=1)),
        "cars limit": (line(n_cars=(2,), cars_per_post=2, limits={"cars": 1.0}), at(A=2)),
    }


def random_problem(seed: int) -> StandbyProblem:
    """Return 3 to 5 posts and up to 7 patterns in one or two parts of the day; every option in some seed."""
    rng = np.random.default_rng(seed)
    n_parts = int(rng.integers(1, 3))
    posts = "ABCDE"[: int(rng.integers(3, 6 if n_parts == 1 else 5))]
    room = int(rng.integers(1, 3)) if n_parts == 1 else 1
    patterns = []
    for _ in range(int(rng.integers(3, 8))):
        near = [p for p in posts if rng.random() < 0.6]
        row = {p: (int(rng.choice([0, 0, 1, 2])), float(rng.integers(0, 600))) for p in near}
        patterns.append((row, rng.integers(0, 20, n_parts).astype(float).tolist()))
    names = ["cover", "backup", "gradual", "expected", "travel", "posts", "cost", "moves", "cars", "weighted"]
    name = names[seed % len(names)]
    least = float(rng.choice([0.0, 0.3, 0.4])) if name not in ("posts", "cost", "cars") else 0.5
    relax = {
        rule: a for rule, a in (("cars", 1.0), ("kept post", 1.0), ("least cover", 0.1)) if rng.random() < 0.2
    }
    return standby(
        patterns,
        posts,
        ("day", "night")[:n_parts],
        cost=rng.integers(1, 6, len(posts)).astype(float).tolist(),
        busy=rng.choice([0.2, 0.5, 0.8], len(posts)).tolist() if rng.random() < 0.5 else None,
        n_cars=tuple(int(n) for n in rng.integers(1, 4, n_parts)) if name != "cost" else (),
        objectives=(name,),
        weights={"cover": 1.0, "expected": 0.5, "backup": 0.7, "moves": 1.5} if name == "weighted" else {},
        cars_per_post=room,
        budget=float(rng.integers(5, 12)) if rng.random() < 0.4 else INF,
        band_shares=(1.0, 0.6, 0.2),
        busy_frac=0.4,
        today=tuple(posts[:2]),
        kept=(posts[0],) if rng.random() < 0.3 else (),
        most_moved=1.0 if rng.random() < 0.3 else INF,
        least_cover_frac=least,
        far_s=900.0,
        relax=relax,
        limits=_limits(seed, n_parts),
    )


def _limits(seed: int, n_parts: int) -> dict[str, float]:
    """Hold an aim within a limit in every other seed; a stream of its own, so that the other choices stay."""
    rng = np.random.default_rng((seed, 1))
    known = {
        "cover": float(rng.integers(5, 30)),
        "backup": float(rng.integers(0, 15)),
        "gradual": float(rng.integers(5, 30)),
        "expected": float(rng.integers(3, 20)),
        "travel": float(rng.integers(10_000, 50_000)) * n_parts,
        "posts": float(rng.integers(1, 4)),
        "cars": float(rng.integers(1, 4)) * n_parts,
    }
    return {str(name): known[name] for name in rng.permutation(sorted(known))[: seed % 2]}


def every_plan(problem: StandbyProblem) -> Iterator[StandbyPlan]:
    """Yield every number of cars at every post in every part of the day, within the room of a post."""
    room = int(problem.room())
    places = [(part, post) for part in problem.part_ids for post in problem.post_ids]
    for numbers in product(range(room + 1), repeat=len(places)):
        cars: dict[str, dict[str, int]] = {part: {} for part in problem.part_ids}
        for (part, post), n in zip(places, numbers, strict=True):
            if n:
                cars[part][post] = n
        yield StandbyPlan(cars)


def worth(problem: StandbyProblem, plan: StandbyPlan, name: str) -> float:
    """Return the value of an objective by plain loops, sharing nothing with the product."""
    p = problem.params
    if name == "weighted":
        sign = {"travel": -1, "posts": -1, "cars": -1, "cost": -1, "moves": -1}
        return sum(w * sign.get(n, 1) * worth(problem, plan, n) for n, w in p.weights.items())
    used = {post for part in problem.part_ids for post, n in plan.cars_at.get(part, {}).items() if n > 0}
    if name == "posts":
        return float(len(used))
    if name == "cost":
        return sum(float(problem.post_cost[problem.post_ids.index(post)]) for post in used)
    if name == "moves":
        return float(len(set(p.today) - used))
    if name == "cars":
        return float(sum(n for part in problem.part_ids for n in plan.cars_at.get(part, {}).values()))
    total = 0.0
    for i in range(len(problem.starts) - 1):
        for t, part in enumerate(problem.part_ids):
            cars = plan.cars_at.get(part, {})
            total += float(problem.weight[i, t]) * _of_a_call(problem, i, cars, name)
    return total


def _of_a_call(problem: StandbyProblem, i: int, cars: Mapping[str, int], name: str) -> float:
    p = problem.params
    near, all_busy, best, drive = 0, 1.0, 0.0, p.far_s
    for e in range(int(problem.starts[i]), int(problem.starts[i + 1])):
        j, b = int(problem.posts[e]), int(problem.band[e])
        n = cars.get(problem.post_ids[j], 0)
        if n <= 0:
            continue
        if b == 0:
            near += n
            q = float(problem.post_busy_frac[j]) if problem.post_busy_frac.size else p.busy_frac
            all_busy *= q**n
        if b < len(p.band_shares):
            best = max(best, p.band_shares[b])
        if problem.drive_s.size:
            drive = min(drive, float(problem.drive_s[e]))
    return {
        "cover": float(near >= 1),
        "backup": float(near >= p.backup_cars),
        "expected": 1 - all_busy,
        "gradual": best,
        "travel": drive,
    }[name]


def enumerate_best(problem: StandbyProblem) -> tuple[StandbyPlan | None, float]:
    """Return a best plan and its first objective by trying all of them; (None, nan) if none is admissible."""
    name = problem.params.objectives[0]
    sign = 1.0 if problem.params.first_sense == "min" else -1.0
    ranked = sorted(
        ((sign * worth(problem, plan, name), k, plan) for k, plan in enumerate(every_plan(problem))),
        key=lambda found: found[:2],
    )
    for value, _, plan in ranked:
        if not FAMILY.check(problem, plan):
            return plan, sign * value
    return None, float("nan")


def monotone_pairs(seed: int) -> list[tuple[StandbyProblem, StandbyProblem]]:
    """Return (easier, harder): the easier one's optimum is never worse."""
    problem = random_problem(seed)
    p = problem.params
    more = tuple(n + 1 for n in p.n_cars)
    loose = {"cars": 1.0, "kept post": 2.0, "least cover": 0.6, "budget": 3.0, "moved posts": 2.0}
    return [
        (replace(problem, params=replace(p, n_cars=more)), problem),
        (replace(problem, params=replace(p, budget=INF)), problem),
        (replace(problem, params=replace(p, kept=())), problem),
        (replace(problem, params=replace(p, least_cover_frac=0.0)), problem),
        (replace(problem, params=replace(p, relax=loose)), problem),
        (replace(problem, params=replace(p, limits={})), problem),
        (replace(problem, params=replace(p, cars_per_post=p.cars_per_post + 1)), problem),
    ]


def covering_field(
    rng: np.random.Generator, n_posts: int = 40, n_calls: int = 400, radius: float = 4.0, n_cars: int = 8
) -> StandbyProblem:
    """Return posts and calls thrown on a square of 30 by 30."""
    posts, calls = rng.random((n_posts, 2)) * 30, rng.random((n_calls, 2)) * 30
    counter = CirclePatterns(posts, radius)
    counter.add(calls, rng.integers(1, 50, n_calls))
    return question(counter.patterns(), n_posts, StandbyParams(n_cars=(n_cars,)))
