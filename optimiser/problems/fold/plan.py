"""A fold table: decisions in ids, nothing derived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """Which beats each car takes, for every number of cars.

    Parameters
    ----------
    groups_at
        Number of cars to the groups of beat ids, one group a car.
    """

    groups_at: Mapping[int, tuple[tuple[str, ...], ...]]

    def cars_of(self, cars: int) -> dict[str, int]:
        """Return the number of the group (from 0) that each beat is in with that many cars."""
        return {b: k for k, group in enumerate(self.groups_at.get(cars, ())) for b in group}


def ordered(groups: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Return groups with their beats sorted, by their first beat: one form for equal tables."""
    return tuple(sorted(tuple(sorted(g)) for g in groups))
