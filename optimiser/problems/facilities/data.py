"""What a question of facilities is given: sites, years, calls of each year by area, and which site reaches which."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations

RULES = (
    Rule("known years", "a plan names only the years asked for", "sites", relaxable=False),
    Rule("known sites", "a plan names only sites of the list", "sites", relaxable=False),
    Rule("opening year", "no site is open before its opening year", "sites", relaxable=False),
    Rule("stays open", "a new site that is open stays open", "sites", relaxable=False),
    Rule("stays closed", "an existing site that is closed stays closed", "sites", relaxable=False),
    Rule("kept site", "a site to be kept is open in every year", "sites", relaxable=False),
    Rule("budget", "what was spent up to a year, less what closing saved, is within the budget", "cost"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitiesParams:
    """The planner's choices.

    Parameters
    ----------
    budget
        Most that may be spent up to each year, shape by year; one number for all years.
    kept
        Sites that stay open in every year.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    budget: tuple[float, ...] = asked((math.inf,), "cost", "Most that may be spent up to each year")
    kept: tuple[str, ...] = asked((), "", "Sites that stay open")
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        if not self.budget or any(not b >= 0 for b in self.budget):
            raise InputError(f"budget must be one number a year, 0 or more; got {list(self.budget)}.")
        check_relaxations(self.relax, RULES)

    @property
    def first_sense(self) -> Sense:
        """Direction of the objective."""
        return "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitiesProblem:
    """Sites, years and calls.

    Parameters
    ----------
    site_ids
        S candidate and existing sites.
    existing
        Which are there today, shape (S,).
    cost
        Cost of opening a new site, or what closing an existing one saves, shape (S,).
    opens
        Place in ``years`` from which a site may be open; their number for never, shape (S,).
    years
        H years in order.
    area_ids
        n areas.
    calls
        Calls per week of each year by area, shape (H, n).
    reaches
        Whether a site reaches an area within the target drive, shape (S, n).
    params
        The planner's choices.

    Raises
    ------
    InputError
        If shapes disagree or a number is out of range.
    """

    site_ids: tuple[str, ...]
    existing: NDArray[np.bool_]
    cost: NDArray[np.float64]
    opens: NDArray[np.int64]
    years: tuple[str, ...]
    area_ids: tuple[str, ...]
    calls: NDArray[np.float64]
    reaches: NDArray[np.bool_]
    params: FacilitiesParams

    def __post_init__(self) -> None:
        s, h, n = len(self.site_ids), len(self.years), len(self.area_ids)
        for name, shape in (
            ("existing", (s,)), ("cost", (s,)), ("opens", (s,)), ("calls", (h, n)), ("reaches", (s, n)),
        ):  # fmt: skip
            if getattr(self, name).shape != shape:
                raise InputError(f"{name} has shape {getattr(self, name).shape}; it needs {shape}.")
        for what, ids in (("site_ids", self.site_ids), ("years", self.years), ("area_ids", self.area_ids)):
            if len(set(ids)) != len(ids) or not ids:
                raise InputError(f"{what} must be one or more, all different.")
        for name in ("cost", "calls"):
            values = getattr(self, name)
            if not np.isfinite(values).all() or (values < 0).any():
                raise InputError(f"{name} must be finite and >= 0.")
        if len(self.params.budget) not in (1, h):
            raise InputError(
                f"budget has {len(self.params.budget)} numbers for {h} years; give one, or one each."
            )
        strange = sorted(set(self.params.kept) - set(self.site_ids))
        if strange:
            raise InputError(f"kept names {', '.join(strange[:5])}, which is no site of the list.")
        for name in ("existing", "cost", "opens", "calls", "reaches"):
            getattr(self, name).flags.writeable = False

    def budgets(self) -> tuple[float, ...]:
        """Return the budget up to each year, relaxation included."""
        extra = float(self.params.relax.get("budget", 0.0))
        given = self.params.budget if len(self.params.budget) > 1 else self.params.budget * len(self.years)
        return tuple(b + extra for b in given)
