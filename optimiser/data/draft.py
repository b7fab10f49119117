"""A project folder written whole beside its place, then moved there; and what of an older one stays."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimiser.data import canonical as names
from optimiser.data.adjacency_edits import read_edits
from optimiser.data.area_import import ImportedAreas, import_stations
from optimiser.data.calls import ImportedCalls
from optimiser.data.columns_file import ColumnMap, write_column_map
from optimiser.data.counts_as import read_counts_as, write_counts_as
from optimiser.data.duty import ImportedTime
from optimiser.data.layers import layers, read_layer
from optimiser.data.plans import named, other_names, read_plan_file
from optimiser.data.project import stored_record
from optimiser.data.quality import Finding, to_record
from optimiser.data.settings import PROJECT_FILE, Settings, Source, read_settings, write_settings
from optimiser.data.store import (
    hard_shapes,
    write_areas,
    write_edits,
    write_pairs,
    write_plan,
    write_roads,
    write_table,
)
from optimiser.data.workload import ImportedWorkload
from optimiser.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

_LAYERS = {
    "stations": names.STATIONS_LAYER,
    "hard_lines": names.HARD_LINES_LAYER,
    "hard_polygons": names.HARD_POLYGONS_LAYER,
}

TIME_FILES = {"duty": names.DUTY_FILE, "unit_status": names.UNIT_STATUS_FILE}


@dataclass(frozen=True)
class RawFiles:
    """The files a project is made of: ``areas`` and one of ``calls`` and ``workload``, or calls for a grid."""

    areas: Path | None
    calls: Path | None = None
    workload: Path | None = None
    roads: Path | None = None
    stations: Path | None = None
    units: Path | None = None
    unit_responses: Path | None = None
    adjacency: Path | None = None
    adjacency_edits: Path | None = None
    hard_lines: Path | None = None
    hard_polygons: Path | None = None
    duty: Path | None = None
    unit_status: Path | None = None
    counts_as: Path | None = None
    plans: tuple[Path, ...] = ()


@dataclass
class Made:
    """What an import has made, before anything is written."""

    settings: Settings
    column_map: ColumnMap
    areas: ImportedAreas
    calls: ImportedCalls | None
    workload: ImportedWorkload | None
    findings: list[Finding]
    assumptions: list[str]
    times: dict[str, ImportedTime] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """What an import into a folder that exists leaves there, because the planner gave no other.

    Parameters
    ----------
    folder
        The older project; None for none.
    roads
        Its road file.
    layers
        Its stations and hard boundaries, by kind of raw file.
    sources
        Where roads, stations and boundaries came from.
    lost
        Why its map could not be looked at; "" where it could.
    """

    folder: Path | None = None
    roads: Path | None = None
    layers: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    lost: str = ""

    def said(self) -> list[str]:
        """Say what was kept, for the list of assumptions."""
        kinds = [*(["roads"] if self.roads is not None else []), *self.layers]
        shown = ", ".join(k.replace("_", " ") for k in kinds)
        said = [f"Kept from the import before: {shown}."] if kinds else []
        return [*said, f"Stations and boundaries of before are gone: {self.lost}"] if self.lost else said


def kept_of(folder: Path, raw: RawFiles) -> Kept:
    """Look at an older project for what ``raw`` does not replace; a folder that is no project keeps nothing."""
    if not (folder / PROJECT_FILE).exists():
        return Kept(folder)
    settings = read_settings(folder / PROJECT_FILE)
    roads = folder / settings.roads if settings.roads and raw.roads is None else None
    roads = roads if roads is not None and roads.is_file() else None
    path = folder / names.AREAS_FILE
    old, lost = {}, ""
    try:
        there = layers(path) if path.exists() else ()
        old = {k: read_layer(path, n) for k, n in _LAYERS.items() if n in there and getattr(raw, k) is None}
    except InputError as error:  # a damaged map may be why it is imported again
        lost = str(error)
    kinds = {*old, *(["roads"] if roads is not None else [])}
    return Kept(folder, roads, old, tuple(s for s in settings.sources if s.kind in kinds), lost)


def write_draft(draft: Path, raw: RawFiles, made: Made, key: bytes, before: Kept) -> None:
    """Write a whole project folder.

    Raises
    ------
    InputError
        If a plan, an edit, a station or a boundary cannot be used.
    """
    areas = made.areas.areas
    known = other_names(areas)
    _copy_old(draft, before)
    _write_map(draft, raw, made, before)
    _write_settings(draft, raw, made, before)
    if made.calls is not None:
        write_table(draft / names.CALLS_FILE, made.calls.table)
        (draft / names.KEY_FILE).write_bytes(key)
        (draft / names.KEY_FILE).chmod(0o600)
    if made.areas.groups is not None:
        write_table(draft / names.GROUPS_FILE, made.areas.groups)
    if made.workload is not None:
        write_table(draft / names.WORKLOAD_FILE, made.workload.table)
    _write_times(draft, raw, made)
    if raw.adjacency is not None:
        write_pairs(draft / names.ADJACENCY_FILE, raw.adjacency, known)
    if raw.adjacency_edits is not None:
        write_edits(draft / names.EDITS_FILE, read_edits(raw.adjacency_edits, areas["area_id"].tolist()))
    elif not (draft / names.EDITS_FILE).exists():
        write_edits(draft / names.EDITS_FILE, ())
    for name, path in named(raw.plans).items():
        file = read_plan_file(path, known).usable()
        write_plan(draft / names.PLANS_FOLDER, name, file.district_of, file.beat_of)
    found = [to_record(f) for f in made.findings]
    record = stored_record(
        found, made.assumptions, made.settings.timezone, {} if made.calls is None else made.calls.left_out
    )
    (draft / names.FINDINGS_FILE).write_text(record, encoding="utf-8", newline="\n")


def _copy_old(draft: Path, before: Kept) -> None:
    """Copy what the planner put into the older folder."""
    if before.folder is None:
        return
    for kept in (names.PLANS_FOLDER, "scenarios"):
        if (before.folder / kept).is_dir():
            shutil.copytree(before.folder / kept, draft / kept)
    for kept in (
        names.ADJACENCY_FILE,
        names.EDITS_FILE,
        *TIME_FILES.values(),
        names.SERVICE_FILE,
        names.COUNTS_AS_FILE,
    ):
        if (before.folder / kept).is_file():
            shutil.copy2(before.folder / kept, draft / kept)


def _write_times(draft: Path, raw: RawFiles, made: Made) -> None:
    """Write who was on duty and what units did, and the planner's table of what that counts as."""
    for kind, imported in made.times.items():
        write_table(draft / TIME_FILES[kind], imported.table)
    if raw.counts_as is not None:
        read_counts_as(raw.counts_as)  # what cannot be read is refused before it is copied
        shutil.copy2(raw.counts_as, draft / names.COUNTS_AS_FILE)
    if "unit_status" in made.times:
        write_counts_as(draft, made.times["unit_status"].table["status"].unique())


