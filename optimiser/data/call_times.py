"""The times of a call: when it came, how long until units were sent, arrived and were free again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser import units
from optimiser.data.columns_file import ColumnMap
from optimiser.data.figures import parse_numbers
from optimiser.data.quality import Notes
from optimiser.data.times import Stamps, parse_stamps, told_order
from optimiser.data.wall_clock import Instants, join, not_before, seconds_between, to_utc, with_date
from optimiser.errors import InputError

LATER = ("dispatched", "enroute", "arrived", "cleared", "first_cleared", "last_cleared")
IMPLAUSIBLE_S = 7 * 24 * units.SECONDS_PER_HOUR
_PER_UNIT_S = {"s": 1.0, "min": units.SECONDS_PER_MINUTE, "h": units.SECONDS_PER_HOUR}
Seconds = NDArray[np.float64]


@dataclass(frozen=True)
class CallTimes:
    """Times of each row, shape (n,), before caps.

    ``busy_s`` runs from dispatch (else arrival) to clear, or to the last clear where the file knows no other;
    ``first_clear_s`` and ``last_clear_s`` from dispatch, where the file tells them apart.
    """

    received_utc: NDArray[np.datetime64]
    utc: Mapping[str, NDArray[np.datetime64]]
    dispatch_delay_s: Seconds
    travel_s: Seconds
    response_s: Seconds
    on_scene_s: Seconds
    busy_s: Seconds
    first_clear_s: Seconds
    last_clear_s: Seconds
    report_s: Seconds


def call_times(
    frame: pd.DataFrame,
    lines: NDArray[np.int64],
    column_map: ColumnMap,
    zone: str,
    notes: Notes,
) -> CallTimes:
    """Read the times of a calls table whose columns carry our names.

    Raises
    ------
    InputError
        Naming every column whose times cannot be read as a whole (order of day and month, mixed offsets, no time
        of day).
    """
    reader = _Reader(frame, lines, column_map, zone, notes)
    received = reader.received()
    start = received.utc
    stamps = {r: reader.later(r, received) for r in LATER if _given(frame, r)}
    if reader.faults:
        raise InputError("\n".join(reader.faults))
    gaps = {
        d: reader.duration(d)
        for d in ("dispatch_delay", "travel", "response", "on_scene", "total", "service", "report")
    }
    none = np.full(len(frame), np.nan)

    def between(a: str, b: str) -> Seconds:
        first = start if a == "received" else stamps.get(a)
        last = stamps.get(b)
        return none if first is None or last is None else seconds_between(first, last)

    delay = _first(gaps["dispatch_delay"], between("received", "dispatched"))
    travel = _first(gaps["travel"], between("dispatched", "arrived"))
    response = _first(gaps["response"], between("received", "arrived"))
    on_scene = _first(gaps["on_scene"], between("arrived", "cleared"))
    delay, travel = (
        reader.sane("dispatch before receipt", delay),
        reader.sane("arrival before dispatch", travel),
    )
    response = reader.sane("arrival before receipt", response)
    on_scene = reader.sane("clear before arrival", on_scene)
    response = _first(response, delay + travel)
    first, last = (between("dispatched", f"{which}_cleared") for which in ("first", "last"))
    cleared = _first(between("dispatched", "cleared"), last)
    busy = _first(gaps["service"], cleared, travel + on_scene, gaps["total"] - delay)
    busy = reader.sane("clear before dispatch", _first(busy, on_scene, gaps["total"]))
    first = reader.sane("first clear before dispatch", first)
    last = reader.sane("last clear before dispatch", np.where(np.isnan(first), np.nan, _first(last, cleared)))
    reader.note("last clear before first clear", last < first, "both are kept")
    report = reader.sane("report time below nothing", gaps["report"])
    return CallTimes(start, stamps, delay, travel, response, on_scene, busy, first, last, report)


def _given(frame: pd.DataFrame, role: str) -> bool:
    columns = [c for c in (role, f"{role}_time") if c in frame]
    return any((frame[c] != "").any() for c in columns)


def _first(*choices: Seconds) -> Seconds:
    """Return, row by row, the first value that is there."""
    result = choices[0].copy()
    for choice in choices[1:]:
        gap = np.isnan(result)
        result[gap] = choice[gap]
    return result


class _Reader:
    """Reads the time columns of one table and keeps count of what was odd."""

    def __init__(
        self, frame: pd.DataFrame, lines: NDArray[np.int64], column_map: ColumnMap, zone: str, notes: Notes
    ) -> None:
        self.frame, self.lines, self.map, self.zone = frame, lines, column_map, zone
        self.notes, self.source = notes, notes.source
        self.faults: list[str] = []
        stamps = ("received", "received_date", *(f"{r}{e}" for r in LATER for e in ("", "_date")))
        self.order = column_map.date_order or told_order(frame[c] for c in stamps if c in frame)

    def note(self, rule: str, mask: NDArray[np.bool_], action: str) -> None:
        """Add a finding for the rows of ``mask``."""
        self.notes.rows(rule, mask, action, lines=self.lines)

    def received(self) -> Instants:
        """Return when each call came; rows without a usable time get NaT."""
        stamps = self._stamps("received")
        nothing = np.full(len(self.frame), np.datetime64("NaT", "s"))
        if stamps is None:
            if not self.faults:
                self.faults.append(
                    f"{self.source}: no column says when a call was received. Name one in columns.toml, "
                    f"[calls.columns]: received, or received_date and received_time."
                )
            return Instants(nothing, np.isnat(nothing), np.isnat(nothing))
        dated = stamps.has_date & ~np.isnat(stamps.wall)
        if dated.any() and (stamps.has_time & dated).sum() < 0.5 * dated.sum():
            self.faults.append(
                f"{self.source}: calls have a date and no time of day, so no hour of the week. Name a column with the "
                f"time (received_time), or give totals by area as a workload table."
            )
        if not dated.any() and stamps.has_time.any():
            self.faults.append(
                f"{self.source}: calls have a time of day and no date. Name a column with the date (received_date)."
            )
        wall = np.where(dated & stamps.has_time, stamps.wall, np.datetime64("NaT", "s"))
        clock = wall - wall.astype("datetime64[D]")
        midnight = clock == np.timedelta64(0, "s")
        if midnight.sum() >= 20 and midnight.mean() > 0.02:
            self.note(
                "calls received at 00:00 exactly", midnight, "kept; entered in bulk, or the time is missing?"
            )
        return self._placed("received", wall, stamps.offset_s)

    def later(self, role: str, received: Instants) -> NDArray[np.datetime64]:
        """Return one of the later times in UTC."""
        stamps = self._stamps(role)
        if stamps is None:
            return np.full(len(self.frame), np.datetime64("NaT", "s"))
        base = pd.DatetimeIndex(received.utc).tz_localize("UTC").tz_convert(self.zone).tz_localize(None)
        wall, rolled = with_date(stamps, base.to_numpy().astype("datetime64[s]"))
        self.note(f"{role}: time of day past midnight", rolled, "put on the next day")
        lone = stamps.has_time & ~stamps.has_date
        self.note(f"{role}: a time of day without its date", lone, "put on the day of the call")
        wall = np.where(stamps.has_time, wall, np.datetime64("NaT", "s"))
        return not_before(self._placed(role, wall, stamps.offset_s), received.utc).utc

    def duration(self, name: str) -> Seconds:
        """Return a duration column in seconds; NaN where there is none or its unit is not given."""
        if name not in self.frame or name not in self.map.duration_units:
            return np.full(len(self.frame), np.nan)
        values, wrong = parse_numbers(self.frame[name])
        self.note(f"{name}: not a number", wrong, "taken as missing")
        return np.asarray(values * _PER_UNIT_S[self.map.duration_units[name]])

    def sane(self, rule: str, seconds: Seconds) -> Seconds:
        """Drop negative and absurd durations, and count them."""
        negative = seconds < 0
        absurd = seconds > IMPLAUSIBLE_S
        self.note(rule, negative, "the duration is taken as missing")
        if absurd.any():
            self.note(
                f"longer than a week ({rule.split(' ')[0]})", absurd, "the duration is taken as missing"
            )
        return np.where(negative | absurd, np.nan, seconds)

    def _stamps(self, role: str) -> Stamps | None:
        try:
            if role in self.frame:
                return self._parsed(role)
            date, time = f"{role}_date", f"{role}_time"
            if date in self.frame and time in self.frame:
                return join(self._parsed(date), self._parsed(time))
            single = next((c for c in (date, time) if c in self.frame), None)
            return None if single is None else self._parsed(single)
        except InputError as error:
            self.faults.append(str(error))
            return None

    def _parsed(self, column: str) -> Stamps:
        name = self.map.calls.get(column, column)
        stamps = parse_stamps(self.frame[column], name, order=self.order, where=self.source)
        for reason, mask in stamps.faults.items():
            self.note(f"{column}: {reason}", mask, "the time is taken as missing")
        for reason, mask in stamps.repairs.items():
            self.note(f"{column}: {reason}", mask, "kept")
        return stamps

    def _placed(self, role: str, wall: NDArray[np.datetime64], offset_s: Seconds) -> Instants:
        if self.map.marked_utc_is_local:
            offset_s = np.full(len(wall), np.nan)
        placed = to_utc(wall, offset_s, self.zone)
        self.note(
            f"{role}: a time clocks showed twice",
            placed.twice,
            "the first is taken, unless only the second fits",
        )
        self.note(f"{role}: a time clocks skipped", placed.skipped, "the time is taken as missing")
        return placed
