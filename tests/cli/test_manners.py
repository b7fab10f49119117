"""Manners of the command line: exit codes of slips, units of text and JSON, words of the progress line."""

from __future__ import annotations

import argparse
import json

import pytest

from optimiser import registry
from optimiser.cli import main
from optimiser.cli.console import Exit, Line
from optimiser.cli.main import parser
from optimiser.solve.progress import Progress

SLIP = "did you mean 'objective'"


@pytest.fixture
def told(capsys):
    def run(*arguments):
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as ended:  # the parser's own
            code = ended.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize(
    ("incumbent", "bound", "words"),
    [
        (100_000.0, 99_999.0, "less than 0.1 % better can exist"),
        (100_000.0, 99_999.95, "less than 0.1 % better can exist"),
        (100_000.0, 99_500.0, "at most 0.5 % better can exist"),
        (100_000.0, None, "nothing proved yet"),
    ],
)
def test_progress_line_claims_no_proof(capsys, incumbent, bound, words):
    """1 in 100,000 is no proof and not "0.0 %"; 0.05 in 100,000 is one, but nothing has confirmed it yet."""
    Line("sectors")(Progress(12.0, "proving", incumbent, bound))
    said = capsys.readouterr().err
    assert words in said
    assert ("proved" in said) == (bound is None)
    assert "0.0 %" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "sectors", "{county}", "--set", "objectiv=travel"],
        ["solve", "sectors", "{county}", "--scenario", "{slip}"],
        ["check", "{county}", "--plan", "districts", "--set", "objectiv=travel"],
        ["compare", "{county}", "districts", "current", "--set", "objectiv=travel"],
    ],
)
def test_a_misspelt_choice_is_wrong_use_wherever_it_stands(told, county, tmp_path, arguments):
    """On the command line or in a scenario file: exit 2, one line with a guess, nothing written."""
    slip = tmp_path / "slip.toml"
    slip.write_text('question = "sectors"\n[sectors]\nobjectiv = "travel"\n')
    code, out, err = told(*[a.format(county=county, slip=slip) for a in arguments])
    assert code == Exit.USAGE, err
    assert SLIP in err
    assert err.count("\n") == 1
    assert out == ""
    assert not (county / "runs").exists()


def test_a_misspelt_choice_in_a_list_stops_only_its_own_scenario(told, county, tmp_path):
    """It is told before anything is solved; the others are solved; exit 8."""
    listed = tmp_path / "list.toml"
    listed.write_text(
        'question = "assignment"\n[assignment]\nn_incidents = 3\n[[scenario]]\nname = "slip"\n'
        '[scenario.assignment]\nn_incident = 4\n[[scenario]]\nname = "good"\n[[scenario]]\nname = "worse"\n'
        "solve = 3\n"
    )
    code, out, err = told("batch", listed, county, "--json", "--quiet")
    assert code == Exit.BATCH_FAILURES
    assert [(r["scenario"], r["status"]) for r in json.loads(out)] == [
        ("slip", "failed"), ("good", "optimal"), ("worse", "failed")
    ]  # fmt: skip
    assert err.index("slip will not be solved") < err.index("worse will not") < err.index("good: ")
    assert "did you mean 'n_incidents'" in json.loads(out)[0]["error"]
    assert "should be a table" in json.loads(out)[2]["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["solve", "weather", "{county}"], "There is no question 'weather'"),
        (["solve", "sectors"], "Name the project folder"),
        (["solve", "sector", "{county}"], "Did you mean 'sectors'?"),
        (["solve", "sectors", "{county}", "--formulation", "sectors.magic"], "Unknown formulation"),
        (["solve", "sectors", "{county}", "--formulation", "shifts.milp"], "does not answer sectors"),
        (["solve", "sectors", "{county}", "--set", "tolerance_pct"], "KEY=VALUE"),
        (["solve", "sectors", "{county}", "--set", "tolerance_pct=-4"], "at least 0"),
        (["solve", "sectors", "{county}", "--set", "tolerance_pct=400"], "at most 100"),
        (["solve", "shifts", "{county}", "--set", "lengths_h=eight"], "should be a list"),
        (
            ["solve", "sectors", "{county}", "--time-limit", "-5"],
            "'-5' should be a number of seconds from 1 on",
        ),
        (["solve", "sectors", "{county}", "--time-limit", "nan"], "seconds from 1 on"),
        (["solve", "sectors", "{county}", "--gap", "150"], "from 0 to below 100"),
        (["solve", "sectors", "{county}", "--seed", "one"], "whole number from 0"),
        (["init", "{county}", "--areas", "a.gpkg", "--priority", "P1"], "CODE=NUMBER"),
        (
            ["init", "{county}x", "--areas", "a.gpkg", "--timezone", "Mars/Olympus"],
            "'Mars/Olympus' is not known",
        ),
        (["init", "{county}x", "--areas", "a.gpkg", "--date-order", "YMD"], "invalid choice: 'YMD'"),
        (["init", "{county}x", "--areas", "a.gpkg", "--weeks", "0"], "weeks above 0"),
        (["demo", "{county}x", "--areas", "3"], "whole number from 60 to 5,000"),
        (["app", "{county}", "--port", "99999"], "whole number from 1 to 65,535"),
        (["solve", "sectors", "{county}", "--log-file", "{county}/no/such/log"], "cannot be written"),
    ],
)
def test_wrong_use_is_exit_2(told, county, arguments, message):
    """A wrong request: exit 2, what is wrong and what is right, no traceback, nothing written."""
    before = sorted(county.rglob("*"))
    code, out, err = told(*[a.format(county=county) for a in arguments])
    assert code == Exit.USAGE, err
    assert message in err
    assert "Traceback" not in err
    assert out == ""
    assert sorted(county.rglob("*")) == before


