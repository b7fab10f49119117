"""A patrol plan: blocks of proactive time by part of the week and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PatrolPlan:
    """Blocks by part and place.

    Parameters
    ----------
    blocks_at
        Part of the week to place to the number of blocks a week; what is 0 is left out.
    """

    blocks_at: Mapping[str, Mapping[str, int]]
