"""Sector integrity: how much of a sector's call time its own units take, and how much of theirs they spend at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimiser.data.unit_work import UnitWork
from optimiser.errors import InputError


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector.

    Parameters
    ----------
    call_s
        Unit-seconds that all units with a home spent on its calls.
    own_frac
        Share of it by its own units; None where there was none.
    unit_s
        Unit-seconds of its own units, wherever they were.
    home_frac
        Share of it spent in the sector; None where there was none.
    """

    sector: str
    call_s: float
    own_frac: float | None
    unit_s: float
    home_frac: float | None


@dataclass(frozen=True, slots=True)
class Integrity:
    """All sectors, the whole, and what could not be told.

    Parameters
    ----------
    own_frac
        Share of all call time that units with a home took in their own sector.
    homeless_frac
        Share of all unit time by units without a home (supervisors, traffic): counted in no other figure.
    """

    sectors: tuple[Sector, ...]
    own_frac: float
    homeless_frac: float
    left_out: int


def integrity(work: UnitWork, sector_of: Mapping[str, str]) -> Integrity:
    """Measure the integrity of a plan.

    Parameters
    ----------
    work
        Units on calls; homes are sectors of this plan.
    sector_of
        Area to sector.

    Raises
    ------
    InputError
        If no unit has a home that is a sector of the plan.
    """
    where = np.array([sector_of.get(str(a), "") for a in work.area_id], dtype=object)
    sectors = sorted({s for s in sector_of.values() if s})
    known = np.isin(work.home.astype(str), sectors) & (where != "")
    if not known.any():
        homes = ", ".join(sorted({str(h) for h in work.home if h})[:5]) or "none"
        raise InputError(
            f"No unit has a home that is a sector of this plan: homes are {homes}, sectors {', '.join(sectors[:5])}. "
            "Give the plan that the call signs belong to."
        )
    total = float(work.busy_s.sum())
    busy, home, at = work.busy_s[known], work.home[known], where[known]
    own = home == at
    found = []
    for s in sectors:
        call_s, unit_s = float(busy[at == s].sum()), float(busy[home == s].sum())
        both = float(busy[own & (at == s)].sum())
        found.append(
            Sector(
                s,
                call_s,
                both / call_s if call_s > 0 else None,
                unit_s,
                both / unit_s if unit_s > 0 else None,
            )
        )
    with_home = float(busy.sum())
    return Integrity(
        tuple(found), float(busy[own].sum()) / with_home, 1.0 - with_home / max(total, 1e-12), work.left_out
    )
