"""What goes wrong in a real extract, put into a clean one: about one and a half rows in a hundred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.synthetic.call_types import TEST_TYPE, UNKNOWN_TYPE

SHARES = {
    "missing arrival": 0.006,
    "clear before arrival": 0.002,
    "arrival before receipt": 0.0005,
    "left open for a day": 0.0008,
    "outside the county": 0.001,
    "unknown area": 0.001,
    "missing priority": 0.001,
    "unknown type": 0.0005,
    "test call": 0.001,
}
_REPEATED = {"repeated row": 0.0015, "repeated id, other content": 0.0005}
UNKNOWN_AREAS = ("9Z99", "HQ", "OOC")
_DAY_S = 86_400.0
_FAR_M = (800.0, 6000.0)


def spoil(
    rng: np.random.Generator, rows: pd.DataFrame, bounds_m: Sequence[float]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return ``rows`` with faults, and how many rows have each. No row has two.

    ``rows`` has the columns of the raw file, times as seconds.
    """
    table: dict[str, NDArray[Any]] = {str(c): rows[c].to_numpy(copy=True) for c in rows}
    received, arrived, cleared = table["received"], table["arrived"], table["cleared"]
    pool = rng.permutation(np.flatnonzero(arrived > received))
    counts = {fault: max(1, round(share * len(rows))) for fault, share in SHARES.items()}
    last = np.cumsum(list(counts.values()))
    at = {fault: pool[end - k : end] for (fault, k), end in zip(counts.items(), last.tolist(), strict=True)}
    arrived[at["missing arrival"]] = np.nan
    here = at["clear before arrival"]
    cleared[here] = arrived[here] - rng.integers(30, 1200, len(here))
    here = at["arrival before receipt"]
    arrived[here] = received[here] - rng.integers(30, 3000, len(here))
    here = at["left open for a day"]
    cleared[here] = arrived[here] + _DAY_S * rng.integers(1, 4, len(here))
    here = at["outside the county"]
    west, beyond_m = rng.random(len(here)) < 0.5, rng.uniform(*_FAR_M, len(here))
    table["x"][here] = np.round(np.where(west, bounds_m[0] - beyond_m, bounds_m[2] + beyond_m))
    table["area"][here] = ""
    here = at["unknown area"]
    table["area"][here] = np.array(UNKNOWN_AREAS, dtype=object)[
        rng.integers(0, len(UNKNOWN_AREAS), len(here))
    ]
    table["x"][here], table["y"][here] = np.nan, np.nan
    table["priority"][at["missing priority"]] = ""
    table["type"][at["unknown type"]] = UNKNOWN_TYPE
    table["type"][at["test call"]] = TEST_TYPE[0]
    return _repeat(rng, pd.DataFrame(table), counts)


def _repeat(
    rng: np.random.Generator, rows: pd.DataFrame, counts: dict[str, int]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Write some rows twice, some of them with another clear time the second time."""
    counts = {**counts, **{fault: max(1, round(share * len(rows))) for fault, share in _REPEATED.items()}}
    same, other = counts["repeated row"], counts["repeated id, other content"]
    clean = np.flatnonzero(rows["cleared"].notna() & (rows["units"] != ""))
    again = rng.choice(clean, same + other, replace=False)
    copies = rows.iloc[again].copy()
    later = np.zeros(same + other)
    later[same:] = rng.integers(60, 3600, other)
    copies["cleared"] += later
    everything = pd.concat([rows, copies], ignore_index=True)
    order = np.argsort(everything["received"].to_numpy(), kind="stable")
    return everything.iloc[order].reset_index(drop=True), counts
