"""How long a unit is tied up by a call: mean, spread and quantiles by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.errors import InputError


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """Time one unit spends on one call, of a group of calls.

    Parameters
    ----------
    group
        What the calls have in common, as text; "all" for all.
    n_calls, n_missing
        Calls with and without a duration.
    mean_s, p50_s, p90_s
        Seconds per unit.
    cv2
        Squared coefficient of variation: 1 where times are exponential.
    units_per_call
        Mean number of units.
    """

    group: str
    n_calls: int
    n_missing: int
    mean_s: float
    cv2: float
    p50_s: float
    p90_s: float
    units_per_call: float


def service_times(calls: pd.DataFrame, by: str | None = "priority") -> tuple[ServiceTime, ...]:
    """Return service times by a column of the calls (``priority``, ``call_type``, ``area_id``), or of all together.

    Calls without a patrol unit (``n_units`` 0) are none of a patrol's work; they and groups without any duration are
    left out.

    Raises
    ------
    InputError
        If there is no such column.
    """
    if by is None:
        found = _of("all", calls)
        return () if found is None else (found,)
    if by not in calls.columns:
        raise InputError(f"Calls have no column {by!r}; known: {', '.join(map(str, calls.columns))}.")
    each = (_of(str(group), rows) for group, rows in calls.groupby(by, sort=True))
    return tuple(s for s in each if s is not None)


def _of(group: str, calls: pd.DataFrame) -> ServiceTime | None:
    calls = calls[calls["n_units"] > 0]
    n_units = calls["n_units"].to_numpy(dtype=float)
    per_unit_s = calls["unit_s"].to_numpy(dtype=float) / n_units
    known = np.isfinite(per_unit_s)
    if not known.any():
        return None
    # a unit is what queues, so a call with three units counts three times
    weight = n_units[known]
    seconds = per_unit_s[known]
    mean = float(np.average(seconds, weights=weight))
    variance = float(np.average((seconds - mean) ** 2, weights=weight))
    p50, p90 = np.quantile(seconds, [0.5, 0.9])
    return ServiceTime(
        group,
        int(known.sum()),
        int((~known).sum()),
        mean,
        variance / mean**2 if mean > 0 else 0.0,
        float(p50),
        float(p90),
        float(n_units.mean()),
    )
