"""``project.toml``: what a planner decides once for a project, with stated defaults."""

from __future__ import annotations

import difflib
import math
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from optimiser import units
from optimiser.data.toml_file import read_toml
from optimiser.errors import InputError

FILL_IN = "FILL IN"
"""Marks what only the planner can say."""

RESPONSE_TIMES = ("received_to_arrived", "dispatched_to_arrived", "received_to_dispatched")
PROJECT_FILE = "project.toml"
LONGEST_TEXT = 1000
LEAST_URGENT = 99
LONGEST_TARGET_MIN = units.minutes(units.HOURS_PER_WEEK * units.SECONDS_PER_HOUR)


@dataclass(frozen=True, slots=True)
class Source:
    """A raw file that the project was made of. ``sha256`` is of the file as it was read."""

    kind: str
    path: str
    sha256: str
    n_rows: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """A project's settings, in core units.

    Parameters
    ----------
    name, crs, timezone
        Name shown; projected coordinate system in metres; IANA zone of the wall clock.
    response_time
        One of ``RESPONSE_TIMES``, or "" where the planner has not said. Never guessed.
    priority_targets_s
        Response target of each priority, seconds.
    privacy_threshold
        Smallest count shown in what leaves the house.
    default_speed_m_per_s
        Where a street states no speed.
    n_weeks
        Weeks that a workload table without dates spans; its totals are divided by it.
    default_service_s
        Busy time of a call whose times do not tell, seconds.
    roads
        Road file, relative to the folder; "" for none.
    sources
        Raw files imported.
    given
        Names of the settings that the file states itself: the others are defaults in force.
    """

    name: str = "project"
    crs: str = ""
    timezone: str = "UTC"
    response_time: str = ""
    priority_targets_s: Mapping[int, float] = field(default_factory=dict)
    privacy_threshold: int = 11
    default_speed_m_per_s: float = units.metres_per_s_from_mph(30.0)
    n_weeks: float = 1.0
    default_service_s: float = units.seconds_from_minutes(30.0)
    roads: str = ""
    sources: tuple[Source, ...] = ()
    given: frozenset[str] = frozenset()


_KEYS = {
    "name": str,
    "crs": str,
    "timezone": str,
    "response_time": str,
    "privacy_threshold": int,
    "default_speed_kmh": float,
    "workload_weeks": float,
    "default_service_min": float,
    "roads": str,
    "priority_targets_min": dict,
    "sources": list,
}


def require_project(folder: Path) -> None:
    """Raise InputError where a folder is no project folder."""
    if folder.is_file():
        raise InputError(
            f"{folder} is a file, not a project folder. Name the folder that holds {PROJECT_FILE}."
        )
    if not (folder / PROJECT_FILE).exists():
        what = f"{folder} is no project folder" if folder.is_dir() else f"there is no folder {folder}"
        raise InputError(f"{folder / PROJECT_FILE} is missing: {what}. Make one with init.")


def read_settings(path: Path) -> Settings:
    """Read ``project.toml``.

    Raises
    ------
    InputError
        Naming every unknown key and every value that cannot be used.
    """
    require_project(path.parent)
    data = read_toml(path)
    faults: list[str] = []
    for key in sorted(set(data) - set(_KEYS)):
        near = difflib.get_close_matches(key, _KEYS, n=1)
        faults.append(f"unknown key {key!r}" + (f", did you mean {near[0]!r}" if near else ""))
    clean = {k: _checked(k, data[k], faults) for k in data if k in _KEYS}
    settings = _settings(clean, faults)
    if faults:
        raise InputError(f"{path}: {'; '.join(faults)}.")
    return settings


def _checked(key: str, value: Any, faults: list[str]) -> Any:
    kind = _KEYS[key]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        faults.append(f"{key} = {value!r} should be {kind.__name__}")
        return None
    if isinstance(value, (int, float)) and not 0 < value < math.inf:
        faults.append(f"{key} = {value!r} must be positive and finite")
        return None
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or not value.isprintable()):
        faults.append(f"{key} = {value[:20]!r}... should be one line of at most {LONGEST_TEXT} characters")
        return None
    return value


def _settings(data: dict[str, Any], faults: list[str]) -> Settings:
    default = Settings()
    zone = data.get("timezone") or default.timezone
    check_zone(zone, faults)
    if data.get("crs"):
        check_crs(data["crs"], faults)
    response = data.get("response_time") or ""
    if response.startswith(FILL_IN):
        response = ""
    if response and response not in RESPONSE_TIMES:
        faults.append(f"response_time = {response!r} is none of {', '.join(RESPONSE_TIMES)}")
    given = frozenset(k for k, v in data.items() if v not in ("", None) and not str(v).startswith(FILL_IN))
    speed_kmh = data.get("default_speed_kmh")
    return Settings(
        name=data.get("name") or default.name,
        crs=data.get("crs") or default.crs,
        timezone=zone,
        response_time=response,
        priority_targets_s=_targets(data.get("priority_targets_min") or {}, faults),
        privacy_threshold=data.get("privacy_threshold") or default.privacy_threshold,
        default_speed_m_per_s=units.metres_per_s_from_kmh(speed_kmh)
        if speed_kmh
        else default.default_speed_m_per_s,
        n_weeks=data.get("workload_weeks") or default.n_weeks,
        default_service_s=units.seconds_from_minutes(data.get("default_service_min") or 30.0),
        roads=data.get("roads") or "",
        sources=_sources(data.get("sources") or [], faults),
        given=given,
    )


