"""The staffing pipeline: each stage takes the plan of the one before, and the roster keeps what it must."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from optimiser import registry
from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.errors import InputError
from optimiser.problems.patterns import FAMILY as PATTERNS
from optimiser.problems.patterns import PatternsParams, PatternsPlan, PatternsProblem
from optimiser.problems.shifts import ShiftsPlan
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.studies.pipeline import pattern_question
from optimiser.studies.pipeline_roster import roster_faults, unroll
from optimiser.studies.pipeline_teams import team_lines, team_question, weeks_on_offer
from optimiser.studies.pipeline_types import PipelineSetup
from tests.oracles.shifts_cases import random_plain_problem

HOUR = 3600.0


def day_and_night() -> tuple[PatternsProblem, PatternsPlan]:
    """One officer by day and one by night, every day, on five rows, one of them free: by hand."""
    problem = PatternsProblem(
        shift_ids=("D", "N"),
        shift_start_s=HOUR * np.array([7.0, 19.0]),
        shift_length_s=HOUR * np.array([8.0, 8.0]),
        need=np.ones((2, 7), dtype=np.int64),
        fewest_rows=5,
        most_rows=5,
        params=PatternsParams(longest_work=7, longest_off=7, shortest_work=1, most_week_h=40.0),
    )
    rows = (
        ("D", "D", "D", "D", "-", "-", "-"),
        ("-", "-", "-", "-", "N", "N", "N"),
        ("-", "-", "-", "-", "-", "-", "-"),
        ("N", "N", "N", "N", "-", "-", "-"),
        ("-", "-", "-", "-", "D", "D", "D"),
    )
    return problem, PatternsPlan(rows)


def test_a_pattern_unrolled_keeps_its_rules():
    """Every day has its day and night officer; each officer works the rows in turn; teams of two."""
    problem, plan = day_and_night()
    easy = replace(problem, params=replace(problem.params, longest_off=28))
    assert PATTERNS.check(easy, plan) == []
    lines = unroll(plan, team_size=2)
    assert [len(line.days) for line in lines] == [28] * 5
    assert lines[0].days[:14] == plan.rows[0] + plan.rows[1]
    assert lines[4].days[7:14] == plan.rows[0]
    assert [line.team for line in lines] == ["team 1", "team 1", "team 2", "team 2", "team 3"]
    assert roster_faults(problem, lines) == []


def test_each_fault_of_a_roster_is_found():
    """An officer missing, a day shift after a night, too many days in a row, too many hours."""
    problem, plan = day_and_night()
    lines = list(unroll(plan, 2))
    gone = replace(lines[0], days=(*lines[0].days[:1], "-", *lines[0].days[2:]))
    assert roster_faults(problem, [gone, *lines[1:]]) == ["day 2, D: 0 of 1 officers"]
    quick = replace(lines[3], days=("N", "D", *lines[3].days[2:]))
    faults = roster_faults(problem, [*lines[:3], quick, lines[4]])
    assert "officer 4, day 2: 4 h of rest after N" in faults
    strict = replace(problem, params=replace(problem.params, longest_work=3))
    assert any("more than 3 working days" in f for f in roster_faults(strict, lines))
    short = replace(problem, params=replace(problem.params, most_week_h=20.0))
    assert roster_faults(short, lines) == ["22.40 h a week on average, 20 allowed"]


def test_the_pattern_is_asked_for_what_the_shifts_need():
    """Officers by shift and day as in the plan, and as many rows as its hours ask for at least."""
    week = random_plain_problem(2)
    shift = week.shift_ids[0]
    plan = ShiftsPlan({f"{shift}@0": 2, f"{shift}@3": 1})
    question = pattern_question(week, plan, PipelineSetup(week_h=10.0))
    assert question.shift_ids == (shift,)
    assert question.need.tolist() == [[2, 0, 0, 1, 0, 0, 0]]
    hours = 3 * float(week.shift_slots[0]) * week.slot_h
    assert question.fewest_rows == max(2, int(np.ceil(hours / 10)))
    with pytest.raises(InputError, match="nobody on duty"):
        pattern_question(week, ShiftsPlan({}), PipelineSetup())


def test_teams_are_offered_the_weeks_of_their_shifts():
    """Four days of 10 hours, five of 8, Pitman's fortnight of 12; two shifts alike in length take turns."""
    problem, _ = day_and_night()
    names, days = weeks_on_offer(problem, 40.0)
    assert names == ("D", "N", "D then N")
    assert days[0] == ("D",) * 5 + ("-",) * 2
    assert days[2] == days[0] + days[1]
    ten = replace(problem, shift_length_s=HOUR * np.array([10.0, 12.0]))
    names, days = weeks_on_offer(ten, 40.0)
    assert days[0] == ("D",) * 4 + ("-",) * 3
    assert sum(d == "N" for d in days[1]) == 7
    assert len(days[1]) == 14
    assert names == ("D", "N")


def test_a_team_roster_is_the_best_of_its_family():
    """Two teams of one officer on D and N for a need of one each: five days of seven are met, by the family's rules."""
    problem, _ = day_and_night()
    question = team_question(problem, PipelineSetup(team_size=1, week_h=40.0))
    assert len(question.team_ids) == 3  # 14 officer-shifts a week at five each
    easy = replace(question, supervisors_needed=np.zeros_like(question.supervisors_needed))
    result = solve(easy, registry.load(registry.default("rosters")), SolveOptions(time_limit_s=20))
    assert result.status == "optimal"
    lines = team_lines(easy, result.plan)
    met = sum(min(1, sum(line.days[d] == s for line in lines)) for d in range(28) for s in problem.shift_ids)
    by_name = {m.name: m.value for m in result.measures}
    assert met == 56 - by_name["officers missing"]
    assert 28 <= met <= 56


def test_of_a_project(county, capsys):
    """Four stages from calls on, the roster as a table of 28 days that has what the pattern needs."""
    code = main(["pipeline", str(county), "--quiet", "--json", "--gap", "5", "--set", "start_times=3"])
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    told = json.loads(said.out)
    assert [s["name"] for s in told["stages"]] == ["requirement", "shifts", "pattern", "roster", "teams"]
    assert told["ended"] == "whole"
    assert told["broken"] == []
    assert all(s["gap_frac"] <= 0.05 for s in told["stages"])
    with (county / "studies" / "roster.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == told["officers"]["on the pattern"]
    assert len(rows[0]) == 2 + 28
    with (county / "studies" / "teams.csv").open(encoding="utf-8") as stream:
        teams = list(csv.DictReader(stream))
    assert teams
    assert all(len(t) == 2 + 28 for t in teams)
    assert told["officers"]["with relief"] > len(rows)
