"""An answer to a snapshot: who goes where, and who moves to which post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """Units sent and moved, by id. Nothing derived, nothing from a solver.

    Parameters
    ----------
    sent
        Incident id by unit id. A unit that is not named stays where it is, or goes on to where it was sent before.
    moved
        Post id by unit id: units that stand by elsewhere to restore cover.
    recalled
        Units that turn back from where they were sent before and are free again where they are.
    """

    sent: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    recalled: tuple[str, ...] = ()
