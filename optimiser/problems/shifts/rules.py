"""What a shift plan must keep, checked by plain sums over the raw data.

The time split needs H (officer-hours on duty), C (call work offered), A (administration measured), and the
spare hours in the community window. Calls take C, administration A, wherever they fall; community engagement
needs its floor inside the window, proactive work takes place at any time. Such a split exists exactly when

- calls C and administration A keep their ceilings,
- the window's spare hours (on duty there minus calls offered there) hold the community floor, and
- what calls, administration and that floor leave over holds the proactive floor,

Hall's condition for a need that is confined to a window. Work offered in a slot counts in that slot; where
it exceeds those on duty it is taken out of the spare time of the same side of the window. Each of the four
is linear in the officers on duty, so that formulations keep it exactly. A floor relaxed to 0 asks nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Rule, Violation, relaxed
from optimiser.problems.shifts.data import DAYS, OVERTIME_KINDS, ShiftsProblem
from optimiser.problems.shifts.plan import ShiftsPlan, split_key
from optimiser.problems.shifts.rota import days_in
from optimiser.units import DAY_NAMES, SECONDS_PER_HOUR, time_of_day

OFFICERS_TOLERANCE = 1e-6
HOURS_TOLERANCE = 1e-6
SHARE_TOLERANCE = 1e-7
TINY_H = 1e-9

RULES = (
    Rule("known_shift", "Every shift is on offer on its day", "officers", relaxable=False),
    Rule("whole_officers", "Officers are whole and not negative", "officers", relaxable=False),
    Rule("shift_capacity", "No shift of a day has more officers than it may", "officers"),
    Rule("requirement", "Every slot has the officers it needs on duty", "officers"),
    Rule("minimum_on_duty", "Never fewer officers on duty than the minimum", "officers"),
    Rule(
        "abstraction", "Those at court, training or events are on the rota then", "officers", relaxable=False
    ),
    Rule("hand_over", "Enough officers stay over every change of shift", "officers"),
    Rule("start_times", "No more different start times than allowed", "start times"),
    Rule("same_starts", "Days that go together have the same start times", "start times"),
    Rule("budget", "No more officer-hours a week than the budget", "h"),
    Rule("change", "No more officer-hours other than in today's rota", "h"),
    Rule("hold_over", "No more hours held over after shifts", "h"),
    Rule("call_back", "No more hours of officers called back", "h"),
    Rule("call_ceiling", "Calls take at most their share of the cycle", "frac"),
    Rule("admin_ceiling", "Administration takes at most its share of the cycle", "frac"),
    Rule("proactive_floor", "Proactive work can have at least its share of the cycle", "frac"),
    Rule("community_floor", "Community work can have at least its share, inside its window", "frac"),
)


def slot_name(problem: ShiftsProblem, slot: int) -> str:
    """Say which slot of the week: ``"Mon 07:00"``."""
    day, of_day = divmod(slot, problem.slots_per_day)
    return f"{DAY_NAMES[day]} {time_of_day(of_day * problem.slot_s)}"


def on_duty(problem: ShiftsProblem, plan: ShiftsPlan) -> NDArray[np.float64]:
    """Officers on duty in each slot: on the rota and not away, shape (T,)."""
    duty: NDArray[np.float64] = np.maximum(rostered(problem, plan) - problem.away_officers(), 0.0)
    return duty


def rostered(problem: ShiftsProblem, plan: ShiftsPlan) -> NDArray[np.float64]:
    """Officers on the rota in each slot, shape (T,), without entries that are no known shift or no positive number."""
    duty = np.zeros(problem.n_slots)
    for i, day, n in known_rows(problem, plan):
        first = day * problem.slots_per_day + int(problem.shift_start[i])
        for k in range(int(problem.shift_slots[i])):
            duty[(first + k) % problem.n_slots] += n
    return duty


def known_rows(problem: ShiftsProblem, plan: ShiftsPlan) -> Iterator[tuple[int, int, float]]:
    """Yield (shift number, day, officers) of the entries that name a known shift and hold a positive number."""
    number = {name: i for i, name in enumerate(problem.shift_ids)}
    for key, n in plan.officers.items():
        shift_id, day = split_key(key)
        if shift_id in number and 0 <= day < DAYS and _is_number(n) and n > 0:
            yield number[shift_id], day, float(n)


def check(problem: ShiftsProblem, plan: ShiftsPlan) -> list[Violation]:
    """Return all that is wrong with a plan, in the order of :data:`RULES`; never raises for a bad plan."""
    duty = on_duty(problem, plan)
    found = [
        *_entries(problem, plan),
        *_slots(problem, duty),
        *_presence(problem, plan),
        *_week(problem, plan),
        *_rota(problem, plan),
    ]
    if problem.params.hold_split:
        found += _split(problem, duty)
    return found


def _is_number(n: object) -> bool:
    return isinstance(n, (int, float, np.integer, np.floating)) and math.isfinite(n)


def _entries(problem: ShiftsProblem, plan: ShiftsPlan) -> list[Violation]:
    offered = {name: problem.shift_days[i] for i, name in enumerate(problem.shift_ids)}
    most = problem.most_per_shift + relaxed(problem.params.relax, "shift_capacity")
    found = []
    for key, n in plan.officers.items():
        shift_id, day = split_key(key)
        if not _is_number(n):
            found.append(Violation("whole_officers", key, math.nan, 0, "officers"))
            continue
        if n == 0:
            continue
        if shift_id not in offered or not 0 <= day < DAYS or not offered[shift_id][day]:
            found.append(Violation("known_shift", key, float(n), 0, "officers"))
        if n < 0 or abs(n - round(n)) > OFFICERS_TOLERANCE:
            found.append(Violation("whole_officers", key, float(n), max(0.0, float(round(n))), "officers"))
        if n > most + OFFICERS_TOLERANCE:
            found.append(Violation("shift_capacity", key, float(n), most, "officers"))
    return found


def _slots(problem: ShiftsProblem, duty: NDArray[np.float64]) -> list[Violation]:
    p = problem.params
    found = []
    for slot in range(problem.n_slots):
        need = float(problem.requirement[slot]) - relaxed(p.relax, "requirement")
        if p.objective == "cost" and duty[slot] < need - OFFICERS_TOLERANCE:
            found.append(
                Violation("requirement", slot_name(problem, slot), float(duty[slot]), need, "officers")
            )
        least = p.minimum_on_duty - relaxed(p.relax, "minimum_on_duty")
        if duty[slot] < least - OFFICERS_TOLERANCE:
            found.append(
                Violation("minimum_on_duty", slot_name(problem, slot), float(duty[slot]), least, "officers")
            )
    return found


def hand_over_slots(problem: ShiftsProblem) -> int:
    """Slots after a change that those who hand over stay."""
    return math.ceil(problem.params.hand_over_s / problem.slot_s - 1e-9)


def staying(problem: ShiftsProblem, plan: ShiftsPlan) -> NDArray[np.float64]:
    """Officers on the rota throughout from the slot before t to the end of a hand-over that begins at t, shape (T,)."""
    stay = np.zeros(problem.n_slots)
    span = hand_over_slots(problem)
    for i, day, n in known_rows(problem, plan):
        first = day * problem.slots_per_day + int(problem.shift_start[i])
        for k in range(1, int(problem.shift_slots[i]) - span + 1):
            stay[(first + k) % problem.n_slots] += n
    return stay


def handed_over(problem: ShiftsProblem) -> NDArray[np.bool_]:
    """Slots with a change to hand over: those that need officers after one that does, shape (T,)."""
    needed = np.asarray(problem.requirement) > 0
    asked: NDArray[np.bool_] = needed & np.roll(needed, 1)
    return asked


def _presence(problem: ShiftsProblem, plan: ShiftsPlan) -> list[Violation]:
    p, found = problem.params, []
    planned = rostered(problem, plan)
    for slot in np.flatnonzero(planned < problem.away_officers() - OFFICERS_TOLERANCE).tolist():
        found.append(
            Violation(
                "abstraction",
                slot_name(problem, slot),
                float(planned[slot]),
                float(problem.away[slot]),
                "officers",
            )
        )
    least = p.hand_over_officers - relaxed(p.relax, "hand_over")
    if least > 0:
        short = handed_over(problem) & (staying(problem, plan) < least - OFFICERS_TOLERANCE)
        stay = staying(problem, plan)
        found += [
            Violation("hand_over", slot_name(problem, slot), float(stay[slot]), least, "officers")
            for slot in np.flatnonzero(short).tolist()
        ]
    return found


def _week(problem: ShiftsProblem, plan: ShiftsPlan) -> list[Violation]:
    p = problem.params
    found = []
    if p.max_start_times is not None:
        starts = {s for day in starts_by_day(problem, plan) for s in day}
        most = p.max_start_times + relaxed(p.relax, "start_times")
        if len(starts) > most + OFFICERS_TOLERANCE:
            found.append(Violation("start_times", "the week", len(starts), most, "start times"))
    if p.budget_h is not None:
        used_h = budget_used_h(problem, plan)
        limit_h = p.budget_h + relaxed(p.relax, "budget")
        if used_h > limit_h + HOURS_TOLERANCE:
            found.append(Violation("budget", "the week", used_h, limit_h, "h"))
    return found


def budget_used_h(problem: ShiftsProblem, plan: ShiftsPlan) -> float:
    """Officer-hours on the rota that the budget counts: all, or all but overtime."""
    used_h = float(rostered(problem, plan).sum()) * problem.slot_h
    if problem.params.overtime_in_budget:
        return used_h
    return used_h - sum(overtime_h(problem, plan, kind) for kind in OVERTIME_KINDS if kind)


def beside_budget_h(problem: ShiftsProblem) -> float:
    """Most officer-hours of overtime beside the budget: the limits on them, inf where a kind on offer has none."""
    p = problem.params
    if p.overtime_in_budget:
        return 0.0
    limits = (
        ("hold-over", p.most_hold_over_h, "hold_over"),
        ("call-back", p.most_call_back_h, "call_back"),
    )
    return sum(
        math.inf if most is None else most + relaxed(p.relax, rule)
        for kind, most, rule in limits
        if kind in problem.overtime
    )


def starts_by_day(problem: ShiftsProblem, plan: ShiftsPlan) -> tuple[frozenset[int], ...]:
    """Start times in use on each day, as slots of the day; officers called back start when they are called."""
    used: list[set[int]] = [set() for _ in range(DAYS)]
    for i, day, _ in known_rows(problem, plan):
        if problem.kind(i) != "call-back":
            used[day].add(int(problem.shift_start[i]))
    return tuple(frozenset(s) for s in used)


def changed_h(problem: ShiftsProblem, plan: ShiftsPlan) -> float:
    """Officer-hours that one of plan and today's rota has and the other has not; 0 without a rota of today."""
    if problem.existing is None:
        return 0.0
    now = {(i, d): n for i, d, n in known_rows(problem, plan)}
    before = {(i, d): n for i, d, n in known_rows(problem, problem.existing)}
    return sum(
        abs(now.get(k, 0.0) - before.get(k, 0.0)) * float(problem.shift_slots[k[0]]) * problem.slot_h
        for k in now.keys() | before.keys()
    )


