"""The planned time split: who does what, hour by hour, of a shift plan.

A deterministic allocation, in this order:

1. **Calls** are worked in the slot that offers them, as far as officers are on duty; the rest waits for the
   next slots, round the week. What no slot of the week can take is unserved.
2. **Community** gets its floor inside its window, each slot in proportion to its spare time.
3. **Administration** (the measured need, never more) takes first what is too short for a proactive block,
   then whole blocks, each slot in proportion to those it has left.
4. **Proactive** work gets the unbroken blocks of 30 minutes that remain: one officer for 30 minutes,
   where slots are shorter for as many slots in a row.
5. **Unaccounted** is what then remains. It is always shown.

Within a slot, every officer on duty gets the same mix, which gives the split by shift.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts.data import DAYS, ShiftsProblem
from optimiser.problems.shifts.plan import ShiftsPlan
from optimiser.problems.shifts.rules import known_rows, on_duty, rostered
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

CLASSES = ("calls", "proactive", "admin", "community", "unaccounted")
BLOCK_S = 1800
_ROUND_S = 1e-6


@dataclass(frozen=True, eq=False)
class TimeSplit:
    """Planned officer-hours of one cycle.

    Parameters
    ----------
    on_duty_h
        Officer-hours on duty in each slot, shape (T,).
    hours
        By class of :data:`CLASSES` and slot, shape (5, T); each column sums to ``on_duty_h``.
    by_shift
        Hours by class and shift, shape (5, S).
    unserved_h
        Call work that finds no officer in the whole week.
    admin_left_h
        Administration that finds no time.
    """

    on_duty_h: NDArray[np.float64]
    hours: NDArray[np.float64]
    by_shift: NDArray[np.float64]
    unserved_h: float
    admin_left_h: float

    def shares(self) -> dict[str, float]:
        """Share of the cycle by class; all 0 with nobody on duty."""
        total = float(self.on_duty_h.sum())
        return {
            c: float(h) / total if total > 0 else 0.0
            for c, h in zip(CLASSES, self.hours.sum(axis=1), strict=True)
        }

    def by_hour_of_week(self) -> NDArray[np.float64]:
        """Hours by class and hour of the week, shape (5, 168)."""
        by_hour: NDArray[np.float64] = self.hours.reshape(len(CLASSES), HOURS_PER_WEEK, -1).sum(axis=2)
        return by_hour


def time_split(problem: ShiftsProblem, plan: ShiftsPlan) -> TimeSplit:
    """Return the planned split of a plan's on-duty time, as described above."""
    duty = np.maximum(on_duty(problem, plan), 0.0)
    duty_s = duty * problem.slot_s
    calls_s, unserved_s = _calls(problem.call_work_s, duty_s)
    spare_s = duty_s - calls_s
    floor_s = problem.params.community_floor_frac * float(duty_s.sum())
    community_s = _in_proportion(floor_s, np.where(problem.community_window(), spare_s, 0.0))
    admin_s, proactive_s = _blocks(problem, spare_s - community_s, float(problem.admin_s.sum()))
    rest_s = np.maximum(duty_s - calls_s - community_s - admin_s - proactive_s, 0.0)
    hours = np.stack([calls_s, proactive_s, admin_s, community_s, rest_s]) / SECONDS_PER_HOUR
    return TimeSplit(
        duty_s / SECONDS_PER_HOUR,
        hours,
        _by_shift(problem, plan, hours),
        unserved_s / SECONDS_PER_HOUR,
        max(0.0, float(problem.admin_s.sum() - admin_s.sum())) / SECONDS_PER_HOUR,
    )


def _calls(offered_s: NDArray[np.float64], duty_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Work calls in their slot or later: two rounds of the week settle what waits over its end."""
    worked = np.zeros_like(duty_s)
    waiting = 0.0
    for week in range(2):
        for slot in range(duty_s.size):
            waiting += float(offered_s[slot]) if week == 0 else 0.0
            done = min(waiting, float(duty_s[slot]) - worked[slot])
            worked[slot] += done
            waiting -= done
    return worked, waiting if waiting > _ROUND_S else 0.0


def _in_proportion(amount: float, room: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spread an amount over the room there is, in proportion; all of the room where it does not suffice."""
    total = float(room.sum())
    return room * (min(amount, total) / total) if total > 0 else np.zeros_like(room)


def _blocks(
    problem: ShiftsProblem, spare_s: NDArray[np.float64], admin_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return administration and proactive seconds by slot: fragments to the first, whole blocks to the second."""
    slots_in_block = max(1, BLOCK_S // problem.slot_s)
    groups = spare_s.reshape(-1, slots_in_block)
    unit_s = min(BLOCK_S, problem.slot_s)
    # an officer's block spans the whole group, so the slot with least to spare decides
    n_blocks = np.floor((groups.min(axis=1) + _ROUND_S) / unit_s)
    fragments = np.maximum(groups - n_blocks[:, None] * unit_s, 0.0)
    admin = _in_proportion(admin_s, fragments.ravel()).reshape(groups.shape)
    left_s = admin_s - float(admin.sum())
    taken = _whole_in_proportion(math.ceil(left_s / BLOCK_S - _ROUND_S), n_blocks)
    blocks_of_admin = taken[:, None] * np.full(groups.shape, float(unit_s))
    admin += _in_proportion(max(0.0, left_s), blocks_of_admin.ravel()).reshape(groups.shape)
    proactive = (n_blocks - taken)[:, None] * np.full(groups.shape, float(unit_s))
    return admin.ravel(), proactive.ravel()


def _whole_in_proportion(count: int, room: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take ``count`` whole blocks in proportion to the room, by rounding the running sum."""
    total = float(room.sum())
    if count <= 0 or total <= 0:
        return np.zeros_like(room)
    running = np.floor(np.cumsum(room) * (min(count, total) / total) + 0.5)
    taken: NDArray[np.float64] = np.minimum(np.diff(running, prepend=0.0), room)
    return taken


def _by_shift(problem: ShiftsProblem, plan: ShiftsPlan, hours: NDArray[np.float64]) -> NDArray[np.float64]:
    planned = rostered(problem, plan)  # those away are spread over the shifts that are on
    mix = np.divide(hours, planned, out=np.zeros_like(hours), where=planned > 0)
    result = np.zeros((len(CLASSES), len(problem.shift_ids)))
    for i, day, n in known_rows(problem, plan):
        first = day * problem.slots_per_day + int(problem.shift_start[i])
        covered = (first + np.arange(int(problem.shift_slots[i]))) % (DAYS * problem.slots_per_day)
        result[:, i] += n * mix[:, covered].sum(axis=1)
    return result
