"""The examples run as they stand."""

from __future__ import annotations

import runpy
import shutil
import sys
from pathlib import Path

from optimiser.batch.scenario import read_scenarios
from optimiser.cli import main
from optimiser.data.duty_rules import RULES, read_duty_rules

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_sector_design(county, monkeypatch, capsys):
    """The script prints today's plan and the computed one side by side."""
    monkeypatch.setattr(sys, "argv", ["sector_design.py", str(county), "10"])
    runpy.run_path(str(EXAMPLES / "sector_design.py"), run_name="__main__")
    assert "mean drive" in capsys.readouterr().out


def test_scenarios_can_be_read():
    """Four scenarios, two of each question."""
    listed = read_scenarios(EXAMPLES / "scenarios.toml")
    assert [s.question for s in listed] == ["sectors", "sectors", "shifts", "shifts"]


def test_duty_rules_can_be_read():
    """Every kind of rule once at least, hard and negotiable, each with its clause."""
    rules = read_duty_rules(EXAMPLES / "duty_rules.csv", frozenset({"D1"}))
    assert {r.kind for r in rules} == set(RULES)
    assert {r.hard for r in rules} == {True, False}
    assert all(r.clause for r in rules)


def test_a_demand_file_and_published_figures(county, capsys):
    """Both stand in a project as they are: the planner's demands are listed, every figure gets a verdict."""
    for name in ("demand.toml", "published.csv"):
        shutil.copy2(EXAMPLES / name, county / name)
    assert main(["scenarios", str(county)]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in ("five years", "fair", "busy winter", "plus10"))
    assert main(["reconcile", str(county)]) == 0
    assert capsys.readouterr().out.count("2025-01-06 to 2026-01-04") >= 3
