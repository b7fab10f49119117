"""A workbook whose cells are typed: ids stay text, numbers stay numbers, and no text can become a formula."""

from __future__ import annotations

import io
import math
import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from optimiser.report.extras import need
from optimiser.report.sheet import write_bytes

NOTES = "Notes"
_MOST_NAME = 31
_MOST_TEXT = 32_767
_MOST_ROWS = 1_048_575
_WIDEST, _NARROWEST = 60, 7
_LOOKED_AT = 500
_FRACTIONS = re.compile(r"(_frac|share|percent|deviation)", re.IGNORECASE)
_FORMATS = (
    (_FRACTIONS, "0.0 %"),
    (re.compile(r"(_min\b|minutes)", re.IGNORECASE), "#,##0.0"),
    (re.compile(r"(_h\b|hours)", re.IGNORECASE), "#,##0.0"),
)


def write_workbook(
    path: Path,
    sheets: Mapping[str, Any],
    notes: Sequence[str] | Mapping[str, str] = (),
    *,
    percent_columns: Iterable[str] = (),
) -> Path:
    """Write sheets of rows and a sheet of notes; the file is there whole or not at all.

    Parameters
    ----------
    path
        ``.xlsx`` file.
    sheets
        By sheet name: rows as dicts (columns in order of first appearance), or a table with
        ``to_dict("records")`` such as a pandas DataFrame.
    notes
        Sentences, or heading to text: assumptions, the bound, where the numbers come from. They open the file.
    percent_columns
        Columns of fractions to show as percent, besides those named share, percent, deviation or ``_frac``.

    Notes
    -----
    Text is only ever written as a text cell: one that begins with ``= + - @``, tab or return stays text, for
    Excel never evaluates a text cell. Negative numbers are number cells. Infinite and missing numbers are
    left empty.

    Raises
    ------
    OptimiserError
        If xlsxwriter is not installed.
    """
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    book = need("xlsxwriter").Workbook(buffer, options)
    styles = _Styles(book)
    used: set[str] = set()
    if notes:
        _write_notes(book.add_worksheet(sheet_name(NOTES, used)), notes, styles)
    as_percent = frozenset(percent_columns)
    for name, content in sheets.items():
        _write_rows(book.add_worksheet(sheet_name(name, used)), _records(content), styles, as_percent)
    if not used:
        book.add_worksheet(sheet_name("Empty", used))
    book.close()
    write_bytes(path, buffer.getvalue())
    return path


class _Styles:
    """The workbook's cell formats, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        self.head = book.add_format(
            {
                "bold": True,
                "bottom": 1,
                "bg_color": "#E9EDF1",
                "text_wrap": True,
                "valign": "top",
                "num_format": "@",
            }
        )
        self.text = self.of("@")
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.strong = book.add_format({"bold": True, "valign": "top", "num_format": "@"})

    def of(self, number_format: str) -> Any:
        if number_format not in self._made:
            self._made[number_format] = self._book.add_format({"num_format": number_format})
        return self._made[number_format]


def holds_fractions(column: str) -> bool:
    """Return whether a column of that name holds fractions, shown as percent."""
    return _FRACTIONS.search(column) is not None


def sheet_name(name: str, used: set[str]) -> str:
    """Return a name Excel takes, not yet in ``used`` (case does not count), and add it there."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip(" '") or "Sheet"
    clean = "History " if clean.casefold() == "history" else clean
    candidate, k = clean[:_MOST_NAME], 2
    while candidate.casefold() in used:
        tail = f" {k}"
        candidate, k = clean[: _MOST_NAME - len(tail)] + tail, k + 1
    used.add(candidate.casefold())
    return candidate


def _records(content: Any) -> list[Mapping[str, Any]]:
    if hasattr(content, "to_dict"):
        return list(content.to_dict("records"))
    return list(content)


def _write_rows(
    sheet: Any, rows: list[Mapping[str, Any]], styles: _Styles, as_percent: frozenset[str]
) -> None:
    columns = list(dict.fromkeys(str(c) for row in rows for c in row))
    if not columns:
        _text(sheet, 0, 0, "nothing to list", styles.text)
        return
    for c, name in enumerate(columns):
        _text(sheet, 0, c, name, styles.head)
        values = [row.get(name) for row in rows]
        number_format = _number_format(name, values, percent=name in as_percent)
        for r, value in enumerate(values[:_MOST_ROWS], start=1):
            _cell(sheet, r, c, value, number_format, styles)
        sheet.set_column(c, c, _width(name, values, number_format))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, min(len(rows), _MOST_ROWS), len(columns) - 1)


def _write_notes(sheet: Any, notes: Sequence[str] | Mapping[str, str], styles: _Styles) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 110)
    if isinstance(notes, Mapping):
        for r, (heading, text) in enumerate(notes.items()):
            _text(sheet, r, 0, str(heading), styles.strong)
            _text(sheet, r, 1, str(text), styles.wrapped)
        return
    for r, text in enumerate(notes):
        _text(sheet, r, 1, str(text), styles.wrapped)


def _cell(sheet: Any, row: int, column: int, value: Any, number_format: str, styles: _Styles) -> None:
    if value is None:
        return
    if type(value).__name__ in ("bool", "bool_"):
        sheet.write_boolean(row, column, bool(value), styles.of("General"))
    elif isinstance(value, numbers.Real):
        if math.isfinite(float(value)):
            sheet.write_number(row, column, float(value), styles.of(number_format))
    elif isinstance(value, (datetime, date)):
        if value == value:  # a missing time is unequal to itself
            _date(sheet, row, column, value, styles)
    else:
        _text(sheet, row, column, str(value), styles.text)


def _date(sheet: Any, row: int, column: int, value: date, styles: _Styles) -> None:
    if isinstance(value, datetime):
        if value.tzinfo is not None:  # Excel has no zones: text keeps the offset
            _text(sheet, row, column, value.isoformat(sep=" ", timespec="seconds"), styles.text)
            return
        sheet.write_datetime(row, column, value, styles.of("yyyy-mm-dd hh:mm"))
        return
    sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), styles.of("yyyy-mm-dd"))


def _text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Write a text cell, whatever it begins with; characters that a workbook cannot hold are left out."""
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)[:_MOST_TEXT]
    sheet.write_string(row, column, clean, style)


def _number_format(name: str, values: list[Any], *, percent: bool) -> str:
    if percent:
        return "0.0 %"
    for pattern, number_format in _FORMATS:
        if pattern.search(name):
            return number_format
    whole = all(
        float(v).is_integer() for v in values if isinstance(v, numbers.Real) and math.isfinite(float(v))
    )
    return "#,##0" if whole else "#,##0.00"


def _width(name: str, values: list[Any], number_format: str) -> float:
    def length(value: Any) -> int:
        if isinstance(value, numbers.Real):
            return len(f"{float(value):,.1f}") + number_format.count("%")
        return 0 if value is None else max((len(line) for line in str(value).splitlines()), default=0)

    longest = max((length(v) for v in values[:_LOOKED_AT]), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + 2, min(len(name), 24) + 3))
