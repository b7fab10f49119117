"""Workload by area, type, priority, origin and slot: hand-worked weeks, clears side by side, missing times, periods."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from optimiser.demand.clears import FIRST, LAST, filled, side_by_side, unit_seconds
from optimiser.demand.cube import CubeParams, cube
from optimiser.demand.period import Period, hours_seen, local_days
from optimiser.demand.workload import from_calls
from optimiser.errors import InputError, UsageError
from tests.demand.test_workload import BERLIN, calls


def with_more(times, **columns):
    """Canonical calls with every later column."""
    given = {"dispatch_delay_s": 0.0, "first_clear_s": np.nan, "last_clear_s": np.nan, "report_s": np.nan}
    return calls(times, columns.pop("timezone", "UTC"), **(given | columns))


TWO_WEEKS = [f"2024-01-{d:02d} 10:50" for d in range(1, 15)]


def test_time_stands_where_it_passes():
    """10:50 to 11:20 by two units: slots of 15 minutes from 10:45 on get 20, 30 and 10 of the 60 unit-minutes."""
    table = with_more(TWO_WEEKS, n_units=np.int16(2), unit_s=3600.0)
    found = cube(table, ["A"], "UTC", CubeParams(slot_s=900))
    week = found.week() / 60
    assert week[[43, 44, 45, 46]] == pytest.approx([20.0, 30.0, 10.0, 0.0])
    assert found.week("calls")[43] == 1
    assert week.sum() == pytest.approx(7 * 60)
    for slot_s in (1800, 3600):  # whatever the slot, nothing is lost
        assert cube(table, ["A"], "UTC", CubeParams(slot_s=slot_s)).week().sum() / 60 == pytest.approx(7 * 60)


def test_officers_and_reports_count():
    """Two officers a car, and 12 minutes of report by one officer after the call: 30 x 2 + 12 a day."""
    table = with_more(TWO_WEEKS)
    found = cube(table, ["A"], "UTC", CubeParams(officers_per_unit=2.0, report_s={"": 720.0}))
    assert found.week().sum() / 60 == pytest.approx(7 * 72)
    assert found.week("report_s").sum() / 60 == pytest.approx(7 * 12)
    assert found.n_report_imputed == 14
    recorded = cube(table.assign(report_s=60.0), ["A"], "UTC", CubeParams(report_s={"": 720.0}))
    assert recorded.week("report_s").sum() == pytest.approx(7 * 60)  # what the file says wins
    assert recorded.n_report_imputed == 0


def test_every_dimension_adds_up():
    """Sums by area, type, priority and origin are the whole; officer-initiated work is never mixed in."""
    rng = np.random.default_rng(3)
    times = pd.date_range("2024-01-01", periods=545, freq="37min")
    table = with_more(
        times, area_id=rng.choice(["A", "B", "Z"], 545), call_type=rng.choice(["X", "Y"], 545),
        priority=rng.integers(1, 4, 545).astype("int8"), origin=rng.choice(["public", "officer"], 545),
        unit_s=rng.uniform(60, 9000, 545),
    )  # fmt: skip
    found = cube(table, ["A", "B"], "UTC")
    for by in (["area_id"], ["call_type", "priority"], ["origin"], ["slot"]):
        assert found.total(by).sum() == pytest.approx(found.week().sum())
    assert set(found.table["area_id"]) == {"A", "B", ""}
    public = found.week(origin="public").sum() + found.week(origin="officer").sum()
    assert public == pytest.approx(found.week().sum())
    assert found.week().sum() * found.n_weeks == pytest.approx(table["unit_s"].sum())


def test_summer_time_nights():
    """A call from 01:30 to 03:30 by the clock on 31 March 2024 (Berlin) is one hour: half in hour 1, half in hour 3."""
    table = with_more(
        ["2024-03-25 12:00", "2024-03-31 01:30", "2024-04-07 12:00"], timezone=BERLIN, unit_s=3600.0
    )
    week = cube(table, ["A"], BERLIN).week()
    sunday = 6 * 24
    # 25 March to 7 April shows hours 1 and 3 of Sunday twice
    assert week[[sunday + 1, sunday + 2, sunday + 3]] == pytest.approx([900, 0, 900])


def test_definitions_of_clear_side_by_side():
    """Three units free after 10, 20 and 90 minutes: first clear says 30 unit-minutes, last 270, their own 120."""
    table = with_more(TWO_WEEKS, n_units=np.int16(3), unit_s=7200.0, first_clear_s=600.0, last_clear_s=5400.0)
    whole, one = side_by_side(table)
    assert {k: v / 60 for k, v in whole.mean_unit_s.items()} == {"recorded": 120, FIRST: 30, LAST: 270}
    assert (one.group, one.n_calls) == ("1", 14)
    assert cube(table, ["A"], "UTC", CubeParams(clear=LAST)).week().sum() / 60 == pytest.approx(7 * 270)
    assert side_by_side(table.assign(first_clear_s=np.nan))[0].mean_unit_s.keys() == {"recorded", LAST}
    with pytest.raises(UsageError, match="no definition of clear"):
        unit_seconds(table, "final")


def test_missing_times_are_filled_from_the_nearest_group_and_counted():
    """20 known make a mean: type and priority, then type, then priority, then all, then the default."""
    rows = [("X", 1, 600.0)] * 20 + [("X", 2, 1200.0)] * 20 + [("Y", 2, 300.0)] * 5
    lost = [("X", 1), ("X", 3), ("Z", 2), ("Z", 9)]
    table = pd.DataFrame(rows + [(*k, np.nan) for k in lost], columns=["call_type", "priority", "unit_s"])
    table["n_units"] = 2
    found, counts = filled(table["unit_s"].to_numpy(), table, 60.0)
    assert found[-4:] == pytest.approx([600, 900, (20 * 1200 + 5 * 300) / 25, (12000 + 24000 + 1500) / 45])
    assert counts == {"type and priority": 1, "type": 1, "priority": 1, "all calls": 1}
    none = table.assign(unit_s=np.nan)
    assert filled(none["unit_s"].to_numpy(), none, 60.0)[1] == {"stated default": 49}
    with pytest.raises(InputError, match="give a default"):
        filled(none["unit_s"].to_numpy(), none, None)


def test_calls_without_a_patrol_unit_are_no_work():
    """n_units 0 with a missing time: nothing is imputed to a patrol."""
    table = with_more(TWO_WEEKS, n_units=np.int16(0), unit_s=np.nan)
    found = cube(table, ["A"], "UTC", default_service_s=1800.0)
    assert found.week().sum() == 0
    assert not found.imputed


def test_a_season_without_its_holidays():
    """July of two years without the 4th: 60 days, and the mean week divides by them."""
    days = pd.date_range("2023-01-01", "2024-12-31", freq="D")
    table = with_more(days + pd.Timedelta(hours=12))
    period = Period(months=frozenset({7}), leave_out=frozenset({dt.date(2023, 7, 4), dt.date(2024, 7, 4)}))
    found = cube(table, ["A"], "UTC", CubeParams(period=period))
    assert found.n_calls == 60
    assert found.n_weeks == pytest.approx(60 / 7)
    assert found.week("calls")[12::24] == pytest.approx(np.ones(7))
    week = from_calls(table, ["A"], period=period)
    assert week.calls[0, 12::24] == pytest.approx(np.ones(7))
    assert week.n_weeks == pytest.approx(60 / 7)


def test_hours_seen_of_days_with_gaps():
    """Saturday 30 March and Monday 1 April 2024 alone: the short Sunday between is not seen."""
    seen = hours_seen(np.array(["2024-03-30", "2024-04-01"], dtype="datetime64[D]"), BERLIN)
    assert seen.sum() == 48
    assert seen[6 * 24 :].sum() == 0
    at = pd.Series(pd.DatetimeIndex(["2024-03-31 23:30"], tz="UTC"))
    assert str(local_days(at, BERLIN)[0]) == "2024-04-01"


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ({"months": frozenset({13})}, "Months run from 1 to 12"),
        ({"first_day": dt.date(2024, 2, 1), "last_day": dt.date(2024, 1, 1)}, "before it begins"),
    ],
)
def test_bad_periods(period, words):
    """A month that is none and an end before the beginning are named."""
    with pytest.raises(InputError, match=words):
        Period(**period)


def test_an_empty_period_is_named():
    """Nothing is left of January data when July is asked for."""
    with pytest.raises(InputError, match=r"No day is left.*months \[7\]"):
        cube(with_more(TWO_WEEKS), ["A"], "UTC", CubeParams(period=Period(months=frozenset({7}))))


@pytest.mark.parametrize(
    "params",
    [
        {"slot_s": 600},
        {"officers_per_unit": -1.0},
        {"report_s": {"X": -5.0}},
        {"officers_per_unit": np.ones(24)},
    ],
)
def test_bad_params(params):
    """Slots, crews and report times that cannot be are refused by name."""
    with pytest.raises(InputError, match=next(iter(params))):
        CubeParams(**params)
