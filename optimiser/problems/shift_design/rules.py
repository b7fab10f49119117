"""Is a shift design admissible? Written plainly; every broken rule is returned, never raised."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.shift_design.data import ShiftDesignProblem
from optimiser.problems.shift_design.plan import ShiftDesignPlan
from optimiser.units import SECONDS_PER_HOUR, SECONDS_PER_MINUTE

ROUNDING = 1e-6


def check(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the design is admissible."""
    found = list(_shape(problem, plan))
    return found if found else [*_most(problem, plan), *_cover(problem, plan)]


def slot_name(problem: ShiftDesignProblem, slot: int) -> str:
    """Name a slot: ``day 1 07:30``."""
    day, of_day = divmod(slot, problem.slots_per_day)
    hours, rest = divmod(of_day * problem.slot_s, round(SECONDS_PER_HOUR))
    return f"day {day + 1} {hours:02d}:{rest // round(SECONDS_PER_MINUTE):02d}"


def on_duty(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> NDArray[np.int64]:
    """Return officers on duty in each slot, shape (T,); what the problem does not know is left out."""
    found = np.zeros(problem.n_slots, dtype=np.int64)
    for name, start, slots in zip(
        problem.shift_ids, problem.shift_start.tolist(), problem.shift_slots.tolist(), strict=True
    ):
        for day, n in enumerate(plan.officers.get(name, ())):
            for k in range(slots):
                found[(day * problem.slots_per_day + start + k) % problem.n_slots] += n
    return found


def _shape(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> Iterator[Violation]:
    for name in sorted(set(plan.officers) - set(problem.shift_ids)):
        yield Violation("known shifts", name, sum(plan.officers[name]) or 1, 0, "officers")
    for name in sorted(set(plan.officers) & set(problem.shift_ids)):
        days = plan.officers[name]
        if len(days) != problem.n_days:
            yield Violation("days", name, len(days), problem.n_days, "days")
        for day, n in enumerate(days):
            if n < 0:
                yield Violation("whole officers", f"{name}, day {day + 1}", n, 0, "officers")


def _most(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> Iterator[Violation]:
    relax, most = problem.params.relax, problem.most_per_shift
    for name in sorted(plan.officers):
        for day, n in enumerate(plan.officers[name]):
            if n > most + relaxed(relax, "most on a shift") + ROUNDING:
                yield Violation("most on a shift", f"{name}, day {day + 1}", n, most, "officers")
    limit, used = problem.params.most_shifts, len(plan.used())
    if limit and used > limit + relaxed(relax, "most shifts") + ROUNDING:
        yield Violation("most shifts", "the design", used, limit, "shifts")


def _cover(problem: ShiftDesignProblem, plan: ShiftDesignPlan) -> Iterator[Violation]:
    if not problem.params.full_cover:
        return
    slack = relaxed(problem.params.relax, "cover") + ROUNDING
    for slot, (found, need) in enumerate(
        zip(on_duty(problem, plan).tolist(), problem.need.tolist(), strict=True)
    ):
        if found < need - slack:
            yield Violation("cover", slot_name(problem, slot), found, need, "officers")
