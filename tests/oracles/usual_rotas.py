"""The rotas most forces run, each at its best for the same officer-hours: what an optimised one is compared with.

- **flat three shifts**: three shifts of eight hours, the same officers every day; the hour they begin at and the
  officers of each shift are the best there are.
- **even squads**: four equal squads on twelve hours (Pitman), so that one of them is on at any time.
- **power shift**: three shifts as above and a fourth over the evening, heavier on Friday and Saturday; its begin, its
  length and all officers are the best there are in steps of the hand.

Best means least officer-hours below the requirement, by enumeration: with the begin given, shifts of eight hours touch
different slots, so that the officers of each can be chosen apart and the sum along one axis at a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.data import DAYS
from optimiser.problems.shifts.plan import staffing_key
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR, time_of_day

EIGHT_H, TWELVE_H = 8, 12
PER_DAY = 3
POWER_BEGINS_H = range(12, 23)
POWER_LENGTHS_H = (6, 8, 10)
WEEKEND = (4, 5)
"""Friday and Saturday, when the power shift is heavier."""

Cells = list[tuple[int, int, tuple[int, ...]]]
"""(begin in slots of the day, length in slots, officers by day)."""


@dataclass(frozen=True)
class Usual:
    """A usual rota: its name, the question with its shifts on offer, its plan, and its hours below the requirement."""

    name: str
    problem: ShiftsProblem
    plan: ShiftsPlan
    short_h: float
    officer_h: float


def usual_rotas(problem: ShiftsProblem, officer_h: float) -> tuple[Usual, ...]:
    """Return the three usual rotas of a week at no more than ``officer_h`` officer-hours.

    Raises
    ------
    InputError
        If there are too few hours for one officer at any time.
    """
    per_h = round(SECONDS_PER_HOUR) // problem.slot_s
    need = np.asarray(problem.requirement) + problem.away_officers()
    hours = int(officer_h + 1e-9)
    if hours < DAYS * HOURS_PER_DAY:
        raise InputError(
            f"{officer_h:g} officer-hours a week are less than one officer at any time; give at least "
            f"{DAYS * HOURS_PER_DAY}."
        )
    return (
        _made(problem, "flat three shifts", _flat(need, hours, per_h)),
        _made(problem, "even squads", _squads(hours, per_h)),
        _made(problem, "power shift", _power(need, hours, per_h)),
    )


def _made(problem: ShiftsProblem, name: str, cells: Cells) -> Usual:
    """Return the rota as a plan of the question with its shifts on offer."""
    per_h = round(SECONDS_PER_HOUR) // problem.slot_s
    known = {
        (int(s), int(n)): i
        for i, s, n in zip(problem.shift_ids, problem.shift_start, problem.shift_slots, strict=True)
    }
    ids: list[str] = []
    starts: list[int] = []
    lengths: list[int] = []
    officers: dict[str, int] = {}
    for begin, length, by_day in cells:
        shift = known.get((begin, length))
        if shift is None:
            shift = f"{time_of_day(begin * problem.slot_s)}+{length / per_h:g}h"
            ids.append(shift)
            starts.append(begin)
            lengths.append(length)
        officers |= {staffing_key(shift, d): n for d, n in enumerate(by_day) if n}
    more: dict[str, Any] = {
        "shift_ids": (*problem.shift_ids, *ids),
        "shift_start": np.append(problem.shift_start, np.array(starts, dtype=np.int64)),
        "shift_slots": np.append(problem.shift_slots, np.array(lengths, dtype=np.int64)),
        "shift_days": np.vstack([problem.shift_days, np.ones((len(ids), DAYS), dtype=bool)]),
        "most_per_shift": max(problem.most_per_shift, *officers.values()),
    }
    if problem.overtime:
        more["overtime"] = (*problem.overtime, *("" for _ in ids))
        more["overtime_slots"] = (*problem.overtime_slots, *(0 for _ in ids))
    made = replace(problem, **more)
    plan = ShiftsPlan(officers)
    duty = np.zeros(problem.n_slots)
    for begin, length, by_day in cells:
        duty += _over(problem.n_slots, begin, length, by_day)
    short = np.maximum(problem.requirement + problem.away_officers() - duty, 0).sum() * problem.slot_h
    return Usual(name, made, plan, float(short), float(duty.sum()) * problem.slot_h)


def _over(n_slots: int, begin: int, length: int, by_day: Sequence[int]) -> NDArray[np.int64]:
    duty = np.zeros(n_slots, dtype=np.int64)
    per_day = n_slots // DAYS
    for day, n in enumerate(by_day):
        duty[(day * per_day + begin + np.arange(length)) % n_slots] += n
    return duty


def _squads(hours: int, per_h: int) -> Cells:
    n = hours // (DAYS * HOURS_PER_DAY)
    return [(h * per_h, TWELVE_H * per_h, (n,) * DAYS) for h in (7, 19)]


def _flat(need: NDArray[np.int64], hours: int, per_h: int) -> Cells:
    most = hours // (DAYS * EIGHT_H)
    best: tuple[float, int, tuple[int, ...]] = (np.inf, 0, ())
    for begin in range(EIGHT_H):
        short, counts = _three(_tables(need, begin, most, per_h), most)
        if short < best[0]:
            best = (short, begin, counts)
    return _base(best[1], best[2], per_h)


def _base(begin: int, counts: Sequence[int], per_h: int) -> Cells:
    return [((begin + k * EIGHT_H) * per_h, EIGHT_H * per_h, (n,) * DAYS) for k, n in enumerate(counts)]


def _tables(need: NDArray[np.int64], begin: int, most: int, per_h: int) -> list[NDArray[np.float64]]:
    """Return for each of three shifts the slots missed with 0, 1 ... officers on it every day."""
    per_day = need.size // DAYS
    n = np.arange(most + 1)
    tables = []
    for k in range(PER_DAY):
        first = (begin + k * EIGHT_H) * per_h
        slots = (np.arange(DAYS)[:, None] * per_day + first + np.arange(EIGHT_H * per_h)).ravel() % need.size
        tables.append(np.maximum(need[slots][:, None] - n, 0).sum(axis=0).astype(np.float64))
    return tables


def _three(tables: list[NDArray[np.float64]], most: int) -> tuple[float, tuple[int, ...]]:
    """Return the least sum of three tables whose numbers add up to at most ``most``, and the numbers."""
    a, b, c = tables
    pair = a[:, None] + b[None, :]
    total = np.add.outer(np.arange(most + 1), np.arange(most + 1))
    # missing never grows with officers, so the third shift has all that is left
    cost = np.where(total <= most, pair + c[np.clip(most - total, 0, most)], np.inf)
    at = np.unravel_index(int(cost.argmin()), cost.shape)
    first, second = int(at[0]), int(at[1])
    return float(cost[at]), (first, second, most - first - second)


def _powers(hours: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield begin, length, officers on other days and on Friday and Saturday of a power shift worth a look."""
    average = hours // (DAYS * HOURS_PER_DAY)
    step = max(1, average // 8)
    counts = range(step, max(step + 1, average + 1), step)
    for begin, length in itertools.product(POWER_BEGINS_H, POWER_LENGTHS_H):
        for other, weekend in itertools.product((0, *counts), counts):
            if other <= weekend:
                yield begin, length, other, weekend


def _power(need: NDArray[np.int64], hours: int, per_h: int) -> Cells:
    best: tuple[float, Cells] = (np.inf, [])
    for begin, length, other, weekend in _powers(hours):
        by_day = tuple(weekend if d in WEEKEND else other for d in range(DAYS))
        left = hours - length * sum(by_day)
        most = left // (DAYS * EIGHT_H)
        if most < PER_DAY:
            continue
        rest = np.maximum(need - _over(need.size, begin * per_h, length * per_h, by_day), 0)
        for base in (6, 7):
            short, counts = _three(_tables(rest, base, most, per_h), most)
            if short < best[0]:
                power = (begin * per_h, length * per_h, by_day)
                best = (short, [*_base(base, counts, per_h), power])
    return best[1] or _flat(need, hours, per_h)
