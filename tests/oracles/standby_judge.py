"""A second judge of standby plans, written on matrices instead of sets, and plans corrupted for both to judge."""

from __future__ import annotations

import numpy as np

from optimiser.problems.standby import StandbyPlan, StandbyProblem
from tests.oracles.standby_cases import worth


def second_judge(problem: StandbyProblem, plan: StandbyPlan) -> set[str]:
    """Return the names of the broken rules, from a matrix of cars (posts x parts) and one of who reaches whom."""
    p, broken = problem.params, set()
    relax = lambda rule: p.relax.get(rule, 0.0)  # noqa: E731
    posts, parts = list(problem.post_ids), list(problem.part_ids)
    cars = np.zeros((len(posts), len(parts)))
    for part, there in plan.cars_at.items():
        if part not in parts:
            broken.add("known parts")
        for post, n in there.items():
            if post not in posts:
                broken.add("known posts")
            elif part in parts:
                cars[posts.index(post), parts.index(part)] = n
    if ((cars < 0) | (cars % 1 != 0)).any():
        broken.add("whole cars")
    sound = np.where((cars >= 0) & (cars % 1 == 0), cars, 0)
    if (sound > p.cars_per_post + relax("cars at a post")).any():
        broken.add("cars at a post")
    for t in range(len(parts)):
        given = p.n_cars[0 if len(p.n_cars) == 1 else t] if p.n_cars else np.inf
        if cars[:, t].clip(min=0).sum() > given + relax("cars"):
            broken.add("cars")
    stands = cars > 0
    if problem.post_cost @ stands.any(axis=1) > (p.budget + relax("budget")) * (1 + 1e-6):
        broken.add("budget")
    if sum((~stands[posts.index(k)]).sum() for k in set(p.kept)) > relax("kept post"):
        broken.add("kept post")
    if sum(not stands[posts.index(k)].any() for k in set(p.today)) > p.most_moved + relax("moved posts"):
        broken.add("moved posts")
    reach = np.zeros((problem.starts.size - 1, len(posts)), dtype=bool)
    for i, (a, b) in enumerate(zip(problem.starts[:-1], problem.starts[1:], strict=True)):
        reach[i, problem.posts[a:b][problem.band[a:b] == 0]] = True
    covered = (reach.astype(float) @ stands > 0) * problem.weight
    total = problem.weight.sum(axis=0)
    least = p.least_cover_frac - relax("least cover")
    if (covered.sum(axis=0)[total > 0] < (least - 1e-6) * total[total > 0]).any():
        broken.add("least cover")
    there = StandbyPlan(
        {t: dict(zip(posts, np.rint(cars[:, k].clip(min=0)), strict=True)) for k, t in enumerate(parts)}
    )
    for name, limit in p.limits.items():
        gain = name in ("cover", "backup", "gradual", "expected")
        allowed = limit + (-1 if gain else 1) * relax(f"{name} limit")
        worse = (allowed - worth(problem, there, name)) * (1 if gain else -1)
        if worse > 1e-6 * max(abs(allowed), 1e-3):
            broken.add(f"{name} limit")
    return broken


def corrupt(problem: StandbyProblem, plan: StandbyPlan, rng: np.random.Generator) -> StandbyPlan:
    """Spoil one to three decisions."""
    cars = {part: dict(there) for part, there in plan.cars_at.items()}
    for _ in range(int(rng.integers(1, 4))):
        part = str(rng.choice(problem.part_ids)) if rng.random() < 0.93 else "dawn"
        post = str(rng.choice(problem.post_ids)) if rng.random() < 0.93 else "nowhere"
        here = cars.setdefault(part, {})
        if rng.random() < 0.3:
            here.pop(post, None)
        else:
            here[post] = rng.choice([0, 1, 1, 2, 3, -1, 1.5])
    return StandbyPlan(cars)
