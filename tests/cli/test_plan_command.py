"""``optimiser plan``: a planner's own plan, in and out, checked, and moved; bad files change nothing."""

from __future__ import annotations

import csv
import json
import shlex

import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.cli.plans import as_pair, settings_of
from optimiser.data.project import load


@pytest.fixture
def told(capsys):
    def run(*arguments):
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def districts(told, county, tmp_path):
    """The districts in use as a file."""
    path = tmp_path / "use.csv"
    assert told("plan", "export", county, "districts", path)[0] == Exit.DONE
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, rows, header="area_id,district_id"):
    path.write_text("\n".join([header, *(",".join(r) for r in rows)]) + "\n", encoding="utf-8")
    return path


def files(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and "cache" not in p.parts}


def test_any_table_is_a_plan_by_its_file(told, county, tmp_path):
    """A plan exported with pipes to .psv is checked from that file, and imported from it."""
    path = tmp_path / "mine.psv"
    assert told("plan", "export", county, "districts", path, "--separator", "pipe")[0] == Exit.DONE
    code, out, err = told("plan", "check", county, path, "--json")
    assert code in (Exit.DONE, Exit.INPUT), err
    assert "violations" in json.loads(out)
    assert told("plan", "import", county, path, "--name", "piped")[0] == Exit.DONE


def test_a_move_shows_what_changes(told, county, districts):
    """No row of the table has a change that is only rounding."""
    area, other = districts[0]["area_id"], districts[-1]["district_id"]
    _, out, err = told("plan", "move", county, "districts", area, "--to", other)
    assert "before" in out, err
    assert "e-1" not in out


