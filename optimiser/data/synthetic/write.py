"""The made-up county as files: raw ones as an agency would hand them over, and the truth in a folder apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyogrio
from numpy.typing import NDArray

from optimiser.data.adjacency_edits import COLUMNS as EDIT_COLUMNS
from optimiser.data.columns_file import ColumnMap, write_column_map
from optimiser.data.settings import PROJECT_FILE, Settings, write_settings
from optimiser.data.synthetic.annual import published_table
from optimiser.data.synthetic.call_signs import PATTERNS
from optimiser.data.synthetic.calls import TIMEZONE
from optimiser.data.synthetic.county import County, Truth
from optimiser.data.synthetic.duty import COUNTS_AS, duty_tables
from optimiser.data.synthetic.outlook import growth_table, places_table, sites_table
from optimiser.data.synthetic.staff import calendar_table, rota_table, strength_table
from optimiser.data.synthetic.tables import CRS
from optimiser.units import SECONDS_PER_HOUR, seconds_from_minutes

_FILES = {
    "areas": "areas.gpkg",
    "stations": "stations.gpkg",
    "roads": "streets.gpkg",
    "hard_lines": "hard_lines.gpkg",
    "calls": "calls.csv",
    "call_types": "call_types.csv",
    "units": "units.csv",
    "call_signs": "call_signs.csv",
    "duty": "duty.csv",
    "unit_status": "unit_status.csv",
    "counts_as": "counts_as.csv",
    "strength": "strength.csv",
    "rota": "rota.csv",
    "calendar": "calendar.csv",
    "published": "published.csv",
    "places": "places.csv",
    "sites": "sites.csv",
    "growth": "growth.csv",
    "edits": "adjacency_edits.csv",
    "plan": "plans/current.csv",
    "planted": "truth/planted.csv",
    "truth": "truth/truth.json",
    "settings": PROJECT_FILE,
    "columns": "columns.toml",
}
_RAW_NAMES = {
    "id": "incident_number",
    "received": "received_datetime",
    "dispatched": "dispatch_datetime",
    "enroute": "enroute_datetime",
    "arrived": "onscene_datetime",
    "first_clear": "first_clear_datetime",
    "cleared": "close_datetime",
    "priority": "priority",
    "type": "call_type",
    "origin": "origin",
    "area": "reporting_area",
    "x": "x_coordinate",
    "y": "y_coordinate",
    "units": "units",
    "outcome": "disposition",
}
_CANONICAL = {
    "id": "call_id",
    "type": "call_type",
    "area": "area_id",
    "outcome": "disposition",
    **{
        c: c
        for c in (
            "received",
            "dispatched",
            "enroute",
            "arrived",
            "cleared",
            "priority",
            "origin",
            "x",
            "y",
            "units",
        )
    },
}
_TIMES = ("received", "dispatched", "enroute", "arrived", "first_clear", "cleared")
_ORIGINS = {"public": "CALL", "officer": "ONVIEW"}
_TARGETS_MIN = {1: 8.0, 2: 15.0, 3: 30.0, 4: 60.0}
_FILE_DATE = "2026-01-05T00:00:00.000Z"


def write(county: County, folder: Path, *, hard: Sequence[str] = ("river",)) -> dict[str, Path]:
    """Write the county to ``folder`` and return each file by its role.

    Parameters
    ----------
    county
        From :func:`optimiser.data.synthetic.county`.
    folder
        Made if it is not there; files of the same name are replaced.
    hard
        Kinds of hard lines to hand over (``river``, ``motorway``), each with its crossings as edits.

    Notes
    -----
    The same county gives the same bytes, GeoPackages included.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {role: folder / name for role, name in _FILES.items()}
    for path in files.values():
        path.parent.mkdir(exist_ok=True)
    given = county.hard_lines["kind"].isin(list(hard))
    _write_layer(county.areas, files["areas"])
    _write_layer(county.stations, files["stations"])
    _write_layer(county.streets, files["roads"])
    _write_layer(county.hard_lines[given], files["hard_lines"])
    _write_table(raw_calls(county), files["calls"])
    _write_table(county.call_types, files["call_types"])
    _write_table(pd.DataFrame(PATTERNS, columns=["pattern", "role"]), files["units"])
    _write_table(county.units, files["call_signs"])
    duty, statuses = duty_tables(county)
    _write_table(duty, files["duty"])
    _write_table(statuses, files["unit_status"])
    _write_table(pd.DataFrame(COUNTS_AS, columns=["table", "code", "counts_as"]), files["counts_as"])
    _write_table(strength_table(county), files["strength"])
    _write_table(rota_table(county), files["rota"])
    _write_table(calendar_table(county), files["calendar"])
    _write_table(published_table(county), files["published"])
    _write_table(places_table(county), files["places"])
    _write_table(sites_table(county), files["sites"])
    _write_table(growth_table(county), files["growth"])
    _write_table(_edits(county.crossings[county.crossings["over"].isin(list(hard))]), files["edits"])
    _write_table(pd.DataFrame(county.areas[["area_id", "district_id", "beat_id"]]), files["plan"])
    _write_truth(county.truth, files["planted"])
    files["truth"].write_text(json.dumps(_facts(county), indent=1) + "\n", encoding="utf-8", newline="\n")
    write_settings(files["settings"], settings(county))
    write_column_map(files["columns"], column_map(), priority_codes=tuple(str(p) for p in _TARGETS_MIN))
    return files


