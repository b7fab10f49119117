"""Studies on the command line: words, JSON, files, exit codes, slips."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimiser.batch.studies import studies
from optimiser.cli.console import Exit
from optimiser.data.project import load
from optimiser.prepare.sectors import districts_in_use, plan_of
from tests.apps.hand_runs import hand_run

EVEN = [
    "--set",
    "objective=travel",
    "--set",
    "tolerance_pct=20",
    "--time-limit",
    "10",
    "--gap",
    "1",
    "--quiet",
]


def test_explain(told, county):
    """A drive of two minutes reaches too little: the amount, as a sentence and as the relax to ask with."""
    asked = ["explain", "sectors", county, "--set", "longest_drive_min=2", *EVEN]
    code, out, err = told(*asked)
    assert code == Exit.DONE, err
    assert "Way out: loosen longest drive by" in out
    code, out, _ = told(*asked, "--json")
    found = json.loads(out)
    assert found["verdict"] == "impossible"
    assert found["conflict"]["members"][0]["rule"] == "longest drive"
    (choice,) = found["choices"]
    assert choice["exact"]
    amount = choice["relax"]["longest drive"]
    code, out, err = told(
        "solve", "sectors", county, "--set", f"relax={{'longest drive' = {amount}}}", *asked[3:]
    )
    assert code in (Exit.DONE, Exit.GAP_MISSED), err
    code, out, _ = told("explain", "sectors", county, *EVEN)
    assert "The request is possible" in out
    (kept,) = [s for s in studies(county) if "longest_drive_min" in s.asked.choices]
    assert kept.status == "done"  # the app shows it
    assert kept.answer().drawn["relax"] == [choice["relax"]]


def test_price(told, county):
    """The balance window by a point, as a table; the second call solves nothing."""
    asked = ["price", "sectors", county, "--rule", "balance=1", *EVEN]
    code, out, err = told(*asked)
    assert code == Exit.DONE, err
    assert "gain at least" in out
    code, out, _ = told(*asked, "--json")
    found = json.loads(out)
    assert found["n_solves"] == 0
    assert {p["amount"] for p in found["prices"]} == {0.01, None}
    assert all(p["changes"][0]["at_most"] >= p["changes"][0]["at_least"] >= 0 for p in found["prices"])


def test_frontier(told, county):
    """Points, files and picture; the JSON of the file holds the plans, that of the terminal does not."""
    code, out, err = told(
        "frontier", "sectors", county, "--relax", "balance=20", "--points", 3, *EVEN, "--json"
    )
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert len(found["points"]) == 3
    assert "plan" not in found["points"][0]
    assert found["picture"].endswith(".png")
    (file,) = (county / "studies").glob("frontier-*.json")
    assert json.loads(file.read_text())["points"][0]["plan"]["district_of"]
    assert file.with_suffix(".png").exists()


def test_alternatives(told, county):
    """Each plan is a table of its own; the terminal says how different and how much worse."""
    code, out, err = told("alternatives", "sectors", county, "--number", 1, "--slack", 10, *EVEN, "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert len(found["folders"]) == 1 + len(found["found"])
    for a in found["found"]:
        assert a["worse_frac"] <= 0.1
        assert a["nearest"] >= 0.05
    for folder in found["folders"]:
        assert (Path(folder) / "plan.csv").exists()


def test_a_question_without_a_plan_has_its_own_code(told, county):
    """Nothing to price where nothing is possible: exit 4, and where to ask why."""
    code, _, err = told("price", "sectors", county, "--set", "longest_drive_min=0.03", *EVEN)
    assert code == Exit.INFEASIBLE
    assert "ask for an explanation" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "weather", "{county}"], "no question"),
        (["price", "sectors", "{county}", "--rule", "balanse"], "Did you mean 'balance'"),
        (["frontier", "sectors", "{county}", "--relax", "balance"], "RULE=AMOUNT"),
        (["frontier", "sectors", "{county}", "--relax", "balance=none"], "above 0"),
        (["explain", "sectors", "{county}", "--set", "tolerence_pct=4"], "did you mean 'tolerance_pct'"),
    ],
)
def test_slips(told, county, arguments, message):
    """Every slip: exit 2, one line, before anything is solved."""
    code, _, err = told(*[a.format(county=county) for a in arguments], "--quiet")
    assert code == Exit.USAGE, err
    assert message in err
    assert not (county / "studies").exists()


def test_uncertainty(told, county):
    """Today's districts and a computed plan on twelve drawn years: intervals, duels, and the same again."""
    code, out, err = told("solve", "sectors", county, *EVEN, "--json")
    assert code in (Exit.DONE, Exit.GAP_MISSED), err
    run = json.loads(out)["run"]
    asked = ["uncertainty", county, run, "districts", "--samples", 12, "--quiet"]
    code, out, err = told(*asked, "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert found["n_samples"] == 12
    (kept,) = [s for s in studies(county) if s.asked.kind == "uncertainty"]  # the app draws it
    bars = kept.answer().drawn["bars"]
    assert {b["plan"] for b in bars} == {run, "districts"}
    for spreads in found["spreads"].values():
        assert all(s["low"] <= s["median"] <= s["high"] for s in spreads)
    (duel,) = found["duels"]
    assert duel["one"] == run
    assert duel["one_frac"] + duel["other_frac"] + duel["same_frac"] == pytest.approx(1)
    assert duel["one_frac"] > 0.9  # today's districts drive more, whatever the weeks
    code, out, _ = told(*asked)
    assert "in nine of ten samples" in out
    assert "median" in out


def test_sweep(told, county):
    """Three and four districts with free centres: the table says what the fourth is worth, JSON says it in bounds."""
    choices = [x for x in EVEN if x != "--quiet"]
    asked = [
        "sweep",
        "sectors",
        county,
        "--over",
        "n_districts=3,4",
        "--set",
        "centres=free",
        *choices,
        "--quiet",
    ]
    code, out, err = told(*asked)
    assert code == Exit.DONE, err
    assert "one more is worth" in out
    assert "mean drive" in out  # a planner's standard is told beside the call-minutes
    code, out, _ = told(*asked, "--json")
    second = json.loads(out)["steps"][1]
    assert second["number"] == 4
    assert second["at_most"] >= second["found"] > 0
    (kept,) = [
        s for s in studies(county) if s.asked.kind == "levels"
    ]  # asked twice, kept once; the app draws it
    assert kept.status == "done"
    assert [s["number"] for s in kept.answer().drawn["steps"]] == [3, 4]
    assert kept.answer().drawn["x"].startswith("How many districts")
    code, _, err = told("sweep", "sectors", county, "--over", "n_districts=x")
    assert code == Exit.INPUT
    assert "4..9" in err
    code, _, err = told("sweep", "sectors", county, "--over", "year=2030,2045")
    assert code == Exit.INPUT
    assert "A year is no number of something" in err


def test_the_sweep_of_the_readme(told, county):
    """Four to nine districts from six stations: four to six are solved, the others told; five per cent are easy."""
    over = ["sweep", "sectors", county, "--over"]
    how = ["--time-limit", 2, "--gap", 20, "--quiet"]
    code, out, err = told(*over, "n_districts=4..9", "--standard", "5%", *how)
    assert code == Exit.DONE, err
    assert "Left out: 7 to 9. 7 districts are asked for, but there are only 6 stations" in out
    assert "The fewest that reach 5%: 4; fewer were not asked." in out
    code, out, _ = told(*over, "n_districts=6,7", "--standard", "5%", *how, "--json")
    found = json.loads(out)
    assert (found["fewest"], found["proved"], list(found["left_out"])) == (6, False, ["7"])
    code, _, err = told(*over, "n_districts=7..9", *how)
    assert code == Exit.INPUT
    assert "only 6 stations" in err


def test_nest_of_a_run_and_a_district_without_a_plan(told, county):
    """The districts of a run are filled by its name; a second's drive reaches nothing: the district is named."""
    project = load(county)
    in_use = districts_in_use(project)
    run = hand_run(project, "sectors", "By hand", {"tolerance_pct": 90}, lambda p: plan_of(p, in_use))
    asked = ["nest", county, "--plan", run, "--beats", 12, "--time-limit", 3, "--gap", 20, "--quiet"]
    code, out, err = told(*asked)
    assert code == Exit.DONE, err
    assert "12 beats in 6 districts" in out
    hurried = [*asked, "--again", "--set", "longest_drive_min=0.02"]
    code, out, err = told(*hurried)
    assert code == Exit.INFEASIBLE, err
    assert out.startswith("District D1 has no plan of its")
    code, out, _ = told(*hurried, "--json")
    found = json.loads(out)
    assert (found["plan"], found["district"], found["status"]) == (None, "D1", "infeasible")
    code, _, err = told("nest", county, "--plan", "nothing", "--beats", 12, "--again")
    assert code == Exit.INPUT
    assert "neither a plan" in err


def test_nest(told, county):
    """The beats of every district in use: a plan with both levels that the next commands know by name."""
    code, out, err = told("nest", county, "--beats", 12, "--time-limit", 3, "--gap", 20, "--quiet")
    assert code == Exit.DONE, err
    assert "12 beats in 6 districts" in out
    lines = (county / "plans" / "nested.csv").read_text().splitlines()
    assert lines[0].split(",")[:3] == ["area_id", "district_id", "beat_id"]
    assert len({line.split(",")[2] for line in lines[1:]}) == 12
    code, _, err = told("nest", county, "--beats", 12, "--quiet")
    assert code == Exit.INPUT
    assert "already" in err


def test_between_goes_without_relax(told, county):
    """Neither or both of --relax and --between, or --within alone: told before anything is loaded."""
    for more in (
        [],
        ["--relax", "balance=5", "--between", "cover,moved"],
        ["--relax", "balance=5", "--within", "5"],
    ):
        code, _, err = told("frontier", "sectors", county, *more)
        assert code == Exit.USAGE
        assert "--between" in err
    code, _, err = told("frontier", "sectors", county, "--between", "cover,boundary")
    assert code == Exit.INPUT
    assert "cannot be set against" in err


def test_change_against_driving_with_free_centres(told, county):
    """Districts bear today's names then, whatever the aim of the question: no change at one end of the curve."""
    code, _, err = told(
        "frontier", "sectors", county, "--between", "travel,moved", "--points", 2, "--within", 50, *EVEN,
        "--set", "centres=free", "--set", "tolerance_pct=40",
    )  # fmt: skip
    assert code in (Exit.DONE, Exit.CANCELLED), err
    (kept,) = [s for s in studies(county) if s.asked.kind == "between"]
    plans = kept.answer().plans
    assert {frozenset(plan["district_of"].values()) for plan in plans.values()} == {
        frozenset(f"D{k}" for k in range(1, 7))
    }


def test_between_is_kept_for_the_app(told, county):
    """Two aims, two points: the answer of the terminal is a study with the curve and the plan of each end."""
    code, out, err = told(
        "frontier", "sectors", county, "--between", "travel,deviation", "--points", 2, "--within", 5, *EVEN
    )
    assert code == Exit.DONE, err
    assert "Call-weighted drive against largest deviation" in out
    (kept,) = [s for s in studies(county) if s.asked.kind == "between"]
    answer = kept.answer()
    assert answer.said[0] in out.replace("\u00a0", " ")
    assert {"Best call-weighted drive", "Best largest deviation from a target share"} < set(answer.plans)
    assert len(answer.drawn["points"]) == len(answer.tables["Point by point"])
    assert kept.request["title"] == "Frontier of sectors: travel against deviation"