def test_choices_of_a_run_are_not_silently_left_out(told, county):
    """The question of a run is what it was asked: --set beside it is refused."""
    _, out, _ = told("solve", "assignment", county, "--set", "n_incidents=3", "--quiet", "--json")
    code, _, err = told("compare", county, json.loads(out)["run"], "--set", "n_incidents=4")
    assert code == Exit.USAGE
    assert "--set changes nothing here" in err


def test_text_is_in_minutes_and_json_in_seconds(told, county, tmp_path):
    """The same batch twice: each number of the table is that of the JSON, converted; each JSON number has its unit."""
    listed = tmp_path / "list.toml"
    listed.write_text(
        '[solve]\ntime_limit_min = 0.5\ngap_pct = 2\n[[scenario]]\nname = "drive"\nquestion = "sectors"\n'
        '[scenario.sectors]\nobjective = "travel"\ntolerance_pct = 30\n'
        '[[scenario]]\nname = "hour"\nquestion = "assignment"\n[scenario.assignment]\nn_incidents = 3\n'
    )
    code, out, _ = told("batch", listed, county, "--json", "--quiet")
    drive, hour = json.loads(out)
    assert code == Exit.DONE
    assert drive["objectives"][0]["unit"] == "call-seconds per week"
    assert hour["objectives"][0]["unit"] == "weighted s"
    assert drive["gap_frac"] == drive["objectives"][0]["gap_frac"] <= 0.02
    _, text, _ = told("batch", listed, county, "--quiet")
    header = text.splitlines()[0]
    assert "call-minutes a week" in header
    assert "weighted minutes" in header
    assert "seconds" not in text
    row = next(line for line in text.splitlines() if line.startswith("drive"))
    assert f"{drive['objectives'][0]['value'] / 60:,.4g}" in row


def test_broken_rules_carry_their_unit(told, county):
    """Text says percent, JSON the fraction with its unit."""
    asked = ["check", county, "--plan", "districts", "--set", "tolerance_pct=1"]
    _, out, _ = told(*asked, "--json")
    worst = next(v for v in json.loads(out)["violations"] if v["rule"] == "balance")
    assert worst["unit"] == "frac"
    assert worst["limit"] == pytest.approx(0.01)
    _, text, _ = told(*asked)
    assert f"{100 * abs(worst['found']):.1f} % less unit hours than its target share; 1 % either way" in text


def test_help_says_what_every_command_and_option_is():
    """No bare name in any --help, whatever command is added later; ``solve`` names every question there is."""
    bare = []

    def look(command):
        for action in command._actions:
            if isinstance(action, argparse._SubParsersAction):
                bare.extend(f"{command.prog} {c.dest}" for c in action._choices_actions if not c.help)
                for below in {id(c): c for c in action.choices.values()}.values():
                    look(below)
            elif not action.help:
                bare.append(f"{command.prog} {action.option_strings or action.dest}")

    top = parser()
    look(top)
    assert bare == []
    solve = next(a for a in top._actions if isinstance(a, argparse._SubParsersAction)).choices["solve"]
    assert all(name in solve.format_help() for name in registry.families())
