"""From and to of each row as moments in UTC: nights, missing ends, rows of one person that overlap."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser import units
from optimiser.data.quality import Notes
from optimiser.data.times import Stamps, parse_stamps, told_order
from optimiser.data.wall_clock import join, to_utc, with_date

_NAT = np.datetime64("NaT", "s")
Moments = NDArray[np.datetime64]


@dataclass(frozen=True)
class Stretches:
    """Stretches of time, row by row: datetime64[s] in UTC, NaT where not known, shape (n,)."""

    start: Moments
    end: Moments

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Rows with both ends."""
        return ~np.isnat(self.start) & ~np.isnat(self.end)


def stretches(
    frame: pd.DataFrame,
    lines: NDArray[np.int64],
    zone: str,
    order: str,
    notes: Notes,
    *,
    longest_h: float,
    what: str,
) -> Stretches:
    """Read ``start`` and ``end`` (with ``date`` where they are times of day) as moments in UTC.

    A ``to`` that is a time of day before its ``from`` belongs to the next day. Rows whose ``to`` lies before their
    ``from``, or further off than ``longest_h``, are set aside and counted.

    Raises
    ------
    InputError
        If a column cannot be read as a whole.
    """
    order = order or told_order(frame[c] for c in ("date", "start", "end") if c in frame)
    start = _wall(frame, "start", order, notes, lines)
    last = _stamps(frame, "end", order, notes, lines)
    wall, rolled = with_date(last, start[0])
    lone = last.has_time & ~last.has_date
    before = lone & (wall < start[0])
    wall = np.where(before, wall + np.timedelta64(1, "D"), wall)
    notes.rows(f"{what} ends past midnight", before | rolled, "put on the next day")
    begun, ended = to_utc(*start, zone), to_utc(wall, last.offset_s, zone)
    for side, placed in (("from", begun), ("to", ended)):
        twice = "the first is taken"
        notes.rows(f"{what} {side}: a time clocks showed twice", placed.twice, twice, lines=lines)
        gone = "the row is left out"
        notes.rows(f"{what} {side}: a time clocks skipped", placed.skipped, gone, lines=lines)
    return _plausible(Stretches(begun.utc, ended.utc), lines, longest_h, notes, what)


def _plausible(
    time: Stretches, lines: NDArray[np.int64], longest_h: float, notes: Notes, what: str
) -> Stretches:
    length_s = (time.end - time.start).astype("timedelta64[s]").astype(np.int64)
    known = time.sound
    notes.rows(f"{what} rows without a time from", np.isnat(time.start), "left out", lines=lines)
    open_end = ~np.isnat(time.start) & np.isnat(time.end)
    notes.rows(
        f"{what} rows without a time to", open_end, "left out, unless a later row ends it", lines=lines
    )
    negative = known & (length_s < 0)
    notes.rows(f"{what} rows that end before they begin", negative, "left out", lines=lines)
    nothing = known & (length_s == 0)
    notes.rows(f"{what} rows of no length", nothing, "left out")
    long = known & (length_s > units.seconds_from_hours(longest_h))
    notes.rows(f"{what} rows longer than {longest_h:g} h", long, "left out: never logged off?", lines=lines)
    gone = negative | nothing | long
    return Stretches(np.where(gone, _NAT, time.start), np.where(gone, _NAT, time.end))


def _stamps(frame: pd.DataFrame, column: str, order: str, notes: Notes, lines: NDArray[np.int64]) -> Stamps:
    text = frame[column] if column in frame else pd.Series([""] * len(frame), dtype="str")
    stamps = parse_stamps(text, column, order=order, where=notes.source)
    for reason, mask in stamps.faults.items():
        notes.rows(f"{column}: {reason}", mask, "the time is taken as missing", lines=lines)
    for reason, mask in stamps.repairs.items():
        notes.rows(f"{column}: {reason}", mask, "kept", lines=lines)
    wall = np.where(stamps.has_time, stamps.wall, _NAT)
    return replace(stamps, wall=wall)


def _wall(
    frame: pd.DataFrame, column: str, order: str, notes: Notes, lines: NDArray[np.int64]
) -> tuple[Moments, NDArray[np.float64]]:
    stamps = _stamps(frame, column, order, notes, lines)
    if (stamps.has_date | ~stamps.has_time).all() or "date" not in frame:
        return np.where(stamps.has_date, stamps.wall, _NAT), stamps.offset_s
    dates = parse_stamps(frame["date"], "date", order=order, where=notes.source)
    together = join(dates, stamps)
    return np.where(stamps.has_date, stamps.wall, together.wall), stamps.offset_s


def ends_of_next(
    time: Stretches, who: pd.Series, longest_h: float, notes: Notes, said: list[str]
) -> Stretches:
    """Let a row without an end last until the next row of the same unit begins, at most ``longest_h``."""
    lacking = ~np.isnat(time.start) & np.isnat(time.end)
    if not lacking.any():
        return time
    rows = pd.DataFrame({"who": who.to_numpy(), "start": time.start, "k": np.arange(len(who))})
    rows = rows.sort_values(["who", "start"], kind="stable")
    following = rows.groupby("who", sort=False)["start"].shift(-1).to_numpy().astype("datetime64[s]")
    after = np.full(len(who), _NAT)
    after[rows["k"].to_numpy()] = following
    far = (after - time.start).astype("timedelta64[s]") > np.timedelta64(
        int(units.seconds_from_hours(longest_h)), "s"
    )
    usable = lacking & ~np.isnat(after) & ~far & (after > time.start)
    notes.rows("status rows ended by the unit's next row", usable, "they last until then")
    notes.rows("status rows that nothing ends", lacking & ~usable, "left out")
    said.append("A status without an end lasts until the unit's next status.")
    return Stretches(time.start, np.where(usable, after, time.end))


def without_overlap(
    who: pd.Series, start: Moments, end: Moments, notes: Notes, what: str
) -> tuple[Moments, Moments]:
    """Let no time of one person or unit count twice: a row begins where the rows before it have ended."""
    order = pd.DataFrame({"who": who.to_numpy(), "start": start, "end": end, "k": np.arange(len(who))})
    order = order.sort_values(["who", "start", "end"], kind="stable")
    reached = order.groupby("who", sort=False)["end"].cummax()
    before = reached.groupby(order["who"], sort=False).shift(1)
    begin = order["start"].where(before.isna() | (before <= order["start"]), before)
    begin = begin.where(begin <= order["end"], order["end"])
    cut = (begin > order["start"]).to_numpy()
    lost_h = units.hours(float((begin - order["start"]).dt.total_seconds().sum()))
    notes.add(
        f"{what} rows that overlap another of the same key",
        int(cut.sum()),
        len(who),
        f"the time in both counts once: {lost_h:,.1f} hours less",
    )
    new_start, new_end = start.copy(), end.copy()
    new_start[order["k"].to_numpy()] = begin.to_numpy().astype("datetime64[s]")
    return new_start, new_end
