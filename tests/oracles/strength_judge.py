"""A second judge of officers by district, written on vectors, and plans corrupted for both to judge."""

from __future__ import annotations

import numpy as np

from optimiser.problems.strength import StrengthPlan, StrengthProblem


def second_judge(problem: StrengthProblem, plan: StrengthPlan) -> set[str]:
    """Return the names of the broken rules, from officers, changes and sums as vectors."""
    p, broken = problem.params, set()
    relax = {
        name: p.relax.get(name, 0.0) + 1e-6
        for name in ("strength", "placed", "minimum", "most", "moved", "given")
    }
    ids = list(problem.district_ids)
    if any(d not in ids for d in plan.officers):
        broken.add("known districts")
    n = np.array([plan.officers.get(d, 0) for d in ids])
    if (n < 0).any():
        broken.add("whole officers")
    change = n - problem.assigned
    if ((n >= 0) & (n < problem.unfit)).any():
        broken.add("unfit stay")
    if (np.maximum(n - problem.unfit, 0) + relax["minimum"] < problem.minimum).any():
        broken.add("minimum")
    if (n > problem.most + relax["most"]).any():
        broken.add("most")
    if (-change > p.most_given + relax["given"]).any():
        broken.add("given")
    if change.sum() > problem.new_officers + relax["strength"]:
        broken.add("strength")
    if change.sum() < -relax["placed"]:
        broken.add("placed")
    if -change[change < 0].sum() > p.most_moved + relax["moved"]:
        broken.add("moved")
    return broken


def corrupt(problem: StrengthProblem, plan: StrengthPlan, rng: np.random.Generator) -> StrengthPlan:
    """Spoil one to three decisions: an officer too many or too few, a swap, a district that there is not."""
    officers = dict(plan.officers)
    for _ in range(int(rng.integers(1, 4))):
        one, other = rng.choice(problem.district_ids, 2, replace=False)
        kind = rng.random()
        if kind < 0.06:
            officers["nowhere"] = 1
        elif kind < 0.45:
            officers[str(one)] += int(rng.integers(-2, 3))
        else:
            officers[str(one)] += 1
            officers[str(other)] -= 1
    return StrengthPlan(officers)
