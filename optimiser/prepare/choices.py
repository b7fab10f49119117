"""A planner's choices by name and in planner's units, to and from the dataclasses that hold them.

A field ``longest_drive_s`` is ``longest_drive_min`` in a file or form, ``tolerance_frac`` is ``tolerance_pct``;
everything else keeps its name. Unknown names are errors with "did you mean".
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import math
import re
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Union, get_args, get_origin

from optimiser.errors import InputError, UsageError
from optimiser.units import fraction_from_percent, minutes, percent, seconds_from_minutes

_SUFFIXES = (("_s", "_min"), ("_frac", "_pct"))


def public_name(field_name: str) -> str:
    """Return the name of a field in a file or form."""
    ours = _suffix(field_name)
    return field_name.removesuffix(ours) + dict(_SUFFIXES)[ours] if ours else field_name


def to_planner(field_name: str, value: Any) -> Any:
    """Convert a value from core units to the planner's."""
    convert = {"_s": minutes, "_frac": percent}.get(_suffix(field_name))
    return value if convert is None else _each(convert, value)


def to_core(field_name: str, value: Any) -> Any:
    """Convert a value from the planner's units to core units."""
    convert = {"_s": seconds_from_minutes, "_frac": fraction_from_percent}.get(_suffix(field_name))
    return value if convert is None else _each(convert, value)


def _suffix(field_name: str) -> str:
    """Return the ending that tells the unit; of a speed in ``m_per_s`` the ending tells none."""
    if field_name.endswith("_per_s"):
        return ""
    return next((ours for ours, _ in _SUFFIXES if field_name.endswith(ours)), "")