def test_out_and_in_with_beats(told, county, tmp_path):
    """Districts with the beats in use, by pipes, and in again under a name: the same two plans."""
    path = tmp_path / "mine.csv"
    code, _, err = told(
        "plan", "export", county, "districts", path, "--beats", "current", "--separator", "pipe"
    )
    assert code == Exit.DONE, err
    assert path.read_text().splitlines()[0] == "area_id|district_id|beat_id"
    code, out, err = told("plan", "import", county, path, "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert (found["areas"], found["missing"], found["notes"]) == (60, [], [])
    again = tmp_path / "again.csv"
    told("plan", "export", county, "mine", again, "--separator", "pipe")
    assert again.read_text() == path.read_text()


def test_a_bad_plan_file_changes_nothing(told, county, districts, tmp_path):
    """Unknown, contradicting and missing areas in one message, exit 3; a plan for another map; nothing written."""
    before = files(county)
    rows = [(r["area_id"], r["district_id"]) for r in districts]
    other = next(d for _, d in rows if d != rows[0][1])
    bad = write(tmp_path / "bad.csv", [*rows[:-1], ("nowhere", "1"), (rows[0][0], other)])
    code, out, err = told("plan", "import", county, bad)
    assert code == Exit.INPUT
    assert out == ""
    assert f"line {len(rows) + 1}: 'nowhere' is not an area" in err
    assert f"line {len(rows) + 2}: area {rows[0][0]!r} is given to" in err
    assert f"1 area without a district: {rows[-1][0]}" in err
    foreign = write(tmp_path / "foreign.csv", [("x1", "1"), ("x2", "2")])
    code, _, err = told("plan", "import", county, foreign)
    assert code == Exit.INPUT
    assert "a plan for other areas" in err
    assert files(county) == before


def test_check_says_where(told, county, districts, tmp_path):
    """An area given to a district that it does not touch is cut off: named in words, as a row and in JSON; exit 3."""
    home = {r["area_id"]: r["district_id"] for r in districts}
    near = {a: {home[a]} for a in home}
    for one, other in load(county).graph.pairs():
        near[one].add(home[other])
        near[other].add(home[one])
    area, to = next((a, d) for a in home for d in sorted(set(home.values())) if d not in near[a])
    path = write(tmp_path / "odd.csv", sorted((home | {area: to}).items()))
    code, out, _ = told("plan", "check", county, path, "--json", "--set", "tolerance_pct=100")
    assert code == Exit.INPUT
    (cut,) = [v for v in json.loads(out)["violations"] if v["rule"] == "contiguity" and to in v["districts"]]
    assert cut["areas"] == [area]
    _, text, _ = told("plan", "check", county, path, "--set", "tolerance_pct=100")
    assert f"1 area of {to} cannot be reached from its centre without leaving it: {area}." in text
    assert "mean drive" in text


def test_a_move_to_where_an_area_lies_already_is_said(told, county, districts):
    """Nothing changes, and an empty table alone would not say why."""
    row = districts[0]
    code, out, _ = told("plan", "move", county, "districts", row["area_id"], "--to", row["district_id"])
    assert code == Exit.DONE
    assert f"{row['area_id']} lies in {row['district_id']} already, and stays." in out


def test_check_says_where_drives_begin(told, county):
    """With free centres that is said, with the way to the figures from the stations, which are other ones."""
    _, free, _ = told("plan", "check", county, "districts")
    assert "No centre was given" in free
    assert "--set centres=stations" in free
    _, stations, _ = told("plan", "check", county, "districts", "--set", "centres=stations")
    assert "No centre was given" not in stations


def test_a_move_says_what_a_check_of_the_moved_plan_says(told, county, tmp_path):
    """The figures after a move are those of the plan that it keeps."""
    choices = ("--set", "tolerance_pct=5")
    _, out, _ = told("plan", "export", county, "districts", tmp_path / "use.csv")
    with (tmp_path / "use.csv").open() as file:
        rows = list(csv.DictReader(file))
    area, to = (
        rows[0]["area_id"],
        next(r["district_id"] for r in rows if r["district_id"] != rows[0]["district_id"]),
    )
    code, out, err = told(
        "plan", "move", county, "districts", area, "--to", to, "--save", "tried", "--json", *choices
    )
    assert code == Exit.DONE, err
    moved = json.loads(out)
    _, out, _ = told("plan", "check", county, "tried", "--json", *choices)
    checked = json.loads(out)
    figures = {m["name"]: m["value"] for m in checked["measures"]}
    for change in moved["measures"]:
        if not change["part"]:
            assert change["after"] == pytest.approx(figures[change["name"]])
    assert moved["objectives"][0]["after"] == pytest.approx(checked["objectives"][0]["value"])
    _, out, _ = told("plan", "check", county, "districts", "--json", *choices)
    was = {(v["rule"], v["where"]) for v in json.loads(out)["violations"]}
    now = {(v["rule"], v["where"]) for v in checked["violations"]}
    assert {(v["rule"], v["where"]) for v in moved["broken"]} == now - was
    assert {(v["rule"], v["where"]) for v in moved["mended"]} == was - now


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["move", "{county}", "districts", "nowhere", "--to", "x"],
            Exit.INPUT,
            "nowhere is no area of this map",
        ),
        (["check", "{county}", "none.csv"], Exit.INPUT, "cannot be read"),
        (["import", "{county}", "{plan}", "--name", "current"], Exit.INPUT, "cannot be a plan's name"),
        (["export", "{county}", "districts", "{county}/no/such/x.csv"], Exit.INPUT, "cannot be written"),
        (["frobnicate", "{county}"], Exit.USAGE, "invalid choice"),
        (["check", "{county}", "districts", "--set", "objectiv=travel"], Exit.USAGE, "did you mean"),
        (
            ["check", "{county}", "districts", "--set", "target_shares_pct=[50.0, 60.0]"],
            Exit.INPUT,
            "shares",
        ),
    ],
)
def test_bad_requests_are_one_line_and_change_nothing(told, county, tmp_path, arguments, code, message):
    """Unknown areas, files, names and choices: named, explained, nothing changed."""
    plan = write(tmp_path / "p.csv", [("x", "1")])
    before = files(county)
    found, out, err = told("plan", *[a.format(county=county, plan=plan) for a in arguments])
    assert (found, out) == (code, ""), err
    assert message in err
    assert "Traceback" not in err
    assert files(county) == before


QUICK = ("--time-limit", "20", "--quiet", "--accept-gap")


