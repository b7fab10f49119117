"""Text tables for a dispatch system: rows to bytes by a template, and bytes back to rows, so that both can be compared.

Nothing is cut, squeezed or replaced to fit: a cell that does not fit its width, its letters or its layout is an error
that names the row, the value and the width, and no file is written.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from optimiser.errors import InputError
from optimiser.report.cad_template import FORMULA_STARTS, LINE_ENDS, CadColumn, CadTable
from optimiser.report.sheet import write_bytes

Row = Mapping[str, Any]
_MOST_NAMED = 20
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def written(path: Path, spec: CadTable, rows: Sequence[Row]) -> Path:
    """Write a table and read it back; the file is there whole, and says what it should, or not at all.

    Raises
    ------
    InputError
        As :func:`rendered`; or if what was read back differs, which would be this toolkit's fault.
    """
    content = rendered(spec, rows)
    wrong = differences(spec, rows, content)
    if wrong:
        raise InputError(f"{spec.file} does not read back as it was meant: {'; '.join(wrong[:5])}.")
    write_bytes(path, content)
    return path


def rendered(spec: CadTable, rows: Sequence[Row]) -> bytes:
    """Return the bytes of a table.

    Raises
    ------
    InputError
        Naming every cell that does not fit: its row, column, value, and the width or letters it breaks.
    """
    faults: list[str] = []
    lines = [
        [_cell(spec, c, _text(c, row), _where(row, k), faults) for c in spec.columns]
        for k, row in _numbered(rows)
    ]
    if spec.header:
        lines.insert(0, [_cell(spec, c, c.name, "header", faults, as_text=True) for c in spec.columns])
    if faults:
        more = f"; and {len(faults) - _MOST_NAMED} more" if len(faults) > _MOST_NAMED else ""
        raise InputError(
            f"{spec.file} ([{spec.key}] of the template): {'; '.join(faults[:_MOST_NAMED])}{more}."
        )
    end = LINE_ENDS[spec.line_end]
    if spec.form == "fixed":
        return "".join("".join(cells) + end for cells in lines).encode(spec.encoding)
    text = io.StringIO()
    style: Literal[0, 3] = csv.QUOTE_MINIMAL if spec.quote else csv.QUOTE_NONE
    writer = csv.writer(text, delimiter=spec.delimiter, lineterminator=end, quoting=style, quotechar='"')
    writer.writerows(lines)
    return text.getvalue().encode(spec.encoding)


def parsed(spec: CadTable, content: bytes) -> list[dict[str, str]]:
    """Read a table back: the text of each column by its name, padding taken off.

    Raises
    ------
    InputError
        If the content is not of the template: other letters, line ends, widths, columns or header.
    """
    end = LINE_ENDS[spec.line_end]
    cells = (
        _fixed_cells(spec, content, end.encode())
        if spec.form == "fixed"
        else _delimited_cells(spec, content, end)
    )
    if spec.header:
        names = [c.name for c in spec.columns]
        if not cells or cells[0] != names:
            raise InputError(
                f"{spec.file}, line 1: the header should be {names}, it is {cells[0] if cells else None}."
            )
        cells = cells[1:]
    return [dict(zip([c.name for c in spec.columns], line, strict=True)) for line in cells]


def differences(spec: CadTable, rows: Sequence[Row], content: bytes) -> list[str]:
    """Return where a table does not say what the rows say, in words; none if it does."""
    found = parsed(spec, content)
    if len(found) != len(rows):
        return [f"{len(found)} rows instead of {len(rows)}"]
    wrong = []
    for k, row in _numbered(rows):
        for c in spec.columns:
            text, wanted = found[k - 1][c.name], _text(c, row)
            if spec.formulas == "apostrophe" and text.startswith("'") and _is_formula(wanted):
                text = text[1:]
            same = _number(text) == _number(wanted) if c.is_number else text == wanted
            if not same:
                wrong.append(f"{_where(row, k)}, column {c.name}: {text!r} instead of {wanted!r}")
    return wrong


def _numbered(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    return list(enumerate(rows, start=1))


def _where(row: Row, k: int) -> str:
    """Name a row by its first cells, as a planner would."""
    names = [
        f"{name} {row[name]}"
        for name in ("piece", "area", "beat", "part", "cars")
        if row.get(name) not in (None, "")
    ]
    return f"row {k} ({', '.join(names)})"


def _text(c: CadColumn, row: Row) -> str:
    """Return a cell as text, not yet laid out."""
    if not c.source:
        return c.value
    value = row.get(c.source, "")
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, float):
        return f"{value:.{c.decimals}f}"
    return str(value)


def _cell(
    spec: CadTable, c: CadColumn, text: str, where: str, faults: list[str], *, as_text: bool = False
) -> str:
    """Lay out a cell, or note why it cannot be."""
    at = f"{where}, column {c.name}: {text!r}"
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        faults.append(f"{at} holds a control character")
        return ""
    if _is_formula(text) and spec.formulas != "keep" and not (c.is_number and not as_text):
        if spec.formulas == "refuse":
            faults.append(f"{at} reads like a formula; rename it, or set formulas to apostrophe or keep")
            return ""
        text = f"'{text}"
    try:
        size = len(text.encode(spec.encoding))
    except UnicodeEncodeError as error:
        faults.append(f"{at} has {text[error.start]!r}, which {spec.encoding} lacks")
        return ""
    if c.width and size > c.width:
        faults.append(f"{at} is {size} wide, the column {c.width}")
        return ""
    if spec.form == "delimited":
        if not spec.quote and (spec.delimiter in text or '"' in text):
            faults.append(f"{at} holds the delimiter or a quote; set quote = true or take another delimiter")
        return text
    padded = c.pad * (c.width - size)
    laid = text + padded if c.align == "left" else padded + text
    number = c.is_number and not as_text
    back = _stripped(c, laid)
    if not (_number(back) == _number(text) if number else back == text):
        side = "ends" if c.align == "left" else "begins"
        faults.append(
            f"{at} {side} with the padding {c.pad!r}, so it could not be read back; take another pad"
        )
    return laid


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet would run it (OWASP ASVS 1.2.10); a plain number is none."""
    return text.startswith(FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text)


