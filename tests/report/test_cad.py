"""Text tables for a dispatch system: bytes known to the letter, read back as written, refused where they would lie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from optimiser.errors import InputError
from optimiser.report.cad import differences, parsed, rendered, written
from optimiser.report.cad_template import CadColumn, CadTable, default_template, parse_template, read_template

ROOT = Path(__file__).resolve().parents[2]
FIXED = CadTable(
    key="nearest",
    table="nearest",
    file="N.TXT",
    form="fixed",
    encoding="ascii",
    header=False,
    columns=(
        CadColumn("TYPE", value="P", width=1),
        CadColumn("BEAT", "beat", width=4),
        CadColumn("FIRST", "nearest_1", width=4, align="right", pad="."),
        CadColumn("MIN", "drive_min_1", width=5, align="right", pad="0"),
    ),
)
ROWS = [
    {"beat": "007", "nearest_1": "12B", "drive_min_1": 4.26},
    {"beat": "2E14", "nearest_1": "7", "drive_min_1": 12.0},
]


def only(text: str) -> CadTable:
    (spec,) = parse_template(text, "t.toml")
    return spec


def test_fixed_width_to_the_letter():
    """Ids keep their zeros, padding stands where asked, lines end with CR LF."""
    assert rendered(FIXED, ROWS) == b"P007 .12B004.3\r\nP2E14...7012.0\r\n"
    assert parsed(FIXED, rendered(FIXED, ROWS))[0] == {
        "TYPE": "P",
        "BEAT": "007",
        "FIRST": "12B",
        "MIN": "4.3",
    }
    headed = replace(FIXED, header=True, line_end="lf", columns=FIXED.columns[1:2])
    assert rendered(headed, ROWS) == b"BEAT\n007 \n2E14\n"


def test_delimited_to_the_letter():
    """A delimiter of the template's own; what needs quotes gets them, or is refused where there are none."""
    spec = replace(FIXED, form="delimited", delimiter="|", header=True, encoding="utf-8", line_end="lf")
    rows = [
        {"beat": "A|1", "nearest_1": 'B"2', "drive_min_1": 1.0},
        {"beat": "Ä", "nearest_1": "", "drive_min_1": 0.04},
    ]
    plain = [CadColumn(c.name, c.source, c.value) for c in spec.columns]
    spec = replace(spec, columns=tuple(plain))
    text = 'TYPE|BEAT|FIRST|MIN\nP|"A|1"|"B""2"|1.0\nP|Ä||0.0\n'
    assert rendered(spec, rows).decode() == text
    assert differences(spec, rows, rendered(spec, rows)) == []
    with pytest.raises(InputError, match=r"row 1 \(beat A\|1\), column BEAT.*delimiter"):
        rendered(replace(spec, quote=False), rows)
    assert rendered(replace(spec, encoding="utf-8-sig"), rows).startswith(b"\xef\xbb\xbfTYPE")
    assert (
        differences(
            replace(spec, encoding="utf-8-sig"), rows, rendered(replace(spec, encoding="utf-8-sig"), rows)
        )
        == []
    )


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "cp850"])
@pytest.mark.parametrize("form", ["fixed", "delimited"])
def test_what_was_written_is_read_back(tmp_path, encoding, form):
    """Letters beyond ASCII, empty cells and numbers; a width counts bytes of the file."""
    spec = replace(
        FIXED, form=form, encoding=encoding, columns=tuple(replace(c, width=8) for c in FIXED.columns)
    )
    rows = [*ROWS, {"beat": "Süd", "nearest_1": "", "drive_min_1": 0.0}]
    path = written(tmp_path / "t.txt", spec, rows)
    assert differences(spec, rows, path.read_bytes()) == []
    if form == "fixed":
        assert {len(line) for line in path.read_bytes().split(b"\r\n")[:-1]} == {32}
    changed = path.read_bytes().replace(b"12B", b"12C")
    assert differences(spec, rows, changed) == ["row 1 (beat 007), column FIRST: '12C' instead of '12B'"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({"beat": "A-1204"}, r"row 1 \(beat A-1204\), column BEAT: 'A-1204' is 6 wide, the column 4"),
        ({"nearest_1": "Ä"}, "'Ä', which ascii lacks"),
        ({"nearest_1": ".7"}, "begins with the padding"),
        ({"beat": "7 "}, "ends with the padding"),
        ({"beat": "A\n"}, "control character"),
        ({"beat": "=1+1"}, "reads like a formula"),
        ({"beat": "@x"}, "reads like a formula"),
        ({"drive_min_1": 12345.0}, "is 7 wide, the column 5"),
    ],
)
def test_cells_that_do_not_fit(tmp_path, cell, said):
    """Row, column, value and limit are named; no file is left."""
    with pytest.raises(InputError, match=said):
        written(tmp_path / "t.txt", FIXED, [ROWS[0] | cell])
    assert list(tmp_path.iterdir()) == []


def test_all_faults_together():
    """Both wide ids are named at once, and the table of the template."""
    rows = [r | {"beat": f"TOOWIDE{k}"} for k, r in enumerate(ROWS)]
    with pytest.raises(InputError, match=r"N.TXT \(\[nearest\].*TOOWIDE0.*TOOWIDE1"):
        rendered(FIXED, rows)


