"""An answer to a snapshot: who goes where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """Units sent, by id. Nothing derived, nothing from a solver.

    Parameters
    ----------
    sent
        Incident id by unit id. A unit that is not named stays where it is.
    """

    sent: Mapping[str, str] = field(default_factory=dict)
