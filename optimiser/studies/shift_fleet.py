"""The cars of a shift plan for the simulator: one for each line of duty, with protected blocks where asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser import simulate as sim
from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import BLOCK_S
from optimiser.problems.shifts.rules import on_duty
from optimiser.studies.shift_lines import lines_of_duty
from optimiser.units import SECONDS_PER_HOUR

_STAGGERED = 8
"""Blocks of so many cars in a row begin at different times."""


def fleet_of(
    problem: ShiftsProblem, plan: ShiftsPlan, *, week_h: float = 40.0, officers_per_unit: int = 1
) -> sim.Fleet:
    """Return the cars of a plan: one for each line of duty.

    Where cars have two officers, or some on the rota are away, as many cars as the officers on duty fill.
    """
    if officers_per_unit > 1 or problem.away:
        cars = np.floor(on_duty(problem, plan) / officers_per_unit + 1e-9).astype(np.int64)
        return sim.from_counts(cars, float(problem.slot_s), officers=np.array([officers_per_unit]))
    lines = lines_of_duty(problem, plan, week_h=week_h)
    return sim.Fleet(
        post=np.zeros(lines.n_lines, dtype=np.int64),
        tour_unit=lines.line,
        tour_start_s=lines.start_s,
        tour_end_s=lines.end_s,
    )


def with_blocks(fleet: sim.Fleet, n: int) -> sim.Fleet:
    """Return the fleet with ``n`` proactive blocks of 30 minutes in every tour, evenly apart, staggered by car.

    Raises
    ------
    InputError
        If the shortest tour cannot hold them.
    """
    length = fleet.tour_end_s - fleet.tour_start_s
    if n * 2 * BLOCK_S > float(length.min()):
        raise InputError(
            f"{n} protected blocks of 30 minutes take more than half of a tour of "
            f"{length.min() / SECONDS_PER_HOUR:g} h; ask for fewer."
        )
    part = length / n
    shift = (fleet.tour_unit % _STAGGERED) / _STAGGERED * np.maximum(part - BLOCK_S, 0.0)
    at = fleet.tour_start_s[:, None] + part[:, None] * np.arange(n) + shift[:, None]
    return replace(
        fleet,
        patrol_unit=np.repeat(fleet.tour_unit, n),
        patrol_at_s=at.ravel(),
        patrol_s=np.full(at.size, float(BLOCK_S)),
        patrol_zone=np.full(at.size, -1, dtype=np.int64),
    )
