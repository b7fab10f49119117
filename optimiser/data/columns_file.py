"""``columns.toml``: how a file's columns and values are read, for a planner to correct."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from optimiser.data.columns import DURATIONS, known_columns
from optimiser.data.settings import FILL_IN
from optimiser.data.toml_file import read_toml
from optimiser.errors import InputError

ORIGINS = ("public", "officer", "other")
DATE_ORDERS = ("MDY", "DMY")
UNITS = ("s", "min", "h")
DEFAULT_CAP_H = 12.0

_SECTIONS: dict[str, tuple[str, ...]] = {
    "areas": ("columns", "none_values", "groups"),
    "calls": (
        "columns", "duration_units", "date_order", "marked_utc_is_local", "drop_cut_row", "default_cap_h", "cap_h",
        "priority", "origin", "leave_out",
    ),
    "workload": ("columns",),
    "stations": ("columns",),
    "duty": ("columns",),
    "unit_status": ("columns",),
    "service_times": ("columns",),
}  # fmt: skip

_TABLES = ("columns", "groups", "duration_units", "cap_h", "priority", "origin", "leave_out")
_SWITCHES = ("marked_utc_is_local", "drop_cut_row")

DEFAULT_LEAVE_OUT = {
    "test": (r"\btest\b", r"\btraining exercise\b"),
    "duplicate": (r"\bdup\b", r"\bduplicate\b"),
    "cancelled": (r"\bcancel", r"^can\b"),
}


@dataclass(frozen=True)
class ColumnMap:
    """How raw files are read.

    Parameters
    ----------
    areas, calls, workload, stations, duty, unit_status, service_times
        Our column to theirs. Only these columns are ever read.
    none_values
        Labels of a beat or district that mean "none".
    groups
        Name of a census group to the column of the areas that counts its residents: shown in comparisons, nowhere else.
    duration_units
        Unit of each duration column of the calls.
    date_order
        ``MDY``, ``DMY`` or "" where the dates tell themselves.
    marked_utc_is_local
        True where times marked Z or +00 are local time.
    drop_cut_row
        True drops a last row that was cut off.
    default_cap_h, cap_h
        Longest believable time on a call in hours, in general and by call type.
    priority
        Code as typed to our number, 1 the most urgent, 0 none. Codes still to be filled in are not here.
    origin
        Value of the origin column to public, officer or other.
    leave_out
        Regular expressions, by reason, over call type and disposition.
    """

    areas: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, str] = field(default_factory=dict)
    workload: Mapping[str, str] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)
    duty: Mapping[str, str] = field(default_factory=dict)
    unit_status: Mapping[str, str] = field(default_factory=dict)
    service_times: Mapping[str, str] = field(default_factory=dict)
    none_values: tuple[str, ...] = ("", "0", "none", "None")
    groups: Mapping[str, str] = field(default_factory=dict)
    duration_units: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    marked_utc_is_local: bool = False
    drop_cut_row: bool = False
    default_cap_h: float = DEFAULT_CAP_H
    cap_h: Mapping[str, float] = field(default_factory=dict)
    priority: Mapping[str, int] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(DEFAULT_LEAVE_OUT))


def read_column_map(path: Path) -> ColumnMap:
    """Read ``columns.toml``; no file, the defaults.

    Raises
    ------
    InputError
        Naming every unknown key and every value that cannot be used.
    """
    if not path.exists():
        return ColumnMap()
    data = read_toml(path)
    faults: list[str] = []
    for section in data:
        if section not in _SECTIONS or not isinstance(data[section], dict):
            faults.append(f"unknown section {section!r}; known: {', '.join(_SECTIONS)}")
            continue
        for name in sorted(set(data[section]) - set(_SECTIONS[section])):
            near = difflib.get_close_matches(name, _SECTIONS[section], n=1)
            faults.append(
                f"[{section}] has no key {name!r}" + (f", did you mean {near[0]!r}" if near else "")
            )
        faults += _wrong_shapes(section, data[section])
    if faults:
        raise InputError(f"{path}: {'; '.join(faults)}.")
    return _column_map(path, data)


def _wrong_shapes(section: str, table: Mapping[str, Any]) -> list[str]:
    """Name what is of the wrong kind: a text where a list belongs would be read letter by letter."""
    faults = []
    for name, value in table.items():
        where = f"[{section}] {name} = {str(value)[:40]!r}"
        if name in _TABLES and not isinstance(value, dict):
            faults.append(f"{where} should be a table, as {{a = ...}}")
        elif name in _SWITCHES and not isinstance(value, bool):
            faults.append(f"{where} should be true or false")
        elif name == "none_values" and not isinstance(value, list):
            faults.append(f'{where} should be a list, as ["", "0"]')
        elif name == "leave_out":
            faults += [
                f"[{section}.leave_out] {reason} = {str(given)[:40]!r} should be a list of texts"
                for reason, given in value.items()
                if not isinstance(given, list) or not all(isinstance(p, str) for p in given)
            ]
        elif name == "groups":
            faults += [
                f"[{section}.groups] {group} = {theirs!r} should be the name of a column, as text"
                for group, theirs in value.items()
                if not isinstance(theirs, str) or not theirs.strip() or not group.strip()
            ]
        elif name == "columns":
            faults += _unknown_columns(section, value)
    return faults


def _unknown_columns(section: str, columns: Mapping[str, Any]) -> list[str]:
    known = known_columns(section)  # type: ignore[arg-type]
    faults = [
        f"[{section}.columns] {ours} = {theirs!r} should be the name of a column, as text"
        for ours, theirs in columns.items()
        if not isinstance(theirs, str)
    ]
    for ours in sorted(set(columns) - set(known)):
        near = difflib.get_close_matches(ours, known, n=1)
        faults.append(
            f"[{section}.columns] there is no column {ours!r}"
            + (f", did you mean {near[0]!r}" if near else "")
        )
    return faults


def _column_map(path: Path, data: Mapping[str, Any]) -> ColumnMap:
    faults: list[str] = []
    calls = data.get("calls", {})
    default = ColumnMap()
    order = str(calls.get("date_order", ""))
    if order not in ("", *DATE_ORDERS):
        faults.append(f"date_order = {order!r} is none of {', '.join(DATE_ORDERS)}")
    units = {k: str(v) for k, v in calls.get("duration_units", {}).items() if not str(v).startswith(FILL_IN)}
    faults += [
        f"duration_units: {k} = {v!r} is none of s, min, h"
        for k, v in units.items()
        if v not in ("s", "min", "h")
    ]
    faults += [
        f"duration_units: {k!r} is no duration; known: {', '.join(DURATIONS)}"
        for k in units
        if k not in DURATIONS
    ]
    origin = {str(k): str(v) for k, v in calls.get("origin", {}).items()}
    faults += [
        f"origin: {k} = {v!r} is none of {', '.join(ORIGINS)}" for k, v in origin.items() if v not in ORIGINS
    ]
    caps = {str(k): v for k, v in calls.get("cap_h", {}).items()}
    cap = calls.get("default_cap_h", DEFAULT_CAP_H)
    for name, value in (*caps.items(), ("default_cap_h", cap)):
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value <= 168:
            faults.append(f"cap of {name} = {value!r} should be hours above 0, up to 168")
    priority = _priority(calls.get("priority", {}), faults)
    if faults:
        raise InputError(f"{path}: {'; '.join(faults)}.")
    leave_out = {str(k): tuple(map(str, v)) for k, v in calls.get("leave_out", DEFAULT_LEAVE_OUT).items()}
    named = {s: {str(k): str(v) for k, v in data.get(s, {}).get("columns", {}).items()} for s in _SECTIONS}
    return ColumnMap(
        **named,
        groups={str(k): str(v) for k, v in data.get("areas", {}).get("groups", {}).items()},
        none_values=tuple(map(str, data.get("areas", {}).get("none_values", default.none_values))),
        duration_units=units,
        date_order=order,
        marked_utc_is_local=bool(calls.get("marked_utc_is_local", False)),
        drop_cut_row=bool(calls.get("drop_cut_row", False)),
        default_cap_h=float(cap),
        cap_h={k: float(v) for k, v in caps.items()},
        priority=priority,
        origin=origin,
        leave_out=leave_out,
    )


def _priority(raw: Mapping[str, Any], faults: list[str]) -> dict[str, int]:
    given = {}
    for code, number in raw.items():
        if isinstance(number, str) and number.startswith(FILL_IN):
            continue
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 99:
            faults.append(
                f"priority: {code} = {number!r} should be a whole number, 1 the most urgent, 0 for none"
            )
            continue
        given[str(code)] = number
    return given


def write_column_map(path: Path, column_map: ColumnMap, *, priority_codes: tuple[str, ...] = ()) -> None:
    """Write ``columns.toml``; priority codes and duration units not given get a marker to fill in."""
    doc = tomlkit.document()
    doc.add(
        tomlkit.comment(
            "ours = theirs. Only the columns named here are ever read; everything else is dropped."
        )
    )
    areas = tomlkit.table()
    areas["none_values"] = list(column_map.none_values)
    areas["columns"] = dict(column_map.areas)
    if column_map.groups:
        areas["groups"] = dict(column_map.groups)
    doc["areas"] = areas
    if column_map.calls:
        doc["calls"] = _calls_section(column_map, priority_codes)
    for section in ("workload", "stations", "duty", "unit_status", "service_times"):
        columns = getattr(column_map, section)
        if columns:
            doc[section] = {"columns": dict(columns)}
    path.write_text(tomlkit.dumps(doc), encoding="utf-8", newline="\n")


def _calls_section(column_map: ColumnMap, priority_codes: tuple[str, ...]) -> Any:
    calls = tomlkit.table()
    calls.add(
        tomlkit.comment(
            'Order of day and month in dates like 03/04/2025: "MDY" or "DMY"; "" where dates tell.'
        )
    )
    calls["date_order"] = column_map.date_order
    calls.add(tomlkit.comment("true where the times are local although marked Z or +00."))
    calls["marked_utc_is_local"] = column_map.marked_utc_is_local
    calls.add(tomlkit.comment("true drops a last row that was cut off on its way."))
    calls["drop_cut_row"] = column_map.drop_cut_row
    calls.add(tomlkit.comment("Longest believable time on a call, hours; by call type under [calls.cap_h]."))
    calls["default_cap_h"] = column_map.default_cap_h
    calls["columns"] = dict(column_map.calls)
    durations = [d for d in DURATIONS if d in column_map.calls]
    if durations:
        marker = f"{FILL_IN}: s, min or h"
        calls["duration_units"] = {d: column_map.duration_units.get(d, marker) for d in durations}
    priority = tomlkit.table()
    priority.add(
        tomlkit.comment("Code as typed = our number: 1 is the most urgent, 0 is none. Never guessed.")
    )
    for code in priority_codes:
        priority[code] = column_map.priority.get(code, f"{FILL_IN}: a number, 1 is the most urgent")
    calls["priority"] = priority
    if column_map.origin:
        calls["origin"] = dict(column_map.origin)
    calls["cap_h"] = dict(column_map.cap_h)
    calls["leave_out"] = {k: list(v) for k, v in column_map.leave_out.items()}
    return calls
