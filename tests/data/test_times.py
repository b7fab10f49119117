"""Times as typed, and the nights that clocks change, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from optimiser.data.figures import parse_numbers
from optimiser.data.times import parse_stamps, told_order
from optimiser.data.wall_clock import hour_of_week, join, not_before, to_utc, with_date
from optimiser.errors import InputError

TORONTO = "America/Toronto"


def series(*texts):
    return pd.Series(list(texts), dtype="str")


def wall(*texts):
    return np.array(texts, dtype="datetime64[s]")


def naive(n):
    return np.full(n, np.nan)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-09T14:05:06", "2025-03-09T14:05:06"),
        ("2019-08-07T23:29:36.000", "2019-08-07T23:29:36"),
        ("2025/3/9 14:05", "2025-03-09T14:05:00"),
        ("3/29/2025 14:05:06", "2025-03-29T14:05:06"),
        ("29.3.2025 14:05", "2025-03-29T14:05:00"),
        ("03/29/25 2:05:06PM", "2025-03-29T14:05:06"),
        ("03/29/2025 12:00:00AM", "2025-03-29T00:00:00"),
        ("03/29/2025 12:30 pm", "2025-03-29T12:30:00"),
        ("29-Mar-2025 14:05", "2025-03-29T14:05:00"),
        ("Mar 29, 2025 14:05", "2025-03-29T14:05:00"),
        ("20250329 14:05", "2025-03-29T14:05:00"),
        ("1741500000", "2025-03-09T06:00:00"),
        ("1741500000000", "2025-03-09T06:00:00"),
        ("2024-12-31 24:00", "2025-01-01T00:00:00"),
        ("  2025-03-09 14:05  ", "2025-03-09T14:05:00"),
    ],
)
def test_formats(text, expected):
    """Every format comes out as the time it shows (epoch 1741500000 is 2025-03-09 06:00 UTC)."""
    stamps = parse_stamps(series(text), "when")
    assert str(stamps.wall[0]) == expected
    assert stamps.has_date.all()
    assert stamps.has_time.all()
    assert not stamps.faults


@pytest.mark.parametrize("text", ["1031", "10:31", "10:31:00"])
def test_times_of_day(text):
    """Howard County writes 1031 for 10:31."""
    stamps = parse_stamps(series(text), "when")
    assert str(stamps.wall[0]) == "1970-01-01T10:31:00"
    assert not stamps.has_date.any()


def test_two_digit_years_and_29_february():
    """09/14/21 is 2021; 29 February exists in 2024 only."""
    stamps = parse_stamps(series("09/14/21 07:08", "02/29/24 07:08", "02/29/25 07:08"), "when")
    assert [str(w)[:10] for w in stamps.wall] == ["2021-09-14", "2024-02-29", "NaT"]
    assert stamps.faults["no such day"].tolist() == [False, False, True]


def test_day_and_month_are_never_guessed():
    """One telling date anywhere decides; none asks; both refuse; a stated order that does not fit refuses."""
    assert told_order([series("03/04/2025"), series("13/04/2025 10:00")]) == "DMY"
    assert told_order([series("03/04/2025")]) == ""
    assert str(parse_stamps(series("03/04/2025 10:00"), "when", order="DMY").wall[0]) == "2025-04-03T10:00:00"
    with pytest.raises(InputError, match="does not fit the order MDY"):
        parse_stamps(series("13/04/2025 10:00"), "when", order="MDY")
    same = parse_stamps(series("03/03/2025 10:00"), "when")
    assert str(same.wall[0]) == "2025-03-03T10:00:00"


def test_spring_night():
    """Toronto, 9 March 2025: 01:30 is 06:30 UTC, 02:30 does not exist, 03:30 is 07:30 UTC."""
    placed = to_utc(wall("2025-03-09T01:30", "2025-03-09T02:30", "2025-03-09T03:30"), naive(3), TORONTO)
    assert [str(u) for u in placed.utc] == ["2025-03-09T06:30:00", "NaT", "2025-03-09T07:30:00"]
    assert placed.skipped.tolist() == [False, True, False]
    assert hour_of_week(placed.utc[[0, 2]], TORONTO).tolist() == [6 * 24 + 1, 6 * 24 + 3]


def test_autumn_night():
    """Toronto, 2 November 2025: 01:30 first is 05:30 UTC; a call of 01:50 reached at 01:10 took 20 minutes."""
    start = to_utc(wall("2025-11-02T01:30", "2025-11-02T01:50"), naive(2), TORONTO)
    assert [str(u) for u in start.utc] == ["2025-11-02T05:30:00", "2025-11-02T05:50:00"]
    assert start.twice.all()
    later = not_before(to_utc(wall("2025-11-02T01:40", "2025-11-02T01:10"), naive(2), TORONTO), start.utc)
    assert ((later.utc - start.utc) / np.timedelta64(60, "s")).tolist() == [10.0, 20.0]
    assert hour_of_week(later.utc, TORONTO).tolist() == [145, 145]


def test_a_week_with_a_change_has_167_or_169_hours():
    """Counted hour by hour in UTC: the spring week shows 167 different hours, the autumn week one of them twice."""
    for start, hours, distinct in (("2025-03-03T05:00", 167, 167), ("2025-10-27T04:00", 169, 168)):
        utc = np.datetime64(start, "s") + np.arange(hours).astype("timedelta64[h]")
        week = hour_of_week(utc, TORONTO)
        assert week[0] == 0
        assert week[-1] == 167
        assert len(set(week.tolist())) == distinct


def test_offsets_count():
    """14:05 at +02:00 is 12:05 UTC whatever the zone; Z is UTC."""
    stamps = parse_stamps(
        series("2025-07-01 14:05+02:00", "2025-07-01T14:05Z", "2025-07-01 14:05 -0430"), "when"
    )
    placed = to_utc(stamps.wall, stamps.offset_s, TORONTO)
    assert [str(u)[11:16] for u in placed.utc] == ["12:05", "14:05", "18:35"]


def test_times_of_day_roll_past_midnight():
    """A call of 23:50 reached at 00:05 was reached the next day; one 3 minutes too early stays a fault."""
    calls = wall("2025-03-04T23:50", "2025-03-04T10:05")
    later, rolled = with_date(parse_stamps(series("00:05", "10:02"), "arrived"), calls)
    assert [str(w) for w in later] == ["2025-03-05T00:05:00", "2025-03-04T10:02:00"]
    assert rolled.tolist() == [True, False]


def test_date_and_time_columns():
    """A date column that carries a midnight, and a time column; 24:00 belongs to the next day."""
    dates = parse_stamps(series("2021-05-14T00:00:00.000", "2021-05-14T06:58:27.000", "2021-05-14"), "date")
    times = parse_stamps(series("00:21:52", "06:58:00", "24:00"), "time")
    joined = join(dates, times)
    assert [str(w) for w in joined.wall] == [
        "2021-05-14T00:21:52",
        "2021-05-14T06:58:00",
        "2021-05-15T00:00:00",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", 1234.5), ("1,234,567", 1234567.0), ("12,5", 12.5), ("1 234", 1234.0), ("1\u2009234", 1234.0),
        ("\u22125", -5.0), ("\uff11\uff12", 12.0), (" 7 ", 7.0), ("-0.0", 0.0), ("2.5e3", 2500.0),
    ],
)  # fmt: skip
def test_numbers(text, value):
    """Thousands, decimal comma, thin space, the typesetter's minus, full-width digits."""
    values, wrong = parse_numbers(series(text))
    assert values.tolist() == [value]
    assert not wrong.any()


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1e300", "5%", "$5", "(5)", "TRUE", "five", "1,23,4", "--5"]
)
def test_no_numbers(text):
    """What is no number is missing and marked, never 0."""
    values, wrong = parse_numbers(series(text, ""))
    assert np.isnan(values).all()
    assert wrong.tolist() == [True, False]
