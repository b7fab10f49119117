"""The measured split: hand-worked weeks, refusal without duty, two-officer cars, gaps, sectors and cycles."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from optimiser.data.init import init
from optimiser.data.later import add
from optimiser.data.project import load
from optimiser.demand.measured import _days_said, measure, require_duty
from optimiser.demand.occupancy import BIN_S, occupied_s, timeline, union_s
from optimiser.errors import InputError
from tests.data.made_up import ZONE, write_squares

MONDAY = dt.datetime(2025, 3, 10)  # summer time began on 9 March
HEADER = "call_id,received,dispatched,arrived,cleared,priority,call_type,area_id,origin"


def day_calls(days, at="10:00", minutes=60, area="A1", origin="public", kind="ALARM", first=0):
    """A call a day that holds one unit for so many minutes."""
    rows = []
    for k in range(days):
        begin = MONDAY + dt.timedelta(days=k, hours=int(at[:2]), minutes=int(at[3:]))
        end = begin + dt.timedelta(minutes=minutes)
        rows.append(f"c{first + k},{begin},{begin},{begin},{end},1,{kind},{area},{origin}")
    return rows


def duty_rows(days, sector="B1", unit="1A1", officers=("o1",), start=7, hours=8, role="patrol", first=0):
    rows = []
    for k in range(first, first + days):
        begin = MONDAY + dt.timedelta(days=k, hours=start)
        for officer in officers:
            rows.append(f"{officer},{unit},{role},{sector},{begin},{begin + dt.timedelta(hours=hours)}")
    return rows


@pytest.fixture
def town(tmp_path):
    """Three areas in two beats; what is given of calls, duty and statuses is imported."""

    def make(calls, duty=None, status=None, counts_as=None):
        areas = write_squares(tmp_path / "areas.geojson", ["A1", "A2", "A3"], beat_id=["B1", "B1", "B2"])
        files = {}
        for name, header, rows in (
            ("calls", HEADER, calls),
            ("duty", "officer_id,call_sign,role,beat,from,to", duty),
            ("unit_status", "call_sign,status,from,to", status),
            ("counts_as", "table,code,counts_as", counts_as),
        ):
            if rows is not None:
                path = tmp_path / f"{name}.csv"
                path.write_text("\n".join([header, *rows]) + "\n")
                files[name] = path
        init(tmp_path / "town", areas, **files, timezone=ZONE, crs="EPSG:32617", priority={"1": 1})
        return load(tmp_path / "town")

    return make


def test_a_hand_worked_week(town):
    """8 h on duty a day, 1 h on a call, 30 min officer-initiated, 1 h of reports: 12.5, 6.25, 12.5, 68.75 % of it."""
    calls = day_calls(16) + day_calls(16, "12:00", 30, origin="officer", kind="STOP", first=100)
    status = [
        f"1A1,REPORT,{MONDAY + dt.timedelta(days=k, hours=13)},{MONDAY + dt.timedelta(days=k, hours=14)}"
        for k in range(16)
    ]
    found = measure(town(calls, duty_rows(16), status, ["status,REPORT,admin"]))
    assert found.split() == pytest.approx(
        {"calls": 0.125, "proactive": 0.0625, "admin": 0.125, "community": 0.0, "unaccounted": 0.6875}
    )
    assert found.split("B1")["admin"] == pytest.approx(0.125)  # a status names no sector: it is its unit's
    assert found.utilisation() == pytest.approx(0.125)
    assert found.saturation() == pytest.approx(0.3125)
    own = found.officer_initiated_s.sum() / found.on_duty_s.sum()
    assert own == pytest.approx(0.0625)  # kept apart, and in its class
    # 14 whole days lie between the first and the last, which are not whole
    assert found.on_duty_s.sum() == pytest.approx(14 * 8 * 3600)
    by_hour = found.by_hour(found.on_duty_s)
    assert by_hour[7] == pytest.approx(1.0)
    assert by_hour[6] == 0
    assert found.share_by_hour(found.spent_s["calls"])[10] == pytest.approx(1.0)


def test_calls_count_where_their_time_passes(town):
    """A call from 10:30 to 12:00 takes half of hour 10 and all of hour 11, and none of the hour after."""
    found = measure(town(day_calls(16, "10:30", 90), duty_rows(16)))
    share = found.share_by_hour(found.spent_s["calls"])
    assert share[[10, 11, 12]] == pytest.approx([0.5, 1.0, 0.0])
    assert found.hours_over(0.45) == pytest.approx(2 / 8)  # of eight hours on duty
    assert found.hours_over(0.60) == pytest.approx(1 / 8)


def test_sectors_and_cycles(town):
    """B1 works 60 of 480 minutes, B2 120; cycles of 7 days show the week in which B2 had no calls."""
    calls = day_calls(16) + day_calls(8, "10:00", 120, area="A3", first=200)
    duty = duty_rows(16) + duty_rows(16, "B2", "2B1", ("o2",))
    found = measure(town(calls, duty), cycle_days=7)
    assert found.sectors == ("B1", "B2")
    assert found.utilisation("B1") == pytest.approx(60 / 480)
    assert [found.utilisation("B2", k) for k in range(found.n_cycles)] == pytest.approx([120 / 480, 0.0])


def test_a_two_officer_car_counts_two(town):
    """Two officers under one call sign: 16 officer-hours on duty a day, and an hour's call is two officer-hours."""
    found = measure(town(day_calls(16), duty_rows(16, officers=("o1", "o2"))))
    assert found.on_duty_s.sum() == pytest.approx(14 * 16 * 3600)
    assert found.spent_s["calls"].sum() == pytest.approx(14 * 2 * 3600)
    assert any("2.00 on average" in s for s in found.assumptions)


