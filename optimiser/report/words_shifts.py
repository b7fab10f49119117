"""Shifts in words: officers against the requirement, the planned time split against its targets, what binds."""

from __future__ import annotations

import numpy as np

from optimiser.problems.base import Measure
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import CLASSES
from optimiser.problems.shifts.rules import on_duty
from optimiser.report.phrases import count, listed, measures_by_name, number, percent
from optimiser.solve.result import Result

CLASS_WORDS = {
    "calls": "calls",
    "proactive": "proactive work",
    "admin": "administration",
    "community": "community engagement",
    "unaccounted": "unaccounted",
}
NEAR_FRAC = 0.002
REASON_WORDS = {
    "queue": "enough free units when a call comes",
    "urgent wait": "the wait of urgent calls",
    "response": "the drive to a call",
    "time split": "the ceiling on call time",
    "minimum": "the least units allowed",
}


def found(problem: ShiftsProblem, result: Result[ShiftsPlan]) -> list[str]:
    """Say what the plan gives against what was asked."""
    by_name = measures_by_name(result.measures)
    return [*_hours(problem, by_name), *_split(problem, by_name)]


def binds(problem: ShiftsProblem, result: Result[ShiftsPlan]) -> list[str]:
    """Say which needs and limits the plan meets with nothing to spare."""
    assert result.plan is not None
    by_name = measures_by_name(result.measures)
    duty = on_duty(problem, result.plan)
    tight = np.flatnonzero((problem.requirement > 0) & (duty <= problem.requirement))
    said = []
    if tight.size:
        said.append(
            f"The requirement is met with nobody to spare in {_hours_text(tight.size * problem.slot_h)} of the week"
            f"{_reasons(problem, tight)}."
        )
    p = problem.params
    shares = _shares(by_name)
    if p.hold_split and shares:
        edges = [
            (
                f"the ceiling of {percent(p.call_ceiling_frac, 0)} on calls",
                p.call_ceiling_frac - shares["calls"],
            ),
            (
                f"the ceiling of {percent(p.admin_ceiling_frac, 0)} on administration",
                p.admin_ceiling_frac - shares["admin"],
            ),
            (
                f"the floor of {percent(p.proactive_floor_frac, 0)} for proactive work",
                shares["proactive"] - p.proactive_floor_frac,
            ),
        ]
        reached = [text for text, room in edges if room < NEAR_FRAC]
        if reached:
            said.append(f"In the planned time split these are reached: {listed(reached)}.")
    used_h, starts = by_name.get("officer-hours"), by_name.get("start times")
    if p.budget_h is not None and used_h is not None and used_h.value > (1 - NEAR_FRAC) * p.budget_h:
        said.append(f"The budget of {number(p.budget_h)} officer-hours a week is used up.")
    if p.max_start_times is not None and starts is not None and starts.value >= p.max_start_times:
        said.append(f"All {number(p.max_start_times)} start times allowed are in use.")
    return said


def _hours(problem: ShiftsProblem, by_name: dict[str, Measure]) -> list[str]:
    hours, starts = by_name.get("officer-hours"), by_name.get("start times")
    said = []
    if hours is not None:
        text = f"The week takes {number(hours.value)} officer-hours"
        if starts is not None:
            text += f" with {count(starts.value, 'start time')}"
        if problem.params.budget_h is not None:
            text += f"; the budget is {number(problem.params.budget_h)}"
        said.append(f"{text}.")
    short, over = by_name.get("shortage"), by_name.get("surplus")
    if short is not None and over is not None:
        if short.value > 0:
            text = f"The requirement is missed by {number(short.value, 1)} officer-hours a week"
        else:
            text = "Every hour of the week has the officers it requires"
        said.append(f"{text}; {number(over.value, 1)} officer-hours are above the requirement.")
    least = by_name.get("fewest on duty")
    if least is not None:
        said.append(f"Never fewer than {count(least.value, 'officer')} on duty.")
    return said


def _split(problem: ShiftsProblem, by_name: dict[str, Measure]) -> list[str]:
    shares = _shares(by_name)
    if not shares:
        return []
    p = problem.params
    targets = {
        "calls": f"at most {percent(p.call_ceiling_frac, 0)}",
        "proactive": f"at least {percent(p.proactive_floor_frac, 0)}",
        "admin": f"a need, at most {percent(p.admin_ceiling_frac, 0)}",
        "community": f"at least {percent(p.community_floor_frac, 0)}",
    }
    parts = [
        f"{CLASS_WORDS[c]} {percent(shares[c])}" + (f" ({targets[c]})" if c in targets else "")
        for c in CLASSES
        if c in shares
    ]
    held = "" if p.hold_split else " The split is shown, not held as a rule."
    said = [f"Planned time split of on-duty officer-hours: {', '.join(parts)}.{held}"]
    unserved = by_name.get("call work unserved")
    if unserved is not None and unserved.value > 0:
        said.append(f"{number(unserved.value, 1)} officer-hours of call work find nobody on duty.")
    left = by_name.get("administration left")
    if left is not None and left.value > 0:
        said.append(f"{number(left.value, 1)} officer-hours of administration find no time.")
    return said


def _shares(by_name: dict[str, Measure]) -> dict[str, float]:
    split = by_name.get("planned time split")
    return dict(split.by) if split is not None else {}


def _hours_text(hours: float) -> str:
    return count(hours, "hour")


def _reasons(problem: ShiftsProblem, slots: np.ndarray) -> str:
    """Say what sets the requirement in these slots, where the problem tells."""
    if not problem.binding:
        return ""
    names, n = np.unique([problem.binding[s] for s in slots], return_counts=True)
    parts = [
        f"{REASON_WORDS.get(str(names[k]), str(names[k]))} ({_hours_text(n[k] * problem.slot_h)})"
        for k in np.argsort(-n, kind="stable")
    ]
    return f"; what asks for them there is {listed(parts)}"
