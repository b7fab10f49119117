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