def test_formulas():
    """A minus sign before a number is no formula; an apostrophe goes in and comes off again."""
    spec = replace(FIXED, form="delimited", columns=(CadColumn("BEAT", "beat"),))
    assert rendered(spec, [{"beat": "-5"}]) == b"-5\r\n"
    with pytest.raises(InputError, match="formula"):
        rendered(spec, [{"beat": "-5+cmd"}])
    marked = replace(spec, formulas="apostrophe")
    rows = [{"beat": "-5+cmd"}, {"beat": "'tis"}]
    assert rendered(marked, rows) == b"'-5+cmd\r\n'tis\r\n"
    assert differences(marked, rows, rendered(marked, rows)) == []
    assert rendered(replace(spec, formulas="keep"), rows[:1]) == b"-5+cmd\r\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"P007 .12B004.3\r\nP2E14...7012.0", "last line"),
        (b"P007 .12B004.30\r\n", "line 1: 15 wide, the columns are 14"),
        (b"P\xff07 .12B004.3\r\n", "is not ascii"),
    ],
)
def test_files_that_are_not_of_the_template(content, said):
    """Cut, widened or in other letters: named, never half read."""
    with pytest.raises(InputError, match=said):
        parsed(FIXED, content)


def test_delimited_files_that_are_not_of_the_template():
    """Another header, and a cell too many."""
    spec = replace(FIXED, form="delimited", header=True)
    with pytest.raises(InputError, match="header should be"):
        parsed(spec, b"TYPE,BEAT,SECOND,MIN\r\n")
    with pytest.raises(InputError, match="line 2: 5 cells"):
        parsed(spec, b"TYPE,BEAT,FIRST,MIN\r\nP,1,2,3,4\r\n")


COLUMN = 'columns = [{ name = "A", source = "area", width = 3 }]'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no table"),
        ("x = 1", "stands alone"),
        (f'[a]\ntable = "config"\nfile = "a"\n{COLUMN}', "table = 'config' is none of"),
        (f'[a]\ntable = "configuration"\n{COLUMN}', "lacks file"),
        (f'[a]\ntable = "configuration"\nfile = "../a"\n{COLUMN}', "no plain file name"),
        (f'[a]\ntable = "configuration"\nfile = "a"\nfrom = "fixed"\n{COLUMN}', "did you mean 'form'"),
        (f'[a]\ntable = "configuration"\nfile = "a"\ndelimiter = "||"\n{COLUMN}', "one character"),
        (f'[a]\ntable = "configuration"\nfile = "a"\nencoding = "utf-16"\n{COLUMN}', "encoding = 'utf-16'"),
        (f'[a]\ntable = "configuration"\nfile = "a"\nheader = "yes"\n{COLUMN}', "should be bool"),
        ('[a]\ntable = "configuration"\nfile = "a"', "needs columns"),
        ('[a]\ntable = "configuration"\nfile = "a"\ncolumns = [{ source = "aera" }]', "did you mean 'area'"),
        (
            '[a]\ntable = "configuration"\nfile = "a"\ncolumns = [{ name = "x" }]',
            "either a source or a value",
        ),
        ('[a]\ntable = "nearest"\nfile = "a"\ncolumns = [{ source = "nearest_0" }]', "no 'nearest_0'"),
        (
            '[a]\ntable = "nearest"\nform = "fixed"\nfile = "a"\ncolumns = [{ source = "beat" }]',
            "width = 0 should be 1",
        ),
        (
            '[a]\ntable = "nearest"\nfile = "a"\ncolumns = [{ source = "beat", width = "4" }]',
            "should be a whole number",
        ),
        (
            '[a]\ntable = "nearest"\nfile = "a"\ncolumns = [{ source = "beat", pad = "ab" }]',
            "one plain character",
        ),
        (
            '[a]\ntable = "nearest"\nfile = "a"\ncolumns = [{ source = "beat", align = "middle" }]',
            "neither left nor right",
        ),
        (
            '[a]\ntable = "nearest"\nfile = "a"\ncolumns = [{ name = "=A", source = "beat" }]',
            "reads like a formula",
        ),
        ("[a", "no TOML"),
    ],
)
def test_templates_that_cannot_be(text, said):
    """Every slip of a template is named with what would do."""
    with pytest.raises(InputError, match=said):
        parse_template(text, "t.toml")


def test_two_tables_in_one_file():
    """The second would overwrite the first."""
    one = f'table = "configuration"\nfile = "a.txt"\n{COLUMN}\n'
    with pytest.raises(InputError, match=r"written to the file 'a.txt'"):
        parse_template(f"[a]\n{one}[b]\n{one}".replace("a.txt", "A.txt", 1), "t.toml")


def test_templates_that_come_with_the_toolkit(tmp_path):
    """The default and the example are templates, and cover what their headings say."""
    assert {t.table for t in default_template()} == {"nearest", "folds", "configuration", "labels"}
    assert {t.form for t in read_template(ROOT / "examples" / "cad_fixed.toml")} == {"fixed", "delimited"}
    assert only(f'[a]\ntable = "configuration"\nfile = "a"\n{COLUMN}').columns[0].width == 3
    with pytest.raises(InputError, match="cannot be read"):
        read_template(tmp_path / "none.toml")


def test_the_template_that_comes_along_has_as_many_places_as_asked():
    """Seven places: two further columns of beats and of minutes behind the fifth; never fewer than five."""
    (nearest,) = (t for t in default_template(7) if t.table == "nearest")
    names = [c.name for c in nearest.columns]
    assert names[3:10] == [f"nearest_{k}" for k in range(1, 8)]
    assert [c.source for c in nearest.columns][10:17] == [f"drive_min_{k}" for k in range(1, 8)]
    assert default_template(2) == default_template()
