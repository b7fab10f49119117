"""CSV as it really comes: separators, stray lines, ragged rows, cut files. Nothing is turned into a number."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.table import Columns, Repair, Table, chosen, some_lines
from optimiser.data.text_file import MOST_BYTES, decode, read_bytes, refuse_container
from optimiser.errors import InputError

SEPARATORS = (",", ";", "\t", "|")
MOST_COLUMNS = 2000
_CHUNK_ROWS = 100_000
_LONGEST_CUT = 50
_SEP_LINE = re.compile(r'"?sep=([,;\t|])"?\s*$', re.IGNORECASE)
_VALUE = re.compile(r"[-+]?[\d.,]+$|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$|\d{1,2}:\d{2}(:\d{2})?$")


@dataclass
class _Strays:
    """Lines that are not plain rows, by kind."""

    short: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    comment: list[int] = field(default_factory=list)
    blank: int = 0
    trailing: int = 0
    cut: list[int] = field(default_factory=list)
    fill_up: bool = False  # a short row gets empty cells instead of being set aside
    first_odd: tuple[int, int] = (0, 0)  # line and number of cells of the first row set aside

    def repairs(self) -> list[Repair]:
        """Say what was done to them."""
        aside = "row set aside: its cells cannot be told apart"
        found = [
            Repair("rows with too few cells", len(self.short), aside, some_lines(self.short), set_aside=True),
            Repair("rows with too many cells", len(self.long), aside, some_lines(self.long), set_aside=True),
            Repair("comment lines", len(self.comment), "skipped", some_lines(self.comment)),
            Repair("blank rows", self.blank, "skipped"),
            Repair("rows ending in a separator", self.trailing, "the empty last cell was left out"),
            Repair(
                "last row cut off inside a cell",
                len(self.cut),
                "row dropped",
                some_lines(self.cut),
                set_aside=True,
            ),
        ]
        return [r for r in found if r.count]


def read_csv(
    path: Path,
    columns: Columns,
    *,
    drop_cut_row: bool = False,
    by_hand: bool = False,
    most_bytes: int = MOST_BYTES,
) -> Table:
    """Read a text table; see :func:`optimiser.data.read.read_table`."""
    raw = read_bytes(path, most_bytes=most_bytes)
    refuse_container(path, raw)
    text, repairs = decode(path, raw)
    del raw
    # bytes, not a stream of text: that would hold four bytes for every character
    stream = io.TextIOWrapper(io.BytesIO(text.encode("utf-8")), encoding="utf-8", newline="")
    del text
    strays = _Strays(fill_up=by_hand)
    records = _records(path, stream, strays, drop_cut_row=drop_cut_row)
    header_line, header = next(records, (0, []))
    if not any(header):
        raise InputError(f"{path} has no header row.")
    header = _checked_header(path, header_line, header)
    wanted = chosen(columns, tuple(h for h in header if h))
    keep = [k for k, name in enumerate(header) if name and name in wanted]
    frame, lines = _filled(records, header, keep, strays)
    if not len(lines) and not (by_hand and not strays.first_odd[0]):
        raise InputError(_no_rows(path, header_line, len(header), strays))
    return Table(path, tuple(h for h in header if h), frame, lines, (*repairs, *strays.repairs()))


def _no_rows(path: Path, header_line: int, width: int, strays: _Strays) -> str:
    line, cells = strays.first_odd
    if not line:
        return f"{path} has a header and no rows. Export the table again."
    return (
        f"{path}: the header in line {header_line} has {width} cells, line {line} has {cells}, and no row below has as "
        f"many as the header. Take out what stands above the header, or export the table again."
    )


def _filled(
    records: Iterator[tuple[int, list[str]]], header: list[str], keep: list[int], strays: _Strays
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the rows as columns of text, and their lines; made in chunks, for cells alone are many times larger."""
    lines: list[NDArray[np.int64]] = []
    chunks: list[pd.DataFrame] = []
    while True:
        cells: list[list[str]] = [[] for _ in keep]
        found = _fill(itertools.islice(records, _CHUNK_ROWS), len(header), keep, cells, strays)
        if found is None:
            break
        columns = {header[k]: pd.Series(c, dtype="str") for k, c in zip(keep, cells, strict=True)}
        chunks.append(pd.DataFrame(columns, index=range(len(found))))
        lines.append(np.array(found, np.int64))
    empty = pd.DataFrame({header[k]: pd.Series([], dtype="str") for k in keep})
    frame = pd.concat(chunks, ignore_index=True) if chunks else empty
    return frame, np.concatenate(lines) if lines else np.zeros(0, np.int64)


