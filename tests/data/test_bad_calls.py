"""A corpus of bad call files, each with its verdict: refused, rows set aside, or mended and counted.

The list follows the classes a real import meets: encodings, containers, rows, headers, ids, numbers, times, places.
"""

import gzip
import io
import zipfile

import openpyxl
import pandas as pd
import pytest

from optimiser.data.area_import import import_areas
from optimiser.data.call_units import UnitRoles
from optimiser.data.calls import CallSource, import_calls
from optimiser.data.columns_file import ColumnMap
from optimiser.data.plans import other_names
from optimiser.data.project import load
from optimiser.errors import InputError
from tests.data.made_up import AREA_IDS, HEADER, ROWS, ZONE, csv_text, make, write_squares

GOOD = csv_text()


def row(**changes):
    """The first good row with some cells changed, with an id of its own."""
    cells = dict(zip(HEADER.split(","), ROWS[0].split(","), strict=True)) | {"call_id": "x9"} | changes
    return ",".join(f'"{v}"' if "," in v or '"' in v or "\n" in v else v for v in cells.values())


def also(**changes):
    """The good table and one more row."""
    return csv_text(*ROWS, row(**changes))


def workbook(*rows, **members):
    """An XLSX of these rows; ``members`` adds parts to the archive."""
    book = openpyxl.Workbook()
    for r in rows or [HEADER.split(","), *(r.split(",") for r in ROWS)]:
        book.active.append(r)
    stream = io.BytesIO()
    book.save(stream)
    if members:
        with zipfile.ZipFile(stream, "a") as archive:
            for name, content in members.items():
                archive.writestr(name.replace("__", "/"), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def parquet(frame):
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


FRAME = pd.read_csv(io.StringIO(GOOD), dtype=str, keep_default_na=False)
DMY = csv_text("1,13/01/2025 10:00,A1", "2,01/13/2025 10:00,A1", header="call_id,received,area_id")
AMBIGUOUS = csv_text("1,03/04/2025 10:00,A1", "2,05/06/2025 10:00,A1", header="call_id,received,area_id")

REFUSED = {
    "3 UTF-16 without a mark": (GOOD.encode("utf-16-be"), "UTF-16 without a mark"),
    "6 two encodings": (
        also(call_type="\u00e9").encode() + row(call_type="\u00e9").encode("cp1252"),
        "two encodings",
    ),
    "7 null character": (GOOD.encode().replace(b"NOISE", b"NO\0SE"), "line 3: a null character"),
    "8 lone surrogate": (GOOD.encode().replace(b"NOISE", b"\xed\xa0\x80"), "surrogate"),
    "11 empty": (b"", "is empty"),
    "12 header only": ((HEADER + "\n").encode(), "no rows"),
    "13 no header": ("\n".join(ROWS).encode(), "needs a header row"),
    "15 too many columns": ((",".join(f"c{i}x" for i in range(3000)) + "\n1\n").encode(), "3,000 columns"),
    "16 a million characters in a cell": (also(call_type="a" * 10**6), "field larger"),
    "18 workbook named csv": (workbook(), "an Excel workbook"),
    "19 sign-in page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "20 JSON named csv": (b'{"type": "FeatureCollection"}', "is JSON"),
    "20b JSON list named csv": (b'[{"a": 1}]', "is JSON"),
    "20c Parquet named csv": (parquet(FRAME), "Parquet"),
    "22 unclosed quote": (GOOD.replace("NOISE", '"NOISE'), "line 3: a quoted cell opens here"),
    "22b quote inside a cell": (GOOD.replace("NOISE", '"NO"ISE'), "line 3"),
    "35 column twice": (GOOD.replace("cleared", "arrived"), "arrived stands twice"),
    "36 no time of receipt": (
        GOOD.replace("received", "foo"),
        "No column for the time received was recognised; found: call_id, foo, dispatched",
    ),
    "wrong columns": (
        "foo,bar\n1,2\n",
        "No column for the time received or the area was recognised; found: foo, bar. Name yours in columns.toml "
        "(--columns)",
    ),
    "44 label made a date": (also(area_id="01-Mar"), "Excel turned into a date"),
    "85 offsets on some": (also(received="2025-03-03 10:00:00Z"), "cannot be the same clock"),
    "86 day and month mixed": (DMY, "mixes day-month and month-day"),
    "87 day and month unclear": (AMBIGUOUS, 'Give date_order = "MDY" or "DMY"'),
    "88 Excel serial numbers": (csv_text("1,45719.5,A1", header="call_id,received,area_id"), "1904 system"),
    "90 epoch s and ms mixed": (
        csv_text("1,1741500000,A1", "2,1741500000000,A1", header="call_id,received,area_id"),
        "seconds and milliseconds",
    ),
    "quirk: date without time": (
        csv_text("1,2025-03-03,A1", header="call_id,received,area_id"),
        "no time of day",
    ),
    "quirk: time without date": (csv_text("1,10:30,A1", header="call_id,received,area_id"), "no date"),
    "all rows unreadable": (csv_text("1,foo,A1", header="call_id,received,area_id"), "not one row"),
    "all rows tests": (csv_text(row(call_type="TEST CALL")), "every row is a test"),
}

REFUSED_AS = {
    "143 cut parquet": (parquet(FRAME)[:-200], "calls.parquet", "damaged"),
    "144 nested parquet": (
        parquet(FRAME.assign(area_id=[["A1"]] * 4)),
        "calls.parquet",
        "nested",
    ),
    "CSV named parquet": (GOOD.encode(), "calls.parquet", "not a Parquet file"),
    "146 gzip bomb": (gzip.compress(b"a,b\n" + b"1,2\n" * 8_000_000), "calls.csv.gz", "no honest table"),
    "146b zip bomb": (workbook(xl__bomb="0" * 40_000_000), "calls.xlsx", "no honest workbook"),
    "149 encrypted workbook": (b"\xd0\xcf\x11\xe0" + b"0" * 600, "calls.xlsx", "encrypted"),
    "150 macros": (workbook(xl__vbaProject="x"), "calls.xlsx", "macros"),
    "150b xlsm": (workbook(), "calls.xlsm", "not read"),
    "151 links to other books": (workbook(xl__externalLinks__externalLink1="x"), "calls.xlsx", "links"),
    "entities": (
        workbook(**{"xl__evil.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
        "calls.xlsx",
        "entities",
    ),
    "zip named xlsx": (
        (lambda s: (zipfile.ZipFile(s, "w").close(), s.getvalue())[1])(io.BytesIO()),
        "calls.xlsx",
        "not a workbook",
    ),
    "cut gzip": (gzip.compress(GOOD.encode() * 50)[:-20], "calls.csv.gz", "damaged or cut"),
    "44b label cells are dates": (
        workbook(["call_id", "received", "area_id"], ["1", "2025-03-03 10:00", pd.Timestamp("2025-03-01")]),
        "calls.xlsx",
        "holds dates",
    ),
    "header of numbers": (workbook([1, 2, 3], [4, 5, 6]), "calls.xlsx", "a value, not a column name"),
    "unknown ending": (GOOD.encode(), "calls.dat", "a table is one of"),
}

# file, calls kept of 4 or 5, rule that must be counted ("" none), how often
KEPT = {
    "clean": (GOOD, 4, "", 0),
    "1 byte-order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 4, "encoding: byte-order mark", 1),
    "2 UTF-16 with mark": (GOOD.encode("utf-16"), 4, "encoding: UTF-16", 1),
    "4 cp1252 accents": (also(call_type="caf\u00e9").encode("cp1252"), 5, "encoding: not UTF-8", 1),
    "5 cp1252 dash": (also(call_type="a \u2013 b").encode("cp1252"), 5, "encoding: not UTF-8", 1),
    "9 CR line ends": (csv_text(end="\r"), 4, "", 0),
    "10 mixed line ends": (GOOD.replace("\n", "\r\n", 2), 4, "", 0),
    "17 gzip named csv": (gzip.compress(GOOD.encode()), 4, "", 0),
    "21 cut last line": (GOOD + "c5,2025-03-0", 4, "rows with too few cells", 1),
    "23 row too long": (
        GOOD + ROWS[0].replace("c1", "c7") + ",more,and more\n",
        4,
        "rows with too many cells",
        1,
    ),
    "24 row too short": (GOOD + "c5,2025-03-03 10:00:00\n", 4, "rows with too few cells", 1),
    "25 semicolons": (GOOD.replace(",", ";"), 4, "", 0),
    "26 tabs": (GOOD.replace(",", "\t"), 4, "", 0),
    "27 pipes": (GOOD.replace(",", "|"), 4, "", 0),
    "28 quoted line ends": (also(call_type="one\ntwo"), 5, "", 0),
    "29 trailing separators": (GOOD.replace("\n", ",\n"), 4, "", 0),
    "29b on rows only": (
        GOOD.replace("\n", ",\n").replace(",\n", "\n", 1),
        4,
        "rows ending in a separator",
        4,
    ),
    "30 comment lines": ("# export of today\n" + GOOD, 4, "comment lines", 1),
    "31 case of headers": (
        GOOD.replace("received", "RECEIVED_AT").replace("area_id", "Reporting Area"),
        4,
        "",
        0,
    ),
    "32 blanks in headers": (GOOD.replace("received,", " received ,"), 4, "", 0),
    "33 no-break space": (GOOD.replace("received,", "received\u00a0,"), 4, "", 0),
    "34 French headers": (
        GOOD.replace("received", "date_heure_appel").replace("area_id", "secteur"),
        4,
        "",
        0,
    ),
    "39 header of two rows": (csv_text("id,when,,,,,,where", *ROWS), 4, "received: not a date or time", 1),
    "40 blank header cell": (GOOD.replace("priority", ""), 4, "", 0),
    "41 same id, other contents": (also(call_id="c1", area_id="007"), 4, "calls whose id stands again", 1),
    "41b same row": (csv_text(*ROWS, ROWS[0]), 4, "rows that repeat another row", 1),
    "42 leading zeros": (also(area_id="007"), 5, "", 0),
    "43 2E14 is text": (also(area_id="2E14"), 5, "", 0),
    "45 NA is a code": (also(area_id="NA"), 5, "", 0),
    "47 huge id": (also(call_id="9" * 25), 5, "", 0),
    "48 trailing blank": (also(area_id="A1 "), 5, "", 0),
    "49 zero-width space": (also(area_id="\u200bA1"), 5, "", 0),
    "50 Cyrillic A": (also(area_id="\u04101"), 5, "calls whose label matches no area", 1),
    "51 emoji": (also(area_id="\U0001f693"), 5, "calls whose label matches no area", 1),
    "52 other case": (also(area_id="a1"), 5, "calls whose label differs by case only", 1),
    "53 unknown area": (also(area_id="Z9"), 5, "calls whose label matches no area", 1),
    "54 path as id": (also(area_id="../../etc/passwd"), 5, "calls whose label matches no area", 1),
    "55 SQL as type": (also(call_type="x'; drop table calls;--"), 5, "", 0),
    "56 script as type": (also(call_type="<script>alert(1)</script>"), 5, "", 0),
    "57 formula as type": (also(call_type="=1+1"), 5, "", 0),
    "61 no label": (also(area_id=""), 5, "calls with no area label", 1),
    "63 no time on scene": (also(cleared="2025-03-03 10:08:00"), 5, "calls with no time on scene", 1),
    "64 48 hours on scene": (also(cleared="2025-03-05 10:08:00"), 5, "calls longer than the cap", 1),
    "77 total row": (csv_text(*ROWS, "Total,4,,,,,,"), 4, "received: not a date or time", 1),
    "78 blank rows": (GOOD.replace("\n", "\n\n", 2) + ",,,,,,,\n", 4, "blank rows", 3),
    "81 hour clocks skipped": (also(received="2025-03-09 02:30:00"), 4, "received: a time clocks skipped", 1),
    "82 hour shown twice": (
        also(received="2024-11-03 01:30:00", dispatched="", arrived="", cleared=""),
        5,
        "received: a time clocks showed twice",
        1,
    ),
    "91 24:00": (also(cleared="2025-03-03 24:00"), 5, "cleared: 24:00", 1),
    "92 leap second": (also(cleared="2025-03-03 11:59:60"), 5, "cleared: second 60", 1),
    "93 29 February 2025": (also(received="2025-02-29 10:00:00"), 4, "received: no such day", 1),
    "94 year 0025": (also(received="0025-03-03 10:00:00"), 4, "received: implausible year", 1),
    "95 year 2125": (also(received="2125-03-03 10:00:00"), 4, "received: implausible year", 1),
    "95b 1900-01-01": (also(cleared="1900-01-01 00:00:00"), 5, "cleared: implausible year", 1),
    "hour 25": (also(cleared="2025-03-03 25:10"), 5, "cleared: no such time of day", 1),
    "96 arrival before receipt": (also(arrived="2025-03-03 09:00:00"), 5, "arrival before receipt", 1),
    "96b arrival before dispatch": (also(arrived="2025-03-03 10:01:00"), 5, "arrival before dispatch", 1),
    "97 clear before arrival": (also(cleared="2025-03-03 10:05:00"), 5, "clear before arrival", 1),
    "98 no arrival": (also(arrived=""), 5, "calls without a time of arrival", 1),
    "98b NULL as text": (also(arrived="NULL"), 5, "calls without a time of arrival", 1),
    "98c no clear": (also(cleared=""), 5, "calls without a time of clear", 1),
    "test call": (also(call_type="TEST - ignore"), 4, "test calls", 1),
    "duplicate call": (also(call_type="Duplicate Call"), 4, "duplicate calls", 1),
    "cancelled before dispatch": (
        also(call_type="CANCELLED", dispatched="", arrived="", cleared=""),
        4,
        "cancelled calls",
        1,
    ),
    "cancelled on the way is work": (also(call_type="CANCELLED", arrived=""), 5, "", 0),
    "months missing": (also(received="2025-06-03 10:00:00"), 5, "months without a call", 2),
}


def _refused(tmp_path, content, name, words):
    with pytest.raises(InputError) as refused:
        make(tmp_path, content, name)
    message = str(refused.value)
    assert words in message
    assert name in message
    assert [p.name for p in tmp_path.iterdir()] == ["raw"], "something was written"


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path, case):
    """Verdict R: one clear message that names the file, and nothing is written."""
    _refused(tmp_path, REFUSED[case][0], "calls.csv", REFUSED[case][1])


@pytest.mark.parametrize("case", REFUSED_AS)
def test_refused_by_kind(tmp_path, case):
    """Verdict R for the other containers."""
    _refused(tmp_path, *REFUSED_AS[case])


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """What an import of calls needs, made once."""
    areas = import_areas(
        write_squares(tmp_path_factory.mktemp("areas") / "areas.geojson"), crs="EPSG:32617"
    ).areas
    return CallSource(areas, other_names(areas), "EPSG:32617", ZONE, UnitRoles(), b"key" * 10)


@pytest.mark.parametrize("case", KEPT)
def test_kept_and_counted(tmp_path, source, case):
    """Verdicts Q and W: the good rows come in, and what was odd is counted under its rule; a clean file is quiet."""
    content, n_calls, rule, count = KEPT[case]
    path = tmp_path / "calls.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    imported = import_calls(path, ColumnMap(), source)
    assert len(imported.table) == n_calls
    if rule:
        assert [f.count for f in imported.findings if f.rule.startswith(rule)] == [count], imported.findings
    else:
        assert {f.rule for f in imported.findings} <= {"calls without a time of arrival"}, imported.findings
    assert imported.table["area_id"].isin(["", *AREA_IDS]).all()


def test_what_a_whole_import_adds(tmp_path):
    """Columns not understood, and priorities whose direction nobody has said, are in the project's report."""
    report = make(tmp_path, also(priority="TRUE").replace("call_type", "weather"))
    assert report.quality.by_rule("columns that were not understood").examples == ("weather",)
    assert report.quality.by_rule("priority codes").count == 5
    assert report.quality.by_rule("priority codes").red
    with pytest.raises(InputError, match="priority codes without a meaning"):
        load(tmp_path / "town").require_ready()


def test_no_label_is_an_area(tmp_path):
    """Labels of another map: red with two of them and an area id beside; with points that place the calls it is not."""
    header = "id,received,grid,longitude,latitude"
    labels = ("PN5", "PN2", "PN5", "PN7")
    rows = [f"{k},2025-03-03 1{k}:00:00,{v},," for k, v in enumerate(labels)]
    report = make(tmp_path, csv_text(*rows, header=header))
    found = report.quality.by_rule("calls whose label matches no area")
    assert found.red
    assert found.action == "None of the 3 labels (PN5, PN2 ...) is an area id; yours look like A1"
    assert report.quality.by_rule("calls in no area").action.endswith("mend the labels")
    placed = [r.replace(",,", ",-79.395,43.605") for r in rows]
    report = make(tmp_path, csv_text(*placed, header=header), again=True)
    found = report.quality.by_rule("calls whose label matches no area")
    assert (found.count, found.red) == (4, False)
    one_right = [rows[0].replace("PN5", "A1"), *rows[1:]]
    report = make(tmp_path, csv_text(*one_right, header=header), again=True)
    assert not report.quality.by_rule("calls whose label matches no area").red


def test_no_column_for_the_area(tmp_path):
    """Calls with a time alone come in, and the red finding says that no column was taken for the area."""
    report = make(tmp_path, csv_text("1,2025-03-03 10:00:00,X", header="id,received,foo"))
    found = report.quality.by_rule("calls in no area")
    assert found.red
    assert "no column for the area was recognised" in found.action


def test_good_numbers(tmp_path):
    """The clean table by hand: 10:00 to 10:38 Monday in A1 is 120 s, 360 s, 480 s, 1,800 s; busy 36 min."""
    make(tmp_path, GOOD, priority={"1": 1, "2": 2, "3": 3})
    project = load(tmp_path / "town")
    project.require_ready()
    first = project.calls.iloc[0]
    assert first[["dispatch_delay_s", "travel_s", "response_s", "on_scene_s", "unit_s"]].tolist() == [
        120.0, 360.0, 480.0, 1800.0, 2160.0,
    ]  # fmt: skip
    assert (first["area_id"], first["priority"], first["hour_of_week"]) == ("A1", 1, 10)
    assert str(first["received_at"]) == "2025-03-03 15:00:00+00:00"
    assert project.calls["area_id"].tolist() == ["A1", "007", "NA", "2E14"]


def test_a_cut_row_can_be_dropped(tmp_path):
    """A file cut off inside a cell is refused, and read once the planner says so in columns.toml."""
    cut = GOOD + 'c5,2025-03-03 10:00:00,,,,1,"cut he'
    columns = tmp_path / "columns.toml"
    columns.write_text("[calls]\ndrop_cut_row = true\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 6: a quoted cell opens here"):
        make(tmp_path, cut)
    report = make(tmp_path, cut, columns=columns)
    assert report.quality.by_rule("last row cut off").count == 1
    assert len(load(tmp_path / "town").calls) == 4


@pytest.mark.parametrize("kind", ["calls.parquet", "calls.xlsx", "calls.csv.gz"])
def test_every_container_gives_the_same_calls(tmp_path, kind):
    """Parquet, XLSX and CSV.gz give what the CSV gives, ids as text in all of them."""
    content = {
        "calls.parquet": parquet(FRAME.assign(received=pd.to_datetime(FRAME["received"]))),
        "calls.xlsx": workbook(),
        "calls.csv.gz": gzip.compress(GOOD.encode()),
    }[kind]
    make(tmp_path, content, kind)
    by_kind = load(tmp_path / "town").calls.drop(columns="call_id")
    (tmp_path / "csv").mkdir()
    make(tmp_path / "csv", GOOD)
    pd.testing.assert_frame_equal(by_kind, load(tmp_path / "csv" / "town").calls.drop(columns="call_id"))
