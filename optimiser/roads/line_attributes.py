"""Attributes of street lines as files write them: speed, direction, class, name; each with what is assumed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.roads.access import BOTH_WAYS_ALL_MODES, FOOT
from optimiser.roads.classes import CLASS_INDEX
from optimiser.roads.limits import parse_limit
from optimiser.units import METRES_PER_MILE, SECONDS_PER_HOUR, SECONDS_PER_MINUTE, metres_per_s_from_kmh

if TYPE_CHECKING:
    from optimiser.roads.streets import StreetColumns

_MOST_M_PER_S = metres_per_s_from_kmh(200.0)
_FORWARD = frozenset(
    {"yes", "y", "true", "t", "1", "1.0", "ft", "f", "fwd", "forward", "with", "from-to", "along"}
)
_BACKWARD = frozenset({"-1", "-1.0", "tf", "r", "reverse", "rev", "backward", "against", "to-from"})
_BOTH = frozenset({"no", "n", "false", "0", "0.0", "b", "both", "two-way", "twoway", "2"})
_OFF = frozenset({"0", "0.0", "n", "no", "false", "f", "off", "closed"})
_MISSING = frozenset({"", "nan", "none", "<na>", "null"})
_ON_FOOT = 0b11 << (2 * FOOT)


def _words(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "").map(str).str.strip().str.lower()


def disabled(column: pd.Series) -> NDArray[np.bool_]:
    """Whether each line is marked as not in use."""
    return np.asarray(_words(column).isin(_OFF), dtype=bool)


def limits(
    table: pd.DataFrame,
    columns: StreetColumns,
    length_m: NDArray[np.float64],
    default_m_per_s: float,
    counts: Counter[str],
) -> NDArray[np.float64]:
    """Speed limit of each line in metres per second: by its minutes, else as stated, else the default.

    A speed above 200 km/h, or not above 0, is none. A unit in the text decides over the column's.
    """
    speed = np.full(len(table), np.nan)
    if columns.speed:
        unit = (
            METRES_PER_MILE / SECONDS_PER_HOUR if columns.speed_unit == "mph" else metres_per_s_from_kmh(1.0)
        )
        speed = pd.to_numeric(table[columns.speed], errors="coerce").to_numpy(dtype=np.float64) * unit
        speed = np.where(np.isnan(speed), _written_out(table[columns.speed]), speed)
    if columns.minutes:
        seconds = (
            pd.to_numeric(table[columns.minutes], errors="coerce").to_numpy(dtype=np.float64)
            * SECONDS_PER_MINUTE
        )
        timed = np.divide(length_m, seconds, out=np.full(len(table), np.nan), where=seconds > 0)
        speed = np.where((timed > 0) & (timed <= _MOST_M_PER_S), timed, speed)
    usable = (speed > 0) & (speed <= _MOST_M_PER_S)
    counts["limit_default"] = int(table.loc[~usable, "_part_of"].nunique())
    return np.where(usable, speed, default_m_per_s)


def _written_out(column: pd.Series) -> NDArray[np.float64]:
    """Return limits written with their unit or as a zone (``30 mph``, ``50 km/h``, ``DE:urban``); NaN for others."""
    words = _words(column)
    found = {w: parse_limit(w, "unclassified")[0] for w in words.unique() if any(c.isalpha() for c in w)}
    return words.map(found).to_numpy(dtype=np.float64)


def directions(table: pd.DataFrame, columns: StreetColumns, counts: Counter[str]) -> NDArray[np.uint8]:
    """Return the openness byte of each line; on foot both directions are always open."""
    byte = np.full(len(table), BOTH_WAYS_ALL_MODES, dtype=np.uint8)
    if not columns.one_way:
        return byte
    words = _words(table[columns.one_way])
    forward, backward = words.isin(_FORWARD).to_numpy(), words.isin(_BACKWARD).to_numpy()
    byte[forward] = 0x55 | _ON_FOOT
    byte[backward] = 0xAA | _ON_FOOT
    missing = words.isin(_MISSING).to_numpy()
    counts["one_way"] = int((forward | backward).sum())
    counts["one_way_missing"] = int(missing.sum())
    counts["one_way_unknown"] = int((~(forward | backward | missing | words.isin(_BOTH).to_numpy())).sum())
    return byte


def road_classes(table: pd.DataFrame, columns: StreetColumns, counts: Counter[str]) -> NDArray[np.uint8]:
    """Class index of each line; ``unclassified`` where the file does not say or is not understood."""
    other = CLASS_INDEX["unclassified"]
    if not columns.road_class:
        return np.full(len(table), other, dtype=np.uint8)
    known = {str(k).strip().lower(): CLASS_INDEX[v] for k, v in columns.classes.items()}
    known = {**CLASS_INDEX, **known}
    found = _words(table[columns.road_class]).map(known)
    counts["class_unknown"] = int(found.isna().sum())
    return found.fillna(other).to_numpy().astype(np.uint8)


def street_names(table: pd.DataFrame, columns: StreetColumns) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Index of each line's name, -1 where it has none, and the names."""
    if not columns.name:
        return np.full(len(table), -1, dtype=np.int32), ()
    column = table[columns.name]
    text = column.astype(object).where(column.notna(), "").map(str).str.strip()
    code, names = pd.factorize(text.mask(text == ""), sort=True)
    return code.astype(np.int32), tuple(str(n) for n in names)
