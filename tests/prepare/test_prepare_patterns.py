"""Rotating patterns from a project and a table of needs; what is wrong with it is told together."""

from __future__ import annotations

import csv
import json

import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.pattern_need import clock_s
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.questions import ask

NEED = "shift,start,hours,mon,tue,wed,thu,fri,sat,sun\nDay,07:00,12,2,2,2,2,2,2,2\nNight,19:00,12,2,2,2,2,2,2,2\n"


@pytest.fixture
def asked(county):
    """A county with a table of needs: two by day, two by night."""
    (county / "pattern_need.csv").write_text(NEED)
    return county


def test_solved_and_told(asked, capsys):
    """Eight officers in Pitman's manner: two or three days in a row, no night before a day, 42 hours a week."""
    chosen = ("rows=8", "exact=true", "longest_work=3", "longest_off=3", "rest_min=660")
    code = main(["solve", "patterns", str(asked), "--quiet", *(x for c in chosen for x in ("--set", c))])
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    assert "42 hours a week" in said.out
    (run,) = (p for p in (asked / "runs").iterdir() if p.is_dir())
    assert json.loads((run / "result.json").read_text())["status"] == "optimal"
    rows = list(csv.DictReader((run / "plan.csv").read_text().splitlines()))
    assert len(rows) == 8
    assert [sum(r[d] == "Night" for r in rows) for d in ("Mon", "Sun")] == [2, 2]
    assert (run / "workbook.xlsx").exists()


def test_rows_left_open(asked):
    """Without rows the hours and days say between how many the search looks: 28 shifts of 12 h at 42 h a week are 8."""
    problem = ask(load(asked), "patterns", {"objective": "officers", "most_week_h": 42}).problem
    assert problem.fewest_rows == 8
    assert problem.most_rows >= 12


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "shift,start,hours,mon,tue,wed,thu,fri,sat,sun\n"
            "A,7,8,1,1,1,1,1,1,1\nB,07:00,30,1,1,1,1,1,1,1\nC,07:00,8,1,x,1,1,1,1,1\n",
            "line 2: start '7'.*line 3: '30' hours.*line 4: 'x' is no whole number",
        ),
        ("shift,start,hours,mon\nA,07:00,8,1\n", "no column tue, wed"),
        ("shift,start,hours,mon,tue,wed,thu,fri,sat,sun\n", "no row under the heading"),
        (NEED + "Day,08:00,8,1,1,1,1,1,1,1\n", "shift 'Day' stands twice"),
        (NEED.replace(",2", ",0"), "nothing to plan"),
    ],
)
def test_bad_tables_are_told_together(county, content, message):
    """By line, all together, before anything is solved."""
    (county / "pattern_need.csv").write_text(content)
    with pytest.raises(InputError, match=message):
        ask(load(county), "patterns", {})


def test_a_missing_table_says_what_it_holds(county):
    """The columns are named."""
    with pytest.raises(InputError, match=r"pattern_need\.csv is missing.*shift, start, hours, mon"):
        ask(load(county), "patterns", {})


@pytest.mark.parametrize(
    ("text", "seconds"), [("07:00", 25200), ("7:05", 25500), ("24:00", None), ("7", None), ("07:60", None)]
)
def test_times_of_day(text, seconds):
    """A time of day has hour and minute."""
    assert clock_s(text) == seconds
