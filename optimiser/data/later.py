"""Reports that come weeks after the call extract, added to a project that exists: duty and unit statuses."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import tomlkit

from optimiser.data import canonical as names
from optimiser.data.call_units import UnitRoles, read_roles
from optimiser.data.columns_file import read_column_map
from optimiser.data.counts_as import read_counts_as, write_counts_as
from optimiser.data.draft import TIME_FILES
from optimiser.data.duty import ImportedTime, TimeSource, import_times
from optimiser.data.left_out import read_left_out
from optimiser.data.project import load, stored_record
from optimiser.data.quality import QualityReport, to_record
from optimiser.data.service_file import import_service_times
from optimiser.data.settings import PROJECT_FILE, Source, read_settings, write_settings
from optimiser.data.sources import relative, sha256
from optimiser.data.store import write_table
from optimiser.errors import UsageError

_FILES = {**TIME_FILES, "service_times": names.SERVICE_FILE}


@dataclass(frozen=True)
class Added:
    """What was understood of each table, ours = theirs; rows read; the quality report of the project now."""

    understood: dict[str, dict[str, str]]
    dropped: dict[str, tuple[str, ...]]
    n_rows: dict[str, int]
    quality: QualityReport


def add(
    folder: Path,
    *,
    duty: Path | None = None,
    unit_status: Path | None = None,
    units: Path | None = None,
    counts_as: Path | None = None,
    service_times: Path | None = None,
    duration_unit: str = "",
) -> Added:
    """Add duty, unit statuses, service times, or what statuses count as; one that is there already is replaced.

    Raises
    ------
    UsageError
        If nothing is given.
    InputError
        If a file cannot be used. Nothing is written then.
    """
    given = {"duty": duty, "unit_status": unit_status}
    if not any((duty, unit_status, counts_as, service_times)):
        raise UsageError("Give --duty, --unit-status, --counts-as or --service-times.")
    project = load(folder)
    column_map = read_column_map(folder / names.COLUMNS_FILE)
    roles = read_roles(units) if units is not None else UnitRoles()
    key_file = folder / names.KEY_FILE
    key = key_file.read_bytes() if key_file.exists() else secrets.token_bytes(32)
    beats = frozenset(map(str, {*project.areas["beat_id"], *project.areas["district_id"]} - {""}))
    times = import_times(given, column_map, TimeSource(roles, project.settings.timezone, key, beats))  # type: ignore[arg-type]
    if service_times is not None:
        given["service_times"] = service_times
        times["service_times"] = import_service_times(service_times, column_map, duration_unit)
    if counts_as is not None:
        read_counts_as(counts_as)
        shutil.copy2(counts_as, folder / names.COUNTS_AS_FILE)
    if times and not key_file.exists():
        key_file.write_bytes(key)
        key_file.chmod(0o600)
    for kind, imported in times.items():
        write_table(folder / _FILES[kind], imported.table)
    if "unit_status" in times:
        write_counts_as(folder, times["unit_status"].table["status"].unique())
    _remember(folder, {k: p for k, p in given.items() if p is not None}, times, project.settings.timezone)
    return Added(
        {k: dict(t.guess.columns) for k, t in times.items()},
        {k: t.guess.dropped for k, t in times.items()},
        {k: t.n_rows for k, t in times.items()},
        load(folder).report,
    )


def _remember(folder: Path, given: dict[str, Path], times: dict[str, ImportedTime], zone: str) -> None:
    """Write columns, sources and findings of the new tables beside those of the first import."""
    settings = read_settings(folder / PROJECT_FILE)
    old = {Path(s.path).name for s in settings.sources if s.kind in given}
    sources = [s for s in settings.sources if s.kind not in given]
    columns = tomlkit.parse((folder / names.COLUMNS_FILE).read_text(encoding="utf-8"))
    path = folder / names.FINDINGS_FILE
    data = (
        json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"findings": [], "assumptions": []}
    )
    findings = [f for f in data["findings"] if f.get("source") not in old]
    said = list(data["assumptions"])
    for kind, imported in times.items():
        sources.append(Source(kind, relative(given[kind], folder), sha256(given[kind]), imported.n_rows))
        columns[kind] = {"columns": dict(imported.guess.columns)}
        findings += [to_record(f) for f in imported.findings]
        said += [s for s in imported.assumptions if s not in said]
    write_settings(folder / PROJECT_FILE, replace(settings, sources=tuple(sources)))
    (folder / names.COLUMNS_FILE).write_text(tomlkit.dumps(columns), encoding="utf-8", newline="\n")
    record = stored_record(findings, said, str(data.get("timezone", zone)), read_left_out(data))
    path.write_text(record, encoding="utf-8", newline="\n")
