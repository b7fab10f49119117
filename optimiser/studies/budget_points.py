"""What single strengths of the base are worth: officers for a percentage point, and whether overtime can fill them."""

from __future__ import annotations

from optimiser.studies.budget_types import Budget

POINT_FRAC = 0.01
FILLED_H = 1.0
"""Officer-hours a week short that count as none."""


def officers_a_point(found: Budget, total: int) -> float | None:
    """Return how many officers more take calls' share of time one point lower; None where no number does.

    The same calls are spread over more officers, whatever the rota: a share c of N officers is c - 0.01 of
    N c / (c - 0.01).
    """
    share = found.calls_frac(total)
    return None if share <= POINT_FRAC else total * POINT_FRAC / (share - POINT_FRAC)


def fillable(found: Budget) -> frozenset[int]:
    """Return the numbers of officers whose shortage overtime within its limit can fill; empty where none is known."""
    return frozenset(m.total for m in found.base_mixes if m.alone is not None and m.alone.short_h < FILLED_H)
