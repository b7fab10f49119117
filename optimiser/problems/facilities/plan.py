"""A plan of sites: which are open in which year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FacilitiesPlan:
    """Sites by year.

    Parameters
    ----------
    open_in
        Year to the ids of the sites open in it.
    """

    open_in: Mapping[str, tuple[str, ...]]

    def sites(self, year: str) -> frozenset[str]:
        """Return the sites open in a year; none in a year that the plan leaves out."""
        return frozenset(self.open_in.get(year, ()))