def _fill(
    records: Iterator[tuple[int, list[str]]],
    width: int,
    keep: list[int],
    cells: list[list[str]],
    strays: _Strays,
) -> list[int] | None:
    """Sort the records into cells and strays; return the lines of the rows kept, None where there is no record."""
    lines = []
    seen = False
    for line, row in records:
        seen = True
        if strays.fill_up and len(row) < width and not row[0].startswith("#"):
            row = [*row, *[""] * (width - len(row))]
        if len(row) != width:
            if len(row) == width + 1 and not row[-1].strip():
                strays.trailing += 1
            elif len(row) == 1 and row[0].startswith("#"):
                strays.comment.append(line)
                continue
            else:
                (strays.short if len(row) < width else strays.long).append(line)
                strays.first_odd = strays.first_odd if strays.first_odd[0] else (line, len(row))
                continue
        if not any(map(str.strip, row)):
            strays.blank += 1
            continue
        lines.append(line)
        for column, k in zip(cells, keep, strict=True):
            column.append(row[k])
    return lines if seen else None


def _records(
    path: Path, stream: TextIO, strays: _Strays, *, drop_cut_row: bool
) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, cells) of each record; blank lines are counted and left out."""
    skipped = 0
    start = 0
    stated = None
    while True:
        head = stream.readline()
        if head and (not head.strip() or head.startswith("#")):
            skipped += 1
            strays.comment += [skipped] if head.startswith("#") else []
            strays.blank += 0 if head.startswith("#") else 1
            start = stream.tell()
            continue
        if skipped == 0 and (stated := _SEP_LINE.match(head)):  # Excel's own way to name the separator
            skipped, start = 1, stream.tell()
            continue
        break
    stream.seek(start)
    reader = csv.reader(stream, delimiter=stated[1] if stated else _separator(head), strict=True)
    last = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first = skipped + last + 1
            if "unexpected end of data" in str(error):
                n_lines = reader.line_num - last
                if drop_cut_row and n_lines <= _LONGEST_CUT:
                    strays.cut.append(first)
                    return
                remedy = (
                    "If the file was cut off, fetch it again or drop the cut row (drop_cut_row = true)."
                    if n_lines <= _LONGEST_CUT
                    else f"It takes in {n_lines:,} lines, which is no cut row: close the quote."
                )
                raise InputError(
                    f"{path}, line {first}: a quoted cell opens here and is not closed before the end of the file. "
                    f"{remedy}"
                ) from error
            raise InputError(
                f"{path}, line {first}: {error}. Cells that hold quotes must double them; export the table again."
            ) from error
        first, last = skipped + last + 1, reader.line_num
        if row:
            yield first, row
        else:
            strays.blank += 1


def _separator(head: str) -> str:
    bare = re.sub(r'"[^"]*"', "", head)
    counts = {s: bare.count(s) for s in SEPARATORS}
    best = max(counts, key=lambda s: counts[s])
    return best if counts[best] else ","


def _checked_header(path: Path, line: int, header: list[str]) -> list[str]:
    names = [clean_name(h) for h in header]
    if len(names) > MOST_COLUMNS:
        raise InputError(
            f"{path}, line {line}: {len(names):,} columns, more than {MOST_COLUMNS:,}. That is no call table."
        )
    values = [n for n in names if _VALUE.match(n)]
    if values:
        raise InputError(
            f"{path}, line {line}: {values[0]!r} is a value, not a column name. The table needs a header row."
        )
    doubled = sorted({n for n in names if n and names.count(n) > 1})
    if doubled:
        raise InputError(
            f"{path}, line {line}: column {', '.join(doubled)} stands twice. Rename one of them."
        )
    return names


def clean_name(name: str) -> str:
    """Return a column name without outer blanks, no-break spaces and marks."""
    return re.sub(
        r"\s+", " ", name.replace("\ufeff", "").replace("\u200b", "").replace("\u00a0", " ")
    ).strip()
