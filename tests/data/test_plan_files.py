"""Plan files: whatever separates their columns, all that is wrong with them told together, and back unchanged."""

from __future__ import annotations

import pytest

from optimiser.data.plans import keep_plan, read_plan, read_plan_file
from optimiser.data.spreadsheet import harmless, honest
from optimiser.errors import InputError
from optimiser.report.plans import write_table

KNOWN = {"A": "A", "B": "B", "C": "C", "007": "007", "old-C": "C"}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_columns_may_be_separated_as_they_like(tmp_path, separator):
    """Two levels in one file, whatever stands between the columns."""
    path = tmp_path / "plan.csv"
    rows = ["area_id district_id beat_id", "A North N1", "B North N2", "C South S1", "007 South S1"]
    path.write_text("\n".join(r.replace(" ", separator) for r in rows) + "\n")
    file = read_plan_file(path, KNOWN)
    assert file.district_of == {"A": "North", "B": "North", "C": "South", "007": "South"}
    assert file.beat_of == {"A": "N1", "B": "N2", "C": "S1", "007": "S1"}
    assert (file.missing, file.faults, file.notes) == ((), (), ())


def test_all_faults_together_by_line(tmp_path):
    """Line 3 repeats line 2, line 4 names no area, line 6 contradicts line 5; 007 is blank: all in one message."""
    path = tmp_path / "plan.csv"
    path.write_text("area_id,district_id\nA,1\nA,1\nX,1\nB,1\nB,2\nold-C,1\n007,\n")
    file = read_plan_file(path, KNOWN)
    assert file.extra == ((4, "X"),)
    assert file.doubled == ((3, "A", 2),)
    assert file.missing == ("007",)
    with pytest.raises(InputError) as raised:
        file.usable()
    said = str(raised.value)
    for part in (
        "line 4: 'X' is not an area",
        "line 6: area 'B' is given to '2' and, on line 5, to '1'",
        "line 3: area 'A' again, as on line 2",
        "1 area without a district: 007",
    ):
        assert part in said


def test_a_plan_for_other_areas_says_so(tmp_path):
    """Not one id fits: no list of lines, but what is the matter."""
    path = tmp_path / "plan.csv"
    path.write_text("area_id,district_id\nP1,1\nP2,1\n")
    with pytest.raises(InputError, match=r"none of its areas is on this map \(P1, P2\).*other areas"):
        read_plan(path, KNOWN)


def test_a_beat_in_two_districts_and_rows_out_of_shape_are_told(tmp_path):
    """Beat N1 in both districts; the row with one cell is set aside by the reader and said."""
    path = tmp_path / "plan.csv"
    path.write_text("area_id,district_id,beat_id\nA,North,N1\nB,South,N1\nC\n007,South,S1\n")
    notes = "; ".join(read_plan_file(path, KNOWN).notes)
    assert "beat N1 lies in North and South" in notes
    assert "too few cells set aside (line 4)" in notes
    assert "1 area without a district: C" in notes


def test_a_mistyped_district_is_told(tmp_path):
    """Capitals and spaces alone make two of one; other names do not."""
    path = tmp_path / "plan.csv"
    path.write_text("area_id,district_id\nA,North 1\nB,north1\nC,North 2\n007,North 1\n")
    notes = "; ".join(read_plan_file(path, KNOWN).notes)
    assert "districts 'North 1' and 'north1' differ by capitals or spaces alone: one, mistyped?" in notes
    assert "North 2" not in notes


STRANGE = ("=1+1", "-3", "@x", "007", "2E14", "'=1", "''-x", "'plain", "a;b", 'a"b', "+A", "-A", "'-5", "é|x")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_what_is_exported_comes_back(tmp_path, separator):
    """Ids and names that a spreadsheet would evaluate are harmless in the file and unchanged when it is read again."""
    plan = {a: STRANGE[-1 - k] for k, a in enumerate(STRANGE)}
    rows = [{"area_id": a, "district_id": d} for a, d in plan.items()]
    path = write_table(tmp_path / "plan.csv", ("area_id", "district_id"), rows, separator)
    assert read_plan(path, {a: a for a in STRANGE}) == plan
    kept = keep_plan(tmp_path / "plans", "mine", plan)
    assert read_plan(kept, {a: a for a in STRANGE}) == plan
    assert not any(line.startswith(("=", "@", "+")) for line in kept.read_text().splitlines())


def test_harmless_is_undone_exactly():
    """An apostrophe that was there stays, one that was added goes."""
    assert [honest(harmless(text)) for text in STRANGE] == list(STRANGE)
    assert harmless("=1") == "'=1"


@pytest.mark.parametrize("name", ["current", "../x", "a/b", "", "x:beats", ".x", "mine.csv"])
def test_names_that_no_plan_can_have(tmp_path, name):
    """Reserved names, paths and what would not be found again: refused, nothing written."""
    with pytest.raises(InputError, match="cannot be a plan's name"):
        keep_plan(tmp_path, name, {"A": "1"})
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_replaced_only_when_told(tmp_path):
    """The first stays until --again."""
    keep_plan(tmp_path, "mine", {"A": "1"})
    with pytest.raises(InputError, match="already"):
        keep_plan(tmp_path, "mine", {"A": "2"})
    keep_plan(tmp_path, "mine", {"A": "2"}, again=True)
    assert read_plan(tmp_path / "mine.csv", KNOWN) == {"A": "2"}
