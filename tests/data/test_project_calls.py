"""Calls on their way into a project: what must never be stored, how times are read, and a zone that was changed."""

import json
import logging
import shlex

import numpy as np
import pandas as pd
import pytest

from optimiser.cli import main
from optimiser.data.project import load
from optimiser.errors import InputError
from tests.data.made_up import HEADER, ROWS, ZONE, csv_text, make
from tests.data.test_project import stored_text, write

SECRETS = {
    "caller_name": "Wilhelmina Quackenbush",
    "address": "1742 Zanzibar Crescent",
    "remarks": "door code 8264 says complainant",
    "officer": "Sgt Bartholomew",
    "phone": "555-0173-9942",
    "plate": "QXZ 4471",
    "longitude": "-79.3951234",
    "latitude": "43.6051234",
}


def test_nothing_personal_is_stored(tmp_path, caplog):
    """Names, addresses, free text, points, exact seconds and ids as typed are in no file and in no log."""
    caplog.set_level(logging.DEBUG)
    header = ",".join([HEADER.replace("call_id", "incident_number"), *SECRETS])
    rows = [
        f"{r},{','.join(SECRETS.values())}".replace(":00,", ":37,").replace("c1,", "CASE-99812,")
        for r in ROWS
    ]
    report = make(tmp_path, csv_text(*rows, header=header), priority={"1": 1, "2": 2, "3": 3})
    everything = stored_text(tmp_path / "town") + caplog.text
    for secret in (*SECRETS.values(), "CASE-99812", "79.3951", "43.6051", "10:00:37"):
        assert secret not in everything, secret
    assert set(report.personal["calls"]) == {"caller_name", "address", "remarks", "officer", "phone", "plate"}
    assert (load(tmp_path / "town").calls["received_at"].dt.second == 0).all()
    assert (tmp_path / "town" / "import.key").stat().st_mode & 0o077 == 0


def test_free_text_in_a_code_column_is_not_taken_in(tmp_path):
    """A remarks column mapped as the call type by mistake has too many different values: it stays out."""
    rows = [
        f"c{k},2025-03-03 10:{k % 60:02d}:00,,,,1,Mr Smith called about matter {k},A1" for k in range(120)
    ]
    report = make(tmp_path, csv_text(*rows))
    assert report.quality.by_rule("column call_type is no code").count == 120
    assert "Mr Smith" not in stored_text(tmp_path / "town")


def test_ids_are_hashed_with_the_folders_key(tmp_path):
    """The same file into another folder gives other ids; again into the same folder the same ones."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make(tmp_path / name, csv_text())
    one, two = (load(tmp_path / n / "town").calls["call_id"].tolist() for n in ("one", "two"))
    assert not set(one) & set(two)
    make(tmp_path / "one", csv_text(), again=True)
    assert load(tmp_path / "one" / "town").calls["call_id"].tolist() == one


def test_points_become_areas(tmp_path):
    """Points in degrees: inside, on a shared border (once, first id), at (0, 0), outside, and x and y swapped."""
    header = "id,received,longitude,latitude"
    points = ["-79.395,43.605", "-79.39,43.605", "0,0", "-79.0,43.605", "-79.375,43.605", ","]
    rows = [f"{k},2025-03-03 1{k}:00:00,{p}" for k, p in enumerate(points)]
    report = make(tmp_path, csv_text(*rows, header=header))
    assert load(tmp_path / "town").calls["area_id"].tolist() == ["A1", "007", "", "", "NA", ""]
    assert report.quality.by_rule("points at (0, 0)").count == 1
    assert report.quality.by_rule("points outside all areas").count == 1
    swapped = csv_text(*[f"{k},2025-03-03 1{k}:00:00,43.605,-79.395" for k in range(4)], header=header)
    report = make(tmp_path, swapped, again=True)
    assert report.quality.by_rule("points with x and y swapped").red


def test_durations_instead_of_times(tmp_path):
    """Montgomery's way: seconds since the call, with thousands; a column without a unit is not used and said."""
    header = "incident_id,start_time,calltime_dispatch,calltime_arrive,arrive_cleared,traveltime,pra"
    rows = ['m1,2025-03-03 10:00:00,60,"1,260","1,800",3,A1']
    columns = write(
        tmp_path / "columns.toml",
        '[calls.duration_units]\ndispatch_delay = "s"\nresponse = "s"\non_scene = "s"\n',
    )
    report = make(tmp_path, csv_text(*rows, header=header), columns=columns)
    call = load(tmp_path / "town").calls.iloc[0]
    assert call[["dispatch_delay_s", "response_s", "on_scene_s"]].tolist() == [60.0, 1260.0, 1800.0]
    assert np.isnan(call["travel_s"])
    assert call["unit_s"] == 1800.0
    assert any("travel" in t for t in report.to_fill)


