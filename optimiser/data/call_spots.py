"""Where the calls were, as counts by road junction: what tells which share of an area's calls a car can reach in time.

At import each located call is counted at the junction nearest to its point, and the point is forgotten. What is kept
is a table of counts by area, priority code and junction: no time, no id, no place of a single call. Calls without a
point inside their own area are in no row of it; work that officers began themselves is left out, as in the workload.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from optimiser.data import canonical as names
from optimiser.data.parquet_file import read_frame
from optimiser.data.text_file import MOST_BYTES
from optimiser.errors import InputError
from optimiser.units import percent_text

_KEYS = ["area_id", "priority_code", "x_m", "y_m"]


def located(calls: pd.DataFrame) -> pd.DataFrame:
    """Return area, priority code and point of the calls that lie inside the area they are counted in.

    Parameters
    ----------
    calls
        One row a call, with ``point_area``: the area of its point, "" or None where it has none.
    """
    sound = (calls["point_area"] == calls["area_id"]) & (calls["area_id"] != "")
    return calls.loc[sound & (calls["origin"] != "officer"), _KEYS].reset_index(drop=True)


def counted(points: pd.DataFrame, junctions: NDArray[np.float64], area_ids: set[str]) -> pd.DataFrame:
    """Return how many calls of each area and priority have which junction as their nearest.

    Parameters
    ----------
    points
        Of :func:`located`, projected metres.
    junctions
        Shape (J, 2), the same metres; J at least 1.
    area_ids
        Areas of the project; calls of others are left out.
    """
    kept = points[points["area_id"].isin(area_ids)]
    at = cKDTree(junctions).query(kept[["x_m", "y_m"]].to_numpy(dtype=float))[1]
    x_m, y_m = junctions[at].reshape(-1, 2).T
    snapped = kept.assign(x_m=x_m, y_m=y_m)
    table = snapped.groupby(_KEYS, sort=True).size().rename("calls").reset_index()
    return names.typed(table, names.SPOT_TYPES, names.SPOTS_FILE)


def read_spots(folder: Path, priority: dict[str, int]) -> pd.DataFrame | None:
    """Return the counts of a project with a number for each priority, None where it has none.

    Raises
    ------
    InputError
        If the file cannot be read or holds what no import writes.
    """
    path = folder / names.SPOTS_FILE
    if not path.is_file():
        return None
    table = names.typed(
        read_frame(path, names.SPOT_TYPES, most_bytes=MOST_BYTES), names.SPOT_TYPES, str(path)
    )
    xy = table[["x_m", "y_m"]].to_numpy()
    if not np.isfinite(xy).all() or (table["calls"] < 1).any():
        raise InputError(f"{path} is damaged: a place that is none, or a count below 1. Run init again.")
    return table.assign(priority=table["priority_code"].map(priority).fillna(0).astype("int8"))


def said_of_spots(spots: pd.DataFrame | None, calls: pd.DataFrame | None) -> list[str]:
    """Say from where covered calls are counted."""
    if calls is None:
        return []
    if spots is None or not len(spots):
        return [
            "Covered calls count by a point inside their area: calls are not placed on the roads (that takes their "
            "points and a road file at import)."
        ]
    n = int(((calls["area_id"] != "") & (calls["origin"] != "officer")).sum())
    placed = int(spots["calls"].sum())
    return [
        f"Covered calls count from where they were: {placed:,} of {n:,} ({percent_text(placed / max(n, 1))}) at the "
        "road junction nearest to each; those of an area and priority without any, by a point inside the area."
    ]
