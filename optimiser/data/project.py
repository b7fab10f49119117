"""A project folder: one data set of one agency, read whole and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from optimiser import units
from optimiser.data import canonical as names
from optimiser.data.adjacency import Neighbours, neighbours
from optimiser.data.areas import AreaGraph
from optimiser.data.assumptions import defaults_in_force
from optimiser.data.border_checks import border_findings
from optimiser.data.call_spots import read_spots, said_of_spots
from optimiser.data.columns_file import ColumnMap, read_column_map
from optimiser.data.counts_as import CountsAs, read_counts_as
from optimiser.data.duty import ASK
from optimiser.data.duty_checks import duty_findings
from optimiser.data.groups import read_groups
from optimiser.data.layers import layers, read_layer
from optimiser.data.left_out import LeftOut, read_left_out
from optimiser.data.parquet_file import read_frame
from optimiser.data.places import read_places
from optimiser.data.plans import Plans, current_plan, other_names, read_plans
from optimiser.data.quality import Finding, QualityReport, finding, from_record
from optimiser.data.service_file import drawn_s
from optimiser.data.settings import PROJECT_FILE, Settings, read_settings
from optimiser.data.structure_checks import (
    area_findings,
    beat_findings,
    demand_findings,
    graph_findings,
    plan_findings,
)
from optimiser.data.text_file import MOST_BYTES
from optimiser.data.zone_check import zone_findings
from optimiser.errors import InputError, reason

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True)
class Project:
    """Everything a project folder holds, in core units.

    Parameters
    ----------
    folder, settings
        Where it is, and what the planner decided.
    areas
        One row an area: area_id, other_id, name, population (NaN unknown), district_id, beat_id ("" none),
        geometry, in ``settings.crs`` (metres).
    stations
        station_id, name, geometry in the same CRS; no rows where there are none.
    calls, workload
        Tables of :mod:`optimiser.data.canonical`; at least one of them is given.
    graph
        Which areas border each other, edits and hard boundaries applied.
    roads_file
        OSM extract or street lines; None for none.
    plans
        Area to district by plan name; ``current`` holds the beats or districts in use. A plan whose file cannot be
        used is a finding, and fails only where it is looked up.
    places
        By kind of named place (neighbourhood, municipality, ward), the name for each area, "" for none.
    duty, unit_status
        Who was really on duty and what units did beside calls; None where the report has not come yet.
    service_times
        Durations of responses without date or place, where the calls themselves tell none; None for none.
    counts_as
        What each status and call type counts as in the time split.
    left_out
        Rows of the call file that the import left out, by reason and local day.
    spots
        How many calls of each area and priority were nearest to which road junction: area_id, priority, x_m, y_m,
        calls; None where they are not placed.
    groups
        Residents of each area by census group (n,), NaN where unknown: for comparisons alone.
    assumptions
        Defaults in force, in words.
    quality
        Findings of the import and of this reading.
    """

    folder: Path
    settings: Settings
    areas: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    calls: pd.DataFrame | None
    workload: pd.DataFrame | None
    graph: AreaGraph
    roads_file: Path | None
    plans: Mapping[str, Mapping[str, str]]
    assumptions: tuple[str, ...]
    quality: tuple[Finding, ...]
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    duty: pd.DataFrame | None = None
    unit_status: pd.DataFrame | None = None
    service_times: pd.DataFrame | None = None
    counts_as: CountsAs = field(default_factory=CountsAs)
    left_out: LeftOut = field(default_factory=dict)
    spots: pd.DataFrame | None = None
    groups: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def report(self) -> QualityReport:
        """The data-quality report."""
        return QualityReport(self.quality, self.assumptions)

    def require_ready(self) -> None:
        """Raise InputError naming every red fault; nothing is solved before they are mended."""
        red = self.report.red
        if red:
            listed = "\n".join(f"- {f.rule}: {f.action}." for f in red)
            raise InputError(f"{self.folder} cannot be solved yet:\n{listed}")


def load(folder: str | Path, *, home: Path | None = None) -> Project:
    """Read a project folder.

    Parameters
    ----------
    folder
        The folder.
    home
        Where the folder is going to stand, if not where it is: paths in it are relative to that.

    Raises
    ------
    InputError
        If a file of the folder is missing or cannot be used. Faults of the data itself do not raise here:
        they are in ``quality``, and :meth:`Project.require_ready` stops a solve.
    """
    folder = Path(folder)
    if (folder / names.IMPORTING_FILE).exists():
        raise InputError(
            f"{folder}: an import was broken off, and some of its files are new and others old. Run init with --again."
        )
    settings = read_settings(folder / PROJECT_FILE)
    column_map = read_column_map(folder / names.COLUMNS_FILE)
    areas, stations = _areas(folder, settings), _stations(folder, settings)
    near = neighbours(folder, areas)
    found, said, read_by, left_out = _stored(folder)
    calls = _calls(folder, settings, column_map, found)
    found += zone_findings(home or folder, settings, calls, read_by)
    workload = _workload(folder)
    if calls is None and workload is None:
        raise InputError(f"{folder} holds neither calls nor a workload table. Run init with one of them.")
    if calls is None and "workload_weeks" not in settings.given:
        found += _no_weeks(workload)
    plans, unusable = read_plans(folder / names.PLANS_FOLDER, areas)
    found += unusable
    current = current_plan(areas)
    if current:
        plans = Plans({names.CURRENT_PLAN: current, **plans}, plans.faults)
    per_area = _per_area(calls, workload)
    found += _structure(areas, near, plans, per_area, _work(calls, workload))
    roads, road_findings = _roads(folder, settings)
    found += road_findings
    if roads is not None and home is not None:
        roads = (home / settings.roads).resolve()
    duty = _optional(folder / names.DUTY_FILE, names.DUTY_TYPES)
    status = _optional(folder / names.UNIT_STATUS_FILE, names.UNIT_STATUS_TYPES)
    service = _optional(folder / names.SERVICE_FILE, names.SERVICE_TYPES)
    settings = _drawn(settings, service, said)
    counts_as = read_counts_as(folder / names.COUNTS_AS_FILE)
    found += duty_findings(calls, duty, status, counts_as, areas, settings.timezone)
    if duty is None:
        said.append(
            f"No duty table: the measured time split, utilisation and saturation are refused. {ASK['duty']}"
        )
    said += defaults_in_force(settings, calls, workload, stations, roads, areas)
    spots = None if calls is None else read_spots(folder, dict(column_map.priority))
    said += said_of_spots(spots, calls)
    return Project(
        home or folder,
        settings,
        areas,
        stations,
        calls,
        workload,
        near.graph,
        roads,
        plans,
        tuple(said),
        tuple(found),
        read_places(folder, other_names(areas), near.graph.ids),
        duty,
        status,
        service,
        counts_as,
        left_out,
        spots,
        read_groups(folder, near.graph.ids),
    )


def _areas(folder: Path, settings: Settings) -> gpd.GeoDataFrame:
    path = folder / names.AREAS_FILE
    areas = read_layer(path, names.AREAS_LAYER)
    missing = [c for c in names.AREA_COLUMNS if c not in areas.columns]
    if missing:
        raise InputError(f"{path} lacks column {', '.join(missing)}. Run init again with the raw areas.")
    text = [c for c in names.AREA_COLUMNS if c not in ("population", "geometry")]
    areas = areas[list(names.AREA_COLUMNS)]
    areas[text] = areas[text].fillna("").astype("str")
    areas["population"] = areas["population"].astype(float)
    return areas.to_crs(settings.crs) if settings.crs else areas


def _stations(folder: Path, settings: Settings) -> gpd.GeoDataFrame:
    import geopandas as gpd

    path = folder / names.AREAS_FILE
    if names.STATIONS_LAYER not in layers(path):
        empty = {"station_id": pd.Series([], dtype="str"), "name": pd.Series([], dtype="str")}
        return gpd.GeoDataFrame(empty, geometry=[], crs=settings.crs or None)
    stations = read_layer(path, names.STATIONS_LAYER)[["station_id", "name", "geometry"]]
    return stations.to_crs(settings.crs) if settings.crs else stations


def _stored(folder: Path) -> tuple[list[Finding], list[str], str, LeftOut]:
    """Return what the import found and assumed, the zone it read calls by ("" not kept), and rows it left out."""
    path = folder / names.FINDINGS_FILE
    if not path.exists():
        return [], [], "", {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        found = [from_record(r) for r in data["findings"]]
        return (
            found,
            [str(a) for a in data["assumptions"]],
            str(data.get("timezone", "")),
            read_left_out(data),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} is damaged: it is not what init writes. Run init again.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is damaged: {reason(error)}. Run init again.") from error


def _calls(
    folder: Path, settings: Settings, column_map: ColumnMap, found: list[Finding]
) -> pd.DataFrame | None:
    path = folder / names.CALLS_FILE
    if not path.is_file():
        return None
    calls = _table(path, names.STORED_CALL_TYPES)
    calls["priority"] = _priorities(calls["priority_code"], column_map, found)
    measured = {"received_to_arrived": "response_s", "dispatched_to_arrived": "travel_s"}
    if settings.response_time:
        calls["response_s"] = calls[measured.get(settings.response_time, "dispatch_delay_s")].to_numpy()
    elif calls["response_s"].notna().any():
        calls["response_s"] = np.nan
        action = f"say in {PROJECT_FILE} what response time means; until then no response time is shown"
        found.append(finding("response time is not defined", 1, 0, action, source=PROJECT_FILE))
    return calls[list(names.CALL_TYPES)]


def _table(path: Path, types: dict[str, str]) -> pd.DataFrame:
    """Read a stored table, which may have come from elsewhere: its columns, types and ranges."""
    stored = read_frame(path, types, most_bytes=MOST_BYTES)
    for column in names.LATER_COLUMNS:
        if column in types and column not in stored:
            stored[column] = np.nan
    table = names.typed(stored, types, str(path))
    faults = names.out_of_range(table)
    if faults:
        raise InputError(f"{path} is damaged: {'; '.join(faults)}. Run init again.")
    return table


def _priorities(codes: pd.Series, column_map: ColumnMap, found: list[Finding]) -> np.ndarray:
    """Apply the value map; a code without a number is red, because the direction is never guessed."""
    given = column_map.priority
    present = [c for c in codes.unique() if c != ""]
    unmapped = codes.isin([c for c in present if c not in given])
    if unmapped.any():
        shown = sorted(str(c) for c in codes[unmapped].unique())
        action = (
            f"give each a number in {names.COLUMNS_FILE}, [calls.priority]: 1 is the most urgent, 0 is none"
        )
        found.append(
            finding(
                "priority codes without a meaning",
                int(unmapped.sum()),
                len(codes),
                action,
                examples=shown,
                red=True,
            )
        )
    return codes.map(given).fillna(0).to_numpy(dtype=np.int8)


def _workload(folder: Path) -> pd.DataFrame | None:
    path = folder / names.WORKLOAD_FILE
    if not path.is_file():
        return None
    return _table(path, names.WORKLOAD_TYPES)


def _drawn(settings: Settings, service: pd.DataFrame | None, said: list[str]) -> Settings:
    """Take the default time of a call from a table of service times, unless the planner has given one."""
    if service is None or "default_service_min" in settings.given:
        return settings
    seconds = drawn_s(service)
    if not seconds.size:
        return settings
    mean_s = float(seconds.mean())
    said.append(
        f"Time of a unit on a call where calls tell none: {units.minutes(mean_s):.1f} minutes, drawn from a table of "
        f"{seconds.size:,} service times."
    )
    return replace(settings, default_service_s=mean_s)


def _optional(path: Path, types: dict[str, str]) -> pd.DataFrame | None:
    return _table(path, types) if path.is_file() else None


def _no_weeks(workload: pd.DataFrame | None) -> list[Finding]:
    """Say loudly that totals count as one week: everything sized by them follows."""
    n = 0 if workload is None else round(float(workload["calls"].sum()))
    if n == 0:
        return []
    action = f"{n:,} calls are taken as one week: say --weeks (workload_weeks in {PROJECT_FILE})"
    return [finding("workload table without its weeks", n, 0, action, source=names.WORKLOAD_FILE)]


def _per_area(calls: pd.DataFrame | None, workload: pd.DataFrame | None) -> pd.Series:
    if calls is not None:
        return calls.groupby("area_id").size().astype(float)
    assert workload is not None
    return workload.groupby("area_id")["calls"].sum()


def _work(calls: pd.DataFrame | None, workload: pd.DataFrame | None) -> pd.Series:
    """Unit-seconds by area, a missing one at the mean of the others; calls by area where no time is known."""
    table = calls if calls is not None else workload
    assert table is not None
    unit_s = table["unit_s"].fillna(table["unit_s"].mean()).groupby(table["area_id"]).sum()
    return unit_s if unit_s.sum() > 0 else _per_area(calls, workload)


def _structure(
    areas: gpd.GeoDataFrame,
    near: Neighbours,
    plans: Mapping[str, Mapping[str, str]],
    per_area: pd.Series,
    work: pd.Series,
) -> list[Finding]:
    calls = {str(k): float(v) for k, v in per_area.items()}
    seconds = {str(k): float(v) for k, v in work.items()}
    return [
        *area_findings(areas),
        *graph_findings(near.graph, near.measured, near.listed, seconds),
        *beat_findings(areas, near.graph),
        *plan_findings(plans, near.graph, calls, skip=(names.CURRENT_PLAN,)),
        *demand_findings(areas, per_area),
        *border_findings(areas, near.graph),
    ]


def _roads(folder: Path, settings: Settings) -> tuple[Path | None, list[Finding]]:
    if not settings.roads:
        return None, []
    path = (folder / settings.roads).resolve()
    if path.is_file():
        return path, []
    action = f"{settings.roads} is not there: put it back, or run init again with its new place"
    return None, [finding("road file is missing", 1, 0, action, red=True, source=PROJECT_FILE)]


def stored_record(
    findings: list[dict[str, Any]], assumptions: list[str], zone: str, left_out: LeftOut
) -> str:
    """Return the text of ``import.json``; ``zone`` is the one that calls were read by."""
    data = {"findings": findings, "assumptions": assumptions, "timezone": zone, "left_out": left_out}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
