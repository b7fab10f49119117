"""The tables the rest of the toolkit reads: their columns, types and files in a project folder."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.errors import InputError
from optimiser.units import HOURS_PER_WEEK

AREAS_FILE = "areas.gpkg"
AREAS_LAYER = "reporting_areas"
STATIONS_LAYER = "stations"
STREETS_LAYER = "streets"
HARD_LINES_LAYER = "hard_lines"
HARD_POLYGONS_LAYER = "hard_polygons"
CALLS_FILE = "calls.parquet"
WORKLOAD_FILE = "workload.parquet"
SPOTS_FILE = "call_spots.parquet"
GROUPS_FILE = "groups.parquet"
DUTY_FILE = "duty.parquet"
UNIT_STATUS_FILE = "unit_status.parquet"
SERVICE_FILE = "service_times.parquet"
COUNTS_AS_FILE = "counts_as.csv"
ADJACENCY_FILE = "adjacency.csv"
EDITS_FILE = "adjacency_edits.csv"
COLUMNS_FILE = "columns.toml"
FINDINGS_FILE = "import.json"
KEY_FILE = "import.key"
IMPORTING_FILE = ".importing"
PLANS_FOLDER = "plans"
ROADS_FOLDER = "roads"
CURRENT_PLAN = "current"

AREA_COLUMNS = ("area_id", "other_id", "name", "population", "district_id", "beat_id", "geometry")
CALL_TYPES = {
    "call_id": "str",
    "received_at": "datetime64[ns, UTC]",
    "hour_of_week": "int16",
    "area_id": "str",
    "priority": "int8",
    "call_type": "str",
    "origin": "str",
    "n_units": "int16",
    "dispatch_delay_s": "float64",
    "travel_s": "float64",
    "response_s": "float64",
    "on_scene_s": "float64",
    "unit_s": "float64",
    "first_clear_s": "float64",
    "last_clear_s": "float64",
    "report_s": "float64",
}
"""Columns of ``Project.calls``; of the last three, times from the first dispatch to the first and to the last clear."""

LATER_COLUMNS = ("first_clear_s", "last_clear_s", "report_s")
"""Columns that older projects lack; they are unknown there."""

STORED_CALL_TYPES = {**CALL_TYPES, "priority_code": "str"}
"""Columns of ``calls.parquet``: the priority as typed stays, so that its map can be given later."""

SECONDS = ("dispatch_delay_s", "travel_s", "response_s", "on_scene_s", "unit_s", *LATER_COLUMNS)

WORKLOAD_TYPES = {
    "area_id": "str",
    "hour_of_week": "int16",
    "calls": "float64",
    "unit_s": "float64",
}
"""Columns of ``Project.workload``: totals over the whole span, ``n_weeks`` weeks."""

SPOT_TYPES = {
    "area_id": "str",
    "priority_code": "str",
    "x_m": "float64",
    "y_m": "float64",
    "calls": "int64",
}
"""Columns of ``call_spots.parquet``: calls of the whole span by area, priority code and nearest road junction."""

GROUP_TYPES = {"area_id": "str", "group": "str", "residents": "float64"}
"""Columns of ``groups.parquet``: residents by area and census group, NaN where unknown."""


DUTY_TYPES = {
    "unit_key": "str",
    "role": "str",
    "sector": "str",
    "n_officers": "int16",
    "start_at": "datetime64[ns, UTC]",
    "end_at": "datetime64[ns, UTC]",
}
"""Columns of ``Project.duty``: officers really on duty, one row a stretch of time. No officer's key is stored."""

UNIT_STATUS_TYPES = {
    "unit_key": "str",
    "role": "str",
    "sector": "str",
    "status": "str",
    "n_officers": "int16",
    "start_at": "datetime64[ns, UTC]",
    "end_at": "datetime64[ns, UTC]",
}
"""Columns of ``Project.unit_status``: what units did beside calls, one row a stretch of time."""

SERVICE_TYPES = {
    "intake_s": "float64",
    "dispatch_delay_s": "float64",
    "travel_s": "float64",
    "response_s": "float64",
    "on_scene_s": "float64",
    "total_s": "float64",
}
"""Columns of ``Project.service_times``: one row a response, NaN where not known."""


def typed(frame: pd.DataFrame, types: dict[str, str], where: str) -> pd.DataFrame:
    """Return exactly the columns of ``types``, in their types.

    Raises
    ------
    InputError
        If a column is missing or cannot be of its type.
    """
    missing = [c for c in types if c not in frame.columns]
    if missing:
        raise InputError(f"{where} lacks column {', '.join(missing)}. Import the raw file again.")
    try:
        return frame[list(types)].astype(types)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{where} has a column of the wrong type: {error}. Import the raw file again."
        ) from error


def out_of_range(table: pd.DataFrame) -> list[str]:
    """Name the columns of a stored table with values that no import writes."""
    limits = {"hour_of_week": HOURS_PER_WEEK - 1, "n_units": np.iinfo(np.int16).max, "n_officers": 500}
    faults = []
    for column in table.columns.intersection(["hour_of_week", "n_units", "n_officers", "calls", *SECONDS]):
        values = table[column].to_numpy(dtype=float)
        wrong = (values < 0) | (values > limits.get(column, np.finfo(float).max))
        wrong |= np.isnan(values) & ("calls" in table.columns)  # only a single call may be without its time
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            faults.append(f"{column} is {values[row]:g} in row {row + 1} ({int(wrong.sum())} such)")
    return faults
