"""Tables made to harm: bombs, damaged parts, wrong kinds. Each ends in one message that names the file, or is read."""

import io
import re
import zipfile

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from optimiser.data import read_csv as csv_reader
from optimiser.data.project import load
from optimiser.data.read import read_table
from optimiser.errors import InputError
from tests.data.made_up import HEADER, ROWS, csv_text, make

SHEET = "xl/worksheets/sheet1.xml"
CELLS = [HEADER.split(","), *(r.split(",") for r in ROWS)]


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def shared_parquet(n, text, column="call_id"):
    """A table of ``n`` rows that share one text: a few kilobytes, whatever ``n``."""
    one = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([text]))
    stream = io.BytesIO()
    pq.write_table(pa.table({column: one}), stream, compression="zstd")
    return stream.getvalue()


def workbook(change=lambda sheet: sheet):
    """An XLSX of the good calls whose sheet was tampered with."""
    book = openpyxl.Workbook()
    for row in CELLS:
        book.active.append(row)
    made, out = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == SHEET else content)
    return out.getvalue()


def with_cells(xml):
    """Return a change of the sheet that puts more cells in its last row."""
    return lambda sheet: sheet.replace(b"</sheetData>", xml.encode() + b"</sheetData>")


def test_parquet_bomb(tmp_path):
    """Two million rows of one text of 2,000 characters take 4 GB written out: counted before they are."""
    path = write(tmp_path / "calls.parquet", shared_parquet(2_000_000, "x" * 2000))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(InputError, match=r"calls\.parquet unpacks to more than"):
        read_table(path)
    assert read_table(write(tmp_path / "b.parquet", shared_parquet(1000, "x" * 20))).n_rows == 1000


def test_geoparquet_bomb(tmp_path):
    """The same for a map layer, whose every column is unpacked by the library."""
    from optimiser.data.layers import read_layer

    path = write(tmp_path / "areas.parquet", shared_parquet(1_000_000, "x" * 2000))
    with pytest.raises(InputError, match=r"areas\.parquet unpacks to more than"):
        read_layer(path)


def test_stored_calls_bomb(tmp_path):
    """A project folder that somebody sent is a file from outside as well."""
    make(tmp_path, csv_text())
    write(tmp_path / "town" / "calls.parquet", shared_parquet(2_000_000, "x" * 2000))
    with pytest.raises(InputError, match=r"calls\.parquet unpacks to more than"):
        load(tmp_path / "town")


def test_workbook_bomb(tmp_path):
    """A shared text costs nothing in the file: what is written out is counted."""
    path = tmp_path / "calls.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for k, row in enumerate([["call_id", "remark"], *[[f"c{k}", "y" * 1000] for k in range(300)]]):
            sheet.write_row(k, 0, row)
    assert read_table(path).n_rows == 300
    with pytest.raises(InputError, match="unpacks to more than the 100,000 characters"):
        read_table(path, most_bytes=100_000)


