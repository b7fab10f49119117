"""A second judge of shift designs, slot by slot on the turned cycle, and designs corrupted for both to judge."""

from __future__ import annotations

import numpy as np

from optimiser.problems.shift_design import ShiftDesignPlan, ShiftDesignProblem


def corrupt(problem: ShiftDesignProblem, plan: ShiftDesignPlan, rng: np.random.Generator) -> ShiftDesignPlan:
    """Add, take away, move, double, rename or cut something."""
    rows = {s: list(plan.officers.get(s, (0,) * problem.n_days)) for s in problem.shift_ids}
    name, day, kind = (
        str(rng.choice(problem.shift_ids)),
        int(rng.integers(problem.n_days)),
        int(rng.integers(10)),
    )
    other = str(rng.choice(problem.shift_ids))
    if kind < 3:
        rows[name][day] += int(rng.choice([-1, 1]))
    elif kind < 5:  # the same officers on another day, or on another shift
        rows[name] = rows[name][1:] + rows[name][:1]
    elif kind == 5:
        rows[name], rows[other] = rows[other], rows[name]
    elif kind == 6:
        rows[name] = [2 * n for n in rows[name]]
    elif kind == 7:
        rows[f"{name} "] = rows.pop(name)
    elif kind == 8:
        rows[name] = rows[name] + [0] if rng.random() < 0.5 else rows[name][:-1]
    # kind 9: shifts that nobody works are written out as zeros, which changes nothing
    return ShiftDesignPlan({s: tuple(days) for s, days in rows.items()})


def second_judge(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> set[str]:
    """Return the names of the broken rules; where the form is wrong, only what is wrong with it."""
    p, t = problem.params, problem.n_slots
    begins = dict(zip(problem.shift_ids, problem.shift_start.tolist(), strict=True))
    lasts = dict(zip(problem.shift_ids, problem.shift_slots.tolist(), strict=True))
    known = {s: days for s, days in plan.officers.items() if s in begins}
    shape = {"known shifts"} if len(known) < len(plan.officers) else set()
    shape |= {"days" for days in known.values() if len(days) != problem.n_days}
    shape |= {"whole officers" for days in known.values() if min(days, default=0) < 0}
    if shape:
        return shape
    broken = set()
    if max((n for days in known.values() for n in days), default=0) > problem.most_per_shift + p.relax.get(
        "most on a shift", 0.0
    ):
        broken.add("most on a shift")
    used = sum(sum(days) > 0 for days in known.values())
    if p.most_shifts and used > p.most_shifts + p.relax.get("most shifts", 0.0):
        broken.add("most shifts")
    per_day = 86400 // problem.slot_s
    for slot in range(t):
        there = sum(
            n
            for s, days in known.items()
            for day, n in enumerate(days)
            if (slot - day * per_day - begins[s]) % t < lasts[s]
        )
        if p.full_cover and there < problem.need[slot] - p.relax.get("cover", 0.0):
            broken.add("cover")
    return broken
