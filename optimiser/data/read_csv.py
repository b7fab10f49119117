"""CSV as it really comes: separators, stray lines, ragged rows, cut files. Nothing is turned into a number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.data.table import Columns, Repair, Table, chosen, some_lines
from optimiser.data.text_file import MOST_BYTES, decode, read_bytes, refuse_container
from optimiser.errors import InputError

SEPARATORS = (",", ";", "\t", "|")
MOST_COLUMNS = 2000
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
    path: Path, columns: Columns, *, drop_cut_row: bool = False, most_bytes: int = MOST_BYTES
) -> Table:
    """Read a text table; see :func:`optimiser.data.read.read_table`."""
    raw = read_bytes(path, most_bytes=most_bytes)
    refuse_container(path, raw)
    text, repairs = decode(path, raw)
    del raw
    strays = _Strays()
    records = _records(path, text, strays, drop_cut_row=drop_cut_row)
    header_line, header = next(records, (0, []))
    if not any(header):
        raise InputError(f"{path} has no header row.")
    header = _checked_header(path, header_line, header)
    wanted = chosen(columns, tuple(h for h in header if h))
    keep = [k for k, name in enumerate(header) if name and name in wanted]
    cells: list[list[str]] = [[] for _ in keep]
    lines = _fill(records, len(header), keep, cells, strays)
    if not lines:
        raise InputError(f"{path} has a header and no rows. Export the table again.")
    frame = pd.DataFrame({header[k]: pd.Series(c, dtype="str") for k, c in zip(keep, cells, strict=True)})
    return Table(
        path, tuple(h for h in header if h), frame, np.array(lines, np.int64), (*repairs, *strays.repairs())
    )


def _fill(
    records: Iterator[tuple[int, list[str]]],
    width: int,
    keep: list[int],
    cells: list[list[str]],
    strays: _Strays,
) -> list[int]:
    lines = []
    for line, row in records:
        if len(row) != width:
            if len(row) == width + 1 and not row[-1].strip():
                strays.trailing += 1
            elif len(row) == 1 and row[0].startswith("#"):
                strays.comment.append(line)
                continue
            else:
                (strays.short if len(row) < width else strays.long).append(line)
                continue
        if not any(map(str.strip, row)):
            strays.blank += 1
            continue
        lines.append(line)
        for column, k in zip(cells, keep, strict=True):
            column.append(row[k])
    return lines


def _records(
    path: Path, text: str, strays: _Strays, *, drop_cut_row: bool
) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, cells) of each record; blank lines are counted and left out."""
    skipped = 0
    stream = io.StringIO(text, newline="")
    start = 0
    while True:
        head = stream.readline()
        if head and (not head.strip() or head.startswith("#")):
            skipped += 1
            strays.comment += [skipped] if head.startswith("#") else []
            strays.blank += 0 if head.startswith("#") else 1
            start = stream.tell()
            continue
        break
    stream.seek(start)
    reader = csv.reader(stream, delimiter=_separator(head), strict=True)
    last = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first = skipped + last + 1
            if "unexpected end of data" in str(error):
                if drop_cut_row:
                    strays.cut.append(first)
                    return
                raise InputError(
                    f"{path}, line {first}: a quoted cell opens here and is not closed before the end of the file. "
                    f"If the file was cut off, fetch it again or drop the cut row (drop_cut_row = true)."
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
