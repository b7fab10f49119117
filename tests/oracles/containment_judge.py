"""A second judge of containment, by matrix powers, and plans corrupted for both to judge."""

from __future__ import annotations

import numpy as np

from optimiser.problems.containment import ContainmentPlan, ContainmentProblem


def second_judge(problem: ContainmentProblem, plan: ContainmentPlan) -> set[str]:
    """Return the names of the broken rules."""
    p, broken = problem.params, set()
    units, places = list(problem.unit_ids), list(problem.place_ids)
    sent = np.array([[plan.post_of.get(u) == c for c in places] for u in units])
    if not set(plan.post_of) <= set(units):
        broken.add("known units")
    if not set(plan.post_of.values()) <= set(places):
        broken.add("known places")
    if len(set(plan.post_of.values())) < len(plan.post_of):
        broken.add("one unit a post")
    if set(plan.post_of) & set(p.lost_units):
        broken.add("lost units")
    if set(plan.post_of.values()) & set(p.lost_places):
        broken.add("lost places")
    there = np.where(sent, problem.arrive_s, 0.0)
    if np.isinf(there).any():
        broken.add("reachable")
    held = np.array([c in plan.post_of.values() for c in places])
    if p.aim == "contain":
        held &= ~problem.start
    if p.aim == "block":
        if (problem.exits & ~held).sum() > p.relax.get("exits blocked", 0.0):
            broken.add("exits blocked")
        return broken
    suspect = problem.suspect_s[problem.bands.index(p.band) if p.band else 0]
    spare = suspect[None, :] - p.margin_s + p.relax.get("in time", 0.0) - problem.arrive_s
    if (sent & np.isfinite(problem.arrive_s) & (spare < -1e-6)).any():
        broken.add("in time")
    step = np.eye(len(places), dtype=int)
    for a, b in problem.edges:
        step[a, b] |= not held[a]
    far = np.linalg.matrix_power(step, len(places))
    if (far[problem.start].any(axis=0) & problem.exits & ~held).any():
        broken.add("no way out")
    return broken


def corrupt(problem: ContainmentProblem, plan: ContainmentPlan, rng: np.random.Generator) -> ContainmentPlan:
    """Send one to three units elsewhere, nowhere, or send one that there is not."""
    post_of = dict(plan.post_of)
    for _ in range(int(rng.integers(1, 4))):
        unit = str(rng.choice(problem.unit_ids)) if rng.random() < 0.93 else "ghost"
        draw = rng.random()
        if draw < 0.2:
            post_of.pop(unit, None)
        else:
            post_of[unit] = str(rng.choice(problem.place_ids)) if draw < 0.95 else "nowhere"
    return ContainmentPlan(post_of)
