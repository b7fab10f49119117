"""Calls to the mean week: wall-clock hours, DST weeks, periods, priorities, areas, missing durations."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from optimiser.demand.service import service_times
from optimiser.demand.workload import from_calls, from_table, hours_of_week
from optimiser.errors import InputError

BERLIN = "Europe/Berlin"


def calls(times, timezone="UTC", **columns):
    """Canonical calls received at these local times."""
    local = pd.DatetimeIndex(pd.to_datetime(list(times))).tz_localize(timezone, ambiguous=False)
    table = pd.DataFrame(
        {
            "call_id": [f"c{i}" for i in range(len(local))],
            "received_at": local.tz_convert("UTC"),
            "hour_of_week": (local.day_of_week * 24 + local.hour).astype("int16"),
            "area_id": "A",
            "priority": np.int8(1),
            "call_type": "X",
            "origin": "public",
            "n_units": np.int16(1),
            "unit_s": 1800.0,
        }
    )
    return table.assign(**columns)


def test_two_weeks_of_one_call_an_hour():
    # every hour has one call of half an hour in each of two weeks
    times = pd.date_range("2024-01-01", periods=336, freq="h")
    week = from_calls(calls(times), ["A", "B"])
    assert week.n_weeks == 2
    assert week.calls[0] == pytest.approx(np.ones(168))
    assert week.unit_s[0] == pytest.approx(np.full(168, 1800.0))
    assert week.calls[1].sum() == 0
    assert week.priority_calls[1] == pytest.approx([168, 0])


@pytest.mark.parametrize(
    ("begin", "end", "hour", "seen"),
    [
        # 2024-03-31 02:00 never was; 2024-10-27 02:00 was twice (Europe/Berlin)
        (dt.date(2024, 3, 25), dt.date(2024, 4, 8), 6 * 24 + 2, 1),
        (dt.date(2024, 10, 21), dt.date(2024, 11, 4), 6 * 24 + 2, 3),
    ],
)
def test_summer_time_nights_are_counted_as_they_were(begin, end, hour, seen):
    # two weeks: every other hour is seen twice
    exposure = hours_of_week(begin, end, BERLIN)
    assert exposure[hour] == seen
    assert (np.delete(exposure, hour) == 2).all()


def test_the_hour_that_never_was_is_not_a_quiet_hour():
    # one call in every hour that was, over two weeks with the spring night: the mean is one everywhere
    times = pd.date_range("2024-03-25", "2024-04-08", freq="h", tz=BERLIN, inclusive="left")
    table = calls(times.tz_localize(None), BERLIN)
    week = from_calls(table, ["A"], BERLIN)
    assert len(table) == 335
    assert week.calls[0] == pytest.approx(np.ones(168))


def test_one_week_with_the_hour_that_never_was():
    # seen not once: the mean of its neighbours
    times = pd.date_range("2024-03-25", "2024-04-01", freq="h", tz=BERLIN, inclusive="left")
    assert from_calls(calls(times.tz_localize(None), BERLIN), ["A"], BERLIN).calls[0] == pytest.approx(
        np.ones(168)
    )


def test_period_cuts_by_local_date():
    # of three weeks the second is asked for
    times = pd.date_range("2024-01-01", periods=3 * 168, freq="h")
    units = np.repeat([600.0, 1200.0, 1800.0], 168)
    week = from_calls(calls(times, unit_s=units), ["A"], begin=dt.date(2024, 1, 8), end=dt.date(2024, 1, 15))
    assert week.n_weeks == 1
    assert week.unit_s.sum() == pytest.approx(168 * 1200)


def test_calls_outside_all_areas_are_kept_apart():
    # nothing is lost: the week's total still holds them
    times = pd.date_range("2024-01-01", periods=168, freq="h")
    area = np.where(np.arange(168) < 10, "", "A")
    week = from_calls(calls(times, area_id=area), ["A"])
    assert week.unplaced_calls.sum() == 10
    assert week.week_calls().sum() == pytest.approx(168)
    assert week.week_unit_s().sum() == pytest.approx(168 * 1800)


def test_officer_initiated_work_is_left_out_by_default():
    # it is what officers do with their free time, not demand
    times = pd.date_range("2024-01-01", periods=168, freq="h")
    origin = np.where(np.arange(168) % 2 == 0, "officer", "public")
    assert (
        from_calls(
            calls(times, origin=origin), ["A"], end=dt.date(2024, 1, 8), begin=dt.date(2024, 1, 1)
        ).calls.sum()
        == 84
    )
    assert from_calls(calls(times, origin=origin), ["A"], officer_initiated=True).calls.sum() == 168


def test_missing_durations_get_the_mean_of_their_priority():
    # priority 1 takes 1000 s, priority 2 takes 3000 s; one of each is missing; priority 3 has none at all: 2000 s
    times = pd.date_range("2024-01-01", periods=168, freq="h")
    priority = np.where(np.arange(168) < 84, 1, 2).astype("int8")
    unit_s = np.where(priority == 1, 1000.0, 3000.0)
    unit_s[[0, 100]] = np.nan
    priority[167], unit_s[167] = 3, np.nan
    week = from_calls(calls(times, priority=priority, unit_s=unit_s), ["A"])
    assert week.n_imputed == 3
    assert week.unit_s[0, [0, 100]].tolist() == [1000.0, 3000.0]
    assert week.unit_s[0, 167] == pytest.approx((83 * 1000 + 82 * 3000) / 165)


def test_workload_table():
    # totals over four weeks become one week's means
    table = pd.DataFrame(
        {"area_id": ["A", "Z"], "hour_of_week": [5, 5], "calls": [8.0, 4.0], "unit_s": [4000.0, 400.0]}
    )
    week = from_table(table, ["A"], 4)
    assert week.calls[0, 5] == 2
    assert week.unit_s[0, 5] == 1000
    assert week.unplaced_calls[5] == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda t: from_calls(t.head(0), ["A"]), "no call to plan for"),
        (lambda t: from_calls(t.head(24), ["A"]), "has 1 day; a week of demand needs at least 7"),
        (
            lambda t: from_calls(t, ["A"], begin=dt.date(2030, 1, 1), end=dt.date(2030, 2, 1)),
            "No call was received",
        ),
        (lambda t: from_calls(t.assign(unit_s=np.nan), ["A"]), "No call has a duration"),
        (lambda t: from_table(t.assign(calls=0.0, unit_s=0.0), ["A"], 1), "holds no calls and no minutes"),
        (lambda t: from_table(t.assign(calls=1.0), ["A"], 0), "must be positive, got 0"),
    ],
)
def test_bad_input_is_named(make, said):
    # a week without calls is an error with its reason, never a plan for nobody
    with pytest.raises(InputError) as error:
        make(calls(pd.date_range("2024-01-01", periods=168, freq="h")))
    assert said in str(error.value)


def test_default_duration_where_no_call_has_one():
    # the project's stated default is used, and counted
    table = calls(pd.date_range("2024-01-01", periods=168, freq="h"), unit_s=np.nan)
    week = from_calls(table, ["A"], default_service_s=1234.0)
    assert week.unit_s[0] == pytest.approx(np.full(168, 1234.0))
    assert week.n_imputed == 168


def test_service_times_by_hand():
    # two calls of one unit and 600 and 1800 s, one of two units and 2400 s together
    table = calls(pd.date_range("2024-01-01", periods=4, freq="h"))
    table = table.assign(unit_s=[600.0, 1800.0, 2400.0, np.nan], n_units=[1, 1, 2, 1])
    (all_calls,) = service_times(table, None)
    assert all_calls.n_calls == 3
    assert all_calls.n_missing == 1
    assert all_calls.mean_s == pytest.approx((600 + 1800 + 2 * 1200) / 4)
    assert all_calls.cv2 == pytest.approx((600**2 + 600**2) / 4 / 1200**2)
    assert all_calls.p50_s == 1200
    assert [s.group for s in service_times(table, "n_units")] == ["1", "2"]
    # a call that only other roles attended tells nothing of patrol
    assert (
        service_times(table.assign(n_units=[1, 1, 2, 0], unit_s=[600.0, 1800.0, 2400.0, 0.0]), None)[
            0
        ].n_calls
        == 3
    )
    with pytest.raises(InputError, match="no column 'beat'"):
        service_times(table, "beat")
