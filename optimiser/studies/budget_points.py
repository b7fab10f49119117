"""What a percentage point of officers' time on calls costs in officers, at each strength."""

from __future__ import annotations

from optimiser.studies.budget_types import Budget

POINT_FRAC = 0.01


def officers_a_point(found: Budget, total: int) -> float | None:
    """Return how many officers more take calls' share of time one point lower; None where no number does.

    The same calls are spread over more officers, whatever the rota: a share c of N officers is c - 0.01 of
    N c / (c - 0.01).
    """
    share = found.calls_frac(total)
    return None if share <= POINT_FRAC else total * POINT_FRAC / (share - POINT_FRAC)
