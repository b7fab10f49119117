"""Demand levers as data: which calls, which share, what is left for a patrol officer, what the other way costs."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from optimiser.data.toml_file import read_toml
from optimiser.errors import InputError
from optimiser.units import fraction_from_percent, seconds_from_minutes

LEVERS_FILE = "levers.toml"
KINDS = (
    "attendance", "phone or online", "appointment", "civilian officer", "referral", "alarm policy", "repeat calls",
)  # fmt: skip
_LEVER = (
    "name", "kind", "types", "priorities", "share_pct", "remaining_pct", "desk_minutes", "desk_cost_per_h",
    "cost_per_year", "return_hours",
)  # fmt: skip
_COSTS = ("sworn_per_year", "net_hours_per_year")


@dataclass(frozen=True, slots=True)
class Lever:
    """One lever, in core units.

    Parameters
    ----------
    name, kind
        What it is called, and which of :data:`KINDS` it is.
    types
        Patterns of call types; empty for all.
    priorities
        Only these priorities; empty for all.
    share_frac
        Share of such calls that go the other way.
    remaining_frac
        Share of a patrol officer's time on such a call that is still needed.
    desk_s
        Time of other staff on such a call.
    desk_cost_per_h, cost_per_year
        What an hour of theirs costs, and what the lever costs besides.
    return_hours
        Part of the day (``name=09-17@weekday``) into which the remaining time is moved; "" where it stays.
    """

    name: str
    kind: str
    types: tuple[str, ...]
    priorities: frozenset[int]
    share_frac: float
    remaining_frac: float
    desk_s: float
    desk_cost_per_h: float
    cost_per_year: float
    return_hours: str


@dataclass(frozen=True, slots=True)
class Levers:
    """All levers in their order, and what a sworn officer costs and gives a year."""

    levers: tuple[Lever, ...]
    sworn_per_year: float
    net_hours_per_year: float
    source: str


def read_levers(path: Path | None = None) -> Levers:
    """Read levers; without a file, those that the toolkit starts from.

    Raises
    ------
    InputError
        Naming, all together, what is unknown or cannot be.
    """
    if path is None:
        text = resources.files("optimiser.data").joinpath(LEVERS_FILE).read_text(encoding="utf-8")
        data, where = dict(tomllib.loads(text)), "the toolkit's own levers"
    else:
        if not path.exists():
            raise InputError(f"{path} is missing.")
        data, where = read_toml(path), str(path)
    faults = [f"unknown section {k!r}" for k in sorted(set(data) - {"costs", "lever"})]
    costs = _known(data.get("costs", {}), "costs", _COSTS, faults)
    rows = data.get("lever", [])
    found = tuple(
        _lever(_known(raw, f"lever {k}", _LEVER, faults), k, faults)
        for k, raw in enumerate(rows if isinstance(rows, list) else [rows], 1)
    )
    names = [v.name for v in found]
    faults += [f"lever {n!r} again" for n in sorted({n for n in names if names.count(n) > 1})]
    read = Levers(
        found,
        _number(costs, "sworn_per_year", 110_000.0, 1, 1e7, "costs", faults),
        _number(costs, "net_hours_per_year", 1680.0, 100, 3000, "costs", faults),
        where,
    )
    if not found:
        faults.append("it holds no [[lever]]")
    if faults:
        raise InputError(f"{where}: {'; '.join(faults)}.")
    return read


def levers_of(folder: Path) -> Levers:
    """Read the levers of a project: its own file, else those that the toolkit starts from."""
    path = Path(folder) / LEVERS_FILE
    return read_levers(path if path.is_file() else None)


def _known(raw: Any, where: str, known: tuple[str, ...], faults: list[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        faults.append(f"{where} should be a table")
        return {}
    faults += [f"{where} has no key {k!r}; known: {', '.join(known)}" for k in sorted(set(raw) - set(known))]
    return raw


def _lever(raw: dict[str, Any], k: int, faults: list[str]) -> Lever:
    name, kind = str(raw.get("name", "")).strip(), str(raw.get("kind", ""))
    where = f"lever {name or k}"
    if not name or len(name) > 60:
        faults.append(f"{where}: it needs a name of up to 60 letters")
    if kind not in KINDS:
        faults.append(f"{where}: kind {kind!r} is none of {', '.join(KINDS)}")
    types, priorities = raw.get("types", []), raw.get("priorities", [])
    if not isinstance(types, list) or not all(isinstance(t, str) and t for t in types):
        faults.append(f"{where}: types should be a list of patterns")
        types = []
    if not isinstance(priorities, list) or not all(isinstance(p, int) for p in priorities):
        faults.append(f"{where}: priorities should be a list of numbers")
        priorities = []
    return Lever(
        name,
        kind,
        tuple(types),
        frozenset(priorities),
        fraction_from_percent(_number(raw, "share_pct", None, 0, 100, where, faults)),
        fraction_from_percent(_number(raw, "remaining_pct", 0.0, 0, 100, where, faults)),
        seconds_from_minutes(_number(raw, "desk_minutes", 0.0, 0, 1440, where, faults)),
        _number(raw, "desk_cost_per_h", 0.0, 0, 1000, where, faults),
        _number(raw, "cost_per_year", 0.0, 0, 1e9, where, faults),
        str(raw.get("return_hours", "")),
    )


def _number(
    raw: dict[str, Any],
    key: str,
    default: float | None,
    low: float,
    high: float,
    where: str,
    faults: list[str],
) -> float:
    value = raw.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        faults.append(f"{where}: {key} = {value!r} should be a number from {low:g} to {high:g}")
        return low
    return float(value)
