"""What each row of a call table says beside times and places: type, priority, origin, units, caps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser import units
from optimiser.data.call_units import UnitRoles, count_units
from optimiser.data.columns_file import ColumnMap
from optimiser.data.figures import parse_numbers
from optimiser.data.labels import MANY_ROWS
from optimiser.data.quality import Notes

MOST_TYPES = 1000
MOST_CODES = 60
LONGEST_LABEL = 60
_FREE_TEXT_FROM = 50
_ALONE_FRAC = 0.05
_MOST_WORDS = 7
_STREETS = (
    "st|street|ave|avenue|rd|road|dr|drive|blvd|boulevard|ln|lane|ct|court|cres|crescent|way|pl|place|hwy|highway|"
    "pkwy|parkway|cir|circle|ter|terrace|rue|chemin"
)
_TELLS = (
    rf"(?i)\b\d{{1,6}}[a-z]?(?: [\w.'-]+){{1,3}} (?:{_STREETS})\b"  # a house in a street
    r"|\S@\S+\.\w"  # an electronic address
    r"|(?:\d[ .()-]{0,2}){7,}"  # a number to call, of a plate or of a birth
    r"|\b(?:mr|mrs|ms|miss|mme|sgt|ofc)\b\.? \w"  # somebody's title
    r"|\b(?:complainant|caller|victim|suspect|neighbou?r|says|said|stated|states|advised|called)\b"
)
_OFFICER = frozenset(
    {"y", "yes", "true", "t", "1", "onview", "on view", "on-view", "officer", "self", "self-initiated"}
)
_PUBLIC = frozenset(
    {"n", "no", "false", "f", "0", "dispatch", "911", "phone", "public", "citizen", "telephone", "call"}
)

Lines = NDArray[np.int64]


def code_column(frame: pd.DataFrame, column: str, most: int, notes: Notes) -> pd.Series:
    """Return a column of codes; where it looks like free text it is not taken in.

    A code stands on many rows. A column whose values mostly stand alone is no column of codes, and a value that
    stands on few rows and reads like a sentence, a name with its title, an address or a number to call is left out.
    """
    if column not in frame:
        return pd.Series("", index=frame.index, dtype="str")
    text = frame[column].str.strip().str.replace(r"\s+", " ", regex=True)
    counts = text[text != ""].value_counts()
    distinct, alone = len(counts), int((counts == 1).sum())
    many_alone = alone > max(_FREE_TEXT_FROM // 2, _ALONE_FRAC * len(text))
    if distinct > most or (distinct > _FREE_TEXT_FROM and distinct > 0.5 * len(text)) or many_alone:
        action = f"{distinct:,} different values: free text, not a code; the column is not taken in"
        notes.add(f"column {column} is no code", distinct, len(text), action)
        return pd.Series("", index=frame.index, dtype="str")
    long = (text.str.len() > LONGEST_LABEL).to_numpy(dtype=bool)
    notes.rows(f"{column}: too long for a code", long, "left empty")
    rare = counts.index[counts < MANY_ROWS].to_series()
    told = rare.str.contains(_TELLS) | (rare.str.count(" ") >= _MOST_WORDS)
    free = text.isin(rare[told.to_numpy(dtype=bool)]).to_numpy() & ~long
    notes.rows(f"{column}: reads like free text", free, "left empty: a code is short and stands on many rows")
    return text.where(~(long | free), "")


def origins(frame: pd.DataFrame, column_map: ColumnMap, notes: Notes, said: list[str]) -> NDArray[np.object_]:
    """Return who made each call: public, officer or other."""
    if "origin" not in frame or (frame["origin"].str.strip() == "").all():
        said.append("Origin of calls unknown: all are taken as made by the public.")
        return np.full(len(frame), "public", dtype=object)
    text = frame["origin"].str.strip()
    known = {"": "public"}
    for value in text.unique():
        if value.casefold() in _OFFICER:
            known[value] = "officer"
        elif value.casefold() in _PUBLIC:
            known[value] = "public"
    known |= dict(column_map.origin)
    unknown = ~text.isin(list(known)).to_numpy()
    action = "taken as other: name them in columns.toml, [calls.origin] (public, officer, other)"
    notes.rows("origins that are not known", unknown, action)
    return text.map(known).fillna("other").to_numpy(dtype=object)


def capped(
    seconds: NDArray[np.float64],
    call_type: pd.Series,
    lines: Lines,
    column_map: ColumnMap,
    notes: Notes | None,
) -> NDArray[np.float64]:
    """Cut durations to the cap of their call type; count what that takes away."""
    cap_h = call_type.map(dict(column_map.cap_h)).fillna(column_map.default_cap_h).to_numpy(dtype=float)
    cap_s = cap_h * units.SECONDS_PER_HOUR
    over = seconds > cap_s
    if notes is not None and over.any():
        cut_h = units.hours(float((seconds - cap_s)[over].sum()))
        action = f"cut to the cap ({column_map.default_cap_h:g} h where the type has none): {cut_h:,.1f} hours less"
        notes.rows("calls longer than the cap", over, action, lines=lines)
    return np.where(over, cap_s, seconds)


@dataclass(frozen=True)
class PatrolTime:
    """Patrol units of each row and the seconds they were committed, all of them together, shape (n,)."""

    n_units: NDArray[np.int64]
    unit_s: NDArray[np.float64]


def patrol_time(
    frame: pd.DataFrame,
    lines: Lines,
    busy_s: NDArray[np.float64],
    roles: UnitRoles,
    notes: Notes,
    said: list[str],
) -> PatrolTime:
    """Count patrol units from call signs, else from a number of units, else take one."""
    n = len(frame)
    column = next((c for c in ("unit", "units") if c in frame and (frame[c] != "").any()), None)
    if column is not None:
        counted = count_units(frame[column], roles)
        n_units = counted.n_patrol
        if not roles.patterns:
            said.append("No units file: every unit is taken as patrol.")
        action = "taken as patrol: add a pattern to the units file"
        notes.add(
            "call signs that no pattern fits", counted.unknown.sum(), n, action, examples=counted.shapes
        )
        elsewhere = (counted.n_other > 0) & (n_units == 0)
        notes.rows("calls without a patrol unit", elsewhere, "kept as calls, with no patrol workload")
    elif "n_units" in frame:
        values, wrong = parse_numbers(frame["n_units"])
        bad = wrong | (values < 0) | (values > 500) | (values != np.floor(values)) & ~np.isnan(values)
        notes.rows("numbers of units that are no count", bad, "taken as 1", lines=lines)
        n_units = np.where(bad | np.isnan(values), 1.0, values).astype(np.int64)
    else:
        n_units = np.ones(n, dtype=np.int64)
        said.append("Units per call unknown: one patrol unit each.")
    return PatrolTime(n_units, np.where(n_units > 0, n_units * busy_s, 0.0))