def test_repair_says_how_many_moves_are_needed(told, county, tmp_path):
    """The districts in use are off balance: the fewest moves are proved, made, checked and kept under a name."""
    code, out, err = told(
        "plan",
        "repair",
        county,
        "districts",
        "--set",
        "tolerance_pct=30",
        "--save",
        "mended",
        "--json",
        *QUICK,
    )
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert found["status"] == "optimal"
    assert found["moved"] == found["needed_at_least"] == len(found["moves"]) >= 1
    code, _, _ = told("plan", "check", county, "mended", "--set", "tolerance_pct=30")
    assert code == Exit.DONE
    _, text, _ = told("plan", "repair", county, "districts", "--set", "tolerance_pct=30", *QUICK)
    assert f"No plan that keeps the rules moves fewer than {found['moved']}, proved and confirmed." in text


def test_complete_keeps_what_was_assigned(told, county, districts, tmp_path):
    """Every fifth area is taken out: it comes back, every other one stays where it was."""
    rows = [(r["area_id"], r["district_id"]) for r in districts]
    kept = [r for k, r in enumerate(rows) if k % 5]
    partial = write(tmp_path / "partial.csv", kept)
    code, out, err = told("plan", "import", county, partial, "--json")
    assert json.loads(out)["missing"] == sorted(a for k, (a, _) in enumerate(rows) if k % 5 == 0)
    code, out, err = told(
        "plan",
        "complete",
        county,
        "partial",
        "--set",
        "tolerance_pct=60",
        "--save",
        "whole",
        "--json",
        *QUICK,
    )
    assert code == Exit.DONE, err
    assert len(json.loads(out)["completed"]) == len(rows) - len(kept)
    whole = load(county).plans["whole"]
    assert len(whole) == len(rows)
    assert all(whole[a] == d for a, d in kept)


def test_polish_says_that_the_plan_itself_is_broken(told, county):
    """One move mends no balance of a tenth of a percent: what the plan breaks is named, and what to do."""
    arguments = ("--moves", "1", "--set", "tolerance_pct=0.1", *QUICK)
    code, out, err = told("plan", "polish", county, "districts", *arguments)
    assert code in (Exit.NO_PLAN, Exit.INFEASIBLE), err
    assert "The plan itself breaks balance. Polishing keeps every rule: mend it first" in out


def test_polish_stays_within_its_moves(told, county):
    """At most two areas move, and the drive is no longer than before."""
    code, out, err = told(
        "plan", "polish", county, "districts", "--moves", "2", "--set", "tolerance_pct=60", "--json", *QUICK
    )
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert 1 <= len(found["moves"]) <= 2
    (travel,) = found["objectives_before_after"]
    assert travel["after"] <= travel["before"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["complete", "districts"], Exit.INPUT, "nothing to complete"),
        (["repair", "districts", "--set", "n_districts=900"], Exit.INPUT, "only 60"),
        (
            ["repair", "districts", "--set", "locks=[['{area}', 'D1'], ['{area}', 'D2']]"],
            Exit.INPUT,
            "is locked to both D1 and D2",
        ),
        (["repair", "districts", "--set", "locks=[['{area}', 'X']]"], Exit.INPUT, "names district X"),
        (["repair", "districts", "--set", "locks=7"], Exit.USAGE, "pairs of area and district"),
        (["polish", "districts"], Exit.USAGE, "one of the arguments --moves --work is required"),
        (["polish", "districts", "--moves", "0"], Exit.USAGE, "whole number from 1"),
        (["repair", "districts", "--save", "a/b"], Exit.INPUT, "cannot be a plan's name"),
    ],
)
def test_bad_questions_are_one_line_and_change_nothing(told, county, districts, arguments, code, message):
    """Nothing to do, too many districts, locks that contradict or name nobody: explained, nothing changed."""
    before = files(county)
    action, *rest = [a.replace("{area}", districts[0]["area_id"]) for a in arguments]
    found, out, err = told("plan", action, county, *rest, "--quiet")
    assert (found, out) == (code, ""), err
    assert message in err
    assert files(county) == before


