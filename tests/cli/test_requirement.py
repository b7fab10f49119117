"""``optimiser requirement`` as a planner uses it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from optimiser.cli import main, requirement
from optimiser.cli.console import Exit

RULES = """rule,sector,role,days,from,to,value,clause,hard
minimum,,patrol,all,22:00,06:00,30,Agreement 14.2,hard
span,,supervisor,all,00:00,24:00,8,Policy 7,negotiable
"""


@pytest.fixture
def told(capsys):
    def run(*arguments):
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_words_table_rules_and_sectors(told, county, tmp_path):
    """Sentences, the price of each rule, every hour with what binds, each sector, a file of all intervals, a chart."""
    rules, out, chart = tmp_path / "rules.csv", tmp_path / "out.csv", tmp_path / "chart.png"
    rules.write_text(RULES, encoding="utf-8")
    code, said, err = told(
        "requirement", county, "--rules", rules, "--sectors", "districts", "--csv", out, "--chart", chart
    )
    assert code == Exit.DONE, err
    assert "officer-hours a week" in said
    assert "A table that takes each interval for itself" in said
    assert "Agreement 14.2" in said
    assert "costs hours a week" in said
    assert "sum of sectors" in said
    assert chart.read_bytes()[:4] == b"\x89PNG"
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    whole = [r for r in rows if r["sector"] == "all"]
    assert len(whole) == 336
    assert {r["binds"] for r in whole} <= {"queue", "time split", "minimum"}
    assert all(r["clause"] == "Agreement 14.2" for r in whole if r["binds"] == "minimum")


def test_json_holds_every_interval_and_core_units(told, county):
    """The largest reason is the answer in every slot, and the split adds to it."""
    code, out, _ = told("requirement", county, "--json", "--set", "slot_min=60", "--set", "hold_split=false")
    assert code == Exit.DONE
    found = json.loads(out)["all"]
    most = np.max(list(found["units_by_reason"].values()), axis=0)
    assert found["slot_s"] == 3600
    assert found["officers"] == most.tolist()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--set", "call_ceiling_pct=40"), "sum to 1"),
        (("--set", "minimum_units=-2"), "minimum_units"),
        (("--set", "no_free_unt_pct=2"), "did you mean"),
        (("--set", "demand_factor=0"), "demand_factor must be above 0"),
    ],
)
def test_slips_are_named(told, county, given, said):
    """A split that is not 100, negative headcount, a misspelt choice, a week without calls: one line, exit code 2."""
    code, out, err = told("requirement", county, *given)
    assert code == Exit.USAGE
    assert said in err
    assert out == ""


def test_check_by_simulated_weeks(told, county):
    """Words say the share of intervals that met each target, its interval, and the verdict; JSON holds the same."""
    asked = ("--check", "6", "--rounds", "1", "--set", "no_free_unit_pct=50", "--set", "slot_min=60")
    code, out, _ = told("requirement", county, *asked)
    assert code == Exit.DONE
    assert "simulated weeks the target for no free unit (50 %) is met in" in out
    assert "ccepted: every target is to be met in at least 95 % of the intervals." in out
    code, out, _ = told("requirement", county, "--json", *asked)
    found = json.loads(out)["checked"]
    assert found["weeks"] == 6
    (target,) = found["targets"]
    assert found["accepted"] == (target["met_frac"] >= 0.95)
    assert target["surely_met_frac"] <= target["met_frac"] <= target["not_surely_missed_frac"]


def test_a_shift_plan_is_accepted_and_standards_are_priced(told, county, monkeypatch):
    """A run of shifts is simulated as it stands; prices name the choice as --set takes it."""
    code, out, err = told("solve", "shifts", county, "--time-limit", "10", "--accept-gap", "--json")
    assert code == Exit.DONE, err
    run = json.loads(out)["run"]
    code, out, _ = told("requirement", county, "--plan", run, "--check", "20")
    assert code == Exit.DONE
    assert "the target for no free unit (2 %) is met in" in out
    code, _, err = told("requirement", county, "--plan", run)
    assert code == Exit.USAGE
    assert "--plan needs --check" in err

    def raised(asked, *_):
        return (
            None,
            replace(asked, need=replace(asked.need, officers=asked.need.officers + 1)),
        )

    monkeypatch.setattr(requirement, "_checked", raised)
    code, out, _ = told("requirement", county, "--prices", "--check", "1", "--json")
    checked = json.loads(out)
    steps = [tuple(p["change"]) for p in checked["prices"]]
    assert ("no_free_unit_frac",) in steps
    assert ("call_ceiling_frac", "proactive_floor_frac") in steps
    code, out, _ = told("requirement", county, "--json")
    by_formula_h = json.loads(out)["all"]["officer_h"]
    assert checked["all"]["officer_h"] > by_formula_h
    now_h = [p["officer_h"] - p["more_h"] for p in checked["prices"]]
    assert now_h == pytest.approx([by_formula_h] * len(now_h)), (
        "what a simulation raises is no part of a price"
    )


def test_choices_in_planners_units(told):
    """Minutes and percent as everywhere else, a dash where nothing is chosen: 20 minutes of paper work a call."""
    code, out, _ = told("requirement", "--choices")
    assert code == Exit.DONE
    rows = {line.split()[0]: line.split()[1:3] for line in out.splitlines()}
    assert rows["admin_per_call_min"] == ["min", "20"]
    assert rows["urgent_wait_min"] == ["min", "-"]