def check_zone(zone: str, faults: list[str]) -> None:
    """Add a fault where ``zone`` is no time zone known here."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(
            f"timezone = {zone!r} is not known here; give one like America/Toronto (Windows needs tzdata)"
        )


def check_crs(crs: str, faults: list[str]) -> None:
    """Add a fault where ``crs`` is unknown or not in metres: distances are measured in it."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    wanted = "give one in metres, as EPSG:32614"
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        faults.append(f"{crs} is no known coordinate system; {wanted}")
        return
    if known.is_geographic:
        faults.append(f"{crs} is in degrees; {wanted}")
    elif not known.is_projected or abs(known.axis_info[0].unit_conversion_factor - 1.0) > 1e-9:
        faults.append(f"{crs} is not in metres; {wanted}")


def _targets(raw: Mapping[str, Any], faults: list[str]) -> dict[int, float]:
    targets = {}
    for key, value in raw.items():
        good = (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and 0 < value <= LONGEST_TARGET_MIN
        )
        if not (key.isascii() and key.isdigit() and 1 <= int(key) <= LEAST_URGENT and good):
            faults.append(
                f"priority_targets_min: {key} = {value!r} should be a priority from 1 to {LEAST_URGENT} and minutes "
                f"above 0, up to {LONGEST_TARGET_MIN:,.0f}"
            )
            continue
        targets[int(key)] = units.seconds_from_minutes(float(value))
    return targets


def _sources(raw: list[Any], faults: list[str]) -> tuple[Source, ...]:
    try:
        return tuple(Source(str(s["kind"]), str(s["path"]), str(s["sha256"]), int(s["rows"])) for s in raw)
    except (TypeError, KeyError, ValueError):
        faults.append("sources should hold kind, path, sha256 and rows")
        return ()


def write_settings(path: Path, settings: Settings) -> None:
    """Write ``project.toml`` with a comment for every choice and a marker for what is to be filled in."""
    doc = tomlkit.document()
    doc.add(
        tomlkit.comment("Settings of this project. Everything left out has a default that the reports state.")
    )
    doc["name"] = settings.name
    doc["crs"] = settings.crs
    doc.add(
        tomlkit.comment(
            "Wall clock of the agency: an IANA time zone. Calls are read by it: after a change import again."
        )
    )
    if "timezone" in settings.given or settings.timezone != Settings().timezone:
        doc["timezone"] = settings.timezone
    else:
        doc.add(tomlkit.comment("Not given, so UTC: import again with --timezone, as America/Chicago."))
    doc.add(tomlkit.comment(f"What is called response time: {', '.join(RESPONSE_TIMES)}. Never guessed."))
    doc["response_time"] = settings.response_time or f"{FILL_IN}: one of {', '.join(RESPONSE_TIMES)}"
    if "privacy_threshold" in settings.given:
        doc["privacy_threshold"] = settings.privacy_threshold
    if "default_speed_kmh" in settings.given:
        doc["default_speed_kmh"] = (
            settings.default_speed_m_per_s * units.SECONDS_PER_HOUR / units.METRES_PER_KM
        )
    if "workload_weeks" in settings.given:
        doc["workload_weeks"] = settings.n_weeks
    if "default_service_min" in settings.given:
        doc["default_service_min"] = units.minutes(settings.default_service_s)
    doc.add(tomlkit.comment("Road file, relative to this folder (.osm.pbf or street lines)."))
    doc["roads"] = settings.roads
    doc.add(tomlkit.comment('Response target in minutes by priority, 1 the most urgent: "1" = 10'))
    targets = tomlkit.table()
    for priority, target_s in sorted(settings.priority_targets_s.items()):
        targets[str(priority)] = units.minutes(target_s)
    doc["priority_targets_min"] = targets
    sources = tomlkit.aot()
    for source in settings.sources:
        entry = tomlkit.table()
        entry.update(
            {"kind": source.kind, "path": source.path, "sha256": source.sha256, "rows": source.n_rows}
        )
        sources.append(entry)
    if settings.sources:
        doc["sources"] = sources
    path.write_text(tomlkit.dumps(doc), encoding="utf-8", newline="\n")
