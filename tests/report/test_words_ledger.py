"""The ledger in words and sheets: today's strength, unbroken blocks, another rota in the same weeks."""

from dataclasses import replace

import pytest

from optimiser.prepare.strength_today import StrengthToday
from optimiser.problems.shifts.ledger import CLASSES, time_split
from optimiser.report import words_ledger
from optimiser.report.ledger_book import joined, sector_sheets
from optimiser.studies.shift_simulation import simulate_weeks
from optimiser.studies.split_ledger import Point, side_by_side
from tests.studies.test_shift_simulation import steady, stream


@pytest.fixture(scope="module")
def seen():
    """Five on duty at any time, 1.5 of them on calls, in eight weeks."""
    problem, plan = steady()
    return problem, plan, simulate_weeks(problem, plan, stream(), weeks=8)


def plain(sentences):
    return " ".join(sentences).replace("\u00a0", " ")


def test_what_todays_strength_can_reach():
    # 252 h of calls: of ten officers' 320 h they take 78.8 %, and 30 % of the hours of 27 at 32 h each (26.25)
    problem, _ = steady()
    short = plain(words_ledger.today(problem, StrengthToday(10, 32.0)))
    assert "calls 78.8 %" in short
    assert short.endswith("to keep calls within 30 % it takes 27 officers or more.")
    assert "it takes" not in plain(words_ledger.today(problem, StrengthToday(27, 32.0)))
    assert words_ledger.today(problem, None) == words_ledger.today(problem, StrengthToday(0, 32.0)) == []


def test_proactive_hours_in_unbroken_blocks(seen):
    # 840 h on duty less 252 of calls, 84 of reports and 84 with the community: 420 planned; calls break some of them
    problem, plan, weeks = seen
    said = plain(words_ledger.blocks(problem, plan, weeks))
    assert "unbroken blocks of 30 minutes or more: 420 officer-hours a week planned" in said
    assert f"{weeks.by_hour[CLASSES.index('proactive')].sum():,.0f} in simulated weeks" in said


def test_another_rota_in_the_same_weeks(seen):
    # with three instead of five on duty more calls wait, shown at 95 %; against itself nothing is shown
    problem, _, weeks = seen
    fewer = simulate_weeks(problem, steady(3)[1], stream(), weeks=8)
    assert "; 0 calls" not in plain(words_ledger.against("today's rota", weeks, fewer))
    assert plain(words_ledger.against("today's rota", weeks, fewer)).count("better:") == 2
    assert plain(words_ledger.against("today's rota", fewer, weeks)).count("worse:") == 2
    assert plain(words_ledger.against("itself", weeks, weeks)).count("not shown to differ") == 2


def test_what_the_calendar_takes():
    # one away for three hours; a sector says what it leaves out, a week without anybody away nothing
    problem, _ = steady()
    dated = replace(problem, away=tuple([1] * 3 + [0] * 165))
    assert plain(words_ledger.away(dated)).startswith("3 officer-hours of the week go to court")
    assert plain(words_ledger.away(dated, "D1")).endswith("the whole force's and not counted here.")
    assert words_ledger.away(problem) == []


def test_nothing_to_price_is_said():
    # a planner who asks for points and keeps the ceiling already is told so
    assert "keep the ceiling" in words_ledger.points(())[0]


def test_sheets_of_two_sectors_stand_below_each_other(seen):
    # a row a class, week, hour and quantile; what nobody asked for has no sheet
    problem, plan, weeks = seen
    lines = side_by_side(problem, plan, weeks)
    planned = time_split(problem, plan).by_hour_of_week()
    points = (Point(0.3, 840.0, 840.0, 26.0, None),)
    one = sector_sheets("D1", lines, weeks, planned, points, ())
    book = joined([one, sector_sheets("D2", lines, weeks, planned, (), ())])
    assert "Rules" not in book
    assert [row["sector"] for row in book["Points"]] == ["D1"]
    assert len(book["Time split"]) == 2 * len(CLASSES)
    assert len(book["Simulated weeks"]) == 2 * 8
    assert len(book["Hours of the week"]) == 2 * 168
    calls = book["Time split"][0]
    assert calls["planned share"] == pytest.approx(252 / 840)
    assert calls["share in 5 % of weeks"] <= calls["simulated share"] <= calls["share in 95 % of weeks"]
    hours = sum(row[k] for row in book["Hours of the week"][:168] for k in row if k.endswith("planned hours"))
    assert hours == pytest.approx(840.0)
    middle = book["Officers"][1]["calls over four weeks (share)"]
    assert 0.2 < middle < 0.4
