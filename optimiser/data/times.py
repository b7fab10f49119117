"""Times as text to wall-clock times: many formats, one column at a time, nothing guessed that changes the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.units import SECONDS_PER_HOUR, SECONDS_PER_MINUTE

FIRST_YEAR, LAST_YEAR = 1990, 2099
LARGEST_OFFSET_S = 14 * SECONDS_PER_HOUR
_PIVOT_YEAR = 70
_NAT = np.datetime64("NaT", "s")

_DATE = (
    r"(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y2>\d{4}|\d{2})"
    r"|(?P<d3>\d{1,2})[- ](?P<mon>[A-Za-z]{3,9})\.?[-, ]+(?P<y3>\d{4}|\d{2})"
    r"|(?P<mon4>[A-Za-z]{3,9})\.? (?P<d4>\d{1,2}),? (?P<y4>\d{4})"
    r"|(?P<c>(?:19|20)\d{6}))"
)
_TIME = r"(?:(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<ap>[AaPp])\.?[Mm]\.?)?|(?P<hm>\d{3,4}))"
_ZONE = r"(?P<z>Z|UTC|GMT|(?P<zs>[+-])(?P<zh>\d{2}):?(?P<zm>\d{2})?)"
_STAMP = rf"^(?:{_DATE})?(?:(?:^|[T ,]+){_TIME})?(?:\s*{_ZONE})?$"
_SLASHED = r"^\d{1,2}[-/.]\d{1,2}[-/.]"
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = r"^(?:\d{9,10}|\d{12,13})(?:\.0+)?$"
_SERIAL = r"^[345]\d{4}(?:\.\d+)?$"

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Stamps:
    """One column of times, row by row.

    Parameters
    ----------
    wall
        Date and time as written, datetime64[s], NaT where there is none, shape (n,). Only a time of day: on
        1970-01-01.
    offset_s
        Seconds east of UTC where the text says so, else NaN, shape (n,).
    has_date, has_time
        What each text holds.
    faults
        Rows whose text cannot be used, by reason.
    repairs
        Rows that were mended, by reason.
    """

    wall: NDArray[np.datetime64]
    offset_s: NDArray[np.float64]
    has_date: Mask
    has_time: Mask
    faults: dict[str, Mask] = field(default_factory=dict)
    repairs: dict[str, Mask] = field(default_factory=dict)


def parse_stamps(text: pd.Series, column: str, *, order: str = "", where: str = "") -> Stamps:
    """Read a column of times.

    Parameters
    ----------
    text
        Times as typed; "" for none. ISO, ``3/9/2025 14:05:00``, ``03/09/25 2:05:00PM``, ``9-Mar-2025``, a time of
        day alone (``14:05``, ``1405``), seconds or milliseconds since 1970.
    column, where
        Names for messages: the column and its file.
    order
        ``MDY`` or ``DMY`` for dates such as 03/04/2025; "" where the dates must tell.

    Raises
    ------
    InputError
        If the order of day and month cannot be told or is mixed, if some times carry an offset and others do
        not, or if the column holds Excel serial numbers.
    """
    stripped = text.str.strip()
    codes, unique = pd.factorize(stripped)
    place = f"{where}, column {column!r}"
    seen = pd.Series(np.asarray(unique, dtype=object), dtype="str")
    filled = (seen != "").to_numpy()
    if filled.any() and bool(seen[filled].str.match(_EPOCH).all()):
        parsed = _epoch(seen, place)
    else:
        if filled.any() and bool(seen[filled].str.match(_SERIAL).all()):
            raise InputError(
                f"{place} holds Excel serial numbers such as {seen[filled].iloc[0]!r}; they mean different days in the "
                f"1900 and the 1904 system. Format the column as a date and export again."
            )
        parsed = _calendar(seen, place, order)
    wall, offset_s, has_date, has_time, faults, repairs = parsed
    has_time = has_time & ~np.isnat(wall)
    _refuse_mixed_offsets(place, wall[codes], offset_s[codes], has_time[codes])
    pick = {r: m[codes] for r, m in faults.items() if m.any()}
    mended = {r: m[codes] for r, m in repairs.items() if m.any()}
    return Stamps(wall[codes], offset_s[codes], has_date[codes], has_time[codes], pick, mended)


def _refuse_mixed_offsets(place: str, wall: Any, offset_s: Any, has_time: Mask) -> None:
    marked = has_time & ~np.isnan(offset_s)
    bare = has_time & np.isnan(offset_s)
    if marked.any() and bare.any():
        raise InputError(
            f"{place}: {int(marked.sum()):,} times carry an offset (Z, +00:00) and {int(bare.sum()):,} do not; "
            f"they cannot be the same clock. Export one kind."
        )


def _epoch(seen: pd.Series, place: str) -> tuple[Any, ...]:
    digits = seen.str.replace(r"\.0+$", "", regex=True)
    lengths = digits.str.len().to_numpy()
    filled = lengths > 0
    milli = lengths >= 12
    if (milli & filled).any() and (~milli & filled).any():
        raise InputError(f"{place} mixes seconds and milliseconds since 1970. Export one kind.")
    values = np.where(filled, digits, "0").astype(np.int64)
    wall = np.where(milli, values // 1000, values).astype("datetime64[s]")
    wall = np.where(filled, wall, _NAT)
    odd = filled & _implausible(wall)
    wall[odd] = _NAT
    offset_s = np.where(filled, 0.0, np.nan)
    return wall, offset_s, filled, filled, {"implausible year": odd}, {}


class _Parts:
    """The pieces of each text, by the names in the pattern; "" where a piece is not there."""

    def __init__(self, seen: pd.Series, pattern: str) -> None:
        self._struct = pc.extract_regex(pa.array(seen.to_numpy(dtype=object), pa.string()), pattern=pattern)
        self._texts: dict[str, Any] = {}

    def text(self, name: str) -> Any:
        """Return a piece as an Arrow array of text."""
        if name not in self._texts:
            self._texts[name] = pc.fill_null(pc.struct_field(self._struct, name), "")
        return self._texts[name]

    def has(self, *names: str) -> Mask:
        """Say where any of these pieces is there."""
        found = [pc.not_equal(self.text(n), "").to_numpy(zero_copy_only=False) for n in names]
        return np.asarray(np.logical_or.reduce(found))

    def whole(self, name: str) -> NDArray[np.int64]:
        """Return a piece of digits as a number, 0 where it is not there."""
        digits = pc.if_else(pc.equal(self.text(name), ""), "0", self.text(name))
        return np.array(pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False))

    def matched(self) -> Mask:
        """Say which texts fit the pattern."""
        return np.array(pc.is_valid(self._struct).to_numpy(zero_copy_only=False))


def _calendar(seen: pd.Series, place: str, order: str) -> tuple[Any, ...]:
    parts = _Parts(seen, _STAMP)
    filled = (seen != "").to_numpy()
    read = parts.matched() & filled
    whole = parts.whole
    slashed = parts.has("a")
    a, b = whole("a"), whole("b")
    order = _order(place, a[slashed], b[slashed], seen[slashed], order)
    month_first = order == "MDY"
    compact = whole("c")
    year = whole("y") + whole("y4") + compact // 10000
    short = whole("y2") + whole("y3")
    lengths = pc.utf8_length(parts.text("y2")), pc.utf8_length(parts.text("y3"))
    two_digits = np.logical_or(*(pc.equal(n, 2).to_numpy(zero_copy_only=False) for n in lengths))
    year = year + np.where(two_digits, short + np.where(short < _PIVOT_YEAR, 2000, 1900), short)
    month = whole("m") + np.where(slashed, a if month_first else b, 0) + compact // 100 % 100
    month = month + _named_month(parts, "mon") + _named_month(parts, "mon4")
    day = (
        whole("d") + np.where(slashed, b if month_first else a, 0) + whole("d3") + whole("d4") + compact % 100
    )
    has_date = parts.has("y", "a", "d3", "mon4", "c")
    has_time = parts.has("H", "hm")
    dates, bad_date = _dates(year, month, day, has_date)
    seconds, bad_time, repairs = _seconds(parts)
    odd = has_date & ~bad_date & _implausible(dates)
    repairs["a year of two digits"] = has_date & two_digits
    wall = dates.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    offset_s = _offsets(parts)
    far = read & (np.abs(np.nan_to_num(offset_s)) > LARGEST_OFFSET_S)
    faults = {
        "no such offset from UTC": far,
        "not a date or time": filled & ~read,
        "no such day": read & bad_date,
        "no such time of day": read & bad_time,
        "implausible year": odd,
    }
    gone = ~read | bad_date | bad_time | odd | far | ~(has_date | has_time)
    wall = np.where(gone, _NAT, wall)
    return wall, offset_s, has_date & ~gone, has_time & ~gone, faults, repairs


def _named_month(parts: _Parts, name: str) -> NDArray[np.int64]:
    short = pc.utf8_slice_codeunits(pc.utf8_lower(parts.text(name)), 0, 3)
    at = pc.index_in(short, value_set=pa.array(_MONTH_NAMES))
    return np.array(pc.add(pc.fill_null(at, -1), 1).to_numpy(zero_copy_only=False), dtype=np.int64)


def told_order(columns: Iterable[pd.Series]) -> str:
    """Return the order of day and month that some date of these columns tells; "" where none or both do."""
    told: set[str] = set()
    for text in columns:
        seen = pd.Series(text.unique(), dtype="str").str.strip()
        parts = _Parts(seen[seen.str.match(_SLASHED).to_numpy(dtype=bool)], _STAMP)
        a, b = parts.whole("a"), parts.whole("b")
        told |= {"DMY"} if ((a > 12) & (b <= 12)).any() else set()
        told |= {"MDY"} if ((b > 12) & (a <= 12)).any() else set()
    return told.pop() if len(told) == 1 else ""


def _order(place: str, a: Any, b: Any, seen: pd.Series, order: str) -> str:
    """Tell day and month apart, or refuse."""
    if len(a) == 0:
        return order or "MDY"
    day_first, month_first = (a > 12) & (b <= 12), (b > 12) & (a <= 12)
    if day_first.any() and month_first.any() and not order:
        raise InputError(
            f"{place} mixes day-month and month-day: {seen[day_first].iloc[0]!r} and {seen[month_first].iloc[0]!r}. "
            f"Split the file, or export ISO dates (2025-03-09)."
        )
    if order:
        against = day_first if order == "MDY" else month_first
        if against.any():
            raise InputError(
                f"{place}: {seen[against].iloc[0]!r} does not fit the order {order} ({int(against.sum())} such). "
                f"Correct date_order or export ISO dates."
            )
        return order
    if not day_first.any() and not month_first.any() and (a != b).any():
        raise InputError(
            f"{place}: {seen.iloc[0]!r} can be read as day-month or month-day, and no date of the column tells. "
            f'Give date_order = "MDY" or "DMY".'
        )
    return "DMY" if day_first.any() else "MDY"


def _dates(year: Any, month: Any, day: Any, has_date: Mask) -> tuple[NDArray[np.datetime64], Mask]:
    sound = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    y, m, d = (np.where(sound, v, 1) for v in (year, month, day))
    first = (y - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (m - 1)
    dates = first.astype("datetime64[D]") + (d - 1)
    sound &= dates.astype("datetime64[M]") == first
    dates = np.where(has_date & sound, dates, np.datetime64("1970-01-01", "D"))
    return dates, has_date & ~sound


def _seconds(parts: _Parts) -> tuple[NDArray[np.int64], Mask, dict[str, Mask]]:
    hm = parts.whole("hm")
    hour, minute, second = parts.whole("H") + hm // 100, parts.whole("M") + hm % 100, parts.whole("S")
    half = pc.utf8_lower(parts.text("ap"))
    afternoon = pc.equal(half, "p").to_numpy(zero_copy_only=False)
    twelve = afternoon | pc.equal(half, "a").to_numpy(zero_copy_only=False)
    bad = twelve & ((hour < 1) | (hour > 12))
    hour = np.where(twelve, hour % 12 + np.where(afternoon, 12, 0), hour)
    end_of_day = (hour == 24) & (minute == 0) & (second == 0)
    leap = second == 60
    second = np.where(leap, 59, second)
    bad |= ((hour > 23) & ~end_of_day) | (minute > 59) | (second > 59)
    repairs = {"24:00, taken as midnight of the next day": end_of_day, "second 60, taken as 59": leap}
    whole = hour * int(SECONDS_PER_HOUR) + minute * int(SECONDS_PER_MINUTE) + second
    return whole, bad, repairs


def _offsets(parts: _Parts) -> NDArray[np.float64]:
    seconds = parts.whole("zh") * SECONDS_PER_HOUR + parts.whole("zm") * SECONDS_PER_MINUTE
    west = pc.equal(parts.text("zs"), "-").to_numpy(zero_copy_only=False)
    return np.where(parts.has("z"), np.where(west, -seconds, seconds), np.nan)


def _implausible(wall: NDArray[np.datetime64]) -> Mask:
    year = wall.astype("datetime64[Y]").astype(np.int64) + 1970
    return ~np.isnat(wall) & ((year < FIRST_YEAR) | (year > LAST_YEAR))
