"""A second judge of patrol, on a matrix of blocks, and plans corrupted for both to judge."""

from __future__ import annotations

import numpy as np

from optimiser.problems.patrol import PatrolPlan, PatrolProblem


def second_judge(problem: PatrolProblem, plan: PatrolPlan) -> set[str]:
    """Return the names of the broken rules."""
    p, relax, broken = problem.params, problem.params.relax, set()
    places, parts = list(problem.place_ids), list(problem.part_ids)
    if set(plan.blocks_at) - set(parts):
        broken.add("known parts")
    if {c for on in plan.blocks_at.values() for c in on} - set(places):
        broken.add("known places")
    if any(n < 0 for on in plan.blocks_at.values() for n in on.values()):
        broken.add("blocks")
    x = np.array([[max(0, plan.blocks_at.get(t, {}).get(c, 0)) for t in parts] for c in places])
    if (x.sum(axis=0) > problem.available + relax.get("time available", 0)).any():
        broken.add("time available")
    if p.most_at_once and (x > p.most_at_once + relax.get("at once", 0)).any():
        broken.add("at once")
    flood = max(1, np.floor(p.flood_factor * problem.available.sum() / len(places) + 1e-9))
    if (x.sum(axis=1) > flood + relax.get("not flooded", 0)).any():
        broken.add("not flooded")
    if (x.sum(axis=1) < p.least_blocks - relax.get("least time", 0)).any():
        broken.add("least time")
    return broken


def corrupt(problem: PatrolProblem, plan: PatrolPlan, rng: np.random.Generator) -> PatrolPlan:
    """Change the blocks of one to three places and parts, some of which there are not."""
    blocks_at = {t: dict(on) for t, on in plan.blocks_at.items()}
    for _ in range(int(rng.integers(1, 4))):
        part = str(rng.choice(problem.part_ids)) if rng.random() < 0.95 else "never"
        place = str(rng.choice(problem.place_ids)) if rng.random() < 0.95 else "nowhere"
        on = blocks_at.setdefault(part, {})
        on[place] = on.get(place, 0) + int(rng.choice([-1, 1, 1, 2]))
    return PatrolPlan({t: {c: n for c, n in on.items() if n} for t, on in blocks_at.items()})