def test_only_patrol_time_is_patrol_workload(town):
    """Detectives and desk on duty change nothing (row W1)."""
    duty = duty_rows(16) + duty_rows(16, unit="D1", officers=("o9",), role="desk")
    project = town(day_calls(16), duty)
    assert measure(project).on_duty_s.sum() == pytest.approx(14 * 8 * 3600)
    assert project.report.by_rule("duty of other roles than patrol").count == 16


def test_days_without_duty_are_left_out_of_both(town):
    """Five days missing in the export: their calls do not count as work of nobody."""
    duty = duty_rows(7) + duty_rows(9, first=12)
    project = town(day_calls(21), duty)
    found = measure(project)
    assert project.report.by_rule("days without anybody on duty").count == 5
    assert found.left_out_days == 5
    assert found.utilisation() == pytest.approx(0.125)


def test_more_recorded_than_on_duty_is_shown(town):
    """Ten hours of calls in eight on duty: unaccounted is negative, never cut to nothing."""
    found = measure(town(day_calls(16, minutes=600), duty_rows(16)))
    assert found.n_hours_beyond() == 7 * 5  # the call ends at 20:00, duty at 15:00
    assert found.split()["unaccounted"] == pytest.approx(1 - 600 / 480)


def test_refused_without_duty(town):
    """No duty, no split: the report to ask for and the command are named."""
    project = town(day_calls(16))
    with pytest.raises(
        InputError, match=r"who was really on duty: officer or call sign, role.* optimiser add"
    ):
        measure(project)
    assert any("refused" in a for a in project.assumptions)


def test_nobody_on_patrol_is_refused(town):
    """A duty table of desks alone measures no patrol."""
    with pytest.raises(InputError, match="only patrol time"):
        require_duty(town(day_calls(16), duty_rows(16, role="desk")))


def test_too_little_in_common_is_refused(town):
    """Calls of March and four days of duty share no week; both spans are said."""
    with pytest.raises(InputError, match="a week is needed"):
        measure(town(day_calls(16), duty_rows(4)))


def test_added_weeks_later(town, tmp_path):
    """Duty comes after the first import: one command, nothing else changes, the finding of its file is there."""
    before = town(day_calls(16))
    path = tmp_path / "later.csv"
    rows = [*duty_rows(16), duty_rows(1)[0], "o3,1A3,patrol,B1,2025-03-12 15:00,2025-03-12 07:00"]
    path.write_text("\n".join(["officer_id,call_sign,role,beat,from,to", *rows]) + "\n")
    found = add(before.folder, duty=path)
    assert found.understood["duty"]["officer"] == "officer_id"
    now = load(before.folder)
    assert measure(now).utilisation() == pytest.approx(0.125)
    assert now.report.by_rule("duty rows that repeat another row").count == 1
    assert now.report.by_rule("duty rows that end before they begin").count == 1
    pd.testing.assert_frame_equal(now.calls, before.calls)
    add(before.folder, duty=path)  # again: replaced, findings not doubled
    assert len(load(before.folder).quality) == len(now.quality)


def test_bins_are_exact():
    """Random stretches against a plain sum over bins, at 1e-9 s."""
    rng = np.random.default_rng(7)
    line = timeline(dt.date(2025, 3, 8), dt.date(2025, 3, 11), ZONE)
    assert line.n_bins == (72 - 1) * 4  # the night of 9 March has 23 hours
    n = 200
    begin = rng.integers(-20_000, 280_000, n)
    length, weight, group = rng.uniform(0, 50_000, n), rng.uniform(0, 3, n), rng.integers(0, 3, n)
    start = line.begin_utc + begin.astype("timedelta64[s]")
    found = occupied_s(start, length, weight, group, 3, line)
    edges = np.arange(line.n_bins + 1) * BIN_S
    for g in range(3):
        for b in (0, 1, 50, line.n_bins - 1):
            inside = np.minimum(begin + length, edges[b + 1]) - np.maximum(begin, edges[b])
            plain = (np.maximum(inside, 0) * weight)[group == g].sum()
            assert found[g, b] == pytest.approx(plain, abs=1e-6)


def test_one_key_counts_once():
    """A car with two officers logged on at different times is one car: 3 hours, not 4."""
    line = timeline(dt.date(2025, 3, 10), dt.date(2025, 3, 11), "UTC")
    start = np.array(["2025-03-10T08:00:00", "2025-03-10T09:00:00"], dtype="datetime64[s]")
    found = union_s(start, np.array([7200.0, 7200.0]), np.array(["k", "k"], dtype=object), line)
    assert found.sum() == pytest.approx(3 * 3600)


def test_days_shared_are_said():
    """None is none, and the last day named is the last one shared: 1 to 3 March is two whole days before the 3rd."""
    first = dt.date(2025, 3, 1)
    assert _days_said(first, first) == "no whole day"
    assert _days_said(first, dt.date(2025, 3, 2)) == "only 1 whole day (2025-03-01 to 2025-03-01)"
    assert _days_said(first, dt.date(2025, 3, 3)) == "only 2 whole days (2025-03-01 to 2025-03-02)"
