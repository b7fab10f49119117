"""Raw files to a project folder. Nothing is written where the input is refused."""

from __future__ import annotations

import math
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.data import canonical as names
from optimiser.data.area_import import import_areas
from optimiser.data.call_spots import counted
from optimiser.data.call_units import UnitRoles, read_roles
from optimiser.data.calls import CallSource, ImportedCalls, import_calls
from optimiser.data.columns import ColumnGuess
from optimiser.data.columns_file import DATE_ORDERS, ColumnMap, read_column_map
from optimiser.data.draft import Kept, Made, RawFiles, kept_of, put_in_place, write_draft
from optimiser.data.duty import TimeSource, import_times
from optimiser.data.grid import Grid, grid_areas, kept
from optimiser.data.init_report import InitReport
from optimiser.data.plans import other_names
from optimiser.data.project import Project, load
from optimiser.data.quality import Finding, finding
from optimiser.data.settings import (
    PROJECT_FILE,
    RESPONSE_TIMES,
    Settings,
    Source,
    check_crs,
    check_zone,
    read_settings,
)
from optimiser.data.sources import relative, sha256
from optimiser.data.store import write_table
from optimiser.data.street_checks import street_findings
from optimiser.data.workload import ImportedWorkload, import_workload
from optimiser.errors import InputError, UsageError, reason
from optimiser.units import SECONDS_PER_HOUR

_TO_SAY = (
    "statuses without a meaning",
    "response time is not defined",
    "workload table without its weeks",
    "duration column",
)


Junctions = Callable[[Path, Settings, Path], NDArray[np.float64] | None]
"""From a road file, the settings and a folder for what is worth keeping to its junctions (J, 2) in project metres."""


