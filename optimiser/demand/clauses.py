"""Rules with their clauses, slot by slot: the least people, the officers in a car, and the most of a thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.data.duty_rules import CREW, MINIMUM, PATROL, SPAN, VEHICLES, DutyRule
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def n_slots(slot_s: int) -> int:
    """Slots of a week."""
    return round(HOURS_PER_WEEK * SECONDS_PER_HOUR) // slot_s


def crew_by_slot(rules: Sequence[DutyRule], sector: str, slot_s: int, default: float) -> FloatArray:
    """Officers in a unit, shape (T,): the sector's own rule before the force's, a later line before an earlier."""
    crew = np.full(n_slots(slot_s), default)
    for scope in ("", sector) if sector else ("",):
        for rule in rules:
            if rule.kind == CREW and rule.sector == scope:
                crew[rule.slots(slot_s)] = rule.value
    return crew


def least_by_slot(
    rules: Sequence[DutyRule], sector: str, slot_s: int, *, role: str = PATROL
) -> tuple[IntArray, tuple[str, ...]]:
    """Return the least people of a role by slot, shape (T,), and the clause that says so.

    Of the whole force ("") it is the larger of the force's own minimum and the sum of the sectors'.
    """
    least, clause = _of_sector(rules, sector, slot_s, role)
    if sector == "":
        names = sorted({r.sector for r in rules if r.sector})
        each = [_of_sector(rules, name, slot_s, role) for name in names]
        total = np.sum([e[0] for e in each], axis=0) if each else np.zeros_like(least)
        for slot in np.flatnonzero(total > least):
            clause[slot] = "sum of sectors: " + ", ".join(
                f"{name} {e[0][slot]} ({e[1][slot]})"
                for name, e in zip(names, each, strict=True)
                if e[0][slot]
            )
        least = np.maximum(least, total)
    return least, tuple(clause)


def most_by_slot(rules: Sequence[DutyRule], kind: str, sector: str, slot_s: int) -> FloatArray:
    """Return the smallest limit of a kind (span, vehicles) by slot, shape (T,), infinite where none; empty without any.

    A sector without a span of its own has the force's; cars of the force are also the sum of the sectors' where every
    sector with a rule has one.
    """
    mine = [r for r in rules if r.kind == kind and r.sector == sector]
    if not mine and kind == SPAN:
        mine = [r for r in rules if r.kind == kind and r.sector == ""]
    if not mine and kind == VEHICLES and sector == "":
        names = sorted({r.sector for r in rules if r.kind == kind})
        return (
            np.sum([most_by_slot(rules, kind, name, slot_s) for name in names], axis=0)
            if names
            else np.empty(0)
        )
    if not mine:
        return np.empty(0)
    most = np.full(n_slots(slot_s), np.inf)
    for rule in mine:
        held = rule.slots(slot_s)
        most[held] = np.minimum(most[held], rule.value)
    return most


def _of_sector(rules: Sequence[DutyRule], sector: str, slot_s: int, role: str) -> tuple[IntArray, list[str]]:
    least = np.zeros(n_slots(slot_s), dtype=np.int64)
    clause = [""] * least.size
    for rule in rules:
        if rule.kind != MINIMUM or rule.sector != sector or rule.role != role:
            continue
        for slot in np.flatnonzero(rule.slots(slot_s) & (rule.value > least)):
            least[slot], clause[slot] = int(rule.value), rule.clause
    return least, clause
