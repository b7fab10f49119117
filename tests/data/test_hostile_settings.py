"""What planners write by hand (settings, columns, plans, edits, units): slips are named, nothing is guessed."""

import pytest

from optimiser.data.adjacency_edits import Edit, read_edits
from optimiser.data.call_units import read_roles
from optimiser.data.columns_file import read_column_map
from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.data.settings import read_settings
from optimiser.errors import InputError
from tests.data.made_up import csv_text, make, write_squares

DEEP = "x = " + "[" * 4000 + "]" * 4000

COLUMNS_REFUSED = {
    "columns is a number": ("[calls]\ncolumns = 3", "columns = '3' should be a table"),
    "cap is a number": ("[calls]\ncap_h = 3", "cap_h = '3' should be a table"),
    "pattern is a text": (
        "[calls]\nleave_out = { test = 'TEST' }",
        "test = 'TEST' should be a list of texts",
    ),
    "none values are a text": ("[areas]\nnone_values = '10'", "none_values = '10' should be a list"),
    "switch is a text": ("[calls]\nmarked_utc_is_local = 'no'", "should be true or false"),
    "other switch is a text": ("[calls]\ndrop_cut_row = 'false'", "should be true or false"),
    "unknown column": ("[calls.columns]\nrecieved = 'x'", "no column 'recieved', did you mean 'received'"),
    "column of areas": ("[areas.columns]\nnames = 'x'", "no column 'names', did you mean 'name'"),
    "column is a number": ("[calls.columns]\nreceived = 3", "should be the name of a column"),
    "nested too deep": (DEEP, "nested too deep"),
    "keys nested too deep": ("[calls]\n" + "a." * 900 + "c = 1", "nested too deep"),
}


@pytest.mark.parametrize("case", COLUMNS_REFUSED)
def test_refused_columns(tmp_path, case):
    """A value of the wrong kind is named; tuple("TEST") would leave out every call with a T, an E or an S."""
    path = tmp_path / "columns.toml"
    path.write_text(COLUMNS_REFUSED[case][0], encoding="utf-8")
    with pytest.raises(InputError, match=COLUMNS_REFUSED[case][1]) as refused:
        read_column_map(path)
    assert "columns.toml" in str(refused.value)


SETTINGS_REFUSED = {
    "speed without end": ("default_speed_kmh = inf", "must be positive and finite"),
    "weeks without end": ("workload_weeks = inf", "must be positive and finite"),
    "target without end": ("[priority_targets_min]\n1 = inf", "minutes above 0, up to"),
    "digit of another kind": ('[priority_targets_min]\n"\u00b2" = 3', "should be a priority from 1 to 99"),
    "a book for a name": (f"name = '{'x' * 1001}'", "one line of at most 1000 characters"),
    "null in a path": ('roads = "a\\u0000b"', "one line of at most"),
    "nested too deep": (DEEP, "nested too deep"),
}


@pytest.mark.parametrize("case", SETTINGS_REFUSED)
def test_refused_settings(tmp_path, case):
    """inf passes "above 0" and makes every workload 0 or every drive free."""
    path = tmp_path / "project.toml"
    path.write_text(SETTINGS_REFUSED[case][0], encoding="utf-8")
    with pytest.raises(InputError, match=SETTINGS_REFUSED[case][1]) as refused:
        read_settings(path)
    assert "project.toml" in str(refused.value)


def test_byte_order_mark(tmp_path):
    """Notepad writes one; the file is read."""
    path = tmp_path / "project.toml"
    path.write_bytes(b"\xef\xbb\xbfname = 'x'\n")
    assert read_settings(path).name == "x"
    (tmp_path / "columns.toml").write_bytes(b"\xef\xbb\xbf[calls]\ndrop_cut_row = true\n")
    assert read_column_map(tmp_path / "columns.toml").drop_cut_row


def test_a_pattern_with_brackets_warns_of_nothing(tmp_path):
    """Warnings are errors in tests: a pattern with a group is a good pattern."""
    path = tmp_path / "columns.toml"
    path.write_text("[calls.leave_out]\nnoise = ['^(NOISE|LOUD)']\n", encoding="utf-8")
    report = make(tmp_path, csv_text(), columns=path)
    assert report.quality.by_rule("noise calls").count == 1