def overtime_h(problem: ShiftsProblem, plan: ShiftsPlan, kind: str) -> float:
    """Officer-hours of overtime of one kind."""
    rows = known_rows(problem, plan)
    return sum(n * problem.overtime_of(i) for i, _, n in rows if problem.kind(i) == kind) * problem.slot_h


def _rota(problem: ShiftsProblem, plan: ShiftsPlan) -> list[Violation]:
    p, found = problem.params, []
    by_day = starts_by_day(problem, plan)
    for text in p.same_starts:
        days = days_in(text)
        used = frozenset().union(*(by_day[d] for d in days))
        missing = sum(len(used - by_day[d]) for d in days)
        most = relaxed(p.relax, "same_starts")
        if missing > most + OFFICERS_TOLERANCE:
            found.append(Violation("same_starts", text, missing, most, "start times"))
    limits = (
        ("change", changed_h(problem, plan), p.most_changed_h),
        ("hold_over", overtime_h(problem, plan, "hold-over"), p.most_hold_over_h),
        ("call_back", overtime_h(problem, plan, "call-back"), p.most_call_back_h),
    )
    for rule, hours, limit in limits:
        if limit is not None and hours > limit + relaxed(p.relax, rule) + HOURS_TOLERANCE:
            found.append(Violation(rule, "the week", hours, limit + relaxed(p.relax, rule), "h"))
    return found