def test_a_boundary_that_isolates_demand_is_named(told, county):
    """Every link of one area taken away: the area is named with what to do, before any solve; nothing changed."""
    project = load(county)
    area = project.graph.ids[7]
    cut = [p for p in project.graph.pairs() if area in p]
    edits = county / "adjacency_edits.csv"
    header = edits.read_text().splitlines()[0]
    edits.write_text("\n".join([header, *(f"{a},{b},remove,river" for a, b in cut)]) + "\n")
    code, out, err = told("plan", "repair", county, "districts", "--set", "tolerance_pct=60", *QUICK)
    assert code == Exit.INFEASIBLE, err
    assert f"A part of the map ({area}) has no link to the rest" in out
    assert "adjacency_edits.csv, move the hard boundary" in out


def test_an_area_out_of_reach_is_named(told, county):
    """With a longest drive of two seconds no centre reaches its neighbours: impossible, exit 4, and why."""
    code, out, err = told("plan", "repair", county, "districts", "--set", "longest_drive_min=0.03", *QUICK)
    assert code == Exit.INFEASIBLE
    assert "No plan can keep all these rules" in out
    assert "The plan breaks" in err
    assert "longest drive" in err.partition(", and no plan")[0]
    command = shlex.split(
        next(line for line in err.splitlines() if "optimiser explain" in line).partition("plan: ")[2]
    )
    assert command[:4] == ["optimiser", "explain", "sectors", str(county)]
    assert settings_of(command[5::2], "sectors") == {
        "centres": "free",
        "n_districts": 6,
        "objective": "travel",
        "longest_drive_min": 0.03,
    }


@pytest.fixture
def named(districts, tmp_path):
    """The districts in use as a file, under names of their own."""
    names = dict(
        zip(
            sorted({r["district_id"] for r in districts}), ("North", "South", "E", "W", "M", "H"), strict=True
        )
    )
    return write(tmp_path / "named.csv", [(r["area_id"], names[r["district_id"]]) for r in districts])


def test_choices_name_the_districts_of_the_plan(told, county, named):
    """A share for North and an area locked to it, in a plan that has a North."""
    choices = ("--set", "target_share_of_pct={North=40}", "--set", "tolerance_pct=60")
    code, out, err = told("plan", "check", county, named, *choices, "--json")
    assert code in (Exit.DONE, Exit.INPUT), err
    off = {v["where"] for v in json.loads(out)["violations"] if v["rule"] == "known districts"}
    assert off == set()
    code, out, err = told("drift", county, "--plan", named, *choices, "--json", *QUICK[:3])
    assert code == Exit.DONE, err
    shares = {s["district"]: s["target"] for s in json.loads(out)["standings"]}
    assert shares["North"] == pytest.approx(0.4)
    assert shares["South"] == pytest.approx(0.12)  # the others share the rest evenly


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("objective", "cover by priority"),
        ("within", "12"),
        ("shape", ""),
        ("contiguity", True),
        ("locks", [["a", "North"], ["7", "D'1"]]),
        ("balance", {"unit hours, night": 0.2}),
    ],
)
def test_a_choice_reads_back_as_it_is_written(key, value):
    """What a hint prints for --set is what --set reads."""
    assert settings_of([as_pair(key, value)], "sectors") == {key: value}


def test_a_stale_plan_stops_only_the_command_that_names_it(told, county):
    """A file of another map beside the plans: check of the districts goes on, check of the plan fails."""
    (county / "plans").mkdir(exist_ok=True)
    (county / "plans" / "stale.csv").write_text("area_id,district_id\nelsewhere,1\n")
    code, out, _ = told("check", county)
    assert code == Exit.DONE
    assert "plan stale: its file cannot be used: 1 [plans/stale.csv]. none of its areas is on this map" in out
    code, _, err = told("plan", "check", county, "districts", "--set", "tolerance_pct=100")
    assert code == Exit.DONE, err
    for action in ("check", "repair"):
        code, out, err = told("plan", action, county, "stale")
        assert (code, out) == (Exit.INPUT, "")
        assert "stale.csv: none of its areas is on this map (elsewhere)" in err
