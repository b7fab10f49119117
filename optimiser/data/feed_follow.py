"""A feed that is still being written: what has come since it was last looked at, whole lines only.

The writer appends; nothing is locked and nothing is asked of it. A last line without its end is half written and
waits for the rest. A file that is not there, cannot be opened just now, or became shorter (it was begun anew) is told
once and looked at again next time. No line stops the others: what cannot be used is named, as in a finished feed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from optimiser.data.dispatch_feed import (
    COLUMNS,
    FAR_H,
    BadLine,
    CsvHead,
    FeedEvent,
    as_event,
    csv_head,
    csv_rows,
    json_rows,
    near_in_time,
    text_lines,
)
from optimiser.data.text_file import refuse_container
from optimiser.errors import InputError

MOST_AT_ONCE = 8 * 2**20
"""Bytes read at a time; the rest is read next time."""
MOST_LINE = 2**20
"""A line that is longer, in bytes, is no line of a feed; it is dropped up to its end."""
AGREE = 3
"""So many events in a row that lie together, far from those before, are no slip: the feed's day is theirs."""


@dataclass(frozen=True, slots=True)
class News:
    """Events that came, in the order of the file; lines left out; what is to be said of the file itself."""

    events: tuple[FeedEvent, ...] = ()
    bad: tuple[BadLine, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(eq=False)
class GrowingFeed:
    """A feed followed from its beginning.

    Parameters
    ----------
    path
        JSON lines, or CSV with a header; it need not be there yet.
    timezone
        Zone of the wall clock, to which times with an offset are converted.
    """

    path: Path
    timezone: str = "UTC"
    unknown_columns: set[str] = field(default_factory=set, init=False)
    _offset: int = field(default=0, init=False)
    _line: int = field(default=0, init=False)
    _rest: bytes = field(default=b"", init=False)
    _dropping: bool = field(default=False, init=False)
    _head: CsvHead | None = field(default=None, init=False)
    _begun: bool = field(default=False, init=False)
    _near: FeedEvent | None = field(default=None, init=False)
    _far: list[FeedEvent] = field(default_factory=list, init=False)
    _told: str = field(default="", init=False)

    def news(self) -> News:
        """Return what has come since the last time; nothing if nothing has.

        Raises
        ------
        InputError
            If the file is no text feed at all (a workbook, an archive, a table without the columns it needs).
        """
        raw, said = self._read()
        bad: list[BadLine] = []
        lines = self._whole_lines(raw, bad)
        found = self._events(lines, bad) if lines else []
        events = self._in_its_time(found, bad)
        bad.sort(key=lambda b: b.line)
        return News(tuple(events), tuple(bad), said)

    @property
    def half(self) -> str:
        """What is to be said of a last line without an end, "" if there is none."""
        if not self._rest.strip():
            return ""
        return f"line {self._line + 1}: it is only half written (it has no end of line); it is left out."

    def _read(self) -> tuple[bytes, tuple[str, ...]]:
        """Return the bytes that are new, and what is wrong with the file, told when it changes."""
        said = ""
        raw = b""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, 2)
                if size < self._offset:
                    said = "it became shorter: it was begun anew and is read from its beginning"
                    self._again()
                file.seek(self._offset)
                raw = file.read(MOST_AT_ONCE)
                if self._offset == 0:
                    _refuse_other(self.path, raw)
        except FileNotFoundError:
            said = "it is not there: waiting for it"
        except OSError as fault:  # for instance while the writer holds it
            said = f"it cannot be read just now ({fault.strerror or fault}): trying again"
        self._offset += len(raw)
        told, self._told = self._told, said
        return raw, (said,) if said and said != told else ()

    def _again(self) -> None:
        self._offset, self._line, self._rest, self._dropping = 0, 0, b"", False
        self._head, self._begun = None, False

    def _whole_lines(self, raw: bytes, bad: list[BadLine]) -> list[tuple[int, str]]:
        """Return the number and text of every line that is whole now; the half one is kept."""
        *whole, self._rest = (self._rest + raw).split(b"\n")
        first = self._line + 1
        self._line += len(whole)
        if self._dropping and whole:
            whole[0], self._dropping = b"", False
        if self._dropping or len(self._rest) > MOST_LINE:
            if not self._dropping:
                bad.append(BadLine(self._line + 1, f"it is longer than {MOST_LINE:,} bytes"))
            self._rest, self._dropping = b"", True
        if whole and first == 1 and whole[0].startswith(b"\xef\xbb\xbf"):
            whole[0] = whole[0][3:]
        return list(text_lines(whole, first, bad))

    def _events(self, lines: list[tuple[int, str]], bad: list[BadLine]) -> list[FeedEvent]:
        if not self._begun:
            if not lines[0][1].lstrip().startswith("{"):
                self._head = csv_head(self.path, lines[0][1])
                lines = lines[1:]
            self._begun = True
        rows = json_rows(lines, bad) if self._head is None else csv_rows(self._head, lines, bad)
        zone = ZoneInfo(self.timezone)
        found = []
        for line, row in rows:
            self.unknown_columns |= {k for k in row if k not in COLUMNS}
            event = as_event(line, {k: v for k, v in row.items() if k in COLUMNS and v}, zone)
            if isinstance(event, BadLine):
                bad.append(event)
            else:
                found.append(event)
        return found

    def _in_its_time(self, events: Iterable[FeedEvent], bad: list[BadLine]) -> list[FeedEvent]:
        """Leave out events whose time cannot be: one of another year would turn the clock for all that follow."""
        found = list(events)
        if self._near is None:
            kept = near_in_time(found, bad)
            self._near = kept[-1] if kept else None
            return kept
        kept = []
        for event in found:
            if _together(event, self._near):
                self._near, self._far = event, []
                kept.append(event)
                continue
            self._far = [e for e in self._far if _together(e, event)] + [event]
            if len(self._far) >= AGREE:
                self._near, self._far = event, []
                kept.append(event)
                continue
            what = f"its time {event.at} lies more than {FAR_H:g} hours from that of the event before, {self._near.at}"
            bad.append(BadLine(event.line, what))
        return kept


def _refuse_other(path: Path, raw: bytes) -> None:
    if raw[:2] == b"\x1f\x8b":
        raise InputError(
            f"{path} is packed (gzip): a packed feed cannot be followed. Follow the file itself."
        )
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        refuse_container(path, raw)


def _together(one: FeedEvent, other: FeedEvent) -> bool:
    return abs(one.at - other.at) <= timedelta(hours=FAR_H)
