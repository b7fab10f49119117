"""What studies know of shifts: hours that no shift reaches, hours beyond the budget, and how far two weeks differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.data import DAYS
from optimiser.problems.shifts.obvious import reasons
from optimiser.problems.shifts.rules import known_rows, on_duty
from optimiser.studies.hooks import Hooks, Refutation

_SPLIT = ("call_ceiling", "admin_ceiling", "proactive_floor", "community_floor")


def in_force(problem: ShiftsProblem, rule: str) -> bool:
    """Return whether the question asks for a rule; one that is not known here is taken to be asked for."""
    p = problem.params
    if rule in p.hard_rules:
        return False  # not negotiable: it stands, and is no way out
    known = {
        "requirement": p.objective == "cost",
        "minimum_on_duty": p.minimum_on_duty > 0,
        "start_times": p.max_start_times is not None,
        "budget": p.budget_h is not None,
        "hand_over": p.hand_over_officers > 0,
        "same_starts": bool(p.same_starts),
        "change": p.most_changed_h is not None and problem.existing is not None,
        "hold_over": p.most_hold_over_h is not None and "hold-over" in problem.overtime,
        "call_back": p.most_call_back_h is not None and "call-back" in problem.overtime,
        **dict.fromkeys(_SPLIT, p.hold_split),
    }
    return known.get(rule, True)


def plenty(problem: ShiftsProblem, rule: str) -> float | None:
    """Return what switches a rule off."""
    known = {
        "requirement": max(1.0, float(problem.requirement.max(initial=0))),
        "minimum_on_duty": max(1.0, float(problem.params.minimum_on_duty)),
        "start_times": float(problem.slots_per_day),
    }
    return known.get(rule)


def refute(problem: ShiftsProblem) -> tuple[Refutation, ...]:
    """Return what sums refute: slots that no shifts can fill, needs beyond the budget, ceilings out of reach."""
    return tuple(Refutation(r.rules, r.where, r.found, r.limit, r.unit, r.least) for r in reasons(problem))


def distance(problem: ShiftsProblem, one: ShiftsPlan, other: ShiftsPlan) -> float:
    """Return the share of the officer-hours of the fuller week that lie in other shifts or on other days."""
    a, b = _hours(problem, one), _hours(problem, other)
    fuller = max(float(a.sum()), float(b.sum()))
    return float(np.maximum(a - b, 0).sum() + np.maximum(b - a, 0).sum()) / (2 * fuller) if fuller else 0.0


def _hours(problem: ShiftsProblem, plan: ShiftsPlan) -> NDArray[np.float64]:
    """Return officer-hours by shift and day, shape (S, 7)."""
    hours = np.zeros((len(problem.shift_ids), DAYS))
    for i, day, n in known_rows(problem, plan):
        hours[i, day] += n * float(problem.shift_slots[i]) * problem.slot_h
    return hours


def push(problem: ShiftsProblem, plans: Sequence[ShiftsPlan], strength: float) -> tuple[ShiftsProblem, ...]:
    """Lead away from plans: by dearer hours where they have most on duty, and without their usual start times."""
    return _dearer(problem, plans, strength), _other_starts(problem, plans, strength)


def _dearer(problem: ShiftsProblem, plans: Sequence[ShiftsPlan], strength: float) -> ShiftsProblem:
    """Raise the cost of an hour by how many the plans have in it beyond the need; at full strength it doubles."""
    duty = np.mean([on_duty(problem, plan) for plan in plans], axis=0)
    beyond = np.maximum(duty - problem.requirement, 0.0)
    most = max(float(beyond.max(initial=0.0)), 1e-9)
    return replace(problem, cost_per_officer_h=problem.cost_per_officer_h * (1.0 + strength * beyond / most))


def _other_starts(problem: ShiftsProblem, plans: Sequence[ShiftsPlan], strength: float) -> ShiftsProblem:
    """Take the start times that the plans use most off the offer, more of them the greater the strength."""
    hours = np.sum([_hours(problem, plan).sum(axis=1) for plan in plans], axis=0)
    starts = np.unique(problem.shift_start[hours > 0])
    used = {int(s): float(hours[problem.shift_start == s].sum()) for s in starts}
    ranked = sorted(used, key=lambda s: (-used[s], s))
    gone = ranked[: max(1, round(strength * len(ranked)))]
    days = problem.shift_days.copy()
    days[np.isin(problem.shift_start, gone)] = False
    return replace(problem, shift_days=days)


HOOKS = Hooks(
    refute=refute,
    in_force=in_force,
    plenty=plenty,
    distance=distance,
    distance_of="officer-hours in other shifts",
    push=push,
)
