"""A sector plan: decisions in ids, nothing derived, nothing from a solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SectorsPlan:
    """Which district each area belongs to, and each district's centre.

    Parameters
    ----------
    district_of
        Area id to district id. An area that is left out is unassigned.
    centre_of
        District id to centre id.
    """

    district_of: Mapping[str, str]
    centre_of: Mapping[str, str]

    def areas_of(self, district: str) -> tuple[str, ...]:
        """Return the areas of a district, sorted."""
        return tuple(sorted(a for a, d in self.district_of.items() if d == district))
