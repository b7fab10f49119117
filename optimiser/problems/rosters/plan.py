"""A roster of teams: which pattern each works and on which of its days the roster begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RostersPlan:
    """Pattern and phase by team.

    Parameters
    ----------
    assigned
        Team to (pattern, phase): on the first day of the roster the team works the pattern's day ``phase`` (from 0).
    """

    assigned: Mapping[str, tuple[str, int]]
