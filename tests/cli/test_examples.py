"""The examples run as they stand."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from optimiser.batch.scenario import read_scenarios
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
