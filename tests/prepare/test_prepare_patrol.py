"""Patrol from a project: only what the public reported, or injury, counts; it does not feed itself."""

from __future__ import annotations

import json

import numpy as np
import pytest

from optimiser import registry
from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.patrol import PatrolSetup, harm_of, parts_of
from optimiser.prepare.questions import ask
from optimiser.problems.patrol import PatrolParams
from optimiser.problems.patrol.measures import overlap
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.studies.patrol_loop import loop

HARM = "call_type,harm,injury\nROBB,20,\nINJ,15,yes\nCOLL,3,\nBURGR,8,\nSTOP,50,\n"


@pytest.fixture
def asked(county):
    (county / "harm.csv").write_text(HARM)
    return county


def plan(problem):
    return solve(problem, registry.load("patrol.milp"), SolveOptions(time_limit_s=30, confirm=False)).plan


def test_harm_is_what_the_public_reported_or_injury(asked):
    """Weights times calls by origin, counted by hand; a stop with the largest weight adds nothing."""
    project = load(asked)
    problem = ask(project, "patrol", {"harm": "harm.csv", "hours": 100}).problem
    calls = project.calls
    weight = calls["call_type"].map({"ROBB": 20, "INJ": 15, "COLL": 3, "BURGR": 8, "STOP": 50}).fillna(0)
    counts = (calls["origin"] == "public") | (calls["call_type"] == "INJ")
    inside = calls["area_id"].isin(problem.place_ids)
    n_weeks = problem.harm.sum() and (weight * counts * inside).sum() / problem.harm.sum()
    assert 52 <= n_weeks <= 53  # a year of calls
    assert (calls.loc[calls["call_type"] == "STOP", "origin"] == "officer").all()
    assert any(said.startswith("STOP: ") and said.endswith("all of them") for said in problem.off)


def test_more_stops_change_nothing(asked):
    """Ten thousand more officer-initiated records in one place: the same harm to the last digit."""
    project = load(asked)
    areas = [str(a) for a in project.areas["area_id"]]
    parts, calls = parts_of(PatrolSetup()), project.calls
    stop = calls[calls["origin"] == "officer"].iloc[[0] * 10_000].assign(area_id=areas[0])
    import pandas as pd

    before = harm_of(calls, areas, parts, None, 52.0)
    after = harm_of(pd.concat([calls, stop]), areas, parts, None, 52.0)
    assert np.array_equal(before.harm, after.harm)
    assert after.past_h[0].sum() > before.past_h[0].sum()


def test_solved_and_told(asked, capsys):
    """Proved; what is off and why in words; both alignments; the plan as a table of hours."""
    code = main(["solve", "patrol", str(asked), "--set", "harm=harm.csv", "--set", "hours=120", "--quiet"])
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    assert "Only harm that the public reported, or injury, decides" in said.out
    assert "begun by officers are off" in said.out
    assert "of past enforcement" in said.out
    (run,) = (p for p in (asked / "runs").iterdir() if p.is_dir())
    assert json.loads((run / "result.json").read_text())["status"] == "optimal"
    rows = (run / "plan.csv").read_text().splitlines()
    assert rows[0] == "part,area_id,hours"
    # whole blocks of half an hour in each of 21 parts: at most half an hour of each part's share is lost
    assert 120 - 21 / 2 <= sum(float(r.split(",")[2]) for r in rows[1:]) <= 120


def test_the_plan_reaches_more_than_the_past_and_floods_no_place(asked):
    """More harm than the same hours spread as past enforcement was; no place above its limit."""
    problem = ask(load(asked), "patrol", {"harm": "harm.csv", "hours": 120, "flood_factor": 3}).problem
    result = solve(problem, registry.load("patrol.milp"), SolveOptions(confirm=False))
    by_name = {m.name: m for m in result.measures}
    assert by_name["share of harm reached"].value > by_name["share reached as in the past"].value > 0
    assert by_name["hours in one place"].value <= 3 * 120 / len(problem.place_ids) + 1e-9


def test_ten_rounds_of_its_own_discoveries_move_nothing(asked):
    """Fed back as what they are, discoveries change no allocation; taken for reports they pull more time each round."""
    project, setup = load(asked), PatrolSetup(harm="harm.csv", hours=60.0, by_day=False)
    params = PatrolParams(flood_factor=20.0, most_at_once=0)
    honest = loop(project, plan, params, setup, rounds=10)
    assert honest.settled
    assert max(honest.moved_frac) == 0.0
    assert sum(honest.found) > 10_000
    assert "does not feed itself" in honest.in_words()
    fed = loop(project, plan, params, setup, rounds=10, counted=True)
    assert max(fed.moved_frac) > 0.0
    assert fed.top_frac[-1] > fed.top_frac[0]


def test_overlap_by_hand():
    """Shares 1/4, 3/4 against 3/4, 1/4 overlap by a half; equal shares by all; apart by none."""
    a, b = np.array([[1.0, 3.0]]), np.array([[6.0, 2.0]])
    assert overlap(a, b) == pytest.approx(0.5)
    assert overlap(a, 2 * a) == pytest.approx(1.0)
    assert overlap(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])) == 0.0


@pytest.mark.parametrize(
    ("text", "choices", "message"),
    [
        (
            "call_type,harm\nROBB,many\n,3\nINJ,1\nINJ,2\n",
            {},
            "line 2: 'many'.*line 3.*line 5: .*stands twice",
        ),
        ("call_type,harm\nSTOP,5\n", {}, "No call counts as harm"),
        (HARM, {"hours": 0.1}, "no block of 0.5 hours"),
        (HARM, {"parts": ["night"]}, "no part of the day"),
    ],
)
def test_bad_input_is_named(county, text, choices, message):
    """What, where, what to do."""
    (county / "harm.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        ask(load(county), "patrol", {"harm": "harm.csv", "hours": 100, **choices})


def test_the_loop_on_the_command_line(asked, capsys):
    """Three rounds, in words."""
    options = ["--set", "harm=harm.csv", "--set", "hours=40", "--rounds", "3"]
    assert main(["patrol-loop", str(asked), *options]) == Exit.DONE
    assert "does not feed itself" in capsys.readouterr().out