def init(
    folder: str | Path,
    areas: str | Path | None,
    calls: str | Path | None = None,
    workload: str | Path | None = None,
    roads: str | Path | None = None,
    *,
    grid: Grid | None = None,
    stations: str | Path | None = None,
    units: str | Path | None = None,
    unit_responses: str | Path | None = None,
    adjacency: str | Path | None = None,
    adjacency_edits: str | Path | None = None,
    hard_lines: str | Path | None = None,
    hard_polygons: str | Path | None = None,
    duty: str | Path | None = None,
    unit_status: str | Path | None = None,
    counts_as: str | Path | None = None,
    plans: Sequence[str | Path] = (),
    columns: str | Path | None = None,
    name: str | None = None,
    crs: str | None = None,
    timezone: str | None = None,
    response_time: str | None = None,
    date_order: str | None = None,
    priority: Mapping[str, int] | None = None,
    weeks: float | None = None,
    again: bool = False,
    junctions: Junctions | None = None,
) -> InitReport:
    """Make a project folder of raw files.

    Parameters
    ----------
    folder
        Folder to make. One that exists is refused unless ``again``.
    areas, calls, workload, roads
        Areas, and calls or a workload table (the areas' own columns where neither is given); streets.
    grid
        In place of areas: cells over the streets and calls, those with neither left out. Needs calls with points.
    stations, units, unit_responses
        Stations; call-sign patterns with their roles; one row a unit and call.
    adjacency, adjacency_edits
        Published pairs of neighbours; links to add or remove by hand.
    hard_lines, hard_polygons
        Lines no district crosses; polygons whose areas stay together.
    duty, unit_status, counts_as
        Who was really on duty; what units did beside calls; what each status and call type counts as.
    plans
        Plans to compare with.
    columns
        A ``columns.toml`` to start from; with ``again`` the folder's own if None.
    name, crs, timezone, response_time, date_order, priority, weeks
        What else the planner can say at once; all of it can be filled in later, but ``date_order`` where the
        dates do not tell.
    junctions
        Finds the junctions of the roads, so that located calls are counted at them; None counts none.
    again
        True imports into a folder that exists: its settings and ``columns.toml`` are kept, and its plans, edits,
        roads, stations and hard boundaries where no others are given.

    Raises
    ------
    UsageError
        If what else is said cannot be: an unknown zone, system or order of dates.
    InputError
        If a file cannot be used, or the folder exists. Nothing is written then.
    """
    folder = Path(folder)
    raw = RawFiles(
        _path(areas), _path(calls), _path(workload), _path(roads), _path(stations), _path(units), _path(unit_responses),
        _path(adjacency), _path(adjacency_edits), _path(hard_lines), _path(hard_polygons), _path(duty),
        _path(unit_status), _path(counts_as), tuple(map(Path, plans)),
    )  # fmt: skip
    if folder.is_file():
        raise InputError(f"{folder} is a file. Give a new folder.")
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else (folder,)) and not again:
        raise InputError(f"{folder} exists. Give a new folder, or add --again to import into this one.")
    _areas_or_grid(raw, grid)
    settings, column_map = _start(folder, columns, again=again)
    settings = _said(settings, folder, name, crs, timezone, response_time, date_order, weeks)
    order = column_map.date_order if date_order is None else date_order
    column_map = replace(column_map, date_order=order, priority={**column_map.priority, **(priority or {})})
    key_file = folder / names.KEY_FILE
    key = key_file.read_bytes() if key_file.exists() else secrets.token_bytes(32)
    made = _import(raw, grid, settings, column_map, key, weeks_said=weeks is not None)
    before = kept_of(folder, raw) if again and folder.is_dir() else Kept()
    made.findings += street_findings(before.roads) if before.roads is not None else ()
    made.assumptions += before.said()
    made.settings = replace(made.settings, sources=(*_sources(raw, folder, made), *before.sources))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            draft = Path(scratch) / folder.name
            draft.mkdir()
            write_draft(draft, raw, made, key, before)
            _write_spots(draft, made, junctions)
            project = load(draft, home=folder)  # what cannot be read back is not put in place
            put_in_place(draft, folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {reason(error)}.") from error
    return _report(project, made)


def _write_spots(draft: Path, made: Made, junctions: Junctions | None) -> None:
    """Count the located calls by their nearest junction, where there are roads to ask."""
    if junctions is None or made.calls is None or made.calls.points is None or not made.settings.roads:
        return
    places = junctions(draft / made.settings.roads, made.settings, draft)
    if places is not None and len(places) and len(made.calls.points):
        ids = set(made.areas.areas["area_id"])
        write_table(draft / names.SPOTS_FILE, counted(made.calls.points, places, ids))


def _areas_or_grid(raw: RawFiles, grid: Grid | None) -> None:
    if (raw.areas is None) == (grid is None):
        raise UsageError("Give either areas or a grid.")
    if grid is not None and (raw.calls is None or raw.workload is not None):
        raise UsageError("A grid takes its work from calls with points: give calls, and no workload table.")


def _path(value: str | Path | None) -> Path | None:
    return None if value is None else Path(value)


def _start(folder: Path, columns: str | Path | None, *, again: bool) -> tuple[Settings, ColumnMap]:
    old = again and (folder / PROJECT_FILE).exists()
    settings = read_settings(folder / PROJECT_FILE) if old else Settings()
    if columns is not None:
        if not Path(columns).exists():
            raise InputError(f"{columns} is missing.")
        return settings, read_column_map(Path(columns))
    return settings, read_column_map(folder / names.COLUMNS_FILE) if old else ColumnMap()


def _said(
    settings: Settings,
    folder: Path,
    name: str | None,
    crs: str | None,
    timezone: str | None,
    response_time: str | None,
    date_order: str | None,
    weeks: float | None,
) -> Settings:
    faults: list[str] = []
    if date_order not in (None, *DATE_ORDERS):
        faults.append(f"date_order = {date_order!r} is none of {', '.join(DATE_ORDERS)}")
    if timezone is not None:
        check_zone(timezone, faults)
    if crs:
        check_crs(crs, faults)
    if response_time not in (None, *RESPONSE_TIMES):
        faults.append(f"response_time = {response_time!r} is none of {', '.join(RESPONSE_TIMES)}")
    if weeks is not None and not 0 < weeks < math.inf:
        faults.append(f"weeks = {weeks!r} must be positive")
    if faults:
        raise UsageError("; ".join(faults) + ".")
    chosen = {"crs": crs, "timezone": timezone, "response_time": response_time, "n_weeks": weeks}
    stated = {k: v for k, v in chosen.items() if v is not None}
    given = settings.given | {"workload_weeks" if k == "n_weeks" else k for k in stated}
    known_name = name or (settings.name if "name" in settings.given else folder.resolve().name)
    return replace(settings, name=known_name, given=given, **stated)  # type: ignore[arg-type]


def _import(
    raw: RawFiles,
    grid: Grid | None,
    settings: Settings,
    column_map: ColumnMap,
    key: bytes,
    *,
    weeks_said: bool,
) -> Made:
    """Read every raw file; every fault is raised before anything is written."""
    crs = settings.crs or None
    if grid is not None and raw.calls is not None:
        column_map = replace(column_map, calls={**column_map.calls, "area_id": ""})  # no label names a cell
        areas = grid_areas(grid, raw.calls, column_map, crs)
    else:
        assert raw.areas is not None
        areas = import_areas(
            raw.areas,
            column_map.areas,
            none_values=column_map.none_values,
            crs=crs,
            groups=column_map.groups,
        )
    known = other_names(areas.areas)
    calls = None
    roles = read_roles(raw.units) if raw.units is not None else UnitRoles()
    if raw.calls is not None:
        source = CallSource(
            areas.areas,
            known,
            areas.source_crs,
            settings.timezone,
            roles,
            key,
            unit_responses=raw.unit_responses,
        )
        calls = import_calls(raw.calls, column_map, source)
        column_map = calls.column_map
        if grid is not None:
            areas, placed = kept(areas, grid, calls.table)
            calls = replace(calls, table=placed)
            known = other_names(areas.areas)
    findings, said = list(areas.findings), list(areas.assumptions)
    if calls is not None:
        findings += calls.findings
        said += calls.assumptions
    workload = _workload(raw, known, column_map, settings)
    if workload is not None:
        findings += workload.findings
        said += workload.assumptions
    by_area = dict(workload.guess.columns) if workload is not None else column_map.workload
    column_map = replace(column_map, areas=dict(areas.guess.columns), workload=by_area)
    beats = {*areas.areas["beat_id"], *areas.areas["district_id"]} - {""}
    how = TimeSource(roles, settings.timezone, key, frozenset(map(str, beats)))
    times = import_times({"duty": raw.duty, "unit_status": raw.unit_status}, column_map, how)
    for kind, imported in times.items():
        findings += imported.findings
        said += imported.assumptions
        column_map = replace(column_map, **{kind: dict(imported.guess.columns)})  # type: ignore[arg-type]
    if raw.roads is not None:
        findings += street_findings(raw.roads)
    findings += _dropped(areas.guess, calls, workload)
    settings = replace(settings, crs=areas.areas.crs.to_string())
    if workload is not None and workload.n_weeks is not None and not weeks_said:
        settings = replace(settings, n_weeks=workload.n_weeks, given=settings.given | {"workload_weeks"})
    return Made(settings, column_map, areas, calls, workload, findings, said, times)


def _workload(
    raw: RawFiles, known: Mapping[str, str], column_map: ColumnMap, settings: Settings
) -> ImportedWorkload | None:
    path = raw.workload if raw.workload is not None else (raw.areas if raw.calls is None else None)
    if path is None:
        return None
    cap_s = column_map.default_cap_h * SECONDS_PER_HOUR
    try:
        return import_workload(
            path,
            known,
            column_map.workload,
            cap_s=cap_s,
            default_service_s=settings.default_service_s,
            with_periods=raw.workload is not None,
        )
    except InputError as error:
        if raw.workload is not None:
            raise
        raise InputError(
            f"Give calls or a workload table; the areas hold no work of their own: {error}"
        ) from error


def _dropped(
    areas: ColumnGuess, calls: ImportedCalls | None, workload: ImportedWorkload | None
) -> list[Finding]:
    found = []
    guesses = [areas.dropped if workload is None else (), calls.guess.dropped if calls else ()]
    personal = [p for g in (areas, calls.guess if calls else None) if g is not None for p in g.personal]
    dropped = [name for names_ in guesses for name in names_]
    if dropped:
        sound = f"; {len(personal)} of them sound like names, addresses or free text" if personal else ""
        action = f"not stored{sound}"
        found.append(finding("columns that were not understood", len(dropped), 0, action, examples=dropped))
    return found


def _sources(raw: RawFiles, folder: Path, made: Made) -> tuple[Source, ...]:
    rows = {"areas": len(made.areas.areas)}
    rows |= {"calls": made.calls.n_rows} if made.calls else {}
    rows |= {"workload": made.workload.n_rows} if made.workload else {}
    rows |= {kind: imported.n_rows for kind, imported in made.times.items()}
    single = {k: v for k, v in vars(raw).items() if isinstance(v, Path)}
    files = [*single.items(), *(("plan", p) for p in raw.plans)]
    return tuple(
        Source(kind, relative(path, folder), sha256(path), rows.get(kind, 0)) for kind, path in files
    )


def _report(project: Project, made: Made) -> InitReport:
    guesses = {"areas": made.areas.guess}
    n_rows = {"areas": len(made.areas.areas)}
    if made.calls is not None:
        guesses["calls"], n_rows["calls"] = made.calls.guess, made.calls.n_rows
    if made.workload is not None:
        guesses["workload"], n_rows["workload"] = made.workload.guess, made.workload.n_rows
    for kind, imported in made.times.items():
        guesses[kind], n_rows[kind] = imported.guess, imported.n_rows
    to_fill = [f"{f.rule}: {f.action}." for f in project.report.red]
    to_fill += [f"{f.rule}: {f.action}." for f in project.quality if not f.red and f.rule.startswith(_TO_SAY)]
    return InitReport(
        project.folder,
        {t: dict(g.columns) for t, g in guesses.items()},
        {t: g.dropped for t, g in guesses.items()},
        {t: g.personal for t, g in guesses.items()},
        tuple(to_fill),
        n_rows,
        project.report,
    )
