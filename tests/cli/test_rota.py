"""Today's rota on the command line, and why a request for shifts cannot be."""

from __future__ import annotations

import json
import shutil

import pytest

from optimiser.cli import main, why
from optimiser.cli.console import Exit

DAYS = "Mon,Tue,Wed,Thu,Fri,Sat,Sun"


@pytest.fixture
def told(capsys):
    def run(*arguments):
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def own(county, tmp_path):
    """A copy of the county to put files into."""
    return shutil.copytree(county, tmp_path / "own")


def test_a_rota_goes_in_is_checked_and_goes_through_the_year(told, own, tmp_path):
    """One officer at a time keeps no requirement: the clause is said; the year tells what court takes."""
    rota = tmp_path / "ours.csv"
    rota.write_text(f"start,hours,{DAYS}\n06:00,12,{','.join('9' * 7)}\n18:00,12,{','.join('1' * 7)}\n")
    assert told("rota", "import", own, rota)[0] == Exit.DONE
    assert told("rota", "import", own, rota)[0] == Exit.INPUT
    code, out, err = told(
        "rota", "check", own, "--set", 'clauses={requirement="Order 7"}', "--set", "max_start_times=1"
    )
    assert code == Exit.DONE, err
    assert "start times: no more different start times than allowed; the week with 2 start times" in out
    assert "requirement (Order 7, negotiable)" in out
    (own / "calendar.csv").unlink()
    assert told("rota", "year", own)[0] == Exit.INPUT
    (own / "calendar.csv").write_text("from,to,kind,officers\n2026-03-02,2026-03-06,training,2\n")
    code, out, err = told("rota", "year", own, "--json")
    assert code == Exit.DONE, err
    weeks = {w["monday"]: w for w in json.loads(out)}
    code, out, err = told("rota", "year", own, "--json", "--season")
    assert code == Exit.DONE, err
    assert len({w["short_h"] for w in json.loads(out)}) > len({w["short_h"] for w in weeks.values()})
    assert weeks["2026-03-02"]["away_h"] == 5 * 24 * 2
    assert (
        weeks["2026-03-02"]["unmet_h"] == 5 * 12 + 5 * 0
    )  # by night there is one to send where two are to go
    assert weeks["2026-03-09"]["away_h"] == 0


def test_an_impossible_request_names_its_cause(told, county, monkeypatch):
    """What sums show, and what only a search shows: rules named with the smallest ways out, in the answer itself.

    Each search ends by itself: on a busy machine a limit would leave open what the test is about.
    """
    monkeypatch.setattr(why, "LONGEST_S", 600.0)
    monkeypatch.setattr(why, "EACH_S", 300.0)
    code, out, _ = told("solve", "shifts", county, "--set", "budget_h=10", "--time-limit", "300", "--quiet")
    assert code == Exit.INFEASIBLE
    assert "the budget is 10.0" in out
    assert "Way out: loosen budget by" in out
    said = out.splitlines()
    assert len(said) == len(set(said))  # no reason twice
    assert sum("No plan can keep" in line for line in said) == 1
    monkeypatch.setattr(
        why, "LONGEST_S", 2.0
    )  # the rules are named by the proof there is; ways out may stay open
    few = ("--set", "max_start_times=1", "--set", "lengths_h=[8]")
    code, out, _ = told("solve", "shifts", county, *few, "--time-limit", "300", "--quiet")
    assert code == Exit.INFEASIBLE
    assert "start times: no more different start times than allowed" in out


def test_the_ledger_of_a_rota_and_of_each_sector(told, own, tmp_path):
    """Planned and simulated side by side; measured refused with the report to ask for; sectors by themselves."""
    rota = tmp_path / "ours.csv"
    rota.write_text(f"start,hours,{DAYS}\n06:00,12,{','.join('9' * 7)}\n18:00,12,{','.join('9' * 7)}\n")
    assert told("rota", "import", own, rota)[0] == Exit.DONE
    code, out, err = told("ledger", own, "--plan", "rota", "--weeks", "4", "--quiet")
    assert code == Exit.DONE, err
    assert "at most 30 %" in out
    assert "who was really on duty" in out
    rules = "rule,sector,role,days,from,to,value,clause,hard\n"
    (own / "duty_rules.csv").write_text(
        f"{rules}minimum,D1,patrol,all,00:00,24:00,4,Agreement 14.2,hard\n"
        "span,,supervisor,all,00:00,24:00,6,Policy 7,negotiable\n"
    )
    code, out, err = told(
        "ledger", own, "--sectors", "districts", "--lend", "--weeks", "4", "--json", "--quiet"
    )
    assert code == Exit.DONE, err
    told_ = json.loads(out)
    sectors = told_["sectors"]
    assert len(sectors) > 1
    for sector in sectors:
        split = {line["name"]: line for line in sector["split"]}
        assert split["calls"]["planned"] <= 0.3 + 1e-6
        assert split["community"]["planned"] >= 0.1 - 1e-6
        assert split["calls"]["p5"] <= split["calls"]["simulated"] <= split["calls"]["p95"]
        assert sector["besides"][0]["role"] == "supervisor"
        assert sector["short_h"] == 0.0
        assert sum(sector["best_of_planned_hours"].values()) == pytest.approx(1.0)
    minimum = next(r for r in sectors[0]["rules"] if "Agreement 14.2" in r["title"])
    assert (minimum["hard"], minimum["in_force_h"]) == (True, 168.0)
    assert not any("Agreement 14.2" in r["title"] for s in sectors[1:] for r in s["rules"])
    lines = told_["lending"]["lines"]
    assert sum(s["lent_h"] for s in lines) == pytest.approx(sum(s["borrowed_h"] for s in lines))
    assert told("ledger", own, "--lend")[0] == Exit.USAGE
