"""Oddities of call tables that change a figure when nobody says so."""

import pytest

from optimiser.data.project import load
from optimiser.errors import InputError
from tests.data.made_up import HEADER, ROWS, csv_text, make


def test_what_the_first_unit_row_leaves_out(tmp_path):
    """Units of one call: its area, type and priority stand on the second row alone; the call has them."""
    header = "call_id,received,dispatched,cleared,unit,priority,call_type,area_id"
    rows = [
        "c1,2025-03-03 10:00:00,2025-03-03 10:02:00,2025-03-03 10:32:00,U1,,,",
        "c1,2025-03-03 10:00:00,2025-03-03 10:05:00,2025-03-03 10:25:00,U2,2,ALARM,A1",
    ]
    make(tmp_path, csv_text(*rows, header=header), priority={"2": 2})
    (call,) = load(tmp_path / "town").calls.to_dict("records")
    assert (call["area_id"], call["call_type"], call["priority"]) == ("A1", "ALARM", 2)
    assert (call["n_units"], call["unit_s"]) == (2, 50 * 60.0)  # 30 and 20 minutes


def test_a_call_that_is_a_duplicate_of_none(tmp_path):
    """``0``, ``N`` and ``None`` in a column of duplicates name no call; a number does."""
    rows = [f"{r},{v}" for r, v in zip(ROWS, ("0", "N", "None", "c1"), strict=True)]
    report = make(tmp_path, csv_text(*rows, header=HEADER + ",duplicate_of"))
    assert len(load(tmp_path / "town").calls) == 3
    assert report.quality.by_rule("duplicate calls").count == 1


def test_a_mistyped_year_is_red(tmp_path):
    """One call of 2015 among those of 2025 makes ten years of one week: every weekly figure would be 1/520."""
    report = make(tmp_path, csv_text(*ROWS, ROWS[0].replace("c1", "c9").replace("2025", "2015")))
    found = report.quality.by_rule("months without a call")
    assert (found.count, found.red) == (119, True)
    assert "Is a year mistyped?" in found.action
    with pytest.raises(InputError, match="2015-03 and 2025-03"):
        load(tmp_path / "town").require_ready()


def test_no_such_offset(tmp_path):
    """+99:99 is no offset: the time would lie four days off."""
    rows = [
        f"{k},2025-03-03 1{k}:00:00{z},A1" for k, z in enumerate(("+00:00", "-05:00", "+14:00", "+99:99"))
    ]
    report = make(tmp_path, csv_text(*rows, header="call_id,received,area_id"))
    assert report.quality.by_rule("received: no such offset").count == 1
    assert len(load(tmp_path / "town").calls) == 3


def test_labels_from_a_column_of_numbers(tmp_path):
    """7.0 is read as 7, and that is said: leading zeros were lost on the way."""
    rows = [f"{k},2025-03-03 1{k}:00:00,{v}" for k, v in enumerate(("7.0", "12.0"))]
    report = make(tmp_path, csv_text(*rows, header="call_id,received,area_id"))
    assert report.quality.by_rule("area labels that end in .0").count == 2


def test_many_ragged_rows_are_red(tmp_path):
    """A tenth of the rows set aside is no oddity any more; the 21st stops a solve, the 20th does not."""
    good = [ROWS[0].replace("c1", f"c{k}") for k in range(200)]
    for n, red in ((20, False), (21, True)):
        report = make(tmp_path, csv_text(*good, *["x9,2025-03-03 10:00:00"] * n), again=red)
        found = report.quality.by_rule("rows with too few cells")
        assert (found.count, found.red) == (n, red)
