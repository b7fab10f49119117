"""A second judge of shift plans, written on a matrix of slots and shifts, and plans corrupted for both to judge."""

from __future__ import annotations

import math

import numpy as np

from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def presence(problem: ShiftsProblem, span: int = 0) -> np.ndarray:
    """Return 1 where a shift of a day is on in a slot (T, S * 7); with a span, where it was before and stays on."""
    slots, n, per_day = len(problem.requirement), len(problem.shift_ids), len(problem.requirement) // 7
    found = np.zeros((slots, n * 7))
    for i in range(n):
        for day in range(7):
            begin = day * per_day + int(problem.shift_start[i])
            ages = (
                np.arange(int(problem.shift_slots[i]))
                if not span
                else np.arange(1, problem.shift_slots[i] - span + 1)
            )
            found[(begin + ages) % slots, i * 7 + day] = 1.0
    return found


def counts(problem: ShiftsProblem, plan: ShiftsPlan) -> np.ndarray:
    """Return the officers of each shift of each day, (S * 7,); what is no positive number of a known one is none."""
    found = np.zeros(len(problem.shift_ids) * 7)
    for key, n in plan.officers.items():
        name, _, day = key.partition("@")
        if name in problem.shift_ids and day in "0123456" and day and np.isfinite(n) and n > 0:
            found[problem.shift_ids.index(name) * 7 + int(day)] = n
    return found


def second_judge(problem: ShiftsProblem, plan: ShiftsPlan) -> set[str]:
    """Return the names of the broken rules."""
    p, broken = problem.params, set()
    relax = lambda rule: p.relax.get(rule, 0.0)  # noqa: E731
    for key, n in plan.officers.items():
        name, _, day = key.partition("@")
        offered = name in problem.shift_ids and day != "" and day in "0123456"
        if offered:
            offered = bool(problem.shift_days[problem.shift_ids.index(name), int(day)])
        if not np.isfinite(n):
            broken.add("whole_officers")
        elif n != 0:
            if not offered:
                broken.add("known_shift")
            if n < 0 or n != math.floor(n):
                broken.add("whole_officers")
            if n > problem.most_per_shift + relax("shift_capacity"):
                broken.add("shift_capacity")
    x = counts(problem, plan)
    there = presence(problem) @ x
    away = np.zeros(len(there)) if problem.away is None or not len(problem.away) else np.asarray(problem.away)
    duty = np.maximum(there - away, 0.0)
    if p.objective == "cost" and (duty < problem.requirement - relax("requirement") - 1e-6).any():
        broken.add("requirement")
    if (duty < p.minimum_on_duty - relax("minimum_on_duty") - 1e-6).any():
        broken.add("minimum_on_duty")
    if (there < away - 1e-6).any():
        broken.add("abstraction")
    span = math.ceil(p.hand_over_s / problem.slot_s - 1e-9)
    least = p.hand_over_officers - relax("hand_over")
    stays = presence(problem, span) @ x if least > 0 else np.full(len(there), np.inf)
    needed = np.asarray(problem.requirement) > 0
    if (stays[needed & needed[np.arange(len(needed)) - 1]] < least - 1e-6).any():
        broken.add("hand_over")
    return broken | _of_the_week(problem, plan, x, there) | (_split(problem, duty) if p.hold_split else set())


def _of_the_week(problem: ShiftsProblem, plan: ShiftsPlan, x: np.ndarray, there: np.ndarray) -> set[str]:
    p, broken = problem.params, set()
    relax = lambda rule: p.relax.get(rule, 0.0)  # noqa: E731
    hour = problem.slot_s / 3600
    by = x.reshape(-1, 7)
    own = np.array([problem.kind(i) != "call-back" for i in range(len(by))])
    starts = np.asarray(problem.shift_start)
    if p.max_start_times is not None:
        used = np.unique(starts[own & (by > 0).any(axis=1)])
        if used.size > p.max_start_times + relax("start_times"):
            broken.add("start_times")
    for text in p.same_starts:
        first, _, last = text.partition("-")
        days = range(DAYS.index(first), DAYS.index(last or first) + 1)
        times = [set(starts[own & (by[:, d] > 0)].tolist()) for d in days]
        union = set().union(*times)
        if sum(len(union - t) for t in times) > relax("same_starts"):
            broken.add("same_starts")
    long = np.repeat(np.asarray(problem.shift_slots), 7)
    changed = 0.0
    if problem.existing is not None:
        changed = float((np.abs(x - counts(problem, problem.existing)) * long).sum()) * hour
    over = {
        kind: sum(by[i].sum() * problem.overtime_of(i) for i in range(len(by)) if problem.kind(i) == kind)
        * hour
        for kind in ("hold-over", "call-back")
    }
    beside = 0.0 if p.overtime_in_budget else sum(over.values())
    if p.budget_h is not None and there.sum() * hour - beside > p.budget_h + relax("budget") + 1e-6:
        broken.add("budget")
    limits = (
        ("change", changed, p.most_changed_h),
        ("hold_over", over["hold-over"], p.most_hold_over_h),
        ("call_back", over["call-back"], p.most_call_back_h),
    )
    broken |= {r for r, used, most in limits if most is not None and used > most + relax(r) + 1e-6}
    return broken


def _split(problem: ShiftsProblem, duty: np.ndarray) -> set[str]:
    """Judge the time split in officer-seconds."""
    p, broken = problem.params, set()
    relax = lambda rule: p.relax.get(rule, 0.0)  # noqa: E731
    hours = duty * problem.slot_s
    total, calls, admin = hours.sum(), problem.call_work_s.sum(), problem.admin_s.sum()
    inside = problem.community_window()
    if calls > (p.call_ceiling_frac + p.tolerance_frac + relax("call_ceiling") + 1e-7) * total + 1e-5:
        broken.add("call_ceiling")
    if admin > (p.admin_ceiling_frac + p.tolerance_frac + relax("admin_ceiling") + 1e-7) * total + 1e-5:
        broken.add("admin_ceiling")
    community = max(0.0, p.community_floor_frac - p.tolerance_frac - relax("community_floor"))
    proactive = max(0.0, p.proactive_floor_frac - p.tolerance_frac - relax("proactive_floor"))
    free = total - calls - admin
    spare = (hours - problem.call_work_s)[inside].sum()
    if community > 0 and min(free, spare) < (community - 1e-7) * total - 1e-5:
        broken.add("community_floor")
    if proactive > 0 and free - community * total < (proactive - 1e-7) * total - 1e-5:
        broken.add("proactive_floor")
    return broken


def corrupt(problem: ShiftsProblem, plan: ShiftsPlan, rng: np.random.Generator) -> ShiftsPlan:
    """Spoil one to three entries: other numbers, other days, shifts that there are not."""
    officers = dict(plan.officers)
    for _ in range(int(rng.integers(1, 4))):
        name = str(rng.choice(problem.shift_ids)) if rng.random() < 0.95 else "nowhere"
        day = str(rng.integers(7)) if rng.random() < 0.95 else "9"
        key = f"{name}@{day}"
        if officers and rng.random() < 0.5:
            key = str(rng.choice(sorted(officers)))
        if rng.random() < 0.2:
            officers.pop(key, None)
        else:
            officers[key] = rng.choice([0, 1, 1, 2, 2, 3, 5, -1, 1.5])
    return ShiftsPlan(officers)
