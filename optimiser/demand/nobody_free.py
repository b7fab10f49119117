"""Calls that are expected to find nobody free, slot by slot and by the number of officers on duty.

The queue is the requirement's (:mod:`~optimiser.demand.cutoff`, the same classes, units, laws and reserve) at the
**mean** load of the slot. The requirement takes the greatest load within the slot, because it promises a standard at
every moment; this is an expected number of calls, which a peak would overstate. At or below the load every call of the
slot counts, and so it does where no unit is beside the reserve.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.call_mix import CallMix
from optimiser.demand.cutoff import cutoff_queue
from optimiser.demand.queueing import MOST_UNITS
from optimiser.demand.reasons import Moment, moments_at_mean
from optimiser.demand.standards import RequirementParams
from optimiser.errors import InputError
from optimiser.units import SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
NEGLIGIBLE = 1e-3
"""Share of a slot's calls that need not be told from none."""


def calls_finding_nobody(
    mix: CallMix, params: RequirementParams | None, crew: FloatArray, slot_s: int
) -> FloatArray:
    """Return the calls a week of each slot expected to find no free unit with 0, 1, ... N officers on duty.

    Parameters
    ----------
    mix
        Calls of a mean week.
    params
        Whose reserve is kept; the defaults where left out.
    crew
        Officers in a unit, shape (T,), as the requirement has it. Officers that fill no unit count as part of one.
    slot_s
        3600, 1800 or 900.

    Returns
    -------
    Array of shape (T, N + 1), never rising along a row; N is where the share is negligible in every slot.

    Raises
    ------
    InputError
        If a load asks for more units than a queue can have.
    """
    reserve = (params or RequirementParams()).reserve_units
    parts = round(SECONDS_PER_HOUR) // slot_s
    calls = np.repeat(np.sum([c.calls for c in mix.classes], axis=0), parts) / parts
    shares = [_shares(m, reserve) for m in moments_at_mean(mix, slot_s)]
    most = max(math.ceil((s.size - 1) * c - 1e-9) for s, c in zip(shares, crew.tolist(), strict=True))
    officers = np.arange(most + 1, dtype=np.float64)
    return np.array(
        [
            n * np.interp(officers / c, np.arange(s.size), s)
            for n, c, s in zip(calls.tolist(), crew.tolist(), shares, strict=True)
        ]
    )


def _shares(m: Moment, reserve: int) -> FloatArray:
    """Return the share of calls that finds no free unit of 0, 1, ... units, up to where that is negligible."""
    if m.load <= 0:
        return np.zeros(1)
    if m.load > MOST_UNITS:
        raise InputError(
            f"A load of {m.load:g} units busy at once is more than {MOST_UNITS}; check its unit."
        )
    n = max(math.floor(m.load), reserve)
    found = [1.0] * (n + 1)
    while found[-1] > NEGLIGIBLE:
        n += 1
        found.append(min(found[-1], cutoff_queue(n, m.urgent, m.other, reserve).none_free))
    return np.array(found)
