"""Shifts in words: officers against the requirement, the planned time split against its targets, what binds."""

from __future__ import annotations

import numpy as np

from optimiser.problems.base import Measure, relaxed
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import CLASSES
from optimiser.problems.shifts.rules import on_duty
from optimiser.report.phrases import asked, count, listed, measures_by_name, number, percent
from optimiser.report.words_rota import UNACCOUNTED_MOST_FRAC, asked_of_rota
from optimiser.solve.result import Result

CLASS_WORDS = {
    "calls": "calls",
    "proactive": "proactive work",
    "admin": "administration",
    "community": "community engagement",
    "unaccounted": "unaccounted",
}
NEAR_FRAC = 0.002
_ROUNDING_H = 1e-6
REASON_WORDS = {
    "queue": "enough free units when a call comes",
    "urgent wait": "the wait of urgent calls",
    "response": "the drive to a call",
    "time split": "the ceiling on call time",
    "minimum": "the least units allowed",
    "simulation": "what simulated weeks showed beyond the formulas",
}


def found(problem: ShiftsProblem, result: Result[ShiftsPlan]) -> list[str]:
    """Say what the plan gives against what was asked."""
    by_name = measures_by_name(result.measures)
    return [
        *_why(problem, by_name),
        *_hours(problem, by_name),
        *_cost(problem, result),
        *asked_of_rota(problem, by_name),
        *_split(problem, by_name),
    ]


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
            (_call_ceiling(problem), _room_to_ceiling(problem, shares)),
            (
                f"the ceiling of {asked(p.admin_ceiling_frac)} on administration",
                p.admin_ceiling_frac - shares["admin"],
            ),
            (
                f"the floor of {asked(p.proactive_floor_frac)} for proactive work",
                shares["proactive"] - p.proactive_floor_frac,
            ),
        ]
        reached = [text for text, room in edges if room < NEAR_FRAC]
        if reached:
            said.append(f"In the planned time split these are reached: {listed(reached)}.")
    used_h, starts = by_name.get("officer-hours"), by_name.get("start times")
    budget_h = p.budget_h if p.overtime_in_budget else None  # hours told hold the overtime too
    if budget_h is not None and used_h is not None and used_h.value > (1 - NEAR_FRAC) * budget_h:
        said.append(f"The budget of {number(budget_h)} officer-hours a week is used up.")
    if p.max_start_times is not None and starts is not None and starts.value >= p.max_start_times:
        said.append(f"All {number(p.max_start_times)} start times allowed are in use.")
    return said


def _call_ceiling(problem: ShiftsProblem) -> str:
    return f"the ceiling of {asked(problem.params.call_ceiling_frac)} on calls"


def _room_to_ceiling(problem: ShiftsProblem, shares: dict[str, float]) -> float:
    p = problem.params
    return p.call_ceiling_frac + p.tolerance_frac + relaxed(p.relax, "call_ceiling") - shares["calls"]


def _ceiling_asks(problem: ShiftsProblem, by_name: dict[str, Measure]) -> bool:
    """Whether the call ceiling stands at its limit and asks for more officers than the requirement."""
    shares, surplus = _shares(by_name), by_name.get("surplus")
    if not problem.params.hold_split or not shares or surplus is None or surplus.value <= 0:
        return False
    return _room_to_ceiling(problem, shares) < NEAR_FRAC


def _why(problem: ShiftsProblem, by_name: dict[str, Measure]) -> list[str]:
    """Say first why the week takes more than its requirement, where the call ceiling is why."""
    hours = by_name.get("officer-hours")
    if hours is None or not _ceiling_asks(problem, by_name):
        return []
    need_h = float(problem.requirement.sum()) * problem.slot_h
    return [
        f"The requirement alone asks for {number(need_h)} officer-hours; {_call_ceiling(problem)} asks for the rest "
        f"of the {number(hours.value)}."
    ]


