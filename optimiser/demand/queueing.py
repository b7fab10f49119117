"""Queues of units: Erlang's formulas.

Load is in units busy at once (Erlang): arrivals per second times mean service seconds. Sources: Erlang's recursion
(as in Cooper, Introduction to Queueing Theory, 1981).
"""

from __future__ import annotations

import math

from optimiser.errors import InputError

MOST_UNITS = 100_000


def erlang_b(n_units: int, load: float) -> float:
    """Share of calls that find all units busy and go elsewhere. Stable for many units (recursion)."""
    _check(n_units, load)
    blocked = 1.0
    for c in range(1, n_units + 1):
        blocked = load * blocked / (c + load * blocked)
    return blocked


def erlang_c(n_units: int, load: float) -> float:
    """Share of calls that find no free unit and wait; 1 where the load is too much for the units."""
    _check(n_units, load)
    if load >= n_units:
        return 1.0
    blocked = erlang_b(n_units, load)
    return n_units * blocked / (n_units - load * (1.0 - blocked))


def least_units(load: float, most_waiting_frac: float) -> int:
    """Fewest units with which at most that share of calls finds no free one.

    Raises
    ------
    InputError
        If the share is not between 0 and 1 (both excluded), or no number of units can do it.
    """
    if not 0 < most_waiting_frac < 1:
        raise InputError(
            f"The share of calls that may find no free unit lies between 0 and 1, got {most_waiting_frac}."
        )
    if load <= 0:
        return 0
    _check(1, load)
    blocked = 1.0
    for c in range(1, MOST_UNITS):
        blocked = load * blocked / (c + load * blocked)
        if load < c and c * blocked / (c - load * (1.0 - blocked)) <= most_waiting_frac:
            return c
    raise InputError(
        f"A load of {load:g} units busy at once needs more than {MOST_UNITS} units; check its unit."
    )


def _check(n_units: int, load: float) -> None:
    if n_units < 0 or not (math.isfinite(load) and load >= 0):
        raise InputError(f"Units and load must be 0 or more, got {n_units} units and a load of {load}.")
