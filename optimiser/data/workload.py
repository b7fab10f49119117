"""A workload table: calls and minutes by area, with or without the hour of the week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser import units
from optimiser.data import canonical as names
from optimiser.data.area_import import text_column
from optimiser.data.columns import ColumnGuess, guess_columns, refuse_absent
from optimiser.data.figures import parse_numbers
from optimiser.data.labels import Matched, match_labels, sayable
from optimiser.data.layers import KINDS as LAYER_KINDS
from optimiser.data.layers import read_layer
from optimiser.data.periods import weeks_of
from optimiser.data.quality import Finding, finding, from_repairs
from optimiser.data.read import read_table
from optimiser.data.table import Table
from optimiser.errors import InputError

DAY_CURVE = (
    0.70, 0.58, 0.50, 0.42, 0.36, 0.34, 0.44, 0.66, 0.90, 1.02, 1.10, 1.16,
    1.20, 1.22, 1.28, 1.38, 1.46, 1.50, 1.46, 1.38, 1.32, 1.26, 1.12, 0.92,
)  # fmt: skip
"""Calls by hour of the day where a table has no hours: an assumption, drawn by hand (quietest at 05:00, busiest at
17:00, four times as many), the same every day."""


@dataclass(frozen=True)
class ImportedWorkload:
    """A canonical workload table, how its columns were read, and what was found."""

    table: pd.DataFrame
    guess: ColumnGuess
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    n_rows: int
    n_weeks: float | None = None
    """Weeks that the periods of its rows cover; None where it names none."""


def default_profile() -> NDArray[np.float64]:
    """Return the share of a week's calls in each of its 168 hours under :data:`DAY_CURVE`, summing to 1."""
    week = np.tile(np.array(DAY_CURVE), units.HOURS_PER_WEEK // units.HOURS_PER_DAY)
    return np.asarray(week / week.sum())


def spread_over_week(totals: pd.DataFrame, profile: NDArray[np.float64] | None = None) -> pd.DataFrame:
    """Spread totals by area (area_id, calls, unit_s) over the hours of the week; returns one row an area and hour."""
    share = default_profile() if profile is None else profile
    n, hours = len(totals), len(share)
    return pd.DataFrame(
        {
            "area_id": np.repeat(totals["area_id"].to_numpy(dtype=object), hours),
            "hour_of_week": np.tile(np.arange(hours, dtype=np.int16), n),
            "calls": np.outer(totals["calls"].to_numpy(), share).ravel(),
            "unit_s": np.outer(totals["unit_s"].to_numpy(), share).ravel(),
        }
    )


def import_workload(
    path: Path,
    known: Mapping[str, str],
    given: Mapping[str, str] | None = None,
    *,
    cap_s: float,
    default_service_s: float,
    with_periods: bool = True,
) -> ImportedWorkload:
    """Read a workload table, or the attributes of a map layer.

    Parameters
    ----------
    path
        Table, or a map layer whose areas carry their calls.
    known
        Every name of an area to its id.
    given
        Our column to theirs, where the planner has said so.
    cap_s
        Longest believable mean time on a call, seconds: rows above it hold broken times.
    default_service_s
        Mean time on a call where the minutes are missing or broken.
    with_periods
        False for a map, whose column of years is that of its census.
    """
    table = _read(path)
    refuse_absent(path, table.header, given or {}, "workload")
    guess = guess_columns(table.header, "workload", given)
    missing = [c for c in ("area_id", "calls") if c not in guess.columns]
    if missing:
        raise InputError(
            f"{path}: no column is known as {', '.join(missing)}. Name one in columns.toml, [workload.columns]; it has "
            f"{', '.join(table.header)}."
        )
    frame = pd.DataFrame({ours: table.frame[theirs] for ours, theirs in guess.columns.items()})
    found = from_repairs(table.repairs, table.n_rows, path.name)
    matched = match_labels(frame["area_id"], known)
    calls = _counts(path, table, frame["calls"], guess.columns["calls"])
    found += label_findings(matched, calls, path.name, known=known)
    unit_s, said = _unit_seconds(table, frame, guess, calls, found, cap_s=cap_s, default_s=default_service_s)
    rows = pd.DataFrame({"area_id": matched.area_id.astype(str), "calls": calls, "unit_s": unit_s})
    if "hour_of_week" in guess.columns:
        rows["hour_of_week"] = _hours(path, table, frame["hour_of_week"], guess.columns["hour_of_week"])
        rows = rows[rows["area_id"] != ""]
        result = rows.groupby(["area_id", "hour_of_week"], as_index=False)[["calls", "unit_s"]].sum()
    else:
        totals = rows[rows["area_id"] != ""].groupby("area_id", as_index=False)[["calls", "unit_s"]].sum()
        result = spread_over_week(totals)
        said.append(
            "No hours in the workload table: calls follow an assumed day curve, quietest at 05:00 and busiest "
            "at 17:00, the same every day."
        )
    n_weeks = _weeks(frame, guess, path, found, said) if with_periods else None
    stored = names.typed(result, names.WORKLOAD_TYPES, str(path))
    return ImportedWorkload(stored, guess, tuple(found), tuple(said), table.n_rows, n_weeks)


def _weeks(
    frame: pd.DataFrame, guess: ColumnGuess, path: Path, found: list[Finding], said: list[str]
) -> float | None:
    """Return the weeks that the periods of the rows cover together."""
    if "period" not in guess.columns:
        return None
    periods = frame["period"].str.strip().unique().tolist()
    n_weeks = weeks_of(periods)
    column = guess.columns["period"]
    if n_weeks is None:
        action = f"column {column!r} holds no months, days, weeks, quarters or years alone: say --weeks"
        found.append(finding("periods that are not understood", len(periods), 0, action, source=path.name))
    else:
        said.append(
            f"The workload table covers {n_weeks:.1f} weeks: {len(periods)} periods in column {column!r}."
        )
    return n_weeks


def _read(path: Path) -> Table:
    if path.suffix.lower() not in LAYER_KINDS or path.suffix.lower() == ".parquet":
        return read_table(path)
    layer = read_layer(path, shape="polygon")
    header = tuple(c for c in layer.columns if c != layer.geometry.name)
    frame = pd.DataFrame({c: text_column(layer[c]) for c in header})
    return Table(path, header, frame, np.arange(1, len(frame) + 1, dtype=np.int64))


def _counts(path: Path, table: Table, text: pd.Series, column: str) -> NDArray[np.float64]:
    values, wrong = parse_numbers(text)
    bad = np.flatnonzero(wrong | (values < 0))
    if len(bad):
        shown = [f"line {table.lines[k]}: {text.iloc[k]!r}" for k in bad[:10]]
        more = f" and {len(bad) - 10} more" if len(bad) > 10 else ""
        raise InputError(f"{path}, column {column!r} should hold counts: {'; '.join(shown)}{more}.")
    return np.nan_to_num(values, nan=0.0)


def _hours(path: Path, table: Table, text: pd.Series, column: str) -> NDArray[np.int16]:
    values, wrong = parse_numbers(text)
    bad = np.flatnonzero(
        wrong | np.isnan(values) | (values < 0) | (values > 167) | (values != np.floor(values))
    )
    if len(bad):
        shown = [f"line {table.lines[k]}: {text.iloc[k]!r}" for k in bad[:10]]
        raise InputError(
            f"{path}, column {column!r} should hold 0 (Monday 00:00) to 167: {'; '.join(shown)}."
        )
    return values.astype(np.int16)


def label_findings(
    matched: Matched, calls: NDArray[np.float64], source: str, *, known: Mapping[str, str] | None = None
) -> list[Finding]:
    """Say how many calls carry no label, an unknown one, or one that differs by case.

    Parameters
    ----------
    matched, calls, source
        Labels, calls of each row, shape (n,), and the file they stand in.
    known
        Every name of an area to its id, where labels alone place the calls: it is red then if none matches.
    """
    total = float(calls.sum())
    found = []
    if matched.empty.any():
        lost = calls[matched.empty].sum()
        action = "left out of every area's workload; kept in the total"
        found.append(finding("calls with no area label", int(lost), total, action, source=source))
    if matched.unknown.any():
        lost = calls[matched.unknown].sum()
        labels = sayable(matched.unknown_labels)
        n = len(matched.unknown_labels)
        action = f"{n} labels; their calls belong to no area until the label is mended"
        red = bool(known) and not (matched.area_id != "").any()
        if known and red:
            some = f" ({', '.join(labels[:2])}{' ...' if n > 2 else ''})" if labels else ""
            action = (
                f"None of the {n} labels{some} is an area id; yours look like {next(iter(known.values()))}"
            )
        rule = "calls whose label matches no area"
        found.append(
            finding(rule, int(lost), total, action, examples=() if red else labels, red=red, source=source)
        )
        found.append(finding("labels that match no area", n, 0, "see above", examples=labels, source=source))
    if matched.case_only.any():
        lost = calls[matched.case_only].sum()
        action = "taken as that area"
        found.append(
            finding("calls whose label differs by case only", int(lost), total, action, source=source)
        )
    return found


def _unit_seconds(
    table: Table,
    frame: pd.DataFrame,
    guess: ColumnGuess,
    calls: NDArray[np.float64],
    found: list[Finding],
    *,
    cap_s: float,
    default_s: float,
) -> tuple[NDArray[np.float64], list[str]]:
    source = table.path.name
    if "minutes" not in guess.columns:
        minutes = units.minutes(default_s)
        return calls * default_s, [f"No minutes in the workload table: {minutes:.0f} minutes a call."]
    used = guess.columns["minutes"]
    for column in (used, *guess.also.get("minutes", ())):
        seconds, broken = _seconds(table.frame[column], calls, cap_s)
        if broken.any():
            odd = table.frame[column][broken]
            told = ~parse_numbers(odd)[1]  # a word here may be anything: only its line is named
            worst = [
                f"line {line}: {value}" if number else f"line {line}"
                for line, value, number in zip(table.lines[broken][:3], odd[:3], told[:3], strict=True)
            ]
            what = (
                "taken at the mean of the others"
                if column == used
                else f"the column is not used: {used!r} is"
            )
            action = (
                f"no number, below 0, or more than {units.hours(cap_s):.0f} h a call (a missing time read as a 1900 "
                f"date?); {what}"
            )
            rule = f"implausible minutes in {column}"
            found.append(finding(rule, int(broken.sum()), len(calls), action, examples=worst, source=source))
    seconds, broken = _seconds(table.frame[used], calls, cap_s)
    sound = ~broken & (calls > 0)
    mean_s = float(seconds[sound].sum() / calls[sound].sum()) if sound.any() else default_s
    unused = guess.also.get("minutes", ())
    said = (
        [f"Minutes are read from column {used!r}, not from {', '.join(map(repr, unused))}."] if unused else []
    )
    return np.where(broken, calls * mean_s, seconds), said


def _seconds(
    text: pd.Series, calls: NDArray[np.float64], cap_s: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    minutes, wrong = parse_numbers(text)
    seconds = np.asarray(minutes * units.SECONDS_PER_MINUTE)
    broken = wrong | (seconds < 0) | (seconds > cap_s * np.maximum(calls, 1.0))
    seconds = np.where(np.isnan(seconds) & (calls == 0), 0.0, seconds)
    return seconds, broken | np.isnan(seconds)