def _number(text: str) -> float | str:
    """Return a number; an empty cell, or one padded away to nothing, is 0 only where it was written as a number."""
    try:
        return float(text)
    except ValueError:
        return 0.0 if text == "" else text


def _stripped(c: CadColumn, text: str) -> str:
    return text.rstrip(c.pad) if c.align == "left" else text.lstrip(c.pad)


def _fixed_cells(spec: CadTable, content: bytes, end: bytes) -> list[list[str]]:
    width = sum(c.width for c in spec.columns)
    lines = content.split(end)
    if lines.pop() != b"":
        raise InputError(f"{spec.file}: the last line does not end as the others ({spec.line_end}).")
    cells = []
    for number, line in enumerate(lines, start=1):
        if len(line) != width:
            raise InputError(
                f"{spec.file}, line {number}: {len(line)} wide, the columns are {width} together."
            )
        at, row = 0, []
        for c in spec.columns:
            row.append(_stripped(c, _decoded(spec, line[at : at + c.width], number)))
            at += c.width
        cells.append(row)
    return cells


def _delimited_cells(spec: CadTable, content: bytes, end: str) -> list[list[str]]:
    text = _decoded(spec, content, 0)
    if text and not text.endswith(end):
        raise InputError(f"{spec.file}: the last line does not end as the others ({spec.line_end}).")
    style: Literal[0, 3] = csv.QUOTE_MINIMAL if spec.quote else csv.QUOTE_NONE
    lines = text.removesuffix(end).split(end) if text else []
    reader = csv.reader(lines, delimiter=spec.delimiter, quoting=style, quotechar='"', strict=True)
    try:
        cells = list(reader)
    except csv.Error as error:
        raise InputError(f"{spec.file}, line {reader.line_num}: {error}.") from error
    for number, row in enumerate(cells, start=1):
        if len(row) != len(spec.columns):
            raise InputError(
                f"{spec.file}, line {number}: {len(row)} cells, the template has {len(spec.columns)}."
            )
    return cells


def _decoded(spec: CadTable, content: bytes, number: int) -> str:
    try:
        return content.decode(spec.encoding)
    except UnicodeDecodeError as error:
        where = f", line {number}" if number else ""
        raise InputError(f"{spec.file}{where} is not {spec.encoding}: {error.reason}.") from error
