"""Rosters from a project and three small tables, rolled on from a roster's own export."""

from __future__ import annotations

import csv
import shutil

import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.project import load
from optimiser.errors import InputError, UsageError
from optimiser.prepare.questions import ask

TEAMS = (
    "team,officers,supervisors,vehicles,pattern,phase,firearms\n"
    "Red,8,1,3,4on4off,1,2\nBlue,8,1,3,4on4off,3,1\nGreen,9,1,3,,,1\nGold,7,1,3,,,2\n"
)
PATTERNS = "pattern,days\n4on4off,Day Day Night Night - - - -\n"
NEED = "shift,start,hours,mon,tue,wed,thu,fri,sat,sun\nDay,07:00,12,7,7,7,7,8,8,7\nNight,19:00,12,6,6,6,7,7,7,6\n"


@pytest.fixture
def asked(county):
    """A county with teams, a pattern and a need."""
    (county / "teams.csv").write_text(TEAMS)
    (county / "roster_patterns.csv").write_text(PATTERNS)
    (county / "roster_need.csv").write_text(NEED)
    return county


def solved(folder, capsys, *chosen):
    code = main(["solve", "rosters", str(folder), "--quiet", *(x for c in chosen for x in ("--set", c))])
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    (run,) = (p for p in (folder / "runs").iterdir() if p.is_dir())
    return run, said.out


def test_solved_exported_and_rolled_on(asked, capsys):
    """Four weeks, then four more from the export: the teams go on where they were, without a word to say so."""
    run, said = solved(
        asked, capsys, "first_date=2027-01-04", "supervisors=1", 'skills={"firearms"=1}', "fleet=6"
    )
    assert "4 teams from 2027-01-04 to 2027-01-31" in said
    rows = list(csv.DictReader((run / "plan.csv").read_text().splitlines()))
    assert set(rows[0]) == {"team", "date", "shift", "starts", "ends", "pattern", "pattern_day"}
    assert len(rows) == 4 * 28
    night = next(r for r in rows if r["shift"] == "Night")
    assert night["starts"].endswith(" 19:00")
    assert night["ends"].endswith(" 07:00")
    assert night["ends"][:10] > night["date"]
    for date in {r["date"] for r in rows}:
        assert sorted(r["shift"] for r in rows if r["date"] == date) == ["Day", "Night", "off", "off"]
    shutil.copy(run / "plan.csv", asked / "roster_worked.csv")
    shutil.rmtree(asked / "runs")
    (asked / "teams.csv").write_text(TEAMS.replace("4on4off,1", ",").replace("4on4off,3", ","))
    problem = ask(load(asked), "rosters", {"first_date": "2027-02-01"}).problem
    assert [len(h) for h in problem.history] == [28] * 4
    on, _ = solved(asked, capsys, "first_date=2027-02-01", "longest_work=4")
    after = list(csv.DictReader((on / "plan.csv").read_text().splitlines()))
    by_team = {}
    for row in (*rows, *after):
        by_team.setdefault(row["team"], []).append(row["shift"])
    for days in by_team.values():
        text = "".join(d[0] for d in days)  # D, N and o
        assert "DDDDD" not in text.replace("N", "D")
        assert "ND" not in text


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("teams.csv", "team,officers\nA,x\nA,-1\n,3\n", "line 2: officers 'x'.*line 3.*line 4: team '' has no name"),
        ("teams.csv", "team,size\nA,3\n", "no column officers"),
        ("teams.csv", "team,officers,pattern,phase\nA,3,4on4off,0\n", "phase '0' is no day of a pattern, from 1 on"),
        ("teams.csv", "team,officers,pattern,phase\nA,3,5on2off,1\n", "on pattern '5on2off', which is none"),
        ("roster_patterns.csv", "pattern,days\nx,\n", "line 2: pattern 'x'"),
        ("roster_patterns.csv", "pattern,days\nx,Early Swing\n", "shifts that there are not: Early, Swing"),
        ("roster_worked.csv", "team,date,shift\nRed,yesterday,Day\n", "line 2: 'yesterday' is no date"),
        ("roster_worked.csv", "team,date,shift\nPink,2027-01-03,Day\n", "names Pink, which is no team"),
        ("roster_worked.csv", "team,date,shift\nRed,2027-01-03,Day\nRed,2027-01-03,-\n", "line 3: Red on 2027-01-03 s"),
    ],
)  # fmt: skip
def test_bad_tables_are_told(asked, file, content, message):
    """By file and line, before anything is solved."""
    (asked / file).write_text(content)
    with pytest.raises(InputError, match=message):
        ask(load(asked), "rosters", {"first_date": "2027-01-04"})


def test_a_first_day_is_asked_for(asked):
    """Without it, or with one that is none, the choice is named."""
    for chosen in ({}, {"first_date": "Monday"}):
        with pytest.raises(UsageError, match="as 2027-01-04"):
            ask(load(asked), "rosters", chosen)


def test_a_skill_nobody_has_a_column_for(asked):
    """The table's skills are named."""
    with pytest.raises(InputError, match="skills names dogs, but the teams' table has firearms"):
        ask(load(asked), "rosters", {"first_date": "2027-01-04", "skills": {"dogs": 1}})
