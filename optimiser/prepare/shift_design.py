"""A project's requirement, hour by hour, becomes a question of shift design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.data.project import Project
from optimiser.demand.requirement import RequirementParams
from optimiser.prepare.shifts import shifts_problem
from optimiser.prepare.shifts_setup import ShiftsSetup
from optimiser.problems.base import asked
from optimiser.problems.shift_design import ShiftDesignParams, ShiftDesignProblem
from optimiser.problems.shifts.data import DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDesignSetup:
    """The shifts on offer."""

    slot_s: int = asked(3600, "s", "Length of a slot", options=("3600", "1800", "900"))
    lengths_h: tuple[float, ...] = asked((8.0, 9.0, 10.0), "h", "Shift lengths on offer")
    start_every_h: float = asked(1.0, "h", "Shifts may start every so many hours", minimum=0.25)


def shift_design_problem(
    project: Project,
    params: ShiftDesignParams | None = None,
    setup: ShiftDesignSetup | None = None,
    service: RequirementParams | None = None,
) -> ShiftDesignProblem:
    """Return the question: the week's requirement as ``shifts`` finds it, and the shifts on offer.

    Raises
    ------
    InputError
        If the project has red faults, or less than a week of work.
    """
    setup = setup or ShiftDesignSetup()
    asked = shifts_problem(
        project,
        None,
        ShiftsSetup(slot_s=setup.slot_s, lengths_h=setup.lengths_h, start_every_h=setup.start_every_h),
        service,
    )
    return ShiftDesignProblem(
        slot_s=asked.slot_s,
        n_days=DAYS,
        need=np.array(asked.requirement),
        shift_ids=asked.shift_ids,
        shift_start=np.array(asked.shift_start),
        shift_slots=np.array(asked.shift_slots),
        officer_cost=np.zeros(len(asked.shift_ids)),
        most_per_shift=max(1, int(asked.requirement.max())),
        params=params or ShiftDesignParams(),
    )