def _each(convert: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _each(convert, v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_each(convert, v) for v in value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return convert(value)
    return value


def read(kinds: Sequence[type[Any]], table: Mapping[str, Any], where: str) -> tuple[Any, ...]:
    """Make one instance of each of ``kinds`` from a table of the planner's names and units.

    Parameters
    ----------
    kinds
        Dataclasses whose fields all have defaults; a name is looked up in each of them.
    where
        Named in messages: the file and table.

    Raises
    ------
    UsageError
        Naming every unknown key and every value of the wrong type or out of range.
    """
    homes = {public_name(f.name): (kind, f) for kind in kinds for f in dataclasses.fields(kind)}
    given: dict[type[Any], dict[str, Any]] = {kind: {} for kind in kinds}
    faults = []
    for key, value in table.items():
        if key not in homes:
            near = difflib.get_close_matches(key, homes, 1)
            faults.append(f"unknown choice {key!r}" + (f", did you mean {near[0]!r}" if near else ""))
            continue
        kind, f = homes[key]
        try:
            hint = typing.get_type_hints(kind)[f.name]
            given[kind][f.name] = _shape(hint, to_core(f.name, value))
            faults += _out_of_range(f, key, value, given[kind][f.name])
        except (TypeError, ValueError, OverflowError):
            faults.append(f"{key} = {value!r} should be {_plain(typing.get_type_hints(kind)[f.name])}")
    if faults:
        tail = f" Choices: {', '.join(sorted(homes))}." if any("unknown" in f for f in faults) else ""
        raise UsageError(f"{where}: {'; '.join(faults)}.{tail}")
    try:
        return tuple(kind(**values) for kind, values in given.items())
    except InputError as error:
        raise UsageError(f"{where}: {error}{_named_here(homes, str(error))}") from error


def _named_here(homes: Mapping[str, tuple[type[Any], dataclasses.Field[Any]]], text: str) -> str:
    """Say what the fields that a message names are called here, and in which unit."""
    units = {"_s": "minutes", "_frac": "percent"}
    known = [
        f"{f.name} is {public} here, in {units[_suffix(f.name)]}"
        for public, (_, f) in homes.items()
        if public != f.name and re.search(rf"\b{f.name}\b", text)
    ]
    return f" ({'; '.join(known)}.)" if known else ""


def _out_of_range(f: dataclasses.Field[Any], key: str, given: Any, value: Any) -> list[str]:
    """Say where a number lies outside what its field takes, in the planner's units."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return []
    low, high = f.metadata.get("minimum"), f.metadata.get("maximum")
    if not math.isfinite(value):
        return [f"{key} = {given!r} should be a finite number"]
    if low is not None and value < low:
        return [f"{key} = {given!r} should be at least {to_planner(f.name, low):.3g}"]
    if high is not None and value > high:
        return [f"{key} = {given!r} should be at most {to_planner(f.name, high):.3g}"]
    return []


def show(instance: Any) -> dict[str, Any]:
    """Return a dataclass as the planner's names and units."""
    return {
        public_name(f.name): to_planner(f.name, getattr(instance, f.name))
        for f in dataclasses.fields(instance)
    }


def _shape(hint: Any, value: Any) -> Any:
    """Give a value that came from a file the shape of its field: tuples, mappings with whole-number keys."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _shape(inner[0], value)
    if origin is tuple:
        if isinstance(value, Mapping) or (isinstance(value, str) and inner[0] is not str):
            raise TypeError
        if not isinstance(value, (list, tuple)):
            value = (value,)  # one value stands for a list of one
        kinds = [inner[0]] * len(value) if len(inner) == 2 and inner[1] is Ellipsis else inner
        return tuple(_shape(k, v) for k, v in zip(kinds, value, strict=True))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise TypeError
        return {
            _shape(inner[0], _number(k) if inner[0] is int else k): _shape(inner[1], v)
            for k, v in value.items()
        }
    if origin is typing.Literal:
        if value not in inner:
            raise ValueError
        return value
    return _scalar(hint, value)


def _scalar(hint: Any, value: Any) -> Any:
    if hint is bool:
        if not isinstance(value, bool):
            raise TypeError
        return value
    if hint is int:
        if isinstance(value, bool) or float(value) != int(value):
            raise TypeError
        return int(value)
    if hint is float:
        if isinstance(value, (bool, str)):
            raise TypeError
        return float(value)
    if hint is str and isinstance(value, (dt.date, dt.time)):
        return value.isoformat()  # TOML reads 2026-07-14 as a date
    if hint is str and not isinstance(value, str):
        raise TypeError
    return value


def _number(key: Any) -> int:
    return int(key)


def _plain(hint: Any) -> str:
    """Say what a field takes, in words."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is typing.Literal:
        return f"one of {', '.join(str(v) or '(empty)' for v in inner)}"
    if origin in (Union, types.UnionType):
        return _plain(inner[0])
    if origin is tuple:
        pairs = get_origin(inner[0]) is tuple
        if get_origin(inner[0]) is typing.Literal:
            return f"a list of some of {', '.join(str(v) for v in get_args(inner[0]))}"
        return "a list of pairs, as [[..., ...]]" if pairs else "a list, as [..., ...]"
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return "a table, as {1 = 15, 2 = 60}" if inner[0] is int else 'a table, as {"name" = 5}'
    return {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}.get(
        hint, str(hint)
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One choice as a planner sees it: name, unit, what it takes, default and meaning."""

    name: str
    unit: str
    takes: str
    default: Any
    meaning: str


def listed(kinds: Sequence[type[Any]]) -> tuple[Choice, ...]:
    """Return every choice of ``kinds`` in planner's names and units."""
    units = {"s": "min", "frac": "%"}
    found = []
    for kind in kinds:
        hints = typing.get_type_hints(kind)
        made = kind()
        for f in dataclasses.fields(kind):
            if f.metadata.get("hidden"):
                continue
            unit = str(f.metadata.get("unit", ""))
            found.append(
                Choice(
                    public_name(f.name),
                    units.get(unit, unit) if _suffix(f.name) else unit,
                    _plain(hints[f.name]),
                    to_planner(f.name, getattr(made, f.name)),
                    str(f.metadata.get("help", "")),
                )
            )
    return tuple(found)