def settings(county: County) -> Settings:
    """Return what the agency's planner would have filled in: zone, meaning of response time, targets."""
    return Settings(
        name=f"Made-up {'coast' if county.shape == 'coastal' else 'county'} {county.seed}",
        crs=CRS,
        timezone=TIMEZONE,
        response_time="received_to_arrived",
        priority_targets_s={p: seconds_from_minutes(m) for p, m in _TARGETS_MIN.items()},
        roads=_FILES["roads"],
        given=frozenset({"name", "crs", "timezone", "response_time", "priority_targets_min", "roads"}),
    )


def column_map() -> ColumnMap:
    """Return how the raw files are read: columns, priority codes, origins."""
    return ColumnMap(
        areas={c: c for c in ("area_id", "name", "population", "district_id", "beat_id")},
        calls={ours: _RAW_NAMES[c] for c, ours in _CANONICAL.items()},
        stations={"station_id": "station_id", "name": "name"},
        priority={str(p): p for p in _TARGETS_MIN},
        origin={raw: ours for ours, raw in _ORIGINS.items()},
    )


def raw_calls(county: County) -> pd.DataFrame:
    """Return the call table as the file holds it: the agency's column names and codes, times by its wall clock."""
    calls = county.calls
    table: dict[str, Any] = {}
    for column, name in _RAW_NAMES.items():
        if column in _TIMES:
            table[name] = _wall_clock(calls[column].to_numpy())
        elif column in ("x", "y"):
            table[name] = calls[column].astype("Int64")
        elif column == "origin":
            table[name] = calls["origin"].map(_ORIGINS)
        else:
            table[name] = calls[column]
    return pd.DataFrame(table)


def _wall_clock(seconds: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Seconds since 1970 UTC to the time on the agency's wall; NaT where there is none."""
    missing = np.isnan(seconds)
    utc = pd.DatetimeIndex(np.where(missing, 0, seconds).astype("int64").astype("datetime64[s]"), tz="UTC")
    local = utc.tz_convert(TIMEZONE).tz_localize(None).to_numpy().astype("datetime64[s]")
    return np.where(missing, np.datetime64("NaT", "s"), local)


def _write_layer(frame: gpd.GeoDataFrame, path: Path) -> None:
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FILE_DATE})
    try:
        pyogrio.write_dataframe(frame, path, layer=path.stem, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_table(frame: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    options = arrow_csv.WriteOptions(include_header=True, quoting_style="needed", quoting_header="needed")
    arrow_csv.write_csv(table, path, options)


def _edits(crossings: pd.DataFrame) -> pd.DataFrame:
    columns = (crossings["area_a"], crossings["area_b"], ["add"] * len(crossings), crossings["name"])
    return pd.DataFrame(dict(zip(EDIT_COLUMNS, columns, strict=True)))


def _write_truth(truth: Truth, path: Path) -> None:
    planted = {
        "area_id": list(truth.planted_district),
        "district_id": list(truth.planted_district.values()),
        "beat_id": list(truth.planted_beat.values()),
    }
    _write_table(pd.DataFrame(planted), path)


def _facts(county: County) -> dict[str, Any]:
    truth = county.truth
    return {
        "seed": county.seed,
        "shape": county.shape,
        "n_weeks": county.n_weeks,
        "n_rows": len(county.calls),
        "n_public_calls": truth.n_public,
        "n_officer_calls": truth.n_officer,
        "unit_h_per_week": round(float(truth.unit_s.sum()) / SECONDS_PER_HOUR / county.n_weeks, 3),
        "target_share": {k: round(v, 6) for k, v in truth.target_share.items()},
        "beat_target_share": {k: round(v, 6) for k, v in truth.beat_target_share.items()},
        "faults": truth.faults,
    }