def test_weeks_must_end(tmp_path):
    """--weeks inf divides every call by infinity."""
    table = tmp_path / "w.csv"
    table.write_text("area_id,calls\nA1,5\n", encoding="utf-8")
    with pytest.raises(InputError, match="weeks = inf must be positive"):
        init(tmp_path / "t", write_squares(tmp_path / "a.geojson"), workload=table, weeks=float("inf"))


KNOWN = {"A1": "A1", "b2": "b2", "=1+1": "=1+1"}


def test_a_ragged_row_of_a_small_table_is_not_lost(tmp_path):
    """A pattern without its role is named by line, not dropped: its units would count as patrol."""
    path = tmp_path / "p.csv"
    path.write_text("pattern,role\nP*,patrol\nS*\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"rows with too few cells \(line 3\)"):
        read_roles(path)
    path.write_text("pattern,role\n,patrol\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: the pattern is empty"):
        read_roles(path)


@pytest.mark.parametrize(
    "text", ["area_a;area_b;action;reason\nA1;b2;add;x\n", "Area_A,AREA_B,Action\nA1,b2,ADD\n"]
)
def test_edits_as_excel_saves_them(tmp_path, text):
    """Semicolons, other case, cp1252 in the reason, a reason left out: the link is the same."""
    path = tmp_path / "e.csv"
    path.write_bytes(text.replace("x", "caf\u00e9").encode("cp1252"))
    (edit,) = read_edits(path, KNOWN)
    assert (edit.area_a, edit.area_b, edit.action) == ("A1", "b2", "add")
    path.write_text("area_a,area_b,action,reason\nA1,b2,add\n", encoding="utf-8")
    assert read_edits(path, KNOWN) == (Edit("A1", "b2", "add"),)


def test_formulas_in_stored_files(tmp_path):
    """An id that a spreadsheet would calculate gets an apostrophe in every CSV of the project, and is read back."""
    ids = ("=1+1", "b2")
    table = tmp_path / "w.csv"
    table.write_text("area_id,calls\n=1+1,5\nb2,5\n", encoding="utf-8")
    plan = tmp_path / "new.csv"
    plan.write_text("area_id,district_id\n=1+1,@D\nb2,@D\n", encoding="utf-8")
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("a,b\n=1+1,b2\n", encoding="utf-8")
    init(
        tmp_path / "t",
        write_squares(tmp_path / "a.geojson", ids),
        workload=table,
        plans=[plan],
        adjacency=pairs,
        crs="EPSG:32617",
    )
    for stored in (tmp_path / "t").rglob("*.csv"):
        for cell in stored.read_text(encoding="utf-8").replace("\n", ",").split(","):
            assert not cell.startswith(("=", "@")), stored
    project = load(tmp_path / "t")
    assert project.plans["new"] == {"=1+1": "@D", "b2": "@D"}
    assert project.graph.pairs() == (("=1+1", "b2"),)


def test_plans_of_one_name(tmp_path):
    """Two files that would become one plan are refused; so is one that would hide the beats in use."""
    table = tmp_path / "w.csv"
    table.write_text("area_id,calls\nA1,5\n", encoding="utf-8")
    areas = write_squares(tmp_path / "a.geojson")
    (tmp_path / "x").mkdir()
    files = [tmp_path / "plan.2024.csv", tmp_path / "plan.2025.csv", tmp_path / "x" / "plan.2025.csv"]
    for path in files:
        path.write_text("area_id,district_id\nA1,1\n", encoding="utf-8")
    init(tmp_path / "t", areas, workload=table, plans=files[:2], crs="EPSG:32617")
    assert {"plan.2024", "plan.2025"} <= set(load(tmp_path / "t").plans)
    with pytest.raises(InputError, match=r"would both be plan 'plan\.2025'"):
        init(tmp_path / "u", areas, workload=table, plans=files[1:], crs="EPSG:32617")
    twice = tmp_path / "t" / "plans" / "plan (1).csv"  # as Windows names a copy
    twice.write_text("area_id,district_id\nA1,1\n", encoding="utf-8")
    assert "plan (1)" in load(tmp_path / "t").plans
    (tmp_path / "t" / "plans" / "current.csv").write_text("area_id,district_id\nA1,1\n", encoding="utf-8")
    found = load(tmp_path / "t").report.by_rule("plan current: its file cannot be used")
    assert "'current' means what is in use" in found.action
    assert found.source == "plans/current.csv"
