"""XLSX by openpyxl, values only: sizes capped, no macros, no links to other files, no entities."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from optimiser.data.read_csv import MOST_COLUMNS, clean_name
from optimiser.data.table import Columns, Repair, Table, chosen
from optimiser.data.text_file import MOST_BYTES, raw_bytes
from optimiser.errors import InputError

MOST_MEMBERS = 2000
MOST_RATIO = 200.0
MOST_ROWS = 1_048_576
_RATIO_FREE_BYTES = 16 * 2**20
_ENTITY = (b"<!DOCTYPE", b"<!ENTITY")


def read_xlsx(
    path: Path, columns: Columns, *, sheet: str | None = None, most_bytes: int = MOST_BYTES
) -> Table:
    """Read one sheet of a workbook; see :func:`optimiser.data.read.read_table`."""
    import openpyxl

    raw = _inspect(path, most_bytes)
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise _damaged(path, error) from error
    try:
        names = [s.title for s in book.worksheets]
        if not names:
            raise InputError(f"{path} holds no sheet with cells.")
        if sheet is not None and sheet not in names:
            raise InputError(f"{path} has no sheet {sheet!r}; it has {', '.join(names)}.")
        shown = sheet if sheet is not None else names[0]
        book[
            shown
        ].reset_dimensions()  # a stated size pads every row, and one stray format states the largest
        rows = book[shown].iter_rows(values_only=True, max_row=MOST_ROWS)
        table = _table(path, _read(path, rows), columns, most_bytes)
    finally:
        book.close()
    others = [s for s in names if s != shown]
    if others:
        note = Repair("further sheets", len(others), f"only sheet {shown!r} was read")
        return Table(path, table.header, table.frame, table.lines, (*table.repairs, note), table.date_columns)
    return table


def _damaged(path: Path, error: Exception) -> InputError:
    reason = str(error).partition("\n")[0]
    return InputError(f"{path} is damaged or no workbook: {reason}. Save it again as .xlsx.")


def _read(path: Path, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Pass rows on; whatever the library meets in a damaged sheet is the file's fault."""
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise _damaged(path, error) from error
        yield row


def _inspect(path: Path, most_bytes: int) -> bytes:
    raw = raw_bytes(path, most_bytes)
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"{path} is encrypted or an old Excel file. Save it as .xlsx without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise InputError(
                    f"{path} holds {len(members):,} parts, more than {MOST_MEMBERS:,}: no honest workbook."
                )
            total = sum(m.file_size for m in members)
            if total > most_bytes or total > max(len(raw) * MOST_RATIO, _RATIO_FREE_BYTES):
                raise InputError(
                    f"{path} has {len(raw):,} bytes and unpacks to {total:,}: no honest workbook."
                )
            names = [m.filename.lower() for m in members]
            if any("vbaproject" in n for n in names):
                raise InputError(f"{path} holds macros. Save it as a workbook without macros (.xlsx).")
            if any("externallink" in n for n in names):
                raise InputError(
                    f"{path} links to other workbooks. Break the links (Data, Edit Links) and save again."
                )
            if not any(n.startswith("xl/") for n in names):
                raise InputError(f"{path} is a zip archive, not a workbook.")
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        head = part.read(4096)
                    if any(e in head for e in _ENTITY):
                        raise InputError(
                            f"{path}: {member.filename} declares XML entities. That is not Excel's work."
                        )
    except (zipfile.BadZipFile, RuntimeError, zlib.error, EOFError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} is not a workbook, is damaged, or has a password: {error}. Save it again as .xlsx."
        ) from error
    return raw


def _table(path: Path, rows: Iterator[tuple[Any, ...]], columns: Columns, most_bytes: int) -> Table:
    header: list[str] = []
    keep: list[int] = []
    cells: list[list[str]] = []
    lines: list[int] = []
    dates: set[str] = set()
    blank = size = 0
    for line, row in enumerate(rows, start=1):
        if all(v is None or v == "" for v in row):
            blank += 1
            continue
        if not header:
            header = _header(path, line, row)
            wanted = chosen(columns, tuple(h for h in header if h))
            keep = [k for k, n in enumerate(header) if n and n in wanted]
            cells = [[] for _ in keep]
            continue
        lines.append(line)
        for column, k in zip(cells, keep, strict=True):
            value = row[k] if k < len(row) else None
            if isinstance(value, (dt.datetime, dt.date)):
                dates.add(header[k])
            text = as_text(value)
            size += len(text)
            column.append(text)
        if size > most_bytes:  # one long text that a million cells share takes no room in the file
            raise InputError(
                f"{path} unpacks to more than the {most_bytes:,} characters allowed. Split it by month."
            )
    if not lines:
        raise InputError(f"{path} has no rows below its header." if header else f"{path} is an empty sheet.")
    frame = pd.DataFrame({header[k]: pd.Series(c, dtype="str") for k, c in zip(keep, cells, strict=True)})
    repairs = [Repair("blank rows", blank, "skipped")] if blank else []
    return Table(
        path,
        tuple(h for h in header if h),
        frame,
        np.array(lines, np.int64),
        tuple(repairs),
        frozenset(dates),
    )


def _header(path: Path, line: int, row: tuple[Any, ...]) -> list[str]:
    names = [clean_name(as_text(v)) for v in row]
    if len(names) > MOST_COLUMNS:
        raise InputError(f"{path}, row {line}: {len(names):,} columns, more than {MOST_COLUMNS:,}.")
    wrong = [as_text(v) for v in row if v is not None and not isinstance(v, str)]
    if wrong:
        raise InputError(
            f"{path}, row {line}: {wrong[0]!r} is a value, not a column name. The sheet needs a header row."
        )
    doubled = sorted({n for n in names if n and names.count(n) > 1})
    if doubled:
        raise InputError(f"{path}, row {line}: column {', '.join(doubled)} stands twice. Rename one of them.")
    return names


def as_text(value: Any) -> str:
    """Return a cell as the text a person would type: whole numbers without a point, ISO dates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.timedelta):
        return str(value.total_seconds())
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
