"""What a shift plan is judged by, recomputed from the data, and what a planner wants to know of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Measure, Objective
from optimiser.problems.shifts.data import ShiftsProblem
from optimiser.problems.shifts.ledger import CLASSES, TimeSplit, time_split
from optimiser.problems.shifts.nobody_free import at_duty, steep
from optimiser.problems.shifts.plan import ShiftsPlan
from optimiser.problems.shifts.rules import (
    changed_h,
    known_rows,
    on_duty,
    overtime_h,
    rostered,
    starts_by_day,
)
from optimiser.units import DAY_NAMES, HOURS_PER_DAY, SECONDS_PER_HOUR, asked_text

BUSY_FRACS = (0.45, 0.60)
"""Shares of on-duty time on calls above which an hour is counted as busy."""


def objectives(problem: ShiftsProblem, plan: ShiftsPlan) -> tuple[Objective, ...]:
    """Return the one objective.

    ``cost``: pay of all officer-hours, plus ``interval_price`` for each officer-hour of call work above the
    call ceiling within its slot. ``shortage``: officer-hours short at their rising prices, plus
    ``surplus_price`` for each officer-hour above the requirement, the premium of overtime, and the same interval term.
    Both: plus ``change_price`` for each officer-hour other than in today's rota, and ``no_free_price`` for each call a
    week expected to find nobody free (:func:`~optimiser.problems.shifts.nobody_free.steep`).
    """
    p = problem.params
    duty = on_duty(problem, plan)
    more = p.interval_price * float(above_ceiling_h(problem, duty).sum())
    more += p.change_price * changed_h(problem, plan)
    if p.no_free_price > 0:
        more += p.no_free_price * float(at_duty(steep(problem.nobody_free), duty).sum())
    if p.objective == "cost":
        return (Objective("cost", pay(problem, plan) + more, "cost", "min"),)
    more += overtime_pay(problem, plan)
    surplus = p.surplus_price * surplus_h(problem, duty)
    value = priced_shortage(problem, duty) + surplus + more
    return (Objective("shortage", value, "priced officer-hours", "min"),)


def pay(problem: ShiftsProblem, plan: ShiftsPlan) -> float:
    """Cost of the officer-hours on the rota, overtime at its premium."""
    hours = float(rostered(problem, plan) @ problem.cost_per_officer_h) * problem.slot_h
    return hours + overtime_pay(problem, plan)


def overtime_pay(problem: ShiftsProblem, plan: ShiftsPlan) -> float:
    """Cost of overtime beyond that of its hours."""
    return sum(n * overtime_premium(problem, i, d) for i, d, n in known_rows(problem, plan))


def overtime_premium(problem: ShiftsProblem, shift: int, day: int) -> float:
    """Cost of one officer on a shift of a day beyond that of its hours."""
    last = day * problem.slots_per_day + int(problem.shift_start[shift] + problem.shift_slots[shift])
    slots = (last - 1 - np.arange(problem.overtime_of(shift))) % problem.n_slots
    hours = float(problem.cost_per_officer_h[slots].sum()) * problem.slot_h
    return problem.params.overtime_premium_frac * hours


def above_ceiling_h(problem: ShiftsProblem, duty: NDArray[np.float64]) -> NDArray[np.float64]:
    """Officer-hours of call work above the call ceiling in each slot, shape (T,)."""
    calls_h = problem.call_work_s / SECONDS_PER_HOUR
    result: NDArray[np.float64] = np.maximum(
        calls_h - problem.params.call_ceiling_frac * duty * problem.slot_h, 0.0
    )
    return result


def shortage_steps(problem: ShiftsProblem) -> NDArray[np.int64]:
    """How many missing officers each price holds for in each slot, shape (T, prices); a row sums to the requirement."""
    need = np.asarray(problem.requirement, dtype=np.int64)
    levels = len(problem.shortage_prices)
    if problem.shortage_bands_frac:
        upto = [np.floor(b * need + 1e-9).astype(np.int64) for b in problem.shortage_bands_frac]
    else:
        upto = [np.full(need.shape, j + 1) for j in range(levels - 1)]
    edges = np.stack([np.zeros_like(need), *(np.minimum(u, need) for u in upto), need], axis=1)
    steps: NDArray[np.int64] = np.diff(edges, axis=1)
    return np.maximum(steps, 0)


def priced_shortage(problem: ShiftsProblem, duty: NDArray[np.float64]) -> float:
    """Officer-hours short, the first of those missing in a slot at the first price, and so on."""
    left = np.maximum(problem.requirement - duty, 0.0)
    total = 0.0
    for price, size in zip(problem.shortage_prices, shortage_steps(problem).T, strict=True):
        in_level = np.minimum(left, size)
        total += price * float(in_level.sum())
        left = left - in_level
    return total * problem.slot_h


def shortage_h(problem: ShiftsProblem, duty: NDArray[np.float64]) -> float:
    """Officer-hours below the requirement."""
    return float(np.maximum(problem.requirement - duty, 0.0).sum()) * problem.slot_h


def surplus_h(problem: ShiftsProblem, duty: NDArray[np.float64]) -> float:
    """Officer-hours above the requirement."""
    return float(np.maximum(duty - problem.requirement, 0.0).sum()) * problem.slot_h


def measure(problem: ShiftsProblem, plan: ShiftsPlan) -> tuple[Measure, ...]:
    """Return hours, money, shortage, busy hours, start times, what moved, and the planned time split."""
    duty = on_duty(problem, plan)
    split = time_split(problem, plan)
    return (
        *_hours(problem, plan, duty),
        *_busy(problem, duty),
        *_shape(problem, plan),
        *_ledger(problem, split),
    )


def _hours(problem: ShiftsProblem, plan: ShiftsPlan, duty: NDArray[np.float64]) -> tuple[Measure, ...]:
    by_shift: dict[str, float] = {}
    for i, _, n in known_rows(problem, plan):
        name = problem.shift_ids[i]
        by_shift[name] = by_shift.get(name, 0.0) + n * float(problem.shift_slots[i]) * problem.slot_h
    by_hour = {
        f"{DAY_NAMES[k // HOURS_PER_DAY]} {k % HOURS_PER_DAY:02d}": float(v)
        for k, v in enumerate(duty.reshape(-1, problem.slots_per_day // HOURS_PER_DAY).mean(axis=1))
    }
    return (
        Measure("officer-hours", sum(by_shift.values()), "h", "lower", by_shift, "shift"),
        Measure("officers on duty", float(duty.mean()), "officers", "neither", by_hour, "hour of week"),
        Measure("fewest on duty", float(duty.min()), "officers", "higher"),
        Measure("pay", pay(problem, plan), "cost", "lower"),
        Measure("shortage", shortage_h(problem, duty), "officer-hours", "lower"),
        Measure("surplus", surplus_h(problem, duty), "officer-hours", "lower"),
        Measure("priced shortage", priced_shortage(problem, duty), "priced officer-hours", "lower"),
    )


def _busy(problem: ShiftsProblem, duty: NDArray[np.float64]) -> tuple[Measure, ...]:
    on_duty_s = duty * problem.slot_s
    measures = []
    for share in BUSY_FRACS:
        busy = problem.call_work_s > share * on_duty_s + 1e-9
        measures.append(
            Measure(
                f"hours above {asked_text(share)} on calls", float(busy.sum()) * problem.slot_h, "h", "lower"
            )
        )
    above = float(above_ceiling_h(problem, duty).sum())
    measures.append(Measure("call work above the ceiling of its slot", above, "officer-hours", "lower"))
    if problem.nobody_free.size:
        waiting = float(at_duty(problem.nobody_free, duty).sum())
        measures.append(Measure("calls that find nobody free", waiting, "calls a week", "lower"))
    return tuple(measures)


def _shape(problem: ShiftsProblem, plan: ShiftsPlan) -> tuple[Measure, ...]:
    rows = list(known_rows(problem, plan))
    starts = {s for day in starts_by_day(problem, plan) for s in day}
    measures = [
        Measure("start times", len(starts), "start times", "lower"),
        Measure("shifts used", len({i for i, _, _ in rows}), "shifts", "lower"),
    ]
    for kind, said in (("hold-over", "hours held over"), ("call-back", "hours called back")):
        if kind in problem.overtime:
            measures.append(Measure(said, overtime_h(problem, plan, kind), "officer-hours", "lower"))
    if problem.away:
        away = float(sum(problem.away)) * problem.slot_h
        measures.append(Measure("at court, training and events", away, "officer-hours", "neither"))
    if problem.existing is not None:
        moved = changed_h(problem, plan)
        measures.append(Measure("changed against today's plan", moved, "officer-hours", "lower"))
    return tuple(measures)


def _ledger(problem: ShiftsProblem, split: TimeSplit) -> tuple[Measure, ...]:
    better = {"calls": "lower", "proactive": "higher", "community": "higher", "unaccounted": "lower"}
    by_hour = split.by_hour_of_week()
    measures = [
        Measure(
            "planned time split",
            float(split.on_duty_h.sum()),
            "officer-hours",
            "neither",
            split.shares(),
            "class",
        )
    ]
    for c, name in enumerate(CLASSES):
        hours = {
            f"{DAY_NAMES[k // HOURS_PER_DAY]} {k % HOURS_PER_DAY:02d}": float(by_hour[c, k])
            for k in range(by_hour.shape[1])
        }
        measures.append(
            Measure(f"planned share: {name}", split.shares()[name], "frac", better.get(name, "neither"))  # type: ignore[arg-type]
        )
        measures.append(
            Measure(
                f"planned hours: {name}",
                float(split.hours[c].sum()),
                "officer-hours",
                "neither",
                hours,
                "hour of week",
            )
        )
        used = np.flatnonzero(split.by_shift.sum(axis=0) > 0)
        by_shift = {problem.shift_ids[i]: float(split.by_shift[c, i]) for i in used}
        measures.append(
            Measure(
                f"planned hours by shift: {name}",
                float(split.by_shift[c].sum()),
                "officer-hours",
                "neither",
                by_shift,
                "shift",
            )
        )
    measures.append(Measure("call work unserved", split.unserved_h, "officer-hours", "lower"))
    measures.append(Measure("administration left", split.admin_left_h, "officer-hours", "lower"))
    return tuple(measures)
