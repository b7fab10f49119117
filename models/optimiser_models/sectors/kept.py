"""What sums kept within a limit rule out by themselves: more important objectives, in a part of the search.

With multipliers for such a sum the bound of a less important objective rises only slowly where no plan keeps the sum.
Taken as the objective itself, the sum has a bound of its own, which says so at once; pairs that would break the limit
are dropped by it too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors import lagrange
from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.relaxation import Multipliers
from optimiser_models.sectors.slots import Slots

NEAR = 0.05
"""Sums whose bound is within this share of their limit are looked at: others break it in hardly any part."""
FIRST_ROUNDS = 400
ROUNDING = 1e-8


@dataclass(frozen=True)
class Kept:
    """One sum as the objective, what it must stay below, and multipliers for the whole search."""

    d: Districting
    limit: float
    at: Multipliers


def kept_sums(
    d: Districting, s: Slots, allowed: NDArray[np.bool_], alive: Callable[[], bool]
) -> tuple[Kept, ...]:
    """Return the further sums of a question whose limits are near what their bounds say."""
    found = []
    for r, most in enumerate(d.side_limit.tolist()):
        others = np.arange(len(d.side)) != r
        alone = replace(
            d, cost=np.ascontiguousarray(d.side[r]), side=d.side[others], side_limit=d.side_limit[others]
        )
        limit = most + ROUNDING * max(1.0, abs(most))
        bound = lagrange.improve(
            alone, s, allowed, limit, rounds=FIRST_ROUNDS, keep_going=lambda value: alive()
        )
        if bound is not None and bound.value > limit - NEAR * abs(limit):
            found.append(Kept(alone, limit, bound.at))
    return tuple(found)


def screen(
    kept: Kept,
    s: Slots,
    allowed: NDArray[np.bool_],
    at: Multipliers,
    alive: Callable[[], bool],
    rounds: int,
    reach: float,
) -> tuple[NDArray[np.bool_], Multipliers] | None:
    """Return the pairs of a part that can keep the sum within its limit, and its multipliers; None for no plan."""
    bound = lagrange.improve(
        kept.d,
        s,
        allowed,
        kept.limit,
        at=at,
        rounds=rounds,
        reach=reach,
        keep_going=lambda value: value < kept.limit and alive(),
        on_the_way=False,
    )
    if bound is None or bound.value >= kept.limit:
        return None
    return allowed & (bound.needs < kept.limit), bound.at
