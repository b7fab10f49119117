"""The workbook read back: types, ids, and no formula whatever the text."""

import math
from datetime import UTC, datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest

from optimiser.report.workbook import sheet_name, write_workbook

DANGEROUS = ["=1+1", "+1", "-x", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "{=1}", "http://x", "#N/A"]


def back(path):
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_never_becomes_a_formula(tmp_path, text):
    """In cells, in headers and in notes: a text cell ("s" or inline), never a formula ("f"), no link."""
    path = write_workbook(tmp_path / "a.xlsx", {"S": [{"id": text, text: 1}]}, [text])
    book = back(path)
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} <= {"s", "n"}
    assert all(c.hyperlink is None for c in cells)
    shown = text.replace("\r", "\n")
    assert book["S"]["A2"].value.replace("\r", "\n").replace("_x000D_", "\n").lstrip("\n") == shown.lstrip(
        "\n"
    )


def test_ids_keep_leading_zeros_and_letters(tmp_path):
    """007 and 2E14 stay text, in cells formatted as text."""
    path = write_workbook(tmp_path / "a.xlsx", {"S": [{"area_id": "007"}, {"area_id": "2E14"}]})
    sheet = back(path)["S"]
    assert [sheet["A2"].value, sheet["A3"].value] == ["007", "2E14"]
    assert {sheet["A2"].data_type, sheet["A3"].data_type} == {"s"}
    assert sheet["A2"].number_format == "@"


def test_numbers_stay_numbers(tmp_path):
    """Negative ones too; infinite and missing ones are empty; truth is truth."""
    rows = [
        {"a": -5, "b": -0.25, "deviation": -0.04, "c": math.inf, "d": math.nan, "e": None, "f": True},
        {
            "a": np.int64(7),
            "b": np.float32(0.5),
            "deviation": 0.1,
            "c": 1.5,
            "d": 2.0,
            "e": "x",
            "f": np.bool_(False),
        },
    ]
    sheet = back(write_workbook(tmp_path / "a.xlsx", {"S": rows}))["S"]
    first, second = ([c.value for c in row] for row in sheet.iter_rows(min_row=2))
    assert first == [-5, -0.25, -0.04, None, None, None, True]
    assert second == [7, 0.5, 0.1, 1.5, 2, "x", False]
    assert sheet["C2"].number_format == "0.0 %"


def test_a_data_frame_and_times(tmp_path):
    """A pandas table is taken; wall times are dates, times with a zone keep it as text."""
    frame = pd.DataFrame({"id": ["01"], "at": [datetime(2026, 3, 1, 7, 30)], "n": [3]})
    utc = [{"at": datetime(2026, 3, 1, 7, 30, tzinfo=UTC)}, {"at": pd.NaT}]
    book = back(write_workbook(tmp_path / "a.xlsx", {"F": frame, "U": utc}))
    assert book["F"]["A2"].value == "01"
    assert book["F"]["B2"].value == datetime(2026, 3, 1, 7, 30)
    assert book["U"]["A2"].value == "2026-03-01 07:30:00+00:00"
    assert book["U"]["A3"].value is None


def test_layout(tmp_path):
    """Frozen header, a filter, notes first, and columns as wide as what they hold."""
    path = write_workbook(
        tmp_path / "a.xlsx", {"S": [{"name": "x" * 30, "n": 1}]}, {"Bound": "at most 0.4 %"}
    )
    book = back(path)
    assert book.sheetnames == ["Notes", "S"]
    assert (book["Notes"]["A1"].value, book["Notes"]["B1"].value) == ("Bound", "at most 0.4 %")
    assert book["S"].freeze_panes == "A2"
    assert book["S"].auto_filter.ref == "A1:B2"
    assert book["S"].column_dimensions["A"].width > 30


def test_empty_sheets(tmp_path):
    """Nothing to list is said; no sheet at all still opens."""
    assert back(write_workbook(tmp_path / "a.xlsx", {"S": []}))["S"]["A1"].value == "nothing to list"
    assert len(back(write_workbook(tmp_path / "b.xlsx", {})).sheetnames) == 1


def test_sheet_names_are_made_valid_and_different():
    """Excel's own rules: 31 characters, no []:*?/\\, no apostrophe at the ends, case does not count."""
    used: set[str] = set()
    assert sheet_name("a/b:[c]*", used) == "a b  c"
    assert sheet_name("A B  C", used) == "A B  C 2"
    assert sheet_name("'", used) == "Sheet"
    assert sheet_name("history", used) == "History "
    assert len(sheet_name("x" * 40, used)) == 31
    assert sheet_name("x" * 40, used).endswith(" 2")


def test_the_file_is_there_whole_or_not_at_all(tmp_path):
    """A fault while writing leaves the old file and no scraps."""
    path = write_workbook(tmp_path / "a.xlsx", {"S": [{"n": 1}]})
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_workbook(path, {"S": [5]})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]
