"""A plan of strength: the officers of each district, those unfit for a while among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StrengthPlan:
    """Officers by district; a district that is left out has none."""

    officers: Mapping[str, int]

    def of(self, district: str) -> int:
        """Return the officers of a district."""
        return self.officers.get(district, 0)