DAMAGED_BOOKS = {
    "cut sheet": workbook(lambda sheet: sheet[: len(sheet) // 2]),
    "column that is none": workbook(lambda sheet: sheet.replace(b'r="A2"', b'r="ZZZZZ2"')),
    "no number": workbook(with_cells('<row r="9"><c r="A9"><v>abc</v></c></row>')),
    "shared text that is not there": workbook(with_cells('<row r="9"><c r="A9" t="s"><v>9</v></c></row>')),
}


@pytest.mark.parametrize("case", DAMAGED_BOOKS)
def test_damaged_workbook(tmp_path, case):
    """What the library meets below the header is the file's fault, said in one line."""
    with pytest.raises(InputError, match=r"calls\.xlsx is damaged or no workbook") as refused:
        read_table(write(tmp_path / "calls.xlsx", DAMAGED_BOOKS[case]))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("flag", "words"), [(8, "password"), (10, "password")])
def test_workbook_that_cannot_be_unpacked(tmp_path, flag, words):
    """Members with a password (flag bit), or packed by a method nobody knows (99)."""
    raw = bytearray(workbook())
    for at in [m.start() for m in re.finditer(rb"PK\x01\x02", bytes(raw))]:
        raw[at + flag] = 1 if flag == 8 else 99
    for at in [m.start() for m in re.finditer(rb"PK\x03\x04", bytes(raw))]:
        raw[at + flag - 2] = 1 if flag == 8 else 99
    with pytest.raises(InputError, match=words):
        read_table(write(tmp_path / "calls.xlsx", bytes(raw)))


def test_workbook_with_a_stray_format_in_its_last_cell(tmp_path):
    """Excel then states a size of 16,384 columns and a million rows; the table is still the table."""
    size = b'<dimension ref="A1:XFD1048576"/>'
    raw = workbook(
        lambda sheet: with_cells('<row r="1048576"><c r="A1048576"/></row>')(
            re.sub(rb"<dimension[^>]*/>", size, sheet)
        )
    )
    table = read_table(write(tmp_path / "calls.xlsx", raw))
    assert table.header == tuple(CELLS[0])
    assert table.n_rows == len(ROWS)


def parquet(**columns):
    base = {
        "call_id": pa.array(["c1"]),
        "received": pa.array(["2025-03-03 10:00:00"]),
        "area_id": pa.array(["A1"]),
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(base | columns), stream)
    return stream.getvalue()


def test_times_beyond_the_calendar(tmp_path):
    """A time stamp of the year 148,000 is no time; it is not a crash either."""
    far = pa.array([2**62]).cast(pa.timestamp("us"))
    with pytest.raises(InputError, match="not one row says when"):
        make(tmp_path, parquet(received=far), "calls.parquet")


def test_parquet_text_that_is_no_text(tmp_path):
    """Bytes that are no UTF-8 under a column of text, and a column that stands twice."""
    bad = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 2], np.int32)), pa.py_buffer(b"\xff\xfe")]
    )
    with pytest.raises(InputError, match=r"calls\.parquet is damaged"):
        make(tmp_path, parquet(call_type=bad), "calls.parquet")
    twice = pa.Table.from_arrays([pa.array(["A1"])] * 2, names=["area_id", "area_id"])
    stream = io.BytesIO()
    pq.write_table(twice, stream)
    with pytest.raises(InputError, match="area_id stands twice"):
        make(tmp_path, stream.getvalue(), "calls.parquet")


def test_a_quote_that_swallows_the_file(tmp_path):
    """drop_cut_row drops a cut row, not the 100 good rows that an open quote takes in."""
    rows = [ROWS[0].replace("c1", f"c{k}") for k in range(200)]
    rows[99] = 'c99,2025-03-03 10:00:00,,,,1,"open,A1'
    columns = write(tmp_path / "columns.toml", "[calls]\ndrop_cut_row = true\n")
    with pytest.raises(InputError, match=r"line 101: .* takes in 101 lines, which is no cut row"):
        make(tmp_path, csv_text(*rows), columns=columns)


@pytest.mark.parametrize(
    ("above", "words"),
    [
        ("Calls of the year 2025\n", "the header in line 1 has 1 cells, line 2 has 8"),
        ("Calls,of the year,,\n", "the header in line 1 has 4 cells, line 2 has 8"),
    ],
)
def test_a_title_above_the_header(tmp_path, above, words):
    """What is wrong is the line above, not that there are no rows."""
    with pytest.raises(InputError, match=words):
        make(tmp_path, above + csv_text())


def test_excels_own_separator_line(tmp_path):
    """``sep=;`` in the first line names the separator; lines still count from 1."""
    path = write(tmp_path / "calls.csv", "sep=;\na;b\n1,5;2\n")
    table = read_table(path)
    assert table.header == ("a", "b")
    assert table.frame.iloc[0].tolist() == ["1,5", "2"]
    assert table.lines.tolist() == [3]


def test_rows_in_chunks(tmp_path, monkeypatch):
    """Rows read in chunks of three are the rows of the file, with their lines, strays among them."""
    monkeypatch.setattr(csv_reader, "_CHUNK_ROWS", 3)
    text = "a,b\n" + "".join(f"{k},x{k}\n" if k % 5 else f"{k}\n" for k in range(1, 20))
    table = read_table(write(tmp_path / "t.csv", text))
    assert table.frame["a"].tolist() == [str(k) for k in range(1, 20) if k % 5]
    assert table.lines.tolist() == [k + 1 for k in range(1, 20) if k % 5]
    assert [(r.rule, r.count) for r in table.repairs] == [("rows with too few cells", 3)]
