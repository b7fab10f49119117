"""The defaults in force in a project, in words: every report shows them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from optimiser import units
from optimiser.data.settings import Settings

if TYPE_CHECKING:
    import geopandas as gpd


def defaults_in_force(
    settings: Settings,
    calls: pd.DataFrame | None,
    workload: pd.DataFrame | None,
    stations: gpd.GeoDataFrame,
    roads: Path | None,
    areas: gpd.GeoDataFrame,
) -> list[str]:
    """List the defaults in force, in words."""
    said: list[str] = []
    if calls is None:
        said.append(
            "No call-level file: workload comes as totals, so no response times and no forecast from calls."
        )
    if calls is not None and "timezone" not in settings.given:
        said.append("No time zone given. Times are taken as UTC wall-clock; say --timezone.")
    if calls is None and workload is not None and "workload_weeks" not in settings.given:
        said.append(
            "Span of the workload table not given: its totals are taken as one week (workload_weeks)."
        )
    if not settings.priority_targets_s:
        said.append("No response targets given (priority_targets_min): sectors aim for the least driving.")
    if calls is not None:
        said += _time_on_calls(settings, calls)
    if "default_speed_kmh" not in settings.given:
        speed = settings.default_speed_m_per_s * units.SECONDS_PER_HOUR / units.METRES_PER_KM
        said.append(f"Streets without a speed limit: {speed:.1f} km/h (30 mph; default_speed_kmh).")
    if "privacy_threshold" not in settings.given:
        least = settings.privacy_threshold
        said.append(f"Counts below {least} are not shown in anything published (privacy_threshold).")
    if len(stations) == 0:
        said.append("No stations given: centres may lie in any area.")
    if roads is None:
        said.append("No road file: travel between areas is a straight line at the default speed.")
    if not areas["population"].notna().any():
        said.append("No population given.")
    return said


def _time_on_calls(settings: Settings, calls: pd.DataFrame) -> list[str]:
    """Say what time calls of the public without a clear time are given, as the demand does it."""
    unit_s = calls.loc[(calls["origin"] != "officer") & (calls["n_units"] > 0), "unit_s"]
    n = int(unit_s.isna().sum())
    if n == 0:
        return []
    if n < len(unit_s):
        return [
            f"Calls without a clear time: {n:,} of {len(unit_s):,}; each is given the mean time of its priority, "
            "of all calls where its priority has none."
        ]
    if "default_service_min" in settings.given:
        return []
    minutes = units.minutes(settings.default_service_s)
    return [
        f"Calls without a clear time: all {n:,}; each is given {minutes:.0f} minutes (default_service_min)."
    ]
