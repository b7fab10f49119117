"""What units kept for urgent calls do to the requirement and to the calls that may not take them.

A unit in reserve is free, so that the share of calls that find no free unit falls with a reserve: what other calls
would have taken is still there. A standard on that share, or on urgent waits alone, then asks for fewer officers, and
the other calls pay for it by waiting. Nothing asks for them unless ``held_back_frac`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimiser.demand import reasons
from optimiser.demand.cutoff import cutoff_queue
from optimiser.demand.requirement import Requirement, requirement_of
from optimiser.prepare.requirement import Asked, RequirementSetup


@dataclass(frozen=True, slots=True)
class ReserveEffect:
    """A reserve against none, in the mean week.

    Parameters
    ----------
    reserve_units
        Units kept for urgent calls.
    officer_h, officer_h_without
        Officer-hours a week that the standards of service ask for with the reserve, and without.
    held_back_frac, held_back_without_frac
        Share of the other calls that wait with as many, at the greatest load of their interval.
    held_back_required_frac
        The same with the reserve and all officers required, those of the time split among them.
    """

    reserve_units: int
    officer_h: float
    officer_h_without: float
    held_back_frac: float
    held_back_without_frac: float
    held_back_required_frac: float


def reserve_effect(asked: Asked, setup: RequirementSetup) -> ReserveEffect | None:
    """Return what the reserve does; None without one, or without any other call."""
    kept = asked.params.reserve_units
    if not kept or all(c.urgent for c in asked.mix.classes):
        return None
    plain = replace(asked.params, reserve_units=0)
    without = requirement_of(asked.mix, plain, slot_s=setup.slot_s, rules=asked.rules, sector=asked.name)
    return ReserveEffect(
        kept,
        asked.by_slot.officer_h,
        without.officer_h,
        _held_back(asked, asked.by_slot, kept),
        _held_back(asked, without, 0),
        _held_back(asked, asked.need, kept),
    )


def _held_back(asked: Asked, need: Requirement, kept: int) -> float:
    """Return the share of the other calls of the week that wait for a unit, or for the reserve."""
    moments = reasons.loads(asked.mix, need.slot_s).moments
    calls = np.array([m.other.calls / m.service_s for m in moments])
    waiting = np.array(
        [
            cutoff_queue(int(n), m.urgent, m.other, kept).held_back if n > kept else 1.0
            for n, m in zip(need.units, moments, strict=True)
        ]
    )
    return float(calls @ waiting / calls.sum()) if calls.sum() > 0 else 0.0
