"""A containment plan: which unit holds which place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContainmentPlan:
    """Posts by unit.

    Parameters
    ----------
    post_of
        Unit to the place it holds; a unit that is not sent is left out.
    """

    post_of: Mapping[str, str]

    def held(self) -> frozenset[str]:
        """Return the places held."""
        return frozenset(self.post_of.values())
