"""Rules of the rota in a sector's plan: where each is in force, where it decides, and who must be there besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.data.duty_rules import CREW, MINIMUM, PATROL, SPAN, SUPERVISOR, DutyRule
from optimiser.demand.clauses import least_by_slot, most_by_slot
from optimiser.demand.requirement import MINIMUM as MINIMUM_BINDS
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.rules import on_duty

_ROUND = 1e-9


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in a sector.

    Parameters
    ----------
    in_force_h
        Hours of the week that it holds.
    decides_h
        Hours in which it alone sets the officers needed, or the plan has no more than it asks for; None where it is
        no minimum of patrol officers.
    """

    title: str
    hard: bool
    in_force_h: float
    decides_h: float | None


@dataclass(frozen=True, slots=True)
class Besides:
    """People of another role beside the plan's officers: least and most at once, hours a week."""

    role: str
    least: int
    most: int
    hours: float


def rules_in(rules: Sequence[DutyRule], sector: str, problem: ShiftsProblem) -> tuple[RuleLine, ...]:
    """Return the rules that hold in a sector: its own, and the force's crews and spans."""
    found = []
    for rule in rules:
        if rule.sector != sector and not (rule.sector == "" and rule.kind in (CREW, SPAN)):
            continue
        held = rule.slots(problem.slot_s)
        decides = None
        if rule.kind == MINIMUM and rule.role == PATROL:
            clauses = np.array(problem.clauses or [""] * problem.n_slots)
            by_minimum = np.array(problem.binding) == MINIMUM_BINDS
            sets = held & by_minimum & (clauses == rule.clause) & (problem.requirement == rule.value)
            decides = float(sets.sum()) * problem.slot_h
        found.append(RuleLine(rule.title(), rule.hard, float(held.sum()) * problem.slot_h, decides))
    return tuple(found)


def besides(
    rules: Sequence[DutyRule], sector: str, problem: ShiftsProblem, plan: ShiftsPlan
) -> tuple[Besides, ...]:
    """Return who must be on duty besides: supervisors by the span of those the plan has on, posts by their minimum."""
    duty = on_duty(problem, plan)
    found = []
    roles = dict.fromkeys((SUPERVISOR, *(r.role for r in rules if r.kind == MINIMUM and r.role != PATROL)))
    for role in roles:
        need, _ = least_by_slot(rules, sector, problem.slot_s, role=role)
        if role == SUPERVISOR:
            span = most_by_slot(rules, SPAN, sector, problem.slot_s)
            if span.size:
                need = np.maximum(need, np.ceil(duty / span - _ROUND).astype(np.int64))
        if need.any():
            found.append(Besides(role, int(need.min()), int(need.max()), float(need.sum()) * problem.slot_h))
    return tuple(found)
