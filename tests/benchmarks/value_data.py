"""The weeks of the suites value and ledger: calls, service times and what a simulation draws from.

- **vlcek_0510**: 50,000 incidents of 15 weeks; cars, length and driving as in ``shifts510``.
- **san_luis_obispo_ca**: six months of a police log with received, dispatched, arrived and units. It has no clear
  times: minutes on scene are **drawn from detroit_mi** (times on scene above 0 of calls that somebody drove to), seed
  1, the same for every unit of a call. Calls that the desk's unit COM1 handled alone and calls without a unit are no
  patrol work; rows that overlapping scrapes repeat count once; driving is arrived less dispatched, within an hour.
- **demo county**: the made-up county of ``optimiser demo`` (700 areas, a year, seed 1); calls of the public.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from optimiser.demand.service import service_times
from optimiser.demand.workload import OFFICER_INITIATED, Workload, from_calls
from tests.benchmarks import shifts510
from tests.benchmarks.shifts510 import Week

SHARED = Path(__file__).parents[3] / "shared/data"
SLO = SHARED / "calls/san_luis_obispo_ca/police_log.csv.gz"
DETROIT = SHARED / "calls/detroit_mi/service_times_2022_07_08.parquet"
REPORT_S = 1200.0
"""Report time of a call whose file does not tell."""


@dataclass(frozen=True)
class Case:
    """One week to plan, and the calls behind it: hour of week, grade, units and seconds a unit spends, N rows each."""

    name: str
    week: Week
    n_weeks: float
    hour: np.ndarray
    grade: np.ndarray
    units: np.ndarray
    busy_s: np.ndarray
    said: str = ""
    area: np.ndarray | None = None
    sector_of: dict[str, str] | None = None


def _case(
    name: str,
    calls: pd.DataFrame,
    n_weeks: float,
    said: str,
    admin_s: np.ndarray | None = None,
    sector_of: dict[str, str] | None = None,
) -> Case:
    work: Workload = from_calls(calls, sorted(calls["area_id"].unique()))
    (service,) = service_times(calls, None)
    admin = work.week_calls() * REPORT_S if admin_s is None else admin_s
    units = calls["n_units"].to_numpy(dtype=np.int64)
    return Case(
        name,
        Week(work, service.mean_s, admin, float(work.week_unit_s().sum()) / 3600.0),
        n_weeks,
        calls["hour_of_week"].to_numpy(dtype=np.int64),
        calls["priority"].to_numpy(dtype=np.int64),
        units,
        calls["unit_s"].to_numpy(dtype=float) / units,
        said,
        calls["area_id"].astype(str).to_numpy(),
        sector_of,
    )


def vlcek() -> Case:
    """Return Vlcek 510."""
    week = shifts510.vlcek_week()
    plan = pd.read_csv(shifts510.FOLDER / "district_layout_0510_twelve_locations_C0.csv")
    sector_of = {str(int(i)): f"L{int(c)}" for i, c in zip(plan["index"], plan["location"], strict=True)}
    calls = shifts510.incidents()
    return _case("vlcek_0510", calls, 15.0, "one officer a car", week.admin_s, sector_of)


def slo_calls() -> pd.DataFrame:
    """Return the log as canonical calls with drawn times on scene."""
    raw = pd.read_csv(SLO, dtype=str).drop_duplicates()
    units = raw["units"].fillna("").str.split(",").map(lambda u: [x for x in u if x and x != "COM1"])
    raw = raw[units.map(len) > 0].assign(n=units.map(len))
    at = {c: pd.to_datetime(raw[c], format="%H:%M", errors="coerce") for c in ("dispatched", "arrived")}
    drive_s = (at["arrived"] - at["dispatched"]).dt.total_seconds() % 86400.0
    drive_s = drive_s.where(drive_s <= 3600.0).fillna(drive_s[drive_s <= 3600.0].median())
    detroit = pd.read_parquet(DETROIT)
    scene = detroit.loc[
        (detroit["time_on_scene"] > 0) & (detroit["traveltime"] > 0), "time_on_scene"
    ].to_numpy()
    drawn_s = np.random.default_rng(1).choice(scene, size=len(raw)) * 60.0
    received = pd.to_datetime(raw["date"] + " " + raw["received"], format="%m/%d/%y %H:%M")
    return pd.DataFrame(
        {
            "received_at": received.dt.tz_localize("UTC"),
            "hour_of_week": (received.dt.day_of_week * 24 + received.dt.hour).astype("int16"),
            "area_id": raw["grid_location"].fillna("none"),
            "priority": np.ones(len(raw), dtype="int8"),
            "origin": "public",
            "n_units": raw["n"].astype("int16"),
            "unit_s": raw["n"] * (drive_s + drawn_s),
        }
    ).reset_index(drop=True)


def slo() -> Case:
    """Return San Luis Obispo."""
    calls = slo_calls()
    days = (calls["received_at"].max() - calls["received_at"].min()).days + 1
    return _case(
        "san_luis_obispo_ca", calls, days / 7.0, "minutes on scene drawn from detroit_mi; no priorities"
    )


def county() -> Case:
    """Return the demo county."""
    from optimiser.cli.shows import make_county
    from optimiser.data.project import load
    from optimiser.prepare.sectors import districts_in_use

    with tempfile.TemporaryDirectory() as folder:
        make_county(Path(folder), 1, 700)
        project = load(Path(folder) / "county")
    calls: Any = project.calls
    sector_of = {str(k): str(v) for k, v in districts_in_use(project).items()}
    calls = calls[calls["unit_s"].notna() & (calls["unit_s"] > 0) & (calls["n_units"] > 0)].reset_index(
        drop=True
    )
    calls = calls.assign(area_id=calls["area_id"].astype(str))
    weeks = (calls["received_at"].max() - calls["received_at"].min()).total_seconds() / 604_800.0
    calls = calls[calls["area_id"].isin(sector_of) & (calls["origin"] != OFFICER_INITIATED)].reset_index(
        drop=True
    )
    return _case("demo county", calls, weeks, "made up", None, sector_of)


def made_up() -> Case:
    """Return a small made-up week for the smoke form: a daily swing of up to six calls an hour, two grades."""
    week = shifts510.made_up_week()
    rng = np.random.default_rng(1)
    rate = week.work.week_calls()
    hour = np.repeat(np.arange(168), rng.poisson(rate * 4.0))
    return Case(
        "made up", week, 4.0, hour, rng.choice([1, 2], hour.size, p=[0.3, 0.7]), np.ones(hour.size, dtype=np.int64),
        rng.exponential(2400.0, hour.size),
    )  # fmt: skip
