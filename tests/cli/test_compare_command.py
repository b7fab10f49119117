"""Plans beside each other as a planner asks for it: by the rules and data of the first, each with its own districts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from optimiser.batch.runner import store_of
from optimiser.cli.console import Exit
from optimiser.cli.plans_compared import asked_again
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.problems import portable

QUICK = ("--gap", "50", "--time-limit", "15", "--accept-gap", "--quiet", "--json")


@pytest.fixture
def solved(told, county):
    """Solve the county's sectors by some choices and return the run."""

    def solve(*choices):
        chosen = [x for c in choices for x in ("--set", c)]
        code, out, err = told("solve", "sectors", county, *chosen, *QUICK)
        assert code == Exit.DONE, err
        return json.loads(out)["run"]

    return solve


def test_a_run_is_judged_by_the_rules_of_the_first(told, county, solved, tmp_path):
    """Asked with 3 and with 15 minutes: the second has the figures of its areas as a file, and why is said."""
    short, long = solved("target_min=3"), solved("target_min=15")
    plan = tmp_path / "long.csv"
    assert told("plan", "export", county, long, plan)[0] == Exit.DONE
    code, out, err = told("compare", county, short, long, plan, "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    for row in found["measures"]:
        assert row[long] == pytest.approx(row[str(plan)]), row["measure"]
    (note,) = found["notes"]
    assert "target_min 15 there and 3 here" in note
    assert found["proofs"][0]["open_frac"] is None  # the bound of the second is one of another cover
    _, text, _ = told("compare", county, short, long)
    assert note in text


def test_a_proof_for_other_cars_is_none_for_these(told, county):
    """Two cars beside three, each with its own bound: judged by two, the second has none, and why is said."""
    runs = []
    for n in (2, 3):
        choices = ("--set", f"n_cars={n}", "--set", "target_min=5")
        code, out, err = told("solve", "standby", county, *choices, *QUICK)
        assert code == Exit.DONE, err
        runs.append(json.loads(out)["run"])
    two, three = runs
    code, out, err = told("compare", county, two, three, "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert found["proof"].startswith("Without a bound for both")
    (note,) = found["notes"]
    assert f"{three} was asked with other rules or data than {two} (n_cars 3 there and 2 here)" in note
    assert f"- {note}" in told("compare", county, two, three)[1]
    same = json.loads(told("compare", county, two, two, "--json")[1])
    assert same["notes"] == []


def test_weeks_are_drawn_for_the_run_s_own_question(told, county, solved):
    """Of the same calls the run's own question comes back; weeks without a priority that is aimed at are refused."""
    run = solved("objective=cover by priority")
    project = load(county)
    _, again = asked_again(project, [run], [])
    assert portable.digest(again(project)) == portable.digest(store_of(county).run(run).problem())
    code, out, err = told("compare", county, run, "districts", "--samples", 2, "--json")
    assert code == Exit.DONE, err
    (proof,) = json.loads(out)["proofs"]
    assert proof["weeks_frac"] is not None or not proof["better"]
    rest = project.calls[project.calls["priority"] != 1].reset_index(drop=True)
    with pytest.raises(InputError, match="weeks drawn anew"):
        again(replace(project, calls=rest))


def test_uncertainty_counts_every_area_of_a_plan_with_more_districts(told, county, solved, tmp_path):
    """Twelve beats named D1 to D12 beside D1 to D6: judged with all twelve, as a comparison judges them."""
    run = solved("centres=free", "n_districts=6", "objective=travel", "tolerance_pct=20")
    beats = load(county).plans["current"]
    name = {b: f"D{k + 1}" for k, b in enumerate(sorted(set(beats.values())))}
    plan = tmp_path / "twelve.csv"
    plan.write_text("area_id,district_id\n" + "".join(f"{a},{name[b]}\n" for a, b in beats.items()))
    code, out, err = told("uncertainty", county, run, plan, "--samples", 4, "--quiet", "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert not {"known districts", "every area", "centre"} & set(found["broken"][str(plan)])
    spreads = {s["name"]: s["median"] for s in found["spreads"][str(plan)] if not s["objective"]}
    compared = json.loads(told("compare", county, run, plan, "--json")[1])
    drive = next(r[str(plan)] for r in compared["measures"] if r["measure"] == "mean drive")
    assert spreads["mean drive"] == pytest.approx(drive, rel=0.1)


def test_uncertainty_counts_no_station_of_a_district_that_a_plan_lacks(told, county, solved, tmp_path):
    """Five of a run's six districts, each with its station: the sixth stands empty, and breaks no rule."""
    run = solved("tolerance_pct=30")
    problem = store_of(county).run(run).problem()
    *_, fifth, gone = problem.params.district_ids
    home = store_of(county).run(run).result().plan.district_of
    plan = tmp_path / "five.csv"
    rows = [f"{a},{fifth if d == gone else d}" for a, d in home.items()]
    plan.write_text("\n".join(["area_id,district_id", *rows]) + "\n")
    code, out, err = told("uncertainty", county, run, plan, "--samples", 2, "--quiet", "--json")
    assert code == Exit.DONE, err
    assert problem.params.fixed_centres
    assert not {"known districts", "centre", "fixed centre"} & set(json.loads(out)["broken"][str(plan)])


def test_a_run_is_mended_and_bettered_by_its_own_rules(told, county, solved):
    """Stations and 30 % of the run stand without --set; with it only what it names changes; also for a mended plan."""
    run = solved("objective=travel", "tolerance_pct=30")
    store = store_of(county)
    own = store.run(run).problem().params
    code, out, err = told("plan", "repair", county, run, *QUICK)
    assert code == Exit.DONE, err
    found = json.loads(out)
    mended = store.run(found["run"]).problem().params
    assert own.fixed_centres
    assert (mended.fixed_centres, mended.balance_frac) == (own.fixed_centres, own.balance_frac)
    assert found["moves"] == []  # the plan of a run keeps the run's rules
    for name in (run, found["run"]):
        code, out, err = told(
            "plan", "polish", county, name, "--moves", "2", "--set", "tolerance_pct=40", *QUICK
        )
        assert code == Exit.DONE, err
        bettered = store.run(json.loads(out)["run"]).problem().params
        assert bettered.fixed_centres == own.fixed_centres
        assert bettered.objectives == ("travel",)
        assert set(bettered.balance_frac.values()) == {0.4}
    code, _, err = told("uncertainty", county, found["run"], "--samples", 2, "--quiet")
    assert code == Exit.DONE, err


def test_polish_and_repair_say_from_where_change_is_counted(told, county, solved):
    """A run with a limit of change: from its plan now, the limit lifted; a run without one: nothing to say."""
    run = solved(
        "change_limit_pct=70", "tolerance_pct=15"
    )  # too even for the districts in use: some work moves
    for action in (("repair",), ("polish", "--moves", "2")):
        code, out, err = told("plan", action[0], county, run, *action[1:], *QUICK[:-1])
        assert code == Exit.DONE, err
        said = (
            f"Change is now counted from the plan given, {run}, and not from the one in use or named for it; "
        )
        assert f"- {said}the limit of 70.0 % of the work is not asked for." in out.replace("\u00a0", " ")
    plain = solved("tolerance_pct=15")
    assert "now counted" not in told("plan", "repair", county, plain, *QUICK[:-1])[1]


def test_compare_plans_with_different_numbers_of_districts(told, county, tmp_path):
    """Six districts against twelve beats: matched, moved, who gains, workbook and map; the weeks drawn anew twice."""
    book, picture = tmp_path / "c.xlsx", tmp_path / "moved.png"
    code, out, err = told(
        "compare",
        county,
        "districts",
        "current",
        "--json",
        "--samples",
        "2",
        "--workbook",
        book,
        "--map",
        picture,
    )
    assert code == Exit.DONE, err
    found = json.loads(out)
    (moved,) = found["moved"]
    assert len(set(moved["renamed"].values())) == len(moved["renamed"]) == 12
    districts = set(load(county).plans["current"].values())
    assert set(moved["renamed"]) == districts
    assert found["proofs"][0]["better"] == "current"
    assert found["proofs"][0]["weeks_frac"] == 1.0
    whole = next(g for g in found["gains"] if g["kind"] == "whole map")
    assert whole["after_s"] < whole["before_s"]
    assert book.stat().st_size > 4000
    assert picture.stat().st_size > 10_000
    code, text, _ = told("compare", county, "districts", "current")
    assert "No run among them says what counts most: judged by least driving" in text
    aimed = told("compare", county, "districts", "current", "--set", "objective=cover")[1]
    assert "No run among them" not in aimed
    assert "change hands" in text
    assert "Districts matched by the work they share" in text


def test_compare_names_broken_rules_as_plan_check_does_and_counts_the_rest(told, county):
    """The sentences of plan check; of more than twenty the others are counted, not left out in silence."""
    ask = ("--set", "tolerance_pct=0", "--set", "longest_drive_min=1")
    sentences = [
        v["words"]
        for v in json.loads(told("plan", "check", county, "current", *ask, "--json")[1])["violations"]
    ]
    assert len(sentences) > 20
    lines = told("compare", county, "current", *ask)[1].splitlines()
    shown = [line for line in lines if line.startswith("- current: ")]
    assert shown[:-1] == [f"- current: {words}" for words in sentences[:20]]
    assert shown[-1] == f"- current: and {len(sentences) - 20} more broken rules; plan check lists them all."


def test_compare_writes_nothing_where_it_cannot(told, county, tmp_path):
    """A picture of another kind is wrong use; a folder that there is not is refused."""
    assert told("compare", county, "districts", "current", "--map", tmp_path / "x.txt")[0] == Exit.USAGE
    code, _, err = told("compare", county, "districts", "current", "--workbook", tmp_path / "no" / "x.xlsx")
    assert code == Exit.INPUT
    assert "folder" in err
