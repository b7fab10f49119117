"""Day of the week by hour of the day for any category of calls, and the same filter by area."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.period import Period, hours_seen, local_days
from optimiser.errors import InputError
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK

FloatArray = NDArray[np.float64]
DAYS = HOURS_PER_WEEK // HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class Category:
    """Which calls: patterns of types, priorities, who began them; whatever is left out is all.

    Parameters
    ----------
    name
        As it stands above a picture; "" makes one of the rest.
    types
        Patterns with * and ?, whatever their case.
    priorities
        Priority numbers.
    origin
        public, officer, other, or "".
    """

    name: str = ""
    types: tuple[str, ...] = ()
    priorities: frozenset[int] = frozenset()
    origin: str = ""

    @property
    def words(self) -> str:
        """The category in words."""
        if self.name:
            return self.name
        parts = [", ".join(self.types) if self.types else "all calls"]
        if self.priorities:
            parts.append(f"priority {', '.join(map(str, sorted(self.priorities)))}")
        if self.origin:
            parts.append(
                {"public": "of the public", "officer": "begun by officers"}.get(self.origin, self.origin)
            )
        return ", ".join(parts)


@dataclass(frozen=True, eq=False)
class Heat:
    """One category.

    Parameters
    ----------
    category
        Which calls.
    counts
        Calls counted by day (Monday first) and hour, shape (7, 24).
    per_hour
        Mean calls in such an hour, shape (7, 24); NaN where the period shows none.
    by_area
        Calls counted by area id; "" for those of none.
    n_calls, n_weeks
        Calls of the category, weeks of the period.
    """

    category: Category
    counts: NDArray[np.int64]
    per_hour: FloatArray
    by_area: Mapping[str, int]
    n_calls: int
    n_weeks: float

    def peak(self) -> tuple[int, int]:
        """Return (day, hour) of the most calls an hour."""
        at = int(np.nanargmax(self.per_hour))
        return at // HOURS_PER_DAY, at % HOURS_PER_DAY


def of_category(calls: pd.DataFrame, category: Category) -> NDArray[np.bool_]:
    """Say which calls are of a category, shape (N,)."""
    keep = np.ones(len(calls), dtype=bool)
    if category.types:
        kind = calls["call_type"].astype("str")
        known = {
            t: any(fnmatch.fnmatchcase(t.upper(), p.upper()) for p in category.types) for t in kind.unique()
        }
        keep &= kind.map(known).to_numpy(dtype=bool)
    if category.priorities:
        keep &= calls["priority"].isin(list(category.priorities)).to_numpy()
    if category.origin:
        keep &= (calls["origin"] == category.origin).to_numpy()
    return keep


def heat(project: Project, category: Category, period: Period | None = None) -> Heat:
    """Count the calls of a category by day of the week and hour, and by area.

    Raises
    ------
    InputError
        If the project holds no calls, or none is of the category.
    """
    if project.calls is None:
        raise InputError(
            f"{project.folder} holds totals, not calls: no category can be told. Import the call extract."
        )
    if project.calls.empty:
        raise InputError(f"{project.folder} holds no call at all: there is nothing to show by day and hour.")
    calls, zone = project.calls, project.settings.timezone
    day = local_days(calls["received_at"], zone)
    days = (period or Period()).days(day.min().item(), day.max().item())
    found = calls[np.isin(day, days) & of_category(calls, category)]
    if found.empty:
        raise InputError(
            f"No call is of this category ({category.words}) in the period; look how types are spelt."
        )
    hour = found["hour_of_week"].to_numpy(dtype=np.int64)
    counts = np.bincount(hour, minlength=HOURS_PER_WEEK).reshape(DAYS, HOURS_PER_DAY)
    seen = hours_seen(days, zone).reshape(DAYS, HOURS_PER_DAY)
    mean = np.where(seen > 0, counts / np.maximum(seen, 1), np.nan)
    by_area = {str(a): int(n) for a, n in found["area_id"].value_counts().items()}
    return Heat(category, counts, mean, by_area, len(found), len(days) / DAYS)
