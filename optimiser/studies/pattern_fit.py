"""The catalogue beside a requirement: how many officers each pattern takes with squads of one size, by plain sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.data.pattern_catalogue import CataloguePattern
from optimiser.units import HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class PatternFit:
    """What a pattern with squads of one size takes to meet a requirement in every hour of every week.

    Parameters
    ----------
    pattern
        Its id.
    moved_h
        Hours by which all its starts are moved, whichever suits best.
    squad
        Officers a squad; 0 where some hour that needs officers has no squad.
    officers
        Squads times officers, before relief for leave and sickness.
    surplus_h
        Officer-hours a week beyond the requirement, at least.
    bare_h
        Hours a week that need officers and have no squad.
    """

    pattern: str
    moved_h: int
    squad: int
    officers: int
    surplus_h: float
    bare_h: int


def fit(pattern: CataloguePattern, required: NDArray[np.int64]) -> PatternFit:
    """Return the fit with the starts that take the fewest officers, then leave the least surplus.

    Parameters
    ----------
    required
        Officers by hour of the week, shape (168,).
    """
    tried = [_fit(pattern, required, moved) for moved in range(int(HOURS_PER_DAY))]
    return min(tried, key=lambda f: (f.bare_h, f.officers, f.surplus_h, f.moved_h))


def _fit(pattern: CataloguePattern, required: NDArray[np.int64], moved_h: int) -> PatternFit:
    squads = pattern.on_duty(moved_h)
    bare = int(((squads == 0) & (required > 0)).sum())
    if bare:
        return PatternFit(pattern.id, moved_h, 0, 0, 0.0, bare)
    needs = required > 0
    size = int(np.ceil(required[needs] / squads[needs]).max()) if needs.any() else 0
    surplus = float((size * squads - required).sum())
    return PatternFit(pattern.id, moved_h, size, size * len(pattern.squads), surplus, 0)
