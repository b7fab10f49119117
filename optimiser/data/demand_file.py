"""``demand.toml``: which days the mean week is taken from, growth, and named demand scenarios of the planner's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimiser.data.toml_file import read_toml
from optimiser.errors import InputError
from optimiser.units import fraction_from_percent

DEMAND_FILE = "demand.toml"
_PERIOD = ("first_day", "last_day", "months", "leave_out", "holidays")
_SCENARIO = ("name", "calls_pct", "months", "days", "percentile", "years")
_GROWTH = ("pct_a_year",)


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One named demand: what of the base week is changed, in core units.

    Parameters
    ----------
    name
        As it is asked for.
    factor
        All calls multiplied.
    months
        The mean week of these months; empty for all.
    days
        Event days: in the week each replaces its day of the week.
    quantile_frac
        Every hour at this quantile of its own weeks; None for the mean.
    years
        Years of growth ahead.
    """

    name: str
    factor: float = 1.0
    months: frozenset[int] = frozenset()
    days: frozenset[dt.date] = frozenset()
    quantile_frac: float | None = None
    years: float = 0.0


@dataclass(frozen=True, slots=True)
class DemandFile:
    """What ``demand.toml`` says. ``holidays`` are left out of the mean week and told to the forecast."""

    first_day: dt.date | None = None
    last_day: dt.date | None = None
    months: frozenset[int] = frozenset()
    leave_out: frozenset[dt.date] = frozenset()
    holidays: frozenset[dt.date] = frozenset()
    growth_frac_per_year: float = 0.0
    scenarios: Mapping[str, ScenarioRow] = field(default_factory=dict)


def read_demand_file(folder: str | Path) -> DemandFile:
    """Read ``demand.toml`` of a project; no file, nothing said.

    Raises
    ------
    InputError
        Naming, all together, what is unknown or cannot be.
    """
    path = Path(folder) / DEMAND_FILE
    if not path.is_file():
        return DemandFile()
    data = read_toml(path)
    faults = [f"unknown section {k!r}" for k in sorted(set(data) - {"period", "growth", "scenario"})]
    period = _table(data.get("period", {}), "period", _PERIOD, faults)
    growth = _table(data.get("growth", {}), "growth", _GROWTH, faults)
    rows = data.get("scenario", [])
    found: dict[str, ScenarioRow] = {}
    for k, raw in enumerate(rows if isinstance(rows, list) else [rows], 1):
        row = _scenario(_table(raw, f"scenario {k}", _SCENARIO, faults), f"scenario {k}", faults)
        if row.name in found:
            faults.append(f"scenario {row.name!r} again")
        found[row.name] = row
    read = DemandFile(
        _day(period.get("first_day"), "first_day", faults),
        _day(period.get("last_day"), "last_day", faults),
        _months(period.get("months", []), "period", faults),
        _days(period.get("leave_out", []), "leave_out", faults),
        _days(period.get("holidays", []), "holidays", faults),
        fraction_from_percent(_number(growth.get("pct_a_year", 0.0), "pct_a_year", -50, 50, faults)),
        found,
    )
    if faults:
        raise InputError(f"{path}: {'; '.join(faults)}.")
    return read


def _table(raw: Any, where: str, known: tuple[str, ...], faults: list[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        faults.append(f"{where} should be a table")
        return {}
    faults += [f"{where} has no key {k!r}; known: {', '.join(known)}" for k in sorted(set(raw) - set(known))]
    return {k: v for k, v in raw.items() if k in known}


def _scenario(raw: dict[str, Any], where: str, faults: list[str]) -> ScenarioRow:
    name = raw.get("name", "")
    if not isinstance(name, str) or not name.strip() or len(name) > 40:
        faults.append(f"{where}: it needs a name of up to 40 letters")
        name = where
    quantile = raw.get("percentile")
    return ScenarioRow(
        name.strip(),
        1.0
        + fraction_from_percent(_number(raw.get("calls_pct", 0.0), f"{name}: calls_pct", -100, 500, faults)),
        _months(raw.get("months", []), name, faults),
        _days(raw.get("days", []), name, faults),
        None
        if quantile is None
        else fraction_from_percent(_number(quantile, f"{name}: percentile", 1, 99, faults)),
        _number(raw.get("years", 0.0), f"{name}: years", 0, 30, faults),
    )


def _number(value: Any, where: str, low: float, high: float, faults: list[str]) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        faults.append(f"{where} = {value!r} should be a number from {low:g} to {high:g}")
        return 0.0
    return float(value)


def _day(value: Any, where: str, faults: list[str]) -> dt.date | None:
    if value is None:
        return None
    try:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return dt.date(value.year, value.month, value.day)
        return dt.date.fromisoformat(str(value))
    except ValueError:
        faults.append(f"{where}: {value!r} should be a day, as 2025-07-04")
        return None


def _days(value: Any, where: str, faults: list[str]) -> frozenset[dt.date]:
    if not isinstance(value, list):
        faults.append(f"{where}: {value!r} should be a list of days")
        return frozenset()
    return frozenset(d for v in value if (d := _day(v, where, faults)) is not None)


def _months(value: Any, where: str, faults: list[str]) -> frozenset[int]:
    good = isinstance(value, list) and all(
        isinstance(m, int) and not isinstance(m, bool) and 1 <= m <= 12 for m in value
    )
    if not good:
        faults.append(f"{where}: months = {value!r} should be a list of numbers from 1 to 12")
        return frozenset()
    return frozenset(value)
