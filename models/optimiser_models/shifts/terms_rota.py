"""The numbers of the rota's own rules: start times that go together, hand-over, today's rota, overtime."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import relaxed
from optimiser.problems.shifts import ShiftsProblem
from optimiser.problems.shifts.rota import groups
from optimiser.problems.shifts.rules import hand_over_slots, handed_over, known_rows

_ROUND = 1e-9


@dataclass(frozen=True)
class SameStarts:
    """One group of days with the same start times.

    Parameters
    ----------
    pairs
        By start time of the day: for each day of the group, the numbers of its pairs (none where none is on offer).
    slack
        Days on which a start of the group may be missing, summed over its starts.
    """

    pairs: dict[int, tuple[tuple[int, ...], ...]]
    slack: int


@dataclass(frozen=True)
class Rota:
    """Rules of the rota in whole officers and slots.

    Parameters
    ----------
    counted
        True where a pair's start is a start time: all but officers called back, shape (V,).
    same
        Groups of days.
    stay, stay_least
        By slot with a hand-over, the pairs that stay over it; how many must.
    today
        Today's officers by pair, shape (V,); empty without a rota, or where change is neither limited nor priced.
    gone
        Officer-slots of today's rota that no pair offers: changed in every plan.
    length
        Slots of each pair, shape (V,).
    change_price
        Price of an officer-slot changed.
    most_changed
        Most officer-slots changed; None for no limit.
    overtime
        (slots by pair, most of them), for each limit on overtime, and for a budget that does not count overtime.
    """

    counted: NDArray[np.bool_]
    same: tuple[SameStarts, ...]
    stay: dict[int, tuple[int, ...]]
    stay_least: int
    today: NDArray[np.int64]
    gone: int
    length: NDArray[np.int64]
    change_price: float
    most_changed: int | None
    overtime: tuple[tuple[NDArray[np.int64], int], ...]


def rota_terms(
    problem: ShiftsProblem, pairs: list[tuple[int, int]], covers: tuple[tuple[int, ...], ...], unit: float
) -> Rota:
    """Return the rota's rules over these pairs of shift and day, relaxations applied."""
    p = problem.params
    length = np.array([len(c) for c in covers], dtype=np.int64)
    today, gone = _today(problem, pairs)
    least = max(0, math.ceil(p.hand_over_officers - relaxed(p.relax, "hand_over") - _ROUND))
    return Rota(
        counted=np.array([problem.kind(i) != "call-back" for i, _ in pairs], dtype=bool),
        same=_same(problem, pairs),
        stay=_stay(problem, covers) if least else {},
        stay_least=least,
        today=today,
        gone=gone,
        length=length,
        change_price=p.change_price * problem.slot_h / unit,
        most_changed=_slots(problem, "change", p.most_changed_h) if today.size else None,
        overtime=_overtime(problem, pairs),
    )


def _slots(problem: ShiftsProblem, rule: str, hours: float | None) -> int | None:
    if hours is None:
        return None
    return math.floor((hours + relaxed(problem.params.relax, rule)) / problem.slot_h + 1e-6)


def _same(problem: ShiftsProblem, pairs: list[tuple[int, int]]) -> tuple[SameStarts, ...]:
    slack = math.floor(relaxed(problem.params.relax, "same_starts") + _ROUND)
    found = []
    for days in groups(problem.params.same_starts):
        by_start: dict[int, list[list[int]]] = {}
        for v, (i, d) in enumerate(pairs):
            if d in days and problem.kind(i) != "call-back":
                start = int(problem.shift_start[i])
                by_start.setdefault(start, [[] for _ in days])[days.index(d)].append(v)
        found.append(SameStarts({s: tuple(map(tuple, rows)) for s, rows in by_start.items()}, slack))
    return tuple(found)


def _stay(problem: ShiftsProblem, covers: tuple[tuple[int, ...], ...]) -> dict[int, tuple[int, ...]]:
    span = hand_over_slots(problem)
    by_slot: dict[int, list[int]] = {int(t): [] for t in np.flatnonzero(handed_over(problem))}
    for v, covered in enumerate(covers):
        for t in covered[1 : len(covered) - span + 1]:
            if t in by_slot:
                by_slot[t].append(v)
    return {t: tuple(over) for t, over in by_slot.items()}


def _today(problem: ShiftsProblem, pairs: list[tuple[int, int]]) -> tuple[NDArray[np.int64], int]:
    p = problem.params
    if problem.existing is None or (p.most_changed_h is None and p.change_price == 0):
        return np.zeros(0, dtype=np.int64), 0
    place = {pair: v for v, pair in enumerate(pairs)}
    today, gone = np.zeros(len(pairs), dtype=np.int64), 0
    for i, d, n in known_rows(problem, problem.existing):
        if (i, d) in place:
            today[place[i, d]] += round(n)
        else:
            gone += round(n) * int(problem.shift_slots[i])
    return today, gone


def _overtime(
    problem: ShiftsProblem, pairs: list[tuple[int, int]]
) -> tuple[tuple[NDArray[np.int64], int], ...]:
    p, found = problem.params, []
    for kind, rule, hours in (
        ("hold-over", "hold_over", p.most_hold_over_h),
        ("call-back", "call_back", p.most_call_back_h),
    ):
        most = _slots(problem, rule, hours)
        slots = np.array(
            [problem.overtime_of(i) * (problem.kind(i) == kind) for i, _ in pairs], dtype=np.int64
        )
        if most is not None and slots.any():
            found.append((slots, most))
    budget = None if p.overtime_in_budget else _slots(problem, "budget", p.budget_h)
    if budget is not None:
        straight = np.array(
            [problem.shift_slots[i] - problem.overtime_of(i) for i, _ in pairs], dtype=np.int64
        )
        step = max(1, math.gcd(*straight.tolist()))
        found.append((straight, budget // step * step))
    return tuple(found)