def _cost(problem: ShiftsProblem, result: Result[ShiftsPlan]) -> list[str]:
    """Say what the cost is made of, where cost is the aim."""
    paid, cost = measures_by_name(result.measures).get("pay"), result.objectives[0]
    if problem.params.objective != "cost" or paid is None:
        return []
    rates = problem.cost_per_officer_h
    low, high = float(rates.min()), float(rates.max())
    rate = number(low, 2) if low == high else f"{number(low, 2)} to {number(high, 2)}"
    unit = "cost unit" if low == high == 1 else "cost units"
    text = f"Of the cost, {number(paid.value)} is for officer-hours paid at {rate} {unit} each"
    more = cost.value - paid.value
    if more > 0.005 * problem.slot_h:
        slot = "hour" if problem.slot_h == 1 else "time slot"
        also = [f"call work above the ceiling within its own {slot}"] if problem.params.interval_price else []
        also += ["calls that find nobody free"] if problem.params.no_free_price else []
        text += f", and {number(more, 1)} for {listed(also or ['what else is priced'])}"
    return [f"{text}."]


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
        why = ", to keep calls within their ceiling" if _ceiling_asks(problem, by_name) else ""
        said.append(f"{text}; {number(over.value, 1)} officer-hours are above the requirement{why}.")
    waiting = by_name.get("calls that find nobody free")
    if waiting is not None:
        said.append(f"By formula {number(waiting.value, 1)} calls a week find nobody free.")
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
        "calls": f"at most {asked(p.call_ceiling_frac)}",
        "proactive": f"at least {asked(p.proactive_floor_frac)}",
        "admin": f"a need, at most {asked(p.admin_ceiling_frac)}",
        "community": f"at least {asked(p.community_floor_frac)}",
    }
    parts = [
        f"{CLASS_WORDS[c]} {percent(shares[c])}" + (f" ({targets[c]})" if c in targets else "")
        for c in CLASSES
        if c in shares
    ]
    held = "" if p.hold_split else " The split is shown, not held as a rule."
    said = [f"Planned time split of on-duty officer-hours: {', '.join(parts)}.{held}"]
    unserved = by_name.get("call work unserved")
    if unserved is not None and unserved.value > _ROUNDING_H:
        said.append(f"{number(unserved.value, 1)} officer-hours of call work find nobody on duty.")
    if shares["unaccounted"] > UNACCOUNTED_MOST_FRAC:
        said.append(
            f"Unaccounted time is {percent(shares['unaccounted'])}, more than {percent(UNACCOUNTED_MOST_FRAC)}: spare "
            "time in pieces too short for a proactive block."
        )
    left = by_name.get("administration left")
    if left is not None and left.value > _ROUNDING_H:
        said.append(f"{number(left.value, 1)} officer-hours of administration find no time.")
    return said


def _shares(by_name: dict[str, Measure]) -> dict[str, float]:
    split = by_name.get("planned time split")
    return dict(split.by) if split is not None else {}


def _hours_text(hours: float) -> str:
    return count(hours, "hour")


def reason_in(problem: ShiftsProblem, slot: int) -> str:
    """Say what asks for the officers of a slot, with the clause where it is a minimum of the rota; "" unknown."""
    if not problem.binding:
        return ""
    words = REASON_WORDS.get(problem.binding[slot], problem.binding[slot])
    clause = problem.clauses[slot] if problem.clauses else ""
    return f"{words}, {clause}" if clause else words


def _reasons(problem: ShiftsProblem, slots: np.ndarray) -> str:
    """Say what sets the requirement in these slots, where the problem tells."""
    if not problem.binding:
        return ""
    names, n = np.unique([reason_in(problem, s) for s in slots], return_counts=True)
    parts = [f"{names[k]} ({_hours_text(n[k] * problem.slot_h)})" for k in np.argsort(-n, kind="stable")]
    return f"; what asks for them there is {listed(parts)}"
