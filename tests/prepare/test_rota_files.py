"""Today's rota and the calendar of abstraction: read defensively, and what they make of a shift question."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from optimiser.data.settings import Settings
from optimiser.demand.workload import from_table
from optimiser.errors import InputError
from optimiser.prepare.calendar_file import away_in_week, on_leave, read_calendar
from optimiser.prepare.rota_file import clock_s, read_rota, rota_plan
from optimiser.prepare.shifts import ShiftsSetup, from_workload, sector_problem, shifts_problem
from optimiser.problems.shifts import check
from optimiser.problems.shifts.rules import rostered

ROTA = "start,hours,Mon,Tue,Wed,Thu,Fri,Sat,Sun\n07:00,8,3,3,3,3,3,2,2\n15:30,8,4,4,4,4,6,6,4\n2330,7.5,2,2,2,2,3,3,2\n"
CALENDAR = (
    "from,to,kind,officers,from_time,to_time\n"
    "2026-07-13,2026-07-17,training,2,09:00,17:00\n"
    "2026-07-15,2026-07-15,court,1,10:00,12:30\n"
    "2026-07-14,2026-07-20,leave,5,,\n"
)


def write(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def work(calls=4.0):
    hour = np.arange(168)
    table = pd.DataFrame({"area_id": "A", "hour_of_week": hour, "calls": calls, "unit_s": calls * 1800})
    return from_table(table, ["A"], 1)


def project(folder):
    return SimpleNamespace(
        folder=folder,
        areas=pd.DataFrame({"area_id": ["A"]}),
        calls=None,
        workload=pd.DataFrame(
            {"area_id": "A", "hour_of_week": np.arange(168), "calls": 4.0, "unit_s": 7200.0}
        ),
        settings=Settings(n_weeks=1.0),
        require_ready=lambda: None,
    )


def test_times_of_day():
    # as rosters write them; what is no time of day is none
    assert [clock_s(t) for t in ("7", "07:00", "0730", "24:00", "25:00", "07:75", "noon")] == [
        25200, 25200, 27000, 86400, None, None, None,
    ]  # fmt: skip


def test_days_in_any_writing(tmp_path):
    # as spreadsheets head them: lower case, whole words; a day that stands twice is refused
    head = "Start,HOURS,mon,Tuesday,WED,thu,fri,saturday,sun"
    text = ROTA.replace("start,hours,Mon,Tue,Wed,Thu,Fri,Sat,Sun", head)
    assert read_rota(write(tmp_path, "a.csv", text)) == read_rota(write(tmp_path, "b.csv", ROTA))
    with pytest.raises(InputError, match="Mon stands twice"):
        read_rota(write(tmp_path, "c.csv", "start,hours,Mon,Monday\n07:00,8,3,3\n"))


def test_a_rota_is_a_plan(tmp_path):
    # three shifts of half hours; 27 x 8 + ... officer-hours counted by hand: 19 x 8 + 32 x 8 + 16 x 7.5
    lines = read_rota(write(tmp_path, "rota.csv", ROTA))
    assert [line.name for line in lines] == ["07:00+8h", "15:30+8h", "23:30+7.5h"]
    problem = from_workload(work(), setup=ShiftsSetup(slot_s=1800), service_s=1800.0, rota=lines)
    assert problem.existing == rota_plan(lines)
    assert rostered(problem, problem.existing).sum() * 0.5 == 19 * 8 + 32 * 8 + 16 * 7.5
    assert "known_shift" not in {v.rule for v in check(problem, problem.existing)}


def test_an_end_stands_for_a_length(tmp_path):
    # 22:00 to 06:00 runs past midnight: eight hours
    path = write(tmp_path, "rota.csv", "start,end,Fri\n22:00,06:00,3\n")
    assert read_rota(path)[0].length_s == 8 * 3600


def test_all_faults_of_a_rota_together(tmp_path):
    # a negative headcount, a shift longer than the day, no time of day, a shift twice: lines named
    text = "start,hours,Mon\n07:00,8,-3\n08:00,25,1\nnoon,8,1\n09:00,8,1\n9,8,2\n"
    with pytest.raises(InputError) as error:
        read_rota(write(tmp_path, "rota.csv", text))
    said = str(error.value)
    for part in (
        "line 2: Mon '-3'",
        "line 3: a shift of 25 h",
        "line 4: start 'noon'",
        "line 6: shift 09:00+8h again",
    ):
        assert part in said
    assert "line 5" not in said


def test_a_shift_that_fits_no_slot(tmp_path):
    # 15:30 with slots of an hour: named, with what to do
    lines = read_rota(write(tmp_path, "rota.csv", ROTA))
    with pytest.raises(InputError, match=r"15:30\+8h does not fit slots of 3600 s"):
        from_workload(work(), setup=ShiftsSetup(slot_s=3600), service_s=1800.0, rota=lines)


def test_those_away_in_a_dated_week(tmp_path):
    # Wednesday 15 July 2026: two at training from 9 to 17, a third at court from 10 to 12:30 (the half hour in full)
    entries = read_calendar(write(tmp_path, "calendar.csv", CALENDAR))
    away = away_in_week(entries, dt.date(2026, 7, 13), 3600).reshape(7, 24)
    assert away[2, 8:18].tolist() == [0, 2, 3, 3, 3, 2, 2, 2, 2, 0]
    assert away[5:].sum() == 0
    assert on_leave(entries, dt.date(2026, 7, 20)) == 5


def test_all_faults_of_a_calendar_together(tmp_path):
    # leave beyond the year, an end before its start, no such kind, nobody
    text = (
        "from,to,kind,officers\n2026-12-20,2027-01-05,leave,3\n2026-05-02,2026-05-01,court,1\n"
        "2026-05-02,,holiday,1\n2026-05-02,,court,0\n"
    )
    with pytest.raises(InputError) as error:
        read_calendar(write(tmp_path, "calendar.csv", text))
    said = str(error.value)
    for part in (
        "line 2: leave from 2026-12-20 to 2027-01-05 lies beyond",
        "line 3: it ends",
        "line 4: kind",
        "line 5: officers '0'",
    ):
        assert part in said


def test_a_project_brings_its_rota_and_calendar(tmp_path):
    # both files beside the project: today's plan, and who is away in the week asked for
    write(tmp_path, "rota.csv", ROTA)
    write(tmp_path, "calendar.csv", CALENDAR)
    problem = shifts_problem(project(tmp_path), setup=ShiftsSetup(slot_s=1800, week_of="2026-07-16"))
    assert problem.existing is not None
    assert sum(problem.away) == 5 * 2 * 16 + 5
    with pytest.raises(InputError, match=r"5 on 2026-07-14.*Move leave, or raise the cap"):
        shifts_problem(project(tmp_path), setup=ShiftsSetup(slot_s=1800, week_of="2026-07-16", leave_cap=4))
    with pytest.raises(InputError, match="beyond the year"):
        shifts_problem(project(tmp_path), setup=ShiftsSetup(slot_s=1800, week_of="2027-07-16"))


def test_caps_on_leave_by_sector(tmp_path):
    # two of D1 on leave where one may be: the sector, its cap, the date; a cap of a sector that there is not
    text = (
        "from,to,kind,officers,sector\n2026-07-14,2026-07-14,leave,2,D1\n2026-07-14,2026-07-14,leave,2,D2\n"
    )
    write(tmp_path, "calendar.csv", text)
    setup = ShiftsSetup(slot_s=1800, week_of="2026-07-16", leave_cap_by_sector={"D1": 1, "D2": 2})
    with pytest.raises(InputError, match=r"leave_cap_by_sector D1 1 allows: 2 on 2026-07-14\. Move leave"):
        shifts_problem(project(tmp_path), setup=setup)
    with pytest.raises(InputError, match=r"sector D7.*its sectors are D1, D2"):
        shifts_problem(project(tmp_path), setup=replace(setup, leave_cap_by_sector={"D7": 1}))
    kept = replace(setup, leave_cap_by_sector={"D1": 2})
    assert shifts_problem(project(tmp_path), setup=kept).away == ()
    with pytest.raises(InputError, match="0 or more officers, got -1 for D1"):
        replace(setup, leave_cap_by_sector={"D1": -1})


def test_a_week_without_calls():
    # calls that take no time ask for nobody: said, not planned
    hour = np.arange(168)
    table = pd.DataFrame({"area_id": "A", "hour_of_week": hour, "calls": 1.0, "unit_s": 0.0})
    with pytest.raises(InputError, match="no call work"):
        from_workload(from_table(table, ["A"], 1), service_s=1800.0)


def test_overtime_on_offer():
    # a shift held over is longer by it; a call back is overtime throughout; none is longer than the day
    setup = ShiftsSetup(lengths_h=(8.0, 23.0), start_every_h=12, hold_over_h=(2.0,), call_back_h=(4.0,))
    problem = from_workload(work(), setup=setup, service_s=1800.0)
    rows = dict(
        zip(
            problem.shift_ids,
            zip(problem.shift_slots.tolist(), problem.overtime_slots, strict=True),
            strict=True,
        )
    )
    assert rows["00:00+8h held 2h"] == (10, 2)
    assert rows["call-back 12:00+4h"] == (4, 4)
    assert "00:00+23h held 2h" not in rows


def test_a_sector_misses_its_own_officers(tmp_path):
    # two of D1 at training five days of eight hours; a third, of no sector, is missed by the force alone
    text = (
        "from,to,kind,officers,from_time,to_time,sector\n2026-07-13,2026-07-17,training,2,09:00,17:00,D1\n"
        "2026-07-15,2026-07-15,court,1,10:00,12:00,\n"
    )
    write(tmp_path, "calendar.csv", text)
    setup = ShiftsSetup(slot_s=1800, week_of="2026-07-16")
    ours, both = project(tmp_path), ("D1", "D2")
    assert sum(sector_problem(ours, work(), setup=setup, name="D1", sectors=both).away) == 5 * 2 * 16
    assert sum(sector_problem(ours, work(), setup=setup, name="D2", sectors=both).away) == 0
    assert sum(shifts_problem(ours, setup=setup).away) == 5 * 2 * 16 + 4
    with pytest.raises(
        InputError, match=r"names sector D1, which the plan does not have; its sectors are D2, D3"
    ):
        sector_problem(ours, work(), setup=setup, name="D2", sectors=("D2", "D3"))
