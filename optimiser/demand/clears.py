"""When a call is over: several definitions side by side, and times that are missing filled in and counted.

The first unit's clear understates calls that many units attend, the last unit's clear times all units overstates
them; only the units' own times are right. Which one stands in a file is seldom said, so all that are known are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.errors import InputError, UsageError

FloatArray = NDArray[np.float64]
RECORDED, FIRST, LAST = "recorded", "first clear", "last clear"
CLEARS = (RECORDED, FIRST, LAST)
"""``recorded``: each unit's own time where the import had unit rows, else to the file's one clear."""
_COLUMN = {FIRST: "first_clear_s", LAST: "last_clear_s"}
FEWEST_KNOWN = 20
"""So many calls of a kind make a mean that a missing one may be given."""
LEVELS = ("type and priority", "type", "priority", "all calls", "stated default")


@dataclass(frozen=True, slots=True)
class ClearRow:
    """Mean unit-seconds a call of one group by each definition, over the calls that have all of them."""

    group: str
    n_calls: int
    units_per_call: float
    mean_unit_s: dict[str, float]


def unit_seconds(calls: pd.DataFrame, clear: str = RECORDED) -> FloatArray:
    """Return the unit-seconds of each call by a definition of clear, NaN where its stamps are missing, shape (n,).

    Raises
    ------
    UsageError
        If there is no such definition.
    """
    if clear not in CLEARS:
        raise UsageError(f"{clear!r} is no definition of clear; there are {', '.join(CLEARS)}.")
    if clear == RECORDED:
        return calls["unit_s"].to_numpy(dtype=np.float64, copy=True)
    if _COLUMN[clear] not in calls:
        return np.full(len(calls), np.nan)
    n_units = calls["n_units"].to_numpy(dtype=np.float64)
    seconds = calls[_COLUMN[clear]].to_numpy(dtype=np.float64)
    return np.where(n_units > 0, n_units * seconds, 0.0)


def side_by_side(calls: pd.DataFrame, by: str = "priority") -> tuple[ClearRow, ...]:
    """Return mean unit-seconds by every definition that the calls know, of each group and of all.

    Only calls that have every one of them are compared, so that the rows speak of the same calls. Without stamps of
    the first and last clear, of the recorded one alone.
    """
    if by not in calls:
        raise InputError(f"Calls have no column {by!r}; known: {', '.join(map(str, calls.columns))}.")
    patrol = calls[calls["n_units"] > 0]
    known = {c: unit_seconds(patrol, c) for c in CLEARS}
    known = {c: v for c, v in known.items() if np.isfinite(v).any()}
    if not known:
        return ()
    sound = np.logical_and.reduce([np.isfinite(v) for v in known.values()])
    group = patrol[by].astype(str).to_numpy(dtype=object)
    n_units = patrol["n_units"].to_numpy(dtype=float)
    rows = []
    for name in ["all", *sorted(set(group[sound]))]:
        mine = sound & ((group == name) | (name == "all"))
        if mine.any():
            means = {c: float(v[mine].mean()) for c, v in known.items()}
            rows.append(ClearRow(name, int(mine.sum()), float(n_units[mine].mean()), means))
    return tuple(rows)


def filled(
    unit_s: FloatArray, calls: pd.DataFrame, default_s: float | None
) -> tuple[FloatArray, dict[str, int]]:
    """Fill in missing times from the nearest group that knows enough, and count by where they came from.

    Parameters
    ----------
    unit_s
        Unit-seconds, NaN for missing, shape (n,).
    calls
        Their type, priority and number of units.
    default_s
        Unit-seconds of one unit where no call has a time.

    Returns
    -------
    tuple
        Filled seconds; and calls by level of :data:`LEVELS`, those with none left out. A filled call gets the mean
        seconds of a unit, times its units.

    Raises
    ------
    InputError
        If no call has a time and there is no default.
    """
    n_units = calls["n_units"].to_numpy(dtype=np.float64)
    per_unit = unit_s / np.where(n_units > 0, n_units, 1.0)
    missing = np.isnan(unit_s)
    counts: dict[str, int] = {}
    frame = pd.DataFrame(
        {
            "s": np.where(n_units > 0, per_unit, np.nan),
            "type": calls["call_type"].to_numpy(),
            "priority": calls["priority"].to_numpy(),
        }
    )
    left = missing & (n_units > 0)
    result = np.where(missing, 0.0, unit_s)
    for level, keys in zip(LEVELS[:3], (["type", "priority"], ["type"], ["priority"]), strict=True):
        left = _take(result, left, _group_mean(frame, keys), n_units, level, counts)
    if left.any():
        known = frame["s"].dropna()
        overall, level = (float(known.mean()), LEVELS[3]) if len(known) else (default_s, LEVELS[4])
        if overall is None:
            raise InputError("No call has a duration (unit_s); give a default or calls with clear times.")
        _take(result, left, np.full(len(frame), overall), n_units, level, counts)
    return result, counts


def _group_mean(frame: pd.DataFrame, keys: Sequence[str]) -> FloatArray:
    grouped = frame.groupby(list(keys), sort=False)["s"]
    enough = grouped.transform("count") >= FEWEST_KNOWN
    return np.asarray(grouped.transform("mean").where(enough), dtype=np.float64)


def _take(
    result: FloatArray,
    left: NDArray[np.bool_],
    mean_s: FloatArray,
    n_units: FloatArray,
    level: str,
    counts: dict[str, int],
) -> NDArray[np.bool_]:
    """Fill what this level knows, in place; return what is still missing."""
    use = left & np.isfinite(mean_s)
    result[use] = (mean_s * n_units)[use]
    if use.any():
        counts[level] = int(use.sum())
    return np.asarray(left & ~use)