def _write_map(draft: Path, raw: RawFiles, made: Made, before: Kept) -> None:
    areas = made.areas.areas
    given = dict(before.layers)
    if raw.stations is not None:
        given["stations"] = import_stations(raw.stations, areas, made.column_map.stations)
    for kind, path in (("hard_lines", raw.hard_lines), ("hard_polygons", raw.hard_polygons)):
        if path is not None:
            given[kind] = hard_shapes(path, areas, lines=kind == "hard_lines")
    write_areas(draft, areas, {_LAYERS[k]: layer for k, layer in given.items()})


def _write_settings(draft: Path, raw: RawFiles, made: Made, before: Kept) -> None:
    roads = raw.roads if raw.roads is not None else before.roads
    made.settings = replace(made.settings, roads="" if roads is None else write_roads(draft, roads))
    codes = made.calls.priority_codes if made.calls is not None else ()
    write_column_map(draft / names.COLUMNS_FILE, made.column_map, priority_codes=codes)
    write_settings(draft / PROJECT_FILE, made.settings)


def put_in_place(draft: Path, folder: Path) -> None:
    """Move the draft to its place: by one rename, or file by file where the folder exists, each replaced at once.

    A mark stands in the folder meanwhile: where the process dies, the folder says that it is half new.
    """
    if not folder.exists() or not any(folder.iterdir()):
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
        return
    mark = folder / names.IMPORTING_FILE
    mark.touch()
    made = sorted(p.relative_to(draft) for p in draft.rglob("*") if p.is_file())
    for path in made:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (draft / path).replace(target)
    for stale in (names.CALLS_FILE, names.WORKLOAD_FILE, names.SPOTS_FILE, names.GROUPS_FILE):
        if Path(stale) not in made:
            (folder / stale).unlink(missing_ok=True)
    mark.unlink()
