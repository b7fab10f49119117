"""Units of a call: whose time is patrol workload."""

import pytest

from optimiser.data.project import load
from optimiser.errors import InputError
from tests.data.made_up import HEADER, ROWS, csv_text, make


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


UNITS = "pattern,role\nCOM*,desk\nS*,supervisor\nre:4\\d\\d\\d,patrol\n"


def test_only_patrol_time_is_workload(tmp_path):
    """By hand: 36 min for 2 patrol units and a supervisor is 72; the desk alone is 0; an unknown call sign counts."""
    header = HEADER + ",units"
    units = ['"4201,4202,S1"', "COM1", "K9", ""]
    rows = [f"{r},{u}" for r, u in zip(ROWS, units, strict=True)]
    report = make(
        tmp_path, csv_text(*rows, header=header), units=write(tmp_path / "units.csv", UNITS),
        priority={"1": 1, "2": 2, "3": 3},
    )  # fmt: skip
    calls = load(tmp_path / "town").calls
    assert calls["n_units"].tolist() == [2, 0, 1, 0]
    assert (calls["unit_s"] / 60).tolist() == [72.0, 0.0, 40.0, 0.0]
    assert report.quality.by_rule("call signs that no pattern fits").examples == ("A9",)
    assert report.quality.by_rule("calls without a patrol unit").count == 1


def test_bad_units_file(tmp_path):
    """Unknown roles and broken patterns are named by line, together."""
    units = write(tmp_path / "units.csv", "pattern,role\nA*,boss\nre:(,patrol\n")
    with pytest.raises(InputError, match=r"line 2: role 'boss'.*line 3"):
        make(tmp_path, csv_text(), units=units)


def test_one_row_a_unit(tmp_path):
    """Rows of one call by unit come together: units of 36 and 26 minutes are 62 unit-minutes, first there in 6."""
    header = HEADER + ",unit_number"
    second = (
        "c1,2025-03-03 10:00:00,2025-03-03 10:02:00,2025-03-03 10:06:00,2025-03-03 10:28:00,1,ALARM,A1,4202"
    )
    make(tmp_path, csv_text(ROWS[0] + ",4201", second, ROWS[1] + ",4201", header=header))
    calls = load(tmp_path / "town").calls
    assert calls["n_units"].tolist() == [2, 1]
    assert (calls["unit_s"] / 60).tolist() == [62.0, 40.0]
    assert calls["response_s"].tolist() == [360.0, 660.0]


def test_unit_responses(tmp_path):
    """Unit responses give units and time by call: 30 + 20 min for c1; c2 keeps its own 40; strays are counted."""
    responses = write(
        tmp_path / "unit_responses.csv",
        "incident_id,unit_id,dispatched_at,cleared_at\n"
        "c1,4201,2025-03-03 10:00,2025-03-03 10:30\nc1,4202,2025-03-03 10:10,2025-03-03 10:30\n"
        "zz,4203,2025-03-03 10:10,2025-03-03 10:30\n",
    )
    report = make(tmp_path, csv_text(*ROWS[:2]), unit_responses=responses)
    calls = load(tmp_path / "town").calls
    assert (calls["unit_s"] / 60).tolist() == [50.0, 40.0]
    assert calls["n_units"].tolist() == [2, 1]
    assert report.quality.by_rule("unit rows of no call").count == 1


def test_first_and_last_clear_of_unit_rows(tmp_path):
    """Dispatched 10:02 and 10:05, clear 10:20 and 10:40: 18 and 38 minutes after the first, 53 unit-minutes."""
    responses = tmp_path / "units.csv"
    responses.write_text(
        "call_id,unit_id,dispatched,cleared\n"
        "c1,4201,2025-03-03 10:02,2025-03-03 10:20\nc1,4202,2025-03-03 10:05,2025-03-03 10:40\n"
    )
    make(tmp_path, csv_text(*ROWS[:2]), unit_responses=responses)
    calls = load(tmp_path / "town").calls
    assert (calls["first_clear_s"] / 60).tolist()[0] == 18.0
    assert (calls["last_clear_s"] / 60).tolist()[0] == 38.0
    assert (calls["unit_s"] / 60).tolist()[0] == 53.0
    assert calls["first_clear_s"].isna().tolist() == [False, True]


def test_clears_as_columns(tmp_path):
    """A file with first and last clear and report minutes keeps all three; the last one counts where no other does."""
    header = "call_id,received,dispatched,first_clear,last_unit_cleared,report_minutes,area_id"
    row = "c1,2025-03-03 10:00,2025-03-03 10:02,2025-03-03 10:20,2025-03-03 10:40,12,A1"
    make(tmp_path, csv_text(row, header=header))
    call = load(tmp_path / "town").calls.iloc[0]
    assert (call["first_clear_s"] / 60, call["last_clear_s"] / 60, call["unit_s"] / 60) == (18, 38, 38)
    assert call["report_s"] == 720


def test_a_folder_of_an_older_import_has_no_clears(tmp_path):
    """calls.parquet without the later columns still loads; they are unknown."""
    import pandas as pd

    make(tmp_path, csv_text(*ROWS))
    path = tmp_path / "town" / "calls.parquet"
    older = pd.read_parquet(path).drop(columns=["first_clear_s", "last_clear_s", "report_s"])
    older.to_parquet(path)
    assert load(tmp_path / "town").calls["last_clear_s"].isna().all()