def test_origin(tmp_path):
    """Officer-initiated work stays apart; a value nobody explained is other, until columns.toml says."""
    rows = [f"{r},{v}" for r, v in zip(ROWS, ("Y", "N", "", "weird"), strict=True)]
    content = csv_text(*rows, header=HEADER + ",SelfInitiated")
    make(tmp_path, content)
    assert load(tmp_path / "town").calls["origin"].tolist() == ["officer", "public", "public", "other"]
    columns = write(tmp_path / "c.toml", "[calls.origin]\nweird = 'officer'\n")
    make(tmp_path, content, columns=columns, again=True)
    assert load(tmp_path / "town").calls["origin"].tolist() == ["officer", "public", "public", "officer"]


def test_cap_by_type(tmp_path):
    """48 h on an ALARM are cut to 12 h and 36.03 h less are reported; a type with a cap of 72 h keeps them."""
    long = "c9,2025-03-03 10:00:00,2025-03-03 10:02:00,2025-03-03 10:04:00,2025-03-05 10:04:00,1,{},A1"
    content = csv_text(*ROWS, long.format("ALARM"), long.format("HOMICIDE").replace("c9", "c8"))
    columns = write(tmp_path / "c.toml", "[calls.cap_h]\nHOMICIDE = 72\n")
    report = make(tmp_path, content, columns=columns)
    calls = load(tmp_path / "town").calls.set_index("call_type")["unit_s"]
    assert calls["HOMICIDE"] == 48 * 3600 + 120
    assert calls["ALARM"].max() == 12 * 3600
    assert "36.0 hours less" in report.quality.by_rule("calls longer than the cap").action


def test_local_times_marked_utc(tmp_path):
    """Scottsdale marks local time +00. Read as marked, 10:00 is 05:00 in Toronto; 10:00 once the planner says."""
    content = csv_text("1,2025-03-03 10:00:00+00,A1", header="id,received,area_id")
    make(tmp_path, content)
    assert load(tmp_path / "town").calls["hour_of_week"].tolist() == [5]
    columns = write(tmp_path / "c.toml", "[calls]\nmarked_utc_is_local = true\n")
    make(tmp_path, content, columns=columns, again=True)
    assert load(tmp_path / "town").calls["hour_of_week"].tolist() == [10]


def rezoned(tmp_path, zone):
    """Change the zone in project.toml, as a planner with an editor does."""
    path = tmp_path / "town" / "project.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(ZONE, zone), encoding="utf-8")
    return load(tmp_path / "town")


def test_another_zone_after_the_import_stops_a_solve_and_says_what_to_run(tmp_path):
    """Times read by Toronto's clock are an hour off by Chicago's: red, both zones named, and the command mends it."""
    make(tmp_path, csv_text())
    hours = load(tmp_path / "town").calls["hour_of_week"].tolist()
    project = rezoned(tmp_path, "America/Chicago")
    found = project.report.by_rule("calls read by the clock of another time zone")
    assert found.red
    assert found.count == len(hours)
    with pytest.raises(InputError, match=f"by the clock of {ZONE}, project.toml says America/Chicago"):
        project.require_ready()
    command = shlex.split(found.action.split("`")[1])
    assert command[:1] == ["optimiser"]
    assert main(command[1:]) in (0, 3)  # 3: the priorities have no numbers yet
    again = load(tmp_path / "town")
    assert again.settings.timezone == "America/Chicago"
    assert again.report.by_rule(found.rule) is None
    assert again.calls["hour_of_week"].tolist() == hours, "local times of the file keep their hour"
    assert (again.calls["received_at"] - project.calls["received_at"] == pd.Timedelta(hours=1)).all()


@pytest.mark.parametrize(
    ("zone", "red"), [("America/Detroit", False), ("Canada/Eastern", False), ("UTC", True)]
)
def test_another_name_of_the_same_clock_is_no_fault(tmp_path, zone, red):
    """Detroit's clock showed the same in March 2025 as Toronto's."""
    make(tmp_path, csv_text())
    found = rezoned(tmp_path, zone).report.by_rule("calls read by the clock of another time zone")
    assert (found is not None) == red


def test_a_folder_of_an_older_import_is_checked_by_its_hours(tmp_path):
    """Without the zone in import.json the stored hours tell that they are not UTC's."""
    make(tmp_path, csv_text())
    path = tmp_path / "town" / "import.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data.pop("timezone") == ZONE
    path.write_text(json.dumps(data), encoding="utf-8")
    rule = "calls read by the clock of another time zone"
    assert load(tmp_path / "town").report.by_rule(rule) is None
    (tmp_path / "raw" / "calls.csv").unlink()
    action = rezoned(tmp_path, "UTC").report.by_rule(rule).action
    assert "by the clock of another zone" in action
    assert "--calls calls.csv`" in action, "a file gone from its place is named without one"