def _split(problem: ShiftsProblem, duty: NDArray[np.float64]) -> list[Violation]:
    p = problem.params
    slack = p.tolerance_frac
    on_duty_h = float(duty.sum()) * problem.slot_h
    calls_h = float(problem.call_work_s.sum()) / SECONDS_PER_HOUR
    admin_h = float(problem.admin_s.sum()) / SECONDS_PER_HOUR
    window = problem.community_window()
    spare_h = float((duty[window] * problem.slot_h - problem.call_work_s[window] / SECONDS_PER_HOUR).sum())

    call_most = p.call_ceiling_frac + slack + relaxed(p.relax, "call_ceiling")
    admin_most = p.admin_ceiling_frac + slack + relaxed(p.relax, "admin_ceiling")
    proactive_least = max(0.0, p.proactive_floor_frac - slack - relaxed(p.relax, "proactive_floor"))
    community_least = max(0.0, p.community_floor_frac - slack - relaxed(p.relax, "community_floor"))
    left_h = on_duty_h - calls_h - admin_h
    proactive_h = left_h - community_least * on_duty_h
    community_h = min(spare_h, left_h)

    found = []
    for rule, hours, most in (("call_ceiling", calls_h, call_most), ("admin_ceiling", admin_h, admin_most)):
        if hours > (most + SHARE_TOLERANCE) * on_duty_h + TINY_H:
            found.append(Violation(rule, "the cycle", _share(hours, on_duty_h), most, "frac"))
    for rule, hours, least in (
        ("proactive_floor", proactive_h, proactive_least),
        ("community_floor", community_h, community_least),
    ):
        if least > 0 and hours < (least - SHARE_TOLERANCE) * on_duty_h - TINY_H:
            found.append(Violation(rule, "the cycle", _share(hours, on_duty_h), least, "frac"))
    return found


def _share(part_h: float, whole_h: float) -> float:
    """Share of the hours on duty; with nobody on duty any work at all is beyond every share."""
    if whole_h > 0:
        return part_h / whole_h
    return math.copysign(math.inf, part_h) if part_h else 0.0
