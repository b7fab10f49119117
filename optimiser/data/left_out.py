"""Rows that an import left out, by reason and local day: what a published total may still count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from optimiser.data.call_times import call_times
from optimiser.data.columns_file import ColumnMap
from optimiser.data.quality import Notes

LeftOut = dict[str, dict[str, int]]
"""Reason to local day (``2025-03-09``) to rows."""


def left_out_by_day(removed: Sequence[tuple[str, pd.DataFrame]], column_map: ColumnMap, zone: str) -> LeftOut:
    """Count rows by reason and local day of receipt; rows whose day is not known are left out here too.

    Parameters
    ----------
    removed
        Reason, and the rows as they were then: raw ones in our column names, or ones whose time is read already.
    """
    found: LeftOut = {}
    for reason, rows in removed:
        if "received_utc" in rows:
            utc = rows["received_utc"].to_numpy()
        else:
            plain = rows.reset_index(drop=True)
            utc = call_times(plain, np.arange(len(plain)), column_map, zone, Notes("")).received_utc
        known = pd.DatetimeIndex(utc[~np.isnat(utc)])
        day = known.tz_localize("UTC").tz_convert(zone).strftime("%Y-%m-%d")
        counts = pd.Series(day, dtype="str").value_counts().sort_index()
        mine = found.setdefault(reason, {})
        for key, n in counts.items():
            mine[str(key)] = mine.get(str(key), 0) + int(n)
    return {reason: days for reason, days in found.items() if days}


def read_left_out(data: Mapping[str, object]) -> LeftOut:
    """Read what ``import.json`` keeps of it; an older one keeps nothing."""
    kept = data.get("left_out", {})
    if not isinstance(kept, Mapping):
        raise TypeError
    return {str(r): {str(d): int(n) for d, n in days.items()} for r, days in kept.items()}
